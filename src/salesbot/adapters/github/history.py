"""All deals with their history, for the report: page after page, open and closed ones side by side, from both ends.

Four streams at once, each a connection of its own; GitHub allows a hundred. Pages are handed on as they come, so that
memory does not grow with the repository. What changes while we read is read once more at the end.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from salesbot.adapters.github import decode
from salesbot.adapters.github.client import BrokenError, Client
from salesbot.adapters.github.decode import Json, need, nodes
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.read import RepositoryPaths, where
from salesbot.core.lifecycle import identity
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import Comment, Edit, Issue, Label, RepositoryFacts
from salesbot.core.report.reader import RawIssue

PAGE = 50
SMALLEST_PAGE = 5
AHEAD = 8
"""Pages that may wait to be counted."""
POINTS: dict[str, int] = {"OpenDeals": 3, "ClosedDeals": 2}
"""What a full page costs by GitHub's formula: connections, as if every page were full, by a hundred."""

State = Literal["OPEN", "CLOSED"]
Way = Literal["ASC", "DESC"]
DOCUMENT: dict[State, str] = {"OPEN": "OpenDeals", "CLOSED": "ClosedDeals"}


@dataclass(frozen=True)
class Question:
    """Which issues to read, and with which document."""

    document: str
    states: tuple[State, ...]
    since: datetime | None = None
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Leaf:
    """A page: its issues as GitHub wrote them, how many there are in all, where the next page begins, what it cost."""

    nodes: tuple[Json, ...]
    total: int
    after: str | None
    cost: int = 0
    asked: str = ""
    """The document it came from."""


def page(
    client: Client, place: RepositoryPaths, asked: Question, size: int, after: str | None = None, way: Way = "ASC"
) -> Leaf:
    """Read one page. Raises BrokenError where GitHub cannot manage it and a smaller one may do."""
    variables = {
        **{name: where(place)[name] for name in ("owner", "name")},
        "first": size,
        "after": after,
        "direction": way,
        "states": list(asked.states),
        "since": asked.since.isoformat().replace("+00:00", "Z") if asked.since else None,
        "labels": list(asked.labels) if asked.labels is not None else None,
    }
    data = client.query(document(asked.document), variables, give_up=size > SMALLEST_PAGE).data
    found = need(data, "repository", "issues")
    info: dict[str, Any] = need(found, "pageInfo")
    cost = (data.get("rateLimit") or {}).get("cost", 0)
    read = tuple(whole(client, node) for node in nodes(found))
    end = info["endCursor"] if info["hasNextPage"] else None
    return Leaf(read, need(found, "totalCount"), end, cost, asked.document)


def whole(client: Client, node: Json) -> Json:
    """Read an issue's events beyond the first hundred; hardly any deal has so many."""
    timeline = need(node, "timelineItems")
    events, info = list(nodes(timeline)), need(timeline, "pageInfo")
    if not info["hasNextPage"]:
        return node
    while info["hasNextPage"]:
        variables = {"id": need(node, "id"), "after": info["endCursor"]}
        more = need(client.query(document("MoreHistory"), variables).data, "node", "timelineItems")
        events, info = [*events, *nodes(more)], need(more, "pageInfo")
    return {**node, "timelineItems": {"nodes": events, "pageInfo": info}}


def pages(
    client: Client, place: RepositoryPaths, asked: Question, after: str | None = None, way: Way = "ASC"
) -> Iterator[Leaf]:
    """Read page after page in one stream. A page GitHub cannot manage is halved, down to 5."""
    size, more = PAGE, True
    while more:
        try:
            leaf = page(client, place, asked, size, after, way)
        except BrokenError:
            size = max(SMALLEST_PAGE, size // 2)
            continue
        yield leaf
        more, after = leaf.after is not None, leaf.after


@dataclass
class Both:
    """The issues in one state, read from both ends: who may read how many of them is dealt out in turn."""

    left: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self, size: int) -> int:
        """Take some of what is left; 0 when nothing is."""
        with self.lock:
            taken = min(size, self.left)
            self.left -= taken
            return taken

    def give_back(self, count: int) -> None:
        """A smaller page was read than was claimed."""
        with self.lock:
            self.left += count


def read_all(client: Client, place: RepositoryPaths, started: datetime) -> Iterator[Leaf]:
    """Read every issue of a repository, in no order; one that changes meanwhile comes again, its newest state last.

    `started` is GitHub's time before the first page. Raises ServiceError where GitHub fails us.
    """
    yield from _Streams(client, place).run()
    changed = Question("OpenDeals", ("OPEN", "CLOSED"), started - timedelta(seconds=2))
    for leaf in pages(client, place, changed):
        yield replace(leaf, total=0, asked="changed")


