"""What a board should show of a deal, and who changed what it shows now.

GitHub names the person only of a move between the columns of the built-in field Status, in the issue's timeline. Of all
else it names whom it calls the creator of a value, and the webhook names the sender, if a relay passes it on.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model import headings
from salesbot.core.model.board import CLOSE, STAGE, STEP, STEP_DATE, TYPES, VALUE, WEIGHTED, BoardField, BoardView
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Actor, Deal
from salesbot.core.model.journal import OnBoard
from salesbot.core.model.mirror import EVER
from salesbot.core.model.pipeline import Board, Pipeline, Stage
from salesbot.core.text import next_step
from salesbot.core.text.label_names import column_key
from salesbot.core.text.money import Money
from salesbot.core.views import card

LONGEST = 1000
"""Characters of a text on the board; GitHub takes about as many."""
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Change:
    """The last change of what a field shows: when, and by whom, where that is known."""

    at: datetime
    by: Actor | None = None
    is_ours: bool = False
    """Salesbot's own App did it, or one of GitHub's own workflows: nobody's intent."""
    delivered: bool = False
    """Known from a delivery: whoever may send one to the repository may have made it up."""


def fields_of(view: BoardView, pipeline: Pipeline) -> dict[str, BoardField]:
    """Find the project's fields by what they hold; those that lack, or have another type, are left out."""
    return {key: found for key, found in _named(view.project.fields, pipeline) if found.type == TYPES[key]}


def _named(fields: tuple[BoardField, ...], pipeline: Pipeline) -> Iterator[tuple[str, BoardField]]:
    names = pipeline.board.fields if pipeline.board is not None else {}
    by_name = {column_key(each.name): each for each in reversed(fields)}
    for key, name in names.items():
        if (found := by_name.get(column_key(name))) is not None:
            yield key, found


def problems(view: BoardView, pipeline: Pipeline) -> Iterator[str]:
    """Name what the project lacks: fields, columns, and fields of another type; and what it has twice."""
    assert pipeline.board is not None
    named = dict(_named(view.project.fields, pipeline))
    for key, name in pipeline.board.fields.items():
        alike = [each.name for each in view.project.fields if column_key(each.name) == column_key(name)]
        if key not in named:
            yield f"The project has no field {name}: add one of the type {_type(key)}."
        elif len(alike) > 1:
            yield f"The project has {len(alike)} fields that mean {name}, and only the first counts: delete the others."
        elif named[key].type != TYPES[key]:
            yield f"The field {name} of the project has another type: it must be {_type(key)}."
    if (field := fields_of(view, pipeline).get(STAGE)) is not None:
        yield from _column_problems(field, pipeline, pipeline.board)


def _column_problems(field: BoardField, pipeline: Pipeline, board: Board) -> Iterator[str]:
    counts = Counter(column_key(name) for name in field.options.values())
    for stage in pipeline.stages:
        column = board.column(stage.name)
        count = counts[column_key(column)] if column is not None else 1
        if count == 0:
            yield f"The field {board.fields[STAGE]} of the project has no option {column}: add it."
        elif count > 1:
            yield (
                f"The field {board.fields[STAGE]} of the project has {count} options that mean {column}, and only the "
                "first counts: move its cards there, and delete the others."
            )


def _type(key: str) -> str:
    return {"SINGLE_SELECT": "single select", "NUMBER": "number", "DATE": "date", "TEXT": "text"}[TYPES[key]]


def option_of(stage: str | None, view: BoardView, pipeline: Pipeline) -> str:
    """Find the column of a stage; empty if it has none."""
    column = pipeline.board.column(stage or "") if pipeline.board is not None else None
    field = fields_of(view, pipeline).get(STAGE)
    if column is None or field is None:
        return ""
    return next((id_ for id_, name in field.options.items() if column_key(name) == column_key(column)), "")


def stage_of(option: str, view: BoardView, pipeline: Pipeline) -> Stage | None:
    """Find the stage of a column; None if it is not a stage's."""
    return next((each for each in pipeline.stages if option and option_of(each.name, view, pipeline) == option), None)


