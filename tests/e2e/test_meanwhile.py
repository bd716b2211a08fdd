"""People and other runs act while a run is between two requests. At rest there is one of each, all were heard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.play import Play
from tests.e2e.scenes import FIRST, MOVE, PLAN, REFUSAL, SCENES, Scene, outcome, to_rest

Change = Callable[[Play, int], object]


def last(scene: Scene) -> int:
    """The number of the write, between which and the read people act."""
    return len(scene.requests)


def concurrent(play: Play, scene: Scene, change: Change, *, drop: bool = False) -> int:
    """Have people act just before the write. Then their own deliveries run, or are lost."""
    deal = scene.open(play)
    play.at(last(scene), lambda: change(play, deal))
    run = play.run()
    assert run.exit_code in (0, 1)
    if drop:
        play.drop()
    play.reconcile()
    to_rest(play, deal)
    play.assert_at_rest(deal)
    return deal


LOST = pytest.mark.parametrize("drop", [False, True], ids=["their run comes", "their run is lost"])


@LOST
def test_a_label_set_meanwhile_is_judged_after_the_one_before(play: Play, drop: bool) -> None:
    deal = concurrent(play, MOVE, lambda play, deal: play.sales.label("nora", deal, "stage:lost"), drop=drop)
    assert play.stages(deal) == ["qualified"]
    assert "**Not moved to lost.** @nora" in play.text(deal, "refusal")


@LOST
def test_a_second_label_set_meanwhile_moves_the_deal_on(play: Play, drop: bool) -> None:
    deal = concurrent(play, MOVE, lambda play, deal: play.sales.label("nora", deal, "stage:lead"), drop=drop)
    assert play.stages(deal) == ["qualified"], "it was still on: GitHub notes no event for it"
    deal = concurrent(play, REFUSAL, lambda play, deal: play.sales.label("nora", deal, "stage:prospect"), drop=drop)
    assert play.stages(deal) == ["prospect"]


@LOST
def test_a_command_given_meanwhile_is_answered(play: Play, drop: bool) -> None:
    said = []
    deal = concurrent(
        play, MOVE, lambda play, deal: said.append(play.sales.comment("nora", deal, "/prospect")), drop=drop
    )
    assert (play.stages(deal), play.receipts(deal, said[0])) == (["qualified"], ["CONFUSED"])
    deal = concurrent(play, MOVE, lambda play, deal: said.append(play.sales.comment("nora", deal, "/lead")), drop=drop)
    assert play.stages(deal) == ["lead"]
    assert play.receipts(deal, said[1]) == ["ROCKET"]


@LOST
def test_the_command_corrected_meanwhile_is_not_run_twice(play: Play, drop: bool) -> None:
    def correct(play: Play, deal: int) -> None:
        said = play.sales.issue(deal).comments[-1]
        play.sales.edit_comment("nora", said.id, "/value 8000\n/won")

    deal = concurrent(play, PLAN, correct, drop=drop)
    assert play.stages(deal) == ["won"]
    assert play.sales.issue(deal).body.count("### Value") == 1
    assert play.said(deal).count("reply") == 0


@LOST
@pytest.mark.parametrize(
    ("theirs", "after"),
    [
        pytest.param("Hello,\r\nwe met.", "Hello,\r\nwe met.\r\n\r\n### Value\r\n\r\n9000 EUR", id="other words"),
        pytest.param("### Value\n\n1\n\nbye", "### Value\n\n9000 EUR\n\nbye", id="a value of their own"),
    ],
)
def test_a_description_edited_meanwhile_keeps_their_words_and_our_field(
    play: Play, theirs: str, after: str, drop: bool
) -> None:
    deal = concurrent(play, PLAN, lambda play, deal: play.sales.edit_issue("ann", deal, body=theirs), drop=drop)
    assert play.sales.issue(deal).body == after
    assert play.stages(deal) == ["won"]


@LOST
def test_a_box_ticked_meanwhile_stays_ticked(play: Play, drop: bool) -> None:
    def tick(play: Play, deal: int) -> None:
        play.sales.tick("nora", play.one(deal, "checklist:qualification").id, "Goal")

    deal = concurrent(play, REFUSAL, tick, drop=drop)
    assert "- [x] **Goal**" in play.text(deal, "checklist:qualification")
    assert "1 of 4" in play.text(deal, "card")


# The lists we write anew in the very moment


def _round_two(play: Play) -> int:
    """A deal whose estimate was sent, with one item of the list done that is due in each round."""
    deal = play.deal("qualified")
    play.tick_all(deal, "qualification")
    play.sales.tick("nora", play.one(deal, "checklist:estimate").id, "(each round)")
    play.reconcile()
    play.sales.comment("kim", deal, '/stage negotiating --force "test"')
    play.reconcile()
    return deal


REFRESH = Scene(
    "a checklist brought up to date", ("query", "rest", "mutation"), 3, lambda play: _round_two(play),
    lambda play, deal: play.sales.comment("nora", deal, "/checklist estimate"),
)  # fmt: skip
ROUND = Scene(
    "a second round", ("query", "mutation"), 3, lambda play: _round_two(play),
    lambda play, deal: play.sales.label("ann", deal, "stage:qualified"),
)  # fmt: skip


@LOST
@pytest.mark.parametrize("scene", [REFRESH, ROUND], ids=lambda scene: scene.name)
def test_what_somebody_does_to_a_list_in_the_moment_it_is_written_anew_stays(
    play: Play, scene: Scene, drop: bool
) -> None:
    play.sales.push("kim", ".github/salesbot/checklists/estimate.md.j2", ESTIMATE)

    def edit(play: Play, deal: int) -> None:
        found = play.one(deal, "checklist:estimate")
        text = found.body.replace("- [ ] Effort", "- [x] Effort").replace("- [ ] Risks", "- [ ] ~~Risks~~ none")
        play.sales.edit_comment("nora", found.id, f"{text}\n- [ ] Ask Lee")

    deal = concurrent(play, scene, edit, drop=drop)
    shown = play.text(deal, "checklist:estimate")
    for line in ("- [x] Effort", "- [ ] ~~Risks~~ none", "- [ ] Ask Lee"):
        assert line in shown
    assert ("- [x] Price" in shown, "round 2" in shown) == ((True, False) if scene is REFRESH else (False, True))
    assert f"[{3 if scene is REFRESH else 2} of 4]" in play.text(deal, "card")


ESTIMATE = """\
### Estimate{% if round > 1 %}, round {{ round }}{% endif %}


