"""Names of companies and people: in which spellings they are the same name.

Knows legal forms, and how letters with marks are written where a keyboard has none: `Müller` is `Muller` to some and
`Mueller` to others, while `Bauer` is never `Baur`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_PLAIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŋ": "n"}  # noqa: RUF001
_WRITTEN_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_PLAIN_TABLE, _WRITTEN_TABLE = str.maketrans(_PLAIN), str.maketrans(_WRITTEN_OUT)
_APOSTROPHES = re.compile("['\u2018\u2019`\u00b4]")
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w\b)")
_AND = frozenset({"and", "und"})
_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "ing", "dipl", "mag"})

_ALSO_IN_WORDS = """
    aktiengesellschaft bv coltd ead eg egbr eireli ek eka ekfm ekfr eood gbr gemgmbh
    gesellschaftmitbeschrankterhaftung gesellschaftmitbeschraenkterhaftung gesmbh ggmbh gug
    haftungsbeschrankt haftungsbeschraenkt ivs kk
    kommanditgesellschaft ltee mbh ohg partg partgmbb privatelimited proprietary pty pvt pvtltd sarl sas sau se sl slu
    spol spzoo srls stiftung uab ug ulc
    """
_NO_FORMS_IN_WORDS = """
    aat ad ae at ba bl bt ca coop cpt da dat dd ec ee ei ent ep et etat eu fa fcp fie gp gs ij ik is koop nl ok pc pp
    private ps pse psu pt qk rt sc sd sem sep ses sf sp ss teo tov ud uk unlimited vat xk xt
    """
_ALSO = frozenset(_ALSO_IN_WORDS.split())
_NO_FORMS = frozenset(_NO_FORMS_IN_WORDS.split())
"""What a list calls a legal form, and what is as often a country or a word: `Acme UK`, `Hotel Private`."""
_ANYWHERE = frozenset({"doo", "gesmbh", "ggmbh", "gmbh", "inc", "kgaa", "llc", "ltd", "oyj", "sarl", "srl", "sro"})
"""Forms that are nothing else, so that a place may stand behind them: `Acme GmbH Berlin`."""
_PASSED_OVER = _AND | _ANYWHERE
_IN_FRONT = frozenset(
    {"oao", "ooo", "pt", "sia", "uab", "zao", "\u043e\u0430\u043e", "\u043e\u043e\u043e", "\u043f\u0430\u043e"}
)
_EAST_ASIAN = re.compile("\u682a\u5f0f\u4f1a\u793e|\u6709\u9650\u4f1a\u793e|\u5408\u540c\u4f1a\u793e|\\(\u682a\\)"
                         "|(?:\u80a1\u4efd)?\u6709\u9650\u516c\u53f8")  # fmt: skip
_MOST_WORDS = 6
"""Words that a legal form may have: `S. de R.L. de C.V.`"""
_SHORTEST, _SHORTEST_FORM = 2, 3
"""Letters of a name below which sameness says nothing; a name that is a legal form too needs more."""


def folded(text: str) -> tuple[str, ...]:
    """Write a text in lowercase without marks, and once more with umlauts written out where it has any."""
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    plain = _bare(small.translate(_PLAIN_TABLE))
    return (plain,) if plain.isascii() and small.isascii() else tuple(dict.fromkeys((plain, _written_out(small))))


def undotted(text: str) -> str:
    """Join what dots and apostrophes part: `a.b.c.` is `abc.`."""
    return _INNER_DOT.sub("", _APOSTROPHES.sub("", text))


def of_company(name: str) -> frozenset[str]:
    """List the spellings of a company's name without its legal form: `Acme GmbH & Co. KG` is `acme`."""
    plain = _EAST_ASIAN.sub(" ", unicodedata.normalize("NFKC", name))
    found = ("".join(_without_form(_words(spelled))) for spelled in folded(plain))
    return frozenset(each for each in found if len(each) >= (_SHORTEST_FORM if each in _forms() else _SHORTEST))


def of_person(name: str) -> frozenset[str]:
    """List the spellings of a person's name, if it is more than one word: there are many Peters."""
    found = (sorted(set(_words(spelled)) - _TITLES) for spelled in folded(name))
    return frozenset(" ".join(words) for words in found if len(words) > 1)


def _bare(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _written_out(small: str) -> str:
    return _bare(small.translate(_WRITTEN_TABLE).translate(_PLAIN_TABLE))


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\W_]+", undotted(text)) if word]


def _without_form(words: list[str]) -> list[str]:
    kept = [word for word in words if word not in _AND] or words
    if len(kept) > 1 and kept[0] in _IN_FRONT:
        kept = kept[1:]
    while (count := _form_at_end(kept)) > 0:
        kept = kept[:-count]
    return kept[:1] + [word for word in kept[1:] if word not in _ANYWHERE]


def _form_at_end(words: list[str]) -> int:
    """Count the words of the legal form that a name ends with; a name is never all form."""
    sizes = range(min(_MOST_WORDS, len(words) - 1), 0, -1)
    return next((size for size in sizes if "".join(words[-size:]) in _forms()), 0)


@cache
def _forms() -> frozenset[str]:
    from salesbot.core.leads.data import legal_forms

    listed = ("".join(_words(spelled)) for line in legal_forms.TEXT.splitlines() for spelled in folded(line))
    return frozenset((*listed, *_ALSO)) - _NO_FORMS - _AND - {""}


@lru_cache(maxsize=2000)
def compact(text: str) -> str:
    """Write all spellings of a text without anything between its letters, to look names up in it quickly."""
    kept = ((word for word in _words(spelled) if word not in _PASSED_OVER) for spelled in folded(text))
    return "|".join("".join(words) for words in kept)
