"""The shell: read, decide, apply. For one deal, for the list of labels; later for a sweep, a report, an import.

Nothing is decided here and nothing of GitHub's wire is known here. What it does know: when to read again, when a run
may rest, and what a run ends with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.github import ConcurrentChanges, GitHub, IssueGoneError, UnclearError, WriteResult
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError, Problem
from salesbot.core.decide.data_needs import data_needs
from salesbot.core.decide.decide import Decision, decide
from salesbot.core.errors import ServiceError
from salesbot.core.installation import problem_issue
from salesbot.core.installation.problem_issue import LabelProblem, ProblemNotice
from salesbot.core.model import journal
from salesbot.core.model.comments import text_of
from salesbot.core.model.deal import Role
from salesbot.core.model.effects import (
    CloseProblem,
    CreateLabel,
    DeleteComment,
    EditBody,
    Effect,
    MinimizeComment,
    OpenProblem,
    PutComment,
    React,
    Unreact,
)
from salesbot.core.model.facts import Comment, Facts, IssueSummary, Label, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.report import weekly_issue
from salesbot.core.text import checklist_merge, fields, markdown
from salesbot.core.text.labels import label_key

ROUNDS = 3
"""Read and settle, and again twice at most while something happens in between (docs/design.md, How a run writes)."""
GITHUB_GIVES_UP = 12.0
"""Seconds after which a request that got no answer has surely ended; GitHub stops at ten."""
MOST_PAGES = 60
LOCKED = "The issue is locked: its labels were brought in step, everything else waits until it is unlocked."

Log = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run did, for the job summary and the exit code. `told` are problems, `notices` hints: annotations both."""

    effects: tuple[Effect, ...] = ()
    decisions: tuple[Decision, ...] = ()
    told: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    exit_code: int = 0
    error: ServiceError | None = None
    page: str = ""
    """Markdown for the job summary, below what was done: the weekly report."""
    asked: Facts | None = None
    """The issue is a weekly report, and somebody wants it brought up to date."""

    def then(self, other: Outcome) -> Outcome:
        """Put two outcomes after one another."""
        return Outcome(
            self.effects + other.effects,
            self.decisions + other.decisions,
            tuple(dict.fromkeys(self.told + other.told)),
            tuple(dict.fromkeys(self.notices + other.notices)),
            tuple(dict.fromkeys(self.notes + other.notes)),
            max(self.exit_code, other.exit_code),
            other.error or self.error,
            other.page or self.page,
            other.asked or self.asked,
        )


