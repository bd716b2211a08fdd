"""Writes what the image is made of, as a CycloneDX document: Python, its distributions, and the system's libraries.

    python sbom.py FOLDER < LIBRARIES > FILE

FOLDER has the installed distributions. LIBRARIES names the files of the system's libraries (`rootfs.py` prints them).
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Any
from urllib.parse import quote

import debian

ITSELF = "salesbot"


def main(folder: str) -> None:
    """Print the document."""
    parts = sorted(metadata.distributions(path=[folder]), key=lambda each: each.name.lower())
    [itself] = [each for each in parts if each.name == ITSELF]
    components = [_distribution(each) for each in parts if each.name != ITSELF]
    components += [_component("python", platform.python_version(), "generic", "Python-2.0")]
    components += _packages(line.strip() for line in sys.stdin)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**_distribution(itself), "type": "application"}},
        "components": components,
    }
    json.dump(document, sys.stdout, indent=1)


def _component(name: str, version: str, kind: str, licence: str = "", namespace: str = "") -> dict[str, Any]:
    purl = f"pkg:{kind}/{namespace}{name}@{quote(version, safe='')}"
    given = {"licenses": [{"license": {"name": licence}}]} if licence else {}
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **given}


def _distribution(of: metadata.Distribution) -> dict[str, Any]:
    said: Any = of.metadata
    classified = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License ::")
    ]
    named = said.get("License-Expression") or ", ".join(classified) or str(said.get("License") or "").partition("\n")[0]
    return _component(of.name.lower().replace("_", "-"), of.version, "pypi", named)


def _packages(files: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Name the Debian packages that files are from."""
    for name in sorted({debian.package(file) for file in files} - {""}):
        yield _component(name, debian.version(name), "deb", namespace="debian/")


if __name__ == "__main__":
    main(*sys.argv[1:])
