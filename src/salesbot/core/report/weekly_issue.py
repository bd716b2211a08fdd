"""The week's issue: what it remembers, what it is made of, and what is to do about all reports there are.

`plan` compares what is there with what is wanted. Where nothing is to do it is empty, so that it may be asked as often
as one likes: after a run that died, by two runs at once, three times a week.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from salesbot.core.model.effects import (
    CloseIssue,
    DeleteComment,
    EditBody,
    Effect,
    OpenReport,
    PinIssue,
    PutComment,
    RemoveLabel,
    UnpinIssue,
)
from salesbot.core.model.facts import Comment, Issue
from salesbot.core.model.keys import Key
from salesbot.core.text import markdown
from salesbot.core.text.labels import label_key

LABEL = "report"
COLOR = "0052cc"
DESCRIPTION = "The weekly report on the pipeline"
COMMAND = "report"
MARKER = "report"
PART = "report:part"
REST = "<!-- salesbot:rest -->"
"""Between the board, which the sweep keeps up to date, and the rest, which only a whole report writes."""
FULL = 50_000
"""Bytes of the issue that a report fills; what the board may grow by until the next report is left free."""
HORIZON = timedelta(days=7)
"""A `/report` older than this is not answered any more."""


@dataclass(frozen=True)
class Memory:
    """What the issue of a week remembers. `since` is where its movement begins: fixed by the first run of the week."""

    week: str
    since: datetime
    first: datetime
    """When the week's first run was: the next report's movement begins here."""
    at: datetime
    """As of when the whole report is."""
    board: datetime
    """As of when sections 1 to 4 are."""
    parts: int = 0
    """How many comments it goes on in."""


@dataclass(frozen=True)
class Wanted:
    """The report as it should be on GitHub."""

    memory: Memory
    body: str
    parts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title of the issue."""
        return f"Pipeline report {self.memory.week}"


def remembered(issue: Issue, repository: int) -> Memory | None:
    """Read what a report remembers; None for what is no report of ours."""
    marker = markdown.read_marker(issue.body)
    if not issue.own or marker is None or marker.kind != MARKER or marker.payload.get("repo") != repository:
        return None
    said = marker.payload
    try:
        times = (datetime.fromtimestamp(int(said[name]), UTC) for name in ("since", "first", "at", "board"))
        since, first, at, board = times
        return Memory(str(said["week"]), since, first, at, board, int(said["parts"]))
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def of_week(reports: Sequence[Issue], repository: int, week: str) -> list[tuple[Issue, Memory]]:
    """List our issues of a week, the one that stays first."""
    found = [(issue, memory) for issue in reports if (memory := remembered(issue, repository)) and memory.week == week]
    return sorted(found, key=lambda pair: pair[0].number)


def before(reports: Sequence[Issue], repository: int, week: str) -> Memory | None:
    """Find the report before a week."""
    earlier = [memory for issue in reports if (memory := remembered(issue, repository)) and memory.week < week]
    return max(earlier, key=lambda memory: memory.week, default=None)


def is_done(reports: Sequence[Issue], repository: int, week: str) -> bool:
    """Say whether a week's report is there and whole, and nothing is left to do about older ones."""
    found = of_week(reports, repository, week)
    if len(found) != 1:
        return False
    issue, memory = found[0]
    parts = [part for part, _ in _parts(issue)]
    return parts == list(range(1, memory.parts + 1)) and not any(True for _ in _older(reports, repository, week))


def compose(board: str, rest: str, memory: Memory, repository: int) -> Wanted:
    """Put a report together: as much as fits into the issue, the other sections in comments."""
    sections = [f"## {section}".rstrip() for section in f"\n{rest}".split("\n## ")[1:]]
    pages: list[str] = [f"{markdown.fit(board, FULL)}\n\n{REST}"]
    for section in sections:
        room = FULL if len(pages) == 1 else markdown.BODY_LIMIT - 1_000
        whole = f"{pages[-1]}\n\n{section}"
        if len(whole.encode()) <= room:
            pages[-1] = whole
        else:
            pages.append(markdown.fit(section, markdown.BODY_LIMIT - 1_000))
    memory = replace(memory, parts=len(pages) - 1)
    parts = [f"{markdown.marker(PART, {'of': place})}\n{page}" for place, page in enumerate(pages[1:], 1)]
    return Wanted(memory, _body(pages[0], memory, repository), tuple(parts))


