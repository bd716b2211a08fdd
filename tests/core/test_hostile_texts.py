"""Texts made to break a program: whatever a stranger writes into any field or comment, no run fails or takes long."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.commands.catalog import COMMANDS
from salesbot.core.model import headings
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.report import as_csv, as_json
from salesbot.core.report.compute import compute_report
from salesbot.core.report.reader import RawIssue, Reader
from salesbot.core.report.scope import choose_scope
from salesbot.core.report.view_report import report_values
from salesbot.tasks import report_files
from tests.world import ANN, EVE, KIM, NORA, World

HEADINGS = (*headings.BUILT_IN_FIELDS, *headings.KEPT_FIELDS, *headings.LEAD_FIELDS)
WORDS = sorted({command.word for command in COMMANDS.values()} | {"qualify", "won", "lost", "revisit"})
LONG, MIXED = 60_000, 3_000
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
PIECES = st.one_of(
    st.sampled_from(CORPUS),
    st.text(max_size=40),
    st.text("0123456789.,-/ %'EURk\u0661\u00b2", max_size=30),
    st.builds(lambda piece, times: (piece * times)[:MIXED], st.text(min_size=1, max_size=4), st.integers(1, MIXED)),
)
TEXTS = st.builds("".join, st.lists(PIECES, min_size=1, max_size=2)).map(lambda text: text[:MIXED])
"""Shorter than those of the corpus, so that hundreds are played in the time of a few."""


@pytest.mark.parametrize("text", CORPUS, ids=[ascii(text[:24]) for text in CORPUS])
def test_no_field_ends_a_run(text: str) -> None:
    _play("\n\n".join(f"### {heading}\n\n{text[: LONG // 4]}" for heading in HEADINGS), [])


@pytest.mark.parametrize("text", CORPUS, ids=[ascii(text[:24]) for text in CORPUS])
def test_no_command_ends_a_run(text: str) -> None:
    _play("", [f"/{word} {text[:4_400]}" for word in WORDS])


@settings(max_examples=settings().max_examples // 2)
@given(
    st.dictionaries(st.sampled_from(HEADINGS), TEXTS, max_size=4),
    st.lists(st.tuples(st.sampled_from(("", *(f"/{word} " for word in WORDS))), TEXTS), max_size=3),
    TEXTS,
)
def test_no_text_ends_an_event_a_sweep_or_a_report(
    fields: dict[str, str], comments: list[tuple[str, str]], title: str
) -> None:
    body = "\n\n".join(f"### {heading}\n\n{text}" for heading, text in fields.items())
    _play(body, [f"{before}{text}" for before, text in comments], title[:250])


def _play(body: str, comments: list[str], title: str = "Acme: shop") -> None:
    """Open the deal by an outsider and by somebody of us; comment; sweep and report a month later."""
    begun = time.process_time()
    for author in (EVE, NORA):
        world = World(body=body, author=author, title=title)
        world.label("stage:lead", KIM)
        world.run()
        for number, text in enumerate(comments):
            world.comment(text, (KIM, EVE, ANN)[number % 3])
        world.run()
        for text in comments[:1]:
            world.write(f"{world.body}\n\n{text}", author)
            world.run()
        world.tick(timedelta(days=30).total_seconds())
        world.sweep()
        _report(world)
    assert time.process_time() - begun < 30, "it took too long"


def _report(world: World) -> None:
    scope = choose_scope("acme/sales", default_pipeline(), world.now, url="https://x/acme/sales")
    facts = world.facts()
    found = Reader(facts.without_issue, scope).count(RawIssue(facts.issue))
    made = compute_report([found] if found is not None else [], scope)
    values = report_values(made)
    for template in ("board.md.j2", "report.md.j2"):
        assert TemplateRenderer()(template, values)
    assert all((report_files.page(made), as_csv.text(made), as_json.values(made)))
