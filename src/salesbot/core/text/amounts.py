"""Amounts: a number, perhaps a unit such as `k` or `Mio`, perhaps a currency, as people write them.

Each word beside the number is read as a whole or refused as a whole, and a refusal offers the amount that was meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType

from salesbot.core.text import markdown
from salesbot.core.text.currencies import DECIMALS, codes
from salesbot.core.text.date_words import ascii_digits
from salesbot.core.text.suggestions import misspelled

LONGEST = 60
"""Characters of an amount; a longer text is none."""
_ABSURD = Decimal(10) ** 12

_UNIT_TABLE = """
k thousand thousands thsd tsd tausend t tys mille grand = 3
m mm million millions mio mil. mill mn mln millionen = 6
bn b billion billions mrd milliarde milliarden mld = 9
lakh lakhs lac = 5
crore crores cr = 7
万 萬 = 4
億 亿 = 8
"""
_UNITS: Mapping[str, int] = MappingProxyType(
    {
        unit: int(power)
        for units, power in (line.split(" = ") for line in _UNIT_TABLE.strip().splitlines())
        for unit in units.split()
    }
)
"""Powers of ten. `t` is a thousand, as in `24 T€`: a trillion is beyond what anybody sells."""
_UNITS_LONGEST_FIRST = sorted(_UNITS, key=len, reverse=True)
_GROUPED_BY_TWO = frozenset(["INR", "PKR", "BDT", "NPR", "LKR"])
"""Currencies of countries that write `12,00,000`."""
# They say how an amount is meant, and change nothing in it.
_REMARK_LIST = """
about ca ca. circa approx approx. approximately around roughly etwa rund ungefähr ungefaehr up to bis zu max max. min
min. just almost nearly over only total budget ~ ≈ + < > ≤ ≥ ± =
net netto gross brutto plus plus. excl excl. excluding exkl exkl. incl incl. including inkl inkl. ex zzgl zzgl.
vat mwst mwst. ust ust. tax taxes
"""
_REMARKS = frozenset(_REMARK_LIST.split())

_NUMBER = re.compile(r"[0-9](?:[0-9.,' ]*[0-9])?")
_GROUPED = re.compile(r"((?!0)[0-9]{1,3}([.,' ])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
_BY_TWO = re.compile(r"([1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.([0-9]{1,2}))?")
_SIMPLE = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_NO_CENTS = re.compile("^[.,:]?[-\u2013\u2014]{1,2}(?=\\s|$|[^\\s0-9-])")
_MINUS = re.compile("[-\u2013\u2212(]\\s*\\S{0,4}\\s*$")
_RANGE = re.compile("[-\u2013\u2014/\u2026]|\\.{2,3}|\\b(?:to|till|until|bis|or|oder|and|und)\\b", re.IGNORECASE)
_BEFORE_RANGE = re.compile(r"\b(?:between|from|zwischen|von)\b", re.IGNORECASE)
_APART = re.compile(r"[~≈+<>≤≥±=]|(?<=[^\W\d_]|[€$£¥])(?=/)")
"""Where words part that stand close together: `10k+`, `2k/month`."""


class MoneyError(ValueError):
    """An amount that cannot be taken as written: what is wrong, and the amounts that were perhaps meant."""

    def __init__(self, what: str, *suggestions: str) -> None:
        super().__init__(what)
        self.what = what
        self.suggestions = suggestions


@dataclass(frozen=True)
class _Words:
    """What the words beside a number mean."""

    power: int = 0
    currencies: tuple[str, ...] = ()
    """As written."""
    remarks: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read(text: str, default_currency: str) -> tuple[Decimal, str]:
    """Read an amount and the code of its currency. Raises MoneyError."""
    plain = _plain(text)
    numbers = list(_NUMBER.finditer(plain))
    if not numbers or len(plain) > LONGEST:
        raise _unreadable(plain)
    if len(numbers) > 1:
        raise _several(plain, numbers, default_currency)
    before, after = _APART.sub(r" \g<0> ", plain[: numbers[0].start()]), _NO_CENTS.sub("", plain[numbers[0].end() :])
    if _MINUS.search(before):
        raise MoneyError("An amount of money cannot be negative.", *_meant(plain.translate(_NO_SIGN), default_currency))
    words = _sorted_out(before.split() + _APART.sub(r" \g<0> ", after).split())
    if words.unknown or words.remarks:
        raise _wrong_word(numbers[0][0], words, default_currency)
    return _exact(numbers[0][0], words, _currency(numbers[0][0], words, default_currency))


def read_range(text: str, default_currency: str) -> tuple[Decimal, Decimal, str]:
    """Read an amount or a range of two, `20-30k EUR`, and the code of its currency. Raises MoneyError."""
    plain = _plain(text)
    numbers = list(_NUMBER.finditer(plain))
    if len(numbers) != 2 or len(plain) > LONGEST:
        amount, currency = read(text, default_currency)
        return amount, amount, currency
    first, second = _ends(plain, numbers)
    for words in (first, second):
        if words.remarks:
            raise MoneyError(f"{markdown.code(' '.join(words.remarks))} is not part of an amount.")
    low, high = (
        _exact(number[0], words, _currency(number[0], words, default_currency))
        for number, words in zip(numbers, (first, second), strict=True)
    )
    if low[1] != high[1]:
        raise MoneyError(f"{low[1]} and {high[1]} are two currencies.")
    return low[0], high[0], low[1]


def number(digits: str) -> Decimal:
    """Read a number that is not money, such as `4`, `2.5` or `1,5`. Raises MoneyError."""
    if re.fullmatch("[1-9][0-9]{0,2}[.,][0-9]{3}", digits):
        raise MoneyError(f"{markdown.code(digits)} can be read in two ways.", re.sub("[.,]", "", digits), digits[:-1])
    try:
        return _amount(digits, 0, "EUR")
    except MoneyError as error:
        raise MoneyError(error.what) from None


_NO_SIGN = str.maketrans("-\u2013\u2212()", "     ")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round to the decimals of a currency, halves away from zero."""
    return amount.quantize(_unit(currency), ROUND_HALF_UP)


