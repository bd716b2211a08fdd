"""The parts of the pages that are made from the code, each between two comments in README.md or docs/*.md.

    python -m tests.docs.parts            say which parts are out of date; exit 1 if any is
    python -m tests.docs.parts --write    bring them up to date

A part begins with `<!-- made: NAME -->` and ends with `<!-- made -->`. To add one, write a function here under `@part`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import yaml

from salesbot.cli import main as cli
from salesbot.core.commands.catalog import Command, all_commands
from salesbot.core.installation import diagram
from salesbot.core.lifecycle import guards
from salesbot.core.model.deal import Deal, Move
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Stage
from salesbot.core.text.fields import Body
from salesbot.core.text.money import Amount
from tests.docs.prose import glossary_table
from tests.docs.settings import settings_table
from tests.docs.tables import sentence, table
from tests.docs.templates import template_table
from tests.threats import THREATS
from tests.world import START

TOP = Path(__file__).parents[2]
PAGES = (TOP / "README.md", *sorted((TOP / "docs").glob("*.md")))
PIPELINE = default_pipeline()

_MADE = re.compile(r"(<!-- made: ([\w-]+) -->\n)(.*?)(<!-- made -->)", re.S)
_parts: dict[str, Callable[[], str]] = {}
PARTS: Mapping[str, Callable[[], str]] = MappingProxyType(_parts)


def part(function: Callable[[], str]) -> Callable[[], str]:
    """Register a part under the name of its function, with dashes."""
    _parts[function.__name__.replace("_", "-")] = function
    return function


def made(page: str) -> str:
    """Write every part of a page anew. Raises KeyError for a part that nobody makes."""
    return _MADE.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n\n{found[4]}", page)


def parts_of(page: str) -> list[str]:
    """Name the parts of a page."""
    return [found[2] for found in _MADE.finditer(page)]


@part
def commands() -> str:
    """Every command of the default pipeline."""
    rows = ((f"`{known.usage}`", sentence(known.help), _role(known)) for known in all_commands(PIPELINE))
    return table(("command", "does", "role"), rows)


def _role(command: Command) -> str:
    return command.least_role(PIPELINE).name.lower()


@part
def pipeline() -> str:
    """The default stages."""
    return table(("stage", "meaning", "leads to", "needs", "on entering"), map(_stage_row, PIPELINE.stages))


def _stage_row(stage: Stage) -> tuple[str, ...]:
    leads = ", ".join(stage.next) or "`/reopen`"
    needs = ", ".join(re.sub(r"^checklist:(.*)", r"checklist \1 settled", guard) for guard in stage.requires) or "-"
    return (f"**{stage.name}**", stage.description, leads, needs, _on_entering(stage))


def _on_entering(stage: Stage) -> str:
    closes = {
        "won": "closes the issue as completed",
        "lost": "closes as not planned",
        "rejected": "closes as not planned",
    }
    does = [f"checklist {stage.checklist}"] if stage.checklist else []
    return ", ".join([*does, *([closes[stage.outcome]] if stage.outcome else [])]) or "-"


@part
def stage_settings() -> str:
    """What the default stages have beside their guards."""
    rows = (
        (stage.name, f"`{stage.label}`", f"{stage.probability} %", str(stage.idle_days or "no limit"), stage.color)
        for stage in PIPELINE.stages
    )
    return table(("stage", "label", "probability", "idle after days", "color"), rows)


@part
def pipeline_diagram() -> str:
    """What `salesbot diagram` prints."""
    return f"```mermaid\n{diagram.mermaid(PIPELINE)}```"


@part
def inputs() -> str:
    """The inputs of the step."""
    rows = (
        (f"`{name}`", given["description"].strip(), f"`{given['default'] or ' '}`")
        for name, given in _action()["inputs"].items()
    )
    return table(("input", "", "default"), rows)


@part
def outputs() -> str:
    """The outputs of the step."""
    return table(
        ("output", ""), ((f"`{key}`", given["description"].strip()) for key, given in _action()["outputs"].items())
    )


def _action() -> dict[str, dict[str, dict[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = yaml.safe_load((TOP / "action.yml").read_text(encoding="utf-8"))
    return found


@part
def threats() -> str:
    """The threats that tests watch."""
    return table(("threat", "defence"), ((f"{each.who} {each.does}", each.kept) for each in THREATS))


@part
def guard_table() -> str:
    """Every guard, and what it says to a deal that has nothing."""
    return table(("guard", "holds when", "else"), map(_guard_row, guards.USAGES))


EXAMPLES = {
    "checklist": ("estimate", "negotiating"),
    "field": ("company", "qualified"),
    "reason": ("", "lost"),
    "date": ("", "revisit"),
}
"""An argument and a stage for the guards whose answer depends on them."""


def _guard_row(name: str) -> tuple[str, ...]:
    argument, stage = EXAMPLES.get(name, ("", "negotiating"))
    no = guards.GUARDS[name](
        Deal(7, "Acme", Body("", (), ()), Amount("", "EUR"), "lead"), Move(stage, START), argument, PIPELINE
    )
    assert no is not None, f"{name} lets a deal with nothing pass"
    holds = sentence(guards.GUARDS[name].__doc__ or "")
    return (f"`{guards.USAGES[name]}`", holds, no.advice)


@part
def program() -> str:
    """What `salesbot` does at the command line."""
    return table(("command", "does"), (_program_row(*each) for each in _subcommands(cli.build_parser())))


def _subcommands(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Every command that does something, also those of two words."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for listed in action._choices_actions:
                command = action.choices[listed.dest]
                yield from [*_subcommands(command)] or [(command, listed.help or "")]


def _program_row(parser: argparse.ArgumentParser, does: str) -> tuple[str, str]:
    given = (action for action in parser._actions if not action.option_strings)
    words = [parser.prog, *(f"[{action.dest}]" if action.nargs == "?" else action.dest for action in given)]
    return (f"`{' '.join(words)}`", does)


@part
def settings() -> str:
    """Every setting, with the example of the page's own configuration."""
    return settings_table()


@part
def templates() -> str:
    """Every template, with its blocks."""
    return template_table()


@part
def glossary() -> str:
    """The terms for people who sell, install and run it."""
    return glossary_table("terms")


@part
def glossary_inside() -> str:
    """The terms of the design."""
    return glossary_table("inside")


def main(argv: list[str]) -> int:
    """Write the parts, or say which are out of date."""
    stale = 0
    for page in PAGES:
        before = page.read_text(encoding="utf-8")
        after = made(before)
        if before != after:
            stale += 1
            print(f"{page.relative_to(TOP)}: {'written' if '--write' in argv else 'out of date; make parts'}")
        if "--write" in argv:
            page.write_text(after, encoding="utf-8")
    return 1 if stale and "--write" not in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
