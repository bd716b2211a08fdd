"""How a run finds a deal: whether it is one, what the journal says, and what stands if there is no journal to believe.

A repair never accepts a wish: without a journal one stage label stands as it is, and only what came on top of it, or
what just woke this run, is judged (docs/design.md, How a run judges).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from salesbot.core.commands.stage_words import stage_of
from salesbot.core.leads import lead
from salesbot.core.lifecycle import description, intents, timeline
from salesbot.core.lifecycle.intents import CommandIntent
from salesbot.core.lifecycle.timeline import LabelIntent
from salesbot.core.lifecycle.transitions import DealState
from salesbot.core.model import comments
from salesbot.core.model.deal import Deal, Role, StageVisit
from salesbot.core.model.facts import Comment, Event, Facts, Issue
from salesbot.core.model.journal import BEFORE, Assigned, Cards, Cursor, Journal
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text import fields
from salesbot.core.text.labels import label_key

NOT_A_DEAL = "not-a-deal"
NOT_A_DEAL_ABOUT = ("ededed", "No deal; counted nowhere")
ADOPTED = "adopted"
"""How a deal came to the stage in which `salesbot adopt` found it."""
OWN_LABELS = frozenset({"report", "salesbot-problem"})


@dataclass(frozen=True)
class Restored:
    """A deal as found: its course before any wish, and the label wishes to judge."""

    state: DealState
    labels: tuple[LabelIntent, ...] = ()


def is_excluded(facts: Facts, journal: Journal | None) -> bool:
    """Say whether an issue can be no deal whatever happens: said so by label, or a report or problem of our own.

    A deal that left by `/not-a-deal` is still one for whoever wants it back.
    """
    issue = facts.issue
    assert issue is not None
    names = {label_key(label.name) for label in issue.labels}
    if issue.own and names & OWN_LABELS:
        return True
    return NOT_A_DEAL in names and (journal is None or journal.left != NOT_A_DEAL)


def find(facts: Facts, pipeline: Pipeline, cards: Cards, commands: list[CommandIntent]) -> Restored | None:
    """Find the deal; None if this issue is none."""
    issue = facts.issue
    assert issue is not None
    if is_excluded(facts, cards.journal):
        return None
    if cards.journal is not None:
        return _restore_from_journal(facts, pipeline, cards.journal, cards.kept)
    standing = [stage for stage, _ in timeline.current_stages(issue, pipeline)]
    fresh = _restore_from_labels(facts, pipeline, standing, commands) if standing else _new(facts, pipeline, commands)
    return fresh and _adopted_by(commands, fresh)


def _restore_from_journal(facts: Facts, pipeline: Pipeline, journal: Journal, card: Comment | None) -> Restored:
    """Believe the journal; what others did with labels since its cursor are wishes."""
    assert facts.issue is not None
    labels = timeline.label_intents(facts, pipeline, journal.cursor)
    if card is not None:
        written = card.edited_at or card.created_at
        journal = _if_wanted_back(facts, journal, written)
        labels += timeline.workflow_intents(facts, pipeline, journal.stage, written)
    return Restored(_state_of(facts, pipeline, journal, card), tuple(labels))


def _if_wanted_back(facts: Facts, journal: Journal, written: datetime) -> Journal:
    """Somebody took the label `not-a-deal` off by hand: the deal is one again, open or closed as it stands."""
    issue = facts.issue
    assert issue is not None
    taken_off = any(
        event.kind == "unlabeled"
        and not event.own
        and label_key(event.label or "") == NOT_A_DEAL
        and event.at >= written
        for event in issue.events
    )
    on = any(label_key(label.name) == NOT_A_DEAL for label in issue.labels)
    if journal.left != NOT_A_DEAL or on or not taken_off:
        return journal
    return replace(journal, left="", asked="" if issue.open else BEFORE)


def _new(facts: Facts, pipeline: Pipeline, commands: list[CommandIntent]) -> Restored | None:
    """A deal without a stage label: a lost one comes back, a new one starts, everything else is no deal."""
    issue = facts.issue
    assert issue is not None
    start = pipeline.stage(pipeline.initial)
    assert start is not None, pipeline.initial
    if timeline.foreign_labels(issue, pipeline):
        return None
    removed = timeline.last_removed(facts, pipeline)
    since = intents.installed(facts, pipeline)
    if removed is not None and (since is None or removed[0].at >= since) and not _is_brand_new(facts, pipeline):
        return Restored(_state_of(facts, pipeline, _fresh_journal(facts, pipeline, removed[1])))
    if _opened_here(facts, pipeline) or any(_asking(commands, facts, pipeline)):
        return Restored(_state_of(facts, pipeline, _fresh_journal(facts, pipeline, start)))
    return None


def _restore_from_labels(
    facts: Facts, pipeline: Pipeline, standing: list[Stage], commands: list[CommandIntent]
) -> Restored | None:
    """Stage labels and no journal: the oldest stands, the others are wishes, unless they are history.

    History is left alone until somebody moves it; by a command, it goes on from the stage it stands in.
    """
    events = [event for event, _ in timeline.stage_events(facts, pipeline)]
    since = intents.installed(facts, pipeline)
    is_history = since is not None and bool(events) and all(event.at < since for event in events)
    if is_history and not any(_asking(commands, facts, pipeline)):
        return None
    current, *other_issues = standing
    wished = [_latest(stage, facts, pipeline) for stage in other_issues]
    if not other_issues and (trigger := _waking_label(facts, pipeline, current)) is not None:
        before = timeline.before(trigger.id, facts, pipeline)
        if before is not None and before.name != current.name:
            current, wished = before, [trigger]
    if not current.is_open and _is_brand_new(facts, pipeline):
        start = pipeline.stage(pipeline.initial)
        assert start is not None, pipeline.initial
        wished, current = [_latest(current, facts, pipeline), *wished], start
    found = [
        LabelIntent(event.id, event.at, stage.name, event.by)
        for event in wished
        if event is not None and (stage := timeline.stage_of(event, pipeline, facts.repository.labels)) is not None
    ]
    return Restored(_state_of(facts, pipeline, _fresh_journal(facts, pipeline, current)), tuple(found))


def _is_brand_new(facts: Facts, pipeline: Pipeline) -> bool:
    """An issue we never touched. Won or put off is no place to start: it is judged like a move from the first stage.

    A closed one from before our time is history, and stands as it is.
    """
    issue = facts.issue
    assert issue is not None
    since = intents.installed(facts, pipeline)
    is_history = not issue.open and (since is None or issue.created_at < since)
    return not is_history and not timeline.acted_after(facts, issue.created_at.replace(year=1970))


def _waking_label(facts: Facts, pipeline: Pipeline, stage: Stage) -> Event | None:
    """The labeling that woke this run, if it put this stage there and we did nothing since."""
    if facts.trigger.event != "issues.labeled" or facts.trigger.label is None:
        return None
    woken = pipeline.stage_of_label(facts.trigger.label)
    event = _latest(stage, facts, pipeline)
    if woken is None or woken.name != stage.name or event is None or event.own:
        return None
    return None if timeline.acted_after(facts, event.at) else event


def _latest(stage: Stage, facts: Facts, pipeline: Pipeline) -> Event | None:
    events = [
        event
        for event, found in timeline.stage_events(facts, pipeline)
        if found.name == stage.name and event.kind == "labeled"
    ]
    return events[-1] if events else None


def _opened_here(facts: Facts, pipeline: Pipeline) -> bool:
    """Whether an issue was opened after installation, and is open still. The first issue may date the installation."""
    issue = facts.issue
    assert issue is not None
    asked_for = pipeline.deals == "all" or lead.mark_of(issue) is not None
    if not asked_for or not issue.open:
        return False
    if facts.trigger.event == "issues.opened" and pipeline.since is None:
        return True  # the workflow was there when it was opened, also where this run is a late repetition
    since = intents.installed(facts, pipeline)
    return since is not None and issue.created_at >= since


def _asking(commands: list[CommandIntent], facts: Facts, pipeline: Pipeline) -> Iterator[CommandIntent]:
    """List the move commands of people who may move deals: they make one of an issue."""
    for intent in commands:
        role = facts.roles.get(intent.by.login.casefold(), Role.NONE) if intent.by else Role.NONE
        moves = [line for line in intent.lines if stage_of(line.word, pipeline) or line.word == "stage"]
        if moves and not intent.late and role >= pipeline.permissions.moves:
            yield intent


def since_adoption(commands: list[CommandIntent], facts: Facts, pipeline: Pipeline) -> list[CommandIntent]:
    """Mark as late what was said before the issue became a deal: it was meant for somebody else (docs/design.md)."""
    issue = facts.issue
    assert issue is not None
    if _opened_here(facts, pipeline):
        return commands
    moments = [event.at for event, _ in timeline.stage_events(facts, pipeline) if event.kind == "labeled"]
    moments += [intent.since for intent in _asking(commands, facts, pipeline)]
    adopted = min(moments, default=issue.created_at)
    return [replace(intent, late=intent.late or intent.since < adopted) for intent in commands]


def _fresh_journal(facts: Facts, pipeline: Pipeline, stage: Stage) -> Journal:
    """Begin a journal: the deal stands in this stage, and everything that happened so far was read."""
    issue = facts.issue
    assert issue is not None
    visits, mark = timeline.history(facts, pipeline), lead.mark_of(issue)
    if not visits or visits[-1].stage != stage.name:
        begun = facts.read_at if visits else issue.created_at
        visits = (*visits, StageVisit(stage.name, begun, None, "start"))
    journal = Journal(
        repository=facts.repository.id,
        issue=issue.number,
        stage=stage.name,
        cursor=Cursor(issue.created_at),
        born=issue.created_at if _opened_here(facts, pipeline) else facts.read_at,
        history=visits,
        asked="" if issue.open or stage.outcome is not None else BEFORE,
        lead=mark.key if mark is not None else "",
    )
    return journal.seen(timeline.foreign_events(facts, pipeline))


def adopted(facts: Facts, pipeline: Pipeline, stage: Stage) -> DealState:
    """Take a deal over in a stage, by `salesbot adopt`: everything that happened so far is history.

    Its present stay is marked as adopted, so that no checklist comes for it unasked.
    """
    issue = facts.issue
    assert issue is not None
    fresh = _fresh_journal(facts, pipeline, stage)
    *before, here = fresh.history
    history = (*before, replace(here, how=ADOPTED))
    return _state_of(facts, pipeline, replace(fresh, born=facts.read_at, history=history))


def _adopted_by(commands: list[CommandIntent], fresh: Restored) -> Restored:
    """A deal is born no later than the commands that this run answers: should it fail, the next one still does."""
    said = [intent.since for intent in commands if not intent.late]
    journal = fresh.state.journal
    born = replace(journal, born=min([journal.born, *said]))
    return replace(fresh, state=replace(fresh.state, journal=born))


def _state_of(facts: Facts, pipeline: Pipeline, journal: Journal, card: Comment | None = None) -> DealState:
    """Set out from the journal: the deal as the last decision left it, whatever GitHub shows."""
    issue = facts.issue
    assert issue is not None
    stage = pipeline.stage(journal.stage)
    journal = replace(journal, history=tuple(_as_called_now(visit, pipeline) for visit in journal.history))
    read = fields.read(issue.body, pipeline.headings, pipeline.one_line)
    owner, helpers = owners(issue, journal.assigned)
    deal = Deal(
        number=issue.number,
        title=issue.title,
        body=issue.body,
        stage=stage.name if stage else journal.stage,
        open=_should_be_open(journal, stage),
        owner=owner,
        helpers=helpers,
        fields=read,
        checklists=comments.posted_checklists(issue),
        history=journal.history,
    )
    if card is not None and description.is_behind(issue, card):
        deal = description.with_fields(deal, journal.fields, pipeline)
    deal = replace(deal, body_trusted=_is_trusted(facts, journal, deal.fields.get("Value", "")))
    return DealState(deal, replace(journal, stage=deal.stage or journal.stage))


def _as_called_now(visit: StageVisit, pipeline: Pipeline) -> StageVisit:
    """A stage that took over another one takes over its visits too (`was:`)."""
    stage = pipeline.stage(visit.stage)
    return visit if stage is None else replace(visit, stage=stage.name)


def _should_be_open(journal: Journal, stage: Stage | None) -> bool:
    """An end stage is closed. An open one is open, unless people closed it or it left the pipeline."""
    return (stage is None or stage.outcome is None) and not journal.asked and not journal.left


def owners(issue: Issue, assigned: tuple[Assigned, ...]) -> tuple[str | None, tuple[str, ...]]:
    """Say who owns the deal, and who helps.

    The owner is whom `/assign` named last, if still assigned; else who was assigned first and still is. What a command
    said holds, also if the run died before it was done, until somebody assigns or unassigns by hand.
    """
    on = {actor.login: index for index, actor in enumerate(issue.assignees)}
    named: list[str] = []
    for entry in assigned:
        if _changed_by_hand(entry, issue):
            continue
        if entry.on:
            on.setdefault(entry.login, len(on))
            named.append(entry.login)
        else:
            on.pop(entry.login, None)
    since = {
        event.whom.login: index for index, event in enumerate(issue.events) if _is_assignment(event) and event.whom
    }
    order = sorted(on, key=lambda login: (since.get(login, -1), on[login]))
    order.sort(key=lambda login: login not in [name for name in named[-1:] if name in on])
    return (order[0], tuple(order[1:])) if order else (None, ())


def _is_assignment(event: Event) -> bool:
    return event.kind == "assigned"


def _changed_by_hand(entry: Assigned, issue: Issue) -> bool:
    return any(
        event.kind in ("assigned", "unassigned")
        and not event.own
        and event.whom is not None
        and event.whom.login.casefold() == entry.login.casefold()
        and event.at > entry.at
        for event in issue.events
    )


def last_body_editor(facts: Facts) -> str | None:
    """Name who wrote the body as it stands, apart from us; None if nobody known did."""
    issue = facts.issue
    assert issue is not None
    for edit in issue.body_edits:
        if edit.by is None or edit.by.id != facts.viewer.id:
            return edit.by.login if edit.by else None
    return issue.author.login if issue.author and not issue.own else None


def value_needs_trust(facts: Facts, journal: Journal | None, value: str) -> bool:
    """Say whether the value in the body was written by hand, so that it matters who did."""
    given = journal.rounds[-1][1] if journal is not None and journal.rounds else None
    return bool(value) and value != given


def _is_trusted(facts: Facts, journal: Journal, value: str) -> bool:
    if not value_needs_trust(facts, journal, value):
        return True
    assert facts.issue is not None
    if facts.issue.own and not facts.issue.body_edits:
        return True
    editor = last_body_editor(facts)
    return editor is not None and facts.roles.get(editor.casefold(), Role.NONE) >= Role.WRITE
