"""The issue of a week's report: its state in the marker, its text, and the effects that bring all reports up to date.

`plan` compares the observed issues with the desired report. It is empty where nothing is left to do, so it can be made
at any time: after a run that died, by two runs at once, several times a week.
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
from salesbot.core.report import figures
from salesbot.core.report.figures import Figures
from salesbot.core.text import markdown
from salesbot.core.text.label_names import label_key

LABEL = "report"
COLOR = "0052cc"
DESCRIPTION = "The weekly report on the pipeline"
COMMAND = "report"
MARKER = "report"
PART = "report:part"
BOARD_END = f"{markdown.MARKER_PREFIX}rest -->"
"""Between the board, which the sweep keeps up to date, and the rest, which only a whole report writes."""
BODY_ROOM = 50_000
"""Bytes of the issue that a report may fill. The rest is left free for the growth of sections 1 to 4."""
REQUEST_LIFETIME = timedelta(days=7)
"""An older `/report` is no longer answered."""


@dataclass(frozen=True)
class ReportState:
    """What the marker of a week's issue keeps. Its movement begins at `since`, set by the first run of the week."""

    week: str
    since: datetime
    at: datetime
    """The moment of the whole report; the movement of the next report begins here."""
    board: datetime
    """The moment of sections 1 to 4."""
    parts: int = 0
    """Number of comments in which it continues."""
    figures: Figures | None = None
    """The open money of the whole report; the bridge of the next report begins with it."""


@dataclass(frozen=True)
class DesiredReport:
    """The report as it should be on GitHub."""

    state: ReportState
    body: str
    parts: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title of the issue."""
        return f"Pipeline report {self.state.week}"


def read_state(issue: Issue, repository: int) -> ReportState | None:
    """Read the state of a report; None for an issue that is not a report of this repository."""
    marker = markdown.read_marker(issue.body)
    if not issue.own or marker is None or marker.kind != MARKER or marker.payload.get("repo") != repository:
        return None
    payload = marker.payload
    try:
        times = (datetime.fromtimestamp(int(payload[name]), UTC) for name in ("since", "at", "board"))
        since, at, board = times
        kept = figures.from_payload(payload.get("figures"))
        return ReportState(str(payload["week"]), since, at, board, int(payload["parts"]), kept)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return None


def of_week(reports: Sequence[Issue], repository: int, week: str) -> list[tuple[Issue, ReportState]]:
    """List the report issues of a week; the first is kept, the others are duplicates."""
    found = [(issue, state) for issue in reports if (state := read_state(issue, repository)) and state.week == week]
    return sorted(found, key=lambda pair: pair[0].number)


def previous_report(reports: Sequence[Issue], repository: int, week: str) -> ReportState | None:
    """Read the state of the last report before a week."""
    earlier = [state for issue in reports if (state := read_state(issue, repository)) and state.week < week]
    return max(earlier, key=lambda state: state.week, default=None)


def is_done(reports: Sequence[Issue], repository: int, week: str) -> bool:
    """Say whether a week's report is complete, and no older one is left open."""
    found = of_week(reports, repository, week)
    if len(found) != 1:
        return False
    issue, state = found[0]
    parts = [part for part, _ in _parts(issue)]
    return parts == list(range(1, state.parts + 1)) and not any(True for _ in _older(reports, repository, week))


def compose(board: str, rest: str, state: ReportState, repository: int) -> DesiredReport:
    """Compose a report: as many sections as fit go into the issue, the others into comments."""
    sections = [f"## {section}".rstrip() for section in f"\n{rest}".split("\n## ")[1:]]
    body_room = BODY_ROOM - len(_marker(state, repository))
    pages: list[str] = [f"{markdown.fit(board, body_room)}\n\n{BOARD_END}"]
    for section in sections:
        room = body_room if len(pages) == 1 else markdown.BODY_LIMIT - 1_000
        whole = f"{pages[-1]}\n\n{section}"
        if len(whole.encode()) <= room:
            pages[-1] = whole
        else:
            pages.append(markdown.fit(section, markdown.BODY_LIMIT - 1_000))
    state = replace(state, parts=len(pages) - 1)
    parts = [f"{markdown.marker(PART, {'of': place})}\n{page}" for place, page in enumerate(pages[1:], 1)]
    return DesiredReport(state, f"{_marker(state, repository)}\n{pages[0]}", tuple(parts))


