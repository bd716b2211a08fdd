"""`salesbot check`, `diagram` and `schema`: the configuration, on this machine or of a repository."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from salesbot.adapters.actions import Runner
from salesbot.adapters.local_files import read_text
from salesbot.cli import output
from salesbot.cli.connection import DEFAULT_CONFIG, Subcommands, connect, read_inputs
from salesbot.cli.exit_codes import DONE, WRONG_INPUT
from salesbot.cli.host import Host
from salesbot.core.config import json_schema
from salesbot.core.config.problems import Problem
from salesbot.core.installation import diagram
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.facts import Trigger
from salesbot.core.model.pipeline import Pipeline
from salesbot.core.text.plural import counted
from salesbot.tasks import catalog, form_check, template_check
from salesbot.tasks.load_pipeline import ConfigurationFiles, load, load_pipeline


def add_commands(commands: Subcommands) -> None:
    """Add these commands to the command line."""
    check = commands.add_parser("check", help="check a configuration and its templates; without --repo offline")
    check.add_argument("file", nargs="?", default=DEFAULT_CONFIG, help=f"default: {DEFAULT_CONFIG}")
    check.add_argument("--repo", metavar="OWNER/NAME", help="check what this repository has on GitHub, and its form")
    check.set_defaults(run=run_check)
    draw = commands.add_parser("diagram", help="print the pipeline as a Mermaid diagram")
    draw.add_argument("file", nargs="?", help="a configuration; without one, the default pipeline")
    draw.set_defaults(run=run_diagram)
    editors = commands.add_parser("schema", help="print the JSON Schema of the configuration, for editors")
    editors.set_defaults(run=run_schema)


def run_check(args: argparse.Namespace, host: Host) -> int:
    """Print every problem of a configuration and of the templates beside it."""
    files = _on_github(args, host) if args.repo else _files(args.file)
    configuration = load(files)
    problems = [*configuration.problems, *template_check.problems(files, configuration)]
    if args.repo and configuration.pipeline is not None:
        problems += _of_form(args, host, files, configuration.pipeline)
    runner = Runner.of(host.env, sys.stdout)
    for problem in problems:
        output.show(str(problem))
        if host.env.get("GITHUB_ACTIONS") == "true":
            runner.annotate("error", problem.message, file=problem.file, line=problem.line)
    if problems:
        output.show_progress(_summary(problems))
        return WRONG_INPUT
    output.show(f"{args.file}: fine")
    return DONE


def _on_github(args: argparse.Namespace, host: Host) -> ConfigurationFiles:
    """Read the files of a repository."""
    github = connect(argparse.Namespace(repo=args.repo, config=args.file), host, dry_run=True)
    return ConfigurationFiles.of_repository(github.read_repository(Trigger("check")).repository, github.place)


def _of_form(args: argparse.Namespace, host: Host, files: ConfigurationFiles, pipeline: Pipeline) -> Sequence[Problem]:
    """Compare the map of a form with the form. Raises InputError without a token for it, ServiceError if it fails."""
    if pipeline.typeform is None or not pipeline.typeform.map:
        return ()
    inputs = read_inputs(argparse.Namespace(repo=args.repo, config=args.file), host)
    return form_check.problems(files, pipeline.typeform, catalog.connect(inputs, host.clock))


def _summary(problems: Sequence[Problem]) -> str:
    """Count the problems of each file: `3 problems in salesbot.yml, 1 in salesbot/card.md.j2`."""
    (first, count), *others = Counter(problem.file for problem in problems).items()
    return ", ".join([f"{counted(count, 'problem')} in {first}", *(f"{n} in {file}" for file, n in others)])


def run_diagram(args: argparse.Namespace, host: Host) -> int:
    """Print the diagram."""
    pipeline = load_pipeline(_files(args.file)) if args.file else default_pipeline()
    output.show_exactly([diagram.mermaid(pipeline)])
    return DONE


def run_schema(args: argparse.Namespace, host: Host) -> int:
    """Print the schema."""
    output.show_exactly([json_schema.json_schema_text()])
    return DONE


def _files(file: str) -> ConfigurationFiles:
    """Read the files. Raises InputError if there is no configuration."""
    read_text(Path(file))
    return ConfigurationFiles.on_disk(Path(file))
