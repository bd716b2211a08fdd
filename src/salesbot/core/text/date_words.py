"""Words of dates: the English and German ones, each under one spelling that the forms know.

To add a language, add its words here. Knows no clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from salesbot.core.text import markdown
from salesbot.core.text.suggestions import misspelled

LONGEST = 80
"""Characters of a date; a longer text is none."""

# Not from `calendar`, which uses the language of the machine.
_MONTH_LIST = "January February March April May June July August September October November December"
_WEEKDAY_LIST = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_COUNT_LIST = "one two three four five six seven eight nine ten"
MONTH_NAMES = tuple(_MONTH_LIST.split())
WEEKDAY_NAMES = tuple(_WEEKDAY_LIST.split())
MONTHS = tuple(name[:3].lower() for name in MONTH_NAMES)
WEEKDAYS = tuple(name[:3].lower() for name in WEEKDAY_NAMES)
COUNTS: Mapping[str, int] = MappingProxyType(
    {"a": 1, "an": 1} | {word: count for count, word in enumerate(_COUNT_LIST.split(), 1)}
)

_OTHER_SPELLINGS = """
jan = jänner januar
feb = februar
mar = märz maerz mär mrz
may = mai
jun = juni
jul = juli
sep = sept
oct = oktober okt
dec = dezember dez
mon = montag
tue = dienstag tues
wed = mittwoch
thu = donnerstag thur thurs
fri = freitag
sat = samstag sonnabend
sun = sonntag
today = heute eod eob cob
tomorrow = morgen
day after tomorrow = übermorgen uebermorgen overmorrow
yesterday = gestern
days = tag tage tagen
weeks = wochen
months = monate monaten
years = jahre jahren
week = woche wk kw cw kalenderwoche
month = monat monats
quarter = quartal quartals
year = jahr jahres
next = nächste nächsten nächster nächstes nächstem naechste naechsten naechster naechstes kommende kommenden coming
this = diese diesen dieser dieses diesem current
end = ende
start = anfang beginning begin
mid = mitte middle
end of week = eow
end of month = eom monatsende
end of quarter = eoq quartalsende
end of year = eoy jahresende
until = bis till til
on = am
in = im within binnen innerhalb
from = ab
the = zum des der den dem
a = ein eine einem einer einen
two = zwei
three = drei
four = vier
"""
_ONE_SPELLING: Mapping[str, str] = MappingProxyType(
    {name.lower(): name[:3].lower() for name in (*MONTH_NAMES, *WEEKDAY_NAMES)}
    | {
        other: known
        for known, others in (line.split(" = ") for line in _OTHER_SPELLINGS.strip().splitlines())
        for other in others.split()
    }
)
_WORD = re.compile(r"[^\W\d_]+")
_NO_LAST_POINT = re.compile(r"\d{1,2}\.\d{1,2}", re.ASCII)
_GUESSED = ("today", "tomorrow", *(name.lower() for name in (*WEEKDAY_NAMES, *MONTH_NAMES)))


def ascii_digits(text: str) -> str:
    """Write digits of other scripts and full-width signs as the ones on an English keyboard."""
    return text if text.isascii() else "".join(map(_plain_sign, text))


def _plain_sign(sign: str) -> str:
    digit = unicodedata.decimal(sign, None)
    if digit is not None:
        return str(digit)
    return chr(ord(sign) - 0xFEE0) if "\uff01" <= sign <= "\uff5e" else sign


def one_spelling(text: str) -> str:
    """Write the text of a date in lowercase and with the words that the forms know."""
    line = ascii_digits(markdown.one_line(text)).lower().rstrip(",;:")
    return _WORD.sub(lambda word: _ONE_SPELLING.get(word[0], word[0]), line)


def corrected(text: str) -> str | None:
    """Correct misspelled names of months and weekdays, and `12.4` without its last point; None if nothing is wrong."""
    words = markdown.one_line(text[: 2 * LONGEST]).split()
    right = [_corrected(word) for word in words]
    return " ".join(right) if right != words else None


def _corrected(word: str) -> str:
    if _NO_LAST_POINT.fullmatch(word):
        return f"{word}."
    bare = word.lower().rstrip(".,;:")
    known = bare in _ONE_SPELLING or bare in _GUESSED or not bare.isalpha()
    return word if known else misspelled(bare, _GUESSED) or word
