"""New deals: who gets one that a machine opened or nobody took, who is told, whether it came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from salesbot.core.leads import duplicates, lead
from salesbot.core.lifecycle.transitions import DealState, give, leave
from salesbot.core.model import comments
from salesbot.core.model.facts import Facts, Load
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Renderer

DOUBLE = "double"
"""The waking of a run that looks at a deal because another one came from the same lead."""


def is_new(state: DealState, facts: Facts) -> bool:
    """Say whether this run is the first to see the deal: nothing of ours stands on it yet."""
    issue = facts.issue
    assert issue is not None
    opened_here = state.journal.born == issue.created_at
    return issue.open and opened_here and not any(comment.own for comment in issue.comments)


def opened_by_machine(facts: Facts) -> bool:
    """Say whether no person opened the issue. Behind an imported table stands the person who imported it."""
    issue = facts.issue
    assert issue is not None
    mark = lead.mark_of(issue)
    if mark is not None and mark.source == lead.FROM_TABLE:
        return False
    return issue.own or (issue.author is not None and issue.author.is_bot)


def needs_owner(state: DealState, facts: Facts, pipeline: Pipeline) -> bool:
    """Say whether a new deal is to be given to somebody by the configured rule."""
    return bool(pipeline.owners.people) and state.deal.owner is None and is_new(state, facts)


def welcome(state: DealState, facts: Facts, pipeline: Pipeline, now: datetime, render: Renderer) -> DealState:
    """Give a new deal its owner, and tell of one that a machine opened."""
    state = _step_aside(state, facts)
    if state.journal.left or not is_new(state, facts):
        return state
    state = replace(state, journal=_with_twins(state, facts, pipeline))
    if needs_owner(state, facts, pipeline):
        login = choose(facts, pipeline, now)
        state = give(state, login, now) if login is not None else state
    if opened_by_machine(facts) and pipeline.notify_new is not None:
        text = render("new.md.j2", {"team": pipeline.notify_new, "owner": state.deal.owner, "stage": state.deal.stage})
        state = state.with_pending(comments.key(comments.NEW, state.deal.number), text)
    return state


def elder(facts: Facts, journal: Journal | None) -> int | None:
    """Find the issue that the same lead became before this one, if the others were read."""
    issue = facts.issue
    assert issue is not None
    mark = lead.mark_of(issue)
    key = journal.lead if journal is not None else mark.key if mark is not None else ""
    return lead.elder(issue.number, key, facts.other_issues or ()) if key else None


def _step_aside(state: DealState, facts: Facts) -> DealState:
    """Of two issues of one lead the lower number stays. Said once: whoever reopens the other one wants it."""
    first = elder(facts, state.journal)
    if first is None or state.journal.left:
        return state
    state = leave(state, "duplicate", first)
    return replace(state, journal=replace(state.journal, lead=""))


def _with_twins(state: DealState, facts: Facts, pipeline: Pipeline) -> Journal:
    """Remember the deals that may be the same one; nothing is merged by itself."""
    found = duplicates.find(state.deal.number, state.deal.body, facts.other_issues or (), pipeline)
    return replace(
        state.journal,
        possible_duplicates=tuple((possible_duplicate.number, possible_duplicate.why) for possible_duplicate in found),
    )


def choose(facts: Facts, pipeline: Pipeline, now: datetime) -> str | None:
    """Choose an owner: whoever opened it, if that is one of them; else by turn or by load, nobody who is away."""
    issue = facts.issue
    assert issue is not None
    today = local_day(now, pipeline.timezone)
    here = [login for login in pipeline.owners.people if not pipeline.is_away(login, today)]
    able = [login for login in here if login.casefold() in facts.repository.people]
    author = issue.author.login.casefold() if issue.author is not None else ""
    for login in able:
        if login.casefold() == author:
            return facts.repository.people[login.casefold()].login
    loads: Mapping[str, Load] = facts.loads or {}
    by_turn = pipeline.owners.by == "round-robin"
    chosen = min(able, key=lambda login: _rank(loads.get(login.casefold(), Load()), by_turn=by_turn), default=None)
    return facts.repository.people[chosen.casefold()].login if chosen is not None else None


def _rank(load: Load, *, by_turn: bool) -> tuple[float, float]:
    """By turn: who got one longest ago. By load: who has fewest open, then by turn."""
    newest = load.newest.timestamp() if load.newest is not None else float("-inf")
    return (0 if by_turn else load.open, newest)
