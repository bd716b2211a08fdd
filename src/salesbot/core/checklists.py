"""Checklists: task lists in a comment, read and merged without ever losing what a person ticked, struck or wrote.

Knows what an item is, which part of a list counts, and which lines the bot wrote. Knows no template and no stage.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import NamedTuple

from salesbot.core import markdown

GONE = "not asked any more"
"""Why an item that left the template is struck out."""
WRITTEN = "lines"
"""Where a list's marker keeps the names of the lines that the bot wrote."""
ASKED = "needed"
"""Where it keeps how many needed items it wrote."""

_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,9}[.)])\s+\[)([ \u00a0xX])(\]\s+)(\S.*)", re.DOTALL)
_STRUCK = re.compile(r"(~~?)(?=[^\s~])(.*?[^\s~])\1(?!~)", re.DOTALL)
_EACH_ROUND = re.compile(r"\s*([*_])\(each round\)\1", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)(.+?)\1(.*)", re.DOTALL)
_BULLET_LINE = re.compile(r"\s*[-*+]\s")
_LIST_LINE = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_MOST_LEFT_OPEN = 8
_MOST_WORDS = 60


@dataclass(frozen=True)
class Item:
    """One line `- [ ] text`. Settled when a person ticked it or struck its text out."""

    text: str
    """Without tick, strike, reason and the mark of a round."""
    ticked: bool = False
    struck: bool = False
    needed: bool = True
    each_round: bool = False

    @property
    def settled(self) -> bool:
        """Whether nobody has to do anything about it any more."""
        return self.ticked or self.struck


