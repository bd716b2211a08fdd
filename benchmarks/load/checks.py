"""What must hold in the end: of each deal on all four sides, and of GitHub's limits."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from benchmarks.load.people import ENDS, Expected, People
from github_sandbox import Entry, IssueView
from github_sandbox.store import clock
from salesbot.core.model import journal
from salesbot.core.text import markdown
from tests.e2e.play import BOT, key_of, writes

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WRITES = ((MINUTE, 80), (HOUR, 500))
POINTS = {BOT: 1_000}
MORE_POINTS = 5_000


def wrong_deals(people: People, deals: Iterable[Expected]) -> Iterator[str]:
    """Say of each deal what is not as it must be."""
    cards = Counter(card.number for card in people.boards.board.cards())
    for deal in deals:
        issue = people.play.sales.issue(deal.number)
        found = (*_differences(people, deal, issue), *_doubles(issue, cards[deal.number]))
        if found:
            yield f"deal {deal.number}: {'; '.join(found)}. What was done: {', '.join(deal.story)}"


def _differences(people: People, deal: Expected, issue: IssueView) -> Iterator[str]:
    if people.play.stages(deal.number) != [deal.stage]:
        yield f"its labels are {issue.labels}, expected {deal.stage}"
    if (issue.state == "CLOSED") != (deal.stage in ENDS):
        yield f"it is {issue.state} in {deal.stage}"
    remembered = [journal.from_payload(card.payload) for card in _markers(issue) if card.kind == "card"]
    if [each and each.stage for each in remembered] != [deal.stage]:
        yield f"the journal says {[each and each.stage for each in remembered]}, expected {deal.stage}"
    card = people.boards.board.card_of(people.play.sales.name, deal.number)
    if card is None or card.column != deal.stage.capitalize():
        yield f"the card is in {card and card.column}, expected {deal.stage}"
    boxes = _boxes(people, deal.number)
    if boxes != [deal.stage.capitalize()]:
        yield f"boxes are in {boxes}, expected {deal.stage}"
    value = card and card.values.get("Value")
    if value not in deal.values or f"{value:.0f} EUR" not in issue.body.replace(",", ""):
        yield f"the value on the board is {value}, expected {deal.values} there and in {issue.body!r}"


def _boxes(people: People, number: int) -> list[str]:
    """The stages of the boxes that belong to a deal."""
    url, streak = people.boxes.url(number), people.boxes.streak
    mine = [key for key, box in streak.boxes.items() if url in (*box["fields"].values(), box["notes"][8:])]
    return [streak.stage(key) for key in mine]


def _markers(issue: IssueView) -> Iterator[markdown.Marker]:
    for comment in issue.comments:
        marker = markdown.read_marker(comment.body) if comment.author == BOT else None
        if marker is not None:
            yield marker


def _doubles(issue: IssueView, cards: int) -> Iterator[str]:
    if cards != 1:
        yield f"it has {cards} cards on the board"
    keys = Counter(key_of(comment) for comment in issue.comments if comment.author == BOT)
    for key, count in keys.items():
        if count > 1:
            yield f"{count} comments {key}"


def unanswered(people: People, deals: Iterable[Expected]) -> Iterator[str]:
    """Name the commands that nobody answered."""
    for deal in deals:
        comments = {comment.id: comment for comment in people.play.sales.issue(deal.number).comments}
        for number in deal.commands:
            if BOT not in [login for _, login in comments[number].reactions]:
                story = ", ".join(deal.story)
                yield f"deal {deal.number}: no answer to {comments[number].body!r}. What was done: {story}"


def broken_limits(requests: Iterable[Entry]) -> Iterator[str]:
    """Say which of GitHub's limits were passed: writes within a minute and an hour, points within an hour."""
    by_token: dict[str, list[Entry]] = defaultdict(list)
    for entry in requests:
        by_token[entry.who or ""].append(entry)
    for who, entries in by_token.items():
        written = [clock.read(entry.at) for entry in writes(entries) if entry.points]
        for within, limit in WRITES:
            most = most_within(written, within)
            if most > limit:
                yield f"{who}: {most} writes within {within}, more than {limit}"
        points = [moment for entry in entries for moment in [clock.read(entry.at)] * entry.points]
        if most_within(points, HOUR) > POINTS.get(who, MORE_POINTS):
            yield f"{who}: {most_within(points, HOUR)} points within an hour"


def most_within(moments: Iterable[datetime], within: timedelta) -> int:
    """The most of these moments, which are in order, that lie within so much time."""
    most, lately = 0, deque[datetime]()
    for moment in moments:
        lately.append(moment)
        while lately[0] <= moment - within:
            lately.popleft()
        most = max(most, len(lately))
    return most
