"""The demo prints what really happens, and stops where something else happens than expected."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from github_sandbox import CommentView, IssueView, Repo, Sandbox, Workflow
from github_sandbox.streak import Streak
from github_sandbox.typeform import Typeform
from salesbot_demo import (
    MONDAY,
    Chapter,
    Expected,
    Player,
    Step,
    Story,
    StoryError,
    board_chapter,
    form_chapter,
    observation,
    story,
    streak_chapter,
    with_board,
    workflow,
)
from salesbot_demo.acme_story import tasks

PROGRAM = [sys.executable, "-m", "salesbot", "run"]
IDLE = [sys.executable, "-S", "-c", "pass"]
BROKEN = [sys.executable, "-S", "-c", "print('it broke'); raise SystemExit(3)"]

ANYTHING = Expected()
Play = Callable[..., str]


@pytest.fixture
def play() -> Iterator[Play]:
    """Play steps on a sandbox, through the program or one that does less, and give what was text."""
    started: list[Sandbox] = []

    def playing(*changes: Step, program: Sequence[str] = IDLE, old: int = 0, colour: bool = False) -> str:
        github = Sandbox(at=MONDAY, step=1, workflow=Workflow(program)).start()
        started.append(github)
        out = io.StringIO()
        tale = Story("A story", {"ann": "triage", "kim": "admin"}, [{"title": "Old"}] * old, [Chapter("One", changes)])
        Player(github, out, colour=colour).play(tale)
        return out.getvalue()

    yield playing
    for github in started:
        github.stop()


def opens(expected: Expected = ANYTHING, number: int = 1) -> Step:
    return Step("ann", "opens an issue", number, lambda sales: sales.open_issue("ann", "Acme"), expected)


def test_the_first_chapters_go_as_expected(play: Play) -> None:
    """The whole story is `make demo`; here as much of it as shows that the program is really behind it."""
    tale = story()
    first = replace(tale, chapters=tale.chapters[:2])
    with Sandbox(at=MONDAY, step=1, workflow=Workflow(PROGRAM)) as github:
        out = io.StringIO()
        Player(github, out).play(first)
    printed = out.getvalue()
    assert "1. A lead comes in through the form" in printed
    assert "ann fills in the issue form: #21 “Acme GmbH: new shop”" in printed
    assert "→ labels: +stage:lead" in printed
    assert "Not moved to won." in printed
    assert "The 20 older issues are unchanged" in printed
    assert printed.endswith("Everything came out as expected.\n")
    assert max(map(len, printed.splitlines())) <= 120


def test_deals_of_different_clients_are_not_taken_for_one() -> None:
    """The deals that come in through the form: were one contact in two of them, the second card would ask."""
    tale = story()
    # The fourth client comes in by the website; without that chapter the numbers of later issues would differ.
    forms = [chapter for chapter in tale.chapters if "fills in" in chapter.steps[0].text][:3]
    opening = [replace(chapter, steps=chapter.steps[:1]) for chapter in forms]
    with Sandbox(at=MONDAY, step=1, workflow=Workflow(PROGRAM)) as github:
        out = io.StringIO()
        Player(github, out).play(replace(tale, chapters=opening))
    assert out.getvalue().count("fills in the issue form") == 3
    assert "Possible duplicate" not in out.getvalue()


def test_the_story_shows_every_kind_of_change() -> None:
    printed = " ".join(change.text for chapter in story().chapters for change in chapter.steps)
    for part in ("issue form", "for stage:won", "ticks", "for stage:qualified", "/value 24k EUR", "/negotiate", "/won",
                 "/undo", "/lost price"):  # fmt: skip
        assert part in printed
    assert len(story().old) == 20
    assert story().people["eve"] == "read", "the outsider"


def test_every_step_names_what_is_expected() -> None:
    assert all(change.expected != ANYTHING for chapter in story().chapters for change in chapter.steps)


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        pytest.param(Expected("lead"), "it should be in lead, but carries no stage label", id="another stage"),
        pytest.param(Expected(state="COMPLETED"), "it should be COMPLETED, but is OPEN", id="not closed"),
        pytest.param(Expected(says="Does it fit?"), "salesbot should write “Does it fit?”", id="not said"),
        pytest.param(Expected(card="lead since"), "the card should say “lead since”", id="no card"),
        pytest.param(Expected(reaction="ROCKET"), "should be answered with ROCKET, not nothing", id="no receipt"),
    ],
)
def test_a_program_that_does_nothing_is_noticed(play: Play, expected: Expected, wrong: str) -> None:
    with pytest.raises(StoryError, match="After “ann opens an issue”") as stopped:
        play(opens(expected))
    assert wrong in str(stopped.value)


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        pytest.param(Expected(says=""), "salesbot should write no comment, but wrote: ", id="said too much"),
        pytest.param(Expected(unchanged=True), "salesbot should change nothing", id="done too much"),
    ],
)
def test_a_program_that_does_too_much_is_noticed(play: Play, expected: Expected, wrong: str) -> None:
    with pytest.raises(StoryError, match=wrong):
        play(opens(expected), program=PROGRAM)


def test_a_program_that_breaks_is_noticed_with_its_output(play: Play) -> None:
    with pytest.raises(StoryError, match="salesbot ended with 3: it broke"):
        play(opens(), program=BROKEN)


def test_an_old_issue_that_changes_is_noticed(play: Play) -> None:
    def meddle(sales: Repo) -> None:
        sales.open_issue("ann", "Acme")
        sales.comment("kim", 2, "a word on an old issue")

    with pytest.raises(StoryError, match="Nobody touched the old issues, but these changed: #2"):
        play(Step("ann", "opens an issue", 4, meddle), old=3)


@pytest.mark.parametrize(
    ("do", "why"),
    [
        pytest.param(lambda sales: sales.label("ann", 1, "no such label"), "has no label", id="a label there is not"),
        pytest.param(lambda sales: sales.push("ann", "x", "y"), "ann", id="a file without the role"),
        pytest.param(
            lambda sales: observation.item(sales.issue(1), "Scope"), "#1 has no open box 'Scope'", id="no such box"
        ),
    ],
)
def test_a_person_who_cannot_go_on_stops_the_story(play: Play, do: Any, why: str) -> None:
    with pytest.raises(StoryError, match="could not go on") as stopped:
        play(opens(), Step("ann", "tries", 1, do))
    assert why in str(stopped.value)


def test_colours_are_only_for_those_who_ask_for_them(play: Play) -> None:
    assert "\x1b[" not in play(opens())
    assert "\x1b[36mann\x1b[0m" in play(opens(), colour=True)


def test_progress_time_and_cost_are_beside_each_step(play: Play) -> None:
    printed = play(opens(), opens(number=2))
    assert "[1/2] Mon 09:17  ann opens an issue" in printed
    assert "[2/2] Mon 09:34  ann opens an issue" in printed
    assert "0 requests  → changed nothing" in printed


def test_a_change_that_starts_no_run_is_printed_as_such(play: Play) -> None:
    configures = Step(
        "kim",
        "configures",
        1,
        lambda sales: sales.push("kim", form_chapter.CONFIG, "version: 1\n"),
        Expected(unchanged=True),
    )
    assert "→ starts no run; the next one uses it" in play(opens(), configures)


# Observation


def view(*comments: CommentView, labels: Sequence[str] = (), state: str = "OPEN", body: str = "") -> IssueView:
    reason = "NOT_PLANNED" if state == "CLOSED" else None
    times = ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z")
    return IssueView(1, "Acme", body, "ann", state, reason, tuple(labels), (), False, False, *times, comments, ())


def comment(number: int, body: str, author: str = observation.BOT, **more: Any) -> CommentView:
    return CommentView(number, author, body, "2026-11-23T09:00:00Z", **more)


CARD = '<!-- salesbot:card {"v":1} -->\n**lead** since 23 Nov 2026\n\n- **Owner:** none yet\n'
REFUSAL = (
    '<!-- salesbot:refusal {"of":"E1"} -->\n**Not moved to won.** @<!-- -->ann\n\n- It has [no value](http://x).\n'
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param(
            view(labels=["stage:won"]), view(labels=["stage:lead"]), ["labels: -stage:won +stage:lead"], id="labels"
        ),
        pytest.param(view(), view(state="CLOSED"), ["closed the issue as not planned"], id="closed"),
        pytest.param(view(state="CLOSED"), view(), ["opened the issue again"], id="opened"),
        pytest.param(
            view(body="a"),
            view(body="a\n\n### Value\n\n24000 EUR\n"),
            ["wrote into the description: Value: 24000 EUR"],
            id="a field",
        ),
        pytest.param(view(), view(comment(1, CARD)), ["wrote the card"], id="a card"),
        pytest.param(
            view(comment(1, CARD)),
            view(comment(1, CARD.replace("none yet", "nora"))),
            ["card: Owner: nora"],
            id="a fact of the card",
        ),
        pytest.param(
            view(),
            view(comment(1, REFUSAL)),
            ["wrote: Not moved to won. @ann It has no value."],
            id="a refusal in words",
        ),
        pytest.param(
            view(comment(1, REFUSAL)),
            view(comment(1, REFUSAL.replace("won", "lost"))),
            ["edited its reply: Not moved to lost. @ann It has no value."],
            id="a refusal edited",
        ),
        pytest.param(
            view(comment(1, REFUSAL)),
            view(comment(1, REFUSAL, minimized="RESOLVED")),
            ["hid the settled reply"],
            id="a refusal hidden",
        ),
        pytest.param(
            view(comment(1, "/won", "nora")),
            view(comment(1, "/won", "nora", reactions=(("ROCKET", observation.BOT), ("HEART", "ann")))),
            ["🚀 on the comment of nora"],
            id="a receipt, and not the hearts of others",
        ),
        pytest.param(
            view(comment(1, "x", "nora")), view(comment(1, "y", "nora")), [], id="what people write is theirs"
        ),
    ],
)
def test_what_the_program_did_is_described_in_words(before: IssueView, after: IssueView, told: list[str]) -> None:
    assert list(observation.changes(before, after)) == told


def test_the_chapter_of_the_form_on_the_website_goes_as_expected() -> None:
    shop = Step("ann", "opens an issue", 1, lambda sales: sales.open_issue("ann", "Acme", "### Company\n\nAcme GmbH"))
    with Typeform() as web, Sandbox(at=MONDAY, step=1, workflow=form_chapter.workflow(PROGRAM, web)) as github:
        web.clock = github.clock
        out = io.StringIO()
        changes = [shop, *form_chapter.steps(web, after=1, number=2)]
        Player(github, out).play(Story("A story", {"ann": "triage", "kim": "admin"}, [], [Chapter("One", changes)]))
    printed = out.getvalue()
    assert "Possible duplicate of #1: same company" in printed
    assert "Robin sends the form off" in printed


def test_the_chapter_of_streak_goes_as_expected() -> None:
    with Sandbox(at=MONDAY, step=1) as github, Typeform(github.clock) as web, Streak(github.clock) as streak:
        github.runner.workflow = workflow(PROGRAM, web, streak)
        out = io.StringIO()
        changes = [opens(), *streak_chapter.steps(1, streak)]
        Player(github, out).play(Story("A story", {"ann": "triage", "kim": "admin"}, [], [Chapter("One", changes)]))
    printed = " ".join(out.getvalue().split())
    assert "wrote: Moved to negotiating in Streak." in printed
    assert (
        "in Streak: the box “Acme” is in Negotiating; a comment on it: Moved back to negotiating, from won" in printed
    )


def test_the_chapter_of_the_board_goes_as_expected() -> None:
    with Sandbox(at=MONDAY, step=1) as github, Typeform(github.clock) as web, Streak(github.clock) as streak:
        github.runner.workflow = with_board(workflow(PROGRAM, web, streak), github)
        out = io.StringIO()
        people = {"ann": "triage", "nora": "write", "kim": "admin"}
        changes = [opens(), *board_chapter.steps(1, github)]
        Player(github, out).play(Story("A story", people, [], [Chapter("One", changes)]))
    printed = " ".join(out.getvalue().split())
    assert "on the board: the card is in Prospect; Value 18,000" in printed


def test_the_chapter_of_tasks_goes_as_expected() -> None:
    with Sandbox(at=MONDAY, step=1, workflow=Workflow(PROGRAM)) as github:
        out = io.StringIO()
        people = {"ann": "triage", "nora": "write", "kim": "admin"}
        Player(github, out).play(Story("A story", people, [], [Chapter("One", [opens(), *tasks(1, 2)])]))
    assert "closes the task, #2" in out.getvalue()


def test_without_a_board_the_chapter_cannot_be_played(play: Play) -> None:
    with pytest.raises(StoryError, match="no board"):
        play(opens(), board_chapter.steps(1, None)[0])


def test_without_streak_the_chapter_cannot_be_played(play: Play) -> None:
    with pytest.raises(StoryError, match="no Streak"):
        play(opens(), streak_chapter.steps(1, None)[0])


def test_without_a_website_the_chapter_cannot_be_played(play: Play) -> None:
    with pytest.raises(StoryError, match="no website"):
        play(opens(), form_chapter.steps(None, after=1, number=2)[0])
