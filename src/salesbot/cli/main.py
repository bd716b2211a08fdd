"""The command line. Turns errors into one line and an exit code; the work is the app's.

0 done, also when a move was refused. 1 a service failed, the next run continues. 2 the configuration or an input is
wrong. 3 a bug in salesbot: the traceback stays.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from salesbot.adapters import actions
from salesbot.adapters.actions import Inputs, Runner, RunRequest
from salesbot.adapters.github import Client, GitHub, RepositoryPaths
from salesbot.adapters.templates import TemplateRenderer
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli import deals, leads, report, run_summary
from salesbot.cli import setup as setting_up
from salesbot.cli import streak as streak_tools
from salesbot.core.config import parse, schema
from salesbot.core.config.problems import ConfigError, Problem
from salesbot.core.errors import InputError, SalesbotError
from salesbot.core.installation import diagram
from salesbot.tasks import catalog
from salesbot.tasks.deal import App, Outcome

BUG = 3
PROGRAM = (sys.executable, "-m", "salesbot", "run")
"""What a run in the sandbox starts: this program, as the Action does."""
DEFAULT_CONFIG = ".github/salesbot.yml"
STOPPED = 130
"""What a shell says of a command that Ctrl-C ended."""


def main(argv: Sequence[str] | None = None, env: Mapping[str, str] | None = None) -> int:
    """Run a command; the result is the exit code."""
    words = sys.argv[1:] if argv is None else argv
    # What the Action starts, a thousand times a month: the other commands need not be described for it.
    args = argparse.Namespace(run=_run) if list(words) == ["run"] else _parser().parse_args(words)
    surroundings = os.environ if env is None else env
    try:
        result: int = args.run(args, surroundings)
    except SalesbotError as error:
        print(f"salesbot: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        print("salesbot: stopped.", file=sys.stderr)
        return STOPPED
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("salesbot", description="A sales pipeline on GitHub issues.")
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="what the Action runs: one event of GitHub Actions")
    run.set_defaults(run=_run)
    check = commands.add_parser("check", help="check a configuration, offline")
    check.add_argument("file", nargs="?", default=DEFAULT_CONFIG, help=f"default: {DEFAULT_CONFIG}")
    check.set_defaults(run=_check)
    draw = commands.add_parser("diagram", help="print the pipeline as a Mermaid diagram")
    draw.add_argument("file", nargs="?", help="a configuration; without one, the default pipeline")
    draw.set_defaults(run=_diagram)
    editors = commands.add_parser("schema", help="print the JSON Schema of the configuration, for editors")
    editors.set_defaults(run=_schema)
    deals.add_commands(commands)
    leads.add_commands(commands)
    streak_tools.add_commands(commands)
    report.add_commands(commands)
    setting_up.add_commands(commands)
    sandbox = commands.add_parser("sandbox", help="serve a GitHub on this machine, to try things")
    sandbox.add_argument("--port", type=int, default=8321, help="default: 8321")
    sandbox.add_argument(
        "--data", metavar="FILE", help="keep its state in this file; without one, it is gone at the end"
    )
    sandbox.set_defaults(run=_sandbox)
    demo = commands.add_parser("demo", help="play a sales team's work on this machine, through the real program")
    demo.add_argument("--stay", action="store_true", help="serve the sandbox afterwards, to look at the issues")
    demo.set_defaults(run=_demo)
    return parser


def _run(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do what the event asks for, and tell the runner: log, annotations, outputs, job summary."""
    runner = Runner.of(env, sys.stdout)
    try:
        inputs = actions.read_inputs(env)
        run_request = actions.run_request(inputs, actions.read_event(inputs.event_path))
        outcome, requests = _wake(inputs, run_request, runner)
    except SalesbotError as error:
        runner.annotate("error", str(error))
        runner.summarize(run_summary.of_error(error))
        return error.exit_code
    except Exception:  # a bug has no other listener: shown whole, and the runner hears of it in its own words
        traceback.print_exc()
        what = "This is a bug in salesbot; the traceback is in the log. What was done stands; the next run goes on."
        runner.annotate("error", what)
        return BUG
    _report(outcome, run_request, inputs, requests, runner)
    return outcome.exit_code


def _wake(inputs: Inputs, run_request: RunRequest, runner: Runner) -> tuple[Outcome, int]:
    if run_request.kind == "nothing":
        return Outcome(notes=(run_request.why,)), 0
    client = Client(
        token=_token(inputs),
        api_url=inputs.api_url,
        graphql_url=inputs.graphql_url,
        dry_run=inputs.dry_run,
        sleep=time.sleep,
    )
    folder = str(Path(inputs.config).with_suffix(""))
    scheduled = run_request.trigger.event == "schedule"
    app = App(GitHub(client, RepositoryPaths(inputs.repository, inputs.config, folder)), runner.render, scheduled)
    if run_request.kind == "task":
        outcome = catalog.run(app, inputs, run_request)
    elif run_request.kind == "labels":
        outcome = app.look_at_labels(run_request.trigger, run_request.label_before, run_request.label_id)
    else:
        outcome = catalog.after_move(app, inputs, app.look_at(run_request.issue, run_request.trigger))
    return outcome, client.requests