**Needed**

- [ ] Price *(each round)*
- [ ] Effort
- [ ] Risks
"""


@LOST
@pytest.mark.parametrize("scene", [MOVE, PLAN, REFUSAL], ids=lambda scene: scene.name)
def test_a_card_deleted_meanwhile_comes_back(play: Play, scene: Scene, drop: bool) -> None:
    clean = scene.clean(play)
    deal = concurrent(
        play, scene, lambda play, deal: play.sales.delete_comment("kim", play.one(deal, "card").id), drop=drop
    )
    assert play.said(deal).count("card") == 1
    assert play.stages(deal) == [label.removeprefix("stage:") for label in clean[0]]


@LOST
def test_closed_by_hand_meanwhile_is_asked_about(play: Play, drop: bool) -> None:
    deal = concurrent(play, MOVE, lambda play, deal: play.sales.close("nora", deal), drop=drop)
    assert play.stages(deal) == ["qualified"]
    assert "How did it end" in play.text(deal, "ask")


@LOST
def test_the_wish_taken_back_meanwhile(play: Play, drop: bool) -> None:
    deal = concurrent(play, MOVE, lambda play, deal: play.sales.unlabel("ann", deal, "stage:qualified"), drop=drop)
    assert len(play.stages(deal)) == 1
    assert f"**{play.stages(deal)[0]}** since" in play.text(deal, "card")


@LOST
def test_the_command_deleted_meanwhile(play: Play, drop: bool) -> None:
    def delete(play: Play, deal: int) -> None:
        play.sales.delete_comment("nora", play.sales.issue(deal).comments[-1].id)

    deal = concurrent(play, PLAN, delete, drop=drop)
    assert play.stages(deal) == ["won"]


def test_the_issue_deleted_meanwhile_ends_without_a_traceback(play: Play) -> None:
    deal = MOVE.open(play)
    play.at(2, lambda: play.sales.delete_issue("kim", deal))
    assert play.run().exit_code in (0, 1)


def test_the_issue_locked_meanwhile_is_in_step_once_unlocked(play: Play) -> None:
    deal = MOVE.open(play)
    play.at(2, lambda: play.sales.lock("kim", deal))
    play.run()
    play.sales.unlock("kim", deal)
    play.drop()
    to_rest(play, deal)
    assert outcome(play, deal) == MOVE.clean(play)


@pytest.mark.parametrize("gone", ["stage:lead", "stage:qualified"])
def test_a_label_deleted_from_the_list_meanwhile(play: Play, gone: str) -> None:
    deal = MOVE.open(play)
    play.at(2, lambda: play.sales.delete_label("kim", gone))
    assert play.run().exit_code in (0, 1, 2)
    play.reconcile()
    play.sales.create_label("kim", gone)
    play.drop()
    to_rest(play, deal)
    play.by_hand(deal)
    assert play.stages(deal) == ["qualified"]
    play.assert_at_rest(deal)


# Other runs


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
@pytest.mark.parametrize("same", [True, False], ids=["of the same event", "of another event"])
def test_two_runs_at_once_end_as_one(play: Play, scene: Scene, same: bool) -> None:
    clean = scene.clean(play)
    for request in range(1, len(scene.requests) + 1):
        deal = scene.open(play)
        assert _both_at(request, deal, play, same=same) == [0, 0]
        play.drop()
        to_rest(play, deal)
        assert outcome(play, deal) == clean
        play.assert_at_rest(deal)


def _both_at(request: int, deal: int, play: Play, *, same: bool) -> list[int]:
    """Run the waiting delivery; before its k-th request a whole other run comes and goes."""
    first = play.github.outbox[0]
    codes: list[int] = []
    play.at(request, lambda: codes.append((play.run(first) if same else play.by_hand(deal)).exit_code))
    return [play.run(first).exit_code, *codes]


def test_two_first_issues_at_once_on_the_first_day(play: Play) -> None:
    FIRST.open(play)
    play.sales.open_issue("nora", "Beta")
    first, second = play.github.outbox
    codes: list[int] = []
    play.at(2, lambda: codes.append(play.run(second).exit_code))
    assert [play.run(first).exit_code, *codes] == [0, 0]
    for deal in (1, 2):
        assert play.said(deal) == ["card", "checklist:qualification"]
        play.assert_at_rest(deal)


@pytest.mark.parametrize("scene", [MOVE, PLAN], ids=lambda scene: scene.name)
def test_a_run_that_rests_on_what_another_has_changed_since_looks_again(play: Play, scene: Scene) -> None:
    deal = scene.open(play)
    first = play.github.outbox[0]
    said: list[int] = []

    def between() -> None:
        said.append(play.sales.comment("kim", deal, "/value 777\n/undo"))
        play.run(play.github.outbox[-1])

    play.at(last(scene), between)
    play.run(first)
    play.reconcile()
    to_rest(play, deal)
    play.assert_at_rest(deal)
    assert play.stages(deal) == ["lead" if scene is MOVE else "negotiating"]
    assert "### Value\n\n777 EUR" in play.sales.issue(deal).body
    assert play.receipts(deal, said[0]) == ["ROCKET"]
