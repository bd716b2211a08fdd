"""Jinja templates: where they are, and how they are rendered safely.

Everything a template prints is escaped for Markdown by default; text from outside is never compiled. Templates of the
repository replace the built-in ones of the same name, and may extend them as `salesbot/<name>`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from traceback import walk_tb
from types import FrameType
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    DictLoader,
    FileSystemBytecodeCache,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from salesbot.core.config.problems import Problem
from salesbot.core.errors import InputError
from salesbot.core.text import logins, markdown
from salesbot.core.text.render import Markdown

SUFFIX = ".md.j2"
_FILENAME = "<template>"
"""Jinja's file name for the code of a template that is no file."""
MAX_OUTPUT = 1_000_000
"""Characters a template may print. A comment holds 65,536, and a long report goes on in several."""
MAX_STEPS = 200_000
"""Lines of a repository's templates that one text may run through; the built-in ones need some hundreds."""

_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)
"""The errors with which a template can fail: Jinja's own, and those of the code it calls."""


def builtin_home() -> Traversable:
    """Find the built-in templates: inside the installed package, or at the top of a checkout."""
    packaged = files("salesbot") / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"


def builtin_names() -> frozenset[str]:
    """List the built-in templates, e.g. `card.md.j2`, `checklists/estimate.md.j2`."""
    home = builtin_home()
    lists = home / "checklists"
    names = [entry.name for entry in home.iterdir() if entry.name.endswith(SUFFIX)]
    return frozenset(names + [f"checklists/{entry.name}" for entry in lists.iterdir() if entry.name.endswith(SUFFIX)])


def compiled_home() -> Path:
    """Give the folder of the compiled built-in templates, which exists only in the image (`compile_builtin`)."""
    return Path(__file__).parents[1] / "compiled_templates"


def compile_builtin(folder: Path) -> int:
    """Compile every built-in template, for runs to load from this folder. Gives how many there are."""
    folder.mkdir(exist_ok=True)
    jinja = _environment(FunctionLoader(_read_builtin), FileSystemBytecodeCache(str(folder)))
    return len([jinja.get_template(name) for name in builtin_names()])


class _Compiled(FileSystemBytecodeCache):
    """Templates compiled in advance. A changed one is compiled again and not saved."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write nothing: the folder is filled when the image is built."""


