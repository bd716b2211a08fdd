"""Feed hostile texts through event, sweep and report, in every field, title and comment: none may end or delay a run.

    python -m tests.hostile [--texts 10000] [--seed 1]

Deals are filled with texts, one for each field and comment, by an outsider and by somebody of us in turn. Ten deals
make one report. What fails names the deal, and is played again by the same seed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.commands.catalog import COMMANDS
from salesbot.core.model import headings
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import DealFacts
from salesbot.core.report import as_csv, as_json
from salesbot.core.report.compute import compute_report
from salesbot.core.report.reader import RawIssue, Reader
from salesbot.core.report.scope import choose_scope
from salesbot.core.report.view_report import report_values
from salesbot.tasks import report_files
from tests.world import ANN, EVE, KIM, NORA, World

HEADINGS = (*headings.BUILT_IN_FIELDS, *headings.KEPT_FIELDS, *headings.LEAD_FIELDS)
WORDS = sorted({command.word for command in COMMANDS.values()} | {"qualify", "won", "lost", "revisit"})
COMMENTS = 21
"""Of each deal, a third of them without a command."""
TEXTS_OF_A_DEAL = len(HEADINGS) + COMMENTS + 2
DEALS_OF_A_REPORT = 10
SLOW = 10
"""Seconds of processor time that no deal and no report may take."""
TEMPLATES = TemplateRenderer()
PLAIN, LONG = 400, 60_000
"""Characters of most random texts, and of the longest in the corpus."""
CORPUS = (
    "9" * 4_301,
    "0." + "9" * 4_301,
    "9" * 4_301 + " %",
    "1e999999",
    f"{'9' * 4_301} EUR",
    f"2027-03-{'9' * 4_301}",
    f"{'9' * 4_301} days",
    f"in {'9' * 4_301} months: x",
    "9999-12-31",
    "0000-00-00: x",
    "2027-W99-9",
    "\u0661\u0662" * 2_200,
    "\U0001d7d9" * 4_301,
    "\u00b2\u00b3%",
    "1\u2044" * 900,
    "a\x00b",
    "\x00",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u2066gnp.exe\u2069",
    "\u200b\ufeff",
    "x" * LONG,
    " " * LONG,
    "\r" * 9_000,
    "\u2028" * 9_000,
    "1" * LONG,
    ">" * 5_000,
    "- " * 5_000,
    "[" * 5_000,
    "<!--" * 5_000,
    "<div>" * 5_000,
    "`" * 9_000,
    "*_" * 9_000,
    "&#" * 9_000,
    "| " * 9_000,
    f"{'[' * 5_000}{'](x)' * 5_000}",
    "(" * 9_000,
    '"' * 9_000,
    "~~" * 9_000,
    f"{'a@' * 9_000}",
    f"{'1,' * 9_000}",
    f"{'12-' * 9_000}",
    f"{'/' * 9_000}",
    "/value " * 5_000,
    "### Value\n\n" * 3_000,
    "```\n### Value\n\n1",
    '<!-- salesbot:card {"v":1} -->',
    f'<!-- salesbot:card {{"v":1,"repo":1,"issue":7,"stage":"won","cursor":[{"9" * 4_301},""],"born":1}} -->',
    f"<!-- salesbot:card {'[' * 9_000} -->",
    f"<!-- salesbot:card {'{' * 9_000} -->",
    "&a [*a, *a, *a]",
    "!!python/object/apply:os.system [id]",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in range(9) %}",
    "@acme/everybody @ann @here #1 Fixes #1",
    "=cmd|' /C calc'!A0",
    "\x1b[31m::error::x",
    "NaN",
    "Infinity",
    "-Infinity EUR",
    "sNaN",
    "2027-03-01: x (" + "a" * 39 + ")",
)
ALPHABETS = (
    "0123456789.,-/ %'EURk\u0661\u00b2",
    "`*_[]<>&|~#\\@!:\"'()\n",
    "abc \n\r\t\u2028\x00\x1b\u200b\u202e",
    "### /value- [x]>\n",
)


def random_texts(seed: int) -> Iterator[str]:
    """Make up texts without end: from the corpus, of odd alphabets, of anything at all, repeated and put together."""
    chance = random.Random(seed)
    while True:
        text = "".join(_piece(chance) for _ in range(chance.randint(1, 3)))
        yield text[: chance.choice((40, PLAIN, PLAIN, 4_400 if chance.random() < 0.02 else PLAIN))]


def _piece(chance: random.Random) -> str:
    match chance.randrange(4):
        case 0:
            text = chance.choice(CORPUS)
            return text[chance.choice((0, 0, len(text) // 3)) :]
        case 1:
            return "".join(chance.choices(chance.choice(ALPHABETS), k=chance.randint(1, 40)))
        case 2:
            return "".join(chr(chance.randrange(0x110000 if chance.random() < 0.3 else 0x300)) for _ in range(8))
        case _:
            return "".join(chance.choices(chance.choice(ALPHABETS), k=3)) * chance.randint(1, 200)


def play(texts: Iterator[str], number: int) -> DealFacts:
    """Fill a deal with texts; have an event look at it three times, and a sweep a month later."""
    try:
        return _play(texts, number)
    except Exception as error:  # whatever a text brings about: it is raised again with the number of the deal
        error.add_note(f"This was deal {number}.")
        raise


def _play(texts: Iterator[str], number: int) -> DealFacts:
    begun, author = time.process_time(), (EVE, NORA)[number % 2]
    body = "\n\n".join(f"### {heading}\n\n{next(texts)}" for heading in HEADINGS)
    world = World(body=body, author=author, title=next(texts)[:250])
    world.label("stage:lead", KIM)
    world.run()
    for place in range(COMMENTS):
        word = WORDS[(number * COMMENTS + place) % len(WORDS)]
        world.comment(f"/{word} {next(texts)}" if place % 3 else next(texts), (KIM, EVE, ANN, NORA)[place % 4])
    world.run()
    world.write(f"{world.body}\n\n{next(texts)}", author)
    world.run()
    world.tick(timedelta(days=30).total_seconds())
    world.sweep()
    took = time.process_time() - begun
    assert took < SLOW, f"deal {number} took {took:.1f} s"
    facts = world.facts()
    return replace(facts, issue=replace(facts.issue, id=f"I{number}", number=number + 1))


def report(deals: list[DealFacts]) -> None:
    """Count the deals, and write the report in each of its forms."""
    begun = time.process_time()
    scope = choose_scope(
        "acme/sales", default_pipeline(), max(facts.read_at for facts in deals), url="https://x/acme/sales"
    )
    read = [Reader(facts.without_issue, scope).count(RawIssue(facts.issue)) for facts in deals]
    made = compute_report([found for found in read if found is not None], scope)
    values = report_values(made)
    for template in ("board.md.j2", "report.md.j2"):
        assert TEMPLATES(template, values)
    assert all((report_files.page(made), as_csv.text(made), as_json.values(made)))
    assert time.process_time() - begun < SLOW, "the report took too long"


def feed(most: int, seed: int) -> int:
    """Feed at least so many texts through event, sweep and report; gives how many it were."""
    texts, deals = random_texts(seed), range(-(-most // TEXTS_OF_A_DEAL))
    for first in deals[::DEALS_OF_A_REPORT]:
        report([play(texts, number) for number in islice(count(first), DEALS_OF_A_REPORT) if number in deals])
    return len(deals) * TEXTS_OF_A_DEAL


def main() -> int:
    """Feed texts, and say how many it were and how long it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("--texts", type=int, default=10_000, help="how many, at least (10,000)")
    parser.add_argument("--seed", type=int, default=1, help="which texts (1)")
    args = parser.parse_args()
    begun = time.process_time()
    fed = feed(args.texts, args.seed)
    took = time.process_time() - begun
    print(f"{fed:,} texts through event, sweep and report in {took:.1f} s of processor time: no run failed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
