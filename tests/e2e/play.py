"""The real `salesbot run` against the sandbox over HTTP: how a test plays, and what must hold after every single run.

The program runs in this process, with the environment and the files of GitHub's runner. It gets its clock and its way
to GitHub from a `Door`: waiting moves the sandbox's clock instead of the world's, people act between two requests, and
a run is killed.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from typing import Any

from github_sandbox import CommentView, Delivery, Entry, Repo, Run, Sandbox
from salesbot.adapters.clock import Clock
from salesbot.adapters.github import OpenTransport, open_transport
from salesbot.adapters.github.transport import Response, Transport
from salesbot.cli.main import main
from salesbot.core.text import markdown
from tests.e2e import runner_log

BOT = "github-actions[bot]"
PEOPLE = {"eve": "read", "ann": "triage", "nora": "write", "kim": "admin"}
CONFIG = ".github/salesbot.yml"
MOST_RUNS = 30

Change = Callable[[], object]


class Killed(BaseException):
    """The run is dead from here on."""


@dataclass
class Door:
    """What every request of the program passes: acts before and after the k-th one of the next run."""

    github: Sandbox
    sleep: Callable[[float], None]
    connect: OpenTransport = open_transport
    fails: Callable[[str, Mapping[str, Any]], bool] = lambda document, variables: False
    """Whether GitHub answers 502 to a document, as it does where it is too much for it."""
    pass_by: Callable[[Callable[[], Response]], Response] = lambda send: send()
    """Where requests to other services count too."""
    before: dict[int, Change] = field(default_factory=dict)
    after: dict[int, Change] = field(default_factory=dict)
    count: int = 0
    """Requests of the run so far, with whichever token."""
    turn: Callable[[], AbstractContextManager[None]] = nullcontext
    """Where several runs go on at once: whose request may pass."""

    @property
    def clock(self) -> Clock:
        """The sandbox's clock, by which the program waits."""
        now = self.github.clock.now
        return Clock(now=now, sleep=lambda seconds: self.sleep(seconds), monotonic=lambda: now().timestamp())

    def _fails(self, body: Any) -> bool:
        return body is not None and "query" in body and self.fails(body["query"], body["variables"])

    def open(self, token: str, api_url: str) -> Transport:
        """Open the way to GitHub with one token."""
        transport = self.connect(token, api_url)

        def send(method: str, url: str, body: Any) -> Response:
            self.count = number = self.count + 1
            self.before.pop(number, _nothing)()
            with self.turn():
                answer = (502, {}, "") if self._fails(body) else transport(method, url, body)
            self.after.pop(number, _nothing)()
            return answer

        return lambda method, url, body: self.pass_by(lambda: send(method, url, body))


def _nothing() -> None:
    pass


