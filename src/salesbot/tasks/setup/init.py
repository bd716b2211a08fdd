"""`salesbot init`: the files of a sales repository, written where they are missing.

Knows which files there are and how a difference is shown. Changes no existing file unless a person agrees, and uses
no network.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

from salesbot.adapters.local_files import read_if_present, write_text
from salesbot.adapters.templates import builtin_home
from salesbot.core.errors import InputError
from salesbot.tasks.outcome import Log

UNREADABLE = "Move it away, or check what it is"
OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})")
_USES = re.compile(r"^(\s*- uses: )OWNER/salesbot@", re.M)
_OTHER_COMMAND = "entrypoint:"
"""Only a container can start another command than `salesbot run`."""
_EXPLAINED = re.compile(r"^\s*# There is no release yet: OWNER is .*$", re.M)
_SINCE = re.compile(r"^since: .*$", re.M)


@dataclass(frozen=True)
class KitFile:
    """A file as it should be, and as it is now; `now` is None where there is none."""

    path: str
    text: str
    now: str | None

    @property
    def is_current(self) -> bool:
        """Whether there is nothing to do."""
        return self.now == self.text

    def diff(self) -> str:
        """Show what would change, as `diff -u` does."""
        before = (self.now or "").splitlines(keepends=True)
        named = "/dev/null" if self.now is None else f"a/{self.path}"
        return "".join(difflib.unified_diff(before, self.text.splitlines(keepends=True), named, f"b/{self.path}"))


def plan(folder: Path, owner: str, today: date, *, light: bool = False) -> list[KitFile]:
    """List the files of a sales repository. `owner` hosts salesbot; `light` runs it without a container.

    `today` becomes the start date, unless the existing configuration has one: a later date would turn the deals under
    way into history.

    Raises InputError where a file cannot be read, or a link leads out of the repository.
    """
    _require_inside(folder, kit())
    return [
        _kit_file(path, _filled(text, owner, today, light=light), read_if_present(folder / path, hint=UNREADABLE))
        for path, text in sorted(kit().items())
    ]


def root_of(folder: Path) -> Path:
    """Find the root of the repository that a folder is in, as git does; the folder itself if it is in none."""
    for above in (folder, *folder.resolve().parents):
        git = above / ".git"
        if git.is_file() or (git / "HEAD").is_file():
            return above
    return folder


def _require_inside(folder: Path, paths: Iterable[str]) -> None:
    """Raise InputError where a link would have a file written outside of the repository."""
    root = folder.resolve()
    for path in paths:
        target = (folder / path).resolve()
        if not target.is_relative_to(root):
            what = f"{folder / path} would be written to {target}, outside of the repository."
            raise InputError(what, "Remove the link that leads there; nothing was written")


def _kit_file(path: str, text: str, now: str | None) -> KitFile:
    since = _SINCE.search(now or "")
    return KitFile(path, _SINCE.sub(lambda _: since[0], text, count=1) if since else text, now)


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


def _filled(text: str, owner: str, today: date, *, light: bool) -> str:
    is_light = light and _OTHER_COMMAND not in text
    pinned = _USES.sub(rf"\g<1>{owner}/salesbot{'/light' if is_light else ''}@", text)
    if pinned != text:
        indent = "      # Pin a commit or a release: what stands behind the @ decides whose code runs with your token."
        pinned = _EXPLAINED.sub(indent, pinned)
    return _SINCE.sub(f"since: {today.isoformat()}", pinned, count=1)


def checked_owner(text: str) -> str:
    """Check the name of an organisation or a person on GitHub; `acme/salesbot` means acme.

    Raises InputError for anything else.
    """
    text = text.removesuffix("/salesbot")
    if not OWNER.fullmatch(text):
        raise InputError(
            f"{text!r} is not a GitHub owner name.", "Name the organisation that hosts your copy of salesbot"
        )
    return text


@dataclass(frozen=True)
class Options:
    """What to write: `yes` writes missing files without asking, `force` also those that differ.

    `ask` puts a question to a person and gives the answer; None where there is nobody to ask.
    """

    yes: bool
    force: bool
    ask: Callable[[str], str] | None
    log: Log


def write_files(folder: Path, files: list[KitFile], options: Options) -> list[str]:
    """Show every file that is missing or differs, and write those that a person agrees to. Gives their paths."""
    written = []
    for file in files:
        if file.is_current:
            options.log(f"{file.path}: as it should be")
            continue
        options.log(file.diff().rstrip("\n"))
        if _agreed(file, options):
            write_text(folder / file.path, file.text, make_folders=True)
            written.append(file.path)
            options.log(f"{file.path}: written")
        else:
            options.log(f"{file.path}: {_left(file, options)}")
    return written


def _agreed(file: KitFile, options: Options) -> bool:
    if options.force or (options.yes and file.now is None):
        return True
    if options.yes or options.ask is None:
        return False
    question = f"Write {file.path}?" if file.now is None else f"Overwrite {file.path}?"
    return options.ask(f"{question} [y/N] ").strip().casefold() in ("y", "yes")


def _left(file: KitFile, options: Options) -> str:
    if file.now is not None and (options.yes or options.ask is None):
        return "differs, left as it is; --force overwrites it"
    return "not written" if options.ask is not None else "not written; --yes writes it"
