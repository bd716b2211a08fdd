"""Trying on an issue of its own what nobody could look up: `salesbot doctor --scratch`.

Does and reports what it saw. What it means is in `core.installation.platform_assumptions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from salesbot.adapters.github import refusals
from salesbot.adapters.github.client import Client
from salesbot.adapters.github.decode import need, nodes
from salesbot.adapters.github.documents import document
from salesbot.core.errors import ServiceError
from salesbot.core.installation.platform_assumptions import BEFORE, FIRST, LAST, RENAMED, ScratchObservation
from salesbot.core.model.facts import Label, Repository

TITLE = "salesbot doctor: a scratch issue, to be ignored"


@dataclass
class Scratch:
    """One scratch issue. It carries `excluded`, so that nobody takes it for a deal, and is closed in the end."""

    client: Client
    repository: Repository
    excluded: Label
    label: Label | None = None
    number: int = 0
    issue: str = field(default="", repr=False)

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open the issue, and close it whatever happens; the label it made goes too."""
        variables = {"repository": self.repository.node_id, "title": TITLE, "body": FIRST, "label": self.excluded.id}
        made = need(self._do("OpenProblem", variables), "createIssue", "issue")
        self.issue, self.number = made["id"], made["number"]
        try:
            yield
        finally:
            try:
                self._delete_label()
            finally:
                self._do("CloseIssue", {"issue": self.issue, "reason": "NOT_PLANNED", "duplicate": None})

    def see(self, mention: str) -> ScratchObservation:
        """Do everything, and read what came of it. `mention` is a comment with a plain and a broken mention."""
        self._do("EditBody", {"issue": self.issue, "body": LAST})
        errors = self._partly()
        comment = self._comment(mention)
        label = self._rename()
        before = self._seen()
        self._delete_label()
        after = self._seen()
        people = self.client.query(
            document("ScratchPeople"),
            {"id": self.repository.node_id},
            tolerated=("node.people", "node.collaborators"),
        ).data
        comments = nodes(before, "comments")
        return ScratchObservation(
            edits=tuple(node.get("diff") for node in _edits(before)),
            comments=tuple(node["body"] for node in comments),
            failed=errors,
            html=next((node["bodyHTML"] for node in comments if node["body"] == mention), ""),
            label_id=label.id,
            events=_labelings(before),
            after_deletion=_labelings(after),
            people_readable=need(people, "node").get("people") is not None,
            collaborators_readable=need(people, "node").get("collaborators") is not None,
            pinned=self._may_pin(),
            hidden=self._may("MinimizeComment", {"comment": comment, "why": "OUTDATED"}),
        )

    def _seen(self) -> Mapping[str, Any]:
        """Read the issue. Texts of edits and deleted labels that GitHub does not show are left out."""
        reply = self.client.query(document("ScratchSeen"), {"issue": self.issue}, tolerated=("node.userContentEdits",))
        found: Mapping[str, Any] = need(reply.data, "node")
        return found

    def _may_pin(self) -> bool | None:
        pinned = self._may("PinIssue", {"issue": self.issue})
        if pinned:
            self._do("UnpinIssue", {"issue": self.issue})
        return pinned

    def _may(self, operation: str, variables: Mapping[str, Any]) -> bool | None:
        """Say whether the token may do something; None if GitHub refuses it for another reason."""
        try:
            errors = self.client.mutate(document(operation), variables).errors
        except refusals.ForbiddenError:
            return False
        if not errors:
            return True
        return False if any(error.get("type") == "FORBIDDEN" for error in errors) else None

    def _partly(self) -> tuple[str, ...]:
        """Send three aliases, of which the second must fail."""
        gone = self._comment("gone")
        self._do("DeleteComment", {"comment": gone})
        reply = self.client.mutate(document("ScratchPartly"), {"issue": self.issue, "gone": gone})
        return tuple(str((error.get("path") or ["?"])[0]) for error in reply.errors)

    def _comment(self, body: str) -> str:
        made = self._do("AddComment", {"issue": self.issue, "body": body})
        return str(need(made, "addComment", "commentEdge", "node", "id"))

    def _rename(self) -> Label:
        asked = {"name": BEFORE, "color": "ededed", "description": ""}
        made = need(self._do("CreateLabel", {"repository": self.repository.node_id, **asked}), "createLabel", "label")
        self.label = Label(made["id"], BEFORE)
        # The excluded label went on when the issue was opened; this event is the younger one.
        self._do("AddLabel", {"issue": self.issue, "label": self.label.id})
        self._do("UpdateLabel", {"label": self.label.id, **asked, "name": RENAMED})
        return self.label

    def _delete_label(self) -> None:
        if self.label is not None:
            self._do("DeleteLabel", {"label": self.label.id})
            self.label = None

    def _do(self, operation: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        reply = self.client.mutate(document(operation), variables)
        if reply.errors:
            message = str(reply.errors[0].get("message", ""))[:200]
            hint = refusals.advice_on(message, "This needs the role write, or `issues: write`")
            raise ServiceError(f"GitHub refused a trial: {message}.", hint)
        return reply.data


def _edits(issue: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return nodes(issue, "userContentEdits") if issue.get("userContentEdits") else []


def _labelings(issue: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    labels = [node.get("label") for node in nodes(issue, "timelineItems")]
    return tuple((label["id"], label["name"]) for label in labels if label)
