"""Runs: the environment of a Docker action, what a run leaves behind, and how one dies."""

from __future__ import annotations

import json
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from github_sandbox import Fault, Repo, Sandbox, Workflow
from github_sandbox.runner import parse_outputs

from .conftest import MONDAY, PEOPLE

PROGRAM = """
    import json, os, sys, urllib.request
    env = os.environ
    event = json.load(open(env["GITHUB_EVENT_PATH"]))
    def ask(path, **body):
        data = json.dumps(body).encode() if body else None
        headers = {"Authorization": "token " + env["INPUT_TOKEN"]}
        request = urllib.request.Request(env["GITHUB_API_URL"] + path, data, headers)
        return json.load(urllib.request.urlopen(request, timeout=5))
    number = event.get("issue", {}).get("number", 0)
    issues = "/repos/" + env["GITHUB_REPOSITORY"] + "/issues/"
    if number:
        ask(issues + str(number) + "/comments", body="one")
        ask(issues + str(number) + "/comments", body="two")
    print("saw", env["GITHUB_EVENT_NAME"], event.get("action"))
    print("secret", env.get("INPUT_TYPEFORM-TOKEN"), file=sys.stderr)
    open(env["GITHUB_OUTPUT"], "a").write("stage=lead\\nchanges<<X1\\n[\\n]\\nX1\\n")
    open(env["GITHUB_STEP_SUMMARY"], "a").write("# Done\\n")
    open(env["GITHUB_STATE"], "a").write("k=v\\n")
    sys.exit(3 if env.get("INPUT_DRY-RUN") == "true" else 0)
"""


@pytest.fixture
def github() -> Iterator[Sandbox]:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    inputs = {"token": "${{ github.token }}", "dry-run": "${{ inputs.dry }}", "typeform-token": "${{secrets.TYPEFORM}}"}
    workflow = Workflow(command, inputs=inputs, secrets={"TYPEFORM": "tf-1"})
    with Sandbox(at=MONDAY, step=1, workflow=workflow) as sandbox:
        yield sandbox


@pytest.fixture
def repo(github: Sandbox) -> Repo:
    made = github.repo("acme/sales", roles=PEOPLE)
    made.push("root", "a.txt", "x")
    return made


def test_a_run_reads_its_event_and_leaves_its_traces(github: Sandbox, repo: Repo) -> None:
    repo.open_issue("ann", "Acme")
    run = github.run(github.outbox[0])
    assert (run.exit_code, run.stdout, run.stderr) == (0, "saw issues opened\n", "secret tf-1\n")
    assert (run.summary, run.outputs, run.state) == ("# Done\n", {"stage": "lead", "changes": "[\n]"}, {"k": "v"})
    assert [(entry.method, entry.status, entry.run) for entry in run.requests] == [("POST", 201, run.id)] * 2
    assert (run.delivery.name, run.killed, run.seconds > 0) == ("issues.opened", False, True)
    assert [comment.body for comment in repo.issue(1).comments] == ["one", "two"]
    assert (github.outbox, github.runs) == ((), (run,))


def test_inputs_come_from_the_form_of_run_workflow(github: Sandbox, repo: Repo) -> None:
    repo.workflow_dispatch({"dry": "true"}, by="bob")
    assert github.run(github.outbox[0]).exit_code == 3
    repo.schedule()
    run = github.run(github.outbox[0])
    assert (run.exit_code, run.stdout) == (0, "saw schedule None\n")


