"""Writes out what `@dataclass` would generate each time the program starts, so that the image compiles it once.

Only syntax trees change, never a file: lines keep their numbers. A class that does anything unusual stays as it is,
with its decorator. What is left for the start is in `full_dataclass.py`.
"""

from __future__ import annotations

import ast
import dataclasses
from dataclasses import MISSING, Field
from types import ModuleType
from typing import Any

HELPER = "full_dataclass"
_HELP = f"_{HELPER}"
"""What the helper is called in a module, where no name of the module's own can be."""
_OWN_METHODS = {"__init__", "__eq__", "__hash__", "__repr__", "__setattr__", "__delattr__", "__match_args__"}


def expand(tree: ast.Module, module: ModuleType) -> int:
    """Write out the dataclasses of a module in its syntax tree. Gives how many there were; the rest stays as it is."""
    if not _has_future_annotations(tree):
        return 0
    body: list[ast.stmt] = []
    done = 0
    for node in tree.body:
        of = vars(module).get(node.name) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and isinstance(of, type) and _is_usual(node, of):
            body += _expanded(node, of)
            done += 1
        else:
            body.append(node)
    if done:
        place = 1 + _index_of_future_import(body)
        helper = ast.parse(f"import {HELPER} as {_HELP}\nfrom {HELPER} import put as {_HELP}_put").body
        tree.body = [*body[:place], *helper, *body[place:]]
    return done


def _index_of_future_import(body: list[ast.stmt]) -> int:
    return next(index for index, node in enumerate(body) if _is_future_import(node))


def _is_future_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _has_future_annotations(tree: ast.Module) -> bool:
    """Without them annotations are computed, and would be computed in another place."""
    return any(_is_future_import(node) for node in tree.body)


def _is_usual(node: ast.ClassDef, of: type) -> bool:
    """Whether a class is a dataclass with nothing but plain fields, frozen or not."""
    if [ast.unparse(each) for each in node.decorator_list] not in (["dataclass"], ["dataclass(frozen=True)"]):
        return False
    bases = [base for base in of.__mro__[1:-1] if not hasattr(base, "__dataclass_fields__")]
    defined = {each.name for each in node.body if isinstance(each, ast.FunctionDef)}
    fields: dict[str, Field[Any]] = vars(of).get("__dataclass_fields__", {})
    own = dict(_own_fields(node))
    return (
        not (bases or node.keywords or defined & _OWN_METHODS)
        and all(_is_plain(each) and (name in own or each.default_factory is MISSING) for name, each in fields.items())
        and all(value is None or _is_field(value) or not _is_generated(fields[name]) for name, value in own.items())
    )


def _is_plain(field: Field[Any]) -> bool:
    return field._field_type is dataclasses._FIELD and field.hash is None and not field.kw_only  # type: ignore[attr-defined]


def _is_generated(field: Field[Any]) -> bool:
    """Whether the field was made by a function other than `field` itself."""
    return bool(field.metadata) or not (field.repr and field.compare and field.init) or field.default is MISSING


def _own_fields(node: ast.ClassDef) -> list[tuple[str, ast.expr | None]]:
    return [
        (each.target.id, each.value)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]


def _is_field(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "field"


def _expanded(node: ast.ClassDef, of: Any) -> list[ast.stmt]:
    """Give the class without its decorator, and before it the factories of its defaults."""
    fields: dict[str, Field[Any]] = of.__dataclass_fields__
    frozen = bool(of.__dataclass_params__.frozen)
    before: list[ast.stmt] = []
    options: dict[str, str] = {}
    for each in node.body:
        if (
            isinstance(each, ast.AnnAssign)
            and isinstance(each.target, ast.Name)
            and each.value
            and _is_field(each.value)
        ):
            call = each.value
            assert isinstance(call, ast.Call)
            given = {str(keyword.arg): keyword.value for keyword in call.keywords}
            each.value = given.get("default")
            name = each.target.id
            if "default" in given:
                given["default"] = ast.parse(f"{node.name}.{name}", mode="eval").body
            if "default_factory" in given:
                place = _factory(node, name)
                before.append(ast.Assign([ast.Name(place, ast.Store())], given["default_factory"]))
                given["default_factory"] = ast.Name(place, ast.Load())
            options[name] = f"{_HELP}.field({', '.join(f'{key}={ast.unparse(value)}' for key, value in given.items())})"
    written = ast.parse(
        "\n".join(_members(node, fields, options, frozen=frozen, after_init=hasattr(of, "__post_init__")))
    )
    node.body += written.body
    node.decorator_list = []
    for new in (*before, *written.body):
        for part in ast.walk(new):
            ast.copy_location(part, node)
    return [*(ast.fix_missing_locations(each) for each in before), node]


def _factory(node: ast.ClassDef, name: str) -> str:
    return f"{_HELP}_{node.name}_{name}"


def _members(
    node: ast.ClassDef, fields: dict[str, Field[Any]], options: dict[str, str], *, frozen: bool, after_init: bool
) -> list[str]:
    """Write the methods: what `dataclasses` would, but for what it looks up in its own variables."""
    compared = [each.name for each in fields.values() if each.compare]
    own = dict(_own_fields(node))
    lambdas = ", ".join(f"{name!r}: {made}" for name, made in options.items())
    values = "".join(f"self.{name}, " for name in compared)
    same = " and ".join(f"self.{name} == other.{name}" for name in compared) or "True"
    lines = [
        f"__dataclass_fields__ = {_HELP}.Fields(lambda: {{{lambdas}}}, {tuple(own)!r})",
        f"__dataclass_params__ = {_HELP}.{'FROZEN' if frozen else 'CHANGING'}",
        f"__match_args__ = {tuple(each.name for each in fields.values() if each.init)!r}",
        f"__replace__ = {_HELP}.replace",
        f"__repr__ = {_HELP}.represent",
        *_init(node, fields, own, frozen=frozen, after_init=after_init),
        "def __eq__(self, other):",
        "    if self is other:",
        "        return True",
        "    if other.__class__ is self.__class__:",
        f"        return {same}",
        "    return NotImplemented",
    ]
    if frozen:
        lines += [f"__setattr__ = {_HELP}.refuse_setting", f"__delattr__ = {_HELP}.refuse_deleting"]
        lines += ["def __hash__(self):", f"    return hash(({values}))"]
    else:
        lines.append("__hash__ = None")
    return lines


def _init(
    node: ast.ClassDef, fields: dict[str, Field[Any]], own: dict[str, Any], *, frozen: bool, after_init: bool
) -> list[str]:
    arguments, lines = ["self"], []
    for each in fields.values():
        name = each.name
        value = name
        if each.default_factory is not MISSING:
            made = f"{_factory(node, name)}()"
            value = f"{made} if {name} is {_HELP}.MADE else {name}" if each.init else made
        if each.init:
            arguments.append(name + _default(node, each, own))
        elif each.default_factory is MISSING:
            if each.default is MISSING:
                continue
            value = f"{node.name}.{name}"
        lines.append(f"    {_HELP}_put(self, {name!r}, {value})" if frozen else f"    self.{name} = {value}")
    if after_init:
        lines.append("    self.__post_init__()")
    return [f"def __init__({', '.join(arguments)}):", *(lines or ["    pass"])]


def _default(node: ast.ClassDef, field: Field[Any], own: dict[str, Any]) -> str:
    if field.default_factory is not MISSING:
        return f"={_HELP}.MADE"
    if field.default is MISSING:
        return ""
    return f"={field.name}" if field.name in own else f"={ast.unparse(node.bases[0])}.{field.name}"