@dataclass(frozen=True)
class Checklist:
    """A posted checklist. Only items under "Needed" count for the guard; without such a heading, all do."""

    name: str
    items: tuple[Item, ...] = ()
    url: str = ""
    asked: int = 0
    """How many needed items there were when it was written. One that somebody deleted is not settled by that."""

    @property
    def lost(self) -> int:
        """How many needed items are gone."""
        return max(0, self.asked - sum(item.needed for item in self.items))

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The needed items that nobody settled."""
        return tuple(item for item in self.items if item.needed and not item.settled)

    @property
    def settled(self) -> bool:
        """Whether every needed item is settled, and none is gone."""
        return not self.open_items and not self.lost


class _Task(NamedTuple):
    """A task line, taken apart."""

    before: str
    tick: str
    after: str
    text: str

    @property
    def ticked(self) -> bool:
        return self.tick in "xX"

    @property
    def struck(self) -> bool:
        return _STRUCK.match(self.text) is not None

    def item(self, *, needed: bool = True) -> Item:
        each_round = _EACH_ROUND.search(self.text) is not None
        return Item(_plain(self.text), self.ticked, self.struck, needed, each_round)


@dataclass(frozen=True)
class _Line:
    """A line of a list. `part` is the title it stands under, and which one of that name it is."""

    text: str
    part: tuple[str, int]
    title: str | None = None
    task: _Task | None = None
    literal: str = ""
    """The code or HTML it stands in, and where: such a block is the same only as a whole."""

    @property
    def name(self) -> str:
        """The same for lines that say the same."""
        if self.task:
            return key(self.task.text)
        # No item contains a line break, so no other line is ever taken for one.
        said = f"# {_part_name(self.title)}" if self.title is not None else self.literal or " ".join(self.text.split())
        return _short(f"\n{said}")

    @property
    def indented(self) -> bool:
        return self.text[:1] in (" ", "\t")


@dataclass
class _Outline:
    """What Markdown makes of the lines of a list."""

    lines: list[str]
    titles: dict[int, str] = field(default_factory=dict)
    """Headings, and lines that are nothing but bold."""
    tasks: dict[int, _Task] = field(default_factory=dict)
    literal: dict[int, str] = field(default_factory=dict)
    """Lines of code and HTML, each with the whole block and its place in it."""
    left_open: dict[int, str] = field(default_factory=dict)
    """Where a block begins that would swallow the rest of the list, and what would close it."""

    @classmethod
    def of(cls, body: str) -> _Outline:
        outline, start = cls([line.rstrip("\r\n") for line in markdown.lines(body)]), 0
        for _ in range(_MOST_LEFT_OPEN):
            start = outline._read_blocks(start)
        for number, line in enumerate(outline.lines):
            if number not in outline.literal:
                outline._read_line(number, line)
        return outline

    def _read_blocks(self, start: int) -> int:
        """Read from a line on, and return where to go on: a block left open must not swallow what is needed."""
        tokens = markdown.blocks("\n".join(self.lines[start:]))
        for token, inside in zip(tokens, [*tokens, None][1:], strict=True):
            if not token.map:
                continue
            first, end = token.map[0] + start, token.map[1] + start
            if token.level == 0 and markdown.missing_end(token):
                self.left_open[first] = markdown.missing_end(token)
                return first + 1
            if markdown.is_literal(token):
                whole = _short("\n".join(self.lines[first:end]).rstrip())
                self.literal |= {number: f"{whole}\n{number - first}" for number in range(first, end)}
            elif token.type == "heading_open" and token.level == 0 and inside and "\n" not in inside.content:
                self.titles[first] = inside.content
        return len(self.lines)

    def _read_line(self, number: int, line: str) -> None:
        task, bold = _TASK.fullmatch(line), _BOLD_LINE.fullmatch(line)
        if task:
            self.tasks[number] = _Task(*task.groups())
        elif bold and (not bold[3].strip(" \t:.") or _is_needed(bold[2])):
            self.titles.setdefault(number, bold[2])


def read(name: str, body: str, url: str = "") -> Checklist:
    """Read a posted checklist: its task items wherever they stand, except in code and HTML.

    What counts is the part under a heading or bold line that begins with "Needed", up to the next such line.
    """
    outline = _Outline.of(body)
    parted = any(map(_is_needed, outline.titles.values()))
    needed, items = not parted, list[Item]()
    for number in range(len(outline.lines)):
        if parted and number in outline.titles:
            needed = _is_needed(outline.titles[number])
        if number in outline.tasks:
            items.append(outline.tasks[number].item(needed=needed))
    return Checklist(name, tuple(items), url, _asked_in(body))


def key(item: Item | str) -> str:
    """Name an item by its words, whatever their case, emphasis and punctuation: eight characters that stay the same."""
    text = item.text if isinstance(item, Item) else _plain(item)
    return _short(_words(text) or text)


def ticks(checklist: Checklist) -> tuple[str, ...]:
    """Name the settled items, so that `restore` can settle them again."""
    return tuple(key(item) for item in checklist.items if item.settled)


def restore(body: str, settled: Iterable[str]) -> str:
    """Tick the items that were settled when the list was last seen; strikes too, since their reasons are gone."""
    wanted, numbers = Counter(settled), list[int]()
    for number, task in _Outline.of(body).tasks.items():
        name = key(task.text)
        wanted[name] -= 1
        if wanted[name] >= 0 and not task.struck:
            numbers.append(number)
    return _with_tick(body, numbers, "x")


def tick(body: str, item: str) -> str:
    """Tick one item, given by its key or its text. Raises KeyError if the list has no such item."""
    tasks = {n: task for n, task in _Outline.of(body).tasks.items() if key(task.text) in (item, key(item))}
    if not tasks:
        raise KeyError(item)
    return _with_tick(body, [number for number, task in tasks.items() if not task.ticked][:1], "x")


def new_round(body: str) -> str:
    """Untick the items that are due in each round. What was struck stays struck."""
    due = [n for n, task in _Outline.of(body).tasks.items() if task.item().each_round and not task.struck]
    return _with_tick(body, due, " ")


def written(text: str) -> dict[str, list[str] | int]:
    """Name the lines of a list as the bot writes it, for its marker. `merge` tells them from people's lines by that."""
    lines = [line.name for line in _read_lines(text) if line.text]
    return {WRITTEN: lines, ASKED: sum(item.needed for item in read("", text).items)}


