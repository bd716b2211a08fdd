"""What comes from outside may be anything: it is named, or it is plain text. It is never obeyed and breaks nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from github_sandbox import Run
from salesbot.core.text import markdown
from tests.e2e import runner_log
from tests.e2e.play import BOT, Play, check, kinds, told, writes

# The event file


def with_event(play: Play, content: bytes | None, event: str = "issue_comment") -> Run:
    """Run on an event file as it may come; None takes it away."""
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    delivery = replace(play.github.outbox[0], event=event)
    path = Path(play.github.prepare(delivery).directory) / "bad-event.json"
    if content is not None:
        path.write_bytes(content)
    play.environment["GITHUB_EVENT_PATH"] = str(path)
    before = play.sales.issue(deal)
    run = play.run(delivery)
    assert play.sales.issue(deal) == before
    assert writes(run.requests) == []
    return run


GOOD = (
    b'{"action": "created", "issue": {"number": 1}, "comment": {"id": 5, "body": "/won"}, "sender": {"login": "ann"}}'
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "cannot be read: No such file", id="missing"),
        pytest.param(b"", "is not JSON", id="empty"),
        pytest.param(GOOD[:60], "is not JSON", id="cut off"),
        pytest.param(b"\xff\xfe{}", "is not JSON", id="not text"),
        pytest.param(b"<html>503</html>", "is not JSON", id="not JSON"),
        pytest.param(b"[" * 100_000, "is not JSON", id="nested without end"),
        pytest.param(b"[]", "is not a JSON object", id="a list"),
        pytest.param(b"null", "is not a JSON object", id="null"),
        pytest.param(b'{"x": "' + b"a" * 28_000_000 + b'"}', "at most 25 MB", id="28 MB"),
        pytest.param(b"{}", "lacks", id="an empty object"),
        pytest.param(b'{"action": "created", "issue": null, "comment": null}', "lacks", id="nulls"),
        pytest.param(b'{"action": "created", "issue": [], "comment": "x"}', "lacks", id="other types"),
        pytest.param(GOOD.replace(b'"number": 1', b'"number": "one"'), "lacks", id="a number that is none"),
        pytest.param(b'{"action": {"::set-output name=x::": 1}, "issue": 7}', "lacks", id="a command in it"),
    ],
)
def test_a_broken_event_file_is_an_error_with_one_annotation(play: Play, content: bytes | None, why: str) -> None:
    run = with_event(play, content)
    ((level, message),) = told(run)
    assert (run.exit_code, level, kinds(run)) == (2, "error", [])
    assert why in message
    assert why in run.summary.replace("\\", "")


def test_an_event_file_of_25_mb_is_read(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    delivery = play.github.outbox[0]
    run = play.run(replace(delivery, payload={**delivery.payload, "padding": "x" * 25_000_000}))
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])


@pytest.mark.parametrize("event", ["", "not_an_event", "::set-output name=x::y", "issues\n::stop-commands::x"])
def test_an_unknown_kind_of_event_is_a_quiet_no(play: Play, event: str) -> None:
    run = with_event(play, GOOD, event)
    assert (run.exit_code, kinds(run), told(run)) == (0, [], [])


def test_the_file_of_one_event_under_the_name_of_another_is_named(play: Play) -> None:
    run = with_event(play, GOOD, "label")
    assert run.exit_code == 2
    assert "Check that GITHUB_EVENT_NAME matches the event in the file" in told(run)[0][1]


# Inputs


@pytest.mark.parametrize(
    ("inputs", "environment", "why"),
    [
        pytest.param({"dry-run": "yes"}, {}, "`dry-run` is 'yes'", id="dry-run: yes"),
        pytest.param({"issue": "seven"}, {}, "`issue` is 'seven'", id="issue: seven"),
        pytest.param({"issue": "0"}, {}, "`issue` is '0'", id="issue: 0"),
        pytest.param({"issue": "99999999999999999999"}, {}, "`issue` is", id="issue: far too large"),
        pytest.param({"task": "everything"}, {}, "`task` is 'everything'", id="task: everything"),
        pytest.param({"config": "/etc/passwd"}, {}, "`config` is '/etc/passwd'", id="config: outside"),
        pytest.param({"config": "a/../../b.yml"}, {}, "`config` is", id="config: up and out"),
        pytest.param({"token": ""}, {}, "`token` is empty", id="token: empty"),
        pytest.param({}, {"GITHUB_REPOSITORY": ""}, "GITHUB_REPOSITORY must be", id="no repository"),
        pytest.param({}, {"GITHUB_REPOSITORY": "a/b/c"}, "GITHUB_REPOSITORY must be", id="a repository that is none"),
        pytest.param({}, {"GITHUB_EVENT_PATH": ""}, "GITHUB_EVENT_PATH is not set", id="no event path"),
        pytest.param({}, {"GITHUB_API_URL": "https://other.example"}, "different hosts", id="two hosts"),
        pytest.param({"task": "\n::set-env name=X::y"}, {}, "`task` is", id="a command in an input"),
    ],
)
def test_a_wrong_input_is_named_and_nothing_is_asked(
    play: Play, inputs: Mapping[str, str], environment: Mapping[str, str], why: str
) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    play.environment.update(environment)
    run = play.run(inputs=inputs)
    ((level, message),) = told(run)
    assert (run.exit_code, level, kinds(run), play.stages(deal)) == (2, "error", [], ["lead"])
    assert why in message


def test_several_wrong_inputs_are_named_at_once(play: Play) -> None:
    play.sales.open_issue("ann", "Acme")
    run = play.run(inputs={"dry-run": "yes", "task": "all of it", "issue": "x"})
    ((_, message),) = told(run)
    assert all(name in message for name in ("`dry-run`", "`task`", "`issue`"))


def test_a_github_that_is_not_there_is_a_failure_after_some_patience(play: Play) -> None:
    deal = play.deal()
    play.sales.comment("ann", deal, "/prospect")
    play.environment.update(
        {"GITHUB_API_URL": "http://127.0.0.1:9", "GITHUB_GRAPHQL_URL": "http://127.0.0.1:9/graphql"}
    )
    run = play.run()
    assert run.exit_code == 1
    assert "GitHub did not answer (the connection was refused), 4 times in a row. Check the address" in told(run)[0][1]


# Texts


def title(play: Play, text: str) -> int:
    return play.sales.open_issue("ann", text[:250])


def body(play: Play, text: str) -> int:
    return play.sales.open_issue("ann", "Acme", text)


def company(play: Play, text: str) -> int:
    return play.sales.open_issue("ann", "Acme", f"### Company\n\n{text}\n\n### Value\n\n{text}\n\n### Reason\n\n{text}")


def argument(play: Play, text: str) -> int:
    deal = play.deal("negotiating")
    play.sales.comment("nora", deal, f"/value 9000 {text}\n/lost {text}\n/stage {text}\n/{text}")
    play.reconcile()
    play.sales.comment("nora", deal, f"/lost {text}")
    return deal


def reason_label(play: Play, text: str) -> int:
    deal = play.deal()
    name = markdown.one_line(text)[:50] or "x"
    if name not in play.sales.labels():
        play.sales.create_label("kim", name)
    play.sales.label("ann", deal, name)
    return deal


HOSTILE = [
    pytest.param("{{ 7*7 }}{% for x in range(9) %}{{ x }}{% endfor %}", id="Jinja"),
    pytest.param("@acme/team @nora", id="mentions"),
    pytest.param('<!-- salesbot:card {"v":1,"repo":700200301,"issue":1,"stage":"won"} -->', id="a forged card"),
    pytest.param("::set-output name=stage::won", id="an old workflow command"),
    pytest.param("x\n::error::forged\n::add-mask::a\n ::stop-commands::t", id="workflow commands on lines"),
    pytest.param("##[set-env name=PATH]/tmp ##[error]x", id="an older workflow command"),
    pytest.param("x\r::warning::a\u2028::warning::b\u0085::warning::c\x0b::warning::d", id="odd line ends"),
    pytest.param("\u202egnp.exe \u2067אבג\u2069 مرحبا", id="right to left"),
    pytest.param("👩‍👩‍👧‍👦🏳️‍🌈 ½", id="emoji"),
    pytest.param("a\r\nb\r\n\r\nc\r\n", id="CRLF"),
    pytest.param("x | y || `z` ``` | \\| ~~s~~ **b** [l](http://e.vil) ![i](http://e.vil) <img src=x>", id="Markdown"),
    pytest.param("EOF\nghadelimiter\nstage=won\nstage<<EOF", id="an output that wants to end"),
    pytest.param("\x00\x1b[31mred\x1b[0m\x07", id="control characters"),
    pytest.param("#1 GH-2 acme/sales#3 http://e.vil www.e.vil", id="references and links"),
]  # fmt: skip


@pytest.mark.parametrize("place", [title, body, company, argument, reason_label])
@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_strangers_are_only_words(play: Play, place: Callable[[Play, str], int], text: str) -> None:
    text = text.replace("\x00", "") if place is not argument else text.replace("\x00", " ")
    deal = place(play, text)
    runs = play.reconcile()
    assert [run.exit_code for run in runs] == [0] * len(runs)
    assert all(told(run) == [] for run in runs)
    assert all(_outputs_are_ours(run) for run in runs)
    for comment in play.own(deal):
        assert _alive(comment.body, play.github.url) == []
    assert play.said(deal).count("card") == 1
    assert play.stages(deal) in (["lead"], ["negotiating"], ["lost"])
    play.assert_at_rest(deal)


def _alive(text: str, home: str) -> list[str]:
    """What GitHub would make more of than text: strangers' links, pictures, HTML, mentions, references."""
    found = []
    for token in (child for block in _MARKDOWN.parse(text) for child in [block, *(block.children or ())]):
        if token.type in ("html_block", "html_inline"):
            found += [tag for tag in re.findall("<[^>]*>", token.content) if not _OWN_HTML.fullmatch(tag)]
        elif token.type == "link_open" and not str(token.attrs["href"]).startswith(home):
            found.append(str(token.attrs["href"]))
        elif token.type == "image":
            found.append(token.content)
        elif token.type == "text":
            found += _LIVE.findall(token.content)
    return found


