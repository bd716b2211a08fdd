"""Exactly one issue per response, whatever fails in between: runs that die, weather at GitHub, runs side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st

from github_sandbox import Fault
from tests.budget import budget
from tests.e2e.forms import JANE, Forms
from tests.e2e.play import BOT, Door, Play, kinds

REQUESTS = ("query", "mutation", "mutation", "query", "mutation", "mutation")
"""The first lead of all: what is there; the label; the issue; the deal; the labels of the stages; card and list."""
TO_THE_FORM = 2


def to_rest(play: Play, forms: Forms, token: str) -> None:
    """Poll until nothing is written any more; then the response is one issue, at rest."""
    for _ in range(4):
        run = forms.poll()
        assert run.exit_code == 0, run.stdout
        if set(kinds(run)) <= {"query"}:
            break
    (issue,) = forms.of(token)
    assert (play.stages(issue.number), play.said(issue.number)) == (["lead"], ["card", "checklist:qualification"])
    assert issue.state == "OPEN"
    play.assert_at_rest(issue.number)


def deaths() -> Iterator[Any]:
    for after in (False, True):
        when = "after" if after else "before"
        for request, kind in enumerate(REQUESTS, 1):
            yield pytest.param("github", request, after, id=f"dead {when} the {kind} to GitHub, request {request}")
        for request in range(1, TO_THE_FORM + 1):
            yield pytest.param("typeform", request, after, id=f"dead {when} request {request} to Typeform")


@pytest.mark.parametrize(("service", "request_", "after"), list(deaths()))
@pytest.mark.parametrize("relayed", [False, True], ids=["polled", "relayed"])
def test_the_run_after_a_dead_one_finishes_it(
    play: Play, forms: Forms, service: str, request_: int, after: bool, relayed: bool
) -> None:
    token = forms.send()
    (play if service == "github" else forms).kill(request_, after=after)
    run = forms.relay(token) if relayed else forms.poll()
    assert run.killed or (relayed and service == "typeform")
    to_rest(play, forms, token)


def test_an_undisturbed_poll_asks_what_the_tests_here_disturb(forms: Forms) -> None:
    forms.send()
    assert (tuple(kinds(forms.poll())), len(forms.typeform.log)) == (REQUESTS, TO_THE_FORM)


@pytest.mark.parametrize("request_", range(1, len(REQUESTS) + 1))
def test_a_process_that_dies_twice_at_the_same_place(play: Play, forms: Forms, request_: int) -> None:
    token = forms.send()
    for _ in range(2):
        play.kill(request_, after=True)
        forms.poll()
    to_rest(play, forms, token)


ANYWHERE: dict[str, Callable[[int], Fault]] = {
    "502": lambda nth: Fault.fails(502, nth=nth),
    "502 twice": lambda nth: Fault.fails(502, nth=nth, times=2),
    "502 for ever": lambda nth: Fault.fails(502, nth=nth, times=20),
    "the answer is lost": lambda nth: Fault.loses_answer(nth=nth),
    "the answer is lost twice": lambda nth: Fault.loses_answer(nth=nth, times=2),
    "lands 5 s late": lambda nth: Fault.lands_late(5, nth=nth),
    "cut off before": lambda nth: Fault.resets(nth=nth),
    "cut off after": lambda nth: Fault.resets(after=True, nth=nth),
    "403 secondary": lambda nth: Fault.secondary(403, nth=nth),
    "429, Retry-After": lambda nth: Fault.secondary(429, 7, nth=nth),
    "429, Retry-After an hour": lambda nth: Fault.secondary(429, 3600, nth=nth),
    "RATE_LIMITED": lambda nth: Fault.errors("API rate limit exceeded", "RATE_LIMITED", nth=nth),
    "something went wrong": lambda nth: Fault.errors(nth=nth),
}


def weather() -> Iterator[Any]:
    for request, kind in enumerate(REQUESTS, 1):
        for name, fault in ANYWHERE.items():
            yield pytest.param(fault(request), id=f"{name} at the {kind}, request {request}")
    for name in ("createLabel", "createIssue"):
        yield pytest.param(Fault.refuses(name, on=name), id=f"{name} is refused")


@pytest.mark.parametrize("fault", list(weather()))
def test_nothing_is_lost_and_nothing_doubled(play: Play, forms: Forms, fault: Fault) -> None:
    token = forms.send()
    play.github.arm(fault)
    assert forms.poll().exit_code in (0, 1)
    assert len(forms.leads()) <= 1
    play.github.faults.clear()
    play.github.advance(3600)
    to_rest(play, forms, token)


def test_a_lead_that_github_refuses_keeps_no_other_out(play: Play, forms: Forms) -> None:
    first = forms.send()
    play.github.advance(2 * 3600)
    second = forms.send({"lead_name": "John Smith"})
    play.github.arm(Fault.refuses("createIssue", on="createIssue"))
    run = forms.poll()
    assert run.exit_code == 1
    assert (len(forms.of(first)), len(forms.of(second))) == (0, 1)
    play.github.advance(3 * 3600)
    forms.poll()
    assert (len(forms.of(first)), len(forms.of(second))) == (1, 1)


# Two runs at once


@pytest.mark.parametrize("request_", range(1, len(REQUESTS) + 1))
def test_a_relay_beside_a_poll_is_one_lead(play: Play, forms: Forms, request_: int) -> None:
    token = forms.send()
    play.at(request_, lambda: _beside(forms, forms.delivery(token)))
    forms.poll()
    assert len(forms.of(token)) == 1, "whoever came second saw the first one's issue"
    to_rest(play, forms, token)
    assert len(forms.leads()) <= 2


def test_of_two_that_nobody_saw_in_time_the_younger_closes(play: Play, forms: Forms) -> None:
    """Each has its card by then, which a look at the other issues no longer belongs to: the next poll finds them."""
    token = forms.send()
    forms.poll()
    (first,) = forms.of(token)
    play.sales.close("kim", first.number, "duplicate")
    second = play.sales.open_issue(BOT, first.title, first.body)
    play.by_hand(second)
    play.sales.reopen("kim", first.number)
    play.reconcile()
    assert (play.sales.issue(second).state, "card" in play.said(second)) == ("OPEN", True)
    forms.poll()
    assert play.sales.issue(second).state_reason == "DUPLICATE"
    assert f"Closed as a duplicate of #{first.number}" in play.text(second, "card")
    to_rest(play, forms, token)


def test_whoever_reopens_the_double_keeps_it(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    (first,) = forms.of(token)
    second = play.sales.open_issue(BOT, first.title, first.body)
    forms.poll()
    play.sales.comment("nora", second, "/reopen")
    play.reconcile()
    forms.poll()
    assert play.sales.issue(second).state == "OPEN"


# Any order of everything


BESIDE = ["relay beside", "poll beside"]
ACTS = ["send", "poll", "relay first", "relay last", "relay again", "sweep", *BESIDE]
DEATHS = st.tuples(st.sampled_from(["github", "typeform"]), st.integers(1, 7), st.booleans())
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.one_of(st.none(), DEATHS), st.booleans(), st.integers(1, 6)),
    min_size=2,
    max_size=8,
)
Step = tuple[str, tuple[str, int, bool] | None, bool, int]


@budget(20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@example(steps=[("relay beside", None, False, 3), ("relay beside", ("github", 5, True), True, 3)])
@example(steps=[("poll", None, False, 1), ("send", None, False, 1), ("poll beside", None, False, 2)])
@given(steps=STEPS)
def test_any_order_of_polls_relays_repeats_and_crashes_gives_each_response_one_issue(
    play: Play, forms: Forms, steps: list[Step]
) -> None:
    play.github.reset()
    play.sales = play.github.repo("acme/sales", roles={"nora": "write", "kim": "admin"})
    fresh = Forms(play, forms.typeform)
    forms.typeform.reset()
    tokens = [forms.send({**JANE, "lead_name": "Jane 0"})]
    for change, death, lost_answer, request in steps:
        if death is not None:
            (play if death[0] == "github" else forms).kill(death[1], after=death[2])
        if lost_answer:
            play.github.arm(Fault.loses_answer(on="mutation"))
        _step(change, forms, tokens, request)
        for waiting in (play.door.before, play.door.after, forms.at, forms.after, play.github.faults):
            waiting.clear()
    for _ in range(3):
        forms.poll()
    assert [len(fresh.of(token)) for token in tokens] == [1] * len(tokens)
    if not any(change in BESIDE for change, *_ in steps):
        assert len(forms.leads()) == len(tokens), "and no double was ever made"


def _step(change: str, forms: Forms, tokens: list[str], request: int) -> None:
    match change:
        case "send":
            tokens.append(forms.send({**JANE, "lead_name": f"Jane {len(tokens)}"}))
        case "poll":
            forms.poll()
        case "sweep":
            forms.poll({"task": "sweep"})
        case "relay first":
            forms.relay(tokens[0])
        case "relay beside":
            forms.play.at(request, lambda: _beside(forms, forms.delivery(tokens[-1])))
            forms.poll()
        case "poll beside":
            forms.play.at(request, lambda: _beside(forms, {"poll": True}))
            forms.relay(tokens[-1])
        case _:
            forms.relay(tokens[-1])


def _beside(forms: Forms, payload: Mapping[str, Any]) -> None:
    """Another run, from its beginning to its end, while one stands still between two requests."""
    play = forms.play
    other = Play(play.github, Door(play.github, play.door.sleep))
    other.environment = play.environment
    other.sales.dispatch("typeform", payload)
    other.run(play.github.outbox[-1])