def _token(inputs: Inputs) -> str:
    """Give the token to act with: an App's, where one is named."""
    if not inputs.app_id:
        return inputs.token
    from salesbot.adapters.github import app_login

    return app_login.installation_token(inputs.app_id, inputs.app_key, inputs.repository, api_url=inputs.api_url)


def _report(outcome: Outcome, run_request: RunRequest, inputs: Inputs, requests: int, runner: Runner) -> None:
    for problem in outcome.told:
        runner.annotate("error" if outcome.exit_code else "warning", problem)
    for notice in outcome.notices:
        runner.annotate("notice", notice)
    for note in outcome.notes:
        runner.render(note)
    for line in run_summary.log_lines(outcome, dry_run=inputs.dry_run):
        runner.render(line)
    runner.output(run_summary.outputs(outcome, dry_run=inputs.dry_run))
    runner.summarize(run_summary.of_run(outcome, run_request, requests, dry_run=inputs.dry_run))


def _check(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Report every problem of a configuration and of the templates beside it."""
    found = _problems(Path(args.file), must_exist=True)
    runner = Runner.of(env, sys.stdout)
    for problem in found:
        print(problem)
        if env.get("GITHUB_ACTIONS") == "true":
            runner.annotate("error", problem.message, file=problem.file, line=problem.line)
    if found:
        count = len(found)
        print(f"{count} problem{'s' if count > 1 else ''} in {args.file}", file=sys.stderr)
        return 2
    print(f"{args.file}: fine")
    return 0


def _problems(path: Path, *, must_exist: bool) -> Sequence[Problem]:
    text = _read_config(path) if must_exist or path.exists() else None
    renderer = TemplateRenderer(_read_templates(path.with_suffix("")))
    found = list(renderer.problems(str(path.with_suffix(""))))
    try:
        parse(text, str(path), templates=renderer.names(), zones=SystemTimeZones())
    except ConfigError as error:
        found = [*error.problems, *found]
    return found


def _read_config(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no UTF-8 text (byte {error.start}).") from error


def _read_templates(folder: Path) -> dict[str, str]:
    files = [*folder.glob("*.j2"), *folder.glob("checklists/*.j2")]
    return {file.relative_to(folder).as_posix(): _read_config(file) for file in files}


def _diagram(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    path = Path(args.file) if args.file else None
    renderer = TemplateRenderer(_read_templates(path.with_suffix("")) if path else {})
    try:
        text = _read_config(path) if path else None
        pipeline = parse(text, str(path), templates=renderer.names(), zones=SystemTimeZones())
    except ConfigError as error:
        raise InputError(str(error)) from error
    print(diagram.mermaid(pipeline), end="")
    return 0


def _schema(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    print(schema.json_schema_text(), end="")
    return 0


def _sandbox(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Serve a sandbox in which every change by a person starts `salesbot run`, until Ctrl-C."""
    _need_sandbox()
    from github_sandbox import Sandbox, Workflow

    with Sandbox(args.data or ":memory:", auto=True, workflow=Workflow(PROGRAM), port=args.port) as github:
        github.repo("acme/sales", roles={"ann": "triage", "nora": "write", "kim": "admin"})
        print("A GitHub with the repository acme/sales:", end=" ")
        _stay(f"{github.url}/acme/sales/issues")
    return 0


def _demo(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Play the story. What comes out otherwise than told is a bug."""
    _need_sandbox()
    import salesbot_demo
    from github_sandbox import Sandbox
    from github_sandbox.streak import Streak
    from github_sandbox.typeform import Typeform

    colour = sys.stdout.isatty() and "NO_COLOR" not in env
    with (
        Sandbox(at=salesbot_demo.MONDAY, step=1) as github,
        Typeform(github.clock) as web,
        Streak(github.clock) as streak,
    ):
        github.runner.workflow = salesbot_demo.workflow(PROGRAM, web, streak)
        try:
            salesbot_demo.Player(github, sys.stdout, colour=colour).play(salesbot_demo.story(web, streak))
        except salesbot_demo.StoryError as error:
            print(f"salesbot demo: {error}", file=sys.stderr)
            return BUG
        if args.stay:
            github.auto = True
            print("\nThe issues:", end=" ")
            _stay(f"{github.url}/acme/sales/issues")
    return 0


def _need_sandbox() -> None:
    try:
        import github_sandbox  # noqa: F401
        import salesbot_demo  # noqa: F401
    except ImportError as error:
        from salesbot.cli import sandbox_install

        raise InputError(
            f"The sandbox needs {error.name}, which is not installed.", f"Install it with: {sandbox_install.command()}"
        ) from error


def _stay(address: str) -> None:
    print(f"{address}   (Ctrl-C ends it)", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