class Play:
    """One repository with its people, and the program that runs on what they do."""

    def __init__(self, github: Sandbox, door: Door, repository: str = "acme/sales") -> None:
        self.github = github
        self.door = door
        self.sales: Repo = github.repo(repository, roles=PEOPLE)
        self.last: Delivery | None = None
        self.environment: dict[str, str] = {}
        """What the next runs find in their environment besides what the runner gives them."""
        self.has_bug = False
        """Whether a test makes salesbot itself fail."""

    # The program

    def run(self, delivery: Delivery | None = None, inputs: Mapping[str, str] | None = None) -> Run:
        """Run the program on a delivery, the oldest waiting one if none is named."""
        self.last = delivery or self.github.outbox[0]
        prepared = self.github.prepare(self.last)
        out, err, before = io.StringIO(), io.StringIO(), len(self.github.requests)
        given = {f"INPUT_{name.upper()}": value for name, value in (inputs or {}).items()}
        env = {**prepared.environment, **given, **self.environment}
        with redirect_stdout(out), redirect_stderr(err):
            code = self._main(["run"], env)
        self.door.before.clear()
        self.door.after.clear()
        run = self.github.finish(prepared, code, out.getvalue(), err.getvalue())
        check(run, has_bug=self.has_bug)
        return replace(run, requests=self.github.requests[before:], killed=code == -9)

    def main(self, argv: Sequence[str], env: Mapping[str, str]) -> int:
        """Run the program with the sandbox's clock."""
        self.door.count = 0
        return main(argv, env, clock=self.door.clock, transport=self.door.open)

    def _main(self, argv: Sequence[str], env: Mapping[str, str]) -> int:
        try:
            return self.main(argv, env)
        except Killed:
            return -9

    def reconcile(self) -> list[Run]:
        """Run everything that waits, oldest first."""
        runs: list[Run] = []
        while self.github.outbox:
            runs.append(self.run())
            assert len(runs) < MOST_RUNS, "the program wakes itself for ever"
        return runs

    def by_hand(self, number: int, inputs: Mapping[str, str] | None = None) -> Run:
        """Look at one deal, as "Run workflow" does: a wake-up that says nothing of what happened."""
        self.drop()
        self.sales.workflow_dispatch({"issue": str(number)}, by="kim")
        return self.run(inputs=inputs)

    def sweep(self) -> Run:
        """Let the schedule come due. What else waits is lost."""
        self.drop()
        self.sales.schedule()
        return self.run()

    def salesbot(self, *argv: str) -> Run:
        """Type a command of the program on a machine of one's own, with a token in its environment."""
        self.sales.workflow_dispatch(by="kim")
        prepared = self.github.prepare(self.github.outbox[-1])
        given = {name: prepared.environment[name] for name in ("GITHUB_API_URL", "GITHUB_GRAPHQL_URL")}
        env = {**given, "GITHUB_TOKEN": prepared.token, "GITHUB_REPOSITORY": self.sales.name, **self.environment}
        out, err, before = io.StringIO(), io.StringIO(), len(self.github.requests)
        with redirect_stdout(out), redirect_stderr(err):
            code = self._main(list(argv), env)
        run = self.github.finish(prepared, code, out.getvalue(), err.getvalue())
        return replace(run, requests=self.github.requests[before:], killed=code == -9)

    def drop(self) -> None:
        """Lose every delivery that waits, as GitHub sometimes does."""
        for delivery in self.github.outbox:
            self.github.drop(delivery)

    # Between two requests of the next run

    def at(self, request: int, change: Change, *, after: bool = False) -> None:
        """Have somebody act just before the k-th request is sent, or after its answer came."""
        (self.door.after if after else self.door.before)[request] = change

    def kill(self, request: int, *, after: bool = False) -> None:
        """Kill the run just before the k-th request is sent, or after its answer came."""
        self.at(request, _die, after=after)

    # Deals

    def deal(self, stage: str = "lead", body: str = "", title: str = "Acme GmbH: new shop") -> int:
        """Open a deal by hand of ann, at rest in a stage; the first one also brings the labels.

        One with fields is nora's, who may set them.
        """
        number = self.sales.open_issue("nora" if body else "ann", title, body)
        self.reconcile()
        if stage != "lead":
            self.sales.comment("kim", number, f'/stage {stage} --force "for the test"')
            self.reconcile()
        assert self.stages(number) == [stage]
        return number

    def tick_all(self, number: int, checklist: str, by: str = "nora") -> None:
        """Tick every box of a checklist."""
        found = self.one(number, f"checklist:{checklist}")
        self.sales.edit_comment(by, found.id, found.body.replace("- [ ]", "- [x]"))

    def stages(self, number: int) -> list[str]:
        """Name the stages whose labels are on the issue."""
        labels = self.sales.issue(number).labels
        return [label.removeprefix("stage:") for label in labels if label.startswith("stage:")]

    def own(self, number: int) -> list[CommentView]:
        """List the bot's comments that are not hidden; those without marker are another workflow's."""
        comments = self.sales.issue(number).comments
        return [c for c in comments if c.author == BOT and c.minimized is None and markdown.read_marker(c.body)]

    def said(self, number: int) -> list[str]:
        """Name what each of the bot's visible comments is: `card`, `checklist:estimate`, `refusal` ..."""
        return [name_of(comment) for comment in self.own(number)]

    def one(self, number: int, name: str) -> CommentView:
        """Find the one visible comment of a name."""
        (found,) = [comment for comment in self.own(number) if name_of(comment) == name]
        return found

    def text(self, number: int, name: str) -> str:
        """Read the newest visible comment of a name, without its marker."""
        found = [comment for comment in self.own(number) if name_of(comment) == name]
        return found[-1].body.partition("-->")[2].strip()

    def receipts(self, number: int, comment: int) -> list[str]:
        """List the bot's reactions on a comment."""
        (found,) = [c for c in self.sales.issue(number).comments if c.id == comment]
        return [content for content, login in found.reactions if login == BOT]

    def problem(self) -> int | None:
        """Find the open problem issue. There is never more than one."""
        found = [i.number for i in self.sales.issues() if "salesbot-problem" in i.labels and i.state == "OPEN"]
        assert len(found) < 2, found
        return found[0] if found else None

    # What must hold

    def assert_at_rest(self, number: int) -> None:
        """One stage label, one of each comment; the last run again, and one by hand, read and write nothing."""
        before, last = self.sales.issue(number), self.last
        for run in (self.run(last), self.by_hand(number)):
            assert (run.exit_code, set(kinds(run)) - {"query", "rest"}) == (0, set()), run.stdout
            assert self.sales.issue(number) == before
        assert len(self.stages(number)) == 1, self.stages(number)
        keys = [key_of(comment) for comment in self.own(number)]
        assert len(keys) == len(set(keys)), keys


def _die() -> None:
    raise Killed


def name_of(comment: CommentView) -> str:
    """Name what a comment of the bot is; of checklists also which."""
    kind, _, of = key_of(comment).partition(":")
    return f"{kind}:{of}" if kind == "checklist" else kind


def key_of(comment: CommentView) -> str:
    """Read the key of a comment of the bot."""
    marker = markdown.read_marker(comment.body)
    assert marker is not None, comment.body
    return f"{marker.kind}:{marker.payload['of']}" if "of" in marker.payload else marker.kind


def check(run: Run, *, has_bug: bool = False) -> None:
    """Hold what holds for every run: a known exit code, no traceback, nothing in the log that the runner would obey."""
    if not has_bug:
        assert run.exit_code in (0, 1, 2, -9), run.stdout + run.stderr
        assert "Traceback" not in run.stdout + run.stderr, run.stdout + run.stderr
    assert runner_log.commands(run.stdout + run.stderr) == [], run.stdout
    assert run.exit_code in (0, -9) or len(told(run)) > 0, "a run that fails says why"


def told(run: Run) -> list[tuple[str, str]]:
    """List the annotations of a run: level and text."""
    return runner_log.told(run.stdout)


def kinds(run: Run) -> list[str]:
    """Name the kind of each request of a run, in order: `query`, `mutation`, `rest`."""
    return [entry.kind for entry in run.requests]


def writes(requests: Sequence[Entry]) -> list[Entry]:
    """Keep the requests that may have changed something."""
    return [entry for entry in requests if entry.kind == "mutation" or entry.method not in ("GET", "POST")]


def field_names(entry: Entry) -> list[str]:
    """Name the root fields a document asked for, without aliases."""
    return [re.sub(r"^.*:\s*", "", name) for name in entry.fields]
