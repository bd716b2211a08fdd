"""`salesbot sandbox` and `salesbot demo`: a local GitHub, and the program working on it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from salesbot.cli import output, sandbox_page
from salesbot.cli.connection import Subcommands
from salesbot.cli.exit_codes import BUG, DONE
from salesbot.cli.host import Host
from salesbot.cli.sandbox_trial import Trial
from salesbot.core.errors import InputError

if TYPE_CHECKING:
    from github_sandbox import Repo

PROGRAM = (sys.executable, "-m", "salesbot", "run")
"""What a run in the sandbox starts: this program, as the Action does."""


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    sandbox = commands.add_parser("sandbox", help="serve a GitHub on this machine, to try things")
    sandbox.add_argument("--port", type=int, default=8321, help="default: 8321")
    sandbox.add_argument(
        "--data", metavar="FILE", help="keep its state in this file; without one, it is gone at the end"
    )
    sandbox.add_argument(
        "--config", metavar="FILE", type=Path, help="try this configuration; used as soon as it is saved"
    )
    sandbox.add_argument("--templates", metavar="DIR", type=Path, help="try the templates in this folder, as --config")
    sandbox.add_argument("--example", action="store_true", help="begin with a pipeline of some weeks")
    sandbox.set_defaults(run=run_sandbox)
    demo = commands.add_parser("demo", help="play a sales team's work on this machine, through the real program")
    demo.add_argument("--stay", action="store_true", help="serve the sandbox afterwards, to look at the issues")
    demo.set_defaults(run=run_demo)


def run_sandbox(args: argparse.Namespace, host: Host) -> int:
    """Serve a sandbox in which every change by a person starts `salesbot run`, until Ctrl-C."""
    _require_sandbox()
    from github_sandbox import Sandbox, Workflow
    from salesbot_demo import example

    inputs = {"token": "${{ github.token }}", "task": "${{ inputs.task }}"}
    workflow = Workflow(PROGRAM, inputs=inputs)
    trial = Trial(args.config, args.templates)
    page = sandbox_page.page(lambda: github, trial)
    # The example's time stands still: its weeks are over at once, and the page has the next morning.
    at, step = (example.BEGIN, 1) if args.example else (None, 0)
    with Sandbox(
        args.data or ":memory:", at=at, step=step, auto=True, workflow=workflow, port=args.port, page=page
    ) as github:
        sales = github.repo("acme/sales", roles=example.PEOPLE)
        sandbox_page.push_forms(sales)
        trial.look(sales)
        if args.example:
            output.show_progress("Some weeks of sales are played; this takes about ten seconds ...")
            example.fill(github, sales)
        _serve(f"A GitHub with the repository acme/sales: {github.url}/acme/sales/issues", trial, sales)
    return DONE


def run_demo(args: argparse.Namespace, host: Host) -> int:
    """Play the story. A step that ends differently than the story expects is a bug."""
    _require_sandbox()
    import salesbot_demo
    from github_sandbox import Sandbox
    from github_sandbox.streak import Streak
    from github_sandbox.typeform import Typeform

    trial = Trial()
    page = sandbox_page.page(lambda: github, trial)
    colour = sys.stdout.isatty() and "NO_COLOR" not in host.env
    with (
        Sandbox(at=salesbot_demo.MONDAY, step=1, page=page) as github,
        Typeform(github.clock) as web,
        Streak(github.clock) as streak,
    ):
        github.runner.workflow = salesbot_demo.with_board(salesbot_demo.workflow(PROGRAM, web, streak), github)
        try:
            salesbot_demo.Player(github, sys.stdout, colour=colour).play(salesbot_demo.story(web, streak, github))
        except salesbot_demo.StoryError as error:
            output.show_error(f"demo: {error}")
            return BUG
        if args.stay:
            github.auto = True
            sales = github.repo("acme/sales")
            sandbox_page.push_forms(sales)
            output.show("")
            _serve(f"The issues: {github.url}/acme/sales/issues", trial, sales)
    return DONE


def _require_sandbox() -> None:
    try:
        import github_sandbox  # noqa: F401
        import salesbot_demo  # noqa: F401
    except ImportError as error:
        from salesbot.cli import sandbox_install

        raise InputError(
            f"The sandbox needs {error.name}, which is not installed.", f"Install it with: {sandbox_install.command()}"
        ) from error


def _serve(text: str, trial: Trial, repo: Repo) -> None:
    output.show(f"{text}   (Ctrl-C ends it)")
    try:
        trial.follow(repo)
    except KeyboardInterrupt:
        output.show("")
