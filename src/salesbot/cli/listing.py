"""`salesbot list` and `salesbot clients`: the deals that match some filters, and all clients, as a table, CSV or JSON.

The report is imported where it is used: an event pays for no report.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from salesbot.cli import output
from salesbot.cli.connection import Subcommands, add_remote_options, processor
from salesbot.cli.deals import read_day
from salesbot.cli.host import Host
from salesbot.core.policies.attention import AttentionKind
from salesbot.tasks import report_files
from salesbot.tasks.report_files import Files

if TYPE_CHECKING:
    from salesbot.core.report.clients import Client
    from salesbot.core.report.counted_deal import CountedDeal
    from salesbot.core.report.deal_list import Asked
    from salesbot.core.report.scope import Scope


def add_commands(commands: Subcommands) -> None:
    """Add `salesbot list` to the command line."""
    found = commands.add_parser("list", help="list the deals that match all filters; without filters, all open ones")
    add_remote_options(found)
    found.add_argument("--stage", action="append", default=[], metavar="STAGE", help="in this stage; may be repeated")
    found.add_argument("--all", action="store_true", help="also won, lost and rejected deals")
    owner = found.add_mutually_exclusive_group()
    owner.add_argument("--owner", default="", metavar="LOGIN", help="owned by this person")
    owner.add_argument("--no-owner", action="store_true", help="owned by nobody")
    found.add_argument("--client", default="", metavar="TEXT", help="whose client's name contains this text")
    found.add_argument("--min-value", default="", metavar="AMOUNT", help="worth this or more, e.g. 10k")
    found.add_argument("--max-value", default="", metavar="AMOUNT", help="worth this or less")
    found.add_argument("--idle", type=int, metavar="DAYS", help="without activity of the team for so many days or more")
    found.add_argument("--in-stage", type=int, metavar="DAYS", help="in their stage for so many days or more")
    found.add_argument("--since", metavar="DAY", help="in their stage since this day or later, e.g. 2026-10-01")
    reasons = [kind.value for kind in AttentionKind]
    what = "that need attention; with a reason, only for that"
    found.add_argument("--attention", nargs="?", const="", choices=["", *reasons], metavar="REASON", help=what)
    found.add_argument("--format", choices=["table", "csv", "json"], default="table", help="default: table")
    found.add_argument("--cache", metavar="FILE", help="with --all: keep what is read, as `salesbot report` does")
    found.set_defaults(run=run_list)
    clients = commands.add_parser("clients", help="list the clients: open, won, lost, last activity, who knows them")
    add_remote_options(clients)
    clients.add_argument("--format", choices=["table", "csv", "json"], default="table", help="default: table")
    clients.add_argument("--cache", metavar="FILE", help="keep what is read, as `salesbot report` does")
    clients.set_defaults(run=run_clients)


def run_list(args: argparse.Namespace, host: Host) -> int:
    """Print the deals that match; what could not be read is named on the other stream."""
    deals = processor(args, host, dry_run=True, log=output.show_progress)
    cache = Path(args.cache) if args.cache else None
    found = report_files.reporter(deals, Files(cache=cache)).matching(_asked(args))
    if found.scope is not None:
        _show(args.format, found.deals, found.scope)
    for line in (*found.outcome.problems, *found.outcome.notices):
        output.show_error(line)
    return found.outcome.exit_code


def run_clients(args: argparse.Namespace, host: Host) -> int:
    """Print all clients; what could not be read is named on the other stream."""
    deals = processor(args, host, dry_run=True, log=output.show_progress)
    cache = Path(args.cache) if args.cache else None
    found = report_files.reporter(deals, Files(cache=cache)).clients()
    if found.scope is not None:
        _show_clients(args.format, found.clients, found.scope)
    for line in (*found.outcome.problems, *found.outcome.notices):
        output.show_error(line)
    return found.outcome.exit_code


def _asked(args: argparse.Namespace) -> Asked:
    from salesbot.core.report.deal_list import Asked

    return Asked(
        stages=args.stage,
        all_stages=args.all,
        owner=args.owner,
        without_owner=args.no_owner,
        client=args.client,
        min_value=args.min_value,
        max_value=args.max_value,
        idle=args.idle,
        in_stage=args.in_stage,
        since=read_day(args.since, "--since") if args.since else None,
        attention=args.attention,
    )


def _show(form: str, deals: Sequence[CountedDeal], scope: Scope) -> None:
    from salesbot.core.report import as_csv, as_json, as_table

    match form:
        case "csv":
            output.show_exactly(as_csv.lines(deals, scope))
        case "json":
            output.show_exactly([as_json.text_of_deals(deals, scope)])
        case _:
            output.show_exactly(f"{line}\n" for line in as_table.lines(deals, scope))


def _show_clients(form: str, clients: Sequence[Client], scope: Scope) -> None:
    from salesbot.core.report import as_json, client_list

    match form:
        case "csv":
            output.show_exactly(client_list.csv(clients, scope))
        case "json":
            output.show_exactly([as_json.text_of_clients(clients, scope)])
        case _:
            output.show_exactly(f"{line}\n" for line in client_list.table(clients, scope))
