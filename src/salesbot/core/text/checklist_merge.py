"""Merging: a posted checklist and its template become one list, and nobody's line, tick, strike or word is lost.

Knows which lines the bot wrote, from the list's marker; all others are people's. Decides no move.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import takewhile

from salesbot.core.text import markdown
from salesbot.core.text.checklists import ASKED, read
from salesbot.core.text.task_lists import Line, Outline, Task, key, plain, read_lines, with_tick, words_of

GONE = "not asked any more"
"""Why an item that left the template is struck out."""
WRITTEN = "lines"
"""Where a list's marker keeps the names of the lines that the bot wrote."""
_BULLET_LINE = re.compile(r"\s*[-*+]\s")
_LIST_LINE = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_MOST_WORDS = 60


def written(text: str) -> dict[str, list[str] | int]:
    """Name the lines of a list as the bot writes it, for its marker. `merge` tells them from people's lines by that."""
    lines = [line.name for line in read_lines(text) if line.text]
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
            theirs = with_tick(theirs, [number], ticks[nth])
    return merge(theirs, ours)


def _numbered(body: str) -> Iterator[tuple[tuple[str, int], int, Task]]:
    """Give each item with its name, the how-manyth of that name it is, and its line."""
    seen = Counter[str]()
    for number, task in Outline.of(body).tasks.items():
        name = key(task.text)
        yield (name, seen[name]), number, task
        seen[name] += 1


def _merged(old_body: str, new_body: str) -> str:
    marker, new_text = _unmarked(new_body)
    old, new, names = read_lines(_unmarked(old_body)[1]), read_lines(new_text), _written_in(old_body)
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

    def __init__(self, new: list[Line], texts: Mapping[int, str]) -> None:
        self.lines: list[str] = []
        self._new, self._texts = new, texts
        self._number: int | None = None
        """Which of the new lines came last."""
        self._cut, self._literal = False, ""

    def keep(self, text: str, line: Line, number: int | None = None) -> None:
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


def _same(old: list[Line], new: list[Line], ours: Collection[str]) -> dict[int, int]:
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


def _moved(old: list[Line], new: list[Line], same: Mapping[int, int]) -> dict[int, int]:
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


def _left(old: list[Line], same: Collection[int], moved: Collection[int], ours: Counter[str]) -> set[int]:
    """Find the lines that the bot wrote and the template has no more; a second one like it is somebody's."""
    counts = ours - Counter(old[place].name for place in (*same, *moved))
    found, notes, below, stage_intervals = set[int](), _notes(old), -1, False
    for place, line in reversed([(place, line) for place, line in enumerate(old) if line.text.strip()]):
        if place not in same and place not in moved and counts[line.name] > 0:
            counts[line.name] -= 1
            # Text stays if somebody wrote something below it, a title if anything stays there, code as long as its end.
            inside = line.literal.partition("\n")[0] == old[below].literal.partition("\n")[0] != ""
            free = (notes[place] == place and not inside) or (below in found and not old[below].task)
            found |= {place} if line.task or (free and not (stage_intervals and line.title is not None)) else set()
        goes = place in moved or (place in found and not line.task)
        stage_intervals = line.title is None and (stage_intervals or not goes)
        below = place
    return found


def _coming(old: list[Line], new: list[Line], same: Mapping[int, int]) -> dict[int, list[int]]:
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


def _end_of_part(old: list[Line], at: int) -> int:
    end = next((place for place in range(at + 1, len(old)) if old[place].title is not None), len(old)) - 1
    while end > at and not old[end].text.strip():
        end -= 1
    return end


def _notes(lines: list[Line]) -> list[int]:
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


def _updated(old: Line, new: Line, box: Line) -> str:
    """Write a line as the template has it now, with the tick, the strike and the words that people gave it."""
    if not (old.task and new.task and box.task):
        # What makes a line a title may change what the next one is.
        return new.text if new.title is not None and new.text[:2] == old.text[:2] in ("**", "##", "# ") else old.text
    kept = old.task.struck or old.name != new.name
    return f"{box.task.before}{old.task.tick}{box.task.after}{old.task.text if kept else new.task.text}"


def _struck(line: Line) -> str:
    """Strike an item that left the template, if nobody did before."""
    text = line.task.text.replace("~~", "").strip("~ ") if line.task else ""
    if not line.task or line.task.struck or not text:
        return line.text
    return f"{line.task.before}{line.task.tick}{line.task.after}~~{text}~~ {GONE}"


def _written_in(body: str) -> Counter[str]:
    marker = markdown.read_marker(body)
    names = marker.payload.get(WRITTEN) if marker else None
    return Counter(name for name in names if isinstance(name, str)) if isinstance(names, list) else Counter()


def _unmarked(body: str) -> tuple[str, str]:
    """Part a body from the line of its marker."""
    first = markdown.lines(body)[0] if markdown.read_marker(body) else ""
    return f"{first.rstrip()}\n" if first else "", body[len(first) :]


def _item_words(line: Line) -> str:
    return words_of(plain(line.task.text)) if line.task else ""


def _starts(text: str) -> Iterator[str]:
    """Every shorter beginning of a text, the longest first."""
    said = text.split(" ")[:_MOST_WORDS]
    return (" ".join(said[:count]) for count in range(len(said) - 1, 0, -1))


def _alike(above: str, below: str) -> bool:
    """Whether a line continues the list or table above it. A number does not always: it may be read as text."""
    in_list = _LIST_LINE.match(above) or above[:1] in (" ", "\t")
    return bool(in_list and _BULLET_LINE.match(below)) or above[:1] == below[:1] == "|"
