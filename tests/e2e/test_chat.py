"""A chat is notified of deals after everything on GitHub is done, costs no request there, and never fails a move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from github_sandbox import Run
from tests.adapters.answers import Answer, Answers
from tests.adapters.conftest import write_certificate
from tests.e2e.play import CONFIG, Play, kinds, told

ON = "version: 1\nchat: {new: true, won: true, lost: true, unanswered: true, kind: mattermost}\n"


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answers]:
    """A chat with a real certificate."""
    certificate = write_certificate(tmp_path / "chat.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server = Answers(certificate)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def deal(play: Play) -> int:
    """A deal, in a repository whose chat is configured since."""
    number = play.deal(title="@channel GmbH: shop")
    play.sales.push("kim", CONFIG, ON)
    play.drop()
    return number


def lose(play: Play, deal: int, url: str) -> Run:
    play.sales.comment("nora", deal, "/lost price")
    run = play.run(inputs={"notify-url": url})
    assert (run.exit_code, play.stages(deal)) == (0, ["lost"])
    return run


def test_a_lost_deal_is_posted_once_after_all_that_is_done_on_github(
    play: Play, deal: int, chat: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    chat.answers = [Answer(200, b"ok", {"Content-Type": "text/plain"})]
    before = chat.process_request

    def process_request(request: Any, client_address: Any) -> None:
        seen.append(play.stages(deal))
        before(request, client_address)

    monkeypatch.setattr(chat, "process_request", process_request)
    run = lose(play, deal, f"{chat.url}/hooks/SECRET")
    assert seen == [["lost"]]
    (body,) = [json.loads(body) for _, _, _, body in chat.asked]
    assert body == {"text": f"**Lost**: [@\u200bchannel GmbH: shop]({play.github.url}/acme/sales/issues/{deal}), price"}
    assert told(run) == []
    play.by_hand(deal, {"notify-url": f"{chat.url}/hooks/SECRET"})
    assert len(chat.asked) == 1


def test_a_move_costs_the_same_requests_with_and_without_a_chat(play: Play, chat: Answers) -> None:
    first, second = play.deal(), play.deal()
    plain = kinds(lose(play, first, ""))
    play.sales.push("kim", CONFIG, ON)
    play.drop()
    chat.answers = [Answer(200, b"ok", {"Content-Type": "text/plain"})]
    assert kinds(lose(play, second, f"{chat.url}/hooks/SECRET")) == plain
    assert len(chat.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(200, b"<html>Sign in", {"Content-Type": "text/html"}), id="a web page"),
        pytest.param(Answer(404, b"no_service"), id="gone"),
        pytest.param(Answer(500, b""), id="broken"),
        pytest.param(Answer(0), id="it hangs up"),
    ],
)
def test_a_chat_that_fails_is_one_notice_and_the_move_is_done(
    play: Play, deal: int, chat: Answers, answer: Answer
) -> None:
    chat.answers = [answer]
    run = lose(play, deal, f"{chat.url}/hooks/SECRET")
    ((level, text),) = told(run)
    assert (level, text.startswith("The chat was not notified: ")) == ("notice", True)
    assert "SECRET" not in run.stdout + run.summary


def test_without_an_address_nothing_is_posted_and_no_occasion_is_used_up(play: Play, deal: int, chat: Answers) -> None:
    run = lose(play, deal, "")
    assert "`notify-url` is empty" in run.stdout
    assert "announced" not in play.text(deal, "card")
