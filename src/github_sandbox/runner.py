"""The runner: what GitHub's runner does for a Docker action, with a command in place of the image.

It writes the event file, builds the environment, starts the command, waits, and reads what the command wrote.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from github_sandbox.hub import Delivery, Hub
from github_sandbox.request_log import Entry, RequestLog
from github_sandbox.rules import accounts, files
from github_sandbox.rules.access import Scope
from github_sandbox.store.database import Row

DIRECTORIES = ("home", "workspace", "workflow", "file_commands", "runner_temp", "tool_cache")
FILES = {"GITHUB_OUTPUT": "set_output", "GITHUB_STEP_SUMMARY": "step_summary", "GITHUB_STATE": "save_state"}


@dataclass(frozen=True)
class Run:
    """A run that has ended: its output, the files it wrote, and the requests it sent."""

    id: int
    delivery: Delivery
    exit_code: int
    stdout: str = field(repr=False)
    stderr: str = field(repr=False)
    summary: str = field(repr=False)
    outputs: Mapping[str, str]
    state: Mapping[str, str]
    requests: tuple[Entry, ...] = field(repr=False)
    seconds: float
    killed: bool = False


@dataclass(frozen=True)
class Prepared:
    """A run that could start now: its files and its environment, complete but for PATH."""

    id: int
    delivery: Delivery
    directory: Path
    environment: Mapping[str, str] = field(repr=False)
    token: str = field(repr=False)

    def read(self, name: str) -> str:
        """Read one of the files a step writes: GITHUB_OUTPUT, GITHUB_STEP_SUMMARY, GITHUB_STATE."""
        return Path(self.environment[name]).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Workflow:
    """What the workflow file of a repository defines: the events it runs on, the inputs and the permissions.

    Inputs may contain `${{ github.token }}`, `${{ inputs.name }}` and `${{ secrets.NAME }}`.
    """

    command: Sequence[str] = ()
    inputs: Mapping[str, str] = field(default_factory=lambda: {"token": "${{ github.token }}"})
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict)
    wanted: Callable[[Delivery], bool] = lambda delivery: True
    issues: Scope = "write"
    contents: Scope = "read"
    timeout: float = 600
    file: str = "main.yml"


class Runner:
    """Starts runs, one after the other or side by side, and keeps what became of them."""

    def __init__(self, hub: Hub, log: RequestLog, workflow: Workflow, api: str, graphql: str) -> None:
        self.hub = hub
        self.log = log
        self.workflow = workflow
        self.api, self.graphql = api, graphql
        self.runs: list[Run] = []
        self._count = 0
        self._processes: dict[int, subprocess.Popen[str]] = {}
        self._free: list[Path] = []
        self._home = tempfile.TemporaryDirectory(prefix="sandbox-runner-")

    def prepare(self, delivery: Delivery) -> Prepared:
        """Write the files of a run and build its environment, without starting it."""
        self._count += 1
        run_id = self._count
        directory = self._directory()
        repository = self.hub.repository(delivery.repository)
        scope = {"issues": self.workflow.issues, "contents": self.workflow.contents}
        with self.hub.db.transaction():
            at = self.hub.clock.stamp()
            token = accounts.actions_token(self.hub.db, repository["id"], at, expires_at=None, run=run_id, **scope)
        event = directory / "workflow" / "event.json"
        event.write_text(json.dumps(delivery.payload), encoding="utf-8")
        environment = self._environment(run_id, directory, delivery, repository) | self._inputs(delivery, token)
        return Prepared(run_id, delivery, directory, {**environment, **self.workflow.environment}, token)

    def start(self, prepared: Prepared) -> Run:
        """Start the command for a prepared run and wait for its end."""
        if not self.workflow.command:
            raise ValueError("No command to start: give the sandbox a Workflow with one.")
        begun = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            self.workflow.command,
            cwd=prepared.environment["GITHUB_WORKSPACE"],
            env={"PATH": os.environ.get("PATH", ""), **prepared.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._processes[prepared.id] = process
        try:
            stdout, stderr = process.communicate(timeout=self.workflow.timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
        del self._processes[prepared.id]
        return self.finish(prepared, process.returncode, stdout, stderr, time.monotonic() - begun)

    def finish(self, prepared: Prepared, exit_code: int, stdout: str = "", stderr: str = "", seconds: float = 0) -> Run:
        """Note how a run ended, read its files, and let its token expire."""
        with self.hub.db.transaction():
            at = self.hub.clock.stamp()
            self.hub.db.run("UPDATE tokens SET expires_at = ? WHERE token = ?", at, prepared.token)
        run = Run(
            prepared.id,
            prepared.delivery,
            exit_code,
            stdout,
            stderr,
            prepared.read("GITHUB_STEP_SUMMARY"),
            parse_outputs(prepared.read("GITHUB_OUTPUT")),
            parse_outputs(prepared.read("GITHUB_STATE")),
            self.log.all(prepared.id),
            seconds,
            exit_code == -signal.SIGKILL,
        )
        self.runs.append(run)
        _empty(prepared.directory)
        self._free.append(prepared.directory)
        return run

    def kill(self, run_id: int) -> None:
        """Kill a run's process at once, if it has one."""
        process = self._processes.get(run_id)
        if process:
            process.kill()

    def forget(self) -> None:
        """Forget the runs that have ended, and count from 1 again."""
        self.runs.clear()
        self._count = 0

    def close(self) -> None:
        """Kill what still runs and delete all files."""
        for run_id in list(self._processes):
            self.kill(run_id)
        self._home.cleanup()

    def _directory(self) -> Path:
        """Take the emptied directory of a run that has ended: making and deleting them anew costs more than a run."""
        if self._free:
            return self._free.pop()
        directory = Path(tempfile.mkdtemp(dir=self._home.name))
        for name in DIRECTORIES:
            (directory / name).mkdir()
        _empty(directory)
        return directory

    def _environment(self, run_id: int, directory: Path, delivery: Delivery, repository: Row) -> dict[str, str]:
        commands, actor = directory / "file_commands", accounts.user(self.hub.db, delivery.actor)
        branch = repository["default_branch"]
        workflow = f"{repository['full_name']}/.github/workflows/{self.workflow.file}@refs/heads/{branch}"
        return {
            "CI": "true",
            "HOME": str(directory / "home"),
            "GITHUB_ACTION": "__run",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": delivery.actor,
            "GITHUB_ACTOR_ID": str(actor["id"]) if actor else "",
            "GITHUB_API_URL": self.api,
            "GITHUB_BASE_REF": "",
            "GITHUB_ENV": str(commands / "set_env"),
            "GITHUB_EVENT_NAME": delivery.event,
            "GITHUB_EVENT_PATH": str(directory / "workflow" / "event.json"),
            "GITHUB_GRAPHQL_URL": self.graphql,
            "GITHUB_HEAD_REF": "",
            "GITHUB_JOB": "run",
            "GITHUB_PATH": str(commands / "add_path"),
            "GITHUB_REF": f"refs/heads/{branch}",
            "GITHUB_REF_NAME": branch,
            "GITHUB_REF_PROTECTED": "false",
            "GITHUB_REF_TYPE": "branch",
            "GITHUB_REPOSITORY": repository["full_name"],
            "GITHUB_REPOSITORY_ID": str(repository["id"]),
            "GITHUB_REPOSITORY_OWNER": repository["owner"],
            "GITHUB_REPOSITORY_OWNER_ID": str(repository["owner_id"]),
            "GITHUB_RETENTION_DAYS": "90",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(9_000_000_000 + run_id),
            "GITHUB_RUN_NUMBER": str(run_id),
            "GITHUB_SERVER_URL": self.hub.server,
            "GITHUB_SHA": files.head(self.hub.db, repository) or "0" * 40,
            "GITHUB_TRIGGERING_ACTOR": delivery.actor,
            "GITHUB_WORKFLOW": self.workflow.file.removesuffix(".yml"),
            "GITHUB_WORKFLOW_REF": workflow,
            "GITHUB_WORKSPACE": str(directory / "workspace"),
            "RUNNER_ARCH": "X64",
            "RUNNER_ENVIRONMENT": "github-hosted",
            "RUNNER_NAME": "Sandbox 1",
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(directory / "runner_temp"),
            "RUNNER_TOOL_CACHE": str(directory / "tool_cache"),
            **{name: str(commands / file) for name, file in FILES.items()},
        }

    def _inputs(self, delivery: Delivery, token: str) -> dict[str, str]:
        given = delivery.payload.get("inputs") or {}

        def value(found: re.Match[str]) -> str:
            context, name = found[1], found[2]
            if context == "github":
                return token if name == "token" else ""
            return str((given if context == "inputs" else self.workflow.secrets).get(name, ""))

        def fill(text: str) -> str:
            return re.sub(r"\$\{\{\s*(github|inputs|secrets)\.([\w-]+)\s*\}\}", value, text)

        # Spaces become underscores; hyphens stay, so a shell could not read these, but a program can.
        inputs = self.workflow.inputs.items()
        return {f"INPUT_{name.replace(' ', '_').upper()}": fill(text) for name, text in inputs}


def _empty(directory: Path) -> None:
    """Leave of a run's files only those that a step writes, without a word in them."""
    for each in (found for name in DIRECTORIES for found in (directory / name).iterdir()):
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()
    for name in (*FILES.values(), "set_env", "add_path"):
        (directory / "file_commands" / name).touch()


def parse_outputs(text: str) -> dict[str, str]:
    """Read what a step wrote into GITHUB_OUTPUT or GITHUB_STATE. Raise ValueError where the runner would fail."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        head = re.match(r"([^=]*?)<<(.+)$", line)
        if head:
            found[head[1]] = "\n".join(_until(lines, head[2]))
        elif "=" in line:
            name, _, value = line.partition("=")
            found[name] = value
        elif line:
            raise ValueError(f"Unable to process file command: invalid format {line!r}")
    return found


def _until(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise ValueError(f"Unable to process file command: matching delimiter not found {delimiter!r}")