@dataclass
class App:
    """One run. `scheduled` runs keep failing while the configuration is wrong; people's runs fail only once."""

    github: GitHub
    log: Log = field(default=lambda text: None)
    scheduled: bool = False
    roles: dict[str, Role] = field(default_factory=dict)
    other_issues: tuple[IssueSummary, ...] | None = None
    decided_on: tuple[Facts, Pipeline] | None = None
    """What the last decision was taken on."""
    elapsed: float = 0.0
    """Seconds that the tasks before this one took, in the same job."""
    spent: int = 0
    """Comments and edits that they wrote."""
    made: list[Label] = field(default_factory=list)
    """Labels this run put on the list: facts that were read before it do not know them."""

    @property
    def dry_run(self) -> bool:
        """Whether nothing may be written."""
        return self.github.client.dry_run

    def look_at(self, number: int, trigger: Trigger) -> Outcome:
        """Settle one deal: everything on it that nobody judged yet. Raises ServiceError if GitHub fails us."""
        return self._until_rest(number, trigger, None)

    def reconcile(self, facts: Facts) -> Outcome:
        """Settle a deal that was read already; read again only if something happens meanwhile."""
        assert facts.issue is not None
        return self._until_rest(facts.issue.number, facts.trigger, facts)

    def _until_rest(self, number: int, trigger: Trigger, first: Facts | None) -> Outcome:
        outcome, unclear = Outcome(), 0
        for _ in range(ROUNDS):
            try:
                facts, first = first or self.github.read(number, trigger), None
                if facts.issue is not None and weekly_issue.asked(facts.issue, facts.read_at):
                    return outcome.then(Outcome(asked=facts))
                once, rest = self._reconcile(facts)
            except IssueGoneError as gone:
                return outcome.then(Outcome(notes=(gone.what,)))
            except UnclearError as error:
                unclear += 1
                if unclear == ROUNDS:
                    raise
                self.log(f"{error.what} Looking again in {GITHUB_GIVES_UP:.0f} s.")
                self.github.client.wait(GITHUB_GIVES_UP, error.what)
                continue
            outcome = outcome.then(once)
            if rest:
                return outcome
        return outcome.then(Outcome(notes=("Things still happen on this deal; the run they woke goes on.",)))

    def look_at_labels(self, trigger: Trigger, old: str, label_id: str) -> Outcome:
        """A label of the list was renamed or deleted: say so if a stage lost its label. No deal is touched."""
        facts = self.github.read_repository(trigger)
        renderer = TemplateRenderer(facts.repository.templates)
        try:
            pipeline = self._pipeline(facts, renderer)
        except ConfigError as error:
            return self._tell(facts, renderer, config=error)
        lost = problem_issue.woken_problem(pipeline, facts.repository, old, label_id)
        return self.tell_of_labels(facts, pipeline, [lost] if lost is not None else [])

    def tell_of_labels(self, facts: Facts, pipeline: Pipeline, lost: Sequence[LabelProblem]) -> Outcome:
        """Tell of stages that lost their label, these and those told of before; if there are none, all is well."""
        renderer = TemplateRenderer(facts.repository.templates)
        lasting = dict.fromkeys([*lost, *problem_issue.lasting(facts.repository, pipeline)])
        if lasting:
            return self._tell(facts, renderer, labels=tuple(lasting))
        return self._write(facts, problem_issue.solved(facts.repository, renderer))[0]

    def configured(self, facts: Facts) -> tuple[Outcome, Pipeline | None]:
        """Read the configuration; if it is wrong, tell of it, and there is no pipeline."""
        renderer = TemplateRenderer(facts.repository.templates)
        try:
            return Outcome(), self._pipeline(facts, renderer)
        except ConfigError as error:
            return self._tell(facts, renderer, config=error), None

    def _reconcile(self, facts: Facts) -> tuple[Outcome, bool]:
        """Decide on facts and apply. Says whether the deal is at rest now."""
        renderer = TemplateRenderer(facts.repository.templates)
        try:
            pipeline = self._pipeline(facts, renderer)
        except ConfigError as error:
            return self._tell(facts, renderer, config=error), True
        facts = self.complete(_with_labels(facts, self.made), pipeline)
        lost = problem_issue.label_problem(facts, pipeline)
        if lost is not None:
            lasting = dict.fromkeys([lost, *problem_issue.lasting(facts.repository, pipeline)])
            return self._tell(facts, renderer, labels=tuple(lasting)), True
        self.decided_on = facts, pipeline
        decision = decide(facts, pipeline, facts.read_at, renderer)
        made = [effect for effect in decision.effects if isinstance(effect, CreateLabel)]
        if made and not self.dry_run:
            facts = self._create(facts, made)
            decision = decide(facts, pipeline, facts.read_at, renderer)
        effects = list(decision.effects)
        if not problem_issue.lasting(facts.repository, pipeline):
            effects += problem_issue.solved(facts.repository, renderer)
        outcome, rest = self._write(facts, effects, pipeline)
        labels = tuple(made) if not self.dry_run else ()
        done = replace(outcome, effects=labels + outcome.effects, decisions=(decision,), notes=decision.notes)
        locked = facts.issue is not None and facts.issue.locked and bool(outcome.effects)
        return replace(done, notices=(LOCKED,) if locked else ()), rest

    def _create(self, facts: Facts, wanted: Sequence[CreateLabel]) -> Facts:
        """Put labels on the list, and know of them from here on."""
        self.made += self.github.create_labels(facts, wanted)
        return _with_labels(facts, self.made)

    def _pipeline(self, facts: Facts, renderer: TemplateRenderer) -> Pipeline:
        """Read the configuration. Raises ConfigError with every problem of the file and of the templates."""
        place = self.github.place
        found = [Problem(file, 1, 1, "", what) for file, what in facts.repository.unreadable.items()]
        found += renderer.problems(place.templates)
        try:
            pipeline = parse(facts.repository.config, place.config, templates=renderer.names())
        except ConfigError as error:
            raise ConfigError([*error.problems, *found]) from error
        if found:
            raise ConfigError(found)
        return pipeline

    def complete(self, facts: Facts, pipeline: Pipeline) -> Facts:
        """Read on while something is missing for a decision and pages remain. What was asked once in a run is known."""
        facts = replace(
            facts, roles={**self.roles, **facts.roles}, other_issues=facts.other_issues or self.other_issues
        )
        for _ in range(MOST_PAGES):
            missing = data_needs(facts, pipeline)
            if not missing:
                return facts
            facts = self.github.read_more(facts, missing)
            self.other_issues = facts.other_issues
            self.roles |= {name.casefold(): facts.roles[name.casefold()] for name in missing.roles}
        raise ServiceError(f"The deal has more than {MOST_PAGES} pages of history.", "Open a new issue for it")

    def _write(self, facts: Facts, effects: Sequence[Effect], pipeline: Pipeline | None = None) -> tuple[Outcome, bool]:
        """Apply effects; say whether the deal is at rest now. Raises ServiceError where an effect was refused."""
        done = Outcome(tuple(effects))
        if not effects or self.dry_run:
            return done, True
        written = self.github.write(facts, effects)
        grave = [(effect, why) for effect, why in written.failed if not isinstance(effect, _HARMLESS)]
        if grave:
            self._take_back(facts, effects, written)
            if written.unclear:
                raise UnclearError("GitHub did not say whether it did a part of what was asked.", "The next run looks")
            raise ServiceError(f"GitHub refused a part of the write: {grave[0][1]}.", _hint(grave[0][1]))
        concurrent = self.github.verify_write(written, facts, effects)
        repair = self._repair(facts, effects, concurrent, pipeline)
        if repair:
            self.github.write(_with_comments(facts, concurrent.doubles), repair)
        return replace(done, effects=(*effects, *repair)), concurrent.settled and not repair

    def _take_back(self, facts: Facts, effects: Sequence[Effect], written: WriteResult) -> None:
        """A part failed: take back the receipts of this write, so that the commands concerned are answered again."""
        receipts = [effect for effect in effects if isinstance(effect, React)]
        back: list[Effect] = [Unreact(effect.comment, effect.receipt) for effect in receipts]
        card = written.created.get(journal.CARD)
        back += _card_again(effects, written, {effect.comment for effect in receipts})
        for _ in range(ROUNDS if back else 0):
            try:
                self.github.write(_with_comments(facts, [card] if card else []), back)
                return
            except UnclearError as error:  # to take back twice does no harm; not to, loses what was asked for
                self.github.client.wait(GITHUB_GIVES_UP, error.what)

    def _repair(
        self, facts: Facts, effects: Sequence[Effect], concurrent: ConcurrentChanges, pipeline: Pipeline | None
    ) -> list[Effect]:
        """Delete doubles, and set what is ours again in the texts that people wrote at the same moment."""
        repair: list[Effect] = [DeleteComment(comment.id) for comment in concurrent.doubles]
        if concurrent.overwritten is not None and concurrent.overwritten.text is not None and pipeline and facts.issue:
            ours = next(effect.body for effect in effects if isinstance(effect, EditBody))
            merged = _our_sections(facts.issue.body, ours, concurrent.overwritten.text, pipeline)
            repair.insert(0, EditBody(merged))
        return [*repair, *_lists_again(facts, effects, concurrent)]

    def _tell(
        self,
        facts: Facts,
        renderer: TemplateRenderer,
        *,
        config: ConfigError | None = None,
        labels: tuple[LabelProblem, ...] = (),
    ) -> Outcome:
        """Tell of a problem in the one problem issue; fail the run that opens it, and every scheduled one."""
        found = [str(problem) for problem in config.problems] if config else []
        file = config.problems[0].file if config else self.github.place.config

        def told_with(by: str | None) -> ProblemNotice:
            return problem_issue.tell(
                facts.repository, TemplateRenderer(), file=file, config=found, labels=labels, by=by
            )

        told = told_with(problem_issue.changed_by(facts.repository))
        if config and told.effects:
            told = told_with(self.github.last_change(file))
        outcome = self._tell_once(facts, told)
        lines = found + [f"The label {problem.label} of the stage {problem.stage} is gone." for problem in labels]
        return replace(outcome, told=tuple(lines), exit_code=2 if told.opened or self.scheduled else 0)

    def _tell_once(self, facts: Facts, told: ProblemNotice) -> Outcome:
        wanted = CreateLabel(problem_issue.LABEL, "b60205", "salesbot cannot go on until this is repaired")
        known = {label_key(label.name) for label in facts.repository.labels}
        made: tuple[Effect, ...] = ()
        if (
            any(isinstance(effect, OpenProblem) for effect in told.effects)
            and problem_issue.LABEL not in known
            and not self.dry_run
        ):
            facts = self._create(facts, [wanted])
            made = (wanted,)
        if self.dry_run or not told.effects:
            return Outcome(told.effects)
        alone = replace(facts, issue=None)
        opened = self.github.write(alone, told.effects).opened
        if opened is not None:
            self._close_second(alone, opened)
        return Outcome(made + told.effects)

    def _close_second(self, facts: Facts, opened: int) -> None:
        """Two runs opened a problem issue at once: the lower number stays."""
        first, *other_issues = self.github.open_problems(facts)
        for mine in other_issues:
            if mine.number == opened:
                problem = replace(facts, repository=replace(facts.repository, problem=mine))
                self.github.write(problem, [CloseProblem(f"The same as #{first.number}.")])


