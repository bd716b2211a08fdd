"""The workers: each takes a job, runs the real program in a thread, and takes the next one."""

from __future__ import annotations

import io
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO
from unittest.mock import patch

from benchmarks.load.jobs import Jobs
from benchmarks.load.trouble import Trouble
from benchmarks.load.turns import Turns
from github_sandbox import Delivery, Run
from salesbot.adapters import templates
from salesbot.adapters.clock import Clock
from salesbot.adapters.github import open_transport
from salesbot.adapters.github.transport import Response, Transport
from salesbot.adapters.http import retry_after
from salesbot.cli.main import main
from tests.e2e.play import Killed, Play, check

JOB_STARTS = (3.0, 9.0)
"""Seconds until a job's container has started, at least and at most."""
ON_THE_WAY = (0.05, 0.4)
"""Seconds a request takes in either direction."""
LONGEST_JOB = 600.0
SYSTEM = sys.stdout


@dataclass
class Workers:
    """Runs jobs, so many at once, and notes what broke a rule."""

    play: Play
    turns: Turns
    jobs: Jobs
    trouble: Trouble
    runs: list[Run] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def start(self, count: int) -> None:
        """Start the workers; they end when no more jobs come."""
        for _ in range(count):
            self.turns.start(self._work)

    def _work(self) -> None:
        while not self.jobs.is_done:
            delivery = self.jobs.take()
            if delivery is None:
                self.turns.sleep(1)
                continue
            self.turns.sleep(self.trouble.random.uniform(*JOB_STARTS))
            self.run(delivery)
            self.jobs.end(delivery)

    def run(self, delivery: Delivery, inputs: Mapping[str, str] | None = None) -> Run:
        """Run the program on a delivery, in this thread."""
        begun = self.turns.now
        prepared = self.play.github.prepare(delivery)
        env = {**prepared.environment, **self.play.environment, **(inputs or {})}
        with _own_output() as output:
            code = self._main(env)
        run = self.play.github.runner.finish(prepared, code, output.getvalue(), seconds=self.turns.now - begun)
        check(run)
        if run.seconds > LONGEST_JOB:
            self.broken.append(f"a run took {run.seconds:.0f} s, and a job ends after {LONGEST_JOB:.0f}")
        self.runs.append(run)
        return run

    def _main(self, env: Mapping[str, str]) -> int:
        now = self.play.github.clock.now
        clock = Clock(now=now, sleep=self.turns.sleep, monotonic=lambda: self.turns.now)
        try:
            return main(["run"], env, clock=clock, transport=self._open)
        except Killed:
            return -9

    def _open(self, token: str, api_url: str) -> Transport:
        """Open one run's way to GitHub, on which requests take time and meet trouble."""
        transport, silent_until = open_transport(token, api_url), 0.0

        def send(method: str, url: str, body: Any) -> Response:
            nonlocal silent_until
            if self.turns.now < silent_until:
                self.broken.append(f"a request {silent_until - self.turns.now:.1f} s before Retry-After was over")
            self.turns.sleep(self.trouble.random.uniform(*ON_THE_WAY))
            after = self.trouble.before()
            answer = transport(method, url, body)
            after()
            self.turns.sleep(self.trouble.random.uniform(*ON_THE_WAY))
            if answer[0] in (403, 429):
                silent_until = self.turns.now + (retry_after(answer[1]) or 0) - 1
            return answer

        return send


class _Output(io.TextIOBase):
    """Standard output for threads: each writes into its own text."""

    def __init__(self) -> None:
        self.own = threading.local()

    def write(self, text: str) -> int:
        out: TextIO = getattr(self.own, "text", None) or SYSTEM
        return out.write(text)


_OUTPUT = _Output()


@contextmanager
def _own_output() -> Iterator[io.StringIO]:
    """Collect what this thread prints."""
    _OUTPUT.own.text = text = io.StringIO()
    yield text


@contextmanager
def compiled_templates() -> Iterator[None]:
    """Load the templates compiled, as in the image."""
    with tempfile.TemporaryDirectory() as folder:
        templates.compile_builtin(Path(folder))
        with patch.object(templates, "compiled_home", lambda: Path(folder)):
            yield


@contextmanager
def separate_outputs() -> Iterator[None]:
    """Have each thread print into its own text."""
    before = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = _OUTPUT
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
