"""Effects in words, for the job summary and the dry run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import assert_never

from salesbot.core.model.effects import (
    AddLabel,
    Assign,
    CloseIssue,
    CloseProblem,
    CloseTask,
    CreateLabel,
    DeleteComment,
    EditBody,
    EditProblem,
    Effect,
    MinimizeComment,
    OpenLead,
    OpenProblem,
    OpenReport,
    OpenTask,
    PinIssue,
    PutComment,
    React,
    RemoveLabel,
    ReopenIssue,
    Unassign,
    UnpinIssue,
    Unreact,
)
from salesbot.core.model.keys import Key, Kind


def describe(effect: Effect) -> str:
    """Say what an effect does, e.g. `add the label stage:won`, as plain text, to be escaped for its place."""
    match effect:
        case CreateLabel(name):
            return f"create the label {name}"
        case EditBody():
            return "edit the description"
        case PutComment(key, _, None):
            return f"write {_name(key)}"
        case PutComment(key):
            return f"update {_name(key)}"
        case AddLabel(name):
            return f"add the label {name}"
        case RemoveLabel(name):
            return f"remove the label {name}"
        case CloseIssue(reason):
            return f"close the issue as {reason.lower().replace('_', ' ')}"
        case ReopenIssue():
            return "reopen the issue"
        case Assign(login):
            return f"assign {login}"
        case Unassign(login):
            return f"unassign {login}"
        case MinimizeComment(id_):
            return f"hide the settled comment {id_}"
        case DeleteComment(id_):
            return f"delete the duplicate comment {id_}"
        case React(id_, receipt):
            return f"answer comment {id_} with {'🚀' if receipt == 'ROCKET' else '😕'}"
        case Unreact(id_, receipt):
            return f"remove {'🚀' if receipt == 'ROCKET' else '😕'} from comment {id_}"
        case OpenProblem(title):
            return f"open the issue {title}"
        case OpenLead(title, labels=labels):
            return f"open the issue {title}{_labelled(labels)}"
        case OpenTask(_, title):
            return f"open the task {title}"
        case CloseTask(number):
            return f"close the duplicate task #{number}"
        case EditProblem():
            return "update the problem issue"
        case CloseProblem():
            return "close the problem issue"
        case OpenReport(title):
            return f"open the issue {title}"
        case PinIssue():
            return "pin the report"
        case UnpinIssue():
            return "unpin the previous report"
        case _:
            assert_never(effect)


NAMES: Mapping[str, str] = {
    Kind.CARD: "the card",
    Kind.REFUSAL: "the comment that refuses",
    Kind.REPLY: "the reply",
    Kind.ANSWER: "the answer",
    Kind.ESTIMATE: "the table of the estimate",
    Kind.ASK: "the question how it ended",
    Kind.BACK: "the comment that the deal is back",
    Kind.REMINDER: "the reminder",
    Kind.NEW: "the comment on the new deal",
    Kind.DRAGGED: "the comment on what is missing",
    Kind.WAITS: "the comment on what is missing",
}
"""What each kind of comment is called in a log."""


def _name(key: Key) -> str:
    """Name a comment by what it is; which event it answers means nothing to people."""
    return f"the checklist {key.of}" if key.kind == Kind.CHECKLIST else NAMES.get(key.kind, f"the comment {key.kind}")


def _labelled(labels: Sequence[str]) -> str:
    return f" ({', '.join(labels)})" if labels else ""
