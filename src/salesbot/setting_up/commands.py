"""The commands of coming and going, as the command line knows them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from salesbot.core.errors import InputError
from salesbot.core.markdown import log_safe
from salesbot.setting_up import begin


def add_commands(commands: Any) -> None:
    """Add these commands to the command line."""
    init = commands.add_parser("init", help="write workflow and configuration into a repository on this machine")
    init.add_argument("--repo", metavar="DIR", default=".", help="the folder of the repository, default: this one")
    init.add_argument("--owner", help="who hosts your copy of salesbot on GitHub; asked for if left out")
    init.add_argument("--yes", action="store_true", help="write what is missing without asking; leaves what differs")
    init.add_argument("--force", action="store_true", help="also overwrite what differs")
    init.set_defaults(run=run_init)


def run_init(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Write the files. What differs is only shown, unless a person agrees or `--force` says so."""
    folder = Path(args.repo)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder.", "Name the repository's folder with --repo")
    ask = _question if sys.stdin.isatty() and not args.yes else None
    owner = begin.checked_owner(args.owner or _owner(ask))
    manner = begin.Manner(args.yes or args.force, args.force, ask, print)
    written = begin.begin(folder, begin.wanted(folder, owner, datetime.now(UTC).astimezone().date()), manner)
    if written:
        print(f"Look at it, then: git add {' '.join(written)} && git commit -m 'salesbot' && git push")
    return 0


def _owner(ask: Callable[[str], str] | None) -> str:
    if ask is None:
        raise InputError("Who hosts your copy of salesbot?", "Say --owner OWNER, as in OWNER/salesbot on GitHub")
    return ask("Who hosts your copy of salesbot on GitHub (OWNER, as in OWNER/salesbot)? ").strip()


def _question(text: str) -> str:
    """Ask a person; whoever ends the input says no."""
    try:
        return input(text)
    except EOFError:
        return ""


def _print(line: str) -> None:
    print(log_safe(line))
