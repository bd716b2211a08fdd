"""Playing a story: people act one after the other, each delivery starts a run; what comes of it is told and checked.

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
from salesbot_demo import seen

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
WIDTH, GUTTER = 100, 21


class StoryError(Exception):
    """The story did not come out as told."""


@dataclass(frozen=True)
class Then:
    """What must come of an act. What is left out is not asked about."""

    stage: str | None = None
    """The one stage label the issue carries."""
    state: str | None = None
    """OPEN, or the reason it is closed for: COMPLETED, NOT_PLANNED."""
    hears: str | None = None
    """Words in a comment the program wrote just now; an empty text: it wrote no comment."""
    card: str | None = None
    """Words on the card."""
    receipt: str | None = None
    """ROCKET or CONFUSED: the program's reaction on the newest comment of who acted."""
    untouched: bool = False
    """The program changed nothing."""
    elsewhere: str | None = None
    """Words in what came of it outside of GitHub."""


@dataclass(frozen=True)
class Act:
    """One thing a person does to one issue, told in words, and what must come of it."""

    who: str
    told: str
    on: int
    do: Callable[[Repo], object] = field(repr=False)
    then: Then = Then()
    wait: timedelta = timedelta(minutes=17)
    """How long before it everybody was busy elsewhere."""
    elsewhere: Callable[[Repo], str] | None = field(default=None, repr=False)
    """Says what came of it outside of GitHub."""


@dataclass(frozen=True)
class Chapter:
    """A part of a story."""

    title: str
    acts: Sequence[Act]


@dataclass(frozen=True)
class Story:
    """A story: who there is, what was there before (`old` issues, for `Repo.seed`), and what happens."""

    title: str
    people: Mapping[str, str]
    old: Sequence[Mapping[str, Any]]
    chapters: Sequence[Chapter]

    @property
    def acts(self) -> int:
        """Count the acts."""
        return sum(len(chapter.acts) for chapter in self.chapters)


class Player:
    """Plays a story on a sandbox and tells it. Raises StoryError where something else happens than was told."""

    def __init__(self, github: Sandbox, out: TextIO, *, colour: bool = False) -> None:
        self.github = github
        self.out = out
        self.colour = colour
        self._done = 0

    def play(self, story: Story) -> None:
        """Tell a story from the first act to the last."""
        begun = time.monotonic()
        self.repo = self.github.repo("acme/sales", roles=story.people)
        self.repo.seed(story.old)
        before = self.repo.issues()
        self._say(self._paint("1", story.title))
        for number, chapter in enumerate(story.chapters, 1):
            self._say(f"\n{self._paint('1', f'{number}. {chapter.title}')}")
            for act in chapter.acts:
                self._play(act, story.acts)
        self._check_old(before)
        self._close(story, time.monotonic() - begun)

    def _play(self, act: Act, of: int) -> None:
        self._done += 1
        self.github.advance(act.wait)
        when = f"[{self._done:{len(str(of))}}/{of}] {self.github.clock.now():%a %H:%M}"
        self._line(when, f"{self._paint('36', act.who)} {act.told}")
        before = self._perform(act)
        runs = [self.github.run(delivery) for delivery in self.github.outbox]
        after = self._look(act, runs)
        before = before or replace(after, body="", labels=(), assignees=(), comments=(), events=())
        outside = self._elsewhere(act, runs)
        nothing = "changed nothing" if runs else "starts no run; the next one goes by it"
        done = [*seen.changes(before, after), *([outside] if outside else [])] or [nothing]
        for head, line in zip([_cost(runs) if runs else "", *[""] * len(done)], done, strict=False):
            self._line(head, self._paint("32", "→ ") + line)
        self._check(act, runs, before, after, outside)

    def _elsewhere(self, act: Act, runs: Sequence[Run]) -> str:
        try:
            return act.elsewhere(self.repo) if act.elsewhere is not None else ""
        except LookupError as error:
            said = "".join(run.stdout[-600:] for run in runs)
            raise StoryError(
                f"After “{act.who} {act.told}” (#{act.on}): {error.args[0]}. salesbot said: {said}"
            ) from error

    def _perform(self, act: Act) -> IssueView | None:
        """Have a person act, and give the issue as the program will find it; None if it is to open it itself."""
        try:
            act.do(self.repo)
        except (LookupError, Refused) as error:
            raise StoryError(f"{act.who} could not go on (“{act.told}”): {error}.") from error
        return next((issue for issue in self.repo.issues() if issue.number == act.on), None)

    def _look(self, act: Act, runs: Sequence[Run]) -> IssueView:
        try:
            return self.repo.issue(act.on)
        except (LookupError, Refused) as error:
            said = "; ".join([str(error), *_failed(runs)])
            raise StoryError(f"After “{act.who} {act.told}” (#{act.on}): {said}") from error

    def _check(self, act: Act, runs: Sequence[Run], before: IssueView, after: IssueView, outside: str) -> None:
        wrong = [*_failed(runs), *_misfits(act, before, after)]
        if act.then.elsewhere is not None and act.then.elsewhere not in outside:
            wrong.append(f"elsewhere should be “{act.then.elsewhere}”, but is “{outside}”")
        if wrong:
            raise StoryError(f"After “{act.who} {act.told}” (#{act.on}): {'; '.join(wrong)}.")

    def _check_old(self, before: Sequence[IssueView]) -> None:
        changed = [str(issue.number) for issue in before if self.repo.issue(issue.number) != issue]
        if changed:
            raise StoryError(f"Nobody touched the old issues, but these changed: #{', #'.join(changed)}.")
        self._say(f"\nThe {len(before)} old issues are as they were: no label, no comment, no edit.")

    def _close(self, story: Story, seconds: float) -> None:
        runs, requests = len(self.github.runs), len(self.github.requests)
        self._say(
            f"{story.acts} acts, {runs} runs of salesbot, {requests} requests to GitHub, {seconds:.0f} seconds."
            " Everything came out as told."
        )

    def _say(self, text: str) -> None:
        self.out.write(f"{text}\n")
        self.out.flush()

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def _line(self, head: str, text: str) -> None:
        """Say something beside a head; what is too long goes on below its beginning."""
        lines = textwrap.wrap(text, WIDTH - GUTTER, break_long_words=False, break_on_hyphens=False)
        self._say(self._paint("2", f"{head:>{GUTTER - 2}}") + "  " + f"\n{'':{GUTTER}}".join(lines))


