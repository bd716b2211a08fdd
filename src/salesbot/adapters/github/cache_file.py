"""The file of the cache: its tables, and whether a file that is there is one of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

PATIENCE = 60
"""Seconds to wait for another run that writes the same file."""
Log = Callable[[str], None]

_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS issues (id TEXT PRIMARY KEY, number INTEGER NOT NULL, node BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS numbers (id TEXT PRIMARY KEY, key BLOB NOT NULL, kept TEXT NOT NULL);
"""

_SCHEMA = {("table", line.replace("IF NOT EXISTS ", "").rstrip(";")) for line in _TABLES.strip().splitlines()}


def open_or_begin(path: Path, key: str, log: Log) -> sqlite3.Connection:
    """Open a file of ours with this key; another one is set aside, and a new one begun."""
    try:
        return _open(path, key)
    except sqlite3.OperationalError:
        raise  # it is locked, or no file can be there: no reason to begin anew
    except sqlite3.DatabaseError:
        aside = path.with_name(f"{path.name}.old")
        log(f"{path} is not a cache of this repository: it is now {aside.name}, and a new one is filled.")
        path.replace(aside)
        return _open(path, key)


def _schema(file: sqlite3.Connection) -> set[tuple[str, str]]:
    """Name all there is in a file. A view or a trigger would compute on reading what it likes."""
    return set(file.execute("SELECT type, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _open(path: Path, key: str) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=PATIENCE)
    try:
        file.execute("PRAGMA trusted_schema = OFF")
        file.executescript(_TABLES)
        if _schema(file) != _SCHEMA:
            raise sqlite3.DatabaseError("other tables")
        row = file.execute("SELECT value FROM meta WHERE name = 'key'").fetchone()
        if row is not None and row[0] != key:
            raise sqlite3.DatabaseError("another repository's")
        if file.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("spoilt")
        file.execute("INSERT OR REPLACE INTO meta VALUES ('key', ?)", (key,))
        file.commit()
    except sqlite3.DatabaseError:
        file.close()
        raise
    return file
