"""Who has which role in the repository, each person asked for once in a run."""

from __future__ import annotations

from collections.abc import Mapping

from salesbot.adapters.github import GitHub
from salesbot.core.lifecycle import field_trust
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.model.deal import Role
from salesbot.core.model.facts import RepositoryFacts

FULL_PAGE = 100
"""People that one request lists; a list this long may not be the whole team."""


class RoleReader:
    """Reads roles and remembers them. `known` holds them by lower-case login."""

    def __init__(self, github: GitHub) -> None:
        self._github = github
        self._known: dict[str, Role] = {}
        self._whole_team = False

    @property
    def known(self) -> Mapping[str, Role]:
        """The roles read so far; the mapping grows as people are asked for."""
        return self._known

    def read_team(self, context: RepositoryFacts) -> None:
        """Read everybody's role at once, where the token may; else each is asked for when it matters."""
        team = self._github.team(context)
        self._whole_team = 0 < len(team) < FULL_PAGE
        self._known.update(team)

    def add(self, roles: Mapping[str, Role]) -> None:
        """Remember roles that came with another answer."""
        self._known.update(roles)

    def of(self, login: str) -> Role:
        """Give somebody's role, asking GitHub if it is not known."""
        key = login.casefold()
        if key not in self._known:
            self._known[key] = self._github.role(login)
        return self._known[key]

    def ask_editors(self, deal: Observed) -> None:
        """Ask for the roles of those who wrote the fields that count, where they matter and are not known yet."""
        for person in field_trust.people_to_ask(field_trust.read(deal, deal.journal, deal.parsed.body)):
            self.of(person)

    def of_member(self, login: str) -> Role:
        """Give somebody's role; a person missing from the list of the whole team has none, and is not asked for."""
        return self._known.get(login.casefold(), Role.NONE) if self._whole_team else self.of(login)
