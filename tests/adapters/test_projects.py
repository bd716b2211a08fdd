"""What GitHub's answers say of the cards of a project, odd ones too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from salesbot.adapters.github import Client
from salesbot.adapters.github.projects import Projects
from salesbot.core.model.board import Item
from tests.core.policies.boards import PROJECT, a_pipeline

AT = "2026-11-23T09:00:00Z"
HEADERS = {"date": "Mon, 23 Nov 2026 12:00:00 GMT"}


def answer(values: list[Any]) -> str:
    """An answer to `BoardOfDeals`, with a card that has these values."""
    fields = [{"id": f.id, "name": f.name, "dataType": f.type} for f in PROJECT.fields]
    card = {"id": "PVTI_1", "isArchived": False, "project": {"id": "PVT_7"}, "fieldValues": {"nodes": values}}
    project = {"id": "PVT_7", "number": 7, "fields": {"nodes": fields}}
    issue = {"id": "I_1", "projectItems": {"nodes": [card]}, "timelineItems": {"nodes": []}}
    data = {"viewer": {"login": "app"}, "repositoryOwner": {"projectV2": project}, "nodes": [issue]}
    return json.dumps({"data": data})


def item(*values: Any) -> Item:
    """The card as it is read from such an answer."""
    text = answer(list(values))
    client = Client("token", open_transport=lambda token, url: lambda method, url, body: (200, HEADERS, text))
    pipeline = a_pipeline()
    found = Projects(client, "acme").views(["I_1"], pipeline)["I_1"].item
    assert found is not None
    return found


def value(key: str, **shown: Any) -> dict[str, Any]:
    return {"id": f"V_{key}", "createdAt": AT, "updatedAt": AT, "creator": None, "field": {"id": f"F_{key}"}, **shown}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        pytest.param(24000.0, "24000", id="whole"),
        pytest.param(0.1 + 0.2, "0.3", id="to the cent"),
        pytest.param(-3.0, "-3", id="below nothing"),
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(1e300, "1E+300", id="beyond all measure"),
        pytest.param(float("nan"), "NaN", id="no number"),
        pytest.param(float("inf"), "Infinity", id="without end"),
    ],
)
def test_a_number_is_read_whatever_it_is(number: float, text: str) -> None:
    assert item(value("value", number=number)).text("value") == text


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({}, id="a value of another kind"),
        pytest.param({"field": None, "id": "V"}, id="no field"),
        pytest.param({"field": {"id": "F_unknown"}, "id": "V"}, id="a field that is not ours"),
        pytest.param({"field": {}, "id": "V"}, id="a field without an id"),
    ],
)
def test_values_that_are_not_ours_are_left_out(odd: dict[str, Any]) -> None:
    assert set(item(odd, value("next_step", text="Call")).values) == {"next_step"}


def test_a_text_of_100_kb_is_read_as_it_is() -> None:
    assert item(value("next_step", text="x" * 100_000)).text("next_step") == "x" * 100_000


def test_a_value_that_shows_nothing_is_empty() -> None:
    assert item(value("value", number=None), value("next_step", text=None)).text("value") == ""
