"""Evaluating one intent: what a label, a comment, a tick, a closing or a date makes of the deal, or why it is refused.

Each is evaluated on the deal as the intent before left it. What people read about it is a pending comment.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import assert_never

from salesbot.core.commands.catalog import find as find_command
from salesbot.core.commands.recognition import is_guess
from salesbot.core.commands.registry import Command, Context
from salesbot.core.decide import board_moves
from salesbot.core.decide.refusal_comment import refuse
from salesbot.core.lifecycle import activity, people
from salesbot.core.lifecycle.intents import (
    BoardCommandIntent,
    BoardIntent,
    CommandIntent,
    Intent,
    LabelIntent,
    MirrorIntent,
    ReturnIntent,
    StateIntent,
    TickIntent,
)
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState, Refused, Request, apply_changes
from salesbot.core.model import headings
from salesbot.core.model.changes import Change, MoveTo, Reopen, SetField
from salesbot.core.model.deal import Actor, How, Move, Refusal, Role
from salesbot.core.model.journal import LeftAs
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.messages import message
from salesbot.core.policies import mirror_sync, revisit
from salesbot.core.text import markdown
from salesbot.core.text.command_syntax import MOST_COMMANDS, Args, CommandLine, CommandSyntaxError, split
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Markdown
from salesbot.core.views import replies


def evaluate(state: DealState, intent: Intent, observed: Observed, lists: Collection[str]) -> DealState:
    """Evaluate an intent on the deal as the intents before left it."""
    match intent:
        case LabelIntent():
            return _evaluate_label(state, intent, observed)
        case CommandIntent():
            return _evaluate_comment(state, intent, observed, lists)
        case StateIntent():
            return _evaluate_state(state, intent, observed)
        case TickIntent():
            return _evaluate_tick(state, intent, observed)
        case ReturnIntent():
            return revisit.evaluate(state, intent, observed.pipeline)
        case MirrorIntent():
            return mirror_sync.evaluate(state, intent, observed)
        case BoardIntent():
            return board_moves.evaluate_drag(state, intent, observed)
        case BoardCommandIntent():
            return board_moves.evaluate_command(state, intent, observed)
        case _:
            assert_never(intent)


def _evaluate_label(state: DealState, intent: LabelIntent, observed: Observed) -> DealState:
    """A label asks for the same role as its command. GitHub lets only triage and above label, so mostly it is known."""
    pipeline = observed.pipeline
    person = intent.by.login if intent.by is not None and not intent.by.is_bot else None
    request = Request(pipeline, observed.role(intent.by), intent.at, person)
    outcome: DealState | Refused
    if intent.late:
        why = "The issue was transferred here with this label, so the label moved nothing."
        outcome = Refused(intent.stage, (Refusal(why, "To move the deal, set the label again"),))
    elif person is not None and pipeline.permissions.moves > Role.TRIAGE and request.role < pipeline.permissions.moves:
        least = pipeline.permissions.moves.name.lower()
        outcome = Refused(intent.stage, (Refusal(f"Moving a deal needs the role {least}.", "Ask someone who has it"),))
    else:
        outcome = apply_changes(state, [MoveTo(Move(intent.stage, intent.at, person))], request)
    if isinstance(outcome, DealState):
        return outcome
    stage = pipeline.stage(intent.stage)
    values = {
        "person": people.to_mention(intent.by, observed.facts),
        "label": True,
        "stage": state.deal.stage,
        "say": _say(stage.command if stage else None),
    }
    refused = refuse(state, outcome, Key(Kind.REFUSAL, intent.event), values, observed)
    return replace(refused, journal=replace(refused.journal, refused=intent.event))


def _say(command: str | None) -> str | None:
    return f"/{command}" if command else None


SHOWN = 120
"""Characters of a command line that a reply repeats."""


def _evaluate_comment(state: DealState, intent: CommandIntent, observed: Observed, lists: Collection[str]) -> DealState:
    """All commands of a comment are one plan: if one cannot be done, none is."""
    comment, role = intent.comment, observed.role(intent.by)
    if role < Role.TRIAGE and is_guess(intent.lines, observed.pipeline):
        return state
    if role < Role.TRIAGE:
        return replace(state, ignored=(*state.ignored, comment.id))
    if comment.edited_by_others:
        return _reply(
            state,
            intent,
            Refusal("Somebody else edited this comment.", "Post it in a new comment"),
            None,
            observed,
        )
    if intent.late:
        return _reply(state, intent, _too_late(intent), None, observed)
    if len(intent.lines) > MOST_COMMANDS:
        most = Refusal(f"A comment takes {MOST_COMMANDS} commands at most.", "Split them over several comments")
        return _reply(state, intent, most, None, observed)
    planned = state
    for line in intent.lines:
        outcome = _run_line(planned, line, intent, role, observed, lists)
        if isinstance(outcome, Refused):
            return _reply(state, intent, outcome, line, observed)
        planned = outcome
    return _done(state, planned, intent, observed)


def _too_late(intent: CommandIntent) -> Refusal:
    if intent.written is not None and not intent.written.known:
        what = "GitHub no longer has the earlier texts of this comment, so it is unknown when its command was written."
        return Refusal(what, "Post it as a new comment")
    return Refusal("This command was not carried out in time.", "Post it again in a new comment")


def _run_line(
    state: DealState, line: CommandLine, intent: CommandIntent, role: Role, observed: Observed, lists: Collection[str]
) -> DealState | Refused:
    pipeline = observed.pipeline
    command = find_command(line.word, pipeline)
    if command is None:
        return Refused(None, (replies.unknown(line.word, pipeline),), misread=True)
    if role < command.least_role(pipeline):
        least = command.least_role(pipeline).name.lower()
        no = Refusal(Markdown(f"`/{line.word}` needs the role {least}."), "Ask someone who has it")
        return Refused(None, (no,))
    person = intent.by.login if intent.by else ""
    changes = _changes(state, command, line, _context(intent, person, role, observed, lists))
    if isinstance(changes, Refusal):
        return Refused(None, (changes,), misread=True)
    return apply_changes(state, changes, Request(pipeline, role, intent.at, person, intent.comment.id))


def _context(intent: CommandIntent, person: str, role: Role, observed: Observed, lists: Collection[str]) -> Context:
    """Durations and relative dates count from the comment's own time (docs/design.md, The rules of a run)."""
    facts, pipeline = observed.facts, observed.pipeline
    return Context(
        pipeline,
        person,
        role,
        intent.at,
        local_day(intent.at, pipeline.timezone),
        people=facts.repository.people,
        lists=frozenset(lists),
        issues={number: issue.title for number, issue in facts.linked.items() if issue is not None},
        repository=facts.repository.name,
        has_sub_issues=facts.issue.tasks is not None,
    )


