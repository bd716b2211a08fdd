"""The shell that turns leads into issues: each becomes exactly one, whatever is repeated, lost or out of order.

The key stands in the issue from its first byte, so a run that died left either nothing or an issue that the next run
recognises. What is there is learned by listing issues, never by search: a search is minutes behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from salesbot.adapters.github import GitHub, PatienceError, UnclearError
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import ServiceError
from salesbot.core.leads import lead, lead_index
from salesbot.core.leads.duplicates import COMPARED
from salesbot.core.leads.lead import Lead, Mark, Received
from salesbot.core.lifecycle.restore import NOT_A_DEAL, NOT_A_DEAL_ABOUT
from salesbot.core.model.effects import CloseIssue, CreateLabel, OpenLead
from salesbot.core.model.facts import IssueSummary, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies.new_deals import DOUBLE
from salesbot.core.text.labels import label_key
from salesbot.tasks.deal import GITHUB_GIVES_UP, ROUNDS, App, Log, Outcome
from salesbot.tasks.sweep import LONGEST, PER_CONTENT, PER_WRITE, TIMES_IN_A_ROW, content

OPENED = "issues.opened"
"""What a deal opened here is told to have been woken by: GitHub wakes no run for what a workflow's token opens."""


@dataclass
class LeadOpener:
    """One run. `clock` counts seconds, from `started` on."""

    app: App
    log: Log = field(default=lambda text: None)
    clock: Callable[[], float] = time.monotonic
    started: float | None = None
    settles: bool = True
    """Whether deals get their card here; else the workflow does it, which GitHub wakes for what a person opens."""
    other_issues: list[IssueSummary] = field(default_factory=list)
    """The issues read so far, the newest first."""
    inbound: tuple[IssueSummary, ...] = ()
    """The newest that came in by themselves, as far as they still carry the label."""
    _after: str | None = None
    _spent: int = 0
    _settled: set[int] = field(default_factory=set)

    def begin(self) -> tuple[Outcome, Pipeline | None]:
        """Read what tells whether something is new, in one request; no pipeline if the configuration is wrong."""
        self.started = self.clock() - self.app.elapsed if self.started is None else self.started
        self._spent = self.app.spent
        read = self.github.read_intake(Trigger("intake"))
        self._around: RepositoryFacts = read.context
        self.other_issues, self.inbound, self._after = list(read.newest), read.inbound, read.after
        told, pipeline = self.app.configured(read.context)
        if pipeline is not None:
            self._pipeline, self._words = pipeline, TemplateRenderer(read.context.repository.templates)
        return told, pipeline

    @property
    def github(self) -> GitHub:
        """The repository."""
        return self.app.github

    @property
    def context(self) -> RepositoryFacts:
        """The repository as `begin` read it."""
        return self._around

    def finish(self) -> Outcome:
        """Finish what earlier runs left: issues without a card, and second issues of one lead."""
        outcome = Outcome()
        known = self._by_number([*self.inbound, *self.other_issues])
        wakings = dict.fromkeys(lead_index.doubles(known), DOUBLE) | dict.fromkeys(lead_index.unfinished(known), OPENED)
        for number, event in sorted(wakings.items()):
            outcome = outcome.then(self.reconcile(number, event))
        for number in lead_index.left_open(known):
            outcome = outcome.then(self._close(number))
        return outcome

    def read_back(self, received: Iterable[Received]) -> None:
        """Read issues until those are among them that these leads may have become."""
        wanted = list(received)
        while self._after is not None and not self._knows(wanted):
            self._read_page(self._after)

    def _knows(self, wanted: Sequence[Received]) -> bool:
        known = lead_index.keys(self.other_issues)
        return all(each.key in known for each in wanted) or lead_index.reaches(self.other_issues, wanted)

    def read_all(self) -> None:
        """Read every issue there is."""
        while self._after is not None:
            self._read_page(self._after)

    def open_all(self, leads: Sequence[Lead]) -> Outcome:
        """Open an issue for each lead and settle it, oldest first. Begins nothing new once the run has done enough."""
        if self.app.dry_run or not leads:
            return Outcome(tuple(self._issue(each) for each in leads))
        self._prepare(leads)
        outcome, opened, done, failures, gap = Outcome(), Outcome(), 0, 0, False
        for each in leads:
            if self._has_done_enough() or failures >= TIMES_IN_A_ROW:
                break
            if outcome.effects:
                self.github.client.pause(max(PER_WRITE, content(opened.effects) * PER_CONTENT))
            try:
                opened = self._open_one(replace(each, polled=each.polled and not gap))
            except PatienceError as error:  # GitHub lets nobody write any more; what was opened is there
                outcome = outcome.then(self._failed("The intake", error))
                break
            failures = failures + 1 if opened.error is not None else 0
            gap = gap or not opened.effects
            done += bool(opened.effects)
            outcome = outcome.then(opened)
            if done % 10 == 0:
                self.log(f"  {done:,} of {len(leads):,} leads opened ...")
        left = len(leads) - done
        notes = [f"{counted(done, 'lead')} came in."] + ([f"Left {left:,} for the next run."] if left else [])
        return outcome.then(Outcome(notes=tuple(notes)))

    def keep_out(self, number: int, mark: Mark) -> Outcome:
        """Open and close an empty issue that holds the key of a deleted one, unless another holds it already."""
        self.read_back([Received(mark.key, mark.at or self.context.read_at)])
        again = lead_index.keys(self.other_issues).get(mark.key)
        if again is not None:
            return Outcome(notes=(f"What was issue {number} is issue {again}.",))
        effect = OpenLead(*lead.keeper(number, mark, self._words), (NOT_A_DEAL,))
        if self.app.dry_run:
            return Outcome((effect,))
        self._have_labels([CreateLabel(lead.LABEL, *lead.LABEL_ABOUT), CreateLabel(NOT_A_DEAL, *NOT_A_DEAL_ABOUT)])
        return Outcome((effect,)).then(self._close(self._opened(mark.key, effect)))

    def _close(self, number: int) -> Outcome:
        effect = CloseIssue("NOT_PLANNED")
        if not self.app.dry_run:
            self.github.write(self.github.read(number, Trigger("intake")), [effect])
        return Outcome((effect,))

    def _open_one(self, each: Lead) -> Outcome:
        effect = self._issue(each)
        try:
            number = self._opened(each.key, effect)
        except PatienceError:
            raise
        except ServiceError as error:
            return self._failed(f"The lead {each.key}", error)
        self._spent += 1
        return Outcome((effect,)).then(self.reconcile(number, OPENED))

    def _opened(self, key: str, effect: OpenLead) -> int:
        """Open the issue, once. Where nobody can tell whether that happened: wait, look, and only then try again."""
        for _ in range(ROUNDS):
            known = lead_index.keys(self.other_issues).get(key)
            if known is not None:
                return known
            try:
                return self._write(effect)
            except UnclearError as error:
                self.github.client.wait(GITHUB_GIVES_UP, error.what)
                self._read_page(None)
        raise ServiceError("GitHub did not say whether it opened an issue.", "The next run looks")

    def _write(self, effect: OpenLead) -> int:
        written = self.github.write(self._around, [effect])
        if written.unclear:
            raise UnclearError("GitHub did not say whether it opened an issue.", "The next run looks")
        if written.opened is None:
            raise ServiceError(f"GitHub refused to open an issue: {written.failed[0][1]}.", "The next run tries again")
        self.other_issues = self._by_number([*written.other_issues, *self.other_issues])
        return written.opened

    def reconcile(self, number: int, event: str) -> Outcome:
        """Settle a deal as its own run would; if that fails, the next run finishes it."""
        wakes_nobody = self._around.viewer.login.endswith("[bot]")
        if number in self._settled or not (self.settles or wakes_nobody):
            return Outcome()
        self._settled.add(number)
        self.app.other_issues = tuple(self.other_issues[:COMPARED])
        try:
            outcome = self.app.look_at(number, Trigger(event))
        except PatienceError:
            raise
        except ServiceError as error:
            return self._failed(f"Deal {number}", error)
        self._spent += content(outcome.effects)
        return outcome

    def _failed(self, what: str, error: ServiceError) -> Outcome:
        self.log(f"  {what}: {error}")
        return Outcome(exit_code=1, error=error, told=(f"{what}: {error}",))

    def _issue(self, each: Lead) -> OpenLead:
        stage = self._pipeline.stage(each.stage) if each.stage else None
        labels = (stage.label,) if stage is not None else ()
        return OpenLead(lead.title(each), lead.body(each, self._pipeline, self._words), labels)

    def _prepare(self, leads: Sequence[Lead]) -> None:
        """Have the labels to put on, and enough issues to compare with."""
        while self._after is not None and len(self.other_issues) < COMPARED:
            self._read_page(self._after)
        stages = [stage for stage in self._pipeline.stages if stage.name in {each.stage for each in leads}]
        wanted = [CreateLabel(lead.LABEL, *lead.LABEL_ABOUT)]
        self._have_labels(wanted + [CreateLabel(stage.label, stage.color, stage.description) for stage in stages])

    def _have_labels(self, wanted: Sequence[CreateLabel]) -> None:
        if self._missing(wanted) and not self._around.repository.labels_complete:
            self._around = self.github.read_labels(self._around)
        missing = self._missing(wanted)
        if missing:
            made = self.github.create_labels(self._around, missing)
            self._around = self._around.with_labels(made)

    def _missing(self, wanted: Sequence[CreateLabel]) -> list[CreateLabel]:
        known = {label_key(label.name) for label in self._around.repository.labels}
        return [label for label in wanted if label_key(label.name) not in known]

    def _read_page(self, after: str | None) -> None:
        page, self._after = self.github.newest(self._around, after)
        self.other_issues = self._by_number([*page, *self.other_issues])

    def _by_number(self, other_issues: Iterable[IssueSummary]) -> list[IssueSummary]:
        """Each issue once, as it was read first, the newest first."""
        found: dict[int, IssueSummary] = {}
        for other in other_issues:
            found.setdefault(other.number, other)
        return [found[number] for number in sorted(found, reverse=True)]

    def _has_done_enough(self) -> bool:
        assert self.started is not None
        return self._spent >= self._pipeline.sweep.budget or self.clock() - self.started > LONGEST


def counted(count: int, thing: str) -> str:
    """Say how many there are of a thing."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