def test_the_environment_is_that_of_a_docker_action(github: Sandbox, repo: Repo) -> None:
    repo.open_issue("ann", "Acme")
    prepared = github.prepare(github.outbox[0])
    env = prepared.environment
    expected = {
        "CI": "true",
        "GITHUB_ACTIONS": "true",
        "GITHUB_ACTOR": "ann",
        "GITHUB_API_URL": github.api_url,
        "GITHUB_EVENT_NAME": "issues",
        "GITHUB_GRAPHQL_URL": github.graphql_url,
        "GITHUB_REF": "refs/heads/main",
        "GITHUB_REPOSITORY": "acme/sales",
        "GITHUB_REPOSITORY_OWNER": "acme",
        "GITHUB_RUN_ATTEMPT": "1",
        "GITHUB_SERVER_URL": github.url,
        "GITHUB_TRIGGERING_ACTOR": "ann",
        "GITHUB_WORKFLOW_REF": "acme/sales/.github/workflows/main.yml@refs/heads/main",
        "INPUT_DRY-RUN": "",
        "INPUT_TOKEN": prepared.token,
        "INPUT_TYPEFORM-TOKEN": "tf-1",
        "RUNNER_OS": "Linux",
    }
    assert {name: env.get(name) for name in expected} == expected
    assert "GITHUB_TOKEN" not in env
    assert len(env["GITHUB_SHA"]) == 40
    assert all(Path(env[name]).is_dir() for name in ("HOME", "GITHUB_WORKSPACE", "RUNNER_TEMP"))
    assert json.loads(Path(env["GITHUB_EVENT_PATH"]).read_text()) == prepared.delivery.payload
    run = github.finish(prepared, 0, "called in this process")
    assert (run.outputs, run.stdout) == ({}, "called in this process")


def test_a_run_sees_nothing_else_of_this_machine(github: Sandbox, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_THIS_MACHINE", "x")
    github.runner.workflow = Workflow([sys.executable, "-c", "import os; print(sorted(os.environ))"])
    repo.schedule()
    prepared = github.prepare(github.outbox[0])
    run = github.runner.start(prepared)
    names = set(json.loads(run.stdout.replace("'", '"')))
    assert names - {"LC_CTYPE"} == {*prepared.environment, "PATH"}


def test_the_token_of_a_run_ends_with_it(github: Sandbox, repo: Repo) -> None:
    repo.schedule()
    prepared = github.prepare(github.outbox[0])
    headers = {"Authorization": f"token {prepared.token}"}
    address = f"{github.api_url}/repos/acme/sales"
    assert requests.get(address, headers=headers, timeout=5).status_code == 200
    github.finish(prepared, 0)
    assert requests.get(address, headers=headers, timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("after", "nth", "left"),
    [
        pytest.param(False, 1, [], id="before the first request"),
        pytest.param(True, 1, ["one"], id="after the first request"),
        pytest.param(False, 2, ["one"], id="before the second"),
        pytest.param(True, 2, ["one", "two"], id="after the second"),
    ],
)
def test_a_run_that_is_killed(github: Sandbox, repo: Repo, after: bool, nth: int, left: list[str]) -> None:
    repo.open_issue("ann", "Acme")
    github.arm(Fault.kills(after=after, nth=nth))
    run = github.run(github.outbox[0])
    assert (run.killed, run.stdout, run.outputs) == (True, "", {})
    assert [comment.body for comment in repo.issue(1).comments] == left


def test_nothing_that_a_killed_run_sends_later_arrives(github: Sandbox, repo: Repo) -> None:
    repo.open_issue("ann", "Acme")
    prepared = github.prepare(github.outbox[0])
    address = f"{github.api_url}/repos/acme/sales/issues/1/comments"
    headers = {"Authorization": f"token {prepared.token}"}
    github.arm(Fault.kills(after=True))
    for text in ("one", "two"):
        with pytest.raises(requests.ConnectionError):
            requests.post(address, json={"body": text}, headers=headers, timeout=5)
    assert [comment.body for comment in repo.issue(1).comments] == ["one"]


def test_a_delivery_may_be_lost_repeated_or_come_in_another_order(github: Sandbox, repo: Repo) -> None:
    for title in ("one", "two", "three"):
        repo.open_issue("ann", title)
    first, second, third = github.outbox
    github.drop(second)
    runs = [github.run(third), github.run(first), github.run(first)]
    assert [run.delivery.payload["issue"]["title"] for run in runs] == ["three", "one", "one"]
    assert github.outbox == ()


def test_in_auto_mode_every_wanted_delivery_starts_a_run_at_once() -> None:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM)]
    workflow = Workflow(command, wanted=lambda delivery: delivery.name == "issues.opened")
    with Sandbox(at=MONDAY, step=1, workflow=workflow, auto=True) as github:
        repo = github.repo("acme/sales", roles=PEOPLE)
        repo.create_label("root", "stage:lead")
        repo.open_issue("ann", "Acme", labels=["stage:lead"])
        assert [run.delivery.name for run in github.runs] == ["issues.opened"]
        assert [comment.body for comment in repo.issue(1).comments] == ["one", "two"]
        assert github.outbox == ()


