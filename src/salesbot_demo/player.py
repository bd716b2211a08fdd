"""Play a story: people act one after the other, each delivery starts a run; what happens is printed and checked.

Knows time, progress and how a line looks on a terminal. Knows nothing of what a story is about.
"""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TextIO

from github_sandbox import IssueView, Refused, Repo, Run, Sandbox
from salesbot_demo import observation

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WIDTH, GUTTER = 100, 21


class StoryError(Exception):
    """The program did something else than the story expects."""


@dataclass(frozen=True)
class Expected:
    """What is expected after a step. What is left out is not checked."""

    stage: str | None = None
    """The one stage label the issue carries."""
    state: str | None = None
    """OPEN, or the reason it is closed for: COMPLETED, NOT_PLANNED."""
    says: str | None = None
    """Words in a comment the program wrote in this step; an empty text means that it wrote none."""
    card: str | None = None
    """Words on the card."""
    reaction: str | None = None
    """ROCKET or CONFUSED: the program's reaction on the newest comment of the person who acted."""
    unchanged: bool = False
    """The program changed nothing."""
    outside: str | None = None
    """Words in what changed outside GitHub."""


@dataclass(frozen=True)
class Step:
    """One thing a person does to one issue, described in words, and what is expected."""

    who: str
    text: str
    on: int
    do: Callable[[Repo], object] = field(repr=False)
    expected: Expected = Expected()
    wait: timedelta = timedelta(minutes=17)
    """How much time passes before it."""
    outside: Callable[[Repo], str] | None = field(default=None, repr=False)
    """Describes what changed outside GitHub."""


@dataclass(frozen=True)
class Chapter:
    """A part of a story."""

    title: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class Story:
    """A story: who there is, what was there before (`old` issues, for `Repo.seed`), and what happens."""

    title: str
    people: Mapping[str, str]
    old: Sequence[Mapping[str, Any]]
    chapters: Sequence[Chapter]

    @property
    def steps(self) -> int:
        """Count the steps."""
        return sum(len(chapter.steps) for chapter in self.chapters)


class Player:
    """Plays a story on a sandbox and prints it. Raises StoryError where something else happens than expected."""

    def __init__(self, github: Sandbox, out: TextIO, *, colour: bool = False) -> None:
        self.github = github
        self.out = out
        self.colour = colour
        self._done = 0

    def play(self, story: Story) -> None:
        """Play a story from the first step to the last."""
        begun = time.monotonic()
        self.repo = self.github.repo("acme/sales", roles=story.people)
        self.repo.seed(story.old)
        before = self.repo.issues()
        self._say(self._paint("1", story.title))
        for number, chapter in enumerate(story.chapters, 1):
            self._say(f"\n{self._paint('1', f'{number}. {chapter.title}')}")
            for step in chapter.steps:
                self._play(step, story.steps)
        self._check_old(before)
        self._close(story, time.monotonic() - begun)

    def _play(self, step: Step, of: int) -> None:
        self._done += 1
        self.github.advance(step.wait)
        when = f"[{self._done:{len(str(of))}}/{of}] {self.github.clock.now():%a %H:%M}"
        self._line(when, f"{self._paint('36', step.who)} {step.text}")
        before = self._perform(step)
        runs = [self.github.run(delivery) for delivery in self.github.outbox]
        after = self._look(step, runs)
        before = before or replace(after, body="", labels=(), assignees=(), comments=(), events=())
        outside = self._outside(step, runs)
        nothing = "changed nothing" if runs else "starts no run; the next one uses it"
        done = [*observation.changes(before, after), *([outside] if outside else [])] or [nothing]
        for head, line in zip([_cost(runs) if runs else "", *[""] * len(done)], done, strict=False):
            self._line(head, self._paint("32", "→ ") + line)
        self._check(step, runs, before, after, outside)

    def _outside(self, step: Step, runs: Sequence[Run]) -> str:
        try:
            return step.outside(self.repo) if step.outside is not None else ""
        except LookupError as error:
            problem = "".join(run.stdout[-600:] for run in runs)
            raise StoryError(
                f"After “{step.who} {step.text}” (#{step.on}): {error.args[0]}. salesbot printed: {problem}"
            ) from error

    def _perform(self, step: Step) -> IssueView | None:
        """Let a person act, and return the issue as the program will find it; None if the program opens it."""
        try:
            step.do(self.repo)
        except (LookupError, Refused) as error:
            raise StoryError(f"{step.who} could not go on (“{step.text}”): {error}.") from error
        return next((issue for issue in self.repo.issues() if issue.number == step.on), None)

    def _look(self, step: Step, runs: Sequence[Run]) -> IssueView:
        try:
            return self.repo.issue(step.on)
        except (LookupError, Refused) as error:
            problem = "; ".join([str(error), *_failed(runs)])
            raise StoryError(f"After “{step.who} {step.text}” (#{step.on}): {problem}") from error

    def _check(self, step: Step, runs: Sequence[Run], before: IssueView, after: IssueView, outside: str) -> None:
        wrong = [*_failed(runs), *_differences(step, before, after)]
        if step.expected.outside is not None and step.expected.outside not in outside:
            wrong.append(f"outside should be “{step.expected.outside}”, but is “{outside}”")
        if wrong:
            raise StoryError(f"After “{step.who} {step.text}” (#{step.on}): {'; '.join(wrong)}.")

    def _check_old(self, before: Sequence[IssueView]) -> None:
        changed = [str(issue.number) for issue in before if self.repo.issue(issue.number) != issue]
        if changed:
            raise StoryError(f"Nobody touched the old issues, but these changed: #{', #'.join(changed)}.")
        self._say(f"\nThe {len(before)} older issues are unchanged: no label, no comment, no edit.")

    def _close(self, story: Story, seconds: float) -> None:
        runs, requests = len(self.github.runs), len(self.github.requests)
        self._say(
            f"{story.steps} steps, {runs} runs of salesbot, {requests} requests to GitHub, {seconds:.0f} seconds."
            " Everything came out as expected."
        )

    def _say(self, text: str) -> None:
        self.out.write(f"{text}\n")
        self.out.flush()

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def _line(self, head: str, text: str) -> None:
        """Print a line beside a head, wrapped to the width."""
        lines = textwrap.wrap(text, WIDTH - GUTTER, break_long_words=False, break_on_hyphens=False)
        self._say(self._paint("2", f"{head:>{GUTTER - 2}}") + "  " + f"\n{'':{GUTTER}}".join(lines))


