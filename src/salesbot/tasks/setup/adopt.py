"""`salesbot adopt`: takes over the deals a team had before (docs/start.md).

Labels are renamed, for which GitHub notifies nobody; each open deal gets one card. Paced, and a second run goes on
where the first one stopped: an issue with a card is a deal already.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from salesbot.adapters.github import advice_on
from salesbot.adapters.templates import TemplateRenderer
from salesbot.core.config.problems import sentence
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.installation import adoption
from salesbot.core.installation.adoption import Candidate
from salesbot.core.lifecycle import identity
from salesbot.core.lifecycle.observed import observe
from salesbot.core.model.effects import CreateLabel
from salesbot.core.model.facts import DealFacts, Label, RepositoryFacts, Trigger
from salesbot.core.model.pipeline import Pipeline, Stage
from salesbot.core.text.label_names import label_key
from salesbot.core.text.markdown import one_line
from salesbot.core.text.plural import counted
from salesbot.core.text.suggestions import did_you_mean, nearest
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.many_deals import OPEN, ManyDeals, Tally, pass_over
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import CONTENT_PER_HOUR, pause_after_write

ADOPT = Trigger("adopt")
MOST_LISTED = 40
"""Deals listed before the rest is only counted."""


@dataclass(frozen=True)
class Plan:
    """What is to be taken over. The stages of `pipeline` know the earlier labels."""

    context: RepositoryFacts
    pipeline: Pipeline
    map: Mapping[str, str]
    renames: tuple[tuple[Label, Stage], ...]
    deals: tuple[Candidate, ...] = ()

    @property
    def ready(self) -> list[Candidate]:
        """List the deals that can be taken over."""
        return [deal for deal in self.deals if not deal.why_not]


def read_map(texts: Sequence[str]) -> dict[str, str]:
    """Read `In negotiation=negotiating`, once for each label. Raises InputError for anything else."""
    found: dict[str, str] = {}
    for text in texts:
        label, sign, stage = (part.strip() for part in text.rpartition("="))
        if not (sign and label and stage):
            raise InputError(f"--map {text!r} is not LABEL=STAGE.", 'For example --map "In negotiation=negotiating"')
        if label_key(label) in {label_key(known) for known in found}:
            raise InputError(f"The label {label} is mapped twice.", "A label can mean one stage only")
        found[label] = stage
    return found


def plan(
    processor: DealProcessor, context: RepositoryFacts, pipeline: Pipeline, map_: Mapping[str, str], login: str
) -> Plan:
    """Read every open issue lightly, and list what is to be taken over.

    Raises InputError for unknown labels and stages, and for a template that fails on one of the deals: before anything
    is written.
    """
    labels = {label_key(label.name): label for label in context.repository.labels}
    checked = _checked(map_, labels, pipeline)
    known = adoption.with_earlier_labels(pipeline, checked)
    renamed = adoption.renames(labels, pipeline, checked)
    renderer = TemplateRenderer(context.repository.templates)
    deals = []
    for light in pass_over(processor.github, context, OPEN, ADOPT, processor.log):
        facts = identity.seen_as(light, login)
        observed = observe(facts, known, context.read_at)
        deal = adoption.candidate(observed)
        if deal is not None:
            adoption.adopt(observed, renderer)  # renders the card, to see that it can be
            deals.append(deal)
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
        text = "; ".join(problems)
        raise InputError(f"--map: {text}{'' if text.endswith(('?', '.')) else '.'}")
    return found


def _was_renamed(name: str, stage: Stage, labels: Mapping[str, Label], pipeline: Pipeline) -> bool:
    """Whether an earlier run, or another label of the same map, took its place; and it is not a typo."""
    other_labels = [label.name for label in labels.values() if pipeline.stage_of_label(label.name) is None]
    return label_key(stage.label) in labels and _meant(name, other_labels) is None


def _meant(name: str, labels: Sequence[str]) -> str | None:
    """Find the label somebody most likely meant, without regard to case, as GitHub compares them."""
    known = {label.casefold(): label for label in labels}
    guess = nearest(name, known)
    return known[guess] if guess is not None else None


def lines(plan: Plan) -> Iterator[str]:
    """List what would be done."""
    for label, stage in plan.renames:
        yield f"rename the label {label.name} to {stage.label}"
    existing = {label_key(label.name) for label in plan.context.repository.labels}
    renamed = {label_key(label.name) for label, _ in plan.renames}
    for stage in _missing(plan):
        yield f"create the label {stage.label}"
    for name, to in plan.map.items():
        if plan.ready and label_key(name) in existing - renamed:
            yield f"take the label {name} off each deal taken over, and put {_label(to, plan)} on"
    for deal in plan.ready[:MOST_LISTED]:
        others = f" (it also carries {', '.join(deal.other_stages)}, which is removed)" if deal.other_stages else ""
        yield f"#{deal.number} {one_line(deal.title)}: take over in {deal.stage}, write its card{others}"
    if len(plan.ready) > MOST_LISTED:
        yield f"... and {len(plan.ready) - MOST_LISTED:,} more"
    for deal in plan.deals:
        if deal.why_not:
            yield f"#{deal.number} {one_line(deal.title)}: not taken over, {deal.why_not}, then adopt again"
    yield _counted(plan)


def _missing(plan: Plan) -> list[Stage]:
    """List the stages without a label: people are to find all of them in the menu."""
    existing = {label_key(label.name) for label in plan.context.repository.labels}
    new = {stage.name for _, stage in plan.renames}
    return [stage for stage in plan.pipeline.stages if label_key(stage.label) not in existing and stage.name not in new]


def _label(stage: str, plan: Plan) -> str:
    found = plan.pipeline.stage(stage)
    assert found is not None
    return found.label


def _counted(plan: Plan) -> str:
    counts = Counter(deal.stage for deal in plan.ready)
    stages = [f"{counts[stage.name]:,} in {stage.name}" for stage in plan.pipeline.stages if counts[stage.name]]
    return f"{counted(len(plan.ready), 'deal')} to take over{': ' if stages else ''}{', '.join(stages)}."


def config_lines(plan: Plan) -> list[str]:
    """Write the lines for the configuration that keep the old names, so that earlier events are understood later."""
    lines = []
    for stage in plan.pipeline.stages:
        names = [name for name, to in plan.map.items() if to == stage.name]
        if names:
            earlier = json.dumps(list(dict.fromkeys([*stage.was, *names])), ensure_ascii=False)
            lines.append(f"  {stage.name}: {{was: {earlier}}}")
    return ["stages:", *lines] if lines else []


def require_since(pipeline: Pipeline) -> None:
    """Raise InputError unless the configuration has the start date.

    Without it the age of the first stage's label counts, and a renamed label is as old as before.
    """
    if pipeline.since is None:
        raise InputError(
            "The configuration has no start date (`since:`), so old issues would become deals.",
            "Add `since:` with today's date to it; `salesbot init` writes one",
        )


def require_same_identity(facts: RepositoryFacts, login: str) -> None:
    """Raise InputError unless the token acts as the identity whose cards the workflow accepts."""
    if identity.plain(facts.viewer.login) != identity.plain(login):
        raise InputError(
            f"This token acts as {facts.viewer.login}, and the workflow as {login}: it would not accept the cards.",
            "Run it as a job of GitHub Actions (docs/start.md shows the file), or name with --as whom the workflow "
            "acts as",
        )


def carry_out(processor: DealProcessor, plan: Plan) -> tuple[Outcome, int]:
    """Rename the labels, then write the cards. Gives what was done and the number of deals left for another run.

    A deal that cannot be read or written is named, and the others are done. Raises ServiceError where a label cannot be
    written; what was done is done, and the next run goes on.
    """
    github, log = processor.github, processor.log
    for label, stage in plan.renames:
        github.update_label(replace(label, name=stage.label))
        log(f"renamed the label {label.name} to {stage.label}")
        pause_after_write(github.client)
    missing = [CreateLabel(stage.label, stage.color, stage.description) for stage in _missing(plan)]
    if missing:
        github.create_labels(plan.context, missing)
        log(f"created the labels {', '.join(label.name for label in missing)}")
    numbers = [deal.number for deal in plan.ready]
    work = ManyDeals(github, ADOPT, processor.clock, log).work(
        numbers[:CONTENT_PER_HOUR], lambda number, facts: _take_over(processor, facts, plan), tally=Tally()
    )
    return work, len(numbers[CONTENT_PER_HOUR:])


def _take_over(processor: DealProcessor, facts: DealFacts, plan: Plan) -> Outcome:
    observed = processor.complete(facts, plan.pipeline)
    effects = adoption.adopt(observed, TemplateRenderer(facts.repository.templates))
    if not effects:
        return Outcome(notes=(f"#{facts.issue.number}: nothing left to do",))
    failed = processor.github.write(facts, effects).failed
    if failed:
        why = failed[0][1]
        raise ServiceError(f"{why}.", advice_on(why, "Run it again: it continues where it stopped"))
    return Outcome(effects=tuple(effects))
