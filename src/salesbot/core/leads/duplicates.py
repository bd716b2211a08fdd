"""Duplicates: other deals that may be the same one, and why. Named on the new deal's card, never merged by themselves.

The same mail address, the same company domain that is no mail host, the same name. Names are compared without case,
accents, punctuation and legal form.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from salesbot.core.leads.mail_hosts import company_domain
from salesbot.core.model import headings
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import fields

REASONS = SAME_EMAIL, SAME_DOMAIN, SAME_COMPANY, SAME_NAME = (
    "same email",
    "same company domain",
    "same company",
    "same name",
)
"""The strongest first."""
COMPARED = 1000
"""The newest issues, with which a new deal is compared: ten requests at most, once for each deal."""
MOST_NAMED = 5
"""Possible duplicates that a card names; whoever has more is a customer, and people know."""
NO_DEALS = frozenset({"not-a-deal", "report", "salesbot-problem"})

_LEGAL_FORMS_IN_WORDS = """
    ab ag aps as asa bv bvba co company corp corporation cv doo eg eirl eood ev gbr gesmbh ggmbh gmbh inc incorporated
    kft kg kgaa limited llc llp ltd ltda mbh nv oe ohg ood oy oyj partg plc pte pty sa sarl sas se sia sl spa spol
    sprl srl sro stiftung ug und
    """
_LEGAL_FORMS = frozenset(_LEGAL_FORMS_IN_WORDS.split())
_SHORTEST_NAME = 3
"""Letters of a company's name below which an equal name means nothing."""


@dataclass(frozen=True)
class PossibleDuplicate:
    """Another deal that may be the same one."""

    number: int
    why: str


def traits(deal_fields: Mapping[str, str]) -> dict[str, str]:
    """Gather what a deal can be recognised by, under why it matters; the strongest reason first."""
    mail = deal_fields.get(headings.EMAIL, "").strip().casefold()
    found = {
        SAME_EMAIL: mail if "@" in mail else "",
        SAME_DOMAIN: company_domain(mail),
        SAME_COMPANY: _company(deal_fields.get(headings.COMPANY, "")),
        SAME_NAME: _person(deal_fields.get(headings.CONTACT, "")),
    }
    return {why: value for why, value in found.items() if value}


def find(
    number: int, deal_fields: Mapping[str, str], other_issues: Iterable[IssueSummary], pipeline: Pipeline
) -> list[PossibleDuplicate]:
    """Find the deals that may be the same as this one, those with the strongest reasons first, then the newest."""
    mine = traits(deal_fields)
    found = [(_same(mine, other, pipeline), other.number) for other in other_issues if other.number != number]
    ranked = sorted((REASONS.index(whys[0]), -possible_duplicate, whys) for whys, possible_duplicate in found if whys)
    return [
        PossibleDuplicate(-possible_duplicate, ", ".join(whys)) for _, possible_duplicate, whys in ranked[:MOST_NAMED]
    ]


def _same(mine: Mapping[str, str], other: IssueSummary, pipeline: Pipeline) -> list[str]:
    """Say why another issue may be the same deal; nothing if it is no deal or nothing is the same."""
    if other.duplicate or other.labels & NO_DEALS or not _may_be(mine, other.body):
        return []
    theirs = traits(fields.read(other.body, pipeline.headings, pipeline.one_line))
    whys = [why for why, value in mine.items() if theirs.get(why) == value]
    # The same address says all that its domain says.
    return [why for why in whys if why != SAME_DOMAIN or SAME_EMAIL not in whys]


def _may_be(mine: Mapping[str, str], body: str) -> bool:
    """Look for the words first: taking a description apart costs a hundred times as much."""
    text = _folded(body)
    return any(all(word in text for word in _words(value)) for value in mine.values())


def _words(value: str) -> Iterator[str]:
    return (word for word in re.split(r"[^\w]+", _folded(value)) if word)


def _company(name: str) -> str:
    """A company's name without its legal form: `Acme GmbH & Co. KG` is `acme`."""
    words = list(_words(re.sub(r"(?<=\w)\.(?=\w\b)", "", name)))
    kept = [word for word in words if word not in _LEGAL_FORMS] or words
    joined = " ".join(kept)
    return joined if len(joined) >= _SHORTEST_NAME else ""


def _person(name: str) -> str:
    """A person's name, if it is more than one word: there are many Peters."""
    words = sorted(_words(name))
    return " ".join(words) if len(words) > 1 else ""


@lru_cache(maxsize=2 * COMPARED)
def _folded(text: str) -> str:
    """Small letters without accents; `ß` is `ss`. Of a hundred new leads each is compared with the same issues."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
