"""Mail hosts: domains that say nothing about whom somebody works for.

The lists of others, whole families by their name, and those access providers that the lists lack.
"""

from __future__ import annotations

import re
from functools import cache

from salesbot.core.leads import domains

_FAMILIES = frozenset(
    {"aol", "fastmail", "gmail", "gmx", "googlemail", "hotmail", "live", "mail", "msn", "outlook", "proton"}
    | {"protonmail", "rocketmail", "tutanota", "yahoo", "yandex", "ymail", "zoho", "zohomail"}
)
"""Providers with a domain in every country: `gmx.at`, `yahoo.co.uk`."""
_BELOW_COUNTRIES = frozenset({"co", "com", "net", "org"})
_ALSO_IN_WORDS = """
    aon.at bredband.net chello.at duck.com eclipso.de email.de ewetel.net hispeed.ch htp-tel.de inode.at kabsi.at
    kpnmail.nl liwest.at mac.com mailbox.org mnet-online.de netcologne.de online.de osnanet.de posteo.net skynet.be
    sunrise.ch tele2.se telenet.be telenor.dk telia.com tiscali.it tuta.com tuta.io tutamail.com vodafone.de
    vodafonemail.de vol.at ziggo.nl
    """
_ALSO = frozenset(_ALSO_IN_WORDS.split())


def domain_of(address: str) -> str:
    """Give the domain that a company registered, of a mail or web address; nothing of a mail host's, or of no address.

    A host below it is the company's as well: `jane@mail.acme.com` is of acme.com.
    """
    host = domains.host_of(address)
    registered = domains.registered(host) if host else ""
    return "" if not registered or is_mail_host(host) or is_mail_host(registered) else domains.readable(registered)


def company_domain(mail: str) -> str:
    """Give the company's domain of a mail address; nothing if it is none, e.g. only a domain."""
    return domain_of(mail) if domains.mailbox(mail)[0] else ""


def is_mail_host(domain: str) -> bool:
    """Say whether anybody can have an address there."""
    return domain in _ALSO or domain in _listed() or _is_of_a_family(domain)


def says(domain: str, text: str) -> bool:
    """Say whether a text names whom a domain is of: then it is surely a company's, and no provider that lists lack."""
    name = domain.partition(".")[0]
    return len(name) > _SHORTEST and re.sub(r"[\W_]+", "", name) in re.sub(r"[\W_]+", "", text.casefold())


_SHORTEST = 3
"""Letters of a domain below which it is found in any text."""


def _is_of_a_family(domain: str) -> bool:
    name, *rest = domain.split(".")
    return name in _FAMILIES and (len(rest) == 1 or (len(rest) == 2 and rest[0] in _BELOW_COUNTRIES))


@cache
def _listed() -> frozenset[str]:
    from salesbot.core.leads.data import mail_hosts

    return frozenset(mail_hosts.TEXT.split())
