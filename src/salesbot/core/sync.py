"""Keeping deals and their mirrors in step: what each side wants of the other, and what is remembered of both.

The journal holds the two stages in which a deal and its mirror last agreed. So it shows which side moved since,
whatever was written when: one side moved, the other follows; both moved, the newer move wins; and what a run died over
looks the same to the next one. An end stage wins over any other, and no move over there brings a deal out of one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from salesbot.core import answers, comments, guards
from salesbot.core.acts import MoveTo
from salesbot.core.deal import DRAGGED, Deal, Move, Refusal, Role
from salesbot.core.facts import Facts
from salesbot.core.journal import Pair
from salesbot.core.judge import Bench, Course, Refused, enter, perform
from salesbot.core.mirror import Layout, Mirror, MirrorEffect, PutColumn, PutPeople, PutStage, PutTitle, StageMap, Tell
from salesbot.core.money import Money, MoneyError
from salesbot.core.pairs import ADDRESS, VALUE
from salesbot.core.pipeline import Pipeline, Stage
from salesbot.core.voice import Markdown, Say
from salesbot.core.wishes import MirrorWish

FROM_STREAK = "streak"
"""How the keys of leads begin that were somebody's mirror before (`core.lead`)."""
_WAITS_FOR = frozenset({"value", "reason"})


def wants_mirror(course: Course, stages: StageMap, pipeline: Pipeline) -> bool:
    """Say whether a deal without a mirror is to get one: not ended, and in a stage that means something there."""
    stage = pipeline.stage(course.deal.stage)
    if stage is None or stage.outcome is not None or course.journal.left or course.journal.pair is not None:
        return False
    return stage.name in stages.theirs


def is_quiet(course: Course, facts: Facts, pipeline: Pipeline) -> bool:
    """Say whether nothing happened on either side since they agreed. Needs no layout, so that it costs no request."""
    mirror, pair, deal = facts.mirror, course.journal.pair, course.deal
    assert mirror is not None
    if pair is None or (mirror.stage, deal.stage, mirror.title) != (pair.theirs, pair.ours, deal.title):
        return False
    value = value_text(deal, pipeline)
    same_value = value == pair.value and (not value or value in mirror.columns.values())
    known = _address(facts) in mirror.columns.values()
    return same_value and known and people(deal, mirror, pipeline) is None and pair == _with_mail(pair, mirror)


def wish(course: Course, facts: Facts, pipeline: Pipeline) -> MirrorWish | None:
    """Say where the mirror was moved to, if that is still to be heard."""
    mirror = facts.mirror
    if mirror is None or course.journal.left:
        return None
    pair = course.journal.pair or Pair(mirror.key)
    target = pipeline.stage(facts.stage_map.ours.get(mirror.stage))
    if target is None or target.name == course.deal.stage or mirror.stage == pair.theirs:
        return None
    if _ours_moved(course, pair) and target.outcome is None and not _is_newer(mirror, course):
        return None
    return MirrorWish(target.name, mirror.moved_at)


def _ours_moved(course: Course, pair: Pair) -> bool:
    return course.deal.stage != pair.ours


def _is_newer(mirror: Mirror, course: Course) -> bool:
    """Whether the mirror was moved after the deal was; the very same second is ours."""
    visits = course.journal.history
    return not visits or mirror.moved_at > visits[-1].entered


def judge(course: Course, wish: MirrorWish, facts: Facts, pipeline: Pipeline, say: Say) -> Course:
    """Take a move over there as a fact, or judge it like any other; the configuration says which (docs/streak.md)."""
    target, stage = pipeline.stage(wish.stage), pipeline.stage(course.deal.stage)
    assert target is not None, wish.stage
    if stage is None or target.name == stage.name:
        return course
    move = Move(target.name, wish.at, None, DRAGGED)
    if stage.outcome is not None:
        no = Refusal(f"The deal is {stage.name}, and that is an end.", "Comment `/reopen` on the issue first")
        return _refuse(course, Refused(target.name, (no,)))
    if pipeline.streak is not None and pipeline.streak.guards == "requires":
        outcome = perform(course, [MoveTo(move)], Bench(pipeline, Role.NONE, wish.at, None))
        return outcome if isinstance(outcome, Course) else _refuse(course, outcome)
    why = guards.missing(course.deal, move, waits_for(target), pipeline)
    if why:
        return _wait(course, Refused(target.name, why), wish, facts, pipeline, say)
    return _take(course, target, move, pipeline, say)


def _refuse(course: Course, refused: Refused) -> Course:
    return replace(course, refused=(*course.refused, refused))


def waits_for(target: Stage) -> tuple[str, ...]:
    """Name the guards without which even a fact is not taken: won needs its value, lost and rejected their reason."""
    return tuple(name for name in target.requires if name in _WAITS_FOR) if target.outcome is not None else ()


def _wait(course: Course, refused: Refused, wish: MirrorWish, facts: Facts, pipeline: Pipeline, say: Say) -> Course:
    """Ask once for what is missing; the move is judged again by every sync until it is taken or taken back."""
    stamp = int(wish.at.timestamp())
    assert facts.mirror is not None
    pair = course.journal.pair or Pair(facts.mirror.key)
    course = course.noting(f"It is {refused.to} in Streak, and waits: {' '.join(no.reason for no in refused.why)}")
    if pair.asked == stamp:
        return course
    text = say("dragged.md.j2", _words(course, refused, pipeline, taken=False))
    journal = replace(course.journal, pair=replace(pair, asked=stamp))
    return replace(course, journal=journal).owing(comments.key(comments.WAITS, stamp), text)


