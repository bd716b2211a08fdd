"""The card: what everybody should see of a deal at a glance, as plain values for `card.md.j2`.

It holds dates, never counts of days: nothing on it changes because time passes (docs/design.md, How a run writes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from salesbot.core.commands import arguments as values_of_fields
from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Deal, How, Refusal, StageVisit
from salesbot.core.model.estimate import estimate
from salesbot.core.model.journal import BEFORE, Journal, Pair
from salesbot.core.model.pipeline import Field, Pipeline, Stage
from salesbot.core.model.trust import Doubt, TrustedField
from salesbot.core.text import markdown, next_step
from salesbot.core.text.money import Money
from salesbot.core.text.render import Markdown
from salesbot.core.views import client_deals, contacts, next_moves
from salesbot.core.views import estimate as estimate_view
from salesbot.core.views.contacts import day

_PERCENT = re.compile(r"\s*(?:100|[0-9]{1,2})\s*%?\s*")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")


def values(state: DealState, pipeline: Pipeline, today: date) -> dict[str, Any]:
    """Gather what the card shows. Today matters to exchange rates alone."""
    deal, stage = state.deal, pipeline.stage(state.deal.stage)
    assert stage is not None, state.deal.stage
    visit = deal.history[-1] if deal.history else None
    money = deal.value.money
    found = estimate(deal.checklists, pipeline, today)
    following = next_moves.next_stage(state, stage, pipeline)
    return {
        "client": markdown.one_line(deal.client)[:SHOWN],
        "stage": stage.name,
        "outcome": stage.outcome,
        "since": day(visit.entered, pipeline) if visit else None,
        "by": visit.by if visit else None,
        "open": deal.open,
        "left": state.journal.left,
        "owner": deal.owner,
        "helpers": list(deal.helpers),
        "left_out": [{"what": what, "why": why} for what, why in state.left_out],
        "unassignable": list(state.unassignable),
        "value": str(money) if money else None,
        "rounds": _rounds(state, pipeline),
        "estimate": estimate_view.for_card(found, deal, state.journal, pipeline, today),
        "weighted": _weighted(money, deal, stage),
        "probability": f"{probability(deal, stage)} %",
        "next_step": _next_step(deal),
        "expected_close": in_words(deal.fields, headings.EXPECTED_CLOSE),
        "pushed": _pushed(deal),
        "snoozed_until": in_words(deal.fields, headings.SNOOZED_UNTIL),
        "duplicate_of": state.journal.duplicate_of or None,
        "reason": deal.fields.get(headings.REASON) if stage.outcome or stage.paused else None,
        "revisit_on": in_words(deal.fields, headings.REVISIT_ON) if stage.paused else None,
        "sub_issues": dict(zip(("done", "total"), state.journal.task_counts or (), strict=False)),
        "next_task": _next_task(state.journal),
        "checklists": _checklists(deal, stage, following),
        "missing": [
            _need(refusal) for refusal in guards.missing(deal, next_moves.to(stage), _expected(deal, stage), pipeline)
        ],
        "ways": list(next_moves.ways(deal, stage, pipeline)),
        "next_stage": following,
        "unreadable": [
            *unreadable(deal, pipeline),
            *estimate_view.doubtful(found),
            *_lost_mirror(state.journal.pair),
        ],
        "untrusted": any(each.heading == headings.VALUE for each in deal.doubts),
        "doubts": [_doubt(each, each.doubt) for each in deal.doubts if each.doubt is not None],
        "skipped": skipped(deal.history, pipeline),
        "forced": [
            {"stage": visit.stage, "by": visit.by, "why": visit.forced}
            for visit in deal.history
            if visit.forced is not None
        ],
        "history": history(deal.history, state.journal, pipeline),
        "asked": bool(state.journal.asked),
        "twins": [{"number": number, "why": why} for number, why in state.journal.possible_duplicates]
        if stage.is_open
        else [],
        "same_client": client_deals.values(state.journal, stage, pipeline),
        "offers": client_deals.offers(state.journal, deal, stage),
        "contact": contacts.last_logged(state.journal, pipeline),
        "mail": contacts.mail(state.journal, pipeline),
        "half": state.journal.board.half if state.journal.board is not None else "",
        "question": state.journal.asked not in ("", BEFORE),
    }


def without_links(text: str) -> str:
    """Drop link targets, for comparing two cards: a link appears once its comment was read (docs/design.md)."""
    return _LINK.sub(r"\1", text)


def probability(deal: Deal, stage: Stage) -> int:
    """Say how likely the deal is won, in percent: its own probability, else its stage's; an end stage's is fixed."""
    own = deal.fields.get(headings.PROBABILITY, "").strip().removesuffix("%").strip()
    if stage.outcome is not None or not _PERCENT.fullmatch(own):
        return stage.probability
    return int(own)


def skipped(visits: tuple[StageVisit, ...], pipeline: Pipeline) -> list[str]:
    """List the open stages the deal jumped over on its way forward and never visited."""
    order = [stage.name for stage in pipeline.stages if stage.is_open or stage.outcome == "won"]
    been = {visit.stage for visit in visits}
    found: list[str] = []
    for left, entered in pairwise(visits):
        if left.stage in order and entered.stage in order:
            between = order[order.index(left.stage) + 1 : order.index(entered.stage)]
            found += [name for name in between if name not in been and name not in found]
    return found


def history(visits: tuple[StageVisit, ...], journal: Journal, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Write the way of the deal so far, a row for each visit and each logged activity, oldest first."""
    rows = [*_visits(visits, pipeline), *contacts.history_rows(journal, pipeline)]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _visits(visits: tuple[StageVisit, ...], pipeline: Pipeline) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Why it is where it is now, and until when, is elsewhere on the card."""
    present = tuple(replace(visit, why=None, until=None) for visit in visits[-1:])
    for visit in (*visits[:-1], *present):
        yield (
            visit.entered,
            {
                "stage": visit.stage,
                "when": day(visit.entered, pipeline),
                "by": visit.by,
                "how": visit.how,
                "forced": visit.forced,
                "until": in_words({headings.REVISIT_ON: visit.until}, headings.REVISIT_ON) if visit.until else None,
                "why": visit.why,
            },
        )


SHOWN = 80
"""Characters of a client's name, or of a text in doubt, that the card repeats."""
PUSHES_SHOWN_FROM = 3
"""An expected close moved later so often is fiction; below that it is life."""


