"""A team's own pipeline: other names, labels, commands, roles, and which issues are deals at all."""

from __future__ import annotations

import pytest

from tests.e2e.play import CONFIG, Play, kinds, told

OWN = """\
version: 1
timezone: Europe/Berlin
currency: CHF
label_prefix: "sales/"
stages:
  lead: {next: [+offer-sent]}
  offer-sent: {was: negotiating, label: "Offer sent", command: offer, requires: [value]}
  verbal: {after: offer-sent, probability: 85}
  prospect: null
permissions: {moves: write, default: maintain}
"""


def test_own_names_labels_and_commands(play: Play) -> None:
    play.sales.push("kim", CONFIG, OWN)
    deal = play.sales.open_issue("ann", "Acme", "### Value\r\n\r\n12'000\r\n")
    play.reconcile()
    assert play.sales.issue(deal).labels == ("sales/lead",)
    assert "Offer sent" in play.sales.labels()
    assert "sales/prospect" not in play.sales.labels()
    play.sales.comment("kim", deal, "/value 12000\n/offer")
    play.reconcile()
    assert play.sales.issue(deal).labels == ("Offer sent",)
    assert "12,000 CHF" in play.text(deal, "card")
    play.sales.comment("kim", deal, "/negotiate")
    play.reconcile()
    assert play.sales.issue(deal).labels == ("Offer sent",), "a word of the default pipeline means nothing any more"


def test_a_label_asks_for_the_role_of_its_command(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\npermissions: {moves: write}\n")
    deal = play.deal()
    play.sales.label("ann", deal, "stage:prospect")
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    assert "Moving a deal needs the role write." in play.text(deal, "refusal")
    play.sales.label("nora", deal, "stage:prospect")
    play.reconcile()
    assert play.stages(deal) == ["prospect"]
    play.assert_at_rest(deal)


def test_a_stage_renamed_in_the_configuration_takes_its_deals_history_and_label_along(play: Play) -> None:
    deal = play.deal("negotiating")
    play.sales.push("kim", CONFIG, "version: 1\nstages:\n  offer: {was: negotiating}\n")
    play.sales.comment("ann", deal, "/status")
    play.reconcile()
    assert play.stages(deal) == ["offer"]
    assert "stage:offer" in play.sales.labels()
    assert "**offer** since" in play.text(deal, "card")
    play.assert_at_rest(deal)
    play.sales.comment("ann", deal, "/undo")
    play.reconcile()
    assert play.stages(deal) == ["lead"]
    play.assert_at_rest(deal)


def test_a_stage_that_is_no_longer_configured_is_left_exactly_as_it_is(play: Play) -> None:
    deal = play.deal("prospect")
    play.sales.push("kim", CONFIG, "version: 1\nstages: {prospect: null}\n")
    before = play.sales.issue(deal)
    play.sales.comment("ann", deal, "/qualify")
    play.reconcile()
    after = play.sales.issue(deal)
    assert (after.labels, after.comments[:-1]) == (before.labels, before.comments)


def test_a_configuration_in_another_place(play: Play) -> None:
    play.sales.push("kim", "crm/pipeline.yml", "version: 1\ninitial: prospect\n")
    deal = play.sales.open_issue("ann", "Acme")
    run = play.run(inputs={"config": "crm/pipeline.yml"})
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])


def test_an_expected_guard_lets_the_move_through_and_the_card_says_what_is_missing(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nstages: {qualified: {requires: [], expects: [owner]}}\n")
    deal = play.deal()
    play.sales.label("ann", deal, "stage:qualified")
    play.reconcile()
    assert play.stages(deal) == ["qualified"]
    assert "⚠️ Missing here: " in play.text(deal, "card")
    play.sales.assign("ann", deal, "nora")
    play.reconcile()
    assert "Missing here" not in play.text(deal, "card")
    play.assert_at_rest(deal)


# Which issues are deals


@pytest.mark.parametrize(
    ("labels", "stages"),
    [
        pytest.param([], [], id="without label: no deal"),
        pytest.param(["stage:lead"], ["lead"], id="with label: a deal"),
    ],
)
def test_in_a_repository_with_code_only_labelled_issues_are_deals(
    play: Play, labels: list[str], stages: list[str]
) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ndeals: labelled\n")
    play.sales.create_label("kim", "stage:lead")
    play.drop()
    issue = play.sales.open_issue("ann", "Acme", labels=labels)
    runs = play.reconcile()
    assert {run.exit_code for run in runs} == {0}
    assert (play.stages(issue), "card" in play.said(issue)) == (stages, bool(stages))


def test_a_move_command_makes_a_deal_of_an_issue(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ndeals: labelled\n")
    issue = play.sales.open_issue("ann", "Acme")
    play.sales.comment("ann", issue, "/lead")
    play.reconcile()
    assert play.stages(issue) == ["lead"]
    play.assert_at_rest(issue)


def test_old_issues_stay_as_they_are(play: Play) -> None:
    play.sales.seed({"title": f"Old {i}", "author": "ann", "created_at": "2025-01-01T00:00:00Z"} for i in range(3))
    play.deal()
    for number in (1, 2, 3):
        play.sales.assign("ann", number, "nora")
        (run,) = play.reconcile()
        assert (run.exit_code, kinds(run), play.sales.issue(number).comments) == (0, ["query"], ())


@pytest.mark.parametrize("label", ["not-a-deal", "Not-A-Deal"])
def test_an_issue_marked_as_no_deal_is_none(play: Play, label: str) -> None:
    play.sales.create_label("kim", label)
    play.drop()
    issue = play.sales.open_issue("ann", "Holidays", labels=[label])
    (first, *_) = play.reconcile()
    assert (kinds(first), play.sales.issue(issue).comments) == (["query"], ())


def test_an_empty_configuration_is_the_default_pipeline(play: Play) -> None:
    play.sales.push("kim", CONFIG, "")
    assert play.stages(play.deal()) == ["lead"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("version: [1\n", ":1:12: ", id="broken YAML"),
        pytest.param(
            "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}, *a{i}]\n" for i in range(40)),
            "alias",
            id="aliases that multiply",
        ),
        pytest.param("#" * 300_000, "at most 262,144", id="over 256 KiB"),
        pytest.param(b"\xff\xfe\x00v", "not a text file", id="no text"),
        pytest.param(None, "is not a file", id="a folder"),
        pytest.param("stages: {lead: {probability: 5}, lead: {probability: 6}}\n", "twice", id="a key twice"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing_and_is_named(
    play: Play, content: str | bytes | None, why: str
) -> None:
    deal = play.deal()
    play.sales.push(
        "nora", CONFIG if content is not None else f"{CONFIG}/readme.md", content or "a folder of that name"
    )
    play.sales.comment("ann", deal, "/prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal), play.problem()) == (2, ["lead"], deal + 1)
    assert any(why in message and CONFIG in message for _, message in told(run)), told(run)
