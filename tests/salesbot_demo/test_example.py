"""The pipeline that `salesbot sandbox --example` begins with."""

from __future__ import annotations

import sys

from github_sandbox import Sandbox, Workflow
from salesbot_demo import MONDAY, example

PROGRAM = (sys.executable, "-m", "salesbot", "run")


def test_the_example_has_deals_in_all_stages_and_no_command_of_it_is_refused() -> None:
    with Sandbox(at=example.BEGIN, step=1, auto=True, workflow=Workflow(PROGRAM)) as github:
        sales = github.repo("acme/sales", roles=example.PEOPLE)
        example.fill(github, sales)
        assert [run.exit_code for run in github.runs] == [0] * len(example.DEALS)
        assert (github.auto, github.outbox, github.clock.now() >= MONDAY) == (True, (), True)
        issues = sales.issues()
    assert [issue.labels for issue in issues] == [
        (f"stage:{stage}",)
        for stage in (
            *("won", "negotiating", "negotiating", "lost", "qualified"),
            *("rejected", "qualified", "revisit", "lead", "lead"),
        )
    ]
    faces = {face for issue in issues for comment in issue.comments for face, _ in comment.reactions}
    assert faces == {"ROCKET"}
