"""The site: every page is on it, and a link that leads nowhere or a thing fetched from elsewhere is found."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.docs import site


def test_every_page_is_on_the_site_once_under_its_heading() -> None:
    nav = tomllib.loads(f"nav = {site.navigation()}")["nav"]
    listed = [
        page if isinstance(page, str) else page["Overview"]
        for group in nav
        for pages in group.values()
        for page in pages
    ]
    assert sorted(listed) == sorted(map(site.place, site.pages()))
    assert {site.place(f"docs/{file.name}") for file in site.TOP.glob("docs/*.md")} < set(listed)


def test_a_page_that_is_not_written_yet_is_left_out_and_an_unknown_one_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/limits.md", "docs/news.md"):
        (tmp_path / name).write_text("# Page", encoding="utf-8")
    monkeypatch.setattr(site, "TOP", tmp_path)
    assert tomllib.loads(f"nav = {site.navigation()}")["nav"] == [
        {"Start": [{"Overview": "index.md"}]},
        {"Run": ["limits.md"]},
        {"More": ["news.md"]},
    ]


def test_links_are_set_to_where_things_stand_on_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "README.md": '[a](docs/a.md#part) <img src="docs/pictures/p.png">',
        "docs/a.md": "[home](../README.md) [how](../CONTRIBUTING.md) [file](../.github/x.yml) [out](https://x.org)",
        "docs/pictures/p.png": "",
        "CONTRIBUTING.md": "",
        ".github/x.yml": "x: 1",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(site, "TOP", tmp_path)
    monkeypatch.setattr(site, "PAGES", tmp_path / "built")
    for page in site.pages():
        site.stage(page)
    written = {file.name: file.read_text() for file in (tmp_path / "built").glob("*.md")}
    assert written["index.md"] == '[a](a.md#part) <img src="pictures/p.png">'
    assert (
        written["a.md"]
        == "[home](index.md) [how](project/contributing.md) [file](files/github/x.yml) [out](https://x.org)"
    )
    assert (tmp_path / "built/files/github/x.yml").read_text() == "x: 1"


def test_what_leads_nowhere_or_comes_from_elsewhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b/index.html").write_text('<h2 id="part">Part</h2>', encoding="utf-8")
    (tmp_path / "index.html").write_text(
        '<a href="b/#part">right</a> <a href="b/">right</a> <a href="https://x.org">right</a>'
        '<a href="c/">wrong</a> <a href="b/#none">wrong</a> <img src="gone.png"> <script src="https://x.org/y.js"></script>',
        encoding="utf-8",
    )
    monkeypatch.setattr(site, "SITE", tmp_path)
    assert sorted(site.problems()) == [
        "index.html: b/#none leads nowhere",
        "index.html: c/ leads nowhere",
        "index.html: fetches https://x.org/y.js",
        "index.html: gone.png leads nowhere",
    ]


def test_a_page_that_the_search_does_not_find_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "SITE", tmp_path)
    assert list(site.search_problems()) == ["search.js is missing: the search needs a server"]
    found = [site.place(page).removesuffix(".md").replace("README", "index") + ".html" for page in site.pages()]
    index = json.dumps({"items": [{"location": page} for page in found if page != "limits.html"]})
    (tmp_path / "search.js").write_text(f"var __index = {index}", encoding="utf-8")
    assert list(site.search_problems()) == ["the search does not find docs/limits.md"]
