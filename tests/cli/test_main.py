"""The command line: what each command prints, and the exit code it ends with."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import NoReturn

import pytest
import requests

from salesbot.cli.main import main
from tests.e2e import runner_log

TOP = Path(__file__).parents[2]
Printed = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a repository has its configuration, with the tests in that repository's folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".github").mkdir()
    return Path(".github/salesbot.yml")


def event(tmp_path: Path, name: str, payload: object) -> dict[str, str]:
    (tmp_path / "event.json").write_text(json.dumps(payload), encoding="utf-8")
    return {
        "GITHUB_REPOSITORY": "acme/sales",
        "GITHUB_EVENT_NAME": name,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
        "INPUT_TOKEN": "t",
    }


def test_the_version_is_printed(capsys: Printed) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"salesbot {metadata.version('salesbot')}\n"


# check


def test_a_right_configuration_is_fine(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\ncurrency: CHF\n", encoding="utf-8")
    assert main(["check"]) == 0
    assert capsys.readouterr().out == ".github/salesbot.yml: fine\n"


def test_every_problem_is_printed_with_its_line_and_counted(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\ncurency: CHF\ninitial: laed\n", encoding="utf-8")
    assert main(["check"]) == 2
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == [".github/salesbot.yml:2:1:", ".github/salesbot.yml:3:10:"]
    assert said.err == "2 problems in .github/salesbot.yml\n"


def test_one_problem_is_one_problem(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\ncurency: CHF\n", encoding="utf-8")
    assert main(["check", str(config)]) == 2
    assert capsys.readouterr().err == "1 problem in .github/salesbot.yml\n"


def test_the_templates_beside_it_are_compiled_too(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\n", encoding="utf-8")
    lists = config.with_suffix("") / "checklists"
    lists.mkdir(parents=True)
    (lists / "estimate.md.j2").write_text("one\n{% if %}\n", encoding="utf-8")
    assert main(["check"]) == 2
    assert capsys.readouterr().out.startswith(".github/salesbot/checklists/estimate.md.j2:2:1: ")


def test_a_checklist_of_ones_own_may_be_named(config: Path) -> None:
    config.write_text("version: 1\nstages:\n  won: {checklist: kickoff}\n", encoding="utf-8")
    assert main(["check"]) == 2
    lists = config.with_suffix("") / "checklists"
    lists.mkdir(parents=True)
    (lists / "kickoff.md.j2").write_text("- [ ] Cake\n", encoding="utf-8")
    assert main(["check"]) == 0


@pytest.mark.parametrize("command", ["check", "diagram"])
def test_a_file_that_is_not_there_is_said_in_one_line(config: Path, capsys: Printed, command: str) -> None:
    assert main([command, str(config)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "salesbot: .github/salesbot.yml cannot be read: No such file or directory.\n")


def test_a_file_that_is_no_text_is_said_in_one_line(config: Path, capsys: Printed) -> None:
    config.write_bytes(b"version: 1\n\xff")
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "salesbot: .github/salesbot.yml is not UTF-8 text (byte 11).\n"


# diagram, schema


def test_the_diagram_is_of_the_file_it_is_given(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\nstages:\n  verbal: {after: negotiating, probability: 85}\n", encoding="utf-8")
    assert main(["diagram", str(config)]) == 0
    assert "verbal" in capsys.readouterr().out


def test_there_is_no_diagram_of_a_wrong_file(config: Path, capsys: Printed) -> None:
    config.write_text("version: 1\ncurency: CHF\n", encoding="utf-8")
    assert main(["diagram", str(config)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "salesbot: .github/salesbot.yml:2:1: " in said.err


def test_the_schema_for_editors_is_the_file_in_the_repository(capsys: Printed) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == (TOP / "schema/salesbot.schema.json").read_text(encoding="utf-8")


def test_on_a_pull_request_each_problem_is_also_an_annotation_at_its_line(tmp_path: Path, capsys: Printed) -> None:
    file = tmp_path / "salesbot.yml"
    file.write_text("version: 1\ntimezone: Europe/Berln\n", encoding="utf-8")
    assert main(["check", str(file)], {"GITHUB_ACTIONS": "true"}) == 2
    said = capsys.readouterr().out
    assert f"::error file={file},line=2::timezone: unknown time zone" in said
    assert main(["check", str(file)], {}) == 2
    assert "::error" not in capsys.readouterr().out


# run


def test_what_is_none_of_our_business_ends_well_and_says_why(tmp_path: Path, capsys: Printed) -> None:
    assert main(["run"], event(tmp_path, "push", {"ref": "refs/heads/main"})) == 0
    assert capsys.readouterr().out == "salesbot does not handle the event push.\n"
    assert "0 requests to GitHub" in (tmp_path / "summary.md").read_text(encoding="utf-8")


def test_a_bug_shows_its_traceback_and_exits_3(tmp_path: Path, capsys: Printed) -> None:
    def broken(token: str, api_url: str) -> NoReturn:
        raise ZeroDivisionError

    assert main(["run"], event(tmp_path, "schedule", {}), transport=broken) == 3
    said = capsys.readouterr()
    assert "ZeroDivisionError" in said.err
    assert said.out.startswith("::error::This is a bug in salesbot")


HOSTILE = "a title\n::add-mask::x\n ::stop-commands::y\n##[error]z\r::set-env name=a::b"


def _explode(*given: object) -> NoReturn:
    raise ZeroDivisionError(HOSTILE)


@pytest.mark.parametrize("words", [["run"], ["report", "--repo", "acme/sales"]])
def test_a_traceback_has_no_word_that_the_runner_would_obey(tmp_path: Path, capsys: Printed, words: list[str]) -> None:
    assert main(words, event(tmp_path, "schedule", {}), transport=_explode) == 3
    said = capsys.readouterr()
    assert "ZeroDivisionError: a title" in said.err
    assert "\n    " in said.err, "it is indented"
    assert runner_log.commands(said.out + said.err) == []


# the command itself


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["check", "a", "b"], ["sandbox", "--port", "x"]])
def test_a_wrong_command_line_shows_how_it_goes(arguments: list[str], capsys: Printed) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: salesbot" in capsys.readouterr().err


def test_every_command_is_told_by_help(capsys: Printed) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert all(f"\n    {command} " in told for command in ("run", "check", "diagram", "schema", "sandbox", "demo"))


def test_a_reader_that_goes_away_is_no_bug() -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "salesbot", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stderr is not None
    program.stdout.close()
    assert program.wait(20) in (0, 1)
    assert "Traceback" not in program.stderr.read()


@pytest.mark.parametrize("command", ["sandbox", "demo"])
def test_without_the_extra_the_sandbox_says_what_to_install(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    for name in [name for name in sys.modules if name.startswith("github_sandbox")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main([command]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith(
        "salesbot: The sandbox needs uvicorn, which is not installed. Install it with: pip install "
    )
    assert printed.endswith("/src/salesbot_demo\n")


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`salesbot sandbox` on a free port, and the address it prints."""
    line = [sys.executable, "-m", "salesbot", "sandbox", "--port", "0", "--data", str(tmp_path / "sandbox.db")]
    # A shell that starts the tests in the background has Ctrl-C ignored, and what is started inherits that.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    program = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, preexec_fn=heed)
    assert program.stdout is not None
    address = program.stdout.readline().split("acme/sales: ")[1].split()[0]
    yield program, address
    program.kill()
    program.wait()


def test_the_sandbox_is_served_until_ctrl_c(served: tuple[subprocess.Popen[str], str]) -> None:
    program, address = served
    page = requests.get(address, headers={"Accept": "text/html"}, timeout=30)
    assert page.status_code == 200
    assert "<title>acme/sales</title>" in page.text
    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 0


def test_an_act_in_the_sandbox_starts_the_program(served: tuple[subprocess.Popen[str], str]) -> None:
    server = served[1].removesuffix("/acme/sales/issues")
    change = {"repo": "acme/sales", "act": "open_issue", "args": ["ann", "Acme GmbH: new shop"]}
    assert requests.post(f"{server}/_sandbox/act", json=change, timeout=60).json() == {"result": 1}
    seen = requests.get(f"{server}/_sandbox/issue?repo=acme/sales&number=1", timeout=10).json()["result"]
    assert seen["labels"] == ["stage:lead"]
    assert len(seen["comments"]) == 2
