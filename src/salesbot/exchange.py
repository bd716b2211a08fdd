"""What a person runs by hand to bring leads in: `salesbot import typeform`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from typing import Any

from salesbot import tasks, tools
from salesbot.adapters import actions
from salesbot.app import App, Outcome
from salesbot.core.describe import describe
from salesbot.core.errors import InputError
from salesbot.core.markdown import log_safe
from salesbot.intake import Intake
from salesbot.opening import Opening


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    kinds = commands.add_parser("import", help="bring leads in").add_subparsers(required=True, metavar="what")
    form = kinds.add_parser("typeform", help="open an issue for each new response of the configured form")
    tools.remote(form)
    form.add_argument("--since", metavar="DAY", help="since this day, e.g. 2026-11-01; default: since the last poll")
    form.add_argument("--dry-run", action="store_true", help="open nothing, say what would come in")
    form.set_defaults(run=import_typeform)


def import_typeform(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Take in what the form was sent, with progress."""
    since = _day(args.since) if args.since else None
    given = {**env, "GITHUB_REPOSITORY": args.repo or env.get("GITHUB_REPOSITORY", "")}
    inputs = actions.read_inputs(given)
    app = App(tools.github(args, env, dry_run=args.dry_run), _print, scheduled=True)
    outcome = Intake(_opening(app), lambda: tasks.connect(inputs), since=since).poll()
    return _say(outcome, dry_run=args.dry_run)


def _opening(app: App) -> Opening:
    """By hand, with a person's token, deals are only opened: the workflow that GitHub wakes gives them their card."""
    return Opening(app, _print, settles=False)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--since {text} is no day.", "For example --since 2026-11-01") from error


def _say(outcome: Outcome, *, dry_run: bool) -> int:
    would = "would " if dry_run else ""
    for line in (*outcome.told, *(f"{would}{describe(effect)}" for effect in outcome.effects), *outcome.notes):
        _print(line)
    return outcome.exit_code


def _print(line: str) -> None:
    print(log_safe(line))
