"""`salesbot streak check`: whether key, pipelines and stages fit, and how the service really answers.

salesbot's client was written from documentation alone. Each point that could not be verified is tried here, with the
key of the person who runs it, and reported in a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from salesbot.adapters.streak import Streak, each_key, entries
from salesbot.core.errors import ServiceError
from salesbot.core.lifecycle import mirror_link
from salesbot.core.model.mirror import Layout, PutColumn, PutPeople, PutStage, Tell
from salesbot.core.model.pipeline import Pipeline, StreakPipeline

MAIL_KEYS = ("lastEmailReceivedTimestamp", "lastEmailSentTimestamp", "mostRecentLastSentEmailViewsTimestamp")
TRIED = "salesbot check: delete me"


@dataclass
class Check:
    """One check. `problems` counts what has to be repaired."""

    streak: Streak
    pipeline: Pipeline
    problems: int = 0

    def lines(self, *, writing: bool) -> Iterator[str]:
        """Report line by line. With `writing` a box is made in the sales pipeline, changed and deleted again."""
        me = self.streak.ask("v1/users/me")
        self.me = str(me.get("email") or "?") if isinstance(me, Mapping) else "?"
        yield f"The key belongs to {self.me}."
        yield "Pipelines it sees:"
        for found in entries(self.streak.ask("v1/pipelines")):
            yield f"- {found.get('key')} {found.get('name')}"
        streak = self.pipeline.streak
        named = {"sales": streak.sales if streak else None, "connections": streak.connections if streak else None}
        for name, each in named.items():
            yield from self._pipeline(name, each)
        yield from self._open_points(named["sales"], writing=writing)

    def _pipeline(
        self, name: Literal["sales", "connections"] | str, configured: StreakPipeline | None
    ) -> Iterator[str]:
        yield ""
        if configured is None:
            yield f"streak.pipelines.{name} is not configured."
            return
        try:
            layout = self.streak.layout(configured.key)
        except ServiceError as error:
            self.problems += 1
            yield f"streak.pipelines.{name}: {error}"
            return
        yield f"streak.pipelines.{name} is {layout.name}."
        yield from self._stages(configured, layout) if name == "sales" else self._connections(configured, layout)
        for unknown in mirror_link.unknown_stages(configured, layout):
            self.problems += 1
            yield f"- PROBLEM: it has no stage {unknown!r}. There are {', '.join(layout.stages.values())}."
        for column in (mirror_link.ADDRESS, mirror_link.VALUE)[: 2 if name == "sales" else 1]:
            yield self._column(column, layout)

    def _column(self, name: str, layout: Layout) -> str:
        kind = layout.other_type(name)
        if kind is not None:
            self.problems += 1
            return (
                f"- PROBLEM: column {name} is of the type {kind} and holds no text. Rename it; the next sync adds one."
            )
        return f"- Column {name}: {'missing; the first sync adds it' if layout.column(name) is None else 'there'}."

    def _stages(self, configured: StreakPipeline, layout: Layout) -> Iterator[str]:
        mapped = mirror_link.stage_map(self.pipeline, configured, layout)
        for stage in self.pipeline.stages:
            key = mapped.theirs.get(stage.name)
            there = f"{key} {layout.stages[key]}" if key else "nothing: a deal that goes there leaves its box alone"
            yield f"- {stage.name} is {there}"
        for key, name in layout.stages.items():
            if key not in mapped.ours:
                yield f"- nothing is {key} {name}: a box that goes there leaves its deal alone"

    def _connections(self, configured: StreakPipeline, layout: Layout) -> Iterator[str]:
        mapped = mirror_link.stage_map(self.pipeline, configured, layout)
        for ours in configured.stages:
            key = mapped.theirs.get(ours)
            yield f"- {key or '?'} {layout.stages.get(key or '', '?')} opens a deal in {ours}"
        if not configured.stages:
            yield "- No stage is configured, so no box there opens a deal."

    # What documentation does not tell

    def _open_points(self, configured: StreakPipeline | None, *, writing: bool) -> Iterator[str]:
        yield ""
        yield "What Streak's documentation leaves open, as it is here:"
        if configured is None:
            yield "- Nothing to try without streak.pipelines.sales."
            return
        yield f"- Stages come as {_kind(self.streak.ask(f'v1/pipelines/{configured.key}').get('stages'))}."
        yield self._tried("Paged boxes (version 2)", lambda: self._paging(configured.key))
        yield self._tried("Boxes by `sortBy` and `limit`", lambda: self._latest(configured.key))
        yield self._tried("Mail facts on boxes", lambda: self._mail(configured.key))
        yield self._tried("A contact", lambda: self._contact(configured.key))
        if writing:
            yield from self._writing(configured)
        else:
            yield "- Making and changing boxes: not tried. --try makes a box, changes it and deletes it."
        yield "- Putting mail threads into boxes, organisations, tasks: not used by salesbot, not tried."
        yield f"- Asked to slow down (429): {self.streak.limited} times in {self.streak.requests} requests."

    def _tried(self, what: str, do: Callable[[], str]) -> str:
        try:
            return f"- {what}: {do()}."
        except ServiceError as error:
            return f"- {what}: refused. {error.what}"

    def _paging(self, key: str) -> str:
        first = self.streak.ask(f"v2/pipelines/{key}/boxes?limit=1")
        if not isinstance(first, Mapping):
            return "an array, not paged"
        second = self.streak.ask(f"v2/pipelines/{key}/boxes?limit=1&offset=1")
        moved = first.get("results") != second.get("results")
        return f"an object with {', '.join(sorted(first))}; `offset` {'moves on' if moved else 'does not move on'}"

    def _latest(self, key: str) -> str:
        found = entries(self.streak.ask(f"v1/pipelines/{key}/boxes?sortBy=lastUpdatedTimestamp&limit=2"))
        changed = [int(box.get("lastUpdatedTimestamp") or 0) for box in found]
        order = "the last changed first" if changed == sorted(changed, reverse=True) else "the last changed last"
        return f"{len(changed)} of 2, {order}" if len(changed) == 2 else f"{len(changed)} of 2"

    def _contact(self, key: str) -> str:
        listed = entries(self.streak.ask(f"v1/pipelines/{key}/boxes"))
        keys = [contact.get("key") for box in listed for contact in entries(box.get("contacts"))]
        if not keys:
            return "no box has one"
        return f"has the keys {', '.join(each_key(self.streak.ask(f'v2/contacts/{keys[0]}')))}"

    def _mail(self, key: str) -> str:
        listed = entries(self.streak.ask(f"v1/pipelines/{key}/boxes"))
        counts = {name: sum(bool(box.get(name)) for box in listed) for name in MAIL_KEYS}
        listing = ", ".join(f"{name} on {count}" for name, count in counts.items())
        return f"of {len(listed)} boxes {listing}"

    def _writing(self, configured: StreakPipeline) -> Iterator[str]:
        """Make a box, change it in every way salesbot does, and take it away again, whatever happens."""
        layout = self.streak.layout(configured.key)
        first, *other_stages = layout.stages
        made = self.streak.create(configured.key, TRIED, first, f"{mirror_link.NOTE}{TRIED}")
        try:
            yield f"- A box made with a note: the note is {'there' if made.note else 'lost'}."
            if other_stages:
                yield self._tried(
                    "Moved by `stageKey`", lambda: self._after(made.key, PutStage(other_stages[0]), layout)
                )
            yield self._tried("Assigned by keys of users", lambda: self._after(made.key, PutPeople((self.me,)), layout))
            if layout.column(mirror_link.VALUE) is not None:
                for text in ("12000", ""):
                    name = f"The column {mirror_link.VALUE} set to {text!r}"
                    yield self._tried(name, partial(self._written, made.key, text, layout))
            yield self._tried("A comment", lambda: self._comment(made.key, layout))
        finally:
            self.streak.delete(made.key)
        yield "- The box was deleted again."

    def _after(self, key: str, effect: PutStage | PutPeople, layout: Layout) -> str:
        self.streak.apply_changes(key, effect, layout)
        found = self.streak.mirror(layout.key, key)
        if found is None:
            return "the box is gone"
        return f"now {layout.stages.get(found.stage)}" if isinstance(effect, PutStage) else _shown(found.people)

    def _written(self, key: str, text: str, layout: Layout) -> str:
        self.streak.apply_changes(key, PutColumn(mirror_link.VALUE, text), layout)
        found = self.streak.mirror(layout.key, key)
        shown = found.columns.get(layout.column(mirror_link.VALUE) or "") if found else None
        return f"shows {shown!r}"

    def _comment(self, key: str, layout: Layout) -> str:
        for _ in range(2):
            self.streak.apply_changes(key, Tell(TRIED), layout)
        found = self.streak.ask(f"v2/boxes/{key}/comments")
        listed = entries(found.get("results") if isinstance(found, Mapping) else found)
        return f"written {len(listed)} time(s), with the keys {', '.join(each_key(listed))}"


def _kind(stages: Any) -> str:
    return "an object by key" if isinstance(stages, Mapping) else f"a {type(stages).__name__}"


def _shown(people: frozenset[str]) -> str:
    return f"assigned to {', '.join(sorted(people))}" if people else "nobody is assigned"