_MARKDOWN = MarkdownIt("commonmark").enable("table")
_OWN_HTML = re.compile(r"<!-- salesbot:[a-z]+ \{.*\} -->|<!-- -->|</?(?:details|summary|span|br)>")
_LIVE = re.compile(r"@(?:acme|team)|(?<!\w)(?:#|GH-)\d|https?://|www\.\w|49")


def _outputs_are_ours(run: Run) -> bool:
    known = {"stage", "previous-stage", "moved", "refused", "changes"}
    return set(run.outputs) == known and isinstance(json.loads(run.outputs["changes"]), list)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 65_536, id="65,536 characters"),
        pytest.param("ü" * 65_536, id="65,536 characters of two bytes"),
        pytest.param("- [ ] a\n" * 8_000, id="8,000 boxes"),
        pytest.param("### Value\n\n1\n\n" * 4_000, id="4,000 fields"),
        pytest.param(("> " * 200 + "x\n") * 160, id="200 quotes deep"),
        pytest.param("/won\n" * 13_000, id="13,000 commands"),
        pytest.param("`" * 60_000, id="60,000 backticks"),
        pytest.param("[" * 60_000, id="60,000 brackets"),
    ],
)
@pytest.mark.parametrize("place", ["description", "comment"])
def test_texts_as_long_as_github_takes_are_read_and_stay_as_they_are(play: Play, place: str, text: str) -> None:
    deal = play.sales.open_issue("ann", "Acme", text if place == "description" else "")
    if place == "comment":
        play.reconcile()
        play.sales.comment("ann", deal, text)
    runs = play.reconcile()
    assert [run.exit_code for run in runs] == [0] * len(runs)
    assert play.sales.issue(deal).body == (text if place == "description" else "")
    assert play.stages(deal) == ["lead"]
    play.assert_at_rest(deal)


