"""Keeping deals and a project of GitHub's in sync: what people ask for on the board, and what the board is to show.

The journal names what the board is to show, and as of when, before the board is written. A change there that is
younger is a person's; an older one is what a run left undone, and is written over. So a drag is evaluated once, and
nothing that salesbot writes late looks like one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from salesbot.core.lifecycle import restore
from salesbot.core.lifecycle.intents import BoardCommandIntent, BoardIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.board import (
    CLOSE,
    STAGE,
    STEP,
    STEP_DATE,
    VALUE,
    WEIGHTED,
    AddItem,
    Archive,
    BoardEffect,
    BoardView,
    RemoveItem,
    ShowValue,
    Unarchive,
)
from salesbot.core.model.deal import Role
from salesbot.core.model.journal import OnBoard
from salesbot.core.policies.agreement import theirs_counts
from salesbot.core.policies.board_view import Change, agreed, fields_of, is_same, kept, last_change, stage_of, wanted

SCHEDULED = ("sweep", "board")
"""The triggers under which the ids of values are recorded too, which is worth no edit of a card during an event."""

# What people ask for


def intents(state: DealState, observed: Observed) -> list[BoardIntent | BoardCommandIntent]:
    """List what was changed on the board and is still to be evaluated."""
    view = observed.facts.board
    if view is None or view.item is None or view.item.archived or state.journal.left:
        return []
    before = agreed(state.journal.board, view)
    moved = _drag(state, before, view, observed)
    fields = list(_commands(state, before, view, observed)) if before is not None else []
    return [*([moved] if moved else []), *fields]


def _drag(state: DealState, before: OnBoard | None, view: BoardView, observed: Observed) -> BoardIntent | None:
    pipeline = observed.pipeline
    if STAGE not in fields_of(view, pipeline) or view.item is None:
        return None
    shown, change = view.item.text(STAGE), last_change(STAGE, view, pipeline, before)
    target = stage_of(shown, view, pipeline)
    if change.is_ours or (change.by is None and target is None) or (before is None and not _is_born(change, observed)):
        return None
    if before is not None and (shown == before.column or change.at <= before.at):
        return None
    if target is None:
        return BoardIntent(None, change.at, change.by, _most(change)) if before is not None else None
    if target.name == state.deal.stage:
        return None
    if before is not None and not theirs_counts(state, before.stage, target, change.at):
        return None
    return BoardIntent(target.name, change.at, change.by, _most(change))


def _is_born(change: Change, observed: Observed) -> bool:
    """Whether a person put the deal into a column before salesbot ever saw it. Where a card was lost, the deal wins."""
    return change.by is not None and observed.journal is None and not any(c.own for c in observed.issue.comments)


def _most(change: Change) -> Role:
    return Role.WRITE if change.delivered else Role.ADMIN


def _commands(state: DealState, before: OnBoard, view: BoardView, observed: Observed) -> Iterator[BoardCommandIntent]:
    """The commands that mean what people wrote into fields. Step and date of the next step are taken together."""
    assert view.item is not None
    item, currency = view.item, observed.pipeline.currency
    changed = _changed(state, before, view, observed)
    if VALUE in changed:
        amount = (item.text(VALUE), currency) if item.text(VALUE) else ()
        yield _command("value", "value", amount, changed[VALUE])
    if CLOSE in changed:
        yield _command("expect", "expected-close", tuple(item.text(CLOSE).split()), changed[CLOSE])
    newest = max((changed[key] for key in (STEP, STEP_DATE) if key in changed), key=lambda each: each.at, default=None)
    step, day = item.text(STEP), item.text(STEP_DATE)
    if newest is not None and bool(step) == bool(day):
        yield _command("next", "next-step", (day, *step.split()) if step else (), newest)


def _command(word: str, field: str, words: tuple[str, ...], change: Change) -> BoardCommandIntent:
    assert change.by is not None
    if not words:
        word, words = "unset", (field,)
    return BoardCommandIntent(word, words, change.at, change.by, _most(change))


def _changed(state: DealState, before: OnBoard, view: BoardView, observed: Observed) -> dict[str, Change]:
    """Find the fields that a known person changed since both sides agreed, to something else than the deal has."""
    assert view.item is not None
    found = {}
    for key, text in wanted(state.deal, view, observed.pipeline).items():
        shown, change = view.item.text(key), last_change(key, view, observed.pipeline, before)
        is_news = shown != text and kept(shown) != before.values.get(key, "") and change.at > before.at
        if key not in (STAGE, WEIGHTED) and is_news and change.by is not None and not change.by.is_bot:
            found[key] = change
    return found


# What the board is to show


def record(state: DealState, start: DealState, observed: Observed) -> DealState:
    """Record what the board is to show of the deal now, and that what it shows otherwise is past."""
    view = observed.facts.board
    if view is None:
        return state
    before = agreed(start.journal.board, view)
    if state.journal.left or not _belongs(state, before, view, observed):
        return _with(state, _absent(state, before, view))
    after, news = _agreement(state, before, view, observed), intents(start, observed)
    drag = next((each for each in news if isinstance(each, BoardIntent)), None)
    if drag is not None and _waits(state, drag):
        kept_open = before or OnBoard(view.project.number)
        return _with(
            state, replace(after, stage=kept_open.stage, column=kept_open.column, at=kept_open.at, asked=stamp(drag))
        )
    if before is not None and not news and replace(after, at=before.at, made=before.made) == before:
        after = replace(after, at=before.at) if observed.facts.trigger.event in SCHEDULED else before
    return _with(state, after)


def _with(state: DealState, on_board: OnBoard | None) -> DealState:
    return replace(state, journal=replace(state.journal, board=on_board))


def stamp(drag: BoardIntent) -> int:
    """Name a drag by its second."""
    return int(drag.at.timestamp())


def waiting(state: DealState, drag: BoardIntent, view: BoardView) -> DealState:
    """Leave a drag where it is until somebody says what it lacks."""
    return _with(state, replace(agreed(state.journal.board, view) or OnBoard(view.project.number), asked=stamp(drag)))


def _waits(state: DealState, drag: BoardIntent) -> bool:
    on_board = state.journal.board
    return on_board is not None and on_board.asked == stamp(drag) and state.deal.stage != drag.stage


def _agreement(state: DealState, before: OnBoard | None, view: BoardView, observed: Observed) -> OnBoard:
    texts, item, pipeline = wanted(state.deal, view, observed.pipeline), view.item, observed.pipeline
    known = before.values if before is not None else {}
    # What people wrote there before salesbot came stays, as long as the deal has nothing of the kind.
    values = {
        key: kept(text)
        for key, text in texts.items()
        if key != STAGE and (text or key in known or item is None or not item.text(key))
    }
    changes = [last_change(key, view, pipeline, before).at for key in texts] if item is not None else []
    return OnBoard(
        view.project.number,
        state.deal.stage or "",
        texts.get(STAGE, ""),
        max([observed.facts.read_at, *changes]),
        values,
        _made(before, view, {**values, STAGE: texts.get(STAGE, "")}),
        ours=item is None or (before is not None and before.ours),
        half=_half(state, before, view, observed),
    )


def _made(before: OnBoard | None, view: BoardView, shown: Mapping[str, str]) -> dict[str, str]:
    """The values that salesbot made: it is their creator, and they show what it wrote."""
    current = view.item.values if view.item is not None else {}
    known = before.made if before is not None else {}
    return {
        key: value.id
        for key, value in current.items()
        if known.get(key) == value.id or (is_same(value.by, view.viewer) and kept(value.text) == shown.get(key))
    }


def _half(state: DealState, before: OnBoard | None, view: BoardView, observed: Observed) -> str:
    """Which half of the next step lacks, where somebody wrote the other one on a deal that has none."""
    texts = wanted(state.deal, view, observed.pipeline)
    if view.item is None or before is None or texts.get(STEP) or not {STEP, STEP_DATE} <= texts.keys():
        return ""
    step, day = view.item.text(STEP), view.item.text(STEP_DATE)
    if bool(step) == bool(day):
        return ""
    written, lacking = (STEP, STEP_DATE) if step else (STEP_DATE, STEP)
    return lacking if written in _changed(state, before, view, observed) or before.half == lacking else ""


def _belongs(state: DealState, before: OnBoard | None, view: BoardView, observed: Observed) -> bool:
    """Whether a deal is to be on the board: it is there, it moved, or it is open and nobody took it off."""
    if view.item is not None or state.moves:
        return True
    if view.removed_at is not None and (before is None or view.removed_at > before.at):
        return False
    stage = observed.pipeline.stage(state.deal.stage)
    return not before.off if before is not None else stage is not None and stage.outcome is None


def _absent(state: DealState, before: OnBoard | None, view: BoardView) -> OnBoard | None:
    """A deal that left the pipeline is forgotten once it is gone; one that a person took off stays off."""
    if state.journal.left:
        return before if view.item is not None else None
    return replace(before, off=True) if before is not None else None


def outgoing(state: DealState | None, observed: Observed) -> list[BoardEffect]:
    """List what is to change on the board, so that it shows what the deal became. In sync means nothing.

    Without a state the issue is not a deal: it is taken off if salesbot put it there.
    """
    view, journal = observed.facts.board, state.journal if state is not None else observed.journal
    on_board = agreed(journal.board, view) if view is not None and journal is not None else None
    if view is None or on_board is None:
        return []
    if state is None or state.journal.left:
        is_none = state is not None or restore.is_excluded(observed.issue, journal)
        return [RemoveItem()] if is_none and view.item is not None and on_board.ours else []
    return [] if on_board.off else _to_show(state, on_board, view, observed)


def _to_show(state: DealState, on_board: OnBoard, view: BoardView, observed: Observed) -> list[BoardEffect]:
    board, item = observed.pipeline.board, view.item
    assert board is not None
    if board.column(state.deal.stage or "") is None:
        return [Archive()] if item is not None and not item.archived else []
    texts = wanted(state.deal, view, observed.pipeline)
    values: list[BoardEffect] = [
        ShowValue(key, text)
        for key, text in texts.items()
        if text != (item.text(key) if item is not None else "") and _may_show(key, text, on_board)
    ]
    if item is None:
        return [AddItem(), *values]
    if not item.archived:
        return values
    has_moved = bool(state.moves) or item.text(STAGE) != texts.get(STAGE, "")
    return [Unarchive(), *values] if has_moved else []


def _may_show(key: str, text: str, on_board: OnBoard) -> bool:
    if key == STAGE:
        return bool(text) and not on_board.asked
    if key in (STEP, STEP_DATE) and on_board.half:
        return False
    return bool(text) or key in on_board.values


def is_in_step(state: DealState, observed: Observed) -> bool:
    """Say whether nothing is to be done for the board, as far as a list of its items shows."""
    if observed.facts.board is None:
        return True
    after = record(state, state, observed)
    return after == state and not outgoing(after, observed) and not intents(state, observed)
