"""Deals closed as duplicates, on both kinds of server: one names them only if asked, one refuses to be asked."""

from __future__ import annotations

import re
from typing import Literal, get_args

import pytest

from tests.e2e.play import Play, kinds
from tests.tasks.test_report import scheduled, the_report

Named = Literal["if asked", "always"]
VALUE = "### Company\n\nAcme GmbH\n\n### Value\n\n12000 EUR\n"


@pytest.fixture(params=get_args(Named))
def server(request: pytest.FixtureRequest, play: Play) -> Play:
    play.github.hub.duplicates_named = request.param
    return play


def close(play: Play, way: str) -> tuple[int, int]:
    """Close the second of two equal deals as a duplicate of the first."""
    first, deal = play.deal(body=VALUE), play.deal(body=VALUE)
    if way == "button":
        play.sales.close("ann", deal, "duplicate", duplicate_of=first)
    else:
        play.sales.comment("nora", deal, f"/duplicate-of #{first}")
    play.reconcile()
    return first, deal


@pytest.mark.parametrize("way", ["button", "command"])
def test_closed_as_a_duplicate_counts_nowhere_and_asks_nothing(server: Play, way: str) -> None:
    _, deal = close(server, way)
    assert server.sales.issue(deal).state_reason == "DUPLICATE"
    assert "uplicate" in server.text(deal, "card")
    assert "ask" not in server.said(deal)
    server.assert_at_rest(deal)
    assert server.sweep().exit_code == 0
    assert "ask" not in server.said(deal)
    assert scheduled(server).exit_code == 0
    assert "**12,000 EUR** open in 1 deal," in the_report(server).body


def test_one_that_no_run_has_seen_yet_is_in_no_report(server: Play) -> None:
    first, deal = server.deal(body=VALUE), server.deal(body=VALUE)
    server.sales.close("ann", deal, "duplicate", duplicate_of=first)
    assert scheduled(server).exit_code == 0
    assert "**12,000 EUR** open in 1 deal," in the_report(server).body


def test_being_refused_costs_one_request_a_run(server: Play) -> None:
    deal = server.deal()
    server.sales.label("ann", deal, "stage:prospect")
    refused = server.github.hub.duplicates_named == "always"
    assert kinds(server.run()) == ["query", *["query"] * refused, "mutation"]


def named(play: Play, deal: int) -> str:
    """The line of a card with the other deals of the client."""
    return next((line for line in play.text(deal, "card").splitlines() if "Same client" in line), "")


def test_a_card_names_the_other_deals_of_its_client_and_stays_true(play: Play) -> None:
    won, lost = play.deal("won", body=VALUE), play.deal(body=VALUE)
    play.sales.comment("nora", lost, "/lost price")
    play.reconcile()
    open_, deal = play.deal(body=VALUE), play.deal(body=VALUE)
    assert named(play, deal) == (
        f"- **Same client:** #{open_} (lead, 12,000 EUR), #{lost} (lost, price, Nov 2026), "
        f"#{won} (won, 12,000 EUR, Nov 2026)"
    )
    assert f"duplicate of #{open_}: same company" in play.text(deal, "card")
    assert f"duplicate of #{won}" not in play.text(deal, "card")

    play.sales.comment("nora", open_, "/lost timing")
    assert kinds(play.run()) == ["query", "rest", "mutation"], "a role is asked for, and no other deal read"
    assert play.sweep().exit_code == 0
    assert f"#{open_} (lost, timing, Nov 2026)" in named(play, deal)
    assert "mutation" not in kinds(play.sweep()), "then there is nothing left to do"

    play.sales.comment("nora", deal, "/set company Hooli")
    assert kinds(play.run()) == ["query", "rest", "mutation"]
    assert named(play, deal) == "", "what joined them is gone"


CLIENT = (
    "### Company\n\nAcme GmbH\n\n### Contact\n\nJane Doe\n\n### Email\n\njane@acme.example\n\n"
    "### Phone\n\n+49 30 1234567\n"
)
LACKS = "### Company\n\nAcme\n\n### Service\n\nShop\n"


def offered(play: Play, deal: int) -> list[str]:
    """The commands that a card offers to copy."""
    return re.findall(r"^/set .*$", play.text(deal, "card"), re.MULTILINE)


def test_what_an_earlier_deal_of_the_client_has_is_offered_to_copy_and_nothing_is_filled_in(play: Play) -> None:
    first = play.deal(body=f"{CLIENT}\n### Service\n\nApp\n\n### Value\n\n9000 EUR\n")
    deal = play.sales.open_issue("ann", "Acme again", LACKS)
    assert kinds(play.run()) == ["query", "query", "mutation"], "the other deals are read once, as ever"
    lines = ["/set contact Jane Doe", "/set email jane@acme.example", "/set phone +49 30 1234567"]
    assert offered(play, deal) == lines
    assert f"known from #{first}" in play.text(deal, "card")
    assert play.sales.issue(deal).body == LACKS

    play.sales.comment("nora", deal, "\n".join(lines))
    play.reconcile()
    assert offered(play, deal) == []
    assert play.sales.issue(deal).body.count("jane@acme.example") == 1
    play.assert_at_rest(deal)


def test_what_a_stranger_wrote_is_offered_to_nobody(play: Play) -> None:
    play.deal()
    earlier = play.sales.open_issue("eve", "Acme", f"{CLIENT}\n### Value\n\n9000 EUR\n")
    play.reconcile()
    play.sales.comment("nora", earlier, "/value 12000 EUR\n/prospect")
    play.reconcile()
    deal = play.sales.open_issue("ann", "Acme again", LACKS)
    play.reconcile()
    assert f"#{earlier}" in named(play, deal), "it is the same client all the same"
    assert offered(play, deal) == []


def test_a_text_that_would_be_another_command_or_end_the_block_is_not_offered(play: Play) -> None:
    play.deal(body=(
        "### Company\n\nAcme\n\n### Value\n\n9000 EUR\n\n### Contact\n\nJane\n/won 1 EUR\n\n"
        "### Email\n\njane@acme.example --force\n\n### Phone\n\n~~~\n```\n/lost price\n```\n~~~\n"
    ))  # fmt: skip
    deal = play.sales.open_issue("ann", "Acme again", LACKS)
    play.reconcile()
    assert named(play, deal)
    assert offered(play, deal) == []
    assert "/lost price" not in play.text(deal, "card")
