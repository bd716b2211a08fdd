"""New deals: who gets one that a machine opened or nobody took, who is informed, whether it came before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from salesbot.core.leads import client_fields, clients, duplicates, lead
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, give, leave
from salesbot.core.model.facts import Load
from salesbot.core.model.journal import Journal, LeftAs
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message

DOUBLE = "double"
"""The trigger of a run that looks at a deal because another one came from the same lead."""


def is_new(state: DealState, observed: Observed) -> bool:
    """Say whether this run is the first to see the deal: nothing of ours is on it yet."""
    issue = observed.issue
    opened_here = state.journal.born == issue.created_at
    return issue.open and opened_here and not observed.own_comments


def opened_by_machine(observed: Observed) -> bool:
    """Say whether no person opened the issue. Behind an imported table is the person who imported it."""
    issue, mark = observed.issue, observed.parsed.lead_mark
    if mark is not None and mark.source == lead.FROM_TABLE:
        return False
    return issue.own or (issue.author is not None and issue.author.is_bot)


def needs_owner(state: DealState, observed: Observed) -> bool:
    """Say whether a new deal is to be given to somebody by the configured rule."""
    return bool(observed.pipeline.owners.people) and state.deal.owner is None and is_new(state, observed)


def welcome(state: DealState, observed: Observed) -> DealState:
    """Give a new deal its owner, and announce one that a machine opened."""
    pipeline = observed.pipeline
    state = _leave_as_duplicate(state, observed)
    if state.journal.left or not is_new(state, observed):
        return state
    state = replace(state, journal=_with_possible_duplicates(state, observed))
    if needs_owner(state, observed):
        login = choose(observed)
        state = give(state, login, observed.now) if login is not None else state
    if opened_by_machine(observed) and pipeline.notify_new is not None:
        text = message("new.md.j2", {"team": pipeline.notify_new, "owner": state.deal.owner, "stage": state.deal.stage})
        state = state.with_pending(Key(Kind.NEW, str(state.deal.number)), text)
    return state


def elder(observed: Observed, journal: Journal | None) -> int | None:
    """Find the issue that the same lead became before this one, if the others were read."""
    mark = observed.parsed.lead_mark
    key = journal.lead if journal is not None else mark.key if mark is not None else ""
    return lead.elder(observed.issue.number, key, observed.facts.other_issues or ()) if key else None


def _leave_as_duplicate(state: DealState, observed: Observed) -> DealState:
    """Of two issues of one lead the lower number stays. Done once: whoever reopens the other one wants it."""
    first = elder(observed, state.journal)
    if first is None or state.journal.left:
        return state
    state = leave(state, LeftAs.DUPLICATE, first)
    return replace(state, journal=replace(state.journal, lead=""))


def _with_possible_duplicates(state: DealState, observed: Observed) -> Journal:
    """Keep the deals that may be the same one; nothing is merged by itself. Keep the other deals of the client, too."""
    deal, facts, pipeline = state.deal, observed.facts, observed.pipeline
    others = facts.other_issues or ()
    found = duplicates.find(deal.number, deal.fields, others, pipeline)
    same_client = clients.find(deal.number, duplicates.traits(deal.fields), others, pipeline)
    return replace(
        state.journal,
        possible_duplicates=tuple((other.number, other.why) for other in found),
        same_client=same_client,
        offers=client_fields.offers(deal.fields, same_client, others, facts.roles, pipeline),
    )


def keep_client(state: DealState, observed: Observed) -> DealState:
    """Keep the other deals of the client true: as a sweep has just found them, else those it is still joined with."""
    known, found = state.journal.same_client, observed.facts.same_client
    if found is None and not known:
        return state
    now = found if found is not None else clients.still(known, duplicates.traits(state.deal.fields))
    return state if now == known else replace(state, journal=replace(state.journal, same_client=now))


def choose(observed: Observed) -> str | None:
    """Choose an owner: whoever opened it, if that is one of them; else by turn or by load, nobody who is away."""
    facts, pipeline, opener = observed.facts, observed.pipeline, observed.issue.author
    here = [login for login in pipeline.owners.people if not pipeline.is_away(login, observed.today)]
    able = [login for login in here if login.casefold() in facts.repository.people]
    author = opener.login.casefold() if opener is not None else ""
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