def _doubt(field: TrustedField, doubt: Doubt) -> dict[str, str]:
    """A field whose text does not count: what it says, who wrote that, and what counts."""
    return {"field": field.heading, "text": doubt.text[:SHOWN], "by": doubt.by, "counts": field.text[:SHOWN]}


def _next_step(deal: Deal) -> dict[str, Any] | None:
    text = deal.fields.get(headings.NEXT_STEP)
    step = next_step.parse(text) if text else None
    if step is None:
        return {"day": None, "what": text, "who": None} if text else None
    return {"day": _date(step.day), "what": step.what, "who": step.who}


def _next_task(journal: Journal) -> dict[str, Any] | None:
    """The open task that is due first."""
    dated = next((each for each in journal.tasks if each.day is not None), None)
    if dated is None or dated.day is None:
        return None
    return {"day": _date(dated.day), "what": dated.what, "who": dated.who}


def in_words(fields: Mapping[str, str], heading: str) -> str | None:
    """Write the day of a field as people do, e.g. `Thu 1 Apr 2027`; text that is not a day stays as it is."""
    day = day_in(fields, heading)
    return _date(day) if day is not None else fields.get(heading)


def _pushed(deal: Deal) -> dict[str, Any] | None:
    """How often the expected close was moved later, and from when."""
    earlier = [
        text.strip() for text in deal.fields.get(headings.EARLIER_EXPECTED_CLOSES, "").split(",") if text.strip()
    ]
    return (
        {"times": len(earlier), "first": in_words({headings.EXPECTED_CLOSE: earlier[0]}, headings.EXPECTED_CLOSE)}
        if len(earlier) >= PUSHES_SHOWN_FROM
        else None
    )


