"""A pipeline that lives: deals of some weeks in all stages, opened by people and worked on by the real program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from github_sandbox import Repo, Sandbox
from salesbot_demo.player import MONDAY

BEGIN = MONDAY - timedelta(days=24)
PEOPLE = {"ann": "triage", "nora": "write", "kim": "admin", "eve": "read"}
FORM = "### Company\n\n{company}\n\n### Contact\n\n{contact}\n\n### Source\n\n{source}\n"


@dataclass(frozen=True)
class ExampleDeal:
    """A deal: when it came, counted from the first day, and what was commented on it."""

    day: int
    title: str
    contact: str
    source: str
    commands: tuple[str, ...] = ()


DEALS: Sequence[ExampleDeal] = (
    ExampleDeal(
        0,
        "Fabrikam: intranet",
        "Tom Berg",
        "referral",
        (
            "/value 40k EUR",
            "/assign kim",
            '/won --force "signed before"',
        ),
    ),
    ExampleDeal(
        1,
        "Acme GmbH: new shop",
        "Kim Sommer",
        "website",
        (
            "/value 24k EUR",
            "/assign nora",
            "/next 20 Nov send the contract",
            '/negotiate --force "the price is known"',
        ),
    ),
    ExampleDeal(
        2,
        "Hooli: portal",
        "Mia Lang",
        "event",
        (
            "/value 65k EUR",
            "/assign kim",
            "/next 25 Nov call about the price",
            "/expect 15 Dec",
            '/negotiate --force "estimated before"',
        ),
    ),
    ExampleDeal(
        4,
        "Cirrus Ltd: relaunch",
        "Lea Novak",
        "website",
        (
            "/value 12k EUR",
            "/lost price",
        ),
    ),
    ExampleDeal(
        7,
        "Borealis AG: booking app",
        "Jan Petersen",
        "existing client",
        (
            "/value 18k EUR",
            "/assign nora",
            "/next 24 Nov finish the estimate",
            '/qualify --force "we built their last app"',
        ),
    ),
    ExampleDeal(9, "Initech: data migration", "Paul Vogt", "outbound", ("/reject too small",)),
    ExampleDeal(
        12,
        "Vandelay: app",
        "Ida Kern",
        "partner",
        (
            "/value 30k USD",
            "/assign kim",
            '/qualify --force "the partner knows them"',
        ),
    ),
    ExampleDeal(
        15,
        "Globex: shop",
        "Nils Roth",
        "website",
        (
            "/assign nora",
            "/revisit 15 Jan budget comes next year",
        ),
    ),
    ExampleDeal(
        21,
        "Umbrella SE: audit",
        "Eva Lind",
        "website",
        (
            "/value 9k EUR",
            "/assign nora",
            "/next 26 Nov first call",
        ),
    ),
    ExampleDeal(23, "Stark KG: new shop", "Max Horn", "referral"),
)


def fill(github: Sandbox, repo: Repo) -> None:
    """Play the weeks of the example. Each deal costs one run: it looks at everything there is."""
    auto, github.auto = github.auto, False
    for deal in DEALS:
        github.set(max(github.clock.now(), BEGIN + timedelta(days=deal.day)))
        form = FORM.format(company=deal.title.partition(":")[0], contact=deal.contact, source=deal.source)
        number = repo.open_issue("nora", deal.title, form)
        if deal.commands:
            repo.comment("kim", number, "\n".join(deal.commands))
        *earlier, last = github.outbox
        for delivery in earlier:
            github.drop(delivery)
        github.run(last)
    github.set(max(github.clock.now(), MONDAY))
    github.auto = auto
