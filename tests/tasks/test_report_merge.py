"""One report on many repositories: equal to that of one repository with all their deals, and only of what fits."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from github_sandbox import Repo, Sandbox
from tests.core.report.stories import CONFIG as STORIES_CONFIG
from tests.core.report.stories import TEAM, Story, issue, repository
from tests.e2e.play import CONFIG, Play

AT = "2026-11-23T09:00:00Z"
REPOSITORIES = 50
Json = dict[str, Any]
Made = Callable[..., Path]


@pytest.fixture
def report(play: Play, github: Sandbox) -> Callable[..., int]:
    """Run `salesbot report` with a token that reads every repository."""
    token = github.token("kim")
    return lambda *argv: play.main(["report", *argv], {"GITHUB_TOKEN": token, "GITHUB_API_URL": github.api_url})


@pytest.fixture
def part(report: Callable[..., int], github: Sandbox, tmp_path: Path) -> Made:
    """Write the part of a repository with three deals."""

    def write(name: str = "acme/one", config: str = STORIES_CONFIG, at: str = AT, file: str = "") -> Path:
        written = tmp_path / (file or f"{name.partition('/')[2]}.json")
        a_repository(github, name, [replace(story, fate="") for story in repository(Random(name), 3)], config)
        assert report("--repo", name, "--at", at, "--part", str(written)) == 0
        return written

    return write


def a_repository(github: Sandbox, name: str, stories: list[Story], config: str = STORIES_CONFIG) -> Repo:
    """Seed a repository; what chance adds to a story depends on the story alone."""
    made = github.repo(name, roles=TEAM)
    made.push("kim", CONFIG, config)
    made.collaborators_readable(True)
    numbered = [(number, replace(story, number=number)) for number, story in enumerate(stories, 1)]
    made.seed([issue(story, Random(str(story.created)), made.row["id"]) for _, story in numbered])
    return made


def test_fifty_repositories_merged_are_one_with_all_their_deals(
    report: Callable[..., int], github: Sandbox, tmp_path: Path
) -> None:
    stories = repository(Random(17), 3 * REPOSITORIES)
    names = [f"acme/sales-{number:02}" for number in range(REPOSITORIES)]
    place = {f"{name}#{number}": 3 * at + number for at, name in enumerate(names) for number in (1, 2, 3)}
    a_repository(github, "acme/all", stories)
    for at, name in enumerate(names):
        a_repository(github, name, stories[3 * at : 3 * at + 3])
        assert report("--repo", name, "--at", AT, "--part", str(tmp_path / "parts" / f"{at}.json")) == 0

    for folder, argv in (("one", ["--repo", "acme/all", "--at", AT]), ("many", ["--merge", str(tmp_path / "parts")])):
        home = str(tmp_path / folder)
        assert report(*argv, "--json", f"{home}/report.json", "--csv", home, "--html", home) == 0

    merged, whole = (
        json.loads((tmp_path / folder / "report.json").read_text(encoding="utf-8")) for folder in ("many", "one")
    )
    assert merged.pop("repositories") == names
    assert (merged.pop("repository"), whole.pop("repository")) == ("50 repositories", "acme/all")
    assert numbered(merged, place) == whole
    assert whole["win_rate"]["count"]
    for file in ("deals.csv", "clients.csv"):
        assert table(tmp_path / "many" / file, place) == table(tmp_path / "one" / file, place)
    assert '/acme/sales-07/issues/2"' in (tmp_path / "many" / "report.html").read_text(encoding="utf-8")


def test_the_order_of_the_files_changes_nothing(report: Callable[..., int], part: Made, tmp_path: Path) -> None:
    one, two = part("acme/one"), part("acme/two")
    texts = []
    for files in ([one, two], [two, one]):
        assert report("--merge", *map(str, files), "--json", str(tmp_path / "made.txt")) == 0
        texts.append((tmp_path / "made.txt").read_text(encoding="utf-8"))
    assert texts[0] == texts[1]


def test_what_is_local_to_a_repository_may_differ(report: Callable[..., int], part: Made) -> None:
    parts = part("acme/one"), part("acme/two", f"{STORIES_CONFIG}\nsince: 2026-01-01\nsweep: {{budget: 100}}\n")
    assert report("--merge", *map(str, parts)) == 0


@pytest.mark.parametrize(
    ("second", "what"),
    [
        pytest.param({"at": "2026-11-22T09:00:00Z"}, "two.json is as of 2026-11-22", id="another moment"),
        pytest.param(
            {"config": STORIES_CONFIG.replace("currency: EUR", "currency: CHF")},
            "acme/two has another configuration than acme/one: currency.",
            id="another currency",
        ),
        pytest.param(
            {"config": STORIES_CONFIG.replace("Europe/Berlin", "Asia/Tokyo")},
            "acme/two has another configuration than acme/one: timezone.",
            id="another time zone",
        ),
        pytest.param(
            {"config": f"{STORIES_CONFIG}\nstages:\n  lead: {{probability: 7}}\n"},
            "acme/two has another configuration than acme/one: stages.",
            id="other stages",
        ),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    report: Callable[..., int], part: Made, capsys: pytest.CaptureFixture[str], second: dict[str, str], what: str
) -> None:
    paths = part("acme/one"), part("acme/two", **second)
    made = paths[0].with_name("made.txt")
    assert report("--merge", *map(str, paths), "--json", str(made)) == 2
    assert what in capsys.readouterr().err
    assert not made.exists()


def test_a_repository_counts_once(report: Callable[..., int], part: Made, capsys: pytest.CaptureFixture[str]) -> None:
    first = part("acme/one")
    second = first.with_name("again.json")
    second.write_bytes(first.read_bytes())
    assert report("--merge", str(first), str(second)) == 2
    assert "acme/one is in both " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        pytest.param(lambda text: text[:-20], "is not a part of a report.", id="cut off"),
        pytest.param(lambda text: "[1]", "is not a part of a report.", id="JSON of something else"),
        pytest.param(lambda text: json.dumps({"version": 1}), "is not a part of a report.", id="a report as JSON"),
        pytest.param(
            lambda text: text.replace('"salesbot-part": 1', '"salesbot-part": 2'), "another version", id="a later one"
        ),
        pytest.param(
            lambda text: text.replace('"kept": ["', '"kept": ["new", "'), "another version", id="other columns"
        ),
        pytest.param(lambda text: text.replace("[1, ", '["x", ', 1), "is damaged", id="a number that is none"),
        pytest.param(
            lambda text: text.replace('"deals": [', '"deals": [[],'), "is damaged", id="a deal without anything"
        ),
        pytest.param(lambda text: text.replace("+00:00", ""), "is damaged", id="a moment without a zone"),
    ],
)
def test_a_file_that_is_no_part_is_refused(
    report: Callable[..., int], part: Made, capsys: pytest.CaptureFixture[str], spoil: Callable[[str], str], what: str
) -> None:
    path = part()
    path.write_text(spoil(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert report("--merge", str(path)) == 2
    assert f"{path} " in (said := capsys.readouterr().err)
    assert what in said


def test_a_folder_without_parts_is_refused(
    report: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report("--merge", str(tmp_path)) == 2
    assert "holds no part of a report" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--repo", "acme/one"], ["--week", "2026-W40"], ["--post"], ["--part", "x.json"]])
def test_a_merge_reads_nothing_else(report: Callable[..., int], more: list[str], tmp_path: Path) -> None:
    assert report("--merge", str(tmp_path), *more) == 2


def numbered(found: Any, place: dict[str, int]) -> Any:
    """Give each deal the number it has in the repository that has all of them."""
    match found:
        case dict():
            return {key: numbered(each, place) for key, each in found.items()}
        case list():
            return [numbered(each, place) for each in found]
        case str():
            return place.get(found, found)
    return found


def table(file: Path, place: dict[str, int]) -> list[dict[str, str]]:
    with file.open(newline="") as lines:
        rows = [{key: text for key, text in row.items() if key != "url"} for row in csv.DictReader(lines)]
    spelled = {name: str(number) for name, number in place.items()}
    return [{key: "; ".join(spelled.get(each, each) for each in text.split("; ")) for key, text in row.items()}
            for row in rows]  # fmt: skip
