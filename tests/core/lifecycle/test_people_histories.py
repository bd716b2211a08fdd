"""Histories in which people are assigned, renamed, leave and come back, and GitHub refuses parts: all come to rest."""

from __future__ import annotations

import copy

from hypothesis import HealthCheck
from hypothesis import strategies as st

from salesbot.core.model import comments
from salesbot.core.model.deal import Actor, Role
from salesbot.core.model.effects import AddLabel, Assign, CloseIssue, EditBody, Unassign
from tests.budget import budget
from tests.example_files import Machine, first_step, step
from tests.world import World, a_deal, rest

TEAM = {2: "nora", 3: "kim", 5: "lee"}
"""Who plays, by id, and the first login of each; nobody else may have it."""
somebody = st.sampled_from(sorted(TEAM))
LINES = ["/assign", "/unassign", "/lead", "/lost price", "/reopen", "/next friday call them"]
REFUSED = {
    "nothing": (),
    "assigning": (Assign,),
    "labels": (AddLabel,),
    "closing": (CloseIssue,),
    "fields": (EditBody,),
}


class PeopleHistories(Machine):
    """People come, go and change their names; runs come when they come."""

    @first_step()
    def begin(self) -> None:
        self.world: World = a_deal("qualified")
        lee = self.world.join("lee", 5)
        self.world.comment("/assign @nora\n/next friday call them @lee", lee)
        self.world.run()
        self.count = 0

    def actor(self, id_: int) -> Actor | None:
        return next((actor for actor in self.world.accounts.values() if actor.id == id_), None)

    @step(id_=somebody)
    def rename(self, id_: int) -> None:
        if (actor := self.actor(id_)) is not None:
            self.count += 1
            self.world.rename(actor.login, f"{TEAM[id_]}{self.count}")

    @step(id_=somebody, deleted=st.booleans())
    def leave(self, id_: int, deleted: bool) -> None:
        if (actor := self.actor(id_)) is not None:
            self.world.leave(actor.login, deleted=deleted)

    @step(id_=somebody)
    def come_back(self, id_: int) -> None:
        if (actor := self.actor(id_)) is not None:
            self.world.roles[actor.login] = Role.WRITE

    @step(id_=somebody)
    def take_an_old_login(self, id_: int) -> None:
        if TEAM[id_] not in self.world.accounts:
            self.count += 1
            self.world.join(TEAM[id_], 100 + self.count)

    @step(id_=somebody, line=st.sampled_from(LINES), by=somebody)
    def comment(self, id_: int, line: str, by: int) -> None:
        whom, author = self.actor(id_), self.actor(by)
        if whom is not None and author is not None:
            text = line if line in ("/lead", "/lost price", "/reopen") else f"{line} @{whom.login}"
            self.world.comment(text, author)

    @step(id_=somebody)
    def assign_by_hand(self, id_: int) -> None:
        whom = self.actor(id_)
        if whom is not None and whom.login in self.world.roles and whom not in self.world.assignees:
            self.world.assign(whom)

    @step(id_=somebody)
    def unassign_by_hand(self, id_: int) -> None:
        whom = self.actor(id_)
        if whom is not None and whom.id in {actor.id for actor in self.world.assignees}:
            self.world.unassign(whom)

    @step(what=st.sampled_from(sorted(REFUSED)))
    def github_refuses(self, what: str) -> None:
        types = REFUSED[what]
        self.world.refuses = lambda effect: "No" if isinstance(effect, types) else None

    @step(until=st.integers(0, 6))
    def run_is_killed(self, until: int) -> None:
        self.world.run(until=until)

    @step()
    def come_to_rest(self) -> None:
        world = self.world
        world.refuses = lambda effect: None
        rest(world)
        on = [actor.login for actor in world.assignees]
        state = world.decide().state
        assert state is not None
        assert (state.deal.owner is None) == (not on)
        assert set(on) == {name for name in (state.deal.owner, *state.deal.helpers) if name}
        assert not any(isinstance(effect, (Assign, Unassign)) for effect in world.decide().effects)
        ids = world.journal().people
        here = {actor.id: login for login, actor in world.accounts.items() if login in world.roles}
        assert all(here[id_] == login for login, id_ in ids.items() if id_ in here)
        text = comments.text_of(world.by_key("card").body)
        assert "GitHub refuses" not in text

    @step()
    def with_refusals_it_comes_to_rest_too(self) -> None:
        world = copy.deepcopy(self.world)
        for _ in range(4):
            world.run()
        card = world.by_key("card").body
        world.run()
        assert world.by_key("card").body == card


PeopleHistories.TestCase.settings = budget(40, stateful_step_count=24, suppress_health_check=list(HealthCheck))
TestPeopleHistories = PeopleHistories.TestCase
