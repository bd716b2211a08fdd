"""The decision: the observed issue in, effects out. Pure: equal facts, pipeline and time give equal effects.

1. Restore the deal (`lifecycle.restore`). 2. Collect the intents that nobody answered yet (`lifecycle.intents`).
3. Evaluate each in the order it came, on the deal as the one before left it (`lifecycle.transitions`, `policies`).
4. Bring the issue in step with that (`reconcile`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

from salesbot.core.commands.catalog import find as find_command
from salesbot.core.commands.registry import Command, Context
from salesbot.core.lifecycle import guards, intents, restore, timeline
from salesbot.core.lifecycle.intents import (
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
from salesbot.core.model import headings, keys
from salesbot.core.model.changes import Change, MoveTo, Reopen, SetField
from salesbot.core.model.deal import How, Move, Refusal, Role, StageVisit
from salesbot.core.model.effects import Effect
from salesbot.core.model.journal import LeftAs
from salesbot.core.model.keys import Key, Kind
from salesbot.core.policies import attention, mirror_sync, new_deals, revisit
from salesbot.core.reconcile.reconcile import reconcile
from salesbot.core.text import markdown
from salesbot.core.text.command_syntax import MOST_COMMANDS, Args, CommandLine, CommandSyntaxError, split
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Markdown, Renderer
from salesbot.core.views import replies


@dataclass(frozen=True)
class Decision:
    """What is to be done, and what the summary says of it. `before` and `stage` are None where there is no deal."""

    effects: tuple[Effect, ...] = ()
    before: str | None = None
    stage: str | None = None
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    state: DealState | None = None
    """Where all this leaves the deal."""


def decide(observed: Observed, render: Renderer) -> Decision:
    """Evaluate everything on this deal that nobody answered yet."""
    commands = list(intents.commands(observed))
    if observed.journal is None:
        commands = restore.since_adoption(commands, observed)
    start = restore.restore(observed, commands)
    if start is None:
        return Decision(tuple(replies.on_no_deal(commands, observed, render)))
    before = start.state.deal.stage
    if observed.pipeline.stage(before) is None:
        return Decision(
            before=before, stage=before, notes=(f"The stage {before} is not in the configuration: left as it is.",)
        )
    if _is_left_alone(start, observed):
        return Decision(before=before, stage=before, notes=("An unknown stage label stands on it: left as it is.",))
    state = _evaluate_all(start, commands, observed, render)
    if observed.parsed.cards.ignored:
        state = state.noting("A comment looks like a card and is not believed: it is not ours, or somebody edited it.")
    effects = reconcile(state, observed, render)
    return Decision(tuple(effects), before, state.deal.stage, state.moves, state.refused, state.notes, state)


def _is_left_alone(start: restore.Restored, observed: Observed) -> bool:
    """A deal whose own label went and an unknown one came is left exactly as it is (docs/configuration.md)."""
    parsed = observed.parsed
    return not parsed.current_stages and not start.labels and bool(parsed.unknown_stage_labels)


def _evaluate_all(
    start: restore.Restored, commands: list[CommandIntent], observed: Observed, render: Renderer
) -> DealState:
    journal = start.state.journal
    collected: list[Intent] = [*start.labels, *commands, *intents.ticks(observed, journal)]
    by_hand = intents.state(observed, journal.cursor) or _closed_by_workflow(start, observed)
    back = intents.due_return(start.state, observed)
    mirrored = mirror_sync.intent(start.state, observed)
    collected += [intent for intent in (by_hand, back, mirrored) if intent is not None]
    state = new_deals.welcome(start.state, observed, render)
    for intent in intents.in_order(collected):
        state = _evaluate(state, intent, observed, render)
    if not start.labels and not journal.left:
        state = _put_back(state, start.state, observed, render)
    state = mirror_sync.record(state, observed)
    state = revisit.clean_up(state, observed.pipeline)
    state = attention.remind(state, observed, render)
    return _close_refusals(state, observed)


def _closed_by_workflow(start: restore.Restored, observed: Observed) -> StateIntent | None:
    """Another workflow closed, with our identity, a deal that is open as we know it."""
    if observed.card is None or not start.state.deal.open:
        return None
    return intents.workflow_closing(observed, observed.card.changed_at)


def _evaluate(state: DealState, intent: Intent, observed: Observed, render: Renderer) -> DealState:
    match intent:
        case LabelIntent():
            return _evaluate_label(state, intent, observed, render)
        case CommandIntent():
            return _evaluate_comment(state, intent, observed, render)
        case StateIntent():
            return _evaluate_state(state, intent, observed, render)
        case TickIntent():
            return _evaluate_tick(state, intent, observed, render)
        case ReturnIntent():
            return revisit.evaluate(state, intent, observed.pipeline, render)
        case MirrorIntent():
            return mirror_sync.evaluate(state, intent, observed, render)
        case _:
            assert_never(intent)


def _evaluate_label(state: DealState, intent: LabelIntent, observed: Observed, render: Renderer) -> DealState:
    """A label asks for the same role as its command. GitHub lets only triage and above label, so mostly it is known."""
    pipeline = observed.pipeline
    person = intent.by.login if intent.by is not None and not intent.by.is_bot else None
    request = Request(pipeline, observed.role(intent.by), intent.at, person)
    outcome: DealState | Refused
    if person is not None and pipeline.permissions.moves > Role.TRIAGE and request.role < pipeline.permissions.moves:
        least = pipeline.permissions.moves.name.lower()
        outcome = Refused(intent.stage, (Refusal(f"Moving a deal needs the role {least}.", "Ask someone who has it"),))
    else:
        outcome = apply_changes(state, [MoveTo(Move(intent.stage, intent.at, person))], request)
    if isinstance(outcome, DealState):
        return outcome
    stage = pipeline.stage(intent.stage)
    values = {
        "person": person,
        "label": True,
        "stage": state.deal.stage,
        "say": _say(stage.command if stage else None),
    }
    refused = _refuse(state, outcome, Key(Kind.REFUSAL, intent.event), values, observed, render)
    return replace(refused, journal=replace(refused.journal, refused=intent.event))


def _say(command: str | None) -> str | None:
    return f"/{command}" if command else None


def _refuse(
    state: DealState, refused: Refused, key: Key, values: Mapping[str, Any], observed: Observed, render: Renderer
) -> DealState:
    """Add the comment that refuses, and the checklists it names."""
    why = [{"reason": no.reason, "hint": Markdown(no.advice)} for no in refused.why]
    shown = {
        **_BLANK,
        "to": refused.to,
        "why": why,
        "again": refused.to is not None
        and any((no.missing or "").partition(":")[0] in FIXED_FIRST for no in refused.why),
        "misread": refused.misread,
        "boxes": replies.reasons(refused, observed.pipeline),
        **values,
    }
    state = state.with_pending(key, render("refusal.md.j2", shown))
    for no in refused.why:
        if (name := guards.checklist_of(no)) is not None:
            state = state.with_pending(keys.checklist(name), "")
    return replace(state, refused=(*state.refused, refused))


_BLANK: dict[str, Any] = {
    "to": None, "person": None, "command": None, "line": None, "others": False, "label": False,
    "stage": None, "say": None, "again": False, "misread": False, "boxes": [],
}  # fmt: skip
FIXED_FIRST = frozenset({"checklist", "owner", "value", "field"})
"""Guards that need something done before the same move is asked for again. A reason or a date comes with the move."""
SHOWN = 120
"""Characters of a command line that a reply repeats."""


def _evaluate_comment(state: DealState, intent: CommandIntent, observed: Observed, render: Renderer) -> DealState:
    """All commands of a comment are one plan: if one cannot be done, none is."""
    comment, role = intent.comment, observed.role(intent.by)
    if role < Role.TRIAGE and intents.is_guess(intent.lines, observed.pipeline):
        return state
    if role < Role.TRIAGE:
        return replace(state, ignored=(*state.ignored, comment.id))
    if comment.edited_by_others:
        return _reply(
            state,
            intent,
            Refusal("Somebody else edited this comment.", "Say it in a new comment"),
            None,
            observed,
            render,
        )
    if intent.late:
        return _reply(state, intent, _too_late(intent), None, observed, render)
    if len(intent.lines) > MOST_COMMANDS:
        most = Refusal(f"A comment takes {MOST_COMMANDS} commands at most, and this has more.", "Say them in several")
        return _reply(state, intent, most, None, observed, render)
    planned = state
    for line in intent.lines:
        outcome = _run_line(planned, line, intent, role, observed, render)
        if isinstance(outcome, Refused):
            return _reply(state, intent, outcome, line, observed, render)
        planned = outcome
    return _done(state, planned, intent, observed, render)


def _too_late(intent: CommandIntent) -> Refusal:
    if intent.written is not None and not intent.written.known:
        what = "GitHub no longer has the earlier texts of this comment, so it is unknown when its command was written."
        return Refusal(what, "Post it as a new comment")
    return Refusal("This was not done in time.", "Say it again in a new comment")


def _run_line(
    state: DealState, line: CommandLine, intent: CommandIntent, role: Role, observed: Observed, render: Renderer
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
    changes = _changes(state, command, line, _context(intent, person, role, observed, render))
    if isinstance(changes, Refusal):
        return Refused(None, (changes,), misread=True)
    return apply_changes(state, changes, Request(pipeline, role, intent.at, person, intent.comment.id))


def _context(intent: CommandIntent, person: str, role: Role, observed: Observed, render: Renderer) -> Context:
    """Durations and relative dates count from the comment's own time (docs/design.md, How a run judges)."""
    facts, pipeline = observed.facts, observed.pipeline
    return Context(
        pipeline,
        person,
        role,
        intent.at,
        local_day(intent.at, pipeline.timezone),
        people=facts.repository.people,
        lists=frozenset(pipeline_lists(render.names())),
        issues={number: issue.title for number, issue in facts.linked.items() if issue is not None},
        repository=facts.repository.name,
    )


