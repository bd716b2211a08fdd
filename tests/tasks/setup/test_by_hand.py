"""Whoever looks by hand, with a token of their own, sees what the workflow sees."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from salesbot.cli.main import main
from tests.e2e.by_hand import Command
from tests.e2e.play import Play


@pytest.mark.parametrize("by", ["", "kim"], ids=["the workflow's token", "a person's token"])
def test_explain_believes_the_card_whoever_asks(play: Play, command: Command, by: str) -> None:
    number = play.deal("won", "### Value\n\n9000 EUR")
    said = command("explain", str(number), by=by)
    assert said.code == 0, said.err
    assert "no card" not in said.out
    assert "A run would now:\nwrite" not in said.out
    assert said.out == command("explain", str(number)).out


def test_what_a_person_kept_is_simulated_as_the_workflow_would(play: Play, command: Command, tmp_path: Path) -> None:
    number = play.deal()
    kept = tmp_path / "deal.json"
    command("explain", str(number), "--save", str(kept), by="kim")
    event = tmp_path / "event.json"
    event.write_text('{"action": "edited", "issue": {"number": 1}, "sender": {"login": "ann"}}')
    said = command("simulate", str(event), str(kept), by="kim")
    assert said.out.splitlines() == ["#1: lead -> lead", "Nothing to do."]


def test_a_workflow_with_a_persons_token_is_recognised_by_its_card(play: Play, command: Command) -> None:
    play.environment = {"INPUT_TOKEN": play.github.token("kim")}
    number = play.sales.open_issue("ann", "Acme")
    play.run()
    assert [comment.author for comment in play.sales.issue(number).comments] == ["kim", "kim"]
    assert "no card" not in command("explain", str(number), by="kim").out
    assert "no valid card" in command("explain", str(number), by="nora").out
    assert "no card" not in command("explain", str(number), "--as", "kim", by="nora").out


GIVEN = {"GITHUB_REPOSITORY": "acme/sales", "GITHUB_TOKEN": "t"}
NO_TOKEN = "there is no token, run gh auth login or set GITHUB_TOKEN"


@pytest.mark.parametrize(
    ("line", "env", "said"),
    [
        pytest.param("doctor", {**GIVEN, "GITHUB_TOKEN": ""}, NO_TOKEN, id="no token"),
        pytest.param("doctor", {"GITHUB_TOKEN": "t"}, "no repository is named, use --repo", id="no repository"),
        pytest.param("adopt", {}, f"use --repo OWNER/NAME; {NO_TOKEN}.", id="neither"),
        pytest.param("labels --repo sales", GIVEN, "'sales' is not OWNER/NAME", id="a repository without its owner"),
        pytest.param("remove --repo https://github.com/acme/sales", GIVEN, "is not OWNER/NAME", id="an address"),
        pytest.param("import typeform", {}, NO_TOKEN, id="leads brought in by hand"),
        pytest.param("report", {}, NO_TOKEN, id="a report by hand"),
    ],
)
def test_what_a_person_forgot_is_named_as_a_person_gives_it(
    line: str, env: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(line.split(), env=env) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "input" not in told, "inputs are the Action's"


GH = """#!/bin/sh
[ "$*" = "auth token --hostname {server}" ] && echo {token}
"""
"""GitHub's command line tool, logged in at one server."""


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True)


@pytest.fixture
def clone(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A clone on a machine with git and gh, and what is in its environment."""
    server = urlsplit(play.github.api_url).netloc
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH.format(server=server, token=play.github.token("kim")))
    (tmp_path / "bin/gh").chmod(0o755)
    subprocess.run(["git", "init", "--quiet", str(tmp_path / "sales")], check=True)
    git(tmp_path / "sales", "remote", "add", "origin", f"http://{server}/acme/sales.git")
    monkeypatch.chdir(tmp_path / "sales")
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "GITHUB_API_URL": play.github.api_url, "GITHUB_GRAPHQL_URL": play.github.graphql_url}


@pytest.mark.parametrize("line", ["doctor", "labels", "adopt", "remove", "sweep --dry-run"])
def test_in_a_clone_neither_repository_nor_token_need_be_named(
    play: Play, clone: dict[str, str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    play.deal()
    assert play.main(line.split(), clone) in (0, 2), capsys.readouterr().err
    assert capsys.readouterr().err == ""


def test_what_is_named_counts_before_what_is_found(
    play: Play, clone: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    play.github.repo("beta/sales", roles={"kim": "admin"})
    env = {**clone, "GITHUB_TOKEN": play.github.token("nora")}
    play.main(["doctor"], env)
    assert "acme/sales can be read, as nora." in capsys.readouterr().out
    play.main(["doctor", "--repo", "beta/sales"], clone)
    assert "beta/sales can be read, as kim." in capsys.readouterr().out


def test_a_token_goes_to_the_server_it_is_of(clone: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"], env={**clone, "GITHUB_API_URL": "https://ghe.example/api/v3"}) == 2
    assert f"no repository is named, use --repo OWNER/NAME; {NO_TOKEN}." in capsys.readouterr().err
