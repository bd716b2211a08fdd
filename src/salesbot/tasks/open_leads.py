"""Turns leads into issues: each becomes exactly one, whatever is repeated, lost or out of order.

The issue carries the key of its lead from its first byte, so a run that was killed left either nothing or an issue that
the next run recognises. Existing issues are listed, never searched for: GitHub's search is minutes behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.github import GitHub, PatienceError, UnclearError, advice_on
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import ServiceError
from salesbot.core.leads import lead, lead_index
from salesbot.core.leads.duplicates import COMPARED
from salesbot.core.leads.lead import Lead, Mark, Received
from salesbot.core.lifecycle.restore import NOT_A_DEAL, NOT_A_DEAL_ABOUT
from salesbot.core.model.effects import CloseIssue, CreateLabel, Effect, OpenLead
from salesbot.core.model.facts import IssueSummary, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies.new_deals import DOUBLE
from salesbot.core.text.label_names import label_key
from salesbot.core.text.plural import counted
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.isolation import Isolation, isolated
from salesbot.tasks.outcome import Log, Outcome
from salesbot.tasks.pace import FAILURES_IN_A_ROW, LONGEST_RUN, NOTHING, Usage, count_content, pause_after_write
from salesbot.tasks.retry import until_clear

OPENED = "issues.opened"
"""The trigger of a deal opened here: GitHub starts no run for what a workflow's own token opens."""
UNCLEAR = "GitHub did not confirm whether it opened an issue."


