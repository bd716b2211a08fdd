"""Write the tables that salesbot ships, from the packages that .ci/data and locks/data.txt pin: `make data`.

Each table is one text in a module of its own, so that reading it costs a run nothing until somebody asks for it.
"""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from collections.abc import Iterable
from importlib.metadata import distribution, version
from importlib.resources import files
from pathlib import Path
from typing import Any

from cleanco import termdata

HERE = Path(__file__).parent
CORE = HERE.parents[1] / "src/salesbot/core"
NPM = HERE / "node_modules"
_EXAMPLES = re.compile(r"(?:^|\.)(?:example\.\w+|example|invalid|localhost|test)$")
"""What nobody's mail host can be (RFC 2606); tests and documents use it for companies."""

SUFFIXES = "the list: MPL-2.0, https://publicsuffix.org/list/, https://mozilla.org/MPL/2.0/"
NPM_LICENCES = {
    "freemail": "LICENSE", "free-email-domains": "LICENSE.md", "email-providers": "license.md", "gemoji": "license"
}  # fmt: skip
NOTICE = """salesbot ships tables made of the lists of others (src/salesbot/core/*/data, written by `make data`):
mail hosts of freemail, free-email-domains and email-providers, legal forms of cleanco, emoji names of gemoji, and the
Public Suffix List, whose table stays under the Mozilla Public License 2.0."""
RULE = "\n\n" + "-" * 80 + "\n\n"
MODULE = '''"""{title}: {what}

Made by `make data`; do not edit. Sources:
{sources}
"""

# fmt: off
TEXT = """
{text}
"""
'''


def main() -> None:
    """Write all tables."""
    _write("leads/data/mail_hosts.py", "Mail hosts", "domains at which anybody can have an address.",
           (*map(_npm, ("freemail", "free-email-domains", "email-providers")),), _mail_hosts())  # fmt: skip
    _write("leads/data/public_suffixes.py", "Public suffixes", "below which registrars sell names; one label is one.",
           (_pypi("publicsuffixlist", SUFFIXES),), _suffixes())  # fmt: skip
    _write("leads/data/legal_forms.py", "Legal forms", "what stands behind a company's name; one a line.",
           (_pypi("cleanco", "MIT"),), _legal_forms(), lines=True)  # fmt: skip
    _write("text/data/emoji_names.py", "Emoji names", "as GitHub reads them between colons, each with its character.",
           (_npm("gemoji"),), _emoji())  # fmt: skip
    (HERE.parents[1] / "NOTICE").write_text(_notice(), encoding="utf-8")


def _notice() -> str:
    """Name whose work the tables are, with the licences they come under."""
    npm = [(name, NPM / name / file) for name, file in NPM_LICENCES.items()]
    parts = [f"{_npm(name)}\n\n{path.read_text(encoding='utf-8').strip()}" for name, path in npm]
    cleanco = distribution("cleanco").read_text("LICENSE.txt") or ""
    parts += [f"{_pypi('cleanco', 'MIT')}\n\n{cleanco.strip()}", f"{_pypi('publicsuffixlist', SUFFIXES)}"]
    return f"{NOTICE}\n\n{RULE.join(parts)}\n"


def _mail_hosts() -> Iterable[str]:
    free = (NPM / "freemail/data/free.txt").read_text(encoding="utf-8").split()
    found = {*free, *_json(NPM / "free-email-domains/domains.json"), *_json(NPM / "email-providers/all.json")}
    domains = {str(name).strip().rstrip(".").casefold() for name in found}
    return sorted(name for name in domains if re.fullmatch(r"[^\s@/]+\.[^\s@/]+", name) and not _EXAMPLES.search(name))


def _suffixes() -> Iterable[str]:
    """Of one label each is a suffix anyway."""
    text = files("publicsuffixlist").joinpath("public_suffix_list.dat").read_text(encoding="utf-8")
    rules = (line.split()[0] for line in text.splitlines() if line.strip() and not line.startswith("//"))
    return sorted({_ascii(rule) for rule in rules if "." in rule})


def _ascii(rule: str) -> str:
    return ".".join(part if part.isascii() else part.encode("idna").decode() for part in rule.split("."))


def _legal_forms() -> Iterable[str]:
    tables = (*termdata.terms_by_type.values(), *termdata.terms_by_country.values())
    return sorted({" ".join(term.split()) for terms in tables for term in terms if "\xc5" not in term})


def _emoji() -> Iterable[str]:
    script = "import('gemoji').then(all => console.log(JSON.stringify(all.nameToEmoji)))"
    done = subprocess.run(["node", "-e", script], cwd=HERE, capture_output=True, text=True, check=True)
    return (f"{name} {sign}" for name, sign in sorted(json.loads(done.stdout).items()))


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _npm(name: str) -> str:
    about = _json(NPM / name / "package.json")
    return f"{name} {about['version']} (npm, {about['license']})"


def _pypi(name: str, licence: str) -> str:
    return f"{name} {version(name)} (PyPI, {licence})"


def _write(
    file: str, title: str, what: str, sources: Iterable[str], words: Iterable[str], *, lines: bool = False
) -> None:
    kept = list(words)
    text = "\n".join(kept) if lines else "\n".join(textwrap.wrap(" ".join(kept), 120, break_on_hyphens=False))
    said = MODULE.format(title=title, what=what, sources="\n".join(f"- {each}" for each in sources), text=text)
    (CORE / file).write_text(said, encoding="utf-8")
    print(f"{file}: {len(kept):,}")


if __name__ == "__main__":
    main()
