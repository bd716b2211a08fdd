"""Acting as a GitHub App: its id and key instead of a token, and what is said where that does not work."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from github_sandbox import Fault, Sandbox
from tests.e2e.boards import Boards
from tests.e2e.play import Play, told
from tests.keys import PRIVATE_KEY, PUBLIC_KEY, key_pair

APP = "acme-sales[bot]"


@pytest.fixture
def app(play: Play, github: Sandbox) -> int:
    app = github.app(APP, PUBLIC_KEY)
    act_as(play, app)
    return app


def act_as(play: Play, app: int, key: str = PRIVATE_KEY) -> None:
    play.environment |= {"INPUT_APP-ID": str(app), "INPUT_APP-KEY": key}


def test_it_acts_as_the_app_with_two_requests_more(play: Play, app: int) -> None:
    play.sales.install(app)
    deal = play.sales.open_issue("ann", "Acme")
    play.reconcile()
    play.sales.swap("ann", deal, "stage:lead", "stage:prospect")
    run = play.run()
    assert (run.exit_code, play.stages(deal)) == (0, ["prospect"])
    assert [entry.kind for entry in run.requests] == ["rest", "rest", "query", "mutation"]
    assert {comment.author for comment in play.sales.issue(deal).comments} == {APP}


def test_the_token_of_the_app_is_masked_before_anything_else_is_printed(play: Play, app: int) -> None:
    play.sales.install(app)
    deal = play.sales.open_issue("ann", "Acme")
    run = play.run()
    first, *others = run.stdout.splitlines()
    token = re.fullmatch(r"::add-mask::(ghs_\w+)", first)
    assert token is not None
    assert token[1] not in "\n".join(others) + run.stderr + str(play.sales.issue(deal))


def test_without_an_app_nothing_is_masked(play: Play) -> None:
    play.sales.open_issue("ann", "Acme")
    assert "add-mask" not in play.run().stdout


def test_what_the_app_does_starts_runs_that_do_nothing(play: Play, app: int) -> None:
    """GitHub starts no run for what GITHUB_TOKEN does, but does for an App's acts."""
    play.sales.install(app)
    deal = play.sales.open_issue("ann", "Acme")
    play.reconcile()
    play.sales.swap("ann", deal, "stage:lead", "stage:prospect")
    play.run()
    assert play.github.outbox, "the App's own acts start runs"
    before = play.sales.issue(deal)
    play.reconcile()
    assert play.sales.issue(deal) == before


@pytest.mark.parametrize(
    ("prepare", "code", "said"),
    [
        pytest.param(lambda play, app: None, 2, "The App is not installed in acme/sales", id="not installed here"),
        pytest.param(
            lambda play, app: act_as(play, app, key_pair()[0]), 2, "GitHub does not know the App", id="another key"
        ),
        pytest.param(lambda play, app: act_as(play, 999), 2, "GitHub does not know the App", id="another id"),
        pytest.param(lambda play, app: act_as(play, app, "secret"), 2, "`app-key` is not a private key", id="no key"),
        pytest.param(
            lambda play, app: play.environment.update({"INPUT_APP-KEY": ""}), 2, "go together", id="an id alone"
        ),
        pytest.param(
            lambda play, app: play.github.arm(Fault.fails(502, on="rest")), 1, "GitHub answered 502", id="GitHub fails"
        ),
    ],
)
def test_an_app_that_cannot_sign_in_changes_nothing_and_says_why(
    play: Play, app: int, prepare: Callable[[Play, int], None], code: int, said: str
) -> None:
    deal = play.sales.open_issue("ann", "Acme")
    before = play.sales.issue(deal)
    prepare(play, app)
    run = play.run()
    assert (run.exit_code, play.sales.issue(deal)) == (code, before)
    ((level, message),) = told(run)
    assert level == "error"
    assert said in message
    assert PRIVATE_KEY not in run.stdout + run.stderr
    assert "secret" not in message


def test_an_app_that_may_only_read_issues_is_told_what_to_give_it(play: Play, github: Sandbox) -> None:
    app = github.app("acme-reader[bot]", PUBLIC_KEY, issues="read")
    play.sales.install(app)
    act_as(play, app)
    play.sales.open_issue("ann", "Acme")
    run = play.run()
    assert run.exit_code == 2
    assert "Give it Issues: write and Contents: read" in told(run)[0][1]


def test_an_app_with_the_permission_for_projects_needs_no_other_token_for_the_board(
    play: Play, github: Sandbox
) -> None:
    boards = Boards.begin(play)
    del play.environment["INPUT_PROJECT-TOKEN"]
    app = github.app(APP, PUBLIC_KEY, projects="write")
    act_as(play, app)
    play.sales.install(app)
    deal = play.sales.open_issue("ann", "Acme")
    play.reconcile()
    boards.drag("ann", deal, "Prospect")
    run = play.by_hand(deal)
    assert (run.exit_code, play.stages(deal), boards.column(deal)) == (0, ["prospect"], "Prospect"), run.stdout
    assert [entry.kind for entry in run.requests] == ["rest", "rest", "query", "query", "rest", "mutation"]
