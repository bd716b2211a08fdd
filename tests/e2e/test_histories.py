"""Whole histories over HTTP: people act as they like, runs come late, twice, in the wrong order, or die half way.

At rest: one stage label, one of each comment, a second run writes nothing, and no move passed a guard or the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from github_sandbox import Fault
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.journal import Journal, from_payload
from salesbot.core.text import markdown
from tests.budget import budget
from tests.e2e.play import Play, name_of
from tests.e2e.scenes import Scene, to_rest

STAGES = ["prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit"]
COMMANDS = [
    "/prospect", "/lead", "/qualify", "/negotiate", "/won", "/won 24k", "/lost", "/lost price", "/reject too small",
    "/revisit march", "/undo", "/reopen", "/value 12k", "/value 12k\n/negotiate\n/won", "/status", "/help", "/wno",
    "/history", "thanks!",
]  # fmt: skip
VALUED = {"/won 24k", "/value 12k", "/value 12k\n/negotiate\n/won"}
LEAD = Scene("a lead", (), 0, lambda play: play.deal(), lambda play, deal: None)


class Step(NamedTuple):
    """Somebody does something, or a run comes."""

    change: str
    by: str = "kim"
    what: str = ""
    at: int = 1


insiders = st.sampled_from(["ann", "nora", "kim"])
everybody = st.sampled_from(["ann", "nora", "kim", "eve"])
writers = st.sampled_from(["nora", "kim"])
stages = st.sampled_from(STAGES)
requests = st.integers(1, 4)
people = st.one_of(
    st.builds(Step, st.just("label"), insiders, stages),
    st.builds(Step, st.just("unlabel"), insiders, stages),
    st.builds(Step, st.just("say"), everybody, st.sampled_from(COMMANDS)),
    st.builds(Step, st.just("correct"), insiders, st.sampled_from(COMMANDS)),
    st.builds(Step, st.sampled_from(["close", "reopen"]), insiders),
    st.builds(Step, st.just("settle"), writers, st.sampled_from(["qualification", "estimate"])),
    st.builds(Step, st.just("answer"), writers, st.sampled_from(["lost: price", "not over"])),
    st.builds(Step, st.just("delete"), writers, st.sampled_from(["card", "checklist:qualification", "refusal"])),
    st.builds(Step, st.just("rewrite"), writers, st.sampled_from(["Hello", "### Company\r\n\r\nAcme"])),
    st.builds(Step, st.just("wait"), what=st.sampled_from(["60", "90000"])),
)
runs = st.one_of(
    st.builds(Step, st.sampled_from(["run", "run", "run", "drop", "again", "run the newest"])),
    st.builds(Step, st.sampled_from(["killed before", "killed after", "502", "lost", "late"]), at=requests),
)


def play_step(play: Play, deal: int, step: Step) -> None:
    """Do one step, if it can be done as things stand."""
    if step.change in PEOPLE:
        PEOPLE[step.change](play, deal, step)
    elif step.change == "again" and play.last:
        play.run(play.last)
    elif play.github.outbox:
        RUNS.get(step.change, _undisturbed)(play, step)
        if step.change == "drop":
            play.github.drop(play.github.outbox[0])
        else:
            play.run(play.github.outbox[-1 if step.change == "run the newest" else 0])
        play.github.faults.clear()


def _undisturbed(play: Play, step: Step) -> None:
    pass


def _say(play: Play, deal: int, step: Step) -> None:
    play.sales.comment(step.by, deal, step.what)


def _correct(play: Play, deal: int, step: Step) -> None:
    own = [comment for comment in play.sales.issue(deal).comments if comment.author == step.by]
    if own:
        play.sales.edit_comment(step.by, own[-1].id, step.what)


def _reconcile(play: Play, deal: int, step: Step) -> None:
    if f"checklist:{step.what}" in play.said(deal):
        play.tick_all(deal, step.what, step.by)


def _answer(play: Play, deal: int, step: Step) -> None:
    asked = [comment for comment in play.own(deal) if name_of(comment) == "ask"]
    if asked and f"[ ] {step.what}" in asked[0].body:
        play.sales.tick(step.by, asked[0].id, step.what)


def _delete(play: Play, deal: int, step: Step) -> None:
    found = [comment for comment in play.own(deal) if name_of(comment) == step.what]
    if found:
        play.sales.delete_comment(step.by, found[0].id)


PEOPLE: dict[str, Callable[[Play, int, Step], object]] = {
    "label": lambda play, deal, step: play.sales.label(step.by, deal, f"stage:{step.what}"),
    "unlabel": lambda play, deal, step: play.sales.unlabel(step.by, deal, f"stage:{step.what}"),
    "close": lambda play, deal, step: play.sales.close(step.by, deal),
    "reopen": lambda play, deal, step: play.sales.reopen(step.by, deal),
    "rewrite": lambda play, deal, step: play.sales.edit_issue(step.by, deal, body=step.what),
    "wait": lambda play, deal, step: play.github.advance(int(step.what)),
    "say": _say, "correct": _correct, "settle": _reconcile, "answer": _answer, "delete": _delete,
}  # fmt: skip
RUNS: dict[str, Callable[[Play, Step], None]] = {
    "killed before": lambda play, step: play.kill(step.at),
    "killed after": lambda play, step: play.kill(step.at, after=True),
    "502": lambda play, step: play.github.arm(Fault.fails(nth=step.at)),
    "lost": lambda play, step: play.github.arm(Fault.loses_answer(nth=step.at)),
    "late": lambda play, step: play.github.arm(Fault.lands_late(4, nth=step.at)),
}


@budget(20, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(st.one_of(people, runs), min_size=3, max_size=12))
def test_any_history_comes_to_rest_in_good_order(play: Play, steps: list[Step]) -> None:
    steps = [Step(*step) for step in steps]
    play.drop()
    deal = LEAD.open(play)
    for step in steps:
        play_step(play, deal, step)
    play.reconcile()
    to_rest(play, deal)
    play.assert_at_rest(deal)
    assert play.said(deal).count("card") == 1
    if not any(step.change == "delete" and step.what == "card" for step in steps):
        guards_hold(play, deal, steps)


def guards_hold(play: Play, deal: int, steps: list[Step]) -> None:
    """Every move that was asked for follows the graph, and what its stage needs was there once."""
    visits = journal_of(play, deal).history
    for before, after in pairwise(visits):
        assert after.how in ("undo", "reopen") or default_pipeline().allows(before.stage, after.stage), (before, after)
        assert after.by != "eve"
    entered = {visit.stage for visit in visits if visit.how in ("label", "command", "tick")}
    assert "qualified" not in entered or Step("settle", what="qualification") in {_plain(step) for step in steps}
    assert "negotiating" not in entered or Step("settle", what="estimate") in {_plain(step) for step in steps}
    assert not entered & {"won", "negotiating"} or any(step.what in VALUED for step in steps)


def journal_of(play: Play, deal: int) -> Journal:
    marker = markdown.read_marker(play.one(deal, "card").body)
    assert marker is not None
    journal = from_payload(marker.payload)
    assert journal is not None
    return journal


def _plain(step: Step) -> Step:
    return Step(step.change, what=step.what)