def _failed(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        if run.exit_code:
            yield f"salesbot ended with {run.exit_code}: {(run.stdout + run.stderr).strip()[-600:]}"


def _differences(step: Step, before: IssueView, after: IssueView) -> Iterator[str]:
    expected, stages = step.expected, [name for name in after.labels if name.startswith("stage:")]
    state = "OPEN" if after.state == "OPEN" else after.state_reason
    written = _written(before, after)
    if expected.stage is not None and stages != [f"stage:{expected.stage}"]:
        yield f"it should be in {expected.stage}, but carries {', '.join(stages) or 'no stage label'}"
    if expected.state is not None and state != expected.state:
        yield f"it should be {expected.state}, but is {state}"
    if expected.says == "" and written:
        yield f"salesbot should write no comment, but wrote: {written}"
    elif expected.says and expected.says not in written:
        yield f"salesbot should write “{expected.says}”, but wrote “{written}”"
    if expected.card is not None and expected.card not in _card(after):
        yield f"the card should say “{expected.card}”, but says “{_card(after)}”"
    if expected.reaction is not None and _reactions(step.who, after) != {expected.reaction}:
        yield f"the comment should be answered with {expected.reaction}, not {_reactions(step.who, after) or 'nothing'}"
    if expected.unchanged and before != after:
        yield "salesbot should change nothing"


def _written(before: IssueView, after: IssueView) -> str:
    """Return the text of new comments, and of replies that were edited."""
    known = {comment.id: comment.body for comment in before.comments}
    new = [comment for comment in after.comments if comment.id not in known]
    edited = [comment for comment in after.comments if comment.body != known.get(comment.id, comment.body)]
    replies = [comment for comment in edited if observation.kind(comment)[0] in observation.PASSING]
    return "\n".join(" ".join(observation.text(comment)) for comment in (*new, *replies))


def _card(issue: IssueView) -> str:
    found = observation.card(issue)
    return " ".join(observation.text(found)) if found else ""


def _reactions(who: str, issue: IssueView) -> set[str]:
    newest = [comment for comment in issue.comments if comment.author == who][-1:]
    return {face for comment in newest for face, login in comment.reactions if login == observation.BOT}


def _cost(runs: Sequence[Run]) -> str:
    requests = sum(len(run.requests) for run in runs)
    return f"{sum(run.seconds for run in runs):.1f} s, {requests} request{' ' if requests == 1 else 's'}"
