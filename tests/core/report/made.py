"""Reports made in memory, for tests of what is done with one."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from salesbot.adapters.templates import builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.model.deal import Role
from salesbot.core.model.facts import Repository, RepositoryFacts, Trigger
from salesbot.core.report.compute import Report, compute_report
from salesbot.core.report.reader import Reader
from salesbot.core.report.scope import choose_scope
from tests.core.report.stories import BOT_ACTOR, CONFIG, NOW, TEAM, issue, raw, repository

PIPELINE = parse(CONFIG, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
SCOPE = replace(
    choose_scope("acme/sales", PIPELINE, NOW, url="https://github.com/acme/sales"), absent=frozenset({"left"})
)
AROUND = RepositoryFacts(
    Repository(1, "R_1", "acme/sales"),
    BOT_ACTOR,
    Trigger("report"),
    NOW,
    {name: Role[role.upper()] for name, role in TEAM.items()},
)


def counted(issues: list[dict[str, Any]]) -> Report:
    """Make the report of issues as the sandbox seeds them."""
    reader = Reader(AROUND, SCOPE)
    found = [reader.count(raw(each, number)) for number, each in enumerate(issues, 1)]
    return compute_report([deal for deal in found if deal is not None], SCOPE)


def a_report(random: Random, count: int, **same: Any) -> Report:
    """Make the report of a random repository, where some things are the same on every deal."""
    stories = [replace(story, **same) for story in repository(random, count)]
    return counted([issue(story, random, 1) for story in stories])
