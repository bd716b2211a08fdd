"""Values of fields: what a person typed -> the text that is in the section, or a no that says what would be right.

Each kind of field reads its own way; `/set`, `/value`, `/expect` and the rest all come through here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from salesbot.core.model import headings
from salesbot.core.model.date_fields import day_in, purpose_of
from salesbot.core.model.deal import Refusal
from salesbot.core.model.pipeline import Field, Pipeline, field_key
from salesbot.core.text import dates, logins, markdown
from salesbot.core.text.dates import Purpose
from salesbot.core.text.money import Money, MoneyError
from salesbot.core.text.render import Markdown
from salesbot.core.text.suggestions import nearest

LONGEST = 2_000
"""Characters a field takes by command; a longer text belongs in the description."""

_PERCENT = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,6}))?\s*(%|percent|pct\.?|prozent)?", re.IGNORECASE)
_GROUPED = r"([1-9][0-9]{0,2}([.,' ])[0-9]{3}(?:\3[0-9]{3})*)"
_NUMBER = re.compile(rf"([-\u2212])?(?:{_GROUPED}|([0-9]+))(?:(?!\3)[.,]([0-9]+))?")

Read = Callable[[str, str, date, Pipeline], "str | Refusal"]
"""(typed text, how the command begins, today, pipeline) -> text of the section, or why not."""


def suggest(command: str, suggestions: Sequence[str], example: str = "") -> str:
    """Write what to type instead: what was meant, or an example if nobody can know that."""
    offered = " or ".join(markdown.code(f"{command} {suggestion}") for suggestion in suggestions[:3])
    if offered:
        return f"Try {offered}"
    return f"For example {markdown.code(f'{command} {example}')}" if example else ""


def suggest_date(command: str, error: dates.DateError, example: str) -> str:
    """Write a command again with the date that was meant and all the other words that somebody typed."""
    rest = " ".join(error.rest)
    if len(rest) > LONGEST:
        rest = f"{rest[:LONGEST]}\N{HORIZONTAL ELLIPSIS}"
    return suggest(command, [f"{day} {rest}".strip() for day in error.suggestions], f"{example} {rest}".strip())


def unreadable_money(error: MoneyError, command: str, currency: str) -> Refusal:
    """Say why an amount cannot be read, and what was meant."""
    return Refusal(Markdown(error.what), suggest(command, error.suggestions, f"12000 {currency}"), "value")


def money(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read an amount of money."""
    try:
        return Money.parse(text, pipeline.currency).machine()
    except MoneyError as error:
        return unreadable_money(error, command, pipeline.currency)


