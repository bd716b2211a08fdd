"""Files: the content of the default branch, and who changed it when.

Knows just enough of git for configuration and templates: one branch, whole files.
"""

from __future__ import annotations

from dataclasses import dataclass

from github_sandbox.rules.access import writes_code
from github_sandbox.rules.changes import Change
from github_sandbox.rules.refusals import no_permission
from github_sandbox.store.database import Database, Row
from github_sandbox.store.ids import git_oid

MAX_TEXT = 512_000
"""Bytes of a blob's text that GraphQL answers; a longer one is truncated and marked so."""


@dataclass(frozen=True)
class Entry:
    """A name in a directory: a file (`blob`) or a directory (`tree`)."""

    name: str
    path: str
    kind: str
    oid: str
    size: int = 0


def push(change: Change, repository: Row, path: str, content: bytes | None, message: str = "") -> str:
    """Write a file on the default branch, or delete it with None; return the commit's oid."""
    if not writes_code(change.db, change.who, repository):
        raise no_permission(f"{change.who.login} may not push: that takes write.")
    change.db.run("DELETE FROM files WHERE repository_id = ? AND path = ?", repository["id"], path)
    if content is not None:
        oid = git_oid("blob", content)
        change.db.insert("files", repository_id=repository["id"], path=path, content=content, oid=oid)
    text = message or f"{'Delete' if content is None else 'Write'} {path}"
    previous = head(change.db, repository)
    count = change.db.value("SELECT count(*) FROM commits")
    oid = git_oid("commit", f"{previous}{change.at}{path}{text}{count}".encode() + (content or b""))
    made = {"author_id": change.who.user_id, "path": path, "message": text, "committed_at": change.at}
    change.db.insert("commits", repository_id=repository["id"], oid=oid, **made)
    change.db.update("repositories", repository["id"], pushed_at=change.at)
    return oid


def head(db: Database, repository: Row) -> str | None:
    """Name the newest commit of the default branch; None in an empty repository."""
    sql = "SELECT oid FROM commits WHERE repository_id = ? ORDER BY id DESC LIMIT 1"
    oid: str | None = db.value(sql, repository["id"])
    return oid


def blob(db: Database, repository: Row, path: str) -> Row | None:
    """Read a file."""
    return db.one("SELECT * FROM files WHERE repository_id = ? AND path = ?", repository["id"], path)


def tree(db: Database, repository: Row, path: str) -> list[Entry]:
    """List a directory, one level deep, by name; nothing if there is no such directory."""
    prefix = f"{path.strip('/')}/" if path.strip("/") else ""
    # "0" follows "/": the range holds exactly what starts with the prefix.
    after = f"{prefix[:-1]}0" if prefix else "\U0010ffff"
    sql = (
        "SELECT path, oid, length(content) AS size FROM files"
        " WHERE repository_id = ? AND path >= ? AND path < ? ORDER BY path"
    )
    found: dict[str, Entry] = {}
    for row in db.all(sql, repository["id"], prefix, after):
        name, _, rest = row["path"].removeprefix(prefix).partition("/")
        if rest:
            oid = git_oid("tree", f"{prefix}{name}{row['oid']}".encode())
            found.setdefault(name, Entry(name, prefix + name, "tree", oid))
        else:
            found[name] = Entry(name, row["path"], "blob", row["oid"], row["size"])
    return [found[name] for name in sorted(found)]


def tree_oid(entries: list[Entry]) -> str:
    """Hash a directory by what it lists."""
    return git_oid("tree", "".join(f"{entry.name}{entry.oid}" for entry in entries).encode())


def is_binary(content: bytes) -> bool:
    """Return whether GitHub would show no text: there is a NUL, or it is not UTF-8."""
    try:
        return "\0" in content.decode()
    except UnicodeDecodeError:
        return True
