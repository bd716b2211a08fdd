"""Fields: the `### Heading` sections of an issue body, as GitHub's issue forms write them.

Knows which text belongs to which heading, and changes one section without touching a byte of the others. Knows neither
which fields there are (`known` is the caller's) nor what a value means.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from salesbot.core.text import markdown

NO_RESPONSE = "_No response_"
"""What an issue form writes for a field left empty."""

_EMPTY = ("", NO_RESPONSE.casefold(), "none")
_HEADING = re.compile(r" {0,3}###[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MOST_LEFT_OPEN = 8

# What could make a line of a body anything but a paragraph or a heading of its own: code, HTML, indentation, lone
# carriage returns, headings with signs in them. Without any, headings are found without a parser, fifty times as fast.
_NOT_PLAIN = re.compile(r"[<`~\x00]|[^\S \r\n]|\r(?!\n)|^ +[^ \r\n]|^###[^\n]*[#\\]", re.MULTILINE)
_PLAIN_HEADING = re.compile(r"###(?: +([^\r\n]*?))? *[\r\n]*")


class FieldError(ValueError):
    """A value that cannot be written into a body, and why."""


@dataclass(frozen=True)
class _Section:
    """Where a field is in the body."""

    heading: str
    """As the caller spells it."""
    start: int
    """The line of the heading."""
    first: int
    last: int
    """The value: from line `first` on, before line `last`. Notes and comments around it are nobody's business."""
    end: int
    """The line after the section."""
    value: str


@dataclass
class _Layout:
    """What Markdown makes of the lines, as far as sections care."""

    headings: list[tuple[int, str | None]] = field(default_factory=list)
    """Line by line; None for a heading that is not a field."""
    fences: dict[int, int] = field(default_factory=dict)
    comments: set[int] = field(default_factory=set)


_Values = list[tuple[str, str]]


