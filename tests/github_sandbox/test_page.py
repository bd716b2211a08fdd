"""The board of any repository: columns by labels, what they hold, and what a filter leaves."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from github_sandbox import Repo, Sandbox
from github_sandbox.page.columns import SHOWN, BoardReader, Filter
from github_sandbox.page.lens import BoardIssue, Card, LabelLens

ALL = Filter()


@dataclass(frozen=True)
class Priced(LabelLens):
    """Reads amounts from titles: `Acme 100 EUR`."""

    def card(self, issue: BoardIssue) -> Card:
        name, amount, currency = issue.title.split()
        return Card(name, value={currency: Decimal(amount)}, owners=issue.assignees)


def names(sandbox: Sandbox, wanted: Filter = ALL) -> dict[str, list[str]]:
    columns, _ = BoardReader(sandbox, Priced()).read("acme/sales", wanted)
    return {each.column.name: [placed.card.title for placed in each.cards] for each in columns}


@pytest.fixture
def three(sandbox: Sandbox, sales: Repo) -> Repo:
    for title, label in (("Acme 100 EUR", "stage:lead"), ("Delta 50 USD", "stage:lead"), ("Globex 7 EUR", "stage:won")):
        sales.open_issue("ann", title, labels=[label])
    sales.assign("root", 1, "bob")
    return sales


def test_the_largest_family_of_labels_makes_the_columns(sandbox: Sandbox, three: Repo) -> None:
    three.create_label("root", "size:small")
    three.open_issue("ann", "Stark 1 EUR", labels=["size:small"])
    assert names(sandbox) == {
        "stage:lead": ["Acme", "Delta"], "stage:qualified": [], "stage:won": ["Globex"], "Other": ["Stark"],
    }  # fmt: skip


def test_sums_are_by_currency(sandbox: Sandbox, three: Repo) -> None:
    columns, owners = BoardReader(sandbox, Priced()).read("acme/sales", ALL)
    assert [(each.count, each.value) for each in columns] == [(2, "100 EUR + 50 USD"), (0, ""), (1, "7 EUR"), (0, "")]
    assert owners == ["bob"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param(Filter(owner="bob"), ["Acme"], id="an owner"),
        pytest.param(Filter(owner="nobody"), ["Delta", "Globex"], id="no owner"),
        pytest.param(Filter(text="glo"), ["Globex"], id="words"),
        pytest.param(Filter(text="#2"), ["Delta"], id="a number"),
        pytest.param(Filter(owner="bob", text="glo"), [], id="both"),
    ],
)
def test_a_filter(sandbox: Sandbox, three: Repo, wanted: Filter, found: list[str]) -> None:
    assert sorted(title for titles in names(sandbox, wanted).values() for title in titles) == found


def test_a_long_column_is_shown_to_its_end_when_asked(sandbox: Sandbox, sales: Repo) -> None:
    sales.seed([{"title": f"Deal {number} EUR", "labels": ["stage:lead"]} for number in range(SHOWN + 3)])
    reader = BoardReader(sandbox, Priced())
    short, long = reader.read("acme/sales", ALL)[0][0], reader.read("acme/sales", Filter(all="stage:lead"))[0][0]
    assert (len(short.cards), short.hidden, len(long.cards), long.hidden) == (SHOWN, 3, SHOWN + 3, 0)


def test_a_change_shows_at_once(sandbox: Sandbox, three: Repo) -> None:
    reader = BoardReader(sandbox, Priced())
    reader.read("acme/sales", ALL)
    three.swap("ann", 1, "stage:lead", "stage:won")
    columns, _ = reader.read("acme/sales", ALL)
    assert [each.count for each in columns] == [1, 0, 2, 0]
