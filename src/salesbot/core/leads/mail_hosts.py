"""Mail hosts: domains that say nothing about whom somebody works for.

Our own short list: the large free providers worldwide and those of the German-speaking countries, and whole families
by their name. A missing one costs a wrong hint on a card, never more.
"""

from __future__ import annotations

import re

_FAMILIES = frozenset(
    {"aol", "fastmail", "gmail", "gmx", "googlemail", "hotmail", "live", "mail", "msn", "outlook", "proton"}
    | {"protonmail", "rocketmail", "tutanota", "yahoo", "yandex", "ymail", "zoho", "zohomail"}
)
"""Providers with a domain in every country: `gmx.at`, `yahoo.co.uk`."""
_BELOW_COUNTRIES = frozenset({"co", "com", "net", "org"})
_HOSTS_IN_WORDS = """
    126.com 163.com arcor.de att.net bigpond.com bk.ru bluewin.ch bol.com.br btinternet.com charter.net comcast.net
    cox.net daum.net duck.com email.de email.cz freemail.hu freenet.de free.fr hanmail.net hey.com icloud.com inbox.lv
    inbox.ru interia.pl kpnmail.nl laposte.net libero.it list.ru mac.com mailbox.org me.com naver.com o2.pl online.de
    optonline.net orange.fr pm.me posteo.de posteo.net qq.com rambler.ru rediffmail.com sapo.pt sbcglobal.net seznam.cz
    sfr.fr sina.com skynet.be t-online.de telenet.be terra.com.br tiscali.it tuta.com tuta.io tutamail.com uol.com.br
    verizon.net virgilio.it virginmedia.com vodafone.de vodafonemail.de wanadoo.fr web.de wp.pl xtra.co.nz ziggo.nl
    """
_HOSTS = frozenset(_HOSTS_IN_WORDS.split())
_ADDRESS = re.compile(r"[^\s@]+@((?:[\w-]{1,63}\.){1,6}[\w-]{2,63})")


def company_domain(mail: str) -> str:
    """Give the domain of a mail address in small letters if it is a company's, else nothing."""
    found = _ADDRESS.fullmatch(mail.strip())
    domain = found[1].casefold() if found else ""
    return "" if domain in _HOSTS or _is_of_a_family(domain) else domain


def _is_of_a_family(domain: str) -> bool:
    name, *rest = domain.split(".")
    return name in _FAMILIES and (len(rest) == 1 or (len(rest) == 2 and rest[0] in _BELOW_COUNTRIES))