def day(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a day, whenever it is."""
    return _day(text, command, today, Purpose.ON, future=False)


def close_day(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read the day by which a deal should be closed; it must not be past."""
    return _day(text, command, today, purpose_of(headings.EXPECTED_CLOSE), future=True)


def revisit_day(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read the day from which a deal comes back; it must not be past."""
    return _day(text, command, today, purpose_of(headings.REVISIT_ON), future=True)


def _day(text: str, command: str, today: date, purpose: Purpose, *, future: bool) -> str | Refusal:
    try:
        return dates.parse_date(text, today, purpose, future=future).isoformat()
    except dates.DateError as error:
        return Refusal(Markdown(error.what), suggest_date(command, error, "in 3 months"), "date")


def percent(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a probability, 0 to 100."""
    found = _PERCENT.fullmatch(text.strip())
    if found and not found[2] and int(found[1]) <= 100:
        return f"{int(found[1])} %"
    hint = suggest(command, _whole_percents(found) if found else (), "40")
    return Refusal(Markdown(f"{markdown.code(text[:60])} is not a percentage: a whole number from 0 to 100."), hint)


def _whole_percents(found: re.Match[str]) -> list[str]:
    """Guess what was meant: `0.4` is a share, `42.5` lies between two whole numbers."""
    given = Decimal(f"{found[1]}.{found[2] or 0}")
    if 0 < given < 1 and not found[3]:
        given *= 100
    around = [given.to_integral_value(rounding) for rounding in (ROUND_FLOOR, ROUND_CEILING)]
    return [f"{whole:f}" for whole in dict.fromkeys(around) if whole <= 100]


def number(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a number, with the separators of an amount: `1,5` is one and a half, `1,500` fifteen hundred."""
    found = _NUMBER.fullmatch(text.strip()) if len(text) <= 40 else None
    if found:
        sign, grouped, _, plain_, decimals = found.groups()
        whole = re.sub("[^0-9]", "", grouped or plain_)
        return f"{'-' if sign else ''}{int(whole)}{f'.{decimals}' if decimals else ''}"
    return Refusal(Markdown(f"{markdown.code(text[:60])} is not a number."), f"For example `{command} 12`")


def plain(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read any text, as one line."""
    line = " ".join(text.split())
    if len(line) > LONGEST:
        return Refusal(
            f"That is {len(line):,} characters long; a field takes {LONGEST:,}.", "Write it in the description"
        )
    return line


def as_configured(text: str, known: tuple[str, ...]) -> str:
    """Write a reason or a source as the configuration does, if it is one of those: they are counted by their words."""
    words = " ".join(text.split()).casefold()
    return next((each for each in known if each.casefold() == words), text)


def source(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read where a deal came from: one of the configured sources, or any other."""
    return plain(as_configured(text, pipeline.sources), command, today, pipeline)


def reason(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read why a deal ended or was put off: one of the configured reasons, or any other."""
    return plain(as_configured(text, pipeline.lost_reasons + pipeline.reject_reasons), command, today, pipeline)


def yes_no(text: str, command: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read a yes or a no."""
    return _choose(text, command, ("yes", "no"))


def _choose(text: str, command: str, options: tuple[str, ...]) -> str | Refusal:
    for option in options:
        if option.casefold() == text.strip().casefold():
            return option
    guess = nearest(text, options)
    said = f"Did you mean `{command} {guess}`?" if guess else f"One of {', '.join(f'`{option}`' for option in options)}"
    return Refusal(Markdown(f"{markdown.code(text[:60])} is not one of the choices."), said)


_BUILT_IN: Mapping[str, Read] = {
    headings.VALUE: money,
    headings.PROBABILITY: percent,
    headings.EXPECTED_CLOSE: close_day,
    headings.REVISIT_ON: revisit_day,
    headings.SOURCE: source,
    headings.REASON: reason,
}
_BY_TYPE: Mapping[str, Read] = {
    "text": plain,
    "number": number,
    "money": money,
    "date": day,
    "yes/no": yes_no,
}
NOT_BY_HAND = {
    headings.NEXT_STEP: "`/next <date> <what>`",
    headings.SNOOZED_UNTIL: "`/snooze <duration>`",
    headings.EARLIER_EXPECTED_CLOSES: "`/expect <date>`",
}
"""Headings whose sections have a command of their own, and which."""


def read(heading: str, text: str, today: date, pipeline: Pipeline) -> str | Refusal:
    """Read what was typed for a field."""
    command = f"/set {field_key(heading)}"
    if heading in NOT_BY_HAND:
        return Refusal(f"{heading} cannot be set with `/set`.", f"It is set by {NOT_BY_HAND[heading]}")
    own = next((field for field in pipeline.fields if field.label == heading), None)
    if own is not None and own.type == "choice":
        return _choose(text, command, own.options)
    reader = _BY_TYPE[own.type] if own is not None else _BUILT_IN.get(heading, plain)
    return reader(text, command, today, pipeline)


def settable(pipeline: Pipeline) -> list[str]:
    """List the headings of the fields that `/set` sets."""
    return [heading for heading in pipeline.headings if heading not in NOT_BY_HAND]


def is_readable(field: Field, text: str, pipeline: Pipeline) -> bool:
    """Say whether the text of a section is a value of its kind of field. A relative date is none: it would wander."""
    if field.type == "date":
        return day_in({field.label: text}, field.label) is not None
    return field.type == "text" or not isinstance(read(field.label, text, date.min, pipeline), Refusal)


def find_heading(words: tuple[str, ...], pipeline: Pipeline) -> tuple[str, tuple[str, ...]] | None:
    """Find the field that words begin with, by key or heading, the longest match; and the words after it."""
    known = {_folded(heading): heading for heading in pipeline.headings}
    known |= {_folded(field.key): field.label for field in pipeline.fields}
    for count in range(min(len(words), 6), 0, -1):
        heading = known.get(_folded(" ".join(words[:count])).removesuffix(":"))
        if heading is not None:
            return heading, words[count:]
    return None


def nearest_field(word: str, pipeline: Pipeline) -> str | None:
    """Find the field that a word was probably meant to be, as `/set` wants it."""
    return nearest(
        word, [field_key(heading) for heading in pipeline.headings] + [field.key for field in pipeline.fields]
    )


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def person(words: Sequence[str], speaker: str) -> str:
    """Name who is meant by the argument of a command: somebody by login, or by `me` or nothing the speaker."""
    name = logins.bare(words[0]) if words else "me"
    return speaker if name.casefold() == "me" else name


def issue_number(text: str) -> int | None:
    """Read `#12`, or the address of an issue, as a number."""
    found = re.fullmatch(r"#?(\d{1,9})|https://\S+/issues/(\d{1,9})", text)
    return int(found[1] or found[2]) if found else None


def mirror_key(text: str) -> str | None:
    """Read the address of a box, or its bare key, as the key: the last part of it that can be one (inferred)."""
    parts = re.split(r"[/#?&=]", text) if re.fullmatch(r"https://[!-~]{1,500}|[A-Za-z0-9_-]{1,300}", text) else []
    return next((part for part in reversed(parts) if re.fullmatch(r"ag[A-Za-z0-9_-]{6,300}", part)), None)
