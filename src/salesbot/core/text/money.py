"""Money: exact amounts with a currency, as people write them, as the bot prints them, as a body keeps them.

Knows ISO 4217. Knows no exchange rates: amounts of two currencies are never added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from salesbot.core.text import markdown

# ISO 4217, published 2026-01-01: the codes with minor units, so without metals, units of account and test codes.
_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY"
    " COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS"
    " INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR"
    " MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP"
    " STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS: Mapping[str, int] = MappingProxyType(
    {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}
)
"""How many decimals each currency has."""

# What people write instead of a code, and what it may mean. Of several it is the configured currency if that is among
# them, else the first; after "?" nothing is guessed.
_SIGN_TABLE = """
€ euro euros = EUR
$ dollar dollars = USD AUD BBD BMD BND BSD BZD CAD FJD GYD HKD JMD KYD LRD NAD NZD SBD SGD SRD TTD TWD XCD
us$ = USD
a$ = AUD
c$ ca$ = CAD
nz$ = NZD
hk$ = HKD
s$ = SGD
r$ = BRL
£ = GBP EGP FKP GIP SHP SSP SYP
¥ = JPY CNY
kr kr. = ? SEK NOK DKK ISK
fr. sfr. franken = CHF
zł = PLN
kč = CZK
₹ = INR
₩ = KRW KPW
₽ = RUB
₺ = TRY
₴ = UAH
₪ = ILS
₫ = VND
₱ = PHP
฿ = THB
₦ = NGN
"""
_SIGNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        sign: tuple(codes.split())
        for signs, codes in (line.split(" = ") for line in _SIGN_TABLE.strip().splitlines())
        for sign in signs.split()
    }
)
_TIMES = MappingProxyType({"k": 3, "m": 6})
_ABSURD = Decimal(10) ** 12
_LONGEST = 60

_NUMBER = re.compile(r"[0-9](?:[0-9.,' ]*[0-9])?")
_GROUPED = re.compile(r"((?!0)[0-9]{1,3}([.,' ])[0-9]{3}(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
_SIMPLE = re.compile(r"([0-9]+)(?:[.,]([0-9]+))?")
_NO_CENTS = re.compile("^[.,][-\u2013\u2014]{1,2}")


class MoneyError(ValueError):
    """An amount that cannot be taken as written: what is wrong, and amounts that would be right instead."""

    def __init__(self, what: str, *suggestions: str) -> None:
        super().__init__(what)
        self.what = what
        self.suggestions = suggestions


@dataclass(frozen=True)
class Money:
    """An exact amount of one currency, named by its ISO 4217 code. Raises MoneyError for any other code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DECIMALS:
            raise MoneyError(f"{markdown.code(self.currency[:_LONGEST])} is no currency.")
        if not self.amount.is_finite():
            raise MoneyError(f"{self.amount} is no amount of money.")

    @classmethod
    def parse(cls, text: str, default_currency: str) -> Money:
        """Read an amount as people write it: `12000`, `12k EUR`, `€12,000.50`, `12.000,50 EUR`, `12'000`, `USD 1.5m`.

        Three digits after a single separator are thousands: `12.000` is 12000. `$` is the default currency if that is a
        dollar, else USD. Raises MoneyError for what is unreadable, ambiguous, negative, or over twelve digits.
        """
        return _parse(text, default_currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Make nothing of a currency, to start a sum from: `sum(values, Money.zero("EUR"))`."""
        return cls(Decimal(0), currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other).amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def weighted(self, percent: int) -> Money:
        """Multiply by a probability, exactly."""
        return Money((self.amount * percent).scaleb(-2), self.currency)

    @property
    def rounded(self) -> Decimal:
        """The amount in the decimals of its currency, halves away from zero. Its `str` is what JSON carries."""
        return self.amount.quantize(Decimal(1).scaleb(-DECIMALS[self.currency]), ROUND_HALF_UP)

    def __str__(self) -> str:
        """Write it for people: `38,000 EUR`, `12,000.50 EUR`."""
        whole = self.rounded == self.rounded.to_integral_value()
        return f"{self.rounded:,.{0 if whole else DECIMALS[self.currency]}f} {self.currency}"

    def machine(self) -> str:
        """Write it for a body, unrounded, so that `parse` reads the same amount whatever the configuration says."""
        digits = f"{self.amount.normalize():f}"
        # Three digits after a point would be read as thousands.
        return f"{digits}{'0' if re.search('[.]...$', digits) else ''} {self.currency}"

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


def _parse(text: str, default: str) -> Money:
    plain = re.sub("[\u2018\u2019`\u00b4]", "'", markdown.one_line(text))
    found = _NUMBER.search(plain[:_LONGEST])
    example = f"12000 {default}"
    unreadable = MoneyError(f"{markdown.code(plain[:_LONGEST]) or 'Nothing'} is no amount of money.", example)
    if not found or len(plain) > _LONGEST:
        raise unreadable
    before, after = plain[: found.start()].strip(), _NO_CENTS.sub("", plain[found.end() :]).strip()
    if re.search("[-\u2013\u2212(]", before):
        raise MoneyError("An amount of money cannot be negative.", example)
    power, after = _multiplier(after)
    if any(word and not _codes(word) and not word.isalpha() for word in (before, after)):
        raise unreadable
    currency = _currency([word for word in (before, after) if word], default)
    return _checked(Money(_amount(found[0], power, currency).scaleb(power), currency))


def _multiplier(after: str) -> tuple[int, str]:
    """Split what follows the number: `kEUR` is thousands of euros, while `kr` and `MXN` are currencies."""
    if after and not _codes(after) and after[0].lower() in _TIMES:
        return _TIMES[after[0].lower()], after[1:].strip()
    return 0, after


def _codes(word: str) -> tuple[str, ...]:
    """List the currencies a word or sign may mean, the usual one first."""
    return (word.upper(),) if word.upper() in DECIMALS else _SIGNS.get(word.lower(), ())


def _currency(words: list[str], default: str) -> str:
    meant = [_codes(word) for word in words]
    for word in words:
        if not _codes(word):
            raise MoneyError(f"{markdown.code(word)} is no currency.", f"12000 {default}")
    chosen = [code for code in meant[0] if all(code in codes for codes in meant)] if meant else [default]
    if not chosen:
        raise MoneyError(f"{' and '.join(map(markdown.code, words))} are two currencies.", f"12000 {meant[0][0]}")
    if default not in chosen and chosen[0] == "?":
        kinds = chosen[1:]
        raise MoneyError(
            f"{markdown.code(words[0])} may mean {', '.join(kinds)}.", *(f"12000 {code}" for code in kinds)
        )
    return default if default in chosen else chosen[0]


def _amount(digits: str, power: int, currency: str) -> Decimal:
    """Read the number as it stands before `k` or `m`."""
    grouped, simple = _GROUPED.fullmatch(digits), _SIMPLE.fullmatch(digits)
    bare = re.sub("[^0-9]", "", digits)
    if grouped and not (power and simple):
        return Decimal(f"{re.sub('[^0-9]', '', grouped[1])}.{grouped[3] or 0}")
    if not simple:
        raise MoneyError(f"{markdown.code(digits)} is no number.", f"{bare} {currency}")
    part = simple[2] or "0"
    # Of `12,5000` nobody knows whether a digit or the separator is the slip.
    if (len(part) == 3 if power else len(part) > 2) and (power or DECIMALS[currency] < 3):
        raise _two_readings(digits, int(bare) * 10**power, Decimal(f"{simple[1]}.{part}").scaleb(power), currency)
    return Decimal(f"{simple[1]}.{part}")


def _two_readings(digits: str, thousands: int, decimals: Decimal, currency: str) -> MoneyError:
    readings = [Money(Decimal(thousands), currency), Money(Money(decimals, currency).rounded, currency)]
    return MoneyError(f"{markdown.code(digits)} can be read in two ways.", *(money.machine() for money in readings))


def _checked(money: Money) -> Money:
    if money.amount >= _ABSURD:
        raise MoneyError("An amount of money has at most twelve digits.", f"12000 {money.currency}")
    if money.amount != money.rounded:
        what = f"{money.currency} has {DECIMALS[money.currency] or 'no'} decimals."
        raise MoneyError(what, Money(money.rounded, money.currency).machine())
    return money