def _failed(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        if run.exit_code:
            yield f"salesbot ended with {run.exit_code}: {(run.stdout + run.stderr).strip()[-600:]}"


def _misfits(act: Act, before: IssueView, after: IssueView) -> Iterator[str]:
    then, stages = act.then, [name for name in after.labels if name.startswith("stage:")]
    state = "OPEN" if after.state == "OPEN" else after.state_reason
    written = _written(before, after)
    if then.stage is not None and stages != [f"stage:{then.stage}"]:
        yield f"it should be in {then.stage}, but carries {', '.join(stages) or 'no stage label'}"
    if then.state is not None and state != then.state:
        yield f"it should be {then.state}, but is {state}"
    if then.hears == "" and written:
        yield f"nothing should be said, but was: {written}"
    elif then.hears and then.hears not in written:
        yield f"salesbot should say “{then.hears}”, but said “{written}”"
    if then.card is not None and then.card not in _card(after):
        yield f"the card should say “{then.card}”, but says “{_card(after)}”"
    if then.receipt is not None and _receipts(act.who, after) != {then.receipt}:
        yield f"the comment should be answered with {then.receipt}, not {_receipts(act.who, after) or 'nothing'}"
    if then.untouched and before != after:
        yield "salesbot should change nothing"


def _written(before: IssueView, after: IssueView) -> str:
    """Give the words of new comments, and of replies that were edited."""
    known = {comment.id: comment.body for comment in before.comments}
    new = [comment for comment in after.comments if comment.id not in known]
    edited = [comment for comment in after.comments if comment.body != known.get(comment.id, comment.body)]
    replies = [comment for comment in edited if seen.kind(comment)[0] in seen.PASSING]
    return "\n".join(" ".join(seen.text(comment)) for comment in (*new, *replies))


def _card(issue: IssueView) -> str:
    found = seen.card(issue)
    return " ".join(seen.text(found)) if found else ""


def _receipts(who: str, issue: IssueView) -> set[str]:
    newest = [comment for comment in issue.comments if comment.author == who][-1:]
    return {face for comment in newest for face, login in comment.reactions if login == seen.BOT}


def _cost(runs: Sequence[Run]) -> str:
    requests = sum(len(run.requests) for run in runs)
    return f"{sum(run.seconds for run in runs):.1f} s, {requests} request{' ' if requests == 1 else 's'}"
