"""`salesbot sweep`, `explain` and `simulate`: deals, as a person works on them outside Actions."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from salesbot.adapters import actions
from salesbot.adapters.github import from_saved
from salesbot.adapters.local_files import read_text, write_text
from salesbot.cli import output
from salesbot.cli.connection import DEFAULT_CONFIG, Subcommands, add_remote_options, processor
from salesbot.cli.exit_codes import DONE
from salesbot.cli.host import Host
from salesbot.core.decide.decide import decide
from salesbot.core.decide.explain import explain
from salesbot.core.errors import InputError
from salesbot.core.lifecycle import identity
from salesbot.core.lifecycle.observed import observe
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.effects import EditBody, Effect, PutComment
from salesbot.core.model.effects_in_words import describe
from salesbot.core.model.facts import Comment, DealFacts, Event, Label, Trigger
from salesbot.core.text.markdown import MARKER_PREFIX
from salesbot.tasks import report_files
from salesbot.tasks.load_pipeline import Configuration, ConfigurationFiles, load
from salesbot.tasks.pace import Usage

SAVE_ONE = "Save one with: salesbot explain N --save FILE"


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    sweep = commands.add_parser("sweep", help="process every deal once, as the schedule does")
    add_remote_options(sweep)
    sweep.add_argument("--dry-run", action="store_true", help="change nothing, print what would be done")
    sweep.set_defaults(run=run_sweep)
    why = commands.add_parser("explain", help="explain why a deal is in its stage, and what would be refused")
    why.add_argument("number", type=int, help="the number of the issue")
    add_remote_options(why)
    why.add_argument("--as", dest="login", metavar="LOGIN", help="whom the workflow acts as, if not github-actions")
    why.add_argument("--save", metavar="FILE", help="save what was read, for `salesbot simulate`")
    why.set_defaults(run=run_explain)
    what_if = commands.add_parser("simulate", help="print what an event would do to a saved deal, without network")
    what_if.add_argument("event", help="an event file, as GITHUB_EVENT_PATH names it")
    what_if.add_argument("deal", help="a deal saved by `salesbot explain N --save FILE`")
    what_if.add_argument("--event-name", default="", help="issues, issue_comment ...; read from the file if left out")
    what_if.add_argument("--at", metavar="TIME", help="pretend it is this time, e.g. 2027-03-01T09:00:00Z")
    what_if.add_argument("--role", action="append", default=[], metavar="LOGIN=ROLE", help="the role of a person")
    what_if.add_argument("--config", metavar="FILE", help="another configuration than the saved one")
    what_if.set_defaults(run=run_simulate)


def run_sweep(args: argparse.Namespace, host: Host) -> int:
    """Sweep, with progress."""
    outcome = report_files.sweep(processor(args, host, dry_run=args.dry_run), Usage())
    return output.show_outcome(outcome, dry_run=args.dry_run)


def run_explain(args: argparse.Namespace, host: Host) -> int:
    """Explain a deal; nothing is changed."""
    deals = processor(args, host, dry_run=True)
    facts, saved = deals.github.read_and_keep(args.number, Trigger("explain"))
    configuration = deals.load(facts)
    pipeline = configuration.require()
    facts = deals.complete(facts, pipeline).facts
    login = args.login or identity.who_writes(facts)
    facts = identity.seen_as(facts, login)
    output.show_all(explain(observe(facts, pipeline, facts.read_at), configuration.renderer))
    if args.save:
        roles = {login: role.name.lower() for login, role in facts.roles.items()}
        write_text(Path(args.save), json.dumps({**saved, "roles": roles, "as": login}, indent=1))
        output.show(f"Saved in {args.save}. Try: salesbot simulate EVENT.json {args.save}")
    return DONE


def run_simulate(args: argparse.Namespace, host: Host) -> int:
    """Print what an event would do."""
    event = actions.read_event(args.event)
    name = args.event_name or _event_name(event)
    run_request = actions.run_request(actions.Inputs("acme/sales", "", event=name), event)
    if run_request.kind != "deal":
        output.show(run_request.why or f"This event starts the task {run_request.task}; only deals can be simulated.")
        return DONE
    saved = _read_saved(Path(args.deal))
    facts = with_event(_facts(saved, run_request.trigger, args.role), event, run_request.trigger)
    if facts.issue.number != run_request.issue:
        raise InputError(
            f"{args.event} is about #{run_request.issue}, {args.deal} is not.", "Give two of the same deal"
        )
    configuration = _configuration(facts, args.config)
    now = read_moment(args.at) if args.at else facts.read_at
    observed = observe(replace(facts, read_at=now), configuration.require(), now)
    decision = decide(observed, configuration.renderer)
    output.show(f"#{run_request.issue}: {decision.before or 'no deal'} -> {decision.stage or 'no deal'}")
    output.show_all(decision.notes)
    for effect in decision.effects:
        output.show_all(_effect_lines(effect))
    if not decision.effects:
        output.show("Nothing to do.")
    return DONE


def _configuration(facts: DealFacts, file: str | None) -> Configuration:
    """Load the saved configuration, or another one with the saved templates."""
    repository = facts.repository
    text = read_text(Path(file)) if file else repository.config
    folder = Path(DEFAULT_CONFIG).with_suffix("").as_posix()
    unreadable = {path: why for path, why in repository.unreadable.items() if not (file and path == DEFAULT_CONFIG)}
    return load(ConfigurationFiles(file or DEFAULT_CONFIG, folder, text, repository.templates, unreadable))


def _effect_lines(effect: Effect) -> Sequence[str]:
    """Describe an effect, with the text it writes."""
    text = effect.body if isinstance(effect, (PutComment, EditBody)) else ""
    lines = [line for line in text.splitlines() if not line.startswith(MARKER_PREFIX)]
    return [f"- {describe(effect)}", *(f"    | {line}" for line in lines)]


def with_event(facts: DealFacts, event: Mapping[str, Any], trigger: Trigger) -> DealFacts:
    """Add the new comment or label of an event to a deal, if it was saved before that happened."""
    issue = facts.issue
    comment, label = event.get("comment"), event.get("label")
    if trigger.event == "issue_comment.created" and comment and all(c.id != comment["id"] for c in issue.comments):
        at = read_moment(comment["created_at"])
        new = Comment(comment["id"], comment.get("node_id", ""), comment["body"], at, _actor(comment["user"]))
        return replace(facts, read_at=max(facts.read_at, at), issue=replace(issue, comments=(*issue.comments, new)))
    if trigger.event == "issues.labeled" and label and all(on.id != label["node_id"] for on in issue.labels):
        at = max(read_moment(event["issue"]["updated_at"]), facts.read_at)
        added = Label(label["node_id"], label["name"])
        labeled = Event("simulated", "labeled", at, _actor(event["sender"]), label_id=added.id, label=added.name)
        issue = replace(issue, labels=(*issue.labels, added), events=(*issue.events, labeled))
        return replace(facts, read_at=at, issue=issue)
    return facts


def _actor(person: Mapping[str, Any]) -> Actor:
    return Actor(person["login"], person.get("id"), person.get("type") == "Bot", person.get("node_id"))


def _event_name(event: Mapping[str, Any]) -> str:
    """Guess the kind of event by what is in its file."""
    for name, key in (("issue_comment", "comment"), ("issues", "issue"), ("label", "label")):
        if key in event:
            return name
    raise InputError("The event file contains neither an issue nor a label.", "Name its kind with --event-name")


def _read_saved(path: Path) -> dict[str, Any]:
    try:
        saved = json.loads(read_text(path))
    except ValueError as error:
        raise InputError(f"{path} is not JSON.", SAVE_ONE) from error
    if not isinstance(saved, dict) or "data" not in saved:
        raise InputError(f"{path} is not a saved deal.", SAVE_ONE)
    return saved


def _facts(saved: Mapping[str, Any], trigger: Trigger, roles: Sequence[str]) -> DealFacts:
    read = from_saved(saved, trigger)
    facts = identity.seen_as(read, saved["as"]) if isinstance(saved.get("as"), str) else read
    known = {**saved.get("roles", {}), **dict(_role(text) for text in roles)}
    return replace(facts, roles={**facts.roles, **{name.casefold(): Role[known[name].upper()] for name in known}})


def _role(text: str) -> tuple[str, str]:
    login, _, role = text.partition("=")
    if role.upper() not in Role.__members__:
        raise InputError(f"--role {text}: there is no role {role!r}.", "One of read, triage, write, maintain, admin")
    return login, role


def read_moment(text: str) -> datetime:
    """Read the time of `--at`; without a zone, in UTC. Raises InputError for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text} is not a time.", "For example --at 2027-03-01T09:00:00Z") from error
    if not 1970 <= found.year < 2200:  # beyond, days cannot be counted back or forth
        raise InputError(f"--at {text} is not between 1970 and 2200.", "For example --at 2027-03-01T09:00:00Z")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def read_day(text: str, option: str) -> date:
    """Read the day that an option names. Raises InputError for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option} {text} is not a date.", f"For example {option} 2026-11-01") from error
