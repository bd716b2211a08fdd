"""Jinja as templates see it: a sandbox, in which everything is data unless a template wrote it (`template_markup`).

Jinja's own escaping is off: it would escape for HTML. What a template captures (a macro, a block, `{% set %}`) goes
through `concat` instead, and what it prints through `finalize`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, nodes, pass_environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.filters import do_indent, make_attrgetter
from jinja2.sandbox import ImmutableSandboxedEnvironment

from salesbot.adapters import template_markup
from salesbot.adapters.template_markup import Markup
from salesbot.core.errors import InputError
from salesbot.core.text import logins

MAX_OUTPUT = 1_000_000
"""Characters a template may print. A comment holds 65,536, and a long report goes on in several."""


def environment(loader: BaseLoader) -> Environment:
    """Set up Jinja for Markdown."""
    jinja = Environment(
        loader=loader,
        undefined=StrictUndefined,
        finalize=template_markup.text,
        optimized=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    jinja.filters |= {
        "safe_md": template_markup.text, "cell": template_markup.cell, "code": template_markup.code,
        "literal": template_markup.literal, "mention": _mention, "team": _team, "join": _join, "indent": _indent,
    }  # fmt: skip
    # They escape for HTML, or trust a text. Here every text is escaped where it is printed.
    jinja.filters |= dict.fromkeys(("e", "escape", "forceescape", "safe"), _unchanged)
    return jinja


class _Generator(CodeGenerator):
    """Compiles `~` so that it knows Markdown from data, and computes nothing while it compiles."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja's name
        """Join with `Environment.join`."""
        self.write("environment.join((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> str:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)


class Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox. Products are bounded, so that most mistakes have a message of their own."""

    code_generator_class = _Generator
    concat = staticmethod(template_markup.concat)
    join = staticmethod(template_markup.join)
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse products that only serve to fill memory or time."""
        sizes = [len(operand) for operand in (left, right) if isinstance(operand, (str, list, tuple))]
        factors = [abs(operand) for operand in (left, right) if isinstance(operand, int)]
        if operator == "**" or (sizes and factors and sizes[0] * factors[0] > MAX_OUTPUT):
            raise InputError("A template of this repository computes something too large.")
        return super().call_binop(context, operator, left, right)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """Take what `format` makes of Markdown as data: the text of its arguments is in it."""
        wrapped = super().wrap_str_format(value)
        return wrapped and (lambda *args, **names: str(wrapped(*args, **names)))


def _mention(login: Any) -> Markup:
    """Mention a person, who gets a mail. Only a login as GitHub allows it; else the name is shown as text."""
    name = str(login)
    return Markup(f"@{name}") if logins.is_login(name.removesuffix("[bot]")) else template_markup.text(name)


def _team(name: Any) -> Markup:
    """Mention people and teams as the configuration writes them: `@kim`, `@acme/sales`, or several with spaces."""
    names = str(name).split()
    plain = names and all(re.fullmatch(r"@[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9_.-]{1,100})?", each) for each in names)
    return Markup(" ".join(names)) if plain else template_markup.text(name)


@pass_environment
def _join(jinja: Environment, value: Iterable[Any], d: str = "", attribute: str | int | None = None) -> str:
    """Join as Jinja does, but Markdown stays Markdown."""
    return template_markup.join(value if attribute is None else map(make_attrgetter(jinja, attribute), value), d)


def _indent(value: Any, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    """Indent as Jinja does; Markdown that is indented by blanks stays Markdown."""
    indented = do_indent(str(value), width, first, blank)
    return Markup(indented) if isinstance(value, Markup) and isinstance(width, int) else indented


def _unchanged(value: Any) -> Any:
    return value
