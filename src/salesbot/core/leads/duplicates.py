"""Sameness: what two deals have in common, whether they are of one client, and whether they may be one deal.

The same mail address, the same company domain that is not a mail host, the same name: each in whatever spelling.
Possible duplicates are named on the new deal's card, never merged by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from salesbot.core.leads import domains, names
from salesbot.core.leads.mail_hosts import company_domain, domain_of
from salesbot.core.model import headings
from salesbot.core.model.facts import IssueSummary
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text import fields

REASONS = SAME_EMAIL, SAME_DOMAIN, SAME_COMPANY, SAME_NAME, UNREADABLE = (
    "same email",
    "same company domain",
    "same company",
    "same name",
    "it could not be read",
)
"""The strongest first."""
COMPARED = 1000
"""The newest issues, with which a new deal is compared: ten requests at most, once for each deal."""
MOST_NAMED = 5
"""Possible duplicates that a card names; whoever has more is a customer, and people know."""
NO_DEALS = frozenset({"not-a-deal", "report", "salesbot-problem"})

_SEARCHED = 4
"""Letters from which on a name is looked for within words; a shorter one has to be a word."""
_WEBSITES = frozenset({"website", "web", "homepage", "url", "domain", "site"})
"""How teams call a field of their own that holds the address of a company."""
T = TypeVar("T")
Traits = Mapping[str, frozenset[str]]
"""What a deal can be recognised by, in all its spellings, under why it matters."""


@dataclass(frozen=True)
class PossibleDuplicate:
    """Another deal that may be the same one."""

    number: int
    why: str


def traits(deal_fields: Mapping[str, str]) -> Traits:
    """Gather what a deal can be recognised by; the strongest reason first."""
    name, host = domains.mailbox(deal_fields.get(headings.EMAIL, ""))
    found = {
        SAME_EMAIL: frozenset({f"{name}@{host}"} if name else ()),
        SAME_DOMAIN: _domains(deal_fields),
        SAME_COMPANY: names.of_company(deal_fields.get(headings.COMPANY, "")),
        SAME_NAME: names.of_person(deal_fields.get(headings.CONTACT, "")),
    }
    return {why: values for why, values in found.items() if values}


def _domains(said: Mapping[str, str]) -> frozenset[str]:
    """The company's domain, by its mail address or wherever else somebody wrote an address of the company."""
    sites = (text for heading, text in said.items() if heading == "Company" or is_website(heading))
    found = (company_domain(said.get("Email", "")), *map(domain_of, sites))
    return frozenset(found) - {""}


def is_website(heading: str) -> bool:
    """Say whether a field holds the address of a company."""
    return heading.casefold() in _WEBSITES


def find(
    number: int, deal_fields: Mapping[str, str], other_issues: Iterable[IssueSummary], pipeline: Pipeline
) -> list[PossibleDuplicate]:
    """Find the deals that may be the same as this one, those with the strongest reasons first, then the newest.

    A deal that has ended is of the same client, and not the same deal.
    """
    mine = traits(deal_fields)
    others = (other for other in other_issues if other.number != number and not _has_ended(other, pipeline))
    found = [(_same(mine, other, pipeline), other.number) for other in others]
    ranked = sorted((REASONS.index(whys[0]), -possible_duplicate, whys) for whys, possible_duplicate in found if whys)
    return [
        PossibleDuplicate(-possible_duplicate, ", ".join(whys)) for _, possible_duplicate, whys in ranked[:MOST_NAMED]
    ]


def joined(mine: Traits, theirs: Traits) -> str:
    """Say what makes two deals those of one client, e.g. `same company: acme`; nothing if nothing does.

    A person's name alone does not, nor a company's where each has a domain of its own.
    """
    two_domains = bool(mine.get(SAME_DOMAIN)) and bool(theirs.get(SAME_DOMAIN))
    for why in (SAME_EMAIL, SAME_DOMAIN, *(() if two_domains else (SAME_COMPANY,))):
        common = mine.get(why, frozenset()) & theirs.get(why, frozenset())
        if common:
            return f"{why}: {min(common)}"
    return ""


