"""Two files of numbers are compared name by name; only more requests are a failure, and another file is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import charts, compare
from benchmarks.charts import Chart, Numbers


def numbers(file: Path, **requests: int) -> str:
    events = {title: {"requests": n, "cpu": 0.1, "seconds": {"0": 0.15}} for title, n in requests.items()}
    said: dict[str, Any] = {"commit": "abc", "program": "image", "events": {"acme/sales": events}}
    file.write_text(json.dumps(said))
    return str(file)


@pytest.mark.parametrize(("after", "code"), [({"move": 2}, 0), ({"move": 1}, 0), ({"move": 3}, 1), ({"other": 9}, 0)])
def test_more_requests_for_an_event_are_a_failure(
    after: dict[str, int], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [numbers(tmp_path / "before", move=2), numbers(tmp_path / "after", **after)]
    assert compare.main(files) == code
    printed = capsys.readouterr().out
    assert all(f"acme/sales: {title}" in printed for title in ("move", *after))


@pytest.mark.parametrize(("unit", "value", "code"), [("requests", 3, 1), ("requests", 2, 0), ("ms of CPU", 9, 0)])
def test_charts_are_compared_point_by_point(
    unit: str, value: float, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, measured in (("before", 2), ("after", value)):
        points: list[charts.Point] = [(100_000, measured), ("a part", 1)]
        charts.write(tmp_path / name, Numbers("abc", "Python", [Chart("run", "", "", unit, {"a move": points})]))
    assert compare.main([str(tmp_path / "before"), str(tmp_path / "after")]) == code
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["run,", "a", "move:", "100,000", "2", "->", str(value), *unit.split()] in lines
    assert ["run,", "a", "move:", "a", "part", "1", "->", "1", *unit.split()] in lines


@pytest.mark.parametrize(
    "text", ["", "[]", '{"events": {}}', '{"commit": "a", "program": "b", "events": {"r": {"e": 1}}}']
)
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "odd").write_text(text)
    assert compare.main([numbers(tmp_path / "before", move=2), str(tmp_path / "odd")]) == 2
    assert "make bench" in capsys.readouterr().err
