"""What grows is measured from end to end, in small: the file can be drawn. No test takes the time."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import charts, growth, start_profile


def test_growth_writes_every_series(tmp_path: Path) -> None:
    small = ["--runs", "1", "--comments", "2", "4", "--labels", "2", "3", "--deals", "2", "--reports"]
    growth.main(["--json", str(tmp_path / "g.json"), *small])
    found = {chart.name: chart.series for chart in charts.read(tmp_path / "g.json").charts}
    assert {
        name: {series: [x for x, _ in points] for series, points in each.items()} for name, each in found.items()
    } == {
        "decision": {"by comments": [2, 4], "by labels": [2, 3]},
        "run": {"a move": [2]},
        "report": {"a report": []},
        "requests": {"a move by label": [2], "a report from a full cache": []},
    }
    assert found["requests"]["a move by label"] == [(2, 2)]
    assert all(value > 0 for series in found["decision"].values() for _, value in series)


MADE = "import colorsys\n\ndef spell():\n    import wave\n    return wave\n"
PROGRAM = 'CALLS["made"] = [("", "spell", "spelling")]\nimport made\nmade.spell()\n'


def test_the_probe_counts_each_import_and_call_once(tmp_path: Path) -> None:
    (tmp_path / "made.py").write_text(MADE)
    line = [sys.executable, "-c", start_profile.PROBE.read_text(encoding="utf-8") + PROGRAM]
    subprocess.run(line, cwd=tmp_path, env={"RUNNER_TEMP": str(tmp_path)}, check=True)
    found, ended = map(json.loads, (tmp_path / "parts.json").read_text().splitlines())
    assert {"import made", "import colorsys", "import wave", "spelling"} <= set(found["parts"])
    assert min(found["parts"].values()) >= 0
    assert sum(found["parts"].values()) <= found["whole"] <= ended


def test_what_the_probe_times_is_in_the_program() -> None:
    tree = ast.parse(start_profile.PROBE.read_text(encoding="utf-8"))
    (calls,) = (ast.literal_eval(node.value) for node in tree.body
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CALLS")  # fmt: skip
    for name, functions in calls.items():
        for owner, function, part in functions:
            module = importlib.import_module(name)
            assert callable(getattr(getattr(module, owner) if owner else module, function))
            assert part in start_profile.PARTS


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("deciding", "deciding"),
        ("import salesbot", "import salesbot"),
        ("import markdown_it", "import markdown-it"),
        ("import json", "import standard library"),
        ("import certifi", "import others"),
    ],
)
def test_a_part_is_called_as_people_call_it(part: str, name: str) -> None:
    assert start_profile.name_of(part, ["json"]) == name
    assert name in start_profile.PARTS
