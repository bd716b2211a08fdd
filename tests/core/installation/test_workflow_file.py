"""A workflow file: does it run salesbot, on which events, with which permissions and secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesbot.core.installation import workflow_file

TOP = Path(__file__).parents[3]
COPIED = TOP / "templates/github/workflows"
STEP = "steps: [{uses: acme/salesbot@v1}]"


def a_workflow(job: str = "", top: str = "on: [issues]", step: str = STEP) -> str:
    return f"{top}\njobs:\n  sales:\n    runs-on: ubuntu-latest\n    {step}\n{job}"


def test_the_workflow_to_copy_lacks_nothing() -> None:
    found = workflow_file.read((COPIED / "sales.yml").read_text(encoding="utf-8"))
    assert found is not None
    assert found.events == {*workflow_file.EVENTS, "repository_dispatch"}, (
        "the last is for a relay, which not everybody has"
    )
    assert (found.copy, found.ref, found.lacking()) == ("OWNER/salesbot", "main", [])
    assert found.secrets == (
        "TYPEFORM_TOKEN",
        "TYPEFORM_WEBHOOK_SECRET",
        "STREAK_API_KEY",
        "PIPELINE_CHAT",
        "PROJECT_TOKEN",
    )


def test_the_report_to_copy_lacks_nothing() -> None:
    found = workflow_file.read((COPIED / "report.yml").read_text(encoding="utf-8"))
    assert found is not None
    assert (found.task, set(found.needed) - found.events, found.lacking()) == ("report", set(), [])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param((COPIED / "check.yml").read_text(encoding="utf-8"), id="the check is no run"),
        pytest.param((TOP / ".github/workflows/ci.yml").read_text(encoding="utf-8"), id="another workflow"),
        pytest.param(a_workflow(step="steps: [{uses: acme/not-salesbot@v1}]"), id="another action"),
        pytest.param(a_workflow(step="steps: [{uses: ./salesbot}]"), id="a local action"),
        pytest.param("on: [", id="no YAML"),
        pytest.param("", id="empty"),
        pytest.param("- 1", id="a list"),
        pytest.param("jobs: {a: 1, b: {steps: 2}}", id="jobs that are none"),
    ],
)
def test_what_does_not_run_salesbot(text: str) -> None:
    assert text == "jobs: {a: 1, b: {steps: 2}}" or workflow_file.read(text) is None
    assert workflow_file.read(text.replace("steps: 2", "steps: [2]")) is None


@pytest.mark.parametrize(
    ("top", "events"),
    [
        pytest.param("on: issues", {"issues"}, id="one word"),
        pytest.param("on: [issues, label]", {"issues", "label"}, id="a list"),
        pytest.param("on: {issues: {types: [opened]}, schedule: []}", {"issues", "schedule"}, id="a map"),
        pytest.param('"on": issues', {"issues"}, id="quoted"),
        pytest.param("name: x", set(), id="none"),
    ],
)
def test_its_events(top: str, events: set[str]) -> None:
    found = workflow_file.read(a_workflow(top=top))
    assert found is not None
    assert found.events == events


@pytest.mark.parametrize(
    ("job", "top", "lacking"),
    [
        pytest.param("    permissions: {contents: read, issues: write}", "", [], id="just enough"),
        pytest.param("    permissions: {contents: write, issues: write}", "", [], id="more than enough"),
        pytest.param("    permissions: {issues: read}", "", ["contents: read", "issues: write"], id="too little"),
        pytest.param("    permissions: {}", "", ["contents: read", "issues: write"], id="none"),
        pytest.param("    permissions: read-all", "", ["issues: write"], id="read-all"),
        pytest.param("    permissions: write-all", "", [], id="write-all"),
        pytest.param("", "permissions: {contents: read}", ["issues: write"], id="of the whole workflow"),
        pytest.param(
            "    permissions: {contents: read, issues: write}", "permissions: {}", [], id="the job's own count"
        ),
        pytest.param("", "", [], id="not said: the repository's setting decides"),
    ],
)
def test_the_permissions_it_lacks(job: str, top: str, lacking: list[str]) -> None:
    found = workflow_file.read(a_workflow(job, f"on: issues\n{top}"))
    assert found is not None
    assert found.lacking() == lacking


def test_the_secrets_it_names() -> None:
    step = (
        "steps: [{uses: acme/salesbot@v1, with: {token: '${{ secrets.A }}', config: '${{secrets.B}}${{ secrets.A }}'}}]"
    )
    found = workflow_file.read(a_workflow(step=step))
    assert found is not None
    assert found.secrets == ("A", "B")


@pytest.mark.parametrize(
    ("step", "copy", "is_light"),
    [
        pytest.param("uses: acme/salesbot@v1", "acme/salesbot", False, id="by its name"),
        pytest.param("uses: acme/SalesBot/light@v1", "acme/SalesBot", True, id="GitHub's names have no case"),
        pytest.param("{name: salesbot, uses: acme/our-bot@v1}", "acme/our-bot", False, id="by the name of the step"),
        pytest.param("{uses: acme/our-bot/light@v1, with: {streak-key: x}}", "acme/our-bot", True, id="by an input"),
    ],
)
def test_a_copy_of_another_name_is_recognised(step: str, copy: str, is_light: bool) -> None:
    found = workflow_file.read(a_workflow(step=f"steps: [{step}]"))
    assert found is not None
    assert (found.copy, found.is_light) == (copy, is_light)


@pytest.mark.parametrize("step", ["uses: acme/our-bot@v1", "{uses: actions/cache@v5, with: {key: x, path: y}}"])
def test_another_action_is_not_taken_for_a_copy(step: str) -> None:
    assert workflow_file.read(a_workflow(step=f"steps: [{step}]")) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [
        pytest.param("jobs: {a: {permissions: {issues: write}}}", True, id="it says so"),
        pytest.param("permissions: write-all\njobs: {a: {}}", True, id="everything"),
        pytest.param("jobs: {a: {}}", True, id="the repository's setting decides"),
        pytest.param("permissions: {issues: write}\njobs: {a: {permissions: {}}}", False, id="taken back by its job"),
        pytest.param("permissions: read-all\njobs: {a: {}, b: {}}", False, id="reads only"),
        pytest.param("permissions: read-all\njobs: {a: {}, b: {permissions: {issues: write}}}", True, id="one of two"),
        pytest.param("jobs: [", False, id="no YAML"),
        pytest.param("jobs: {a: 1}", False, id="no job"),
    ],
)
def test_whether_a_workflow_may_comment(text: str, *, may: bool) -> None:
    assert workflow_file.may_comment(text) is may


@pytest.mark.parametrize(
    ("inputs", "shared"),
    [
        pytest.param("{}", True, id="by default"),
        pytest.param("{token: '${{ github.token }}'}", True, id="the job's token"),
        pytest.param("{token: '${{ secrets.GITHUB_TOKEN }}'}", True, id="the same by its other name"),
        pytest.param("{token: '${{ secrets.SALES_BOT }}'}", False, id="a token of its own"),
        pytest.param("{app-id: 5, app-key: x}", False, id="an App"),
    ],
)
def test_whether_salesbot_acts_with_the_jobs_token(inputs: str, *, shared: bool) -> None:
    found = workflow_file.read(f"on: issues\njobs: {{a: {{steps: [{{uses: acme/salesbot@v1, with: {inputs}}}]}}}}")
    assert found is not None
    assert found.is_by_jobs_token is shared
