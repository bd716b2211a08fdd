"""`salesbot adopt`: what a team had before becomes its deals, and nobody gets a mail for it but the card's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from github_sandbox import Fault
from salesbot.tasks.setup import adopt
from tests.e2e.by_hand import Command
from tests.e2e.play import CONFIG, Play, told

MAP = ["--map", "In negotiation=negotiating", "--map", "Hot=lead", "--map", "Warm=lead"]


@pytest.fixture
def before(play: Play) -> Play:
    """A team that has kept its sales with labels of its own for a year; salesbot was put in today."""
    sales = play.sales
    for label in ("In negotiation", "Hot", "Warm", "bug"):
        sales.create_label("kim", label)
    for number, labels in enumerate((["In negotiation"], ["Hot"], ["Warm"], ["Hot", "In negotiation"], ["bug"], []), 1):
        sales.open_issue("nora", f"Client {number}", "### Value\n\n9000 EUR", [])
        for label in labels:
            sales.label("ann", number, label)
    sales.open_issue("ann", "Client 7: over", "", ["Hot"])
    sales.close("ann", 7)
    sales.comment("ann", 1, "/won")
    play.github.advance(timedelta(days=30))
    sales.push("kim", CONFIG, "version: 1\nsince: 2026-12-23\n")
    play.drop()
    return play


def test_without_yes_it_only_says_what_it_would_do(before: Play, command: Command) -> None:
    issues, labels = before.sales.issues(), before.sales.labels()
    said = command("adopt", *MAP)
    assert said.code == 0, said.err
    assert said.out.splitlines() == [
        "rename the label In negotiation to stage:negotiating",
        "rename the label Hot to stage:lead",
        *[
            f"create the label stage:{stage}"
            for stage in ("prospect", "qualified", "won", "lost", "rejected", "revisit")
        ],
        "take the label Warm off each deal taken over, and put stage:lead on",
        "#1 Client 1: take over in negotiating, write its card",
        "#2 Client 2: take over in lead, write its card",
        "#3 Client 3: take over in lead, write its card",
        "#4 Client 4: take over in negotiating, write its card (it also carries lead, which is removed)",
        "4 deals to take over: 2 in lead, 2 in negotiating.",
    ]
    assert (before.sales.issues(), before.sales.labels()) == (issues, labels)


def test_each_open_deal_gets_one_card_and_nothing_is_judged(before: Play, command: Command) -> None:
    said = command("adopt", *MAP, "--yes")
    assert said.code == 0, said.err
    stages = {number: before.stages(number) for number in range(1, 8)}
    assert stages == {1: ["negotiating"], 2: ["lead"], 3: ["lead"], 4: ["negotiating"], 5: [], 6: [], 7: ["lead"]}
    written = {number: before.said(number) for number in range(1, 8)}
    assert written == {1: ["card"], 2: ["card"], 3: ["card"], 4: ["card"], 5: [], 6: [], 7: []}
    assert "stage:negotiating" in before.sales.labels()
    assert "In negotiation" not in before.sales.labels()
    assert "**negotiating** since 23 Nov 2026" in before.text(1, "card")
    assert "9,000 EUR" in before.text(1, "card")
    assert before.sales.issue(1).state == "OPEN", "an old /won is history"


def test_it_prints_the_lines_that_note_the_old_names(before: Play, command: Command, play: Play) -> None:
    said = command("adopt", *MAP, "--yes")
    lines = said.out.splitlines()
    start = lines.index(f"Now add the old names to {CONFIG}:")
    assert lines[start + 1 : -1] == [
        "stages:",
        '  lead: {was: ["Hot", "Warm"]}',
        '  negotiating: {was: ["In negotiation"]}',
    ]
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-12-23\n" + "\n".join(lines[start + 1 : -1]))
    play.drop()
    assert command("adopt", *MAP).out == "0 deals to take over.\n"


def test_a_renamed_label_makes_no_event(before: Play, command: Command) -> None:
    command("adopt", *MAP, "--yes")
    assert before.github.outbox == ()
    kinds = [(event.kind, event.actor) for event in before.sales.issue(1).events]
    assert kinds == [("labeled", "ann")]


def test_the_sweep_after_it_finds_nothing_to_do_and_posts_no_checklist(before: Play, command: Command) -> None:
    command("adopt", *MAP, "--yes")
    issues = before.sales.issues()
    before.sales.schedule()
    run = before.run()
    assert (run.exit_code, told(run)) == (0, [])
    assert before.sales.issues() == issues


def test_in_the_first_seven_days_nothing_asks_for_attention_and_later_no_list_comes_unasked(
    before: Play, command: Command
) -> None:
    command("adopt", *MAP, "--yes")
    for days, marked in ((5, False), (5, True)):
        before.github.advance(timedelta(days=days))
        before.sales.schedule()
        before.run()
        assert ("attention:idle" in before.sales.issue(2).labels) is marked
        assert before.said(2) == ["card"]


def test_a_deal_taken_over_goes_on_like_any_other(before: Play, command: Command) -> None:
    command("adopt", *MAP, "--yes")
    before.sales.comment("nora", 1, "/won 9500")
    before.reconcile()
    assert (before.stages(1), before.sales.issue(1).state) == (["won"], "CLOSED")
    assert before.said(1) == ["card", "checklist:handover"]
    before.sales.label("ann", 2, "stage:qualified")
    before.reconcile()
    assert before.stages(2) == ["lead"]
    assert sorted(before.said(2)) == ["card", "checklist:qualification", "refusal"]


@pytest.mark.parametrize("write", range(1, 8))
@pytest.mark.parametrize(
    "fault", [pytest.param(Fault.fails, id="a write fails"), pytest.param(Fault.loses_answer, id="an answer is lost")]
)
def test_it_goes_on_where_it_stopped(before: Play, command: Command, fault: Callable[..., Fault], write: int) -> None:
    before.github.arm(fault(502, on="mutation", nth=write))
    first = command("adopt", *MAP, "--yes")
    assert first.code == 1
    assert len(before.sales.labels()) in range(4, 12)
    again = command("adopt", *MAP, "--yes")
    assert again.code == 0, again.err
    assert [before.said(number) for number in (1, 2, 3, 4)] == [["card"]] * 4
    assert [before.stages(number) for number in (1, 2, 3, 4)] == [["negotiating"], ["lead"], ["lead"], ["negotiating"]]
    assert '  negotiating: {was: ["In negotiation"]}' in again.out.splitlines()


def test_of_very_many_deals_it_takes_over_what_github_allows_in_an_hour(
    before: Play, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt, "CONTENT_PER_HOUR", 3)
    first = command("adopt", *MAP, "--yes")
    assert first.out.splitlines()[-1].startswith("Left: 1 deal. GitHub limits comments")
    assert [before.said(number) for number in (1, 2, 3, 4)] == [["card"], ["card"], ["card"], []]
    assert command("adopt", *MAP, "--yes").out.splitlines()[-1] == "Done."
    assert before.said(4) == ["card"]


def test_it_writes_a_second_apart_as_github_asks_for(before: Play, command: Command) -> None:
    begun = before.github.clock.now()
    command("adopt", *MAP, "--yes")
    writes = 2 + 1 + 4
    # The sandbox's own clock goes on by a second with each write.
    assert (before.github.clock.now() - begun).total_seconds() >= 2 * writes - 1


def test_many_deals_are_listed_in_part_and_counted_in_full(before: Play, command: Command) -> None:
    before.sales.seed({"title": f"Client {index}", "labels": ["Hot"]} for index in range(60))
    lines = command("adopt", *MAP).out.splitlines()
    assert lines[-2:] == ["... and 24 more", "64 deals to take over: 62 in lead, 2 in negotiating."]


def test_a_second_time_there_is_nothing_to_do(before: Play, command: Command) -> None:
    command("adopt", *MAP, "--yes")
    issues = before.sales.issues()
    said = command("adopt", "--yes")
    assert (said.code, said.out) == (0, "Done.\n")
    assert before.sales.issues() == issues


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(lambda play: play.sales.lock("kim", 1), "it is locked; unlock it", id="locked"),
        pytest.param(
            lambda play: [
                play.sales.create_label("kim", "stage:won"),
                play.sales.swap("ann", 1, "In negotiation", "stage:won"),
            ],
            "it is open and in won; close it, or put an open stage on it",
            id="won and open",
        ),
    ],
)  # fmt: skip
def test_what_it_cannot_take_over_is_named_and_left_alone(
    before: Play, command: Command, change: object, why: str
) -> None:
    assert callable(change)
    change(before)
    before.drop()
    said = command("adopt", *MAP)
    assert f"#1 Client 1: not taken over, {why}, then adopt again" in said.out
    command("adopt", *MAP, "--yes")
    assert before.said(1) == []
    assert before.sales.issue(1).state == "OPEN"


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        pytest.param(
            ["--map", "In negotiaton=negotiating"],
            'there is no label "In negotiaton". Did you mean In negotiation?',
            id="a label with a typo",
        ),
        pytest.param(["--map", "hott=lead"], 'no label "hott". Did you mean Hot?\n', id="a short label with a typo"),
        pytest.param(["--map", "Hot=laed"], 'unknown stage "laed". Did you mean lead?\n', id="a stage with a typo"),
        pytest.param(["--map", "Hot"], "--map 'Hot' is not LABEL=STAGE", id="no stage"),
        pytest.param(["--map", "Hot=lead", "--map", "hot=won"], "The label hot is mapped twice", id="a label twice"),
    ],
)  # fmt: skip
def test_a_wrong_map_is_refused_and_nothing_is_done(before: Play, command: Command, argv: list[str], why: str) -> None:
    labels, issues = before.sales.labels(), before.sales.issues()
    said = command("adopt", *argv, "--yes")
    assert said.code == 2
    assert why in said.err
    assert (before.sales.labels(), before.sales.issues()) == (labels, issues)


def test_without_since_it_refuses_as_old_issues_would_become_deals(before: Play, command: Command) -> None:
    before.sales.push("kim", CONFIG, "version: 1\n")
    said = command("adopt", *MAP, "--yes")
    assert said.code == 2
    assert "Add `since:`" in said.err
    assert "Hot" in before.sales.labels()


def test_with_a_persons_token_it_shows_the_plan_and_refuses_to_write_cards_nobody_would_believe(
    before: Play, command: Command
) -> None:
    shown = command("adopt", *MAP, by="kim")
    assert shown.out == command("adopt", *MAP).out
    said = command("adopt", *MAP, "--yes", by="kim")
    assert said.code == 2
    assert "This token acts as kim, and the workflow as github-actions" in said.err
    assert "Hot" in before.sales.labels()


def test_a_workflow_with_a_token_of_its_own_is_named(before: Play, command: Command) -> None:
    said = command("adopt", *MAP, "--yes", "--as", "kim", by="kim")
    assert said.code == 0, said.err
    assert [comment.author for comment in before.sales.issue(1).comments] == ["ann", "kim"]
