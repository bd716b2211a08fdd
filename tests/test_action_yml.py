"""action.yml, the workflow, the Dockerfile and the program say the same. What GitHub reads, GitHub reads from files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from salesbot.adapters.actions import TASKS, Inputs, read_inputs, run_request
from salesbot.cli import run_summary
from salesbot.core.text import command_syntax
from salesbot.tasks.outcome import Outcome

TOP = Path(__file__).parents[1]


class _Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: `on` is a word."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:bool" or letter in "tTfF"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((TOP / name).read_text(encoding="utf-8"), _Loader)
    return found


ACTION = read("action.yml")
WORKFLOW = read("templates/github/workflows/sales.yml")
JOB = WORKFLOW["jobs"]["salesbot"]
DOCKERFILE = (TOP / "Dockerfile").read_text(encoding="utf-8")


# action.yml and the program


def test_every_input_is_read_and_no_other() -> None:
    environment = _Asked({"GITHUB_REPOSITORY": "acme/sales", "INPUT_TOKEN": "t"})
    read_inputs(environment)
    asked = {name.removeprefix("INPUT_").lower() for name in environment.asked if name.startswith("INPUT_")}
    inputs = set(ACTION["inputs"])
    assert asked == inputs | {name.replace("-", "_") for name in inputs}


class _Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def test_the_defaults_of_action_yml_are_those_of_the_program() -> None:
    given = {f"INPUT_{name.upper()}": str(about["default"]) for name, about in ACTION["inputs"].items()}
    given["INPUT_TOKEN"] = "t"  # ${{ github.token }}, filled in by GitHub
    assert read_inputs({"GITHUB_REPOSITORY": "acme/sales", **given}) == Inputs("acme/sales", "t")


def test_every_task_is_named() -> None:
    assert set(re.findall(r"`(\w+)`", ACTION["inputs"]["task"]["description"])) == set(TASKS)


def test_every_output_is_set_and_no_other() -> None:
    assert set(run_summary.outputs(Outcome(), dry_run=False)) == set(ACTION["outputs"])


def test_an_action_in_a_container_says_what_github_asks_for() -> None:
    assert ACTION["runs"] == {"using": "docker", "image": "Dockerfile"}
    assert all(ACTION[word] for word in ("name", "description", "branding"))
    assert all(about["description"] for about in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


@pytest.mark.parametrize("word", ["USER", "WORKDIR"])
def test_the_dockerfile_leaves_to_the_runner_what_is_the_runners(word: str) -> None:
    assert not re.search(rf"^{word}\b", DOCKERFILE, re.MULTILINE)


def test_the_entrypoint_is_the_program_by_its_whole_path() -> None:
    assert 'ENTRYPOINT ["/opt/salesbot/bin/salesbot", "run"]' in DOCKERFILE


# The workflow to copy


def test_it_asks_for_no_more_than_it_needs() -> None:
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read", "issues": "write"}


def test_one_run_at_a_time_for_each_deal_and_none_is_cut_off() -> None:
    assert "concurrency" not in WORKFLOW, "a group of the workflow is entered before the job's `if`"
    assert JOB["concurrency"] == {
        "group": "salesbot-${{ github.repository }}-${{ github.event.issue.number || inputs.issue || "
        "github.event.client_payload.content_node_id || "
        "(github.event_name == 'repository_dispatch' && github.run_id) || github.event_name }}"
    }


def test_a_run_ends_some_day() -> None:
    assert JOB["timeout-minutes"] <= 10


def test_it_runs_on_events_and_once_a_day_off_the_hour() -> None:
    events = {"issues", "issue_comment", "label", "schedule", "repository_dispatch", "workflow_dispatch"}
    assert set(WORKFLOW["on"]) == events
    assert WORKFLOW["on"]["repository_dispatch"] == {"types": ["typeform", "board"]}
    (schedule,) = WORKFLOW["on"]["schedule"]
    minute, hour, *days = schedule["cron"].split()
    assert minute.isdigit()
    assert minute not in ("0", "30")
    assert hour.isdigit()
    assert days == ["*", "*", "*"]


def test_no_step_puts_a_strangers_words_into_a_script() -> None:
    assert [set(step) for step in JOB["steps"]] == [{"uses", "with"}]
    given = JOB["steps"][0]["with"]
    assert set(given) <= set(ACTION["inputs"])
    for name, value in given.items():
        assert re.fullmatch(
            r"\$\{\{ (secrets\.\w+|github\.event_name == 'schedule' && 'all' \|\| 'auto') \}\}", value
        ), name


WAKING = [
    *(("issues", action) for action in WORKFLOW["on"]["issues"]["types"]),
    *(("issue_comment", action) for action in WORKFLOW["on"]["issue_comment"]["types"]),
    *(("label", action) for action in WORKFLOW["on"]["label"]["types"]),
]
BODIES = {
    "a command": "/won 38k",
    "a command further down": "Good news!\n\n/won 38k",
    "a list with ticks": "- [x] Scope\n- [ ] Effort",
    "a list with stars": "* [x] Scope",
    "talk": "Thanks!",
    "nothing": "",
    "a card": '<!-- salesbot:card {"v":1} -->\n**won** since 25 Nov 2026 by nora\n\n<details></details>',
}
PEOPLE = {"a person": {"login": "ann", "type": "User"}, "a bot": {"login": "acme[bot]", "type": "Bot"}}
EVENTS = [
    pytest.param(event, action, body, sender, pull, id=f"{event} {action}, {what}, by {who}{', on a pull' * pull}")
    for event, action in WAKING
    for what, body in BODIES.items()
    for who, sender in PEOPLE.items()
    for pull in (False, True)
    if event == "issue_comment" or (what == "nothing" and not pull)
]


def payload(event: str, action: str, body: str, sender: Mapping[str, str], pull: bool) -> dict[str, Any]:
    issue = {"number": 7, **({"pull_request": {}} if pull else {})}
    found: dict[str, Any] = {"action": action, "sender": dict(sender)}
    if event == "label":
        changes = {"name": {"from": "stage:done"}}
        return {**found, "label": {"name": "stage:won", "node_id": "L"}, "changes": changes}
    if event == "issue_comment":
        return {**found, "issue": issue, "comment": {"id": 1, "body": body}}
    return {**found, "issue": issue, "label": {"name": "stage:won"}, "changes": {"body": {"from": ""}}}


@pytest.mark.parametrize("sender", PEOPLE.values(), ids=PEOPLE)
def test_a_label_deleted_from_the_list_starts_no_billed_minute(sender: Mapping[str, str]) -> None:
    about = {"action": "unlabeled", "issue": {"number": 7}, "sender": dict(sender)}
    assert run_request(Inputs("acme/sales", "t", event="issues"), about).kind == "nothing"
    assert not passes("issues", about)


def test_a_label_is_optional_in_an_event() -> None:
    about = {"action": "labeled", "issue": {"number": 7}, "sender": dict(PEOPLE["a person"])}
    request = run_request(Inputs("acme/sales", "t", event="issues"), about)
    assert (request.kind, request.issue, request.trigger.label) == ("deal", 7, None)


def passes(event: str, about: Mapping[str, Any]) -> bool:
    """Evaluate the job's `if` as GitHub would: its operators and `contains` are Python's in other clothes."""
    text = re.sub(r"!(?=github)", " not ", JOB["if"].replace("&&", " and ").replace("||", " or "))
    text = re.sub(r"github\.([\w.]+)", r"look('\1')", text)

    def look(path: str) -> Any:
        value: Any = {"event_name": event, "event": about}
        for step in path.split("."):
            # A missing value is falsy; an object, even an empty one, is not.
            value = value.get(step) if isinstance(value, dict) else None
        return True if value == {} else value

    names = {"look": look, "contains": lambda text, part: part.lower() in (text or "").lower()}
    return bool(eval(text, {"__builtins__": {}}, names))


@pytest.mark.parametrize(("event", "action", "body", "sender", "pull"), EVENTS)
def test_the_filter_drops_nothing_that_wakes_the_program(
    event: str, action: str, body: str, sender: Mapping[str, str], pull: bool
) -> None:
    about = payload(event, action, body, sender, pull)
    kind = run_request(Inputs("acme/sales", "t", event=event), about).kind
    assert kind == "nothing" or passes(event, about)


UNSEEN = "".join(map(chr, [0xA0, 0xAD, 0x61C, 0x200B, 0x200D, 0x2028, 0x2060, 0x3000, 0x3164, 0xFE0F, 0xFEFF, 0xE0041]))
PIECES = st.sampled_from(["/won", "/Überprüfung", "\n", "\r\n", "\r", "> ", "```\n", " ", "text", "\ufeff"]) | st.text(
    UNSEEN
)


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(), st.sampled_from(["created", "edited"]))
@example("\u200b/lost price", "created")
@example("text\r\u3164\u00ad/lost price", "edited")
def test_every_command_that_the_reader_finds_wakes_the_program_at_once(body: str, action: str) -> None:
    about = payload("issue_comment", action, body, PEOPLE["a person"], False)
    if command_syntax.read(body):
        assert run_request(Inputs("acme/sales", "t", event="issue_comment"), about).kind == "deal"
        assert passes("issue_comment", about)


@pytest.mark.parametrize(
    "about",
    [
        pytest.param(payload("issue_comment", "created", "Thanks!", PEOPLE["a person"], False), id="talk"),
        pytest.param(payload("issue_comment", "created", "/won", PEOPLE["a bot"], False), id="a bot's comment"),
        pytest.param(payload("issue_comment", "created", "/won", PEOPLE["a person"], True), id="on a pull request"),
        pytest.param(payload("issue_comment", "edited", "Thanks!", PEOPLE["a person"], False), id="talk, edited"),
        pytest.param(
            payload("issue_comment", "created", "- [x] me", PEOPLE["a person"], False), id="boxes of one's own"
        ),
        pytest.param(payload("issue_comment", "deleted", "/won", PEOPLE["a person"], False), id="a deleted command"),
    ],
)
def test_the_filter_saves_the_minutes_it_is_there_for(about: dict[str, Any]) -> None:
    assert not passes("issue_comment", about)


# The workflow of the report


REPORT = read("templates/github/workflows/report.yml")


def test_the_report_runs_twice_on_monday_off_the_hour_and_by_hand() -> None:
    assert set(REPORT["on"]) == {"schedule", "workflow_dispatch"}
    crons = [schedule["cron"].split() for schedule in REPORT["on"]["schedule"]]
    assert [days for _, _, *days in crons] == [["*", "*", "1"], ["*", "*", "1"], ["*", "*", "4"]]
    assert all(minute not in ("0", "30") for minute, *_ in crons)
    assert all(set(schedule) == {"cron"} for schedule in REPORT["on"]["schedule"]), "one time zone: the configuration's"


def test_the_report_asks_for_no_more_than_it_needs_and_only_one_runs() -> None:
    job = REPORT["jobs"]["report"]
    assert (REPORT["permissions"], job["permissions"]) == ({}, {"contents": "read", "issues": "write"})
    assert job["concurrency"] == {"group": "salesbot-report-${{ github.repository }}"}
    assert job["timeout-minutes"] <= 30


def test_the_step_of_the_report_gives_inputs_that_there_are() -> None:
    kept, step, upload = REPORT["jobs"]["report"]["steps"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    given = {f"INPUT_{name.upper()}": value for name, value in step["with"].items()}
    inputs = read_inputs({"GITHUB_REPOSITORY": "acme/sales", "INPUT_TOKEN": "t", **given})
    assert (inputs.task, inputs.publish) == ("report", False)
    assert upload["with"]["path"] == f"{inputs.files}/"
    assert kept["with"]["path"] == inputs.cache


# Every workflow: those that this repository runs, and those that repositories of deals do


def test_this_repository_runs_none_of_those_that_are_copied() -> None:
    """Whoever hosts a copy would find a failed run each morning: its deals are elsewhere."""
    assert {file.name for file in (TOP / ".github/workflows").iterdir()} == {"ci.yml", "release.yml"}


PLACES = (".github/workflows", "templates/github/workflows")
WORKFLOWS = {file.name: read(f"{place}/{file.name}") for place in PLACES for file in (TOP / place).glob("*.yml")}
STEPS = [
    pytest.param(name, step, id=f"{name}, {job}, step {number}")
    for name, workflow in WORKFLOWS.items()
    for job, about in workflow["jobs"].items()
    for number, step in enumerate(about["steps"], 1)
]
READ = {"contents": "read"}
RIGHTS = {
    "check.yml": {"check": READ},
    "ci.yml": {"ci": READ, "audit": READ},
    "release.yml": {
        "check": READ,
        "release": {"contents": "write", "packages": "write", "id-token": "write", "attestations": "write"},
    },
    "report.yml": {"report": {**READ, "issues": "write"}},
    "sales.yml": {"salesbot": {**READ, "issues": "write"}},
}


def test_no_job_has_more_rights_than_it_needs() -> None:
    given = {
        name: {job: about["permissions"] for job, about in workflow["jobs"].items()}
        for name, workflow in WORKFLOWS.items()
    }
    assert given == RIGHTS
    assert all(workflow["permissions"] == {} for workflow in WORKFLOWS.values())


def test_what_is_installed_for_tests_runs_in_no_job_that_can_write() -> None:
    for workflow in WORKFLOWS.values():
        for about in workflow["jobs"].values():
            if any(
                ".ci/run" in step.get("run", "") or "make" in step.get("run", "").split() for step in about["steps"]
            ):
                assert about["permissions"] == READ


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_no_workflow_puts_an_events_words_into_a_script(name: str, step: dict[str, Any]) -> None:
    """What stands between the braces is put into the script before a shell reads it."""
    assert "${{" not in step.get("run", "")


@pytest.mark.parametrize(("name", "step"), STEPS)
def test_every_action_is_pinned_by_a_commit(name: str, step: dict[str, Any]) -> None:
    used = step.get("uses", "")
    assert not used or used == "OWNER/salesbot@main" or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used)


def test_a_release_is_made_of_the_default_branch_only_and_after_everything_holds() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert "github.event.repository.default_branch" in jobs["check"]["if"]
    assert jobs["release"]["needs"] == "check"
    assert any(".ci/run" in step.get("run", "") for step in jobs["check"]["steps"])
