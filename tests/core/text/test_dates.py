"""Days are read as a sales team writes them, and refused where two people would read two days."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import dates
from salesbot.core.text.dates import DateError, Purpose
from tests import cpu_time

MONDAY = date(2026, 11, 23)
DUE_BY, NOT_BEFORE, ON = Purpose.DUE_BY, Purpose.NOT_BEFORE, Purpose.ON
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
    assert dates.parse_date(text, MONDAY, NOT_BEFORE) == day


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
    assert dates.parse_date(text, today, NOT_BEFORE) == day


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
        pytest.param("99/99/2027", "`99/99/2027` is not a date in the calendar.", [], id="no day either way"),
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
        pytest.param("fryday", "`fryday` is not a date.", ["friday"], id="a slip in a word"),
        pytest.param("end of march or so", "`end of march or so` is not a date.", ["2027-03-31"], id="a word too many"),
        pytest.param(
            "27-03-01",
            "`27-03-01` may be 27 March 2001 or 1 March 2027.",
            ["2001-03-27", "2027-03-01"],
            id="ISO cut short",
        ),
        pytest.param("for 3 days", "`for 3 days` is not a date.", ["2026-11-26"], id="a length of time"),
        pytest.param("2027 q1 2028", "`2027 q1 2028` is not a date.", ["2027-01-01"], id="a quarter of two years"),
        pytest.param("soon", "`soon` is not a date.", [], id="no date at all"),
        pytest.param("", "Nothing is not a date.", [], id="nothing"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, what: str, suggestions: list[str]) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_date(text, MONDAY, ON)
    assert (refused.value.what, list(refused.value.suggestions)) == (what, suggestions)


@pytest.mark.parametrize(
    ("text", "guesses"),
    [
        pytest.param("2026-03-01", ["2027-03-01"], id="the same day next year"),
        pytest.param("2024-12-24", ["2026-12-24"], id="or this year, if it is still to come"),
        pytest.param("2024-02-29", ["2028-02-29"], id="or in the next leap year"),
        pytest.param("2026-11", ["2026-11-30", "2026-12-01"], id="the month that is running: its end, or after it"),
        pytest.param("Q4 2026", ["2026-12-31", "2027-01-01"], id="the quarter that is running"),
        pytest.param("Q3 2026", ["2027-07-01"], id="the quarter that is over: next year's"),
        pytest.param("KW 5 2026", ["2027-02-01"], id="the week that is over: next year's"),
        pytest.param("2026-11-22", ["2027-11-22"], id="yesterday as a date"),
        pytest.param("yesterday", ["2026-11-23", "2026-11-24"], id="yesterday in a word"),
        pytest.param("2026-02-30", ["2027-02-28"], id="a day that does not exist, of a month that is over"),
        pytest.param("3/1/2020", ["2027-01-03", "2027-03-01"], id="two readings, both past"),
        pytest.param("1/12/2026", ["2026-12-01"], id="two readings, one of them past"),
        pytest.param("12.4.15", ["2027-04-12"], id="two digits that would be a year long ago"),
    ],
)
def test_where_a_day_must_be_to_come_only_days_to_come_are_offered(text: str, guesses: list[str]) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_date(text, MONDAY, NOT_BEFORE, future=True)
    assert list(refused.value.suggestions) == guesses
    for guess in guesses:
        assert dates.parse_date(guess, MONDAY, NOT_BEFORE, future=True).isoformat() == guess


@pytest.mark.parametrize(
    ("text", "due_by", "not_before", "on"),
    [
        pytest.param("december", "2026-12-31", "2026-12-01", "2026-12-01", id="the coming month"),
        pytest.param("november", "2026-11-30", "2027-11-01", None, id="the running month"),
        pytest.param("december 2027", "2027-12-31", "2027-12-01", "2027-12-01", id="a month of a year"),
        pytest.param("2027-02", "2027-02-28", "2027-02-01", "2027-02-01", id="a month in digits"),
        pytest.param("03/2027", "2027-03-31", "2027-03-01", "2027-03-01", id="a month in digits, turned round"),
        pytest.param("2028 feb", "2028-02-29", "2028-02-01", "2028-02-01", id="a month after its year"),
        pytest.param("next month", "2026-12-31", "2026-12-01", "2026-12-01", id="next month"),
        pytest.param("this month", "2026-11-30", None, "2026-11-30", id="this month"),
        pytest.param("Q4", "2026-12-31", "2027-10-01", None, id="the running quarter"),
        pytest.param("q1", "2027-03-31", "2027-01-01", "2027-01-01", id="the coming quarter"),
        pytest.param("2nd quarter 2027", "2027-06-30", "2027-04-01", "2027-04-01", id="a quarter in words"),
        pytest.param("this quarter", "2026-12-31", None, "2026-12-31", id="this quarter"),
        pytest.param("H2 2027", "2027-12-31", "2027-07-01", "2027-07-01", id="half a year"),
        pytest.param("2027", "2027-12-31", "2027-01-01", None, id="a year"),
        pytest.param("KW 5", "2027-02-07", "2027-02-01", "2027-02-01", id="a German week"),
        pytest.param("W05", "2027-02-07", "2027-02-01", "2027-02-01", id="an ISO week"),
        pytest.param("week 48", "2026-11-29", "2027-11-29", None, id="the running week"),
        pytest.param("2026-W53", "2027-01-03", "2026-12-28", "2026-12-28", id="a week that ends in the next year"),
        pytest.param("calendar week 1", "2027-01-10", "2027-01-04", "2027-01-04", id="the first week"),
        pytest.param("next week", "2026-12-06", "2026-11-30", "2026-11-30", id="next week"),
        pytest.param("this week", "2026-11-29", "2026-11-23", "2026-11-27", id="this week, on its Monday"),
        pytest.param("end of march", "2027-03-31", "2027-03-31", "2027-03-31", id="the end of a month"),
        pytest.param("end of november", "2026-11-30", "2026-11-30", "2026-11-30", id="the end of the running month"),
        pytest.param("Ende Februar 2028", "2028-02-29", "2028-02-29", "2028-02-29", id="the same in German"),
        pytest.param("end of q1", "2027-03-31", "2027-03-31", "2027-03-31", id="the end of a quarter"),
        pytest.param("end of next month", "2026-12-31", "2026-12-31", "2026-12-31", id="the end of next month"),
        pytest.param("by the end of 2027", "2027-12-31", "2027-12-31", "2027-12-31", id="the end of a year"),
        pytest.param("EOM", "2026-11-30", "2026-11-30", "2026-11-30", id="EOM"),
        pytest.param("eoq", "2026-12-31", "2026-12-31", "2026-12-31", id="EOQ"),
        pytest.param("EOY", "2026-12-31", "2026-12-31", "2026-12-31", id="EOY"),
        pytest.param("eow", "2026-11-29", "2026-11-29", "2026-11-27", id="a next step at the end of the week: Friday"),
        pytest.param("month end", "2026-11-30", "2026-11-30", "2026-11-30", id="month end"),
        pytest.param("Jahresende", "2026-12-31", "2026-12-31", "2026-12-31", id="the end of the year in German"),
        pytest.param("mid march", "2027-03-15", "2027-03-15", "2027-03-15", id="the middle of a month"),
        pytest.param("mid-Q1", "2027-02-15", "2027-02-15", "2027-02-15", id="the middle of a quarter"),
        pytest.param("middle of 2027", "2027-06-30", "2027-06-30", "2027-06-30", id="the middle of a year"),
        pytest.param("beginning of april", "2027-04-01", "2027-04-01", "2027-04-01", id="the beginning of a month"),
        pytest.param("before march", "2027-02-28", "2027-02-28", "2027-02-28", id="before a month"),
        pytest.param("after march", None, "2027-04-01", "2027-04-01", id="after a month"),
        pytest.param("after next week", None, "2026-12-07", "2026-12-07", id="after next week"),
        pytest.param("1 march", "2027-03-01", "2027-03-01", "2027-03-01", id="a day is the same for all"),
        pytest.param("friday", "2026-11-27", "2026-11-27", "2026-11-27", id="a weekday is the same for all"),
        pytest.param("in 2 months", "2027-01-23", "2027-01-23", "2027-01-23", id="a length of time too"),
    ],
)
def test_a_period_means_what_the_field_means(
    text: str, due_by: str | None, not_before: str | None, on: str | None
) -> None:
    for purpose, day in ((DUE_BY, due_by), (NOT_BEFORE, not_before), (ON, on)):
        if day is not None:
            assert dates.parse_date(text, MONDAY, purpose, future=True).isoformat() == day, purpose
        else:
            with pytest.raises(DateError):
                dates.parse_date(text, MONDAY, purpose, future=True)


def test_the_month_that_is_running_is_offered_with_both_readings_for_a_next_step() -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_date("november", MONDAY, ON, future=True)
    assert refused.value.suggestions == ("2026-11-30", "2027-11-01")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("Fri 27 Nov 2026", date(2026, 11, 27), id="as the card writes it"),
        pytest.param("friday, 4 december", date(2026, 12, 4), id="a weekday and a day"),
        pytest.param("Montag, den 1.3.2027", date(2027, 3, 1), id="the same in German"),
        pytest.param("friday next week", date(2026, 12, 4), id="friday next week"),
        pytest.param("next week friday", date(2026, 12, 4), id="next week friday"),
        pytest.param("tuesday in two weeks", date(2026, 12, 8), id="tuesday in two weeks"),
        pytest.param("the 15th", date(2026, 12, 15), id="a day of the month"),
        pytest.param("31st", date(2026, 12, 31), id="a day that this month does not have"),
        pytest.param("day after tomorrow", date(2026, 11, 25), id="the day after tomorrow"),
        pytest.param("\u00fcbermorgen", date(2026, 11, 25), id="the same in German"),
        pytest.param("1. M\u00e4rz 2027", date(2027, 3, 1), id="a month in German"),
        pytest.param("am Freitag", date(2026, 11, 27), id="a weekday in German"),
        pytest.param("in drei Wochen", date(2026, 12, 14), id="a length of time in German"),
        pytest.param("01-MAR-2027", date(2027, 3, 1), id="as Oracle writes it"),
        pytest.param("1/Mar/2027", date(2027, 3, 1), id="as log files write it"),
        pytest.param("2027-Mar-01", date(2027, 3, 1), id="year, month, day"),
        pytest.param("2027-W05-3", date(2027, 2, 3), id="a day of an ISO week"),
        pytest.param(
            "\uff12\uff10\uff12\uff17\uff0f\uff10\uff13\uff0f\uff10\uff11", date(2027, 3, 1), id="full-width digits"
        ),
    ],
)
def test_more_ways_to_write_a_day(text: str, day: date) -> None:
    assert dates.parse_date(text, MONDAY, ON) == day


@pytest.mark.parametrize(
    ("text", "what", "suggestions"),
    [
        pytest.param(
            "monday 4 december", "4 December 2026 is a Friday.", ["2026-12-04", "2026-12-07"], id="not that weekday"
        ),
        pytest.param("week 60", "There is no week 60.", [], id="no such week"),
        pytest.param("2027-W53", "There is no week 53 in 2027.", [], id="a week that this year does not have"),
        pytest.param("13/2027", "There is no month 13.", [], id="no such month"),
        pytest.param("Q1/27", "The year needs four digits.", ["2027-03-31"], id="a quarter and a short year"),
        pytest.param("mar '27", "The year needs four digits.", ["2027-03-31"], id="a month and a short year"),
        pytest.param(
            "Mar-27",
            "`Mar-27` may be 27 March 2027 or 31 March 2027.",
            ["2027-03-27", "2027-03-31"],
            id="as Excel does",
        ),
        pytest.param("end of marhc", "`end of marhc` is not a date.", ["end of march"], id="a slip inside a phrase"),
        pytest.param("12.4", "`12.4` is not a date.", ["12.4."], id="a point is missing"),
        pytest.param(
            "march or april", "`march or april` is not a date.", ["2027-03-31", "2027-04-30"], id="two dates: both"
        ),
        pytest.param("2027-03-01 15:00", "`2027-03-01 15:00` is not a date.", ["2027-03-01"], id="a day has no hour"),
        pytest.param(
            "march if they agree", "`march if they agree` is not a date.", ["2027-03-31"], id="a remark behind it"
        ),
        pytest.param(
            "after march", "`after march` has a start, but no end.", ["2027-04-01"], id="no day by which it is done"
        ),
    ],
)
def test_a_date_is_refused_as_a_whole_with_what_was_meant(text: str, what: str, suggestions: list[str]) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_date(text, MONDAY, DUE_BY, future=True)
    assert (refused.value.what, list(refused.value.suggestions)) == (what, suggestions)


def test_today_is_not_the_past() -> None:
    assert dates.parse_date("2026-11-23", MONDAY, ON, future=True) == MONDAY


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        pytest.param("friday send estimate @kim", date(2026, 11, 27), "send estimate @kim", id="a word and a task"),
        pytest.param("in 3 months no budget yet", date(2027, 2, 23), "no budget yet", id="three words and a reason"),
        pytest.param("1 march 2028 call", date(2028, 3, 1), "call", id="the longest date wins"),
        pytest.param("march they have money", date(2027, 3, 1), "they have money", id="a month and a reason"),
        pytest.param("monday", date(2026, 11, 30), "", id="nothing after it"),
        pytest.param("until 1st of march 2028 no budget", date(2028, 3, 1), "no budget", id="five words and a reason"),
        pytest.param("12.4. 15 Uhr anrufen", date(2027, 4, 12), "15 Uhr anrufen", id="an hour is no year"),
        pytest.param("12 april 10 slides", date(2027, 4, 12), "10 slides", id="a count is no year"),
        pytest.param("3 may 2 pm call", date(2027, 5, 3), "2 pm call", id="nor is an hour before noon"),
        pytest.param("24.12. 9 Uhr call", date(2026, 12, 24), "9 Uhr call", id="nor one digit"),
        pytest.param("april 12 20 chairs", date(2027, 4, 12), "20 chairs", id="nor behind an American date"),
        pytest.param("12 april 1500 flyers", date(2027, 4, 12), "1500 flyers", id="nor is every number of four digits"),
        pytest.param("1 march 10", date(2027, 3, 1), "10", id="nor is a year that is over"),
        pytest.param("monday 9:30 standup", date(2026, 11, 30), "9:30 standup", id="a time of day"),
        pytest.param("2027-03-01T10:00 call", date(2027, 3, 1), "10:00 call", id="a time of day that is joined on"),
        pytest.param("tomorrow at 10 call", date(2026, 11, 24), "at 10 call", id="a time of day in words"),
        pytest.param("friday 4 december call", date(2026, 12, 4), "call", id="a weekday is part of the date"),
        pytest.param("friday next week call", date(2026, 12, 4), "call", id="so is its week"),
        pytest.param("end of next week call", date(2026, 12, 4), "call", id="four words"),
    ],
)
def test_leading_date(text: str, day: date, rest: str) -> None:
    assert dates.leading_date(text.split(), MONDAY, ON, future=True) == (day, tuple(rest.split()))


@pytest.mark.parametrize(
    ("text", "what", "suggestions", "rest"),
    [
        pytest.param(
            "3/1/2027 call",
            "`3/1/2027` may be 3 January 2027 or 1 March 2027.",
            ["2027-01-03", "2027-03-01"],
            "call",
            id="the unclear date is named, not the words after it",
        ),
        pytest.param(
            "30 february call",
            "February 2027 has 28 days.",
            ["2027-02-28"],
            "call",
            id="a date that is none is not cut to one that is",
        ),
        pytest.param(
            "12.4.15 call them", "The year needs four digits.", ["2027-04-12"], "call them", id="a short year joined on"
        ),
        pytest.param("1 march 28", "The year needs four digits.", ["2028-03-01"], "", id="a short year at the end"),
        pytest.param(
            "next friday call",
            "`next friday` may be 27 November 2026 or 4 December 2026.",
            ["2026-11-27", "2026-12-04"],
            "call",
            id="both words of the date are replaced",
        ),
        pytest.param("fryday call", "`fryday` is not a date.", ["friday"], "call", id="a slip"),
        pytest.param(
            "end of marhc send it", "`end` is not a date.", ["end of march"], "send it", id="a slip inside a phrase"
        ),
        pytest.param(
            "call them on friday @kim",
            "`call` is not a date.",
            ["2026-11-27"],
            "call them @kim",
            id="the date comes later",
        ),
        pytest.param("call them", "`call` is not a date.", [], "call them", id="no date at all"),
        pytest.param("", "Nothing is not a date.", [], "", id="no words"),
    ],
)
def test_a_leading_date_is_refused_without_losing_a_word(
    text: str, what: str, suggestions: list[str], rest: str
) -> None:
    with pytest.raises(DateError) as refused:
        dates.leading_date(text.split(), MONDAY, ON, future=True)
    error = refused.value
    assert (error.what, list(error.suggestions), " ".join(error.rest)) == (what, suggestions, rest)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("3 days", date(2026, 11, 26), id="3 days"),
        pytest.param("2 weeks", date(2026, 12, 7), id="2 weeks"),
        pytest.param("1 month", date(2026, 12, 23), id="1 month"),
        pytest.param("for a week", date(2026, 11, 30), id="for a week"),
        pytest.param("3d", date(2026, 11, 26), id="3d"),
        pytest.param("zwei Wochen", date(2026, 12, 7), id="in German"),
        pytest.param("friday", date(2026, 11, 27), id="a weekday"),
        pytest.param("until 1 march", date(2027, 3, 1), id="until a day"),
        pytest.param("until march", date(2027, 3, 1), id="until a month: its first day"),
        pytest.param("bis Freitag", date(2026, 11, 27), id="until a day in German"),
        pytest.param("until next week", date(2026, 11, 30), id="until next week"),
    ],
)
def test_a_snooze_is_a_duration_or_a_date(text: str, day: date) -> None:
    assert dates.parse_snooze(text, MONDAY) == day


@pytest.mark.parametrize(
    ("text", "what", "suggestions"),
    [
        pytest.param("a while", "`a while` is neither a duration nor a date.", [], id="words"),
        pytest.param("3", "`3` is neither a duration nor a date.", ["3 days", "3 weeks"], id="a bare number"),
        pytest.param("fryday", "`fryday` is neither a duration nor a date.", ["friday"], id="a slip"),
        pytest.param("0 days", "`0 days` is not a duration.", ["1 day"], id="nothing"),
        pytest.param("today", "`today` is not a duration.", ["1 day"], id="until today"),
        pytest.param("2025-01-01", "1 January 2025 is in the past.", ["2027-01-01"], id="until a day in the past"),
        pytest.param("1000 years", "`1000 years` is more than 50 years away.", [], id="for ever"),
    ],
)
def test_a_bad_snooze_is_refused(text: str, what: str, suggestions: list[str]) -> None:
    with pytest.raises(DateError) as refused:
        dates.parse_snooze(text, MONDAY)
    assert (refused.value.what, list(refused.value.suggestions)) == (what, suggestions)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2027-03-01", date(2027, 3, 1), id="as salesbot writes it"),
        pytest.param("01.03.2027", date(2027, 3, 1), id="as Germans write it"),
        pytest.param("1 March 2027", date(2027, 3, 1), id="in words"),
        pytest.param("March 1st, 2027", date(2027, 3, 1), id="as Americans write it"),
        pytest.param("2027-03", date(2027, 3, 1), id="a month"),
        pytest.param("Q2 2027", date(2027, 4, 1), id="a quarter"),
        pytest.param("2028-03-04 10:22", date(2028, 3, 4), id="with a time of day"),
        pytest.param("2028-03-04T10:22:00Z", date(2028, 3, 4), id="with a time of day and a zone"),
        pytest.param("3/14/2028, 10:22 AM", date(2028, 3, 14), id="with a time of day as Americans write it"),
        pytest.param("Fri 27 Nov 2026", date(2026, 11, 27), id="as the card writes it"),
        pytest.param("Thu 27 Nov 2026", None, id="a weekday that is another day's"),
        pytest.param("1 march '28", None, id="a year of two digits"),
        pytest.param("end of march", None, id="the end of a month of any year"),
        pytest.param("next month", None, id="next month"),
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
    assert dates.fixed_date(text, NOT_BEFORE) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2027-03", date(2027, 3, 31), id="a month"),
        pytest.param("Q1 2027", date(2027, 3, 31), id="a quarter"),
        pytest.param("2027-W05", date(2027, 2, 7), id="a week"),
        pytest.param("2027", date(2027, 12, 31), id="a year"),
        pytest.param("end of February 2028", date(2028, 2, 29), id="the end of a month"),
        pytest.param("2027-03-01", date(2027, 3, 1), id="a day"),
    ],
)
def test_a_period_in_a_description_is_its_last_day_where_something_is_due(text: str, day: date) -> None:
    assert dates.fixed_date(text, DUE_BY) == day


FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%B %d, %Y", "%b %d %Y", "%a %d %b %Y", "%A, %d %B %Y", "%d-%b-%Y")
PURPOSES = st.sampled_from(Purpose)


@given(DAYS, DAYS, PURPOSES)
def test_every_day_can_be_written_in_every_way(day: date, today: date, purpose: Purpose) -> None:
    for form in FORMS:
        assert dates.parse_date(day.strftime(form), today, purpose) == day
        assert dates.fixed_date(day.strftime(form), purpose) == day


PHRASES = (
    "march|1 march|q2|friday|next week|next month|in 2 days|29 feb|1.3.|eom|end of q1|kw 5|week 53|h2|mid june"
    "|the 31st"
    "|december|this year|3/1|30 february|next friday|12.4.15|1.3.20|Mar-20|yesterday|2019|Q1 2020|friday 13 may"
)


@given(DAYS, st.sampled_from(PHRASES.split("|")), PURPOSES)
def test_where_a_day_must_be_to_come_nothing_that_is_read_or_offered_is_past(
    today: date, text: str, purpose: Purpose
) -> None:
    try:
        assert dates.parse_date(text, today, purpose, future=True) >= today
    except DateError as error:
        for offer in error.suggestions:
            assert dates.parse_date(offer, today, purpose, future=True) >= today


WORDS = (
    "0 1 3 12 29 31 99 2027 0000 9999 / - . , march may mon friday next in a q1 q9 days months st of"
    " end mid kw W05 the after before until this 10:30 '27 fryday EOM week \u0663 \uff13"
)
PIECES = st.sampled_from(WORDS.split())
TEXTS = st.text() | st.lists(PIECES, max_size=6).map("".join) | st.lists(PIECES, max_size=6).map(" ".join)


@given(TEXTS, DAYS, PURPOSES, st.booleans())
def test_any_text_is_read_or_refused(text: str, today: date, purpose: Purpose, future: bool) -> None:
    dates.fixed_date(text, purpose)
    for read in (
        lambda: dates.parse_date(text, today, purpose, future=future),
        lambda: dates.parse_snooze(text, today),
        lambda: dates.leading_date(text.split(), today, purpose, future=future),
    ):
        try:
            read()
        except DateError as error:
            assert error.what  # noqa: PT017


TASKS = st.lists(st.sampled_from(["send", "10", "slides", "15", "Uhr", "2", "pm", "9:30", "@kim", "the", "1500", "x"]))
DATES = "12.4.|12 april|3 may|friday|next friday|2027-03-01|30 february|3/1|fryday|end of march|november|12.4.15"


@given(st.sampled_from(DATES.split("|")), TASKS, DAYS)
def test_a_next_step_loses_no_word_whether_it_is_read_or_refused(when: str, task: list[str], today: date) -> None:
    typed = [*when.split(), "call", *task]
    try:
        _, rest = dates.leading_date(typed, today, ON, future=True)
    except DateError as error:
        rest = error.rest
    assert list(rest) == ["call", *task]


@pytest.mark.parametrize("piece", ["1", "1.", "a", " ", "next ", "`", "mondai ", "1 march ", "end of ", "\uff11"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    with cpu_time.at_most(0.5):
        for read in (
            lambda: dates.parse_date(text, MONDAY, ON),
            lambda: dates.parse_snooze(text, MONDAY),
            lambda: dates.leading_date(text.split(), MONDAY, ON),
        ):
            try:
                read()
            except DateError as error:
                assert error.what  # noqa: PT017
        assert dates.fixed_date(text, ON) is None