def with_board(issue: Issue, board: str, state: ReportState, repository: int) -> str | None:
    """Replace sections 1 to 4 in the text of a report; None if somebody removed the mark at their end."""
    _, line, rest = issue.body.partition(BOARD_END)
    if not line:
        return None
    marker = _marker(state, repository)
    room = markdown.BODY_LIMIT - len(rest.encode()) - len(marker) - 1_000
    text = f"{markdown.fit(board, max(room, 1_000))}\n\n{BOARD_END}{rest.rstrip()}"
    return f"{marker}\n{markdown.fit(text, markdown.BODY_LIMIT - len(marker))}"


def _marker(state: ReportState, repository: int) -> str:
    payload = {
        "v": 1,
        "repo": repository,
        "week": state.week,
        "since": int(state.since.timestamp()),
        "at": int(state.at.timestamp()),
        "board": int(state.board.timestamp()),
        "parts": state.parts,
        "figures": figures.to_payload(state.figures) if state.figures is not None else None,
    }
    return markdown.marker(MARKER, payload)


Plan = list[tuple[Issue | None, list[Effect]]]
"""The effects on each issue; without an issue, what to open."""


def plan(reports: Sequence[Issue], repository: int, desired: DesiredReport, *, pin: bool = True) -> Plan:
    """List the effects after which there is one complete report of the week, and older ones are closed."""
    week = desired.state.week
    found = of_week(reports, repository, week)
    if not found:
        return [(None, [OpenReport(desired.title, desired.body)])]
    (kept, _), *duplicates = found
    newest = all((state := read_state(issue, repository)) is None or state.week <= week for issue in reports)
    steps: Plan = [(issue, [RemoveLabel(LABEL), CloseIssue("DUPLICATE", kept.number)]) for issue, _ in duplicates]
    older = list(_older(reports, repository, week)) if newest else []
    steps += [(issue, [UnpinIssue()]) for issue in older if pin and issue.pinned]
    steps += [(kept, [*_texts(kept, desired), *([PinIssue()] if newest and pin and not kept.pinned else [])])]
    # Last, because an older report that is still open says that a run died before everything else was done.
    steps += [(issue, [CloseIssue("COMPLETED")]) for issue in older]
    return [(issue, effects) for issue, effects in steps if effects]


def _older(reports: Sequence[Issue], repository: int, week: str) -> Iterator[Issue]:
    for issue in reports:
        state = read_state(issue, repository)
        if state is not None and state.week < week and issue.open:
            yield issue


def _texts(issue: Issue, desired: DesiredReport) -> Iterator[Effect]:
    if issue.body.strip() != desired.body.strip():
        yield EditBody(desired.body)
    there: dict[int, Comment] = {}
    for part, comment in _parts(issue):
        if part > len(desired.parts) or part in there:
            yield DeleteComment(comment.id)
        else:
            there[part] = comment
    for part, text in enumerate(desired.parts, 1):
        if part not in there:
            yield PutComment(Key(f"{PART}-{part}"), text)
        elif there[part].body.strip() != text.strip():
            yield PutComment(Key(f"{PART}-{part}"), text, there[part].id)


def _parts(issue: Issue) -> list[tuple[int, Comment]]:
    """List the comments in which a report continues, duplicates too, the oldest of each first."""
    found = []
    for comment in issue.comments:
        marker = comment.marker
        if comment.own and marker is not None and marker.kind == PART and isinstance(marker.payload.get("of"), int):
            found.append((int(marker.payload["of"]), comment))
    return sorted(found, key=lambda pair: (pair[0], pair[1].id))


def is_report(issue: Issue) -> bool:
    """Say whether an issue is, or was, a report that salesbot opened."""
    return issue.own and LABEL in {label_key(label.name) for label in issue.labels}


def refresh_requests(issue: Issue, now: datetime) -> list[Comment]:
    """List the comments with `/report` that have no answer yet."""
    if not is_report(issue):
        return []
    return [comment for comment in issue.comments if _is_refresh_request(comment, now)]


def _is_refresh_request(comment: Comment, now: datetime) -> bool:
    if comment.own or comment.receipts & {"ROCKET", "CONFUSED"} or comment.edited_by_others:
        return False
    late = now - comment.created_at > REQUEST_LIFETIME
    return not late and any(line.word == COMMAND for line in comment.commands)