def test_in_auto_mode_what_a_person_does_over_the_api_starts_a_run_too() -> None:
    workflow = Workflow([sys.executable, "-c", "print('hello')"])
    with Sandbox(at=MONDAY, step=1, workflow=workflow, auto=True) as github:
        github.repo("acme/sales", roles=PEOPLE)
        headers = {"Authorization": f"token {github.token('ann')}"}
        made = requests.post(
            f"{github.api_url}/repos/acme/sales/issues", json={"title": "A"}, headers=headers, timeout=5
        )
        assert made.status_code == 201
        deadline = time.monotonic() + 10
        while not github.runs and time.monotonic() < deadline:
            time.sleep(0.02)
        assert [(run.delivery.name, run.stdout) for run in github.runs] == [("issues.opened", "hello\n")]


def test_a_program_that_takes_too_long_is_stopped(github: Sandbox, repo: Repo) -> None:
    github.runner.workflow = Workflow([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)
    repo.schedule()
    assert github.run(github.outbox[0]).killed


def test_without_a_command_nothing_starts(sandbox: Sandbox, sales: Repo) -> None:
    sales.schedule()
    with pytest.raises(ValueError, match="No command to start"):
        sandbox.run(sandbox.outbox[-1])


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param("a=1\nb=x=y\n", {"a": "1", "b": "x=y"}, id="a line each"),
        pytest.param("a<<EOF\n1\n2=3\nEOF\nb=4\n", {"a": "1\n2=3", "b": "4"}, id="many lines up to a delimiter"),
        pytest.param("a=1\na=2\n", {"a": "2"}, id="the last one counts"),
    ],
)
def test_outputs_are_read_as_the_runner_reads_them(text: str, outputs: dict[str, str]) -> None:
    assert parse_outputs(text) == outputs


@pytest.mark.parametrize("text", ["nonsense\n", "a<<EOF\n1\n"])
def test_outputs_that_the_runner_would_not_take(text: str) -> None:
    with pytest.raises(ValueError, match="Unable to process file command"):
        parse_outputs(text)


def test_a_run_finds_nothing_of_an_earlier_one(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    first = sandbox.prepare(sandbox.outbox[0])
    (first.directory / "workspace" / "left").mkdir()
    (first.directory / "home" / "left").write_text("left", encoding="utf-8")
    Path(first.environment["GITHUB_OUTPUT"]).write_text("stage=lead\n", encoding="utf-8")
    assert sandbox.finish(first, 0).outputs == {"stage": "lead"}
    sales.comment("ann", 1, "Hello")
    second = sandbox.prepare(sandbox.outbox[-1])
    assert list((second.directory / "workspace").iterdir()) == list((second.directory / "home").iterdir()) == []
    assert sandbox.finish(second, 0).outputs == {}


def test_runs_side_by_side_have_files_of_their_own(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    sales.comment("ann", 1, "Hello")
    first, second = (sandbox.prepare(delivery) for delivery in sandbox.outbox[:2])
    assert first.directory != second.directory
