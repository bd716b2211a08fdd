"""Markup: a body as GitHub would show it, in HTML that is safe to put into a page.

markdown-it renders GitHub's Markdown (tables, task lists, alerts, links in plain text), and nh3 keeps of it, and of
HTML that people wrote, what an issue may show. Images are left out: the page fetches nothing from other sites.
"""

from __future__ import annotations

from functools import cache, lru_cache
from html import unescape

import nh3
from markdown_it import MarkdownIt

TAGS = {
    "a", "blockquote", "br", "code", "del", "details", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "input",
    "kbd", "li", "ol", "p", "pre", "s", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr",
    "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title"}, "details": {"open"}, "input": {"checked"}, "ol": {"start"},
    "td": {"style", "align"}, "th": {"style", "align"},
}  # fmt: skip
ALERTS = {"markdown-alert", *(f"markdown-alert-{kind}" for kind in ("note", "tip", "important", "warning", "caution"))}


def plain_text(text: str) -> str:
    """Render Markdown as plain text."""
    return unescape(nh3.clean(html(text), tags=set())).strip()


@lru_cache(maxsize=4096)
def html(text: str) -> str:
    """Render Markdown as safe HTML; comments in it disappear, task boxes become checkboxes."""
    return _cleaner().clean(_markdown().render(text))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("gfm-like2", {"breaks": True})


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        clean_content_tags={"script", "style", "iframe", "textarea"},
        attributes=ATTRIBUTES,
        # The columns of a table are aligned by style; whatever a person wrote there besides is dropped.
        filter_style_properties={"text-align"},
        allowed_classes={"div": ALERTS, "p": {"markdown-alert-title"}},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}},
        url_schemes={"http", "https", "mailto"},
    )
