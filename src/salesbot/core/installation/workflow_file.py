"""A workflow file: whether it runs salesbot, on which events, with which permissions and secrets.

Reads text. Does not know whether GitHub runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from salesbot.core.installation.image_step import INPUT, RUNS_IMAGE, Image, read_image

EVENTS: Mapping[str, str] = {
    "issues": "labels, closings and new issues go unnoticed",
    "issue_comment": "commands and ticks go unnoticed",
    "label": "a stage label renamed in the list goes unnoticed",
    "schedule": "there is no sweep: no reminders, and no deal comes back on its date",
    "workflow_dispatch": "it cannot be started by hand",
}
"""The events on which salesbot must run, and what is missing without each."""
REPORT_EVENTS: Mapping[str, str] = {
    "schedule": "no report is made automatically",
    "workflow_dispatch": "the report cannot be updated by hand",
}
"""The same for a workflow that only writes the weekly report."""
NEEDED: Mapping[str, str] = {"contents": "read", "issues": "write"}
"""The permissions of its job."""
_RANK = {"none": 0, "read": 1, "write": 2}
_USES = re.compile(r"^(?P<copy>[^/@\s]+/(?P<name>[^/@\s]+))(?P<folder>/[^@\s]*)?@(?P<ref>\S+)$")
_NAME = "salesbot"
"""Of the copy or, where that has another name, of the step."""
_OWN_INPUTS = frozenset({"typeform-token", "typeform-secret", "streak-key"})
"""Inputs that no other action has."""
_PINNED = re.compile(r"[0-9a-f]{40}|v\d+(\.\d+\.\d+)?")
_JOBS_TOKEN = re.compile(r"github\.token|secrets\.GITHUB_TOKEN", re.IGNORECASE)
_SECRET = re.compile(r"\$\{\{\s*secrets\.(\w+)\s*\}\}")


@dataclass(frozen=True)
class SalesWorkflow:
    """A workflow whose job runs salesbot."""

    task: str
    events: frozenset[str]
    permissions: Mapping[str, str] | None
    """Of the job; None if the file sets none, so that the repository's setting decides."""
    copy: str
    """Which repository hosts salesbot: `acme/salesbot`."""
    is_light: bool
    ref: str
    secrets: tuple[str, ...]
    image: Image | None = None
    """The image that a step starts; None where it uses the Action."""
    is_by_jobs_token: bool = True
    """Whether it acts with the job's own token, as other workflows of the repository do."""
    time_zones: frozenset[str] = frozenset()
    """Of its schedules: UTC where one names none."""

    @property
    def needed(self) -> Mapping[str, str]:
        """The events on which it must run, and what is missing without each."""
        return REPORT_EVENTS if self.task == "report" else EVENTS

    @property
    def pinned(self) -> bool:
        """Whether it runs a commit or a release, not the head of a branch."""
        return self.image.pinned if self.image else _PINNED.fullmatch(self.ref) is not None

    def lacking(self) -> list[str]:
        """List the permissions the job lacks, as they must be written; none if the file sets no permissions."""
        given = self.permissions
        if given is None:
            return []
        needed = {**NEEDED, "packages": "read"} if self.image else NEEDED
        return [f"{name}: {least}" for name, least in needed.items() if _RANK[given.get(name, "none")] < _RANK[least]]


def read(text: str) -> SalesWorkflow | None:
    """Read a workflow file; None if it does not run salesbot, or is not a workflow."""
    found = _workflow(text)
    for job, step in _steps(found):
        if (program := _of_action(step) or _of_image(step)) is not None:
            permissions = _permissions(job.get("permissions", found.get("permissions")))
            secrets = tuple(dict.fromkeys(_SECRET.findall(str(program.inputs))))
            task = str(program.inputs.get("task", "auto"))
            return SalesWorkflow(
                task,
                _events(found),
                permissions,
                program.copy,
                program.is_light,
                program.ref,
                secrets,
                program.image,
                _is_shared(program.inputs),
                _time_zones(found),
            )
    return None