def test_a_value_that_does_not_fit_into_a_full_description_is_refused_and_nothing_is_done(play: Play) -> None:
    text = "x" * 65_530
    deal = play.deal(body=text)
    said = play.sales.comment("nora", deal, "/value 9000\n/prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal), play.sales.issue(deal).body) == (0, ["lead"], text)
    assert play.receipts(deal, said) == ["CONFUSED"]
    assert "description is full" in play.text(deal, "reply")
    play.assert_at_rest(deal)


def test_a_field_keeps_every_other_character_of_the_description(play: Play) -> None:
    text = (
        "Hi,\r\n\r\n### Company\r\n\r\nAcme  \r\n\r\n### Source\r\n\r\n_No response_\r\n\r\n<!-- note -->\r\n\t👍\r\n"
    )
    deal = play.deal(body=text)
    play.sales.comment("nora", deal, "/value 9000")
    play.reconcile()
    assert play.sales.issue(deal).body.replace("\r\n\r\n### Value\r\n\r\n9000 EUR", "") in (text, text.rstrip("\r\n"))
    play.assert_at_rest(deal)


@pytest.mark.parametrize("by", ["eve", "ann", "kim"])
def test_a_card_that_a_person_wrote_is_text(play: Play, by: str) -> None:
    forged = '<!-- salesbot:card {"v":1,"repo":%d,"issue":1,"stage":"won","cursor":[9999999999,"x"],"born":1} -->\n/x'
    deal = play.deal()
    play.sales.comment(by, deal, forged % play.sales.row["id"])
    play.reconcile()
    play.by_hand(deal)
    assert play.stages(deal) == ["lead"]
    assert play.said(deal).count("card") == 1
    play.assert_at_rest(deal)


def test_a_card_that_a_person_edited_is_not_believed(play: Play) -> None:
    deal = play.deal()
    card = play.one(deal, "card")
    play.sales.edit_comment("kim", card.id, card.body.replace('"stage":"lead"', '"stage":"won"'))
    play.reconcile()
    play.by_hand(deal)
    assert (play.stages(deal), play.sales.issue(deal).state) == (["lead"], "OPEN")
    assert "**lead**" in play.text(deal, "card")
    play.assert_at_rest(deal)


@pytest.mark.parametrize("marker", ["{", "{}", '{"v":2}', '{"v":1,"cursor":"x"}', '{"v":1,"stage":7}', '"x"'])
def test_a_card_whose_memory_is_broken_is_written_anew(play: Play, marker: str) -> None:
    deal = play.deal()
    card = play.one(deal, "card")
    play.sales.edit_comment(BOT, card.id, f"<!-- salesbot:card {marker} -->\n**won**")
    play.by_hand(deal)
    play.by_hand(deal)
    assert play.stages(deal) == ["lead"]
    play.assert_at_rest(deal)


def test_the_scanner_sees_what_the_runner_would_obey() -> None:
    log = "ok\n::error::x\n::error file=a.yml,line=3::y\n::set-output name=a::b\r  ::group::\nx ##[debug] y\na :: b ::"
    assert runner_log.commands(log) == ["::set-output name=a::b", "  ::group::", "x ##[debug] y"]
    assert runner_log.told(log) == [("error", "x"), ("error", "y")]


def test_the_check_for_living_words_sees_them() -> None:
    text = "@acme/x #1 `@acme` [a](http://e.vil) ![i](x) <b>\n\n<img>\n\n[b](http://home/1) <!-- -->"
    assert _alive(text, "http://home") == ["@acme", "#1", "http://e.vil", "i", "<b>", "<img>"]


def test_a_run_that_tells_a_workflow_command_would_be_found(play: Play) -> None:
    deal = play.deal()
    run = play.by_hand(deal)
    spoiled: Any = replace(run, stdout=f"{run.stdout}\n::set-env name=PATH::/tmp\n")
    with pytest.raises(AssertionError):
        check(spoiled)