def wanted(deal: Deal, view: BoardView, pipeline: Pipeline) -> dict[str, str]:
    """Say what each field should show; empty for nothing."""
    money = deal.value.money
    money = money if money is not None and money.currency == pipeline.currency else None
    stage, close = pipeline.stage(deal.stage), day_in(deal.fields, headings.EXPECTED_CLOSE)
    step = next_step.parse(deal.fields.get(headings.NEXT_STEP, ""))
    texts = {
        STAGE: option_of(deal.stage, view, pipeline),
        VALUE: _number(money),
        WEIGHTED: _number(money.weighted(card.probability(deal, stage)) if money and stage else None),
        CLOSE: close.isoformat() if close else "",
        STEP: shortened(f"{step.what}{f' ({step.who})' if step.who else ''}") if step else "",
        STEP_DATE: step.day.isoformat() if step else "",
    }
    return {key: texts[key] for key in fields_of(view, pipeline)}


def _number(money: Money | None) -> str:
    return digits(money.amount) if money is not None else ""


def digits(amount: Decimal) -> str:
    """Write a number to the cent, without zeros that say nothing."""
    if not amount.is_finite() or abs(amount) >= 10**15:
        return str(amount)
    text = f"{amount.quantize(CENT, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") or "0"


def as_shown(type_: str, to: object) -> str:
    """Write what a delivery says of a field as `FieldValue` has it."""
    match to:
        case {"id": str(option)}:
            return option
        case int() | float() if not isinstance(to, bool):
            return digits(Decimal(repr(to)))
        case str():
            return to[:10] if type_.casefold() == "date" else to
    return ""


def shortened(text: str) -> str:
    """Write a text as one line that a board has room for."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def kept(text: str) -> str:
    """Write a text as the journal keeps it: a long one by its digest, since only whether it is the same matters."""
    return text if len(text) <= 40 else hashlib.sha256(text.encode()).hexdigest()[:16]


def agreed(on_board: OnBoard | None, view: BoardView) -> OnBoard | None:
    """Give what both sides last agreed on, on this very project."""
    return on_board if on_board is not None and on_board.project == view.project.number else None


def last_change(key: str, view: BoardView, pipeline: Pipeline, before: OnBoard | None) -> Change:
    """Say when a field was changed last, and by whom; without a value nobody knows, unless it was delivered."""
    assert view.item is not None
    value, field = view.item.values.get(key), fields_of(view, pipeline)[key]
    moved = view.moves[-1] if key == STAGE and view.moves else None
    if moved is not None and value is not None and moved.to == field.options.get(value.text):
        is_ours = moved.automated or (_is_app(view.viewer) and is_same(moved.by, view.viewer))
        return Change(moved.at, None if is_ours else moved.by, is_ours)
    delivered = view.delivered
    if delivered is not None and delivered.field == field.id and delivered.to == view.item.text(key):
        return Change(value.changed_at if value else delivered.at, delivered.by, delivered=True)
    if value is None:
        return Change(EVER)
    by_people = value.by is not None and not is_same(value.by, view.viewer)
    was_ours = before is not None and before.made.get(key) == value.id
    known = by_people and (value.made_at == value.changed_at or was_ours)
    return Change(value.changed_at, value.by if known else None)


def is_same(one: Actor | None, other: Actor) -> bool:
    """Compare by name, without the ending that the name of an App has in some places."""
    return (
        one is not None and one.login.removesuffix("[bot]").casefold() == other.login.removesuffix("[bot]").casefold()
    )


def _is_app(actor: Actor) -> bool:
    return actor.is_bot or actor.login.endswith("[bot]")


def people(observed: Observed) -> Iterator[str]:
    """Name those who may have changed something on the board: their roles matter."""
    view = observed.facts.board
    if view is None or view.item is None or view.item.archived:
        return
    before = agreed(observed.journal.board if observed.journal else None, view)
    for key in fields_of(view, observed.pipeline):
        change = last_change(key, view, observed.pipeline, before)
        if before is None:
            is_news = key == STAGE and observed.journal is None
        else:
            is_news = change.at > before.at and kept(view.item.text(key)) != _known(key, before)
        if is_news and key != WEIGHTED and change.by is not None and not change.by.is_bot:
            yield change.by.login


def _known(key: str, before: OnBoard) -> str:
    return before.column if key == STAGE else before.values.get(key, "")
