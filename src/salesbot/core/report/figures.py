"""What a report says of the open money, kept in its marker so that the next report's bridge begins there.

The sum is always kept; the amounts of the deals, as they were given, and the rates of that day are kept as long as they
fit. Whoever may edit the issue could have changed the text, so it is read with limits and never trusted to be whole.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

MOST_TEXT = 16_000
"""Characters that the amounts may take in the marker."""
MOST_READ = 400_000
"""Characters that are unpacked; an honest text has fewer."""
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,40})?")

Given = tuple[str, Decimal]
"""A currency and an amount."""


@dataclass(frozen=True)
class Figures:
    """The open money of a report without prospects: its sum, the rates of the day, and the amount of each deal."""

    currency: str
    total: Decimal
    rates: Mapping[str, Decimal]
    amounts: Mapping[int, Given] | None = None
    """By number, as given; None where there were too many to keep."""

    def worth(self, given: Given) -> Decimal | None:
        """Convert an amount at the rates of that report; None if it had no rate."""
        currency, amount = given
        rate = Decimal(1) if currency == self.currency else self.rates.get(currency)
        return amount * rate if rate is not None else None


def to_payload(figures: Figures) -> dict[str, Any]:
    """Write figures as JSON, without the amounts where these do not fit."""
    payload: dict[str, Any] = {"currency": figures.currency, "total": _text(figures.total)}
    payload["rates"] = {code: _text(rate) for code, rate in figures.rates.items()}
    packed = pack("\n".join(_lines(figures.amounts or {})))
    return {**payload, "deals": packed if figures.amounts is not None and len(packed) <= MOST_TEXT else None}


def pack(text: str) -> str:
    """Pack a text into letters and digits."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def from_payload(payload: Any) -> Figures | None:
    """Read figures; None for anything that `to_payload` did not write."""
    try:
        rates = {str(code): _number(rate) for code, rate in payload["rates"].items()}
        figures = Figures(str(payload["currency"]), _number(payload["total"]), rates)
        packed = payload["deals"]
        return figures if packed is None else replace(figures, amounts=dict(_amounts(packed)))
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error, binascii.Error):
        return None


def _lines(amounts: Mapping[int, Given]) -> Iterator[str]:
    """Write a line for each currency. Numbers are written as steps, which take less room."""
    by_currency = sorted((currency, number, amount) for number, (currency, amount) in amounts.items())
    for currency, deals in groupby(by_currency, key=lambda each: each[0]):
        last, entries = 0, []
        for _, number, amount in deals:
            entries.append(f"{number - last} {_text(amount)}")
            last = number
        yield f"{currency}:{','.join(entries)}"


def _amounts(packed: str) -> Iterator[tuple[int, Given]]:
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(base64.b64decode(packed, validate=True), MOST_READ).decode()
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("more than a report writes, or less")
    for line in text.splitlines():
        currency, _, entries = line.partition(":")
        number = 0
        for entry in entries.split(","):
            step, _, amount = entry.partition(" ")
            number += int(_number(step))
            yield number, (currency, _number(amount))


def _text(amount: Decimal) -> str:
    written = f"{amount:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _number(text: Any) -> Decimal:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)
