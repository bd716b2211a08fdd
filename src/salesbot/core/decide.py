"""The decision: facts in, effects out. Pure: equal facts, pipeline and time give equal effects.

1. Find the deal and its journal (`found`). 2. Collect what nobody judged yet (`wishes`). 3. Judge each wish in the
order it was said, on the deal as the one before left it (`judge`). 4. Bring the issue in step with that (`settle`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from salesbot.core import (
    answers,
    attention,
    coming_back,
    comments,
    found,
    markdown,
    newcomers,
    sync,
    timeline,
    wishes,
)
from salesbot.core.acts import Act, MoveTo, Reopen, SetField
from salesbot.core.command_lines import MOST_COMMANDS, Args, CommandLine, CommandSyntaxError, split
from salesbot.core.command_table import Command, Context
from salesbot.core.commands import find as find_command
from salesbot.core.days import local_day
from salesbot.core.deal import Actor, Move, Refusal, Role, StageVisit
from salesbot.core.effects import Effect
from salesbot.core.facts import Comment, Facts
from salesbot.core.journal import find_cards
from salesbot.core.judge import Bench, Course, Refused, perform
from salesbot.core.pipeline import Pipeline
from salesbot.core.settle import settle
from salesbot.core.stand import Stand
from salesbot.core.timeline import LabelWish, StateWish
from salesbot.core.voice import Markdown, Say
from salesbot.core.wishes import BackWish, CommandWish, MirrorWish, TickWish, Wish


@dataclass(frozen=True)
class Decision:
    """What is to be done, and what to tell about it. `before` and `stage` are None where there is no deal."""

    effects: tuple[Effect, ...] = ()
    before: str | None = None
    stage: str | None = None
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    course: Course | None = None
    """Where all this leaves the deal."""


@dataclass(frozen=True)
class Court:
    """Everything a wish is judged with."""

    facts: Facts
    pipeline: Pipeline
    say: Say
    now: datetime

    def role(self, actor: Actor | None) -> Role:
        """Say what somebody may do; nobody knows of a ghost."""
        return self.facts.roles.get(actor.login.casefold(), Role.NONE) if actor else Role.NONE


def decide(facts: Facts, pipeline: Pipeline, now: datetime, say: Say) -> Decision:
    """Judge everything on this deal that nobody judged yet."""
    if facts.issue is None:
        return Decision()
    cards = find_cards(facts.issue, facts.repository)
    commands = list(wishes.commands(facts, pipeline, cards.journal))
    if cards.journal is None:
        commands = found.since_adoption(commands, facts, pipeline)
    court = Court(facts, pipeline, say, now)
    start = found.find(facts, pipeline, cards, commands)
    if start is None:
        return Decision(tuple(answers.on_no_deal(commands, facts, pipeline, say)))
    before = start.course.deal.stage
    if pipeline.stage(before) is None:
        return Decision(
            before=before, stage=before, notes=(f"The stage {before} is not in the configuration: left as it is.",)
        )
    if _is_left_alone(start, court):
        return Decision(before=before, stage=before, notes=("An unknown stage label stands on it: left as it is.",))
    course = _judge_all(start, commands, cards.kept, court)
    if cards.ignored:
        course = course.noting(
            "A comment looks like a card and is not believed: it is not ours, or somebody edited it."
        )
    effects = settle(course, Stand(facts, facts.issue, cards, pipeline, say, now))
    return Decision(tuple(effects), before, course.deal.stage, course.moves, course.refused, course.notes, course)


def _is_left_alone(start: found.Found, court: Court) -> bool:
    """A deal whose own label went and an unknown one came is left exactly as it is (docs/configuration.md)."""
    issue = court.facts.issue
    assert issue is not None
    standing = timeline.standing_stages(issue, court.pipeline)
    return not standing and not start.labels and bool(timeline.foreign_labels(issue, court.pipeline))


def _judge_all(start: found.Found, commands: list[CommandWish], card: Comment | None, court: Court) -> Course:
    journal = start.course.journal
    collected: list[Wish] = [*start.labels, *commands, *wishes.ticks(court.facts, journal)]
    state = timeline.state_wish(court.facts, court.pipeline, journal.cursor) or _closed_by_others(start, card, court)
    back = wishes.back(start.course, court.pipeline, court.now)
    dragged = sync.wish(start.course, court.facts, court.pipeline)
    collected += [wish for wish in (state, back, dragged) if wish is not None]
    course = newcomers.welcome(start.course, court.facts, court.pipeline, court.now, court.say)
    for wish in wishes.in_order(collected):
        course = _judge(course, wish, court)
    if not start.labels and not journal.left:
        course = _put_back(course, start.course, court)
    course = sync.remember(course, court.facts, court.pipeline)
    course = coming_back.clean_up(course, court.pipeline)
    course = attention.remind(course, court.facts, court.pipeline, court.now, court.say)
    return _come_true(course, court)


def _closed_by_others(start: found.Found, card: Comment | None, court: Court) -> StateWish | None:
    """Another workflow closed, with our identity, a deal that is open as we know it."""
    if card is None or not start.course.deal.open:
        return None
    return timeline.borrowed_closing(court.facts, card.edited_at or card.created_at)


def _judge(course: Course, wish: Wish, court: Court) -> Course:
    match wish:
        case LabelWish():
            return _judge_label(course, wish, court)
        case CommandWish():
            return _judge_comment(course, wish, court)
        case StateWish():
            return _judge_state(course, wish, court)
        case TickWish():
            return _judge_tick(course, wish, court)
        case BackWish():
            return coming_back.judge(course, wish, court.pipeline, court.say)
        case MirrorWish():
            return sync.judge(course, wish, court.facts, court.pipeline, court.say)
        case _:
            assert_never(wish)


def _judge_label(course: Course, wish: LabelWish, court: Court) -> Course:
    """A label asks for the same role as its command. GitHub lets only triage and above label, so mostly it is known."""
    pipeline = court.pipeline
    person = wish.by.login if wish.by is not None and not wish.by.is_bot else None
    bench = Bench(pipeline, court.role(wish.by), wish.at, person)
    outcome: Course | Refused
    if person is not None and pipeline.permissions.moves > Role.TRIAGE and bench.role < pipeline.permissions.moves:
        least = pipeline.permissions.moves.name.lower()
        outcome = Refused(wish.stage, (Refusal(f"Moving a deal needs the role {least}.", "Ask someone who has it"),))
    else:
        outcome = perform(course, [MoveTo(Move(wish.stage, wish.at, person))], bench)
    if isinstance(outcome, Course):
        return outcome
    stage = pipeline.stage(wish.stage)
    words = {"person": person, "label": True, "stage": course.deal.stage, "say": _say(stage.command if stage else None)}
    refused = _refuse(course, outcome, comments.key(comments.REFUSAL, wish.event), words, court)
    return replace(refused, journal=replace(refused.journal, refused=wish.event))


def _say(command: str | None) -> str | None:
    return f"/{command}" if command else None


def _refuse(course: Course, refused: Refused, key: str, words: Mapping[str, Any], court: Court) -> Course:
    """Owe the comment that says no, and the checklists it speaks of."""
    why = [{"reason": no.reason, "hint": Markdown(no.advice)} for no in refused.why]
    values = {
        **_BLANK,
        "to": refused.to,
        "why": why,
        "again": refused.to is not None
        and any((no.missing or "").partition(":")[0] in SETTLED_FIRST for no in refused.why),
        "misread": refused.misread,
        "boxes": answers.reasons(refused, court.pipeline),
        **words,
    }
    course = course.owing(key, court.say("refusal.md.j2", values))
    for no in refused.why:
        if no.missing and no.missing.startswith("checklist:"):
            course = course.owing(no.missing, "")
    return replace(course, refused=(*course.refused, refused))


_BLANK: dict[str, Any] = {
    "to": None, "person": None, "command": None, "line": None, "others": False, "label": False,
    "stage": None, "say": None, "again": False, "misread": False, "boxes": [],
}  # fmt: skip
SETTLED_FIRST = frozenset({"checklist", "owner", "value", "field"})
"""Guards that something else must settle, before the same wish is uttered again. A reason or a date comes with it."""
SHOWN = 120
"""Characters of a command line that a reply repeats."""


def _judge_comment(course: Course, wish: CommandWish, court: Court) -> Course:
    """All commands of a comment are one plan: if one cannot be done, none is."""
    comment, role = wish.comment, court.role(wish.by)
    if role < Role.TRIAGE:
        return replace(course, unheard=(*course.unheard, comment.id))
    if comment.edited_by_others:
        return _reply(
            course, wish, Refusal("Somebody else edited this comment.", "Say it in a new comment"), None, court
        )
    if wish.late:
        return _reply(course, wish, Refusal("This was not done in time.", "Say it again in a new comment"), None, court)
    if len(wish.lines) > MOST_COMMANDS:
        most = Refusal(f"A comment takes {MOST_COMMANDS} commands at most, and this has more.", "Say them in several")
        return _reply(course, wish, most, None, court)
    planned = course
    for line in wish.lines:
        outcome = _run_line(planned, line, wish, role, court)
        if isinstance(outcome, Refused):
            return _reply(course, wish, outcome, line, court)
        planned = outcome
    return _done(course, planned, wish, court)


def _run_line(course: Course, line: CommandLine, wish: CommandWish, role: Role, court: Court) -> Course | Refused:
    pipeline = court.pipeline
    command = find_command(line.word, pipeline)
    if command is None:
        return Refused(None, (answers.unknown(line.word, pipeline),), misread=True)
    if role < command.least_role(pipeline):
        least = command.least_role(pipeline).name.lower()
        no = Refusal(Markdown(f"`/{line.word}` needs the role {least}."), "Ask someone who has it")
        return Refused(None, (no,))
    person = wish.by.login if wish.by else ""
    acts = _acts(course, command, line, _context(wish, person, role, court))
    if isinstance(acts, Refusal):
        return Refused(None, (acts,), misread=True)
    return perform(course, acts, Bench(pipeline, role, wish.at, person, wish.comment.id))


def _context(wish: CommandWish, person: str, role: Role, court: Court) -> Context:
    """Durations and relative dates count from the comment's own time (docs/design.md, How a run judges)."""
    facts, pipeline = court.facts, court.pipeline
    return Context(
        pipeline,
        person,
        role,
        wish.at,
        local_day(wish.at, pipeline.timezone),
        people=facts.repository.people,
        lists=frozenset(pipeline_lists(court.say.names())),
        issues={number: issue.title for number, issue in facts.linked.items() if issue is not None},
        repository=facts.repository.name,
    )


