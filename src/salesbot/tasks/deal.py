"""One deal: read it, decide, write, and read again while something changes at the same time.

Nothing is decided here, and nothing of GitHub's API is known here. Known here: when to read again, when a deal is at
rest, and what a run reports.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.clock import SYSTEM, Clock
from salesbot.adapters.github import GitHub, IssueGoneError, UnclearError, advice_on
from salesbot.core.config.problems import ConfigError
from salesbot.core.decide.data_needs import data_needs
from salesbot.core.decide.decide import Decision, decide
from salesbot.core.errors import ServiceError
from salesbot.core.installation import problem_issue
from salesbot.core.lifecycle.observed import Observed, observe
from salesbot.core.model import keys
from salesbot.core.model.effects import Assign, CreateLabel, Effect, OpenTask, PutComment
from salesbot.core.model.facts import Comment, DealFacts, IssueSummary, Label, Refusals, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.model.write_result import WriteResult
from salesbot.core.policies.announcements import Announcement
from salesbot.core.reconcile import left_out, repair
from salesbot.core.report import weekly_issue
from salesbot.tasks.board_connection import BoardConnection
from salesbot.tasks.chat import UNCONNECTED, Chat
from salesbot.tasks.load_pipeline import Configuration, ConfigurationFiles, load
from salesbot.tasks.outcome import Log, Outcome, no_log
from salesbot.tasks.problem_reporter import ProblemReporter
from salesbot.tasks.retry import until_clear
from salesbot.tasks.roles import RoleReader

ROUNDS = 3
"""Read and process, and again twice at most while something changes in between (docs/design.md)."""
MOST_PAGES = 60
LOCKED = "The issue is locked: its labels are up to date, everything else waits until it is unlocked."
STILL_CHANGING = "The deal is still changing; the run started by the last change continues."


@dataclass(frozen=True)
class DealResult:
    """What processing a deal came to, and what the tasks after it go on with."""

    outcome: Outcome = field(default_factory=Outcome)
    decided_on: Observed | None = None
    """What the last decision was based on."""
    report_request: DealFacts | None = None
    """The issue is a weekly report, and a comment on it asks for a new version."""
    refused: Refusals = ()
    """What GitHub refused for good: the next round leaves it out."""
    gone: tuple[Effect, ...] = ()
    """What was about something that is gone."""

    def then(self, later: DealResult) -> DealResult:
        """Put two rounds after one another."""
        return DealResult(
            outcome=self.outcome.then(later.outcome),
            decided_on=later.decided_on or self.decided_on,
            report_request=later.report_request or self.report_request,
            refused=self.refused + later.refused,
            gone=self.gone + later.gone,
        )


@dataclass
class DealProcessor:
    """Processes the deals of one repository during one run.

    What was read or created for one deal and holds for the others is kept: roles, the newest issues, labels.
    """

    github: GitHub
    log: Log = no_log
    scheduled: bool = False
    """Whether the run fails as long as the configuration is wrong; others fail only once, when it is reported."""
    clock: Clock = SYSTEM
    board: BoardConnection | None = None
    """The way to the board; None for commands that leave it alone."""
    chat: Chat = field(default_factory=Chat)
    """The way to the chat."""
    roles: RoleReader = field(init=False)
    problems: ProblemReporter = field(init=False)
    _other_issues: tuple[IssueSummary, ...] | None = field(default=None, init=False)
    _announcements: dict[str, Announcement] = field(default_factory=dict, init=False)
    """What is announced of the deal at hand once it is done, by occasion: a repeated write decides again."""
    _created_labels: list[Label] = field(default_factory=list, init=False)
    """Facts that were read before these labels were created do not list them."""

    def __post_init__(self) -> None:
        self.roles = RoleReader(self.github)
        self.problems = ProblemReporter(self.github, self.scheduled)

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be written."""
        return self.github.client.dry_run

    def process(
        self, number: int, trigger: Trigger, other_issues: tuple[IssueSummary, ...] | None = None
    ) -> DealResult:
        """Read a deal and process everything on it that is not decided yet.

        `other_issues` are the newest issues, where they were read already. Raises ServiceError if GitHub fails.
        """
        return self._process(number, trigger, None, other_issues)

    def process_read(self, facts: DealFacts) -> DealResult:
        """Process a deal that was read already; read again only if something changes at the same time."""
        return self._process(facts.issue.number, facts.trigger, facts, None)

    def _process(
        self, number: int, trigger: Trigger, first: DealFacts | None, other_issues: tuple[IssueSummary, ...] | None
    ) -> DealResult:
        """Process a deal, and notify the chat after everything on GitHub is done."""
        self._announcements.clear()
        result = self._until_at_rest(number, trigger, first, other_issues)
        if self.chat.is_unconnected:
            return result.then(DealResult(Outcome(notes=(UNCONNECTED,))))
        if not self._announcements or result.decided_on is None:
            return result
        settings = result.decided_on.pipeline.chat
        posted = self.chat.post(self._announcements.values(), settings, dry_run=self.dry_run)
        return result.then(DealResult(posted))

    def _until_at_rest(
        self, number: int, trigger: Trigger, first: DealFacts | None, other_issues: tuple[IssueSummary, ...] | None
    ) -> DealResult:
        result, current = DealResult(), first

        def process_once(is_retry: bool) -> tuple[DealResult, bool]:
            facts = self.github.read(number, trigger) if is_retry or current is None else current
            facts = replace(facts, other_issues=facts.other_issues or other_issues)
            return self._process_once(facts.with_refused(result.refused), result.gone)

        for _ in range(ROUNDS):
            try:
                once, at_rest = until_clear(self.github.client, process_once, log=self.log)
            except IssueGoneError as gone:
                return result.then(DealResult(Outcome(notes=(gone.what,))))
            result, current = result.then(once), None
            if at_rest:
                return result
        return result.then(DealResult(Outcome(notes=(STILL_CHANGING,))))

    def label_changed(self, trigger: Trigger, old: str, label_id: str) -> Outcome:
        """A label of the repository was renamed or deleted: report it if a stage lost its label. No deal is touched."""
        facts = self.github.read_repository(trigger)
        outcome, pipeline = self.configured(facts)
        if pipeline is None:
            return outcome
        lost = problem_issue.label_event_problem(pipeline, facts.repository, old, label_id)
        return self.problems.report_labels(facts, pipeline, [lost] if lost is not None else [])

    def load(self, facts: RepositoryFacts) -> Configuration:
        """Read the configuration that came with the facts."""
        return load(ConfigurationFiles.of_repository(facts.repository, self.github.place))

    def configured(self, facts: RepositoryFacts) -> tuple[Outcome, Pipeline | None]:
        """Read the configuration; if it is wrong, report that, and there is no pipeline."""
        try:
            return Outcome(), self.chat.within_reach(self.load(facts).require())
        except ConfigError as error:
            return self.problems.report_config(facts, error), None

    def _process_once(self, facts: DealFacts, gone: Sequence[Effect]) -> tuple[DealResult, bool]:
        """Decide on facts and write. Gives whether the deal is at rest now."""
        if weekly_issue.refresh_requests(facts.issue, facts.read_at):
            return DealResult(report_request=facts), True
        configuration = self.load(facts)
        try:
            pipeline = self.chat.within_reach(configuration.require())
        except ConfigError as error:
            return DealResult(self.problems.report_config(facts, error)), True
        facts = self.problems.with_current(_with_labels(facts, self._created_labels))
        observed = self.complete(facts, pipeline)
        lost = problem_issue.label_problem(observed)
        if lost is not None:
            return DealResult(self.problems.report_labels(observed.facts, pipeline, [lost])), True
        return self._decide_and_write(observed, configuration, pipeline, gone)

    def _decide_and_write(
        self, observed: Observed, configuration: Configuration, pipeline: Pipeline, gone: Sequence[Effect]
    ) -> tuple[DealResult, bool]:
        render, facts = configuration.renderer, observed.facts
        decision = decide(observed, render)
        created = tuple(effect for effect in decision.effects if isinstance(effect, CreateLabel))
        if created and not self.dry_run:
            facts = self._create_labels(facts, created)
            decision = decide(observed.with_facts(facts), render)
        self._announcements |= {each.occasion: each for each in decision.announcements}
        effects = list(decision.effects)
        stopped = problem_issue.remaining_problems(facts.repository, pipeline)
        warnings = problem_issue.warnings(observed)
        if not stopped and not warnings:
            effects += problem_issue.solved(facts.repository, render)
        _require_card(facts)
        result, at_rest = self._write(facts, effects, pipeline, gone)
        warned = self.problems.report_warnings(facts, warnings) if warnings and not stopped else Outcome()
        locked = facts.issue.locked and bool(result.outcome.effects)
        left = [f"Deal {facts.issue.number}: {left_out.sentence(*each)}" for each in decision.left_out]
        about = Outcome(
            effects=created if not self.dry_run else (),
            decisions=(decision,),
            notices=(*([LOCKED] if locked else []), *left),
            notes=decision.notes,
        )
        at_rest = at_rest and not (decision.tried_again and effects)
        outcome = about.then(result.outcome).then(warned).then(self._show_on_board(decision, observed, at_rest))
        return replace(result, outcome=outcome, decided_on=observed), at_rest

    def _show_on_board(self, decision: Decision, observed: Observed, at_rest: bool) -> Outcome:
        """Bring the board in sync once the deal is at rest. What a write failed over is not shown there."""
        if self.board is None:
            return Outcome()
        shown = self.board.show(decision.state, observed, dry_run=self.dry_run) if at_rest else Outcome()
        return shown.then(self.board.taken_notices())

    def _create_labels(self, facts: DealFacts, labels: Sequence[CreateLabel]) -> DealFacts:
        """Create labels, and remember them for the deals that were read before."""
        self._created_labels += self.github.create_labels(facts, labels)
        return _with_labels(facts, self._created_labels)

    def complete(self, facts: DealFacts, pipeline: Pipeline) -> Observed:
        """Read what a decision needs and the facts do not hold yet. What was asked once in a run is not asked again."""
        facts = replace(
            facts,
            roles={**self.roles.known, **facts.roles},
            other_issues=facts.other_issues or self._other_issues,
        )
        observed = observe(facts, pipeline, facts.read_at)
        if self.board is not None:
            observed = observed.with_facts(self.board.seen(facts, observed))
        for _ in range(MOST_PAGES):
            missing = data_needs(observed)
            if not missing:
                return observed
            facts = self.github.read_more(observed.facts, missing)
            observed = observed.with_facts(facts)
            self._other_issues = facts.other_issues
            self.roles.add({name.casefold(): facts.roles[name.casefold()] for name in missing.roles})
        raise ServiceError(f"The deal has more than {MOST_PAGES} pages of history.", "Open a new issue for it")

    def _write(
        self, facts: DealFacts, effects: Sequence[Effect], pipeline: Pipeline, gone: Sequence[Effect]
    ) -> tuple[DealResult, bool]:
        """Write effects; give whether the deal is at rest now. Raises ServiceError where trying again can help."""
        if not effects or self.dry_run:
            return DealResult(Outcome(effects=tuple(effects))), True
        written = self.github.write(facts, effects)
        self._require_done(facts, effects, written)
        refused = repair.refused_for_good(written, gone)
        if any(isinstance(effect, Assign) for effect, _ in refused):
            self._undo(facts, effects, written, repair.assigning_comments(facts))
        if of_tasks := repair.task_comments(refused):
            self._undo(facts, effects, written, of_tasks)
        concurrent = repair.concurrent_changes(written, facts, effects)
        again = repair.repair(facts, effects, concurrent, pipeline)
        if again:
            self.github.write(_with_comments(facts, concurrent.doubles), again)
        failed = {effect for effect, _ in written.failed}
        done = tuple(effect for effect in effects if effect not in failed)
        harmless = [left_out.sentence(*each) for each in repair.harmless_failures(written)]
        notices = tuple(f"Deal {facts.issue.number}: {each}" for each in harmless)
        result = DealResult(Outcome(effects=(*done, *again), notices=notices), refused=refused, gone=written.gone)
        # The card shows a new task with its number, which GitHub just gave it.
        opened = any(isinstance(effect, OpenTask) for effect in done)
        return result, concurrent.settled and not (again or refused or written.gone or opened)

    def _require_done(self, facts: DealFacts, effects: Sequence[Effect], written: WriteResult) -> None:
        """Raise ServiceError where a part failed that the next run may manage."""
        failures = repair.grave_failures(written)
        if not failures:
            return
        self._undo(facts, effects, written)
        if written.unclear:
            raise UnclearError("GitHub did not confirm whether a part of the change was made.", "The next run checks")
        raise _refused_part(failures[0][1])

    def _undo(
        self,
        facts: DealFacts,
        effects: Sequence[Effect],
        written: WriteResult,
        of: Collection[int] | None = None,
    ) -> None:
        """Take back the receipts of a write that failed in part, so that its commands are answered again."""
        undo = repair.take_back(effects, written, of)
        card = written.created.get(keys.CARD)
        if not undo:
            return
        known = _with_comments(facts, [card] if card else [])
        try:  # to take back twice does no harm
            until_clear(self.github.client, lambda _: self.github.write(known, undo))
        except UnclearError as error:
            self.log(error.what)


def _with_labels(facts: DealFacts, labels: Sequence[Label]) -> DealFacts:
    """Add labels just created to the list. Their date would read as "installed a moment ago", after the trigger."""
    known = {label.id for label in facts.repository.labels}
    created = tuple(replace(label, created_at=None) for label in labels if label.id not in known)
    return replace(facts, repository=replace(facts.repository, labels=(*facts.repository.labels, *created)))


def _with_comments(facts: DealFacts, comments: Sequence[Comment]) -> DealFacts:
    known = {comment.id for comment in facts.issue.comments}
    added = tuple(comment for comment in comments if comment.id not in known)
    return replace(facts, issue=replace(facts.issue, comments=(*facts.issue.comments, *added)))


def _require_card(facts: DealFacts) -> None:
    """Raise ServiceError where GitHub refused the card: without it nothing is to be done on the deal."""
    for effect, why in facts.refused:
        if isinstance(effect, PutComment) and effect.key == keys.CARD:
            raise _refused_part(why)


def _refused_part(why: str) -> ServiceError:
    return ServiceError(f"GitHub refused a part of the write: {why}.", advice_on(why))