def with_board(issue: Issue, board: str, memory: Memory, repository: int) -> str | None:
    """Set sections 1 to 4 anew in the text of a report; None if somebody took away where they end."""
    _, line, rest = issue.body.partition(REST)
    if not line:
        return None
    room = markdown.BODY_LIMIT - len(rest.encode()) - 1_000
    return _body(f"{markdown.fit(board, max(room, 1_000))}\n\n{REST}{rest.rstrip()}", memory, repository)


def _body(text: str, memory: Memory, repository: int) -> str:
    payload = {
        "v": 1,
        "repo": repository,
        "week": memory.week,
        "since": int(memory.since.timestamp()),
        "first": int(memory.first.timestamp()),
        "at": int(memory.at.timestamp()),
        "board": int(memory.board.timestamp()),
        "parts": memory.parts,
    }
    return f"{markdown.marker(MARKER, payload)}\n{markdown.fit(text)}"


Plan = list[tuple[Issue | None, list[Effect]]]
"""For each issue what to do with it; for none, what to open."""


def plan(reports: Sequence[Issue], repository: int, wanted: Wanted, *, pin: bool = True) -> Plan:
    """Say what is to do so that there is one whole report of the week, and the ones before are closed."""
    week = wanted.memory.week
    found = of_week(reports, repository, week)
    if not found:
        return [(None, [OpenReport(wanted.title, wanted.body)])]
    (kept, _), *doubles = found
    newest = all((memory := remembered(issue, repository)) is None or memory.week <= week for issue in reports)
    todo: Plan = [(issue, [RemoveLabel(LABEL), CloseIssue("DUPLICATE", kept.number)]) for issue, _ in doubles]
    older = list(_older(reports, repository, week)) if newest else []
    todo += [(issue, [UnpinIssue()]) for issue in older if pin and issue.pinned]
    todo += [(kept, [*_texts(kept, wanted), *([PinIssue()] if newest and pin and not kept.pinned else [])])]
    # Last, because an older report that is still open says that a run died before everything else was done.
    todo += [(issue, [CloseIssue("COMPLETED")]) for issue in older]
    return [(issue, effects) for issue, effects in todo if effects]


def _older(reports: Sequence[Issue], repository: int, week: str) -> Iterator[Issue]:
    for issue in reports:
        memory = remembered(issue, repository)
        if memory is not None and memory.week < week and issue.open:
            yield issue


def _texts(issue: Issue, wanted: Wanted) -> Iterator[Effect]:
    if issue.body.strip() != wanted.body.strip():
        yield EditBody(wanted.body)
    there: dict[int, Comment] = {}
    for part, comment in _parts(issue):
        if part > len(wanted.parts) or part in there:
            yield DeleteComment(comment.id)
        else:
            there[part] = comment
    for part, text in enumerate(wanted.parts, 1):
        if part not in there:
            yield PutComment(Key(f"{PART}-{part}"), text)
        elif there[part].body.strip() != text.strip():
            yield PutComment(Key(f"{PART}-{part}"), text, there[part].id)


def _parts(issue: Issue) -> list[tuple[int, Comment]]:
    """List the comments a report goes on in, doubles too, the oldest of each first."""
    found = []
    for comment in issue.comments:
        marker = comment.marker
        if comment.own and marker is not None and marker.kind == PART and isinstance(marker.payload.get("of"), int):
            found.append((int(marker.payload["of"]), comment))
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def is_report(issue: Issue) -> bool:
    """Say whether an issue is, or was, a report that we opened."""
    return issue.own and LABEL in {label_key(label.name) for label in issue.labels}


def asked(issue: Issue, now: datetime) -> list[Comment]:
    """List the comments that ask for a report to be refreshed and that nobody answered yet."""
    if not is_report(issue):
        return []
    return [comment for comment in issue.comments if _asks(comment, now)]


def _asks(comment: Comment, now: datetime) -> bool:
    if comment.own or comment.receipts & {"ROCKET", "CONFUSED"} or comment.edited_by_others:
        return False
    late = now - comment.created_at > HORIZON
    return not late and any(line.word == COMMAND for line in comment.commands)
