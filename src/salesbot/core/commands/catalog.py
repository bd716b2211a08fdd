"""The commands: what a person can type, what it asks for, and who may.

To add one, write a function here. The first line of its docstring is the help, in `/help` and in the docs; the usage
is the decorator's argument. Moves to stages come from the pipeline, not from this table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from salesbot.core.commands import arguments
from salesbot.core.commands.registry import COMMANDS, Command, Context, command, usage
from salesbot.core.model.changes import (
    Answer,
    AssignOwner,
    Change,
    LeavePipeline,
    LinkMirror,
    MoveTo,
    PostChecklist,
    Reopen,
    SetField,
    UnassignPerson,
    Undo,
)
from salesbot.core.model.deal import Deal, Move, Refusal
from salesbot.core.model.pipeline import Pipeline, Stage, field_key
from salesbot.core.text import dates, markdown, next_step
from salesbot.core.text.command_syntax import Args, bare, nearest
from salesbot.core.text.render import Markdown

__all__ = ["COMMANDS", "Command", "Context", "all_commands", "find", "suggestion"]

_LOGIN = re.compile(r"@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))")
FORCE = frozenset({"force"})
NAMES_PEOPLE = frozenset({"assign", "unassign", "next"})
"""Commands in which `@name` is looked up."""


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
    return nearest(bare(word), [known.word for known in all_commands(pipeline)])


def _move_command(stage: Stage) -> Command:
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
    return [*changes, MoveTo(Move(stage.name, ctx.said_at, ctx.person, "command", why))]


def _taken_along(stage: Stage, args: Args, ctx: Context) -> list[Change] | Refusal:
    if stage.outcome == "won":
        return _value_acts(args, ctx, f"/{stage.command or f'stage {stage.name}'}")
    if stage.outcome is not None:
        known = ctx.pipeline.reject_reasons if stage.outcome == "rejected" else ctx.pipeline.lost_reasons
        return _reason_acts(args.words, ctx, known)
    if stage.paused:
        return _date_acts(args, stage, ctx)
    extra, said = markdown.code(" ".join(args.words)[:60]), usage(stage)
    return Refusal(Markdown(f"`{said}` takes no {extra}."), f"Comment `{said}` alone")


def _value_acts(args: Args, ctx: Context, said: str = "/value") -> list[Change] | Refusal:
    return _set("Value", arguments.money(" ".join(args.words), said, ctx.today, ctx.pipeline))


def _set(heading: str, read: str | Refusal) -> list[Change] | Refusal:
    return read if isinstance(read, Refusal) else [SetField(heading, read)]


def _reason_acts(words: tuple[str, ...], ctx: Context, known: tuple[str, ...] = ()) -> list[Change] | Refusal:
    said = arguments.as_configured(" ".join(words).lstrip("-\u2013\u2014: "), known)
    return _set("Reason", arguments.plain(said, "", ctx.today, ctx.pipeline)) if said else []


def _date_acts(args: Args, stage: Stage, ctx: Context) -> list[Change] | Refusal:
    try:
        day, why = dates.leading_date(args.words, ctx.today, future=True)
    except dates.DateError as error:
        word = stage.command or f"stage {stage.name}"
        return Refusal(Markdown(error.what), arguments.suggest(f"/{word}", error.suggestions), "date")
    reason = _reason_acts(why, ctx)
    return reason if isinstance(reason, Refusal) else [SetField("Revisit on", day.isoformat()), *reason]


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


@command("/value <amount>")
def value(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set what the deal is worth, e.g. `/value 12000 EUR` or `/value 24k`."""
    if not args.words:
        return Refusal(
            Markdown("`/value` needs an amount."), f"For example `/value 12000 {ctx.pipeline.currency}`", "value"
        )
    return _value_acts(args, ctx)


