"""Days are read as a sales team writes them, and refused where two people would read two days."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbot.core.text import dates
from salesbot.core.text.dates import DateError

MONDAY = date(2026, 11, 23)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2027-03-01", date(2027, 3, 1), id="ISO"),
        pytest.param("2027/3/1", date(2027, 3, 1), id="year first is never unclear"),
        pytest.param("01.03.2027", date(2027, 3, 1), id="German"),
        pytest.param("1.3.2027", date(2027, 3, 1), id="German without zeros"),
        pytest.param("1.3.", date(2027, 3, 1), id="German without a year is the next such day"),
        pytest.param("24.12.", date(2026, 12, 24), id="which may be this year"),
        pytest.param("2027-03", date(2027, 3, 1), id="a month is its first day"),
        pytest.param("march", date(2027, 3, 1), id="a month by name"),
        pytest.param("Mar", date(2027, 3, 1), id="a month in three letters"),
        pytest.param("sept.", date(2027, 9, 1), id="a month in four letters"),
        pytest.param("november", date(2027, 11, 1), id="the month that has begun means the next one"),
        pytest.param("december", date(2026, 12, 1), id="the coming month is this year's"),
        pytest.param("march 2028", date(2028, 3, 1), id="a month of a year"),
        pytest.param("1 march", date(2027, 3, 1), id="day and month"),
        pytest.param("march 1", date(2027, 3, 1), id="month and day"),
        pytest.param("March 1st, 2028", date(2028, 3, 1), id="as Americans write it"),
        pytest.param("1st of march 2028", date(2028, 3, 1), id="as the English say it"),
        pytest.param("23 november", MONDAY, id="today by name is today"),
        pytest.param("22 november", date(2027, 11, 22), id="yesterday by name is next year"),
        pytest.param("29 february", date(2028, 2, 29), id="a leap day waits for a leap year"),
        pytest.param("Q1 2027", date(2027, 1, 1), id="a quarter is its first day"),
        pytest.param("2027-Q2", date(2027, 4, 1), id="a quarter, year first"),
        pytest.param("q4", date(2027, 10, 1), id="the quarter that has begun means the next one"),
        pytest.param("today", MONDAY, id="today"),
        pytest.param("yesterday", date(2026, 11, 22), id="yesterday, where a day may be past"),
        pytest.param("Tomorrow", date(2026, 11, 24), id="tomorrow"),
        pytest.param("friday", date(2026, 11, 27), id="friday"),
        pytest.param("fri,", date(2026, 11, 27), id="fri, with a comma after it"),
        pytest.param("thurs", date(2026, 11, 26), id="thurs"),
        pytest.param("monday", date(2026, 11, 30), id="on a Monday, monday is in a week"),
        pytest.param("next monday", date(2026, 11, 30), id="next monday is the same one"),
        pytest.param("next week", date(2026, 11, 30), id="next week begins on Monday"),
        pytest.param("next month", date(2026, 12, 1), id="next month"),
        pytest.param("next quarter", date(2027, 1, 1), id="next quarter"),
        pytest.param("next year", date(2027, 1, 1), id="next year"),
        pytest.param("in 3 months", date(2027, 2, 23), id="in 3 months"),
        pytest.param("in two weeks", date(2026, 12, 7), id="in two weeks"),
        pytest.param("until March", date(2027, 3, 1), id="until a month"),
        pytest.param("in march", date(2027, 3, 1), id="in a month"),
        pytest.param("by friday", date(2026, 11, 27), id="by a weekday"),
        pytest.param("on 1.3.", date(2027, 3, 1), id="on a day"),
        pytest.param("in\u00a010 days", date(2026, 12, 3), id="in 10 days, as a mail program writes it"),
        pytest.param("in a week", date(2026, 11, 30), id="in a week"),
        pytest.param("3 months", date(2027, 2, 23), id="the word in may be left out"),
        pytest.param("13/1/2027", date(2027, 1, 13), id="slashes that only one reading makes a day of"),
        pytest.param("3/3/2027", date(2027, 3, 3), id="slashes that mean the same both ways"),
        pytest.param("2020-01-01", date(2020, 1, 1), id="a past day, where it makes sense"),
    ],
)
def test_parse_date(text: str, day: date) -> None:
    assert dates.parse_date(text, MONDAY) == day


@pytest.mark.parametrize(
    ("today", "text", "day"),
    [
        pytest.param(date(2027, 1, 31), "in 1 month", date(2027, 2, 28), id="a month after 31 January is 28 February"),
        pytest.param(date(2028, 2, 29), "in 1 year", date(2029, 2, 28), id="a year after a leap day is 28 February"),
        pytest.param(date(2027, 3, 1), "march", date(2028, 3, 1), id="on 1 March, march has begun"),
        pytest.param(date(2027, 2, 28), "march", date(2027, 3, 1), id="on 28 February, march is tomorrow"),
        pytest.param(date(2026, 11, 29), "next week", date(2026, 11, 30), id="on a Sunday, next week is tomorrow"),
        pytest.param(date(2026, 12, 31), "tomorrow", date(2027, 1, 1), id="tomorrow may be another year"),
        pytest.param(date(2026, 11, 27), "next friday", date(2026, 12, 4), id="on a Friday, next friday is clear"),
        pytest.param(date(2027, 1, 1), "q1", date(2028, 1, 1), id="on 1 January, the first quarter has begun"),
        pytest.param(
            date(2026, 12, 31), "next quarter", date(2027, 1, 1), id="on 31 December, next quarter is tomorrow"
        ),
    ],
)
def test_what_a_word_means_depends_on_the_day(today: date, text: str, day: date) -> None:
    assert dates.parse_date(text, today) == day


@pytest.mark.parametrize(
    ("text", "what", "suggestions"),
    [
        pytest.param(
            "3/1/2027", "`3/1/2027` may be 3 January 2027 or 1 March 2027.", ["2027-01-03", "2027-03-01"], id="slashes"
        ),
        pytest.param(
            "3-1-2027", "`3-1-2027` may be 3 January 2027 or 1 March 2027.", ["2027-01-03", "2027-03-01"], id="dashes"
        ),
        pytest.param("3/1", "`3/1` may be 3 January 2027 or 1 March 2027.", ["2027-01-03", "2027-03-01"], id="no year"),
        pytest.param("13/1/27", "The year needs four digits.", ["2027-01-13"], id="slashes and a year of two digits"),
        pytest.param("99/99/2027", "`99/99/2027` is no day of the calendar.", [], id="no day either way"),
        pytest.param("01.03.27", "The year needs four digits.", ["2027-03-01"], id="a year of two digits"),
        pytest.param("1 march 27", "The year needs four digits.", ["2027-03-01"], id="the same with a name"),
        pytest.param("2027-02-30", "February 2027 has 28 days.", ["2027-02-28"], id="30 February"),
        pytest.param("2028-02-30", "February 2028 has 29 days.", ["2028-02-29"], id="30 February of a leap year"),
        pytest.param("june 31", "June 2027 has 30 days.", ["2027-06-30"], id="31 June"),
        pytest.param("2027-13-01", "There is no month 13.", ["2027-01-13"], id="day and month exchanged"),
        pytest.param("2027-00-00", "There is no month 0.", [], id="no month, no day"),
        pytest.param("13.13.2027", "There is no month 13.", [], id="no such month either way"),
        pytest.param(
            "next friday",
            "`next friday` may be 27 November 2026 or 4 December 2026.",
            ["2026-11-27", "2026-12-04"],
            id="next friday on a Monday",
        ),
        pytest.param("2207-03-01", "`2207` is more than 50 years away.", [], id="a slip of the finger"),
        pytest.param("0000-01-01", "`0000` is more than 50 years away.", [], id="the year nothing"),
        pytest.param("in 999999 days", "`in 999999 days` is more than 50 years away.", [], id="beyond our time"),
        pytest.param("in 999999 years", "`in 999999 years` is more than 50 years away.", [], id="beyond the calendar"),
        pytest.param("fryday", "`fryday` is no date.", ["friday"], id="a slip in a word"),
        pytest.param("end of march", "`end of march` is no date.", ["march"], id="a day that is one beside others"),
        pytest.param(
            "27-03-01",
            "`27-03-01` may be 27 March 2001 or 1 March 2027.",
            ["2001-03-27", "2027-03-01"],
            id="ISO cut short",
        ),
        pytest.param("for 3 days", "`for 3 days` is no date.", ["2026-11-30"], id="a length of time"),
        pytest.param("2027 q1 2028", "`2027 q1 2028` is no date.", ["2026-11-30"], id="a quarter of two years"),
        pytest.param("soon", "`soon` is no date.", ["2026-11-30"], id="no date at all"),
        pytest.param("", "Nothing is no date.", ["2026-11-30"], id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, what: str, suggestions: list[str]) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_date(text, MONDAY)
    assert (refused.value.what, list(refused.value.suggestions)) == (what, suggestions)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        pytest.param("2026-03-01", "2027-03-01", id="the same day next year"),
        pytest.param("2024-12-24", "2026-12-24", id="or this year, if it is still to come"),
        pytest.param("2024-02-29", "2027-02-28", id="or nearly the same"),
        pytest.param("2026-11", "2026-11-30", id="the month that runs: its last day"),
        pytest.param("Q4 2026", "2026-12-31", id="the quarter that runs: its last day"),
        pytest.param("Q3 2026", "2027-07-01", id="the quarter that is over: next year's"),
        pytest.param("2026-11-22", "2027-11-22", id="yesterday"),
    ],
)
def test_the_past_is_refused_where_it_makes_no_sense(text: str, guess: str) -> None:
    with pytest.raises(DateError, match="is in the past") as refused:
        dates.parse_date(text, MONDAY, future=True)
    assert refused.value.suggestions == (guess,)
    assert dates.parse_date(guess, MONDAY, future=True).isoformat() == guess


def test_today_is_not_the_past() -> None:
    assert dates.parse_date("2026-11-23", MONDAY, future=True) == MONDAY


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        pytest.param("friday send estimate @kim", date(2026, 11, 27), "send estimate @kim", id="a word and a task"),
        pytest.param("in 3 months no budget yet", date(2027, 2, 23), "no budget yet", id="three words and a reason"),
        pytest.param("1 march 2028 call", date(2028, 3, 1), "call", id="the longest date wins"),
        pytest.param("march they have money", date(2027, 3, 1), "they have money", id="a month and a reason"),
        pytest.param("monday", date(2026, 11, 30), "", id="nothing after it"),
        pytest.param("until 1st of march 2028 no budget", date(2028, 3, 1), "no budget", id="five words and a reason"),
    ],
)
def test_leading_date(text: str, day: date, rest: str) -> None:
    assert dates.leading_date(text.split(), MONDAY, future=True) == (day, tuple(rest.split()))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("3/1/2027 call", "may be 3 January", id="the unclear date is named, not the words after it"),
        pytest.param(
            "30 february call", "February 2027 has 28 days", id="a date that is none is not cut to one that is"
        ),
        pytest.param("call friday", "`call` is no date", id="the date comes first"),
        pytest.param("", "Nothing is no date", id="no words"),
    ],
)
def test_leading_date_is_refused(text: str, what: str) -> None:
    with pytest.raises(DateError, match=what):
        dates.leading_date(text.split(), MONDAY, future=True)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("3 days", date(2026, 11, 26), id="3 days"),
        pytest.param("2 weeks", date(2026, 12, 7), id="2 weeks"),
        pytest.param("1 month", date(2026, 12, 23), id="1 month"),
        pytest.param("for a week", date(2026, 11, 30), id="for a week"),
        pytest.param("3d", date(2026, 11, 26), id="3d"),
    ],
)
def test_parse_duration(text: str, day: date) -> None:
    assert dates.parse_duration(text, MONDAY) == day


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("a while", "`a while` is no length of time.", id="words"),
        pytest.param("0 days", "`0 days` is no time at all.", id="nothing"),
        pytest.param("1000 years", "`1000 years` is more than 50 years away.", id="for ever"),
        pytest.param("-3 days", "`-3 days` is no length of time.", id="backwards"),
    ],
)
def test_a_bad_duration_is_refused(text: str, what: str) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_duration(text, MONDAY)
    assert refused.value.what == what


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2027-03-01", date(2027, 3, 1), id="as salesbot writes it"),
        pytest.param("01.03.2027", date(2027, 3, 1), id="as Germans write it"),
        pytest.param("1 March 2027", date(2027, 3, 1), id="in words"),
        pytest.param("March 1st, 2027", date(2027, 3, 1), id="as Americans write it"),
        pytest.param("2027-03", date(2027, 3, 1), id="a month"),
        pytest.param("Q2 2027", date(2027, 4, 1), id="a quarter"),
        pytest.param("25/12/2027", date(2027, 12, 25), id="with slashes, where only one way makes a day"),
        pytest.param("1987-05-04", date(1987, 5, 4), id="long ago"),
        pytest.param("3/1/2027", None, id="two readings"),
        pytest.param("2027-02-30", None, id="no day of the calendar"),
        pytest.param("0000-01-01", None, id="before there were years"),
        pytest.param("march", None, id="no year: another day for every reader"),
        pytest.param("friday", None, id="no date at all, but a day of every week"),
        pytest.param("in 2000 days", None, id="four digits that are no year"),
        pytest.param("20270301", None, id="digits only"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_day_in_a_description_must_say_its_year(text: str, day: date | None) -> None:
    assert dates.fixed_date(text) == day


@settings(deadline=None)
@given(DAYS, DAYS)
def test_every_day_can_be_written_in_every_way(day: date, today: date) -> None:
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%b %d %Y"):
        assert dates.parse_date(day.strftime(form), today) == day


@settings(deadline=None)
@given(
    DAYS,
    st.sampled_from(["march", "1 march", "q2", "friday", "next week", "next month", "in 2 days", "29 feb", "1.3."]),
)
def test_without_a_year_the_future_is_meant(today: date, text: str) -> None:
    assert dates.parse_date(text, today, future=True) >= today


WORDS = "0 1 3 12 29 31 99 2027 0000 9999 / - . , march may mon friday next in a q1 q9 days months st of"
PIECES = st.sampled_from(WORDS.split())


@settings(deadline=None)
@given(st.text() | st.lists(PIECES, max_size=5).map("".join) | st.lists(PIECES, max_size=5).map(" ".join), DAYS)
def test_any_text_is_read_or_refused(text: str, today: date) -> None:
    for read in (
        dates.parse_date,
        dates.parse_duration,
        lambda words, day: dates.leading_date(words.split(), day),
    ):
        try:
            read(text, today)
        except DateError as error:
            assert error.what  # noqa: PT017


@pytest.mark.parametrize("piece", ["1", "1.", "a", " ", "next ", "`"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    start = time.process_time()
    for read in (dates.parse_date, dates.parse_duration):
        with pytest.raises(DateError):
            read(text, MONDAY)
    assert time.process_time() - start < 0.5
