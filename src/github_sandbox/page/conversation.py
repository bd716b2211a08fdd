"""A deal beside the board, as values: the card, the checklists, and the rest of the conversation with its events."""

from __future__ import annotations

from dataclasses import dataclass, field

from github_sandbox import markup
from github_sandbox.page.lens import Field, Lens
from github_sandbox.views import CommentView, EventView, IssueView

FACES = {
    "ROCKET": "🚀", "CONFUSED": "😕", "THUMBS_UP": "👍", "THUMBS_DOWN": "👎", "LAUGH": "😄", "HOORAY": "🎉",
    "HEART": "❤️", "EYES": "👀",
}  # fmt: skip


@dataclass(frozen=True)
class ShownComment:
    """A comment with its HTML."""

    comment: CommentView
    html: str = field(repr=False)

    @property
    def reactions(self) -> str:
        """List who reacted, and how."""
        return "  ".join(f"{FACES.get(content, content)} {login}" for content, login in self.comment.reactions)


@dataclass(frozen=True)
class Conversation:
    """An issue with its comments sorted by what they are for; `entries` are the others, and the events, by time."""

    issue: IssueView
    html: str = field(repr=False)
    cards: tuple[ShownComment, ...]
    lists: tuple[ShownComment, ...]
    entries: tuple[ShownComment | EventView, ...]
    fields: tuple[Field, ...]


def conversation(issue: IssueView, lens: Lens) -> Conversation:
    """Sort the comments of an issue."""
    parts: dict[str, list[ShownComment]] = {"card": [], "list": []}
    entries: list[tuple[str, ShownComment | EventView]] = [(event.at, event) for event in issue.events]
    for comment in issue.comments:
        shown = ShownComment(comment, markup.html(comment.body))
        part = lens.part(comment.author, comment.body)
        if part in parts and not comment.minimized:
            parts[part].append(shown)
        else:
            entries.append((comment.created_at, shown))
    ordered = tuple(entry for _, entry in sorted(entries, key=lambda pair: pair[0]))
    cards, lists = tuple(parts["card"]), tuple(parts["list"])
    return Conversation(issue, markup.html(issue.body), cards, lists, ordered, tuple(lens.fields(issue.body)))
