"""The description of a deal: fields are written into it here, and each deal knows which ones were.

The card is written before the description, and keeps these fields until the description has them. *Without it a run
ends between the two, and the next one evaluates an early command again, on the fields that a later one wrote: a `/lost`
that was refused for want of a reason is accepted, and the moves after it are refused.*
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from salesbot.core.model import headings
from salesbot.core.model.deal import Deal
from salesbot.core.model.facts import Comment, Issue
from salesbot.core.model.trust import TrustedField, kept
from salesbot.core.text import fields

ROOM = 2_000
"""Characters of written fields that the card has room for. With more, the description is written before the card."""


def with_field(deal: Deal, heading: str, value: str | None, by: str | None = None) -> Deal:
    """Write a field into the description, or take it out. Raises FieldError if the description does not let it.

    What we write is somebody's word who may set fields, or changes nothing of it: it is in doubt no more.
    """
    body, trust = deal.body.with_field(heading, value), deal.trust
    if heading in headings.TRUSTED_FIELDS:
        trust = _believed(trust, heading, body.fields.get(heading, ""), by)
    if body.text == deal.body.text:
        return deal.with_body(body, trust) if deal.doubts else deal
    return replace(deal.with_body(body, trust), written=(*deal.written, (heading, value)))


def _believed(trust: Mapping[str, TrustedField], heading: str, text: str, by: str | None) -> Mapping[str, TrustedField]:
    """Note whose word a field is; without anybody new it is the word of whoever gave it."""
    before = trust.get(heading, TrustedField(heading))
    return {**trust, heading: TrustedField(heading, kept(text), before.by if by is None else by)}


def with_fields(deal: Deal, written: Iterable[tuple[str, str | None]]) -> Deal:
    """Write fields once more that an earlier run decided on; a description that does not let one stays as it is."""
    try:
        for heading, value in written:
            deal = with_field(deal, heading, value)
    except fields.FieldError:
        return deal
    return deal


def is_behind(issue: Issue, card: Comment) -> bool:
    """Whether the description was last edited before the card: it may lack fields that the card knows of.

    In the second of the card a person edited it before, unless we wrote it in that second, too: the card comes first.
    """
    edited = max((edit.at for edit in issue.body_edits), default=issue.created_at)
    last = [edit.by is not None and card.author is not None and edit.by.id == card.author.id
            for edit in issue.body_edits if edit.at == card.changed_at]  # fmt: skip
    return edited < card.changed_at or (edited == card.changed_at and (not any(last) or last[0]))


def fits_in_card(deal: Deal) -> bool:
    """Whether the fields written on this deal are short enough for the card to keep them."""
    return sum(len(heading) + len(value or "") for heading, value in deal.written) <= ROOM