def pipeline_lists(templates: Iterable[str]) -> Iterator[str]:
    """Name the checklists there are templates for."""
    for name in templates:
        if name.startswith("checklists/") and name.endswith(".md.j2"):
            yield name.removeprefix("checklists/").removesuffix(".md.j2")


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
    render: Renderer,
) -> DealState:
    refused = no if isinstance(no, Refused) else Refused(None, (no,))
    values = {
        "person": intent.by.login if intent.by else None,
        "command": _shown(line) if line else None,
        "line": line.line if line else None,
        "others": len(intent.lines) > 1 and line is not None,
    }
    state = _refuse(state, refused, Key(Kind.REPLY, str(intent.comment.id)), values, observed, render)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "no"))


def _shown(line: CommandLine) -> str:
    text = f"/{line.word} {line.rest}".strip()
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"


def _done(
    before: DealState, state: DealState, intent: CommandIntent, observed: Observed, render: Renderer
) -> DealState:
    """Answer a plan that was carried out."""
    for answer in state.answers[len(before.answers) :]:
        values = replies.values(answer.template, state, intent.by, observed.role(intent.by), observed.pipeline)
        text = render(answer.template, {**values, **answer.values})
        state = state.with_pending(Key(Kind.ANSWER, str(intent.comment.id)), text)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "yes"))


