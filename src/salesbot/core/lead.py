"""Leads: what came in from outside, and the issue it becomes: title, sections, the key that makes it come in once.

Knows how an answer finds its field and how strangers' words are laid into a description so that they do nothing there.
Knows no vendor of forms, and opens nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from salesbot.core import markdown, values
from salesbot.core.facts import Issue, Other
from salesbot.core.mail_hosts import company_domain
from salesbot.core.pipeline import BUILT_IN_FIELDS, LEAD_FIELDS, Pipeline
from salesbot.core.voice import Markdown, Say

MARKER = "lead"
LABEL = "inbound"
"""The label of issues that came in by themselves. Only a way to list them; what counts is the key in the text."""
LABEL_ABOUT = ("bfd4f2", "Came in by itself, from a form or from Streak")

FROM_FORM, FROM_STREAK, FROM_TABLE = "typeform", "streak", "csv"
"""Where leads come from: how their keys begin."""
BRIEF, OTHER = LEAD_FIELDS
FROM_STRANGERS = (*BUILT_IN_FIELDS[: BUILT_IN_FIELDS.index("Value")], BRIEF)
"""Fields a stranger's answer may fill by its name alone. What a deal is worth is ours to say, or the map's."""
LONGEST_VALUE = 300
"""Characters of a field; a longer answer stands among the other answers."""
LONGEST_TEXT = 16_000
"""Bytes that one answer may take up once it is escaped; a description holds 65,536 characters."""
ROOM_FOR_OTHERS = 36_000
"""Bytes that all other answers may take up together."""
LONGEST_TITLE = 200
LONGEST_BRIEF = 60
"""Characters of a brief that a title shows."""

Kind = Literal["text", "long", "mail", "phone", "file", "hidden"]
_USUAL: Mapping[str, str] = {
    "name": "Contact", "full name": "Contact", "company name": "Company", "organization": "Company",
    "organisation": "Company", "e mail": "Email", "email address": "Email", "phone number": "Phone",
}  # fmt: skip
"""What forms usually call a field of ours."""
_IN_FRONT = frozenset({"your", "lead", "the"})
_IN_ADDRESS = re.compile(r"[A-Za-z0-9:/?&=%~.,;+_!-]")
"""What an address keeps as it is; everything else, brackets and quotes above all, is written as percent signs."""
_BY_KIND: Mapping[Kind, str] = {"mail": "Email", "phone": "Phone", "long": BRIEF}


@dataclass(frozen=True)
class Answer:
    """One answer of a form: the name its author gave the question (`ref`), the question, what was said."""

    ref: str
    question: str
    text: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Received:
    """What somebody sent us: the key, when, and the answers in their order. Nothing is sorted into fields yet."""

    key: str
    at: datetime
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True)
class Lead:
    """Someone who might buy, before it is an issue. `key` names it wherever it comes from: `typeform:<form>:<token>`.

    `polled` says that when it came in, everything sent before it was in already (the next poll begins there).
    """

    key: str
    at: datetime
    fields: Mapping[str, str] = field(default_factory=dict)
    """By heading."""
    others: tuple[Answer, ...] = ()
    polled: bool = False
    stage: str = ""
    """Where it starts; without it, where every deal does."""


@dataclass(frozen=True)
class Mark:
    """What an issue says of the lead it came from."""

    key: str
    at: datetime | None = None
    polled: bool = False
    stage: str = ""

    @property
    def source(self) -> str:
        """Where the lead came from."""
        return self.key.partition(":")[0]


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
    others = tuple(answer for number, answer in enumerate(given) if number not in places)
    return Lead(received.key, received.at, fields, others, polled)


_Find = Callable[[Answer], str | None]


def _mapped(wanted: Mapping[str, str], pipeline: Pipeline) -> _Find:
    headings = {ref: pipeline.heading(key) for key, ref in wanted.items()}
    return lambda answer: headings.get(answer.ref)


def _named(pipeline: Pipeline) -> _Find:
    """By the name of the answer or the words of the question, where these are a field's own or usual for it."""
    allowed = {*FROM_STRANGERS, *(extra.label for extra in pipeline.fields)}

    def find(answer: Answer) -> str | None:
        for name in _names(answer):
            found = values.find_heading(name, pipeline)
            if found is not None and not found[1] and found[0] in allowed:
                return found[0]
            if (usual := _USUAL.get(" ".join(name))) is not None:
                return usual
        return None

    return find


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
    return "Source" if answer.kind == "hidden" and answer.ref.casefold() == "utm_source" else None


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


def title(lead: Lead) -> str:
    """Name the deal: `{company, else mail domain unless free, else name}: {service, else how the brief begins}`."""
    fields = lead.fields
    who = fields.get("Company") or company_domain(fields.get("Email", "")) or fields.get("Contact", "")
    what = fields.get("Service") or _beginning(fields.get(BRIEF, ""))
    said = markdown.one_line(": ".join(part for part in (who, what) if part)) or "New lead"
    return said if len(said) <= LONGEST_TITLE else f"{said[: LONGEST_TITLE - 1].rstrip()}…"


