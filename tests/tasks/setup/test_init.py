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
from salesbot.core.installation.kit import Choices
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
    assert "new              .github/workflows/sales.yml" in shown
    assert "Wrote 7 files." in shown


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
    assert (read.copy, read.is_light) == ("acme/salesbot", True)


def test_a_published_image_is_started_by_every_workflow_and_stays_so(tmp_path: Path) -> None:
    image = "ghcr.io/acme/salesbot:1.0.0"
    assert run_init(tmp_path, "--image", image, "--yes") == 0
    files = written(tmp_path)
    workflows = [text for path, text in files.items() if "/workflows/" in path]
    assert [text.count(f"IMAGE: {image}\n") for text in workflows] == [1, 1, 1]
    assert "OWNER" not in "".join(files.values())
    assert run_init(tmp_path, "--force") == 0
    assert written(tmp_path) == files, "what is there is not asked again"
    assert run_init(tmp_path, "--light", "--force") == 0
    assert "uses: acme/salesbot/light@main" in written(tmp_path)[WORKFLOW]


def test_another_version_of_the_image_is_put_in_its_place(tmp_path: Path) -> None:
    run_init(tmp_path, "--image", "ghcr.io/acme/salesbot:1.0.0", "--yes")
    assert run_init(tmp_path, "--image", "ghcr.io/acme/salesbot:1.1.0", "--force") == 0
    assert "IMAGE: ghcr.io/acme/salesbot:1.1.0" in written(tmp_path)[WORKFLOW]


