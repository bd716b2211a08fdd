"""Fields of a client that an earlier deal has and a new one lacks: offered on its card as lines to copy.

Nothing is filled in, and a stranger's words are not offered: only an author who works here, or a table of ours, is
believed. What is not read back by `/set` exactly as it is, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from salesbot.core.commands import arguments
from salesbot.core.leads import clients, duplicates, lead
from salesbot.core.model import headings
from salesbot.core.model.client_deal import ClientDeal, FieldOffer
from salesbot.core.model.deal import How, Refusal, Role
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.journal import Journal
from salesbot.core.model.pipeline import Pipeline, field_key
from salesbot.core.text import command_syntax, fields, markdown

PERSON = headings.CONTACT, headings.EMAIL, headings.PHONE
"""Fields of one person at the client: never mixed from several deals."""
LONGEST = 160
"""Characters of a text that is offered: the card keeps it."""

_ACROSS_LINES = re.compile(r"[`<\[]")
"""What begins something in Markdown that may end on a later line, and would swallow the command there."""
Source = tuple[int, Mapping[str, str]]
"""An earlier deal and its fields."""


def offers(
    mine: Mapping[str, str],
    found: Sequence[ClientDeal],
    others: Iterable[IssueSummary],
    roles: Mapping[str, Role],
    pipeline: Pipeline,
) -> tuple[FieldOffer, ...]:
    """Choose what the earlier deals that were found, newest first, have and a deal with the fields `mine` lacks."""
    summaries = {other.number: other for other in others}
    read = (duplicates.read_other(partial(_source, summaries[each.number], roles, pipeline)) for each in found)
    sources = [source for source in read if source is not None]
    return (*_of_client(mine, sources, pipeline), *_of_person(mine, sources, pipeline))


def _source(other: IssueSummary, roles: Mapping[str, Role], pipeline: Pipeline) -> Source | None:
    if not is_believed(other, roles):
        return None
    return other.number, fields.read(other.body, pipeline.headings, pipeline.one_line)


def line(offer: FieldOffer) -> str:
    """Write the command that takes an offer."""
    return f"/set {field_key(offer.heading)} {offer.text}"


def is_believed(other: IssueSummary, roles: Mapping[str, Role]) -> bool:
    """Say whether all that a description says is by people who work here; only its author and they can edit it."""
    if other.own:
        mark = lead.mark_of(other)
        return mark is not None and mark.source == lead.FROM_TABLE
    author = other.author
    if author is None or author.is_bot or author.id is None:
        return False
    role = roles.get(author.login.casefold())
    if role is not None:
        return role >= Role.TRIAGE
    kept = clients.journal_of(other)
    return kept is not None and author.id in _people_with_a_role(kept)


def _people_with_a_role(kept: Journal) -> Iterator[int | None]:
    """Name those, by id, whose role was checked on the deal: they gave a command or set a field that counts."""
    names = [each.by for each in kept.trusted if each.text] + [each.by for each in kept.activities]
    names += [visit.by or "" for visit in kept.history if visit.how == How.COMMAND]
    return (kept.people.get(name.casefold()) for name in names)


def _of_client(mine: Mapping[str, str], sources: Sequence[Source], pipeline: Pipeline) -> Iterator[FieldOffer]:
    for heading in _headings_of_client(pipeline):
        found = (offer for source in sources for offer in _offered([heading], mine, source, pipeline))
        yield from [offer for offer in [next(found, None)] if offer is not None]


def _headings_of_client(pipeline: Pipeline) -> list[str]:
    own = [each.label for each in pipeline.fields if each.client or duplicates.is_website(each.label)]
    return [headings.COMPANY, *(heading for heading in own if heading not in PERSON)]


def _of_person(mine: Mapping[str, str], sources: Sequence[Source], pipeline: Pipeline) -> list[FieldOffer]:
    """Take all from the newest deal that has something of the same person."""
    same = (source for source in sources if _is_same_person(mine, source[1]))
    return next(filter(None, ([*_offered(PERSON, mine, source, pipeline)] for source in same)), [])


def _is_same_person(mine: Mapping[str, str], theirs: Mapping[str, str]) -> bool:
    both = [heading for heading in PERSON if heading in mine and heading in theirs]
    is_known = any(heading in mine for heading in PERSON)
    return (bool(both) or not is_known) and all(mine[each].casefold() == theirs[each].casefold() for each in both)


def _offered(
    wanted: Iterable[str], mine: Mapping[str, str], source: Source, pipeline: Pipeline
) -> Iterator[FieldOffer]:
    number, theirs = source
    for heading in wanted:
        if heading in theirs and heading not in mine:
            offer = FieldOffer(number, heading, theirs[heading])
            if _is_read_back(offer, pipeline):
                yield offer


def _is_read_back(offer: FieldOffer, pipeline: Pipeline) -> bool:
    """Say whether the line is one command that sets the field to this very text."""
    text = offer.text
    if len(text) > LONGEST or text != markdown.one_line(text) or _ACROSS_LINES.search(text):
        return False
    read = command_syntax.read(line(offer))
    if [each.word for each in read] != ["set"]:
        return False
    try:
        args = command_syntax.split(read[0].rest)
    except command_syntax.CommandSyntaxError:
        return False
    found = arguments.find_heading(args.words, pipeline)
    if args.options or found is None or (found[0], " ".join(found[1])) != (offer.heading, text):
        return False
    return not isinstance(arguments.read(offer.heading, text, date.min, pipeline), Refusal)
