"""Scenes for bad weather: what people did just before a run, and what must have come of it in the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from salesbot.sandbox import Snapshot
from tests.e2e.play import BOT, CONFIG, Play, kinds, name_of


@dataclass
class Scene:
    """Everything before `act` is played once and kept; then the act wakes the run that a test disturbs."""

    name: str
    requests: tuple[str, ...]
    """The requests of an undisturbed run."""
    fields: int
    """How many root fields its last document has."""
    before: Callable[[Play], int]
    act: Callable[[Play, int], object]
    kept: dict[str, Any] = field(default_factory=dict)

    def open(self, play: Play) -> int:
        """Play up to the act; the delivery it made waits. Gives the deal."""
        if "start" not in self.kept:
            self.kept["deal"] = self.before(play)
            play.drop()
            self.kept["start"] = play.github.snapshot()
        else:
            start: Snapshot = self.kept["start"]
            play.github.restore(start)
        deal: int = self.kept["deal"]
        self.act(play, deal)
        return deal or len(play.sales.issues())

    def clean(self, play: Play) -> Any:
        """What an undisturbed run makes of it; leaves the scene just opened again."""
        if "clean" not in self.kept:
            deal = self.open(play)
            run = play.run()
            assert (tuple(kinds(run)), len(run.requests[-1].fields)) == (self.requests, self.fields), run.requests[-1]
            self.kept["clean"] = outcome(play, deal)
            play.assert_at_rest(deal)
        return self.kept["clean"]


def outcome(play: Play, deal: int) -> Any:
    """What counts in the end: labels and how often they came and went, state, description, comments, receipts.

    Not when, and no links: a link comes once its comment was read.
    """
    issue = play.sales.issue(deal)
    return (
        sorted(issue.labels),
        sorted((event.kind, event.actor, event.about or "") for event in issue.events if "label" in event.kind),
        (issue.state, issue.state_reason, issue.body),
        sorted((name_of(c), _shown(c.body.partition("-->")[2])) for c in play.own(deal)),
        sorted(reaction for c in issue.comments for reaction in c.reactions if reaction[1] == BOT),
    )


def _shown(text: str) -> str:
    """A history that was read from the labels alone cannot tell a start from a label."""
    return re.sub(r"\]\([^)]*\)", "]", text).replace("|  | start |", "|  | label |")


def _settled_lead(play: Play) -> int:
    deal = play.deal()
    play.tick_all(deal, "qualification")
    play.settle()
    return deal


def _old_issue(play: Play) -> int:
    play.deal()
    play.sales.push("kim", CONFIG, "version: 1\ndeals: labelled\n")
    return play.sales.open_issue("ann", "Old")


def to_rest(play: Play, deal: int) -> None:
    """Run until nothing is written any more: the failed job once more, as its mail invites to, then by hand."""
    run = play.run(play.last) if play.last and play.last.name == "issues.opened" else play.by_hand(deal)
    for _ in range(4):
        if "mutation" not in kinds(run):
            return
        run = play.by_hand(deal)
    raise AssertionError("it comes to no rest")


MOVE = Scene(
    "a move by label", ("query", "mutation"), 3, _settled_lead,
    lambda play, deal: play.sales.label("ann", deal, "stage:qualified"),
)  # fmt: skip
PLAN = Scene(
    "a plan with a field and a move", ("query", "rest", "mutation"), 7, lambda play: play.deal("negotiating"),
    lambda play, deal: play.sales.comment("nora", deal, "/value 9000\n/won"),
)  # fmt: skip
REFUSAL = Scene(
    "a refusal", ("query", "mutation"), 3, lambda play: play.deal(),
    lambda play, deal: play.sales.label("ann", deal, "stage:won"),
)  # fmt: skip
FIRST = Scene(
    "the first deal of all", ("query", "mutation", "mutation"), 3, lambda play: 0,
    lambda play, deal: play.sales.open_issue("ann", "Acme"),
)  # fmt: skip
ADOPTED = Scene(
    "a command that makes an old issue a deal", ("query", "rest", "mutation"), 5, lambda play: _old_issue(play),
    lambda play, deal: play.sales.comment("nora", deal, "/value 9000\n/lead"),
)  # fmt: skip
SCENES = (MOVE, PLAN, REFUSAL, FIRST)
