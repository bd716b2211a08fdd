"""Reports why salesbot cannot work in a repository: in its one problem issue, and as the outcome of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from salesbot.adapters.github import GitHub
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.config.problems import ConfigError
from salesbot.core.installation import problem_issue
from salesbot.core.installation.problem_issue import LabelProblem, ProblemNotice, Warnings
from salesbot.core.model.effects import CloseProblem, CreateLabel, EditProblem, Effect, OpenProblem
from salesbot.core.model.facts import DealFacts, ProblemIssue, RepositoryFacts
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.label_names import label_key
from salesbot.tasks.outcome import Outcome

PROBLEM_LABEL = CreateLabel(problem_issue.LABEL, "b60205", "salesbot is stopped until this is repaired")


NO_WARNINGS = Warnings()
AnyFacts = TypeVar("AnyFacts", bound=RepositoryFacts)


@dataclass
class ProblemReporter:
    """Reports problems of one repository.

    The run that opens the issue fails; later ones of people do not, so that nobody gets a mail for each comment, and
    `scheduled` ones do as long as the problem lasts.
    """

    github: GitHub
    scheduled: bool = False
    _current: ProblemIssue | None = field(default=None, init=False)
    """The problem issue as this run wrote it."""

    def report_config(self, facts: RepositoryFacts, error: ConfigError) -> Outcome:
        """Report everything that is wrong with the configuration and the templates."""
        lines = [str(problem) for problem in error.problems]
        file = error.problems[0].file
        by = problem_issue.changed_by(facts.repository)
        notice = self._notice(facts, file=file, config=lines, by=by)
        if notice.effects:
            notice = self._notice(facts, file=file, config=lines, by=self.github.last_change(file))
        return self._report(facts, notice, lines)

    def report_labels(
        self, facts: RepositoryFacts, pipeline: Pipeline, lost: Sequence[LabelProblem], board: str | None = None
    ) -> Outcome:
        """Report stages that lost their label, these and those reported before; without any problem, close the issue.

        `board` is why the board does not follow, empty where it does; None where this run did not ask it.
        """
        lasting = tuple(dict.fromkeys([*lost, *problem_issue.remaining_problems(facts.repository, pipeline)]))
        warnings = problem_issue.remaining_warnings(facts, pipeline)
        warnings = warnings if board is None else replace(warnings, board=board)
        if not lasting:
            return self.report_warnings(facts, warnings)
        notice = self._notice(
            facts,
            file=self.github.place.config,
            labels=lasting,
            warnings=warnings,
            by=problem_issue.changed_by(facts.repository),
        )
        return self._report(
            facts, notice, [f"The label {each.label} of the stage {each.stage} is gone." for each in lasting]
        )

    def report_warnings(self, facts: RepositoryFacts, warnings: Warnings) -> Outcome:
        """Report what salesbot goes on with; without any, close the issue. The run that reports it gives notice."""
        facts = self.with_current(facts)
        if not warnings:
            return self._write(facts, problem_issue.solved(facts.repository, _renderer(facts)))
        effects = self._notice(facts, file=self.github.place.config, warnings=warnings, by=None).effects
        written = self._write(facts, effects)
        return replace(written, notices=warnings.lines if effects else ())

    def report_form(self, facts: RepositoryFacts, pipeline: Pipeline, problems: Sequence[str]) -> Outcome:
        """Report what the map of a form names and the form lacks, when that is news."""
        known = problem_issue.remaining_warnings(facts, pipeline)
        if tuple(problems) == known.form or problem_issue.remaining_problems(facts.repository, pipeline):
            return Outcome()
        return self.report_warnings(facts, replace(known, form=tuple(problems)))

    def with_current(self, facts: AnyFacts) -> AnyFacts:
        """Know the issue as this run wrote it: the facts may have been read before."""
        if self._current is None:
            return facts
        return replace(facts, repository=replace(facts.repository, problem=self._current))

    def _notice(
        self,
        facts: RepositoryFacts,
        *,
        file: str,
        config: Sequence[str] = (),
        labels: Sequence[LabelProblem] = (),
        warnings: Warnings = NO_WARNINGS,
        by: str | None,
    ) -> ProblemNotice:
        # Always the built-in template: one of the repository may be what is wrong.
        return problem_issue.report_problems(
            facts.repository, TemplateRenderer(), file=file, config=config, labels=labels, by=by, warnings=warnings
        )

    def _report(self, facts: RepositoryFacts, notice: ProblemNotice, lines: Sequence[str]) -> Outcome:
        written = self._write(facts, notice.effects)
        exit_code = 2 if notice.opened or self.scheduled else written.exit_code
        return replace(written, problems=(*lines, *written.problems), exit_code=exit_code)

    def _write(self, facts: RepositoryFacts, effects: Sequence[Effect]) -> Outcome:
        """Open, edit or close the problem issue, with its label."""
        if self.github.client.dry_run or not effects:
            return Outcome(effects=tuple(effects))
        facts, created = self._with_label(facts.without_issue if isinstance(facts, DealFacts) else facts, effects)
        written = self.github.write(facts, effects)
        if written.failed:
            why = f"GitHub refused to write the problem issue: {written.failed[0][1]}."
            return Outcome(effects=created, problems=(why,), exit_code=1)
        if written.opened is not None:
            self._close_if_second(facts, written.opened)
        self._keep(facts, effects)
        return Outcome(effects=(*created, *effects))

    def _keep(self, facts: RepositoryFacts, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, EditProblem) and facts.repository.problem is not None:
                self._current = replace(facts.repository.problem, body=effect.body)

    def _with_label(
        self, facts: RepositoryFacts, effects: Sequence[Effect]
    ) -> tuple[RepositoryFacts, tuple[Effect, ...]]:
        known = {label_key(label.name) for label in facts.repository.labels}
        opens = any(isinstance(effect, OpenProblem) for effect in effects)
        if not opens or problem_issue.LABEL in known:
            return facts, ()
        created = self.github.create_labels(facts, [PROBLEM_LABEL])
        labels = (*facts.repository.labels, *created)
        return replace(facts, repository=replace(facts.repository, labels=labels)), (PROBLEM_LABEL,)

    def _close_if_second(self, facts: RepositoryFacts, opened: int) -> None:
        """Close the issue just opened if another run opened one at the same time: the lower number stays."""
        first, *others = self.github.open_problems(facts)
        self._current = first
        for issue in others:
            if issue.number == opened:
                problem = replace(facts, repository=replace(facts.repository, problem=issue))
                self.github.write(problem, [CloseProblem(f"The same as #{first.number}.")])


def _renderer(facts: RepositoryFacts) -> TemplateRenderer:
    return TemplateRenderer(facts.repository.templates)
