"""`salesbot board init`, `sync` and `check`."""

from __future__ import annotations

import argparse

from salesbot.adapters.github.project_setup import ProjectSetup
from salesbot.cli import output
from salesbot.cli.connection import Subcommands, add_remote_options, processor
from salesbot.cli.exit_codes import DONE, WRONG_INPUT
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.core.model.facts import RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.tasks.board_sync import NO_BOARD, BoardSync
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.setup import board


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    parser = commands.add_parser("board", help="deals and the cards of a project; the token is PROJECT_TOKEN")
    kinds = parser.add_subparsers(required=True, metavar="what")
    init = kinds.add_parser("init", help="set up a project; without --yes, only print what it would do")
    add_remote_options(init)
    init.add_argument(
        "--new", metavar="NAME", default="", help="make a project, instead of completing the configured one"
    )
    init.add_argument("--yes", action="store_true", help="make the project, its columns and fields, and add the deals")
    init.set_defaults(run=run_init)
    sync = kinds.add_parser("sync", help="sync deals and their cards once, as the schedule does")
    add_remote_options(sync)
    sync.add_argument("--dry-run", action="store_true", help="change nothing, print what would be done")
    sync.set_defaults(run=run_sync)
    check = kinds.add_parser("check", help="check the project's fields, columns and permissions; changes nothing")
    add_remote_options(check)
    check.set_defaults(run=run_check)


def run_init(args: argparse.Namespace, host: Host) -> int:
    """Print what is to be made; with `--yes`, make it."""
    deals, context, pipeline = _read(args, host, dry_run=not args.yes)
    if not args.new and pipeline.board is None:
        raise InputError(NO_BOARD, 'Make a project with --new "Sales", or name one in the configuration')
    setup = _setup(deals)
    plan = board.plan(setup, pipeline, args.new)
    output.show_all(board.carry_out(plan, setup, deals, context, pipeline) if args.yes else board.lines(plan))
    return DONE


def run_sync(args: argparse.Namespace, host: Host) -> int:
    """Sync, with progress."""
    outcome = BoardSync(processor(args, host, dry_run=args.dry_run)).run()
    return output.show_outcome(outcome, dry_run=args.dry_run)


def run_check(args: argparse.Namespace, host: Host) -> int:
    """Print what was found. Exit code 2 if something is to be repaired."""
    deals, _, pipeline = _read(args, host, dry_run=True)
    if pipeline.board is None or deals.board is None:
        raise InputError(NO_BOARD, "Name a project in the configuration: `board.project`")
    found = list(board.check(_setup(deals), deals.board.projects, pipeline))
    output.show_all(str(each) for each in found)
    return WRONG_INPUT if any(each.level == "fix" for each in found) else DONE


def _read(args: argparse.Namespace, host: Host, *, dry_run: bool) -> tuple[DealProcessor, RepositoryFacts, Pipeline]:
    deals = processor(args, host, dry_run=dry_run)
    context = deals.github.read_repository(Trigger("by hand"))
    return deals, context, deals.load(context).require()


def _setup(deals: DealProcessor) -> ProjectSetup:
    assert deals.board is not None
    return ProjectSetup(deals.board.projects.client, deals.board.projects.owner)
