"""Markup: a body as GitHub would show it, in HTML that is safe to put into a page.

Knows Markdown, tables, task lists, and the few HTML tags that issues may use. Everything else is dropped.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from html.parser import HTMLParser

from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "del", "details", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "input", "kbd",
    "li", "ol", "p", "pre", "s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {"title", "start", "open", "align", "type", "checked", "disabled"}
VOID = {"br", "hr", "input"}
SILENT = {"script", "style", "iframe", "textarea"}


class _Sieve(HTMLParser):
    """Keeps what is allowed; the text of what is not stays, except of scripts and the like."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag in TAGS and not self.silent:
            kept = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs if _allowed(name, value))
            self.kept.append(f"<{tag}{kept}>")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT and self.silent > 0
        if tag in TAGS - VOID and not self.silent:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.kept.append(escape(data))


def html(text: str) -> str:
    """Render Markdown as safe HTML; comments in it disappear, task boxes become checkboxes."""
    sieve = _Sieve()
    sieve.feed(_boxes(_markdown().render(text)))
    sieve.close()
    return "".join(sieve.kept)


def plain_text(text: str) -> str:
    """Render Markdown as plain text."""
    return re.sub(r"<[^>]+>", "", html(text)).strip()


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])


def _boxes(rendered: str) -> str:
    box = '<li>\\1<input type="checkbox" disabled>'
    ticked = re.sub(r"<li>(\s*<p>)?\[[xX]\]", box.replace("disabled", "disabled checked"), rendered)
    return re.sub(r"<li>(\s*<p>)?\[ \]", box, ticked)


def _allowed(name: str, value: str | None) -> bool:
    if name == "href":
        return bool(re.match(r"(https?:|mailto:|#|/)", value or ""))
    return name in ATTRIBUTES
