"""How to install the sandbox and the demo: from the same place as the salesbot that runs.

Their names are on no package index, and somebody else may take them there: they are never installed by name alone.
"""

from __future__ import annotations

import json
import shlex
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

PACKAGES = ("github_sandbox", "salesbot_demo")
REPOSITORY = "git+https://github.com/OWNER/salesbot"


def command() -> str:
    """Return the line to type. OWNER in it is as in the README, where the origin of this installation is not known."""
    return shlex.join(["pip", "install", *_sources(_origin())])


def _origin() -> dict[str, Any]:
    """Read what pip notes about an installation from a repository or a folder (PEP 610)."""
    try:
        text = metadata.distribution("salesbot").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return {}
    origin: dict[str, Any] = json.loads(text or "{}")
    return origin


def _sources(origin: dict[str, Any]) -> list[str]:
    if "dir_info" in origin:
        folder = url2pathname(urlsplit(origin["url"]).path)
        return [f"{folder}/src/{package}" for package in PACKAGES]
    repository = REPOSITORY
    if "vcs_info" in origin:
        repository = f"{origin['vcs_info']['vcs']}+{origin['url']}@{origin['vcs_info']['commit_id']}"
    return [f"{repository}#subdirectory=src/{package}" for package in PACKAGES]
