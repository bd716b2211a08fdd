"""The report's numbers once more, computed the plain way from the stories: loops, lists, and nothing of salesbot.

Slow and long on purpose. What it says is what `docs/report.md` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

from tests.core.report.stories import BOT, ENDED, NOW, OPEN, TEAM, Story

ZONE = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 23)
SINCE = NOW - timedelta(days=7)
WINDOW = datetime(2025, 11, 23, 9, tzinfo=UTC)
BEGUN = {
    "month": datetime(2026, 11, 1, tzinfo=ZONE),
    "quarter": datetime(2026, 10, 1, tzinfo=ZONE),
    "year": datetime(2026, 1, 1, tzinfo=ZONE),
}
PROBABILITY = {"prospect": 5, "lead": 10, "qualified": 30, "negotiating": 60, "won": 100}
IDLE = {"prospect": 30, "lead": 7, "qualified": 10, "negotiating": 14}
QUIET = {date(2026, 10, 5), date(2026, 10, 6), date(2026, 10, 7)}
Numbers = dict[str, Any]


def believed(story: Story) -> Story:
    """Leave out what was written by somebody without the role write, and no command gave."""
    if story.author in ("nora", "kim", BOT):
        return story
    given = story.rounds[-1][1:] if story.rounds and story.fate != "untouched" else None
    return replace(story, value=given, unreadable="", probability=None, expected=None, step=None, back_on=None)


def doubts(story: Story) -> list[str]:
    """Name the fields that differ from what is believed."""
    kept = believed(story)
    pairs = {
        "value": (story.value, kept.value),
        "probability": (story.probability, kept.probability),
        "expected close": (story.expected, kept.expected),
        "next step": (story.step, kept.step),
        "revisit on": (story.back_on, kept.back_on),
    }
    return [name for name, (one, other) in pairs.items() if one != other or (name == "value" and story.unreadable)]


class Fact:
    """A deal, with what the definitions make of it."""

    def __init__(self, story: Story, issue: dict[str, Any]) -> None:
        self.doubts = [] if story == believed(story) else doubts(story)
        story = believed(story)
        self.story, self.issue, self.number, self.stage = story, issue, story.number, story.stage
        self.moves = list(story.moves)
        if story.fate == "untouched":
            self.moves = [(story.stage, story.moves[-1][1] if story.stage in ENDED else story.created)]
        self.closed = self.moves[-1][1] if self.stage in ENDED else None
        day = self.closed.astimezone(ZONE).date() if self.closed else TODAY
        remembered = story.remembered and story.fate != "untouched"
        self.value = self.foreign = None
        self.rounds: list[tuple[datetime, Decimal]] = []
        if story.value and not story.unreadable:
            amount, currency = story.value
            rate = rate_of(currency, day)
            self.value = amount * rate if rate is not None else None
            self.foreign = None if rate is not None else (currency, amount)
        if remembered:
            for at, amount, currency in story.rounds:
                rate = rate_of(currency, day)
                self.rounds += [(at, amount * rate)] if rate is not None else []
        self.forced = story.forced if remembered else ()
        self.logged = story.logged if remembered else ()
        self.contacts = [at for at, _, _ in self.logged]
        self.percent = PROBABILITY.get(self.stage, 0)
        if self.stage not in ENDED and story.probability is not None:
            self.percent = story.probability

    @property
    def open(self) -> bool:
        return self.stage in OPEN

    def worth(self) -> Decimal:
        return self.value if self.value is not None else Decimal(0)

    def stage_then(self) -> str | None:
        been = [stage for stage, at in self.moves if at <= SINCE]
        return been[-1] if been else None

    def worth_then(self) -> Decimal:
        before = [value for at, value in self.rounds if at <= SINCE]
        if len(before) < len(self.rounds):
            return before[-1] if before else Decimal(0)
        return self.worth()


def rate_of(currency: str, day: date) -> Decimal | None:
    """The exchange rate of a day."""
    if currency == "EUR":
        return Decimal(1)
    if currency == "USD" and day >= date(2026, 10, 1):
        return Decimal("0.9")
    if currency == "USD" and day >= date(2026, 1, 1):
        return Decimal("0.92")
    return None


def text(amount: Decimal | int) -> str:
    """Write money."""
    return str(Decimal(amount).quantize(Decimal("0.01"), ROUND_HALF_UP))


def plain(deals: Iterable[Fact]) -> Numbers:
    """Count and sum up."""
    deals = list(deals)
    found: Numbers = {"count": len(deals), "value": text(sum((deal.worth() for deal in deals), Decimal(0)))}
    foreign: dict[str, int] = {}
    for deal in deals:
        if deal.foreign:
            foreign[deal.foreign[0]] = foreign.get(deal.foreign[0], 0) + deal.foreign[1]
    if foreign:
        found["other_currencies"] = {code: text(foreign[code]) for code in sorted(foreign)}
    return found


def weighted(deals: Iterable[Fact]) -> Numbers:
    """The same with the weighted value."""
    deals = list(deals)
    sum_ = sum((deal.worth() * deal.percent for deal in deals), Decimal(0)) / 100
    found = {**plain(deals), "weighted": text(sum_)}
    foreign: dict[str, Decimal] = {}
    for deal in deals:
        if deal.foreign:
            code, amount = deal.foreign
            foreign[code] = foreign.get(code, Decimal(0)) + Decimal(amount * deal.percent) / 100
    if foreign:
        found["other_currencies_weighted"] = {code: text(foreign[code]) for code in sorted(foreign)}
    return found


def beside(prefix: str, deals: Iterable[Fact]) -> Numbers:
    """What cannot be converted, for a sum that names no count."""
    found = plain(deals).get("other_currencies")
    return {f"{prefix}other_currencies": found} if found else {}


def numbers(stories: list[Story], issues: list[dict[str, Any]], name: str) -> Numbers:
    """Every number of the report, as the JSON has them."""
    every = [Fact(story, issue) for story, issue in zip(stories, issues, strict=True)]
    deals = [deal for deal in every if deal.story.fate not in ("no deal", "duplicate", "strange")]
    ended = [deal for deal in deals if deal.closed and deal.closed >= WINDOW]
    by = {kind: [deal for deal in ended if deal.stage == kind] for kind in ENDED}
    sample = len(by["won"]) + len(by["lost"])
    open_ = [deal for deal in deals if deal.open]
    cycle, loss = days_to_end(by["won"]), days_to_end(by["lost"])
    no_rate = [deal for deal in by["won"] if deal.foreign]
    in_headline = [deal for deal in open_ if deal.stage != "prospect"]
    goals = {"month": 50_000, "quarter": 250_000}
    value = {kind: sum((deal.worth() for deal in by[kind]), Decimal(0)) for kind in ENDED}
    answers = [hours for deal in deals if (hours := first_answer(deal)) is not None]
    return {
        "version": 1,
        "repository": name,
        "week": "2026-W48",
        "as_of": "2026-11-23T09:00:00Z",
        "currency": "EUR",
        "open": weighted(open_),
        "prospects": weighted(deal for deal in deals if deal.stage == "prospect"),
        "revisit": plain(deal for deal in deals if deal.stage == "revisit"),
        "stages": [stage_numbers(stage, deals) for stage in (*OPEN, "revisit")],
        "funnel": funnel(deals),
        **forecast(deals),
        "won": {span: won_in(span, deals, goals.get(span)) for span in BEGUN},
        "goals_by_person": [
            {
                "person": "nora",
                "in_repository": True,
                **{
                    span: won_in(span, [deal for deal in deals if deal.story.owner == "nora"], goal)
                    for span, goal in (("quarter", 90_000), ("year", 100))
                },
            },
            {"person": "left", "in_repository": False, "month": won_in("month", [], 7)},
        ],
        "closed": {
            "won": len(by["won"]),
            "lost": len(by["lost"]),
            "rejected": len(by["rejected"]),
            "won_value": text(value["won"]),
            "lost_value": text(value["lost"]),
            **beside("won_", by["won"]),
            **beside("lost_", by["lost"]),
        },
        "win_rate": {
            "count": len(by["won"]) / sample if sample else None,
            "value": float(value["won"] / (value["won"] + value["lost"])) if value["won"] + value["lost"] else None,
        },
        "cycle_days": mean(cycle) if cycle else None,
        "cycle_median_days": median(cycle) if cycle else None,
        "time_to_loss_days": mean(loss) if loss else None,
        "velocity_per_day": velocity(len(in_headline), by["won"], value["won"], sample, cycle),
        "velocity_left_out": len(no_rate),
        "sample": sample,
        "movement": movement(deals),
        "lost_by_reason": reasons(by["lost"]),
        "rejected_by_reason": reasons(by["rejected"]),
        "by": {
            "owner": groups(ended, lambda deal: deal.story.owner),
            "source": groups(ended, lambda deal: deal.story.source.replace("Website", "website")),
            "service": groups(ended, lambda deal: deal.story.service),
            "nda signed": groups(ended, lambda deal: deal.story.nda),
        },
        "discount": discount(by["won"]),
        "first_reaction_hours": first_reactions(answers),
        "clients": client_numbers(deals),
        "attention": attention(deals),
        "activities": activities(deals),
        "coming_back": [
            {"number": deal.number, "on": deal.story.back_on.isoformat() if deal.story.back_on else None}
            for deal in sorted(deals, key=lambda deal: (deal.story.back_on or date.max, deal.number))
            if deal.stage == "revisit"
        ],
        "forced": [
            {"number": deal.number, "stage": stage, "by": by_, "why": why, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
            for deal in deals
            for stage, at, by_, why in deal.forced
        ],
        "problems": [
            *({"number": deal.number, "what": what} for deal in deals for what in problems(deal)),
            *(
                {"number": deal.number, "what": "unknown stage stage:frozen"}
                for deal in every
                if deal.story.fate == "strange"
            ),
        ],
    }  # fmt: skip


def client_numbers(deals: list[Fact]) -> list[Numbers]:
    """Deals with the same company belong together; one without a company stays alone."""
    found: dict[str, list[Fact]] = {}
    for deal in deals:
        found.setdefault(deal.story.company or f"alone {deal.number}", []).append(deal)
    rows = []
    for theirs in found.values():
        kinds = {"open": [deal for deal in theirs if deal.open]}
        kinds |= {kind: [deal for deal in theirs if deal.stage == kind] for kind in ("won", "lost")}
        money = {kind: sum((deal.worth() for deal in kinds[kind]), Decimal(0)) for kind in kinds}
        owners: dict[str, int] = {}
        for deal in theirs:
            if deal.story.owner:
                owners[deal.story.owner] = owners.get(deal.story.owner, 0) + 1
        row = {
            "client": theirs[0].story.company or theirs[0].story.title.partition(":")[0],
            **{kind: plain(kinds[kind]) for kind in kinds},
            "last_activity": max(last_done(deal) for deal in theirs).isoformat(),
            "owners": [owner for owner, _ in sorted(owners.items(), key=lambda each: -each[1])],
            "deals": [deal.number for deal in theirs],
        }
        rows.append((-money["open"], -money["won"], theirs[0].number, row))
    return [row for *_, row in sorted(rows, key=lambda each: each[:3])]


def last_done(deal: Fact) -> date:
    """The day of the last act of the team on an open issue, else when it came to its stage."""
    if deal.stage not in ENDED and deal.issue["state"] == "OPEN":
        return TODAY - timedelta(days=idle_days(deal))
    return deal.moves[-1][1].astimezone(ZONE).date()


LAST_DAY = {"month": date(2026, 11, 30), "quarter": date(2026, 12, 31), "year": date(2026, 12, 31)}


def won_in(span: str, deals: list[Fact], goal: int | None) -> Numbers:
    """What was won in a span, what its goal still needs, and the open deals that are not expected after it."""
    won = [deal for deal in deals if deal.stage == "won" and deal.closed and deal.closed >= BEGUN[span]]
    ahead = []
    for deal in deals:
        is_late = deal.story.expected and deal.story.expected > LAST_DAY[span]
        if deal.stage in ("lead", "qualified", "negotiating") and not is_late:
            ahead.append(deal)
    needed = None if goal is None else max(Decimal(0), goal - sum(deal.worth() for deal in won))
    value = sum(deal.worth() for deal in ahead)
    likely = sum(deal.worth() * deal.percent / 100 for deal in ahead)
    return {
        **plain(won),
        "goal": None if goal is None else text(goal),
        "needed": None if needed is None else text(needed),
        "pipeline": weighted(ahead),
        "coverage": float(value / needed) if needed else None,
        "weighted_coverage": float(likely / needed) if needed else None,
    }


def first_reactions(hours: list[float]) -> Numbers:
    return {
        "count": len(hours),
        "median": median(hours) if hours else None,
        "mean": mean(hours) if hours else None,
        "longest": max(hours, default=None),
    }


def days_to_end(deals: list[Fact]) -> list[float]:
    return [(deal.closed - deal.story.created).total_seconds() / 86_400 for deal in deals if deal.closed]


def velocity(open_: int, won: list[Fact], value: Decimal, sample: int, cycle: list[float]) -> str | None:
    rated = [deal for deal in won if not deal.foreign]
    if not cycle or not rated:
        return None
    return text(Decimal(open_ * float(value) / len(rated) * len(won) / sample / mean(cycle)))


def stage_numbers(stage: str, deals: list[Fact]) -> Numbers:
    """Days in a stage: all stays of a deal are one length."""
    running, finished, here = [], [], []
    for deal in deals:
        lengths = []
        for place, (name, entered) in enumerate(deal.moves):
            last = place == len(deal.moves) - 1
            left = NOW if last else deal.moves[place + 1][1]
            if name == stage:
                lengths.append(((left - entered).total_seconds() / 86_400, last))
        if lengths:
            running.append(sum(days for days, _ in lengths))
        if any(not last for _, last in lengths):
            finished.append(sum(days for days, last in lengths if not last))
        if deal.stage == stage:
            here.append(deal)
    all_days = running
    return {
        "stage": stage,
        **weighted(here),
        "median_days": median(all_days) if all_days else None,
        "mean_days": mean(all_days) if all_days else None,
        "longest_days": max(all_days, default=None),
        "finished_median_days": median(finished) if finished else None,
        "finished_mean_days": mean(finished) if finished else None,
        "stuck": stuck(stage, here, finished),
    }


def stuck(stage: str, here: list[Fact], finished: list[float]) -> list[int]:
    if stage not in IDLE:
        return []
    usual = median(finished) if len(finished) >= 3 else IDLE[stage]
    running = [((NOW - deal.moves[-1][1]).total_seconds() / 86_400, deal) for deal in here]
    found = [(days, deal) for days, deal in running if days > max(2 * usual, IDLE[stage])]
    return [deal.number for days, deal in sorted(found, key=lambda pair: (-pair[0], pair[1].number))]


def funnel(deals: list[Fact]) -> list[Numbers]:
    order = [*OPEN, "won"]
    cohort = [deal for deal in deals if deal.story.created >= WINDOW]
    furthest = [max([order.index(stage) for stage, _ in deal.moves if stage in order], default=-1) for deal in cohort]
    reached = [sum(far >= place for far in furthest) for place in range(5)]
    return [
        {
            "stage": stage,
            "reached": reached[place],
            "next": reached[place + 1] / reached[place] if place < 4 and reached[place] else None,
            "cumulative": reached[place] / reached[0] if reached[0] else None,
        }
        for place, stage in enumerate(order)
    ]


def forecast(deals: list[Fact]) -> Numbers:
    dated = [deal for deal in deals if deal.open and deal.story.expected]
    won = [deal for deal in deals if deal.stage == "won"]
    months = {f"{deal.story.expected:%Y-%m}" for deal in dated} | {month(deal) for deal in won}
    found = []
    for name in sorted(months):
        expected = weighted(deal for deal in dated if f"{deal.story.expected:%Y-%m}" == name)
        total = plain(deal for deal in won if month(deal) == name)
        found.append(
            {
                "month": name,
                "value": expected["value"],
                "weighted": expected["weighted"],
                "won": total["value"],
                **beside("", (deal for deal in dated if f"{deal.story.expected:%Y-%m}" == name)),
                **beside("won_", (deal for deal in won if month(deal) == name)),
            }
        )
    return {
        "forecast": found,
        "forecast_overdue": weighted(deal for deal in dated if deal.story.expected and deal.story.expected < TODAY),
        "forecast_undated": weighted(deal for deal in deals if deal.open and not deal.story.expected),
    }


def month(deal: Fact) -> str:
    assert deal.closed is not None
    return f"{deal.closed.astimezone(ZONE):%Y-%m}"


def movement(deals: list[Fact]) -> Numbers:
    counts = dict.fromkeys(
        ("new", "forward", "back", "won", "lost", "rejected", "put_off", "returned", "reopened", "unmoved"), 0
    )
    steps: dict[str, Decimal] = {}
    then = now = Decimal(0)
    for deal in deals:
        before, stage = deal.stage_then(), deal.stage
        kinds = ["new"] if before is None else []
        if deal.closed:
            kinds += [stage] if deal.closed > SINCE else []
        elif stage == "revisit" and before != stage:
            kinds.append("put_off")
        elif before is not None and before != stage:
            if before == "revisit":
                kinds.append("returned")
            elif before in ENDED:
                kinds.append("reopened")
            else:
                kinds.append("forward" if OPEN.index(stage) > OPEN.index(before) else "back")
        for kind in kinds:
            counts[kind] += 1
        counts["unmoved"] += not kinds and deal.open
        counted = OPEN[1:]
        if before in counted:
            then += deal.worth_then()
            change = deal.worth() - deal.worth_then()
            add(steps, "worth more" if change > 0 else "worth less", change)
            if stage not in counted:
                add(steps, left(deal), -deal.worth())
        elif stage in counted:
            add(steps, came(before), deal.worth())
        now += deal.worth() if stage in counted else 0
    names = ["new", "returned", "reopened", "qualified from prospects", "worth more", "worth less",
             "back to prospects", "put off", "won", "lost", "rejected"]  # fmt: skip
    bridge = [{"step": name, "value": text(steps[name])} for name in names if steps.get(name)]
    return {
        "since": "2026-11-16T09:00:00Z",
        **counts,
        "bridge": {"then": text(then), "steps": bridge, "now": text(now)},
        "bridge_from": "history",
    }


def add(steps: dict[str, Decimal], step: str, amount: Decimal) -> None:
    steps[step] = steps.get(step, Decimal(0)) + amount


def left(deal: Fact) -> str:
    if deal.stage in ENDED:
        return deal.stage
    return "put off" if deal.stage == "revisit" else "back to prospects"


def came(before: str | None) -> str:
    if before is None:
        return "new"
    if before == "revisit":
        return "returned"
    return "reopened" if before in ENDED else "qualified from prospects"


def reasons(deals: list[Fact]) -> list[Numbers]:
    found = []
    for reason in {deal.story.reason for deal in deals}:
        mine = [deal for deal in deals if deal.story.reason == reason]
        left: dict[str, int] = {}
        for deal in mine:
            if len(deal.moves) > 1:
                left[deal.moves[-2][0]] = left.get(deal.moves[-2][0], 0) + 1
        order = (-len(mine), -sum((deal.worth() for deal in mine), Decimal(0)), reason)
        found.append((order, {"reason": reason or None, **plain(mine), "left": left}))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def groups(deals: list[Fact], key: Callable[[Fact], str]) -> list[Numbers]:
    found = []
    for name in {key(deal) for deal in deals}:
        by = {kind: [deal for deal in deals if deal.stage == kind and key(deal) == name] for kind in ENDED}
        value = sum((deal.worth() for deal in by["won"]), Decimal(0))
        whole = len(by["won"]) + len(by["lost"])
        group = {
            "name": name or None,
            **{kind: len(by[kind]) for kind in ENDED},
            "won_value": text(value),
            **beside("won_", by["won"]),
            "rate": len(by["won"]) / whole if whole else None,
        }
        found.append(((-value, -whole, name), group))
    return [each for _, each in sorted(found, key=lambda pair: pair[0])]


def discount(won: list[Fact]) -> Numbers:
    pairs = [(deal.rounds[0][1], deal.value) for deal in won if len(deal.rounds) > 1 and deal.value is not None]
    shares = [float((first - final) / first) for first, final in pairs if first]
    return {
        "count": len(pairs),
        "first": text(sum((first for first, _ in pairs), Decimal(0))),
        "final": text(sum((final for _, final in pairs), Decimal(0))),
        "median": median(shares) if shares else None,
    }


# What people did


def changes(deal: Fact) -> list[tuple[datetime, bool, bool]]:
    """When, one of us, and whether it was a word."""
    found = [(deal.story.created, deal.story.author in TEAM, True)]
    found += [(at, by in TEAM, True) for by, at in deal.story.said]
    events = [event for event in deal.issue["events"] if event["by"] != BOT]
    found += [(datetime.fromisoformat(event["at"]), True, False) for event in events]
    return sorted(found, key=lambda change: change[0])


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in QUIET


def first_answer(deal: Fact) -> float | None:
    """Working hours from the opening to the first act of ours, day by day."""
    if deal.story.created < WINDOW or deal.story.author in TEAM:
        return None
    ours = [at for at, team, _ in changes(deal) if team]
    if not ours:
        return None
    hours, day = 0.0, deal.story.created.astimezone(ZONE).date()
    while day <= ours[0].astimezone(ZONE).date():
        begin = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
        after = day + timedelta(days=1)
        end = datetime(after.year, after.month, after.day, tzinfo=ZONE).astimezone(UTC)
        if is_working_day(day):
            hours += max(0.0, (min(end, ours[0]) - max(begin, deal.story.created)).total_seconds() / 3600)
        day = after
    return hours


def attention(deals: list[Fact]) -> list[Numbers]:
    checks = {"overdue": overdue, "no-next-step": no_next_step, "idle": idle, "unanswered": unanswered}
    asked = [deal for deal in deals if deal.stage not in ENDED and deal.issue["state"] == "OPEN"]
    return [
        {"number": deal.number, "why": why, "idle_days": idle_days(deal)}
        for why, check in checks.items()
        for deal in asked
        if check(deal)
    ]


def overdue(deal: Fact) -> bool:
    return deal.story.step is not None and deal.story.step[0] < TODAY


def no_next_step(deal: Fact) -> bool:
    if deal.stage not in ("qualified", "negotiating") or deal.story.step:
        return False
    day, count = deal.moves[-1][1].astimezone(ZONE).date(), 0
    while day < TODAY:
        day += timedelta(days=1)
        count += is_working_day(day)
    return count >= 3


def idle(deal: Fact) -> bool:
    if deal.stage not in IDLE or (deal.story.step and deal.story.step[0] >= TODAY):
        return False
    return idle_days(deal) >= IDLE[deal.stage]


def idle_days(deal: Fact) -> int:
    last = max([at for at, team, _ in changes(deal) if team] + deal.contacts, default=deal.story.created)
    return (TODAY - last.astimezone(ZONE).date()).days


def unanswered(deal: Fact) -> bool:
    waiting = None
    logged = [(at, True, False) for at in deal.contacts]
    for at, team, word in sorted([*changes(deal), *logged], key=lambda change: change[0]):
        if team:
            waiting = None
        elif word and waiting is None:
            waiting = at
    if waiting is None:
        return False
    local = waiting.astimezone(ZONE)
    day, clock = local.date(), local.timetz()
    while not is_working_day(day):
        day, clock = day + timedelta(days=1), clock.replace(hour=0, minute=0, second=0)
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime.combine(day, clock) <= NOW


def activities(deals: list[Fact]) -> list[Numbers]:
    """What was logged in the running week and the seven before, by person and week."""
    found: dict[tuple[str, str], Numbers] = {}
    totals: dict[str, int] = {}
    for deal in deals:
        for at, kind, by in deal.logged:
            local = at.astimezone(ZONE).date()
            year, week, _ = local.isocalendar()
            if local >= TODAY - timedelta(days=TODAY.weekday() + 49):
                key = (by, f"{year}-W{week:02}")
                line = found.setdefault(key, {"person": by, "week": key[1], "calls": 0, "meetings": 0, "mails": 0})
                line[f"{kind}s"] += 1
                totals[by] = totals.get(by, 0) + 1
    return sorted(found.values(), key=lambda line: (-totals[line["person"]], line["person"], line["week"]))


def problems(deal: Fact) -> list[str]:
    story, found = deal.story, []
    if story.fate == "untouched":
        found.append("no label event shows when it entered its stage")
    if story.unreadable:
        found.append("its value cannot be read")
    elif deal.foreign:
        found.append(f"its value is in {deal.foreign[0]}, and there is no rate for it")
    elif story.value is None and deal.stage in ("qualified", "negotiating", "won"):
        found.append("it has no value")
    if deal.stage in OPEN[1:] and not story.owner:
        found.append("it has no owner")
    if deal.issue["state"] == "CLOSED" and deal.stage not in ENDED:
        found.append("its issue is closed without an outcome, so it counts as open")
    who = f"was written by {story.author}, without the role write, and does not count"
    return [*found, *(f"its {field} {who}" for field in deal.doubts)]
