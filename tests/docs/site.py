"""The site made of README.md and docs/*.md: built offline, and looked through for links that lead nowhere.

    python -m tests.docs.site     build it in build/docs/site, and check it; `make docs` installs what it takes

The pages are the repository's own. Links are set to where a page or file stands on the site; other files that pages
point to go along under files/. A page of NAV that is not written yet is left out; one that NAV does not know is added.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

TOP = Path(__file__).parents[2]
BUILD = TOP / "build" / "docs"
PAGES, SITE = BUILD / "pages", BUILD / "site"
TOOLS = TOP / ".ci" / "docs"
SCRIPTS = {
    "mermaid.tiny.js": TOOLS / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js",
    "iframe-worker.js": TOOLS / "node_modules" / "iframe-worker" / "shim" / "index.js",
}
"""Scripts of the site that its builder does not bring along, by the names in zensical.toml."""

DECISIONS = sorted(file for file in TOP.glob("docs/decisions/*.md") if file.name != "README.md")
NAV = {
    "Start": ["README.md", "docs/README.md"],
    "Sell": [
        "docs/tracking.md",
        "docs/commands.md",
        "docs/activities.md",
        "docs/finding.md",
        "docs/clients.md",
        "docs/report.md",
        "docs/glossary.md",
    ],
    "Install": [
        "docs/start.md",
        "docs/migrating.md",
        "docs/configuration.md",
        "docs/templates.md",
        "docs/release.md",
    ],
    "Connect": ["docs/intake.md", "docs/board.md", "docs/chat.md", "docs/streak.md", "docs/server.md"],
    "Run": [
        "docs/troubleshooting.md",
        "docs/action.md",
        "docs/limits.md",
        "docs/untried.md",
        "docs/security.md",
        "docs/performance.md",
    ],
    "Extend": ["docs/extend.md", "docs/design.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"],
    "Decisions": ["docs/decisions/README.md", *(f"docs/decisions/{file.name}" for file in DECISIONS)],
}
"""The pages, by heading, as files of the repository."""

INDEXES = {"README.md": "index.md", "docs/README.md": "contents.md"}
"""Pages that GitHub shows for a folder, and what they are called on the site."""

_LINK = re.compile(r"""(\]\(|\bsrc="|\bhref=")([^)\s"#{}]+)""")


def main() -> int:
    """Build and check. Returns 1 if the builder or a link is not content."""
    shutil.rmtree(BUILD, ignore_errors=True)
    PAGES.mkdir(parents=True)
    for page in pages():
        stage(page)
    for name, script in SCRIPTS.items():
        shutil.copy(script, PAGES / name)
    config = (TOOLS / "zensical.toml").read_text(encoding="utf-8")
    (BUILD / "zensical.toml").write_text(config.replace("nav = []", f"nav = {navigation()}"), encoding="utf-8")
    builder = Path(sys.executable).with_name("zensical")
    built = subprocess.run([builder, "build", "--strict", "--clean"], cwd=BUILD, check=False)
    found = [*problems(), *search_problems()] if built.returncode == 0 else []
    for problem in found:
        print(problem)
    if built.returncode or found:
        return 1
    print(f"{len(pages())} pages in {SITE.relative_to(TOP)}: links are right, search finds each, nothing is fetched.")
    return 0


def pages() -> list[str]:
    """List the pages that are written, those that NAV does not know last."""
    known = [page for group in NAV.values() for page in group if (TOP / page).is_file()]
    return known + [page for file in sorted(TOP.glob("docs/*.md")) if (page := f"docs/{file.name}") not in known]


def navigation() -> str:
    """Write the list of pages in TOML."""
    written = pages()
    groups = {title: [page for page in group if page in written] for title, group in NAV.items()}
    listed = {page for group in groups.values() for page in group}
    groups["More"] = [page for page in written if page not in listed]
    entries = {title: [_entry(page) for page in group] for title, group in groups.items() if group}
    tables = (f"{{ {json.dumps(title)} = [{', '.join(each)}] }}" for title, each in entries.items())
    return f"[{', '.join(tables)}]"


def _entry(page: str) -> str:
    return '{ Overview = "index.md" }' if page == "README.md" else json.dumps(place(page))


def place(file: str) -> str:
    """Say where a file of the repository stands on the site."""
    if file in INDEXES:
        return INDEXES[file]
    if file.startswith("docs/"):
        return file.removeprefix("docs/")
    if "/" not in file and file.endswith(".md"):
        return f"project/{file.lower()}"
    return f"files/{file.lstrip('.')}"


def stage(page: str) -> None:
    """Put a page where it stands on the site, with the files it points to."""
    here = place(page)

    def moved(link: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join(posixpath.dirname(page), link[2]))
        if "://" in link[2] or not (TOP / file).is_file():
            return link[0]
        if file not in pages():
            _copy(file)
        return link[1] + posixpath.relpath(place(file), posixpath.dirname(here) or ".")

    target = PAGES / here
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(_LINK.sub(moved, (TOP / page).read_text(encoding="utf-8")), encoding="utf-8")


def _copy(file: str) -> None:
    target = PAGES / place(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(TOP / file, target)


# Looking through what was built


class _Page(HTMLParser):
    """What a built page names, points to, and loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.names |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif "src" in given or (tag == "link" and given.get("rel") not in ("prev", "next", "canonical")):
            self.loads.append(given.get("src") or given.get("href", ""))


def problems() -> Iterator[str]:
    """List links that lead nowhere, and what a page would fetch from elsewhere."""
    built = {file: _Page(file.read_text(encoding="utf-8")) for file in sorted(SITE.rglob("*.html"))}
    for file, page in built.items():
        name = file.relative_to(SITE)
        if name.name == "404.html":
            continue
        for link in page.loads:
            if urlsplit(link).netloc:
                yield f"{name}: fetches {link}"
        for link in (*page.links, *page.loads):
            if not urlsplit(link).scheme and not urlsplit(link).netloc and not _leads(link, file, built):
                yield f"{name}: {link} leads nowhere"


def search_problems() -> Iterator[str]:
    """List pages that the search does not find. Its index is a script, which works where a page is opened as a file."""
    index = SITE / "search.js"
    if not index.is_file():
        yield "search.js is missing: the search needs a server"
        return
    written = json.loads(index.read_text(encoding="utf-8").partition("=")[2].rstrip("; \n"))
    found = {entry["location"] for entry in written["items"]}
    for page in pages():
        if place(page).removesuffix(".md").replace("README", "index") + ".html" not in found:
            yield f"the search does not find {page}"


def _leads(link: str, file: Path, built: dict[Path, _Page]) -> bool:
    parts = urlsplit(link)
    target = Path(posixpath.normpath(file.parent / unquote(parts.path))) if parts.path else file
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    return not parts.fragment or target not in built or unquote(parts.fragment) in built[target].names


if __name__ == "__main__":
    sys.exit(main())
