"""How the sandbox's board reads a deal: from the description, the assignees and what the program's comments show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from github_sandbox.page.lens import BoardIssue, Card, Column, Field, Part
from salesbot_demo import observation

PREFIX = "<!-- salesbot:"
ANSWERS = {"refusal", "ask", "dragged"}
"""What a move or a command was answered with that was not done; the program hides them once they are settled."""

_MONEY = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?) ([A-Z]{3})")
_WEIGHTED = re.compile(f"weighted {_MONEY.pattern}")
_WORTH = re.compile(r"^- \*\*Value:\*\* (.*)$", re.M)
_STEP = re.compile(r"^- \*\*Next step:\*\* (.*)$", re.M)
_SINCE = re.compile(r"^\*\*.*\bsince (\d{1,2} [A-Z][a-z]{2} \d{4})", re.M)
_DAY = re.compile(r"^[A-Z][a-z]{2} (\d{1,2} [A-Z][a-z]{2} \d{4}): ")
_SECTION = re.compile(r"^### (.+?)[ \t]*\n+(?!_No response_|### )(\S.*)$", re.M)
_STEP_FIELD = re.compile(r"(\d{4}-\d{2}-\d{2}):? (.*?)(?: \(([\w-]+)\))?")
_COMPANY = re.compile(r"^### Company\s+(?!_No response_)(\S.*)$", re.M)


@dataclass(frozen=True)
class ReadCard:
    """What the program's card says, as far as a board shows it."""

    since: date | None = None
    value: Mapping[str, Decimal] | None = None
    weighted: Mapping[str, Decimal] | None = None
    next_step: str = ""
    due: date | None = None
    attention: tuple[str, ...] = ()


@dataclass(frozen=True)
class DealLens:
    """Reads deals. `stages` gives the columns as they are now."""

    stages: Callable[[], Sequence[Column]]
    prefix: str = PREFIX

    def columns(self, labels: Sequence[tuple[str, str]]) -> Sequence[Column]:
        """Take the stages, whether their labels exist yet or not."""
        return self.stages()

    def card(self, issue: BoardIssue) -> Card:
        """Read the client, the numbers on the program's card, and an answer that is still to be settled."""
        kinds = [(observation.kind_of(body), body) for body in issue.own]
        read = next((_read(body) for kind, body in kinds if kind == "card"), ReadCard())
        answer = next((body for kind, body in reversed(kinds) if kind in ANSWERS), "")
        company, _, about = issue.title.partition(":")
        written = _COMPANY.search(issue.body)
        return Card(
            title=written[1].strip() if written else company.strip(),
            about=about.strip(),
            value=read.value or {},
            weighted=read.weighted or {},
            owners=issue.assignees,
            since=read.since or date.fromisoformat(issue.created_at[:10]),
            next_step=read.next_step,
            due=read.due,
            attention=read.attention,
            news=_gist(answer),
            answer=answer,
        )

    def part(self, author: str, body: str) -> Part:
        """Tell the card and the checklists from the other comments."""
        kind = observation.kind_of(body) if author == observation.BOT else ""
        parts: Mapping[str, Part] = {"card": "card", "checklist": "list"}
        return "answer" if kind in ANSWERS else parts.get(kind, "")

    def fields(self, body: str) -> Sequence[Field]:
        """Read the money and the dates of a deal; each is changed by its command."""
        given = {heading.lower(): text.strip() for heading, text in _SECTION.findall(body.replace("\r\n", "\n"))}
        return (
            _one("Value", "/value", "24k EUR", given),
            _one("Probability", "/probability", "40", given),
            _one("Expected close", "/expect", "15 December", given),
            _next_step(given.get("next step", "")),
        )


def _one(name: str, command: str, hint: str, given: Mapping[str, str]) -> Field:
    return Field(name, command, f"/unset {name.lower()}", ((name, given.get(name.lower(), ""), hint),))


def _next_step(text: str) -> Field:
    found = _STEP_FIELD.fullmatch(text)
    day, what, who = found.groups() if found else ("", text, None)
    shown = f"{what} @{who}" if who else what
    inputs = (("Next step on", day, "friday"), ("Next step", shown, "send the estimate"))
    return Field("Next step", "/next", "/unset next step", inputs)


def _gist(answer: str) -> str:
    """Take the first sentence: `Not moved to won.`."""
    return observation.first_sentence(next(iter(observation.lines(answer)), ""))


@lru_cache(maxsize=8192)
def _read(body: str) -> ReadCard:
    """Read a card. What a team's own template does not show is not on the board either."""
    since, found, worth = _SINCE.search(body), _STEP.search(body), _WORTH.search(body)
    step = observation.plain(found[1]) if found else ""
    day = _DAY.match(step)
    return ReadCard(
        since=_day(since[1]) if since else None,
        value=_money(_MONEY.match(worth[1])) if worth else None,
        weighted=_money(_WEIGHTED.search(worth[1])) if worth else None,
        next_step=step,
        due=_day(day[1]) if day else None,
        attention=tuple(observation.warnings(body)) if observation.WARNING in body else (),
    )


def _money(found: re.Match[str] | None) -> Mapping[str, Decimal] | None:
    return {found[2]: Decimal(found[1].replace(",", ""))} if found else None


@lru_cache
def _day(text: str) -> date:
    return datetime.strptime(text, "%d %b %Y").date()  # noqa: DTZ007 - a day has no time zone