@dataclass
class LeadOpener:
    """One run. `used` is what the tasks before it in the same job took."""

    processor: DealProcessor
    used: Usage = NOTHING
    processes_deals: bool = True
    """Whether deals get their card here; else the workflow does it, which GitHub starts for what a person opens."""
    other_issues: list[IssueSummary] = field(default_factory=list)
    """The issues read so far, the newest first."""
    inbound: tuple[IssueSummary, ...] = ()
    """The newest issues that came from a form or from Streak, as far as they still carry the label."""
    _started: float | None = None
    _next_page: str | None = None
    _content: int = 0
    _processed: set[int] = field(default_factory=set)

    def read(self) -> tuple[Outcome, Pipeline | None]:
        """Read what shows whether a lead is new, in one request; no pipeline if the configuration is wrong."""
        if self._started is None:
            self._started = self.processor.clock.monotonic() - self.used.seconds
        self._content = self.used.content
        read = self.github.read_intake(Trigger("intake"))
        self._context: RepositoryFacts = read.context
        self.other_issues, self.inbound, self._next_page = list(read.newest), read.inbound, read.after
        outcome, pipeline = self.processor.configured(read.context)
        if pipeline is not None:
            self._pipeline, self._renderer = pipeline, TemplateRenderer(read.context.repository.templates)
        return outcome, pipeline

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.processor.github

    @property
    def log(self) -> Log:
        """Where progress is written."""
        return self.processor.log

    @property
    def context(self) -> RepositoryFacts:
        """The repository as `read` found it."""
        return self._context

    def finish_earlier(self) -> Outcome:
        """Finish what earlier runs left: issues without a card, and second issues of one lead."""
        outcome = Outcome()
        known = self._by_number([*self.inbound, *self.other_issues])
        triggers = dict.fromkeys(lead_index.doubles(known), DOUBLE)
        triggers |= dict.fromkeys(lead_index.unfinished(known), OPENED)
        for number, event in sorted(triggers.items()):
            outcome = outcome.then(self.process(number, event))
        for number in lead_index.left_open(known):
            outcome = outcome.then(self._close(number))
        return outcome

    def read_back(self, received: Iterable[Received]) -> None:
        """Read issues until those are among them that these leads may have become."""
        leads = list(received)
        while self._next_page is not None and not self._knows(leads):
            self._read_page(self._next_page)

    def _knows(self, leads: Sequence[Received]) -> bool:
        known = lead_index.keys(self.other_issues)
        return all(each.key in known for each in leads) or lead_index.reaches(self.other_issues, leads)

    def read_all(self) -> None:
        """Read every issue there is."""
        while self._next_page is not None:
            self._read_page(self._next_page)

    def open_all(self, leads: Sequence[Lead]) -> Outcome:
        """Open an issue for each lead and process it, oldest first, until the run has done enough."""
        if self.processor.dry_run or not leads:
            return Outcome(effects=tuple(self._issue(each) for each in leads))
        self._prepare(leads)
        outcome, done, failures, is_gap = Outcome(), 0, 0, False
        effects: Sequence[Effect] = ()
        for each in leads:
            if self._has_done_enough() or failures >= FAILURES_IN_A_ROW:
                break
            if outcome.effects:
                pause_after_write(self.github.client, effects)
            opened = self._open_safely(replace(each, polled=each.polled and not is_gap))
            outcome, effects = outcome.then(opened), opened.effects
            failures = failures + 1 if opened.error is not None else 0
            is_gap = is_gap or not effects
            done += bool(effects)
            if isinstance(opened.error, PatienceError):  # what was opened is there; the next run goes on
                break
            if done % 10 == 0:
                self.log(f"  {done:,} of {counted(len(leads), 'lead')} opened ...")
        left = len(leads) - done
        notes = [f"{counted(done, 'lead')} came in."] + ([f"Left {left:,} for the next run."] if left else [])
        return outcome.then(Outcome(notes=tuple(notes)))

    def keep_deleted(self, number: int, mark: Mark) -> Outcome:
        """Open and close an empty issue that holds the key of a deleted one, unless another holds it already."""
        self.read_back([Received(mark.key, mark.at or self.context.read_at)])
        again = lead_index.keys(self.other_issues).get(mark.key)
        if again is not None:
            return Outcome(notes=(f"The lead of issue {number} is issue {again} now.",))
        effect = OpenLead(*lead.keeper(number, mark, self._renderer), (NOT_A_DEAL,))
        if self.processor.dry_run:
            return Outcome(effects=(effect,))
        self._have_labels([CreateLabel(lead.LABEL, *lead.LABEL_ABOUT), CreateLabel(NOT_A_DEAL, *NOT_A_DEAL_ABOUT)])
        return Outcome(effects=(effect,)).then(self._close(self._open(mark.key, effect)))

    def _close(self, number: int) -> Outcome:
        effect = CloseIssue("NOT_PLANNED")
        if self.processor.dry_run:
            return Outcome(effects=(effect,))
        written = self.github.write(self.github.read(number, Trigger("intake")), [effect])
        if written.failed:
            why = written.failed[0][1]
            error = ServiceError(f"GitHub refused to close it: {why}.", advice_on(why))
            return self._failed(f"Issue {number}", error)
        return Outcome(effects=(effect,))

    def _open_safely(self, each: Lead) -> Outcome:
        """Open a lead's issue and process it; a failure that concerns only it is named."""
        isolation, what = Isolation(self.log), f"The lead {each.key}"
        try:
            opened = isolation.attempt(what, lambda: self._open_issue(each))
        except ServiceError as error:
            return self._failed(what, error)
        if opened is None:
            return isolation.outcome
        effect, number = opened
        self._content += 1
        return Outcome(effects=(effect,)).then(self.process(number, OPENED))

    def _open_issue(self, each: Lead) -> tuple[OpenLead, int]:
        effect = self._issue(each)
        return effect, self._open(each.key, effect)

    def _open(self, key: str, effect: OpenLead) -> int:
        """Open the issue, once. Where GitHub does not say whether it did, list the issues before trying again."""

        def attempt(is_retry: bool) -> int:
            if is_retry:
                self._read_page(None)
            known = lead_index.keys(self.other_issues).get(key)
            return known if known is not None else self._write(effect)

        return until_clear(self.github.client, attempt, log=self.log)

    def _write(self, effect: OpenLead) -> int:
        written = self.github.write(self._context, [effect])
        if written.unclear:
            raise UnclearError(UNCLEAR, "The next run checks")
        if written.opened is None:
            why = written.failed[0][1]
            raise ServiceError(f"GitHub refused to open an issue: {why}.", advice_on(why))
        self.other_issues = self._by_number([*written.other_issues, *self.other_issues])
        return written.opened

    def process(self, number: int, event: str) -> Outcome:
        """Process a deal as its own run would; if that fails, the next run finishes it."""
        starts_no_run = self._context.viewer.login.endswith("[bot]")
        if number in self._processed or not (self.processes_deals or starts_no_run):
            return Outcome()
        self._processed.add(number)
        newest = tuple(self.other_issues[:COMPARED])
        what = f"Deal {number}"
        try:
            outcome = isolated(what, self.log, lambda: self.processor.process(number, Trigger(event), newest).outcome)
        except ServiceError as error:
            return self._failed(what, error)
        self._content += count_content(outcome.effects)
        return outcome

    def _failed(self, what: str, error: ServiceError) -> Outcome:
        self.log(f"  {what}: {error}")
        return Outcome.failed(error, what)

    def _issue(self, each: Lead) -> OpenLead:
        stage = self._pipeline.stage(each.stage) if each.stage else None
        labels = (stage.label,) if stage is not None else ()
        return OpenLead(lead.title(each), lead.body(each, self._pipeline, self._renderer), labels)

    def _prepare(self, leads: Sequence[Lead]) -> None:
        """Create the labels to put on, and read enough issues to compare with."""
        while self._next_page is not None and len(self.other_issues) < COMPARED:
            self._read_page(self._next_page)
        stages = [stage for stage in self._pipeline.stages if stage.name in {each.stage for each in leads}]
        labels = [CreateLabel(lead.LABEL, *lead.LABEL_ABOUT)]
        self._have_labels(labels + [CreateLabel(stage.label, stage.color, stage.description) for stage in stages])

    def _have_labels(self, labels: Sequence[CreateLabel]) -> None:
        if self._missing(labels) and not self._context.repository.labels_complete:
            self._context = self.github.read_labels(self._context)
        missing = self._missing(labels)
        if missing:
            self._context = self._context.with_labels(self.github.create_labels(self._context, missing))

    def _missing(self, labels: Sequence[CreateLabel]) -> list[CreateLabel]:
        known = {label_key(label.name) for label in self._context.repository.labels}
        return [label for label in labels if label_key(label.name) not in known]

    def _read_page(self, after: str | None) -> None:
        page, self._next_page = self.github.newest(self._context, after)
        self.other_issues = self._by_number([*page, *self.other_issues])

    def _by_number(self, issues: Iterable[IssueSummary]) -> list[IssueSummary]:
        """Each issue once, as it was read first, the newest first."""
        found: dict[int, IssueSummary] = {}
        for issue in issues:
            found.setdefault(issue.number, issue)
        return [found[number] for number in sorted(found, reverse=True)]

    def _has_done_enough(self) -> bool:
        assert self._started is not None
        seconds = self.processor.clock.monotonic() - self._started
        return self._content >= self._pipeline.sweep.budget or seconds > LONGEST_RUN
