"""`salesbot init`: the files of a sales repository, written where they are missing.

Knows which files there are and how a difference is shown. Touches nothing that is there unless it is told to, and
reaches no network.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from salesbot.adapters.templates import builtin_home
from salesbot.core.errors import InputError

OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_USES = re.compile(r"^(\s*- uses: )OWNER/", re.M)
_EXPLAINED = re.compile(r"^\s*# There is no release yet: OWNER is .*$", re.M)
_SINCE = re.compile(r"^since: .*$", re.M)


@dataclass(frozen=True)
class Wanted:
    """A file as it should read, and how it reads now; `now` is None where there is none."""

    path: str
    text: str
    now: str | None

    @property
    def is_there(self) -> bool:
        """Whether nothing is to be done."""
        return self.now == self.text

    def diff(self) -> str:
        """Show what would change, as `diff -u` does."""
        before = (self.now or "").splitlines(keepends=True)
        named = "/dev/null" if self.now is None else f"a/{self.path}"
        return "".join(difflib.unified_diff(before, self.text.splitlines(keepends=True), named, f"b/{self.path}"))


def wanted(folder: Path, owner: str, today: date) -> list[Wanted]:
    """List the files of a sales repository. `owner` is who hosts salesbot; `today` is where history ends, unless the
    configuration that is there says so: written anew later, it would make history of deals that are under way.

    Raises InputError where a file cannot be read.
    """
    return [_wanted(path, _filled(text, owner, today), _read(folder / path)) for path, text in sorted(kit().items())]


def _wanted(path: str, text: str, now: str | None) -> Wanted:
    said = _SINCE.search(now or "")
    return Wanted(path, _SINCE.sub(lambda _: said[0], text, count=1) if said else text, now)


def kit() -> Mapping[str, str]:
    """Read the files that come with salesbot, by their path in a repository."""
    shipped = builtin_home() / "github"
    return {f".github/{path}": file.read_text(encoding="utf-8") for path, file in _files(shipped, "")}


def _files(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _files(entry, f"{path}/")
        elif entry.name.endswith(".yml"):
            yield path, entry


def _filled(text: str, owner: str, today: date) -> str:
    pinned = _USES.sub(rf"\g<1>{owner}/", text)
    if pinned != text:
        indent = "      # Pin a commit or a release: what stands behind the @ decides whose code runs with your token."
        pinned = _EXPLAINED.sub(indent, pinned)
    return _SINCE.sub(f"since: {today.isoformat()}", pinned, count=1)


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}.", "Move it away, or look what it is") from error


def checked_owner(text: str) -> str:
    """Check the name of an organisation or a person on GitHub. Raises InputError for anything else."""
    if not OWNER.fullmatch(text):
        raise InputError(f"{text!r} is no name on GitHub.", "Name the organisation that hosts your copy of salesbot")
    return text


@dataclass(frozen=True)
class WriteMode:
    """How to go about it: `sure` writes what is missing without asking, `force` also what differs.

    `ask` puts a question to a person and gives the answer; None where nobody is there to ask.
    """

    sure: bool
    force: bool
    ask: Callable[[str], str] | None
    render: Callable[[str], None]


def begin(folder: Path, files: list[Wanted], write_mode: WriteMode) -> list[str]:
    """Show every file that is missing or differs, and write those that are agreed to. Gives their paths."""
    written = []
    for file in files:
        if file.is_there:
            write_mode.render(f"{file.path}: as it should be")
            continue
        write_mode.render(file.diff().rstrip("\n"))
        if _agreed(file, write_mode):
            _write(folder / file.path, file.text)
            written.append(file.path)
            write_mode.render(f"{file.path}: written")
        else:
            write_mode.render(f"{file.path}: {_left(file, write_mode)}")
    return written


def _agreed(file: Wanted, write_mode: WriteMode) -> bool:
    if write_mode.force or (write_mode.sure and file.now is None):
        return True
    if write_mode.sure or write_mode.ask is None:
        return False
    question = f"Write {file.path}?" if file.now is None else f"Overwrite {file.path}?"
    return write_mode.ask(f"{question} [y/N] ").strip().casefold() in ("y", "yes")


def _left(file: Wanted, write_mode: WriteMode) -> str:
    if file.now is not None and (write_mode.sure or write_mode.ask is None):
        return "differs, left as it is; --force overwrites it"
    return "not written" if write_mode.ask is not None else "not written; --yes writes it"


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from error