def _date(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def unreadable(deal: Deal, pipeline: Pipeline) -> Iterator[dict[str, str]]:
    """Name the fields whose text cannot be read as what they should be."""
    for heading in deal.body.duplicates:
        yield {"field": heading, "why": "it is in the description twice; the first one that is filled in counts"}
    if (error := deal.value.error) is not None:
        no = values_of_fields.unreadable_money(error, "/value", pipeline.currency)
        yield {"field": headings.VALUE, "why": Markdown(f"{no.reason} {no.hint}")}
    yield from _odd_built_ins(deal, pipeline)
    for extra in pipeline.fields:
        text = deal.fields.get(extra.label, "")
        if text and not values_of_fields.is_readable(extra, text, pipeline):
            command = markdown.code(f"/set {extra.key} <value>")
            yield {"field": extra.label, "why": Markdown(f"it should be {markdown.escape(_kind(extra))}: {command}")}


def _odd_built_ins(deal: Deal, pipeline: Pipeline) -> Iterator[dict[str, str]]:
    own, stage = deal.fields.get(headings.PROBABILITY, ""), pipeline.stage(deal.stage)
    if own and not _PERCENT.fullmatch(own):
        yield {"field": headings.PROBABILITY, "why": Markdown("it should be 0 to 100 %: `/probability 40`")}
    for heading, command in (
        (headings.EXPECTED_CLOSE, "/expect <date>"),
        (headings.REVISIT_ON, "/set revisit-on <date>"),
    ):
        if deal.fields.get(heading) and day_in(deal.fields, heading) is None:
            yield {
                "field": heading,
                "why": Markdown(f"it should be a date with its year, such as 2027-03-01: `{command}`"),
            }
    if stage is not None and stage.paused and not deal.fields.get(headings.REVISIT_ON):
        yield {
            "field": headings.REVISIT_ON,
            "why": Markdown("without a date it does not come back: `/set revisit-on <date>`"),
        }
    if deal.fields.get(headings.NEXT_STEP) and next_step.parse(deal.fields[headings.NEXT_STEP]) is None:
        why = "it should begin with a date such as 2027-03-01: `/next <date> <what>`"
        yield {"field": headings.NEXT_STEP, "why": Markdown(why)}


def _kind(extra: Field) -> str:
    if extra.type == "choice":
        return f"one of {', '.join(extra.options)}"
    return {"number": "a number", "money": "an amount", "date": "a date", "yes/no": "yes or no"}.get(extra.type, "text")


def _need(refusal: Refusal) -> dict[str, Any]:
    return {"reason": refusal.reason, "hint": Markdown(refusal.advice)}


def _expected(deal: Deal, stage: Stage) -> tuple[str, ...]:
    """What the stage expects; of a deal that was moved in Streak also what others needed to come here."""
    dragged = bool(deal.history) and deal.history[-1].how in (How.MIRROR, How.BOARD)
    return tuple(dict.fromkeys((*stage.expects, *(stage.requires if dragged else ()))))


def _lost_mirror(pair: Pair | None) -> Iterator[dict[str, str]]:
    if pair is not None and pair.away:
        why = "its box is in another pipeline now and no longer kept in sync: `/streak link <address>` pairs another"
        yield {"field": headings.STREAK, "why": Markdown(why)}


def _checklists(deal: Deal, stage: Stage, following: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The progress of every checklist. At the top is what the next stage asks for, or an end stage's own."""
    top = (
        {each["name"] for each in following["checklists"]}
        if following
        else {stage.checklist if stage.outcome else None}
    )
    return [{**next_moves.progress(name, deal), "at_top": name in top} for name in deal.checklists]


def _weighted(money: Money | None, deal: Deal, stage: Stage) -> str | None:
    if money is None or not stage.is_open:
        return None
    return str(money.weighted(probability(deal, stage)))


def _rounds(state: DealState, pipeline: Pipeline) -> Mapping[str, Any] | None:
    """The first value named, the ones between, and how far the present one is from the first, in percent."""
    rounds = state.journal.rounds
    money = state.deal.value.money
    if len(rounds) < 2 or money is None:
        return None
    first = Money.parse(rounds[0][1], pipeline.currency)
    change = None
    if first.currency == money.currency and first.amount:
        change = estimate_view.percent(money.amount / first.amount - 1)
    return {
        "first": str(first),
        "on": day(rounds[0][0], pipeline),
        "between": [str(Money.parse(value, pipeline.currency)) for _, value in rounds[1:-1]],
        "change": change,
    }