def merge(old_body: str, new_body: str) -> str:
    """Bring a list up to date with its template. Nobody's line moves, and nobody's tick, strike or word is lost.

    New lines come in where the template has them, items that left it are struck, its other lines go. Which lines were
    its own, the old body's marker says (`written`); without one, all are people's. Merging again changes nothing.
    """
    merged = _merged(old_body, new_body)
    # Lines that say the same may change places in the first round, never in a later one.
    for _ in range(3):
        before, merged = merged, _merged(merged, new_body)
        if merged == before:
            break
    return merged


def rebase(ours: str, base: str, theirs: str) -> str:
    """Put on our new text what somebody did to the list while we wrote it; `base` is the list as we both knew it.

    A tick is theirs where they changed it, else ours; their strikes, words and lines stay.
    """
    ticks = {nth: task.tick for nth, _, task in _numbered(ours)}
    before = {nth: task.ticked for nth, _, task in _numbered(base)}
    for nth, number, task in _numbered(theirs):
        if nth in ticks and before.get(nth) == task.ticked:
            theirs = _with_tick(theirs, [number], ticks[nth])
    return merge(theirs, ours)


def _numbered(body: str) -> Iterator[tuple[tuple[str, int], int, _Task]]:
    """Give each item with its name, the how-manyth of that name it is, and its line."""
    seen = Counter[str]()
    for number, task in _Outline.of(body).tasks.items():
        name = key(task.text)
        yield (name, seen[name]), number, task
        seen[name] += 1


def _merged(old_body: str, new_body: str) -> str:
    marker, new_text = _unmarked(new_body)
    old, new, names = _read_lines(_unmarked(old_body)[1]), _read_lines(new_text), _written_in(old_body)
    same = _same(old, new, names)
    moved = _moved(old, new, same)
    left = _left(old, same, moved, names)
    coming = _coming(old, new, same)
    page = _Page(new, {n: _updated(old[o], new[n], new[n]) for o, n in moved.items()})
    page.put_in(coming.get(-1, []))
    for place, line in enumerate(old):
        if place in moved or (place in left and not line.task):
            page.leave_out()
        elif place in same:
            page.keep(_updated(line, new[same[place]], line), line, same[place])
        else:
            page.keep(_struck(line) if place in left else line.text, line)
        page.put_in(coming.get(place, []))
    merged = "\n".join(page.lines).rstrip() + ("\n" if new_text.endswith(("\n", "\r")) else "")
    # What somebody wrote must not become the marker.
    return f"{marker}{merged}" if marker or not markdown.read_marker(merged) else f"\n{merged}"


class _Page:
    """The list as it grows. Lines that did not stand together before are kept apart, lest they mean something else."""

    def __init__(self, new: list[_Line], texts: Mapping[int, str]) -> None:
        self.lines: list[str] = []
        self._new, self._texts = new, texts
        self._number: int | None = None
        """Which of the new lines came last."""
        self._cut, self._literal = False, ""

    def keep(self, text: str, line: _Line, number: int | None = None) -> None:
        """Add a line of the old list as it reads now, and which of the new list it is."""
        if text.strip():
            self._add(text, number, apart=self._cut, literal=line.literal)
            self._cut = False
        elif not self._cut or (self.lines and self.lines[-1].strip()):
            self.lines.append(text)

    def leave_out(self) -> None:
        """Pass over a line of the old list."""
        self._cut = True

    def put_in(self, numbers: Iterable[int]) -> None:
        """Add lines that only the new list has, as far below the line above as there."""
        for number in numbers:
            gap = next((n for n in range(number) if self._new[number - 1 - n].text.strip()), 0) if self.lines else 0
            have = sum(1 for _ in takewhile(lambda line: not line.strip(), reversed(self.lines)))
            self.lines += [""] * (gap - have)
            line = self._new[number]
            self._add(self._texts.get(number, line.text), number, apart=True, literal=line.literal)
            self._cut = True

    def _add(self, text: str, number: int | None, *, apart: bool, literal: str) -> None:
        above = self.lines[-1] if self.lines else ""
        together = number is not None and number - 1 == self._number
        if above.strip() and apart and not together and (self._literal or not _alike(above, text)):
            self.lines.append("")
            # Under nothing, an indented line would be code.
            text = text if literal else text.lstrip()
        self.lines.append(text)
        self._number, self._literal = number, literal


