"""`salesbot adopt`: the deals a team had before, taken over as they stand (docs/start.md).

Labels are renamed, which GitHub tells nobody; each open deal gets one card. Paced, and a second run goes on where the
first one stopped: what has a card is a deal already.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from salesbot.adapters.github import IN_FULL, GitHub
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.config.problems import sentence
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.installation import adoption, identity
from salesbot.core.installation.adoption import Candidate
from salesbot.core.model.effects import CreateLabel
from salesbot.core.model.facts import Facts, Label, Trigger
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.labels import label_key
from salesbot.core.text.markdown import one_line
from salesbot.core.text.suggestions import did_you_mean, nearest
from salesbot.tasks.deal import App
from salesbot.tasks.setup.pace import AN_HOUR, PER_CARD, PER_CHANGE
from salesbot.tasks.setup.plural import many

WAKING = Trigger("adopt")
SHOWN = 40
"""Deals listed before the rest is only counted."""


@dataclass(frozen=True)
class Plan:
    """What is to be taken over. `pipeline` knows the earlier labels; `all_labels` are the repository's, by name."""

    context: Facts
    pipeline: Pipeline
    map: Mapping[str, str]
    renames: tuple[tuple[Label, Stage], ...]
    deals: tuple[Candidate, ...] = ()

    @property
    def ready(self) -> list[Candidate]:
        """The deals that can be taken over."""
        return [deal for deal in self.deals if not deal.why_not]


def read_map(texts: Sequence[str]) -> dict[str, str]:
    """Read `In negotiation=negotiating`, once for each label. Raises InputError where that is not what stands there."""
    found: dict[str, str] = {}
    for text in texts:
        label, sign, stage = (part.strip() for part in text.rpartition("="))
        if not (sign and label and stage):
            raise InputError(f"--map {text!r} is no LABEL=STAGE.", 'For example --map "In negotiation=negotiating"')
        if label_key(label) in {label_key(known) for known in found}:
            raise InputError(f"The label {label} is mapped twice.", "A label can mean one stage only")
        found[label] = stage
    return found


def plan(github: GitHub, context: Facts, pipeline: Pipeline, map_: Mapping[str, str], login: str) -> Plan:
    """Look at every open issue, and say what is to be taken over. Raises InputError for unknown labels and stages."""
    labels = {label_key(label.name): label for label in context.repository.labels}
    checked = _checked(map_, labels, pipeline)
    known = adoption.with_earlier_labels(pipeline, checked)
    renamed = adoption.renames(labels, pipeline, checked)
    deals = [deal for facts in _open(github, context, login) if (deal := adoption.candidate(facts, known)) is not None]
    return Plan(context, known, checked, tuple(renamed), tuple(sorted(deals, key=lambda deal: deal.number)))


def _checked(map_: Mapping[str, str], labels: Mapping[str, Label], pipeline: Pipeline) -> dict[str, str]:
    problems, found = [], {}
    for name, to in map_.items():
        stage, owner = pipeline.stage(to), pipeline.stage_of_label(name)
        if stage is None:
            problems.append(sentence(f'unknown stage "{to}"', did_you_mean(to, [s.name for s in pipeline.stages])))
        elif owner is not None and owner.name != stage.name:
            problems.append(f'"{name}" is the label of {owner.name} already')
        elif label_key(name) not in labels and not _was_renamed(name, stage, labels, pipeline):
            names = [label.name for label in labels.values()]
            guess = _meant(name, names)
            hint = f"Did you mean {guess}?" if guess else did_you_mean(name, names)
            problems.append(sentence(f'there is no label "{name}"', hint))
        elif label_key(name) != label_key(stage.label):
            found[name] = stage.name
    if problems:
        said = "; ".join(problems)
        raise InputError(f"--map: {said}{'' if said.endswith(('?', '.')) else '.'}")
    return found


def _was_renamed(name: str, stage: Stage, labels: Mapping[str, Label], pipeline: Pipeline) -> bool:
    """Whether an earlier run, or another label of the same map, took its place; and it is no slip of the pen."""
    other_issues = [label.name for label in labels.values() if pipeline.stage_of_label(label.name) is None]
    return label_key(stage.label) in labels and _meant(name, other_issues) is None


def _meant(name: str, labels: Sequence[str]) -> str | None:
    """Find the label somebody most likely meant, without regard to case, as GitHub compares them."""
    known = {label.casefold(): label for label in labels}
    guess = nearest(name, known)
    return known[guess] if guess is not None else None


def _open(github: GitHub, context: Facts, login: str) -> Iterator[Facts]:
    for page in github.glance(context, "OPEN"):
        yield from (identity.seen_as(deal, login) for deal in page.deals)


