"""Characters nobody sees, and spaces of every width: pasted text, phones and mail programs bring them along.

Knows Unicode: which characters have no width, which are spaces, which join what they stand between. Knows no language.
"""

from __future__ import annotations

import re

# Spaces of every width (category Zs), the separators of lines and paragraphs, and letters that are drawn as nothing.
_BLANK = "\x0b\x0c\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000\u3164\uffa0"
# Category Cf, default-ignorable code points, controls, lone surrogates; what means something inside a word is below.
_UNSEEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
# Joiners make emoji and Persian words what they are, selectors choose how the character before them looks, and some
# signs span the digits behind them. Next to ASCII they only hide something.
_JOINERS = "\u200c\u200d"
_SELECTORS = "\u034f\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SIGNS = "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"
_STRAY = (
    re.compile(f"(?<![^\x00-\x7f])[{_JOINERS}{_SELECTORS}]++(?!\u20e3)"),  # a digit in a box is an emoji
    re.compile(f"[{_JOINERS}]++(?![^\x00-\x7f])"),
    re.compile(f"[{_SIGNS}][{_SIGNS}{_JOINERS}{_SELECTORS}]*+(?![^\x00-\x7f])"),
)
_ANY_BLANK = re.compile(f"[{_BLANK}]")
_ANY_UNSEEN = re.compile(f"[{_UNSEEN}]")
_INDENTATION = re.compile(rf"(?:\A|(?<=[\r\n]))[ \t{_BLANK}{_JOINERS}{_SELECTORS}{_SIGNS}]*[{_BLANK}][ \t{_BLANK}]*")
_UNCOUNTED = re.compile(r"[^ \t]")


def visible(text: str) -> str:
    """Drop what nobody can see; write spaces of every width as one kind. Lines stay lines."""
    if _is_plain(text):
        return text
    text = _ANY_BLANK.sub(" ", _ANY_UNSEEN.sub("", text))
    for stray in _STRAY:
        text = stray.sub("", text)
    return text


def typed(text: str) -> str:
    """Read text as it would be typed: `visible`, and without indentation that Markdown does not count as such."""
    if _is_plain(text):
        return text
    return visible(_INDENTATION.sub(_as_markdown_counts, _ANY_UNSEEN.sub("", text)))


def _is_plain(text: str) -> bool:
    """Whether a text is as it would be typed, at a glance: most are, and looking for each of the above takes time."""
    return text.isascii() and text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable()


def _as_markdown_counts(indentation: re.Match[str]) -> str:
    return _UNCOUNTED.sub("", indentation[0])
