"""Leads: what came in from outside, and the issue it becomes: title, sections, the key that makes it come in once.

Knows how strangers' words are laid into a description so that they do nothing there. Which answer fills which field,
`places` says. Knows no vendor of forms, and opens nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from salesbot.core.leads import mail_hosts
from salesbot.core.model import headings
from salesbot.core.model.facts import Issue, IssueSummary
from salesbot.core.model.headings import LEAD_FIELDS
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import markdown
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Markdown, Renderer

MARKER = "lead"
LABEL = "inbound"
"""The label of issues that came in. It takes triage to put it on, so a key in an issue that carries it is believed."""
LABEL_ABOUT = ("bfd4f2", "Came in from a form or a table")

FROM_FORM, FROM_TABLE = "typeform", "csv"
"""Where leads come from: how their keys begin."""
BRIEF, OTHER = LEAD_FIELDS
LONGEST_VALUE = 300
"""Characters of a field; a longer answer is among the other answers."""
LONGEST_TEXT = 16_000
"""Bytes that one answer may take up once it is escaped; a description holds 65,536 characters."""
ROOM_FOR_OTHERS = 36_000
"""Bytes that all other answers may take up together."""
LONGEST_TITLE = 200
LONGEST_BRIEF = 60
"""Characters of a brief that a title shows."""

Kind = Literal["text", "long", "mail", "phone", "file", "hidden"]
_IN_ADDRESS = re.compile(r"[A-Za-z0-9:/?&=%~.,;+_!-]")
"""What an address keeps as it is; everything else, brackets and quotes above all, is written as percent signs."""


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
    other_answers: tuple[Answer, ...] = ()
    polled: bool = False
    named: str = ""
    """The title somebody gave it; else it is made from the fields."""
    stage: str = ""
    """The open stage it begins in, if not in the initial one."""
    cells: Mapping[str, str] = field(default_factory=dict, compare=False)
    """By heading, fingerprints of what the table gave it."""


@dataclass(frozen=True)
class Mark:
    """What an issue says of the lead it came from."""

    key: str
    at: datetime | None = None
    polled: bool = False
    gone: bool = False
    """The issue only holds the key of one that was deleted."""
    cells: Mapping[str, str] = field(default_factory=dict)
    """By heading, fingerprints of what the last imported table gave it (`fingerprint`)."""

    @property
    def source(self) -> str:
        """Where the lead came from."""
        return self.key.partition(":")[0]


def title(lead: Lead) -> str:
    """Name the deal: `{company, else the company's mail domain, else name}: {service, else how the brief begins}`."""
    fields = lead.fields
    who = fields.get(headings.COMPANY) or _who(lead)
    what = fields.get(headings.SERVICE) or _beginning(fields.get(BRIEF, ""))
    said = lead.named or markdown.one_line(": ".join(part for part in (who, what) if part)) or "New lead"
    return said if len(said) <= LONGEST_TITLE else f"{said[: LONGEST_TITLE - 1].rstrip()}…"


def _who(lead: Lead) -> str:
    """Name whom a lead without a company is from: no list has every mail host, so a person's name comes first.

    Unless what the lead says names the domain too: then it is surely a company's.
    """
    domain = mail_hosts.company_domain(lead.fields.get("Email", ""))
    told = (lead.fields.get("Service", ""), lead.fields.get(BRIEF, ""), *(each.text for each in lead.other_answers))
    if domain and any(mail_hosts.says(domain, text) for text in told):
        return domain
    return lead.fields.get("Contact", "") or domain


def _beginning(brief: str) -> str:
    line = markdown.one_line(brief)
    if len(line) <= LONGEST_BRIEF:
        return line
    cut = line[:LONGEST_BRIEF]
    return f"{cut.rpartition(' ')[0] or cut}…"


def body(lead: Lead, pipeline: Pipeline, render: Renderer) -> str:
    """Write the description: the key in its first bytes, a section for each field, the other answers below.

    Fields read back as they were said (`core.fields`). Nothing a stranger wrote mentions, links or lays out anything.
    """
    order = [heading for heading in pipeline.headings if heading in lead.fields]
    shown = {
        "sections": [{"heading": name, "text": Markdown(_laid_out(name, lead.fields[name]))} for name in order],
        "answers": (answers := _as_there_is_room(lead.other_answers)),
        "left_out": len(lead.other_answers) - len(answers),
        "others": OTHER,
    }
    return markdown.fit(f"{markdown.marker(MARKER, _payload(lead))}\n{render('lead.md.j2', shown)}")


def keeper(number: int, mark: Mark, render: Renderer) -> tuple[str, str]:
    """Write title and description of the issue that holds the key of a deleted one, and nothing of what was sent."""
    at = {"at": int(mark.at.timestamp())} if mark.at is not None else {}
    polled = {"polled": True} if mark.polled else {}
    payload = {"key": mark.key, **at, **polled, "gone": True}
    text = render("gone.md.j2", {"number": number, "source": mark.source})
    return f"A lead that was deleted (#{number})", f"{markdown.marker(MARKER, payload)}\n{text}"


def _payload(lead: Lead) -> dict[str, Any]:
    polled = {"polled": True} if lead.polled else {}
    cells = {"cells": dict(lead.cells)} if lead.cells else {}
    return {"key": lead.key, "at": int(lead.at.timestamp()), **polled, **cells}


def fingerprint(text: str) -> str:
    """Shorten what a cell says, to tell later whether a table still says the same."""
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def with_cells(body: str, cells: Mapping[str, str]) -> str:
    """Note in a lead's description what its table says now; a description without our mark stays as it is."""
    mark = markdown.read_marker(body)
    if mark is None or mark.kind != MARKER:
        return body
    _, line_end, rest = body.partition("\n")
    return f"{markdown.marker(MARKER, {**mark.payload, 'cells': dict(cells)})}{line_end}{rest}"


