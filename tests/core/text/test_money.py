"""Amounts are read as a sales team writes them, added exactly, and rounded only to be shown."""

from __future__ import annotations

from decimal import Decimal

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text.money import DECIMALS, Money, MoneyError
from tests import cpu_time

CURRENCIES = st.sampled_from(sorted(DECIMALS))


def money(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


@st.composite
def amounts(draw: st.DrawFn) -> Money:
    currency = draw(CURRENCIES)
    units = draw(st.integers(0, 10 ** (12 + DECIMALS[currency]) - 1))
    return Money(Decimal(units).scaleb(-DECIMALS[currency]), currency)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("12000", money("12000"), id="bare digits are the configured currency"),
        pytest.param("12k EUR", money("12000"), id="12k EUR"),
        pytest.param("24k", money("24000"), id="24k"),
        pytest.param("1.5m", money("1500000"), id="one and a half million"),
        pytest.param("1,5M €", money("1500000"), id="the same in German"),
        pytest.param("€12,000.50", money("12000.50"), id="English, with cents"),
        pytest.param("12.000,50 EUR", money("12000.50"), id="German, with cents"),
        pytest.param("12 000", money("12000"), id="French"),
        pytest.param("12\u202f000,50\u00a0€", money("12000.50"), id="French as word processors write it"),
        pytest.param("12'000", money("12000"), id="Swiss"),
        pytest.param("12\u2019000.50 chf", money("12000.50", "CHF"), id="Swiss as a phone writes it"),
        pytest.param("USD 5k", money("5000", "USD"), id="the currency first"),
        pytest.param("12.000", money("12000"), id="three digits after one point are thousands"),
        pytest.param("12,000", money("12000"), id="three digits after one comma are thousands"),
        pytest.param("1.234.567,8", money("1234567.8"), id="several groups"),
        pytest.param("12.5", money("12.50"), id="one digit after a point are tenths"),
        pytest.param("12,50", money("12.50"), id="two digits after a comma are cents"),
        pytest.param("12.000,- €", money("12000"), id="a dash for no cents"),
        pytest.param("12kEUR", money("12000"), id="no space at all"),
        pytest.param("12 k€", money("12000"), id="thousands of euros"),
        pytest.param("5 MXN", money("5", "MXN"), id="a currency that begins with M is no million"),
        pytest.param("5 KRW", money("5", "KRW"), id="a currency that begins with K is no thousand"),
        pytest.param("£5", money("5", "GBP"), id="pounds"),
        pytest.param("€5 EUR", money("5"), id="the same currency twice"),
        pytest.param("$5 CAD", money("5", "CAD"), id="a dollar sign made precise"),
        pytest.param("5 Euro", money("5"), id="the currency in words"),
        pytest.param("$5", money("5", "USD"), id="a dollar is the American one"),
        pytest.param("0", money("0"), id="nothing is an amount"),
        pytest.param("999999999999", money("999999999999"), id="twelve digits are the most"),
        pytest.param("1,2 Mio", money("1200000"), id="millions in German"),
        pytest.param("1.2 million", money("1200000"), id="millions in English"),
        pytest.param("2.5 MM", money("2500000"), id="millions as bankers write them"),
        pytest.param("3 mln z\u0142", money("3000000", "PLN"), id="millions in Polish"),
        pytest.param("24 tsd", money("24000"), id="thousands in German"),
        pytest.param("24 Tsd. EUR", money("24000"), id="thousands with a point"),
        pytest.param("24 T\u20ac", money("24000"), id="thousands of euros in German"),
        pytest.param("TEUR 24", money("24000"), id="the same, first"),
        pytest.param("24 thousand", money("24000"), id="thousands in English"),
        pytest.param("1 Mrd", money("1000000000"), id="a milliard"),
        pytest.param("1.5bn USD", money("1500000000", "USD"), id="a billion"),
        pytest.param("1.2Mio.\u20ac", money("1200000"), id="unit and currency in one word"),
        pytest.param("5 lakh INR", money("500000", "INR"), id="a lakh"),
        pytest.param("120\u4e07\u5186", money("1200000", "JPY"), id="ten thousands of yen"),
        pytest.param("24000 EUR.", money("24000"), id="a full stop ends the sentence"),
        pytest.param("24000.000000", money("24000"), id="all zeros of a database"),
        pytest.param("5000.0000", money("5000"), id="four zeros"),
        pytest.param("0.0000", money("0"), id="nothing, with four zeros"),
        pytest.param("0.000", money("0"), id="nothing, with three"),
        pytest.param("1.0000", money("1"), id="one, with four zeros"),
        pytest.param("12345.000", money("12345"), id="three zeros that part no thousands"),
        pytest.param("24000,000000", money("24000"), id="zeros behind a comma"),
        pytest.param("24000.500000", money("24000.5"), id="zeros behind a cent"),
        pytest.param("CHF 12'000.-", money("12000", "CHF"), id="Swiss, with a dash for no cents"),
        pytest.param("\u20b912,00,000", money("1200000", "INR"), id="Indian groups"),
        pytest.param("INR 1,23,45,678.50", money("12345678.5", "INR"), id="Indian groups with paise"),
        pytest.param("R$ 1.234,56", money("1234.56", "BRL"), id="Brazilian"),
        pytest.param("\uffe5\uff11\uff12\uff0c\uff10\uff10\uff10", money("12000", "JPY"), id="full width"),
        pytest.param("12\u2009000,50 \u20ac", money("12000.50"), id="a thin space"),
        pytest.param("12,000.00 JPY", money("12000", "JPY"), id="yen from a database"),
        pytest.param("1.2340 KWD", money("1.234", "KWD"), id="three decimals where the currency has them"),
    ],
)
def test_parse(text: str, read: Money) -> None:
    assert Money.parse(text, "EUR") == read


