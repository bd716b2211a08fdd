"""Every number of the report against the same number computed the plain way, over random repositories."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesbot.adapters.templates import builtin_names
from salesbot.core.config import parse
from salesbot.core.deal import Role
from salesbot.core.facts import Facts, Repository, Waking
from salesbot.core.report import Reader, as_json, look, report
from tests.report.compare import assert_same
from tests.report.stories import BOT_ACTOR, CONFIG, NOW, TEAM, issue, raw, repository
from tests.report.truth import Numbers, numbers

PIPELINE = parse(CONFIG, "salesbot.yml", templates=builtin_names())
SCOPE = look("acme/sales", PIPELINE, NOW)
AROUND = Facts(
    Repository(1, "R_1", "acme/sales"),
    None,
    BOT_ACTOR,
    Waking("report"),
    NOW,
    {name: Role[role.upper()] for name, role in TEAM.items()},
)


def both(random: Random, count: int) -> tuple[Numbers, Numbers]:
    """The report of a random repository, and the truth."""
    stories = repository(random, count)
    issues = [issue(story, random, 1) for story in stories]
    reader = Reader(AROUND, SCOPE)
    found = [reader.count(raw(each, number)) for number, each in enumerate(issues, 1)]
    made = as_json.values(report([deal for deal in found if deal is not None], SCOPE))
    return made, numbers(stories, issues, "acme/sales")


@pytest.mark.parametrize("seed", range(5))
def test_every_number_of_2000_deals(seed: int) -> None:
    assert_same(*both(Random(seed), 2000))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_every_number_of_random_histories(random: Random, count: int) -> None:
    assert_same(*both(random, count))
