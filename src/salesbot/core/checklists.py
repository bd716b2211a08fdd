"""Checklists: task lists in a comment, read and merged without ever losing what a person ticked, struck or wrote.

Knows what an item is, which part of a list counts, and which lines the bot wrote. Knows no template and no stage.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from salesbot.core import markdown

GONE = "not asked any more"
"""Why an item that left the template is struck out."""
WRITTEN = "lines"
"""Where a list's marker keeps the names of the lines that the bot wrote."""

_TASK = re.compile(r"(\s*(?:[-*+]|\d{1,9}[.)])\s+\[)([ \u00a0xX])(\]\s+)(\S.*)", re.DOTALL)
_STRUCK = re.compile(r"(~~?)(?=[^\s~])(.*?[^\s~])\1(?!~)", re.DOTALL)
_EACH_ROUND = re.compile(r"\s*([*_])\(each round\)\1", re.IGNORECASE)
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)(.+?)\1(.*)", re.DOTALL)
_UNDERLINE = re.compile(r"[ \t]*(?:-+|=+)[ \t]*")
_INDENT = re.compile(r"[ \t]*")
_BULLET_LINE = re.compile(r"\s*[-*+]\s")
_LIST_LINE = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_STRUCTURE = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s+\[[ \u00a0xX]\]\s| {0,3}#{1,6}\s|\*\*|__")
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

    @property
    def open_items(self) -> tuple[Item, ...]:
        """The needed items that nobody settled."""
        return tuple(item for item in self.items if item.needed and not item.settled)

    @property
    def settled(self) -> bool:
        """Whether every needed item is settled."""
        return not self.open_items


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
class _Block:
    """What must stay together: a line, or a fence. `gap` counts the empty lines before it."""

    lines: tuple[str, ...]
    gap: int
    title: str | None = None
    task: _Task | None = None
    code: bool = False
    """Code that only its indentation marks."""

    @property
    def kind(self) -> str:
        """What it goes with, of `_KINDS`."""
        if self.title is not None or self.code:
            return "text"
        return "list" if _LIST_LINE.match(self.lines[0]) else "table" if self.lines[0].startswith("|") else "text"

    @property
    def name(self) -> str:
        """The same for blocks that say the same."""
        if self.task:
            return key(self.task.text)
        # No item contains a line break, so none is ever taken for another line.
        said = f"# {_part_name(self.title)}" if self.title is not None else "\n".join(map(_folded, self.lines))
        return _short(f"\n{said}")


class _Kept(NamedTuple):
    """A block of the old list, its place there, and the kind of blocks it goes with."""

    place: int
    block: _Block
    kind: str


_Part = tuple[str, int]
_TOP: _Part = ("", 0)
_KINDS = ("list", "table", "text")