def pipeline_lists(templates: Iterable[str]) -> Iterator[str]:
    """Name the checklists there are templates for."""
    for name in templates:
        if name.startswith("checklists/") and name.endswith(".md.j2"):
            yield name.removeprefix("checklists/").removesuffix(".md.j2")


def _acts(course: Course, command: Command, line: CommandLine, ctx: Context) -> list[Act] | Refusal:
    try:
        args: Args = split(line.rest)
    except CommandSyntaxError as error:
        return Refusal(Markdown(str(error)), f"It is `{command.usage}`")
    unknown = next((name for name in args.options if name not in command.options), None)
    if unknown is not None:
        what = f"`/{line.word}` takes no {markdown.code(f'--{unknown[:40]}')}."
        return Refusal(Markdown(what), f'Leave it out, or write `"--{unknown[:40]}"` if it is text')
    return command.run(course.deal, args, ctx)


def _reply(course: Course, wish: CommandWish, no: Refusal | Refused, line: CommandLine | None, court: Court) -> Course:
    refused = no if isinstance(no, Refused) else Refused(None, (no,))
    words = {
        "person": wish.by.login if wish.by else None,
        "command": _shown(line) if line else None,
        "line": line.line if line else None,
        "others": len(wish.lines) > 1 and line is not None,
    }
    course = _refuse(course, refused, comments.key(comments.REPLY, wish.comment.id), words, court)
    return replace(course, journal=course.journal.with_answer(wish.comment.id, "no"))


