"""What the program did to an issue: the issue before and after, and the difference in words.

Knows comments, labels and reactions as a visitor sees them; of the program's markers only that they begin a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from github_sandbox import CommentView, IssueView

BOT = "github-actions[bot]"
PASSING = ("refusal", "reply", "ask")
WARNING = "⚠️"
FACES = {"ROCKET": "🚀", "CONFUSED": "😕"}

_KIND = re.compile(r'<!-- salesbot:(\w+)(?:.*?"of":"([^"]+)")?.*?-->\n?', re.S)
_BEGINS = re.compile(r"<!-- salesbot:(\w+)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\))?")
_FACT = re.compile(r"^- \*\*[^*]+:\*\* .*", re.M)
_MARKUP = re.compile(r"\*\*|`|\\|</?span>|<!-- -->")


def plain(text: str) -> str:
    """Render Markdown as plain text: no bullets, no stars, no link targets."""
    return _MARKUP.sub("", _LINK.sub(r"\1", text)).strip().removeprefix("- ")


def kind(comment: CommentView) -> tuple[str, str]:
    """Return what a comment of the program is for, e.g. `("checklist", "estimate")`."""
    found = _KIND.match(comment.body) if comment.author == BOT else None
    return (found[1], found[2] or "") if found else ("", "")


def kind_of(body: str) -> str:
    """Return what a comment is for, by its text alone; empty for a comment that is not the program's."""
    found = _BEGINS.match(body)
    return found[1] if found else ""


def text(comment: CommentView) -> list[str]:
    """Return the lines of a comment that a person sees, without empty ones."""
    return lines(comment.body)


def unfolded(comment: CommentView) -> list[str]:
    """Return the lines of a comment that a person sees before unfolding anything."""
    return lines(comment.body.partition("<details>")[0])


def lines(body: str) -> list[str]:
    """Return the lines of a text of the program that a person sees, without empty ones."""
    return [line for raw in _KIND.sub("", body, count=1).splitlines() if (line := plain(raw))]


def warnings(body: str) -> list[str]:
    """Return what a card warns of."""
    return [line.removeprefix(WARNING).strip() for line in lines(body) if line.startswith(WARNING)]


def card(issue: IssueView) -> CommentView | None:
    """Find the card."""
    return next((comment for comment in issue.comments if kind(comment)[0] == "card"), None)


def item(issue: IssueView, word: str) -> tuple[CommentView, str]:
    """Find the open box whose item begins with a word: its comment and its text. Raises LookupError without one."""
    for comment in issue.comments:
        for line in comment.body.splitlines():
            if line.startswith("- [ ] ") and plain(line.removeprefix("- [ ] ")).startswith(word):
                return comment, line.removeprefix("- [ ] ")
    raise LookupError(f"#{issue.number} has no open box {word!r}")


def changes(before: IssueView, after: IssueView) -> Iterator[str]:
    """Describe what changed, one line each, most important first."""
    yield from _labels(before, after)
    if before.state != after.state:
        reason = (after.state_reason or "").lower().replace("_", " ")
        yield "opened the issue again" if after.state == "OPEN" else f"closed the issue as {reason}"
    if before.body != after.body:
        yield from _described(before.body, after.body)
    known = {comment.id: comment for comment in before.comments}
    for comment in after.comments:
        yield from _comment(known.get(comment.id), comment)


def _labels(before: IssueView, after: IssueView) -> Iterator[str]:
    gone, come = set(before.labels) - set(after.labels), set(after.labels) - set(before.labels)
    if gone or come:
        yield f"labels: {' '.join([*(f'-{name}' for name in sorted(gone)), *(f'+{name}' for name in sorted(come))])}"


def _described(before: str, after: str) -> Iterator[str]:
    for verb, old, new in (("wrote into", before, after), ("took out of", after, before)):
        known = old.splitlines()
        fresh = [line for line in _KIND.sub("", new, count=1).splitlines() if line.strip() and line not in known]
        lines = [f"{plain(line.lstrip('#> '))}{':' if line.startswith('###') else ';'}" for line in fresh]
        if lines:
            yield f"{verb} the description: {' '.join(lines).rstrip(';:')}"


def _comment(before: CommentView | None, after: CommentView) -> Iterator[str]:
    what, of = kind(after)
    if before is None and what:
        yield from _written(what, of, after)
    elif before is not None and before.body != after.body:
        yield from _edited(what, before, after)
    if before is not None and after.minimized and not before.minimized:
        yield "hid the settled reply"
    for face, login in after.reactions:
        if login == BOT and (before is None or (face, login) not in before.reactions):
            yield f"{FACES.get(face, face)} on the comment of {after.author}"


OTHER_DEALS = ("Possible duplicate", "Same client")
"""How the card begins to name other deals."""


def _written(what: str, of: str, comment: CommentView) -> Iterator[str]:
    if what == "card":
        yield "wrote the card"
        yield from (f"card: {line}" for line in text(comment) if any(known in line for known in OTHER_DEALS))
    elif what == "checklist":
        yield f"posted the checklist {of}: {first_sentence(text(comment)[0])}"
    else:
        yield f"wrote: {' '.join(unfolded(comment))}"


def first_sentence(line: str) -> str:
    """Take the first sentence of a line."""
    return re.split(r"(?<=[.?!]) ", line)[0]


def _edited(what: str, before: CommentView, after: CommentView) -> Iterator[str]:
    """Of the card, its first line and its facts where they differ; the rest of it follows from them."""
    if what == "card":
        yield from (f"card: {line}" for line in _facts(after) if line not in _facts(before))
    elif what in PASSING:
        yield f"edited its reply: {' '.join(unfolded(after))}"


def _facts(comment: CommentView) -> list[str]:
    return list(dict.fromkeys([text(comment)[0], *map(plain, _FACT.findall(comment.body))]))
