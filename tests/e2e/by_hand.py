"""The sandbox and the program as the other stories have them, and salesbot's commands as somebody's token runs them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.e2e.play import Play


@dataclass(frozen=True)
class Said:
    """What a command ended with, and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(play: Play, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run a command on the repository: with the workflow's own token, or with that of a person named by `by`."""

    def run(*argv: str, by: str = "") -> Said:
        capsys.readouterr()
        env = {
            "GITHUB_REPOSITORY": play.sales.name,
            "GITHUB_API_URL": play.github.api_url,
            "GITHUB_GRAPHQL_URL": f"{play.github.api_url}/graphql",
            "GITHUB_TOKEN": play.github.token(by) if by else play.sales.actions_token(),
        }
        code = play.main(list(argv), env)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run