def _environment(loader: BaseLoader, compiled: FileSystemBytecodeCache | None) -> _Environment:
    jinja = _Environment(
        loader=loader,
        bytecode_cache=compiled,
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    jinja.filters |= {
        "safe_md": _safe_md, "cell": _cell, "code": _code, "mention": _mention, "team": _team, "literal": _literal,
    }  # fmt: skip
    return jinja


class TemplateRenderer:
    """The built-in templates with a repository's own in front. Calling it renders one (`core.text.render.Renderer`)."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._overrides = dict(overrides or {})
        builtin = FunctionLoader(_read_builtin)
        loader = ChoiceLoader([DictLoader(self._overrides), builtin, PrefixLoader({"salesbot": builtin})])
        self._jinja = _environment(loader, _Compiled(str(compiled_home())) if compiled_home().is_dir() else None)

    def __call__(self, template: str, values: Mapping[str, Any]) -> str:
        """Render a template. Raises InputError if a template of the repository fails."""
        try:
            with _counted_steps(template) if self._overrides else nullcontext():
                return tidy("".join(self._chunks(template, values)))
        except _FAILURES as error:
            if template not in self._overrides:
                raise
            line = _line(error)
            raise InputError(
                f"The template {template} of this repository fails{f' in line {line}' if line else ''}: {error}",
                "Repair it, or delete it to use the built-in one",
            ) from error

    def _chunks(self, template: str, values: Mapping[str, Any]) -> Iterator[str]:
        size = 0
        for chunk in self._jinja.get_template(template).generate(dict(values)):
            yield chunk
            size += len(chunk)
            if size > MAX_OUTPUT:
                raise InputError(f"The template {template} prints more than {MAX_OUTPUT:,} characters.")

    def names(self) -> frozenset[str]:
        """List every template there is."""
        return builtin_names() | frozenset(self._overrides)

    def problems(self, folder: str) -> list[Problem]:
        """Compile the repository's templates, and list their problems with lines."""
        found = []
        for name in sorted(self._overrides):
            try:
                self._jinja.get_template(name)
            except TemplateSyntaxError as error:
                file = f"{folder}/{error.name or name}"
                found.append(Problem(file, error.lineno, 1, name, error.message or "does not compile"))
            except TemplateError as error:
                found.append(Problem(f"{folder}/{name}", 1, 1, name, str(error)))
        return found


def html(template: str, values: Mapping[str, Any], drawings: Mapping[str, str]) -> str:
    """Render a page from a built-in template; what it prints is escaped for HTML, but for our own drawings."""
    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (builtin_home() / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    images = [{"title": title, "svg": Markup(svg)} for title, svg in drawings.items()]  # noqa: S704 - ours
    return jinja.get_template(template).render({**values, "drawings": images})


def chat(template: str, values: Mapping[str, Any]) -> str:
    """Render a built-in template for a chat. Text from outside cannot mention people or make links there."""
    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (builtin_home() / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        finalize=_for_chat,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return tidy(jinja.get_template(template).render(dict(values)))


def _for_chat(value: Any) -> str:
    text = markdown.one_line(str(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Mattermost also reads Markdown links, and notifies everybody for a plain @channel.
    return text.replace("|", "\N{BROKEN BAR}").replace("](", "] (").replace("@", "@\N{ZERO WIDTH SPACE}")


class _Environment(ImmutableSandboxedEnvironment):
    """Limits what a template can consume: ranges and products of texts are bounded."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse products that only serve to fill memory or time."""
        sizes = [len(operand) for operand in (left, right) if isinstance(operand, (str, list, tuple))]
        factors = [abs(operand) for operand in (left, right) if isinstance(operand, int)]
        if operator == "**" or (sizes and factors and sizes[0] * factors[0] > MAX_OUTPUT):
            raise InputError("A template of this repository computes something too large.")
        return super().call_binop(context, operator, left, right)


@contextmanager
def _counted_steps(template: str) -> Iterator[None]:
    """Count the template lines that run: nothing else stops a loop that prints nothing."""
    steps = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal steps
        if frame.f_code.co_filename != _FILENAME:
            return None
        steps += 1
        if steps > MAX_STEPS:
            raise InputError(f"The template {template} of this repository runs for too long.", "Look at its loops")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _line(error: BaseException) -> int:
    """Find the line of the template that failed; 0 if it failed elsewhere."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return next((line for file, line in reversed(frames) if file == _FILENAME), 0)


def tidy(text: str) -> str:
    """Fold the blank lines that conditions leave behind, keep everything else."""
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        blank = not line.strip()
        if not (blank and lines and not lines[-1]):
            lines.append("" if blank else line.rstrip())
    return "\n".join(lines)


def _read_builtin(name: str) -> str | None:
    if name not in builtin_names():
        return None
    return (builtin_home() / name).read_text(encoding="utf-8")


def _finalize(value: Any) -> Markup:
    """Escape what an expression prints, unless it is Markdown of our own already."""
    if isinstance(value, (Markup, Markdown)):
        return Markup(value)  # noqa: S704 - escaped already, or ours
    return _safe_md(value)


def _filter(escape: Callable[[str], str]) -> Callable[[Any], Markup]:
    return lambda value: Markup(escape(str(value)))  # noqa: S704 - this is the escaping


_safe_md = _filter(markdown.escape)
_cell = _filter(markdown.cell)
_code = _filter(markdown.code)
_literal = _filter(lambda text: markdown.one_line(text))


def _mention(login: Any) -> Markup:
    """Mention a person, who gets a mail. Only a login as GitHub allows it; else the name is shown as text."""
    name = str(login)
    plain = logins.is_login(name.removesuffix("[bot]"))
    return Markup(f"@{name}") if plain else _safe_md(name)  # noqa: S704 - checked


def _team(name: Any) -> Markup:
    """Mention people and teams as the configuration writes them: `@kim`, `@acme/sales`, or several with spaces."""
    names = str(name).split()
    plain = names and all(re.fullmatch(r"@[A-Za-z0-9_-]{1,100}(/[A-Za-z0-9_.-]{1,100})?", each) for each in names)
    return Markup(" ".join(names)) if plain else _safe_md(name)  # noqa: S704 - checked
