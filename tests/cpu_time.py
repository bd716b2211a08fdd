"""A limit on the CPU time of hostile input, whatever the machine: it grows with what a fixed piece of work takes there.

The work is done before and after, since a machine that is shared changes its pace while tests run.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

USUAL = 0.004
"""Seconds that the piece of work takes on a machine on which the limits were set."""
ROOM = 4
"""What a limit is multiplied by: input that is hostile takes thousands of times too long, not five."""
_WORDS = re.compile(r"(\w+)\s+(\w+)")
_TEXT = "ten words of no account that somebody wrote down once " * 40


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Fail if what is done takes much more CPU time than so many seconds of a usual machine."""
    before = _pace()
    begun = time.process_time()
    yield
    took = time.process_time() - begun
    allowed = ROOM * seconds * max(1.0, before, _pace())
    assert took <= allowed, f"took {took:.2f} s of CPU, {allowed:.2f} s are allowed on this machine"


def _pace() -> float:
    """Say how many times as long as usual this machine takes."""
    begun = time.process_time()
    for _ in range(30):
        sum(len(first) + len(second.upper()) for first, second in _WORDS.findall(_TEXT))
    return (time.process_time() - begun) / USUAL