def _shown(line: CommandLine) -> str:
    said = f"/{line.word} {line.rest}".strip()
    return said if len(said) <= SHOWN else f"{said[:SHOWN]} …"


def _done(before: Course, course: Course, wish: CommandWish, court: Court) -> Course:
    """Answer a plan that was carried out."""
    for answer in course.answers[len(before.answers) :]:
        values = answers.values(answer.template, course, wish.by, court.role(wish.by), court.pipeline)
        text = court.say(answer.template, {**values, **answer.values})
        course = course.owing(comments.key(comments.ANSWER, wish.comment.id), text)
    return replace(course, journal=course.journal.with_answer(wish.comment.id, "yes"))


def _come_true(course: Course, court: Court) -> Course:
    """A no whose wish has been granted since is no longer a no."""
    assert court.facts.issue is not None
    reached = {visit.stage for visit in course.moves}
    journal = course.journal
    for comment in court.facts.issue.comments if reached else ():
        if (comment.id, "no") in course.journal.answered and reached & wishes.stages_of(comment, court.pipeline):
            journal = journal.with_answer(comment.id, "closed")
    return replace(course, journal=journal)


def _judge_state(course: Course, wish: StateWish, court: Court) -> Course:
    """A person closed or reopened the issue: ask how it ended, or bring the deal back."""
    stage = court.pipeline.stage(course.deal.stage)
    person = wish.by.login if wish.by and not wish.by.is_bot else None
    if wish.open:
        outcome = perform(course, [Reopen()], Bench(court.pipeline, court.role(wish.by), wish.at, person))
        assert isinstance(outcome, Course), "reopening is always allowed"
        return outcome
    course = replace(course, deal=replace(course.deal, open=False))
    if stage is not None and stage.outcome is not None:
        return course
    if wish.reason == "DUPLICATE":
        return replace(course, journal=replace(course.journal, left="duplicate", asked=""))
    text = court.say("ask.md.j2", answers.how_it_ended(course.deal.stage, person, court.pipeline))
    asked = course.owing(comments.key(comments.ASK, wish.event), text)
    return replace(asked, journal=replace(asked.journal, asked=wish.event))


