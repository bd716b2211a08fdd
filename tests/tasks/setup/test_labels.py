"""`salesbot labels`: the list of labels as the configuration has it, and back on the deals that lost one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

import pytest

from salesbot.core.model.defaults import default_pipeline
from tests.e2e.by_hand import Command
from tests.e2e.play import CONFIG, Play, kinds

STAGES = [stage.label for stage in default_pipeline().stages]


def list_of(play: Play) -> dict[str, tuple[str, str]]:
    with play.github.hub.db.lock:
        rows = play.github.hub.db.all(
            "SELECT name, color, description FROM labels WHERE deleted_at IS NULL ORDER BY id"
        )
    return {row["name"]: (row["color"], row["description"]) for row in rows}


@pytest.mark.parametrize("by", ["", "kim"], ids=["the workflow's token", "an admin's token"])
def test_in_an_empty_repository_they_are_said_then_created(play: Play, command: Command, by: str) -> None:
    said = command("labels", by=by)
    assert (said.code, said.out.splitlines()) == (0, [f"create the label {label}" for label in STAGES])
    assert list_of(play) == {}
    assert command("labels", "--yes", by=by).code == 0
    wanted = {stage.label: (stage.color, stage.description) for stage in default_pipeline().stages}
    assert list_of(play) == wanted
    assert command("labels", by=by).out == "All labels are correct.\n"


def paint(play: Play) -> None:
    play.sales.push("kim", CONFIG, 'version: 1\nstages: {won: {color: "00ff00", description: Hooray}}\n')


def rename_stage(play: Play) -> None:
    play.sales.push("kim", CONFIG, "version: 1\nstages: {proposal: {was: negotiating}}\n")


def rename_label(play: Play) -> None:
    play.sales.rename_label("kim", "stage:won", "Hooray")


ACTS = [
    (paint, "colour stage:won 00ff00, describe stage:won", "stage:won"),
    (rename_stage, "rename the label stage:negotiating to stage:proposal", "stage:proposal"),
    (rename_label, "rename the label Hooray to stage:won", "stage:won"),
]


@pytest.mark.parametrize(
    ("change", "said", "label"), ACTS, ids=["a colour changed", "a stage renamed", "a label renamed by hand"]
)
def test_what_is_not_as_configured_is_named_and_mended(
    play: Play, command: Command, change: Callable[[Play], object], said: str, label: str
) -> None:
    won = play.deal("won", "### Value\n\n9000 EUR")
    lead = play.deal()
    play.drop()
    change(play)
    play.reconcile()
    assert command("labels").out.splitlines() == [said]
    assert command("labels", "--yes").code == 0
    assert label in play.sales.labels()
    assert (play.stages(won), play.stages(lead)) == (["won"], ["lead"])
    assert command("labels").out == "All labels are correct.\n"


def test_a_deleted_label_is_made_again_and_put_back_on_open_and_closed_deals(play: Play, command: Command) -> None:
    won, lead, other = play.deal("won", "### Value\n\n9000 EUR"), play.deal(), play.deal("qualified")
    play.sales.delete_label("kim", "stage:won")
    play.sales.delete_label("kim", "stage:lead")
    play.reconcile()
    problem = play.problem()
    assert problem is not None
    written = [len(play.sales.issue(number).comments) for number in (won, lead, other)]
    assert command("labels").out.splitlines() == [
        "create the label stage:lead",
        "create the label stage:won",
        f"#{won}: put stage:won back on, as its card says",
        f"#{lead}: put stage:lead back on, as its card says",
    ]
    said = command("labels", "--yes")
    assert said.code == 0, said.err
    assert [play.stages(number) for number in (won, lead, other)] == [["won"], ["lead"], ["qualified"]]
    assert [len(play.sales.issue(number).comments) for number in (won, lead, other)] == written
    assert command("labels").out == "All labels are correct.\n"
    play.by_hand(lead)
    assert play.problem() is None
    assert [len(play.sales.issue(number).comments) for number in (won, lead, other)] == written


def test_put_back_by_an_admin_they_are_no_wishes(play: Play, command: Command) -> None:
    lead = play.deal()
    play.sales.delete_label("kim", "stage:lead")
    play.drop()
    assert command("labels", "--yes", by="kim").code == 0
    before = play.text(lead, "card")
    play.reconcile()
    assert (play.stages(lead), play.said(lead)) == (["lead"], ["card", "checklist:qualification"])
    assert play.text(lead, "card") == before


def test_a_card_beyond_what_a_glance_shows_is_found(play: Play, command: Command) -> None:
    number = play.sales.open_issue("ann", "Talk first")
    play.drop()
    for index in range(20):
        play.sales.comment("ann", number, f"Word {index}")
    play.drop()
    play.by_hand(number)
    play.sales.comment("kim", number, "/lead")
    play.reconcile()
    for index in range(20):
        play.sales.comment("ann", number, f"Word {index}")
    play.sales.delete_label("kim", "stage:lead")
    play.drop()
    assert f"#{number}: put stage:lead back on, as its card says" in command("labels").out.splitlines()


def test_a_deal_that_left_the_pipeline_stays_without(play: Play, command: Command) -> None:
    number = play.deal()
    play.sales.comment("kim", number, "/not-a-deal")
    play.reconcile()
    play.sales.delete_label("kim", "stage:lead")
    play.drop()
    assert command("labels").out.splitlines() == ["create the label stage:lead"]


def test_who_may_not_is_told_and_nothing_changes(play: Play, command: Command) -> None:
    said = command("labels", "--yes", by="ann")
    assert said.code == 1
    assert list_of(play) == {}
    assert "salesbot: A label could not be created" in said.err
    assert "This needs the role write, or `issues: write`" in said.err


def typed(play: Play) -> list[str]:
    """The command that the problem issue names, taken apart as a shell does."""
    number = play.problem()
    assert number is not None
    (said,) = re.findall(r"`(salesbot labels [^`]+)`", play.sales.issue(number).body)
    return shlex.split(said)[1:]


def delete_label(play: Play) -> None:
    play.sales.delete_label("kim", "stage:won")


@pytest.mark.parametrize("change", [rename_label, delete_label])
def test_the_command_that_the_problem_issue_names_repairs_it(
    play: Play, command: Command, change: Callable[[Play], object]
) -> None:
    won = play.deal("won", "### Value\n\n9000 EUR")
    change(play)
    play.reconcile()
    said = command(*typed(play))
    assert said.code == 0, said.err
    assert play.stages(won) == ["won"]
    play.by_hand(won)
    assert play.problem() is None


def test_labels_that_look_alike_are_named_and_left_to_people(play: Play, command: Command) -> None:
    command("labels", "--yes")
    for name in ("❤ fans", "❤\ufe0f fans"):
        play.sales.create_label("kim", name)
    pair = (
        "\"❤ fans\" ('\\u2764 fans') and \"❤\ufe0f fans\" ('\\u2764\\ufe0f fans') look alike, so they count as one. "
        "Put one of them on all issues of the other, then delete the other."
    )
    before = list_of(play)
    for options in ((), ("--yes",)):
        assert command("labels", *options).out.splitlines() == [f"The labels {pair}"]
    assert list_of(play) == before


def test_a_label_that_looks_like_the_stages_is_the_stages(play: Play, command: Command) -> None:
    play.sales.push("kim", CONFIG, 'version: 1\nstages: {prospect: {label: "❤\ufe0f warm"}}\n')
    play.sales.create_label("kim", ":heart: Warm")
    deal = play.deal("lead")
    play.sales.label("nora", deal, ":heart: Warm")
    play.reconcile()
    assert play.sales.issue(deal).labels == (":heart: Warm",)
    assert "**prospect**" in play.text(deal, "card")
    assert [name for name in list_of(play) if "warm" in name.casefold()] == [":heart: Warm"]
    assert set(kinds(play.by_hand(deal))) == {"query"}
    assert "rename the label :heart: Warm to ❤\ufe0f warm" in command("labels", "--yes").out
    assert [name for name in list_of(play) if "warm" in name.casefold()] == ["❤\ufe0f warm"]
