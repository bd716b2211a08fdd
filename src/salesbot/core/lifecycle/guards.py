"""Guards: what a deal must have to enter a stage. Each is a claim that is true or comes back as a refusal.

To add one, write a function here: the decorator's argument is its name in the configuration, with what may follow a
colon; the first line of the docstring is what it asks for, in the docs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from salesbot.core.commands import arguments
from salesbot.core.lifecycle import visit_fields
from salesbot.core.model import headings
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Deal, Move, Refusal
from salesbot.core.model.estimate import CHECKLIST, estimate
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Markdown
from salesbot.core.text.task_lists import Item

Guard = Callable[[Deal, Move, str, Pipeline], Refusal | None]
"""(deal, move, argument after the colon, pipeline) -> why not."""

NAMED = 4
"""Open items that a refusal names; the checklist itself shows all of them."""
_CHECKLIST = "checklist:"
DATE = "date"
"""The guard that depends on the day: a date to come back on is none once it has come."""
_guards: dict[str, Guard] = {}
GUARDS: Mapping[str, Guard] = MappingProxyType(_guards)
_usages: dict[str, str] = {}
USAGES: Mapping[str, str] = MappingProxyType(_usages)
"""How configurations name a guard, e.g. `owner`, `field:<key>`."""


def guard(usage: str) -> Callable[[Guard], Guard]:
    """Register a guard as configurations name it: `owner`, or `field:<key>` if it takes an argument."""

    def register(function: Guard) -> Guard:
        name = usage.partition(":")[0]
        assert function.__doc__, f"the guard {name} needs a docstring: its first line is what it asks for"
        _guards[name], _usages[name] = function, usage
        return function

    return register


def missing(deal: Deal, move: Move, names: tuple[str, ...], pipeline: Pipeline) -> tuple[Refusal, ...]:
    """Ask guards by name, `name` or `name:argument`, and collect every refusal in order.

    What was given for the visit that the move ends is not an answer (`visit_fields`).
    """
    refusals = []
    target = pipeline.stage(move.to)
    if target is not None:
        deal = visit_fields.without_past(deal, target, move, pipeline)
    for full in names:
        name, _, argument = full.partition(":")
        refusal = GUARDS[name](deal, move, argument, pipeline)
        if refusal is not None:
            refusals.append(refusal)
    return tuple(refusals)


@guard("checklist:<name>")
def checklist_done(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """Every needed item of the checklist is ticked or struck."""
    posted = deal.checklists.get(argument)
    if posted is None:
        return Refusal(
            f"The {argument} checklist is not done yet.",
            "Tick its items, or strike out what does not apply",
            full_name(argument),
        )
    if posted.settled:
        return None
    if posted.lost:
        return Refusal(
            f"The {argument} checklist has lost {posted.lost} of its {posted.asked} needed items.",
            f"Comment `/checklist {argument}` to restore them. Strike out what does not apply instead of deleting it",
            full_name(argument),
        )
    count = len(posted.open_items)
    names = ", ".join(title(item) for item in posted.open_items[:NAMED])
    names += f" and {count - NAMED} more" if count > NAMED else ""
    items = "one open item" if count == 1 else f"{count} open items"
    return Refusal(
        f"The {argument} checklist has {items}: {names}.",
        "Tick what is done, or strike out what does not apply (`~~like this~~ and why`)",
        full_name(argument),
    )


@guard("owner")
def has_owner(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """Somebody is assigned."""
    if deal.owner is None:
        return Refusal("The deal has no owner.", "Comment `/assign`, or `/assign @name`", "owner")
    return None


@guard("value")
def has_value(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """The deal has a value that can be read, and that somebody of us wrote."""
    example = f"`/value 12000 {pipeline.currency}`"
    if not deal.value.text and any(each.heading == headings.VALUE for each in deal.doubts):
        why = "The value was last edited by someone who may not set it."
        return Refusal(why, f"Comment `/confirm` if it is right, else {example}", "value")
    if not deal.value.text:
        return Refusal("The deal has no value.", f"Comment {example}", "value")
    if (error := deal.value.error) is not None:
        hint = arguments.unreadable_money(error, "/value", pipeline.currency).hint
        return Refusal(Markdown(f"The value of the deal cannot be read: {error.what}"), hint, "value")
    return None


@guard("reason")
def has_reason(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """The deal says why."""
    if deal.fields.get(headings.REASON):
        return None
    stage = pipeline.stage(move.to)
    return Refusal("The reason is missing.", f"Comment {_with_reason(stage, pipeline)}", "reason")


@guard(DATE)
def has_date(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """The deal says when to come back to it, and that is still to come."""
    stage = pipeline.stage(move.to)
    word = _word(stage, "revisit")
    hint = f"Comment `/{word} march` or `/{word} in 3 months`"
    text = deal.fields.get(headings.REVISIT_ON, "")
    if not text:
        return Refusal("The revisit date is missing.", hint, DATE)
    day = day_in(deal.fields, headings.REVISIT_ON)
    if day is None:
        return Refusal(f"The revisit date cannot be read: {text[:40]}.", hint, DATE)
    if day <= local_day(move.at, pipeline.timezone):
        return Refusal(f"The revisit date, {text}, is not after today.", hint, DATE)
    return None


@guard("field:<key>")
def has_field(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """A field of the deal is filled in."""
    heading = pipeline.heading(argument) or argument
    if deal.fields.get(heading):
        return None
    instead = arguments.NOT_BY_HAND.get(heading, f"`/set {argument} <value>`")
    return Refusal(f"{heading} is empty.", f"Comment {instead}", f"field:{argument}")


@guard("estimate")
def is_estimated(deal: Deal, move: Move, argument: str, pipeline: Pipeline) -> Refusal | None:
    """Every line of the estimate has an amount that can be read."""
    found = estimate(deal.checklists, pipeline, local_day(move.at, pipeline.timezone))
    lacking = [line for line in found.lines if line.is_owed or line in found.doubtful]
    if found.counted and not lacking:
        return None
    names = ", ".join(title(line.item, line.said.what) for line in lacking)
    what = f"The estimate has no amount for {names}." if lacking else "The estimate has no amounts yet."
    hint = "Write it at the end of the line in the checklist estimate, for example `Design: 8 d @nora`"
    return Refusal(what, f"{hint}, or strike the line out" if lacking else hint, "estimate")


def list_to_post(refusal: Refusal) -> str | None:
    """Name the checklist that somebody needs to answer a refusal; None if it is about something else."""
    return CHECKLIST if refusal.missing == "estimate" else checklist_of(refusal)


def short_name(refusal: Refusal) -> str:
    """Name what is missing briefly."""
    missing = refusal.missing or ""
    kind, _, argument = missing.partition(":")
    return {"checklist": f"{argument} checklist", "field": argument, "estimate": "amounts in the estimate"}.get(
        kind, kind or refusal.reason
    )


def title(item: Item, text: str = "") -> str:
    """Name an item briefly: what its text has in bold, else its first words, or those of another text."""
    bold = re.match(r"\*\*(.+?)\*\*", item.text)
    words = bold[1] if bold else text or item.text
    return words if len(words) <= 40 else f"{words[:39].rsplit(' ', 1)[0]}…"


def full_name(checklist: str) -> str:
    """Name the guard of a checklist as configurations do."""
    return f"{_CHECKLIST}{checklist}"


def checklist_of(refusal: Refusal) -> str | None:
    """Name the checklist that a refusal asks for; None if it asks for something else."""
    missing = refusal.missing or ""
    return missing.removeprefix(_CHECKLIST) if missing.startswith(_CHECKLIST) else None


def _word(stage: Stage | None, default: str) -> str:
    """What to type after the slash to move to a stage."""
    if stage is None:
        return default
    return stage.command or f"stage {stage.name}"


def _with_reason(stage: Stage | None, pipeline: Pipeline) -> str:
    lost = stage is None or stage.outcome != "rejected"
    reasons = pipeline.lost_reasons if lost else pipeline.reject_reasons
    word = _word(stage, "lost" if lost else "reject")
    example = f", for example `/{word} {reasons[0]}`" if reasons else ""
    return f"`/{word} <reason>`{example}"
