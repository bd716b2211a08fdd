"""A deal on which salesbot itself fails: it is named, the traceback is logged, the others are done, the exit code is 3.

No such deal is known, so one is made: reading its description fails as a bug would.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from salesbot.core.text import fields
from salesbot.core.text.fields import Body
from salesbot.tasks.sweep import Sweep
from tests.e2e.boxes import Boxes
from tests.e2e.forms import JANE, Forms
from tests.e2e.play import Play

BAD = "poisoned"
ERRORS = [KeyError("stage"), RecursionError("too deep"), AssertionError(), UnicodeError("surrogate")]


@pytest.fixture
def deals(play: Play) -> tuple[int, ...]:
    """Three deals at rest with a command each that no run has seen; salesbot is going to fail on the second."""
    numbers = tuple(play.deal(body=f"### Company\n\n{name}\n") for name in ("Acme", BAD, "Borealis"))
    for number in numbers:
        play.sales.comment("nora", number, "/value 9k")
    play.drop()
    return numbers


@pytest.fixture(params=ERRORS, ids=lambda error: type(error).__name__)
def bug(
    play: Play, deals: tuple[int, ...], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Exception:
    """Make the reading of a description with a certain word fail."""
    error: Exception = request.param
    break_reading(play, monkeypatch, error)
    return error


def break_reading(play: Play, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    play.has_bug = True
    parse = fields.parse

    def fail(text: str, known: Collection[str], one_line: Collection[str] = ()) -> Body:
        if BAD in text:
            raise error
        return parse(text, known, one_line)

    monkeypatch.setattr(fields, "parse", fail)


def assert_named(output: str, number: int, error: Exception) -> None:
    assert f"Deal {number}: this is a bug in salesbot ({type(error).__name__})" in output
    assert "Traceback (most recent call last):" in output


def test_a_sweep_does_the_others(play: Play, deals: tuple[int, ...], bug: Exception) -> None:
    run = play.sweep()
    assert run.exit_code == 3, run.stdout
    assert_named(run.stdout, deals[1], bug)
    assert ["9,000" in play.text(number, "card") for number in deals] == [True, False, True]


def test_a_report_counts_the_others_and_names_it(play: Play, deals: tuple[int, ...], bug: Exception) -> None:
    play.sales.workflow_dispatch(by="kim")
    run = play.run(inputs={"task": "report"})
    assert run.exit_code == 3, run.stdout
    assert_named(run.stdout, deals[1], bug)
    (report,) = [issue for issue in play.sales.issues() if "report" in issue.labels]
    text = "\n".join((report.body, *(comment.body for comment in report.comments)))
    assert f"issues/{deals[1]})" in text
    assert "it could not be read" in text


def test_an_export_writes_the_others(
    play: Play, deals: tuple[int, ...], bug: Exception, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = {
        "GITHUB_TOKEN": play.github.token("kim"),
        "GITHUB_API_URL": play.github.api_url,
        "GITHUB_GRAPHQL_URL": play.github.graphql_url,
    }
    file = tmp_path / "deals.csv"
    assert play.main(["export", "csv", str(file), "--repo", "acme/sales"], env) == 3
    lines = file.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert sorted(int(line.partition(",")[0]) for line in lines) == [deals[0], deals[2]]
    assert_named(capsys.readouterr().err, deals[1], bug)


def test_a_sync_does_the_others(boxes: Boxes, monkeypatch: pytest.MonkeyPatch) -> None:
    boxes.begin()
    numbers = [boxes.play.deal(body=f"### Company\n\n{name}\n") for name in ("Acme", BAD, "Borealis")]
    break_reading(boxes.play, monkeypatch, ERRORS[0])
    run = boxes.sync()
    assert run.exit_code == 3, run.stdout
    assert_named(run.stdout, numbers[1], ERRORS[0])
    assert [boxes.box_stage(number) for number in (numbers[0], numbers[2])] == ["lead", "lead"]
    assert len(boxes.streak.boxes) == 2


def test_an_intake_takes_in_the_others(play: Play, forms: Forms, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("Acme", BAD, "Borealis"):
        forms.send({**JANE, "company_ref": name, "lead_email": f"jane@{name.casefold()}.example"})
    break_reading(play, monkeypatch, ERRORS[0])
    run = forms.poll()
    assert run.exit_code == 3, run.stdout
    opened = {BAD in issue.body: issue for issue in play.sales.issues()}
    assert_named(run.stdout, opened[True].number, ERRORS[0])
    assert [play.stages(issue.number) for issue in play.sales.issues() if BAD not in issue.body] == [["lead"], ["lead"]]
    assert f"#{opened[True].number}: it could not be read" in play.text(opened[False].number, "card")


def test_one_task_that_fails_leaves_the_others_their_work(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under `task: all`, a bug in the sweep costs neither intake nor sync, and ends the run with 3."""
    play.deal()
    play.has_bug = True

    def fail(sweep: Sweep) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr(Sweep, "run", fail)
    play.sales.workflow_dispatch(by="kim")
    run = play.run(inputs={"task": "all"})
    assert run.exit_code == 3, run.stdout
    assert "sweep: this is a bug in salesbot (LookupError)" in run.stdout
    assert "No pipeline of Streak is configured" in run.stdout