@cache
def _unit(currency: str) -> Decimal:
    """The smallest amount of a currency, e.g. 0.01."""
    return Decimal(1).scaleb(-DECIMALS[currency])


def written(amount: Decimal, currency: str) -> str:
    """Write an amount, unrounded, so that it is read as the same one whatever the default currency is."""
    digits = f"{amount.normalize():f}"
    # Three digits after a point would be read as thousands.
    return f"{digits}{'0' if re.search('[.]...$', digits) else ''} {currency}"


def _plain(text: str) -> str:
    quotes = re.sub("[\u2018\u2019`\u00b4]", "'", markdown.one_line(text))
    return ascii_digits(quotes).replace("\uffe5", "\u00a5").replace("\uffe1", "\u00a3")


def _unreadable(plain: str) -> MoneyError:
    shown = markdown.code(plain[:LONGEST])
    return MoneyError(f"{shown} cannot be read as an amount." if shown else "There is no amount.")


def _sorted_out(words: Sequence[str]) -> _Words:
    """Read each word as a unit, a currency, or a unit and a currency together; what is none of them is named."""
    power = 0
    currencies: list[str] = []
    remarks: list[str] = []
    unknown: list[str] = []
    for word in words:
        unit, currency = _taken_apart(word)
        if (unit and power) or (unit is None and currency is None):
            (remarks if word.lower() in _REMARKS else unknown).append(word)
            continue
        power = power or (_UNITS[unit] if unit else 0)
        currencies += [currency] if currency else []
    return _Words(power, tuple(currencies), tuple(remarks), tuple(unknown))


def _taken_apart(word: str) -> tuple[str | None, str | None]:
    """Split `kEUR` into unit and currency; a word that is a currency as a whole, such as `kr` or `MXN`, is one."""
    folded = word.lower()
    if not word:
        return None, None
    if codes(word):
        return None, word
    if folded in _UNITS or folded.rstrip(".") in _UNITS:
        return folded if folded in _UNITS else folded.rstrip("."), None
    if folded[-1] in ".,;:!":
        return _taken_apart(word[:-1])
    for unit in _UNITS_LONGEST_FIRST:
        rest = word[len(unit) :].lstrip(".")
        if folded.startswith(unit) and codes(rest):
            return unit, rest
        if folded.endswith(unit) and codes(word[: -len(unit)]):
            return unit, word[: -len(unit)]
    return None, None


def _currency(digits: str, words: _Words, default: str) -> str:
    meant = [codes(word) for word in words.currencies]
    chosen = [code for code in meant[0] if all(code in each for each in meant)] if meant else [default]
    if not chosen:
        named = " and ".join(map(markdown.code, words.currencies))
        raise MoneyError(f"{named} are two currencies.", *_in_each(digits, words, [each[0] for each in meant]))
    if default not in chosen and chosen[0] == "?":
        what = f"{markdown.code(words.currencies[0])} may mean {', '.join(chosen[1:])}."
        raise MoneyError(what, *_in_each(digits, words, chosen[1:]))
    return default if default in chosen else chosen[0]


def _in_each(digits: str, words: _Words, currencies: Sequence[str]) -> list[str]:
    """Write an amount in each of some currencies, as far as it can be read."""
    found: list[str] = []
    for currency in currencies:
        try:
            found.append(written(*_exact(digits, words, currency)))
        except MoneyError as error:
            found += error.suggestions
    return found


def _meant(text: str, default: str) -> tuple[str, ...]:
    """Guess what was meant by a text without what is wrong in it."""
    try:
        return (written(*read(text, default)),)
    except MoneyError as error:
        return error.suggestions


def _wrong_word(digits: str, words: _Words, default: str) -> MoneyError:
    """Refuse words that are not part of an amount. What an unknown one means nobody knows, unless it is misspelled."""
    if not words.unknown:
        what = f"{markdown.code(' '.join(words.remarks))} is not part of an amount."
        return MoneyError(what, *_meant_with(digits, words, default))
    what = f"{markdown.code(' '.join(words.unknown))} is neither a unit nor a currency."
    known = [unit for unit in _UNITS if len(unit) > 4]
    right = [misspelled(word.lower().rstrip("."), known) for word in words.unknown]
    if len(right) != 1 or right[0] is None or words.power:
        return MoneyError(what)
    return MoneyError(what, *_meant_with(digits, _Words(_UNITS[right[0]], words.currencies), default))


