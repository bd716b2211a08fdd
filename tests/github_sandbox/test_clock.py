"""The sandbox's clock: whole seconds, forward only, with alarms on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests

from github_sandbox import Repo, Sandbox
from github_sandbox.store.clock import Clock, read, stamp

from .conftest import Call

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)


def test_a_standing_clock_stands_until_it_is_advanced() -> None:
    clock = Clock(NINE)
    assert (clock.now(), clock.live) == (NINE, False)
    clock.tick()
    assert clock.now() == NINE
    assert clock.advance(90) == NINE + timedelta(seconds=90)
    assert clock.advance(timedelta(days=1)) == NINE + timedelta(days=1, seconds=90)


def test_a_live_clock_goes_with_the_world_from_wherever_it_was_set() -> None:
    clock = Clock()
    before = datetime.now(UTC).replace(microsecond=0)
    assert before <= clock.now() <= datetime.now(UTC)
    begun = datetime.now(UTC)
    ahead = clock.set(begun + timedelta(days=400))
    later = clock.now()
    assert timedelta(0) <= later - ahead <= datetime.now(UTC) - begun + timedelta(seconds=1)


def test_time_only_goes_forward() -> None:
    with pytest.raises(ValueError, match="only goes forward, not to 2026-11-23T08:59:59Z"):
        Clock(NINE).set(NINE - timedelta(seconds=1))


def test_a_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Clock(datetime(2026, 11, 23, 9))  # noqa: DTZ001 - that is the mistake


def test_alarms_ring_in_order_at_their_own_time() -> None:
    clock, rung = Clock(NINE), []
    for seconds in (30, 10, 20, 99):
        clock.schedule(NINE + timedelta(seconds=seconds), lambda: rung.append(clock.now()))
    clock.advance(60)
    assert rung == [NINE + timedelta(seconds=seconds) for seconds in (10, 20, 30)]
    assert clock.now() == NINE + timedelta(seconds=60)


def test_times_are_written_as_github_writes_them() -> None:
    assert stamp(datetime.fromisoformat("2026-11-23T10:00:00.9+01:00")) == "2026-11-23T09:00:00Z"
    assert read("2026-11-23T09:00:00Z") == NINE


def test_each_write_takes_its_second(sales: Repo, sandbox: Sandbox) -> None:
    begun = sandbox.clock.now()
    sales.open_issue("ann", "Acme")
    sales.comment("ann", 1, "hello")
    assert sandbox.clock.now() - begun == timedelta(seconds=2)
    assert sales.issue(1).comments[0].created_at > sales.issue(1).created_at


def test_answers_are_dated_by_the_sandbox(sandbox: Sandbox, call: Call, sales: Repo) -> None:
    sandbox.set(datetime(2031, 2, 3, 4, 5, 6, tzinfo=UTC))
    assert call("GET", "/repos/acme/sales").headers["Date"] == "Mon, 03 Feb 2031 04:05:06 GMT"
    assert requests.get(f"{sandbox.url}/zen", timeout=5).headers["Date"] == "Mon, 03 Feb 2031 04:05:06 GMT"
