"""The story of a deal on a board through the real program, step by step, with what each run asks of GitHub.

`pytest -s tests/e2e/test_board_story.py` prints it as a table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from github_sandbox import Fault, Run
from tests.e2e.boards import Boards
from tests.e2e.play import BOT, Play, kinds, name_of, told


@dataclass
class Story:
    """One deal on a board, and what was seen so far."""

    boards: Boards
    deal: int
    comments: int = 0
    rows: list[str] = field(default_factory=list)

    def step(self, what: str, run: Run, *, stage: str, column: str | None, new: int = 0) -> None:
        """Note a run, and hold where deal and card are, and how many comments there are more."""
        play = self.boards.play
        card = self.boards.board.card_of("acme/sales", self.deal)
        own = [comment for comment in play.sales.issue(self.deal).comments if comment.author == BOT]
        said = [name for comment in own if (name := name_of(comment)) != "card" and "checklist" not in name]
        where, notices = (play.stages(self.deal), card and card.column), "; ".join(text for _, text in told(run))
        assert where == ([stage], column), (what, run.stdout)
        assert (run.exit_code, len(said) - self.comments) == (0, new), (what, said, run.stdout)
        self.comments = len(said)
        letters = "".join(kind[0] for kind in kinds(run))
        self.rows.append(f"{what:52} {letters:12} {stage:10} {column or '-':11} {new} {notices[:60]}")

    def relayed(self) -> Run:
        """Pass on what was done on the board, and run."""
        self.boards.relay()
        return self.boards.play.run()


def test_the_story(play: Play) -> None:
    boards = Boards.begin(play)
    sales = play.sales
    deal = sales.open_issue("ann", "Acme GmbH: new shop")
    opened = play.run()
    for delivery in play.github.organization_outbox:
        play.github.take(delivery)
    story = Story(boards, deal)
    story.step("ann opens a deal: it is put on the board", opened, stage="lead", column="Lead")
    sales.label("ann", deal, "stage:prospect")
    story.step("ann changes the label: the card follows", play.run(), stage="prospect", column="Prospect")
    boards.drag("ann", deal, "Lead")
    story.step("ann drags the card: the label follows", story.relayed(), stage="lead", column="Lead")
    boards.drag("ann", deal, "Won")
    story.step("ann drags it to won: back, with a comment", story.relayed(), stage="lead", column="Lead", new=1)
    boards.drag("eve", deal, "Prospect")
    story.step("eve, below triage, drags it: back, no comment", story.relayed(), stage="lead", column="Lead")
    boards.drag("ann", deal, "Done")
    story.step("ann drags it to Done, no stage: back, comment edited", story.relayed(), stage="lead", column="Lead")
    boards.edit("nora", deal, "Value", 24000)
    story.step("nora types a value: /value", story.relayed(), stage="lead", column="Lead")
    assert "24000 EUR" in sales.issue(deal).body
    boards.edit("ann", deal, "Value", 1)
    story.step("ann, below write, types another: back", story.relayed(), stage="lead", column="Lead", new=1)
    assert boards.card(deal).values["Value"] == 24000
    boards.edit("nora", deal, "Next step", "Call them")
    story.step("nora types a next step: its date is missing", story.relayed(), stage="lead", column="Lead")
    boards.edit("nora", deal, "Next on", "2026-12-04")
    story.step("nora adds the date: /next", story.relayed(), stage="lead", column="Lead")
    assert "2026-12-04" in sales.issue(deal).body
    boards.edit("nora", deal, "Weighted", 5)
    story.step("nora changes Weighted: put right by the sweep", play.sweep(), stage="lead", column="Lead")
    assert boards.card(deal).values["Weighted"] == 2400
    boards.drag("ann", deal, "Lost")
    story.step("ann drags it to lost: asked why, with boxes", story.relayed(), stage="lead", column="Lead", new=1)
    sales.comment("ann", deal, "/lost price")
    story.step("ann comments /lost price: closed, card in Lost", play.run(), stage="lost", column="Lost")
    play.drop()
    boards.drag("ann", deal, "Lead")
    story.step("ann drags it out of lost: back, with a comment", story.relayed(), stage="lost", column="Lost", new=1)
    sales.comment("nora", deal, "/reopen")
    story.step("nora comments /reopen", play.run(), stage="lead", column="Lead")
    boards.board.remove("ann", boards.card(deal).id)
    story.step("ann takes the card off: it stays off", play.sweep(), stage="lead", column=None)
    sales.label("ann", deal, "stage:prospect")
    story.step("the next move brings it back", play.run(), stage="prospect", column="Prospect")
    play.github.arm(Fault.fails(on="query", nth=2))
    sales.label("ann", deal, "stage:lead")
    story.step("the board is down: the deal moves", play.run(), stage="lead", column="Prospect")
    story.step("the next sweep brings the card after", play.sweep(), stage="lead", column="Lead")
    story.step("the journal learns the ids of new values", play.sweep(), stage="lead", column="Lead")
    story.step("a quiet sweep", play.sweep(), stage="lead", column="Lead")
    play.assert_at_rest(deal)
    print("", f"{'step':52} {'requests':12} {'deal':10} {'card':11} comments", *story.rows, sep="\n")
