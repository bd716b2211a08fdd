"""What a person runs by hand, outside Actions: explain a deal, simulate an event, sweep."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salesbot.adapters import actions
from salesbot.adapters.github import Client, GitHub, Place, from_saved
from salesbot.adapters.templates import Words
from salesbot.app import App, Outcome
from salesbot.core import identity
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError
from salesbot.core.deal import Role
from salesbot.core.decide import decide
from salesbot.core.describe import describe
from salesbot.core.effects import EditBody, Effect, PutComment
from salesbot.core.errors import InputError
from salesbot.core.explain import explain
from salesbot.core.facts import Facts, Waking
from salesbot.core.markdown import log_safe
from salesbot.core.pipeline import Pipeline
from salesbot.sweep import Sweep

DEFAULT_CONFIG = ".github/salesbot.yml"


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    sweep = commands.add_parser("sweep", help="look after every deal once, as the schedule does")
    add_remote(sweep)
    sweep.add_argument("--dry-run", action="store_true", help="change nothing, say what would be done")
    sweep.set_defaults(run=run_sweep)
    why = commands.add_parser("explain", help="say why a deal is in its stage, and what would be refused")
    why.add_argument("number", type=int, help="the number of the issue")
    add_remote(why)
    why.add_argument("--as", dest="login", metavar="LOGIN", help="whom the workflow acts as, if not github-actions")
    why.add_argument("--save", metavar="FILE", help="keep what was read, for `salesbot simulate`")
    why.set_defaults(run=run_explain)
    what_if = commands.add_parser("simulate", help="say what an event would do to a saved deal, without network")
    what_if.add_argument("event", help="an event file, as GITHUB_EVENT_PATH names it")
    what_if.add_argument("deal", help="a deal saved by `salesbot explain N --save FILE`")
    what_if.add_argument("--event-name", default="", help="issues, issue_comment ...; read from the file if left out")
    what_if.add_argument("--at", metavar="TIME", help="pretend it is this time, e.g. 2027-03-01T09:00:00Z")
    what_if.add_argument("--role", action="append", default=[], metavar="LOGIN=ROLE", help="somebody's role")
    what_if.add_argument("--config", metavar="FILE", help="another configuration than the one saved")
    what_if.set_defaults(run=run_simulate)


def add_remote(parser: argparse.ArgumentParser) -> None:
    """Let a command name the repository on GitHub, and its configuration."""
    parser.add_argument("--repo", metavar="OWNER/NAME", help="default: GITHUB_REPOSITORY; the token is GITHUB_TOKEN")
    parser.add_argument("--config", default=DEFAULT_CONFIG, help=f"path in the repository, default {DEFAULT_CONFIG}")


def github(args: argparse.Namespace, env: Mapping[str, str], *, dry_run: bool) -> GitHub:
    """Connect as the environment says. Raises InputError naming what is missing."""
    given = {**env, "GITHUB_REPOSITORY": args.repo or env.get("GITHUB_REPOSITORY", ""), "INPUT_CONFIG": args.config}
    inputs = actions.read_inputs(given)
    client = Client(inputs.token, inputs.api_url, inputs.graphql_url, dry_run=dry_run, sleep=time.sleep)
    return GitHub(client, Place(inputs.repository, inputs.config, str(Path(inputs.config).with_suffix(""))))


def run_sweep(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Sweep, with progress."""
    connection = github(args, env, dry_run=args.dry_run)
    outcome = Sweep(App(connection, _print, scheduled=True), _print).run()
    for line in _lines(outcome, dry_run=args.dry_run):
        _print(line)
    return outcome.exit_code


def _lines(outcome: Outcome, *, dry_run: bool) -> Sequence[str]:
    would = "would " if dry_run else ""
    return [*outcome.told, *(f"{would}{describe(effect)}" for effect in outcome.effects), *outcome.notes]


