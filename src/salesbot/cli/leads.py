"""`salesbot import`, `export` and `relay`: how a person brings leads in and deals out.

The report is imported where it is used: an event pays for no report.
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from salesbot.adapters import export_files
from salesbot.adapters.github.project_webhook import BoardFilter
from salesbot.adapters.local_files import read_table, write_text
from salesbot.adapters.spool import Spool
from salesbot.cli import output
from salesbot.cli.connection import Subcommands, add_remote_options, connect, processor, read_inputs
from salesbot.cli.deals import read_day
from salesbot.cli.exit_codes import DONE
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.core.leads import csv_rows
from salesbot.core.leads.exports import Source
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Trigger
from salesbot.tasks import catalog, report_files
from salesbot.tasks.csv_table import CsvTable
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.intake import Intake
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.relay import DeliveryForwarder, Relay
from salesbot.tasks.report_files import Files


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    kinds = commands.add_parser("import", help="import leads").add_subparsers(required=True, metavar="what")
    form = kinds.add_parser("typeform", help="open an issue for each new response of the configured form")
    add_remote_options(form)
    form.add_argument("--since", metavar="DAY", help="since this day, e.g. 2026-11-01; default: since the last poll")
    form.add_argument("--dry-run", action="store_true", help="open nothing, print what would be imported")
    form.set_defaults(run=import_typeform)
    rows = kinds.add_parser("csv", help="open a deal for each row of a table, or change the one it names")
    rows.add_argument("file", nargs="?", help="a CSV file in UTF-8 or UTF-16; its first line names the columns")
    add_remote_options(rows)
    rows.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="by heading or number; COLUMN= leaves it out",
    )
    rows.add_argument(
        "--from", dest="origin", choices=export_files.names(), help="what exported the table: its columns and stages"
    )
    rows.add_argument(
        "--stage", action="append", default=[], metavar="THEIRS=OURS", help="what a stage of the table is called here"
    )
    rows.add_argument("--example", action="store_true", help="print a table that can be imported, to fill in")
    rows.add_argument("--key", default="", metavar="COLUMN", help="what identifies a row; default: key, else id")
    rows.add_argument("--dry-run", action="store_true", help="change nothing, print what would be done")
    rows.set_defaults(run=import_csv)
    relay = commands.add_parser("relay", help="receive the webhook of Typeform, and send what it delivers to GitHub")
    add_remote_options(relay)
    relay.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, behind a server with https")
    relay.add_argument("--port", type=int, default=8322, help="default: 8322")
    relay.add_argument(
        "--spool", default="relay-spool", metavar="FOLDER", help="folder for deliveries that wait to be sent"
    )
    relay.set_defaults(run=run_relay)
    out = commands.add_parser("export", help="export deals").add_subparsers(required=True, metavar="what")
    deals = out.add_parser("csv", help="all deals as a table, which `salesbot import csv` reads again")
    deals.add_argument("file", nargs="?", help="the file to write; without one, it is printed")
    deals.add_argument("--separator", choices=[",", ";", "tab"], default=",", help="between cells; default: a comma")
    deals.add_argument("--decimal", choices=[".", ","], default=".", help="before decimals; default: a point")
    add_remote_options(deals)
    deals.set_defaults(run=export_csv)
    dates = out.add_parser("ics", help="next steps, expected closes and returns, as a calendar")
    dates.add_argument("file", nargs="?", help="the file to write; without one, it is printed")
    dates.add_argument("--owner", default="", metavar="LOGIN", help="only the dates of this person")
    dates.add_argument("--cache", metavar="FILE", help="keep what is read, so that the next report reads only changes")
    add_remote_options(dates)
    dates.set_defaults(run=export_ics)


def import_typeform(args: argparse.Namespace, host: Host) -> int:
    """Open leads for what was sent by the form, with progress."""
    since = read_day(args.since, "--since") if args.since else None
    inputs = read_inputs(args, host)
    opener = _opener(processor(args, host, dry_run=args.dry_run))
    outcome = Intake(opener, lambda: catalog.connect(inputs, host.clock), since=since).poll()
    return output.show_outcome(outcome, dry_run=args.dry_run)


def import_csv(args: argparse.Namespace, host: Host) -> int:
    """Open and change deals as a table says, with progress."""
    if args.example:
        output.show_exactly(csv_rows.example(default_pipeline(), host.clock.now().date()))
        return DONE
    if args.file is None:
        raise InputError("No table is named.", "For example salesbot import csv deals.csv; --example prints one")
    text = read_table(Path(args.file))
    source = Source(
        mapped=dict(_pair(each, '--map "Firma=company"') for each in args.map),
        key=args.key,
        stages=dict(_pair(each, '--stage "Proposal Made=negotiating"') for each in args.stage),
        export=export_files.read(args.origin) if args.origin else None,
    )
    deals = processor(args, host, dry_run=args.dry_run)
    outcome = CsvTable(deals, _opener(deals)).import_rows(text, source)
    return output.show_outcome(outcome, dry_run=args.dry_run)


def export_csv(args: argparse.Namespace, host: Host) -> int:
    """Write all deals as a table."""
    deals = processor(args, host, dry_run=True, log=output.show_progress)
    separator = "\t" if args.separator == "tab" else args.separator
    isolation = Isolation(output.show_progress)
    lines = CsvTable(deals, _opener(deals)).export_rows(isolation, separator, args.decimal)
    if args.file is None:
        output.show_exactly(lines)
    else:
        write_text(Path(args.file), lines, encoding="utf-8-sig")
    for problem in isolation.outcome.problems:
        output.show_error(problem)
    return isolation.outcome.exit_code


def export_ics(args: argparse.Namespace, host: Host) -> int:
    """Write the dates of all deals as a calendar; closed deals may have a next step, too."""
    from salesbot.core.report.deal_list import Asked

    deals = processor(args, host, dry_run=True, log=output.show_progress)
    cache = Path(args.cache) if args.cache else None
    found = report_files.reporter(deals, Files(cache=cache)).matching(Asked(all_stages=True))
    if found.scope is not None:
        text = report_files.calendar(found.deals, found.scope, args.owner)
        if args.file is None:
            output.show_exactly([text])
        else:
            write_text(Path(args.file), text)
    for line in (*found.outcome.problems, *found.outcome.notices):
        output.show_error(line)
    return found.outcome.exit_code


def run_relay(args: argparse.Namespace, host: Host) -> int:
    """Serve until stopped."""
    secret, board_secret = (host.env.get(f"{name}_WEBHOOK_SECRET", "") for name in ("TYPEFORM", "BOARD"))
    if not secret and not board_secret:
        what = "TYPEFORM_WEBHOOK_SECRET and BOARD_WEBHOOK_SECRET are empty."
        raise InputError(what, "Set the one of the webhook to its secret")
    try:
        import uvicorn
    except ImportError as error:
        raise InputError("The relay needs uvicorn.", "Install it with: pip install uvicorn") from error
    github = connect(args, host, dry_run=False)
    spool = Spool(Path(args.spool))
    forwarder = DeliveryForwarder(spool, github.client, github.place.repository, output.show)
    worker = threading.Thread(target=forwarder.run, name="forwarder", daemon=True)
    worker.start()
    output.show(f"Listening on http://{args.host}:{args.port}; deliveries wait in {args.spool}.")
    # One person's relay: no access log (it would name clients), no waiting for lifespans.
    app = Relay(spool, secret, forwarder.notify, board_secret, _board_filter(args, host) if board_secret else None)
    uvicorn.run(app, host=args.host, port=args.port, lifespan="off", access_log=False)
    forwarder.stop()
    return DONE


def _board_filter(args: argparse.Namespace, host: Host) -> BoardFilter | None:
    """Say what of the board's webhook is passed on, as the configuration is when the relay starts."""
    deals = processor(args, host, dry_run=True)
    pipeline = deals.load(deals.github.read_repository(Trigger("relay"))).require()
    owner, _, _ = deals.github.place.repository.partition("/")
    return BoardFilter(owner, pipeline.board) if pipeline.board is not None else None


def _pair(text: str, example: str) -> tuple[str, str]:
    theirs, sign, ours = text.rpartition("=")
    if not sign:
        option, what = example.split()[0], "stage" if example.startswith("--stage") else "field"
        raise InputError(f"{option} {text} names no {what}.", f"For example {example}")
    return theirs, ours


def _opener(deals: DealProcessor) -> LeadOpener:
    """With a person's token, deals are only opened: the workflow that GitHub starts gives them their card."""
    return LeadOpener(deals, processes_deals=False)
