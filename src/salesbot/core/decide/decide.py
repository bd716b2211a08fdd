"""The decision: facts in, effects out. Pure: equal facts, pipeline and time give equal effects.

1. Find the deal and its journal (`found`). 2. Collect what nobody judged yet (`wishes`). 3. Judge each wish in the
order it was said, on the deal as the one before left it (`judge`). 4. Bring the issue in step with that (`settle`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never

from salesbot.core.commands.catalog import find as find_command
from salesbot.core.commands.registry import Command, Context
from salesbot.core.lifecycle import intents, restore, timeline
from salesbot.core.lifecycle.intents import CommandIntent, Intent, MirrorIntent, ReturnIntent, TickIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.timeline import LabelIntent, StateIntent
from salesbot.core.lifecycle.transitions import DealState, Refused, Request, apply_changes
from salesbot.core.model import comments
from salesbot.core.model.changes import Change, MoveTo, Reopen, SetField
from salesbot.core.model.deal import Actor, Move, Refusal, Role, StageVisit
from salesbot.core.model.effects import Effect
from salesbot.core.model.facts import Comment, Facts
from salesbot.core.model.journal import find_cards
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.policies import attention, mirror_sync, new_deals, revisit
from salesbot.core.reconcile.reconcile import reconcile
from salesbot.core.text import markdown
from salesbot.core.text.command_syntax import MOST_COMMANDS, Args, CommandLine, CommandSyntaxError, split
from salesbot.core.text.days import local_day
from salesbot.core.text.render import Markdown, Renderer
from salesbot.core.views import replies


@dataclass(frozen=True)
class Decision:
    """What is to be done, and what to tell about it. `before` and `stage` are None where there is no deal."""

    effects: tuple[Effect, ...] = ()
    before: str | None = None
    stage: str | None = None
    moves: tuple[StageVisit, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[str, ...] = ()
    state: DealState | None = None
    """Where all this leaves the deal."""


@dataclass(frozen=True)
class Court:
    """Everything a wish is judged with."""

    facts: Facts
    pipeline: Pipeline
    render: Renderer
    now: datetime

    def role(self, actor: Actor | None) -> Role:
        """Say what somebody may do; nobody knows of a ghost."""
        return self.facts.roles.get(actor.login.casefold(), Role.NONE) if actor else Role.NONE


def decide(facts: Facts, pipeline: Pipeline, now: datetime, render: Renderer) -> Decision:
    """Judge everything on this deal that nobody judged yet."""
    if facts.issue is None:
        return Decision()
    cards = find_cards(facts.issue, facts.repository)
    commands = list(intents.commands(facts, pipeline, cards.journal))
    if cards.journal is None:
        commands = restore.since_adoption(commands, facts, pipeline)
    court = Court(facts, pipeline, render, now)
    start = restore.find(facts, pipeline, cards, commands)
    if start is None:
        return Decision(tuple(replies.on_no_deal(commands, facts, pipeline, render)))
    before = start.state.deal.stage
    if pipeline.stage(before) is None:
        return Decision(
            before=before, stage=before, notes=(f"The stage {before} is not in the configuration: left as it is.",)
        )
    if _is_left_alone(start, court):
        return Decision(before=before, stage=before, notes=("An unknown stage label stands on it: left as it is.",))
    state = _judge_all(start, commands, cards.kept, court)
    if cards.ignored:
        state = state.noting("A comment looks like a card and is not believed: it is not ours, or somebody edited it.")
    effects = reconcile(state, Observed(facts, facts.issue, cards, pipeline, render, now))
    return Decision(tuple(effects), before, state.deal.stage, state.moves, state.refused, state.notes, state)


def _is_left_alone(start: restore.Restored, court: Court) -> bool:
    """A deal whose own label went and an unknown one came is left exactly as it is (docs/configuration.md)."""
    issue = court.facts.issue
    assert issue is not None
    standing = timeline.current_stages(issue, court.pipeline)
    return not standing and not start.labels and bool(timeline.foreign_labels(issue, court.pipeline))


def _judge_all(start: restore.Restored, commands: list[CommandIntent], card: Comment | None, court: Court) -> DealState:
    journal = start.state.journal
    collected: list[Intent] = [*start.labels, *commands, *intents.ticks(court.facts, journal)]
    by_hand = timeline.state_intent(court.facts, court.pipeline, journal.cursor) or _closed_by_others(
        start, card, court
    )
    back = intents.back(start.state, court.pipeline, court.now)
    dragged = mirror_sync.intent(start.state, court.facts, court.pipeline)
    collected += [intent for intent in (by_hand, back, dragged) if intent is not None]
    state = new_deals.welcome(start.state, court.facts, court.pipeline, court.now, court.render)
    for intent in intents.in_order(collected):
        state = _judge(state, intent, court)
    if not start.labels and not journal.left:
        state = _put_back(state, start.state, court)
    state = mirror_sync.remember(state, court.facts, court.pipeline)
    state = revisit.clean_up(state, court.pipeline)
    state = attention.remind(state, court.facts, court.pipeline, court.now, court.render)
    return _come_true(state, court)


def _closed_by_others(start: restore.Restored, card: Comment | None, court: Court) -> StateIntent | None:
    """Another workflow closed, with our identity, a deal that is open as we know it."""
    if card is None or not start.state.deal.open:
        return None
    return timeline.workflow_closing(court.facts, card.edited_at or card.created_at)


def _judge(state: DealState, intent: Intent, court: Court) -> DealState:
    match intent:
        case LabelIntent():
            return _judge_label(state, intent, court)
        case CommandIntent():
            return _judge_comment(state, intent, court)
        case StateIntent():
            return _judge_state(state, intent, court)
        case TickIntent():
            return _judge_tick(state, intent, court)
        case ReturnIntent():
            return revisit.judge(state, intent, court.pipeline, court.render)
        case MirrorIntent():
            return mirror_sync.judge(state, intent, court.facts, court.pipeline, court.render)
        case _:
            assert_never(intent)


def _judge_label(state: DealState, intent: LabelIntent, court: Court) -> DealState:
    """A label asks for the same role as its command. GitHub lets only triage and above label, so mostly it is known."""
    pipeline = court.pipeline
    person = intent.by.login if intent.by is not None and not intent.by.is_bot else None
    request = Request(pipeline, court.role(intent.by), intent.at, person)
    outcome: DealState | Refused
    if person is not None and pipeline.permissions.moves > Role.TRIAGE and request.role < pipeline.permissions.moves:
        least = pipeline.permissions.moves.name.lower()
        outcome = Refused(intent.stage, (Refusal(f"Moving a deal needs the role {least}.", "Ask someone who has it"),))
    else:
        outcome = apply_changes(state, [MoveTo(Move(intent.stage, intent.at, person))], request)
    if isinstance(outcome, DealState):
        return outcome
    stage = pipeline.stage(intent.stage)
    words = {
        "person": person,
        "label": True,
        "stage": state.deal.stage,
        "say": _say(stage.command if stage else None),
    }
    refused = _refuse(state, outcome, comments.key(comments.REFUSAL, intent.event), words, court)
    return replace(refused, journal=replace(refused.journal, refused=intent.event))


def _say(command: str | None) -> str | None:
    return f"/{command}" if command else None


def _refuse(state: DealState, refused: Refused, key: str, words: Mapping[str, Any], court: Court) -> DealState:
    """Owe the comment that says no, and the checklists it speaks of."""
    why = [{"reason": no.reason, "hint": Markdown(no.advice)} for no in refused.why]
    values = {
        **_BLANK,
        "to": refused.to,
        "why": why,
        "again": refused.to is not None
        and any((no.missing or "").partition(":")[0] in SETTLED_FIRST for no in refused.why),
        "misread": refused.misread,
        "boxes": replies.reasons(refused, court.pipeline),
        **words,
    }
    state = state.with_pending(key, court.render("refusal.md.j2", values))
    for no in refused.why:
        if no.missing and no.missing.startswith("checklist:"):
            state = state.with_pending(no.missing, "")
    return replace(state, refused=(*state.refused, refused))


_BLANK: dict[str, Any] = {
    "to": None, "person": None, "command": None, "line": None, "others": False, "label": False,
    "stage": None, "say": None, "again": False, "misread": False, "boxes": [],
}  # fmt: skip
SETTLED_FIRST = frozenset({"checklist", "owner", "value", "field"})
"""Guards that something else must settle, before the same wish is uttered again. A reason or a date comes with it."""
SHOWN = 120
"""Characters of a command line that a reply repeats."""


def _judge_comment(state: DealState, intent: CommandIntent, court: Court) -> DealState:
    """All commands of a comment are one plan: if one cannot be done, none is."""
    comment, role = intent.comment, court.role(intent.by)
    if role < Role.TRIAGE and intents.is_guess(intent.lines, court.pipeline):
        return state
    if role < Role.TRIAGE:
        return replace(state, ignored=(*state.ignored, comment.id))
    if comment.edited_by_others:
        return _reply(
            state, intent, Refusal("Somebody else edited this comment.", "Say it in a new comment"), None, court
        )
    if intent.late:
        return _reply(state, intent, _too_late(intent), None, court)
    if len(intent.lines) > MOST_COMMANDS:
        most = Refusal(f"A comment takes {MOST_COMMANDS} commands at most, and this has more.", "Say them in several")
        return _reply(state, intent, most, None, court)
    planned = state
    for line in intent.lines:
        outcome = _run_line(planned, line, intent, role, court)
        if isinstance(outcome, Refused):
            return _reply(state, intent, outcome, line, court)
        planned = outcome
    return _done(state, planned, intent, court)


def _too_late(intent: CommandIntent) -> Refusal:
    if intent.written is not None and not intent.written.known:
        what = "GitHub no longer has the earlier texts of this comment, so it is unknown when its command was written."
        return Refusal(what, "Post it as a new comment")
    return Refusal("This was not done in time.", "Say it again in a new comment")


def _run_line(
    state: DealState, line: CommandLine, intent: CommandIntent, role: Role, court: Court
) -> DealState | Refused:
    pipeline = court.pipeline
    command = find_command(line.word, pipeline)
    if command is None:
        return Refused(None, (replies.unknown(line.word, pipeline),), misread=True)
    if role < command.least_role(pipeline):
        least = command.least_role(pipeline).name.lower()
        no = Refusal(Markdown(f"`/{line.word}` needs the role {least}."), "Ask someone who has it")
        return Refused(None, (no,))
    person = intent.by.login if intent.by else ""
    changes = _acts(state, command, line, _context(intent, person, role, court))
    if isinstance(changes, Refusal):
        return Refused(None, (changes,), misread=True)
    return apply_changes(state, changes, Request(pipeline, role, intent.at, person, intent.comment.id))


def _context(intent: CommandIntent, person: str, role: Role, court: Court) -> Context:
    """Durations and relative dates count from the comment's own time (docs/design.md, How a run judges)."""
    facts, pipeline = court.facts, court.pipeline
    return Context(
        pipeline,
        person,
        role,
        intent.at,
        local_day(intent.at, pipeline.timezone),
        people=facts.repository.people,
        lists=frozenset(pipeline_lists(court.render.names())),
        issues={number: issue.title for number, issue in facts.linked.items() if issue is not None},
        repository=facts.repository.name,
    )


