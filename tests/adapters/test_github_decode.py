"""What GitHub's answers say of people."""

from __future__ import annotations

import pytest

from salesbot.adapters.github import decode
from salesbot.core.model.deal import Actor

BOT = Actor("github-actions", 41898282, is_bot=True)


@pytest.mark.parametrize(
    ("login", "number", "own"),
    [
        pytest.param("github-actions", 7, False, id="somebody called like the bot"),
        pytest.param("github-actions[bot]", 41898282, True, id="the bot by its other name"),
    ],
)
def test_whose_act_it_is_is_told_by_the_number_of_the_account(login: str, number: int, own: bool) -> None:
    found = decode.event(
        {
            "__typename": "LabeledEvent",
            "id": "LE_1",
            "createdAt": "2026-11-23T09:00:00Z",
            "actor": {"__typename": "User", "login": login, "databaseId": number},
            "label": {"id": "LA_1", "name": "stage:won"},
        },
        BOT,
    )
    assert found is not None
    assert found.own is own
