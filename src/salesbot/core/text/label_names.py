"""Labels: when two names of labels are one to whoever reads them.

Knows how GitHub shows a name and what Unicode calls the same. Knows no label by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache

_NAMED = re.compile(r":([a-z0-9_+-]+):", re.IGNORECASE)
# Default_Ignorable_Code_Point, which nobody sees: joiners, variation selectors, marks of direction. The tags behind a
# black flag stay: they say whose flag it is.
_UNSEEN = re.compile(
    "(\U0001f3f4[\U000e0020-\U000e007f]+)|[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LETTERS = str.maketrans({"\u0131": "i", "\u2010": "-", "\u2011": "-"})
"""What looks like an ASCII letter and is not a form of it to Unicode: the Turkish i without a dot, hyphens."""
_DOTTED_I = re.compile("i\u0307+")
"""What becomes of the Turkish capital I with a dot."""


@lru_cache(maxsize=4096)
def label_key(name: str) -> str:
    """Give a name that is the same for all labels that look alike: `:trophy: Won` and the character, in any case.

    Two names look alike if they differ in case, in spaces, in the way Unicode writes a letter, or in what is invisible.
    """
    if not name.isascii() or ":" in name:
        name = _caseless(_NAMED.sub(_character, _caseless(name)))
    return " ".join(name.split()).casefold()


def column_key(name: str) -> str:
    """Give a name that is the same for all names of columns and fields of a board that mean the same.

    `Proposal sent` and `proposal-sent` are one, in any case.
    """
    return label_key(name.replace("-", " ").replace("_", " "))


def has_prefix(name: str, prefix: str) -> bool:
    """Say whether a label begins like the prefix to whoever reads it; an empty prefix is none."""
    return bool(prefix) and label_key(name).startswith(label_key(f"{prefix}x").removesuffix("x"))


def look_alikes(names: Iterable[str]) -> list[tuple[str, ...]]:
    """List the names of which two or more look alike, each group in its order."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        found[label_key(name)].append(name)
    return [tuple(group) for group in found.values() if len(group) > 1]


def _caseless(name: str) -> str:
    """Fold a name as Unicode does for a caseless match of identifiers (toNFKC_Casefold)."""
    seen = _UNSEEN.sub(r"\1", unicodedata.normalize("NFKC", name))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", seen).casefold())
    return unicodedata.normalize("NFC", _DOTTED_I.sub("i", folded.translate(_LETTERS)))


def _character(found: re.Match[str]) -> str:
    return _characters().get(found[1].casefold(), found[0])


@cache
def _characters() -> dict[str, str]:
    from salesbot.core.text.data import emoji_names

    words = emoji_names.TEXT.split()
    return dict(zip(words[::2], words[1::2], strict=True))
