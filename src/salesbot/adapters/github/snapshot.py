"""The snapshot cache: what was read of every issue, kept in a file, so that the next report reads only what changed.

Holds raw answers by node id; stages are computed at report time, so that a new configuration needs no new reading.
Beside them it holds the numbers of deals, each under a digest of what they were computed from. Safe to lose, to be cut
off and to be spoilt, by whomever: then it is filled again. Filling stops at its budget and goes on next time.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from salesbot.adapters.collector import without_collector
from salesbot.adapters.github import cache_file, decode
from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.history import (
    DOCUMENT,
    PAGE,
    POINTS,
    Deals,
    Question,
    State,
    keep_nothing,
    pages,
    raw_of,
    whole,
)
from salesbot.adapters.github.read import RepositoryPaths
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.lifecycle import identity
from salesbot.core.model.facts import RepositoryFacts
from salesbot.core.report.kept_numbers import LONGEST as LONGEST_NUMBERS
from salesbot.core.report.reader import RawIssue

VERSION = 3
BUDGET = 600
"""Points a filling may cost; GITHUB_TOKEN has 1,000 an hour, and others need some."""
OVERLAP = timedelta(hours=1)
"""Changes are asked for from so long before the last reading: `since` goes by GitHub's index, which lags (inferred)."""
TOGETHER = 50
"""Deals that are taken from the file at once."""
LARGEST = 16 * 1024 * 1024
"""Bytes of an issue with everything of it that is kept. Real ones have some thousands."""
Log = Callable[[str], None]

_ROWS = """
SELECT issues.rowid, issues.id, number, CASE WHEN length(node) <= ? THEN node END,
    numbers.key, CASE WHEN length(kept) <= ? THEN kept END
FROM issues LEFT JOIN numbers USING (id) WHERE issues.rowid > ? ORDER BY issues.rowid LIMIT ?
"""

