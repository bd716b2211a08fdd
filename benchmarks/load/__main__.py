"""Play the minute and print its ledger. Exit code 1 if anything is otherwise than it must be."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping

import benchmarks.load
from benchmarks.load.minute import LASTS, Ledger, Size, play

EXITS = {0: "ended well", 1: "failed, and said why", -9: "died"}


def main() -> int:
    """Read the options, play, print."""
    usual = Size()
    options = argparse.ArgumentParser(description=benchmarks.load.__doc__)
    for name, kind in (
        ("events", int),
        ("deals", int),
        ("workers", int),
        ("faults", float),
        ("repeats", float),
        ("seed", int),
    ):
        options.add_argument(f"--{name}", type=kind, default=getattr(usual, name))
    begun = time.monotonic()
    ledger = play(Size(**vars(options.parse_args())))
    print("\n".join(lines(ledger)))
    print(f"\nPlayed in {time.monotonic() - begun:.0f} s.")
    return 1 if ledger.violations else 0


def lines(ledger: Ledger) -> Iterator[str]:
    """Write the ledger."""
    size = ledger.size
    yield f"{size.events} events on {size.deals} deals within {LASTS} s, {size.workers} workers, seed {size.seed}"
    yield from _table("events", ledger.acts)
    yield from _table("faults", ledger.faults)
    yield from _table("runs", _runs(ledger))
    yield from _table("requests", _requests(ledger))
    yield from _table("deals", {"not right yet before the first sweep": ledger.lag, "right in the end": _right(ledger)})
    yield f"\n{len(ledger.violations)} violations"
    yield from (f"  {violation}" for violation in ledger.violations)


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield f"\n{title}"
    yield from (f"  {name:55} {count:6,}" for name, count in counts.items())


def _runs(ledger: Ledger) -> Mapping[str, int]:
    exits = Counter(run.exit_code for run in ledger.runs[: ledger.in_minute])
    return {
        "deliveries repeated": ledger.repeated,
        "events that start no job": ledger.without_job,
        "jobs replaced by a newer one of the same deal": ledger.replaced,
        "runs of events": ledger.in_minute,
        **{f"  {name}": exits[code] for code, name in EXITS.items()},
        "seconds until the last of them ended": round(ledger.seconds),
        "hourly sweeps until nothing was left to do": len(ledger.runs) - ledger.in_minute,
    }


def _requests(ledger: Ledger) -> Mapping[str, int]:
    kinds = Counter(entry.kind for entry in ledger.requests)
    refused = sum(not entry.fault and entry.status in (403, 429) for entry in ledger.requests)
    return {
        **{f"to GitHub: {kind}": count for kind, count in sorted(kinds.items())},
        "  points": sum(entry.points for entry in ledger.requests),
        "  refused by GitHub's own limits": refused,
        "to Streak": ledger.streak,
    }


def _right(ledger: Ledger) -> int:
    wrong = {found.partition(":")[0] for found in ledger.violations if found.startswith("deal ")}
    return ledger.size.deals - len(wrong)


if __name__ == "__main__":
    sys.exit(main())