class _Streams:
    """The four streams, and the queue in which their pages arrive."""

    def __init__(self, client: Client, place: RepositoryPaths) -> None:
        self.client, self.place = client, place
        self.arrived: queue.Queue[Leaf | BaseException | None] = queue.Queue(AHEAD)
        self.possible_duplicates: list[Client] = []
        self.stopped = threading.Event()
        self.running = 0

    def run(self) -> Iterator[Leaf]:
        firsts = {state: Question(name, (state,)) for state, name in DOCUMENT.items()}
        try:
            for asked in firsts.values():
                leaf = next(pages(self.client, self.place, asked))
                yield leaf
                both = Both(leaf.total - len(leaf.nodes))
                if leaf.after is not None:
                    self._start(asked, both, leaf.after, "ASC")
                    self._start(asked, both, None, "DESC")
            yield from self._arriving()
        finally:
            self.stopped.set()
            self.client.requests += sum(possible_duplicate.requests for possible_duplicate in self.possible_duplicates)

    def _start(self, asked: Question, both: Both, after: str | None, way: Way) -> None:
        possible_duplicate = replace(self.client, requests=0)
        self.possible_duplicates.append(possible_duplicate)
        self.running += 1
        threading.Thread(target=self._stream, args=(possible_duplicate, asked, both, after, way), daemon=True).start()

    def _arriving(self) -> Iterator[Leaf]:
        while self.running:
            found = self.arrived.get()
            if isinstance(found, BaseException):
                raise found
            if found is None:
                self.running -= 1
            else:
                yield found

    def _stream(self, client: Client, asked: Question, both: Both, after: str | None, way: Way) -> None:
        try:
            self._read(client, asked, both, after, way)
        except BaseException as error:  # a thread's error belongs to whoever waits for its pages
            self._hand_on(error)
        else:
            self._hand_on(None)

    def _read(self, client: Client, asked: Question, both: Both, after: str | None, way: Way) -> None:
        size = PAGE
        while not self.stopped.is_set() and (claimed := both.claim(size)):
            try:
                leaf = page(client, self.place, asked, max(claimed, 1), after, way)
            except BrokenError:
                both.give_back(claimed)
                size = max(SMALLEST_PAGE, size // 2)
                continue
            self._hand_on(leaf)
            if leaf.after is None:
                return
            after = leaf.after

    def _hand_on(self, found: Leaf | BaseException | None) -> None:
        while not self.stopped.is_set():
            try:
                return self.arrived.put(found, timeout=0.2)
            except queue.Full:
                continue
        return None


def keep_nothing(kept: Mapping[str, str]) -> None:
    """Without a cache, nothing is kept."""


@dataclass(frozen=True)
class Deals:
    """Some deals as the report reads them, and how many issues were read so far, of how many in all."""

    raws: tuple[RawIssue, ...]
    read: int
    total: int
    keep: Callable[[Mapping[str, str]], None] = keep_nothing
    """Keeps the numbers of some of them, by id, for the next report."""
    anew: bool = False
    """What was handed out before does not count: everything comes again."""


def every_deal(client: Client, place: RepositoryPaths, context: RepositoryFacts) -> Iterator[Deals]:
    """Read all deals; one that changes meanwhile comes again, its newest state last."""
    return _counted(read_all(client, place, context.read_at), context)


def open_deals(
    client: Client, place: RepositoryPaths, context: RepositoryFacts, closed_since: datetime, labels: Sequence[str]
) -> Iterator[Deals]:
    """Read the open deals, and the closed ones that changed since a moment or have one of the labels.

    Each label is asked for on its own: of several, GitHub may mean all.
    """
    labelled = (Question("ClosedDeals", ("CLOSED",), labels=(label,)) for label in labels)
    asked = (Question("OpenDeals", ("OPEN",)), Question("ClosedDeals", ("CLOSED",), closed_since), *labelled)
    return _counted((leaf for each in asked for leaf in pages(client, place, each)), context)


def _counted(leaves: Iterator[Leaf], context: RepositoryFacts) -> Iterator[Deals]:
    read, totals = 0, dict[str, int]()
    for leaf in leaves:
        read += len(leaf.nodes)
        totals[leaf.asked] = leaf.total
        raws = tuple(raw_of(node, context.viewer, context.repository.url) for node in leaf.nodes)
        yield Deals(raws, read, max(read, sum(totals.values())))


def raw_of(node: Json, viewer: Actor, repository_url: str) -> RawIssue:
    """Read an issue from what GitHub wrote, or from what a cache kept of it."""
    comments = {each.id: each for each in (_comment(said, viewer) for said in _said(node))}
    edited = decode.moment_or_none(node.get("lastEditedAt"))
    number = need(node, "number")
    issue = Issue(
        id=need(node, "id"),
        number=number,
        title=need(node, "title"),
        body=node.get("body") or "",
        created_at=decode.moment(need(node, "createdAt")),
        author=decode.actor(node.get("author")),
        own=need(node, "viewerDidAuthor"),
        url=f"{repository_url}/issues/{number}",
        open=need(node, "state") == "OPEN",
        state_reason=node.get("stateReason"),
        locked=bool(node.get("locked")),
        labels=tuple(Label(label["id"], label["name"]) for label in nodes(node, "labels")),
        assignees=tuple(Actor(person["login"], person.get("databaseId")) for person in nodes(node, "assignees")),
        comments=tuple(comments[id_] for id_ in sorted(comments)),
        comments_complete=len(comments) >= need(node, "oldest").get("totalCount", 0),
        events=decode.events(nodes(node, "timelineItems"), viewer),
        body_edits=(Edit("", decode.actor(node.get("editor")), edited),) if edited is not None else (),
    )
    return RawIssue(issue, decode.moment_or_none(node.get("closedAt")))


def _said(node: Json) -> Sequence[Json]:
    return [*nodes(node, "oldest"), *(nodes(node, "newest") if "newest" in node else ())]


def _comment(node: Json, viewer: Actor) -> Comment:
    """Read a comment. Of people's comments only who and when is kept."""
    own, author = bool(need(node, "viewerDidAuthor")), decode.actor(node.get("author"))
    editor, edited = decode.actor(node.get("editor")), decode.moment_or_none(node.get("lastEditedAt"))
    return Comment(
        id=need(node, "databaseId"),
        node_id="",
        body=need(node, "body") if own or identity.is_workflow(author) else "",
        created_at=decode.moment(need(node, "createdAt")),
        author=author,
        own=own,
        own_text=own and (edited is None or (editor is not None and editor.id == viewer.id)),
        editor=editor,
        edited_at=edited,
        minimized=bool(node.get("isMinimized")),
    )
