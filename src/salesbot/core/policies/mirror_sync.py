"""Keeping deals and their mirrors in sync: what each side asks of the other, and what the journal keeps of both.

The journal holds the two stages in which a deal and its mirror last agreed. So it shows which side moved since,
whatever was written when: one side moved, the other follows; both moved, the newer move wins; and what a run died over
looks the same to the next one. An end stage wins over any other, and no move of a mirror brings a deal out of one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, pairwise

from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.intents import MirrorIntent
from salesbot.core.lifecycle.mirror_link import ADDRESS, VALUE
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, Refused, Request, apply_changes, enter
from salesbot.core.model import keys
from salesbot.core.model.changes import MoveTo
from salesbot.core.model.deal import Deal, How, Move, Refusal, Role
from salesbot.core.model.journal import Pair
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message
from salesbot.core.model.mirror import (
    CopyContacts,
    Layout,
    Mirror,
    MirrorEffect,
    PutColumn,
    PutPeople,
    PutStage,
    PutTitle,
    StageMap,
    Tell,
)
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.policies.agreement import is_newer, theirs_counts
from salesbot.core.views import replies

FROM_STREAK = "streak"
"""How the keys of leads begin that were somebody's mirror before (`core.leads.lead`)."""
LAG = timedelta(minutes=2)
"""How long after the next move a mirror may still be brought to the stage before it, by the run of the earlier move."""
_WAITS_FOR = frozenset({"value", "reason"})


def wants_mirror(state: DealState, stages: StageMap, pipeline: Pipeline) -> bool:
    """Say whether a deal without a mirror is to get one: not ended, and in a stage that means something there."""
    stage = pipeline.stage(state.deal.stage)
    if stage is None or stage.outcome is not None or state.journal.left or state.journal.pair is not None:
        return False
    return stage.name in stages.theirs


def is_quiet(state: DealState, observed: Observed, untouchable: Collection[str] = ()) -> bool:
    """Say whether nothing happened on either side since they agreed. Needs no layout, so that it costs no request.

    What an untouchable column shows does not count.
    """
    mirror, pair, deal, pipeline = observed.facts.mirror, state.journal.pair, state.deal, observed.pipeline
    assert mirror is not None
    if pair is None or (mirror.stage, deal.stage, mirror.title) != (pair.theirs, pair.ours, deal.title):
        return False
    value, shown = value_text(deal, pipeline), mirror.columns.values()
    same_value = VALUE in untouchable or (value == pair.value and (not value or value in shown))
    known = ADDRESS in untouchable or observed.issue.url in shown
    return same_value and known and people(deal, mirror, pipeline) is None and pair == _as_shown(pair, mirror)


def intent(state: DealState, observed: Observed) -> MirrorIntent | None:
    """Say where the mirror was moved to, if that is still to be evaluated."""
    mirror = observed.facts.mirror
    if mirror is None or mirror.away or state.journal.left:
        return None
    pair = state.journal.pair or Pair(mirror.key)
    target = observed.pipeline.stage(observed.facts.stage_map.ours.get(mirror.stage))
    if target is None or target.name == state.deal.stage or mirror.stage == pair.theirs:
        return None
    if _followed(state, pair, target, mirror.moved_at):
        return None
    if not theirs_counts(state, pair.ours, target, mirror.moved_at):
        return None
    return MirrorIntent(target.name, mirror.moved_at)


def _followed(state: DealState, pair: Pair, target: Stage, moved_at: datetime) -> bool:
    """Say whether the mirror came to a stage while the deal was in it: it followed, and the deal went on since."""
    since = dropwhile(lambda visit: visit.stage != pair.ours, state.journal.history)
    return any(
        visit.stage == target.name and visit.entered <= moved_at < after.entered + LAG
        for visit, after in pairwise(since)
    )


def _ours_moved(state: DealState, pair: Pair, observed: Observed) -> bool:
    """Say whether the deal moved since both agreed, be it there and back."""
    mirror = observed.facts.mirror
    assert mirror is not None
    shown = observed.pipeline.stage(observed.facts.stage_map.ours.get(mirror.stage))
    came_back = shown is not None and mirror.stage != pair.theirs and _followed(state, pair, shown, mirror.moved_at)
    return state.deal.stage != pair.ours or came_back


