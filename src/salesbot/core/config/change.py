"""What a changed configuration would do to the deals there are.

Knows two pipelines and how many deals carry which label. Knows no repository: whoever asks has counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from salesbot.core.config.names import kind_of
from salesbot.core.config.problems import sentence, shown
from salesbot.core.config.value_types import STAGE
from salesbot.core.model.pipeline import DEFAULT_STAGES, Pipeline, Stage


@dataclass(frozen=True)
class LeftBehind:
    """Deals in a stage that the changed configuration does not know, and what to write so that it does."""

    stage: str
    deals: int
    what: str
    hint: str
    line: str | None = None
    """The line to put under `stages:`; None if no stage can take them."""

    def __str__(self) -> str:
        return sentence(self.what, self.hint)


def left_behind(old: Pipeline, new: Pipeline, stages_in_use: Mapping[str, int]) -> list[LeftBehind]:
    """Say which deals the change from `old` to `new` would leave in a stage it does not know.

    `stages_in_use` counts deals by stage, named as GitHub's label or as `old` calls it. Stages without deals do not
    matter. A label that keeps its stage is no loss; a label that even `old` does not know is left behind already.
    """
    used = ((name, deals) for name, deals in stages_in_use.items() if deals > 0)
    return [_lost(name, deals, old, new) for name, deals in used if not _known(name, old, new)]


def _known(name: str, old: Pipeline, new: Pipeline) -> bool:
    before = old.stage_of_label(name) or old.stage(name)
    # A name stands for its label: with another prefix, the labels on the deals mean nothing any more.
    label = name if before is None or old.stage_of_label(name) else before.label
    return new.stage_of_label(label) is not None


def _lost(name: str, deals: int, old: Pipeline, new: Pipeline) -> LeftBehind:
    before = old.stage_of_label(name) or old.stage(name)
    count = "1 deal is" if deals == 1 else f"{deals} deals are"
    what = f'{count} in "{shown(name)}", which the new configuration does not know'
    heir = _heir(before, old, new) if before else None
    if before is None or heir is None:
        return LeftBehind(name, deals, what, "Keep the stage, or move the deals first.")
    line = _line(heir, before, new)
    dropped = before.name in DEFAULT_STAGES and before.name != heir.name
    instead = f", in place of `{before.name}: null` if that is there" if dropped else ""
    return LeftBehind(before.name, deals, what, f"Add under stages: `{line}`{instead}.", line)


def _line(heir: Stage, before: Stage, new: Pipeline) -> str:
    """Write the line that makes `heir` mean `before` too: by its name, or by its label if only that changed."""
    was = [*heir.was, before.name if new.stage(before.name) is None else before.label]
    quoted = [name if STAGE.fullmatch(name) and name == name.lower() else json.dumps(name) for name in was]
    listed = quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
    ahead = [stage.name for stage in new.open_stages[: new.stages.index(heir)]] if heir.is_open else []
    # A stage of the team's own that was another of their own must say where it stands.
    own = not DEFAULT_STAGES & {heir.name, *was}
    return f"{heir.name}: {{was: {listed}, after: {ahead[-1]}}}" if own and ahead else f"{heir.name}: {{was: {listed}}}"


def _heir(before: Stage, old: Pipeline, new: Pipeline) -> Stage | None:
    """Guess which stage takes over: the same one under another label, else the nearest of its kind."""
    order = [stage.name for stage in old.stages]
    kin = [stage for stage in new.stages if kind_of(stage) == kind_of(before)]
    place = order.index(before.name)
    near = min(kin, key=lambda stage: (abs(_place(stage, order, new) - place), stage.name in order), default=None)
    return new.stage(before.name) or near


def _place(stage: Stage, order: list[str], new: Pipeline) -> int:
    return order.index(stage.name) if stage.name in order else new.stages.index(stage)