def groups(deals: Mapping[int, Traits]) -> list[list[int]]:
    """Put deals together by client, however many others are between them; by number.

    Mail addresses and domains go first. Then a company's name joins deals, unless that would join clients that have
    a domain each.
    """
    client = {number: number for number in deals}

    def find(number: int) -> int:
        while client[number] != number:
            client[number] = number = client[client[number]]
        return number

    def join(numbers: Iterable[int]) -> None:
        first, *others = map(find, numbers)
        client.update(dict.fromkeys(others, first))
        client[first] = first

    by_trait = _by_trait(deals)
    for (why, _), numbers in by_trait.items():
        if why in (SAME_EMAIL, SAME_DOMAIN) and len(numbers) > 1:
            join(numbers)
    with_domain = {find(number) for number, traits in deals.items() if SAME_DOMAIN in traits}
    for numbers in (numbers for (why, _), numbers in by_trait.items() if why == SAME_COMPANY and len(numbers) > 1):
        clients = {find(number) for number in numbers}
        known = clients & with_domain
        joined = clients if len(known) < 2 else clients - known
        if len(joined) > 1:
            join(sorted(joined))
        if known & joined:
            with_domain.add(find(numbers[0]))
    found: dict[int, list[int]] = {}
    for number in sorted(deals):
        found.setdefault(find(number), []).append(number)
    return list(found.values())


def _by_trait(deals: Mapping[int, Traits]) -> Mapping[tuple[str, str], list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for number in sorted(deals):
        for why, values in deals[number].items():
            for value in sorted(values) if len(values) > 1 else values:
                found.setdefault((why, value), []).append(number)
    return found


def still_joins(mine: Traits, what: str) -> bool:
    """Say whether a deal still has what joined it with another one."""
    why, _, value = what.partition(": ")
    return value in mine.get(why, frozenset())


def traits_of(other: IssueSummary, pipeline: Pipeline) -> Traits:
    """Gather what another issue can be recognised by; nothing if it is not a deal."""
    if other.duplicate or other.labels & NO_DEALS:
        return {}
    return traits(fields.read(other.body, pipeline.headings, pipeline.one_line))


def read_other(work: Callable[[], T]) -> T | None:
    """Read something of another issue; None if a bug of ours keeps it from being read.

    A deal must not fail over another one. Runs, sweeps and reports on that one name the bug with its traceback.
    """
    try:
        return work()
    except Exception:  # whatever it is: only who reads the other issue as their own subject can say more
        return None


def may_share(mine: Traits, other: IssueSummary) -> bool:
    """Say whether another issue may have anything in common with a deal; cheaper than to gather its traits."""
    return not (other.duplicate or other.labels & NO_DEALS) and _may_be(mine, other.body)


def _has_ended(other: IssueSummary, pipeline: Pipeline) -> bool:
    return any((stage := pipeline.stage_of_label(label)) and stage.outcome for label in other.labels)


def _same(mine: Traits, other: IssueSummary, pipeline: Pipeline) -> list[str]:
    """Say why another issue may be the same deal; nothing if it is not a deal or nothing is the same."""
    if not may_share(mine, other):
        return []
    theirs = read_other(partial(traits_of, other, pipeline))
    if theirs is None:
        return [UNREADABLE]
    whys = [why for why, values in mine.items() if values & theirs.get(why, frozenset())]
    # The same address says all that its domain says.
    return [why for why in whys if why != SAME_DOMAIN or SAME_EMAIL not in whys]


def _may_be(mine: Traits, body: str) -> bool:
    """Look for the words first: taking a description apart costs a hundred times as much."""
    return any(_may_say(why, value, body) for why, values in mine.items() for value in values)


def _may_say(why: str, value: str, body: str) -> bool:
    text = names.compact(body)
    if why == SAME_EMAIL:
        return names.compact(value.partition("@")[0]) in text
    if why == SAME_DOMAIN:
        return names.compact(value) in text or names.compact(domains.host_of(value)) in text
    if len(value) < _SEARCHED:
        return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", names.undotted(names.folded(body)[0])) is not None
    return all(word in text for word in value.split())
