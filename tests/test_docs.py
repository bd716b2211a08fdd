"""What the README shows is what there is: every file, table, diagram and output in it is compared or executed here.

The parts of all pages that are made from the code, `tests.docs.parts` writes: make parts.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from salesbot.adapters.templates import builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli import main as cli
from salesbot.cli.main import main
from salesbot.core.commands.catalog import all_commands
from salesbot.core.config import parse
from salesbot.core.leads.duplicates import COMPARED
from salesbot.core.leads.lead import LONGEST_VALUE
from salesbot.core.model.deal import Role
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.pipeline import Typeform
from salesbot.core.policies.attention import KINDS
from salesbot.core.report import as_csv, as_json, weekly_issue
from salesbot_demo import story
from tests.core.report.made import a_report
from tests.docs.parts import PARTS, parts_of
from tests.threats import THREATS
from tests.world import NORA, a_deal

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text(encoding="utf-8")
DOCS = {
    "docs/README.md" if file.match("docs/README.md") else file.name: file.read_text(encoding="utf-8")
    for file in (TOP / "README.md", *sorted((TOP / "docs").glob("*.md")))
}
CHANGES, CONTRIBUTING = ((TOP / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "CONTRIBUTING.md"))
FENCES = re.compile(r"```(\w+)\n(.*?)```", re.S)
PIPELINE = default_pipeline()


def blocks(language: str, page: str = "README.md") -> list[str]:
    """The code blocks of one language on a page, in their order."""
    return [text for kind, text in FENCES.findall(DOCS[page]) if kind == language]


# The parts made from the code


@pytest.mark.parametrize(
    ("page", "name"), [pytest.param(page, name, id=f"{page}: {name}") for page in DOCS for name in parts_of(DOCS[page])]
)
def test_a_part_is_as_the_code_makes_it(page: str, name: str) -> None:
    assert f"<!-- made: {name} -->\n\n{PARTS[name]()}\n\n<!-- made -->" in DOCS[page], "make parts"


def test_every_part_is_shown() -> None:
    assert {name for page in DOCS.values() for name in parts_of(page)} == set(PARTS)


def test_every_threat_has_a_defence_and_a_test() -> None:
    for each in THREATS:
        file, _, name = each.test.partition("::")
        assert f"def {name}(" in (TOP / file).read_text(encoding="utf-8")
        assert (TOP / each.source).read_text(encoding="utf-8").count(each.without[1]) == 1


def test_the_roles_it_speaks_of_are_the_defaults() -> None:
    assert "Commands from people without the Triage role are ignored; `--force` needs Write." in README
    assert (PIPELINE.permissions.moves, PIPELINE.permissions.force) == (Role.TRIAGE, Role.WRITE)


def test_the_attention_labels_are_all_told_of() -> None:
    told = re.findall(r"^\| `attention:([a-z-]+)` \| (.*?)(?: \(.*\))? \|$", DOCS["tracking.md"], re.M)
    assert dict(told) == dict(KINDS)


def test_the_diagram_is_what_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diagram"]) == 0
    assert blocks("mermaid", "configuration.md") == [capsys.readouterr().out]


# The files it shows


def test_the_configuration_is_a_right_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "salesbot.yml"
    file.write_text(blocks("yaml")[0], encoding="utf-8")
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().out == f"{file}: fine\n"
    assert len(blocks("yaml")[0].splitlines()) == 10, "the ten-line configuration"


def test_the_configuration_of_streak_is_a_right_one() -> None:
    ((_, shown),) = [block for block in FENCES.findall(DOCS["streak.md"]) if block[0] == "yaml"]
    said = parse(f"version: 1\n{shown}", "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones()).streak
    assert said is not None
    assert said.sales is not None
    assert said.sales.stages == {"won": "Closed won", "lost": "5007"}
    assert said.people["kim"] == "kim@agency.com"


def test_the_configuration_does_what_is_said_of_it() -> None:
    pipeline = parse(blocks("yaml")[0], "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones())
    assert pipeline.stage("prospect") is None
    assert not pipeline.allows("qualified", "won")
    assert "owner" in getattr(pipeline.stage("qualified"), "requires", ())
    proposal = pipeline.stage_of_label("stage:negotiating")
    assert proposal is not None
    assert (proposal.name, proposal.label) == ("proposal", "stage:proposal")


def test_the_form_in_the_configuration_of_the_intake_is_a_right_one() -> None:
    (shown,) = [text for kind, text in FENCES.findall(DOCS["intake.md"]) if kind == "yaml"]
    form = parse(shown, "salesbot.yml", templates=builtin_names(), zones=SystemTimeZones()).typeform
    assert form == Typeform("u6nXL7", {"company": "company_ref"}, date(2026, 11, 1))


def test_the_numbers_of_the_intake_are_those_of_the_program() -> None:
    page = DOCS["intake.md"]
    workflow = (TOP / "templates/github/workflows/sales.yml").read_text(encoding="utf-8")
    hours = re.search(r"- cron: \"23 (\d+)-(\d+) \* \* 1-5\"", workflow)
    assert hours is not None
    runs = int(hours[2]) - int(hours[1]) + 1
    assert f"({runs} runs on 22 days)" in page
    assert abs(runs * 22 - 265) < 5
    assert f"A field holds {LONGEST_VALUE}\ncharacters" in page
    assert f"among the newest\n{COMPARED:,} issues" in page


# What it executes


def test_the_check_of_a_wrong_configuration_says_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (shown,) = [block for block in blocks("console", "configuration.md") if block.startswith("$ cat ")]
    cat, check = re.split(r"^\$ salesbot check ", shown, flags=re.M)
    _, _, text = cat.partition("\n")
    file, _, expected = check.partition("\n")
    Path(file).parent.mkdir()
    Path(file).write_text(text, encoding="utf-8")
    assert main(["check", file]) == 2
    said = capsys.readouterr()
    assert said.out + said.err == expected


@pytest.mark.parametrize(
    "line",
    [line for block in FENCES.findall(README + CONTRIBUTING) for line in block[1].splitlines() if line[:1] == "$"],
)
def test_a_command_line_it_shows_exists(line: str) -> None:
    program, *rest = shlex.split(line.removeprefix("$ "))
    if program == "make":
        made = subprocess.run(["make", "--dry-run", *rest], cwd=TOP, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
    elif program.endswith("salesbot"):
        with pytest.raises(SystemExit) as ended:
            main([rest[0], "--help"])
        assert ended.value.code == 0
    elif program != "cat":
        assert (TOP / program).is_file()


def _typed() -> Iterator[tuple[str, str]]:
    """Every command line of the program that a page names, in the text or in a block."""
    for page, text in {**DOCS, "CHANGELOG.md": CHANGES, "CONTRIBUTING.md": CONTRIBUTING}.items():
        blocks_ = "\n".join(block for _, block in re.findall(r"^ *```(\w*)\n(.*?)^ *```", text, re.S | re.M))
        spans = re.findall(r"`([^`]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.S | re.M))
        for line in (*spans, *re.findall(r"^ *(?:\$ )?(?:\S*/)?(salesbot [^\n]+)$", blocks_, re.M)):
            if line.startswith("salesbot "):
                yield page, " ".join(line.split()[1:])


@pytest.mark.parametrize(("page", "line"), sorted(set(_typed())))
def test_a_command_line_any_page_names_is_one_with_the_options_it_has(page: str, line: str) -> None:
    parser = cli.build_parser()
    for word in line.split():
        deeper = next((action.choices for action in parser._actions if isinstance(action.choices, dict)), None)
        if deeper is None:
            break
        assert word in deeper, f"there is no {word} in {line}"
        parser = deeper[word]
    known = {option for action in parser._actions for option in action.option_strings}
    assert set(re.findall(r"(?<!\S)--[a-z-]+", line.split("#")[0])) <= known


def test_nobody_is_told_to_install_the_program_by_its_name_alone() -> None:
    """It is on no registry: whoever takes the name there would have their code run."""
    texts = [*DOCS.values(), *(file.read_text(encoding="utf-8") for file in (TOP / "src").rglob("*.py"))]
    assert not [found for text in texts for found in re.findall(r"pip install [^`\n]*(?<!/)\bsalesbot\b", text)]


@pytest.mark.parametrize("page", DOCS)
def test_whatever_a_page_says_to_make_can_be_made(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (TOP / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {word for line in re.findall(r"`make ([a-z -]+)", DOCS[page]) for word in line.split()}
    assert named <= targets


def test_a_won_deal_sees_four_comments_in_its_life() -> None:
    assert "Four comments in the life of a won deal\nare salesbot's" in README
    deal = a_deal()
    for checklist, commands in (("qualification", "/qualify"), ("estimate", "/value 24k EUR\n/negotiate")):
        deal.tick_all(checklist, by=NORA)
        deal.run()
        deal.comment(commands, by=NORA)
        deal.run()
    deal.comment("/won 38k", by=NORA)
    deal.run()
    assert deal.stages() == ["won"]
    written = [comment for comment in deal.comments.values() if comment.own]
    assert len(written) == 4


def test_the_readme_counts_the_steps_of_the_demo() -> None:
    assert f"{story().steps} steps of people" in README


@pytest.mark.parametrize(
    ("page", "target"),
    [
        pytest.param(page, target, id=f"{page}: {target}")
        for page, text in DOCS.items()
        for target in re.findall(r'\]\(([^)#\s]+)\)|src="([^"]+)"', text)
        for target in target
        if target and "://" not in target
    ],
)
def test_what_a_page_points_to_is_there(page: str, target: str) -> None:
    home = TOP if page == "README.md" else TOP / "docs"
    assert (home / target).exists()


@pytest.mark.parametrize(("page", "text"), DOCS.items(), ids=DOCS)
def test_nothing_is_promised_that_is_not_there(page: str, text: str) -> None:
    known = {command.word for command in all_commands(PIPELINE)} | {stage.name for stage in PIPELINE.stages}
    said = set(re.findall(r"`/([a-z][a-z-]*)\b[^`/]*`", text))
    # /propose is of configurations here, /report is said on a report, /close is answered, and the others are talk.
    assert said <= known | {"propose", "close", "cc", "shrug", weekly_issue.COMMAND}


def test_every_key_of_the_json_and_every_column_of_the_csv_is_described() -> None:
    text = DOCS["report.md"]
    said = set(re.findall(r"`([a-z_]+)`", text))
    assert set(as_json.values(a_report(Random(1), 30))) <= said
    assert ", ".join(as_csv.COLUMNS) in " ".join(text.split())
