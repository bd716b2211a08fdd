"""`salesbot remove`: removes salesbot from a repository; everything a team has stays (docs/start.md).

First the files with all deals, then what can be repeated: a second run goes on where the first one stopped. Deletes no
file of the repository: it names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from salesbot.adapters.github import Pinned, Workflow, advice_on
from salesbot.adapters.local_files import write_text
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.installation import deal_export, leaving, workflow_file
from salesbot.core.installation.leaving import Row
from salesbot.core.lifecycle import identity
from salesbot.core.lifecycle.observed import observe
from salesbot.core.lifecycle.restore import OWN_LABELS
from salesbot.core.model.facts import DealFacts, Label, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.policies.attention import KINDS, PREFIX
from salesbot.core.text.label_names import label_key
from salesbot.core.text.plural import counted
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.many_deals import ALL, ManyDeals, Tally, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import CONTENT_PER_HOUR, pause_after_write
from salesbot.tasks.setup import init

REMOVE = Trigger("remove")
NAME_A_FOLDER = "Name a folder with --out"
OFF = ("disabled_manually", "disabled_inactivity", "disabled_fork")


@dataclass(frozen=True)
class Plan:
    """What is to be removed, and what is to be written before."""

    context: RepositoryFacts
    pipeline: Pipeline
    rows: tuple[Row, ...]
    cards: tuple[int, ...]
    marks: tuple[Label, ...]
    pins: tuple[Pinned, ...]
    back: tuple[tuple[Label, Stage, str], ...]
    files: tuple[str, ...]
    running: tuple[str, ...]
    """Workflows that may still be switched on."""


def plan(
    processor: DealProcessor, context: RepositoryFacts, pipeline: Pipeline, login: str, *, labels_back: bool
) -> Plan:
    """List everything salesbot left in the repository."""
    github, renderer = processor.github, TemplateRenderer(context.repository.templates)
    rows, cards = [], []
    for light in pass_over(github, context, ALL, REMOVE, processor.log):
        facts = identity.seen_as(light, login)
        observed = observe(facts, pipeline, context.read_at)
        row = leaving.row(observed)
        if row is None:
            continue
        rows.append(row)
        unsure = facts.issue.open and not facts.issue.comments_complete
        if unsure or leaving.dated_card(observed, renderer) is not None:
            cards.append(row.number)
    marks = {f"{PREFIX}{kind}" for kind in KINDS}
    labels = context.repository.labels
    workflows = [each for each in github.workflows() if workflow_file.read(each.text) is not None]
    return Plan(
        context,
        pipeline,
        tuple(sorted(rows, key=lambda row: row.number)),
        tuple(sorted(cards)),
        tuple(sorted((label for label in labels if label_key(label.name) in marks), key=lambda label: label.name)),
        tuple(pin for pin in github.pinned(context) if _is_ours(pin, login)),
        tuple(leaving.labels_back(labels, pipeline)) if labels_back else (),
        tuple(_files(processor, context, workflows)),
        tuple(each.path for each in workflows if each.state not in OFF),
    )


def _is_ours(pin: Pinned, login: str) -> bool:
    return identity.plain(pin.author) == identity.plain(login) and bool(OWN_LABELS & {*map(label_key, pin.labels)})


def _files(processor: DealProcessor, context: RepositoryFacts, workflows: list[Workflow]) -> Iterator[str]:
    """Name what is to be deleted: the workflows, the configuration, the templates, and what `init` wrote besides."""
    yield from (each.path for each in workflows)
    place, repository = processor.github.place, context.repository
    if repository.config is not None:
        yield place.config
    yield from (f"{place.templates}/{name}" for name in sorted(repository.templates))
    other_files = [path for path in init.kit() if path not in (*(each.path for each in workflows), place.config)]
    yield from (path for path in sorted(other_files) if processor.github.read_file(path) is not None)


def lines(plan: Plan, out: Path) -> Iterator[str]:
    """List what would be done."""
    if plan.running:
        yield f"First switch off {' and '.join(plan.running)}: a run would undo this."
    yield f"write {counted(len(plan.rows), 'deal')} to {' and '.join(str(path) for path in paths(plan, out))}"
    yield from (f"rename the label {label.name} to {name}" for label, _, name in plan.back)
    yield from (f"delete the label {label.name}, which takes it off every issue" for label in plan.marks)
    yield from (f"unpin #{pin.number} {pin.title}" for pin in plan.pins)
    yield f"date {counted(len(plan.cards), 'card')} of open deals"
    yield from to_delete(plan)


def to_delete(plan: Plan) -> list[str]:
    """Name the files that are left for a person to delete, and what stays."""
    board = plan.pipeline.board
    stays = [f"The project {board.project} stays as it is: its cards no longer follow the deals."] if board else []
    return [
        *stays,
        *(["Then delete from the repository:", *(f"  {path}" for path in plan.files)] if plan.files else []),
    ]


def require_no_workflow(plan: Plan) -> None:
    """Raise InputError while a workflow may run: it would write the cards again, and label deals."""
    if plan.running:
        raise InputError(
            f"The workflow {plan.running[0]} may still run, and would undo this.",
            "Switch it off (Actions, its name, Disable workflow) or delete the file; then remove",
        )


def paths(plan: Plan, out: Path) -> tuple[Path, Path]:
    """Name the files with all deals."""
    day = plan.context.read_at.date().isoformat()
    return out / f"deals-{day}.csv", out / f"deals-{day}.json"


def carry_out(processor: DealProcessor, plan: Plan, login: str, out: Path) -> tuple[Outcome, int]:
    """Do it. Gives what was done to the cards, and the number of cards left for another run.

    A deal that cannot be read or written is named, and the others are done. Raises ServiceError where a label or a pin
    cannot be removed.
    """
    github, repository = processor.github, plan.context.repository
    csv, json = paths(plan, out)
    write_text(csv, deal_export.as_csv(plan.rows), hint=NAME_A_FOLDER)
    write_text(json, deal_export.as_json(plan.rows, repository.name, plan.context.read_at), hint=NAME_A_FOLDER)
    processor.log(f"wrote {counted(len(plan.rows), 'deal')} to {csv} and {json}")
    for label, _, name in plan.back:
        github.update_label(replace(label, name=name))
        _done(processor, f"renamed the label {label.name} to {name}")
    for mark in plan.marks:
        github.delete_label(mark)
        _done(processor, f"deleted the label {mark.name}")
    for pin in plan.pins:
        github.unpin(pin)
        _done(processor, f"unpinned #{pin.number}")
    return _date_cards(processor, plan, login), len(plan.cards[CONTENT_PER_HOUR:])


def _done(processor: DealProcessor, what: str) -> None:
    processor.log(what)
    pause_after_write(processor.github.client)


def _date_cards(processor: DealProcessor, plan: Plan, login: str) -> Outcome:
    def date(number: int, facts: DealFacts) -> Outcome:
        return _date(processor, identity.seen_as(processor.complete(facts, plan.pipeline).facts, login), plan)

    many = ManyDeals(processor.github, REMOVE, processor.clock, processor.log)
    return many.work(plan.cards[:CONTENT_PER_HOUR], date, tally=Tally())


def _date(processor: DealProcessor, facts: DealFacts, plan: Plan) -> Outcome:
    renderer = TemplateRenderer(facts.repository.templates)
    effect = leaving.dated_card(observe(facts, plan.pipeline, plan.context.read_at), renderer)
    if effect is None:
        return Outcome()
    failed = processor.github.write(facts, [effect]).failed
    if failed:
        why = failed[0][1]
        raise ServiceError(
            f"The card could not be dated: {why}.", advice_on(why, "This needs the role write; run it again")
        )
    return Outcome(effects=(effect,))
