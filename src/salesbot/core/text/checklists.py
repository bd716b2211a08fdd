"""Checklists: posted task lists, and what is settled in them.

Knows which part of a list counts, and how to settle an item or open it again. Knows no template and no stage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from salesbot.core.text import markdown
from salesbot.core.text.task_lists import Item, Outline, is_needed, is_packages, key, with_tick

ASKED = "needed"
"""Where a list's marker keeps how many needed items the bot wrote."""


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


def read(name: str, body: str, url: str = "") -> Checklist:
    """Read a posted checklist: its task items wherever they stand, except in code and HTML.

    What counts is the part under a heading or bold line that begins with "Needed", up to the next such line. The lines
    under one that begins with "Packages" are those of an estimate.
    """
    outline = Outline.of(body)
    parted = any(map(is_needed, outline.titles.values()))
    needed, packages, items = not parted, False, list[Item]()
    for number in range(len(outline.lines)):
        if number in outline.titles:
            needed = is_needed(outline.titles[number]) or not parted
            packages = is_packages(outline.titles[number])
        if number in outline.tasks:
            items.append(outline.tasks[number].item(needed=needed, package=packages))
    return Checklist(name, tuple(items), url, _asked_in(body))


def ticks(checklist: Checklist) -> tuple[str, ...]:
    """Name the settled items, so that `restore` can settle them again."""
    return tuple(key(item) for item in checklist.items if item.settled)


def restore(body: str, settled: Iterable[str]) -> str:
    """Tick the items that were settled when the list was last seen; strikes too, since their reasons are gone."""
    wanted, numbers = Counter(settled), list[int]()
    for number, task in Outline.of(body).tasks.items():
        name = key(task.text)
        wanted[name] -= 1
        if wanted[name] >= 0 and not task.struck:
            numbers.append(number)
    return with_tick(body, numbers, "x")


def tick(body: str, item: str) -> str:
    """Tick one item, given by its key or its text. Raises KeyError if the list has no such item."""
    tasks = {n: task for n, task in Outline.of(body).tasks.items() if key(task.text) in (item, key(item))}
    if not tasks:
        raise KeyError(item)
    return with_tick(body, [number for number, task in tasks.items() if not task.ticked][:1], "x")


def new_round(body: str) -> str:
    """Untick the items that are due in each round. What was struck stays struck."""
    due = [n for n, task in Outline.of(body).tasks.items() if task.item().each_round and not task.struck]
    return with_tick(body, due, " ")


def _asked_in(body: str) -> int:
    marker = markdown.read_marker(body)
    asked = marker.payload.get(ASKED, 0) if marker else 0
    return asked if isinstance(asked, int) else 0
