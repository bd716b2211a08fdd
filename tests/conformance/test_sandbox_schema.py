"""The sandbox's GraphQL schema is a subset of the one GitHub publishes, but for a short list of what is younger.

GITHUB_SCHEMA is the path of `schema.graphql` from the npm package @octokit/graphql-schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLNamedType,
    GraphQLSchema,
    build_schema,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
    print_ast,
)

from github_sandbox.graph.schema import NEWER, PUBLISHED
from tests.conformance.additions import ADDITIONS
from tests.conformance.published import graphql as published

Part = GraphQLArgument | GraphQLField | GraphQLInputField


@cache
def ours() -> GraphQLSchema:
    return build_schema("\n".join(map(text_of, PUBLISHED)))


def text_of(name: str) -> str:
    return resources.files("github_sandbox").joinpath(name).read_text(encoding="utf-8")


def differences(mine: GraphQLNamedType, theirs: GraphQLNamedType) -> Iterator[str]:
    """Name what a type of ours says that GitHub's does not."""
    if type(mine) is not type(theirs):
        yield f"{mine.name} is a {type(theirs).__name__}"
    elif is_enum_type(mine) and is_enum_type(theirs):
        yield from (f"{mine.name}.{value}" for value in mine.values.keys() - theirs.values.keys())
    elif is_union_type(mine) and is_union_type(theirs):
        names = {member.name for member in theirs.types}
        yield from (f"{mine.name} | {member.name}" for member in mine.types if member.name not in names)
    elif (is_object_type(mine) and is_object_type(theirs)) or (is_interface_type(mine) and is_interface_type(theirs)):
        names = {face.name for face in theirs.interfaces}
        yield from (f"{mine.name} implements {face.name}" for face in mine.interfaces if face.name not in names)
        for name, field in mine.fields.items():
            yield from field_differences(f"{mine.name}.{name}", field, theirs.fields.get(name))
    elif is_input_object_type(mine) and is_input_object_type(theirs):
        for name, entry in mine.fields.items():
            yield from part_differences(f"{mine.name}.{name}", entry, theirs.fields.get(name))
        yield from (f"{mine.name} lacks {name}" for name in required(theirs.fields) - mine.fields.keys())


def field_differences(path: str, mine: GraphQLField, theirs: GraphQLField | None) -> Iterator[str]:
    yield from part_differences(path, mine, theirs)
    if theirs:
        for name, argument in mine.args.items():
            yield from part_differences(f"{path}({name})", argument, theirs.args.get(name))
        yield from (f"{path} lacks ({name})" for name in required(theirs.args) - mine.args.keys())


def part_differences(path: str, mine: Part, theirs: Part | None) -> Iterator[str]:
    """Compare type, nullability and default; the same type in print is the same type."""
    if theirs is None:
        yield f"{path} does not exist"
    elif str(mine.type) != str(theirs.type):
        yield f"{path} is {theirs.type}, not {mine.type}"
    elif default(mine) != default(theirs):
        yield f"{path} defaults to {default(theirs)}, not {default(mine)}"


def default(part: Part) -> str | None:
    node = getattr(part.ast_node, "default_value", None)
    return print_ast(node) if node else None


def required(parts: dict[str, GraphQLArgument] | dict[str, GraphQLInputField]) -> set[str]:
    return {name for name, part in parts.items() if str(part.type).endswith("!") and default(part) is None}


@pytest.mark.parametrize("name", sorted(name for name in ours().type_map if not name.startswith("__")))
def test_it_says_nothing_that_github_does_not(name: str) -> None:
    assert name in published().type_map
    assert list(differences(ours().type_map[name], published().type_map[name])) == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        pytest.param("type Label { nonsense: Int }", "Label.nonsense does not exist", id="a field too many"),
        pytest.param("type Label { name: String }", "Label.name is String!, not String", id="nullability"),
        pytest.param("type Label { name: Int! }", "Label.name is String!, not Int!", id="a type"),
        pytest.param("enum IssueState { AJAR }", "IssueState.AJAR", id="an enum value too many"),
        pytest.param(
            "type Query { rateLimit(dryRun: Boolean = true): RateLimit } type RateLimit { cost: Int! }",
            "Query.rateLimit(dryRun) defaults to false, not true",
            id="a default",
        ),
        pytest.param(
            "input AddCommentInput { body: String! }", "AddCommentInput lacks subjectId", id="a required input missing"
        ),
    ],
)
def test_what_would_be_a_difference(line: str, wrong: str) -> None:
    name = line.split()[1]
    root = "" if name == "Query" else "type Query { x: Int }"
    strange = build_schema(f"{root} {line}").type_map[name]
    assert list(differences(strange, published().type_map[name])) == [wrong]


def test_what_is_younger_than_the_published_schema_is_on_a_list() -> None:
    """Whatever the package has by now leaves `newer.graphql` and the list, see `additions`."""
    whole = build_schema("\n".join(map(text_of, (*PUBLISHED, NEWER)))).type_map
    names = {name for name in whole if not name.startswith("__")}
    known = names & published().type_map.keys()
    found = {difference for name in known for difference in differences(whole[name], published().type_map[name])}
    assert found | names - known == frozenset().union(*(addition.parts for addition in ADDITIONS))