def evaluate(state: DealState, intent: MirrorIntent, observed: Observed) -> DealState:
    """Take a move of the mirror as a fact, or evaluate it like any other, as configured (docs/streak.md)."""
    pipeline = observed.pipeline
    target, stage = pipeline.stage(intent.stage), pipeline.stage(state.deal.stage)
    assert target is not None, intent.stage
    if stage is None or target.name == stage.name:
        return state
    move = Move(target.name, intent.at, None, How.MIRROR)
    if stage.outcome is not None:
        no = Refusal(f"The deal is {stage.name}, and that stage is final.", "Comment `/reopen` on the issue first")
        return _refuse(state, Refused(target.name, (no,)))
    if pipeline.streak is not None and pipeline.streak.guards == "requires":
        outcome = apply_changes(state, [MoveTo(move)], Request(pipeline, Role.NONE, intent.at, None))
        return outcome if isinstance(outcome, DealState) else _refuse(state, outcome)
    why = guards.missing(state.deal, move, waits_for(target), pipeline)
    if why:
        return _wait(state, Refused(target.name, why), intent, observed)
    return take(state, target, move, "in Streak", pipeline)


def _refuse(state: DealState, refused: Refused) -> DealState:
    return replace(state, refused=(*state.refused, refused))


def waits_for(target: Stage) -> tuple[str, ...]:
    """Name the guards without which even a fact is not taken: won needs its value, lost and rejected their reason."""
    return tuple(name for name in target.requires if name in _WAITS_FOR) if target.outcome is not None else ()


def _wait(state: DealState, refused: Refused, intent: MirrorIntent, observed: Observed) -> DealState:
    """Ask once for what is missing; the move is evaluated again by every sync until it is taken or taken back."""
    stamp, mirror = int(intent.at.timestamp()), observed.facts.mirror
    assert mirror is not None
    pair = state.journal.pair or Pair(mirror.key)
    state = state.noting(f"It is {refused.to} in Streak, and waits: {' '.join(no.reason for no in refused.why)}")
    if pair.asked == stamp:
        return state
    text = message("dragged.md.j2", asks(state, refused, "in Streak", observed.pipeline))
    journal = replace(state.journal, pair=replace(pair, asked=stamp))
    return replace(state, journal=journal).with_pending(Key(Kind.WAITS, str(stamp)), text)


def take(state: DealState, target: Stage, move: Move, where: str, pipeline: Pipeline) -> DealState:
    """Take a move as a fact, and tell the owner what it lacks."""
    why = guards.missing(state.deal, move, target.requires, pipeline)
    taken = enter(state, target, move, pipeline)
    if not why:
        return taken
    text = message("dragged.md.j2", _values(state, Refused(target.name, why), where, pipeline, taken=True))
    taken = taken.with_pending(Key(Kind.DRAGGED, str(int(move.at.timestamp()))), text)
    for no in why:
        if (name := guards.checklist_of(no)) is not None:
            taken = taken.with_pending(keys.checklist(name))
    return taken


def asks(state: DealState, refused: Refused, where: str, pipeline: Pipeline) -> dict[str, object]:
    """Gather the question for what a move that waits lacks."""
    return _values(state, refused, where, pipeline, taken=False)


def _values(state: DealState, refused: Refused, where: str, pipeline: Pipeline, *, taken: bool) -> dict[str, object]:
    return {
        "where": where,
        "taken": taken,
        "to": refused.to,
        "stage": state.deal.stage,
        "person": state.deal.owner,
        "team": None if state.deal.owner else pipeline.notify_new,
        "why": [{"reason": no.reason, "hint": no.hint} for no in refused.why],
        "boxes": [] if taken else replies.reasons(refused, pipeline),
    }


def record(state: DealState, observed: Observed) -> DealState:
    """Record in the journal what both sides show, where they agree or neither asks anything of the other."""
    mirror = observed.facts.mirror
    if mirror is None or state.journal.left:
        return state
    known = state.journal.pair or Pair(mirror.key)
    if mirror.away:
        return replace(state, journal=replace(state.journal, pair=replace(known, away=True)))
    pair = _as_shown(known, mirror)
    if intent(state, observed) is None:
        pair = replace(pair, asked=0)
        if not _stage(state, observed):
            pair = replace(pair, ours=state.deal.stage or "", theirs=mirror.stage)
    value = value_text(state.deal, observed.pipeline)
    shown = mirror.columns.values()
    if value in shown or (not value and pair.value not in shown):
        pair = replace(pair, value=value)
    return replace(state, journal=replace(state.journal, pair=pair))


def _as_shown(pair: Pair, mirror: Mirror) -> Pair:
    """Give the pair the last mails that the mirror shows; one that is shown is not away."""
    moments = (each and each.replace(microsecond=0) for each in (mirror.received, mirror.sent, mirror.opened))
    received, sent, opened = moments
    return replace(pair, received=received, sent=sent, opened=opened, away=False)