def _meant_with(digits: str, words: _Words, default: str) -> list[str]:
    try:
        return _in_each(digits, words, [_currency(digits, words, default)])
    except MoneyError as error:
        return list(error.suggestions)


def _several(plain: str, numbers: Sequence[re.Match[str]], default: str) -> MoneyError:
    """Refuse a range, and name both of its ends: a deal has one value."""
    if len(numbers) > 2:
        return _unreadable(plain)
    try:
        first, second = _ends(plain, numbers)
    except MoneyError as error:
        return error
    offered = [*_meant_with(numbers[0][0], first, default), *_meant_with(numbers[1][0], second, default)]
    what = f"{markdown.code(plain)} is a range, and a deal has one value."
    return MoneyError(what, *dict.fromkeys(offered))


def _ends(plain: str, numbers: Sequence[re.Match[str]]) -> tuple[_Words, _Words]:
    """Read the words beside both numbers of a range. In `20-30k EUR` the unit and the currency are meant for both."""
    before, after = plain[: numbers[0].start()], plain[numbers[1].end() :]
    between = plain[numbers[0].end() : numbers[1].start()]
    low = _sorted_out(_without_range(before).split() + _without_range(between).split())
    high = _sorted_out(after.split())
    if not _RANGE.search(between) or low.unknown or high.unknown:
        raise _unreadable(plain)
    power = high.power or (low.power if not after.strip() else 0)
    return (
        _Words(low.power or high.power, low.currencies or high.currencies, low.remarks),
        _Words(power, high.currencies or low.currencies, high.remarks),
    )


def _without_range(text: str) -> str:
    return _RANGE.sub(" ", _BEFORE_RANGE.sub(" ", text))


def _exact(digits: str, words: _Words, currency: str) -> tuple[Decimal, str]:
    amount = _amount(digits, words.power, currency).scaleb(words.power)
    if amount >= _ABSURD:
        raise MoneyError("An amount of money has at most twelve digits.")
    if amount != rounded(amount, currency):
        what = f"{currency} has {DECIMALS[currency] or 'no'} decimals."
        raise MoneyError(what, written(rounded(amount, currency), currency))
    return amount, currency


def _amount(digits: str, power: int, currency: str) -> Decimal:
    """Read the number as it is before its unit."""
    grouped, simple = _GROUPED.fullmatch(digits), _SIMPLE.fullmatch(digits)
    by_two = _BY_TWO.fullmatch(digits) if currency in _GROUPED_BY_TWO else None
    if grouped and not (power and simple):
        return Decimal(f"{_bare(grouped[1])}.{grouped[3] or 0}")
    if by_two:
        return Decimal(f"{_bare(by_two[1])}.{by_two[2] or 0}")
    if not simple:
        raise _no_number(digits, power, currency)
    whole, part = simple[1], simple[2] or "0"
    if _is_unclear(whole, part, power, currency):
        raise _two_readings(digits, int(_bare(digits)) * 10**power, Decimal(f"{whole}.{part}").scaleb(power), currency)
    return Decimal(f"{whole}.{part}")


def _bare(digits: str) -> str:
    return re.sub("[^0-9]", "", digits)


def _is_unclear(whole: str, part: str, power: int, currency: str) -> bool:
    """Say whether a separator may be one of thousands, or a slip. Of `12,5000` nobody knows which sign is wrong.

    Databases write all decimals they have: `24000.000000`. Where no thousands can be meant, that has one reading.
    """
    if not power and DECIMALS[currency] >= 3:
        return False
    if len(part) < 3 or (power and len(part) != 3):
        return False
    if not power and not part.strip("0") and (len(part) != 3 or len(whole) > 3 or whole == "0"):
        return False
    return bool(power) or len(whole) <= 3 or bool(part[2:].strip("0"))


def _no_number(digits: str, power: int, currency: str) -> MoneyError:
    """Refuse separators that nobody uses so; the last one may have been a decimal point."""
    readings = [Decimal(_bare(digits))]
    cents = re.fullmatch(r"(.*[0-9])[.,]([0-9]{1,2})", digits)
    if cents and re.fullmatch(r"[0-9]{1,3}(?:([.,' ])[0-9]{3})(?:\1[0-9]{3})*", cents[1]):
        readings.insert(0, Decimal(f"{_bare(cents[1])}.{cents[2]}"))
    offered = [written(reading.scaleb(power), currency) for reading in readings if reading.scaleb(power) < _ABSURD]
    return MoneyError(f"{markdown.code(digits)} is not a number.", *offered)


def _two_readings(digits: str, thousands: int, decimals: Decimal, currency: str) -> MoneyError:
    readings = [Decimal(thousands), rounded(decimals, currency)]
    offered = [written(reading, currency) for reading in readings if reading < _ABSURD]
    return MoneyError(f"{markdown.code(digits)} can be read in two ways.", *offered)
