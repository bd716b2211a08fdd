"""The database: SQLite, in a file or in memory, with transactions, snapshots and a short memory of earlier states.

Knows rows and bytes. Knows nothing of what they mean; the rules do.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Any

Row = dict[str, Any]

REMEMBERED = 8
"""How many earlier states are kept for stale reads."""
REMEMBERED_BYTES = 8_000_000
"""Above this size no earlier states are kept: copying the whole before each write would cost more than it tells."""


class Database:
    """One SQLite database; `lock` gives exclusive access."""

    def __init__(self, path: str = ":memory:", image: bytes | None = None) -> None:
        """Open what is at `path`, or in memory a state taken by `snapshot`."""
        self.lock = threading.RLock()
        self._connection = _connect(path)
        self._past: deque[bytes] = deque(maxlen=REMEMBERED)
        self._depth = 0
        if image:
            self._connection.deserialize(image)
        if not self.value("SELECT count(*) FROM sqlite_master"):
            for name in ("tables.sql", "projects.sql"):
                self._connection.executescript(resources.files(__package__).joinpath(name).read_text())

    @property
    def changes(self) -> int:
        """Count the rows written so far: as long as it is the same, so is the state."""
        return self._connection.total_changes

    def all(self, sql: str, *values: Any) -> list[Row]:
        """Fetch every row."""
        cursor = self._connection.execute(sql, values)
        names = _names(cursor)
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def one(self, sql: str, *values: Any) -> Row | None:
        """Fetch the first row, or None."""
        cursor = self._connection.execute(sql, values)
        row = cursor.fetchone()
        return dict(zip(_names(cursor), row, strict=True)) if row else None

    def value(self, sql: str, *values: Any) -> Any:
        """Fetch the first column of the first row, or None."""
        row = self._connection.execute(sql, values).fetchone()
        return row[0] if row else None

    def run(self, sql: str, *values: Any) -> int:
        """Run a statement that changes rows; return how many."""
        return self._connection.execute(sql, values).rowcount

    def many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Run one statement for many rows."""
        self._connection.executemany(sql, rows)

    def insert(self, table: str, **columns: Any) -> int:
        """Insert a row and return its id."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 - names are the caller's code, never input
        return self._connection.execute(sql, tuple(columns.values())).lastrowid or 0

    def update(self, table: str, row_id: int, **columns: Any) -> None:
        """Change columns of the row with this id."""
        names = ", ".join(f"{name} = ?" for name in columns)
        self._connection.execute(f"UPDATE {table} SET {names} WHERE id = ?", (*columns.values(), row_id))  # noqa: S608 - as above

    @contextmanager
    def transaction(self, *, remember: bool = False) -> Iterator[None]:
        """Do all of it or nothing; inner transactions belong to the outermost. `remember` keeps the state before it."""
        with self.lock:
            if self._depth:
                yield
                return
            before = self._image() if remember else None
            written = self._connection.total_changes
            self._connection.execute("BEGIN")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            else:
                self._connection.execute("COMMIT")
            finally:
                self._depth = 0
            if before and self._connection.total_changes > written:
                self._past.append(before)

    def snapshot(self) -> bytes:
        """Take the whole state as bytes."""
        with self.lock:
            return self._connection.serialize()

    def restore(self, state: bytes) -> None:
        """Go back to a state taken before; nothing later is remembered."""
        source = sqlite3.connect(":memory:")
        source.deserialize(state)
        with self.lock:
            source.backup(self._connection)
            self._past.clear()
        source.close()

    def past(self, writes: int) -> Database:
        """Open the state before the last `writes` writes, to read from it; the oldest one known if there were fewer."""
        with self.lock:
            known = list(self._past)
            state = known[-min(writes, len(known))] if known and writes else self._connection.serialize()
        return Database(image=state)

    def close(self) -> None:
        """Close the connection. Nothing can be read after that."""
        with self.lock:
            self._connection.close()

    def _image(self) -> bytes | None:
        pages, size = self.value("PRAGMA page_count"), self.value("PRAGMA page_size")
        if pages * size <= REMEMBERED_BYTES:
            return self._connection.serialize()
        self._past.clear()
        return None


def _connect(path: str) -> sqlite3.Connection:
    # Autocommit: transactions are ours. One connection for all threads: `lock` keeps them apart.
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, cached_statements=400)
    if path != ":memory:":
        # No write-ahead log: its images cannot be opened in memory, and snapshots are.
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = OFF")
    return connection


def _names(cursor: sqlite3.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]
