"""`salesbot report`: the weekly report on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from salesbot.cli import output
from salesbot.cli.connection import Subcommands, add_remote_options, processor
from salesbot.cli.deals import read_moment
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.tasks import report_files
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.report_files import CSV, HTML, ICS, Files


def add_commands(commands: Subcommands) -> None:
    """Add `salesbot report` to the command line."""
    report = commands.add_parser("report", help="make the weekly report; without options, print it")
    add_remote_options(report)
    report.add_argument("--week", metavar="WEEK", help="a week that is over, e.g. 2026-W47; default: this week, so far")
    report.add_argument("--at", metavar="TIME", help="as of a moment, e.g. 2026-11-01T00:00:00Z; default: now")
    report.add_argument("--html", metavar="DIR", help=f"write the page {HTML} into this folder")
    report.add_argument("--csv", metavar="DIR", help=f"write {CSV} into this folder")
    report.add_argument("--json", metavar="FILE", help="write the numbers into this file (docs/report.md)")
    report.add_argument("--ics", metavar="DIR", help=f"write the calendar {ICS} into this folder")
    report.add_argument("--cache", metavar="FILE", help="keep what is read, so that the next report reads only changes")
    report.add_argument("--part", metavar="FILE", help="write the deals as counted, for --merge (docs/scale.md)")
    report.add_argument(
        "--merge",
        metavar="FILE",
        nargs="+",
        help="one report on many repositories, from their parts or folders of them",
    )
    report.add_argument("--post", action="store_true", help="open or update this week's issue")
    report.add_argument("--dry-run", action="store_true", help="with --post: change nothing, print what would be done")
    report.set_defaults(run=run_report)


def run_report(args: argparse.Namespace, host: Host) -> int:
    """Make a report. Raises InputError for options that contradict each other, or a time or week that is wrong."""
    if args.post and (args.week or args.at or args.part):
        raise InputError("--post updates this week's issue as of now.", "Leave out --week, --at and --part")
    if args.merge:
        return _merge(args)
    at = read_moment(args.at) if args.at else None
    dry_run = args.dry_run or not args.post
    reporter = report_files.reporter(processor(args, host, dry_run=dry_run), _files(args))
    outcome = reporter.weekly(again=True) if args.post else reporter.past_report(week=args.week, at=at)
    return _show(outcome, args, dry_run=dry_run)


def _merge(args: argparse.Namespace) -> int:
    """Make one report of parts. Nothing is read from GitHub, so what names a repository or a moment is refused."""
    given = [name for name in ("repo", "week", "at", "cache", "part", "post") if getattr(args, name)]
    if given:
        raise InputError(
            f"--merge reads files only, not --{given[0]}.", "The parts have their repository and their moment"
        )
    outcome = report_files.merge([Path(each) for each in args.merge], _files(args))
    return _show(outcome, args, dry_run=False)


def _files(args: argparse.Namespace) -> Files:
    return Files(
        html=Path(args.html) / HTML if args.html else None,
        csv=Path(args.csv) / CSV if args.csv else None,
        json=Path(args.json) if args.json else None,
        ics=Path(args.ics) / ICS if args.ics else None,
        cache=Path(args.cache) if args.cache else None,
        part=Path(args.part) if args.part else None,
    )


def _show(outcome: Outcome, args: argparse.Namespace, *, dry_run: bool) -> int:
    """Print the report, unless a file was asked for, and what was done."""
    if outcome.page and not (args.html or args.csv or args.json or args.ics or args.part):
        output.show(outcome.page)
    return output.show_outcome(outcome, dry_run=dry_run)