@pytest.mark.parametrize(
    ("text", "configured", "currency"),
    [
        pytest.param("$5", "CAD", "CAD", id="in Canada a dollar is Canadian"),
        pytest.param("5 dollars", "AUD", "AUD", id="in Australia too, in words"),
        pytest.param("¥5", "CNY", "CNY", id="in China a yen sign is a yuan"),
        pytest.param("¥5", "EUR", "JPY", id="elsewhere it is a yen"),
        pytest.param("5 kr", "SEK", "SEK", id="in Sweden a crown is Swedish"),
        pytest.param("12 000:-", "SEK", "SEK", id="in Sweden a dash may follow a colon"),
        pytest.param("kr. 12.000,-", "DKK", "DKK", id="in Denmark the crown comes first"),
        pytest.param("12,00,000", "INR", "INR", id="in India groups have two digits"),
        pytest.param("Rs. 500", "PKR", "PKR", id="in Pakistan a rupee is Pakistani"),
        pytest.param("5k", "USD", "USD", id="no sign is the configured currency"),
    ],
)
def test_a_sign_means_the_configured_currency_if_it_can(text: str, configured: str, currency: str) -> None:
    assert Money.parse(text, configured).currency == currency


@pytest.mark.parametrize(
    ("text", "what", "suggestions"),
    [
        pytest.param("", "There is no amount.", [], id="nothing"),
        pytest.param("a lot", "`a lot` cannot be read as an amount.", [], id="words"),
        pytest.param("twelve thousand", "`twelve thousand` cannot be read as an amount.", [], id="a number in words"),
        pytest.param("3 x 12000", "`3 x 12000` cannot be read as an amount.", [], id="a calculation"),
        pytest.param("about 12k", "`about` is not part of an amount.", ["12000 EUR"], id="a word before the number"),
        pytest.param("ca. 20k", "`ca.` is not part of an amount.", ["20000 EUR"], id="circa"),
        pytest.param("~20k", "`~` is not part of an amount.", ["20000 EUR"], id="a sign before the number"),
        pytest.param("24k net", "`net` is not part of an amount.", ["24000 EUR"], id="net"),
        pytest.param("24k EUR plus VAT", "`plus VAT` is not part of an amount.", ["24000 EUR"], id="plus VAT"),
        pytest.param("$1.5M gross", "`gross` is not part of an amount.", ["1500000 USD"], id="gross, in dollars"),
        pytest.param("10k+", "`+` is not part of an amount.", ["10000 EUR"], id="at least"),
        pytest.param(
            "2k/month", "`/month` is neither a unit nor a currency.", [], id="by month: nobody knows how long"
        ),
        pytest.param("24 foo", "`foo` is neither a unit nor a currency.", [], id="a word nobody knows"),
        pytest.param("24 mixe", "`mixe` is neither a unit nor a currency.", [], id="a word that begins like a unit"),
        pytest.param(
            "1,2 milion", "`milion` is neither a unit nor a currency.", ["1200000 EUR"], id="a slip in a unit"
        ),
        pytest.param(
            "24 thousnd USD",
            "`thousnd` is neither a unit nor a currency.",
            ["24000 USD"],
            id="a slip before a currency",
        ),
        pytest.param("12\u00b2", "`\u00b2` is neither a unit nor a currency.", [], id="a small two is no digit"),
        pytest.param(
            "5 " + "a" * 99, f"`5 {'a' * 58}` cannot be read as an amount.", [], id="a novel, of which a line is enough"
        ),
        pytest.param(
            "20-30k", "`20-30k` is a range, and a deal has one value.", ["20000 EUR", "30000 EUR"], id="a range"
        ),
        pytest.param(
            "12k - 15k",
            "`12k - 15k` is a range, and a deal has one value.",
            ["12000 EUR", "15000 EUR"],
            id="a range with two units",
        ),
        pytest.param(
            "between 1 and 1.5 Mio USD",
            "`between 1 and 1.5 Mio USD` is a range, and a deal has one value.",
            ["1000000 USD", "1500000 USD"],
            id="a range in words",
        ),
        pytest.param(
            "20 bis 30 Tsd. \u20ac",
            "`20 bis 30 Tsd. \u20ac` is a range, and a deal has one value.",
            ["20000 EUR", "30000 EUR"],
            id="a range in German",
        ),
        pytest.param("12000 ABC", "`ABC` is neither a unit nor a currency.", [], id="a currency nobody has"),
        pytest.param("5 XAU", "`XAU` is neither a unit nor a currency.", [], id="gold"),
        pytest.param("\u20ac5 USD", "`\u20ac` and `USD` are two currencies.", ["5 EUR", "5 USD"], id="two currencies"),
        pytest.param(
            "5 kr",
            "`kr` may mean SEK, NOK, DKK, ISK.",
            ["5 SEK", "5 NOK", "5 DKK", "5 ISK"],
            id="crowns, where none is configured",
        ),
        pytest.param("\u20ac\u2212500", "An amount of money cannot be negative.", ["500 EUR"], id="negative in print"),
        pytest.param("-24k", "An amount of money cannot be negative.", ["24000 EUR"], id="negative"),
        pytest.param("(1,200)", "An amount of money cannot be negative.", ["1200 EUR"], id="as accountants write it"),
        pytest.param("1000000m", "An amount of money has at most twelve digits.", [], id="thirteen digits"),
        pytest.param("9" * 20, "An amount of money has at most twelve digits.", [], id="twenty digits"),
        pytest.param("9" * 4301, f"`{'9' * 60}` cannot be read as an amount.", [], id="more digits than Python reads"),
        pytest.param(
            "1234.567",
            "`1234.567` can be read in two ways.",
            ["1234567 EUR", "1234.57 EUR"],
            id="three digits after a point that cannot part thousands",
        ),
        pytest.param("0.500", "`0.500` can be read in two ways.", ["500 EUR", "0.5 EUR"], id="a half or five hundred"),
        pytest.param("1.500k", "`1.500` can be read in two ways.", ["1500000 EUR", "1500 EUR"], id="1.500k"),
        pytest.param(
            "1.2345", "`1.2345` can be read in two ways.", ["12345 EUR", "1.23 EUR"], id="four digits after it"
        ),
        pytest.param(
            "12,5000",
            "`12,5000` can be read in two ways.",
            ["125000 EUR", "12.5 EUR"],
            id="a slip in a digit or in the comma",
        ),
        pytest.param("1.234567k", "EUR has 2 decimals.", ["1234.57 EUR"], id="more decimals than the currency has"),
        pytest.param("5.5 JPY", "JPY has no decimals.", ["6 JPY"], id="decimals of a currency without"),
        pytest.param(
            "12.000.50",
            "`12.000.50` is not a number.",
            ["12000.5 EUR", "1200050 EUR"],
            id="one separator for two things",
        ),
        pytest.param(
            "12 000'000", "`12 000'000` is not a number.", ["12000000 EUR"], id="two separators for one thing"
        ),
        pytest.param("1,23,456", "`1,23,456` is not a number.", ["123456 EUR"], id="groups of two"),
        pytest.param("@ann 5", "`@ann` is neither a unit nor a currency.", [], id="an error pings nobody"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, what: str, suggestions: list[str]) -> None:
    with pytest.raises(MoneyError) as refused:
        Money.parse(text, "EUR")
    assert (refused.value.what, list(refused.value.suggestions)) == (what, suggestions)
    assert all(Money.parse(suggestion, "EUR").machine() == suggestion for suggestion in suggestions)


@pytest.mark.parametrize(
    ("amount", "written", "json", "machine"),
    [
        pytest.param(money("38000"), "38,000 EUR", "38000.00", "38000 EUR", id="no cents, none shown"),
        pytest.param(money("12000.5"), "12,000.50 EUR", "12000.50", "12000.5 EUR", id="cents shown in full"),
        pytest.param(money("0.005"), "0.01 EUR", "0.01", "0.0050 EUR", id="half a cent is shown as one"),
        pytest.param(money("-0.005"), "-0.01 EUR", "-0.01", "-0.0050 EUR", id="half a cent lost as well"),
        pytest.param(money("1500.5", "JPY"), "1,501 JPY", "1501", "1500.5 JPY", id="yen have no decimals"),
        pytest.param(money("1.234", "KWD"), "1.234 KWD", "1.234", "1.2340 KWD", id="dinars have three"),
        pytest.param(money("1E+3"), "1,000 EUR", "1000.00", "1000 EUR", id="never in powers of ten"),
    ],
)
def test_written_forms(amount: Money, written: str, json: str, machine: str) -> None:
    assert (str(amount), str(amount.rounded), amount.machine()) == (written, json, machine)


@given(amounts(), CURRENCIES)
def test_a_body_keeps_an_amount_exactly(amount: Money, configured: str) -> None:
    assert Money.parse(amount.machine(), configured) == amount


@given(amounts())
def test_what_is_shown_can_be_typed_again(amount: Money) -> None:
    if DECIMALS[amount.currency] != 3:
        assert Money.parse(str(amount), "EUR") == amount


@given(st.lists(st.integers(0, 10**14), max_size=50), st.integers(0, 100))
def test_sums_and_weights_lose_no_cent(cents: list[int], percent: int) -> None:
    values = [Money(Decimal(cent).scaleb(-2), "EUR") for cent in cents]
    total = sum((value.weighted(percent) for value in values), Money(Decimal(0), "EUR"))
    assert total.amount * 10_000 == sum(cents) * percent
    assert sorted(values, reverse=True) == sorted(values, key=lambda value: -value.amount)


def test_a_difference_may_be_negative() -> None:
    assert money("5") - money("7") == money("-2")


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(ValueError, match="EUR and USD do not add up"):
        money("1") + money("1", "USD")


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        pytest.param("1", "XXX", id="what ISO 4217 writes for no currency"),
        pytest.param("1", "eur", id="a currency in small letters"),
        pytest.param("NaN", "EUR", id="no number"),
    ],
)
def test_money_is_an_amount_of_a_currency(amount: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        money(amount, currency)


def test_every_currency_is_in_the_table() -> None:
    published = {code: str(row["CcyMnrUnts"]) for code, row in iso4217.raw_table.items() if code}
    assert {code: int(units) for code, units in published.items() if units.isdigit()} == dict(DECIMALS)


@given(st.text() | st.text("0123456789.,' kKmM€$EURSDX-()", max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert 0 <= Money.parse(text, "EUR").amount < 10**12
    except MoneyError as error:
        assert error.what  # noqa: PT017


UNITS = st.sampled_from(["k", "tsd.", "Tsd", "thousand", "Mio", "mio.", "million", "MM", "Mrd", "bn", "T", "lakh"])
BESIDE = st.sampled_from(["", " ", "\u00a0", "\u202f"])


@given(st.integers(1, 999), UNITS, BESIDE, st.sampled_from(["", "EUR", "USD", "CHF"]))
def test_a_unit_is_read_as_a_whole_word_beside_any_currency(count: int, unit: str, space: str, code: str) -> None:
    read = Money.parse(f"{count}{space}{unit} {code}", "EUR")
    power = {"k": 3, "t": 3, "m": 6, "b": 9, "l": 5}[unit[0].lower()] if unit != "Mrd" else 9
    assert read == Money(Decimal(count).scaleb(power), code or "EUR")
    if code:
        assert Money.parse(f"{code} {count}{space}{unit}", "EUR") == read


@given(st.text() | st.text("0123456789.,' kKmMTtio-net\u20ac$EURSDX", max_size=20))
def test_each_amount_that_is_offered_is_read_as_it_is(text: str) -> None:
    try:
        Money.parse(text, "EUR")
    except MoneyError as error:
        for offer in error.suggestions:
            assert Money.parse(offer, "EUR").machine() == offer


@pytest.mark.parametrize("piece", ["1", "1,", "1 ", "€", " ", "`", "-", "\uff11"])
def test_hostile_text_takes_no_time(piece: str) -> None:
    with cpu_time.at_most(0.5), pytest.raises(MoneyError):
        Money.parse((piece * 65_536)[:65_536], "EUR")
