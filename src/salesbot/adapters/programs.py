"""Other programs of this machine, asked for what they know: `git` for the repository, `gh` for a token."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SECONDS = 20
_REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]*@)?(?P<server>[^@/:\s]+)(?::\d+(?=/))?[:/](?P<repository>[^/\s]+/[^/\s]+?)(?:\.git)?/?"
)


def repository_of(folder: Path, server: str, env: Mapping[str, str]) -> str:
    """Read from a folder's remote which repository it is of, as `acme/sales`; "" if of none on that server.

    Of several remotes it is `origin`.
    """
    lines = [line.split() for line in _printed(["git", "remote", "-v"], env, folder).splitlines()]
    remotes = {name: url for name, url, *_ in lines}
    url = remotes.get("origin") or (next(iter(remotes.values())) if len(remotes) == 1 else "")
    found = _REMOTE.fullmatch(url)
    is_there = found and found["server"].casefold().removeprefix("ssh.") == server.partition(":")[0].casefold()
    return found["repository"] if found and is_there else ""


def token_for(server: str, env: Mapping[str, str]) -> str:
    """Take the token for a server from GitHub's command-line tool; "" if it has none, or is not here."""
    return _printed(["gh", "auth", "token", "--hostname", server], env, Path())


def _printed(words: list[str], env: Mapping[str, str], folder: Path) -> str:
    """Run a program; "" if it is not here or fails. Whoever asks then says what to give by hand."""
    program = shutil.which(words[0], path=env.get("PATH", ""))
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, and no shell
            [program, *words[1:]],
            cwd=folder, env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
