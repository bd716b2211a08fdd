"""`salesbot adopt`, `labels`, `remove` and `doctor`: for a repository where salesbot is installed."""

from __future__ import annotations

import argparse
from pathlib import Path

from salesbot.adapters.github import GitHub
from salesbot.cli import output, versions
from salesbot.cli.connection import Subcommands, add_remote_options, board_with, connect_with, processor, read_inputs
from salesbot.cli.exit_codes import DONE, WRONG_INPUT
from salesbot.cli.host import Host
from salesbot.core.errors import InputError
from salesbot.core.lifecycle import identity
from salesbot.core.model.facts import RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.plural import counted
from salesbot.tasks import catalog
from salesbot.tasks.board_connection import BoardConnection
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.setup import adopt, doctor, findings, labels, remove

LOGIN = f"whom the workflow acts as, default {identity.ACTIONS}: only the comments of this login count as salesbot's"
NEXT_HOUR = "GitHub limits comments and edits per hour: run it again in an hour."


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    take = commands.add_parser("adopt", help="take over existing deals; without --yes, only print what it would do")
    take.add_argument(
        "--map", action="append", default=[], metavar="LABEL=STAGE", help="the stage that an existing label means"
    )
    _add_changing_options(take, "rename the labels and write the cards")
    take.set_defaults(run=run_adopt)
    tidy = commands.add_parser("labels", help="repair the stages' labels; without --yes, only print what is wrong")
    _add_changing_options(tidy, "create, rename and colour labels, and put lost ones back on their deals")
    tidy.set_defaults(run=run_labels)
    uninstall = commands.add_parser(
        "remove", help="remove salesbot from a repository; without --yes, only print what it would do"
    )
    _add_changing_options(uninstall, "write all deals to files, date the cards, remove attention labels and pins")
    uninstall.add_argument("--labels-back", action="store_true", help="also give labels the names they had before")
    uninstall.add_argument("--out", metavar="DIR", default=".", help="where to write all deals, default: this folder")
    uninstall.set_defaults(run=run_remove)
    examine = commands.add_parser("doctor", help="check the installation: permissions, labels, secrets, settings")
    add_remote_options(examine)
    examine.add_argument("--scratch", action="store_true", help="also try things on a scratch issue, closed afterwards")
    examine.set_defaults(run=run_doctor)


def _add_changing_options(parser: argparse.ArgumentParser, what: str) -> None:
    """Without `--yes`, what changes a repository on GitHub only prints what it would do."""
    add_remote_options(parser)
    parser.add_argument("--yes", action="store_true", help=what)
    parser.add_argument("--as", dest="login", default=identity.ACTIONS, metavar="LOGIN", help=LOGIN)


def run_adopt(args: argparse.Namespace, host: Host) -> int:
    """Print what would be taken over; with `--yes`, do it."""
    map_ = adopt.read_map(args.map)
    deals, context, pipeline = _read(args, host)
    if args.yes:
        adopt.require_since(pipeline)
        adopt.require_same_identity(context, args.login)
    plan = adopt.plan(deals, context, pipeline, map_, args.login)
    if not args.yes:
        output.show_all(adopt.lines(plan))
        return DONE
    outcome, left = adopt.carry_out(deals, plan)
    lines = adopt.config_lines(plan)
    output.show_all([*([f"Now add the old names to {args.config}:"] if lines else []), *lines])
    return _end(outcome, left, "deal")


def run_labels(args: argparse.Namespace, host: Host) -> int:
    """Print what is wrong with the labels; with `--yes`, repair it."""
    deals, context, pipeline = _read(args, host)
    plan = labels.Planner(deals, context, pipeline, args.login).plan()
    if not args.yes:
        output.show_all(labels.lines(plan))
        return output.show_outcome(plan.unread)
    outcome = labels.carry_out(deals, context, plan)
    output.show_all(plan.by_person)
    if outcome.exit_code == DONE and not plan.alike:
        output.show(labels.CORRECT)
    return output.show_outcome(_without_effects(outcome))


def run_remove(args: argparse.Namespace, host: Host) -> int:
    """Print what is to be removed; with `--yes`, do it."""
    out = Path(args.out)
    if not out.is_dir():
        raise InputError(f"{out} is not a folder.", "Name one with --out")
    deals, context, pipeline = _read(args, host)
    plan = remove.plan(deals, context, pipeline, args.login, labels_back=args.labels_back)
    if not args.yes:
        output.show_all(remove.lines(plan, out))
        return DONE
    remove.require_no_workflow(plan)
    outcome, left = remove.carry_out(deals, plan, args.login, out)
    output.show_all(remove.to_delete(plan))
    return _end(outcome, left, "card")


def run_doctor(args: argparse.Namespace, host: Host) -> int:
    """Print what was found, as it is found. Exit code 2 if something is to be repaired."""
    inputs = read_inputs(args, host)
    github = connect_with(inputs, host, dry_run=not args.scratch)
    board = board_with(inputs, host, github)
    context = github.read_repository(Trigger("doctor"))
    output.show(f"ok: {versions.all_of_them()}.")
    typeform = catalog.connect(inputs, host.clock) if inputs.typeform_token else None
    found = []
    for finding in doctor.examine(github, context, output.show, typeform, board.projects):
        output.show(str(finding))
        found.append(finding)
    if args.scratch:
        _try_out(github, context, board)
    output.show_all(findings.verdict(found))
    return WRONG_INPUT if any(finding.level == "fix" for finding in found) else DONE


def _try_out(github: GitHub, context: RepositoryFacts, board: BoardConnection) -> None:
    """Print what was found on a scratch issue, and the same for an issue on salesbot."""
    tried = doctor.try_out(github, context, board)
    by_person = not context.viewer.login.endswith("[bot]")
    output.show_all(str(finding) for finding in findings.of_trials(tried, by_person=by_person))
    output.show("")
    output.show_all(
        findings.to_paste(tried.trials, versions.all_of_them(), github.server_version(), by_person=by_person)
    )
    output.show("")


def _end(outcome: Outcome, left: int, what: str) -> int:
    """Print what could not be done and what is left. What was done was printed while it was done."""
    code = output.show_outcome(_without_effects(outcome))
    if left:
        output.show(f"Left: {counted(left, what)}. {NEXT_HOUR}")
    elif code == DONE:
        output.show("Done.")
    return code


def _without_effects(outcome: Outcome) -> Outcome:
    return Outcome(problems=outcome.problems, notices=outcome.notices, notes=outcome.notes, exit_code=outcome.exit_code)


def _read(args: argparse.Namespace, host: Host) -> tuple[DealProcessor, RepositoryFacts, Pipeline]:
    """Read repository and configuration; nothing can be written without `--yes`. Raises ConfigError."""
    deals = processor(args, host, dry_run=not args.yes)
    context = deals.github.read_repository(Trigger("by hand"))
    return deals, context, deals.load(context).require()
