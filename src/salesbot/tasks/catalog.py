"""The tasks of the Action: what runs on schedule, by hand, or because a relay woke us. One table names them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from salesbot.adapters.actions import Inputs, RunRequest
from salesbot.adapters.streak import Streak
from salesbot.adapters.typeform import Typeform
from salesbot.core.errors import InputError, SalesbotError, ServiceError
from salesbot.tasks import report_files
from salesbot.tasks.deal import App, Outcome
from salesbot.tasks.intake import Intake
from salesbot.tasks.open_leads import LeadOpener
from salesbot.tasks.streak_sync import StreakSync, follow
from salesbot.tasks.sweep import content

Task = Callable[[App, Inputs, RunRequest], Outcome]


def run(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    """Run a task; `all` runs those of the schedule one after the other."""
    return (_all if run_request.task == "all" else TASKS[run_request.task])(app, inputs, run_request)


def _all(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    """One after the other. One that fails does not keep the others from their work.

    Together they take no longer and write no more than one alone may: the job ends at ten minutes.
    """
    outcome, begun = Outcome(), time.monotonic()
    for name in SCHEDULED:
        app.elapsed, app.spent = time.monotonic() - begun, content(outcome.effects)
        try:
            outcome = outcome.then(TASKS[name](app, inputs, replace(run_request, task=name)))
        except SalesbotError as error:
            app.log(f"{name}: {error}")
            failed = error if isinstance(error, ServiceError) else None
            outcome = outcome.then(Outcome(exit_code=error.exit_code, error=failed, told=(f"{name}: {error}",)))
    return outcome


def _sweep(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    return report_files.sweep(app, app.log)


def _report(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    """A scheduled report leaves a week alone whose report is there."""
    files = report_files.Files.all_in(inputs.files, publish=inputs.publish, cache=inputs.cache, chat=inputs.notify_url)
    return report_files.report(app, app.log, files, again=not app.scheduled)


def _intake(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    intake = Intake(LeadOpener(app, app.log), lambda: connect(inputs), inputs.typeform_secret)
    if run_request.gone is not None:
        return intake.keep_out(run_request.gone)
    return intake.poll() if run_request.relayed is None else intake.take_in(*run_request.relayed)


def connect(inputs: Inputs) -> Typeform:
    """Connect to Typeform. Raises InputError if there is no token."""
    if not inputs.typeform_token:
        what = "A form is configured (`typeform`), but the input `typeform-token` is empty."
        raise InputError(
            what, "Put a token with the scopes `responses:read` and `forms:read` into the secret TYPEFORM_TOKEN"
        )
    return Typeform(inputs.typeform_token, inputs.typeform_url, sleep=time.sleep)


def _streak(app: App, inputs: Inputs, run_request: RunRequest) -> Outcome:
    return StreakSync(app, lambda: connect_streak(inputs), app.log).run()


def after_move(app: App, inputs: Inputs, outcome: Outcome) -> Outcome:
    """Bring what a run concerns along: a report that was asked for, the box in Streak where a key is given."""
    outcome = report_files.refresh(app, app.log, outcome)
    return follow(app, outcome, lambda: connect_streak(inputs)) if inputs.streak_key else outcome


def connect_streak(inputs: Inputs) -> Streak:
    """Connect to Streak. Raises InputError if there is no key."""
    if not inputs.streak_key:
        what = "A pipeline of Streak's is configured (`streak`), but the input `streak-key` is empty."
        raise InputError(what, "Put a key of Streak's into the secret STREAK_API_KEY")
    return Streak(inputs.streak_key, inputs.streak_url, dry_run=inputs.dry_run, sleep=time.sleep)


TASKS: Mapping[str, Task] = {"sweep": _sweep, "report": _report, "intake": _intake, "streak": _streak}
SCHEDULED = ("sweep", "intake", "streak")