def _judge_tick(course: Course, wish: TickWish, court: Court) -> Course:
    """A tick is the command of the person who ticked. Boxes below the needed role are ignored, like commands."""
    role = court.role(wish.by)
    course = replace(course, journal=course.journal.with_boxes(wish.comment.id, wish.at))
    if role < court.pipeline.permissions.moves or wish.by is None:
        return course
    person = wish.by.login
    stage, reason = answers.ticked(wish.item.text, court.pipeline)
    acts: list[Act] = [Reopen()] if stage is None else []
    if stage is not None:
        acts = [SetField("Reason", reason)] if reason else []
        acts.append(MoveTo(Move(stage.name, wish.at, person, "tick")))
    outcome = perform(course, acts, Bench(court.pipeline, role, wish.at, person))
    if isinstance(outcome, Course):
        return outcome
    key = comments.key(comments.REPLY, f"{wish.comment.id}-{int(wish.at.timestamp())}")
    words = {"person": person, "say": _say(stage.command if stage else None)}
    return _refuse(course, outcome, key, words, court)


def _put_back(course: Course, start: Course, court: Court) -> Course:
    """A stage label taken off alone moves nothing: it comes back, and the person hears why."""
    issue = court.facts.issue
    assert issue is not None
    standing = [stage.name for stage, _ in timeline.standing_stages(issue, court.pipeline)]
    if course.moves or start.deal.stage in standing:
        return course
    removed = timeline.last_removed(court.facts, court.pipeline)
    fresh = timeline.after(timeline.foreign_events(court.facts, court.pipeline), start.journal.cursor)
    if removed is None or removed[1].name != start.deal.stage or removed[0].id not in {event.id for event in fresh}:
        return course
    by = removed[0].by
    ended = removed[1].outcome is not None
    values = {"stage": start.deal.stage, "person": by.login if by and not by.is_bot else None, "ended": ended}
    text = court.say("putback.md.j2", values)
    return course.owing(comments.key(comments.REFUSAL, removed[0].id), text)
