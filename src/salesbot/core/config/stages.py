"""The team's stages merged over the default ones, stage by stage and field by field.

Knows how stages are taken over, ordered and linked. A problem is added to the findings, and the merge goes on with
the most likely meaning. `rules` checks whether the result makes sense.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from salesbot.core.config.document import Findings
from salesbot.core.config.names import Names
from salesbot.core.config.value_types import COMMAND
from salesbot.core.model.pipeline import Stage

Settings = Mapping[str, Any]
Links = Mapping[str, tuple[str, ...]]

_AS_WRITTEN = ("label", "description", "color", "probability", "idle_days", "checklist", "notify", "command")
_LISTS = ("requires", "expects")


def merge(
    settings: Settings,
    defaults: Sequence[Stage],
    names: Names,
    *,
    prefix: str,
    reserved_commands: Collection[str],
    findings: Findings,
) -> tuple[Stage, ...]:
    """Merge the file's `stages` over the default ones, in the order of the funnel.

    A stage that takes over a default one (`was`) takes its position and its settings, and the old name means the new
    stage everywhere. A stage of the team's own follows the open stage named by `after`, else the last one. Without
    `next` it leads to the open stage before it, to the open stage after it (won, if it is the last), and to revisit,
    rejected and lost; those two open stages and revisit lead to it, unless they have a list of their own. Its
    probability and idle days are those of the stage before it, its command is its name.
    """
    written = {name: stage for name, stage in settings.items() if stage}
    kept = _kept(defaults, names)
    added = [name for name in names.live if name not in {stage.name for stage in kept}]
    stages = _ordered([*kept, *(Stage(name, label="") for name in added)], written, names, findings)
    stages = _filled(stages, added, written, names, prefix)
    stages = _with_commands(stages, added, written, reserved_commands)
    links = _written_links(stages, _default_links(stages, added, names), written, names, findings)
    return tuple(replace(stage, next=links[stage.name]) for stage in stages)


def _kept(defaults: Iterable[Stage], names: Names) -> list[Stage]:
    """Give the default stages that are kept their present names; of several that became one, the first is kept."""
    kept: dict[str, Stage] = {}
    for stage in defaults:
        now = names.now(stage.name)
        if now is not None and (now == stage.name or now not in {other.name for other in defaults}):
            kept.setdefault(now, replace(stage, name=now))
    return list(kept.values())


def _ordered(stages: Sequence[Stage], written: Settings, names: Names, findings: Findings) -> list[Stage]:
    """Put each stage after the one it follows; several that follow the same one keep the order of the file."""
    known = {stage.name: stage for stage in stages}
    after = {name: _anchor(known[name], own, known, names, findings) for name, own in written.items() if name in known}
    followers: dict[str | None, list[str]] = {}
    for name in known:
        followers.setdefault(after.get(name), []).append(name)
    roots = followers.get(None, [])
    order = [
        name for root in sorted(roots, key=lambda name: not known[name].is_open) for name in _line(root, followers)
    ]
    for name in known.keys() - set(order):
        findings.add(("stages", name, "after"), "goes round in a circle", "Name a stage that does not follow this one.")
    rest = [name for name in known if name not in order]
    return [known[name] for name in (*order, *rest)]


def _line(name: str, followers: Mapping[str | None, list[str]]) -> list[str]:
    return [name, *(each for follower in followers.get(name, ()) for each in _line(follower, followers))]


def _anchor(
    stage: Stage, settings: Settings, known: Mapping[str, Stage], names: Names, findings: Findings
) -> str | None:
    if "after" not in settings:
        return None
    path = ("stages", stage.name, "after")
    found = names.find(settings["after"], path, findings)
    if found is None:
        return None
    if not stage.is_open or not known[found].is_open:
        findings.add(path, "only an open stage follows an open stage", "Leave it out.")
        return None
    if found == stage.name:
        findings.add(path, "a stage cannot follow itself")
        return None
    return found


def _filled(
    stages: Iterable[Stage], added: Collection[str], written: Settings, names: Names, prefix: str
) -> list[Stage]:
    filled: list[Stage] = []
    before: Stage | None = None
    for stage in stages:
        if stage.name in added and before is not None:
            stage = replace(stage, probability=before.probability, idle_days=before.idle_days)
        filled.append(_with_settings(stage, written.get(stage.name, {}), names, prefix))
        before = filled[-1] if stage.is_open else before
    return filled


def _with_settings(stage: Stage, settings: Settings, names: Names, prefix: str) -> Stage:
    plain = {key: settings[key] for key in _AS_WRITTEN if key in settings}
    lists = {key: tuple(settings[key]) for key in _LISTS if key in settings}
    own = {"label": f"{prefix}{stage.name}", **plain, **lists}
    return replace(stage, was=names.were(stage.name), **own)


def _with_commands(
    stages: Iterable[Stage], added: Collection[str], written: Settings, reserved_commands: Collection[str]
) -> list[Stage]:
    stages = list(stages)
    taken = {stage.command for stage in stages} | set(reserved_commands)
    free = {name for name in added if "command" not in written.get(name, {}) and re.fullmatch(COMMAND, name)} - taken
    return [replace(stage, command=stage.name) if stage.name in free else stage for stage in stages]


def _default_links(stages: Sequence[Stage], added: Iterable[str], names: Names) -> Links:
    links = {stage.name: {now for name in stage.next if (now := names.now(name))} for stage in stages}
    funnel = [stage.name for stage in stages if stage.is_open or stage.outcome == "won"]
    away = {stage.name for stage in stages if stage.paused or stage.outcome in {"lost", "rejected"}}
    back = {stage.name for stage in stages if stage.paused}
    still_open = {stage.name for stage in stages if stage.is_open}
    for name in added:
        at = funnel.index(name)
        neighbours = {*funnel[max(at - 1, 0) : at], *funnel[at + 1 : at + 2]}
        links[name] |= neighbours | away
        for other in (neighbours & still_open) | back:
            links[other].add(name)
    rank = _rank(stages)
    return {name: tuple(sorted(there - {name}, key=rank.index)) for name, there in links.items()}


def _rank(stages: Iterable[Stage]) -> list[str]:
    """List stages as `next` lists them: on and back first, then won, then away."""
    kinds = {"won": 1, "rejected": 3, "lost": 4}
    order = sorted(stages, key=lambda stage: 2 if stage.paused else kinds.get(stage.outcome or "", 0))
    return [stage.name for stage in order]


def _written_links(stages: Sequence[Stage], links: Links, written: Settings, names: Names, findings: Findings) -> Links:
    rank = _rank(stages)
    own = {stage: written[stage.name]["next"] for stage in stages if "next" in written.get(stage.name, {})}
    changed = {
        stage.name: _next(stage, next_, links[stage.name], rank, names, findings) for stage, next_ in own.items()
    }
    return {**links, **changed}


def _next(
    stage: Stage, next_: Sequence[str], default: Sequence[str], rank: Sequence[str], names: Names, findings: Findings
) -> tuple[str, ...]:
    path = ("stages", stage.name, "next")
    signed = [name for name in next_ if name[0] in "+-"]
    if stage.outcome is not None:
        findings.add(path, "an end stage leads nowhere: its deals are reopened", "Leave it out.")
        return ()
    if signed and len(signed) < len(next_):
        findings.add(path, "mixes a list with changes to the default list", "Use + or - on all names, or on none.")
    if signed:
        return _changed(stage, next_, default, rank, names, findings)
    # An unknown name is kept, so that the rules draw no conclusions from its absence.
    found = [names.find(name, (*path, name), findings) or name for name in next_]
    _refuse_itself(stage, found, findings)
    return tuple(dict.fromkeys(name for name in found if name not in names.dropped | {stage.name}))


def _changed(
    stage: Stage, next_: Sequence[str], default: Sequence[str], rank: Sequence[str], names: Names, findings: Findings
) -> tuple[str, ...]:
    """Change the default list. It does without a stage that is dropped, so the change may name it."""
    wanted = set(default)
    for change in next_:
        name = change.lstrip("+-")
        found = None if name in names.dropped else names.find(name, ("stages", stage.name, "next", change), findings)
        if found is not None:
            _refuse_itself(stage, [found], findings)
            wanted = wanted - {found} if change.startswith("-") else wanted | {found}
    return tuple(sorted(wanted - {stage.name}, key=rank.index))


def _refuse_itself(stage: Stage, found: Iterable[str | None], findings: Findings) -> None:
    if stage.name in found:
        findings.add(("stages", stage.name, "next"), "a stage cannot lead to itself", "Leave it out.")
