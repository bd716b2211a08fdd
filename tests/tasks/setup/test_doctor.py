"""`salesbot doctor`: names exactly what is missing, and what people should know; changes nothing unasked."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from github_sandbox import Fault
from github_sandbox.repository_settings import Conclusion, State
from salesbot.adapters.github import Rate
from salesbot.core.installation import platform_assumptions
from salesbot.core.installation.platform_assumptions import BEFORE, FIRST, LAST, MENTION, RENAMED, ScratchObservation
from salesbot.tasks.setup import findings, init
from salesbot.tasks.setup.findings import Finding
from tests.e2e.by_hand import Command
from tests.e2e.play import CONFIG, Play

WORKFLOW = ".github/workflows/sales.yml"
PIN = "1" * 40
FILE = init.kit()[WORKFLOW].replace("OWNER/salesbot@main", f"acme/salesbot@{PIN}")


@pytest.fixture
def healthy(play: Play) -> Play:
    play.sales.push("kim", WORKFLOW, FILE)
    play.sales.push("kim", CONFIG, "version: 1\nsince: 2026-11-01\n")
    play.deal("qualified")
    play.sales.assign("kim", 1, "nora")
    play.reconcile()
    play.sales.settings.ran("sales.yml", 120)
    play.sales.settings.ran("sales.yml", 40, "skipped")
    play.sales.settings.ran("sales.yml", 70, days_ago=60)
    return play


def test_where_all_is_well_it_says_so(healthy: Play, command: Command) -> None:
    issues = healthy.sales.issues()
    said = command("doctor", by="kim")
    assert said.code == 0, said.err
    versions, *lines = said.out.splitlines()
    assert re.fullmatch(r"ok: salesbot \d\S+, Python 3\.\d+\.\S+, PyGithub \d\S+\.", versions)
    assert lines[:-3] == [
        "ok: acme/sales can be read, as kim.",
        "ok: .github/salesbot.yml is valid.",
        "ok: .github/workflows/sales.yml runs salesbot.",
        "ok: The start date is 2026-11-01: what happened before is history.",
        "ok: Every stage has its label.",
        "ok: Only members of the organisation can read values.",
        f"ok: {WORKFLOW}: about 120 Actions minutes a month at least, of the private repository's allowance: "
        "120 runs in 30 days.",
    ]
    assert lines[-3].endswith("of 5,000 REST requests are left this hour.")
    assert lines[-2].endswith("of 5,000 GraphQL points are left this hour.")
    assert lines[-1] == "Verdict: nothing to repair."
    assert healthy.sales.issues() == issues


def push(path: str, text: str) -> Callable[[Play], object]:
    return lambda play: play.sales.push("kim", path, text)


def _without_label(play: Play) -> None:
    play.sales.delete_label("kim", "stage:won")
    play.reconcile()


def _strange_stage(play: Play) -> None:
    play.sales.create_label("kim", "stage:verbal")
    play.sales.swap("kim", 1, "stage:qualified", "stage:verbal")


def switch(state: State) -> Callable[[Play], object]:
    return lambda play: play.sales.settings.switch("sales.yml", state)


FIXES: list[tuple[str, Callable[[Play], object], str]] = [
    (
        "no workflow",
        push(WORKFLOW, "on: push\njobs: {}\n"),
        "No workflow on the default branch runs salesbot. `salesbot init` writes one.",
    ),
    (
        "nobody put in for OWNER",
        push(WORKFLOW, init.kit()[WORKFLOW]),
        "sales.yml does not say who hosts salesbot. Put your organisation in place of OWNER.",
    ),
    (
        "a permission missing",
        push(WORKFLOW, FILE.replace("      issues: write", "      issues: read")),
        "sales.yml lacks the permission `issues: write`. Add it under `permissions:` of the job.",
    ),
    (
        "contents not readable",
        push(WORKFLOW, FILE.replace("      contents: read", "      metadata: read")),
        "sales.yml lacks the permission `contents: read`. Add it under `permissions:` of the job.",
    ),
    (
        "only the report",
        push(WORKFLOW, init.kit()[".github/workflows/report.yml"].replace("OWNER/", "acme/")),
        "No workflow on the default branch runs salesbot. `salesbot init` writes one.",
    ),
    (
        "a report nobody can start",
        push(
            ".github/workflows/report.yml",
            init.kit()[".github/workflows/report.yml"].replace("workflow_dispatch:", "push:"),
        ),
        "report.yml does not start on `workflow_dispatch`: the report cannot be updated by hand.",
    ),
    (
        "no schedule",
        push(WORKFLOW, FILE.replace("  schedule:", "  push:")),
        "sales.yml does not start on `schedule`: there is no sweep: no reminders, and no deal comes back on its date.",
    ),
    (
        "a secret that is not set",
        push(WORKFLOW, FILE + "        with:\n          token: ${{ secrets.SALES_TOKEN }}\n"),
        "The secret SALES_TOKEN of .github/workflows/sales.yml is not set. Settings, Secrets and variables, Actions.",
    ),
    (
        "a chat without its address",
        push(CONFIG, "version: 1\nsince: 2026-11-01\nchat: {won: true}\n"),
        "The secret PIPELINE_CHAT of .github/workflows/sales.yml is not set. Settings, Secrets and variables, Actions.",
    ),
    (
        "switched off by hand",
        switch("disabled_manually"),
        "sales.yml does not run: a person switched it off. Actions, its name, Enable workflow.",
    ),
    (
        "switched off by GitHub",
        switch("disabled_inactivity"),
        "sales.yml does not run: GitHub switched it off after sixty days without a push to this public repository.",
    ),
    (
        "a wrong configuration",
        push(CONFIG, "version: 1\ncurency: EUR\n"),
        ".github/salesbot.yml:2:1: curency: unknown key. Did you mean currency?",
    ),
    (
        "a template that does not compile",
        push(".github/salesbot/card.md.j2", "{% if %}"),
        ".github/salesbot/card.md.j2:1:1: card.md.j2: Expected an expression",
    ),
    (
        "a stage without its label",
        _without_label,
        "To do: create the label stage:won. `salesbot labels --yes` does it.",
    ),
    ("a problem salesbot told of", _without_label, "Issue #2 reports a problem. Open it to see what to do."),
    (
        "a stage nobody knows",
        _strange_stage,
        "1 open issue in stage:verbal, a stage that is not configured.",
    ),
]


@pytest.mark.parametrize(("change", "said"), [pytest.param(change, said, id=name) for name, change, said in FIXES])
def test_it_names_exactly_what_is_missing(
    healthy: Play, command: Command, change: Callable[[Play], object], said: str
) -> None:
    change(healthy)
    found = command("doctor", by="kim")
    assert found.code == 2
    wanted = [line for line in found.out.splitlines() if line.startswith("fix: ")]
    assert any(said in line for line in wanted), found.out
    assert "to repair.\nWhat to do, most important first:\n1. " in found.out


def fix(what: str, hint: str = "") -> Finding:
    return Finding("fix", what, hint)


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        pytest.param([Finding("ok", "All labels.")], ["Verdict: nothing to repair."], id="all is well"),
        pytest.param(
            [Finding("unknown", "Whether it runs."), Finding("note", "Kim is away.")],
            ["Verdict: nothing to repair, as far as this token may see (1 unknown)."],
            id="what asks for nothing is nothing to do",
        ),
        pytest.param(
            [Finding("note", "No pin.", "Pin it"), fix("No run.", "Write one"), Finding("note", "Open.", "Close it")],
            [
                "Verdict: 1 thing to repair.",
                "What to do, most important first:",
                "1. No run. Write one.",
                "2. No pin. Pin it.",
                "3. Open. Close it.",
            ],
            id="what does not work comes first",
        ),
        pytest.param(
            [fix("Label a.", "labels --yes"), fix("Label b.", "labels --yes"), fix("x:1: wrong"), fix("x:2: wrong")],
            [
                "Verdict: 3 things to repair.",
                "What to do, most important first:",
                "1. Label a. labels --yes. (1 more like it)",
                "2. x:1: wrong",
                "3. x:2: wrong",
            ],
            id="one remedy is one thing to do",
        ),
        pytest.param(
            [fix(f"x:{line}: wrong") for line in range(7)],
            [
                "Verdict: 7 things to repair.",
                "What to do, most important first:",
                *(f"{line + 1}. x:{line}: wrong" for line in range(5)),
                "2 more above.",
            ],
            id="five at most",
        ),
    ],
)
def test_it_ends_with_a_verdict_and_at_most_five_things_to_do(found: list[Finding], lines: list[str]) -> None:
    assert list(findings.verdict(found)) == lines


def _outsider(play: Play) -> None:
    play.sales.settings.outsider("olga", "triage")


def _public(play: Play) -> None:
    with play.github.hub.db.transaction():
        play.github.hub.db.update("repositories", play.sales.row["id"], private=0)


MINDS: list[tuple[str, Callable[[Play], object], str]] = [
    (
        "somebody assigned who cannot tick",
        lambda play: play.sales.assign("kim", 1, "ann"),
        "note: ann is assigned to 1 open deal and cannot tick checklists.",
    ),
    (
        "somebody from outside",
        _outsider,
        "note: olga is not a member of the organisation and can read values (triage).",
    ),
    ("a public repository", _public, "note: The repository is public: everybody can read values and reasons."),
    (
        "an internal repository",
        lambda play: play.sales.settings.open_to_enterprise(),
        "note: The repository is internal: everybody in the enterprise can read values and reasons.",
    ),
    (
        "a branch that anybody may push to",
        push(WORKFLOW, FILE.replace(f"acme/salesbot@{PIN}", "acme/salesbot@main")),
        f"note: {WORKFLOW} runs whatever is at acme/salesbot@main that day. Put a commit or a release after the @.",
    ),
    ("no since", push(CONFIG, "version: 1\n"), "note: .github/salesbot.yml has no start date"),
    (
        "another workflow that may comment",
        push(".github/workflows/triage.yml", "on: issues\njobs: {a: {permissions: {issues: write}, steps: []}}\n"),
        "note: .github/workflows/triage.yml may comment as github-actions, as salesbot does: a card that it posts is"
        " believed. If it repeats what strangers write, run salesbot as a GitHub App, see docs/server.md.",
    ),
    (
        "a schedule of another time zone than the configuration's",
        push(CONFIG, "version: 1\nsince: 2026-11-01\ntimezone: Asia/Tokyo\n"),
        f"note: {WORKFLOW} starts by the clock of UTC; the configuration has Asia/Tokyo."
        ' Write `timezone: "Asia/Tokyo"` under each `- cron:`.',
    ),
    (
        "no permissions named",
        push(WORKFLOW, FILE.replace("permissions:", "env:")),
        "sales.yml names no permissions, so the repository's setting decides.",
    ),
]


@pytest.mark.parametrize(("change", "said"), [pytest.param(change, said, id=name) for name, change, said in MINDS])
def test_what_people_should_know_is_said_and_is_no_failure(
    healthy: Play, command: Command, change: Callable[[Play], object], said: str
) -> None:
    change(healthy)
    healthy.reconcile()
    found = command("doctor", by="kim")
    assert found.code == 0, found.out
    assert said in found.out


@pytest.mark.parametrize(
    ("rates", "levels"),
    [
        pytest.param({"core": Rate(4000, 5000, 0), "graphql": Rate(90, 1000, 0)}, ["ok", "note"], id="points run out"),
        pytest.param({"core": Rate(500, 5000, 0)}, ["ok"], id="a tenth is enough"),
        pytest.param(None, ["ok"], id="a server without limits"),
    ],
)
def test_scarce_requests_are_said(rates: dict[str, Rate] | None, levels: list[str]) -> None:
    assert [finding.level for finding in findings.of_rates(rates)] == levels


def test_the_workflows_own_token_says_what_it_may_not_see(healthy: Play, command: Command) -> None:
    found = command("doctor")
    assert found.code == 0, found.out
    assert [line for line in found.out.splitlines() if line.startswith("unknown: ")] == [
        f"unknown: Whether {WORKFLOW} is switched on: this needs `actions: read`.",
        "unknown: Whether people from outside the organisation have access: this needs the role write.",
        f"unknown: How many Actions minutes {WORKFLOW} takes: this needs `actions: read`.",
    ]


def test_an_empty_repository_has_nothing_but_a_workflow_to_come(play: Play, command: Command) -> None:
    found = command("doctor", by="kim")
    assert [line for line in found.out.splitlines() if not line.startswith("ok: ")] == [
        "fix: No workflow on the default branch runs salesbot. `salesbot init` writes one.",
        "note: .github/salesbot.yml has no start date. Add `since:` with a date.",
        "Verdict: 1 thing to repair.",
        "What to do, most important first:",
        "1. No workflow on the default branch runs salesbot. `salesbot init` writes one.",
        "2. .github/salesbot.yml has no start date. Add `since:` with a date.",
    ]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param({"contents": "none"}, "Add `contents: read`", id="files cannot be read"),
        pytest.param(
            {"issues": "none"}, "Give the job `permissions:` with `issues: write`", id="issues cannot be read"
        ),
    ],
)
def test_a_token_that_may_not_read_is_told_which_permission_it_lacks(
    healthy: Play, capsys: pytest.CaptureFixture[str], token: dict[str, Any], said: str
) -> None:
    env = {
        "GITHUB_REPOSITORY": "acme/sales",
        "GITHUB_API_URL": healthy.github.api_url,
        "GITHUB_GRAPHQL_URL": healthy.github.graphql_url,
        "GITHUB_TOKEN": healthy.sales.actions_token(**token),
    }
    assert healthy.main(["doctor"], env) == 1
    assert said in capsys.readouterr().err


# The scratch issue


def test_without_scratch_nothing_is_written(healthy: Play, command: Command) -> None:
    before = len(healthy.github.requests)
    command("doctor", by="kim")
    assert {entry.kind for entry in healthy.github.requests[before:]} == {"query", "rest"}
    assert all(entry.method == "GET" for entry in healthy.github.requests[before:] if entry.kind == "rest")


@pytest.mark.parametrize("by", ["", "kim"], ids=["the workflow's token", "an admin's token"])
def test_it_tries_things_on_a_scratch_issue_and_closes_it(healthy: Play, command: Command, by: str) -> None:
    labels = set(healthy.sales.labels())
    found = command("doctor", "--scratch", by=by)
    assert found.code == 0, found.err + found.out
    seen = [line.partition(": ")[2] for line in found.out.splitlines() if "onfirmed: " in line and line[0] != "-"]
    assert seen[:7] == [
        "Confirmed: the texts of edits may be read.",
        "Confirmed: an edit's `diff` holds the whole text after it.",
        "Confirmed: the first edit lists the original text too.",
        "Confirmed: aliases of a document run in their order, later ones after one has failed.",
        "Confirmed: a labeling keeps the id of its label.",
        "Confirmed: a labeling keeps the name its label had then.",
        "Confirmed: a labeling still names its label after the label was deleted.",
    ]
    assert seen[-2:] == ["Confirmed: issues may be pinned.", "Confirmed: comments may be hidden."]
    assert "unknown: Could not be tried here: an empty HTML comment after `@`" in found.out
    assert "Issue #2 was the scratch issue, and is closed." in found.out
    scratch = healthy.sales.issue(2)
    assert (scratch.state, scratch.labels, scratch.pinned) == ("CLOSED", ("not-a-deal",), False)
    assert ("This was tried with a person's token" in found.out) == bool(by)
    assert set(healthy.sales.labels()) == {*labels, "not-a-deal"}


@pytest.mark.parametrize("by", ["eve", "ann"])
def test_who_may_not_try_things_is_told_which_role_it_takes(healthy: Play, command: Command, by: str) -> None:
    issues = [issue for issue in healthy.sales.issues() if issue.state == "OPEN"]
    said = command("doctor", "--scratch", by=by)
    assert said.code == 1
    assert "This needs the role write, or `issues: write`" in said.err
    assert [issue for issue in healthy.sales.issues() if issue.state == "OPEN"] == issues


def test_the_scratch_issue_never_becomes_a_deal(healthy: Play, command: Command) -> None:
    command("doctor", "--scratch", by="kim")
    healthy.reconcile()
    healthy.sales.schedule()
    healthy.run()
    assert healthy.said(2) == []


def test_what_an_interrupted_trial_left_behind_is_cleaned_up(healthy: Play, command: Command) -> None:
    for nth in (1, 2):
        healthy.github.arm(Fault.fails(502, on="deleteLabel", nth=nth))
    assert command("doctor", "--scratch", by="kim").code == 1
    assert RENAMED in healthy.sales.labels()
    found = command("doctor", "--scratch", by="kim")
    assert found.code == 0, found.err
    assert [healthy.sales.issue(number).state for number in (2, 3)] == ["CLOSED", "CLOSED"]
    assert not {BEFORE, RENAMED} & set(healthy.sales.labels())


def test_what_is_otherwise_than_taken_for_granted_is_said_with_what_it_means(healthy: Play, command: Command) -> None:
    healthy.github.hub.event_label_names = "now"
    found = command("doctor", "--scratch", by="kim")
    assert (
        "note: Not confirmed: a labeling keeps the name its label had then. "
        "So history shows labels by today's names; nothing else changes." in found.out.splitlines()
    )


def test_a_deleted_label_that_github_no_longer_shows_is_told(healthy: Play, command: Command) -> None:
    healthy.github.hub.deleted_labels = "gone"
    found = command("doctor", "--scratch", by="kim")
    assert found.code == 0, found.err
    assert "note: Not confirmed: a labeling still names its label after the label was deleted." in found.out
    assert "ok: Confirmed: a labeling keeps the id of its label." in found.out


@pytest.mark.parametrize(
    ("on", "kind", "line"),
    [
        ("pinIssue", "FORBIDDEN", "note: Not confirmed: issues may be pinned. So the weekly report is not pinned"),
        ("pinIssue", "UNPROCESSABLE", "unknown: Could not be tried here: issues may be pinned."),
        ("minimizeComment", "FORBIDDEN", "note: Not confirmed: comments may be hidden. So replies that are answered"),
    ],
)
def test_what_the_token_may_not_do_is_told(healthy: Play, command: Command, on: str, kind: str, line: str) -> None:
    healthy.github.arm(Fault.refuses(on, "Resource not accessible by integration", kind, on=on))
    found = command("doctor", "--scratch")
    assert found.code == 0, found.err
    assert line in found.out
    assert healthy.sales.issue(2).state == "CLOSED"


@pytest.mark.parametrize(("by", "whose"), [("", "a job or an App"), ("kim", "a person")])
def test_it_ends_with_a_block_for_an_issue_on_salesbot(healthy: Play, command: Command, by: str, whose: str) -> None:
    healthy.github.hub.event_label_names = "now"
    found = command("doctor", "--scratch", by=by)
    block = found.out[found.out.index("### What") :].splitlines()
    assert f"; github.com; the token of {whose}." in block[2]
    assert "- confirmed: issues may be pinned" in block
    assert "- **not confirmed**: a labeling keeps the name its label had then" in block
    assert block[-1].startswith("Verdict: nothing to repair")
    assert not re.search("acme|kim|nora", "\n".join(block))


@pytest.mark.parametrize("write", range(3, 15))
def test_the_scratch_issue_is_closed_also_when_a_trial_fails(healthy: Play, command: Command, write: int) -> None:
    healthy.github.arm(Fault.fails(502, on="mutation", nth=write))
    found = command("doctor", "--scratch", by="kim")
    assert found.code == 1
    assert healthy.sales.issue(2).state == "CLOSED"
    assert not {BEFORE, RENAMED} & set(healthy.sales.labels())


SEEN = ScratchObservation(
    edits=(LAST, FIRST),
    comments=("before", "after"),
    failed=("second",),
    html=f'<p><a {MENTION} href="/kim">@kim</a> @kim</p>',
    label_id="LA_1",
    events=(("LA_0", "not-a-deal"), ("LA_1", BEFORE)),
    after_deletion=(("LA_0", "not-a-deal"), ("LA_1", BEFORE)),
    pinned=True,
    hidden=True,
    people_readable=True,
    collaborators_readable=True,
)


@pytest.mark.parametrize(
    ("seen", "what", "holds"),
    [
        pytest.param(SEEN, "", True, id="all as taken for granted"),
        pytest.param(replace(SEEN, edits=("@@ -1 +1 @@", FIRST)), "whole text", False, id="edits are patches"),
        pytest.param(replace(SEEN, edits=(LAST,)), "original text", False, id="the original is not listed"),
        pytest.param(replace(SEEN, comments=("before",)), "aliases", False, id="a failed alias ends the document"),
        pytest.param(replace(SEEN, comments=("after", "before")), "aliases", False, id="aliases in another order"),
        pytest.param(replace(SEEN, edits=(None, None)), "texts of edits", False, id="the texts are not shown"),
        pytest.param(replace(SEEN, edits=()), "texts of edits", False, id="edits are not shown"),
        pytest.param(replace(SEEN, after_deletion=()), "was deleted", False, id="a deleted label is gone"),
        pytest.param(replace(SEEN, pinned=False), "pinned", False, id="the pin is refused"),
        pytest.param(replace(SEEN, pinned=None), "pinned", None, id="no room for a pin"),
        pytest.param(replace(SEEN, hidden=False), "hidden", False, id="hiding is refused"),
        pytest.param(replace(SEEN, events=(("LA_9", BEFORE),)), "the id", False, id="another id"),
        pytest.param(replace(SEEN, events=(("LA_1", RENAMED),)), "keeps the name", False, id="today's name"),
        pytest.param(replace(SEEN, html=SEEN.html.replace("@kim<", f"@k<a {MENTION}")), "@", False, id="both mention"),
        pytest.param(replace(SEEN, html="<p>@kim @kim</p>"), "@", None, id="nobody could be mentioned at all"),
        pytest.param(replace(SEEN, people_readable=False), "assigned may be", False, id="people refused"),
        pytest.param(replace(SEEN, collaborators_readable=False), "collaborators", False, id="collaborators refused"),
    ],
)
def test_what_was_seen_is_read_right(seen: ScratchObservation, what: str, holds: bool | None) -> None:
    trials = {trial.what: trial.holds for trial in platform_assumptions.trials(seen)}
    concerned = [value for name, value in trials.items() if what in name]
    assert holds in concerned
    others = [value for name, value in trials.items() if what not in name]
    assert all(value is not False for value in others)


# A workflow that does not run


def silent(play: Play, conclusion: Conclusion = "failure", runs: int = 0) -> None:
    """Let thirty days go by with these runs alone, then an issue change."""
    play.github.advance(timedelta(days=40))
    play.sales.settings.ran("sales.yml", runs, conclusion)
    play.sales.close("ann", 1)


@pytest.mark.parametrize(
    ("conclusion", "runs", "what"),
    [("failure", 0, "No run"), ("failure", 3, "None of the 3 runs"), ("startup_failure", 1, "None of the 1 run")],
)
def test_a_workflow_that_does_not_run_though_issues_change(
    healthy: Play, command: Command, conclusion: Conclusion, runs: int, what: str
) -> None:
    silent(healthy, conclusion, runs)
    found = command("doctor", by="kim")
    assert f"fix: {what} of {WORKFLOW} succeeded in 30 days, although issues changed." in found.out
    assert "Settings, Actions, Policies" in found.out
    assert found.code == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda play: play.sales.settings.ran("sales.yml", 1), id="one run succeeded"),
        pytest.param(lambda play: play.sales.settings.ran("sales.yml", 2, "skipped"), id="events arrive"),
        pytest.param(lambda play: play.sales.settings.switch("sales.yml", "disabled_manually"), id="switched off"),
        pytest.param(lambda play: play.github.advance(timedelta(days=31)), id="no issue changed"),
    ],
)
def test_a_workflow_that_had_no_reason_to_run_is_not_reported(
    healthy: Play, command: Command, change: Callable[[Play], object]
) -> None:
    silent(healthy)
    change(healthy)
    assert "although issues changed" not in command("doctor", by="kim").out


def test_what_changed_before_the_workflow_came_is_no_reason(play: Play, command: Command) -> None:
    play.sales.open_issue("ann", "Acme")
    play.drop()
    play.github.advance(3600)
    play.sales.push("kim", WORKFLOW, FILE)
    assert "although issues changed" not in command("doctor", by="kim").out
    play.sales.close("ann", 1)
    assert f"No run of {WORKFLOW} succeeded" in command("doctor", by="kim").out


def test_runs_of_longer_ago_do_not_count(healthy: Play, command: Command) -> None:
    healthy.github.advance(timedelta(days=40))
    assert "about 0 Actions minutes a month" in command("doctor", by="kim").out
