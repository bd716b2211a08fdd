"""The one write: every effect as an alias of one mutation document, in order, checked alias by alias.

Aliases fail singly and GitHub runs the later ones all the same. The answer looks back: its last alias asks the issue
for what happened since it was read, so that a run never rests on facts that changed under its hands (docs/design.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, assert_never

from salesbot.adapters.github import decode, refusals
from salesbot.adapters.github.client import Client, Reply, UnclearError, is_broken
from salesbot.adapters.github.composed import compose
from salesbot.adapters.github.decode import Json, nodes
from salesbot.adapters.github.issue_list import other
from salesbot.core.errors import ServiceError
from salesbot.core.installation import problem_issue
from salesbot.core.leads import lead
from salesbot.core.model import comments
from salesbot.core.model.deal import Actor
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
from salesbot.core.model.facts import Comment, DealFacts, Label, RepositoryFacts
from salesbot.core.model.write_result import IssueAfter, WriteResult
from salesbot.core.report import weekly_issue
from salesbot.core.text.label_names import label_key

MOST_ALIASES = 60
"""One client measured that GitHub takes about 75 mutations in one document."""

_FINAL = "UNPROCESSABLE"
"""The type of an error by which GitHub refuses what it was asked, whoever asks and however often."""
_LOCKED = "is locked"
"""In a refusal for want of rights that no permission repairs."""


class TargetGoneError(Exception):
    """What an effect is about was not read: somebody who cannot be assigned."""


@dataclass(frozen=True)
class Step:
    """The operation that does an effect."""

    effect: Effect
    operation: str
    variables: Mapping[str, Any]


def create_labels(client: Client, facts: RepositoryFacts, wanted: Sequence[CreateLabel]) -> tuple[Label, ...]:
    """Create labels, and say what they are. Raises UnclearError if nobody can tell, or another run made one at
    the same moment, ServiceError if one cannot be created."""
    steps = [
        Step(
            effect,
            "CreateLabel",
            {
                "repository": facts.repository.node_id,
                "name": effect.name,
                "color": effect.color,
                "description": effect.description,
            },
        )
        for effect in wanted
    ]
    reply = _send(client, steps)
    made = [reply.data.get(f"m{index}") for index in range(len(steps))]
    if None in made:
        index = made.index(None)
        why = _why(reply, index)
        if "already" in why:
            raise UnclearError("Another run created the labels at the same moment.", "The next run checks")
        if _is_unclear(reply, index):
            raise UnclearError("GitHub did not confirm whether it created a label.", "The next run checks")
        raise ServiceError(f"A label could not be created: {why}.", refusals.advice_on(why))
    return tuple(decode.label(answer["label"]) for answer in made if answer is not None)


def write(client: Client, facts: RepositoryFacts, effects: Sequence[Effect]) -> WriteResult:
    """Carry effects out in one document. Raises UnclearError if nobody can tell whether it happened."""
    steps, written = _steps(effects, facts)
    for start in range(0, len(steps), MOST_ALIASES):
        chunk = steps[start : start + MOST_ALIASES]
        written = _merged(written, _read_answer(chunk, _send(client, chunk), facts.viewer))
    return written


def _steps(effects: Sequence[Effect], facts: RepositoryFacts) -> tuple[list[Step], WriteResult]:
    """Prepare the effects; what cannot be asked for at all is refused without asking."""
    steps: list[Step] = []
    failed: list[tuple[Effect, str]] = []
    for effect in effects:
        try:
            steps.append(_step(effect, facts))
        except TargetGoneError as error:
            failed.append((effect, str(error)))
    return steps, WriteResult(tuple(failed), final=tuple(effect for effect, _ in failed))


def _send(client: Client, steps: Sequence[Step]) -> Reply:
    text, variables = compose(steps)
    return client.mutate(text, variables)


def _step(effect: Effect, facts: RepositoryFacts) -> Step:  # one line for each effect: the whole table at a glance
    issue = facts.issue.id if isinstance(facts, DealFacts) else ""
    match effect:
        case EditBody(body):
            return Step(effect, "EditBody", {"issue": issue, "body": body})
        case PutComment(_, body, id_) if id_ is not None:
            return Step(effect, "EditComment", {"comment": _comment(id_, facts), "body": body})
        case PutComment(_, body):
            return Step(effect, "AddComment", {"issue": issue, "body": body})
        case AddLabel(name):
            return Step(effect, "AddLabel", {"issue": issue, "label": _label(name, facts)})
        case RemoveLabel(name):
            return Step(effect, "RemoveLabel", {"issue": issue, "label": _label(name, facts)})
        case CloseIssue(reason, of):
            linked = facts.linked.get(of) if of is not None and isinstance(facts, DealFacts) else None
            other = linked.id if linked is not None else None
            return Step(effect, "CloseIssue", {"issue": issue, "reason": reason, "duplicate": other})
        case ReopenIssue():
            return Step(effect, "ReopenIssue", {"issue": issue})
        case Assign(login):
            return Step(effect, "Assign", {"issue": issue, "person": _person(login, facts)})
        case Unassign(login):
            return Step(effect, "Unassign", {"issue": issue, "person": _person(login, facts)})
        case MinimizeComment(id_, why):
            return Step(effect, "MinimizeComment", {"comment": _comment(id_, facts), "why": why})
        case DeleteComment(id_):
            return Step(effect, "DeleteComment", {"comment": _comment(id_, facts)})
        case React(id_, receipt):
            return Step(effect, "React", {"comment": _comment(id_, facts), "receipt": receipt})
        case Unreact(id_, receipt):
            return Step(effect, "Unreact", {"comment": _comment(id_, facts), "receipt": receipt})
        case OpenProblem(title, body):
            label = _label(problem_issue.LABEL, facts)
            variables = {"repository": facts.repository.node_id, "title": title, "body": body, "label": label}
            return Step(effect, "OpenProblem", variables)
        case OpenLead(title, body, names):
            labels = [_label(name, facts) for name in (lead.LABEL, *names)]
            about = {"repository": facts.repository.node_id, "title": title, "body": body}
            return Step(effect, "OpenLead", {**about, "labels": labels})
        case OpenTask(_, title, body, person):
            about = {"repository": facts.repository.node_id, "parent": issue, "title": title, "body": body}
            return Step(effect, "OpenTask", {**about, "people": [_person(person, facts)] if person else []})
        case CloseTask(_, id_, of_id):
            return Step(effect, "CloseTask", {"task": id_, "duplicate": of_id})
        case EditProblem(body):
            return Step(effect, "EditProblem", {"problem": _problem(facts), "body": body})
        case CloseProblem(body):
            return Step(effect, "CloseProblem", {"problem": _problem(facts), "body": body})
        case OpenReport(title, body):
            label = _label(weekly_issue.LABEL, facts)
            variables = {"repository": facts.repository.node_id, "title": title, "body": body, "label": label}
            return Step(effect, "OpenReport", variables)
        case PinIssue():
            return Step(effect, "PinIssue", {"issue": issue})
        case UnpinIssue():
            return Step(effect, "UnpinIssue", {"issue": issue})
        case CreateLabel():
            raise AssertionError("labels are created before the write, since it needs their ids")
        case _:
            assert_never(effect)


def _label(name: str, facts: RepositoryFacts) -> str:
    on_issue = facts.issue.labels if isinstance(facts, DealFacts) else ()
    known = (*facts.repository.labels, *on_issue)
    # The very label first: there may be two that look alike.
    for read in (str.casefold, label_key):
        for label in known:
            if read(label.name) == read(name):
                return label.id
    raise ServiceError(f"The label {name} was deleted during the run.", "The next run tries again")


def _comment(id_: int, facts: RepositoryFacts) -> str:
    on_issue = facts.issue.comments if isinstance(facts, DealFacts) else ()
    return next(comment.node_id for comment in on_issue if comment.id == id_)


def _person(login: str, facts: RepositoryFacts) -> str:
    """Find somebody's node id; who was assigned by hand need not be among those who can be."""
    person = facts.repository.people.get(login.casefold())
    if person is not None:
        return person.node_id
    on = [actor for actor in (facts.issue.assignees if isinstance(facts, DealFacts) else ()) if actor.login == login]
    if not on or on[0].node_id is None:
        raise TargetGoneError(_not_assignable(login))
    return on[0].node_id