def _read_lines(body: str) -> list[_Line]:
    outline, seen, part = _Outline.of(body), Counter[str](), ("", 0)
    found: list[_Line] = []
    for number, text in enumerate(outline.lines):
        title = outline.titles.get(number)
        if title is not None:
            name = _part_name(title)
            part = (name, seen[name])
            seen[name] += 1
        found.append(_Line(text, part, title, outline.tasks.get(number), outline.literal.get(number, "")))
        if number in outline.left_open:
            found[-1] = replace(found[-1], literal=outline.left_open[number])
            found.append(_Line(outline.left_open[number], part, literal=text))
    return found


def _same(old: list[_Line], new: list[_Line], ours: Collection[str]) -> dict[int, int]:
    """Pair lines that say the same in the same part, in order, then items with the ones people added words to."""
    waiting: dict[tuple[str, tuple[str, int]], deque[int]] = defaultdict(deque)
    for number, line in enumerate(new):
        if line.text.strip():
            waiting[line.name, line.part].append(number)
    pairs: dict[int, int] = {}
    for place, line in enumerate(old):
        if waiting[line.name, line.part]:
            pairs[place] = waiting[line.name, line.part].popleft()
    left = {(_item_words(new[n]), new[n].part): n for numbers in waiting.values() for n in numbers if new[n].task}
    for place, line in enumerate(old):
        if line.task and place not in pairs and line.name not in ours:
            start = next((start for start in _starts(_item_words(line)) if (start, line.part) in left), None)
            pairs |= {} if start is None else {place: left.pop((start, line.part))}
    return pairs


def _moved(old: list[_Line], new: list[_Line], same: Mapping[int, int]) -> dict[int, int]:
    """Pair items that the template has in another part now, unless somebody wrote something below them."""
    waiting: dict[str, deque[int]] = defaultdict(deque)
    notes = _notes(old)
    for number in sorted(set(range(len(new))).difference(same.values())):
        if new[number].task:
            waiting[new[number].name].append(number)
    return {
        place: waiting[line.name].popleft()
        for place, line in enumerate(old)
        if line.task and place not in same and notes[place] == place and waiting[line.name]
    }


def _left(old: list[_Line], same: Collection[int], moved: Collection[int], ours: Counter[str]) -> set[int]:
    """Find the lines that the bot wrote and the template has no more; a second one like it is somebody's."""
    counts = ours - Counter(old[place].name for place in (*same, *moved))
    found, notes, below, stays = set[int](), _notes(old), -1, False
    for place, line in reversed([(place, line) for place, line in enumerate(old) if line.text.strip()]):
        if place not in same and place not in moved and counts[line.name] > 0:
            counts[line.name] -= 1
            # Text stays if somebody wrote something below it, a title if anything stays there, code as long as its end.
            inside = line.literal.partition("\n")[0] == old[below].literal.partition("\n")[0] != ""
            free = (notes[place] == place and not inside) or (below in found and not old[below].task)
            found |= {place} if line.task or (free and not (stays and line.title is not None)) else set()
        goes = place in moved or (place in found and not line.task)
        stays = line.title is None and (stays or not goes)
        below = place
    return found


def _coming(old: list[_Line], new: list[_Line], same: Mapping[int, int]) -> dict[int, list[int]]:
    """Tell which new lines come behind which old one: below the line they follow, a new part behind a whole part."""
    places = {number: place for place, number in same.items()}
    coming: dict[int, list[int]] = defaultdict(list)
    notes, at = _notes(old), -1
    for number, line in enumerate(new):
        if number in places:
            at = notes[places[number]]
        elif line.text.strip():
            at = _end_of_part(old, at) if line.title is not None else at
            coming[at].append(number)
    return coming


