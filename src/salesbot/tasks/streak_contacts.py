"""The shell that makes prospects of connections: a contact's box that reaches the configured stage opens a deal.

Opening is `opening`'s business; known here is which boxes are new, what of them goes along, and that the box is told
the address of its deal, so that the next run knows it at a glance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from salesbot.core.leads import lead_index
from salesbot.core.leads.lead import BRIEF, Lead, Received
from salesbot.core.lifecycle import mirror_link
from salesbot.core.lifecycle.observed import installed
from salesbot.core.model import headings
from salesbot.core.model.facts import RepositoryFacts
from salesbot.core.model.mirror import Contact, Mirror, MirrorEffect, PutColumn
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import mirror_sync
from salesbot.tasks.deal import App, Log, Outcome
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.streak_pipeline import RemotePipeline, tell


@dataclass
class Connections:
    """One run over the boxes of contacts."""

    app: App
    remote: RemotePipeline
    log: Log = field(default=lambda text: None)

    def run(self, context: RepositoryFacts, pipeline: Pipeline) -> Outcome:
        """Open a deal for each box that reached a configured stage since salesbot is here. Nothing new: no request."""
        ready = self._ready(context, pipeline)
        if not ready:
            return Outcome()
        opener = LeadOpener(self.app, self.log)
        told, begun = opener.begin()
        if begun is None:
            return told
        received = {key_of(mirror): Received(key_of(mirror), mirror.moved_at) for mirror, _ in ready}
        outcome = told.then(opener.finish())
        opener.read_back(received.values())
        fresh = {each.key for each in lead_index.fresh(received.values(), opener.other_issues)}
        leads = [self._lead(mirror, stage) for mirror, stage in ready if key_of(mirror) in fresh]
        outcome = outcome.then(opener.open_all(leads))
        known = lead_index.keys(opener.other_issues)
        return outcome.then(self._tell([mirror for mirror, _ in ready], known, context.repository.url))

    def _ready(self, context: RepositoryFacts, pipeline: Pipeline) -> list[tuple[Mirror, str]]:
        """The boxes in a configured stage that name no issue of ours, with the stage their deals start in."""
        since = installed(context.repository, pipeline) or context.read_at
        waiting = [
            mirror
            for mirror in self.remote.mirrors.values()
            if mirror.moved_at >= since and not mirror_link.names_an_issue(mirror, context.repository.url)
        ]
        stages = self._stages(pipeline) if waiting and self.remote.said.stages else {}
        found = [(mirror, stages[mirror.stage]) for mirror in waiting if mirror.stage in stages]
        return sorted(found, key=lambda each: (each[0].moved_at, each[0].key))

    def _stages(self, pipeline: Pipeline) -> Mapping[str, str]:
        """By their key, ours. Where the configuration gives keys, nobody has to be asked."""
        said = self.remote.said.stages
        if all(theirs.isdigit() for theirs in said.values()):
            return {theirs: ours for ours, theirs in said.items()}
        mapped = self.remote.stages(pipeline).ours
        return {theirs: ours for theirs, ours in mapped.items() if ours in said}

    def _lead(self, mirror: Mirror, stage: str) -> Lead:
        """Who it is about goes along; asked is only about the first of several."""
        contact = self.remote.streak.contact(mirror.contacts[0]) if mirror.contacts else None
        contact = contact or Contact()
        name = contact.name or mirror.title
        said = [mirror.title] if contact.name and mirror.title != contact.name else []
        given = {
            headings.CONTACT: name,
            headings.EMAIL: next(iter((*contact.mails, *mirror.mails)), ""),
            headings.PHONE: next(iter(contact.phones), ""),
            headings.STREAK: mirror.key,
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
                effects: list[MirrorEffect] = [PutColumn(mirror_link.ADDRESS, f"{url}/issues/{number}")]
                notes += tell(self.remote.streak, mirror.key, effects, self.remote.layout(), number)
        return Outcome(notes=tuple(notes))


def key_of(mirror: Mirror) -> str:
    """Name the lead that a box is."""
    return f"{mirror_sync.FROM_STREAK}:{mirror.key}"
