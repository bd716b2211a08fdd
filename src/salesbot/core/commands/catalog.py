"""The commands: what a person can type, what it asks for, and who may.

To add one, write a function here. The first line of its docstring is the help, in `/help` and in the docs; the usage
is the decorator's argument. Moves are in `moves`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from salesbot.core.commands import arguments, dated
from salesbot.core.commands.moves import move_command, reason_changes, set_field, value_changes
from salesbot.core.commands.registry import COMMANDS, Command, Context, command
from salesbot.core.commands.stage_words import spelled, stage_of
from salesbot.core.model import headings
from salesbot.core.model.changes import (
    Answer,
    AssignOwner,
    Change,
    LeavePipeline,
    LinkMirror,
    LogActivity,
    OpenTask,
    PostChecklist,
    SetField,
    UnassignPerson,
)
from salesbot.core.model.date_fields import day_in
from salesbot.core.model.deal import Deal, Refusal
from salesbot.core.model.estimate import estimate
from salesbot.core.model.journal import LeftAs
from salesbot.core.model.logged_activity import ActivityKind
from salesbot.core.model.pipeline import Pipeline, field_key
from salesbot.core.text import dates, markdown
from salesbot.core.text.command_syntax import Args, bare
from salesbot.core.text.render import Markdown
from salesbot.core.text.suggestions import misspelled, nearest

__all__ = ["COMMANDS", "Command", "Context", "all_commands", "find", "suggestion"]

NAMES_PEOPLE = frozenset({"assign", "unassign", "next", "task"})
"""Commands in which `@name` is looked up."""
LONGEST_TASK = 200
"""Characters of a task. A title takes 256, with the day."""


def find(word: str, pipeline: Pipeline) -> Command | None:
    """Find the command behind a word: a move to a stage, by its command or its own name, or one of the table."""
    stage = stage_of(word, pipeline)
    return move_command(stage) if stage is not None else COMMANDS.get(word)


def all_commands(pipeline: Pipeline) -> Iterator[Command]:
    """List every command there is in a pipeline, moves first, in the order of the funnel."""
    for stage in pipeline.stages:
        if stage.command:
            yield move_command(stage)
    yield from (known for known in COMMANDS.values() if pipeline.stage_of_command(known.word) is None)


def suggestion(word: str, pipeline: Pipeline) -> str | None:
    """Find the command that a word was probably meant to be."""
    names = [spelled(stage.name) for stage in pipeline.stages]
    return misspelled(bare(word), [*(known.word for known in all_commands(pipeline)), *names])


@command("/value <amount>")
def value(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set what the deal is worth, e.g. `/value 12000 EUR` or `/value 24k`."""
    if not args.words:
        return Refusal(
            Markdown("`/value` needs an amount."), f"For example `/value 12000 {ctx.pipeline.currency}`", "value"
        )
    return value_changes(args, ctx)


