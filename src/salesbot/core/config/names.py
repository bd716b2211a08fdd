"""Which stage a name means, after stages were dropped (`null`), renamed (`was`) and added.

Knows names only; what the stages are like, `stages` knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesbot.core.config.document import Findings, Path
from salesbot.core.config.problems import shown
from salesbot.core.config.value_types import STAGE
from salesbot.core.model.pipeline import Stage
from salesbot.core.text.suggestions import did_you_mean, misspelled, nearest

Settings = Mapping[str, Any]
Defaults = Mapping[str, Stage]


@dataclass(frozen=True)
class Names:
    """The stages there are, and what they were called. `half_read` ones are in the file, but wrong and reported."""

    live: tuple[str, ...]
    earlier: Mapping[str, str]
    dropped: frozenset[str]
    half_read: frozenset[str]

    def now(self, name: str) -> str | None:
        """Say what a stage is called now; None if it is dropped or unknown."""
        return name if name in self.live else self.earlier.get(name)

    def find(self, name: str, path: Path, findings: Findings) -> str | None:
        """Find the stage that is meant; else note the problem, and guess if a guess is at hand."""
        if (found := self.now(name)) is not None or name in self.half_read:
            return found
        if name in self.dropped:
            findings.add(path, f"{name} is dropped from the pipeline", "Take it out here, or do not drop it.")
            return None
        live = findings.choices(self.live)
        findings.add(path, f'unknown stage "{shown(name)}"', did_you_mean(name, live))
        return nearest(name, live)

    def were(self, name: str) -> tuple[str, ...]:
        """List what a stage was called."""
        return tuple(before for before, now in self.earlier.items() if now == name)


def read_names(settings: Settings, defaults: Defaults, in_file: Iterable[str], findings: Findings) -> Names:
    """Read which stages there are. `in_file` are the names of all stages in the file, readable or not."""
    dropped = _dropped(settings, defaults, findings)
    earlier = _earlier(settings, defaults, findings)
    kept = [earlier.get(name, name) for name in defaults if name not in dropped]
    added = [name for name, stage in settings.items() if name not in defaults and stage is not None]
    if "previous" in added:
        findings.add(("stages", "previous"), "no stage can be called previous: `reopens` uses the word", at_key=True)
    half_read = frozenset(in_file) - settings.keys()
    return Names(tuple(dict.fromkeys((*kept, *added))), earlier, dropped, half_read)


def _dropped(settings: Settings, defaults: Defaults, findings: Findings) -> frozenset[str]:
    for name, own in settings.items():
        if own is None and name not in defaults:
            hint = did_you_mean(name, defaults)
            findings.add(("stages", name), "only a default stage can be dropped", hint, at_key=True)
        if own is None and name in defaults and defaults[name].outcome == "won":
            hint = "Deals that were won need it; `was:` gives it another name."
            findings.add(("stages", name), f"{name} cannot be dropped", hint, at_key=True)
        if own == "" and name in defaults:
            hint = f"Write `{name}: null` to drop the stage, or delete the line."
            findings.add(("stages", name), "nothing is written here", hint, at_key=True)
    return frozenset(name for name, own in settings.items() if own is None and name in defaults)


def _earlier(settings: Settings, defaults: Defaults, findings: Findings) -> dict[str, str]:
    earlier: dict[str, str] = {}
    for stage, own in settings.items():
        for before in (own or {}).get("was", ()):
            if _may_take_over(stage, before, settings, defaults, earlier, findings):
                earlier[before] = stage
    return earlier


def _may_take_over(
    stage: str, before: str, settings: Settings, defaults: Defaults, earlier: Mapping[str, str], findings: Findings
) -> bool:
    path = ("stages", stage, "was")
    if before == stage:
        findings.add(path, "is the stage's own name", "Leave it out.")
    elif before in earlier:
        findings.add(path, f"{shown(before)} has become {earlier[before]} already", "Keep one of them.")
    elif before in settings:
        _both(stage, before, settings, findings)
    elif before not in defaults:
        return _is_earlier_name(stage, before, settings, defaults, findings)
    elif not _same_kind(stage, before, settings, defaults):
        findings.add(path, f"{before} is another kind of stage", "Open, put off, won and ended ones do not mix.")
    else:
        return True
    # What the file means is clear enough to read on, where the stage would otherwise be missing.
    return before in defaults and settings.get(before) is None and before not in earlier and before != stage


def _both(stage: str, before: str, settings: Settings, findings: Findings) -> None:
    if settings[before] is None:
        what, hint = f"is dropped here, and taken over by {stage} (was:)", "Delete this line."
    else:
        what, hint = f"has become {stage} (was:)", f"Write its settings under {stage}, or take the `was` away."
    findings.add(("stages", before), what, hint, at_key=True)


def _is_earlier_name(stage: str, before: str, settings: Settings, defaults: Defaults, findings: Findings) -> bool:
    """Tell a name the team used earlier from a default stage that was misspelled."""
    gone = {name for own in settings.values() if own for name in own.get("was", ())} | {stage}
    guess = misspelled(before, sorted(defaults.keys() - gone))
    own = settings[stage]
    anchored = stage in defaults or "after" in own or defaults.keys() & set(own["was"]) or not STAGE.fullmatch(before)
    if guess is None and anchored:
        return True
    hint = f"Did you mean {guess}?" if guess else "If a stage of your own had this name, give its place with `after`."
    findings.add(("stages", stage, "was"), f'unknown stage "{shown(before)}"', hint)
    return False


def _same_kind(stage: str, before: str, settings: Settings, defaults: Defaults) -> bool:
    taken = [name for name in (stage, *settings[stage]["was"]) if name in defaults]
    return kind_of(defaults[taken[0]]) == kind_of(defaults[before])


def kind_of(stage: Stage) -> str:
    """Name what stages must have in common to stand for each other: open, put off, won, or ended otherwise."""
    if stage.outcome is not None:
        return "won" if stage.outcome == "won" else "ended"
    return "put off" if stage.paused else "open"
