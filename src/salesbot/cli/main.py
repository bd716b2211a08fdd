"""The command line: which command was typed, and what its errors end with (`exit_codes`)."""

from __future__ import annotations

import argparse
import functools
import os
import sys
from collections.abc import Callable, Mapping, Sequence

from salesbot.adapters.clock import SYSTEM, Clock
from salesbot.adapters.github import OpenTransport, open_transport
from salesbot.cli import (
    board,
    check,
    deals,
    init,
    leads,
    listing,
    output,
    report,
    run,
    sandbox,
    setup,
    streak,
    versions,
)
from salesbot.cli.exit_codes import BUG, FAILED, STOPPED
from salesbot.cli.host import Host
from salesbot.core.errors import SalesbotError


def main(
    argv: Sequence[str] | None = None,
    env: Mapping[str, str] | None = None,
    *,
    clock: Clock = SYSTEM,
    transport: OpenTransport = open_transport,
) -> int:
    """Run a command; the result is the exit code."""
    words = sys.argv[1:] if argv is None else argv
    # What the Action starts, a thousand times a month: the other commands need not be described for it.
    command = run.run if list(words) == ["run"] else _parsed(words)
    host = Host(os.environ if env is None else env, clock, transport)
    try:
        result = command(host)
    except SalesbotError as error:
        output.show_error(error)
        return error.exit_code
    except BrokenPipeError:
        return FAILED
    except Exception:  # a bug: the person gets the whole traceback and one sentence, and the exit code says it
        output.show_traceback()
        output.show_error("this is a bug in salesbot; please open an issue with the traceback above.")
        return BUG
    except KeyboardInterrupt:
        output.show_error("stopped.")
        return STOPPED
    return result


def _parsed(words: Sequence[str]) -> Callable[[Host], int]:
    """Read a command and its arguments. Gives what runs it."""
    args = build_parser().parse_args(words)
    return functools.partial(args.run, args)


@functools.cache
def build_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser("salesbot", description="A sales pipeline on GitHub issues.")
    parser.add_argument("--version", action="version", version=versions.salesbot())
    commands = parser.add_subparsers(required=True, metavar="command")
    action = commands.add_parser("run", help="what the Action runs: one event of GitHub Actions")
    action.set_defaults(run=lambda args, host: run.run(host))
    for module in (check, deals, leads, streak, board, report, listing, init, setup, sandbox):
        module.add_commands(commands)
    return parser
