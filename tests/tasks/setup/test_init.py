"""`salesbot init`: what it writes, and above all what it does not."""

from __future__ import annotations

import os
import pty
import re
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from hatchling.builders.wheel import WheelBuilder

from salesbot.adapters.templates import builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli.main import main
from salesbot.core.config import parse
from salesbot.core.installation import workflow_file
from salesbot.core.model.defaults import default_pipeline
from salesbot.tasks.setup import init

TOP = Path(__file__).parents[3]
CONFIG, WORKFLOW = ".github/salesbot.yml", ".github/workflows/sales.yml"
TODAY = date(2026, 11, 23)


def run_init(folder: Path, *flags: str) -> int:
    return main(["init", "--repo", str(folder), *flags], env={})


def written(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_an_empty_folder_gets_every_file_with_its_owner_and_the_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_init(tmp_path, "--owner", "acme", "--yes") == 0
    files = written(tmp_path)
    assert set(files) == set(init.kit())
    workflows = [path for path in files if path.startswith(".github/workflows/")]
    assert len(workflows) == 3
    for workflow in workflows:
        assert "uses: acme/salesbot@" in files[workflow]
        assert "OWNER" not in files[workflow]
    assert re.search(r"^since: 20\d\d-\d\d-\d\d$", files[CONFIG], re.M)
    shown = capsys.readouterr().out
    assert "+++ b/.github/workflows/sales.yml" in shown
    assert f"{CONFIG}: written" in shown


def test_light_runs_without_a_container_where_it_can(tmp_path: Path) -> None:
    assert run_init(tmp_path, "--owner", "acme/salesbot", "--yes", "--light") == 0
    files = written(tmp_path)
    uses = {path: re.findall(r"uses: (acme/\S+)@main", text) for path, text in files.items() if "/workflows/" in path}
    assert uses == {
        ".github/workflows/sales.yml": ["acme/salesbot/light"],
        ".github/workflows/report.yml": ["acme/salesbot/light"],
        ".github/workflows/check.yml": ["acme/salesbot"],
    }
    assert (read := workflow_file.read(files[WORKFLOW])) is not None
    assert read.owner == "acme"


def test_the_line_it_leaves_to_type_works_from_where_one_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "our deals"
    folder.mkdir()
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    run_init(folder, "--owner", "acme", "--yes")
    line = capsys.readouterr().out.splitlines()[-1].removeprefix("Check it, then: ").partition(" && ")[0]
    subprocess.run(shlex.split(line), check=True)
    staged = subprocess.run(["git", "-C", str(folder), "ls-files"], check=True, capture_output=True, text=True).stdout
    assert set(staged.split()) == set(init.kit())


def test_the_configuration_it_writes_checks_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes")
    assert main(["check", str(tmp_path / CONFIG)]) == 0


def test_a_second_time_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes")
    before = written(tmp_path)
    capsys.readouterr()
    assert run_init(tmp_path, "--owner", "acme", "--yes") == 0
    assert written(tmp_path) == before
    shown = capsys.readouterr().out.splitlines()
    assert shown == [f"{path}: as it should be" for path in sorted(before)]


def test_written_anew_on_a_later_day_history_still_ends_where_it_did(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes")
    file = tmp_path / CONFIG
    before = re.sub(r"^since: .*$", "since: 2026-03-01", file.read_text(), flags=re.M)
    file.write_text(f"{before}goal: wrong\n")
    assert run_init(tmp_path, "--owner", "acme", "--force") == 0
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("flags", "kept"),
    [
        pytest.param(["--yes"], True, id="--yes writes what is missing and leaves what a person changed"),
        pytest.param([], True, id="without --yes and without anybody to ask, nothing is written"),
        pytest.param(["--force"], False, id="--force overwrites"),
    ],
)
def test_a_changed_file_stays(tmp_path: Path, flags: list[str], kept: bool, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / CONFIG
    file.parent.mkdir()
    file.write_text("version: 1\ncurrency: USD\n")
    assert run_init(tmp_path, "--owner", "acme", *flags) == 0
    assert (file.read_text() == "version: 1\ncurrency: USD\n") is kept
    assert (tmp_path / WORKFLOW).exists() is bool(flags)
    shown = capsys.readouterr().out
    assert "-currency: USD" in shown
    assert (f"{CONFIG}: differs, left as it is; --force overwrites it" in shown) is kept


@pytest.mark.parametrize(("answer", "overwritten"), [("y", True), ("yes", True), ("", False), ("n", False)])
def test_a_person_is_asked_before_a_file_is_overwritten(tmp_path: Path, answer: str, overwritten: bool) -> None:
    file = tmp_path / CONFIG
    file.parent.mkdir()
    file.write_text("mine\n")
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return answer

    options = init.Options(yes=False, force=False, ask=ask, log=lambda text: None)
    init.write_files(tmp_path, init.plan(tmp_path, "acme", TODAY), options)
    assert f"Overwrite {CONFIG}? [y/N] " in asked
    assert f"Write {WORKFLOW}? [y/N] " in asked
    assert (file.read_text() != "mine\n") is overwritten


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        pytest.param([], "Who hosts your copy of salesbot?", id="nobody said who hosts salesbot"),
        pytest.param(["--owner", "a/b"], "'a/b' is not a GitHub owner name", id="an owner with a slash"),
        pytest.param(["--owner", "x\n- run: y"], "is not a GitHub owner name", id="an owner that would write YAML"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(
    tmp_path: Path, flags: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_init(tmp_path, "--yes", *flags) == 2
    assert why in capsys.readouterr().err
    assert written(tmp_path) == {}


def _hear_ctrl_c() -> None:
    """Tests that run side by side ignore it, and what they start would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_at_a_question_ends_it_in_a_word_and_leaves_what_was_there(tmp_path: Path) -> None:
    keyboard, terminal = pty.openpty()
    line = [sys.executable, "-m", "salesbot", "init", "--repo", str(tmp_path)]
    program = subprocess.Popen(
        line,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_ctrl_c,
    )
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.read(4) == "Who "
    time.sleep(0.5)  # the question is there a moment before the answer is waited for
    program.send_signal(signal.SIGINT)
    assert program.wait(20) == 130
    assert program.stderr.read().strip() == "salesbot: stopped."
    assert written(tmp_path) == {}
    os.close(keyboard)
    os.close(terminal)


# Where it writes


def repository(folder: Path) -> Path:
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def everything_below(folder: Path) -> set[str]:
    return {path for path in written(folder) if not path.startswith(".git/")}


@pytest.mark.parametrize("below", ["docs", "docs/deals/old", ".github"])
def test_in_a_sub_folder_it_writes_to_the_root_of_the_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    root = repository(tmp_path / "our sales")
    (root / below).mkdir(parents=True)
    monkeypatch.chdir(root / below)
    assert main(["init", "--owner", "acme", "--yes"], env={}) == 0
    assert everything_below(root) == set(init.kit())
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"{root / below} is in the repository {root}; the files go there."
    line = said[-1].removeprefix("Check it, then: ").partition(" && ")[0]
    subprocess.run(shlex.split(line), check=True)


def test_a_work_tree_has_a_root_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = repository(tmp_path / "main")
    commit = ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "x"]
    subprocess.run(["git", "-C", str(root), *commit], check=True)
    subprocess.run(["git", "-C", str(root), "worktree", "add", "--quiet", str(tmp_path / "other")], check=True)
    (tmp_path / "other" / "docs").mkdir()
    assert run_init(tmp_path / "other" / "docs", "--owner", "acme", "--yes") == 0
    assert (tmp_path / "other" / CONFIG).is_file()


def test_in_no_repository_the_folder_itself_is_the_place(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()  # an empty folder makes no repository
    (tmp_path / "deals").mkdir()
    assert run_init(tmp_path / "deals", "--owner", "acme", "--yes") == 0
    assert everything_below(tmp_path / "deals") == set(init.kit())


@pytest.mark.parametrize("flag", ["--yes", "--force"])
@pytest.mark.parametrize("link", [".github", ".github/workflows", CONFIG, WORKFLOW])
def test_no_link_leads_out_of_the_repository(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], link: str, flag: str
) -> None:
    root, outside = repository(tmp_path / "sales"), tmp_path / "outside"
    outside.mkdir()
    (root / link).parent.mkdir(parents=True, exist_ok=True)
    (root / link).symlink_to(outside if "." not in Path(link).name[1:] else outside / "file.yml")
    assert run_init(root, "--owner", "acme", flag) == 2
    assert "outside of the repository. Remove the link" in capsys.readouterr().err
    assert list(outside.iterdir()) == []
    assert everything_below(root) == set()


def test_a_link_inside_the_repository_is_followed(tmp_path: Path) -> None:
    root = repository(tmp_path / "sales")
    (root / "ours").mkdir()
    (root / ".github").symlink_to("ours")
    assert run_init(root, "--owner", "acme", "--yes") == 0
    assert (root / "ours" / "salesbot.yml").is_file()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_init(tmp_path / "nowhere", "--owner", "acme") == 2
    assert "nowhere is not a folder" in capsys.readouterr().err


def test_a_file_that_is_no_text_stops_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / CONFIG).write_bytes(b"\xff\xfe")
    assert run_init(tmp_path, "--owner", "acme", "--force") == 2
    assert not (tmp_path / WORKFLOW).exists()


def test_the_comments_of_the_configuration_tell_the_defaults() -> None:
    """Taken out of their comments, the lines change nothing but the two that are examples."""
    text = init.kit()[CONFIG]
    said = re.sub(r"^# ?(?=( {2})?[a-z_]+: )|^# (?=stages:)", "", text, flags=re.M)
    pipeline = parse(said, CONFIG, templates=builtin_names(), zones=SystemTimeZones())
    assert len(yaml.safe_load(said)) == 15
    assert replace(pipeline, since=None, quiet=(), away={}) == default_pipeline()
    assert pipeline.quiet
    assert pipeline.away


def test_the_wheel_carries_the_same_files(tmp_path: Path) -> None:
    (wheel,) = WheelBuilder(str(TOP)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as packed:
        inside = "salesbot/templates/github/"
        found = {
            f".github/{name.removeprefix(inside)}": packed.read(name).decode()
            for name in packed.namelist()
            if name.startswith(inside)
        }
    assert found == init.kit()
