"""Counts deals for a report, page by page, so that memory holds what is counted and no text, with progress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

from salesbot.adapters.github.history import Deals
from salesbot.adapters.github.snapshot import Numbers
from salesbot.core.model.facts import RepositoryFacts
from salesbot.core.report import kept_numbers
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.reader import RawIssue, Reader
from salesbot.core.report.scope import Scope
from salesbot.tasks.isolation import Isolation
from salesbot.tasks.outcome import Log, Outcome
from salesbot.tasks.roles import RoleReader

PROGRESS_EVERY = 1000
Countable = CountedDeal | UncountableDeal


class ReadDeals(NamedTuple):
    """The deals as they count; `outcome` names those that could not be read."""

    deals: list[Countable]
    outcome: Outcome


class DealCounter:
    """Counts the deals of a repository at the moment of a report."""

    def __init__(self, facts: RepositoryFacts, scope: Scope, roles: RoleReader, log: Log) -> None:
        self._facts, self._scope, self._roles, self._log = facts, scope, roles, log
        known = replace(facts, roles=roles.known)  # grows as people are asked for
        self._reader = Reader(known, scope)
        self._isolation = Isolation(log)
        self._found: dict[int, Countable | None] = {}
        self._is_keeping = False

    def all_of(self, pages: Iterator[Deals]) -> ReadDeals:
        """Count the deals of all pages; one that comes again counts as it came last."""
        logged = 0
        for page in pages:
            if page.anew:
                self._found.clear()
                logged = 0
            page.keep(dict(self._counted(page.raws)))
            if page.read >= logged + PROGRESS_EVERY:
                logged = page.read
                self._log(f"  {page.read:,} of {page.total:,} issues read ...")
        return ReadDeals([deal for deal in self._found.values() if deal is not None], self._isolation.outcome)

    def numbers(self, program: bytes) -> Numbers | None:
        """Use kept numbers again, computed by the same program from the same configuration and labels.

        None without the digest of the program, and for a moment in the past, to which other numbers belong.
        """
        if not program or self._scope.at < self._facts.read_at:
            return None
        self._is_keeping = True
        repository = self._facts.repository
        labels = sorted((label.id, label.name) for label in repository.labels)
        basis = repr((program, repository.config, repository.name, labels, self._facts.viewer))
        return Numbers(blake2b(basis.encode()).digest(), self._take)

    def _take(self, number: int, text: str | None) -> bool:
        kept = kept_numbers.read(text, number)
        if kept is None or not kept.hold(self._scope, self._roles.of_member, self._roles.known):
            return False
        self._found[number] = kept.deal
        return True

    def _counted(self, raws: tuple[RawIssue, ...]) -> Iterator[tuple[str, str]]:
        """Count deals, and give by id what is to be kept of them."""
        for raw in raws:
            number = raw.issue.number
            kept = self._isolation.attempt(f"Deal {number}", partial(self._count, raw))
            if kept is None:
                self._found[number] = UncountableDeal(number, raw.issue.title)
            elif kept:
                yield raw.issue.id, kept

    def _count(self, raw: RawIssue) -> str:
        """Count a deal, and write what is to be kept of it; nothing where nothing is."""
        for person in self._reader.people_to_look_up(raw):
            self._roles.of_member(person)
        found = self._found[raw.issue.number] = self._reader.count(raw)
        kept = self._reader.to_keep(raw, found) if self._is_keeping else None
        return kept_numbers.text(kept) if kept is not None else ""
