"""What salesbot says to people when something is not done, collected from the sources with what it says to do.

A message is the first argument where one is made (`Refusal(...)`, `InputError(...)` ...), its advice the second. What a
message fills in is `…`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from salesbot.adapters.templates import builtin_names

SOURCE = Path(__file__).parents[2] / "src" / "salesbot"
NOT_SAID = frozenset({"sandbox", "demo", "data"})
"""Packages that say nothing to users; tables are long, and no message."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "Refused moves and commands": ("Refusal", "DateError", "MoneyError", "FieldError", "CommandSyntaxError"),
    "Runs that fail with exit code 1": ("ServiceError",),
    "Warnings of runs that did everything else (exit code 0)": ("warning", "ObjectError"),
    "Runs and commands that fail with exit code 2": ("InputError", "problems.append"),
    "Runs with nothing to do": ("_nothing",),
    "What GitHub refuses, with GitHub's own words behind it": ("Failure", "Limit"),
    "Connections that are not made: GitHub, Streak, Typeform cannot be reached (…), or did not answer (…)": (
        "ConnectionFailure",
    ),
    "Problems of the configuration": ("Wrong", "findings.add", "problem_at", "_note", "_stop"),
}
"""How messages are made, by where people meet them; an error's subclasses are made like it."""
AFTER_A_PLACE = ("findings.add", "problem_at", "_note", "_stop")
"""What is told first where it is wrong, and then what is."""
SUGGESTING = ("DateError", "NoDateError", "MoneyError")
"""What is given texts that would be right."""
ADVICE = {"did_you_mean": "Did you mean …?", "suggest": "Try …", "advice_on": "What helps against that refusal, below"}
"""What functions say that look for the nearest right word."""


@dataclass(frozen=True)
class Message:
    """A message and what it says to do, with `…` for what is filled in."""

    kind: str
    text: str
    advice: str = ""


@cache
def messages() -> tuple[Message, ...]:
    """Collect the messages of the sources, in the order of the files."""
    return tuple(message for tree in _trees() for message in _messages(tree))


@cache
def said() -> tuple[str, ...]:
    """Every text of the sources and the templates, with `…` for what is filled in."""
    strings = (
        text_of(node) for tree in _trees() for node in ast.walk(tree) if isinstance(node, (ast.Constant, ast.JoinedStr))
    )
    return (*filter(None, strings), *map(_template, sorted(builtin_names())))


@cache
def _trees() -> tuple[ast.Module, ...]:
    files = sorted(file for file in SOURCE.rglob("*.py") if not NOT_SAID & {*file.relative_to(SOURCE).parts})
    return tuple(ast.parse(file.read_text(encoding="utf-8")) for file in files)


@cache
def _makers() -> Mapping[str, str]:
    """Name what makes a message, with its kind."""
    found = {name: kind for kind, names in KINDS.items() for name in names}
    classes = [node for tree in _trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for _ in classes:
        kinds = {each.name: found[base] for each in classes for base in map(ast.unparse, each.bases) if base in found}
        if kinds.keys() <= found.keys():
            break
        found |= {name: kind for name, kind in kinds.items() if name not in found}
    return found


def _messages(tree: ast.Module) -> Iterator[Message]:
    constants = _texts_of(node for node in tree.body if isinstance(node, ast.Assign))
    for statement in (node for node in tree.body if isinstance(node, ast.Assign)):
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            yield from _message(call, constants)
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    for function in functions:
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            yield from _message(call, {**constants, **_named(function, before=call.lineno)})


def _message(call: ast.Call, named: Mapping[str, str]) -> Iterator[Message]:
    path = ast.unparse(call.func).split(".")
    maker = path[-1] if path[-1] in _makers() else ".".join(path[-2:])
    texts = [text_of(argument) or named.get(ast.unparse(argument), "") for argument in call.args]
    if maker in AFTER_A_PLACE:
        texts = [text for text in texts if text]
    if maker in _makers() and texts and texts[0]:
        advice = texts[1] if len(texts) > 1 else ""
        yield Message(_makers()[maker], texts[0], "Try …" if advice and maker in SUGGESTING else advice)


def _named(function: ast.FunctionDef, *, before: int) -> dict[str, str]:
    """Read the texts that a function has given a name before a line."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno < before]
    return _texts_of(sorted(assigned, key=lambda node: node.lineno))


def _texts_of(assigned: Iterable[ast.Assign]) -> dict[str, str]:
    return {ast.unparse(each.targets[0]): text for each in assigned if (text := text_of(each.value))}


def text_of(node: ast.AST) -> str:
    """Read a text, with `…` for what is filled in; nothing for what is no text, or only words filled in."""
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            filled = re.sub("…+", "…", "".join(text_of(part) or "…" for part in parts))
            return filled if re.search("[a-z]", filled) else ""
        case ast.IfExp(_, one, other):
            return text_of(one) or text_of(other)
        case ast.BoolOp(_, choices):
            return next(filter(None, map(text_of, choices)), "")
        case ast.Call(function, [inner, *_]):
            name = ast.unparse(function).rpartition(".")[2]
            return text_of(inner) if name in ("Markdown", "log_safe") else ADVICE.get(name, "")
        case _:
            return ""


def _template(name: str) -> str:
    from tests.docs.templates import source

    tokens = Environment().lex(source(name))
    return "".join(text if kind == "data" else "…" if kind == "variable_begin" else "" for _, kind, text in tokens)
