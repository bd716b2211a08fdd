"""What a person runs to bring leads in and deals out: `salesbot import`, `salesbot export`, `salesbot relay`."""

from __future__ import annotations

import argparse
import codecs
import threading
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from salesbot.adapters.spool import Spool
from salesbot.cli import deals as tools
from salesbot.core.errors import InputError
from salesbot.core.model.effects_in_words import describe
from salesbot.core.text.markdown import log_safe
from salesbot.tasks import catalog
from salesbot.tasks.csv_table import Tables
from salesbot.tasks.deal import App, Outcome
from salesbot.tasks.intake import Intake
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.relay import DeliveryForwarder, Relay


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    kinds = commands.add_parser("import", help="bring leads in").add_subparsers(required=True, metavar="what")
    form = kinds.add_parser("typeform", help="open an issue for each new response of the configured form")
    tools.remote(form)
    form.add_argument("--since", metavar="DAY", help="since this day, e.g. 2026-11-01; default: since the last poll")
    form.add_argument("--dry-run", action="store_true", help="open nothing, say what would come in")
    form.set_defaults(run=import_typeform)
    rows = kinds.add_parser("csv", help="open a deal for each row of a table, or change the one it names")
    rows.add_argument("file", help="a CSV file in UTF-8 or UTF-16; its first line names the columns")
    tools.remote(rows)
    rows.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="COLUMN=FIELD",
        help="by heading or place; COLUMN= leaves it out",
    )
    rows.add_argument("--key", default="", metavar="COLUMN", help="what tells rows apart; default: key, else id")
    rows.add_argument("--dry-run", action="store_true", help="change nothing, say what would be done")
    rows.set_defaults(run=import_csv)
    relay = commands.add_parser("relay", help="serve a webhook of Typeform's, and hand what it delivers to GitHub")
    tools.remote(relay)
    relay.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, behind a server that speaks https")
    relay.add_argument("--port", type=int, default=8322, help="default: 8322")
    relay.add_argument("--spool", default="relay-spool", metavar="FOLDER", help="where deliveries wait")
    relay.set_defaults(run=run_relay)
    out = commands.add_parser("export", help="write deals down").add_subparsers(required=True, metavar="what")
    deals = out.add_parser("csv", help="all deals as a table, which `salesbot import csv` reads again")
    deals.add_argument("file", nargs="?", help="where to; without one, it is printed")
    deals.add_argument("--separator", choices=[",", ";", "tab"], default=",", help="between cells; default: a comma")
    deals.add_argument("--decimal", choices=[".", ","], default=".", help="before decimals; default: a point")
    tools.remote(deals)
    deals.set_defaults(run=export_csv)


def import_typeform(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Take in what the form was sent, with progress."""
    since = _day(args.since) if args.since else None
    inputs = tools.inputs(args, env)
    app = App(tools.github(args, env, dry_run=args.dry_run), _print, scheduled=True)
    outcome = Intake(_opening(app), lambda: catalog.connect(inputs), since=since).poll()
    return _say(outcome, dry_run=args.dry_run)


def import_csv(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Open and change deals as a table says, with progress."""
    text = _read(args.file)
    app = App(tools.github(args, env, dry_run=args.dry_run), _print, scheduled=True)
    mapped = dict(_pair(each) for each in args.map)
    return _say(Tables(app, _opening(app)).take_in(text, mapped, args.key), dry_run=args.dry_run)


def export_csv(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Write all deals as a table."""
    app = App(tools.github(args, env, dry_run=True), _print)
    separator = "\t" if args.separator == "tab" else args.separator
    lines = Tables(app, _opening(app)).export(separator, args.decimal)
    if args.file is None:
        for line in lines:
            print(line, end="")
        return 0
    try:
        with Path(args.file).open("w", encoding="utf-8-sig", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise InputError(f"{args.file} cannot be written: {error.strerror}.") from error
    return 0


def run_relay(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Serve until stopped."""
    secret = env.get("TYPEFORM_WEBHOOK_SECRET", "")
    if not secret:
        raise InputError("TYPEFORM_WEBHOOK_SECRET is empty.", "Set it to the secret of the webhook")
    try:
        import uvicorn
    except ImportError as error:
        raise InputError("The relay needs uvicorn.", "Install it with: pip install uvicorn") from error
    github = tools.github(args, env, dry_run=False)
    courier = DeliveryForwarder(spool := Spool(Path(args.spool)), github.client, github.place.repository, _print)
    worker = threading.Thread(target=courier.run, name="courier", daemon=True)
    worker.start()
    _print(f"Listening on http://{args.host}:{args.port}; deliveries wait in {args.spool}.")
    # One person's relay: no access log (it would name clients), no waiting for lifespans.
    uvicorn.run(Relay(spool, secret, courier.wake), host=args.host, port=args.port, lifespan="off", access_log=False)
    courier.stop()
    return 0


def _read(file: str) -> str:
    try:
        content = Path(file).read_bytes()
        # Excel's "Unicode text" is UTF-16, and begins with a mark that says so.
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return content.decode("utf-16" if is_wide else "utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        hint = "Save it as CSV in UTF-8"
        name = error.encoding.upper().removesuffix("-LE").removesuffix("-BE")
        raise InputError(f"{file} is no {name} text (byte {error.start}).", hint) from error


def _pair(text: str) -> tuple[str, str]:
    column, sign, wanted = text.rpartition("=")
    if not sign:
        raise InputError(f"--map {text} does not say which field.", 'For example --map "Firma=company"')
    return column, wanted


def _opening(app: App) -> LeadOpener:
    """By hand, with a person's token, deals are only opened: the workflow that GitHub wakes gives them their card."""
    return LeadOpener(app, _print, settles=False)


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
