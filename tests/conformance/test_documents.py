"""Every GraphQL document salesbot sends is one that GitHub's published schema takes, variables included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from salesbot.adapters.github import documents, write
from salesbot.adapters.github.client import Client, Reply
from salesbot.core.installation.problem_issue import LABEL
from salesbot.core.model import keys
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
from salesbot.core.model.facts import DealFacts, Label, ProblemIssue
from salesbot.core.report import weekly_issue
from tests.conformance import published
from tests.world import NORA, a_deal


@dataclass
class Notebook(Client):
    """A client that writes down what it would send."""

    token: str = "none"
    sent: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def mutate(self, document: str, variables: Mapping[str, Any]) -> Reply:
        self.sent.append((document, variables))
        return Reply({}, datetime(2026, 11, 23, tzinfo=UTC))


def problems(text: str, variables: Mapping[str, Any] | None = None) -> list[str]:
    """Name what GitHub would refuse in a document, and in its variables if some are given."""
    tree, schema = parse(text), published.live()
    found = [error.message for error in validate(schema, tree)]
    return found or (_wrong_variables(schema, tree.definitions, variables) if variables is not None else [])


def _wrong_variables(schema: GraphQLSchema, parts: Any, variables: Mapping[str, Any]) -> list[str]:
    [operation] = [part for part in parts if isinstance(part, OperationDefinitionNode)]
    definitions = operation.variable_definitions or ()
    declared = {definition.variable.name.value for definition in definitions}
    values = get_variable_values(schema, definitions, dict(variables))
    wrong = [error.message for error in values] if isinstance(values, list) else []
    return wrong + [f"{name} is not declared" for name in variables.keys() - declared]


OPERATIONS = sorted(name for name, text in documents.definitions().items() if text.startswith(("query", "mutation")))
COMMENT = 100
EFFECTS: list[Effect] = [
    AddLabel("stage:won"),
    Assign("kim"),
    CloseIssue("COMPLETED"),
    CloseIssue("NOT_PLANNED"),
    CloseProblem("Repaired."),
    CloseTask(8, "I_task", "I_other"),
    DeleteComment(COMMENT),
    EditBody("### Value\n\n24000 EUR\n"),
    EditProblem("Still wrong."),
    MinimizeComment(COMMENT, "DUPLICATE"),
    MinimizeComment(COMMENT, "OUTDATED"),
    MinimizeComment(COMMENT, "RESOLVED"),
    OpenLead("Acme GmbH: new shop", "### Company\n\nAcme GmbH"),
    OpenProblem("salesbot needs attention", "Wrong."),
    OpenReport("Pipeline report 2026-W48", "All is well."),
    PinIssue(),
    OpenTask("task:12", "2026-11-27: call them", "Opened from #1."),
    OpenTask("task:13", "2026-11-27: send the offer", "Opened from #1.", "kim"),
    PutComment(keys.CARD, "a new card"),
    PutComment(keys.CARD, "another card", COMMENT),
    React(COMMENT, "CONFUSED"),
    React(COMMENT, "ROCKET"),
    RemoveLabel("stage:lead"),
    ReopenIssue(),
    Unassign("kim"),
    UnpinIssue(),
    Unreact(COMMENT, "CONFUSED"),
    Unreact(COMMENT, "ROCKET"),
]


def facts() -> DealFacts:
    """A deal with a comment, in a repository with everything an effect can speak of."""
    deal = a_deal()
    found = deal.facts()
    assert found.issue is not None
    comments = tuple(replace(each, id=COMMENT) for each in found.issue.comments[:1])
    problem, inbound = Label("LA_problem", LABEL), Label("LA_inbound", "inbound")
    labels = (*found.repository.labels, problem, inbound, Label("LA_report", weekly_issue.LABEL))
    repository = replace(found.repository, labels=labels, problem=ProblemIssue("I9", 9, "Wrong."))
    return replace(found, issue=replace(found.issue, comments=comments), repository=repository)


@pytest.mark.parametrize("name", OPERATIONS)
def test_github_takes_the_document(name: str) -> None:
    assert problems(documents.document(name)) == []


@pytest.mark.parametrize("effect", EFFECTS, ids=repr)
def test_github_takes_what_an_effect_becomes(effect: Effect) -> None:
    notebook = Notebook()
    write.write(notebook, facts(), [effect])
    [(text, variables)] = notebook.sent
    assert problems(text, variables) == []


def test_no_effect_was_forgotten() -> None:
    assert {type(effect) for effect in EFFECTS} | {CreateLabel} == set(get_args(Effect))


def test_github_takes_labels_that_are_created() -> None:
    notebook = Notebook()
    with pytest.raises(Exception, match="created a label"):
        write.create_labels(notebook, facts(), [CreateLabel("stage:won", "5319e7", "We agreed")])
    [(text, variables)] = notebook.sent
    assert problems(text, variables) == []


def test_github_takes_a_whole_turn_that_refuses_moves_and_wins() -> None:
    """A plan on a deal that was refused before: fields, card, labels, a checklist, receipts, a hidden reply."""
    deal, notebook = a_deal("negotiating"), Notebook()
    deal.comment("/won", by=NORA)
    deal.run()
    deal.comment("/value 9000\n/won", by=NORA)
    effects = deal.decide().effects
    write.write(notebook, deal.facts(), effects)
    [(text, variables)] = notebook.sent
    kinds = {type(effect) for effect in effects}
    assert {EditBody, PutComment, AddLabel, RemoveLabel, CloseIssue, MinimizeComment, React} <= kinds
    assert problems(text, variables) == []


@pytest.mark.parametrize(
    ("text", "variables", "wrong"),
    [
        pytest.param("query A { viewer { nonsense } }", {}, "nonsense", id="a field that GitHub does not have"),
        pytest.param("query A($id: ID!) { node(id: $id) { id } }", {}, "$id", id="a variable that is missing"),
        pytest.param("query A { viewer { login } }", {"x": 1}, "x is not", id="a variable that is not declared"),
    ],
)
def test_what_github_would_refuse(text: str, variables: Mapping[str, Any], wrong: str) -> None:
    assert wrong in problems(text, variables)[0]
