"""`salesbot remove`: salesbot goes, and everything a team has stays (docs/start.md).

First the files with all deals, then what can be done again: a second run goes on where the first one stopped. Deletes
no file of the repository: it names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from salesbot.adapters.github import IN_FULL, GitHub, Pinned, Workflow
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.installation import deal_export, identity, leaving, workflow_file
from salesbot.core.installation.leaving import Row
from salesbot.core.lifecycle.observed import observe
from salesbot.core.lifecycle.restore import OWN_LABELS
from salesbot.core.model.facts import DealFacts, Label, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.policies.attention import KINDS, PREFIX
from salesbot.core.text.labels import label_key
from salesbot.tasks.deal import App
from salesbot.tasks.setup import init
from salesbot.tasks.setup.pace import AN_HOUR, PER_CARD, PER_CHANGE
from salesbot.tasks.setup.plural import many

WAKING = Trigger("remove")
OFF = ("disabled_manually", "disabled_inactivity", "disabled_fork")


@dataclass(frozen=True)
class Plan:
    """What leaving comes to."""

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


def plan(app: App, context: RepositoryFacts, pipeline: Pipeline, login: str, *, labels_back: bool) -> Plan:
    """Look at everything salesbot left in the repository."""
    github, renderer = app.github, TemplateRenderer(context.repository.templates)
    rows, cards = [], []
    for facts in _all(github, context, login):
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
        tuple(_files(app, context, workflows)),
        tuple(each.path for each in workflows if each.state not in OFF),
    )


def _all(github: GitHub, context: RepositoryFacts, login: str) -> Iterator[DealFacts]:
    for pages in (github.glance(context, "OPEN"), github.glance(context, "CLOSED")):
        for page in pages:
            yield from (identity.seen_as(deal, login) for deal in page.deals)


def _is_ours(pin: Pinned, login: str) -> bool:
    return identity.plain(pin.author) == identity.plain(login) and bool(OWN_LABELS & {*map(label_key, pin.labels)})


def _files(app: App, context: RepositoryFacts, workflows: list[Workflow]) -> Iterator[str]:
    """Name what is to be deleted: the workflows, the configuration, the templates, and what `init` wrote besides."""
    yield from (each.path for each in workflows)
    place, repository = app.github.place, context.repository
    if repository.config is not None:
        yield place.config
    yield from (f"{place.templates}/{name}" for name in sorted(repository.templates))
    other_issues = [path for path in init.kit() if path not in (*(each.path for each in workflows), place.config)]
    yield from (path for path in sorted(other_issues) if app.github.read_file(path) is not None)


def told(plan: Plan, out: Path) -> Iterator[str]:
    """Say what would be done."""
    if plan.running:
        yield f"First switch off {' and '.join(plan.running)}: what it does would undo this."
    yield f"write {many(len(plan.rows), 'deal')} to {' and '.join(str(path) for path in paths(plan, out))}"
    yield from (f"rename the label {label.name} to {name}" for label, _, name in plan.back)
    yield from (f"delete the label {label.name}, which takes it off every issue" for label in plan.marks)
    yield from (f"unpin #{pin.number} {pin.title}" for pin in plan.pins)
    yield f"date {many(len(plan.cards), 'card')} of open deals"
    yield from to_delete(plan)


def to_delete(plan: Plan) -> list[str]:
    """Name the files that are left for a person to delete."""
    return ["Then delete from the repository:", *(f"  {path}" for path in plan.files)] if plan.files else []


def need_stillness(plan: Plan) -> None:
    """Raise InputError while a workflow may run: it would write the cards anew, and mark deals."""
    if plan.running:
        raise InputError(
            f"The workflow {plan.running[0]} may still run, and would undo this.",
            "Switch it off (Actions, its name, Disable workflow) or delete the file; then remove",
        )


def paths(plan: Plan, out: Path) -> tuple[Path, Path]:
    """Name the files with all deals."""
    day = plan.context.read_at.date().isoformat()
    return out / f"deals-{day}.csv", out / f"deals-{day}.json"


def carry_out(app: App, plan: Plan, login: str, out: Path, render: Callable[[str], None]) -> int:
    """Do it. Gives the number of cards left for another run. Raises ServiceError where GitHub fails us."""
    github, repository = app.github, plan.context.repository
    csv, json = paths(plan, out)
    _write(csv, deal_export.as_csv(plan.rows))
    _write(json, deal_export.as_json(plan.rows, repository.name, plan.context.read_at))
    render(f"wrote {many(len(plan.rows), 'deal')} to {csv} and {json}")
    for label, _, name in plan.back:
        github.update_label(replace(label, name=name))
        _done(app, f"renamed the label {label.name} to {name}", render)
    for mark in plan.marks:
        github.delete_label(mark)
        _done(app, f"deleted the label {mark.name}", render)
    for pin in plan.pins:
        github.unpin(pin)
        _done(app, f"unpinned #{pin.number}", render)
    return _date(app, plan, login, render)


def _done(app: App, what: str, render: Callable[[str], None]) -> None:
    render(what)
    app.github.client.pause(PER_CHANGE)


def _date(app: App, plan: Plan, login: str, render: Callable[[str], None]) -> int:
    wanted, left = plan.cards[:AN_HOUR], len(plan.cards[AN_HOUR:])
    for start in range(0, len(wanted), IN_FULL):
        for facts in app.github.read_many(wanted[start : start + IN_FULL], WAKING):
            _date_one(app, identity.seen_as(app.complete(facts, plan.pipeline).facts, login), plan)
        render(f"{min(start + IN_FULL, len(wanted)):,} of {len(wanted):,} cards dated")
    return left


def _date_one(app: App, facts: DealFacts, plan: Plan) -> None:
    renderer = TemplateRenderer(facts.repository.templates)
    effect = leaving.dated_card(observe(facts, plan.pipeline, plan.context.read_at), renderer)
    if effect is None:
        return
    failed = app.github.write(facts, [effect]).failed
    if failed:
        raise ServiceError(f"A card could not be dated: {failed[0][1]}.", "It takes the role write; run it again")
    app.github.client.pause(PER_CARD)


def _write(file: Path, text: str) -> None:
    try:
        file.write_bytes(text.encode())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.", "Name a folder with --out") from error
