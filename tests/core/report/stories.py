"""Random repositories: each deal as a story that says what really happened, and the issue GitHub would have of it.

The story is the truth; what the issue adds (refused labels, slips, swaps, the bot's own doings) must count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from salesbot.core.model.deal import Actor, How, StageVisit
from salesbot.core.model.facts import Comment, Event, Issue, Label
from salesbot.core.model.journal import Cursor, Journal, to_payload
from salesbot.core.model.keys import Kind
from salesbot.core.model.logged_activity import ActivityKind, LoggedActivity
from salesbot.core.report.reader import RawIssue
from salesbot.core.text import markdown

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BOT = "github-actions[bot]"
TEAM = {"ann": "triage", "nora": "write", "kim": "admin"}
OPEN = ("prospect", "lead", "qualified", "negotiating")
ENDED = ("won", "lost", "rejected")
STAGES = (*OPEN, *ENDED, "revisit")
CONFIG = """
currency: EUR
timezone: Europe/Berlin
quiet: ["2026-10-05..2026-10-07"]
fields:
  nda: {label: NDA signed, type: choice, options: ["yes", "no"]}
report:
  goal: {month: 50000, quarter: 250000, people: {Nora: {quarter: 90000, year: 100}, left: {month: 7}}}
  by: [service]
  rates: {USD: {2026-01-01: 0.92, 2026-10-01: 0.9}}