_HARMLESS = (React, Unreact, MinimizeComment, DeleteComment)
"""Effects whose failure leaves the deal right; the next run does them again."""


def _with_labels(facts: Facts, labels: Sequence[Label]) -> Facts:
    """Know of labels just created. Their date would say "installed a moment ago", and what woke us is older."""
    known = {label.id for label in facts.repository.labels}
    made = tuple(replace(label, created_at=None) for label in labels if label.id not in known)
    return replace(facts, repository=replace(facts.repository, labels=(*facts.repository.labels, *made)))


def _with_comments(facts: Facts, found: Sequence[Comment]) -> Facts:
    assert facts.issue is not None
    known = {comment.id for comment in facts.issue.comments}
    added = tuple(comment for comment in found if comment.id not in known)
    return replace(facts, issue=replace(facts.issue, comments=(*facts.issue.comments, *added)))


def _card_again(effects: Sequence[Effect], written: WriteResult, answered: set[int]) -> Iterator[Effect]:
    """Write the card once more if it has to change, or if it is what failed: the rest was done, and rests on it.

    One that may have been written just now is looked for first, lest there be two.
    """
    made, failed = written.created.get(journal.CARD), [effect for effect, _ in written.failed]
    for effect in effects:
        if isinstance(effect, PutComment) and effect.key == journal.CARD and (answered or effect in failed):
            id_ = made.id if made else effect.id
            if id_ is not None or effect not in written.unclear:
                yield replace(effect, id=id_, body=_without_answers(effect.body, answered))