def pipeline_lists(templates: Iterable[str]) -> Iterator[str]:
    """Name the checklists there are templates for."""
    for name in templates:
        if name.startswith("checklists/") and name.endswith(".md.j2"):
            yield name.removeprefix("checklists/").removesuffix(".md.j2")


def _acts(state: DealState, command: Command, line: CommandLine, ctx: Context) -> list[Change] | Refusal:
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
    state: DealState, intent: CommandIntent, no: Refusal | Refused, line: CommandLine | None, court: Court
) -> DealState:
    refused = no if isinstance(no, Refused) else Refused(None, (no,))
    words = {
        "person": intent.by.login if intent.by else None,
        "command": _shown(line) if line else None,
        "line": line.line if line else None,
        "others": len(intent.lines) > 1 and line is not None,
    }
    state = _refuse(state, refused, comments.key(comments.REPLY, intent.comment.id), words, court)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "no"))


def _shown(line: CommandLine) -> str:
    said = f"/{line.word} {line.rest}".strip()
    return said if len(said) <= SHOWN else f"{said[:SHOWN]} …"


def _done(before: DealState, state: DealState, intent: CommandIntent, court: Court) -> DealState:
    """Answer a plan that was carried out."""
    for answer in state.answers[len(before.answers) :]:
        values = replies.values(answer.template, state, intent.by, court.role(intent.by), court.pipeline)
        text = court.render(answer.template, {**values, **answer.values})
        state = state.with_pending(comments.key(comments.ANSWER, intent.comment.id), text)
    return replace(state, journal=state.journal.with_answer(intent.comment.id, "yes"))


