"""Reads an event as a run request: which deal to look at, or why there is nothing to do (no request is sent then)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from salesbot.adapters.actions.inputs import Inputs, not_a_number, number_of
from salesbot.core.errors import InputError
from salesbot.core.model.board import FieldChange
from salesbot.core.model.deal import Actor
from salesbot.core.model.facts import IssueSummary, Trigger
from salesbot.core.policies import board_view
from salesbot.core.text import command_syntax, markdown
from salesbot.core.text.label_names import label_key

MAX_EVENT = 26 * 1024 * 1024
"""Bytes. GitHub delivers no payload over 25 MB."""
_TICKABLE = re.compile(r"\[[ xX]\]")
_OWN_MARKER = markdown.MARKER_PREFIX
_LEAD_MARKER = f"{markdown.MARKER_PREFIX}lead "


@dataclass(frozen=True)
class RunRequest:
    """What an event asks us to look at. `why` says, for the job summary, why it is nothing."""

    kind: Literal["deal", "labels", "task", "nothing"]
    trigger: Trigger = field(default_factory=lambda: Trigger(""))
    issue: int = 0
    task: str = ""
    why: str = ""
    label_before: str = ""
    label_id: str = ""
    relayed: tuple[str, str] | None = field(default=None, repr=False)
    """A response of a form as it was delivered: the raw body and its signature."""
    content: str = ""
    """The node id of the issue, where its number is not known."""
    gone: IssueSummary | None = None
    """An issue that a lead became, and that is not here any more."""


def read_event(path: str) -> dict[str, Any]:
    """Read the event file. Raises InputError if it is missing, empty, truncated, too large or no JSON object."""
    if not path:
        raise InputError("GITHUB_EVENT_PATH is not set.", "The program runs inside GitHub Actions, or in the sandbox")
    try:
        size = Path(path).stat().st_size
        if size > MAX_EVENT:
            raise InputError(f"The event file has {size:,} bytes; GitHub sends at most 25 MB.")
        event = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"The event file cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError("The event file is not JSON; it may be empty or cut off.", "Run the job again") from error
    if not isinstance(event, dict):
        raise InputError("The event file is not a JSON object.", "Run the job again")
    return event


def run_request(inputs: Inputs, event: Mapping[str, Any]) -> RunRequest:
    """Say what an event asks us to look at. Raises InputError if the event lacks what its kind must have."""
    if inputs.issue is not None and not _is_about(event, inputs.issue):
        return RunRequest("deal", Trigger(inputs.event), inputs.issue)
    relays = inputs.event == "repository_dispatch" and inputs.task in ("intake", "all")
    if inputs.task != "auto" and not relays:
        return RunRequest("task", Trigger(inputs.event), task=inputs.task)
    reader = _READERS.get(inputs.event)
    if reader is None:
        return RunRequest("nothing", why=f"salesbot does not handle the event {inputs.event or 'without a name'}.")
    try:
        return reader(event)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = markdown.log_safe(f"The event file of {inputs.event} lacks {error}.")
        raise InputError(what, "Check that GITHUB_EVENT_NAME matches the event in the file") from error


def _is_about(event: Mapping[str, Any], number: int) -> bool:
    issue = event.get("issue")
    return isinstance(issue, Mapping) and issue.get("number") == number


def _nothing(why: str) -> RunRequest:
    return RunRequest("nothing", why=why)


def _issues(event: Mapping[str, Any]) -> RunRequest:
    action, issue = event["action"], event["issue"]
    if action in ("deleted", "transferred"):
        return _gone(issue)
    if action not in ("opened", "edited", "labeled", "unlabeled", "closed", "reopened", "assigned", "unassigned"):
        return _nothing(f"Nothing to do when an issue is {action}.")
    if "pull_request" in issue:
        return _nothing("A pull request is not a deal.")
    if action == "edited" and set(event.get("changes") or {}) == {"title"}:
        return _nothing("Only the title was edited.")
    if action not in ("labeled", "unlabeled"):
        return _deal(event, f"issues.{action}")
    label = event.get("label")
    if label is None and action == "unlabeled":
        return _nothing("A label was deleted from the list; GitHub sends a separate event for that.")
    return _deal(event, f"issues.{action}", label=label["name"] if label is not None else None)


def _gone(issue: Mapping[str, Any]) -> RunRequest:
    """An issue was deleted, or moved to another repository. What came in by a form would come in again."""
    body = issue.get("body") or ""
    if not body.startswith(_LEAD_MARKER):
        return _nothing("The deleted issue did not come from a form.")
    labels = frozenset(label_key(str(label["name"])) for label in issue["labels"])
    gone = IssueSummary(int(issue["number"]), str(issue["title"]), body, labels)
    return RunRequest("task", Trigger("issues.deleted"), task="intake", gone=gone)


def _issue_comment(event: Mapping[str, Any]) -> RunRequest:
    action, comment = event["action"], event["comment"]
    body = comment["body"] or ""
    if "pull_request" in event["issue"]:
        return _nothing("A comment on a pull request does not belong to a deal.")
    if action not in ("created", "edited", "deleted"):
        return _nothing(f"Nothing to do when a comment is {action}.")
    if action == "deleted":
        return (
            _deal(event, "issue_comment.deleted")
            if _OWN_MARKER in body
            else _nothing("A person's comment was deleted.")
        )
    if (event.get("sender") or {}).get("type") == "Bot":
        return _nothing("Commands of bots are ignored.")
    ticked = action == "edited" and _TICKABLE.search(body)
    if not (command_syntax.may_hold(body) or ticked):
        return _nothing("The comment has no command in it.")
    return _deal(event, f"issue_comment.{action}", comment=int(comment["id"]))


def _deal(event: Mapping[str, Any], name: str, *, label: str | None = None, comment: int | None = None) -> RunRequest:
    sender = event.get("sender") or {}
    actor = sender.get("login") if sender.get("type") != "Bot" else None
    return RunRequest("deal", Trigger(name, label, comment, actor), int(event["issue"]["number"]))


def _label(event: Mapping[str, Any]) -> RunRequest:
    action, label = event["action"], event["label"]
    if action == "edited":
        before = ((event.get("changes") or {}).get("name") or {}).get("from")
        if before is None:
            return _nothing("Only the colour or description of a label was changed.")
    elif action == "deleted":
        before = label["name"]
    else:
        return _nothing(f"Nothing to do when a label is {action}.")
    return RunRequest("labels", Trigger(f"label.{action}"), label_before=before, label_id=label.get("node_id") or "")


def _schedule(event: Mapping[str, Any]) -> RunRequest:
    return RunRequest("task", Trigger("schedule"), task="sweep")


def _dispatch(event: Mapping[str, Any]) -> RunRequest:
    """By hand: one deal by number, else the sweep."""
    given = (event.get("inputs") or {}).get("issue")
    if not given:
        return RunRequest("task", Trigger("workflow_dispatch"), task="sweep")
    number = number_of(str(given))
    if number is None:
        raise InputError(markdown.log_safe(f"Wrong input: {not_a_number(str(given))}."))
    return RunRequest("deal", Trigger("workflow_dispatch"), number)


def _repository_dispatch(event: Mapping[str, Any]) -> RunRequest:
    """A relay hands over a response with its signature, or, where it is too large for an event, only wakes a poll."""
    if event["action"] == "board":
        return _board(event.get("client_payload") or {})
    if event["action"] != "typeform":
        return _nothing("This repository_dispatch is not for salesbot.")
    payload = event.get("client_payload") or {}
    body, signature = payload.get("body"), payload.get("signature")
    if body is None:
        return RunRequest("task", Trigger("repository_dispatch"), task="intake")
    if not isinstance(body, str) or not isinstance(signature, str):
        raise InputError("A relayed response needs `body` and `signature`, both text.", "See docs/intake.md")
    return RunRequest("task", Trigger("repository_dispatch"), task="intake", relayed=(body, signature))


def _board(payload: Mapping[str, Any]) -> RunRequest:
    """A relay passes on that somebody changed a field of a card. Whose issue it is, is asked by its node id."""
    field_, sender = payload["field"], payload["sender"]
    by = Actor(str(sender["login"]), int(sender["id"]), sender["type"] == "Bot")
    at = datetime.fromisoformat(payload["at"]).astimezone(UTC)
    change = FieldChange(str(field_["id"]), board_view.as_shown(str(field_["type"]), field_["to"]), at, by)
    trigger = Trigger("board.edited", actor=None if by.is_bot else by.login, delivered=change)
    return RunRequest("deal", trigger, content=str(payload["content_node_id"]))


_READERS = {
    "issues": _issues,
    "issue_comment": _issue_comment,
    "label": _label,
    "schedule": _schedule,
    "workflow_dispatch": _dispatch,
    "repository_dispatch": _repository_dispatch,
}
