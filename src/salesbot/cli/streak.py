"""What a person runs by hand about Streak: `salesbot streak sync` and `salesbot streak check`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from salesbot.adapters.streak import API_URL, Streak
from salesbot.adapters.templates import TemplateRenderer
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli import deals
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError
from salesbot.core.errors import InputError
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.deal import App
from salesbot.tasks.streak_check import Check
from salesbot.tasks.streak_sync import StreakSync


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    streak = commands.add_parser("streak", help="deals and their boxes in Streak; the key is STREAK_API_KEY")
    kinds = streak.add_subparsers(required=True, metavar="what")
    once = kinds.add_parser("sync", help="bring deals and boxes in step once, as the schedule does")
    deals.remote(once)
    once.add_argument("--dry-run", action="store_true", help="change nothing, say what would be done")
    once.set_defaults(run=run_sync)
    check = kinds.add_parser("check", help="say whether key, pipelines and stages fit, and how Streak answers")
    check.add_argument("file", nargs="?", default=deals.DEFAULT_CONFIG, help=f"default: {deals.DEFAULT_CONFIG}")
    check.add_argument("--try", action="store_true", dest="writing", help="also make a box, change it and delete it")
    check.set_defaults(run=run_check)


def run_sync(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Sync, with progress."""
    connection = deals.github(args, env, dry_run=args.dry_run)
    app = App(connection, deals.render, scheduled=True)
    done = StreakSync(app, lambda: _connect(env, dry_run=args.dry_run), deals.render).run()
    for line in deals.lines(done, dry_run=args.dry_run):
        deals.render(line)
    return done.exit_code


def run_check(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Check; 2 if the configuration names what Streak does not have."""
    check = Check(_connect(env, dry_run=not args.writing), _pipeline(Path(args.file)))
    for line in check.lines(writing=args.writing):
        deals.render(line)
    return 2 if check.problems else 0


def _connect(env: Mapping[str, str], *, dry_run: bool) -> Streak:
    """Connect with the key of the environment. Raises InputError if there is none."""
    if not env.get("STREAK_API_KEY"):
        raise InputError("STREAK_API_KEY is not set.", "Make a key in Gmail: Streak, Integrations, Create New Key")
    return Streak(env["STREAK_API_KEY"], env.get("STREAK_API_URL") or API_URL, dry_run=dry_run, sleep=time.sleep)


def _pipeline(path: Path) -> Pipeline:
    """Read the configuration beside us; without one there is nothing configured of Streak."""
    folder = path.with_suffix("")
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*.j2")}
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else None
        return parse(text, str(path), templates=TemplateRenderer().names() | names, zones=SystemTimeZones())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.") from error
    except ConfigError as error:
        raise InputError(str(error)) from error
