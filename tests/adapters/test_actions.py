"""GitHub Actions' side: inputs, event files, what wakes the program, and what it leaves for the runner."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from github_sandbox.runner import parse_outputs
from salesbot.adapters.actions import (
    MAX_EVENT,
    MAX_SUMMARY,
    Inputs,
    Runner,
    RunRequest,
    read_event,
    read_inputs,
    run_request,
)
from salesbot.core.errors import InputError
from salesbot.core.model.facts import IssueSummary, Trigger

ENV = {"GITHUB_REPOSITORY": "acme/sales", "INPUT_TOKEN": "t"}
ANN = {"login": "ann", "type": "User"}
BOT = {"login": "acme-labeler[bot]", "type": "Bot"}
MARKED = '<!-- salesbot:checklist {"of":"estimate"} -->\n- [x] Scope'
LEAD = '<!-- salesbot:lead {"key":"typeform:u6nXL7:21aa","at":1795424461} -->\nWe need a shop.'
INBOUND = frozenset({"inbound"})
A_LEAD = {"number": 7, "title": "Acme", "body": LEAD, "labels": [{"name": "Inbound"}]}


# Inputs


def test_without_any_setting_the_defaults_of_action_yml_hold() -> None:
    assert read_inputs(ENV) == Inputs(repository="acme/sales", token="t")


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        pytest.param({"INPUT_DRY-RUN": "true"}, "dry_run", True, id="hyphens stay in the names of inputs"),
        pytest.param({"INPUT_DRY-RUN": " True "}, "dry_run", True, id="case and spaces do not matter"),
        pytest.param({"INPUT_ISSUE": "7"}, "issue", 7, id="a deal by number"),
        pytest.param({"INPUT_ISSUE": "#7"}, "issue", 7, id="a deal by number, as people write it"),
        pytest.param({"INPUT_ISSUE": ""}, "issue", None, id="an input left out is an empty text"),
        pytest.param({"INPUT_TASK": "sweep"}, "task", "sweep", id="a task"),
        pytest.param({"INPUT_CONFIG": "sales/bot.yml"}, "config", "sales/bot.yml", id="another configuration"),
        pytest.param({"GITHUB_API_URL": "https://ghe/api/v3"}, "api_url", "https://ghe/api/v3", id="another GitHub"),
        pytest.param(
            {"GITHUB_API_URL": "https://ghe/api/v3"}, "graphql_url", "https://ghe/api/graphql", id="its GraphQL beside"
        ),
        pytest.param(
            {"GITHUB_GRAPHQL_URL": "https://ghe/g"}, "graphql_url", "https://ghe/g", id="its GraphQL by its own name"
        ),
    ],
)
def test_an_input_is_read(setting: dict[str, str], name: str, value: object) -> None:
    assert getattr(read_inputs(ENV | setting), name) == value


def test_the_jobs_own_token_will_do_if_no_input_gives_one() -> None:
    assert read_inputs({"GITHUB_REPOSITORY": "acme/sales", "GITHUB_TOKEN": "own"}).token == "own"


def test_the_token_is_not_shown_with_the_inputs() -> None:
    assert "secret" not in repr(read_inputs(ENV | {"INPUT_TOKEN": "secret"}))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        pytest.param({"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY must be owner/name", id="outside of Actions"),
        pytest.param({"GITHUB_REPOSITORY": "a/b/c"}, "GITHUB_REPOSITORY must be", id="no repository's name"),
        pytest.param({"INPUT_TOKEN": ""}, "the input `token` is empty", id="an empty token"),
        pytest.param({"INPUT_TASK": "sleep"}, "`task` is 'sleep'; it must be one of auto, sweep", id="a wrong task"),
        pytest.param({"INPUT_ISSUE": "seven"}, "`issue` is 'seven'", id="an issue that is no number"),
        pytest.param({"INPUT_ISSUE": "0"}, "`issue` is '0'", id="issue zero"),
        pytest.param({"INPUT_ISSUE": "99999999999"}, "`issue` is '99999999999'", id="an issue no repository has"),
        pytest.param({"INPUT_ISSUE": "9" * 5_000}, "`issue` is '9999", id="digits without end"),
        pytest.param({"INPUT_ISSUE": "²"}, "`issue` is '²'", id="a digit that is no number"),
        pytest.param({"INPUT_DRY-RUN": "yes"}, "`dry-run` is 'yes'; it must be true or false", id="yes for true"),
        pytest.param({"INPUT_CONFIG": "/etc/passwd"}, "must be a path inside", id="a path from the root"),
        pytest.param({"INPUT_CONFIG": "a/../../b.yml"}, "must be a path inside", id="a path that climbs out"),
    ],
)
def test_a_wrong_input_is_refused(setting: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_inputs(ENV | setting)
    assert said in refused.value.what
    assert refused.value.exit_code == 2


ADDRESSES = ["TYPEFORM_API_URL", "STREAK_API_URL", "GITHUB_API_URL", "GITHUB_GRAPHQL_URL"]


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "url",
    ["http://api.example.com", "http://localhost:1@evil.example", "http://localhost.evil.example/", "https://[", "x"],
)
def test_no_secret_is_sent_in_the_open(name: str, url: str) -> None:
    with pytest.raises(InputError, match=f"{name} must begin with https://"):
        read_inputs(ENV | {name: url})
    read_inputs(ENV | {name: "https://api.eu.example.com"})
    for here in (
        "http://127.0.0.1:8322",
        "http://localhost/api/v3",
        "http://[::1]:8322",
        "HTTPS://api.example.com:8443/v3",
    ):
        read_inputs(ENV | {name: here})


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://user:password@api.example.com", id="a user and a password"),
        pytest.param("https://api.example.com@e.vil", id="a host that is a user"),
        pytest.param("http://@127.0.0.1:8322", id="an empty user"),
        pytest.param("https://e.vil\\@api.example.com/", id="a backslash before the user"),
        pytest.param("https://e.vil\\.api.example.com", id="a backslash in the host"),
        pytest.param("https://api.example.com/\\e.vil", id="a backslash in the path"),
        pytest.param("https://api.exa\tmple.com", id="a tab"),
        pytest.param("https://api.example.com/\r\nX-Evil: 1", id="a line break"),
        pytest.param("https://api.example.com\x00.e.vil", id="a NUL"),
        pytest.param(" https://api.example.com", id="a blank"),
        pytest.param("https://api.example.com\x7f", id="a control character"),
        pytest.param("https://api.example.com\x85e.vil", id="a control character beyond ASCII"),
    ],
)
def test_an_address_that_two_programs_read_in_two_ways_is_refused(name: str, url: str) -> None:
    with pytest.raises(InputError, match=f"{name} must be an address without a user name, a backslash"):
        read_inputs(ENV | {name: url})


def test_all_wrong_inputs_are_named_at_once() -> None:
    with pytest.raises(InputError) as refused:
        read_inputs({"INPUT_TASK": "sleep", "INPUT_ISSUE": "x", "INPUT_DRY-RUN": "y"})
    for part in ("GITHUB_REPOSITORY", "`token`", "`task`", "`issue`", "`dry-run`"):
        assert part in refused.value.what


def test_a_wrong_input_cannot_speak_to_the_runner() -> None:
    with pytest.raises(InputError) as refused:
        read_inputs(ENV | {"INPUT_TASK": "a\n::add-mask::x\n##[error]y"})
    assert "::add-mask::" not in refused.value.what
    assert "##[error]" not in refused.value.what


# The event file


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not JSON", id="an empty file"),
        pytest.param(b'{"action": "opened", "issue": {"num', "not JSON", id="a file cut off"),
        pytest.param(b"\xff\xfe\x00", "not JSON", id="bytes that are no text"),
        pytest.param(b"[]", "not a JSON object", id="a list"),
        pytest.param(b"null", "not a JSON object", id="nothing"),
        pytest.param(b"[" * 200_000, "not JSON", id="brackets without end"),
    ],
)
def test_a_broken_event_file_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "event.json").write_bytes(content)
    with pytest.raises(InputError, match=said):
        read_event(str(tmp_path / "event.json"))


def test_an_event_of_25_mb_is_read(tmp_path: Path) -> None:
    event = {"action": "opened", "padding": "x" * 25_000_000}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    assert read_event(str(tmp_path / "event.json"))["action"] == "opened"


def test_a_larger_one_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "event.json").open("wb") as file:
        file.truncate(MAX_EVENT + 1)
    with pytest.raises(InputError, match="at most 25 MB"):
        read_event(str(tmp_path / "event.json"))


@pytest.mark.parametrize("path", ["", "/nowhere/event.json"], ids=["not set", "not there"])
def test_a_missing_event_file_is_refused(path: str) -> None:
    with pytest.raises(InputError, match=r"GITHUB_EVENT_PATH is not set|cannot be read"):
        read_event(path)


# What wakes the program


def issue(action: str, *, label: str | None = None, sender: Any = ANN, **more: Any) -> dict[str, Any]:
    """An `issues` event on issue 7."""
    named = {"label": {"name": label}} if label else {}
    return {"action": action, "issue": {"number": 7, **more.pop("about", {})}, "sender": sender, **named, **more}


def comment(action: str, body: str | None, *, sender: Any = ANN, **more: Any) -> dict[str, Any]:
    """An `issue_comment` event for comment 99 on issue 7."""
    about = {"number": 7, **more.pop("about", {})}
    return {"action": action, "issue": about, "comment": {"id": 99, "body": body}, "sender": sender, **more}


def label(action: str, *, before: str | None = None) -> dict[str, Any]:
    """A `label` event for `stage:won`."""
    changes = {"name": {"from": before}} if before else {"color": {"from": "ffffff"}}
    return {"action": action, "label": {"name": "stage:won", "node_id": "LA_1"}, "changes": changes, "sender": ANN}


def woken(event: str, payload: dict[str, Any], **inputs: Any) -> RunRequest:
    return run_request(Inputs("acme/sales", "t", event=event, **inputs), payload)


def deal(event: str, *, by: str | None = "ann", **trigger: Any) -> RunRequest:
    return RunRequest("deal", Trigger(event, actor=by, **trigger), 7)


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        *(
            pytest.param("issues", issue(action), deal(f"issues.{action}"), id=f"an issue {action}")
            for action in ("opened", "closed", "reopened", "assigned", "unassigned")
        ),
        pytest.param(
            "issues", issue("edited", changes={"body": {"from": ""}}), deal("issues.edited"), id="a body edited"
        ),
        pytest.param(
            "issues",
            issue("edited", changes={"body": {"from": ""}, "title": {"from": ""}}),
            deal("issues.edited"),
            id="body and title edited at once",
        ),
        pytest.param(
            "issues",
            issue("labeled", label="stage:won"),
            deal("issues.labeled", label="stage:won"),
            id="a stage label put on",
        ),
        pytest.param(
            "issues",
            issue("unlabeled", label="stage:lead"),
            deal("issues.unlabeled", label="stage:lead"),
            id="a stage label taken off",
        ),
        pytest.param(
            "issues",
            issue("labeled", label="stage:won", sender=BOT),
            deal("issues.labeled", label="stage:won", by=None),
            id="another bot's label is a wish too, of nobody",
        ),
        pytest.param("issues", issue("opened", sender=None), deal("issues.opened", by=None), id="a ghost opened it"),
        pytest.param(
            "issue_comment",
            comment("created", "/won 38k"),
            deal("issue_comment.created", comment=99),
            id="a comment with a command",
        ),
        pytest.param(
            "issue_comment",
            comment("created", "Good news.\r\n\r\n   /won 38k"),
            deal("issue_comment.created", comment=99),
            id="a command on a later line, a little indented",
        ),
        pytest.param(
            "issue_comment",
            comment("edited", "/won 38k"),
            deal("issue_comment.edited", comment=99),
            id="a command that was edited before it was answered",
        ),
        pytest.param(
            "issue_comment",
            comment("edited", MARKED),
            deal("issue_comment.edited", comment=99),
            id="a person's tick in a checklist",
        ),
        pytest.param(
            "issue_comment", comment("deleted", MARKED), deal("issue_comment.deleted"), id="a comment of ours deleted"
        ),
        *(
            pytest.param(
                "issues",
                {"action": action, "issue": A_LEAD},
                RunRequest(
                    "task", Trigger("issues.deleted"), task="intake", gone=IssueSummary(7, "Acme", LEAD, INBOUND)
                ),
                id=f"a lead that came in by a form is {action}",
            )
            for action in ("deleted", "transferred")
        ),
        pytest.param(
            "label",
            label("edited", before="stage:done"),
            RunRequest("labels", Trigger("label.edited"), label_before="stage:done", label_id="LA_1"),
            id="a label renamed",
        ),
        pytest.param(
            "label",
            label("deleted"),
            RunRequest("labels", Trigger("label.deleted"), label_before="stage:won", label_id="LA_1"),
            id="a label deleted",
        ),
        pytest.param(
            "schedule",
            {"schedule": "23 6 * * *"},
            RunRequest("task", Trigger("schedule"), task="sweep"),
            id="a schedule",
        ),
        pytest.param(
            "workflow_dispatch",
            {"inputs": {"issue": "#7"}},
            RunRequest("deal", Trigger("workflow_dispatch"), 7),
            id="by hand, one deal",
        ),
        pytest.param(
            "workflow_dispatch",
            {"inputs": None},
            RunRequest("task", Trigger("workflow_dispatch"), task="sweep"),
            id="by hand, without a deal",
        ),
        pytest.param(
            "repository_dispatch",
            {"action": "typeform"},
            RunRequest("task", Trigger("repository_dispatch"), task="intake"),
            id="a relay brings a lead",
        ),
    ],
)
def test_an_event_wakes_the_program(event: str, payload: dict[str, Any], expected: RunRequest) -> None:
    assert woken(event, payload) == expected


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        *(
            pytest.param("issues", issue(action), id=f"an issue {action}")
            for action in ("deleted", "transferred", "pinned", "locked", "milestoned", "typed", "some day invented")
        ),
        pytest.param("issues", issue("opened", about={"pull_request": {}}), id="a pull request opened"),
        pytest.param("issues", issue("edited", changes={"title": {"from": "x"}}), id="only the title edited"),
        pytest.param("issues", issue("unlabeled"), id="a label deleted from the list took itself off"),
        pytest.param("issue_comment", comment("created", "Thanks!"), id="a comment without a command"),
        pytest.param("issue_comment", comment("created", "see https://x/y or and/or"), id="slashes inside a line"),
        pytest.param("issue_comment", comment("created", "    /won"), id="a command in indented code"),
        pytest.param("issue_comment", comment("created", "> /won"), id="a command in a quotation"),
        pytest.param("issue_comment", comment("created", MARKED), id="boxes in a new comment"),
        pytest.param("issue_comment", comment("created", None), id="a comment without a body"),
        pytest.param("issue_comment", comment("created", "/won", sender=BOT), id="a command given by a bot"),
        pytest.param("issue_comment", comment("deleted", "/won"), id="a person's comment deleted"),
        pytest.param("issue_comment", comment("pinned", "/won"), id="a comment pinned"),
        pytest.param("issue_comment", comment("created", "/won", about={"pull_request": {}}), id="on a pull request"),
        pytest.param("label", label("created"), id="a label created"),
        pytest.param("label", label("edited"), id="a label's colour changed"),
        pytest.param("repository_dispatch", {"action": "deploy"}, id="a dispatch of another kind"),
        pytest.param("push", {"ref": "refs/heads/main"}, id="a push"),
        pytest.param("", {}, id="an event without a name"),
    ],
)
def test_an_event_that_is_none_of_our_business(event: str, payload: dict[str, Any]) -> None:
    found = woken(event, payload)
    assert found.kind == "nothing"
    assert found.why.endswith("."), "the job summary says why"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        pytest.param("issues", {"action": "opened"}, id="an issues event without issue"),
        pytest.param("issues", {"action": "opened", "issue": None}, id="an issue that is nothing"),
        pytest.param(
            "issues", {"action": "labeled", "issue": {"number": 7}, "label": "x"}, id="a label that is a word"
        ),
        pytest.param("issues", {}, id="an issues event without action"),
        pytest.param(
            "issue_comment", {"action": "created", "issue": {"number": 7}}, id="a comment event without comment"
        ),
        pytest.param(
            "issue_comment",
            comment("created", "/won") | {"comment": {"id": "x", "body": "/won"}},
            id="a comment id of letters",
        ),
        pytest.param("label", {"action": "deleted"}, id="a label event without label"),
        pytest.param("repository_dispatch", {}, id="a dispatch without action"),
    ],
)
def test_an_event_file_that_is_not_what_its_name_says(event: str, payload: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"The event file of {event} lacks") as refused:
        woken(event, payload)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("given", ["seven", "-7", "99999999999", ["7"]])
def test_a_run_by_hand_for_what_is_no_number_is_refused(given: object) -> None:
    with pytest.raises(InputError, match="it must be the number of an issue"):
        woken("workflow_dispatch", {"inputs": {"issue": given}})


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        pytest.param("push", {}, RunRequest("deal", Trigger("push"), 7), id="by any event"),
        pytest.param(
            "issues",
            issue("labeled", label="x"),
            deal("issues.labeled", label="x"),
            id="by its own event, as that event",
        ),
        pytest.param(
            "issues",
            {"action": "opened", "issue": {"number": 8}},
            RunRequest("deal", Trigger("issues"), 7),
            id="by another's",
        ),
    ],
)
def test_the_input_issue_asks_for_that_deal(event: str, payload: dict[str, Any], expected: RunRequest) -> None:
    assert woken(event, payload, issue=7) == expected


def test_the_input_task_goes_before_the_event() -> None:
    assert woken("issues", issue("opened"), task="report") == RunRequest("task", Trigger("issues"), task="report")


# What is left for the runner


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(io.StringIO(), str(tmp_path / "output"), str(tmp_path / "summary.md"))


def said(runner: Runner) -> str:
    assert isinstance(runner.out, io.StringIO)
    return runner.out.getvalue()


def test_outputs_are_read_by_the_runner_as_they_were_given(runner: Runner) -> None:
    values = {"stage": "won", "changes": '["line one\\nline two"]', "empty": "", "lines": "a\nb\n\nc"}
    runner.output(values)
    assert parse_outputs(Path(runner.output_path).read_text(encoding="utf-8")) == values


def test_a_value_cannot_end_itself_and_add_outputs(runner: Runner) -> None:
    runner.output({"first": "x"})
    delimiter = Path(runner.output_path).read_text(encoding="utf-8").splitlines()[-1]
    values = {"changes": f"{delimiter}\nstage=won\nmoved<<{delimiter}\ntrue\n{delimiter}"}
    runner.output(values)
    assert parse_outputs(Path(runner.output_path).read_text(encoding="utf-8")) == {"first": "x", **values}


def test_no_two_delimiters_are_the_same(runner: Runner) -> None:
    runner.output({"a": "1", "b": "2"})
    heads = [line for line in Path(runner.output_path).read_text(encoding="utf-8").splitlines() if "<<" in line]
    assert len({head.partition("<<")[2] for head in heads}) == 2


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("100 % wrong", "::error::100 %25 wrong\n", id="a percent sign"),
        pytest.param("one\ntwo", "::error::one two\n", id="a line break"),
        pytest.param("x::set-output name=a::b", "::error::x: :set-output name=a: :b\n", id="a command inside"),
        pytest.param("\x1b[31mred\x1b[0m", "::error::red\n", id="colours"),
    ],
)
def test_an_annotation_stays_one_line_and_one_command(runner: Runner, text: str, written: str) -> None:
    runner.annotate("error", text)
    assert said(runner) == written


def test_an_annotation_can_name_a_place_in_a_file(runner: Runner) -> None:
    runner.annotate("warning", "unknown key", file="a,b:c.yml", line=3)
    assert said(runner) == "::warning file=a%2Cb%3Ac.yml,line=3::unknown key\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("::set-output name=stage::won", id="a command of today"),
        pytest.param("a title ##[add-mask]secret", id="a command of old, inside a line"),
        pytest.param("first\r\n::stop-commands::x", id="a command on a second line"),
    ],
)
def test_a_strangers_words_in_the_log_are_no_command(runner: Runner, text: str) -> None:
    runner.render(text)
    assert not any(line.lstrip().startswith("::") for line in said(runner).splitlines())
    assert "##[" not in said(runner)
    assert len(said(runner).splitlines()) == 1


def test_a_summary_is_appended_to_what_other_steps_wrote(runner: Runner) -> None:
    Path(runner.summary_path).write_text("before\n", encoding="utf-8")
    runner.summarize(["### salesbot", "- done"])
    assert Path(runner.summary_path).read_text(encoding="utf-8") == "before\n### salesbot\n- done\n"


def test_a_summary_too_long_for_the_runner_is_cut_and_says_so(runner: Runner) -> None:
    runner.summarize(["- ünnötig 🚀 " * 20] * 5_000)
    written = Path(runner.summary_path).read_bytes()
    assert MAX_SUMMARY - 200 < len(written) <= MAX_SUMMARY
    assert written.decode().endswith("Cut here: the summary was too long.\n")


def test_without_a_runner_only_the_log_is_written(tmp_path: Path) -> None:
    alone = Runner.of({}, io.StringIO())
    alone.output({"stage": "won"})
    alone.summarize(["- done"])
    alone.render("done")
    assert said(alone) == "done\n"