"""
REASONS = {"lost": ("price", "timing", "no answer"), "rejected": ("too small", "no budget"), "revisit": ("budget",)}


@dataclass(frozen=True)
class Story:
    """What became of a deal. `moves` are its stages and when it came there; values are amount and currency."""

    number: int
    created: datetime
    author: str
    moves: tuple[tuple[str, datetime], ...]
    title: str = "Acme GmbH: new shop"
    company: str = ""
    owner: str = ""
    value: tuple[int, str] | None = None
    unreadable: str = ""
    rounds: tuple[tuple[datetime, int, str], ...] = ()
    probability: int | None = None
    expected: date | None = None
    step: tuple[date, str, str] | None = None
    source: str = ""
    service: str = ""
    nda: str = ""
    reason: str = ""
    back_on: date | None = None
    said: tuple[tuple[str, datetime], ...] = ()
    forced: tuple[tuple[str, datetime, str, str], ...] = ()
    logged: tuple[tuple[datetime, str, str], ...] = ()
    """When somebody logged a call, a meeting or a mail, which, and who."""
    remembered: bool = False
    """There is a card with a journal."""
    fate: str = ""
    """`no deal`, `duplicate`, `strange`, `untouched`, `asked` (closed without an outcome), or nothing special."""

    @property
    def stage(self) -> str:
        """Where it is."""
        return self.moves[-1][0]


def repository(random: Random, count: int) -> list[Story]:
    """Invent a repository."""
    return [_story(random, number) for number in range(1, count + 1)]


def _story(random: Random, number: int) -> Story:
    created = _before(random, NOW, 500)
    moves = tuple(_moves(random, created))
    stage = moves[-1][0]
    remembered = random.random() < 0.6
    value = (random.randint(0, 400) * 125, random.choice(["EUR", "EUR", "EUR", "USD", "GBP"]))
    story = Story(
        number=number,
        created=created,
        author=random.choice(["ann", "nora", "visitor", "visitor", BOT]),
        moves=moves,
        title=random.choice(["Acme GmbH: new shop", "Hooli", "Müller & Söhne: =1+1"]),
        company=random.choice(["", "Initech", "Umbrella"]),
        owner=random.choice(["", "ann", "nora", "kim"]),
        value=value if random.random() < 0.8 else None,
        unreadable=random.choice(["", "", "", "", "a lot"]),
        probability=random.choice([None, None, 0, 25, 100]),
        expected=_day(random, 90) if random.random() < 0.6 else None,
        step=(_day(random, 12), "call them", random.choice(["", "kim"])) if random.random() < 0.5 else None,
        source=random.choice(["", "referral", "Website", "a fair"]),
        service=random.choice(["", "Shop", "Website"]),
        nda=random.choice(["", "yes", "no"]),
        reason=random.choice([*REASONS.get(stage, ()), ""]),
        back_on=_day(random, 60) if stage == "revisit" and random.random() < 0.8 else None,
        said=tuple(_said(random, created)),
        remembered=remembered,
        fate=random.choice([""] * 15 + ["no deal", "duplicate", "strange", "untouched", "asked"]),
    )
    return _with_memory(random, story) if remembered else story


def _with_memory(random: Random, story: Story) -> Story:
    """What only the journal knows: values named in turn, moves that were forced."""
    if story.value is not None and not story.unreadable and random.random() < 0.5:
        times = sorted(_before(random, NOW, (NOW - story.created).days + 1, story.created) for _ in range(2))
        first = (times[0], story.value[0] + random.choice([0, 1000, 5000]), story.value[1])
        by_hand = 250 if times[1].second % 4 == 0 else 0  # the description was edited after the last command
        last = (times[1], story.value[0] + by_hand, story.value[1])
        story = replace(story, rounds=(first, last))
    if random.random() < 0.2:
        stage, at = random.choice(story.moves)
        story = replace(story, forced=((stage, at, "kim", "they asked"),))
    return replace(story, logged=tuple(_logged(Random(f"{story.number} {story.created}"), story)))


def _logged(random: Random, story: Story) -> Iterator[tuple[datetime, str, str]]:
    for _ in range(random.choice([0, 0, 1, 3])):
        at = _before(random, NOW, (NOW - story.created).days + 1, story.created)
        yield at, random.choice(["call", "meeting", "mail"]), random.choice(["nora", "kim"])


def _moves(random: Random, created: datetime) -> Iterator[tuple[str, datetime]]:
    """At least six hours apart, and never to the same stage twice in a row."""
    at, stage = created + timedelta(seconds=random.choice([0, 0, 40])), random.choice(["lead", "lead", "prospect"])
    while at < NOW:
        yield stage, at
        if random.random() < 0.2:
            return
        at += timedelta(hours=random.randint(6, 24 * 40), seconds=random.randint(0, 59))
        stage = random.choice([name for name in STAGES if name != stage])


def _said(random: Random, created: datetime) -> Iterator[tuple[str, datetime]]:
    for _ in range(random.choice([0, 0, 1, 2])):
        yield random.choice(["nora", "kim", "visitor"]), _before(random, NOW, 500, created)


def _before(random: Random, moment: datetime, days: int, least: datetime | None = None) -> datetime:
    found = moment - timedelta(seconds=random.randint(60, days * 86_400))
    return max(found, least + timedelta(minutes=1)) if least is not None else found


def _day(random: Random, spread: int) -> date:
    return NOW.date() + timedelta(days=random.randint(-spread // 3, spread))


# What GitHub has of it

SHIFT = timedelta(seconds=5)


def issue(story: Story, random: Random, repository_id: int) -> dict[str, Any]:
    """Write the issue as the sandbox seeds it."""
    closed = story.stage in ENDED or story.fate in ("duplicate", "asked")
    events = [] if story.fate == "untouched" else _events(story, random)
    comments = [{"by": by, "body": "We talked.", "at": _text(at)} for by, at in story.said]
    labels = [f"stage:{story.stage}"]
    if story.fate == "strange":
        labels, events = ["stage:frozen"], []
    if story.fate == "no deal":
        labels = [*labels, "not-a-deal"]
    if story.remembered and story.fate != "untouched":
        comments.insert(0, {"by": BOT, "body": _card(story, repository_id, events), "at": _text(story.created)})
    reason = {"won": "COMPLETED", "duplicate": "DUPLICATE"}.get(story.fate or story.stage, "NOT_PLANNED")
    return {
        "title": story.title,
        "body": _body(story),
        "author": story.author,
        "created_at": _text(story.created),
        "labels": labels,
        "assignees": [story.owner] if story.owner else [],
        "state": "CLOSED" if closed else "OPEN",
        "state_reason": reason if closed else None,
        "closed_at": _text(story.moves[-1][1]) if closed else None,
        "events": [{**event, "at": _text(event["at"])} for event in events],
        "comments": comments,
    }


def _events(story: Story, random: Random) -> list[dict[str, Any]]:
    """Label by label, with noise between that must not count."""
    first, at = story.moves[0]
    found = [_event("labeled", random.choice(["ann", BOT]), at, first)]
    for (before, entered), (stage, moment) in pairwise(story.moves):
        found += _noise(random, before, entered + timedelta(hours=2))
        found += _swap(random, before, stage, moment)
    last, entered = story.moves[-1]
    if last in OPEN and entered + timedelta(hours=4) < NOW:
        found += _noise(random, last, entered + timedelta(hours=2))
    return found


def _swap(random: Random, before: str, stage: str, at: datetime) -> list[dict[str, Any]]:
    match random.choice(["label", "menu", "command"]):
        case "label":  # a person adds the new label, the bot takes the old one off
            return [_event("labeled", "ann", at, stage), _event("unlabeled", BOT, at + SHIFT, before)]
        case "menu":  # a person takes the old one off and puts the new one on
            return [_event("unlabeled", "ann", at, before), _event("labeled", "ann", at, stage)]
        case _:  # the bot does both
            return [_event("labeled", BOT, at, stage), _event("unlabeled", BOT, at, before)]


def _noise(random: Random, stage: str, at: datetime) -> list[dict[str, Any]]:
    other = random.choice([name for name in OPEN if name != stage])
    later = at + timedelta(minutes=20)
    match random.choice(["", "", "refused", "refused swap", "slip", "bug label"]):
        case "refused":
            return [_event("labeled", "ann", at, other), _event("unlabeled", BOT, at + SHIFT, other)]
        case "refused swap":
            return [
                _event("unlabeled", "ann", at, stage),
                _event("labeled", "ann", at, other),
                _event("labeled", BOT, at + SHIFT, stage),
                _event("unlabeled", BOT, at + SHIFT, other),
            ]
        case "slip":
            return [
                _event("labeled", "nora", at, other),
                _event("unlabeled", BOT, at + SHIFT, stage),
                _event("labeled", BOT, later, stage),
                _event("unlabeled", BOT, later, other),
            ]
        case "bug label":
            return [{"kind": "labeled", "by": "ann", "at": at, "label": "urgent"}]
    return []


def _event(kind: str, by: str, at: datetime, stage: str) -> dict[str, Any]:
    return {"kind": kind, "by": by, "at": at, "label": f"stage:{stage}"}


def _card(story: Story, repository_id: int, events: Sequence[dict[str, Any]]) -> str:
    """The card: the bot remembers every accepted move, slips included, up to the last foreign event."""
    accepted = list(_accepted(story, events))
    newest = max((event["at"] for event in events if event["by"] != BOT), default=story.created)
    memory = Journal(
        repository=repository_id,
        issue=story.number,
        stage=story.stage,
        cursor=Cursor(newest),
        born=story.created,
        history=tuple(accepted),
        rounds=tuple((at, f"{amount} {currency}") for at, amount, currency in story.rounds),
        activities=tuple(LoggedActivity(at, ActivityKind(kind), by, 1) for at, kind, by in story.logged),
    )
    return f"{markdown.marker(Kind.CARD, to_payload(memory))}\n**{story.stage}**"


def _accepted(story: Story, events: Sequence[dict[str, Any]]) -> Iterator[StageVisit]:
    forced = {at: (by, why) for _, at, by, why in story.forced}
    stage = None
    for index, event in enumerate(events):
        name = event["label"].removeprefix("stage:")
        if event["kind"] != "labeled" or name not in STAGES or name == stage or _refused(events, index):
            continue
        stage = name
        by, why = forced.get(event["at"], (event["by"], None))
        yield StageVisit(stage, event["at"], by, How.LABEL, why)


def _refused(events: Sequence[dict[str, Any]], index: int) -> bool:
    """Whether the bot took this very label off a moment later."""
    event = events[index]
    return any(
        each["kind"] == "unlabeled" and each["by"] == BOT and each["label"] == event["label"]
        and each["at"] - event["at"] <= SHIFT and event["by"] != BOT
        for each in events[index + 1 :]
    )  # fmt: skip


def _spelled(word: str, number: int) -> str:
    """Spell a configured word as people do."""
    if word not in ("referral", "Website", *REASONS["lost"], *REASONS["rejected"]):
        return word
    return (word, word.upper(), f"{word}!", word.replace(" ", "-"), f"{word.title()}.\n\n### Notes\n\nmore")[number % 5]


def _body(story: Story) -> str:
    value = f"{story.value[0]} {story.value[1]}" if story.value is not None else ""
    step = story.step
    sections = {
        "Company": story.company,
        "Value": story.unreadable or value,
        "Probability": "" if story.probability is None else f"{story.probability} %",
        "Expected close": story.expected.isoformat() if story.expected else "",
        "Next step": f"{step[0].isoformat()}: {step[1]}{f' ({step[2]})' if step[2] else ''}" if step else "",
        "Source": _spelled(story.source, story.number),
        "Service": story.service,
        "NDA signed": story.nda,
        "Reason": _spelled(story.reason, story.number),
        "Revisit on": story.back_on.isoformat() if story.back_on else "",
    }
    return "\n\n".join(f"### {heading}\n\n{text}" for heading, text in sections.items() if text)


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


# The same in memory, without a server

BOT_ACTOR = Actor("github-actions", 41898282, is_bot=True)


def raw(found: dict[str, Any], number: int) -> RawIssue:
    """Read a seeded issue, as the adapter would after a trip over the wire."""
    comments = [
        Comment(at, "", each["body"], _moment(each["at"]), _actor(each["by"]), own=each["by"] == BOT,
                own_text=each["by"] == BOT)
        for at, each in enumerate(found["comments"])
    ]  # fmt: skip
    events = [
        Event(str(at), each["kind"], _moment(each["at"]), _actor(each["by"]), each["by"] == BOT, f"L_{each['label']}",
              each["label"])
        for at, each in enumerate(sorted(found["events"], key=lambda each: str(each["at"])))
    ]  # fmt: skip
    issue_ = Issue(
        id=f"I_{number}",
        number=number,
        title=found["title"],
        body=found["body"],
        created_at=_moment(found["created_at"]),
        author=_actor(found["author"]),
        own=found["author"] == BOT,
        open=found["state"] == "OPEN",
        state_reason=found["state_reason"],
        labels=tuple(Label(f"L_{name}", name) for name in found["labels"]),
        assignees=tuple(Actor(login, hash(login)) for login in found["assignees"]),
        comments=tuple(comments),
        events=tuple(events),
    )
    return RawIssue(issue_, _moment(found["closed_at"]) if found["closed_at"] else None)


def _actor(login: str) -> Actor:
    return BOT_ACTOR if login == BOT else Actor(login, hash(login))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
