"""salesbot's image beside another action that answers comments: seconds and CPU of the same event, alternately.

    python -m benchmarks.beside --root ROOT --peer dist/index.js [--runs 15] [--latency 0 50]

ROOT is the image's file system (`buildah from localhost/salesbot`, then `buildah mount NAME`; needs root). The peer is
the bundle of a Node action that dispatches commands, with the inputs of peter-evans/slash-command-dispatch. It gets one
comment, `/prospect`; salesbot gets that, a label, a comment that it refuses and one that is talk. What the sandbox
answers to each is recorded once and then served by a small server, so that only the programs are measured.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from github_sandbox import Delivery, Repo, Sandbox, Workflow

PEOPLE = {"ann": "triage", "nora": "write", "kim": "admin"}
PEERS_INPUTS = {
    "token": "${{ github.token }}", "reaction-token": "${{ github.token }}", "reactions": "true",
    "commands": "prospect", "permission": "write", "issue-type": "both", "allow-edits": "false",
    "repository": "acme/sales", "event-type-suffix": "-command", "dispatch-type": "repository",
}  # fmt: skip


TOKEN = {"token": "${{ github.token }}"}


@dataclass(frozen=True)
class Case:
    """What a person does to deal 1, and the label that it has once salesbot has answered."""

    name: str
    do: Callable[[Repo], object]
    outcome: str


CASES = (
    Case("move by command", lambda sales: sales.comment("nora", 1, "/prospect"), "stage:prospect"),
    Case("move by label", lambda sales: sales.label("nora", 1, "stage:prospect"), "stage:prospect"),
    Case("refused command", lambda sales: sales.comment("nora", 1, "/won"), "stage:lead"),
    Case("talk", lambda sales: sales.comment("nora", 1, "Thanks!"), "stage:lead"),
)


@dataclass(frozen=True)
class Answer:
    """An answer, as it was recorded."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Served:
    """A server that forwards requests to the sandbox and keeps the answers, and later gives them in the same order."""

    upstream: str = ""
    """Where to ask while recording."""
    answers: list[Answer] = field(default_factory=list)
    next: int = 0
    latency: float = 0

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Ask the sandbox, or give the next answer."""
        if self.upstream:
            self.answers.append(_ask(self.upstream + path, method, headers, body))
            return self.answers[-1]
        time.sleep(self.latency)
        self.next += 1
        return self.answers[self.next - 1]


def _ask(url: str, method: str, headers: Mapping[str, str], body: bytes) -> Answer:
    kept = {
        name: value for name, value in headers.items() if name.lower() in ("authorization", "content-type", "accept")
    }
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body or None, kept, method=method)) as reply:
            return Answer(reply.status, dict(reply.headers), reply.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


@contextmanager
def serving(served: Served) -> Iterator[str]:
    """Serve, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = served.answer(self.command, self.path, dict(self.headers), body)
            self.send_response_only(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *said: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@dataclass(frozen=True)
class Cost:
    seconds: float
    cpu: float


@dataclass
class Program:
    """A program and an event: how it is started, with which environment, and what it is answered."""

    name: str
    command: list[str]
    inputs: Mapping[str, str]
    root: Path | None = None
    served: Served = field(default_factory=Served)
    environment: dict[str, str] = field(default_factory=dict)
    costs: dict[float, list[Cost]] = field(default_factory=dict)

    def record(self, github: Sandbox, delivery: Delivery, address: str) -> None:
        """Run once against the sandbox, and keep its answers."""
        github.runner.workflow = Workflow(self.command, inputs=self.inputs, contents="write")
        prepared = github.prepare(delivery)
        if self.root is not None:  # the program sees the run's files under their own path
            shutil.copytree(prepared.directory, self.root / prepared.directory.relative_to("/"), dirs_exist_ok=True)
        here = {"GITHUB_API_URL": address, "GITHUB_GRAPHQL_URL": f"{address}/graphql", "PATH": os.environ["PATH"]}
        self.environment = {**prepared.environment, **here}
        self.served.upstream = github.url
        self.served.answers.clear()
        self.run()
        self.served.upstream = ""

    def run(self) -> Cost:
        """Start the program, and wait for its end. Raises RuntimeError if it fails."""
        self.served.next = 0
        begun = time.monotonic()
        silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in (0, 1)]
        process = os.posix_spawnp(self.command[0], self.command, self.environment, file_actions=silent)
        _, status, used = os.wait4(process, 0)
        seconds = time.monotonic() - begun
        if status:
            raise RuntimeError(f"{self.name} ended with {os.waitstatus_to_exitcode(status)}.")
        return Cost(seconds, used.ru_utime + used.ru_stime)

    def median(self, latency: float, what: str) -> float:
        """The median of one of its costs."""
        costs: list[float] = [getattr(cost, what) for cost in self.costs[latency]]
        return statistics.median(costs)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--root", type=Path, required=True)
    options.add_argument("--peer", type=Path, required=True)
    options.add_argument("--runs", type=int, default=15)
    options.add_argument("--latency", type=float, nargs="*", default=[0, 50])
    args = options.parse_args()
    ours = [Program(case.name, ["chroot", str(args.root), "/opt/salesbot/bin/salesbot", "run"], TOKEN, args.root)
            for case in CASES]  # fmt: skip
    peer = Program("the peer", ["node", str(args.peer.absolute())], PEERS_INPUTS)
    github = Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC), step=1)
    with github, ExitStack() as servers:
        addresses = [servers.enter_context(serving(program.served)) for program in (*ours, peer)]
        _record(github, ours, peer, addresses)
        _measure([*ours, peer], args.latency, args.runs)
    _show(ours, peer, args.latency)


