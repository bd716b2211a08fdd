"""The board as values: columns with their sums, and the cards that a filter leaves. Knows SQL, and no HTML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from github_sandbox.page.lens import BoardIssue, Card, Column, Lens
from github_sandbox.simulation import Simulation
from github_sandbox.store.database import Database

SHOWN, SHOWN_ENDED = 40, 8
"""How many cards a column shows until all are asked for."""
REST = Column("", "Other", ended=True)
IDLE_DAYS = 14
LABEL_LIST = "SELECT name, color FROM labels WHERE repository_id = ? AND deleted_at IS NULL ORDER BY id"
ISSUES = """SELECT id, number, title, state, created_at, body FROM issues
  WHERE repository_id = ? AND NOT gone ORDER BY updated_at DESC, id DESC"""
LABELS = """SELECT issue_id, name AS found FROM issue_labels JOIN labels ON labels.id = label_id
  JOIN issues ON issues.id = issue_id WHERE issues.repository_id = ? AND NOT gone"""
PEOPLE = """SELECT issue_id, login AS found FROM assignees JOIN users ON users.id = user_id
  JOIN issues ON issues.id = issue_id WHERE issues.repository_id = ? AND NOT gone ORDER BY assignees.id"""
OWN = """SELECT issue_id, comments.body AS found FROM comments JOIN users ON users.id = comments.author_id
  JOIN issues ON issues.id = issue_id WHERE issues.repository_id = ? AND NOT gone
  AND type = 'Bot' AND minimized_reason IS NULL AND substr(comments.body, 1, ?) = ? ORDER BY comments.id"""


@dataclass(frozen=True)
class Filter:
    """What is looked for: an owner, words; `all` is the column that is shown to its end."""

    owner: str = ""
    text: str = ""
    all: str = ""

    def matches(self, placed: PlacedCard) -> bool:
        """Whether a card is among what is looked for."""
        owners = placed.card.owners or ("nobody",)
        return (not self.owner or self.owner in owners) and self.text.casefold() in placed.searched


@dataclass(frozen=True)
class PlacedCard:
    """A card with its issue. `age` is in days, `ageing` how near it is to being idle: fresh, old or idle."""

    number: int
    label: str
    state: str
    card: Card
    searched: str = field(repr=False)
    age: int = 0
    ageing: str = "fresh"
    overdue: bool = False


@dataclass(frozen=True)
class FilledColumn:
    """A column with its cards and sums; `hidden` is how many cards are not shown."""

    column: Column
    cards: Sequence[PlacedCard]
    count: int
    value: str
    weighted: str

    @property
    def hidden(self) -> int:
        """Count the cards that are not shown."""
        return self.count - len(self.cards)


class BoardReader:
    """Reads the board of a repository, and keeps the cards until something was written."""

    def __init__(self, sandbox: Simulation, lens: Lens) -> None:
        self.sandbox = sandbox
        self.lens = lens
        self._read: dict[tuple[str, int], tuple[BoardIssue, Card]] = {}
        self._kept: dict[str, tuple[object, Sequence[Column], Sequence[PlacedCard]]] = {}

    def read(self, name: str, wanted: Filter) -> tuple[Sequence[FilledColumn], Sequence[str]]:
        """Return the filled columns and everybody who owns a card."""
        columns, cards = self._cards(name)
        found = [placed for placed in cards if wanted.matches(placed)]
        filled = [_fill(column, [each for each in found if each.label == column.label], wanted) for column in columns]
        return filled, sorted({owner for placed in cards for owner in placed.card.owners})

    def _cards(self, name: str) -> tuple[Sequence[Column], Sequence[PlacedCard]]:
        db, today = self.sandbox.hub.db, self.sandbox.clock.now().date()
        with db.lock:
            repository = self.sandbox.hub.repository(name)["id"]
            labels = db.all(LABEL_LIST, repository)
            columns = self.lens.columns([(label["name"], label["color"]) for label in labels])
            state = (db.changes, today, tuple(columns))
            kept = self._kept.get(name)
            if kept and kept[0] == state:
                return kept[1], kept[2]
            issues = list(_issues(db, repository, self.lens.prefix))
        by_label = {column.label: column for column in columns}
        cards = [_place(issue, by_label, self._card(name, issue), today) for issue in issues]
        self._kept[name] = (state, [*columns, REST], cards)
        return [*columns, REST], cards

    def _card(self, name: str, issue: BoardIssue) -> Card:
        known = self._read.get((name, issue.number))
        if known is None or known[0] != issue:
            known = self._read[name, issue.number] = (issue, self.lens.card(issue))
        return known[1]


def _issues(db: Database, repository: int, prefix: str) -> Iterable[BoardIssue]:
    labels, people = _by_issue(db, LABELS, repository), _by_issue(db, PEOPLE, repository)
    own = _by_issue(db, OWN, repository, len(prefix), prefix) if prefix else {}
    kept = ("number", "title", "state", "created_at", "body")
    for row in db.all(ISSUES, repository):
        lists = (tuple(found.get(row["id"], ())) for found in (labels, people, own))
        yield BoardIssue(*(row[name] for name in kept), *lists)


def _by_issue(db: Database, sql: str, *values: object) -> Mapping[int, Sequence[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in db.all(sql, *values):
        found[row["issue_id"]].append(row["found"])
    return found


def _place(issue: BoardIssue, columns: Mapping[str, Column], card: Card, today: date) -> PlacedCard:
    column = next((columns[name] for name in issue.labels if name in columns), REST)
    searched = " ".join((f"#{issue.number}", issue.title, card.title, card.next_step, *card.owners)).casefold()
    age = (today - card.since).days if card.since else 0
    limit = column.idle_days or IDLE_DAYS
    ageing = "fresh" if column.ended or age * 2 < limit else "old" if age < limit else "idle"
    overdue = card.due is not None and card.due < today and not column.ended
    return PlacedCard(issue.number, column.label, issue.state, card, searched, age, ageing, overdue)


def _fill(column: Column, cards: Sequence[PlacedCard], wanted: Filter) -> FilledColumn:
    most = len(cards) if wanted.all == column.name else SHOWN_ENDED if column.ended else SHOWN
    value, weighted = _sum(each.card.value for each in cards), _sum(each.card.weighted for each in cards)
    return FilledColumn(column, cards[:most], len(cards), value, weighted)


def _sum(amounts: Iterable[Mapping[str, Decimal]]) -> str:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for each in amounts:
        for currency, amount in each.items():
            totals[currency] += amount
    return in_words(totals)


def in_words(amounts: Mapping[str, Decimal]) -> str:
    """Write amounts for people: `24,000 EUR + 300 USD`; cents only where a card needs them is too fine for a sum."""
    return " + ".join(f"{amount:,.0f} {currency}" for currency, amount in sorted(amounts.items()))