@dataclass(frozen=True)
class Body:
    """A description, parsed once: its text, and where each known field is in it."""

    text: str
    known: tuple[str, ...]
    """The headings that are fields, as the caller spells them. Any other heading ends the field before it: a note."""
    one_line: tuple[str, ...]
    """Those whose value is the first line under the heading; what follows is somebody's note."""
    _sections: tuple[_Section, ...] = ()

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The fields that are filled in; lines end in `\\n`. Of two sections with one heading the first counts."""
        fields: dict[str, str] = {}
        for section in self._sections:
            if section.value:
                fields.setdefault(section.heading, section.value)
        return fields

    @property
    def duplicates(self) -> tuple[str, ...]:
        """The known headings that are in the body more than once."""
        found = [section.heading for section in self._sections]
        return tuple(heading for heading in dict.fromkeys(found) if found.count(heading) > 1)

    def with_field(self, heading: str, value: str | None) -> Body:
        """Set a field in place, else at the end of the body; None or what means empty takes its section away.

        Whitespace around the value is dropped, and where people left notes only the value goes. A value that would not
        read back, because it looks like structure itself, is put into a code block. Raises FieldError for several lines
        in a field of `one_line`, and where a block left open above would swallow what is written.
        """
        names = {name.casefold(): name for name in (heading, *self.known)}
        heading, text = names[heading.casefold()], _meant(_LINE_END.split(value or ""))
        if "\n" in text and heading in self.one_line:
            raise FieldError(f"{heading} must be one line.")
        before = self if heading in self.known else parse(self.text, (heading, *self.known), self.one_line)
        if before.fields.get(heading, "") == text:
            return self
        sections = list(before._sections)
        versions = _with(self.text, heading, text, sections) if text else _without(self.text, heading, sections)
        for written, values in versions:
            after = parse(written, before.known, self.one_line)
            if _values(after._sections) == values:
                return after
        raise FieldError(f"{heading} cannot be written: a `<!--`, `<pre>` or the like further up is never closed.")


def parse(body: str, known: Collection[str], one_line: Collection[str] = ()) -> Body:
    """Parse a description."""
    return Body(body, tuple(known), tuple(one_line), tuple(_sections(body, known, one_line)))


def read(body: str, known: Collection[str], one_line: Collection[str] = ()) -> Mapping[str, str]:
    """Read the fields that are filled in, under their headings as `known` spells them."""
    return parse(body, known, one_line).fields


def duplicates(body: str, known: Collection[str]) -> tuple[str, ...]:
    """Name the known headings that are in the body more than once."""
    return parse(body, known).duplicates


def write(body: str, heading: str, value: str | None, known: Collection[str], one_line: Collection[str] = ()) -> str:
    """Set a field of a description; `Body.with_field` says how. Raises FieldError."""
    return parse(body, known, one_line).with_field(heading, value).text


def _with(body: str, heading: str, text: str, sections: list[_Section]) -> Iterator[tuple[str, _Values]]:
    """Offer the body with the value plain, in a fence, indented, each with what must be read from it."""
    lines, values = markdown.lines(body), _values(sections)
    place = next((number for number, section in enumerate(sections) if section.heading == heading), None)
    for form in _forms(text):
        if place is None:
            yield _appended(lines, f"### {heading}\n\n{form}"), [*values, (heading, text)]
        else:
            yield _replaced(lines, sections[place], form), [*values[:place], (heading, text), *values[place + 1 :]]


def _without(body: str, heading: str, sections: list[_Section]) -> Iterator[tuple[str, _Values]]:
    """Offer the body without the section, if nothing else is in it, then with the section emptied."""
    lines, values = markdown.lines(body), _values(sections)
    place = next(number for number, section in enumerate(sections) if section.heading == heading)
    section = sections[place]
    notes = [*lines[section.start + 1 : section.first], *lines[section.last : section.end]]
    if _blank(notes) and [name for name, _ in values].count(heading) == 1:
        yield "".join(lines[: section.start] + lines[section.end :]), values[:place] + values[place + 1 :]
    yield _replaced(lines, section, NO_RESPONSE), [*values[:place], (heading, ""), *values[place + 1 :]]


def _forms(text: str) -> Iterator[str]:
    lines = markdown.lines(text)
    if _read_blocks(_Layout(), lines, 0, {}) == len(lines):
        yield text
    yield markdown.fenced(text)
    yield "\n".join(f"    {line}" for line in text.split("\n"))


def _appended(lines: list[str], section: str) -> str:
    """Put a section below everything, and end the body as it ended before."""
    last = _end_of(lines[-1]) if lines else ""
    if lines and not (last and _blank(lines[-1:])):
        section = f"\n{section}" if last else f"\n\n{section}"
    return "".join(lines) + (section + ("\n" if last else "")).replace("\n", last or _ending(lines))


def _replaced(lines: list[str], section: _Section, form: str) -> str:
    """Put a value where the old one is, else under the heading."""
    if section.first < section.last:
        before, after, last = lines[: section.first], lines[section.last :], _end_of(lines[section.last - 1])
    else:
        before, after, last = lines[: section.start + 1], lines[section.start + 1 :], _end_of(lines[section.start])
        form = (f"\n{form}" if last else f"\n\n{form}") + ("" if _blank(after[:1]) else "\n")
    # Not the ending of another line: `\r` here and `\n` there would make one line end of two.
    return "".join([*before, form.replace("\n", last or _ending(lines)), last, *after])


def _sections(body: str, known: Collection[str], one_line: Collection[str]) -> list[_Section]:
    lines = markdown.lines(body)
    layout = _layout(lines, {name.casefold(): name for name in known})
    headings = list(_dividing(lines, layout, one_line))
    starts = [*(start for start, _ in headings), len(lines)]
    return [
        _section(lines, layout, heading, range(start, end), only_line=heading in one_line)
        for (start, heading), end in zip(headings, starts[1:], strict=True)
        if heading is not None
    ]


def _dividing(lines: list[str], layout: _Layout, one_line: Collection[str]) -> Iterator[tuple[int, str | None]]:
    """Leave out the headings with which a long answer begins: an issue form writes something for an empty field."""
    before: tuple[int, str | None] = (0, None)
    for start, heading in layout.headings:
        begins = heading is None and before[1] not in (None, *one_line) and _blank(lines[before[0] + 1 : start])
        if not begins:
            yield start, heading
        before = (start, heading)


def _section(lines: list[str], layout: _Layout, heading: str, where: range, *, only_line: bool) -> _Section:
    """Find the value: no empty lines or comments around it, and no notes after a single line or a field left empty."""
    filled = [line for line in where[1:] if lines[line].strip() and line not in layout.comments]
    first, last = (filled[0], filled[-1] + 1) if filled else (where.start + 1, where.start + 1)
    if filled and (only_line or lines[first].strip() == NO_RESPONSE):
        last = layout.fences.get(first, first + 1)
    rows = [line.rstrip("\r\n") for line in lines[first:last]]
    if layout.fences.get(first) == last:
        rows = rows[1:-1]
    elif all(row.startswith("    ") or not row.strip() for row in rows):
        rows = [row[4:] for row in rows]
    return _Section(heading, where.start, first, last, where.stop, _meant(rows))


def _layout(lines: list[str], known: Mapping[str, str]) -> _Layout:
    """Find the headings. Where a block is left open, reading begins again at the next one that looks known."""
    if not _NOT_PLAIN.search("".join(lines)):
        return _plain_layout(lines, known)
    layout, start, tries = _Layout(), 0, 0
    while start < len(lines) and tries < _MOST_LEFT_OPEN:
        tries += 1
        left_open = _read_blocks(layout, lines, start, known)
        again = (line for line in range(left_open + 1, len(lines)) if _looks_known(lines[line], known))
        start = next(again, len(lines))
    return layout


def _plain_layout(lines: list[str], known: Mapping[str, str]) -> _Layout:
    found = [(number, _PLAIN_HEADING.fullmatch(line)) for number, line in enumerate(lines) if line.startswith("###")]
    return _Layout(headings=[(number, known.get((hit[1] or "").casefold())) for number, hit in found if hit])


def _read_blocks(layout: _Layout, lines: list[str], start: int, known: Mapping[str, str]) -> int:
    """Add what is from line `start` on; return the line of a block that is left open, else how many there are."""
    tokens = markdown.blocks("".join(lines[start:]))
    for number, token in enumerate(tokens):
        if token.level > 0 or not token.map:
            continue
        first, end = token.map[0] + start, token.map[1] + start
        if token.type == "heading_open" and token.markup == "###":
            layout.headings.append((first, known.get(tokens[number + 1].content.casefold())))
        elif markdown.missing_end(token):
            return first
        elif token.type == "fence":
            layout.fences[first] = end
        elif token.type == "html_block" and _is_comment(token.content):
            layout.comments.update(range(first, end))
    return len(lines)


def _looks_known(line: str, known: Mapping[str, str]) -> bool:
    heading = _HEADING.match(line)
    return heading is not None and line[heading.end() :].strip().rstrip("#").strip().casefold() in known


def _is_comment(html: str) -> bool:
    before, *comments = html.split("<!--")
    return not before.strip() and all("-->" in text and not text.partition("-->")[2].strip() for text in comments)


def _values(sections: Iterable[_Section]) -> _Values:
    return [(section.heading, section.value) for section in sections]


def _meant(rows: Iterable[str]) -> str:
    """The value of some lines; nothing for all the ways to leave a field empty."""
    text = "\n".join(rows).strip()
    return "" if text.casefold() in _EMPTY else text


def _blank(lines: Iterable[str]) -> bool:
    return not any(line.strip() for line in lines)


def _end_of(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _ending(lines: list[str]) -> str:
    """How lines end in this body: as the first one does."""
    return (_end_of(lines[0]) if lines else "") or "\n"
