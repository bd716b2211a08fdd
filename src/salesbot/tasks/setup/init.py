"""`salesbot init`: the files of a sales repository, written where they are missing.

Knows which files there are, and what a person decides about them. Changes no existing file unless a person agrees, and
uses no network.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from salesbot.adapters.local_files import read_if_present, write_text
from salesbot.adapters.templates import builtin_home
from salesbot.core.errors import InputError
from salesbot.core.installation import kit as files_of
from salesbot.core.installation import workflow_file
from salesbot.core.installation.image_step import Image, read_image
from salesbot.core.installation.kit import Choices
from salesbot.core.text.plural import counted
from salesbot.tasks.outcome import Log

UNREADABLE = "Move it away, or check what it is"
COPY = re.compile(r"(?P<owner>[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?:/(?P<name>[A-Za-z0-9._-]{1,100}))?")
CONFIG, WORKFLOW = ".github/salesbot.yml", ".github/workflows/sales.yml"
KEPT = "differs, left as it is"


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

    @property
    def state(self) -> str:
        """Describe the file as the list shows it."""
        return "new" if self.now is None else "as it should be" if self.is_current else "differs"

    def diff(self) -> str:
        """Show what would change, as `diff -u` does."""
        before = (self.now or "").splitlines(keepends=True)
        named = "/dev/null" if self.now is None else f"a/{self.path}"
        return "".join(difflib.unified_diff(before, self.text.splitlines(keepends=True), named, f"b/{self.path}"))


def plan(folder: Path, choices: Choices) -> list[KitFile]:
    """List the files of a sales repository.

    Raises InputError where a file cannot be read, or a link leads out of the repository.
    """
    _require_inside(folder, kit())
    existing = {path: read_if_present(folder / path, hint=UNREADABLE) for path in kit()}
    return [
        KitFile(path, files_of.fill(text, choices, existing[path]), existing[path])
        for path, text in sorted(kit().items())
    ]


def existing_choices(folder: Path) -> dict[str, str]:
    """Read what the files of a repository say already: what is configured, and where salesbot comes from."""
    config = read_if_present(folder / CONFIG, hint=UNREADABLE)
    found = files_of.read_configuration(config) if config is not None else {}
    sales = workflow_file.read(read_if_present(folder / WORKFLOW, hint=UNREADABLE) or "")
    if sales is not None and not sales.copy.startswith("OWNER/"):
        image = sales.image.text if sales.image else ""
        found |= {"copy": sales.copy, "light": "yes" if sales.is_light else "", "image": image}
    return found


def root_of(folder: Path) -> Path:
    """Find the root of the repository that a folder is in, as git does; the folder itself if it is in none."""
    for above in (folder, *folder.resolve().parents):
        git = above / ".git"
        if git.is_file() or (git / "HEAD").is_file():
            return above
    return folder


def _require_inside(folder: Path, paths: Iterable[str]) -> None:
    """Raise InputError where a link would have a file written outside the repository."""
    root = folder.resolve()
    for path in paths:
        target = (folder / path).resolve()
        if not target.is_relative_to(root):
            what = f"{folder / path} would be written to {target}, outside the repository."
            raise InputError(what, "Remove the link that leads there; nothing was written")


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


def checked_copy(text: str) -> str:
    """Check which repository hosts salesbot: `acme/our-bot`, or `acme` for `acme/salesbot`.

    Raises InputError for anything else.
    """
    found = COPY.fullmatch(text)
    if found is None:
        what = f"{text!r} is not a GitHub owner name, nor OWNER/NAME." if text else "Who hosts your copy of salesbot?"
        raise InputError(what, "Use --owner OWNER, or --owner OWNER/NAME if your copy has another name than salesbot")
    return f"{found['owner']}/{found['name'] or 'salesbot'}"


def checked_image(text: str) -> Image:
    """Read the name of a published image. Raises InputError where it is none, or leaves open which one."""
    image = read_image(text)
    if image is None:
        what = f"{text!r} is not the full name of an image on ghcr.io."
        raise InputError(what, "Use ghcr.io/OWNER/NAME:VERSION, in lowercase, e.g. ghcr.io/acme/salesbot:1.0.0")
    return image


@dataclass(frozen=True)
class Options:
    """What to write: `yes` writes missing files without asking, `force` also those that differ.

    `ask` puts a question to a person and gives the answer, "" at the end of the input; None where nobody is there.
    """

    yes: bool
    force: bool
    ask: Callable[[str], str] | None
    log: Log


def write_files(folder: Path, files: list[KitFile], options: Options) -> list[str]:
    """List every file and how it is, and write those that a person agrees to. Gives their paths."""
    for file in files:
        options.log(f"{file.state:<16} {file.path}")
    changed = [file for file in files if not file.is_current]
    chosen = _chosen(changed, options)
    for file in chosen:
        write_text(folder / file.path, file.text, make_folders=True)
    if chosen:
        options.log(f"Wrote {counted(len(chosen), 'file')}.")
    for file in changed:
        if file not in chosen:
            options.log(f"{file.path}: {_left(file, options)}")
    return [file.path for file in chosen]


def _chosen(changed: list[KitFile], options: Options) -> list[KitFile]:
    new = [file for file in changed if file.now is None]
    if options.ask is None or options.yes:
        _show([file for file in changed if file.now is not None or not options.yes], options.log)
        return changed if options.force else new if options.yes else []
    if not changed:
        return []
    while True:
        match options.ask(_question(changed, new)).strip().casefold():
            case "all" | "a" if new:
                return new
            case "each" | "e":
                return _one_by_one(changed, options.ask, options.log)
            case "diff" | "d":
                _show(changed, options.log)
            case "quit" | "q" | "":
                return []


def _question(changed: Sequence[KitFile], new: Sequence[KitFile]) -> str:
    """Ask for all of them at once. What exists and differs is never overwritten that way."""
    every = f"all ({counted(len(new), 'new file')}), " if new else ""
    return f"Write {every}each as you decide, show the diff, or quit? [{'all/' if new else ''}each/diff/quit] "


def _one_by_one(changed: Sequence[KitFile], ask: Callable[[str], str], log: Log) -> list[KitFile]:
    chosen = []
    for file in changed:
        if file.now is not None:
            log(file.diff().rstrip("\n"))
        question = f"{'Write' if file.now is None else 'Overwrite'} {file.path}? [y/N] "
        if ask(question).strip().casefold() in ("y", "yes"):
            chosen.append(file)
    return chosen


def _show(files: Sequence[KitFile], log: Log) -> None:
    for file in files:
        log(file.diff().rstrip("\n"))


def _left(file: KitFile, options: Options) -> str:
    if file.now is not None:
        how = "--force overwrites it" if options.ask is None or options.yes else "`each` asks whether to overwrite it"
        return f"{KEPT}; {how}"
    return "not written" if options.ask is not None else "not written; --yes writes it"
