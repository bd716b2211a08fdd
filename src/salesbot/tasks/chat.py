"""The chat of a run: what is posted there of deals, after everything on GitHub is done. It never fails a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from salesbot.adapters import webhook
from salesbot.adapters.chat_services import service_of
from salesbot.adapters.clock import SYSTEM
from salesbot.adapters.http import Sleep
from salesbot.adapters.templates import chat
from salesbot.core.model.pipeline import ChatSettings, Pipeline
from salesbot.core.policies.announcements import Announcement
from salesbot.tasks.outcome import Outcome

MOST = 20
"""Messages of one run: the first sweep after `unanswered` was switched on may find hundreds of deals."""
UNCONNECTED = "`chat` is configured, but the input `notify-url` is empty: nothing is posted."


@dataclass
class Chat:
    """The way to the chat. Once it failed, the rest of the run leaves it alone: no deal waits for it again."""

    url: str = field(default="", repr=False)
    sleep: Sleep = SYSTEM.sleep
    has_failed: bool = False
    posted: int = 0
    is_unconnected: bool = False
    """Whether something is to be posted, and there is no address."""

    def within_reach(self, pipeline: Pipeline) -> Pipeline:
        """Give the pipeline as this run can serve it: without an address no occasion is used up."""
        if self.url:
            return pipeline
        self.is_unconnected = self.is_unconnected or bool(pipeline.chat.announced)
        return replace(pipeline, chat=ChatSettings())

    def post(self, announcements: Iterable[Announcement], settings: ChatSettings, *, dry_run: bool) -> Outcome:
        """Post what is announced. What goes wrong is one notice."""
        outcome = Outcome()
        for each in announcements:
            if dry_run:
                outcome = outcome.then(Outcome(notes=(f"The chat would be notified: {each.kind}.",)))
            elif not self.has_failed:
                outcome = outcome.then(self._post(each, settings))
        return outcome

    def _post(self, announcement: Announcement, settings: ChatSettings) -> Outcome:
        if self.posted >= MOST:
            return Outcome(notices=(f"The chat was notified of {MOST} deals; the others of this run were left out.",))
        service = service_of(self.url, settings.kind)
        text = chat("announcement.txt.j2", announcement.values, service)
        failure = webhook.post(self.url, service.payload(text), self.sleep)
        self.has_failed, self.posted = bool(failure), self.posted + 1
        return Outcome(notices=(f"The chat was not notified: {failure}. Everything else was done.",) if failure else ())