def _come_true(state: DealState, court: Court) -> DealState:
    """A no whose wish has been granted since is no longer a no."""
    assert court.facts.issue is not None
    reached = {visit.stage for visit in state.moves}
    journal = state.journal
    for comment in court.facts.issue.comments if reached else ():
        if (comment.id, "no") in state.journal.answered and reached & intents.stages_of(comment, court.pipeline):
            journal = journal.with_answer(comment.id, "closed")
    return replace(state, journal=journal)


def _judge_state(state: DealState, intent: StateIntent, court: Court) -> DealState:
    """A person closed or reopened the issue: ask how it ended, or bring the deal back."""
    stage = court.pipeline.stage(state.deal.stage)
    person = intent.by.login if intent.by and not intent.by.is_bot else None
    if intent.open:
        outcome = apply_changes(state, [Reopen()], Request(court.pipeline, court.role(intent.by), intent.at, person))
        assert isinstance(outcome, DealState), "reopening is always allowed"
        return outcome
    state = replace(state, deal=replace(state.deal, open=False))
    if stage is not None and stage.outcome is not None:
        return state
    if intent.reason == "DUPLICATE":
        return replace(state, journal=replace(state.journal, left="duplicate", asked=""))
    text = court.render("ask.md.j2", replies.how_it_ended(state.deal.stage, person, court.pipeline))
    asked = state.with_pending(comments.key(comments.ASK, intent.event), text)
    return replace(asked, journal=replace(asked.journal, asked=intent.event))


