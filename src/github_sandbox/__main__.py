"""`github-sandbox`: serve a sandbox to look at in a browser, and start a command for every event."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Sequence
from pathlib import Path

from github_sandbox import Sandbox, Workflow

PEOPLE = {"reader": "read", "triager": "triage", "writer": "write", "admin": "admin"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until Ctrl-C."""
    args = _parser().parse_args(arguments)
    workflow = Workflow(_absolute(args.command))
    with Sandbox(args.data or ":memory:", auto=bool(args.command), workflow=workflow, port=args.port) as github:
        github.repo(args.repo, roles=PEOPLE)
        print(f"{github.url}/{args.repo}/issues   (API: {github.api_url}, Ctrl-C stops it)", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("github-sandbox", description="Serve a local GitHub to test Actions against.")
    parser.add_argument("--port", type=int, default=8321, help="default: 8321; 0 takes a free one")
    parser.add_argument(
        "--data", metavar="FILE", help="keep the state in this file; without one, it is lost at the end"
    )
    parser.add_argument("--repo", default="acme/shop", metavar="OWNER/NAME", help="default: acme/shop")
    parser.add_argument("command", nargs="*", metavar="COMMAND", help="what every event starts, after --")
    return parser


def _absolute(command: Sequence[str]) -> list[str]:
    """Make the paths of existing files absolute, because a run starts in a folder of its own."""
    return [str(Path(part).resolve()) if Path(part).suffix and Path(part).is_file() else part for part in command]


if __name__ == "__main__":
    raise SystemExit(main())
