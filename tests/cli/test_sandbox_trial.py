"""A configuration that is tried in the sandbox: in use once it is right, and its problems named until then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from github_sandbox import Repo, Sandbox
from github_sandbox.rules import files
from salesbot.cli import sandbox_page
from salesbot.cli.sandbox_trial import Trial

CHECKLIST = ".github/salesbot/checklists/handover.md.j2"


@pytest.fixture
def sales() -> Iterator[Repo]:
    with Sandbox() as github:
        yield github.repo("acme/sales", roles={"kim": "admin"})


def pushed(repo: Repo, path: str) -> str | None:
    blob = files.blob(repo.hub.db, repo.row, path)
    return blob["content"].decode() if blob else None


def test_a_saved_change_is_pushed_and_shows_in_the_columns(sales: Repo, tmp_path: Path) -> None:
    config = tmp_path / "salesbot.yml"
    config.write_text("currency: EUR\n")
    trial = Trial(config)
    trial.look(sales)
    config.write_text("currency: CHF\nstages:\n  lead: {color: '123456'}\n")
    trial.look(sales)
    assert trial.problems == ()
    assert pushed(sales, ".github/salesbot.yml") == config.read_text()
    assert [each.color for each in sandbox_page.columns(trial.pipeline) if each.name == "lead"] == ["123456"]


def test_a_change_with_problems_is_named_by_its_line_and_not_used(sales: Repo, tmp_path: Path) -> None:
    config = tmp_path / "salesbot.yml"
    config.write_text("currency: CHF\n")
    trial = Trial(config)
    trial.look(sales)
    config.write_text("currency: CHF\nstages:\n  lead: {probability: 500}\n")
    trial.look(sales)
    (problem,) = trial.problems
    assert problem.startswith(f"{config}:3:")
    assert (pushed(sales, ".github/salesbot.yml"), trial.pipeline.currency) == ("currency: CHF\n", "CHF")
    config.unlink()
    trial.look(sales)
    assert trial.problems == (f"{config} cannot be read: No such file or directory.",)


def test_templates_come_and_go_with_their_files(sales: Repo, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    trial = Trial(templates=folder)
    trial.look(sales)
    assert list(trial.problems) == [f"{folder} is not a folder. Name the folder that holds your templates"]
    (folder / "checklists").mkdir(parents=True)
    template = folder / "checklists" / "handover.md.j2"
    template.write_text("- [ ] Thank them\n")
    trial.look(sales)
    assert [*trial.problems, pushed(sales, CHECKLIST)] == ["- [ ] Thank them\n"]
    template.write_text("{% if %}\n")
    trial.look(sales)
    assert trial.problems[0].startswith(f"{template}:1")
    template.unlink()
    trial.look(sales)
    assert [*trial.problems, pushed(sales, CHECKLIST)] == [None]


def test_without_files_nothing_is_pushed(sales: Repo) -> None:
    before = sales.hub.db.changes
    Trial().look(sales)
    assert sales.hub.db.changes == before
