"""What many responses at once cost: run after run, an hour apart on the sandbox's clock, until each is a lead.

    python -m benchmarks.intake [--responses 1000]

GitHub's limits are on (80 comments and edits a minute, 500 an hour, 1,000 requests), and time moves by what the program
waits for and a second for each write.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from github_sandbox import Run, Sandbox
from github_sandbox.typeform import Typeform
from salesbot.adapters import typeform as adapter
from tests.e2e import forms as web
from tests.e2e.play import Door, Play

MONDAY = datetime(2026, 11, 23, 5, 23, tzinfo=UTC)
MOST_RUNS = 100


def polls(github: Sandbox, forms: web.Forms, count: int) -> Iterator[tuple[Run, float]]:
    """Poll every hour until nothing is written; give each run, and the seconds it took by the sandbox's clock."""
    for number in range(count):
        at = github.clock.now() - timedelta(hours=3) + timedelta(seconds=10 * number)
        said = {"lead_name": f"Jane {number}", "lead_email": f"jane@client{number}.example"}
        forms.typeform.send(web.FORM, {**web.JANE, **said, "company_ref": f"Client {number}"}, at=at)
    for _ in range(MOST_RUNS):
        begun = github.clock.now()
        run = forms.poll()
        yield run, (github.clock.now() - begun).total_seconds()
        if all(entry.kind == "query" for entry in run.requests):
            return
        github.clock.set(max(begun + timedelta(hours=1), github.clock.now()))


def main() -> int:
    """Print what each run did, and all of them together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--responses", type=int, default=1000)
    wanted = parser.parse_args().responses
    requests = asked = 0
    with Sandbox(at=MONDAY, step=1) as github, Typeform(github.clock) as typeform:
        door = Door(github, lambda seconds: _pass(github, seconds))
        forms = web.Forms(Play(github, door), typeform)
        with patch.object(adapter.Typeform, "request", web.door(forms, door.sleep)):
            for run, seconds in polls(github, forms, wanted):
                requests, asked = requests + len(run.requests), asked + len(typeform.log)
                leads = len(forms.leads())
                print(
                    f"exit {run.exit_code}, {seconds:.0f} s, {len(run.requests)} requests to GitHub, "
                    f"{len(typeform.log)} to Typeform, {leads:,} leads so far"
                )
        keys = [mark.key for issue in forms.leads() if (mark := web.mark(issue)) is not None]
    print(f"{len(keys):,} leads of {wanted:,} responses; {requests:,} requests to GitHub, {asked} to Typeform")
    return 0 if len(keys) == len(set(keys)) == wanted else 1


def _pass(github: Sandbox, seconds: float) -> None:
    github.advance(max(1.0, seconds))  # the clock counts whole seconds


if __name__ == "__main__":
    sys.exit(main())