_NO_CURSOR = "does not appear to be a valid cursor"
"""What GitHub says of a place to go on from that it never gave."""
_UNREADABLE = (zlib.error, ServiceError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""The errors with which a row fails that we did not write."""


class UnfilledError(ServiceError):
    """The cache is not full yet: its budget is spent, and the next run goes on."""


class SpoiltError(Exception):
    """A row of the cache is none that we wrote."""


@dataclass(frozen=True)
class Numbers:
    """How the numbers that are kept of deals are used again."""

    basis: bytes
    """A digest of what all of them depend on beside the deals' content."""
    take: Callable[[int, str | None], bool]
    """Takes a deal's numbers as they were kept; False where they do not hold any more."""


@dataclass
class Snapshot:
    """An open cache file. `spent` counts the points of this run."""

    file: sqlite3.Connection
    client: Client
    place: RepositoryPaths
    context: RepositoryFacts
    log: Log
    spent: int = 0

    def deals(self, numbers: Numbers | None = None) -> Iterator[Deals]:
        """Bring the cache up to date, and hand out every deal. Raises UnfilledError if the budget did not suffice.

        Where `numbers` takes those that are kept of a deal, its content is not unpacked and it is not handed out.
        """
        if not self._has_moments():
            self._empty()
        try:
            self._bring_up_to_date()
        except ServiceError as error:
            if _NO_CURSOR not in error.what:
                raise
            self._empty()
            self._bring_up_to_date()
        try:
            with without_collector():
                yield from self._all(numbers)
        except SpoiltError:
            self._empty()
            self._bring_up_to_date()
            yield Deals((), 0, 0, anew=True)
            yield from self._all(numbers)

    def _bring_up_to_date(self) -> None:
        self._fill()
        self._update()
        if self._total() != self._count():
            self._list()

    def _has_moments(self) -> bool:
        """Say whether the times are some that we wrote."""
        moments = [self._get(name) for name in ("since", "started")]
        try:
            return all(datetime.fromisoformat(moment).tzinfo for moment in moments if moment)
        except ValueError:
            return False

    def _empty(self) -> None:
        self.log("The cache has unknown rows, so it is rebuilt.")
        self.file.executescript(
            "DELETE FROM issues; DELETE FROM seen; DELETE FROM numbers; DELETE FROM meta WHERE name <> 'key';"
        )

    def _fill(self) -> None:
        if self._get("since"):
            return
        if not self._get("started"):
            self._announce()
            self._set("started", self.context.read_at.isoformat())
        for state in DOCUMENT:
            self._fill_with(state)
        self._set("since", self._get("started"))
        self.file.commit()

    def _fill_with(self, state: State) -> None:
        if self._get(f"done {state}"):
            return
        asked = Question(DOCUMENT[state], (state,))
        for leaf in pages(self.client, self.place, asked, self._get(f"after {state}") or None):
            self._store(leaf.nodes)
            self._set(f"after {state}", leaf.after or "")
            self._set(f"done {state}", "" if leaf.after else "yes")
            self.file.commit()
            self._spend(leaf.cost)
            if leaf.after:
                self._stop_at_budget()

    def _announce(self) -> None:
        total = self._total()
        requests = -(-total // PAGE)
        points = requests * max(POINTS.values())
        self.log(
            f"Reading {total:,} issues for the first time: about {requests:,} requests and at most {points:,} points of"
            f" GitHub's budget, {BUDGET} of them in one run."
        )

    def _spend(self, points: int) -> None:
        self.spent += points

    def _stop_at_budget(self) -> None:
        if self.spent >= BUDGET:
            raise UnfilledError(
                f"{self._count():,} issues are read and kept; this run's budget of {BUDGET} points is spent.",
                "The next run continues in an hour or later, and then makes the report",
            )

    def _update(self) -> None:
        """Read what changed since the last time."""
        since = datetime.fromisoformat(self._get("since")) - OVERLAP
        for leaf in pages(self.client, self.place, Question("OpenDeals", ("OPEN", "CLOSED"), since)):
            self._store(leaf.nodes)
            self.file.commit()
            self._spend(leaf.cost)
        self._set("since", self.context.read_at.isoformat())
        self.file.commit()

    def _total(self) -> int:
        data = self.client.query(document("HowMany"), self._where()).data
        return int(need(data, "repository", "issues", "totalCount"))

    def _count(self) -> int:
        return int(self.file.execute("SELECT count(*) FROM issues").fetchone()[0])

    def _list(self) -> None:
        """Deleted and transferred issues say nothing: list what there is, a hundred at a time, and drop what is not."""
        after: str | None = self._get("listed")
        while True:
            variables = {**self._where(), "after": after or None}
            data = self.client.query(document("AllIds"), variables).data
            found = need(data, "repository", "issues")
            self.file.executemany("INSERT OR IGNORE INTO seen VALUES (?)", [(node["id"],) for node in nodes(found)])
            info: Mapping[str, Any] = need(found, "pageInfo")
            after = info["endCursor"] if info["hasNextPage"] else None
            self._set("listed", after or "")
            self.file.commit()
            self._spend((data.get("rateLimit") or {}).get("cost", 1))
            if after is None:
                break
            if self.spent >= BUDGET:
                self.log("Issues were deleted or moved away; the next run continues to find out which.")
                return
        self._drop()

    def _drop(self) -> None:
        missing = self.file.execute("SELECT id FROM seen WHERE id NOT IN (SELECT id FROM issues)").fetchall()
        ids = [row[0] for row in missing]
        for start in range(0, len(ids), PAGE):
            data = self.client.query(document("TheseDeals"), {"ids": ids[start : start + PAGE]}).data
            self._store([whole(self.client, node) for node in data.get("nodes") or () if node])
        self.file.execute("DELETE FROM issues WHERE id NOT IN (SELECT id FROM seen)")
        self.file.execute("DELETE FROM numbers WHERE id NOT IN (SELECT id FROM issues)")
        self.file.execute("DELETE FROM seen")
        self.file.commit()

    def _all(self, numbers: Numbers | None) -> Iterator[Deals]:
        total, read, last = self._count(), 0, 0
        names = {label.id: label.name for label in self.context.repository.labels}
        while rows := self.file.execute(_ROWS, (LARGEST, LONGEST_NUMBERS, last, TOGETHER)).fetchall():
            read, last = read + len(rows), rows[-1][0]
            keys = {row[1]: _key(row[3], numbers) for row in rows}
            left = [
                row for row in rows if numbers is None or row[4] != keys[row[1]] or not numbers.take(row[2], row[5])
            ]
            raws = tuple(self._raw(id_, number, packed, names) for _, id_, number, packed, _, _ in left)
            yield Deals(raws, read, total, partial(self._keep, keys) if numbers is not None else keep_nothing)

    def _raw(self, id_: str, number: int, packed: bytes, names: Mapping[str, str]) -> RawIssue:
        """Read a row. Raises SpoiltError for one that we did not write."""
        try:
            node = _with_labels(_node(id_, number, packed), names)
            return raw_of(node, self.context.viewer, self.context.repository.url)
        except _UNREADABLE as error:
            raise SpoiltError from error

    def _keep(self, keys: Mapping[str, bytes], kept: Mapping[str, str]) -> None:
        """Keep the numbers of deals by their ids, under the keys of what they were computed from."""
        rows = [(id_, keys[id_], text) for id_, text in kept.items()]
        if not rows:
            return
        self.file.executemany("INSERT OR REPLACE INTO numbers VALUES (?, ?, ?)", rows)
        self.file.commit()

    def _store(self, found: Sequence[Json]) -> None:
        rows = [(node["id"], node["number"], zlib.compress(json.dumps(_pruned(node)).encode(), 1)) for node in found]
        self.file.executemany("INSERT OR REPLACE INTO issues VALUES (?, ?, ?)", rows)

    def _where(self) -> dict[str, Any]:
        owner, _, name = self.place.repository.partition("/")
        return {"owner": owner, "name": name}

    def _get(self, name: str) -> str:
        row = self.file.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def _set(self, name: str, value: str) -> None:
        self.file.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def _key(packed: object, numbers: Numbers | None) -> bytes:
    """Give what the numbers of a deal belong to: its content, and whatever else they are computed from."""
    content = packed if isinstance(packed, bytes) else b""
    return blake2b(content, key=numbers.basis, digest_size=16).digest() if numbers is not None and content else b""


def _node(id_: str, number: int, packed: bytes) -> dict[str, Any]:
    """Unpack a row. Raises ValueError if it unpacks to more than an issue has, or to another issue."""
    unpacking = zlib.decompressobj()
    node: dict[str, Any] = json.loads(unpacking.decompress(packed, LARGEST))
    if not unpacking.eof or (node["id"], node["number"]) != (id_, number):
        raise ValueError("no row of ours")
    return node


def _pruned(node: Json) -> dict[str, Any]:
    """Keep no words of people's comments: nothing is computed from them."""
    said = {name: {**node[name], "nodes": [_silent(each) for each in nodes(node, name)]}
            for name in ("oldest", "newest") if name in node}  # fmt: skip
    return {**node, **said}


def _silent(comment: Json) -> Json:
    is_ours = comment.get("viewerDidAuthor") or identity.is_workflow(decode.actor(comment.get("author")))
    return comment if is_ours else {**comment, "body": ""}


def _with_labels(node: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Renaming or deleting a label changes its issues without a trace on them: the list of labels knows."""
    standing = [{**label, "name": names[label["id"]]} for label in nodes(node, "labels") if label["id"] in names]
    return {**node, "labels": {"nodes": standing}}


@contextmanager
def opened(
    path: Path, client: Client, place: RepositoryPaths, context: RepositoryFacts, log: Log
) -> Iterator[Snapshot]:
    """Open a cache file; one of another repository, identity or version, or a spoilt one, is begun again.

    What was there is set aside, since it may be no cache but something of somebody's. Raises InputError where no file
    can be.
    """
    key = f"{VERSION} {context.repository.id} {context.viewer.id}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = cache_file.open_or_begin(path, key, log)
    except (OSError, sqlite3.OperationalError) as error:
        raise InputError(f"The cache {path} cannot be used: {error}.", "Name another file") from error
    with closing(file):
        yield Snapshot(file, client, place, context, log)
