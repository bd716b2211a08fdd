"""The tasks of the Action: what runs on schedule, by hand, or on a relay's event. One table names them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from salesbot.adapters.actions import Inputs, RunRequest
from salesbot.adapters.clock import Clock
from salesbot.adapters.streak import Streak
from salesbot.adapters.typeform import Typeform
from salesbot.core.errors import InputError, SalesbotError
from salesbot.tasks import report_files
from salesbot.tasks.board_sync import BoardSync
from salesbot.tasks.deal import DealProcessor, DealResult
from salesbot.tasks.intake import Intake
from salesbot.tasks.isolation import isolated
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import Usage, count_content
from salesbot.tasks.streak_sync import StreakSync, update_box

Task = Callable[[DealProcessor, Inputs, RunRequest, Usage], Outcome]


def run(processor: DealProcessor, inputs: Inputs, run_request: RunRequest) -> Outcome:
    """Run a task; `all` runs those of the schedule one after the other."""
    if run_request.task == "all":
        return _all(processor, inputs, run_request)
    return TASKS[run_request.task](processor, inputs, run_request, Usage())


def _all(processor: DealProcessor, inputs: Inputs, run_request: RunRequest) -> Outcome:
    """Run one task after the other. One that fails does not keep the others from their work.

    Together they take no longer and write no more than one alone may: the job ends at ten minutes.
    """
    outcome, started = Outcome(), processor.clock.monotonic()
    for name in SCHEDULED:
        used = Usage(processor.clock.monotonic() - started, count_content(outcome.effects))
        work = partial(TASKS[name], processor, inputs, replace(run_request, task=name), used)
        try:
            outcome = outcome.then(isolated(name, processor.log, work))
        except SalesbotError as error:
            processor.log(f"{name}: {error}")
            outcome = outcome.then(Outcome.failed(error, name))
    return outcome


def _sweep(processor: DealProcessor, inputs: Inputs, run_request: RunRequest, used: Usage) -> Outcome:
    return report_files.sweep(processor, used)


def _report(processor: DealProcessor, inputs: Inputs, run_request: RunRequest, used: Usage) -> Outcome:
    """A scheduled report leaves a week alone whose report is there."""
    files = report_files.Files.all_in(inputs.files, publish=inputs.publish, cache=inputs.cache, chat=inputs.notify_url)
    return report_files.report(processor, files, again=not processor.scheduled)


def _intake(processor: DealProcessor, inputs: Inputs, run_request: RunRequest, used: Usage) -> Outcome:
    opener = LeadOpener(processor, used)
    intake = Intake(opener, lambda: connect(inputs, processor.clock), inputs.typeform_secret)
    if run_request.gone is not None:
        return intake.keep_deleted(run_request.gone)
    return intake.poll() if run_request.relayed is None else intake.receive(*run_request.relayed)


def connect(inputs: Inputs, clock: Clock) -> Typeform:
    """Connect to Typeform. Raises InputError if there is no token."""
    if not inputs.typeform_token:
        what = "A form is configured (`typeform`), but the input `typeform-token` is empty."
        raise InputError(
            what, "Put a token with the scopes `responses:read` and `forms:read` into the secret TYPEFORM_TOKEN"
        )
    return Typeform(inputs.typeform_token, inputs.typeform_url, sleep=clock.sleep)


def _streak(processor: DealProcessor, inputs: Inputs, run_request: RunRequest, used: Usage) -> Outcome:
    return StreakSync(processor, lambda: connect_streak(inputs, processor.clock), used).run()


def _board(processor: DealProcessor, inputs: Inputs, run_request: RunRequest, used: Usage) -> Outcome:
    return BoardSync(processor, used).run()


def after_deal(processor: DealProcessor, inputs: Inputs, result: DealResult) -> Outcome:
    """Finish what goes with a deal: a report that was asked for, the box in Streak where a key is given."""
    outcome = result.outcome.then(report_files.answer(processor, result))
    if not inputs.streak_key:
        return outcome
    return outcome.then(update_box(result, lambda: connect_streak(inputs, processor.clock)))


def connect_streak(inputs: Inputs, clock: Clock) -> Streak:
    """Connect to Streak. Raises InputError if there is no key."""
    if not inputs.streak_key:
        what = "A pipeline of Streak is configured (`streak`), but the input `streak-key` is empty."
        raise InputError(what, "Put a key of Streak into the secret STREAK_API_KEY")
    return Streak(inputs.streak_key, inputs.streak_url, dry_run=inputs.dry_run, sleep=clock.sleep)


TASKS: Mapping[str, Task] = {"sweep": _sweep, "report": _report, "intake": _intake, "streak": _streak, "board": _board}
SCHEDULED = ("sweep", "intake", "streak")
"""The board is not among them: the sweep brings it in sync."""