@command("/probability <percent>")
def probability(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set how likely the deal is won, e.g. `/probability 40`; it beats the stage's own."""
    if not args.words:
        return Refusal(Markdown("`/probability` needs a percentage."), "For example `/probability 40`")
    return set_field(
        headings.PROBABILITY, arguments.percent(" ".join(args.words), "/probability", ctx.today, ctx.pipeline)
    )


@command("/expect <date>")
def expect(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set when the deal should be closed, e.g. `/expect march` or `/expect end of Q2`."""
    if not args.words:
        return Refusal(Markdown("`/expect` needs a date."), "For example `/expect march` or `/expect end of Q2`")
    read = arguments.close_day(" ".join(args.words), "/expect", ctx.today, ctx.pipeline)
    return read if isinstance(read, Refusal) else _expected(deal, read)


def _expected(deal: Deal, read: str) -> list[Change]:
    """A close that was expected earlier is kept: moved later, it counts as a push."""
    day = day_in(deal.fields, headings.EXPECTED_CLOSE)
    before = day.isoformat() if day is not None else ""
    changes: list[Change] = [SetField(headings.EXPECTED_CLOSE, read)]
    if before and read > before:
        earlier = deal.fields.get(headings.EARLIER_EXPECTED_CLOSES, "")
        changes.append(SetField(headings.EARLIER_EXPECTED_CLOSES, ", ".join(filter(None, [earlier, before]))))
    return changes


@command("/next <date> <what> [@owner]")
def next_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Set the one dated next step, e.g. `/next friday send the estimate @kim`."""
    step = dated.step("/next", "send the estimate", args, ctx)
    return step if isinstance(step, Refusal) else [SetField(headings.NEXT_STEP, str(step))]


@command("/task <date> <what> [@user]")
def task(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Open a task as a sub-issue of the deal, e.g. `/task friday send the references @kim`."""
    if not ctx.has_sub_issues:
        return Refusal("This GitHub server has no sub-issues.", "Use `/next <date> <what>`")
    step = dated.step("/task", "send the references", args, ctx)
    if isinstance(step, Refusal):
        return step
    if len(step.what) > LONGEST_TASK:
        why = f"That is {len(step.what):,} characters long; the title of a task takes {LONGEST_TASK}."
        return Refusal(why, "Shorten it, and add the rest to the task")
    return [OpenTask(step.day, step.what, step.who or "")]


@command("/done")
def done(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """The next step is done; set another with `/next`."""
    return [SetField(headings.NEXT_STEP, None)]


@command("/call [what]")
def call(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Log a call with the client, e.g. `/call they compare us with two others`."""
    return _log(ActivityKind.CALL, args, ctx)


@command("/met [what]")
def met(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Log a meeting with the client, e.g. `/met scope is clear, the budget is not`."""
    return _log(ActivityKind.MEETING, args, ctx)


@command("/mailed [what]")
def mailed(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Log a mail to the client, e.g. `/mailed sent the references`."""
    return _log(ActivityKind.MAIL, args, ctx)


def _log(kind: ActivityKind, args: Args, ctx: Context) -> list[Change] | Refusal:
    read = arguments.plain(" ".join(args.words), f"/{kind}", ctx.today, ctx.pipeline)
    return read if isinstance(read, Refusal) else [LogActivity(kind, read)]


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
    if heading == headings.EXPECTED_CLOSE and not isinstance(read, Refusal):
        return _expected(deal, read)
    return set_field(heading, read)


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
        return dated.nobody(name, ctx)
    return [AssignOwner(ctx.people[name.casefold()].login)]


@command("/unassign [@user]")
def unassign(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Take the owner off the deal, or somebody else by name."""
    if len(args.words) > 1:
        return _one_name("/unassign", "several commands fit in one comment")
    return [UnassignPerson(arguments.person(args.words, ctx.person) if args.words else None)]


def _one_name(said: str, why: str) -> Refusal:
    return Refusal(Markdown(f"`{said}` takes one name."), f"Use it once for each name, on a line of its own: {why}")


@command("/checklist <name>")
def checklist(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Post a checklist, or update it from its template; ticks stay."""
    name = args.words[0].casefold() if args.words else ""
    if name in ctx.lists:
        return [PostChecklist(name)]
    guess = nearest(name, ctx.lists)
    known = ", ".join(f"`/checklist {each}`" for each in sorted(ctx.lists))
    what = f"There is no checklist {markdown.code(name[:60])}." if name else "`/checklist` needs a name."
    return Refusal(Markdown(what), f"Did you mean `/checklist {guess}`?" if guess else f"There are {known}")


@command("/snooze <duration>")
def snooze(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Have no reminders for a while, e.g. `/snooze 2 weeks` or `/snooze friday`."""
    if not args.words:
        return Refusal(Markdown("`/snooze` needs a duration or a date."), "For example `/snooze 2 weeks`")
    try:
        day = dates.parse_snooze(" ".join(args.words), ctx.today)
    except dates.DateError as error:
        return Refusal(Markdown(error.what), arguments.suggest_date("/snooze", error, "2 weeks"), "date")
    return [SetField(headings.SNOOZED_UNTIL, day.isoformat())]


@command("/confirm")
def confirm(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Accept what someone without the role write put into fields that count, as the card shows it."""
    changes: list[Change] = []
    for each in deal.doubts:
        text = deal.body.fields.get(each.heading, "")
        if each.doubt is not None and each.doubt.since > ctx.said_at:
            return Refusal(f"{each.heading} was edited after your comment.", "Check it, then post `/confirm` again")
        if each.heading == headings.VALUE and text:
            read = arguments.read(headings.VALUE, text, ctx.today, ctx.pipeline)
            if isinstance(read, Refusal):
                return read
            text = read
        changes.append(SetField(each.heading, text or None))
    return changes


@command("/duplicate-of #n")
def duplicate_of(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Close as a duplicate of another issue; it is not counted."""
    number = arguments.issue_number(args.words[0]) if args.words else None
    if number is None:
        return Refusal(
            Markdown("`/duplicate-of` needs the number of the other issue."), "For example `/duplicate-of #12`"
        )
    if _elsewhere(args.words[0], ctx):
        return Refusal(
            "That issue is in another repository.", "Name an issue of this repository, for example `/duplicate-of #12`"
        )
    if number == deal.number:
        return Refusal("A deal cannot be its own duplicate.", "Name the other one, for example `/duplicate-of #12`")
    if number not in ctx.issues:
        return Refusal(f"There is no issue {number} here.", "Name the deal that stays, for example `/duplicate-of #12`")
    return [LeavePipeline(LeftAs.DUPLICATE, number)]


def _elsewhere(text: str, ctx: Context) -> bool:
    address = re.fullmatch(r"https://[^/\s]+/(\S+)/issues/\d+", text)
    return address is not None and address[1].casefold() != ctx.repository.casefold()


@command("/streak link <address>")
def streak(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Pair the deal with a box in Streak, by the address of the box."""
    if ctx.pipeline.streak is None or ctx.pipeline.streak.sales is None:
        return Refusal("Streak is not set up here.", "Name its pipeline in the configuration: `streak.pipelines.sales`")
    word, *rest = args.words or ("",)
    key = arguments.mirror_key(rest[0]) if word.casefold() == "link" and len(rest) == 1 else None
    if key is None:
        return Refusal("/streak needs the address of a box.", "Open the box in Gmail, then `/streak link <address>`")
    return [SetField(headings.STREAK, rest[0]), LinkMirror(key)]


@command("/not-a-deal [why]")
def not_a_deal(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Close it: it is not a deal and is not counted."""
    reason = reason_changes(args.words, ctx)
    return reason if isinstance(reason, Refusal) else [*reason, LeavePipeline(LeftAs.NOT_A_DEAL)]


@command("/estimate", needs="moves")
def estimate_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Show the estimate as a table to copy into an offer."""
    if not estimate(deal.checklists, ctx.pipeline, ctx.today).counted:
        hint = "Write them at the end of its lines, for example `Design: 8 d @nora`"
        return Refusal("No line of the checklist estimate carries an amount.", hint)
    return [Answer("estimate_table.md.j2")]


@command("/status", needs="moves")
def status(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Update the card."""
    return []


@command("/history", needs="moves")
def history(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Show the history of the deal."""
    return [Answer("history.md.j2")]


@command("/help", needs="moves")
def help_(deal: Deal, args: Args, ctx: Context) -> list[Change] | Refusal:
    """Show what you can do from here."""
    return [Answer("help.md.j2")]
