"""Money: exact amounts with a currency, as the bot prints them and as a body keeps them. `amounts` reads them.

Knows no exchange rates: amounts of two currencies are never added.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from salesbot.core.text import amounts, markdown
from salesbot.core.text.amounts import MoneyError
from salesbot.core.text.currencies import DECIMALS

__all__ = ["DECIMALS", "Money", "MoneyError"]


@dataclass(frozen=True)
class Money:
    """An exact amount of one currency, named by its ISO 4217 code. Raises MoneyError for any other code."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DECIMALS:
            raise MoneyError(f"{markdown.code(self.currency[: amounts.LONGEST])} is not a currency.")
        if not self.amount.is_finite():
            raise MoneyError(f"{self.amount} is not an amount.")

    @classmethod
    def parse(cls, text: str, default_currency: str) -> Money:
        """Read an amount as people write it: `12000`, `12k EUR`, `€12,000.50`, `12.000,50 EUR`, `12'000`, `1,2 Mio`.

        Three digits after a single separator are thousands: `12.000` is 12000. `$` is the default currency if that is a
        dollar, else USD. Raises MoneyError for what is unreadable, ambiguous, negative, or over twelve digits.
        """
        return cls(*amounts.read(text, default_currency))

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
        return amounts.rounded(self.amount, self.currency)

    def __str__(self) -> str:
        """Write it for people: `38,000 EUR`, `12,000.50 EUR`."""
        whole = self.rounded == self.rounded.to_integral_value()
        return f"{self.rounded:,.{0 if whole else DECIMALS[self.currency]}f} {self.currency}"

    def machine(self) -> str:
        """Write it for a body, unrounded, so that `parse` reads the same amount whatever the configuration says."""
        return amounts.written(self.amount, self.currency)

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other


@dataclass(frozen=True)
class Amount:
    """An amount as somebody wrote it. It is read at first use and kept, so that a deal's value is read once."""

    text: str
    default_currency: str

    @cached_property
    def _read(self) -> Money | MoneyError:
        try:
            return Money.parse(self.text, self.default_currency)
        except MoneyError as error:
            return error

    @property
    def money(self) -> Money | None:
        """The amount; None if the text is empty or cannot be read."""
        return self._read if self.text and isinstance(self._read, Money) else None

    @property
    def error(self) -> MoneyError | None:
        """Why the text cannot be read; None if it can, or is empty."""
        return self._read if self.text and isinstance(self._read, MoneyError) else None