def outgoing(state: DealState, observed: Observed, layout: Layout) -> list[MirrorEffect]:
    """List what is to change in the mirror, so that it shows what the deal became. In sync means nothing."""
    mirror, deal = observed.facts.mirror, state.deal
    assert mirror is not None
    if mirror.away:
        return []
    effects: list[MirrorEffect] = [*_contacts(state, observed)]
    if mirror.title != deal.title:
        effects.append(PutTitle(deal.title))
    effects += _columns(state, observed, layout)
    wanted = people(deal, mirror, observed.pipeline)
    if wanted is not None:
        effects.append(PutPeople(wanted))
    return [*effects, *_stage(state, observed)]


def _contacts(state: DealState, observed: Observed) -> list[MirrorEffect]:
    """The contacts of the connection that the deal came from, as long as the mirror is new: no column names the deal.

    They come before that column, so that a run that ends in between leaves the mirror new.
    """
    mirror, streak = observed.facts.mirror, observed.pipeline.streak
    source, _, key = state.journal.lead.partition(":")
    connections = streak.connections if streak is not None and source == FROM_STREAK else None
    assert mirror is not None
    if connections is None or mirror.contacts or observed.issue.url in mirror.columns.values():
        return []
    return [CopyContacts(connections.key, key)]


def _columns(state: DealState, observed: Observed, layout: Layout) -> list[MirrorEffect]:
    """The issue's address, and the value; one that people wrote there stays while we know of none."""
    mirror, pair = observed.facts.mirror, state.journal.pair
    assert mirror is not None
    shown = {name: mirror.columns.get(layout.column(name) or "", "") for name in (ADDRESS, VALUE)}
    wanted = {ADDRESS: observed.issue.url, VALUE: value_text(state.deal, observed.pipeline)}
    if not wanted[VALUE] and (pair is None or shown[VALUE] != pair.value):
        wanted[VALUE] = shown[VALUE]
    return [PutColumn(name, text) for name, text in wanted.items() if text != shown[name]]


def _stage(state: DealState, observed: Observed) -> list[MirrorEffect]:
    mirror, deal, stages, pipeline = observed.facts.mirror, state.deal, observed.facts.stage_map, observed.pipeline
    assert mirror is not None
    pair = state.journal.pair or Pair(mirror.key)
    stage, theirs = pipeline.stage(deal.stage), stages.theirs.get(deal.stage or "")
    moved = intent(state, observed)
    if moved is not None:
        strict = pipeline.streak is not None and pipeline.streak.guards == "requires"
        goes_back = strict or (stage is not None and stage.outcome is not None)
        back = theirs or pair.theirs
        return [Tell(_why_back(state, moved, observed.issue.url)), PutStage(back)] if goes_back and back else []
    if theirs is None or theirs == mirror.stage or not _ours_moved(state, pair, observed):
        return []
    is_talk = mirror.stage not in stages.ours and mirror.stage != pair.theirs and is_newer(mirror.moved_at, state)
    return [] if is_talk else [PutStage(theirs)]


def _why_back(state: DealState, moved: MirrorIntent, address: str) -> str:
    """Say why, in plain text; the moment in it tells this move from the next, so that a comment is written once."""
    reasons = [no for refused in state.refused if refused.to == moved.stage for no in refused.why]
    why = " ".join(f"{no.reason} {no.hint}.".replace("`", "") for no in dict.fromkeys(reasons))
    moment = f"{moved.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"Moved back to {state.deal.stage}, from {moved.stage} ({moment}). {why} {address}"[:2000]


def value_text(deal: Deal, pipeline: Pipeline) -> str:
    """Write the value for a column that is summed: digits alone in the pipeline's currency. Empty if there is none."""
    money = deal.value.money
    if money is None:
        return ""
    digits = str(money.rounded)
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return digits if money.currency == pipeline.currency else f"{digits} {money.currency}"


def people(deal: Deal, mirror: Mirror, pipeline: Pipeline) -> tuple[str, ...] | None:
    """Say to whom the mirror is to be assigned; None if it is already.

    The owner has to be on it, helpers may. People whose address the configuration does not know are left alone.
    """
    known = pipeline.streak.people if pipeline.streak is not None else {}
    owner = known.get((deal.owner or "").casefold())
    ours = {known.get(login.casefold()) for login in (deal.owner, *deal.helpers) if login}
    strangers = {mail for mail in known.values() if mail not in ours} if owner else set()
    wanted = (mirror.people - strangers) | ({owner} if owner else set())
    return tuple(sorted(wanted)) if wanted != mirror.people else None
