"""The package as a whole: it knows no salesbot, its schema has no mutation without an answer, its examples run."""

from __future__ import annotations

import ast
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest
from github import Auth, Github
from graphql import GraphQLObjectType

import github_sandbox
from github_sandbox import Sandbox
from github_sandbox.graph.mutations import MUTATIONS
from github_sandbox.graph.schema import schema
from github_sandbox.store.ids import node_id, read_node_id

FILES = sorted(Path(github_sandbox.__file__).parent.rglob("*.py"))


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.name))
def test_it_imports_nothing_of_salesbot(path: Path) -> None:
    assert not {name for name in imports(path) if name.split(".")[0] in ("salesbot", "salesbot_demo")}


def test_every_folder_is_searched() -> None:
    assert {"hub.py", "issues.py", "issue_fields.py", "routes.py"} <= {path.name for path in FILES}


def test_the_schema_offers_every_mutation_there_is_and_no_search() -> None:
    kinds = schema().type_map
    query, mutation = kinds["Query"], kinds["Mutation"]
    assert isinstance(query, GraphQLObjectType)
    assert isinstance(mutation, GraphQLObjectType)
    assert set(mutation.fields) == set(MUTATIONS)
    assert "search" not in query.fields


def test_the_example_of_the_package_runs(capsys: pytest.CaptureFixture[str]) -> None:
    documentation = github_sandbox.__doc__ or ""
    example = "\n".join(line for line in documentation.splitlines() if line.startswith("    "))
    known = {"Sandbox": Sandbox, "Github": Github, "Auth": Auth, "datetime": datetime, "UTC": UTC}
    exec(textwrap.dedent(example), known)
    assert capsys.readouterr().out == "['label.created', 'issues.opened', 'issues.labeled']\n"


@pytest.mark.parametrize("text", ["", "I", "I_", "I_!!!", "X_kgDOAH0wCnE", "i_kgDOAH0wCnE", "I_kgDOAH0wCnE=", "I_kgDO"])
def test_a_made_up_node_id_means_nothing(text: str) -> None:
    assert read_node_id(text) is None


def test_a_node_id_stands_for_type_and_number() -> None:
    assert read_node_id(node_id("Issue", 2_100_300_401)) == ("Issue", 2_100_300_401)
    assert node_id("Issue", 7) != node_id("Label", 7)
