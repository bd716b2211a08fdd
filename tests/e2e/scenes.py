"""Scenes for bad weather: what people did just before a run, and what must have come of it in the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from github_sandbox import Entry, Snapshot
from tests.e2e.play import BOT, CONFIG, Play, key_of, kinds, name_of, writes


@dataclass
class Scene:
    """Everything before `act` is played once and kept; then the act wakes the run that a test disturbs."""

    name: str
    requests: tuple[str, ...]
    """The requests of an undisturbed run."""
    fields: int
    """How many root fields its last document has."""
    before: Callable[[Play], int]
    change: Callable[[Play, int], object]
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

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
        self.change(play, deal)
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


@dataclass
class Friday:
    """Deals on which a sweep finds something; its delivery waits. Everything before is played once and kept."""

    few: bool = False
    """Only what takes the longest way: a date that has come, and a reminder with its label made first."""
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def open(self, play: Play) -> None:
        """Play up to the sweep."""
        if "start" not in self.kept:
            _week(play, few=self.few)
            play.drop()
            play.sales.schedule()
            self.kept["start"] = play.github.snapshot()
        else:
            start: Snapshot = self.kept["start"]
            play.github.restore(start)

    def clean(self, play: Play) -> Any:
        """What an undisturbed sweep makes of it; leaves it open again."""
        if "clean" not in self.kept:
            self.open(play)
            run = play.run()
            assert run.exit_code == 0, run.stdout
            self.kept["requests"] = run.requests
            self.kept["clean"] = outcomes(play)
            assert_swept(play)
        self.open(play)
        return self.kept["clean"]

    def requests(self, play: Play) -> list[Entry]:
        """The requests of an undisturbed sweep."""
        self.clean(play)
        return list(self.kept["requests"])


def _week(play: Play, *, few: bool) -> None:
    put_off, step, command, refused, closed = (play.deal() for _ in range(5))
    play.sales.comment("nora", put_off, "/assign @kim\n/value 45k\n/revisit friday they move house")
    play.sales.comment("nora", step, '/stage qualified --force "test"\n/assign @kim\n/next tomorrow call them')
    play.reconcile()
    play.github.set(datetime(2026, 11, 27, 9, tzinfo=UTC))
    if not few:
        play.sales.comment("nora", command, "/value 9000\n/prospect")
        play.sales.label("ann", refused, "stage:won")
        play.sales.close("ann", closed)


def outcomes(play: Play) -> Any:
    """What counts in the end, of every issue."""
    return [outcome(play, issue.number) for issue in play.sales.issues()]


def assert_swept(play: Play) -> None:
    """Nothing was said twice, hidden comments counted too, and another sweep writes nothing."""
    for issue in play.sales.issues():
        keys = [key_of(comment) for comment in issue.comments if comment.author == BOT]
        assert len(keys) == len(set(keys)), keys
    before = play.sales.issues()
    run = play.sweep()
    assert (run.exit_code, writes(run.requests), play.sales.issues()) == (0, [], before), run.stdout


def _shown(text: str) -> str:
    """A history that was read from the labels alone cannot tell a start from a label."""
    return re.sub(r"\[([^\[\]]*)\]\([^)]*\)", r"\1", text).replace("|  | start |", "|  | label |")


def _settled_lead(play: Play) -> int:
    deal = play.deal()
    play.tick_all(deal, "qualification")
    play.reconcile()
    return deal


def _refused(play: Play) -> int:
    deal = play.deal()
    play.sales.label("ann", deal, "stage:won")
    play.reconcile()
    return deal


def _long_way(play: Play) -> int:
    deal = play.deal()
    for stage in ("prospect", "lead", "revisit"):
        play.sales.comment("nora", deal, f"/{stage}{' 2027-03-01' if stage == 'revisit' else ''}")
        play.reconcile()
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
AGAIN = Scene(
    "a label after a refused one", ("query", "mutation"), 3, lambda play: _refused(play),
    lambda play, deal: play.sales.label("ann", deal, "stage:prospect"),
)  # fmt: skip
UNDO = Scene(
    "a move taken back", ("query", "rest", "mutation"), 5, lambda play: _long_way(play),
    lambda play, deal: play.sales.comment("nora", deal, "/undo"),
)  # fmt: skip
SCENES = (MOVE, PLAN, REFUSAL, FIRST)