@dataclass(frozen=True)
class _Program:
    """What a step runs, where that is salesbot."""

    copy: str
    ref: str
    inputs: Mapping[str, Any]
    is_light: bool = False
    image: Image | None = None


def _of_action(step: Mapping[str, Any]) -> _Program | None:
    uses, given = _USES.match(str(step.get("uses", ""))), step.get("with")
    inputs = given if isinstance(given, dict) else {}
    if uses is None or not _is_ours(uses["name"], step, inputs):
        return None
    return _Program(uses["copy"], uses["ref"], inputs, uses["folder"] == "/light")


def _of_image(step: Mapping[str, Any]) -> _Program | None:
    """Read a step that starts the image, with inputs as variables. With another entry point it is another command."""
    variables, script = step.get("env"), str(step.get("run", ""))
    given = variables if isinstance(variables, dict) else {}
    image = read_image(str(given.get("IMAGE")))
    if image is None or RUNS_IMAGE not in script or "--entrypoint" in script:
        return None
    own = {str(name): value for name, value in given.items() if str(name).startswith(INPUT)}
    inputs = {name.removeprefix(INPUT).lower().replace("_", "-"): value for name, value in own.items()}
    return _Program(image.name, image.ref, inputs, image=image)


def _is_shared(inputs: Mapping[str, Any]) -> bool:
    return "app-id" not in inputs and bool(_JOBS_TOKEN.search(str(inputs.get("token", "github.token"))))


def may_comment(text: str) -> bool:
    """Say whether a job of a workflow may comment on issues with its own token.

    Where the file lists no permissions, the repository's setting decides, and that is not read.
    """
    found = _workflow(text)
    named = (job.get("permissions", found.get("permissions")) for job in _jobs(found.get("jobs")))
    given = (_permissions(each) for each in named)
    return any(each is None or each.get("issues") == "write" for each in given)


def _workflow(text: str) -> Mapping[str, Any]:
    try:
        found = yaml.load(text, _Loader)  # noqa: S506 - a safe loader, in which `on` is a word
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}


def _jobs(jobs: Any) -> Iterator[Mapping[str, Any]]:
    yield from (job for job in (jobs.values() if isinstance(jobs, dict) else ()) if isinstance(job, dict))


def _is_ours(name: str, step: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Say whether a step runs salesbot, also from a copy with another name. `check` and `adopt` are other commands."""
    named = _NAME in (name.casefold(), step.get("name"))
    return (named or not _OWN_INPUTS.isdisjoint(inputs)) and "entrypoint" not in inputs


class _Loader(yaml.SafeLoader):
    """YAML as GitHub reads it: `on` is a text, not true."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _steps(found: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for job in _jobs(found.get("jobs")):
        yield from ((job, step) for step in job.get("steps") or () if isinstance(step, dict))


def _events(found: Mapping[str, Any]) -> frozenset[str]:
    events = found.get("on")
    if isinstance(events, str):
        return frozenset({events})
    return frozenset(str(event) for event in events) if isinstance(events, (list, dict)) else frozenset()


def _time_zones(found: Mapping[str, Any]) -> frozenset[str]:
    """https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#onschedule"""
    events = found.get("on")
    schedules = events.get("schedule") if isinstance(events, dict) else None
    listed = schedules if isinstance(schedules, list) else []
    return frozenset(str(each.get("timezone") or "UTC") for each in listed if isinstance(each, dict))


def _permissions(configured: Any) -> Mapping[str, str] | None:
    if configured is None:
        return None
    if isinstance(configured, dict):
        return {str(name): level for name, level in configured.items() if level in _RANK}
    every = {"read-all": "read", "write-all": "write"}.get(str(configured), "none")
    return dict.fromkeys(NEEDED, every)
