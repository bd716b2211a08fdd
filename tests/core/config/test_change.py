"""Which deals a changed configuration would leave behind, and the line that takes them along."""

from __future__ import annotations

import pytest

from salesbot.core import config
from salesbot.core.config.change import left_behind
from salesbot.core.model.pipeline import Pipeline


def a_pipeline(text: str) -> Pipeline:
    return config.parse(text, "f", templates=())


@pytest.mark.parametrize(
    ("before", "after", "deals", "said"),
    [
        pytest.param("", "", {"lead": 7}, [], id="nothing changed"),
        pytest.param(
            "", "stages: {prospect: null}", {"lead": 7, "prospect": 0}, [], id="a dropped stage without deals"
        ),
        pytest.param(
            "",
            "stages: {prospect: null}",
            {"lead": 7, "prospect": 3},
            [
                '3 deals are in "prospect", which the new configuration does not know. '
                "Add under stages: `lead: {was: prospect}`, in place of `prospect: null` if that is there."
            ],
            id="a dropped stage with deals: the next one may take them",
        ),
        pytest.param(
            "",
            "stages: {negotiating: null, offer: {}}",
            {"stage:negotiating": 1},
            [
                '1 deal is in "stage:negotiating", which the new configuration does not know. '
                "Add under stages: `offer: {was: negotiating}`, in place of `negotiating: null` if that is there."
            ],
            id="a new stage in the place of a dropped one takes its deals",
        ),
        pytest.param("", "stages: {offer: {was: negotiating}}", {"negotiating": 9}, [], id="a stage taken over"),
        pytest.param(
            "", "stages: {lead: {label: Lead}}", {"stage:lead": 9}, [], id="a label of one's own, the old one known"
        ),
        pytest.param(
            "stages: {lead: {label: Lead}}",
            "stages: {lead: {label: New lead}}",
            {"Lead": 2},
            [
                '2 deals are in "Lead", which the new configuration does not know. '
                'Add under stages: `lead: {was: "Lead"}`.'
            ],
            id="a label changed for another",
        ),
        pytest.param(
            "",
            "label_prefix: 'deal:'",
            {"lead": 2},
            [
                '2 deals are in "lead", which the new configuration does not know. '
                'Add under stages: `lead: {was: "stage:lead"}`.'
            ],
            id="another prefix for all labels",
        ),
        pytest.param(
            "stages: {verbal: {}}",
            "stages: {handshake: {}}",
            {"verbal": 2},
            [
                '2 deals are in "verbal", which the new configuration does not know. '
                "Add under stages: `handshake: {was: verbal, after: negotiating}`."
            ],
            id="a stage of one's own renamed",
        ),
        pytest.param(
            "",
            "stages: {lost: null}",
            {"lost": 40},
            [
                '40 deals are in "lost", which the new configuration does not know. '
                "Add under stages: `rejected: {was: lost}`, in place of `lost: null` if that is there."
            ],
            id="lost deals never become won ones",
        ),
        pytest.param(
            "",
            "stages: {revisit: null}",
            {"revisit": 4},
            [
                '4 deals are in "revisit", which the new configuration does not know. '
                "Keep the stage, or move the deals first."
            ],
            id="no other stage waits for a date",
        ),
        pytest.param(
            "",
            "",
            {"stage:in talks": 4},
            [
                '4 deals are in "stage:in talks", which the new configuration does not know. '
                "Keep the stage, or move the deals first."
            ],
            id="a label that no configuration knew",
        ),
    ],
)
def test_deals_left_behind(before: str, after: str, deals: dict[str, int], said: list[str]) -> None:
    found = left_behind(a_pipeline(before), a_pipeline(after), deals)
    assert [str(each) for each in found] == said


@pytest.mark.parametrize(
    ("before", "after", "stage", "deals"),
    [
        pytest.param("", "stages:", "prospect: null", {"prospect": 1}, id="a default stage dropped"),
        pytest.param("", "label_prefix: 'deal:'\nstages:", "lead: {}", {"lead": 1}, id="another prefix"),
        pytest.param(
            "stages: {verbal: {}}",
            "label_prefix: x\nstages:",
            "verbal: {}",
            {"verbal": 1},
            id="another prefix, one's own",
        ),
        pytest.param("stages: {verbal: {}}", "stages:", "lead: {}", {"verbal": 1}, id="a stage of one's own dropped"),
        pytest.param("stages: {verbal: {}}", "stages:", "deal: {}", {"verbal": 1}, id="a stage of one's own renamed"),
        pytest.param(
            "stages: {offer: {was: negotiating}}", "stages:", "lead: {}", {"offer": 1}, id="a renaming undone"
        ),
    ],
)
def test_the_line_that_is_proposed_helps(before: str, after: str, stage: str, deals: dict[str, int]) -> None:
    (found,) = left_behind(a_pipeline(before), a_pipeline(f"{after}\n  {stage}\n"), deals)
    assert found.line is not None
    assert left_behind(a_pipeline(before), a_pipeline(f"{after}\n  {found.line}\n"), deals) == []