@dataclass
class _Plan:
    """What comes from the old list: instead of blocks of the new one, below them, and at the end of parts."""

    taken: dict[int, _Kept] = field(default_factory=dict)
    below: dict[int, list[_Kept]] = field(default_factory=lambda: defaultdict(list))
    at_end: dict[_Part, list[_Kept]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[_Part, _Kept] = field(default_factory=dict)


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
    return Checklist(name, tuple(items), url)


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


def written(text: str) -> dict[str, list[str]]:
    """Name the lines of a list as the bot writes it, for its marker. `merge` tells them from people's lines by that."""
    return {WRITTEN: [block.name for block in _blocks(text)]}


def merge(old_body: str, new_body: str) -> str:
    """Write a list anew without losing what people did to the old one.

    Ticks, strikes and words added to an item stay with it, people's lines at the end of their part or below their item.
    Items that left the template are struck, its other lines go; which lines those are, the old body's marker says
    (`written`), and without one every line counts as people's. Merging again changes nothing.
    """
    marker, new_text = _unmarked(new_body)
    new = _blocks(new_text)
    plan, parts = _plan(_blocks(_unmarked(old_body)[1]), new, _written_in(old_body)), _parts(new)
    page, ends = _Page(), _ends(new, parts)
    for part in {_TOP}.difference(parts):
        page.keep(plan.at_end.pop(part, []))
    for number, block in enumerate(new):
        page.write(block, plan.taken.get(number))
        page.keep(plan.below.get(number, []))
        for part, kind in ends[number]:
            page.keep([kept for kept in plan.at_end.get(part, []) if kept.kind == kind])
    for part in [part for part in plan.at_end if part not in parts]:
        page.keep([*([plan.titles[part]] if part in plan.titles else []), *plan.at_end[part]])
    return marker + "\n".join(page.lines) + ("\n" if new_text.endswith(("\n", "\r")) else "")


class _Page:
    """The merged list as it grows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._place: int | None = None
        self._after_new = True
        self._single = False

    def write(self, block: _Block, taken: _Kept | None) -> None:
        """Add a block of the new list, or what the old one has in its place."""
        self._add(taken.block.lines if taken else block.lines, block.gap, joined=self._after_new)
        self._place, self._after_new = taken.place if taken else None, True

    def keep(self, kept: Sequence[_Kept]) -> None:
        """Add blocks of the old list."""
        for place, block, _ in kept:
            follows = self._place is not None and place == self._place + 1
            self._add(block.lines, block.gap, joined=follows and not _UNDERLINE.fullmatch(block.lines[0]))
            self._place, self._after_new = place, False

    def _add(self, lines: Sequence[str], gap: int, *, joined: bool) -> None:
        """Two lines that did not stand together before might mean something else without an empty one between them."""
        apart = not (joined or (self._single and _alike(self.lines[-1], lines[0])))
        if gap == 0 and (apart if self.lines else markdown.read_marker(lines[0])):
            gap = 1
        self.lines += [*[""] * gap, *lines]
        self._single = len(lines) == 1


def _plan(old: list[_Block], new: list[_Block], ours: Counter[str]) -> _Plan:
    """Decide where each block of the old list goes."""
    plan, parts = _Plan(), _parts(old)
    is_ours = [_taken_from(ours, block.name) for block in old]
    matches = _matches(old, new, is_ours)
    names = {name for block in new for name in (block.name, _item_words(block))}
    run = _Run()
    for place, block in enumerate(old):
        match = matches.get(place)
        if match is not None:
            plan.taken[match] = _Kept(place, _taken(block, new[match]), "")
            run = _Run(below=match if new[match].kind == "list" else None, room=_width(_LIST_LINE, new[match]) + 3)
        elif not is_ours[place] or block.task:
            # A double stays behind the line it doubles, or the two would change places each time.
            run = run.with_next(block) if not _doubles(block, names) else _Run(kind="text").with_next(block)
            kept = _Kept(place, run.moved(_struck(block) if is_ours[place] else _fenced(block)), run.kind)
            (plan.at_end[parts[place]] if run.below is None else plan.below[run.below]).append(kept)
        else:
            run = _Run()
            if block.title is not None:
                plan.titles[parts[place]] = _Kept(place, block, "")
    return plan


@dataclass(frozen=True)
class _Run:
    """Blocks that follow one another to the same place: below an item of the new list, or to the end of a part."""

    below: int | None = None
    room: int = 0
    """How far a line may be indented to stand below that item."""
    kind: str = ""
    lead: str = ""
    """The kind of the block at the margin that they stand under."""
    shift: int | None = None
    """How far the blocks move to the left, so that they stay what they are."""

    def with_next(self, block: _Block) -> _Run:
        indent, kind = 0 if block.code else _width(_INDENT, block), self.kind or block.kind
        alone = self.below is None and (not self.lead or (block.kind == "list" and self.lead != "list"))
        if not indent or block.title is not None or alone:
            return _Run(kind=kind, lead=block.kind, shift=indent)
        if self.shift is None:
            return replace(self, shift=indent if indent > self.room else 0)
        return self

    def moved(self, block: _Block) -> _Block:
        return (
            replace(block, lines=tuple(_shifted(line, self.shift or 0) for line in block.lines))
            if self.shift
            else block
        )


def _ends(blocks: list[_Block], parts: list[_Part]) -> dict[int, list[tuple[_Part, str]]]:
    """Tell behind which block people's lines of a part and kind go: list lines behind the list, rows into the table."""
    last = {(part, kind): number for number, part in enumerate(parts) for kind in (blocks[number].kind, "text")}
    ends: dict[int, list[tuple[_Part, str]]] = defaultdict(list)
    for part in dict.fromkeys(parts):
        for kind in _KINDS:
            ends[last.get((part, kind), last[part, "text"])].append((part, kind))
    return ends


def _matches(old: list[_Block], new: list[_Block], is_ours: list[bool]) -> dict[int, int]:
    """Pair blocks that say the same, then items with the ones people added words to; those of one part come first."""
    pairs: dict[int, int] = {}
    was, now = _parts(old), _parts(new)
    _pair(pairs, list(zip(_names(old), was, strict=True)), list(zip(_names(new), now, strict=True)))
    _pair(pairs, _names(old), _names(new))
    for same_part in (True, False):
        free = set(range(len(new))).difference(pairs.values())
        left = {(_item_words(new[n]), now[n] if same_part else _TOP): n for n in free if new[n].task}
        for place, block in enumerate(old):
            if block.task and place not in pairs and not is_ours[place]:
                part = was[place] if same_part else _TOP
                start = next((start for start in _starts(_item_words(block)) if (start, part) in left), None)
                pairs |= {} if start is None else {place: left.pop((start, part))}
    return pairs


def _doubles(block: _Block, names: Collection[str]) -> bool:
    """Whether a block says what one of the new list says, perhaps with words added."""
    return block.name in names or (block.task is not None and any(map(names.__contains__, _starts(_item_words(block)))))


def _starts(text: str) -> Iterator[str]:
    """Every shorter beginning of a text, the longest first."""
    said = text.split(" ")[:_MOST_WORDS]
    return (" ".join(said[:count]) for count in range(len(said) - 1, 0, -1))


def _pair(pairs: dict[int, int], old: Sequence[Hashable], new: Sequence[Hashable]) -> None:
    """Pair what is equal and has no partner yet, the first with the first."""
    waiting: dict[Hashable, deque[int]] = defaultdict(deque)
    taken = set(pairs.values())
    for number, one in enumerate(new):
        if number not in taken:
            waiting[one].append(number)
    pairs |= {n: waiting[one].popleft() for n, one in enumerate(old) if n not in pairs and waiting[one]}


def _names(blocks: list[_Block]) -> list[str]:
    return [block.name for block in blocks]


def _taken(old: _Block, new: _Block) -> _Block:
    """Give a block of the new list the tick of the old one, and the words that people put into it."""
    if not (old.task and new.task):
        return new
    kept = old.task.struck or old.name != new.name
    text = old.task.text if kept else new.task.text
    return _Block((f"{new.task.before}{old.task.tick}{new.task.after}{text}",), new.gap)


def _struck(block: _Block) -> _Block:
    """Strike an item that left the template, if nobody did before."""
    text = block.task.text.replace("~~", "").strip("~ ") if block.task else ""
    if not block.task or block.task.struck or not text:
        return block
    line = f"{block.task.before}{block.task.tick}{block.task.after}~~{text}~~ {GONE}"
    return _Block((line,), block.gap)


def _fenced(block: _Block) -> _Block:
    """Put a fence around code, which below a list would be no code without it."""
    if not block.code:
        return block
    return replace(
        block, lines=tuple(markdown.fenced("\n".join(_shifted(line, 4) for line in block.lines)).split("\n"))
    )


def _taken_from(ours: Counter[str], name: str) -> bool:
    """Cross a line off the list of those the bot wrote; a second one like it is somebody's."""
    ours[name] -= 1
    return ours[name] >= 0


def _written_in(body: str) -> Counter[str]:
    marker = markdown.read_marker(body)
    names = marker.payload.get(WRITTEN) if marker else None
    return Counter(name for name in names if isinstance(name, str)) if isinstance(names, list) else Counter()


def _unmarked(body: str) -> tuple[str, str]:
    """Part a body from the line of its marker."""
    first = markdown.lines(body)[0] if markdown.read_marker(body) else ""
    return f"{first.rstrip()}\n" if first else "", body[len(first) :]


def _parts(blocks: list[_Block]) -> list[_Part]:
    """Tell the part of each block: the words of its title, and which one of that name it is."""
    seen, now, parts = Counter({_TOP[0]: 1}), _TOP, list[_Part]()
    for block in blocks:
        if block.title is not None:
            name = _part_name(block.title)
            now = (name, seen[name])
            seen[name] += 1
        parts.append(now)
    return parts


def _part_name(title: str) -> str:
    return "needed" if _is_needed(title) else _words(title)


def _is_needed(title: str) -> bool:
    return _words(title).partition(" ")[0] == "needed"


def _blocks(body: str) -> list[_Block]:
    outline = _Outline.of(body)
    found: list[_Block] = []
    gap = number = 0
    while number < len(outline.lines):
        end = outline.whole.get(number, number + 1)
        rows = (*outline.lines[number:end], *outline.missing.get(number, ()))
        if any(row.strip() for row in rows):
            title, task = outline.titles.get(number), outline.tasks.get(number)
            found.append(_Block(rows, gap, title, task, code=number in outline.code))
            gap = 0
        else:
            gap += 1
        number = end
    return found


@dataclass
class _Outline:
    """What Markdown makes of the lines of a list."""

    lines: list[str]
    titles: dict[int, str] = field(default_factory=dict)
    """Headings, and lines that are nothing but bold."""
    tasks: dict[int, _Task] = field(default_factory=dict)
    whole: dict[int, int] = field(default_factory=dict)
    """Headings, code and HTML at the top level: first line and the one after the last."""
    missing: dict[int, tuple[str]] = field(default_factory=dict)
    """The line that would close a block which somebody left open, by its first line."""
    literal: set[int] = field(default_factory=set)
    code: set[int] = field(default_factory=set)
    """Where code begins that only its indentation marks."""

    @classmethod
    def of(cls, body: str) -> _Outline:
        outline = cls([line.rstrip("\r\n") for line in markdown.lines(body)])
        start = 0
        for _ in range(_MOST_LEFT_OPEN):
            start = outline._read_from(start)
        for number, line in enumerate(outline.lines):
            if number not in outline.literal:
                outline._read_line(number, line)
        return outline

    def _read_from(self, start: int) -> int:
        """Read from a line on, and return where to go on: where a block is left open, it must not swallow the list."""
        tokens = markdown.blocks("\n".join(self.lines[start:]))
        for token, content in zip(tokens, [*tokens, None][1:], strict=True):
            if not token.map:
                continue
            first, end = token.map[0] + start, token.map[1] + start
            if token.level == 0 and markdown.missing_end(token):
                return self._read_left_open(first, markdown.missing_end(token))
            if markdown.is_literal(token):
                self.literal.update(range(first, end))
                self.whole.update({first: end} if token.level == 0 else {})
                self.code.update([first] if token.level == 0 and token.type == "code_block" else [])
            elif token.type == "heading_open" and token.level == 0 and content and "\n" not in content.content:
                self.titles[first] = content.content
                self.whole[first] = end
        return len(self.lines)

    def _read_left_open(self, first: int, end: str) -> int:
        """A block left open ends the list, unless there is something in it that belongs to a list: then it is empty."""
        self.missing[first] = (end,)
        if any(_STRUCTURE.match(line) for line in self.lines[first + 1 :]):
            return first + 1
        self.literal.update(range(first, len(self.lines)))
        self.whole[first] = max(number for number, line in enumerate(self.lines) if line.strip()) + 1
        return len(self.lines)

    def _read_line(self, number: int, line: str) -> None:
        task, bold = _TASK.fullmatch(line), _BOLD_LINE.fullmatch(line)
        if task:
            self.tasks[number] = _Task(*task.groups())
        elif bold and (not bold[3].strip(" \t:.") or _is_needed(bold[2])):
            self.titles.setdefault(number, bold[2])


def _with_tick(body: str, numbers: Collection[int], tick: str) -> str:
    lines = markdown.lines(body)
    for number in numbers:
        task = _TASK.match(lines[number])
        if task:
            lines[number] = task[1] + tick + lines[number][task.end(2) :]
    return "".join(lines)


def _plain(text: str) -> str:
    """The words of an item: what stands between the strikes, if it is struck, and no mark of a round."""
    struck = _STRUCK.match(text)
    return _EACH_ROUND.sub("", struck[2] if struck else text).strip()


def _item_words(block: _Block) -> str:
    return _words(_plain(block.task.text)) if block.task else ""


def _words(text: str) -> str:
    signs = (" " if unicodedata.category(sign)[0] == "P" or sign in "~`^$+=|<>" else sign for sign in text.casefold())
    return " ".join("".join(signs).split())


def _folded(line: str) -> str:
    return " ".join(line.split())


def _short(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _width(pattern: re.Pattern[str], block: _Block) -> int:
    found = pattern.match(block.lines[0])
    return len(found[0].expandtabs(4)) if found else 0


def _shifted(line: str, shift: int) -> str:
    text = line.lstrip(" \t")
    indent = len(line[: len(line) - len(text)].expandtabs(4))
    return " " * max(indent - shift, 0) + text


def _alike(above: str, below: str) -> bool:
    """Whether a line continues the list or table above it. A number does not always: it may be read as text."""
    in_list = _LIST_LINE.match(above) or above[:1] in (" ", "\t")
    return bool(in_list and _BULLET_LINE.match(below)) or above[:1] == below[:1] == "|"
