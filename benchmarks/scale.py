"""Where GitHub's published limits break: a simulated working day of an organisation with thousands of repositories.

    python -m benchmarks.scale --repositories 2000 --deals 5000000 --moves 100000 --seed 1

People move deals; each move is a run of the workflow in its repository. Runs queue for the jobs that the plan allows,
and spend points and content writes of whoever makes them. Every limit has its source; what is assumed is in `Load`, and
nothing here was measured on GitHub. The same seed gives the same output. It takes some minutes.
"""

from __future__ import annotations

import argparse
import heapq
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from random import Random
from statistics import quantiles
from typing import NamedTuple

HOUR, DAY = 3600, 86_400
ACTIONS = "https://docs.github.com/en/actions/reference/limits"
REST = "https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api"
GRAPHQL = "https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api"
PRICES = "https://docs.github.com/en/billing/reference/actions-runner-pricing"
QUOTAS = "https://docs.github.com/en/billing/concepts/product-billing/github-actions"


@dataclass(frozen=True)
class Plan:
    """What a plan allows an organisation: jobs at once (ACTIONS), included minutes a month (QUOTAS), and points an hour
    of a repository's GITHUB_TOKEN and of an App's installation (GRAPHQL; an App's grow with repositories and people).
    """

    name: str
    jobs: int
    minutes: int
    token_points: int
    app_points: int


PLANS = (
    Plan("Free", 20, 2_000, 1_000, 12_500),
    Plan("Team", 60, 3_000, 1_000, 12_500),
    Plan("Enterprise Cloud", 500, 50_000, 15_000, 15_000),
)


@dataclass(frozen=True)
class Limits:
    """Limits of every plan. Whom those of content count for is not published: here, whose token it is (inferred)."""

    content_a_minute: int = 80  # REST: about 80 requests a minute that create content
    content_an_hour: int = 500  # REST: and 500 an hour
    runs_in_ten_seconds: int = 500  # ACTIONS: workflow runs queued, of a repository (inferred)
    matrix: int = 256  # ACTIONS: jobs of a matrix
    cents_a_minute: float = 0.6  # PRICES: Linux, 2 cores, from 1 January 2026; each job is rounded up to minutes


@dataclass(frozen=True)
class Load:
    """A working day. All but the first three is assumed (inferred)."""

    repositories: int = 2_000
    deals: int = 5_000_000
    moves: int = 100_000
    open_share: float = 0.2
    """Of the deals, those that a sweep looks at."""
    work: tuple[float, ...] = (0.9, 1.2, 1.3, 0.8, 0.7, 1.1, 1.2, 0.8)
    """The weight of each working hour, from nine o'clock on."""
    at_work: float = 0.9
    """The share of moves in the working hours; the rest is spread over the day."""
    skew: float = 0.5
    """Repository k has k^-skew of the work of the first one."""
    seconds: tuple[int, int] = (15, 30)
    """How long a job takes its place: the runner, the image, the run itself."""
    points: int = 2
    """Of a move: one read, one write."""
    content: int = 2
    """Of a move: the card, and a checklist or an answer."""
    longest_wait: int = 300
    """Seconds that one run in a hundred may wait for a job. Beyond, the plan has too few jobs."""

    def times(self, multiple: float) -> Load:
        """Multiply the moves."""
        return replace(self, moves=round(self.moves * multiple))


class Run(NamedTuple):
    """A run of the workflow: when its event happens, in which repository, and how many seconds its job takes."""

    at: float
    repository: int
    seconds: float


@dataclass(frozen=True)
class Finding:
    """A limit, what the busiest moment asks of it, and at which multiple of the moves it breaks."""

    limit: str
    allowed: float
    asked: float

    @property
    def breaks_at(self) -> float:
        """The multiple of the moves at which what is asked reaches what is allowed."""
        return self.allowed / self.asked if self.asked else float("inf")


def day(load: Load, seed: int) -> list[Run]:
    """Invent the runs of a day, in their order: the moves, and a sweep of each repository in its first hours."""
    random = Random(seed)
    weights = list(accumulate((number + 1) ** -load.skew for number in range(load.repositories)))
    places = random.choices(range(load.repositories), cum_weights=weights, k=load.moves)
    moves = (
        Run(at, place, random.uniform(*load.seconds)) for at, place in zip(_times(load, random), places, strict=True)
    )
    return sorted([*moves, *_sweeps(load, random)])


def _times(load: Load, random: Random) -> Iterator[float]:
    hours = random.choices(range(9, 9 + len(load.work)), weights=load.work, k=load.moves)
    for hour in hours:
        is_working = random.random() < load.at_work
        yield (hour + random.random()) * HOUR if is_working else random.random() * DAY


def _sweeps(load: Load, random: Random) -> Iterator[Run]:
    """Begin within an hour of 05:23: GitHub delays schedules. A request for fifty open deals takes a second."""
    looked = load.deals / load.repositories * load.open_share / 50
    for place in range(load.repositories):
        yield Run(5 * HOUR + 1380 + random.random() * HOUR, place, random.uniform(*load.seconds) + looked)


def waits(runs: Iterable[Run], jobs: int) -> list[float]:
    """Play the day: runs start in their order, each as soon as a job is free. Gives how long each waits."""
    found, busy = [], list[float]()
    for run in runs:
        while busy and busy[0] <= run.at:
            heapq.heappop(busy)
        begin = run.at if len(busy) < jobs else heapq.heappop(busy)
        heapq.heappush(busy, begin + run.seconds)
        found.append(begin - run.at)
    return found