def _without_answers(body: str, answered: set[int]) -> str:
    marker = markdown.read_marker(body)
    memory = journal.from_payload(marker.payload) if marker else None
    assert memory is not None, "we wrote it a moment ago"
    kept = tuple(entry for entry in memory.answered if entry[0] not in answered)
    # A command that is answered again writes its fields again; it is not judged on what it wrote.
    written = () if answered else memory.fields
    payload = journal.to_payload(replace(memory, answered=kept, fields=written))
    return f"{markdown.marker(journal.CARD, payload)}\n{text_of(body)}"


def _our_sections(base: str, ours: str, theirs: str, pipeline: Pipeline) -> str:
    """Set in their text the sections that we changed, and nothing else."""
    known, one_line = pipeline.headings, pipeline.one_line
    before, after = fields.read(base, known, one_line), fields.read(ours, known, one_line)
    for heading in known:
        if before.get(heading) != after.get(heading):
            theirs = fields.write(theirs, heading, after.get(heading), known, one_line)
    return theirs


def _lists_again(facts: Facts, effects: Sequence[Effect], concurrent: ConcurrentChanges) -> Iterator[Effect]:
    """Write a checklist once more with what somebody ticked, struck or wrote there while we wrote it."""
    known = {comment.id: comment.body for comment in facts.issue.comments} if facts.issue else {}
    for effect in effects:
        theirs = concurrent.lists.get(effect.id or 0) if isinstance(effect, PutComment) else None
        if isinstance(effect, PutComment) and effect.id is not None and theirs is not None:
            merged = checklist_merge.rebase(effect.body, known[effect.id], theirs.text or "")
            if merged.strip() != effect.body.strip():
                yield replace(effect, body=merged)


def _hint(why: str) -> str:
    if "not accessible" in why or "permission" in why.casefold():
        return "Give the job `permissions:` with `issues: write` and `contents: read`"
    return "The next run tries again"