def _close_refusals(state: DealState, observed: Observed) -> DealState:
    """A refused command is no longer refused once the deal reached the stage it asked for."""
    reached = {visit.stage for visit in state.moves}
    journal = state.journal
    for comment in observed.issue.comments if reached else ():
        if (comment.id, "no") in state.journal.answered and reached & intents.stages_of(comment, observed.pipeline):
            journal = journal.with_answer(comment.id, "closed")
    return replace(state, journal=journal)


def _evaluate_state(state: DealState, intent: StateIntent, observed: Observed, render: Renderer) -> DealState:
    """A person closed or reopened the issue: ask how it ended, or bring the deal back."""
    stage = observed.pipeline.stage(state.deal.stage)
    person = intent.by.login if intent.by and not intent.by.is_bot else None
    if intent.open:
        outcome = apply_changes(
            state, [Reopen()], Request(observed.pipeline, observed.role(intent.by), intent.at, person)
        )
        assert isinstance(outcome, DealState), "reopening is always allowed"
        return outcome
    state = replace(state, deal=replace(state.deal, open=False))
    if stage is not None and stage.outcome is not None:
        return state
    if intent.reason == "DUPLICATE":
        return replace(state, journal=replace(state.journal, left=LeftAs.DUPLICATE, asked=""))
    text = render("ask.md.j2", replies.how_it_ended(state.deal.stage, person, observed.pipeline))
    asked = state.with_pending(Key(Kind.ASK, intent.event), text)
    return replace(asked, journal=replace(asked.journal, asked=intent.event))


def _evaluate_tick(state: DealState, intent: TickIntent, observed: Observed, render: Renderer) -> DealState:
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
        changes.append(MoveTo(Move(stage.name, intent.at, person, How.TICK)))
    outcome = apply_changes(state, changes, Request(observed.pipeline, role, intent.at, person))
    if isinstance(outcome, DealState):
        return outcome
    key = Key(Kind.REPLY, f"{intent.comment.id}-{int(intent.at.timestamp())}")
    values = {"person": person, "say": _say(stage.command if stage else None)}
    return _refuse(state, outcome, key, values, observed, render)


def _put_back(state: DealState, start: DealState, observed: Observed, render: Renderer) -> DealState:
    """A stage label taken off alone moves nothing: it comes back, and the person is told why."""
    if state.moves or start.deal.stage in [stage.name for stage, _ in observed.parsed.current_stages]:
        return state
    removed = timeline.last_removed(observed.stage_events)
    fresh = timeline.after(observed.events_of_others, start.journal.cursor)
    if removed is None or removed[1].name != start.deal.stage or removed[0].id not in {event.id for event in fresh}:
        return state
    by = removed[0].by
    ended = removed[1].outcome is not None
    values = {"stage": start.deal.stage, "person": by.login if by and not by.is_bot else None, "ended": ended}
    text = render("putback.md.j2", values)
    return state.with_pending(Key(Kind.REFUSAL, removed[0].id), text)
