"""A part: the deals of one repository as its report counted them, in a file, and one report made of many parts.

Medians and rates cannot be merged, so a part holds deals and no sums, and the merged report is computed as any other.
Its deals are numbered again, by repository and number; `Scope.places` knows where each of them is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from salesbot.core.errors import InputError
from salesbot.core.model.journal_codec import decode_fields, encode
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report.compute import Report, compute_report
from salesbot.core.report.counted_deal import CountedDeal, UncountableDeal
from salesbot.core.report.scope import Place, choose_scope

VERSION = 1
"""To be raised when a deal is counted in another way. The names of what is kept of a deal are compared too."""
_KEPT = [each.name for of in (CountedDeal, UncountableDeal) for each in fields(of)]
_LOCAL = frozenset(
    {"since", "deals", "permissions", "notify_new", "chat", "owners", "sweep", "typeform", "streak", "board"}
)
"""What repositories may configure differently, since no number of a report depends on it once its deals are counted."""
_HOW = "Make each part with: salesbot report --repo OWNER/NAME --at TIME --part FILE"


@dataclass(frozen=True)
class Part:
    """What the report of one repository counted, and what it counted by: the configuration and its checklists."""

    repository: str
    id: int
    url: str
    week: str
    at: str
    """The report's moment, in ISO format."""
    config: str | None = None
    templates: tuple[str, ...] = ()
    """The names of the repository's own templates: the configuration may name a checklist among them."""
    absent: tuple[str, ...] = ()
    deals: tuple[CountedDeal, ...] = ()
    uncountable: tuple[UncountableDeal, ...] = ()

    @property
    def listed(self) -> Sequence[CountedDeal | UncountableDeal]:
        """All deals, also those that are counted nowhere."""
        return [*self.deals, *self.uncountable]


@dataclass(frozen=True)
class ReadPart:
    """A part with its pipeline, and the file it came from."""

    file: str
    part: Part
    pipeline: Pipeline


def text(part: Part) -> str:
    """Write a part."""
    content = {each.name: encode(getattr(part, each.name)) for each in fields(Part)}
    return json.dumps({"salesbot-part": VERSION, "kept": _KEPT, **content}, ensure_ascii=False) + "\n"


def parse(text: str, file: str) -> Part:
    """Read a part. Raises InputError for a text that is none, or one of another version."""
    try:
        payload: Mapping[str, Any] = json.loads(text)
        version, kept = payload["salesbot-part"], payload["kept"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{file} is not a part of a report.", _HOW) from error
    if (version, kept) != (VERSION, _KEPT):
        raise InputError(f"{file} was written by another version of salesbot.", "Make all parts with this version")
    try:
        part: Part = decode_fields(Part, payload)
        is_whole = _is_whole(part)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
        is_whole = False
    if not is_whole:
        raise InputError(f"{file} is damaged: it is not as salesbot wrote it.", _HOW)
    return part


def _is_whole(part: Part) -> bool:
    """Say whether the moment has a time zone, every deal was somewhere, and none is there twice."""
    numbers = {deal.number for deal in part.listed}
    intervals = all(deal.stage_intervals and deal.stage_intervals[-1].stage == deal.stage for deal in part.deals)
    return bool(datetime.fromisoformat(part.at).tzinfo) and intervals and len(numbers) == len(part.listed)


def merged(parts: Sequence[ReadPart]) -> Report:
    """Make one report of parts. Raises InputError for parts that do not belong together."""
    first, *others = parts
    for each in parts:
        _check_stages(each)
    for other in others:
        _check_together(first, other)
    _check_once(parts)
    ordered = sorted((each.part for each in parts), key=lambda part: part.repository.casefold())
    places = dict(enumerate(_places(ordered), 1))
    numbers = {place: number for number, place in places.items()}
    scope = choose_scope(
        f"{len(parts):,} repositories", first.pipeline, datetime.fromisoformat(first.part.at), week=first.part.week,
        url=first.part.url.removesuffix(f"/{first.part.repository}"),
    )  # fmt: skip
    absent = frozenset.intersection(*(frozenset(part.absent) for part in ordered))
    deals = (
        replace(deal, number=numbers[Place(part.repository, part.url, deal.number)])
        for part in ordered
        for deal in part.listed
    )
    return compute_report(deals, replace(scope, absent=absent, places=places))


def _places(parts: Sequence[Part]) -> Iterator[Place]:
    for part in parts:
        for number in sorted(deal.number for deal in part.listed):
            yield Place(part.repository, part.url, number)


def _check_stages(each: ReadPart) -> None:
    unknown = {deal.stage for deal in each.part.deals} - {stage.name for stage in each.pipeline.stages}
    if unknown:
        raise InputError(f"{each.file} has deals in stages that its configuration lacks: {', '.join(unknown)}.", _HOW)


def _check_together(first: ReadPart, other: ReadPart) -> None:
    if (first.part.at, first.part.week) != (other.part.at, other.part.week):
        raise InputError(
            f"{other.file} is as of {other.part.at} ({other.part.week}), {first.file} of {first.part.at} "
            f"({first.part.week}).",
            "Make all parts with the same --at or --week",
        )
    different = [
        each.name
        for each in fields(Pipeline)
        if each.name not in _LOCAL and getattr(first.pipeline, each.name) != getattr(other.pipeline, each.name)
    ]
    if different:
        raise InputError(
            f"{other.part.repository} has another configuration than {first.part.repository}: {', '.join(different)}.",
            "Give both the same configuration, and make their parts again",
        )


def _check_once(parts: Sequence[ReadPart]) -> None:
    found: dict[int, ReadPart] = {}
    for each in parts:
        same = found.setdefault(each.part.id, each)
        if same is not each:
            raise InputError(
                f"{each.part.repository} is in both {same.file} and {each.file}.", "Name one part for each repository"
            )
