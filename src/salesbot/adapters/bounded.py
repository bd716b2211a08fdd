"""Run a function in a process of its own, whose memory and time the operating system limits.

For what may need any amount of either because of what somebody wrote, and which can be stopped in no other way.
"""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from salesbot.core.errors import InputError

MEMORY = 256 * 1024 * 1024
"""Bytes a function may need on top of what the program has."""
SECONDS = 3
"""Seconds of processor time."""
LONGEST = 60
"""Seconds by the clock, on a machine that is busy otherwise."""

_HINT = "Check its loops and the texts it repeats"
_STATM = Path("/proc/self/statm")


def run(work: Callable[[], str], what: str) -> str:
    """Give what a function returns. Raises InputError where it does, or needs too much; `what` names it in messages.

    Memory is not limited on macOS, which has no limit for it. Windows has no such processes: there the function runs
    without limits, on the machine of whoever wrote the text.
    """
    if not hasattr(os, "fork"):
        return work()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        _work(work, what, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return _result(answer, what)


def _work(work: Callable[[], str], what: str, writer: int) -> NoReturn:
    """Do the child's part. It leaves without what a process does at its end: all that is the parent's."""
    try:
        answer = _answer(work, what)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(json.dumps(answer).encode())
    finally:
        os._exit(0)


def _limit() -> None:
    import resource  # is not there on Windows, and only needed here

    for name in (signal.SIGXCPU, signal.SIGALRM):
        signal.signal(name, signal.SIG_DFL)
    signal.alarm(LONGEST)
    limits = {resource.RLIMIT_CPU: SECONDS}
    if _STATM.exists():
        limits[resource.RLIMIT_AS] = int(_STATM.read_text().split()[0]) * resource.getpagesize() + MEMORY
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (least, least))


def _answer(work: Callable[[], str], what: str) -> dict[str, str]:
    try:
        _limit()
        return {"result": work()}
    except InputError as error:
        refused = error
    except MemoryError:
        refused = InputError(f"{what} needs more than {MEMORY >> 20} MB of memory.", _HINT)
    except Exception:  # a bug cannot leave this process as an exception: the parent raises it, with this traceback
        return {"bug": traceback.format_exc()}
    return {"what": refused.what, "hint": refused.hint}


def _result(answer: bytes, what: str) -> str:
    if not answer:
        raise InputError(f"{what} takes more than {SECONDS} seconds, or more memory than there is.", _HINT)
    given = json.loads(answer)
    if "what" in given:
        raise InputError(given["what"], given["hint"])
    if "bug" in given:
        raise RuntimeError(f"{what} failed in a process of its own:\n{given['bug']}")
    return str(given["result"])
