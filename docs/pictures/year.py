"""Seeds a sandbox with a year of an agency's deals, and writes the report's page of it: `python year.py FOLDER`.

The deals are invented, always the same ones; what the picture shows of them is what salesbot made of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from github_sandbox import Sandbox

NOW = datetime(2026, 11, 23, 6, 17, tzinfo=UTC)
CLIENTS = (
    *(
        "Acme GmbH",
        "Delta AG",
        "Globex",
        "Initech",
        "Umbrella SE",
        "Hooli",
        "Vandelay",
        "Stark KG",
        "Wayne OHG",
        "Tyrell",
    ),
    *(
        "Soylent",
        "Cyberdyne",
        "Nakatomi",
        "Gekko & Co",
        "Massive AG",
        "Oscorp",
        "Monarch",
        "Virtucon",
        "Zorin",
        "Sirius",
    ),
)
WORK = ("new shop", "app", "portal", "relaunch", "intranet", "booking system", "data migration")
TO_DO = ("call them", "send the estimate", "ask about the timeline", "send the contract")
SOURCES = ("website", "referral", "partner", "fair")
CONFIG = "currency: EUR\ntimezone: Europe/Berlin\nreport:\n  goal: {month: 200000, quarter: 500000, year: 900000}\n"
BOT = "github-actions[bot]"


def main() -> int:
    """Seed and report."""
    with Sandbox(at=NOW, step=0) as github:
        sales = github.repo("acme/sales", roles={"ann": "triage", "nora": "write", "kim": "admin"})
        sales.push("kim", ".github/salesbot.yml", CONFIG)
        sales.seed(deals(Random(3)))
        env = os.environ | {
            "GITHUB_API_URL": github.api_url,
            "GITHUB_GRAPHQL_URL": github.graphql_url,
            "GITHUB_TOKEN": github.token("kim"),
        }
        line = [sys.executable, "-m", "salesbot", "report", "--repo", "acme/sales", "--html", sys.argv[1]]
        return subprocess.run(line, env=env, check=False, stdout=subprocess.DEVNULL).returncode


def deals(random: Random) -> list[dict[str, Any]]:
    """Invent them: most go forward, a third is won."""
    return [
        deal(
            random,
            NOW
            - timedelta(
                days=random.choice([random.randint(4, 90), random.randint(4, 360)]), hours=random.randint(1, 9)
            ),
        )
        for _ in range(90)
    ]


def deal(random: Random, opened: datetime) -> dict[str, Any]:
    """Invent one, as far as it came until now."""
    way = [
        *random.choice(
            [*[("lead", "qualified", "negotiating")] * 3, ("lead", "qualified"), ("prospect", "lead"), ("lead",)]
        )
    ]
    way += [random.choices(["won", "lost", "rejected"], [6, 4, 1])[0] if len(way) == 3 else "lost"]
    moves, at = [], opened
    for stage in way:
        moves += [(stage, at)] if at < NOW else []
        at += timedelta(days=random.randint(3, 25), hours=random.randint(0, 8))
    stage, since = moves[-1]
    owner, ended = random.choice(["nora", "kim"]), stage in ("won", "lost", "rejected")
    fields = {
        "Company": random.choice(CLIENTS),
        "Value": f"{random.randint(6, 60)},000 EUR" if len(moves) > 1 else "",
        "Source": random.choice(SOURCES),
        "Expected close": "" if ended else str(date.fromordinal(NOW.toordinal() + random.randint(-3, 80))),
        "Next step": "" if ended else f"{NOW.date() + timedelta(days=random.randint(-1, 9))}: {random.choice(TO_DO)}",
        "Reason": random.choice(["price", "timing", "no answer"]) if ended and stage != "won" else "",
    }
    return {
        "title": f"{fields['Company']}: {random.choice(WORK)}",
        "body": "\n".join(f"### {heading}\n\n{text}\n" for heading, text in fields.items() if text),
        "author": "nora",
        "created_at": text(opened),
        "labels": [f"stage:{stage}"],
        "assignees": [owner],
        "state": "CLOSED" if ended else "OPEN",
        "state_reason": {"won": "COMPLETED"}.get(stage, "NOT_PLANNED") if ended else None,
        "closed_at": text(since) if ended else None,
        "events": list(events(moves)),
        "comments": [],
    }


def events(moves: list[tuple[str, datetime]]) -> Any:
    """Put the labels on and off again."""
    yield {"kind": "labeled", "by": "ann", "at": text(moves[0][1]), "label": f"stage:{moves[0][0]}"}
    for (before, _), (after, at) in pairwise(moves):
        yield {"kind": "labeled", "by": "nora", "at": text(at), "label": f"stage:{after}"}
        yield {"kind": "unlabeled", "by": BOT, "at": text(at), "label": f"stage:{before}"}


def text(at: datetime) -> str:
    """Write a moment as GitHub does."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    sys.exit(main())
