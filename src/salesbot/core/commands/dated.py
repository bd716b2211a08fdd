"""What is done on a day, and by whom: the arguments of `/next` and `/task`."""

from __future__ import annotations

from salesbot.core.commands import arguments
from salesbot.core.commands.registry import Context
from salesbot.core.model.deal import Refusal
from salesbot.core.text import dates, logins, markdown
from salesbot.core.text.command_syntax import Args
from salesbot.core.text.dates import Purpose
from salesbot.core.text.next_step import NextStep
from salesbot.core.text.render import Markdown
from salesbot.core.text.suggestions import nearest

LONGEST_OFFERED = 200
"""Characters of a command that an answer writes out again."""


def step(command: str, example: str, args: Args, ctx: Context) -> NextStep | Refusal:
    """Read a date, what to do, and perhaps at the end who does it."""
    example = f"For example `{command} friday {example}`"
    if not args.words:
        return Refusal(Markdown(f"`{command}` needs a date and what to do."), example)
    try:
        day, words = dates.leading_date(args.words, ctx.today, Purpose.ON, future=True)
    except dates.DateError as error:
        why = f"`{command}` begins with a date. " if isinstance(error, dates.NoDateError) else ""
        return Refusal(Markdown(f"{why}{error.what}"), arguments.suggest_date(command, error, "friday"), "date")
    who = logins.mention(words[-1]) if words else None
    what = " ".join(words[:-1] if who else words)
    if not what:
        return Refusal(Markdown(f"`{command}` has a date, but not what to do."), example)
    others = [name for name in logins.mentions(what) if who or name.casefold() in ctx.people]
    if others:
        return _which_one(command, [*others, *([who] if who else [])], args)
    if who and who.casefold() not in ctx.people:
        return nobody(who, ctx)
    read = arguments.plain(what, command, ctx.today, ctx.pipeline)
    if isinstance(read, Refusal):
        return read
    name = ctx.people[who.casefold()].login if who else None
    return NextStep(day, read, name)


def _which_one(command: str, people: list[str], args: Args) -> Refusal:
    """Several people, or one in the middle: who does it is asked, and no word of the sentence is lost."""
    text = logins.unmentioned(" ".join(args.words))
    text = f"{command} {text}" if len(text) <= LONGEST_OFFERED else f"{command} <date> <what>"
    names = list({name.casefold(): name for name in people}.values())
    ways = " or ".join(markdown.code(f"{text} @{name}") for name in names[:3])
    return Refusal(
        Markdown(f"It is not clear who does it: {', '.join(markdown.code(name) for name in names[:10])}?"),
        f"Put the one who does it at the end, and no `@` elsewhere: {ways}. Without `@` it is the owner",
    )


def nobody(name: str, ctx: Context) -> Refusal:
    """Say that somebody cannot be assigned, and who was probably meant."""
    guess = nearest(name, [person.login for person in ctx.people.values()])
    hint = f"Did you mean `@{guess}`?" if guess else "Name someone who can be assigned here"
    return Refusal(Markdown(f"{markdown.code(name[:60])} cannot be assigned here."), hint)