def _judge_tick(state: DealState, intent: TickIntent, court: Court) -> DealState:
    """A tick is the command of the person who ticked. Boxes below the needed role are ignored, like commands."""
    role = court.role(intent.by)
    state = replace(state, journal=state.journal.with_boxes(intent.comment.id, intent.at))
    if role < court.pipeline.permissions.moves or intent.by is None:
        return state
    person = intent.by.login
    stage, reason = replies.ticked(intent.item.text, court.pipeline)
    changes: list[Change] = [Reopen()] if stage is None else []
    if stage is not None:
        changes = [SetField("Reason", reason)] if reason else []
        changes.append(MoveTo(Move(stage.name, intent.at, person, "tick")))
    outcome = apply_changes(state, changes, Request(court.pipeline, role, intent.at, person))
    if isinstance(outcome, DealState):
        return outcome
    key = comments.key(comments.REPLY, f"{intent.comment.id}-{int(intent.at.timestamp())}")
    words = {"person": person, "say": _say(stage.command if stage else None)}
    return _refuse(state, outcome, key, words, court)


def _put_back(state: DealState, start: DealState, court: Court) -> DealState:
    """A stage label taken off alone moves nothing: it comes back, and the person hears why."""
    issue = court.facts.issue
    assert issue is not None
    standing = [stage.name for stage, _ in timeline.current_stages(issue, court.pipeline)]
    if state.moves or start.deal.stage in standing:
        return state
    removed = timeline.last_removed(court.facts, court.pipeline)
    fresh = timeline.after(timeline.foreign_events(court.facts, court.pipeline), start.journal.cursor)
    if removed is None or removed[1].name != start.deal.stage or removed[0].id not in {event.id for event in fresh}:
        return state
    by = removed[0].by
    ended = removed[1].outcome is not None
    values = {"stage": start.deal.stage, "person": by.login if by and not by.is_bot else None, "ended": ended}
    text = court.render("putback.md.j2", values)
    return state.with_pending(comments.key(comments.REFUSAL, removed[0].id), text)
