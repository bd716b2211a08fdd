"""Jinja templates: where they are, and how they are rendered safely.

Everything a template prints is escaped for Markdown (`template_markup`); text from outside is never compiled. Templates
of the repository replace the built-in ones of the same name, and may extend them as `salesbot/<name>`. Theirs alone may
need any amount of memory and time: they are rendered in a process of their own, with limits (`bounded`).
"""

from __future__ import annotations

import marshal
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from functools import cache
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
    Environment,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    meta,
)
from jinja2.nodes import Node
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

from salesbot.adapters import bounded, template_markup
from salesbot.adapters.chat_services import SERVICES, ChatService
from salesbot.adapters.template_environment import MAX_OUTPUT, environment
from salesbot.core.config.problems import Problem
from salesbot.core.errors import InputError

SUFFIX = ".md.j2"
_FILENAME = "<template>"
"""Jinja's filename for the code of a template that is not a file."""
MAX_STEPS = 200_000
"""Lines of a repository's templates that one text may run through; the built-in ones need some hundreds."""

_FAILURES = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError, AssertionError
)  # fmt: skip
"""The errors with which a template can fail: Jinja's own, and those of the code it calls."""
_TOO_DEEP = (RecursionError, SyntaxError, MemoryError)
"""The errors with which Python refuses a template that Jinja accepts: it is nested too deep, or has too much in it."""


@cache
def builtin_home() -> Traversable:
    """Find the built-in templates: inside the installed package, or at the top of a checkout."""
    packaged = files("salesbot") / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"


@cache
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
    jinja = environment(FunctionLoader(_read_builtin))
    for name in builtin_names():
        code = jinja.compile(_read_builtin(name) or "", name, _FILENAME)
        (folder / _compiled_name(name)).write_bytes(marshal.dumps(code))
    return len(builtin_names())


def _compiled_name(template: str) -> str:
    return template.replace("/", "_")


class _Compiled(BaseLoader):
    """The built-in templates as they were compiled when the image was built, by the same Python."""

    def load(self, environment: Environment, name: str, globals: MutableMapping[str, Any] | None = None) -> Template:  # noqa: A002 - Jinja's name
        """Load the code of a template."""
        if name not in builtin_names():
            raise TemplateNotFound(name)
        code = marshal.loads((compiled_home() / _compiled_name(name)).read_bytes())  # noqa: S302 - the image's own
        return environment.template_class.from_code(environment, code, environment.make_globals(globals), None)


class TemplateRenderer:
    """The built-in templates with a repository's own in front. Calling it renders one (`core.text.render.Renderer`)."""

    def __init__(self, overrides: Mapping[str, str] | None = None) -> None:
        self._overrides = dict(overrides or {})
        builtin = _Compiled() if compiled_home().is_dir() else FunctionLoader(_read_builtin)
        loader = ChoiceLoader([DictLoader(self._overrides), builtin, PrefixLoader({"salesbot": builtin})])
        self._jinja = environment(loader)

    def __call__(self, template: str, values: Mapping[str, Any]) -> str:
        """Render a template. Raises InputError if a template of the repository fails, or needs too much."""
        if template not in self._overrides:
            return self._render(template, values)
        return bounded.run(lambda: self._render_own(template, values), f"The template {template} of this repository")

    def _render(self, template: str, values: Mapping[str, Any]) -> str:
        chunks = self._jinja.get_template(template).generate(dict(values))
        written = template_markup.finish("".join(_up_to(2 * MAX_OUTPUT, chunks)))
        if len(written) > MAX_OUTPUT:
            raise InputError(f"The template {template} prints more than {MAX_OUTPUT:,} characters.")
        return tidy(written)

    def _render_own(self, template: str, values: Mapping[str, Any]) -> str:
        try:
            with _counted_steps(template):
                return self._render(template, values)
        except (*_FAILURES, SyntaxError) as error:
            line = self._deepest(template, error) if isinstance(error, SyntaxError) else _line(error)
            raise InputError(
                f"The template {template} of this repository fails{f' in line {line}' if line else ''}: {error}",
                "Repair it, or delete it to use the built-in one",
            ) from error

    def names(self) -> frozenset[str]:
        """List every template there is."""
        return builtin_names() | frozenset(self._overrides)

    def used_by_others(self) -> frozenset[str]:
        """List the templates that templates of the repository include, import or extend. One that does not compile
        uses none."""
        found: set[str | None] = set()
        for text in self._overrides.values():
            with suppress(TemplateSyntaxError):
                found.update(meta.find_referenced_templates(self._jinja.parse(text)))
        return frozenset(name for name in found if name is not None)

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
            except _TOO_DEEP as error:
                what = f"is nested too deep: {error}"
                found.append(Problem(f"{folder}/{name}", self._deepest(name, error), 1, name, what))
        return found

    def _deepest(self, name: str, error: Exception) -> int:
        """Find the line of a template that Python refuses."""
        if not isinstance(error, SyntaxError):
            return _line_compiled(error)
        # The error has the line of the Python code, whose last line says which lines of the template it is made of.
        python = self._jinja.compile(self._overrides[name], name, raw=True)
        pairs = [pair.split("=") for pair in re.findall(r"\d+=\d+", python.rpartition("debug_info")[2])]
        return max((int(line) for line, code in pairs if int(code) <= (error.lineno or 0)), default=1)


def html(template: str, values: Mapping[str, Any]) -> str:
    """Render a page from a built-in template; what it prints is escaped for HTML."""
    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (builtin_home() / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return jinja.get_template(template).render(dict(values))


class _Written(str):
    """What is in the chat's own markup already."""


def chat(template: str, values: Mapping[str, Any], service: ChatService = SERVICES["slack"]) -> str:
    """Render a built-in template for a chat. Text from outside cannot mention people or make links there."""

    def finalize(value: Any) -> str:
        return value if isinstance(value, _Written) else service.escape(str(value))

    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: (builtin_home() / name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.globals["bold"] = lambda text: _Written(service.bold(service.escape(text)))
    jinja.globals["link"] = lambda url, text: _Written(service.link(str(url), service.escape(text)))
    return tidy(jinja.get_template(template).render(dict(values)))


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
            raise InputError(f"The template {template} of this repository runs for too long.", "Check its loops")
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def _up_to(size: int, chunks: Iterable[str]) -> Iterator[str]:
    """Stop a text that is too long anyway."""
    for chunk in chunks:
        yield chunk
        size -= len(chunk)
        if size < 0:
            break


def _line(error: BaseException) -> int:
    """Find the line of the template that failed; 0 if it failed elsewhere."""
    frames = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    return next((line for file, line in reversed(frames) if file == _FILENAME), 0)


def _line_compiled(error: Exception) -> int:
    """Find the line at which the parser or the compiler of a template was when it failed."""
    for frame, _ in reversed(list(walk_tb(error.__traceback__))):
        of, node = frame.f_locals.get("self"), frame.f_locals.get("node")
        if isinstance(of, Parser):
            return of.stream.current.lineno
        if isinstance(node, Node):
            return node.lineno
    return 1


def tidy(text: str) -> str:
    """Fold the empty lines that conditions leave behind, keep everything else."""
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