def _end_of_part(old: list[_Line], at: int) -> int:
    end = next((place for place in range(at + 1, len(old)) if old[place].title is not None), len(old)) - 1
    while end > at and not old[end].text.strip():
        end -= 1
    return end


def _notes(lines: list[_Line]) -> list[int]:
    """Tell for each line where ends what belongs to it: indented lines below it, and text right below it."""
    ends, below, belongs = list(range(len(lines))), -1, False
    for place in reversed(range(len(lines))):
        line = lines[place]
        if line.text.strip():
            ends[place] = ends[below] if belongs else place
            right_below = place > 0 and bool(lines[place - 1].text.strip())
            is_text = line.title is None and not line.literal and not _LIST_LINE.match(line.text)
            below, belongs = place, line.indented or (right_below and is_text)
    return ends


def _updated(old: _Line, new: _Line, box: _Line) -> str:
    """Write a line as the template has it now, with the tick, the strike and the words that people gave it."""
    if not (old.task and new.task and box.task):
        # What makes a line a title may change what the next one is.
        return new.text if new.title is not None and new.text[:2] == old.text[:2] in ("**", "##", "# ") else old.text
    kept = old.task.struck or old.name != new.name
    return f"{box.task.before}{old.task.tick}{box.task.after}{old.task.text if kept else new.task.text}"


def _struck(line: _Line) -> str:
    """Strike an item that left the template, if nobody did before."""
    text = line.task.text.replace("~~", "").strip("~ ") if line.task else ""
    if not line.task or line.task.struck or not text:
        return line.text
    return f"{line.task.before}{line.task.tick}{line.task.after}~~{text}~~ {GONE}"


def _written_in(body: str) -> Counter[str]:
    marker = markdown.read_marker(body)
    names = marker.payload.get(WRITTEN) if marker else None
    return Counter(name for name in names if isinstance(name, str)) if isinstance(names, list) else Counter()


def _asked_in(body: str) -> int:
    marker = markdown.read_marker(body)
    asked = marker.payload.get(ASKED, 0) if marker else 0
    return asked if isinstance(asked, int) else 0


def _unmarked(body: str) -> tuple[str, str]:
    """Part a body from the line of its marker."""
    first = markdown.lines(body)[0] if markdown.read_marker(body) else ""
    return f"{first.rstrip()}\n" if first else "", body[len(first) :]


def _with_tick(body: str, numbers: Collection[int], tick: str) -> str:
    lines = markdown.lines(body)
    for number in numbers:
        task = _TASK.match(lines[number])
        if task:
            lines[number] = task[1] + tick + lines[number][task.end(2) :]
    return "".join(lines)


def _part_name(title: str) -> str:
    return "needed" if _is_needed(title) else _words(title)


def _is_needed(title: str) -> bool:
    return _words(title).partition(" ")[0] == "needed"


def _plain(text: str) -> str:
    """The words of an item: what stands between the strikes, if it is struck, and no mark of a round."""
    struck = _STRUCK.match(text)
    return _EACH_ROUND.sub("", struck[2] if struck else text).strip()


def _item_words(line: _Line) -> str:
    return _words(_plain(line.task.text)) if line.task else ""


def _starts(text: str) -> Iterator[str]:
    """Every shorter beginning of a text, the longest first."""
    said = text.split(" ")[:_MOST_WORDS]
    return (" ".join(said[:count]) for count in range(len(said) - 1, 0, -1))


def _words(text: str) -> str:
    signs = (" " if unicodedata.category(sign)[0] == "P" or sign in "~`^$+=|<>" else sign for sign in text.casefold())
    return " ".join("".join(signs).split())


def _short(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _alike(above: str, below: str) -> bool:
    """Whether a line continues the list or table above it. A number does not always: it may be read as text."""
    in_list = _LIST_LINE.match(above) or above[:1] in (" ", "\t")
    return bool(in_list and _BULLET_LINE.match(below)) or above[:1] == below[:1] == "|"
