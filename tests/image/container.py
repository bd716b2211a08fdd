"""Runs the Action's container as GitHub's runner does; the sandbox starts this in place of `docker run`.

    python container.py CONTAINER [ENTRYPOINT...]

The folders a runner mounts are mounted, and paths in the environment are translated the way it translates them
(actions/runner, ContainerActionHandler.cs): under /github. `buildah run` needs no daemon and no privileges.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDERS = {
    "home": "/github/home",
    "workspace": "/github/workspace",
    "workflow": "/github/workflow",
    "file_commands": "/github/file_commands",
    "runner_temp": "/github/runner_temp",
}
KEPT_OUT = ("PATH",)


def command(container: str, environment: dict[str, str], entrypoint: list[str]) -> list[str]:
    """Build the command line that starts the container once."""
    place = Path(environment["GITHUB_WORKSPACE"]).parent
    mounts = [f"--volume={place / name}:{target}" for name, target in FOLDERS.items()]
    settings = [f"--env={name}={_inside(value, place)}" for name, value in environment.items() if name not in KEPT_OUT]
    how = ["--isolation=chroot", "--network=host", "--workingdir=/github/workspace"]
    return ["buildah", "run", *how, *mounts, *settings, container, "--", *entrypoint]


def _inside(value: str, place: Path) -> str:
    """Translate a path; the runner does so only where the whole value begins with one."""
    for name, target in FOLDERS.items():
        if value.startswith(str(place / name)):
            return target + value.removeprefix(str(place / name))
    return value


def main() -> None:
    """Become the container."""
    entrypoint = sys.argv[2:] or ["/opt/salesbot/bin/salesbot", "run"]
    line = command(sys.argv[1], dict(os.environ), entrypoint)
    # buildah itself wants a home it may write to, and must not see the event's variables.
    os.execvpe(line[0], line, {"PATH": os.environ["PATH"], "HOME": "/root"})


if __name__ == "__main__":
    main()
