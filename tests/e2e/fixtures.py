"""One sandbox for all tests of a worker, emptied before each; time stands still but for a second per write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from github_sandbox import Sandbox
from github_sandbox.streak import Streak
from github_sandbox.typeform import Typeform
from salesbot.adapters import streak, templates
from salesbot.adapters import typeform as adapter
from tests.e2e import forms as web
from tests.e2e.boxes import Boxes, request
from tests.e2e.play import Door, Play

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def _running() -> Iterator[Sandbox]:
    with Sandbox(at=MONDAY, step=1) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Load the templates compiled, as in the image: compiling them took half the time of these tests."""
    folder = tmp_path_factory.mktemp("templates")
    assert templates.compile_builtin(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(templates, "compiled_home", lambda: folder)
        yield


@pytest.fixture
def github(_running: Sandbox, _compiled: None) -> Sandbox:
    _running.reset()
    _running.limits.default()
    _running.hub.event_label_names = "then"
    _running.hub.deleted_labels = "named"
    _running.hub.duplicates_named = "if asked"
    return _running


@pytest.fixture
def door(github: Sandbox) -> Door:
    def sleep(seconds: float) -> None:
        github.advance(seconds)

    return Door(github, sleep)


@pytest.fixture
def play(github: Sandbox, door: Door) -> Play:
    return Play(github, door)


@pytest.fixture
def forms(play: Play, door: Door, monkeypatch: pytest.MonkeyPatch) -> Iterator[web.Forms]:
    with Typeform(play.github.clock) as typeform:
        forms = web.Forms(play, typeform)
        monkeypatch.setattr(adapter.Typeform, "request", web.door(forms, lambda seconds: door.sleep(seconds)))
        yield forms


@pytest.fixture(scope="session")
def _streak(_running: Sandbox) -> Iterator[Streak]:
    with Streak(_running.clock) as running:
        yield running


@pytest.fixture
def boxes(play: Play, door: Door, _streak: Streak, monkeypatch: pytest.MonkeyPatch) -> Boxes:
    _streak.reset()
    _streak.key, _streak.stages_as = "streak-key", "map"
    boxes = Boxes(play, _streak)

    def send(client: streak.Streak, method: streak.Method, path: str, body: Mapping[str, Any] | None) -> object:
        return boxes.pass_by(lambda: request(client, method, path, body))

    monkeypatch.setattr(streak.Streak, "request", send)
    door.pass_by = boxes.pass_by
    return boxes
