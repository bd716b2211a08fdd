"""Explaining a deal: why it is in this stage, what was judged, what would be refused and why, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from salesbot.core import attention, card, found, timeline, wishes
from salesbot.core.decide import Decision, decide
from salesbot.core.describe import describe
from salesbot.core.facts import Facts
from salesbot.core.journal import Journal, find_cards
from salesbot.core.judge import Course
from salesbot.core.pipeline import Pipeline
from salesbot.core.voice import Say


def explain(facts: Facts, pipeline: Pipeline, now: datetime, say: Say) -> Iterator[str]:
    """Explain a deal in lines of plain text."""
    issue = facts.issue
    assert issue is not None
    yield f"#{issue.number} {issue.title}"
    cards = find_cards(issue, facts.repository)
    commands = list(wishes.commands(facts, pipeline, cards.journal))
    start = found.find(facts, pipeline, cards, commands)
    if start is None:
        yield from _no_deal(facts, pipeline, cards.journal)
        return
    yield from _stage(start.course, facts, pipeline, cards.journal)
    yield from _ways(start.course, pipeline)
    yield from _pending(start, commands, facts, pipeline)
    if pipeline.stage(start.course.deal.stage) is not None:
        kinds = attention.needed(start.course, facts, pipeline, now)
        yield f"Needs a person: {', '.join(kinds) if kinds else 'no'}."
    yield from _next(decide(facts, pipeline, now, say))


def _no_deal(facts: Facts, pipeline: Pipeline, journal: Journal | None) -> Iterator[str]:
    issue = facts.issue
    assert issue is not None
    if found.is_excluded(facts, journal):
        yield "No deal: it is labelled not-a-deal, or salesbot opened it itself."
    elif not issue.open:
        yield "No deal: it was closed before it ever had a stage."
    else:
        since = wishes.installed(facts, pipeline)
        yield f"No deal: it is older than the installation ({since:%Y-%m-%d})." if since else "No deal yet."
    yield "A stage label or a move command makes it one."


def _stage(course: Course, facts: Facts, pipeline: Pipeline, journal: Journal | None) -> Iterator[str]:
    issue = facts.issue
    assert issue is not None
    labels = [label.name for _, label in timeline.standing_stages(issue, pipeline)]
    state = "open" if course.deal.open else "closed"
    yield f"Stage: {course.deal.stage}, {state}. Labels: {', '.join(labels) or 'none'}."
    if journal is None:
        yield "There is no card to believe: the stage is read from the labels alone."
    else:
        yield f"Judged up to {journal.cursor.at:%Y-%m-%d %H:%M} UTC, as the card remembers."
        if journal.refused:
            yield "The last stage label somebody set was refused."
    for row in card.history(course.deal.history, pipeline):
        by = f" by {row['by']}" if row["by"] else ""
        forced = f", forced: {row['forced']}" if row["forced"] else ""
        why = f", because: {row['why']}" if row["why"] else ""
        yield f"  {row['when']}: {row['stage']}{by} ({row['how']}{forced}{why})"


def _ways(course: Course, pipeline: Pipeline) -> Iterator[str]:
    stage = pipeline.stage(course.deal.stage)
    if stage is None:
        yield "The configuration does not know this stage: the deal is left as it is."
        return
    if not stage.next:
        yield "From here it only reopens."
    for name in stage.next:
        target = pipeline.stage(name)
        if target is not None:
            lacking = card.needs(course.deal, target, pipeline)
            yield f"  -> {name}: {'refused, it lacks ' + ', '.join(lacking) if lacking else 'allowed'}"


def _pending(start: found.Found, commands: list[wishes.CommandWish], facts: Facts, pipeline: Pipeline) -> Iterator[str]:
    waiting = [f"the label of {wish.stage} ({wish.at:%Y-%m-%d %H:%M})" for wish in start.labels]
    waiting += [
        f"comment {wish.comment.id} by {wish.by.login if wish.by else 'nobody'}: "
        + ", ".join(f"/{line.word}" for line in wish.lines)
        + (" (too late to be run)" if wish.late else "")
        for wish in commands
    ]
    state = timeline.state_wish(facts, pipeline, start.course.journal.cursor)
    waiting += [f"{'reopened' if state.open else 'closed'} by hand ({state.at:%Y-%m-%d %H:%M})"] if state else []
    yield f"Not judged yet: {'; '.join(waiting) if waiting else 'nothing'}."


def _next(decision: Decision) -> Iterator[str]:
    for refused in decision.refused:
        yield f"Would refuse{f' {refused.to}' if refused.to else ''}: {' '.join(no.reason for no in refused.why)}"
    if not decision.effects:
        yield "A run would do nothing now."
        return
    yield "A run would now:"
    yield from (f"  {describe(effect)}" for effect in decision.effects)
