"""A deal and its mirror in Streak: who follows whom, what waits, what goes back; and whole histories of both sides."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from hypothesis.stateful import invariant

from salesbot.core.decide.decide import decide
from salesbot.core.lifecycle import mirror_link
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model import comments
from salesbot.core.model.cards import find_cards
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import DealFacts, Trigger
from salesbot.core.model.journal import Journal, Pair, from_payload, to_payload
from salesbot.core.model.mirror import (
    Layout,
    Mirror,
    MirrorEffect,
    PutColumn,
    PutPeople,
    PutStage,
    PutTitle,
    StageMap,
    Tell,
)
from salesbot.core.model.pipeline import Pipeline, Streak, StreakPipeline
from salesbot.core.policies import mirror_sync
from salesbot.core.text import fields
from tests import example_files
from tests.budget import budget
from tests.example_files import Machine, first_step, step
from tests.world import KIM, NORA, START, WORDS, World, a_deal

STAGES = ("prospect", "lead", "qualified", "negotiating", "won", "lost", "rejected", "revisit")
KEYS = {stage: str(5001 + number) for number, stage in enumerate(STAGES)}
TALK = "5099"
LAYOUT = Layout(
    "agxzPIPE",
    "Sales",
    {**{key: stage.title() for stage, key in KEYS.items()}, TALK: "Parking lot"},
    {"1001": "Value", "1002": "GitHub"},
)
ENDS = {"won", "lost", "rejected"}
Guards = Literal["expects", "requires"]


def a_pipeline(guards: Guards = "expects", **people: str) -> Pipeline:
    said = Streak(guards, StreakPipeline("agxzPIPE"), people=people)
    return replace(default_pipeline(), streak=said)


STAGE_MAP = mirror_link.stage_map(a_pipeline(), StreakPipeline("agxzPIPE"), LAYOUT)


@dataclass
class Both:
    """A deal at rest and its mirror, in memory. Every act takes a second, a sync some."""

    world: World
    mirror: Mirror = field(default_factory=lambda: Mirror("agxzBOX"))
    said: list[str] = field(default_factory=list)

    def drag(self, stage: str) -> None:
        """Somebody drags the mirror."""
        at = self.world.tick()
        key = KEYS.get(stage, stage)
        if key != self.mirror.stage:
            self.mirror = replace(self.mirror, stage=key, moved_at=at)

    @property
    def stage(self) -> str:
        """The stage of the mirror, by our name."""
        return STAGE_MAP.ours.get(self.mirror.stage, "?")

    @property
    def stages(self) -> tuple[str, str]:
        """Ours and theirs."""
        (ours,) = self.world.stages()
        return ours, self.stage

    def facts(self) -> DealFacts:
        """What a sync reads."""
        self.world.trigger = Trigger("streak")
        return replace(self.world.facts(), mirror=self.mirror, stage_map=STAGE_MAP)

    def observed(self) -> Observed:
        """What a sync reads, and what it says."""
        return observe(self.facts(), self.world.pipeline, self.world.now)

    def sync(self, until: int | None = None) -> list[MirrorEffect | Effect]:
        """Sync as the shell does: first the mirror, then the deal; `until` kills the run after so many steps."""
        observed = self.observed()
        decided = decide(observed, WORDS)
        if decided.state is None:
            return []
        done: list[MirrorEffect | Effect] = []
        for change in mirror_sync.outgoing(decided.state, observed, LAYOUT):
            if until is not None and len(done) >= until:
                return done
            self.put(change)
            done.append(change)
        for effect in decide(self.observed(), WORDS).effects:
            if until is not None and len(done) >= until:
                return done
            self.world.apply(effect)
            done.append(effect)
        return done

    def put(self, effect: MirrorEffect) -> None:
        """Do to the mirror what Streak would."""
        at = self.world.tick()
        match effect:
            case PutTitle(title):
                self.mirror = replace(self.mirror, title=title)
            case PutStage(stage):
                self.mirror = replace(self.mirror, stage=stage, moved_at=at)
            case PutColumn(name, text):
                columns = {**self.mirror.columns, LAYOUT.column(name) or "": text}
                self.mirror = replace(self.mirror, columns={key: value for key, value in columns.items() if value})
            case PutPeople(mails):
                self.mirror = replace(self.mirror, people=frozenset(mails))
            case Tell(text):
                self.said += [] if text in self.said else [text]

    def reconcile(self) -> int:
        """Sync until nothing is left to do; that must be soon."""
        for count in range(4):
            if not self.sync():
                return count
        raise AssertionError(f"never quiet: {self.sync()}")

    def journal(self) -> Journal:
        """What the deal remembers."""
        facts = self.world.facts()
        journal = find_cards(facts.issue, facts.repository).journal
        assert journal is not None
        return journal


def in_step(stage: str = "lead", guards: Guards = "expects", body: str = "", **people: str) -> Both:
    """A deal and its mirror that have agreed on a stage."""
    world = a_deal(stage, pipeline=a_pipeline(guards, **people), body=body, author=NORA)
    both = Both(world, Mirror("agxzBOX", world.title, KEYS[stage], world.now, columns={"1002": address(world)}))
    both.reconcile()
    assert both.stages == (stage, stage)
    return both


def address(world: World) -> str:
    issue = world.facts().issue
    assert issue is not None
    return issue.url


# One move


def test_a_move_of_ours_is_followed() -> None:
    both = in_step()
    both.world.label("stage:prospect")
    both.world.unlabel("stage:lead")
    both.world.run()
    assert PutStage(KEYS["prospect"]) in both.sync()
    assert both.stages == ("prospect", "prospect")
    assert both.sync() == []


def test_a_move_of_theirs_is_taken_though_the_estimate_is_missing_and_the_owner_hears_of_it_once() -> None:
    both = in_step("qualified")
    both.world.comment("/assign nora", by=KIM)
    both.world.run()
    both.drag("negotiating")
    both.reconcile()
    assert both.stages == ("negotiating", "negotiating")
    told = both.world.last("dragged")
    assert "**Moved to negotiating in Streak.** @nora" in told
    assert "estimate checklist" in told
    assert "The deal has no value." in told
    card = both.world.last("card")
    assert "Missing here: The deal has no value." in card
    assert "| Streak |" in card
    assert [key for key in both.world.written() if key.startswith("dragged:")] != []
    both.reconcile()
    assert len([key for key in both.world.written() if key.startswith("dragged:")]) == 1


def test_what_is_missing_goes_from_the_card_as_it_comes() -> None:
    both = in_step("qualified")
    both.drag("negotiating")
    both.reconcile()
    both.world.comment("/value 12k", by=NORA)
    both.world.run()
    assert "The deal has no value" not in both.world.last("card")
    assert "Missing here: The estimate checklist" in both.world.last("card")


def test_a_move_of_theirs_that_lacks_nothing_is_a_silent_edit() -> None:
    both = in_step()
    before = set(both.world.written())
    both.drag("prospect")
    both.reconcile()
    assert both.stages == ("prospect", "prospect")
    assert set(both.world.written()) == before


@pytest.mark.parametrize(
    ("end", "answer", "asks"),
    [
        pytest.param("won", "/value 9000 EUR", "The deal has no value.", id="won waits for its value"),
        pytest.param("lost", "/set reason price", "The reason is missing.", id="lost waits for its reason"),
        pytest.param("rejected", "/set reason price", "The reason is missing.", id="rejected waits for its reason"),
    ],
)
def test_an_end_waits_for_what_only_people_know(end: str, answer: str, asks: str) -> None:
    both = in_step("negotiating")
    both.drag(end)
    both.reconcile()
    assert both.stages == ("negotiating", end)
    assert asks in both.world.last("waits")
    both.reconcile()
    assert len([key for key in both.world.written() if key.startswith("waits:")]) == 1
    both.world.comment(answer, by=NORA)
    both.world.run()
    both.reconcile()
    assert both.stages == (end, end)
    assert not both.world.open
    assert [key for key in both.world.written() if key.startswith("waits:")] == []


def test_a_question_that_somebody_deleted_was_asked() -> None:
    both = in_step("negotiating")
    both.drag("won")
    both.reconcile()
    asked = next(comment for comment in both.world.own() if comments.kind_of(comment) == "waits")
    both.world.delete(asked.id, KIM)
    both.world.comment("/status", by=NORA)
    both.world.run()
    both.reconcile()
    assert "waits" not in " ".join(both.world.written())
    both.drag("negotiating")
    both.reconcile()
    both.drag("won")
    both.reconcile()
    assert len([key for key in both.world.written() if key.startswith("waits:")]) == 1, "another move, another question"


def test_a_reason_can_be_ticked() -> None:
    both = in_step("negotiating")
    both.drag("lost")
    both.reconcile()
    found = next(comment for comment in both.world.own() if comments.kind_of(comment) == "waits")
    both.world.edit(found.id, found.body.replace("- [ ] lost: price", "- [x] lost: price"), NORA)
    both.world.run()
    both.reconcile()
    assert both.stages == ("lost", "lost")
    assert "### Reason\n\nprice" in both.world.body


def test_a_wait_ends_when_the_box_is_dragged_back() -> None:
    both = in_step("negotiating")
    both.drag("won")
    both.reconcile()
    both.drag("negotiating")
    both.reconcile()
    assert both.stages == ("negotiating", "negotiating")
    assert [key for key in both.world.written() if key.startswith("waits:")] == []
    pair = both.journal().pair
    assert pair is not None
    assert pair.asked == 0


def test_with_requires_the_box_goes_back_with_a_comment_and_the_issue_hears_nothing() -> None:
    both = in_step("qualified", guards="requires")
    before = set(both.world.written())
    both.drag("negotiating")
    both.reconcile()
    assert both.stages == ("qualified", "qualified")
    (said,) = both.said
    assert said.startswith("Moved back to qualified, from negotiating (2026-11-23 09:")
    assert "The deal has no value. Comment /value 12000 EUR." in said
    assert said.endswith(address(both.world))
    assert set(both.world.written()) == before
    assert both.sync() == []


def test_with_requires_a_move_that_lacks_nothing_is_taken() -> None:
    both = in_step("lead", guards="requires")
    both.drag("prospect")
    both.reconcile()
    assert both.stages == ("prospect", "prospect")
    assert both.said == []


@pytest.mark.parametrize("guards", ["expects", "requires"])
@pytest.mark.parametrize("to", ["lead", "won", "revisit", "rejected"])
def test_an_end_is_never_undone_by_a_box(guards: Guards, to: str) -> None:
    both = in_step("lost", guards=guards, body="### Reason\n\nprice\n")
    both.drag(to)
    both.reconcile()
    assert both.stages == ("lost", "lost")
    assert "The deal is lost, and that stage is final. Comment /reopen on the issue first." in both.said[0]


def test_what_people_reopen_is_followed() -> None:
    both = in_step("lost", body="### Reason\n\nprice\n")
    both.world.comment("/reopen")
    both.world.run()
    both.reconcile()
    assert both.stages == ("lead", "lead")


@pytest.mark.parametrize(("to", "then"), [("lead", "lead"), ("lost", "revisit")])
def test_a_box_that_leaves_revisit_leaves_no_date_behind_and_needs_its_own_reason(to: str, then: str) -> None:
    both = in_step("lead")
    both.world.comment("/revisit 2027-03-01 no budget")
    both.world.run()
    both.reconcile()
    both.drag(to)
    both.sync()
    assert both.stages[0] == then
    assert ("### Revisit on" in both.world.body) == (then == "revisit")


# Both moved


@pytest.mark.parametrize("ours_first", [True, False], ids=["the box was moved last", "the deal was moved last"])
def test_the_newer_move_wins(ours_first: bool) -> None:
    both = in_step()
    if ours_first:
        both.world.comment("/prospect")
        both.drag("revisit")
    else:
        both.drag("revisit")
        both.world.comment("/prospect")
    both.world.run()
    both.reconcile()
    assert set(both.stages) == {"revisit" if ours_first else "prospect"}
    assert both.sync() == []


@pytest.mark.parametrize("judged", [True, False], ids=["our move was judged before", "our move is judged by the sync"])
def test_an_end_over_there_wins_over_a_newer_move_of_ours(judged: bool) -> None:
    both = in_step("negotiating", body="### Value\n\n9000 EUR\n")
    both.drag("won")
    both.world.comment("/lead")
    if judged:
        both.world.run()
    both.reconcile()
    assert both.stages == ("won", "won")


def test_a_clock_that_is_slow_over_there_takes_nothing_away() -> None:
    both = in_step()
    both.world.comment("/prospect")
    both.world.run()
    both.reconcile()
    both.mirror = replace(both.mirror, stage=KEYS["revisit"], moved_at=START.replace(year=2020))
    both.reconcile()
    assert both.stages == ("revisit", "revisit")


def test_two_ends_keep_ours() -> None:
    both = in_step("negotiating", body="### Value\n\n9000 EUR\n\n### Reason\n\nprice\n")
    both.world.comment("/lost price")
    both.world.run()
    both.drag("won")
    both.reconcile()
    assert both.stages == ("lost", "lost")


def test_the_same_move_on_both_sides_is_nothing_new() -> None:
    both = in_step()
    both.world.comment("/prospect")
    both.world.run()
    both.drag("prospect")
    assert not any(isinstance(step, PutStage) for step in both.sync())
    assert both.stages == ("prospect", "prospect")


# Stages that mean nothing to the other side


def test_a_stage_nobody_mapped_moves_nothing_until_the_deal_moves() -> None:
    both = in_step()
    both.drag(TALK)
    both.reconcile()
    assert (both.world.stages(), both.mirror.stage) == (["lead"], TALK)
    both.world.comment("/prospect")
    both.world.run()
    both.reconcile()
    assert both.stages == ("prospect", "prospect")


def test_stages_are_mapped_as_said_and_by_their_names() -> None:
    layout = Layout("p", "Sales", {"1": "LEAD", "2": "Proposal out", "3": "Closed won", "4": "lead", "5": "Lost"})
    said = StreakPipeline("p", {"negotiating": "2", "won": "closed won", "lost": "Nowhere"})
    mapped = mirror_link.stage_map(default_pipeline(), said, layout)
    assert mapped == StageMap(
        {"negotiating": "2", "won": "3", "lead": "1"}, {"2": "negotiating", "3": "won", "1": "lead"}
    )
    assert mirror_link.unknown_stages(said, layout) == ("Nowhere",)


# Name, value, owner, address


def test_name_value_owner_and_address_go_along() -> None:
    both = in_step(nora="nora@agency.com", kim="kim@agency.com")
    both.mirror = replace(both.mirror, people=frozenset({"kim@agency.com", "lee@partner.com"}), columns={})
    both.world.title = "Acme GmbH: relaunch"
    both.world.comment("/value 12,000.50\n/assign nora", by=NORA)
    both.world.run()
    both.reconcile()
    assert both.mirror.title == "Acme GmbH: relaunch"
    assert both.mirror.columns == {"1001": "12000.5", "1002": address(both.world)}
    assert both.mirror.people == {"nora@agency.com", "lee@partner.com"}
    assert both.sync() == []


def test_a_value_written_over_there_stays_while_we_know_of_none() -> None:
    both = in_step()
    both.mirror = replace(both.mirror, columns={**both.mirror.columns, "1001": "about 5k"})
    both.reconcile()
    assert both.mirror.columns["1001"] == "about 5k"


def test_a_value_taken_back_here_goes_over_there() -> None:
    both = in_step()
    for command in ("/value 9000 USD", "/unset value"):
        both.world.comment(command, by=NORA)
        both.world.run()
        both.reconcile()
        assert both.mirror.columns.get("1001") == ("9000 USD" if "value 9" in command else None)


def test_an_owner_without_an_address_leaves_the_box_to_whom_it_is() -> None:
    both = in_step(kim="kim@agency.com")
    both.mirror = replace(both.mirror, people=frozenset({"kim@agency.com"}))
    both.world.comment("/assign nora", by=NORA)
    both.world.run()
    both.reconcile()
    assert both.mirror.people == {"kim@agency.com"}


# Mail


@pytest.mark.parametrize(
    ("received", "sent", "opened", "row"),
    [
        pytest.param(20, None, None, "their mail of 20 Nov 2026, not answered yet", id="nobody answered"),
        pytest.param(20, 21, None, "our mail of 21 Nov 2026; their last mail 20 Nov 2026", id="we answered"),
        pytest.param(None, 20, 22, "our mail of 20 Nov 2026, opened 22 Nov 2026", id="they opened it and said nothing"),
        pytest.param(
            22,
            20,
            21,
            "their mail of 22 Nov 2026, not answered yet; our last mail 20 Nov 2026, opened 21 Nov 2026",
            id="they wrote again",
        ),
    ],
)
def test_the_card_tells_of_mail(received: int | None, sent: int | None, opened: int | None, row: str) -> None:
    both = in_step()
    moments = [datetime(2026, 11, day, 12, tzinfo=UTC) if day else None for day in (received, sent, opened)]
    both.mirror = replace(both.mirror, received=moments[0], sent=moments[1], opened=moments[2])
    both.reconcile()
    assert f"**Last contact:** {row}" in both.world.last("card")
    both.world.comment("/status")
    both.world.run()
    assert f"**Last contact:** {row}" in both.world.last("card"), "a run that does not ask Streak keeps it"


# Pairs


def test_quiet_is_known_without_asking_what_the_stages_are_called() -> None:
    both = in_step(body="### Value\n\n9000 EUR\n")
    both.reconcile()
    facts = replace(both.facts(), stage_map=StageMap())
    observed = both.observed().with_facts(facts)
    state = decide(observed, WORDS).state
    assert state is not None
    assert mirror_sync.is_quiet(state, observed)
    for changed in (
        replace(both.mirror, stage=KEYS["won"]),
        replace(both.mirror, title="x"),
        replace(both.mirror, columns={}),
        replace(both.mirror, sent=START),
    ):
        assert not mirror_sync.is_quiet(state, observed.with_facts(replace(facts, mirror=changed)))
    for body in ("### Value\n\n9500 EUR\n", ""):
        deal = state.deal.with_body(fields.parse(body, ["Value"]))
        assert not mirror_sync.is_quiet(replace(state, deal=deal), observed)


def test_a_mirror_is_found_by_the_address_in_its_column_or_its_note_the_oldest_first() -> None:
    here, there = "https://github.com/acme/sales/issues/7", "https://github.com/acme/sales/issues/8"
    old = Mirror("a", made_at=START, columns={"1": f"{here}/"})
    young = Mirror("b", made_at=START.replace(hour=23), note=f"github: {here}")
    other = Mirror("c", made_at=START, note=f"github: {there}\nSomebody wrote more.")
    talk = Mirror("d", made_at=START, note=f"see {here}")
    assert mirror_link.mirrors_by_address([young, other, talk, old]) == {here: (old, young), there: (other,)}


def test_the_journal_keeps_the_pair() -> None:
    pair = Pair("agxzBOX", "lead", "5002", "9000", 1764000000, START, None, START)
    journal = replace(in_step().journal(), pair=pair)
    assert from_payload(to_payload(journal)) == journal


@pytest.mark.parametrize("entry", [["x"], [1, 2, 3, 4, "x", 5, 6, 7], "agxz", {"key": "x"}, [None] * 9])
def test_a_pair_that_nobody_of_us_wrote_is_no_journal(entry: object) -> None:
    payload = {**to_payload(in_step().journal()), "pair": entry}
    assert from_payload(payload) is None


def test_a_deal_that_left_is_left_alone() -> None:
    both = in_step()
    both.world.comment("/not-a-deal spam", by=NORA)
    both.world.run()
    both.drag("won")
    assert both.sync() == []


# Whole histories


class Sides(Machine):
    """Both sides at random, runs of events and syncs when they come, some of them dying half way."""

    @first_step(guards=st.sampled_from(["expects", "requires"]), value=st.booleans())
    def pair(self, guards: Guards, value: bool) -> None:
        self.both = in_step("lead", guards, "### Value\n\n9000 EUR\n" if value else "")
        self.ended: str | None = None

    @step(stage=st.sampled_from(STAGES))
    def label(self, stage: str) -> None:
        self.both.world.label(f"stage:{stage}", NORA)

    @step(text=st.sampled_from(["/won 12k", "/lost price", "/undo", "/reopen", "/prospect", "/qualify", "/value 5k"]))
    def comment(self, text: str) -> None:
        self.both.world.comment(text, KIM)

    @step(stage=st.sampled_from([*STAGES, TALK]))
    def drag(self, stage: str) -> None:
        self.both.drag(stage)

    @step()
    def run(self) -> None:
        self.both.world.run()

    @step(until=st.integers(0, 8))
    def sync(self, until: int) -> None:
        before = self.both.world.stages()
        judged = not self.both.world.decide().effects
        self.both.sync(until if until < 8 else None)
        if judged and len(before) == 1 and before[0] in ENDS:
            assert self.both.world.stages() == before, "a sync undid an end"

    @step()
    def come_to_rest(self) -> None:
        both = self.both
        both.world.run()
        both.reconcile()
        assert both.world.decide().effects == ()
        before, said = copy.deepcopy(both.mirror), list(both.said)
        assert both.sync() == [], "in step means no write"
        assert (both.mirror, both.said) == (before, said)
        ours, theirs = both.stages
        waits = [key for key in both.world.written() if key.startswith("waits:")]
        assert ours == theirs or waits or theirs == "?", (ours, theirs)

    @invariant()
    def nothing_is_said_twice(self) -> None:
        if hasattr(self, "both"):
            keys = self.both.world.written()
            assert len(keys) == len(set(keys)), keys
            assert len(self.both.said) == len(set(self.both.said))


TestSides = Sides.TestCase
TestSides.settings = budget(30, stateful_step_count=25, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("steps", example_files.read("Sides"))
def test_histories_that_once_failed_hold(steps: example_files.Steps) -> None:
    example_files.replay(Sides, steps)


@given(st.lists(st.tuples(st.sampled_from(["ours", "theirs"]), st.sampled_from(STAGES)), max_size=8), st.booleans())
@budget(40)
def test_alternating_sides_until_quiet(moves: list[tuple[str, str]], strict: bool) -> None:
    """No ping-pong: after whatever both sides did, two syncs are enough, and the third has nothing to do."""
    both = in_step("lead", "requires" if strict else "expects", "### Value\n\n9000 EUR\n\n### Reason\n\nprice\n")
    for remote, stage in moves:
        if remote == "ours":
            both.world.comment(f'/stage {stage} --force "so"\n/set reason price', by=KIM)
            both.world.run()
        else:
            both.drag(stage)
    assert both.reconcile() <= 2
    assert both.stages[0] == both.stages[1]