def told(plan: Plan) -> Iterator[str]:
    """Say what would be done."""
    for label, stage in plan.renames:
        yield f"rename the label {label.name} to {stage.label}"
    there = {label_key(label.name) for label in plan.context.repository.labels}
    renamed = {label_key(label.name) for label, _ in plan.renames}
    for stage in _missing(plan):
        yield f"create the label {stage.label}"
    for name, to in plan.map.items():
        if plan.ready and label_key(name) in there - renamed:
            yield f"take the label {name} off each deal taken over, and put {_label(to, plan)} on"
    for deal in plan.ready[:SHOWN]:
        other_issues = f" (it also carries {', '.join(deal.other_stages)}, which goes)" if deal.other_stages else ""
        yield f"#{deal.number} {one_line(deal.title)}: take over in {deal.stage}, write its card{other_issues}"
    if len(plan.ready) > SHOWN:
        yield f"... and {len(plan.ready) - SHOWN:,} more"
    for deal in plan.deals:
        if deal.why_not:
            yield f"#{deal.number} {one_line(deal.title)}: not taken over, {deal.why_not}, then adopt again"
    yield _counted(plan)


def _missing(plan: Plan) -> list[Stage]:
    """List the stages without a label: people are to find all of them in the menu."""
    there = {label_key(label.name) for label in plan.context.repository.labels}
    new = {stage.name for _, stage in plan.renames}
    return [stage for stage in plan.pipeline.stages if label_key(stage.label) not in there and stage.name not in new]


def _label(stage: str, plan: Plan) -> str:
    found = plan.pipeline.stage(stage)
    assert found is not None
    return found.label


def _counted(plan: Plan) -> str:
    counts = Counter(deal.stage for deal in plan.ready)
    stages = [f"{counts[stage.name]:,} in {stage.name}" for stage in plan.pipeline.stages if counts[stage.name]]
    return f"{many(len(plan.ready), 'deal')} to take over{': ' if stages else ''}{', '.join(stages)}."


def to_note(plan: Plan) -> list[str]:
    """Write the lines that note the old names in the configuration, so that what used them is understood later."""
    lines = []
    for stage in plan.pipeline.stages:
        names = [name for name, to in plan.map.items() if to == stage.name]
        if names:
            earlier = json.dumps(list(dict.fromkeys([*stage.was, *names])), ensure_ascii=False)
            lines.append(f"  {stage.name}: {{was: {earlier}}}")
    return ["stages:", *lines] if lines else []


def need_since(pipeline: Pipeline) -> None:
    """Raise InputError unless the configuration says where history ends.

    Without it the age of the first stage's label says so, and a renamed label is as old as it was.
    """
    if pipeline.since is None:
        raise InputError(
            "The configuration does not say since when salesbot works here, so old issues would become deals.",
            "Add `since:` with today's date to it; `salesbot init` writes one",
        )


def need_same(facts: Facts, login: str) -> None:
    """Raise InputError unless the token speaks for the identity whose cards the workflow will believe."""
    if identity.plain(facts.viewer.login) != identity.plain(login):
        raise InputError(
            f"This token acts as {facts.viewer.login}, and the workflow as {login}: it would not believe the cards.",
            "Run it as a job of GitHub Actions (docs/start.md shows the file), or name with --as whom the workflow "
            "acts as",
        )


def carry_out(app: App, plan: Plan, render: Callable[[str], None]) -> int:
    """Rename the labels, then write the cards. Gives the number of deals left for another run.

    Raises ServiceError where GitHub fails us; what was done is done, and the next run goes on.
    """
    for label, stage in plan.renames:
        app.github.update_label(replace(label, name=stage.label))
        app.github.client.pause(PER_CHANGE)
        render(f"renamed the label {label.name} to {stage.label}")
    missing = [CreateLabel(stage.label, stage.color, stage.description) for stage in _missing(plan)]
    if missing:
        app.github.create_labels(plan.context, missing)
        render(f"created the labels {', '.join(label.name for label in missing)}")
    wanted, left = plan.ready[:AN_HOUR], len(plan.ready[AN_HOUR:])
    for start in range(0, len(wanted), IN_FULL):
        ten = [deal.number for deal in wanted[start : start + IN_FULL]]
        for facts in app.github.read_many(ten, WAKING):
            _take_over(app, facts, plan, render)
        render(f"{min(start + IN_FULL, len(wanted)):,} of {len(wanted):,} deals looked after")
    return left


def _take_over(app: App, facts: Facts, plan: Plan, render: Callable[[str], None]) -> None:
    facts = app.complete(facts, plan.pipeline)
    assert facts.issue is not None
    renderer = TemplateRenderer(facts.repository.templates)
    effects = adoption.adopt(facts, plan.pipeline, facts.read_at, renderer)
    if not effects:
        render(f"#{facts.issue.number}: nothing to do any more")
        return
    failed = app.github.write(facts, effects).failed
    if failed:
        raise ServiceError(f"Issue {facts.issue.number}: {failed[0][1]}.", "Run it again: it goes on where it stopped")
    app.github.client.pause(PER_CARD)
