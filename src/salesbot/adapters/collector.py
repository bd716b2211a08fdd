"""Counting many deals without Python's garbage collector.

What is counted holds no circles, so it is freed when nothing needs it any more. The collector would look through all of
it again and again, for a third of a report's time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave the garbage collector off meanwhile, if it was on."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
