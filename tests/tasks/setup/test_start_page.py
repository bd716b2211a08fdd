"""docs/start.md, played: every sentence in bold is an act of people, every block is what the program prints."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import pytest
import yaml

from salesbot.cli import main
from salesbot.core.installation import workflow_file
from tests.e2e.play import PEOPLE, Play

TOP = Path(__file__).parents[3]
PAGE = (TOP / "docs/start.md").read_text(encoding="utf-8")
STEPS = re.compile(r"\*\*(?P<act>[^*]+)\*\*|^```console\n\$ (?P<line>[^\n]+)\n(?P<shown>.*?)^```$", re.M | re.S)
DAY = "2026-11-23"
"""The day on which the page was played; `init` writes the day it is."""


class Stage:
    """The sandbox, an empty folder, and what people do."""

    def __init__(self, play: Play, folder: Path) -> None:
        self.play = play
        self.folder = folder

    def push(self) -> None:
        for file in sorted(self.folder.rglob("*.yml")):
            text = re.sub(r"^since: .*$", f"since: {DAY}", file.read_text(), flags=re.M)
            self.play.sales.push("kim", str(file.relative_to(self.folder)), text)

    def opens(self) -> None:
        self.play.sales.open_issue("ann", "Acme GmbH: new shop")
        self.play.reconcile()

    def qualifies(self) -> None:
        self.play.sales.comment("ann", 1, "/qualify")
        self.play.reconcile()

    def ticks(self) -> None:
        for item in ("Goal", "Technology", "Resources", "Timeline"):
            self.play.sales.tick("nora", self.play.one(1, "checklist:qualification").id, item)
        self.play.reconcile()

    def kept(self) -> None:
        sales = self.play.github.repo("beta/sales", roles=PEOPLE)
        for label, title in (("Hot", "Delta AG: app"), ("In negotiation", "Gamma SE: portal")):
            sales.create_label("kim", label)
            sales.open_issue("ann", title, "", [label])
        self.play.drop()

    def disables(self) -> None:
        for file in ("sales.yml", "report.yml"):
            self.play.sales.settings.switch(file, "disabled_manually")


ACTS: dict[str, Callable[[Stage], None]] = {
    "You commit and push.": Stage.push,
    'Ann opens the issue "Acme GmbH: new shop".': Stage.opens,
    "Ann comments `/qualify`.": Stage.qualifies,
    "Nora ticks the four boxes under Needed.": Stage.ticks,
    "Ann comments `/qualify` again.": Stage.qualifies,
    "Another team kept its deals in beta/sales, under the labels Hot and In negotiation.": Stage.kept,
    "Kim disables the two workflows.": Stage.disables,
}


def test_the_page_is_what_happens(play: Play, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage, changes, played = Stage(play, tmp_path), [], 0
    env = {
        "GITHUB_API_URL": play.github.api_url,
        "GITHUB_GRAPHQL_URL": play.github.graphql_url,
        "GITHUB_TOKEN": play.github.token("kim"),
    }
    for step in STEPS.finditer(PAGE):
        if step["act"]:
            changes.append(step["act"])
            ACTS[step["act"]](stage)
            continue
        program, *argv = shlex.split(step["line"])
        assert program == "salesbot"
        capsys.readouterr()
        with chdir(tmp_path):
            assert play.main(argv, env) == 0
        printed = re.sub(r"since: \d{4}-\d\d-\d\d", f"since: {DAY}", capsys.readouterr().out)
        assert is_shown(step["shown"].splitlines(), printed.splitlines()), printed
        played += 1
    assert changes == list(ACTS)
    assert played == PAGE.count("```console")


def is_shown(shown: list[str], printed: list[str]) -> bool:
    """Say whether lines were printed just so; `...` stands for any."""
    if not shown:
        return not printed
    if shown[0] == "...":
        return any(is_shown(shown[1:], printed[start:]) for start in range(len(printed) + 1))
    return bool(printed) and printed[0] == shown[0] and is_shown(shown[1:], printed[1:])


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        pytest.param(["a"], ["a"], True, id="just so"),
        pytest.param(["a"], ["a", "b"], False, id="more was printed"),
        pytest.param(["a", "..."], ["a", "b"], True, id="the rest left out"),
        pytest.param(["...", "c"], ["a", "b"], False, id="a line that was not printed"),
        pytest.param(["a", "...", "c"], ["a", "b", "b", "c"], True, id="some left out"),
    ],
)
def test_lines_left_out_are_the_only_ones(shown: list[str], printed: list[str], same: bool) -> None:
    assert is_shown(shown, printed) is same


def blocks() -> Iterator[str]:
    yield from re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)


def test_the_job_that_adopts_starts_a_command_there_is_with_the_permissions_it_needs() -> None:
    text = next(text for text in blocks() if text.startswith("name: adopt"))
    job = yaml.safe_load(text)["jobs"]["adopt"]
    (step,) = job["steps"]
    assert job["permissions"] == dict(workflow_file.NEEDED)
    assert step["with"]["entrypoint"] in (TOP / "Dockerfile").read_text(encoding="utf-8")
    args = main.build_parser().parse_args(shlex.split(step["with"]["args"]))
    assert (args.yes, args.map) == (True, ["Hot=lead", "In negotiation=negotiating"])
    assert workflow_file.read(text) is None, "doctor and remove must not take it for the one that runs salesbot"
