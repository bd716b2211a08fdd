"""Places: which answer of a form, or which column of a table, fills which field of a deal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from salesbot.core.commands import arguments
from salesbot.core.leads.lead import BRIEF, LONGEST_VALUE, Answer, Kind, Lead, Received
from salesbot.core.model import headings
from salesbot.core.model.headings import BUILT_IN_FIELDS
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown

FROM_STRANGERS = (*BUILT_IN_FIELDS[: BUILT_IN_FIELDS.index(headings.VALUE)], BRIEF)
"""Fields a stranger's answer may fill by its name alone. What a deal is worth is ours to say, or the map's."""
_BY_KIND: Mapping[Kind, str] = {"mail": headings.EMAIL, "phone": headings.PHONE, "long": BRIEF}
_USUAL: Mapping[str, str] = {
    "name": headings.CONTACT, "full name": headings.CONTACT,
    "company name": headings.COMPANY, "organization": headings.COMPANY, "organisation": headings.COMPANY,
    "e mail": headings.EMAIL, "email address": headings.EMAIL, "phone number": headings.PHONE,
}  # fmt: skip
"""What forms usually call a field of ours."""
_IN_FRONT = frozenset({"your", "lead", "the"})


def sort_in(received: Received, wanted: Mapping[str, str], pipeline: Pipeline, *, polled: bool = False) -> Lead:
    """Find each answer's field: as the map says (field key: `ref`), else by name, else by its kind. A field takes one.

    The rest, and what is too long for a field, stays among the other answers.
    """
    given = [answer for answer in _joined(received.answers) if answer.text.strip()]
    places: dict[int, str] = {}
    for find in (_mapped(wanted, pipeline), _named(pipeline), _of_its_kind, _campaign):
        for number, answer in enumerate(given):
            heading = find(answer) if number not in places else None
            if heading is not None and heading not in places.values() and _fits(answer, heading):
                places[number] = heading
    fields = {heading: _value(given[number].text, heading) for number, heading in places.items()}
    other_answers = tuple(answer for number, answer in enumerate(given) if number not in places)
    return Lead(received.key, received.at, fields, other_answers, polled)


_Find = Callable[[Answer], str | None]


def _mapped(wanted: Mapping[str, str], pipeline: Pipeline) -> _Find:
    headings = {ref: pipeline.heading(key) for key, ref in wanted.items()}
    return lambda answer: headings.get(answer.ref)


def _named(pipeline: Pipeline) -> _Find:
    """By the name of the answer or the words of the question, where these are a field's own or usual for it."""
    allowed = {*FROM_STRANGERS, *(extra.label for extra in pipeline.fields)}

    def find(answer: Answer) -> str | None:
        found = (_heading(name, pipeline) for name in _names(answer))
        return next((heading for heading in found if heading in allowed), None)

    return find


def heading_of(name: str, pipeline: Pipeline) -> str | None:
    """Find the field that goes by a name elsewhere: in a form, over a column."""
    found = (_heading(words, pipeline) for words in _names(Answer("", name, "")))
    return next((heading for heading in found if heading is not None), None)


def _heading(words: tuple[str, ...], pipeline: Pipeline) -> str | None:
    found = arguments.find_heading(words, pipeline)
    if found is not None and not found[1]:
        return found[0]
    return _USUAL.get(" ".join(words))


def _names(answer: Answer) -> Iterator[tuple[str, ...]]:
    """The name and the question in small words, with and without what forms put in front of them."""
    for text in (answer.ref, answer.question):
        words = tuple(word for word in re.split(r"[\W_]+", text.casefold()) if word)
        if words:
            yield words
        if len(words) > 1 and words[0] in _IN_FRONT:
            yield words[1:]


def _of_its_kind(answer: Answer) -> str | None:
    return _BY_KIND.get(answer.kind)


def _campaign(answer: Answer) -> str | None:
    """Where a campaign sent somebody from is the source, if nobody said another one."""
    return headings.SOURCE if answer.kind == "hidden" and answer.ref.casefold() == "utm_source" else None


def _joined(answers: Iterable[Answer]) -> list[Answer]:
    """First and last name, asked apart, are one name."""
    given = list(answers)
    at = {
        word: number for number, answer in enumerate(given) for word in ("first name", "last name") if _is(answer, word)
    }
    if len(at) < 2:
        return given
    first, last = given[at["first name"]], given[at["last name"]]
    whole = replace(first, ref="contact", question="Name", text=f"{first.text} {last.text}")
    return [whole if answer is first else answer for answer in given if answer is not last]


def _is(answer: Answer, name: str) -> bool:
    return any(" ".join(words) == name for words in _names(answer))


def _fits(answer: Answer, heading: str) -> bool:
    return answer.kind != "file" and (heading == BRIEF or len(answer.text) <= LONGEST_VALUE)


def _value(text: str, heading: str) -> str:
    return text.strip() if heading == BRIEF else markdown.one_line(text)
