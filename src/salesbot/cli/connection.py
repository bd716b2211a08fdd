"""The connection of a command that a person types: which repository, with which token, and what may be written."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from salesbot.adapters import actions, programs
from salesbot.adapters.github import Client, GitHub, RepositoryPaths, open_transport, projects
from salesbot.adapters.github.projects import Projects
from salesbot.cli.host import Host
from salesbot.cli.output import show
from salesbot.core.errors import InputError
from salesbot.core.text.markdown import log_safe
from salesbot.tasks.board_connection import BoardConnection
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.outcome import Log

DEFAULT_CONFIG = ".github/salesbot.yml"
REPOSITORY = "default: GITHUB_REPOSITORY, else the git remote; the token is GITHUB_TOKEN, else that of `gh`"


class Subcommands(Protocol):
    """Where a module adds its commands; argparse has no public name for it."""

    def add_parser(self, name: str, *, help: str = ...) -> argparse.ArgumentParser:  # noqa: A002 - argparse's name
        """Add a command."""


def add_remote_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a repository."""
    parser.add_argument("--repo", metavar="OWNER/NAME", help=REPOSITORY)
    parser.add_argument("--config", default=DEFAULT_CONFIG, help=f"path in the repository, default {DEFAULT_CONFIG}")


def connect(args: argparse.Namespace, host: Host, *, dry_run: bool) -> GitHub:
    """Connect as the environment says. Raises InputError naming what is missing."""
    return connect_with(read_inputs(args, host), host, dry_run=dry_run)


def connect_with(inputs: actions.Inputs, host: Host, *, dry_run: bool, token: str = "") -> GitHub:
    """Connect to the repository that the inputs name."""
    client = Client(
        token=token or inputs.token,
        api_url=inputs.api_url,
        graphql_url=inputs.graphql_url,
        dry_run=dry_run,
        sleep=host.clock.sleep,
        open_transport=host.open_transport,
    )
    folder = str(Path(inputs.config).with_suffix(""))
    return GitHub(client, RepositoryPaths(inputs.repository, inputs.config, folder))


def board_with(inputs: actions.Inputs, host: Host, github: GitHub) -> BoardConnection:
    """Connect to the projects of the repository's owner, with the token given for them, else the one for the deals."""
    hurried = partial(open_transport, timeout=projects.TIMEOUT)
    client = Client(
        token=inputs.project_token or github.client.token,
        api_url=inputs.api_url,
        graphql_url=inputs.graphql_url,
        dry_run=github.client.dry_run,
        sleep=host.clock.sleep,
        patience=0.0,
        open_transport=hurried if host.open_transport is open_transport else host.open_transport,
    )
    owner, _, _ = inputs.repository.partition("/")
    return BoardConnection(Projects(client, owner), bool(inputs.project_token or inputs.app_id))


def processor(args: argparse.Namespace, host: Host, *, dry_run: bool, log: Log = show) -> DealProcessor:
    """Connect, and prepare to process deals with progress. The command fails while the configuration is wrong."""
    inputs = read_inputs(args, host)
    github = connect_with(inputs, host, dry_run=dry_run)
    board = board_with(inputs, host, github)
    return DealProcessor(github, log, scheduled=True, clock=host.clock, board=board)


def read_inputs(args: argparse.Namespace, host: Host) -> actions.Inputs:
    """Read what a person gives where the Action has inputs. Raises InputError naming what is missing."""
    repository = args.repo or host.env.get("GITHUB_REPOSITORY") or repository_here(host, Path())
    token = host.env.get("INPUT_TOKEN") or host.env.get("GITHUB_TOKEN") or programs.token_for(_server(host), host.env)
    missing = []
    if not repository:
        missing.append("no repository is named, use --repo OWNER/NAME")
    elif not actions.REPOSITORY.fullmatch(repository):
        missing.append(f"{repository!r} is not OWNER/NAME")
    if not token:
        missing.append("there is no token, run gh auth login or set GITHUB_TOKEN")
    if missing:
        raise InputError(log_safe(f"Cannot connect to GitHub: {'; '.join(missing)}."))
    given = {"GITHUB_REPOSITORY": repository, "INPUT_TOKEN": token, "INPUT_CONFIG": args.config}
    return actions.read_inputs({**host.env, **given})


def repository_here(host: Host, folder: Path) -> str:
    """Read from the git remote of a folder which repository it is of, as `acme/sales`; "" if of none."""
    return programs.repository_of(folder, _server(host), host.env)


def _server(host: Host) -> str:
    """Name the server as `git` and `gh` know it: without the `api.` of github.com."""
    return urlsplit(host.env.get("GITHUB_API_URL") or actions.Inputs.api_url).netloc.removeprefix("api.")
