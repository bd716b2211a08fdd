"""Replies: help, history, the question how a deal ended, the answer to a word that is not a command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from salesbot.core.commands.catalog import Command, all_commands, suggestion
from salesbot.core.commands.recognition import is_guess
from salesbot.core.commands.registry import usage
from salesbot.core.lifecycle import people
from salesbot.core.lifecycle.intents import CommandIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.restore import NOT_A_DEAL
from salesbot.core.lifecycle.transitions import DealState, Refused, undo_target
from salesbot.core.model import comments
from salesbot.core.model.deal import Deal, Refusal, Role
from salesbot.core.model.effects import Effect, PutComment, React
from salesbot.core.model.keys import Key, Kind
from salesbot.core.model.pipeline import Outcome, Pipeline, Stage
from salesbot.core.text import markdown
from salesbot.core.text.command_syntax import bare
from salesbot.core.text.label_names import label_key
from salesbot.core.text.render import Markdown, Renderer
from salesbot.core.views import card, estimate, next_moves


def unknown(word: str, pipeline: Pipeline) -> Refusal:
    """Answer a word that is not a command with the nearest one, or with how a deal ends."""
    if bare(word) == "close":
        ends = [f"`{usage(stage)}`" for stage in pipeline.stages if not stage.is_open]
        ways = f"{', '.join(ends[:-1])} or {ends[-1]}" if len(ends) > 1 else "".join(ends)
        what = Markdown("`/close` does not say how the deal ended.")
        return Refusal(what, f"Use {ways}; `/expect <date>` sets the expected close")
    guess = suggestion(word, pipeline)
    every = "`/help` shows the commands you can use here"
    hint = f"Did you mean `/{guess}`? {every}" if guess else every
    return Refusal(Markdown(f"There is no command `/{word[:60]}`."), hint)


ESTIMATE = "estimate_table.md.j2"


def values(template: str, state: DealState, role: Role, pipeline: Pipeline, today: date) -> dict[str, Any]:
    """Gather what an answer shows to somebody with a role."""
    if template == ESTIMATE:
        return estimate.for_table(state.deal, pipeline, today)
    if template == "history.md.j2":
        return {"history": card.history(state.deal.history, state.journal, pipeline)}
    return {
        "stage": state.deal.stage,
        "commands": [_help(command, state.deal, pipeline) for command in _usable(state, role, pipeline)],
    }


def _usable(state: DealState, role: Role, pipeline: Pipeline) -> Iterator[Command]:
    """The commands this person may use on this deal in this stage."""
    stage = pipeline.stage(state.deal.stage)
    for command in all_commands(pipeline):
        target = pipeline.stage_of_command(command.word)
        if role < command.least_role(pipeline):
            continue
        if target is not None and (stage is None or target.name not in stage.next):
            continue
        if command.word == "undo" and undo_target(state.journal.history, pipeline) is None:
            continue
        if command.word == "reopen" and state.deal.open:
            continue
        if command.word == "streak" and (pipeline.streak is None or pipeline.streak.sales is None):
            continue
        yield command


def _help(command: Command, deal: Deal, pipeline: Pipeline) -> dict[str, Any]:
    stage = pipeline.stage_of_command(command.word)
    needs = next_moves.needs(deal, stage, pipeline) if stage is not None else []
    return {"usage": command.usage, "help": command.help, "needs": needs}


def how_it_ended(stage: str | None, person: str | None, pipeline: Pipeline) -> dict[str, Any]:
    """Gather the question for a deal that was closed without an outcome: a box for each way it can have ended."""
    ends = (_ending(outcome, stage, pipeline) for outcome in ("won", "lost", "rejected"))
    won, lost, rejected = ends
    here = pipeline.stage(stage)
    ways = [there for name in (here.next if here else ()) if (there := pipeline.stage(name)) and not there.is_open]
    return {
        "stage": stage,
        "person": person,
        "won": won.name if won else None,
        "lost_stage": lost.name if lost else None,
        "lost": list(pipeline.lost_reasons) if lost else [],
        "rejected_stage": rejected.name if rejected else None,
        "rejected": list(pipeline.reject_reasons) if rejected else [],
        "say": [usage(there) for there in ways] + ["/reopen"],
    }


def reasons(refused: Refused, pipeline: Pipeline) -> list[str]:
    """List boxes to tick where only the reason was missing: `lost: price` ..."""
    stage = pipeline.stage(refused.to)
    if stage is None or [no.missing for no in refused.why] != ["reason"]:
        return []
    known = pipeline.reject_reasons if stage.outcome == "rejected" else pipeline.lost_reasons
    return [f"{stage.name}: {reason}" for reason in known]


def ticked(text: str, pipeline: Pipeline) -> tuple[Stage | None, str]:
    """Read a box of a question: the stage it means and the reason it names, as configured; None for no stage.

    A box shows them escaped, so it is compared with what is shown, before it is taken apart as people may write one.
    """
    for stage in pipeline.stages:
        reasons = pipeline.reject_reasons if stage.outcome == "rejected" else pipeline.lost_reasons
        for reason in ("", *reasons):
            shown = f"{stage.name}: {reason}" if reason else stage.name
            if text.casefold() in (shown.casefold(), markdown.escape(shown).casefold()):
                return stage, reason
    target, _, reason = text.partition(":")
    return pipeline.stage(target.strip()), reason.strip()


def _ending(outcome: Outcome, source: str | None, pipeline: Pipeline) -> Stage | None:
    """The stage a deal ends in this way, if one leads there from where it is."""
    ends = (stage for stage in pipeline.stages if stage.outcome == outcome)
    return next((end for end in ends if source is not None and pipeline.allows(source, end.name)), None)


def on_no_deal(commands: list[CommandIntent], observed: Observed, render: Renderer) -> Iterator[Effect]:
    """Answer commands on an issue that is not a deal. With code in it, other bots' commands are left to them."""
    pipeline = observed.pipeline
    for intent in commands:
        if intent.late or pipeline.deals == "labelled" or intent.by is None or is_guess(intent.lines, pipeline):
            continue
        key = Key(Kind.REPLY, str(intent.comment.id))
        if observed.role(intent.by) >= Role.TRIAGE and key not in observed.parsed.own:
            marked = any(label_key(label.name) == NOT_A_DEAL for label in observed.issue.labels)
            values = {
                "person": people.to_mention(intent.by, observed.facts),
                "commands": _first_moves(pipeline),
                "label": NOT_A_DEAL if marked else None,
            }
            text = render("no_deal.md.j2", values)
            yield PutComment(key, comments.write(key, text))
        yield React(intent.comment.id, "CONFUSED")


def _first_moves(pipeline: Pipeline) -> list[str]:
    return [f"/{stage.command}" for stage in pipeline.stages if stage.is_open and stage.command]
