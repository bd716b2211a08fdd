"""Which day it is for a team, and on which people work."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import days

BERLIN = ZoneInfo("Europe/Berlin")
CHRISTMAS = [(date(2026, 12, 21), date(2027, 1, 3))]
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 11, 27), True, id="a Friday"),
        pytest.param(date(2026, 11, 28), False, id="a Saturday"),
        pytest.param(date(2026, 11, 29), False, id="a Sunday"),
        pytest.param(date(2026, 12, 21), False, id="the first quiet day"),
        pytest.param(date(2026, 12, 18), True, id="the Friday before the quiet days"),
        pytest.param(date(2027, 1, 4), True, id="the Monday after them"),
    ],
)
def test_is_working_day(day: date, works: bool) -> None:
    assert days.is_working_day(day, CHRISTMAS) is works


@pytest.mark.parametrize(
    ("day", "count", "result"),
    [
        pytest.param(date(2026, 11, 27), 1, date(2026, 11, 30), id="a working day after Friday is Monday"),
        pytest.param(date(2026, 11, 28), 1, date(2026, 11, 30), id="a working day after Saturday is Monday"),
        pytest.param(date(2026, 11, 23), 3, date(2026, 11, 26), id="the third working day after Monday is Thursday"),
        pytest.param(date(2026, 12, 18), 1, date(2027, 1, 4), id="quiet days do not count"),
        pytest.param(date(2026, 11, 28), 0, date(2026, 11, 30), id="the first working day from Saturday is Monday"),
        pytest.param(date(2026, 11, 27), 0, date(2026, 11, 27), id="the first working day from Friday is Friday"),
    ],
)
def test_add_working_days(day: date, count: int, result: date) -> None:
    assert days.add_working_days(day, count, CHRISTMAS) == result


@given(DAYS, st.integers(-20, 400), st.lists(st.tuples(DAYS, st.integers(0, 40)), max_size=4))
def test_working_days_between_counts_working_days(start: date, length: int, quiet: list[tuple[date, int]]) -> None:
    ranges = [(first, first + timedelta(days=count)) for first, count in quiet]
    after = [start + timedelta(days=step) for step in range(1, length + 1)]
    counted = days.working_days_between(start, start + timedelta(days=length), ranges)
    assert counted == sum(days.is_working_day(day, ranges) for day in after)


@given(DAYS, st.integers(1, 60))
def test_adding_working_days_passes_as_many(day: date, count: int) -> None:
    assert days.working_days_between(day, days.add_working_days(day, count, CHRISTMAS), CHRISTMAS) == count


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(
            datetime(2026, 11, 22, 22, 59, tzinfo=UTC), date(2026, 11, 22), id="23:59 in winter is still today"
        ),
        pytest.param(
            datetime(2026, 11, 22, 23, 0, tzinfo=UTC), date(2026, 11, 23), id="23:00 UTC in winter is tomorrow"
        ),
        pytest.param(datetime(2026, 7, 22, 22, 0, tzinfo=UTC), date(2026, 7, 23), id="22:00 UTC in summer is tomorrow"),
        pytest.param(
            datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
            date(2026, 10, 25),
            id="the night the clocks go back begins in summer",
        ),
        pytest.param(datetime(2026, 10, 25, 22, 30, tzinfo=UTC), date(2026, 10, 25), id="and the day has 25 hours"),
        pytest.param(
            datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29), id="the night they go forward begins in winter"
        ),
        pytest.param(datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30), id="and the day has 23 hours"),
    ],
)
def test_local_day(moment: datetime, day: date) -> None:
    assert days.local_day(moment, BERLIN) == day


def test_the_day_differs_around_the_world() -> None:
    noon = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    zones = ("Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago")
    assert [days.local_day(noon, ZoneInfo(zone)).day for zone in zones] == [23, 22, 21]


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        days.local_day(datetime(2026, 11, 22), BERLIN)  # noqa: DTZ001