def _not_assignable(login: str) -> str:
    return f"{login} cannot be assigned here"


def _problem(facts: RepositoryFacts) -> str:
    assert facts.repository.problem is not None
    return facts.repository.problem.id


def _read_answer(steps: Sequence[Step], reply: Reply, viewer: Actor) -> WriteResult:
    found = WriteResult()
    for index, step in enumerate(steps):
        answer = reply.data.get(f"m{index}")
        found = _refused(found, step, reply, index) if answer is None else _done(found, step, answer)
    back = next((b for index in reversed(range(len(steps))) if (b := _find_back(reply.data.get(f"m{index}")))), None)
    return replace(found, after=_issue_after(back, viewer) if back is not None else None)


def _refused(found: WriteResult, step: Step, reply: Reply, index: int) -> WriteResult:
    """Note what failed, and whether trying again can help."""
    errors, one = _errors_of(reply, index), (step.effect,)
    is_gone = any(error.get("type") == "NOT_FOUND" for error in errors)
    if is_gone and isinstance(step.effect, (DeleteComment, MinimizeComment, Unreact, React)):
        return found  # what somebody else took away meanwhile is away: no failure
    found = replace(found, failed=(*found.failed, (step.effect, _why(reply, index))))
    if is_gone:
        return replace(found, gone=found.gone + one)
    if _is_unclear(reply, index):
        return replace(found, unclear=found.unclear + one)
    is_final = any(error.get("type") == _FINAL or _LOCKED in str(error.get("message")) for error in errors)
    return replace(found, final=found.final + one) if is_final else found


