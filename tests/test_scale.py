"""The simulation of an organisation: half a limit breaks at half the load, and the same seed finds the same."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import scale
from benchmarks.scale import APP, PLANS, TOKEN, Limits, Load, Run
from salesbot.cli import report

LOAD = Load(repositories=20, deals=2_000, moves=4_000)
TEAM = next(plan for plan in PLANS if plan.name == "Team")


TOP = Path(__file__).parents[1]
PAGE = (TOP / "docs/scale.md").read_text(encoding="utf-8")
PINNED = re.compile(r"uses: (actions/\S+@[0-9a-f]{40} # v\S+)")


def test_the_job_of_the_page_uses_the_actions_of_the_workflow_that_init_writes() -> None:
    known = PINNED.findall((TOP / "templates/github/workflows/report.yml").read_text(encoding="utf-8"))
    found = PINNED.findall(PAGE)
    assert found
    assert set(found) <= set(known)
    assert PAGE.count("uses: actions/") == len(found)


def test_the_program_takes_the_arguments_of_the_job() -> None:
    parser = argparse.ArgumentParser()
    report.add_commands(parser.add_subparsers())
    lines = [re.sub(r"\$\{\{.*?\}\}", "x", line) for line in re.findall(r"args: (report .*)", PAGE)]
    part, merge = (parser.parse_args(line.split()) for line in lines)
    assert part.part == "part.json"
    assert merge.merge == ["parts"]


def test_runs_wait_for_the_jobs_there_are() -> None:
    runs = [Run(0, 1, 10), Run(1, 2, 10), Run(2, 3, 10), Run(30, 1, 10)]
    assert scale.waits(runs, jobs=1) == [0, 9, 18, 0]
    assert scale.waits(runs, jobs=2) == [0, 0, 8, 0]


def test_half_the_jobs_break_at_half_the_moves() -> None:
    whole, half = (scale.jobs_break_at(LOAD, jobs, seed=1) for jobs in (6, 3))
    assert half == pytest.approx(whole / 2, rel=0.1)
    assert scale.slowest(scale.waits(scale.day(LOAD.times(half * 0.9), 1), 3)) <= LOAD.longest_wait
    assert scale.slowest(scale.waits(scale.day(LOAD.times(half * 1.1), 1), 3)) > LOAD.longest_wait


@pytest.mark.parametrize("name", ["content_a_minute", "content_an_hour", "runs_in_ten_seconds"])
def test_half_a_limit_breaks_at_half_the_moves_and_no_other_does(name: str) -> None:
    runs, limits = scale.day(LOAD, seed=1), Limits()
    whole, half = (
        {each.limit: each.breaks_at for each in scale.findings(runs, LOAD, TEAM, given)}
        for given in (limits, replace(limits, **{name: getattr(limits, name) // 2}))
    )
    changed = {limit for limit in whole if half[limit] != whole[limit]}
    assert changed
    assert all(half[limit] == whole[limit] / 2 for limit in changed)


def test_one_app_for_all_repositories_breaks_before_their_own_tokens() -> None:
    found = [each.limit for each in scale.findings(scale.day(LOAD, 1), LOAD, TEAM, Limits())]
    assert found.index(f"content writes an hour, {APP}") < found.index(f"content writes an hour, {TOKEN}")


def test_the_same_seed_invents_the_same_day() -> None:
    assert scale.day(LOAD, 7) == scale.day(LOAD, 7)
    assert scale.day(LOAD, 7) != scale.day(LOAD, 8)
