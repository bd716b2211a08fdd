"""The board during one run: what it shows of each deal, and what is written there after the deal's own effects.

The board is an extra. Where it cannot be read or written, that is a notice, and the deal is done without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from salesbot.adapters.github.client import BrokenError, PatienceError
from salesbot.adapters.github.projects import NoProjectError, Projects
from salesbot.adapters.github.refusals import ForbiddenError
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.lifecycle import restore
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model.board import BoardEffect, BoardView, describe
from salesbot.core.model.facts import DealFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import board_sync, board_view
from salesbot.tasks.outcome import Outcome

NO_TOKEN = InputError(
    "A board is configured (`board`), but no token can access the project.",
    "Put a token with Projects: write and Issues: read into the secret PROJECT_TOKEN, the input `project-token`",
)
CLOSED = "The project of the board is closed: nothing is read or written there. Open it again, or take `board` out."


@dataclass
class BoardConnection:
    """The way to the board. After a failure it is left alone for the rest of the run."""

    projects: Projects
    has_token: bool
    """Whether a token was given that may reach a project: the job's own reaches none."""
    notices: list[str] = field(default_factory=list)
    error: ServiceError | InputError | None = None
    """Why the board is left alone."""

    @property
    def is_refused(self) -> bool:
        """Whether the board is left alone for a reason that a person has to repair, and not because GitHub is slow."""
        return self.error is not None and not is_passing(self.error)

    def seen(self, facts: DealFacts, observed: Observed) -> DealFacts:
        """Add what the board shows of a deal. What is not a deal and was never put on the board is not asked about."""
        pipeline, journal = observed.pipeline, observed.journal
        is_none = restore.is_excluded(observed.issue, journal) and (journal is None or journal.board is None)
        if pipeline.board is None or facts.board is not None or is_none or self.error is not None:
            return facts
        try:
            view = self.projects.views([facts.issue.id], pipeline).get(facts.issue.id)
        except ServiceError as error:
            self._fail(error)
            return facts
        return replace(facts, board=self._usable(view, facts.trigger, pipeline) if view is not None else None)

    def listed(self, pipeline: Pipeline) -> tuple[BoardView, Mapping[str, BoardView]] | None:
        """List what is on the board, by issue, with the board itself; None where it cannot be read."""
        if pipeline.board is None or self.error is not None:
            return None
        try:
            empty, found = self.projects.items(pipeline)
        except ServiceError as error:
            self._fail(error)
            return None
        usable = self._usable(empty, Trigger(""), pipeline)
        return (usable, found) if usable is not None else None

    def _usable(self, view: BoardView, trigger: Trigger, pipeline: Pipeline) -> BoardView | None:
        if view.project.closed:
            self.error = InputError(CLOSED)
            self._notice(CLOSED)
            return None
        lacking = list(board_view.problems(view, pipeline))
        if lacking:
            self._notice(f"The board is incomplete. {' '.join(lacking)}")
        return replace(view, delivered=trigger.delivered)

    def show(self, state: DealState | None, observed: Observed, *, dry_run: bool) -> Outcome:
        """Write what the board is to show of a deal."""
        view, effects = observed.facts.board, board_sync.outgoing(state, observed)
        if view is None or not effects:
            return Outcome()
        lines = tuple(_line(effect, view, observed, dry_run=dry_run) for effect in effects)
        if dry_run:
            return Outcome(notes=lines)
        try:
            refused = self.projects.write(view, observed.issue.id, effects, observed.pipeline)
        except ServiceError as error:
            return Outcome(notices=(f"The board was not updated: {self.explained(error)}",))
        return Outcome(notices=tuple(refused)) if refused else Outcome(notes=lines)

    def taken_notices(self) -> Outcome:
        """Give the notices since the last time."""
        notices, self.notices = tuple(self.notices), []
        return Outcome(notices=notices)

    def explained(self, error: ServiceError) -> ServiceError | InputError:
        """Say what a failure means for whoever set the board up."""
        return NO_TOKEN if not self.has_token and isinstance(error, NoProjectError) else refused(error)

    def _fail(self, error: ServiceError) -> None:
        self.error = self.explained(error)
        self._notice(f"The board was left out: {self.error}")

    def _notice(self, text: str) -> None:
        if text not in self.notices:
            self.notices.append(text)


def is_passing(error: Exception) -> bool:
    """Say whether the board cannot be reached for now: GitHub is slow or down, and nobody has to repair anything."""
    return isinstance(error, BrokenError | PatienceError)


def refused(error: ServiceError) -> ServiceError:
    """Say what a failure of the board means for whoever set it up."""
    what = error.what
    if isinstance(error, NoProjectError):
        return ServiceError(
            f"The token cannot find the project ({what.rstrip('.')}).",
            "Correct `board.project`, or give the token Projects: write; "
            "an App can access projects of organisations only",
        )
    if isinstance(error, ForbiddenError) or "lacks a" in what:
        return ServiceError(
            f"GitHub refused the project token ({what.rstrip('.')}).", "Give it Projects: write and Issues: read"
        )
    if "refused the token" in what:
        return ServiceError(
            "GitHub refused the project token.", "Check the secret PROJECT_TOKEN, the input `project-token`"
        )
    return error


def _line(effect: BoardEffect, view: BoardView, observed: Observed, *, dry_run: bool) -> str:
    done = describe(effect, board_view.fields_of(view, observed.pipeline))
    return f"{'Would do on' if dry_run else 'On'} the board, deal {observed.issue.number}: {done}."


@dataclass(frozen=True)
class Listed:
    """What the list of a board's items shows of the deals; nothing where there is no board, or none that answers."""

    empty: BoardView | None = None
    found: Mapping[str, BoardView] = field(default_factory=dict)

    @classmethod
    def read(cls, board: BoardConnection | None, pipeline: Pipeline) -> Listed:
        """List the items."""
        listed = board.listed(pipeline) if board is not None else None
        return cls(*listed) if listed is not None else cls()

    def seen(self, facts: DealFacts) -> DealFacts:
        """Add what the list shows of a deal. The list lags, and names nobody: it only tells where to look."""
        return replace(facts, board=self.found.get(facts.issue.id, self.empty))
