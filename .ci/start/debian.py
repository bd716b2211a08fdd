"""Asks dpkg, where there is one, which package a file is from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def package(file: str) -> str:
    """Name the package of a file, which dpkg may know by its name from before /lib became a link. Empty if none."""
    for known in (file, str(Path(file).resolve()), f"/usr{file}"):
        for line in said("--search", known).splitlines():
            name, _, _ = line.partition(": ")
            if not name.startswith("diversion "):
                return name.partition(":")[0]
    return ""


def version(name: str) -> str:
    """Give the version of a package that is installed."""
    return said("--show", "--showformat=${Version}\n", name).partition("\n")[0]


def said(*words: str) -> str:
    """Ask dpkg-query; empty where it knows nothing, or is not there."""
    if shutil.which("dpkg-query") is None:
        return ""
    return subprocess.run(["dpkg-query", *words], capture_output=True, text=True, check=False).stdout.strip()
