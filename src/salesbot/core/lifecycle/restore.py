"""How a run restores a deal: whether the issue is one, and its state before any intent is evaluated.

The state comes from the journal, or from the labels if there is no journal to believe. A repair never accepts an
intent: without a journal one stage label is taken as it is, and only what came on top of it, or what triggered this
run, is evaluated (docs/design.md, The rules of a run).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from salesbot.core.commands.stage_words import stage_of
from salesbot.core.lifecycle import description, field_trust, intents, people, timeline, visit_fields
from salesbot.core.lifecycle.intents import CommandIntent, LabelIntent
from salesbot.core.lifecycle.observed import Observed
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import headings, tasks
from salesbot.core.model.deal import Deal, How, StageVisit
from salesbot.core.model.facts import Event, Issue
from salesbot.core.model.journal import BEFORE, Cursor, Journal, LeftAs
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.label_names import label_key
from salesbot.core.text.money import Amount

NOT_A_DEAL = LeftAs.NOT_A_DEAL.value
"""The label of an issue that is not a deal."""
NOT_A_DEAL_ABOUT = ("ededed", "Not a deal; not counted")
OWN_LABELS = frozenset({"report", "salesbot-problem"})


@dataclass(frozen=True)
class Restored:
    """A deal as restored: its state before any intent, and the label intents to evaluate."""

    state: DealState
    labels: tuple[LabelIntent, ...] = ()


def is_excluded(issue: Issue, journal: Journal | None) -> bool:
    """Say whether an issue can be no deal: labelled so, a discussion now, or a report or problem issue of our own.

    A deal that left by `/not-a-deal` is still one for whoever wants it back.
    """
    names = {label_key(label.name) for label in issue.labels}
    if issue.became_discussion or (issue.own and names & OWN_LABELS) or is_task(issue):
        return True
    return NOT_A_DEAL in names and (journal is None or journal.left != LeftAs.NOT_A_DEAL)


def is_task(issue: Issue) -> bool:
    """Say whether `/task` opened the issue: such a one is never a deal, even if it is not a sub-issue any more."""
    return issue.own and bool(tasks.key_of(issue.body))


def restore(observed: Observed, commands: Sequence[CommandIntent]) -> Restored | None:
    """Restore the deal; None if this issue is none. `commands` are those to be answered, which may make it one."""
    if is_excluded(observed.issue, observed.journal):
        return None
    if observed.journal is not None:
        return _restore_from_journal(observed, observed.journal)
    stages = [stage for stage, _ in observed.parsed.current_stages]
    fresh = _restore_from_labels(observed, stages, commands) if stages else _restore_unlabelled(observed, commands)
    return fresh and _born_before(commands, fresh)


def _restore_from_journal(observed: Observed, journal: Journal) -> Restored:
    """Believe the journal; what others did with labels since its cursor are intents."""
    labels = intents.labels(observed, journal.cursor)
    if observed.card is not None:
        written = observed.card.changed_at
        labels += intents.workflow_labels(observed, journal.stage, written)
        if (back := _if_wanted_back(observed.issue, journal, written)) is not journal:
            state = _state_of(observed, back)
            deal = visit_fields.back_in_pipeline(state.deal, observed.pipeline)
            return Restored(replace(state, deal=deal), tuple(labels))
    return Restored(_state_of(observed, journal), tuple(labels))


def _if_wanted_back(issue: Issue, journal: Journal, written: datetime) -> Journal:
    """Somebody took the label `not-a-deal` off by hand: the issue is a deal again, open or closed as it is."""
    taken_off = any(
        event.kind == "unlabeled"
        and not event.own
        and label_key(event.label or "") == NOT_A_DEAL
        and event.at >= written
        for event in issue.events
    )
    on = any(label_key(label.name) == NOT_A_DEAL for label in issue.labels)
    if journal.left != LeftAs.NOT_A_DEAL or on or not taken_off:
        return journal
    return replace(journal, left=None, asked="" if issue.open else BEFORE)


def _restore_unlabelled(observed: Observed, commands: Sequence[CommandIntent]) -> Restored | None:
    """A deal without a stage label: a lost one comes back, a new one starts, everything else is not a deal."""
    if observed.parsed.unknown_stage_labels:
        return None
    removed, since = timeline.last_removed(observed.stage_events), observed.installed
    if removed is not None and (since is None or removed[0].at >= since) and not _is_brand_new(observed):
        return Restored(_state_of(observed, _fresh_journal(observed, removed[1])))
    if _opened_here(observed) or any(_moves_asked_for(commands, observed)):
        return Restored(_state_of(observed, _fresh_journal(observed, _initial(observed.pipeline))))
    return None


def _restore_from_labels(
    observed: Observed, stages: Sequence[Stage], commands: Sequence[CommandIntent]
) -> Restored | None:
    """Stage labels and no journal: the oldest is the stage, the others are intents, unless they are history.

    History is left alone until somebody moves it; by a command, it goes on from the stage it is in.
    """
    staged, since = observed.stage_events, observed.installed
    newest = max((event.at for event, _ in staged), default=observed.issue.created_at)
    if since is not None and newest < since and not any(_moves_asked_for(commands, observed)):
        return None
    current, *others = stages
    added = [_labeling(stage, observed) for stage in others]
    if not others and (trigger := _triggering_label(observed, current)) is not None:
        before = timeline.stage_before(trigger.id, staged)
        if before is not None and before.name != current.name:
            current, added = before, [_labeling(current, observed)]
    if not current.is_open and _is_brand_new(observed):
        added, current = [_labeling(current, observed), *added], _initial(observed.pipeline)
    return Restored(_state_of(observed, _fresh_journal(observed, current)), tuple(added))


def _labeling(stage: Stage, observed: Observed) -> LabelIntent:
    """Take a label on the issue for an intent. One that came along from another repository asks for nothing here."""
    event = timeline.last_labeled(stage, observed.stage_events)
    if event is not None:
        return LabelIntent(event.id, event.at, stage.name, event.by)
    label = next(label for found, label in observed.parsed.current_stages if found.name == stage.name)
    return LabelIntent(label.id, observed.issue.created_at, stage.name, None, late=True)


def _initial(pipeline: Pipeline) -> Stage:
    start = pipeline.stage(pipeline.initial)
    assert start is not None, pipeline.initial
    return start


def _is_brand_new(observed: Observed) -> bool:
    """An issue we never touched. Nothing starts as won or put off: it is evaluated like a move from the first stage.

    A closed one from before our time, or from another repository, is history, and stays as it is.
    """
    issue, since = observed.issue, observed.installed
    is_history = not issue.open and (since is None or issue.created_at < since or issue.transferred)
    return not is_history and not observed.own_comments and not any(event.own for event in issue.events)


def _triggering_label(observed: Observed, stage: Stage) -> Event | None:
    """The labeling that triggered this run, if it put this stage there and we did nothing since."""
    trigger = observed.facts.trigger
    if trigger.event != "issues.labeled" or trigger.label is None:
        return None
    labelled = observed.pipeline.stage_of_label(trigger.label)
    event = timeline.last_labeled(stage, observed.stage_events)
    if labelled is None or labelled.name != stage.name or event is None or event.own:
        return None
    return None if timeline.acted_after(observed.issue, event) else event


def _opened_here(observed: Observed) -> bool:
    """Whether an issue was opened after installation, and is open still. The first issue may date the installation."""
    issue, pipeline = observed.issue, observed.pipeline
    asked_for = pipeline.deals == "all" or observed.parsed.lead_mark is not None
    if not asked_for or not issue.open or why_not_by_itself(observed):
        return False
    if observed.facts.trigger.event == "issues.opened" and pipeline.since is None:
        return True  # the workflow was there when it was opened, also where this run is a late repetition
    return observed.installed is not None and issue.created_at >= observed.installed


def why_not_by_itself(observed: Observed) -> str:
    """Say why an issue becomes no deal by being opened, whoever asks for one by a label or a command; "" if it may."""
    issue, parsed, pipeline = observed.issue, observed.parsed, observed.pipeline
    if issue.parent is not None and any(pipeline.stage_of_label(name) for name in issue.parent.labels):
        return f"it is a sub-issue of the deal #{issue.parent.number}"
    if issue.author is not None and issue.author.is_bot and parsed.lead_mark is None and not parsed.body.fields:
        return "a bot opened it, and it has no deal fields"
    return ""


def _moves_asked_for(commands: Sequence[CommandIntent], observed: Observed) -> Iterator[CommandIntent]:
    """List the move commands of people who may move deals: they make a deal of an issue."""
    pipeline = observed.pipeline
    for intent in commands:
        moves = [line for line in intent.lines if stage_of(line.word, pipeline) or line.word == "stage"]
        if moves and not intent.late and observed.role(intent.by) >= pipeline.permissions.moves:
            yield intent


def since_adoption(commands: Sequence[CommandIntent], observed: Observed) -> list[CommandIntent]:
    """Mark as late what was written before the issue became a deal: it was meant for somebody else (docs/design.md)."""
    if _opened_here(observed):
        return list(commands)
    moments = [event.at for event, _ in observed.stage_events if event.kind == "labeled"]
    moments += [intent.since for intent in _moves_asked_for(commands, observed)]
    adopted = min(moments, default=observed.issue.created_at)
    return [replace(intent, late=intent.late or intent.since < adopted) for intent in commands]


def _fresh_journal(observed: Observed, stage: Stage) -> Journal:
    """Begin a journal: the deal is in this stage, and everything that happened so far was read."""
    issue, read_at = observed.issue, observed.facts.read_at
    visits, mark = timeline.history(observed.stage_events), observed.parsed.lead_mark
    if not visits or visits[-1].stage != stage.name:
        begun = read_at if visits else issue.created_at
        visits = (*visits, StageVisit(stage.name, begun, None, How.START))
    journal = Journal(
        repository=observed.repository.id,
        issue=issue.number,
        stage=stage.name,
        cursor=Cursor(issue.created_at),
        born=issue.created_at if _opened_here(observed) else read_at,
        history=visits,
        asked="" if issue.open or stage.outcome is not None else BEFORE,
        lead=mark.key if mark is not None else "",
    )
    return journal.seen(observed.events_of_others)


def adopted(observed: Observed, stage: Stage) -> DealState:
    """Take a deal over in a stage, by `salesbot adopt`: everything that happened so far is history.

    Its present visit is marked as adopted, so that no checklist comes for it unasked.
    """
    fresh = _fresh_journal(observed, stage)
    *before, here = fresh.history
    history = (*before, replace(here, how=How.ADOPTED))
    return _state_of(observed, replace(fresh, born=observed.facts.read_at, history=history))


def _born_before(commands: Sequence[CommandIntent], fresh: Restored) -> Restored:
    """A deal is born no later than the commands that this run answers: should it fail, the next one still does."""
    moments = [intent.since for intent in commands if not intent.late]
    journal = fresh.state.journal
    born = replace(journal, born=min([journal.born, *moments]))
    return replace(fresh, state=replace(fresh.state, journal=born))


def _state_of(observed: Observed, journal: Journal) -> DealState:
    """Begin with the journal: the deal as the last decision left it, whatever GitHub shows."""
    issue, pipeline, body = observed.issue, observed.pipeline, observed.parsed.body
    stage = pipeline.stage(journal.stage)
    journal = replace(journal, history=tuple(_as_called_now(visit, pipeline) for visit in journal.history))
    new = people.renamed(journal, observed.directory)
    journal = people.without_refused(people.as_called_now(journal, new), observed.facts)
    owned = people.owners(issue, journal, people.can_be_assigned(observed.facts))
    deal = Deal(
        number=issue.number,
        title=issue.title,
        body=body,
        value=Amount(body.fields.get(headings.VALUE, ""), pipeline.currency),
        stage=stage.name if stage else journal.stage,
        open=_should_be_open(journal, stage),
        owner=owned.owner,
        helpers=owned.helpers,
        checklists=observed.parsed.checklists,
        history=journal.history,
    )
    if observed.card is not None and description.is_behind(issue, observed.card):
        deal = description.with_fields(deal, journal.fields)
    may_set = field_trust.has_role(observed.facts.roles)
    deal = deal.with_body(
        deal.body, field_trust.trusted_fields(field_trust.read(observed, journal, deal.body), may_set)
    )
    deal = people.step_as_called_now(deal, new)
    return DealState(deal, replace(journal, stage=deal.stage or journal.stage), unassignable=owned.unassignable)


def _as_called_now(visit: StageVisit, pipeline: Pipeline) -> StageVisit:
    """A stage that took over another one takes over its visits too (`was:`)."""
    stage = pipeline.stage(visit.stage)
    return visit if stage is None else replace(visit, stage=stage.name)


def _should_be_open(journal: Journal, stage: Stage | None) -> bool:
    """An end stage is closed. An open one is open, unless people closed it or it left the pipeline."""
    return (stage is None or stage.outcome is None) and not journal.asked and not journal.left
