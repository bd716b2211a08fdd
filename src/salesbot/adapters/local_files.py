"""Files on this machine, as text. The only place that reads and writes them for a command.

Raises InputError for a file that cannot be read, is not text, or cannot be written.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path

from salesbot.core.errors import InputError


def read_text(path: Path, *, encoding: str = "utf-8", hint: str = "") -> str:
    """Read a text file. The encoding `utf-8-sig` drops the byte order mark that some programs write."""
    try:
        return path.read_bytes().decode(encoding)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint) from error
    except UnicodeDecodeError as error:
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise InputError(f"{path} is not {name} text (byte {error.start}).", hint) from error


def read_table(path: Path) -> str:
    """Read a CSV file in UTF-8, or in UTF-16 with its mark, which Excel calls "Unicode text"."""
    hint = "Save it as CSV in UTF-8"
    try:
        with path.open("rb") as file:
            is_wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    except OSError:
        is_wide = False  # reading it says why
    return read_text(path, encoding="utf-16" if is_wide else "utf-8-sig", hint=hint)


def read_if_present(path: Path, *, hint: str = "") -> str | None:
    """Read a UTF-8 file; None if there is none."""
    try:
        path.stat()
    except FileNotFoundError:
        return None
    except OSError:
        pass  # there is something in the way: reading it says what
    return read_text(path, hint=hint)


def write_text(
    path: Path, text: str | Iterable[str], *, encoding: str = "utf-8", make_folders: bool = False, hint: str = ""
) -> None:
    """Write a file. Line ends are written as they are given."""
    try:
        if make_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding=encoding, newline="") as file:
            file.writelines([text] if isinstance(text, str) else text)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", hint) from error


def files_below(folder: Path) -> list[str]:
    """List the files in a folder and below, by their path in it."""
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def read_templates(folder: Path) -> dict[str, str]:
    """Read the templates in a folder and in its folder `checklists`, by their path in it."""
    files = sorted([*folder.glob("*.j2"), *folder.glob("checklists/*.j2")])
    return {file.relative_to(folder).as_posix(): read_text(file) for file in files}
