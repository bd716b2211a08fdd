"""The minute: deals are made ready, people and workers act, the sweeps put right what was left, and all is compared."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from benchmarks.load import checks
from benchmarks.load.jobs import Jobs, starts_job
from benchmarks.load.people import Expected, People
from benchmarks.load.trouble import Trouble
from benchmarks.load.turns import Turns
from benchmarks.load.workers import Workers, compiled_templates, separate_outputs
from github_sandbox import Entry, Run, Sandbox
from github_sandbox.streak import Streak
from tests.e2e.boards import COLUMNS, Boards
from tests.e2e.boxes import KEY, Boxes
from tests.e2e.play import Door, Play, writes

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LASTS = 60
"""Seconds in which everything happens."""
MOST_SWEEPS = 12
CONFIG = """board: {{project: {project}}}
streak:
  people: {{nora: nora@agency.com, kim: kim@agency.com}}
  pipelines:
    sales: {{key: {pipeline}}}
"""


@dataclass(frozen=True)
class Size:
    """How much there is to do, and how much goes wrong."""

    events: int = 500
    deals: int = 200
    workers: int = 8
    faults: float = 0.05
    repeats: float = 0.05
    seed: int = 1


@dataclass
class Ledger:
    """What was done and what came of it."""

    size: Size
    acts: Counter[str] = field(default_factory=Counter)
    repeated: int = 0
    without_job: int = 0
    replaced: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    runs: list[Run] = field(default_factory=list)
    in_minute: int = 0
    """How many of the runs are of events; the others are sweeps."""
    seconds: float = 0
    """When the last job of an event ended."""
    requests: tuple[Entry, ...] = ()
    streak: int = 0
    """Requests to Streak."""
    lag: int = 0
    """How many deals were not right before the first sweep."""
    violations: list[str] = field(default_factory=list)


def play(size: Size) -> Ledger:
    """Play a minute, and the sweeps after it."""
    with compiled_templates(), Sandbox(at=MONDAY) as github, Streak(github.clock) as streak, separate_outputs():
        return _Minute.begin(size, github, streak).play()


@dataclass
class _Minute:
    size: Size
    github: Sandbox
    people: People
    workers: Workers
    deals: dict[int, Expected]
    ledger: Ledger

    @classmethod
    def begin(cls, size: Size, github: Sandbox, streak: Streak) -> _Minute:
        """Make a repository, a board and a pipeline, and the deals in all three."""

        def sleep(seconds: float) -> None:
            github.advance(seconds)

        game = Play(github, Door(github, sleep))
        boards, boxes = Boards.begin(game), Boxes(game, streak)
        stages = [column for column in COLUMNS if column != "Done"]
        pipeline = streak.pipeline("Sales", stages, {"Value": "TEXT_INPUT"})
        streak.user("nora@agency.com")
        streak.user("kim@agency.com")
        boards.configure(CONFIG.format(project=boards.board.number, pipeline=pipeline))
        game.environment |= {"INPUT_STREAK-KEY": KEY, "STREAK_API_URL": streak.url}
        with _unlimited(github):
            deals = {deal.number: deal for deal in _open(game, size.deals)}
        start, luck = github.clock.now(), random.Random(size.seed)
        turns, jobs = Turns(lambda now: _move(github, start + timedelta(seconds=now))), Jobs()
        trouble = Trouble(github, streak, 0, random.Random(size.seed))
        people, workers = People(game, boards, boxes, jobs, luck), Workers(game, turns, jobs, trouble)
        return cls(size, github, people, workers, deals, Ledger(size))

    def play(self) -> Ledger:
        """Let everything happen, and compare."""
        ledger, streak = self.ledger, self.people.boxes.streak
        self.github.log.clear()
        streak.requests.clear()
        self.workers.trouble.rate = self.size.faults
        self.workers.turns.start(self._act)
        self.workers.start(self.size.workers)
        self.workers.turns.until_all_ended()
        ledger.in_minute, ledger.seconds = len(self.workers.runs), self.workers.turns.now
        ledger.lag = len({found.partition(":")[0] for found in checks.wrong_deals(self.people, self.deals.values())})
        ledger.violations += self._sweep_until_quiet()
        ledger.runs, ledger.faults, ledger.replaced = (
            self.workers.runs,
            self.workers.trouble.met,
            self.workers.jobs.replaced,
        )
        ledger.requests, ledger.streak = self.github.requests, len(streak.requests)
        ledger.violations += self.workers.broken
        ledger.violations += checks.wrong_deals(self.people, self.deals.values())
        ledger.violations += checks.unanswered(self.people, self.deals.values())
        ledger.violations += checks.broken_limits(ledger.requests)
        return ledger

    def _act(self) -> None:
        """Be the people: do one thing after the other, and let GitHub and the relay tell of it."""
        turns = self.workers.turns
        for _ in range(self.size.events):
            turns.sleep(LASTS / self.size.events)
            self.ledger.acts[self.people.act(self.deals, int(turns.now))] += 1
            self.people.boards.relay()
            self._deliver()
        turns.sleep(LASTS)
        self.workers.jobs.open = False

    def _deliver(self) -> None:
        for delivery in self.github.outbox:
            self.github.drop(delivery)
            if not starts_job(delivery):
                self.ledger.without_job += 1
                continue
            self.workers.jobs.add(delivery)
            if self.people.random.random() < self.size.repeats:
                self.ledger.repeated += 1
                again = self.people.random.uniform(1, LASTS / 2)
                self.workers.turns.start(partial(self.workers.jobs.add, delivery), after=again)

    def _sweep_until_quiet(self) -> Iterator[str]:
        """Let the schedule come due each hour until nothing is left to do. The first time things still go wrong."""
        for number in range(MOST_SWEEPS):
            self.workers.turns.start(self._sweep, after=3600)
            self.workers.turns.until_all_ended()
            self.workers.trouble.end()
            last = self.workers.runs[-1]
            if number and last.exit_code:
                yield f"sweep {number + 1} failed: {last.stdout[-500:]}"
            if last.exit_code == 0 and self._is_quiet(last):
                return
        yield f"it comes to no rest within {MOST_SWEEPS} sweeps"

    def _sweep(self) -> None:
        self._asked = len(self.people.boxes.streak.requests)
        self.people.play.drop()
        self.people.play.sales.schedule()
        (delivery,) = self.github.outbox
        self.workers.run(delivery, {"INPUT_TASK": "all"})

    def _is_quiet(self, run: Run) -> bool:
        since = self.people.boxes.streak.requests[self._asked :]
        return not writes(run.requests) and all(asked.method == "GET" for asked in since)


def _open(game: Play, count: int) -> Iterator[Expected]:
    """Open deals, each with a value, a card and a box."""
    for number in range(1, count + 1):
        game.deal(body="### Value\n\n9000 EUR\n", title=f"Client {number:04}: new shop")
        assert game.last is not None
        yield Expected(number, game.last.payload["issue"]["node_id"])
    for _ in range(MOST_SWEEPS):
        game.drop()
        game.sales.schedule()
        run = game.run(inputs={"task": "all"})
        if not writes(run.requests):
            break
    game.drop()
    for delivery in game.github.organization_outbox:
        game.github.take(delivery)


@contextmanager
def _unlimited(github: Sandbox) -> Iterator[None]:
    github.limits.enabled = False
    yield
    github.limits.enabled = True
    github.limits.reset()


def _move(github: Sandbox, moment: datetime) -> None:
    """Move the sandbox's clock, which counts whole seconds."""
    if moment.replace(microsecond=0) > github.clock.now():
        github.set(moment)
