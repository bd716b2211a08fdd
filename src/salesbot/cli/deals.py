"""What a person runs by hand, outside Actions: explain a deal, simulate an event, sweep."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salesbot.adapters import actions
from salesbot.adapters.github import Client, GitHub, RepositoryPaths, from_saved
from salesbot.adapters.templates import TemplateRenderer
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError
from salesbot.core.decide.decide import decide
from salesbot.core.decide.explain import explain
from salesbot.core.errors import InputError
from salesbot.core.installation import identity
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.effects import EditBody, Effect, PutComment
from salesbot.core.model.effects_in_words import describe
from salesbot.core.model.facts import Comment, Event, Facts, Label, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.markdown import log_safe
from salesbot.tasks.deal import App, Outcome
from salesbot.tasks.sweep import Sweep

DEFAULT_CONFIG = ".github/salesbot.yml"


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    sweep = commands.add_parser("sweep", help="look after every deal once, as the schedule does")
    remote(sweep)
    sweep.add_argument("--dry-run", action="store_true", help="change nothing, say what would be done")
    sweep.set_defaults(run=run_sweep)
    why = commands.add_parser("explain", help="say why a deal is in its stage, and what would be refused")
    why.add_argument("number", type=int, help="the number of the issue")
    remote(why)
    why.add_argument("--as", dest="login", metavar="LOGIN", help="whom the workflow acts as, if not github-actions")
    why.add_argument("--save", metavar="FILE", help="keep what was read, for `salesbot simulate`")
    why.set_defaults(run=run_explain)
    what_if = commands.add_parser("simulate", help="say what an event would do to a saved deal, without network")
    what_if.add_argument("event", help="an event file, as GITHUB_EVENT_PATH names it")
    what_if.add_argument("deal", help="a deal saved by `salesbot explain N --save FILE`")
    what_if.add_argument("--event-name", default="", help="issues, issue_comment ...; read from the file if left out")
    what_if.add_argument("--at", metavar="TIME", help="pretend it is this time, e.g. 2027-03-01T09:00:00Z")
    what_if.add_argument("--role", action="append", default=[], metavar="LOGIN=ROLE", help="somebody's role")
    what_if.add_argument("--config", metavar="FILE", help="another configuration than the one saved")
    what_if.set_defaults(run=run_simulate)


def remote(parser: argparse.ArgumentParser) -> None:
    """Add the options that name a repository."""
    parser.add_argument("--repo", metavar="OWNER/NAME", help="default: GITHUB_REPOSITORY; the token is GITHUB_TOKEN")
    parser.add_argument("--config", default=DEFAULT_CONFIG, help=f"path in the repository, default {DEFAULT_CONFIG}")


def github(args: argparse.Namespace, env: Mapping[str, str], *, dry_run: bool) -> GitHub:
    """Connect as the environment says. Raises InputError naming what is missing."""
    given = inputs(args, env)
    client = Client(given.token, given.api_url, given.graphql_url, dry_run=dry_run, sleep=time.sleep)
    return GitHub(client, RepositoryPaths(given.repository, given.config, str(Path(given.config).with_suffix(""))))


def inputs(args: argparse.Namespace, env: Mapping[str, str]) -> actions.Inputs:
    """Read what a person gives by hand where the Action has inputs. Raises InputError naming what is missing."""
    repository = args.repo or env.get("GITHUB_REPOSITORY", "")
    missing = []
    if not repository:
        missing.append("no repository is named, say --repo OWNER/NAME")
    elif not actions.REPOSITORY.fullmatch(repository):
        missing.append(f"{repository!r} is no OWNER/NAME")
    if not (env.get("INPUT_TOKEN") or env.get("GITHUB_TOKEN")):
        missing.append("GITHUB_TOKEN is empty, try: export GITHUB_TOKEN=$(gh auth token)")
    if missing:
        raise InputError(log_safe(f"Cannot speak to GitHub: {'; '.join(missing)}."))
    return actions.read_inputs({**env, "GITHUB_REPOSITORY": repository, "INPUT_CONFIG": args.config})


def run_sweep(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Sweep, with progress."""
    connection = github(args, env, dry_run=args.dry_run)
    outcome = Sweep(App(connection, render, scheduled=True), render).run()
    for line in lines(outcome, dry_run=args.dry_run):
        render(line)
    return outcome.exit_code


def lines(outcome: Outcome, *, dry_run: bool) -> Sequence[str]:
    """Say what a run did, a line each."""
    would = "would " if dry_run else ""
    return [*outcome.told, *(f"{would}{describe(effect)}" for effect in outcome.effects), *outcome.notes]