def _changes(state: DealState, command: Command, line: CommandLine, ctx: Context) -> list[Change] | Refusal:
    try:
        args: Args = split(line.rest)
    except CommandSyntaxError as error:
        return Refusal(Markdown(str(error)), f"It is `{command.usage}`")
    unknown = next((name for name in args.options if name not in command.options), None)
    if unknown is not None:
        what = f"`/{line.word}` takes no {markdown.code(f'--{unknown[:40]}')}."
        return Refusal(Markdown(what), f'Leave it out, or write `"--{unknown[:40]}"` if it is text')
    return command.run(state.deal, args, ctx)


def _reply(
    state: DealState,
    intent: CommandIntent,
    no: Refusal | Refused,
    line: CommandLine | None,
    observed: Observed,
) -> DealState:
    refused = no if isinstance(no, Refused) else Refused(None, (no,))
    values = {
        "person": people.to_mention(intent.by, observed.facts),
        "command": _shown(line) if line else None,
        "line": line.line if line else None,
        "others": len(intent.lines) > 1 and line is not None,
    }
    state = refuse(state, refused, Key(Kind.REPLY, str(intent.comment.id)), values, observed)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "no"))


def _shown(line: CommandLine) -> str:
    text = f"/{line.word} {line.rest}".strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _done(before: DealState, state: DealState, intent: CommandIntent, observed: Observed) -> DealState:
    """Answer a plan that was carried out."""
    for answer in state.answers[len(before.answers) :]:
        role, pipeline, today = observed.role(intent.by), observed.pipeline, observed.today
        text = message(answer.template, replies.values(answer.template, state, role, pipeline, today))
        kind = Kind.ESTIMATE if answer.template == replies.ESTIMATE else Kind.ANSWER
        state = state.with_pending(Key(kind, str(intent.comment.id)), text)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "yes"))


