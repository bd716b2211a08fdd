"""How Hypothesis plays: the same examples in every run of the tests, and new ones with each seed of `make explore`.

What `make explore` finds is kept in `tests/examples`, and every run of the tests plays it again.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Generator
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from salesbot.core.text import markdown
from tests import example_files

pytest_plugins = ("tests.e2e.fixtures", "tests.e2e.by_hand")

# In the gate nothing depends on chance, on the clock or on what an earlier run left in a database. It does not shorten
# what fails, since that takes minutes: `pytest --hypothesis-profile=shorten` does.
settings.register_profile(
    "gate",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=50,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("shorten", settings.get_profile("gate"), phases=list(Phase))
settings.register_profile(
    "explore", database=None, deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")


def pytest_configure(config: pytest.Config) -> None:
    """Keep Hypothesis from trying the constants of our modules: which ones it knows depends on what is imported."""
    if config.getoption("--hypothesis-profile") != "explore":
        pytest.MonkeyPatch().setattr(providers, "_get_local_constants", Constants)
    _save_time(pytest.MonkeyPatch())


def _save_time(patch: pytest.MonkeyPatch) -> None:
    """Parse a short text once: most tests are about the same few. And ask for no proxy on the way to this machine."""
    parse = markdown.blocks
    known = lru_cache(maxsize=1000)(parse)
    patch.setattr(markdown, "blocks", lambda text: list(known(text)) if len(text) < 4000 else parse(text))
    # With no such name, requests looks for proxies in the whole environment, twice for each request.
    patch.setenv("NO_PROXY", os.environ.get("NO_PROXY") or "127.0.0.1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Play the kept examples first, and note which example fails."""
    for item in items:
        if isinstance(item, pytest.Function) and hasattr(item.function, "hypothesis"):
            example_files.attach(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep what `make explore` found."""
    report = yield
    if report.failed and call.when == "call" and item.config.getoption("--hypothesis-profile") == "explore":
        report.sections.append(("Example", example_files.keep_last()))
    return report


def pytest_collection_finish() -> None:
    """Collect garbage seldom: what is loaded by now stays, and looking through it takes time."""
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