def run_explain(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Explain a deal; nothing is changed."""
    connection = github(args, env, dry_run=True)
    facts, saved = connection.read_and_keep(args.number, Trigger("explain"))
    renderer = TemplateRenderer(facts.repository.templates)
    pipeline = read_pipeline(facts.repository.config, args.config, renderer)
    facts = App(connection).complete(facts, pipeline)
    login = args.login or identity.who_writes(facts)
    facts = identity.seen_as(facts, login)
    for line in explain(facts, pipeline, facts.read_at, renderer):
        render(line)
    if args.save:
        roles = {login: role.name.lower() for login, role in facts.roles.items()}
        _write(args.save, json.dumps({**saved, "roles": roles, "as": login}, indent=1))
        render(f"Kept in {args.save}. Try: salesbot simulate EVENT.json {args.save}")
    return 0


def run_simulate(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print what an event would do."""
    event = actions.read_event(args.event)
    name = args.event_name or _event_name(event)
    run_request = actions.run_request(actions.Inputs("acme/sales", "", event=name), event)
    if run_request.kind != "deal":
        render(run_request.why or f"This event starts the task {run_request.task}; only deals can be simulated.")
        return 0
    saved = _read_json(args.deal)
    facts = with_event(_facts(saved, run_request.trigger, args.role), event, run_request.trigger)
    renderer = TemplateRenderer(facts.repository.templates)
    if facts.issue is None or facts.issue.number != run_request.issue:
        raise InputError(
            f"{args.event} is about #{run_request.issue}, {args.deal} is not.", "Give two of the same deal"
        )
    text = _read(args.config) if args.config else facts.repository.config
    pipeline = read_pipeline(text, args.config or DEFAULT_CONFIG, renderer)
    now = moment(args.at) if args.at else facts.read_at
    decision = decide(replace(facts, read_at=now), pipeline, now, renderer)
    render(f"#{run_request.issue}: {decision.before or 'no deal'} -> {decision.stage or 'no deal'}")
    for line in (*decision.notes, *(line for effect in decision.effects for line in _shown(effect))):
        render(line)
    if not decision.effects:
        render("Nothing to do.")
    return 0


def _shown(effect: Effect) -> Sequence[str]:
    """An effect in words, and the text it writes."""
    text = effect.body if isinstance(effect, (PutComment, EditBody)) else ""
    lines = [line for line in text.splitlines() if not line.startswith("<!-- salesbot:")]
    return [f"- {describe(effect)}", *(f"    | {line}" for line in lines)]


def with_event(facts: Facts, event: Mapping[str, Any], trigger: Trigger) -> Facts:
    """Put on a deal what its event says of a new comment or label, if it was saved before that happened."""
    issue = facts.issue
    if issue is None:
        return facts
    comment, label = event.get("comment"), event.get("label")
    if trigger.event == "issue_comment.created" and comment and all(c.id != comment["id"] for c in issue.comments):
        at = moment(comment["created_at"])
        said = Comment(comment["id"], comment.get("node_id", ""), comment["body"], at, _actor(comment["user"]))
        return replace(facts, read_at=max(facts.read_at, at), issue=replace(issue, comments=(*issue.comments, said)))
    if trigger.event == "issues.labeled" and label and all(on.id != label["node_id"] for on in issue.labels):
        at = max(moment(event["issue"]["updated_at"]), facts.read_at)
        new = Label(label["node_id"], label["name"])
        put = Event("simulated", "labeled", at, _actor(event["sender"]), label_id=new.id, label=new.name)
        issue = replace(issue, labels=(*issue.labels, new), events=(*issue.events, put))
        return replace(facts, read_at=at, issue=issue)
    return facts


def _actor(person: Mapping[str, Any]) -> Actor:
    return Actor(person["login"], person.get("id"), person.get("type") == "Bot", person.get("node_id"))


def _event_name(event: Mapping[str, Any]) -> str:
    """Tell the kind of event by what is in its file."""
    for name, key in (("issue_comment", "comment"), ("issues", "issue"), ("label", "label")):
        if key in event:
            return name
    raise InputError("The event file has neither an issue nor a label in it.", "Name its kind with --event-name")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 text (byte {error.start}).") from error


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error


def _read_json(path: str) -> dict[str, Any]:
    try:
        saved = json.loads(_read(path))
    except ValueError as error:
        raise InputError(f"{path} is no JSON.", "Make it with: salesbot explain N --save FILE") from error
    if not isinstance(saved, dict) or "data" not in saved:
        raise InputError(f"{path} is no saved deal.", "Make it with: salesbot explain N --save FILE")
    return saved


def _facts(saved: Mapping[str, Any], trigger: Trigger, roles: Sequence[str]) -> Facts:
    read = from_saved(saved, trigger)
    facts = identity.seen_as(read, saved["as"]) if isinstance(saved.get("as"), str) else read
    known = {**saved.get("roles", {}), **dict(_role(text) for text in roles)}
    return replace(facts, roles={**facts.roles, **{name.casefold(): Role[known[name].upper()] for name in known}})


def _role(text: str) -> tuple[str, str]:
    login, _, role = text.partition("=")
    if role.upper() not in Role.__members__:
        raise InputError(f"--role {text}: there is no role {role!r}.", "One of read, triage, write, maintain, admin")
    return login, role


def read_pipeline(text: str | None, file: str, renderer: TemplateRenderer) -> Pipeline:
    """Read a configuration. Raises InputError with every problem of it."""
    try:
        return parse(text, file, templates=renderer.names(), zones=SystemTimeZones())
    except ConfigError as error:
        raise InputError(str(error)) from error


def moment(text: str) -> datetime:
    """Read the time of `--at`; without a zone, in UTC. Raises InputError for what is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"--at {text} is no time.", "For example --at 2027-03-01T09:00:00Z") from error
    if not 1970 <= found.year < 2200:  # further off, nobody can count days back or forth
        raise InputError(f"--at {text} is not between 1970 and 2200.", "For example --at 2027-03-01T09:00:00Z")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def render(text: str) -> None:
    """Print lines as they are indented; what a stranger wrote commands nothing, should a runner read along."""
    for line in text.splitlines() or [""]:
        indent = line[: len(line) - len(line.lstrip(" "))]
        print(indent + log_safe(line))