def run_explain(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Explain a deal; nothing is changed."""
    connection = github(args, env, dry_run=True)
    facts, saved = connection.read_and_keep(args.number, Waking("explain"))
    words = Words(facts.repository.templates)
    pipeline = read_pipeline(facts.repository.config, args.config, words)
    facts = App(connection).complete(facts, pipeline)
    login = args.login or identity.who_writes(facts)
    facts = identity.seen_as(facts, login)
    for line in explain(facts, pipeline, facts.read_at, words):
        _print(line)
    if args.save:
        roles = {login: role.name.lower() for login, role in facts.roles.items()}
        Path(args.save).write_text(json.dumps({**saved, "roles": roles, "as": login}, indent=1), encoding="utf-8")
        _print(f"Kept in {args.save}. Try: salesbot simulate EVENT.json {args.save}")
    return 0


def run_simulate(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print what an event would do."""
    event = actions.read_event(args.event)
    name = args.event_name or _event_name(event)
    wakeup = actions.wake(actions.Inputs("acme/sales", "", event=name), event)
    if wakeup.kind != "deal":
        _print(wakeup.why or f"This event starts the task {wakeup.task}; only deals can be simulated.")
        return 0
    saved = _read_json(args.deal)
    facts = _facts(saved, wakeup.waking, args.role)
    words = Words(facts.repository.templates)
    text = Path(args.config).read_text(encoding="utf-8") if args.config else facts.repository.config
    pipeline = read_pipeline(text, args.config or DEFAULT_CONFIG, words)
    now = _moment(args.at) if args.at else facts.read_at
    decision = decide(replace(facts, read_at=now), pipeline, now, words)
    _print(f"#{wakeup.issue}: {decision.before or 'no deal'} -> {decision.stage or 'no deal'}")
    for line in (*decision.notes, *(line for effect in decision.effects for line in _shown(effect))):
        _print(line)
    if not decision.effects:
        _print("Nothing to do.")
    return 0


def _shown(effect: Effect) -> Sequence[str]:
    """An effect in words, and the text it writes."""
    text = effect.body if isinstance(effect, (PutComment, EditBody)) else ""
    lines = [line for line in text.splitlines() if not line.startswith("<!-- salesbot:")]
    return [f"- {describe(effect)}", *(f"    | {line}" for line in lines)]


def _event_name(event: Mapping[str, Any]) -> str:
    """Tell the kind of event by what is in its file."""
    for name, key in (("issue_comment", "comment"), ("issues", "issue"), ("label", "label")):
        if key in event:
            return name
    raise InputError("The event file has neither an issue nor a label in it.", "Name its kind with --event-name")


def _read_json(path: str) -> dict[str, Any]:
    try:
        saved = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{path} is no JSON.", "Make it with: salesbot explain N --save FILE") from error
    if not isinstance(saved, dict) or "data" not in saved:
        raise InputError(f"{path} is no saved deal.", "Make it with: salesbot explain N --save FILE")
    return saved


def _facts(saved: Mapping[str, Any], waking: Waking, roles: Sequence[str]) -> Facts:
    read = from_saved(saved, waking)
    facts = identity.seen_as(read, saved["as"]) if isinstance(saved.get("as"), str) else read
    known = {**saved.get("roles", {}), **dict(_role(text) for text in roles)}
    return replace(facts, roles={**facts.roles, **{name.casefold(): Role[known[name].upper()] for name in known}})


def _role(text: str) -> tuple[str, str]:
    login, _, role = text.partition("=")
    if role.upper() not in Role.__members__:
        raise InputError(f"--role {text}: there is no role {role!r}.", "One of read, triage, write, maintain, admin")
    return login, role


def read_pipeline(text: str | None, file: str, words: Words) -> Pipeline:
    """Read a configuration. Raises InputError with every problem of it."""
    try:
        return parse(text, file, templates=words.names())
    except ConfigError as error:
        raise InputError(str(error)) from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text} is no time.", "For example --at 2027-03-01T09:00:00Z") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _print(line: str) -> None:
    print(log_safe(line) if "\n" not in line else line)