def _beginning(brief: str) -> str:
    line = markdown.one_line(brief)
    if len(line) <= LONGEST_BRIEF:
        return line
    cut = line[:LONGEST_BRIEF]
    return f"{cut.rpartition(' ')[0] or cut}…"


def body(lead: Lead, pipeline: Pipeline, say: Say) -> str:
    """Write the description: the key in its first bytes, a section for each field, the other answers below.

    Fields read back as they were said (`core.fields`). Nothing a stranger wrote mentions, links or lays out anything.
    """
    order = [heading for heading in pipeline.headings if heading in lead.fields]
    shown = {
        "sections": [{"heading": name, "text": Markdown(_laid_out(name, lead.fields[name]))} for name in order],
        "answers": (answers := _as_there_is_room(lead.others)),
        "left_out": len(lead.others) - len(answers),
        "others": OTHER,
    }
    return markdown.fit(f"{markdown.marker(MARKER, _payload(lead))}\n{say('lead.md.j2', shown)}")


def _payload(lead: Lead) -> dict[str, Any]:
    more = {"polled": True} if lead.polled else {}
    stage = {"stage": lead.stage} if lead.stage else {}
    return {"key": lead.key, "at": int(lead.at.timestamp()), **more, **stage}


def _laid_out(heading: str, text: str) -> str:
    """A value that would do something stands in a code block, where it does nothing and reads back as it was said."""
    if heading == BRIEF:
        return markdown.block(_shortened(text))
    return text if markdown.is_inert(text) and text.casefold() != "none" else markdown.fenced(text)


def _as_there_is_room(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """Show answers until the room for them is used up; a stranger's thousand answers must not keep the lead out."""
    shown: list[dict[str, Any]] = []
    room = ROOM_FOR_OTHERS
    for answer in answers:
        each = _shown(answer)
        room -= _size(each["question"]) + _size(each["text"]) + 10
        if room < 0:
            break
        shown.append(each)
    return shown


def _shown(answer: Answer) -> dict[str, Any]:
    link = _link(answer.text) if answer.kind == "file" else None
    return {
        "question": markdown.one_line(answer.question or answer.ref or "Without a question")[:LONGEST_VALUE],
        "text": answer.text.rpartition("/")[2] or "file" if link else _shortened(answer.text),
        "link": link,
    }


def _link(address: str) -> Markdown | None:
    """The address of an uploaded file, for a link; None if it is no plain https address. Nothing is downloaded."""
    plain = "".join(
        sign if _IN_ADDRESS.match(sign) else "".join(f"%{byte:02X}" for byte in sign.encode("utf-8", "replace"))
        for sign in address
    )
    return Markdown(plain) if re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d+)?/\S*", plain) else None


def _shortened(text: str) -> str:
    """Cut what would take up too much room once it is escaped, and say so."""
    kept = text
    while _size(kept) > LONGEST_TEXT:
        kept = kept[: len(kept) * 3 // 4]
    return kept if kept == text else f"{kept.rstrip()} … (cut here: {len(text):,} characters in all)"


def _size(text: str) -> int:
    """Count the bytes of a text as it will stand in the description, escaped."""
    return len(markdown.block(text).encode("utf-8", "surrogatepass"))


def read_mark(body: str) -> Mark | None:
    """Read what a description says of the lead it came from. Whether it is to be believed, the caller asks."""
    marker = markdown.read_marker(body)
    if marker is None or marker.kind != MARKER or not isinstance(marker.payload.get("key"), str):
        return None
    at = marker.payload.get("at")
    moment = datetime.fromtimestamp(at, UTC) if isinstance(at, int) and 0 <= at < 2**33 else None
    stage = str(marker.payload.get("stage", ""))
    return Mark(marker.payload["key"], moment, marker.payload.get("polled") is True, stage)


def mark_of(issue: Issue | Other) -> Mark | None:
    """Read the mark of an issue that the bot itself opened, or that carries our label; a stranger's is text.

    Strangers cannot put labels on. The card knows the key as well.
    """
    names = {label if isinstance(label, str) else label.name for label in issue.labels}
    if not issue.own and LABEL not in {name.casefold() for name in names}:
        return None
    return read_mark(issue.body) or (_remembered(issue.card) if isinstance(issue, Other) else None)


def _remembered(card: str) -> Mark | None:
    """What the card remembers, where somebody rewrote the description."""
    marker = markdown.read_marker(card)
    key = marker.payload.get("lead") if marker is not None else None
    return Mark(key) if isinstance(key, str) and key else None


def elder(number: int, key: str, others: Iterable[Other]) -> int | None:
    """Find the issue that the same lead became before this one; the lowest number stays."""
    found = [other.number for other in others if _is_of(other, key) and other.number < number]
    return min(found, default=None)


def _is_of(other: Other, key: str) -> bool:
    mark = mark_of(other)
    return mark is not None and mark.key == key and not other.duplicate
