"""What is left out of a write: what GitHub refuses for good. It is named where its reader looks, and the rest is done.

The card names what the deal lacks because of it, and keeps it in the journal, so that the line stays until GitHub takes
what it refused; each run tries again. What nobody would miss on the deal (an attention label, a hidden comment) is a
notice of the run only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.effects import (
    AddLabel,
    DeleteComment,
    Effect,
    MinimizeComment,
    React,
    RemoveLabel,
    Unreact,
)
from salesbot.core.model.effects_in_words import describe
from salesbot.core.model.facts import DealFacts, Refusals
from salesbot.core.policies import attention
from salesbot.core.text.label_names import has_prefix, label_key

HARMLESS = (React, Unreact, MinimizeComment, DeleteComment)
"""Effects whose failure leaves the deal right."""
MOST_LABELS = 100
"""Labels that GitHub allows on an issue."""
NO_ROOM = f"an issue takes {MOST_LABELS} labels"


def sentence(effect: Effect, why: str) -> str:
    """Say what is left out, and why."""
    return f"GitHub refuses to {describe(effect)}: {why.rstrip('.')}. Everything else is done."


def fought_over(effects: Iterable[Effect], observed: Observed) -> list[Effect]:
    """List the changes of labels that another bot would take back: they are left to the sweep."""
    labels = {label_key(fight.label) for fight in observed.fights}
    if observed.facts.trigger.event == attention.SWEEP:
        return []
    changes = (effect for effect in effects if isinstance(effect, (AddLabel, RemoveLabel)))
    return [effect for effect in changes if label_key(effect.name) in labels]


def without_room(effects: Iterable[Effect], observed: Observed) -> Refusals:
    """List the labels for which the issue has no room, once the labels before them are off or on."""
    room, left = MOST_LABELS - len(observed.issue.labels), []
    for effect in effects:
        if isinstance(effect, AddLabel) and room <= 0:
            left.append((effect, NO_ROOM))
        else:
            room += isinstance(effect, RemoveLabel) - isinstance(effect, AddLabel)
    return tuple(left)


def refused(effects: Iterable[Effect], facts: DealFacts) -> Refusals:
    """List the effects that GitHub refused earlier in this run."""
    known = dict(facts.refused)
    return tuple((effect, known[effect]) for effect in effects if effect in known)


def tried_again(effects: Iterable[Effect], observed: Observed) -> Refusals:
    """List the effects that GitHub refused in an earlier run, and may take now."""
    known = dict(observed.journal.left_out) if observed.journal is not None else {}
    return tuple((effect, known[what]) for effect in effects if (what := describe(effect)) in known)


def without(effects: Iterable[Effect], left: Iterable[Effect]) -> list[Effect]:
    """Leave these effects out."""
    out = set(left)
    return [effect for effect in effects if effect not in out]


def for_card(left: Sequence[tuple[Effect, str]]) -> tuple[tuple[str, str], ...]:
    """Choose what the card names, in words."""
    missed = [(effect, why) for effect, why in left if not isinstance(effect, HARMLESS) and not _is_mark(effect)]
    return tuple({describe(effect): why.rstrip(".") for effect, why in missed}.items())


def _is_mark(effect: Effect) -> bool:
    return isinstance(effect, AddLabel) and has_prefix(effect.name, attention.PREFIX)
