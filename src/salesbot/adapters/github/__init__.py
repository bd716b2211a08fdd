"""GitHub over PyGithub: the one client, the one read, the one write.

What only the report needs is imported where it is used: an event pays for no report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from salesbot.adapters.github import issue_list as _others
from salesbot.adapters.github import labels_and_pins as _upkeep
from salesbot.adapters.github import read as _read
from salesbot.adapters.github import read_many as _many
from salesbot.adapters.github import read_more as _more
from salesbot.adapters.github import reports as _reports
from salesbot.adapters.github import settings as _settings
from salesbot.adapters.github import write as _write
from salesbot.adapters.github.client import (
    Client,
    EventRefusedError,
    PatienceError,
    UnclearError,
)
from salesbot.adapters.github.issue_list import Intake
from salesbot.adapters.github.labels_and_pins import Pinned
from salesbot.adapters.github.read import IssueGoneError, RepositoryPaths, from_saved
from salesbot.adapters.github.read_many import IN_FULL, Page
from salesbot.adapters.github.refusals import ForbiddenError, NotFoundError, advice_on
from salesbot.adapters.github.scratch import Scratch
from salesbot.adapters.github.settings import Rate, Runs, Workflow
from salesbot.adapters.github.transport import OpenTransport, open_transport
from salesbot.core.decide.data_needs import DataNeeds
from salesbot.core.model.deal import Role
from salesbot.core.model.effects import CreateLabel, Effect
from salesbot.core.model.facts import DealFacts, Issue, IssueSummary, Label, ProblemIssue, RepositoryFacts, Trigger
from salesbot.core.model.write_result import WriteResult

if TYPE_CHECKING:
    from salesbot.adapters.github.history import Deals
    from salesbot.adapters.github.snapshot import Numbers

__all__ = [
    "IN_FULL",
    "Client",
    "EventRefusedError",
    "ForbiddenError",
    "GitHub",
    "Intake",
    "IssueGoneError",
    "NotFoundError",
    "OpenTransport",
    "Page",
    "PatienceError",
    "Pinned",
    "Rate",
    "RepositoryPaths",
    "Runs",
    "Scratch",
    "UnclearError",
    "Workflow",
    "advice_on",
    "from_saved",
    "open_transport",
]


@dataclass(frozen=True)
class GitHub:
    """A repository on GitHub, as the shell uses it."""

    client: Client
    place: RepositoryPaths

    def read(self, number: int, trigger: Trigger) -> DealFacts:
        """Read a deal and everything around it, in one request."""
        return _read.read(self.client, self.place, number, trigger)

    def read_and_keep(self, number: int, trigger: Trigger) -> tuple[DealFacts, dict[str, Any]]:
        """Read a deal, and give back what GitHub answered too."""
        return _read.read_and_keep(self.client, self.place, number, trigger)

    def read_repository(self, trigger: Trigger) -> RepositoryFacts:
        """Read the repository without an issue."""
        return _more.read_repository(self.client, self.place, trigger)

    def glance(
        self, context: RepositoryFacts, state: Literal["OPEN", "CLOSED"], since: datetime | None = None
    ) -> Iterator[Page]:
        """Pass over all deals in a state, page by page."""
        return _many.glance(self.client, self.place, context, state, *([since] if since else []))

    def read_many(self, numbers: Sequence[int], trigger: Trigger) -> list[DealFacts]:
        """Read up to ten deals in full, in one request."""
        return _many.read_many(self.client, self.place, numbers, trigger)

    def team(self, context: RepositoryFacts) -> dict[str, Role]:
        """Read everybody's role at once, where the token may."""
        return _many.team(self.client, context)

    def role(self, person: str) -> Role:
        """Ask for somebody's role."""
        return _more.ask_role(self.client, self.place.repository, person)

    def read_more(self, facts: DealFacts, data_needs: DataNeeds) -> DealFacts:
        """Read what a decision misses."""
        return _more.read_more(self.client, self.place, facts, data_needs)

    def read_labels(self, facts: RepositoryFacts) -> RepositoryFacts:
        """Read the rest of the labels."""
        return _more.with_all_labels(self.client, facts)

    def read_intake(self, trigger: Trigger) -> Intake:
        """Read all that tells whether something new came in, in one request."""
        return _others.read_intake(self.client, self.place, trigger)

    def newest(self, context: RepositoryFacts, after: str | None) -> tuple[list[IssueSummary], str | None]:
        """Read a page of all issues, the newest first, and where the next one begins."""
        return _others.newest(self.client, context.repository, after)

    def every_deal(self, context: RepositoryFacts) -> Iterator[Deals]:
        """Read all deals with their history, some at a time; one that changes meanwhile comes again."""
        from salesbot.adapters.github import history

        return history.every_deal(self.client, self.place, context)

    def every_deal_kept(
        self, context: RepositoryFacts, cache: Path, log: Callable[[str], None], numbers: Numbers | None = None
    ) -> Iterator[Deals]:
        """The same with a cache file: read what changed, and take the rest from it. Raises UnfilledError."""
        from salesbot.adapters.github import snapshot as _snapshot

        with _snapshot.opened(cache, self.client, self.place, context, log) as snapshot:
            yield from snapshot.deals(numbers)

    def open_deals(self, context: RepositoryFacts, closed_since: datetime, labels: Sequence[str]) -> Iterator[Deals]:
        """Read the open deals with their history, and the closed ones that changed since a moment or have a label."""
        from salesbot.adapters.github import history

        return history.open_deals(self.client, self.place, context, closed_since, labels)

    def reports(self, facts: RepositoryFacts) -> tuple[Issue, ...]:
        """Read the newest weekly reports."""
        return _reports.reports(self.client, self.place, facts)

    def open_problems(self, facts: RepositoryFacts) -> list[ProblemIssue]:
        """Read the open problem issues again, oldest first."""
        return _read.open_problems(self.client, facts)

    def last_change(self, file: str) -> str | None:
        """Say who changed a file last."""
        return _more.last_change(self.client, self.place, file)

    def create_labels(self, facts: RepositoryFacts, wanted: Sequence[CreateLabel]) -> tuple[Label, ...]:
        """Create labels of the repository's list."""
        return _write.create_labels(self.client, facts, wanted)

    def write(self, facts: RepositoryFacts, effects: Sequence[Effect]) -> WriteResult:
        """Carry effects out, in one request."""
        return _write.write(self.client, facts, effects)

    def update_label(self, label: Label) -> Label:
        """Give the label of this id this name, colour and description."""
        return _upkeep.update_label(self.client, label)

    def pinned(self, facts: RepositoryFacts) -> list[Pinned]:
        """Read the pinned issues."""
        return _upkeep.pinned(self.client, facts.repository)

    def unpin(self, issue: Pinned) -> None:
        """Take a pin off."""
        _upkeep.unpin(self.client, issue)

    def delete_label(self, label: Label) -> None:
        """Take a label off the list and off every issue."""
        _upkeep.delete_label(self.client, label)

    def workflows(self) -> list[Workflow]:
        """Read the workflow files, and whether each is switched on."""
        return _settings.workflows(self.client, self.place.repository)

    def read_file(self, path: str) -> str | None:
        """Read a file of the default branch."""
        return _settings.read_file(self.client, self.place.repository, path)

    def runs_since(self, path: str, since: date) -> Runs | None:
        """Count the runs of a workflow since a day."""
        return _settings.runs_since(self.client, self.place.repository, path, since)

    def issues_changed(self, since: datetime) -> bool:
        """Say whether any issue changed since then."""
        return _settings.issues_changed(self.client, self.place.repository, since)

    def secrets(self) -> list[str] | None:
        """Name the secrets there are, where the token may see them."""
        return _settings.secrets(self.client, self.place.repository)

    def outsiders(self) -> dict[str, Role] | None:
        """Read who works here from outside the organisation, where the token may see it."""
        return _settings.outsiders(self.client, self.place.repository)

    def rates(self) -> dict[str, Rate] | None:
        """Read what is left of this hour's requests."""
        return _settings.rates(self.client)

    def server_version(self) -> str | None:
        """Read the version of an Enterprise Server; None on github.com."""
        return _settings.server_version(self.client)

    def scratch(self, context: RepositoryFacts, excluded: Label) -> Scratch:
        """Prepare a scratch issue, with a label that keeps it from becoming a deal."""
        return Scratch(self.client, context.repository, excluded)
