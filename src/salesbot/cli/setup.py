"""The commands of coming and going, as the command line knows them."""

from __future__ import annotations

import argparse
import itertools
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salesbot.adapters.github import GitHub
from salesbot.adapters.templates import TemplateRenderer
from salesbot.cli import deals
from salesbot.core.errors import InputError
from salesbot.core.installation import identity
from salesbot.core.model.facts import RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.markdown import log_safe
from salesbot.tasks.deal import App
from salesbot.tasks.setup import adopt, doctor, labels, remove
from salesbot.tasks.setup import init as begin
from salesbot.tasks.setup.plural import many


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    init = commands.add_parser("init", help="write workflow and configuration into a repository on this machine")
    init.add_argument("--repo", metavar="DIR", default=".", help="the folder of the repository, default: this one")
    init.add_argument("--owner", help="who hosts your copy of salesbot on GitHub; asked for if left out")
    init.add_argument("--yes", action="store_true", help="write what is missing without asking; leaves what differs")
    init.add_argument("--force", action="store_true", help="also overwrite what differs")
    init.set_defaults(run=run_init)
    take = commands.add_parser("adopt", help="take over the deals there are; without --yes, only say what it would do")
    take.add_argument("--map", action="append", default=[], metavar="LABEL=STAGE", help="what a label meant until now")
    _deed(take, "rename the labels and write the cards")
    take.set_defaults(run=run_adopt)
    tidy = commands.add_parser(
        "labels", help="bring the stages' labels in order; without --yes, only say what is wrong"
    )
    _deed(tidy, "create, rename and colour labels, and put lost ones back on their deals")
    tidy.set_defaults(run=run_labels)
    go = commands.add_parser("remove", help="leave a repository; without --yes, only say what it would do")
    _deed(go, "write all deals to files, date the cards, take attention labels and pins off")
    go.add_argument("--labels-back", action="store_true", help="also give labels the names they had before")
    go.add_argument("--out", metavar="DIR", default=".", help="where to write all deals, default: this folder")
    go.set_defaults(run=run_remove)
    look = commands.add_parser("doctor", help="say what is missing in a repository, and what its people should know")
    deals.remote(look)
    look.add_argument("--scratch", action="store_true", help="also try things on a scratch issue, closed afterwards")
    look.set_defaults(run=run_doctor)


def _deed(parser: argparse.ArgumentParser, what: str) -> None:
    """What changes a repository on GitHub says so first; `--yes` does it."""
    deals.remote(parser)
    parser.add_argument("--yes", action="store_true", help=what)
    parser.add_argument("--as", dest="login", default=identity.ACTIONS, metavar="LOGIN", help=AS)


AS = f"whom the workflow acts as, default {identity.ACTIONS}: the comments of nobody else count as salesbot's"


def run_init(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Write the files. What differs is only shown, unless a person agrees or `--force` says so."""
    folder = Path(args.repo)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", "Name the repository's folder with --repo")
    ask = _question if sys.stdin.isatty() and not args.yes else None
    owner = begin.checked_owner(args.owner or _owner(ask))
    write_mode = begin.WriteMode(args.yes or args.force, args.force, ask, print)
    written = begin.begin(folder, begin.wanted(folder, owner, datetime.now(UTC).astimezone().date()), write_mode)
    if written:
        git = "git" if args.repo == "." else f"git -C {shlex.quote(args.repo)}"
        print(f"Look at it, then: {git} add {' '.join(written)} && {git} commit -m 'salesbot' && {git} push")
    return 0


def run_adopt(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Say what would be taken over; with `--yes`, do it."""
    map_ = adopt.read_map(args.map)
    connection, context, pipeline = _connect(args, env)
    if args.yes:
        adopt.need_since(pipeline)
        adopt.need_same(context, args.login)
    plan = adopt.plan(connection, context, pipeline, map_, args.login)
    if not args.yes:
        _show(adopt.told(plan))
        return 0
    left = adopt.carry_out(App(connection, _print), plan, _print)
    notes = adopt.to_note(plan)
    _show([*([f"Now note the old names in {args.config}:"] if notes else []), *notes])
    _print(_end(left, "deal"))
    return 0


def run_labels(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Say what is wrong with the labels; with `--yes`, mend it."""
    connection, context, pipeline = _connect(args, env)
    app = App(connection, _print)
    plan = labels.plan(app, context, pipeline, args.login)
    if not args.yes:
        _show(labels.told(plan))
        return 0
    labels.carry_out(app, context, plan, _print)
    if not plan.alike:
        _print("The labels are as they should be.")
    return 0


def run_remove(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Say what leaving comes to; with `--yes`, do it."""
    out = Path(args.out)
    if not out.is_dir():
        raise InputError(f"{out} is no folder.", "Name one with --out")
    connection, context, pipeline = _connect(args, env)
    app = App(connection, _print)
    plan = remove.plan(app, context, pipeline, args.login, labels_back=args.labels_back)
    if not args.yes:
        _show(remove.told(plan, out))
        return 0
    remove.need_stillness(plan)
    left = remove.carry_out(app, plan, args.login, out, _print)
    _show(remove.to_delete(plan))
    _print(_end(left, "card"))
    return 0


def run_doctor(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print what was found, as it is found. Exit code 2 if something is to be repaired."""
    connection = deals.github(args, env, dry_run=not args.scratch)
    context = connection.read_repository(Trigger("doctor"))
    wrong = 0
    for finding in itertools.chain(
        doctor.examine(connection, context), doctor.try_out(connection, context) if args.scratch else ()
    ):
        _print(str(finding))
        wrong += finding.level == "fix"
    print(f"{wrong} to repair." if wrong else "Nothing to repair.")
    return 2 if wrong else 0


def _end(left: int, what: str) -> str:
    hint = "GitHub allows only so many comments and edits an hour: run it again then."
    return f"Left: {many(left, what)}. {hint}" if left else "Done."


def _connect(args: argparse.Namespace, env: Mapping[str, str]) -> tuple[GitHub, RepositoryFacts, Pipeline]:
    """Read repository and configuration; nothing can be written without `--yes`."""
    connection = deals.github(args, env, dry_run=not args.yes)
    context = connection.read_repository(Trigger("by hand"))
    renderer = TemplateRenderer(context.repository.templates)
    return connection, context, deals.read_pipeline(context.repository.config, args.config, renderer)


def _show(lines: Iterable[str]) -> None:
    for line in lines:
        print(log_safe(line) if not line.startswith(" ") else f"  {log_safe(line)}")


def _owner(ask: Callable[[str], str] | None) -> str:
    if ask is None:
        raise InputError("Who hosts your copy of salesbot?", "Say --owner OWNER, as in OWNER/salesbot on GitHub")
    return ask("Who hosts your copy of salesbot on GitHub (OWNER, as in OWNER/salesbot)? ").strip()


def _question(text: str) -> str:
    """Ask a person; whoever ends the input says no."""
    try:
        return input(text)
    except EOFError:
        return ""


def _print(line: str) -> None:
    print(log_safe(line))