def _done(found: WriteResult, step: Step, answer: Json) -> WriteResult:
    """Note what was made, and what others wrote at the same time."""
    effect = step.effect
    if isinstance(effect, Assign) and not _is_assigned(effect.login, answer):
        failed = (*found.failed, (effect, _not_assignable(effect.login)))
        return replace(found, failed=failed, final=(*found.final, effect))
    if step.operation == "EditComment":
        edited = answer["issueComment"]
        history, id_ = edited.get("userContentEdits") or {}, edited["databaseId"]
        edits = {**found.edits, id_: history.get("totalCount", 0)}
        return replace(found, edits=edits, texts={**found.texts, id_: decode.edits(history)})
    if step.operation == "AddComment" and isinstance(effect, PutComment):
        made = _made(answer["commentEdge"]["node"], effect.body)
        return replace(found, created={**found.created, effect.key: made})
    if step.operation in ("OpenProblem", "OpenReport", "OpenLead"):
        found = replace(found, opened=answer["issue"]["number"])
    if step.operation == "OpenLead":
        return replace(found, other_issues=tuple(map(other, nodes(answer, "issue", "repository", "newest"))))
    return found


def _issue_after(back: Json, viewer: Actor) -> IssueAfter:
    seen = [decode.comment(node, viewer) for node in (*nodes(back, "newest"), *nodes(back, "touched"))]
    events = decode.events(nodes(back, "timelineItems"), viewer)
    return IssueAfter(comments.each_once(seen), events, decode.edits(back.get("userContentEdits")))


def _is_assigned(login: str, answer: Json) -> bool:
    """GitHub drops people it cannot assign in silence."""
    on = ((answer.get("assignable") or {}).get("assignees") or {}).get("nodes") or []
    return login.casefold() in {node["login"].casefold() for node in on}


def _made(node: Json, body: str) -> Comment:
    return Comment(node["databaseId"], node["id"], body, decode.moment(node["createdAt"]), own=True, own_text=True)


def _is_unclear(reply: Reply, index: int) -> bool:
    """Whether an alias failed without being refused: it may have been carried out."""
    errors = _errors_of(reply, index)
    return not errors or is_broken(errors)


def _find_back(answer: Any) -> Json | None:
    """The issue wherever the payload leads back to it with the look-back's fields."""
    if not isinstance(answer, Mapping):
        return None
    if "timelineItems" in answer:
        return answer
    return next((found for value in answer.values() if (found := _find_back(value)) is not None), None)


def _merged(one: WriteResult, later: WriteResult) -> WriteResult:
    return WriteResult(
        failed=one.failed + later.failed,
        unclear=one.unclear + later.unclear,
        final=one.final + later.final,
        gone=one.gone + later.gone,
        edits={**one.edits, **later.edits},
        texts={**one.texts, **later.texts},
        after=later.after,
        created={**one.created, **later.created},
        opened=later.opened or one.opened,
        other_issues=later.other_issues or one.other_issues,
    )


def _errors_of(reply: Reply, index: int) -> list[Json]:
    return [error for error in reply.errors if (error.get("path") or [None])[0] == f"m{index}"]


def _why(reply: Reply, index: int) -> str:
    errors = _errors_of(reply, index) or list(reply.errors)
    message = str(errors[0].get("message") or "").strip().rstrip(".")[: refusals.LONGEST] if errors else ""
    return message or "GitHub gives no reason"