def _evaluate_state(state: DealState, intent: StateIntent, observed: Observed) -> DealState:
    """A person closed or reopened the issue: ask how it ended, or bring the deal back.

    What its author does who is not on the team ends and revives no deal: somebody is asked, once for each such person.
    """
    stage = observed.pipeline.stage(state.deal.stage)
    person = intent.by.login if intent.by and not intent.by.is_bot else None
    outsider = intent.by if activity.is_outsider(intent.by, observed.facts) else None
    if intent.open and outsider is not None and (state.journal.left or (stage is not None and stage.outcome)):
        return _stays_closed(state, outsider, observed)
    if intent.open:
        outcome = apply_changes(
            state, [Reopen()], Request(observed.pipeline, observed.role(intent.by), intent.at, person)
        )
        assert isinstance(outcome, DealState), "reopening is always allowed"
        return outcome
    state = replace(state, deal=replace(state.deal, open=False))
    if stage is not None and stage.outcome is not None:
        return state
    if intent.reason == "DUPLICATE" and outsider is None:
        return replace(state, journal=replace(state.journal, left=LeftAs.DUPLICATE, asked=""))
    asked = replace(state, journal=replace(state.journal, asked=intent.event))
    key = Key(Kind.ASK, intent.event if outsider is None else _of(outsider))
    if key in observed.parsed.own:
        return asked
    whom = people.to_mention(intent.by, observed.facts) if outsider is None else state.deal.owner
    text = message("ask.md.j2", replies.how_it_ended(state.deal.stage, whom, observed.pipeline))
    return asked.with_pending(key, text)


def _stays_closed(state: DealState, outsider: Actor, observed: Observed) -> DealState:
    """Whoever opened the issue reopened a deal that is over; it is closed again."""
    key = Key(Kind.REFUSAL, f"reopened-{_of(outsider)}")
    if key in observed.parsed.own:
        return state
    why = Refusal("The deal is closed, and only a collaborator can reopen it.", "If it goes on, comment `/reopen`")
    return refuse(state, Refused(None, (why,)), key, {"person": state.deal.owner}, observed)


def _of(person: Actor) -> str:
    return f"person-{person.id or person.login}"


def _evaluate_tick(state: DealState, intent: TickIntent, observed: Observed) -> DealState:
    """A tick is the command of the person who ticked. Boxes below the needed role are ignored, like commands."""
    role = observed.role(intent.by)
    state = replace(state, journal=state.journal.with_boxes(intent.comment.id, intent.at))
    if role < observed.pipeline.permissions.moves or intent.by is None:
        return state
    person = intent.by.login
    stage, reason = replies.ticked(intent.item.text, observed.pipeline)
    changes: list[Change] = [Reopen()] if stage is None else []
    if stage is not None:
        changes = [SetField(headings.REASON, reason)] if reason else []
        given = frozenset({headings.REASON} if reason else ())
        changes.append(MoveTo(Move(stage.name, intent.at, person, How.TICK, given=given)))
    outcome = apply_changes(state, changes, Request(observed.pipeline, role, intent.at, person))
    if isinstance(outcome, DealState):
        return outcome
    key = Key(Kind.REPLY, f"{intent.comment.id}-{int(intent.at.timestamp())}")
    values = {"person": people.to_mention(intent.by, observed.facts), "say": _say(stage.command if stage else None)}
    return refuse(state, outcome, key, values, observed)
