"""The report as people see it: Mermaid itself draws the charts of the issue, Chromium opens the page."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import pytest

from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.report.compute import Report
from salesbot.core.report.view_report import report_values
from salesbot.tasks import report_files
from tests.core.report.made import a_report
from tests.core.report.test_agreement import a_lead
from tests.core.report.test_uncountable import a_report as small_report

HERE = Path(__file__).parent
FENCE = re.compile(r"```mermaid\n(.*?)```", re.S)


def look(what: str, *files: Path) -> Any:
    """Ask the browser."""
    line = ["node", str(HERE / "look.cjs"), what, *map(str, files)]
    asked = subprocess.run(line, capture_output=True, text=True, timeout=300)
    assert asked.returncode == 0, asked.stderr
    return json.loads(asked.stdout)


@pytest.fixture(scope="module")
def report() -> Report:
    return a_report(Random(5), 150)


def test_mermaid_draws_the_charts_of_the_issue(report: Report, tmp_path: Path) -> None:
    text = TemplateRenderer()("report.md.j2", report_values(report))
    files = [tmp_path / f"{number}.mmd" for number in range(3)]
    for file, source in zip(files, FENCE.findall(text), strict=True):
        file.write_text(source, encoding="utf-8")
    drawn = look("charts", *files)
    assert [chart["type"] for chart in drawn] == ["xychart"] * 3
    assert [chart["bars"] for chart in drawn] == [8, 12, 5]
    assert [title for title in ("Open (light) and weighted (dark), by stage", "Won by month", "Deals that reached each")
            if title not in drawn[0]["text"] + drawn[1]["text"] + drawn[2]["text"]] == []  # fmt: skip


def test_the_bars_of_the_issue_begin_at_zero(report: Report, tmp_path: Path) -> None:
    text = TemplateRenderer()("report.md.j2", report_values(report))
    (tmp_path / "funnel.mmd").write_text(FENCE.findall(text)[-1], encoding="utf-8")
    (drawn,) = look("charts", tmp_path / "funnel.mmd")
    reached = [step.reached for step in report.funnel]
    longest = max(drawn["sizes"])
    assert drawn["sizes"] == pytest.approx([each / reached[0] * longest for each in reached], rel=0.05)


@pytest.fixture(scope="module")
def seen(report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(report_files.page(report), encoding="utf-8")
    found: dict[str, Any] = look("page", file)
    return found


def test_the_page_opens_without_an_error_and_fetches_nothing(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []
    assert [url for url in seen["requests"] if not url.startswith("file:")] == []
    assert len(seen["requests"]) == 2, "the page itself, opened twice"


def test_the_charts_are_drawn(seen: dict[str, Any]) -> None:
    assert (seen["charts"], len(seen["bars"]), seen["slices"]) == (3, 20, 5)
    assert sum(size > 2 for size in seen["bars"]) > 8
    assert seen["wide"][0] == seen["wide"][1], "what was won by month takes the full width"


def test_the_table_sorts_by_amount_up_and_down_those_without_last_or_first(seen: dict[str, Any]) -> None:
    amounts = [float(text) for text in seen["up"] if text]
    assert len(amounts) > 20, "many deals have an amount that counts"
    assert amounts == sorted(amounts)
    assert [text for text in seen["up"][len(amounts) :] if text] == []
    assert [float(text) for text in seen["down"] if text] == sorted(amounts, reverse=True)


def test_the_table_is_searched(seen: dict[str, Any]) -> None:
    assert seen["clients"]
    assert set(seen["clients"]) == {"Initech"}


def test_it_follows_the_dark_and_the_light_and_fits_a_phone(seen: dict[str, Any]) -> None:
    assert (seen["light"], seen["dark"]) == ("rgb(255, 255, 255)", "rgb(13, 17, 23)")
    assert seen["wider"] <= 0
    assert seen["pdf"] > 10_000


def test_on_a_phone_the_value_is_beside_the_client(seen: dict[str, Any]) -> None:
    assert len(seen["beside"]) > 20
    assert all(seen["beside"])
    assert all(seen["names"])


def test_what_scrolls_is_reached_by_the_keyboard_and_has_a_name(seen: dict[str, Any]) -> None:
    assert seen["scrolled"]
    assert all(each == [0, "region", True] for each in seen["scrolled"])


def test_nothing_on_the_page_keeps_anybody_out(tmp_path: Path) -> None:
    long = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER MEM} \N{ROCKET} " + "W" * 190
    huge = [a_lead(f"99999999999.99 {code}") for code in ("EUR", "USD", "GBP", "JPY")]
    pages = {
        "many": a_report(Random(5), 40),
        "empty": small_report(),
        "one": small_report(a_lead("12000 EUR")),
        "odd": small_report(*huge, *(each | {"title": f"{long}: app", "body": ""} for each in huge)),
    }
    files = [tmp_path / f"{name}.html" for name in pages]
    for file, made in zip(files, pages.values(), strict=True):
        file.write_text(report_files.page(made), encoding="utf-8")
    assert look("axe", *files) == []
