"""The relay and the board: a drag is a move within seconds; what cannot matter starts no run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from github_sandbox.http.server import Server
from salesbot.adapters.github import Client
from salesbot.adapters.github.project_webhook import BoardFilter
from salesbot.adapters.spool import Spool
from salesbot.core.model.pipeline import Board
from salesbot.tasks.relay import DeliveryForwarder, Relay
from tests.e2e.boards import Boards
from tests.e2e.play import Play, kinds, told

SECRET = "s3cret"


class Post:
    """A relay that listens to the organisation's webhook, and its forwarder, whose rounds a test makes."""

    def __init__(self, boards: Boards, folder: Path) -> None:
        self.boards, self.play = boards, boards.play
        self.said: list[str] = []
        self.spool = Spool(folder)
        github = self.play.github
        client = Client(github.token("kim"), github.api_url, github.graphql_url, open_transport=self.play.door.open)
        self.forwarder = DeliveryForwarder(self.spool, client, "acme/sales", self.said.append)
        self.server = Server()
        board = BoardFilter("acme", Board(boards.board.number))
        self.server.start(Relay(self.spool, "", board_secret=SECRET, board=board))

    def post(self, secret: str = SECRET) -> list[str]:
        """Post everything that waits for the organisation; give what the relay answers to each."""
        answers = []
        for each in self.play.github.organization_outbox:
            self.play.github.take(each)
            answers.append(self.send(each.body, each.headers(secret)))
        return answers

    def send(self, body: bytes, headers: dict[str, str]) -> str:
        return requests.post(f"{self.server.url}/github", data=body, headers=headers, timeout=10).text.strip()

    def forward(self) -> list[str]:
        """Hand over what the relay took; give the events that wait for a run."""
        assert self.forwarder.deliver()
        return [delivery.name for delivery in self.play.github.outbox]


@pytest.fixture
def post(play: Play, tmp_path: Path) -> Iterator[Post]:
    found = Post(Boards.begin(play), tmp_path / "spool")
    yield found
    found.server.stop()


@pytest.fixture
def deal(post: Post) -> int:
    deal = post.play.deal()
    post.post()
    post.play.drop()
    return deal


def test_a_drag_is_a_move_by_who_dragged_in_one_run(post: Post, deal: int) -> None:
    post.boards.drag("ann", deal, "Prospect")
    assert post.post() == ["taken"]
    assert post.forward() == ["repository_dispatch.board"]
    run = post.play.run()
    assert (run.exit_code, post.play.stages(deal)) == (0, ["prospect"]), run.stdout
    assert "| prospect | 23 Nov 2026 | ann | board |" in post.play.text(deal, "card")


def test_what_the_webhook_knows_and_the_timeline_does_not_is_used(post: Post, deal: int) -> None:
    post.play.sales.comment("nora", deal, "/value 9000")
    post.play.reconcile()
    post.post()
    post.boards.edit("nora", deal, "Value", 24000)
    assert post.post() == ["taken"]
    post.forward()
    post.play.run()
    assert "24000 EUR" in post.play.sales.issue(deal).body
    assert post.boards.card(deal).values["Value"] == 24000


def test_a_delivery_that_comes_twice_late_or_after_others_does_no_harm(post: Post, deal: int) -> None:
    waiting = []
    for column in ("Prospect", "Revisit"):
        post.boards.drag("ann", deal, column)
        (each,) = post.play.github.organization_outbox
        post.play.github.take(each)
        waiting.append(each)
    for each in (*reversed(waiting), *waiting):
        post.send(each.body, each.headers(SECRET))
        post.forward()
        post.play.reconcile()
    assert (post.play.stages(deal), post.boards.column(deal)) == (["lead"], "Lead")
    assert len([name for name in post.play.said(deal) if name == "refusal"]) == 1


def _other_project(post: Post, deal: int) -> None:
    other = post.play.github.project("acme", "Other", by="kim", columns=("Lead", "Won"))
    other.drag("kim", other.add("kim", "acme/sales", deal), "Won")


def _draft(post: Post, deal: int) -> None:
    card = post.boards.board.add_draft("ann", "Call Gamma")
    post.boards.board.drag("ann", card, "Won")


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(_other_project, id="another project"),
        pytest.param(_draft, id="a draft"),
        pytest.param(
            lambda post, deal: post.boards.board.move("ann", post.boards.card(deal).id), id="a card moved up or down"
        ),
        pytest.param(
            lambda post, deal: post.boards.board.archive("ann", post.boards.card(deal).id), id="a card archived"
        ),
        pytest.param(lambda post, deal: post.boards.edit("ann", deal, "Weighted", 5), id="a field that is ours"),
    ],
)
def test_what_cannot_matter_starts_no_run(post: Post, deal: int, act: Callable[[Post, int], None]) -> None:
    act(post, deal)
    answers = post.post()
    assert answers == ["not for us"] * len(answers)
    assert answers
    assert post.forward() == []


def test_what_salesbot_writes_itself_starts_no_run(post: Post, deal: int) -> None:
    post.play.sales.label("ann", deal, "stage:prospect")
    post.play.reconcile()
    assert "taken" not in post.post()


def test_an_issue_of_another_repository_starts_no_run(post: Post, deal: int) -> None:
    code = post.play.github.repo("acme/code", roles={"ann": "triage"})
    card = post.boards.board.add("kim", "acme/code", code.open_issue("ann", "A bug"))
    post.play.drop()
    post.boards.board.drag("kim", card, "Won")
    post.post()
    assert post.forward() == []
    assert post.boards.board.card(card).column == "Won", "it is left alone"


@pytest.mark.parametrize("secret", ["wrong", ""])
def test_a_delivery_with_another_signature_is_refused(post: Post, deal: int, secret: str) -> None:
    post.boards.drag("ann", deal, "Prospect")
    assert post.post(secret) == ["not signed with our secret"]
    assert post.forward() == []


def test_an_event_that_says_nothing_useful_is_refused_before_any_request(post: Post, deal: int) -> None:
    post.play.sales.dispatch("board", {"content_node_id": "I_x"})
    run = post.play.run()
    assert (run.exit_code, kinds(run)) == (2, [])
    assert "repository_dispatch lacks" in told(run)[0][1]


def test_an_event_about_no_issue_of_ours_costs_one_request(post: Post, deal: int) -> None:
    field = {"id": "F", "type": "text", "to": "x"}
    sender = {"login": "ann", "id": 1, "type": "User"}
    change = {"content_node_id": "I_nonsense", "field": field, "at": "2026-11-23T09:00:00Z", "sender": sender}
    post.play.sales.dispatch("board", change)
    run = post.play.run()
    assert (run.exit_code, kinds(run)) == (0, ["query"])
    assert "not an issue of this repository" in run.summary
