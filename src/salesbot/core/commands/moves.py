"""Moves by command: to any stage, back, and what goes along with them: an amount, a reason, a date.

The commands of the stages come from the pipeline; `/stage`, `/undo` and `/reopen` are always there.
"""

from __future__ import annotations

from salesbot.core.commands import arguments
from salesbot.core.commands.registry import Command, Context, command, usage
from salesbot.core.model import headings
from salesbot.core.model.changes import Change, MoveTo, Reopen, SetField, Undo
from salesbot.core.model.date_fields import purpose_of
from salesbot.core.model.deal import Deal, How, Move, Refusal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import dates, markdown
from salesbot.core.text.command_syntax import Args
from salesbot.core.text.render import Markdown
from salesbot.core.text.suggestions import nearest

FORCE = frozenset({"force"})


def move_command(stage: Stage) -> Command:
    """Make the command that moves to a stage."""
    word = stage.command or stage.name

    def run(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
        return _move(stage, args, ctx)

    meaning = f": {stage.description}" if stage.description else ""
    return Command(word, usage(stage), f"Move to {stage.name}{meaning}", "moves", run, FORCE)


def _move(stage: Stage, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Move to a stage, with what its kind of stage takes along: an amount, a reason, a date."""
    changes = _taken_along(stage, args, ctx) if args.words else []
    why = args.options.get("force")
    if "force" in args.options and not why:
        said = f'/{stage.command or f"stage {stage.name}"} --force "signed on paper"'
        return Refusal(Markdown("`--force` needs a reason: the card and the history name it."), f"For example `{said}`")
    if isinstance(changes, Refusal):
        return changes
    given = frozenset(change.heading for change in changes if isinstance(change, SetField))
    return [*changes, MoveTo(Move(stage.name, ctx.said_at, ctx.person, How.COMMAND, why, given))]


def _taken_along(stage: Stage, args: Args, ctx: Context) -> list[Change] | Refusal:
    if stage.outcome == "won":
        return value_changes(args, ctx, f"/{stage.command or f'stage {stage.name}'}")
    if stage.outcome is not None:
        known = ctx.pipeline.reject_reasons if stage.outcome == "rejected" else ctx.pipeline.lost_reasons
        return reason_changes(args.words, ctx, known)
    if stage.paused:
        return _date_acts(args, stage, ctx)
    extra, said = markdown.code(" ".join(args.words)[:60]), usage(stage)
    return Refusal(Markdown(f"`{said}` takes no {extra}."), f"Comment `{said}` alone")


def value_changes(args: Args, ctx: Context, said: str = "/value") -> list[Change] | Refusal:
    """Set the value to an amount."""
    return set_field(headings.VALUE, arguments.money(" ".join(args.words), said, ctx.today, ctx.pipeline))


def set_field(heading: str, read: str | Refusal) -> list[Change] | Refusal:
    """Set a field to what was read, or pass on why it could not be read."""
    return read if isinstance(read, Refusal) else [SetField(heading, read)]


def reason_changes(words: tuple[str, ...], ctx: Context, known: tuple[str, ...] = ()) -> list[Change] | Refusal:
    """Set the reason to words, if there are any."""
    said = arguments.as_configured(" ".join(words).lstrip("-\u2013\u2014: "), known)
    return set_field(headings.REASON, arguments.plain(said, "", ctx.today, ctx.pipeline)) if said else []


def _date_acts(args: Args, stage: Stage, ctx: Context) -> list[Change] | Refusal:
    try:
        day, why = dates.leading_date(args.words, ctx.today, purpose_of(headings.REVISIT_ON), future=True)
    except dates.DateError as error:
        word = stage.command or f"stage {stage.name}"
        return Refusal(Markdown(error.what), arguments.suggest_date(f"/{word}", error, "in 3 months"), "date")
    reason = reason_changes(why, ctx)
    return reason if isinstance(reason, Refusal) else [SetField(headings.REVISIT_ON, day.isoformat()), *reason]


@command('/stage <name> [--force "why"]', needs="moves", options=FORCE)
def stage(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Move to any stage by name; `--force "why"` passes guards and order."""
    if not args.words:
        return Refusal(Markdown("`/stage` needs the name of a stage."), f"There are {_stages(ctx.pipeline)}")
    for count in range(min(len(args.words), 8), 0, -1):
        found = _stage(" ".join(args.words[:count]), ctx.pipeline)
        if found is not None:
            return _move(found, Args(args.words[count:], args.options), ctx)
    name = " ".join(args.words)[:60]
    guess = nearest(name.casefold(), [known.name for known in ctx.pipeline.stages])
    hint = f"Did you mean `/stage {guess}`?" if guess else f"There are {_stages(ctx.pipeline)}"
    return Refusal(Markdown(f"There is no stage {markdown.code(name)}."), hint)


def _stage(name: str, pipeline: Pipeline) -> Stage | None:
    return pipeline.stage(name) or pipeline.stage_of_label(name) or pipeline.stage_of_command(name)


@command("/undo", needs="moves")
def undo(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Take the last move back."""
    return [Undo()]


@command("/reopen", needs="moves")
def reopen(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Bring a closed deal back to the stage it closed from."""
    return [Reopen()]


def _stages(pipeline: Pipeline) -> str:
    return ", ".join(f"`/stage {known.name}`" for known in pipeline.stages)
