"""What git and gh are asked for: the repository of a folder, and a token."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from salesbot.adapters import programs

ENV = {"PATH": os.environ["PATH"]}


def folder_with(folder: Path, **remotes: str) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    for name, url in remotes.items():
        subprocess.run(["git", "-C", str(folder), "remote", "add", name, url], check=True)
    return folder


@pytest.mark.parametrize(
    ("url", "server", "repository"),
    [
        pytest.param("https://github.com/acme/sales.git", "github.com", "acme/sales", id="https"),
        pytest.param("https://github.com/acme/our.sales", "github.com", "acme/our.sales", id="a name with a dot"),
        pytest.param("https://x:ghp_1@github.com/acme/sales", "github.com", "acme/sales", id="with a token"),
        pytest.param("git@github.com:acme/sales.git", "github.com", "acme/sales", id="ssh, in short"),
        pytest.param("ssh://git@github.com/acme/sales.git", "github.com", "acme/sales", id="ssh, in full"),
        pytest.param("ssh://git@ssh.github.com:443/acme/sales", "github.com", "acme/sales", id="ssh over 443"),
        pytest.param("https://GHE.acme.com:8443/acme/sales/", "ghe.acme.com:8443", "acme/sales", id="a port"),
        pytest.param("https://gitlab.com/acme/sales", "github.com", "", id="another server"),
        pytest.param("git@github.com.evil.example:acme/sales", "github.com", "", id="a server that looks alike"),
        pytest.param("https://gitlab.com/group/acme/sales", "gitlab.com", "", id="no owner and name"),
        pytest.param("/srv/git/sales.git", "github.com", "", id="a folder"),
    ],
)
def test_the_repository_is_that_of_the_remote(tmp_path: Path, url: str, server: str, repository: str) -> None:
    assert programs.repository_of(folder_with(tmp_path, origin=url), server, ENV) == repository


@pytest.mark.parametrize(
    ("remotes", "repository"),
    [
        pytest.param({}, "", id="none"),
        pytest.param({"ours": "https://github.com/a/b"}, "a/b", id="one, whatever its name"),
        pytest.param({"fork": "https://github.com/c/d", "origin": "https://github.com/a/b"}, "a/b", id="origin"),
        pytest.param({"fork": "https://github.com/c/d", "ours": "https://github.com/a/b"}, "", id="two, none origin"),
    ],
)
def test_of_several_remotes_only_origin_counts(tmp_path: Path, remotes: dict[str, str], repository: str) -> None:
    assert programs.repository_of(folder_with(tmp_path, **remotes), "github.com", ENV) == repository


def test_without_the_programs_there_is_no_answer(tmp_path: Path) -> None:
    assert programs.repository_of(tmp_path, "github.com", {}) == ""
    assert programs.token_for("github.com", {"PATH": str(tmp_path)}) == ""
    (tmp_path / "gh").write_text("#!/bin/sh\necho half a token\nexit 4\n")
    (tmp_path / "gh").chmod(0o755)
    assert programs.token_for("github.com", {"PATH": str(tmp_path)}) == "", "gh is not logged in"
