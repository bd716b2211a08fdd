"""The dates of deals as entries of a calendar: next steps, expected closes, returns. `adapters.ics` writes the file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from salesbot.core.report import formatting
from salesbot.core.report.action_items import UpcomingItem, dated_items
from salesbot.core.report.counted_deal import CountedDeal
from salesbot.core.report.scope import Scope
from salesbot.core.report.view_rows import deal_row
from salesbot.core.text.characters import visible


@dataclass(frozen=True)
class CalendarEntry:
    """A whole day. `uid` stays the same when the day or the words change: the entry moves and is not doubled."""

    uid: str
    day: date
    title: str
    details: str
    url: str
    person: str = ""
    """Whose it is; empty for nobody."""


def entries(deals: Iterable[CountedDeal], scope: Scope, person: str = "") -> list[CalendarEntry]:
    """List all dates of some deals by day: of one person, or of all."""
    wanted = person.removeprefix("@").casefold()
    found = (
        _entry(item, who, scope)
        for deal in deals
        for who, item in dated_items(deal, scope)
        if wanted in ("", who.casefold())
    )
    return sorted(found, key=lambda entry: (entry.day, entry.uid))


def _entry(item: UpcomingItem, person: str, scope: Scope) -> CalendarEntry:
    url = scope.issue_url(item.deal.number)
    return CalendarEntry(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{url}#{item.kind}{item.key}")),
        day=item.day,
        title=f"{_client(item.deal, scope)}: {_shown(item.what)}{f' ({person})' if person else ''}",
        details="\n".join(_details(item.deal, scope)),
        url=url,
        person=person,
    )


def _details(deal: CountedDeal, scope: Scope) -> Iterator[str]:
    row = deal_row(deal, scope)
    yield ", ".join(filter(None, (_reference(deal.number, scope), deal.stage, row["value"], row["owner"])))
    if deal.next_step is not None:
        yield f"Next step: {row['next_step']}"
    yield scope.issue_url(deal.number)


def _reference(number: int, scope: Scope) -> str:
    return str(scope.reference(number)) if scope.places else f"#{number}"


def _client(deal: CountedDeal, scope: Scope) -> str:
    return visible(str(deal_row(deal, scope)["client"]))


def _shown(text: str) -> str:
    return formatting.shortened(visible(text))
