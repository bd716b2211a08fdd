"""Every number of the report against the same number computed the plain way, over random repositories."""

from __future__ import annotations

import gc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.adapters.collector import without_collector
from salesbot.core.report import as_json
from tests.budget import budget
from tests.core.report.compare import assert_same
from tests.core.report.made import counted
from tests.core.report.stories import issue, repository
from tests.core.report.truth import Numbers, numbers


def both(random: Random, count: int) -> tuple[Numbers, Numbers]:
    """The report of a random repository, and the truth."""
    stories = repository(random, count)
    issues = [issue(story, random, 1) for story in stories]
    return as_json.values(counted(issues)), numbers(stories, issues, "acme/sales")


@pytest.mark.parametrize("seed", range(5))
def test_every_number_of_2000_deals(seed: int) -> None:
    assert_same(*both(Random(seed), 2000))


@budget(150)
@given(st.randoms(use_true_random=False), st.integers(0, 6))
def test_every_number_of_random_histories(random: Random, count: int) -> None:
    assert_same(*both(random, count))


def test_counting_leaves_nothing_to_the_garbage_collector() -> None:
    """The collector is off while deals are counted from a cache (`adapters.collector`)."""
    random = Random(3)
    issues = [issue(story, random, 1) for story in repository(random, 60)]
    counted(issues)
    gc.collect()
    with without_collector():
        assert as_json.values(counted(issues))
        assert gc.collect() == 0
