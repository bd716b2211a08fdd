"""The commands: what a person can type, what it asks for, and who may.

To add one, write a function here. The first line of its docstring is the help, in `/help` and in the docs; the usage
is the decorator's argument. Moves to stages come from the pipeline, not from this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from salesbot.core import dates
from salesbot.core.acts import Act, Answer, MoveTo, Reopen, SetField, Undo
from salesbot.core.command_lines import Args, nearest
from salesbot.core.deal import Deal, Move, Refusal, Role
from salesbot.core.money import Money, MoneyError
from salesbot.core.pipeline import Pipeline, Stage
from salesbot.core.voice import Markdown


@dataclass(frozen=True)
class Context:
    """Around a command: who said it, when (GitHub's time), what day that was in the pipeline's zone."""

    pipeline: Pipeline
    person: str
    role: Role
    said_at: datetime
    today: date


Run = Callable[[Deal, Args, Context], "list[Act] | Refusal"]


@dataclass(frozen=True)
class Command:
    """One line of the command table. `needs` names an entry of `permissions` in the configuration."""

    word: str
    usage: str
    help: str
    needs: str
    run: Run

    def least_role(self, pipeline: Pipeline) -> Role:
        """Say which role a person needs for it here."""
        return pipeline.permissions.moves if self.needs == "moves" else pipeline.permissions.default


_commands: dict[str, Command] = {}
COMMANDS: Mapping[str, Command] = MappingProxyType(_commands)


def command(usage: str, *, needs: str = "default") -> Callable[[Run], Run]:
    """Register a command; `usage` begins with the slash and the word."""

    def register(function: Run) -> Run:
        word = usage.split()[0].removeprefix("/")
        assert function.__doc__, f"/{word} needs a docstring: its first line is the help"
        _commands[word] = Command(word, usage, function.__doc__.splitlines()[0], needs, function)
        return function

    return register


def find(word: str, pipeline: Pipeline) -> Command | None:
    """Find the command behind a word: a move of the pipeline, or one of the table."""
    stage = pipeline.stage_of_command(word)
    if stage is not None:
        return _move_command(stage)
    return COMMANDS.get(word)


def all_commands(pipeline: Pipeline) -> Iterator[Command]:
    """List every command there is in a pipeline, moves first, in the order of the funnel."""
    for stage in pipeline.stages:
        if stage.command:
            yield _move_command(stage)
    yield from (known for known in COMMANDS.values() if pipeline.stage_of_command(known.word) is None)


def suggestion(word: str, pipeline: Pipeline) -> str | None:
    """Find the command that a word was probably meant to be."""
    return nearest(word, [known.word for known in all_commands(pipeline)])


def _move_command(stage: Stage) -> Command:
    word = stage.command or stage.name

    def run(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
        return _move(stage, args, ctx)

    usage = f"/{word}"
    if stage.outcome == "won":
        usage += " [amount]"
    elif stage.outcome is not None:
        usage += " <reason>"
    elif stage.paused:
        usage += " <date> [why]"
    return Command(
        word, usage, f"Move to {stage.name}" + (f": {stage.description}" if stage.description else ""), "moves", run
    )


def _move(stage: Stage, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Move to a stage, with what its kind of stage takes along: an amount, a reason, a date."""
    acts: list[Act] | Refusal
    if stage.outcome == "won":
        acts = _value_acts(args, ctx)
    elif stage.outcome is not None:
        acts = _reason_acts(args.words)
    elif stage.paused:
        acts = _date_acts(args, stage, ctx)
    elif args.words:
        return Refusal(f"/{stage.command} takes no {' '.join(args.words)!r}.", f"Comment `/{stage.command}` alone")
    else:
        acts = []
    if isinstance(acts, Refusal):
        return acts
    return [*acts, MoveTo(Move(stage.name, ctx.said_at, ctx.person, "command", _force(args)))]


def _force(args: Args) -> str | None:
    return (args.options["force"] or "no reason given") if "force" in args.options else None


def _value_acts(args: Args, ctx: Context) -> list[Act] | Refusal:
    if not args.words:
        return []
    try:
        money = Money.parse(" ".join(args.words), ctx.pipeline.currency)
    except MoneyError as error:
        return Refusal(Markdown(error.what), _say("/value", error.suggestions), "value")
    return [SetField("Value", money.machine())]


def _reason_acts(words: tuple[str, ...]) -> list[Act]:
    return [SetField("Reason", " ".join(words))] if words else []


def _date_acts(args: Args, stage: Stage, ctx: Context) -> list[Act] | Refusal:
    if not args.words:
        return []
    try:
        day, why = dates.leading_date(args.words, ctx.today, future=True)
    except dates.DateError as error:
        return Refusal(Markdown(error.what), _say(f"/{stage.command or stage.name}", error.suggestions), "date")
    return [SetField("Revisit on", day.isoformat()), *_reason_acts(why)]


@command('/stage <name> [--force "why"]', needs="moves")
def stage(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Move to any stage by name; `--force "why"` passes guards and order."""
    if not args.words:
        return Refusal("/stage needs the name of a stage.", f"One of {_names(ctx.pipeline)}")
    name = args.words[0]
    found = ctx.pipeline.stage(name) or ctx.pipeline.stage_of_label(name) or ctx.pipeline.stage_of_command(name)
    if found is None:
        guess = nearest(name.casefold(), [known.name for known in ctx.pipeline.stages])
        hint = f"Did you mean `/stage {guess}`?" if guess else f"One of {_names(ctx.pipeline)}"
        return Refusal(f"There is no stage {name}.", hint)
    return _move(found, Args(args.words[1:], args.options), ctx)


@command("/undo", needs="moves")
def undo(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Take the last move back."""
    return [Undo()]


@command("/reopen", needs="moves")
def reopen(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Bring a closed deal back to the stage it closed from."""
    return [Reopen()]


@command("/value <amount>")
def value(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Set what the deal is worth, e.g. `/value 12000 EUR` or `/value 24k`."""
    if not args.words:
        return Refusal("/value needs an amount.", f"For example `/value 12000 {ctx.pipeline.currency}`", "value")
    return _value_acts(args, ctx)


@command("/status", needs="moves")
def status(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Bring the card up to date."""
    return []


@command("/history", needs="moves")
def history(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Show the way of the deal so far."""
    return [Answer("history.md.j2")]


@command("/help", needs="moves")
def help_(deal: Deal, args: Args, ctx: Context) -> list[Act] | Refusal:
    """Show what you can do from here."""
    return [Answer("help.md.j2")]


def _say(command: str, suggestions: Sequence[str]) -> str:
    said = " or ".join(f"`{command} {suggestion}`" for suggestion in suggestions[:3])
    return f"Say {said}" if said else ""


def _names(pipeline: Pipeline) -> str:
    return ", ".join(f"`/stage {known.name}`" for known in pipeline.stages)