def slowest(found: Sequence[float]) -> float:
    """How long one run in a hundred waits, at least."""
    return quantiles(found, n=100)[98] if len(found) > 1 else max(found, default=0.0)


def jobs_break_at(load: Load, jobs: int, seed: int) -> float:
    """Find the multiple of the moves from which on one run in a hundred waits too long, to a fiftieth of it."""

    def waits_too_long(multiple: float) -> bool:
        return slowest(waits(day(load.times(multiple), seed), jobs)) > load.longest_wait

    low, high = 0.0, 1.0
    while not waits_too_long(high):
        low, high = high, high * 2
    while high - low > high / 50:
        middle = (low + high) / 2
        low, high = (low, middle) if waits_too_long(middle) else (middle, high)
    return low


def busiest(runs: Iterable[Run], seconds: int, of: Callable[[Run], Hashable]) -> int:
    """Count the most runs in a window of so many seconds, of one repository or of all."""
    return max(Counter((of(run), int(run.at // seconds)) for run in runs).values(), default=0)


def _everyone(run: Run) -> str:
    return "all"


def _repository(run: Run) -> int:
    return run.repository


TOKEN, APP = "the busiest repository's GITHUB_TOKEN", "one App for all repositories"


def findings(runs: Iterable[Run], load: Load, plan: Plan, limits: Limits) -> list[Finding]:
    """Compare the day with every limit but that of jobs; the first to break first."""
    moves = [run for run in runs if run.at >= 7 * HOUR]  # the sweeps are over: they grow with the deals
    at_once = busiest(moves, 10, _repository)
    found = [Finding("workflow runs in 10 seconds, a repository", limits.runs_in_ten_seconds, at_once)]
    for whose, of, points in ((TOKEN, _repository, plan.token_points), (APP, _everyone, plan.app_points)):
        hour, minute = busiest(moves, HOUR, of), busiest(moves, 60, of)
        found += [
            Finding(f"points an hour, {whose}", points, hour * load.points),
            Finding(f"content writes an hour, {whose}", limits.content_an_hour, hour * load.content),
            Finding(f"content writes a minute, {whose}", limits.content_a_minute, minute * load.content),
        ]
    return sorted(found, key=lambda each: each.breaks_at)


def minutes_a_month(load: Load) -> int:
    """Count the billed minutes: 22 working days of moves, 30 of sweeps, four weeks of three reports, a minute each."""
    return load.moves * 22 + load.repositories * (30 + 12)


def fan_out_hours(load: Load, points_an_hour: int, *, cached: bool) -> float:
    """How long one token's points take for the parts of all repositories.

    Fifty issues cost 2.5 points. With a cache, those that moved in a week are read, and four requests besides.
    """
    read = load.moves * 5 if cached else load.deals
    return (read / 50 * 2.5 + load.repositories * 4) / points_an_hour


def lines(load: Load, limits: Limits, seed: int) -> Iterator[str]:
    """Write what the simulation found."""
    runs = day(load, seed)
    yield f"{load.repositories:,} repositories, {load.deals:,} deals, {load.moves:,} moves a day, seed {seed}"
    yield ""
    yield f"{'jobs at once':24}{'allowed':>9}{'half wait':>12}{'1 in 100 waits':>16}{'longest':>10}{'breaks at':>11}"
    for plan in PLANS:
        found = waits(runs, plan.jobs)
        middle, longest = sorted(found)[len(found) // 2], max(found)
        breaks_at = jobs_break_at(load, plan.jobs, seed)
        yield (
            f"{plan.name:24}{plan.jobs:9,}{middle:10.0f} s{slowest(found):14.0f} s{longest:8.0f} s{breaks_at:10.2f}x"
        )
    for plan in PLANS[1:]:
        yield ""
        yield f"{plan.name:64}{'allowed':>9}{'asked':>9}{'breaks at':>11}"
        for each in findings(runs, load, plan, limits):
            yield f"{each.limit:64}{each.allowed:9,.0f}{each.asked:9,.0f}{each.breaks_at:10.2f}x"
    yield ""
    yield from _money(load, limits)
    yield ""
    yield f"a report on all: {-(-load.repositories // limits.matrix)} runs of at most {limits.matrix} jobs"
    for plan in PLANS[1:]:
        hours = (fan_out_hours(load, plan.app_points, cached=cached) for cached in (False, True))
        yield "  points of one App, {}: {:.1f} hours without a cache, {:.1f} with one".format(plan.name, *hours)


def _money(load: Load, limits: Limits) -> Iterator[str]:
    needed = minutes_a_month(load)
    yield f"minutes a month in private repositories: {needed:,.0f}"
    for plan in PLANS:
        dollars = max(0.0, needed - plan.minutes) * limits.cents_a_minute / 100
        enough = plan.minutes / needed
        yield f"  {plan.name}: {plan.minutes:,} included, enough for {enough:.3f}x; the rest {dollars:,.0f} USD"


def main() -> None:
    """Simulate and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repositories", type=int, default=Load.repositories)
    options.add_argument("--deals", type=int, default=Load.deals)
    options.add_argument("--moves", type=int, default=Load.moves)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    load = Load(args.repositories, args.deals, args.moves)
    for line in lines(load, Limits(), args.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
