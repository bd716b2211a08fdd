"""The tasks that commands ask for, each opened once.

They come before the card: once the card has the answer to the command, no run opens its task again, also if somebody
deletes it. If a run ends between the two, the next one finds the task by the key in its body.
"""

from __future__ import annotations

from collections.abc import Iterator

from salesbot.core.lifecycle import deal_tasks
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import tasks
from salesbot.core.model.effects import CloseTask, Effect, OpenTask


def task_effects(state: DealState, observed: Observed) -> Iterator[Effect]:
    """Open the tasks that are not among the sub-issues, and close those that two runs opened at the same moment."""
    issue = observed.issue
    opened = {each.key for each in issue.tasks or ()}
    for new in state.tasks:
        if new.key not in opened:
            body = tasks.body(issue.number, observed.repository.id, new.key)
            yield OpenTask(new.key, new.title, body, new.who)
    for double, kept in deal_tasks.doubles(issue):
        yield CloseTask(double.number, double.id, kept.id)