@command("/probability <percent>")
def probability(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set how likely the deal is won, e.g. `/probability 40`; it beats the stage's own."""
    if not args.words:
        return Refusal(Markdown("`/probability` needs a percentage."), "For example `/probability 40`")
    return _set("Probability", arguments.percent(" ".join(args.words), "/probability", ctx.today, ctx.pipeline))


@command("/expect <date>")
def expect(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set when the deal should be closed, e.g. `/expect march` or `/expect 2027-03-01`."""
    if not args.words:
        return Refusal(Markdown("`/expect` needs a date."), "For example `/expect march` or `/expect 2027-03-01`")
    read = arguments.coming_day(" ".join(args.words), "/expect", ctx.today, ctx.pipeline)
    return read if isinstance(read, Refusal) else _expected(deal, read)


def _expected(deal: Deal, read: str) -> list[Change]:
    """A close that was expected earlier is kept: moved later, it counts as a push."""
    day = dates.fixed_date(deal.fields.get("Expected close", ""))
    before = day.isoformat() if day is not None else ""
    changes: list[Change] = [SetField("Expected close", read)]
    if before and read > before:
        earlier = deal.fields.get("Earlier expected closes", "")
        changes.append(SetField("Earlier expected closes", ", ".join(filter(None, [earlier, before]))))
    return changes


@command("/next <date> <what> [@owner]")
def next_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set the one dated next step, e.g. `/next friday send the estimate @kim`."""
    example = "For example `/next friday send the estimate`"
    if not args.words:
        return Refusal(Markdown("`/next` needs a date and what to do."), example)
    try:
        day, words = dates.leading_date(args.words, ctx.today, future=True)
    except dates.NoDateError as error:
        return Refusal(Markdown(f"`/next` begins with a date. {error.what}"), example, "date")
    except dates.DateError as error:
        said = tuple(f"{day} {' '.join(args.words[1:])}".strip() for day in error.suggestions)
        return Refusal(Markdown(error.what), arguments.suggest("/next", said), "date")
    who = _LOGIN.fullmatch(words[-1]) if words else None
    what = " ".join(words[:-1] if who else words)
    if not what:
        return Refusal(Markdown("`/next` says when, but not what to do."), example)
    if who and who[1].casefold() not in ctx.people:
        return _nobody(who[1], ctx)
    read = arguments.plain(what, "/next", ctx.today, ctx.pipeline)
    if isinstance(read, Refusal):
        return read
    name = ctx.people[who[1].casefold()].login if who else None
    return [SetField("Next step", str(next_step.NextStep(day, read, name)))]


@command("/done")
def done(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """The next step is done; set another with `/next`."""
    return [SetField("Next step", None)]


@command("/set <field> <value>")
def set_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set any field, e.g. `/set company Acme GmbH`."""
    found = arguments.find_heading(args.words, ctx.pipeline)
    if found is None:
        return _no_field(args, ctx, "/set")
    heading, words = found
    if not words:
        key = field_key(heading)
        return Refusal(Markdown(f"`/set {key}` needs a value."), f"`/unset {key}` empties it")
    read = arguments.read(heading, " ".join(words), ctx.today, ctx.pipeline)
    if heading == "Expected close" and not isinstance(read, Refusal):
        return _expected(deal, read)
    return _set(heading, read)


@command("/unset <field>")
def unset(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Empty a field."""
    found = arguments.find_heading(args.words, ctx.pipeline)
    if found is None:
        return _no_field(args, ctx, "/unset")
    if found[1]:
        extra, said = markdown.code(" ".join(found[1])[:60]), f"/unset {field_key(found[0])}"
        return Refusal(Markdown(f"`{said}` takes no {extra}."), f"Comment `{said}` alone")
    return [SetField(found[0], None)]


def _no_field(args: Args, ctx: Context, said: str) -> Refusal:
    if not args.words:
        example = "company Acme" if said == "/set" else "company"
        return Refusal(Markdown(f"`{said}` needs the name of a field."), f"For example `{said} {example}`")
    guess = arguments.nearest_field(args.words[0], ctx.pipeline)
    headings = arguments.settable(ctx.pipeline) if said == "/set" else ctx.pipeline.headings
    known = ", ".join(f"`{field_key(heading)}`" for heading in headings)
    meant = f"{said} {guess} <value>" if said == "/set" else f"{said} {guess}"
    hint = f"Did you mean `{meant}`?" if guess else f"There are {known}"
    return Refusal(Markdown(f"There is no field {markdown.code(args.words[0][:60])}."), hint)


@command("/assign [@user]")
def assign(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Make somebody the owner; alone or with `me`, yourself."""
    if len(args.words) > 1:
        return _one_name("/assign", "the last one owns the deal, the others help")
    name = arguments.person(args.words, ctx.person)
    if name.casefold() not in ctx.people:
        return _nobody(name, ctx)
    return [AssignOwner(ctx.people[name.casefold()].login)]


@command("/unassign [@user]")
def unassign(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Take the owner off the deal, or somebody else by name."""
    if len(args.words) > 1:
        return _one_name("/unassign", "several commands fit in one comment")
    return [UnassignPerson(arguments.person(args.words, ctx.person) if args.words else None)]


def _one_name(said: str, why: str) -> Refusal:
    return Refusal(Markdown(f"`{said}` takes one name."), f"Say it once for each, a line each: {why}")


def _nobody(name: str, ctx: Context) -> Refusal:
    guess = nearest(name, [person.login for person in ctx.people.values()])
    hint = f"Did you mean `@{guess}`?" if guess else "Name somebody who works in this repository"
    return Refusal(Markdown(f"{markdown.code(name[:60])} cannot be assigned here."), hint)


@command("/checklist <name>")
def checklist(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Post a checklist, or bring it up to date with its template; ticks stay."""
    name = args.words[0].casefold() if args.words else ""
    if name in ctx.lists:
        return [PostChecklist(name)]
    guess = nearest(name, ctx.lists)
    known = ", ".join(f"`/checklist {each}`" for each in sorted(ctx.lists))
    what = f"There is no checklist {markdown.code(name[:60])}." if name else "`/checklist` needs a name."
    return Refusal(Markdown(what), f"Did you mean `/checklist {guess}`?" if guess else f"There are {known}")


@command("/snooze <duration>")
def snooze(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Have no reminders for a while, e.g. `/snooze 2 weeks`."""
    if not args.words:
        return Refusal(Markdown("`/snooze` needs a length of time."), "For example `/snooze 2 weeks`")
    try:
        day = dates.parse_duration(" ".join(args.words), ctx.today)
    except dates.DateError as error:
        return Refusal(Markdown(error.what), arguments.suggest("/snooze", error.suggestions), "date")
    return [SetField("Snoozed until", day.isoformat())]


@command("/duplicate-of #n")
def duplicate_of(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Close as a duplicate of another issue; it counts nowhere."""
    number = issue_number(args.words[0]) if args.words else None
    if number is None:
        return Refusal(
            Markdown("`/duplicate-of` needs the number of the other issue."), "For example `/duplicate-of #12`"
        )
    if _elsewhere(args.words[0], ctx):
        return Refusal("That issue is in another repository.", "Name one of this one, for example `/duplicate-of #12`")
    if number == deal.number:
        return Refusal("A deal cannot be its own duplicate.", "Name the other one, for example `/duplicate-of #12`")
    if number not in ctx.issues:
        return Refusal(f"There is no issue {number} here.", "Name the deal that stays, for example `/duplicate-of #12`")
    return [LeavePipeline("duplicate", number)]


def _elsewhere(text: str, ctx: Context) -> bool:
    address = re.fullmatch(r"https://[^/\s]+/(\S+)/issues/\d+", text)
    return address is not None and address[1].casefold() != ctx.repository.casefold()


def issue_number(text: str) -> int | None:
    """Read `#12`, or the address of an issue, as a number."""
    found = re.fullmatch(r"#?(\d{1,9})|https://\S+/issues/(\d{1,9})", text)
    return int(found[1] or found[2]) if found else None


@command("/streak link <address>")
def streak(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Pair the deal with a box in Streak, by the address of the box."""
    if ctx.pipeline.streak is None or ctx.pipeline.streak.sales is None:
        return Refusal("Streak is not set up here.", "Name its pipeline in the configuration: `streak.pipelines.sales`")
    word, *rest = args.words or ("",)
    key = mirror_key(rest[0]) if word.casefold() == "link" and len(rest) == 1 else None
    if key is None:
        return Refusal("/streak needs the address of a box.", "Open the box in Gmail, then `/streak link <address>`")
    return [SetField("Streak", rest[0]), LinkMirror(key)]


def mirror_key(text: str) -> str | None:
    """Read the address of a box, or its bare key, as the key: the last part of it that can be one (inferred)."""
    parts = re.split(r"[/#?&=]", text) if re.fullmatch(r"https://[!-~]{1,500}|[A-Za-z0-9_-]{1,300}", text) else []
    return next((part for part in reversed(parts) if re.fullmatch(r"ag[A-Za-z0-9_-]{6,300}", part)), None)


@command("/not-a-deal [why]")
def not_a_deal(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Close it: this is no deal and counts nowhere."""
    reason = _reason_acts(args.words, ctx)
    return reason if isinstance(reason, Refusal) else [*reason, LeavePipeline("not-a-deal")]


@command("/status", needs="moves")
def status(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Bring the card up to date."""
    return []


@command("/history", needs="moves")
def history(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Show the way of the deal so far."""
    return [Answer("history.md.j2")]


@command("/help", needs="moves")
def help_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Show what you can do from here."""
    return [Answer("help.md.j2")]


def _stages(pipeline: Pipeline) -> str:
    return ", ".join(f"`/stage {known.name}`" for known in pipeline.stages)