@pytest.mark.parametrize("image", ["acme/salesbot:1.0.0", "ghcr.io/acme/salesbot", "ghcr.io/Acme/salesbot:1.0.0"])
def test_an_image_that_is_not_named_in_full_is_refused(
    tmp_path: Path, image: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_init(tmp_path, "--image", image, "--yes") == 2
    assert "ghcr.io/acme/salesbot:1.0.0" in capsys.readouterr().err
    assert written(tmp_path) == {}


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
    assert shown[1:] == [f"as it should be  {path}" for path in sorted(before)]


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
    file.write_text("version: 1\ninitial: prospect\n")
    assert run_init(tmp_path, "--owner", "acme", *flags) == 0
    assert (file.read_text() == "version: 1\ninitial: prospect\n") is kept
    assert (tmp_path / WORKFLOW).exists() is bool(flags)
    shown = capsys.readouterr().out
    assert "-initial: prospect" in shown
    assert (f"{CONFIG}: differs, left as it is; --force overwrites it" in shown) is kept


# What a person is asked


def answered(folder: Path, *answers: str, choices: Choices | None = None) -> tuple[list[str], str]:
    """Write the files as somebody answers. Gives the questions, and what was shown."""
    asked: list[str] = []
    shown: list[str] = []
    waiting = iter(answers)

    def ask(question: str) -> str:
        asked.append(question)
        return next(waiting, "")

    options = init.Options(yes=False, force=False, ask=ask, log=shown.append)
    init.write_files(folder, init.plan(folder, choices or Choices("acme/salesbot", TODAY)), options)
    return asked, "\n".join(shown)


def a_changed_configuration(folder: Path) -> Path:
    file = folder / CONFIG
    file.parent.mkdir()
    file.write_text("mine: 1\n")
    return file


def test_one_answer_writes_all_the_new_files_and_keeps_what_was_there(tmp_path: Path) -> None:
    file = a_changed_configuration(tmp_path)
    asked, shown = answered(tmp_path, "all")
    assert asked == ["Write all (6 new files), each as you decide, show the diff, or quit? [all/each/diff/quit] "]
    assert shown.splitlines()[3] == f"differs          {CONFIG}"
    assert set(written(tmp_path)) == set(init.kit())
    assert file.read_text() == "mine: 1\n"
    assert f"{CONFIG}: differs, left as it is; `each` asks whether to overwrite it" in shown


@pytest.mark.parametrize("answer", ["quit", "", "Q"])
def test_quitting_writes_nothing(tmp_path: Path, answer: str) -> None:
    asked, _ = answered(tmp_path, answer)
    assert len(asked) == 1
    assert written(tmp_path) == {}


def test_the_differences_are_shown_and_the_question_comes_again(tmp_path: Path) -> None:
    a_changed_configuration(tmp_path)
    asked, shown = answered(tmp_path, "diff", "what?", "quit")
    assert len(asked) == 3
    assert "-mine: 1" in shown
    assert "+++ b/.github/workflows/sales.yml" in shown
    assert set(written(tmp_path)) == {CONFIG}


@pytest.mark.parametrize(("answer", "overwritten"), [("y", True), ("yes", True), ("", False), ("n", False)])
def test_a_person_may_decide_on_each_file(tmp_path: Path, answer: str, overwritten: bool) -> None:
    file = a_changed_configuration(tmp_path)
    asked, shown = answered(tmp_path, "each", "n", "n", "n", answer, "y")
    assert asked[4] == f"Overwrite {CONFIG}? [y/N] "
    assert asked[5] == "Write .github/workflows/check.yml? [y/N] "
    assert "-mine: 1" in shown, "what would be lost is shown before the question"
    assert (file.read_text() != "mine: 1\n") is overwritten
    assert set(written(tmp_path)) == {CONFIG, ".github/workflows/check.yml"}


def test_where_nothing_is_new_all_is_no_answer(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes")
    (tmp_path / CONFIG).write_text("mine: 1\n")
    asked, _ = answered(tmp_path, "all", "quit")
    assert asked == ["Write each as you decide, show the diff, or quit? [each/diff/quit] "] * 2


def _hear_ctrl_c() -> None:
    """Tests that run side by side ignore it, and what they start would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """The program at a terminal, and somebody who types."""

    def __init__(self, folder: Path, *words: str, **env: str) -> None:
        keyboard, terminal = pty.openpty()
        self.program = subprocess.Popen(
            [sys.executable, "-m", "salesbot", "init", "--repo", str(folder), *words],
            stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **env}, preexec_fn=_hear_ctrl_c,
        )  # fmt: skip
        self.ends = (keyboard, terminal)

    def types(self, *answers: str) -> tuple[str, str]:
        """Answer everything, and give what was printed."""
        os.write(self.ends[0], "".join(f"{answer}\n" for answer in answers).encode())
        said = self.program.communicate(timeout=30)
        for end in self.ends:
            os.close(end)
        return said


def test_it_asks_what_it_cannot_know_and_writes_the_answers(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    remote = ["remote", "add", "origin", "git@github.com:acme/sales.git"]
    subprocess.run(["git", "-C", str(tmp_path), *remote], check=True)
    terminal = Terminal(tmp_path, TZ="Europe/Berlin", GITHUB_API_URL="")
    form = "https://acme.typeform.com/to/u6nXL7?typeform-source=x"
    out, err = terminal.types("", "Asia/Kolkatta", "Asia/Kolkata", "inr", form, "agxz", "all")
    assert "Who hosts your copy of salesbot, OWNER or OWNER/NAME [acme]: " in out
    assert "Time zone [Europe/Berlin]: " in out
    assert "Did you mean Asia/Kolkata?" in err
    files = {path: text for path, text in written(tmp_path).items() if not path.startswith(".git/")}
    assert set(files) == set(init.kit())
    pipeline = parse(files[CONFIG], CONFIG, templates=builtin_names(), zones=SystemTimeZones())
    assert (str(pipeline.timezone), pipeline.currency) == ("Asia/Kolkata", "INR")
    assert pipeline.typeform is not None
    assert pipeline.typeform.form == "u6nXL7"
    assert pipeline.streak is not None
    assert pipeline.streak.sales is not None
    assert pipeline.streak.sales.key == "agxz"
    crons = [schedule["cron"] for schedule in yaml.load(files[WORKFLOW], yaml.BaseLoader)["on"]["schedule"]]
    assert crons == ["23 5 * * *", "23 6-17 * * 1-5"], "leads are fetched hourly"


def test_what_is_there_is_not_asked_again(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme/our-bot", "--yes", "--light", "--timezone", "Asia/Tokyo", "--form", "u6nXL7")
    (tmp_path / ".github/workflows/check.yml").unlink()
    out, _ = Terminal(tmp_path, TZ="Europe/Berlin").types("all")
    assert out.startswith("With acme/our-bot/light, time zone Asia/Tokyo, currency EUR.\n")
    assert out.count("as it should be") == 6
    assert "uses: acme/our-bot@main" in (tmp_path / ".github/workflows/check.yml").read_text()


# What is filled in


def test_a_copy_of_another_name_is_used_and_recognised(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme/our-bot", "--yes")
    files = written(tmp_path)
    for name in ("sales", "report"):
        read = workflow_file.read(files[f".github/workflows/{name}.yml"])
        assert read is not None
        assert read.copy == "acme/our-bot"
    schema = "https://raw.githubusercontent.com/acme/our-bot/main/schema/salesbot.schema.json"
    assert files[CONFIG].splitlines()[0] == f"# yaml-language-server: $schema={schema}"
    assert "OWNER" not in "".join(files.values())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"])
def test_the_workflows_run_in_the_time_zone_of_the_configuration(tmp_path: Path, zone: str) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes", "--timezone", zone, "--form", "u6nXL7")
    files = written(tmp_path)
    report, sales = (yaml.load(files[f".github/workflows/{name}.yml"], yaml.BaseLoader) for name in ("report", "sales"))
    schedules = [*report["on"]["schedule"], *sales["on"]["schedule"]]
    assert [each["cron"] for each in schedules[:3]] == ["17 6 * * 1", "47 8 * * 1", "17 6 * * 4"]
    assert {each.get("timezone", "UTC") for each in schedules} == {yaml.safe_load(files[CONFIG])["timezone"]} == {zone}


@pytest.mark.parametrize(
    ("env", "link", "zone"),
    [
        pytest.param({"TZ": "Asia/Tokyo"}, "/usr/share/zoneinfo/Europe/Berlin", "Asia/Tokyo", id="TZ"),
        pytest.param({"TZ": ":Asia/Tokyo"}, None, "Asia/Tokyo", id="TZ with a colon"),
        pytest.param({"TZ": "CET-1CEST"}, "/usr/share/zoneinfo/Europe/Berlin", "Europe/Berlin", id="TZ without a name"),
        pytest.param({}, "../usr/share/zoneinfo/America/Argentina/Salta", "America/Argentina/Salta", id="the link"),
        pytest.param({}, "/var/db/timezone/zoneinfo/Europe/Berlin", "Europe/Berlin", id="the link of macOS"),
        pytest.param({}, "/usr/share/zoneinfo/Etc/UTC", "UTC", id="UTC"),
        pytest.param({}, None, "UTC", id="none"),
    ],
)
def test_the_time_zone_is_guessed_from_the_machine(
    tmp_path: Path, env: dict[str, str], link: str | None, zone: str
) -> None:
    localtime = tmp_path / "localtime"
    if link is not None:
        localtime.symlink_to(link)
    assert SystemTimeZones().of_machine(env, localtime) == zone


def test_written_anew_a_workflow_keeps_its_place_and_its_pin(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme/our-bot", "--yes", "--light")
    sales = tmp_path / WORKFLOW
    pinned = sales.read_text().replace("@main # zizmor: ignore[unpinned-uses]", f"@{'1' * 40} # v1.2.0")
    sales.write_text(pinned.replace("timeout-minutes: 10", "timeout-minutes: 30"))
    assert run_init(tmp_path, "--force") == 0
    assert sales.read_text() == pinned


def test_written_anew_a_configuration_keeps_its_answers(tmp_path: Path) -> None:
    run_init(tmp_path, "--owner", "acme", "--yes", "--timezone", "Asia/Tokyo", "--currency", "jpy", "--form", "u6nXL7")
    before = written(tmp_path)
    (tmp_path / CONFIG).write_text(before[CONFIG] + "goal: wrong\n")
    assert run_init(tmp_path, "--force") == 0
    assert written(tmp_path) == before


def test_a_configuration_without_a_time_zone_has_utc_and_so_has_the_report(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / CONFIG).write_text("version: 1\nsince: 2026-02-30\n")
    assert main(["init", "--repo", str(tmp_path), "--owner", "acme", "--yes"], env={"TZ": "Asia/Tokyo"}) == 0
    assert '- cron: "17 6 * * 1"\n' in written(tmp_path)[".github/workflows/report.yml"]


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        pytest.param([], "Who hosts your copy of salesbot?", id="nobody said who hosts salesbot"),
        pytest.param(["--owner", "a/b/c"], "'a/b/c' is not a GitHub owner name", id="two slashes"),
        pytest.param(["--owner", "a/b\nx: y"], "is not a GitHub owner name", id="a name that would write YAML"),
        pytest.param(["--owner", "a", "--timezone", "Europe/Berln"], "Did you mean Europe/Berlin?", id="a time zone"),
        pytest.param(["--owner", "a", "--currency", "EURO"], "'EURO' is not the code of a currency.", id="a currency"),
        pytest.param(["--owner", "a", "--form", "x: y"], "'x: y' is not an id.", id="a form"),
        pytest.param(["--owner", "a", "--streak", 'k"'], "is not an id.", id="a key"),
        pytest.param(["--owner", "x\n- run: y"], "is not a GitHub owner name", id="an owner that would write YAML"),
    ],
)
def test_bad_input_is_refused_and_nothing_is_written(
    tmp_path: Path, flags: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_init(tmp_path, "--yes", *flags) == 2
    assert why in capsys.readouterr().err
    assert written(tmp_path) == {}


def test_ctrl_c_at_a_question_ends_it_in_a_word_and_leaves_what_was_there(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    program = terminal.program
    assert program.stdout is not None
    assert program.stderr is not None
    assert program.stdout.read(4) == "Who "
    time.sleep(0.5)  # the question is there a moment before the answer is waited for
    program.send_signal(signal.SIGINT)
    assert program.wait(20) == 130
    assert program.stderr.read().strip() == "salesbot: stopped."
    assert written(tmp_path) == {}
    for end in terminal.ends:
        os.close(end)


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
    assert "outside the repository. Remove the link" in capsys.readouterr().err
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
