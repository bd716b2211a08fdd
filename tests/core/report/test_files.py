"""The files of a report: the page, the table of deals, the numbers; and what may be written where."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import pytest

from salesbot.adapters.templates import chat
from salesbot.core.report import as_csv
from salesbot.core.report.compute import Report
from salesbot.core.report.view_board import chat_values
from salesbot.tasks import report_files
from salesbot.tasks.report_files import Files
from tests.core.report.made import a_report

EVIL = "<img src=x onerror=alert(1)>Ü: =HYPERLINK(1)"


@pytest.fixture(scope="module")
def report() -> Report:
    return a_report(Random(3), 60, title=EVIL, company="")


class Page(HTMLParser):
    """What a page would fetch, run and point to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if tag == "a" and name == "href":
                self.links.append(value or "")
            elif name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.fetched.append(value or "")
            assert not name.startswith("on"), (tag, name)


def test_the_page_fetches_nothing_and_points_to_the_deals_only(report: Report) -> None:
    page = Page(report_files.page(report))
    assert page.fetched == ["data:,"]
    assert page.links
    assert all(link.startswith(("https://github.com/acme/sales/issues/", "#")) for link in page.links)
    assert page.tags.count("figure") == 3
    assert page.tags.count("main") == 1
    assert page.tags.count("script") == 1


def test_what_a_stranger_wrote_is_text_on_the_page(report: Report) -> None:
    text = report_files.page(report)
    assert "<img" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;Ü" in text


def test_the_page_holds_two_thousand_deals_and_says_how_many_more_there_are() -> None:
    text = report_files.page(a_report(Random(1), 2400))
    assert Page(text).tags.count("tr") > 2000
    assert re.search(r"These are 2,000 deals, the open ones first. And \d+ more", text)


def test_a_spreadsheet_computes_nothing_a_stranger_wrote() -> None:
    made = a_report(Random(3), 60, title="=1+1", company="")
    rows = list(csv.DictReader(io.StringIO(as_csv.text(made))))
    assert len(rows) == len(made.deals)
    assert {row["title"] for row in rows} == {"'=1+1"}


@pytest.mark.parametrize(
    ("private", "publish", "written"),
    [
        pytest.param(True, False, True, id="a private repository: its files are its own"),
        pytest.param(False, False, False, id="a public one: nothing is written"),
        pytest.param(False, True, True, id="a public one that wants it: publish"),
    ],
)
def test_who_may_have_files(report: Report, tmp_path: Path, private: bool, publish: bool, written: bool) -> None:
    said = Files.all_in(str(tmp_path / "report"), publish=publish).save(report, private)
    found = {path.name for path in tmp_path.rglob("*.*")}
    assert found == ({"report.html", "deals.csv", "clients.csv", "report.json", "deals.ics"} if written else set())
    assert any("publish" in line for line in said) is not written


def test_without_a_folder_nothing_is_written_and_nothing_said(report: Report) -> None:
    assert list(Files.all_in("", publish=False).save(report, False)) == []


def test_a_chat_reads_words_and_no_commands_in_what_a_stranger_wrote(report: Report) -> None:
    values = chat_values(report.board, report.scope, "https://github.com/acme/sales/issues/9")
    text = chat("notify.txt.j2", values)
    assert text.startswith("*Pipeline report 2026-W48* <https://github.com/acme/sales/issues/9|on GitHub>")
    assert "&lt;img src=x" in text
    links = re.findall(r"<([^>]*)>", text)
    assert all(link.startswith("https://github.com/acme/sales/issues/") for link in links)
