"""`salesbot run`: what the Action runs. One event in; log, annotations, outputs and job summary out."""

from __future__ import annotations

import sys

from salesbot.adapters import actions
from salesbot.adapters.actions import Inputs, Runner, RunRequest
from salesbot.adapters.github import GitHub
from salesbot.adapters.github.projects import issue_of
from salesbot.cli import run_summary
from salesbot.cli.connection import board_with, connect_with
from salesbot.cli.host import Host
from salesbot.core.errors import SalesbotError
from salesbot.tasks import catalog
from salesbot.tasks.chat import Chat
from salesbot.tasks.deal import DealProcessor
from salesbot.tasks.outcome import Outcome

NOT_HERE = "The card is not an issue of this repository."


def run(host: Host) -> int:
    """Do what the event asks for, and report to the runner."""
    runner = Runner.of(host.env, sys.stdout)
    try:
        inputs = actions.read_inputs(host.env)
        run_request = actions.run_request(inputs, actions.read_event(inputs.event_path))
        outcome, requests = _process(inputs, run_request, runner, host)
    except SalesbotError as error:
        runner.annotate("error", str(error))
        runner.summarize(run_summary.of_error(error))
        return error.exit_code
    except Exception:  # a bug: the runner gets one sentence; `main` logs the traceback and gives the exit code
        what = "This is a bug in salesbot; the traceback is in the log. What was done is kept; the next run continues."
        runner.annotate("error", what)
        raise
    _report(outcome, run_request, inputs, requests, runner)
    return outcome.exit_code


def _process(inputs: Inputs, run_request: RunRequest, runner: Runner, host: Host) -> tuple[Outcome, int]:
    """Run what was asked for. Gives the outcome, and the number of requests to GitHub."""
    if run_request.kind == "nothing":
        return Outcome(notes=(run_request.why,)), 0
    github = connect_with(inputs, host, dry_run=inputs.dry_run, token=_token(inputs, runner))
    scheduled = run_request.trigger.event == "schedule"
    board = board_with(inputs, host, github)
    chat = Chat(inputs.notify_url, host.clock.sleep)
    processor = DealProcessor(github, runner.render, scheduled=scheduled, clock=host.clock, board=board, chat=chat)
    if run_request.kind == "task":
        outcome = catalog.run(processor, inputs, run_request)
    elif run_request.kind == "labels":
        outcome = processor.label_changed(run_request.trigger, run_request.label_before, run_request.label_id)
    elif (number := _number(run_request, github)) is None:
        outcome = Outcome(notes=(NOT_HERE,))
    else:
        result = processor.process(number, run_request.trigger)
        outcome = catalog.after_deal(processor, inputs, result)
    return outcome, github.client.requests + board.projects.client.requests


def _number(run_request: RunRequest, github: GitHub) -> int | None:
    """Give the number of the deal; None where the event is about an issue of another repository."""
    if not run_request.content:
        return run_request.issue
    name, number = issue_of(github.client, run_request.content) or ("", 0)
    return number if name.casefold() == github.place.repository.casefold() else None


def _token(inputs: Inputs, runner: Runner) -> str:
    """Give the token to act with: an App's, where one is named. GitHub masks the secrets it knows, and not this one."""
    if not inputs.app_id:
        return inputs.token
    from salesbot.adapters.github import app_login

    token = app_login.installation_token(inputs.app_id, inputs.app_key, inputs.repository, api_url=inputs.api_url)
    runner.mask(token)
    return token


def _report(outcome: Outcome, run_request: RunRequest, inputs: Inputs, requests: int, runner: Runner) -> None:
    for problem in outcome.problems:
        runner.annotate("error" if outcome.exit_code else "warning", problem)
    for notice in outcome.notices:
        runner.annotate("notice", notice)
    for line in (*outcome.notes, *run_summary.log_lines(outcome, dry_run=inputs.dry_run)):
        runner.render(line)
    runner.output(run_summary.outputs(outcome, dry_run=inputs.dry_run))
    runner.summarize(run_summary.of_run(outcome, run_request, requests, dry_run=inputs.dry_run))