def _take(course: Course, target: Stage, move: Move, pipeline: Pipeline, say: Say) -> Course:
    why = guards.missing(course.deal, move, target.requires, pipeline)
    taken = enter(course, target, move, pipeline)
    if not why:
        return taken
    text = say("dragged.md.j2", _words(course, Refused(target.name, why), pipeline, taken=True))
    taken = taken.owing(comments.key(comments.DRAGGED, int(move.at.timestamp())), text)
    for no in why:
        if no.missing and no.missing.startswith("checklist:"):
            taken = taken.owing(no.missing, "")
    return taken


def _words(course: Course, refused: Refused, pipeline: Pipeline, *, taken: bool) -> dict[str, object]:
    return {
        "taken": taken,
        "to": refused.to,
        "stage": course.deal.stage,
        "person": course.deal.owner,
        "team": None if course.deal.owner else pipeline.notify_new,
        "why": [{"reason": no.reason, "hint": Markdown(no.hint)} for no in refused.why],
        "boxes": [] if taken else answers.reasons(refused, pipeline),
    }


def remember(course: Course, facts: Facts, pipeline: Pipeline) -> Course:
    """Take down in the journal what both sides show, where they agree or have nothing to say to each other."""
    mirror = facts.mirror
    if mirror is None or course.journal.left:
        return course
    pair = _with_mail(course.journal.pair or Pair(mirror.key), mirror)
    if wish(course, facts, pipeline) is None:
        pair = replace(pair, asked=0)
        if not _stage(course, facts, pipeline):
            pair = replace(pair, ours=course.deal.stage or "", theirs=mirror.stage)
    value = value_text(course.deal, pipeline)
    shown = mirror.columns.values()
    if value in shown or (not value and pair.value not in shown):
        pair = replace(pair, value=value)
    return replace(course, journal=replace(course.journal, pair=pair))


def _with_mail(pair: Pair, mirror: Mirror) -> Pair:
    moments = (each and each.replace(microsecond=0) for each in (mirror.received, mirror.sent, mirror.opened))
    received, sent, opened = moments
    return replace(pair, received=received, sent=sent, opened=opened)


def outgoing(course: Course, facts: Facts, layout: Layout, pipeline: Pipeline) -> list[MirrorEffect]:
    """List what the mirror is to be told, so that it shows what the deal became. In step means nothing."""
    mirror, deal = facts.mirror, course.deal
    assert mirror is not None
    effects: list[MirrorEffect] = []
    if mirror.title != deal.title:
        effects.append(PutTitle(deal.title))
    effects += _columns(course, facts, layout, pipeline)
    wanted = people(deal, mirror, pipeline)
    if wanted is not None:
        effects.append(PutPeople(wanted))
    return [*effects, *_stage(course, facts, pipeline)]


def _columns(course: Course, facts: Facts, layout: Layout, pipeline: Pipeline) -> list[MirrorEffect]:
    """The issue's address, and the value; one that people wrote there stays while we know of none."""
    mirror, pair = facts.mirror, course.journal.pair
    assert mirror is not None
    shown = {name: mirror.columns.get(layout.column(name) or "", "") for name in (ADDRESS, VALUE)}
    wanted = {ADDRESS: _address(facts), VALUE: value_text(course.deal, pipeline)}
    if not wanted[VALUE] and (pair is None or shown[VALUE] != pair.value):
        wanted[VALUE] = shown[VALUE]
    return [PutColumn(name, text) for name, text in wanted.items() if text != shown[name]]


def _stage(course: Course, facts: Facts, pipeline: Pipeline) -> list[MirrorEffect]:
    mirror, deal, stages = facts.mirror, course.deal, facts.stage_map
    assert mirror is not None
    pair = course.journal.pair or Pair(mirror.key)
    stage, theirs = pipeline.stage(deal.stage), stages.theirs.get(deal.stage or "")
    heard = wish(course, facts, pipeline)
    if heard is not None:
        strict = pipeline.streak is not None and pipeline.streak.guards == "requires"
        goes_back = strict or (stage is not None and stage.outcome is not None)
        back = theirs or pair.theirs
        return [Tell(_why_back(course, heard, facts)), PutStage(back)] if goes_back and back else []
    if theirs is None or theirs == mirror.stage or not _ours_moved(course, pair):
        return []
    is_talk = mirror.stage not in stages.ours and mirror.stage != pair.theirs and _is_newer(mirror, course)
    return [] if is_talk else [PutStage(theirs)]


def _why_back(course: Course, heard: MirrorWish, facts: Facts) -> str:
    """Say why, in plain text; the moment in it tells this move from the next, so that a comment is said once."""
    reasons = [no for refused in course.refused if refused.to == heard.stage for no in refused.why]
    why = " ".join(f"{no.reason} {no.hint}.".replace("`", "") for no in dict.fromkeys(reasons))
    moment = f"{heard.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return f"Moved back to {course.deal.stage}, from {heard.stage} ({moment}). {why} {_address(facts)}"[:2000]


def _address(facts: Facts) -> str:
    assert facts.issue is not None
    return facts.issue.url


def value_text(deal: Deal, pipeline: Pipeline) -> str:
    """Write the value for a column that is summed: digits alone in the pipeline's currency. Empty if there is none."""
    if not deal.fields.get("Value") or not deal.body_trusted:
        return ""
    try:
        money = Money.parse(deal.fields["Value"], pipeline.currency)
    except MoneyError:
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
