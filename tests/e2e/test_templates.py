"""A repository's own words: templates in `.github/salesbot/` that take the place of the built-in ones."""

from __future__ import annotations

import pytest

from tests.e2e.play import Play, told, writes

CARD = ".github/salesbot/card.md.j2"
REFUSAL = ".github/salesbot/refusal.md.j2"
LIST = ".github/salesbot/checklists/qualification.md.j2"


def test_a_block_of_the_card_is_extended_and_the_rest_stays(play: Play) -> None:
    play.sales.push("nora", CARD, '{% extends "salesbot/card.md.j2" %}{% block news %}Now: {{ stage }}!{% endblock %}')
    deal = play.deal()
    assert play.text(deal, "card").startswith("Now: lead!")
    assert "**Owner:** none yet" in play.text(deal, "card")
    play.assert_at_rest(deal)


def test_a_changed_card_template_reaches_a_deal_with_the_next_run(play: Play) -> None:
    deal = play.deal()
    play.sales.push("nora", CARD, '{% extends "salesbot/card.md.j2" %}{% block news %}Now: {{ stage }}!{% endblock %}')
    play.by_hand(deal)
    assert play.text(deal, "card").startswith("Now: lead!")
    play.assert_at_rest(deal)


def test_a_checklist_of_its_own(play: Play) -> None:
    play.sales.push(
        "nora", LIST, "**Needed**\n\n- [ ] Budget is known\n\n**As it applies**\n\n- [ ] {{ deal.title }}\n"
    )
    deal = play.deal(title="Acme *GmbH*: @team")
    assert "- [ ] Budget is known" in play.text(deal, "checklist:qualification")
    assert "@team" not in play.text(deal, "checklist:qualification"), "a stranger's words mention nobody"
    play.sales.tick("nora", play.one(deal, "checklist:qualification").id, "Budget")
    play.sales.comment("ann", deal, "/qualify")
    play.reconcile()
    assert play.stages(deal) == ["qualified"]
    play.assert_at_rest(deal)


def test_a_template_of_no_use_to_anybody_does_no_harm(play: Play) -> None:
    play.sales.push("nora", ".github/salesbot/notes.md.j2", "never rendered")
    play.assert_at_rest(play.deal())


def test_a_template_that_does_not_compile_is_a_problem_with_file_and_line(play: Play) -> None:
    deal = play.deal()
    play.sales.push("kim", ".github/salesbot.yml", "version: 1\n")
    play.sales.push("nora", LIST, "**Needed**\n\n- [ ] {{ deal.title\n")
    play.sales.comment("ann", deal, "/prospect")
    run = play.run()
    number = play.problem()
    assert number is not None
    assert (run.exit_code, play.stages(deal)) == (2, ["lead"])
    assert told(run)[0][1].startswith(f"{LIST}:3:1: ")
    assert f"{LIST}:3:1" in play.sales.issue(number).body
    assert "last changed by @nora" in play.sales.issue(number).body
    play.sales.push("nora", LIST, None)
    play.by_hand(deal)
    assert (play.stages(deal), play.problem()) == (["prospect"], None)
    play.assert_at_rest(deal)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("one\n{{ nix }}", "fails in line 2: 'nix' is undefined", id="a value there is not"),
        pytest.param("{% for a in 'x' * 999 %}\n{% for b in 'x' * 999 %}{% endfor %}{% endfor %}", "runs for too long",
                     id="loops for ever and prints nothing"),
        pytest.param("{% for a in range(9999) %}{{ 'x' * 199 }}{% endfor %}", "prints more than 1,000,000 characters",
                     id="prints too much"),
        pytest.param("{% include 'card.md.j2' %}", "recursion", id="includes itself"),
        pytest.param("{{ 'x' * 10 ** 9 }}", "computes something too large", id="fills the memory"),
        pytest.param("{{ ''.__class__.__mro__ }}", "is unsafe", id="wants to break out"),
        pytest.param("{{ 1 / 0 }}", "division by zero", id="divides by zero"),
        pytest.param("{{ stage.foo() }}", "no attribute 'foo'", id="calls what there is not"),
    ],
)  # fmt: skip
def test_a_template_that_fails_changes_nothing_and_is_named(play: Play, text: str, why: str) -> None:
    deal = play.deal()
    before = play.sales.issue(deal)
    play.sales.push("nora", CARD, text)
    play.sales.assign("ann", deal, "nora")
    run = play.run()
    assert (run.exit_code, writes(run.requests)) == (2, [])
    ((level, message),) = told(run)
    assert level == "error"
    assert why in message
    after = play.sales.issue(deal)
    assert (after.labels, after.comments, after.body) == (before.labels, before.comments, before.body)
    play.sales.push("nora", CARD, None)
    play.by_hand(deal)
    play.assert_at_rest(deal)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(b"\xff\xfe\x00\x00", "is not a text file", id="no text"),
        pytest.param(b"x" * 300_000, "has 300,000 bytes; at most 262,144 are read", id="over 256 KiB"),
    ],
)
def test_a_template_that_cannot_be_read_is_a_problem(play: Play, content: bytes, why: str) -> None:
    deal = play.deal()
    play.sales.push("nora", REFUSAL, content)
    run = play.by_hand(deal)
    assert (run.exit_code, told(run)) == (2, [("error", f"{REFUSAL}:1:1: {why}")])
    assert play.problem() == deal + 1


def test_a_very_long_card_is_cut_at_a_section_and_still_remembers(play: Play) -> None:
    block = '\n{% for i in range(900) %}\n### {{ i }}\n\n{{ "word " * 20 }}\n\n{% endfor %}'
    text = '{% extends "salesbot/card.md.j2" %}{% block ways %}' + block + "{% endblock %}"
    play.sales.push("nora", CARD, text)
    deal = play.deal()
    body = play.one(deal, "card").body
    assert len(body.encode()) <= 60_000
    assert "The rest was left out" in body
    play.by_hand(deal)  # the link to the checklist moves the cut
    play.assert_at_rest(deal)
