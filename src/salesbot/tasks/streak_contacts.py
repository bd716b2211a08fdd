"""Makes prospects of connections: a contact's box that reaches the configured stage opens a deal.

How a deal is opened is known to `open_leads`. Known here: which boxes are new, what is copied from them, and that the
address of the deal is written into its box, so that the next run recognises it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salesbot.adapters.streak import ObjectError
from salesbot.core.errors import warning
from salesbot.core.leads import lead_index
from salesbot.core.leads.lead import BRIEF, Lead, Received
from salesbot.core.lifecycle import mirror_link
from salesbot.core.lifecycle.observed import installed
from salesbot.core.model.facts import RepositoryFacts
from salesbot.core.model.mirror import Contact, Mirror, PutColumn
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import mirror_sync
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.streak_pipeline import RemotePipeline, write_box


@dataclass
class ContactImport:
    """One run over the boxes of contacts."""

    processor: DealProcessor
    remote: RemotePipeline

    def run(self, context: RepositoryFacts, pipeline: Pipeline) -> Outcome:
        """Open a deal for each box that reached a configured stage since the installation. Nothing new: no request."""
        ready = self._ready(context, pipeline)
        if not ready:
            return Outcome()
        opener = LeadOpener(self.processor)
        outcome, current = opener.read()
        if current is None:
            return outcome
        received = {key_of(mirror): Received(key_of(mirror), mirror.moved_at) for mirror, _ in ready}
        outcome = outcome.then(opener.finish_earlier())
        opener.read_back(received.values())
        fresh = {each.key for each in lead_index.fresh(received.values(), opener.other_issues)}
        leads = [self._lead(mirror, stage) for mirror, stage in ready if key_of(mirror) in fresh]
        outcome = outcome.then(opener.open_all(leads))
        known = lead_index.keys(opener.other_issues)
        return outcome.then(self._write_addresses([mirror for mirror, _ in ready], known, context.repository.url))

    def _ready(self, context: RepositoryFacts, pipeline: Pipeline) -> list[tuple[Mirror, str]]:
        """List the boxes in a configured stage that name no issue of ours, with the stage their deals start in."""
        since = installed(context.repository, pipeline) or context.read_at
        waiting = [
            mirror
            for mirror in self.remote.mirrors.values()
            if mirror.moved_at >= since and not mirror_link.names_an_issue(mirror, context.repository.url)
        ]
        stages = self._stages(pipeline) if waiting and self.remote.configured.stages else {}
        found = [(mirror, stages[mirror.stage]) for mirror in waiting if mirror.stage in stages]
        return sorted(found, key=lambda each: (each[0].moved_at, each[0].key))

    def _stages(self, pipeline: Pipeline) -> Mapping[str, str]:
        """Give our stages by Streak's keys, those that are configured."""
        mapped = self.remote.stages(pipeline).ours
        return {theirs: ours for theirs, ours in mapped.items() if ours in self.remote.configured.stages}

    def _lead(self, mirror: Mirror, stage: str) -> Lead:
        """Copy who the box is about; of several contacts only the first is read."""
        contact = self._contact(mirror) or Contact()
        name = contact.name or mirror.title
        title = [mirror.title] if contact.name and mirror.title != contact.name else []
        values = {
            "Contact": name,
            "Email": next(iter((*contact.mails, *mirror.mails)), ""),
            "Phone": next(iter(contact.phones), ""),
            "Streak": mirror.key,
            BRIEF: "\n\n".join(filter(None, [*title, mirror.note])),
        }
        fields = {heading: text for heading, text in values.items() if text}
        return Lead(key_of(mirror), mirror.moved_at, fields, stage=stage)

    def _contact(self, mirror: Mirror) -> Contact | None:
        try:
            return self.remote.streak.contact(mirror.contacts[0]) if mirror.contacts else None
        except ObjectError as error:
            what = f"The contact of {mirror.title or mirror.key} cannot be read: {error.what}"
            self.remote.problems.append(warning(what, error.hint))
            return None

    def _write_addresses(self, mirrors: Sequence[Mirror], known: Mapping[str, int], url: str) -> Outcome:
        """Write the address of each deal into its box, unless that is in another pipeline by now."""
        outcome = Outcome()
        opened = [(mirror, known[key_of(mirror)]) for mirror in mirrors if key_of(mirror) in known]
        for mirror, number in opened:
            outcome = outcome.then(self._write_address(mirror, number, f"{url}/issues/{number}"))
        return outcome

    def _write_address(self, mirror: Mirror, number: int, address: str) -> Outcome:
        layout, effects = self.remote.layout(), [PutColumn(mirror_link.ADDRESS, address)]
        try:
            current = self.remote.read(mirror.key)
        except ObjectError as error:
            return Outcome(problems=(warning(f"Deal {number}: {error.what}", error.hint),))
        if current is None or current.away:
            return Outcome()
        return write_box(self.remote.streak, mirror.key, effects, layout, number)


def key_of(mirror: Mirror) -> str:
    """Name the lead that a box is."""
    return f"{mirror_sync.FROM_STREAK}:{mirror.key}"
