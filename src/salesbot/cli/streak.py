"""`salesbot streak sync` and `salesbot streak check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from salesbot.adapters.streak import API_URL, Streak
from salesbot.cli import output
from salesbot.cli.connection import DEFAULT_CONFIG, Subcommands, add_remote_options, processor
from salesbot.cli.exit_codes import DONE, WRONG_INPUT
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.tasks.load_pipeline import ConfigurationFiles, load_pipeline
from salesbot.tasks.streak_check import Check
from salesbot.tasks.streak_sync import StreakSync


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    streak = commands.add_parser("streak", help="deals and their boxes in Streak; the key is STREAK_API_KEY")
    kinds = streak.add_subparsers(required=True, metavar="what")
    once = kinds.add_parser("sync", help="sync deals and boxes once, as the schedule does")
    add_remote_options(once)
    once.add_argument("--dry-run", action="store_true", help="change nothing, print what would be done")
    once.set_defaults(run=run_sync)
    check = kinds.add_parser("check", help="check key, pipelines and stages, and how Streak answers")
    check.add_argument("file", nargs="?", default=DEFAULT_CONFIG, help=f"default: {DEFAULT_CONFIG}")
    check.add_argument("--try", action="store_true", dest="writing", help="also make a box, change it and delete it")
    check.set_defaults(run=run_check)


def run_sync(args: argparse.Namespace, host: Host) -> int:
    """Sync, with progress."""
    deals = processor(args, host, dry_run=args.dry_run)
    outcome = StreakSync(deals, lambda: _connect(host, dry_run=args.dry_run)).run()
    return output.show_outcome(outcome, dry_run=args.dry_run)


def run_check(args: argparse.Namespace, host: Host) -> int:
    """Check; 2 if the configuration names what Streak does not have."""
    streak = _connect(host, dry_run=not args.writing)
    check = Check(streak, load_pipeline(ConfigurationFiles.on_disk(Path(args.file))))
    output.show_all(check.lines(writing=args.writing))
    return WRONG_INPUT if check.problems else DONE


def _connect(host: Host, *, dry_run: bool) -> Streak:
    """Connect with the key of the environment. Raises InputError if there is none."""
    key, url = host.env.get("STREAK_API_KEY"), host.env.get("STREAK_API_URL") or API_URL
    if not key:
        raise InputError("STREAK_API_KEY is not set.", "Make a key in Gmail: Streak, Integrations, Create New Key")
    return Streak(key, url, dry_run=dry_run, sleep=host.clock.sleep)
