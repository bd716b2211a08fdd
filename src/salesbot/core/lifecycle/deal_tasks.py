"""The tasks of a deal: how many are done, which are open, and which are still to be opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from salesbot.core.model.facts import Issue
from salesbot.core.model.journal import Journal
from salesbot.core.model.tasks import MOST_KEPT, DealTask, SubIssue, of_title


@dataclass(frozen=True)
class Counts:
    """How many tasks are done, of how many. Those that were dropped are in neither."""

    done: int = 0
    total: int = 0

    @property
    def open(self) -> int:
        """Those still to do."""
        return self.total - self.done


def counts(issue: Issue, journal: Journal | None) -> Counts:
    """Count the tasks: as read in full, else as the card shows them if nothing changed since, else by GitHub's summary.

    Sub-issues that this token may not see, and those beyond the first fifty, are in the summary only.
    """
    done, total = issue.sub_issues or (0, 0)
    if issue.tasks is None:
        kept = journal.task_counts if journal is not None and journal.sub_issues == issue.sub_issues else None
        return Counts(*(kept or (done, total)))
    completed = sum(not each.open and not each.dropped for each in issue.tasks)
    dropped = sum(each.dropped for each in issue.tasks)
    hidden = max(0, total - len(issue.tasks))
    hidden_done = min(hidden, max(0, done - completed - dropped))
    return Counts(completed + hidden_done, completed + sum(each.open for each in issue.tasks) + hidden)


def open_tasks(issue: Issue) -> tuple[DealTask, ...]:
    """List the open tasks for the journal, the earliest first, those without a date last."""
    found = [of_title(each) for each in issue.tasks or () if each.open]
    return tuple(sorted(found, key=lambda task: (task.day or date.max, task.number))[:MOST_KEPT])


def earliest_day(issue: Issue, journal: Journal) -> date | None:
    """Say when the first open task is due: as read in full, else as the card has them."""
    tasks = open_tasks(issue) if issue.tasks is not None else journal.tasks
    return min((task.day for task in tasks if task.day is not None), default=None)


def doubles(issue: Issue) -> Iterator[tuple[SubIssue, SubIssue]]:
    """Give the tasks that were opened a second time by a run at the same moment, each with the one that stays."""
    first: dict[str, SubIssue] = {}
    for each in sorted(issue.tasks or (), key=lambda task: task.number):
        if each.key and not each.repository:
            kept = first.setdefault(each.key, each)
            if kept is not each and each.open:
                yield each, kept
