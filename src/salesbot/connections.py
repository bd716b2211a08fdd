"""The shell that makes prospects of connections: a contact's box that reaches the configured stage opens a deal.

Opening is `opening`'s business; known here is which boxes are new, what of them goes along, and that the box is told
the address of its deal, so that the next run knows it at a glance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbot.app import App, Log, Outcome
from salesbot.core import inbox, pairs, sync, wishes
from salesbot.core.facts import Facts
from salesbot.core.lead import BRIEF, Lead, Received
from salesbot.core.mirror import Contact, Mirror, MirrorEffect, PutColumn
from salesbot.core.pipeline import Pipeline
from salesbot.opening import Opening
from salesbot.streak_side import Side, tell


@dataclass
class Connections:
    """One run over the boxes of contacts."""

    app: App
    side: Side
    log: Log = field(default=lambda text: None)

    def run(self, around: Facts, pipeline: Pipeline) -> Outcome:
        """Open a deal for each box that reached a configured stage since salesbot is here. Nothing new: no request."""
        ready = self._ready(around, pipeline)
        if not ready:
            return Outcome()
        opening = Opening(self.app, self.log)
        told, begun = opening.begin()
        if begun is None:
            return told
        received = {key_of(mirror): Received(key_of(mirror), mirror.moved_at) for mirror, _ in ready}
        outcome = told.then(opening.finish())
        opening.read_back(received.values())
        fresh = {each.key for each in inbox.fresh(received.values(), opening.others)}
        leads = [self._lead(mirror, stage) for mirror, stage in ready if key_of(mirror) in fresh]
        outcome = outcome.then(opening.open_all(leads))
        known = inbox.keys(opening.others)
        return outcome.then(self._tell([mirror for mirror, _ in ready], known, around.repository.url))

    def _ready(self, around: Facts, pipeline: Pipeline) -> list[tuple[Mirror, str]]:
        """The boxes in a configured stage that name no issue of ours, with the stage their deals start in."""
        since = wishes.installed(around, pipeline) or around.read_at
        waiting = [
            mirror
            for mirror in self.side.mirrors.values()
            if mirror.moved_at >= since and not pairs.names_an_issue(mirror, around.repository.url)
        ]
        stages = self._stages(pipeline) if waiting and self.side.said.stages else {}
        found = [(mirror, stages[mirror.stage]) for mirror in waiting if mirror.stage in stages]
        return sorted(found, key=lambda each: (each[0].moved_at, each[0].key))

    def _stages(self, pipeline: Pipeline) -> Mapping[str, str]:
        """By their key, ours. Where the configuration gives keys, nobody has to be asked."""
        said = self.side.said.stages
        if all(theirs.isdigit() for theirs in said.values()):
            return {theirs: ours for ours, theirs in said.items()}
        mapped = self.side.stages(pipeline).ours
        return {theirs: ours for theirs, ours in mapped.items() if ours in said}

    def _lead(self, mirror: Mirror, stage: str) -> Lead:
        """Who it is about goes along; asked is only about the first of several."""
        contact = self.side.streak.contact(mirror.contacts[0]) if mirror.contacts else None
        contact = contact or Contact()
        name = contact.name or mirror.title
        said = [mirror.title] if contact.name and mirror.title != contact.name else []
        given = {
            "Contact": name,
            "Email": next(iter((*contact.mails, *mirror.mails)), ""),
            "Phone": next(iter(contact.phones), ""),
            "Streak": mirror.key,
            BRIEF: "\n\n".join(filter(None, [*said, mirror.note])),
        }
        fields = {heading: text for heading, text in given.items() if text}
        return Lead(key_of(mirror), mirror.moved_at, fields, stage=stage)

    def _tell(self, mirrors: Sequence[Mirror], known: Mapping[str, int], url: str) -> Outcome:
        """Write the address of each deal into its box."""
        notes: list[str] = []
        for mirror in mirrors:
            number = known.get(key_of(mirror))
            if number is not None:
                effects: list[MirrorEffect] = [PutColumn(pairs.ADDRESS, f"{url}/issues/{number}")]
                notes += tell(self.side.streak, mirror.key, effects, self.side.layout(), number)
        return Outcome(notes=tuple(notes))


def key_of(mirror: Mirror) -> str:
    """Name the lead that a box is."""
    return f"{sync.FROM_STREAK}:{mirror.key}"