def _record(github: Sandbox, ours: Sequence[Program], peer: Program, addresses: Sequence[str]) -> None:
    """Bring one deal to rest, then have each program answer its event from that state."""
    sales = github.repo("acme/sales", roles=PEOPLE)
    sales.collaborators_readable(True)
    sales.open_issue("ann", "Acme GmbH: new shop", "### Company\n\nAcme GmbH\n")
    ours[0].record(github, github.outbox[0], addresses[0])
    state = github.snapshot()
    for case, program, address in zip(CASES, ours, addresses, strict=False):
        github.restore(state)
        case.do(sales)
        program.record(github, github.outbox[0], address)
        assert sales.issue(1).labels == (case.outcome,), f"{case.name}: {sales.issue(1).labels}"
    github.restore(state)
    sales.comment("nora", 1, "/prospect")
    peer.record(github, github.outbox[0], addresses[-1])
    assert [each.name for each in github.outbox] == ["repository_dispatch.prospect-command"], github.outbox


def _measure(programs: Sequence[Program], latencies: Sequence[float], runs: int) -> None:
    """Alternately, since the machine has other work: what slows one run slows the next one as well."""
    for latency in latencies:
        for _ in range(runs):
            for program in programs:
                program.served.latency = latency / 1000
                program.costs.setdefault(latency, []).append(program.run())


def _show(ours: Sequence[Program], peer: Program, latencies: Sequence[float]) -> None:
    print(f"{'':18} requests   {'seconds':>9} {'least':>9} {'CPU':>9} {'least':>9}   of the peer's seconds, CPU")
    for latency in latencies:
        print(f"at {latency:.0f} ms")
        for program in (*ours, peer):
            parts = (program.median(latency, what) / peer.median(latency, what) for what in ("seconds", "cpu"))
            shown = " ".join(f"{part:.2f}" for part in parts)
            print(f"  {program.name:16} {len(program.served.answers):8} {_times(program, latency)}   {shown}")


def _times(program: Program, latency: float) -> str:
    costs = program.costs[latency]
    least = [min(getattr(cost, what) for cost in costs) for what in ("seconds", "cpu")]
    medians = [program.median(latency, what) for what in ("seconds", "cpu")]
    return " ".join(f"{each:7.3f} s" for pair in zip(medians, least, strict=True) for each in pair)


if __name__ == "__main__":
    main()