def _laid_out(heading: str, text: str) -> str:
    """A value that would do something is in a code block, where it does nothing and reads back as it was said."""
    if heading == BRIEF:
        return markdown.block(_shortened(text))
    return text if markdown.is_inert(text) else markdown.fenced(text)


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
    """The address of an uploaded file, for a link; None if it is not a plain https address. Nothing is downloaded."""
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
    """Count the bytes of a text as it will be in the description, escaped."""
    return len(markdown.block(text).encode("utf-8", "surrogatepass"))


def read_mark(body: str) -> Mark | None:
    """Read what a description says of the lead it came from. Whether it is to be believed, the caller asks."""
    marker = markdown.read_marker(body)
    if marker is None or marker.kind != MARKER or not isinstance(marker.payload.get("key"), str):
        return None
    at = marker.payload.get("at")
    moment = datetime.fromtimestamp(at, UTC) if isinstance(at, int) and 0 <= at < 2**33 else None
    polled, gone = (marker.payload.get(word) is True for word in ("polled", "gone"))
    cells = marker.payload.get("cells")
    return Mark(marker.payload["key"], moment, polled, gone, cells if isinstance(cells, dict) else {})


def mark_of(issue: Issue | IssueSummary) -> Mark | None:
    """Read the mark of an issue that the bot itself opened, or that carries our label; a stranger's is text.

    Strangers cannot put labels on. The card knows the key as well.
    """
    names = {label if isinstance(label, str) else label.name for label in issue.labels}
    if not issue.own and LABEL not in {label_key(name) for name in names}:
        return None
    return read_mark(issue.body) or (_restore_from_journal(issue.card) if isinstance(issue, IssueSummary) else None)


def _restore_from_journal(card: str) -> Mark | None:
    """What the card remembers, where somebody rewrote the description."""
    marker = markdown.read_marker(card)
    key = marker.payload.get("lead") if marker is not None else None
    return Mark(key) if isinstance(key, str) and key else None


def elder(number: int, key: str, other_issues: Iterable[IssueSummary]) -> int | None:
    """Find the issue that the same lead became before this one; the lowest number stays."""
    found = [other.number for other in other_issues if _is_of(other, key) and other.number < number]
    return min(found, default=None)


def _is_of(other: IssueSummary, key: str) -> bool:
    mark = mark_of(other)
    return mark is not None and mark.key == key and not other.duplicate
