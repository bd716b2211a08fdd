"""Explaining a deal: why it is in this stage, what was evaluated, what would be refused and why, what comes next."""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core.decide.decide import Decision, decide
from salesbot.core.lifecycle import intents, restore
from salesbot.core.lifecycle.intents import BoardCommandIntent, BoardIntent, CommandIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.effects_in_words import describe
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import attention, board_sync
from salesbot.core.text.render import Renderer
from salesbot.core.views import card, next_moves


def explain(observed: Observed, render: Renderer) -> Iterator[str]:
    """Explain a deal in lines of plain text."""
    pipeline = observed.pipeline
    yield f"#{observed.issue.number} {observed.issue.title}"
    commands = list(intents.commands(observed))
    start = restore.restore(observed, commands)
    if start is None:
        yield from _no_deal(observed)
        return
    yield from _stage(start.state, observed)
    yield from _ways(start.state, pipeline)
    yield from _pending(start, commands, observed)
    if pipeline.stage(start.state.deal.stage) is not None:
        kinds = attention.needed(start.state, observed)
        yield f"Needs attention: {', '.join(kinds) if kinds else 'no'}."
    yield from _next(decide(observed, render))


def _no_deal(observed: Observed) -> Iterator[str]:
    issue = observed.issue
    if restore.is_excluded(issue, observed.journal):
        yield "Not a deal: it is labelled not-a-deal, became a discussion, or salesbot opened it itself."
    elif why := restore.why_not_by_itself(observed):
        yield f"Not a deal: {why}."
    elif not issue.open:
        yield "Not a deal: it was closed before it ever had a stage."
    else:
        since = observed.installed
        yield f"Not a deal: it is older than the installation ({since:%Y-%m-%d})." if since else "Not a deal yet."
    yield "A stage label or a move command makes it one."


def _stage(state: DealState, observed: Observed) -> Iterator[str]:
    journal = observed.journal
    labels = [label.name for _, label in observed.parsed.current_stages]
    open_or_closed = "open" if state.deal.open else "closed"
    yield f"Stage: {state.deal.stage}, {open_or_closed}. Labels: {', '.join(labels) or 'none'}."
    if journal is None:
        yield "There is no valid card: the stage is read from the labels alone."
    else:
        yield f"Processed up to {journal.cursor.at:%Y-%m-%d %H:%M} UTC, according to the card."
        if journal.refused:
            yield "The last stage label somebody set was refused."
    for row in card.history(state.deal.history, state.journal, observed.pipeline):
        by = f" by {row['by']}" if row["by"] else ""
        forced = f", forced: {row['forced']}" if row["forced"] else ""
        until = f", until: {row['until']}" if row["until"] else ""
        why = f", because: {row['why']}" if row["why"] else ""
        place = row["stage"] or "contact"
        yield f"  {row['when']}: {place}{by} ({row['how']}{forced}{until}{why})"


def _ways(state: DealState, pipeline: Pipeline) -> Iterator[str]:
    stage = pipeline.stage(state.deal.stage)
    if stage is None:
        yield "The configuration does not know this stage: the deal is left as it is."
        return
    if not stage.next:
        yield "From here it can only be reopened."
    for name in stage.next:
        target = pipeline.stage(name)
        if target is not None:
            lacking = next_moves.needs(state.deal, target, pipeline)
            yield f"  -> {name}: {'refused, still missing: ' + ', '.join(lacking) if lacking else 'allowed'}"


def _pending(start: restore.Restored, commands: list[CommandIntent], observed: Observed) -> Iterator[str]:
    waiting = [f"the label of {intent.stage} ({intent.at:%Y-%m-%d %H:%M})" for intent in start.labels]
    waiting += [
        f"comment {intent.comment.id} by {intent.by.login if intent.by else 'nobody'}: "
        + ", ".join(f"/{line.word}" for line in intent.lines)
        + (" (too late to be run)" if intent.late else "")
        for intent in commands
    ]
    waiting += [_on_the_board(intent) for intent in board_sync.intents(start.state, observed)]
    by_hand = intents.state(observed, start.state.journal.cursor)
    waiting += [f"{'reopened' if by_hand.open else 'closed'} by hand ({by_hand.at:%Y-%m-%d %H:%M})"] if by_hand else []
    yield f"Not processed yet: {'; '.join(waiting) if waiting else 'nothing'}."


def _on_the_board(intent: BoardIntent | BoardCommandIntent) -> str:
    what = f"to {intent.stage or 'no stage'}" if isinstance(intent, BoardIntent) else f"a field, like /{intent.word}"
    return (
        f"a change on the board ({intent.at:%Y-%m-%d %H:%M}), {what}, by {intent.by.login if intent.by else 'nobody'}"
    )


def _next(decision: Decision) -> Iterator[str]:
    for refused in decision.refused:
        yield f"Would refuse{f' {refused.to}' if refused.to else ''}: {' '.join(no.reason for no in refused.why)}"
    if not decision.effects:
        yield "A run would do nothing now."
        return
    yield "A run would now:"
    yield from (f"  {describe(effect)}" for effect in decision.effects)
