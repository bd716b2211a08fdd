"""GitHub Actions: inputs, event file, outputs, annotations, job summary. Only this folder knows their formats."""

from __future__ import annotations

from salesbot.adapters.actions.event import MAX_EVENT, RunRequest, read_event, run_request
from salesbot.adapters.actions.inputs import REPOSITORY, TASKS, Inputs, read_inputs
from salesbot.adapters.actions.runner import MAX_SUMMARY, Runner

__all__ = [
    "MAX_EVENT",
    "MAX_SUMMARY",
    "REPOSITORY",
    "TASKS",
    "Inputs",
    "RunRequest",
    "Runner",
    "read_event",
    "read_inputs",
    "run_request",
]
