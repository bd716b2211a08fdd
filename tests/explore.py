"""Play the property tests with new random seeds, for as long as one lets it: `make explore`, Ctrl-C to end it.

    python -m tests.explore [--seconds 120] [--seed 7] [FILE ...]

Each file of tests is played with a seed of its own, in random order, again and again. What fails is printed, and its
shortest example is kept in `tests/examples`, where every run of the tests plays it again.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
PYTEST = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "hypothesis"]
NOTHING_COLLECTED = 5


@dataclass
class Explored:
    """What was played so far."""

    files: int = 0
    failed: int = 0

    def __str__(self) -> str:
        found = "nothing was found" if not self.failed else f"{self.failed} failed: see above, and tests/examples"
        return f"Played {self.files} file{'' if self.files == 1 else 's'} of tests; {found}."


def main() -> int:
    """Explore until the time is over or somebody ends it. Returns 1 if something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.explore")
    parser.add_argument("files", nargs="*", metavar="FILE", help="files of tests; default: all with property tests")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="how long; default: until Ctrl-C")
    parser.add_argument("--seed", type=int, help="begin with this seed, as an earlier run printed it")
    args = parser.parse_args()
    ends, explored = time.monotonic() + args.seconds, Explored()
    try:
        for file, seed in rounds(args.files or with_properties(), args.seed):
            if time.monotonic() >= ends:
                break
            play(file, seed, ends, explored)
    except KeyboardInterrupt:
        print()
    print(explored)
    return 1 if explored.failed else 0


def with_properties() -> list[str]:
    """Name the files that have property tests."""
    listed = subprocess.run([*PYTEST, "--collect-only"], cwd=TOP, capture_output=True, text=True, check=False)
    found = sorted({line.partition("::")[0] for line in listed.stdout.splitlines() if "::" in line})
    if not found:
        raise SystemExit(f"pytest found no property tests:\n{listed.stdout}{listed.stderr}")
    return found


def rounds(files: Sequence[str], first: int | None) -> Iterator[tuple[str, int]]:
    """Give each file a seed, all in random order, round after round."""
    while True:
        for file in random.sample(files, len(files)):
            seed, first = (random.getrandbits(32) if first is None else first), None
            yield file, seed


def play(file: str, seed: int, ends: float, explored: Explored) -> None:
    """Play the property tests of a file with a seed, and say how it went."""
    begun = time.monotonic()
    print(f"seed {seed:10}  {file:50}", end=" ", flush=True)
    command = [*PYTEST, "--hypothesis-profile=explore", f"--hypothesis-seed={seed}", "--tb=short", file]
    code, said = _run(command, max(ends - begun, 0.1))
    explored.files += 1
    seconds = f"({time.monotonic() - begun:.0f} s)"
    if code is None:
        print(f"holds as far as it came {seconds}")
    elif code == 0:
        print(f"holds {seconds}")
    elif code == NOTHING_COLLECTED:
        raise SystemExit("has no property tests")
    else:
        explored.failed += 1
        kept = re.findall(r"^(?:Kept in|This is no Python literal).*$", said, re.MULTILINE)
        print("FAILS", seconds, said, *kept, f"Again: make explore SEED={seed} FILES={file}", sep="\n")


def _run(command: Sequence[str], seconds: float) -> tuple[int | None, str]:
    """Run pytest; None if the time was over before it ended."""
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            said, _ = process.communicate(timeout=None if seconds == float("inf") else seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate()
            return (1, said) if re.search(r"^FAILED ", said, re.MULTILINE) else (None, said)
        except KeyboardInterrupt:
            process.wait()
            raise
    return process.returncode, said


if __name__ == "__main__":
    sys.exit(main())
