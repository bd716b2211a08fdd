"""How a run reports what it did: the job summary, the log, the outputs of the step, all from the same effects."""

from __future__ import annotations

import json
from collections.abc import Iterator

from salesbot.adapters.actions import RunRequest
from salesbot.core.errors import SalesbotError
from salesbot.core.model.effects_in_words import describe
from salesbot.core.text import markdown
from salesbot.core.text.plural import counted
from salesbot.tasks.outcome import Outcome


def outputs(outcome: Outcome, *, dry_run: bool) -> dict[str, str]:
    """Give the outputs of the step, as action.yml names them. A dry run moved nothing, so the deal is where it was."""
    decisions = outcome.decisions
    before = (decisions[0].before or "") if decisions else ""
    after = (decisions[-1].stage or "") if decisions else ""
    return {
        "stage": before if dry_run else after,
        "previous-stage": before,
        "moved": _bool(not dry_run and any(decision.moves for decision in decisions)),
        "refused": _bool(any(decision.refused for decision in decisions)),
        "changes": json.dumps([describe(effect) for effect in outcome.effects]),
    }


def of_run(outcome: Outcome, run_request: RunRequest, requests: int, *, dry_run: bool) -> Iterator[str]:
    """Write the job summary: what was decided and done."""
    yield f"### salesbot{f', deal #{run_request.issue}' if run_request.issue else ''}"
    yield ""
    for problem in outcome.problems:
        yield f"- ⚠️ {markdown.escape(problem)}"
    for line in _decided(outcome, dry_run=dry_run):
        yield f"- {line}"
    for note in (*outcome.notices, *outcome.notes):
        yield f"- {markdown.escape(note)}"
    if outcome.effects:
        yield ""
        yield "What would have been done (dry run):" if dry_run else "What was done:"
        yield ""
        yield from (f"- {markdown.escape(describe(effect))}" for effect in outcome.effects)
    elif run_request.kind != "nothing":
        yield "- Nothing to do."
    if outcome.page:
        yield from ("", outcome.page)
    yield ""
    yield f"<sub>{counted(requests, 'request')} to GitHub</sub>"


def log_lines(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    """Write the same for the log."""
    for decision in outcome.decisions:
        for visit in decision.moves:
            yield f"{'Would move' if dry_run else 'Moved'} to {visit.stage}{f' by {visit.by}' if visit.by else ''}."
        for refused in decision.refused:
            yield f"{'Would refuse' if dry_run else 'Refused'}: {' '.join(no.reason for no in refused.why)}"
    for effect in outcome.effects:
        yield f"{'would ' if dry_run else ''}{describe(effect)}"


def of_error(error: SalesbotError) -> Iterator[str]:
    """Write the job summary of a run that failed."""
    yield "### salesbot"
    yield ""
    yield f"- ⚠️ {markdown.escape(str(error))}"


def _decided(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    moved, refused_ = ("Would move", "Would refuse") if dry_run else ("Moved", "Refused")
    for decision in outcome.decisions:
        before = decision.before
        for visit in decision.moves:
            by = f" by {markdown.escape(visit.by)}" if visit.by else ""
            way = f"from {markdown.escape(before or 'nothing')} to {markdown.escape(visit.stage)}"
            yield f"**{moved}** {way}{by} ({visit.how})."
            before = visit.stage
        for refused in decision.refused:
            to = f" to {markdown.escape(refused.to)}" if refused.to else ""
            yield f"**{refused_}**{to}: {' '.join(markdown.escape(no.reason) for no in refused.why)}"


def _bool(value: bool) -> str:
    return "true" if value else "false"
