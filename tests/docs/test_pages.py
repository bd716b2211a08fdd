"""What the pages in docs/ show is what there is: examples are executed, messages and names are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from salesbot.adapters.templates import TemplateRenderer, builtin_names
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.cli.main import main
from salesbot.core import config
from salesbot.core.commands import catalog
from salesbot.core.commands import registry as command_table
from salesbot.core.commands.registry import command
from salesbot.core.config import check, json_schema, schema, yaml_reader
from salesbot.core.lifecycle import guards
from salesbot.core.lifecycle.guards import guard
from salesbot.core.model.changes import SetField
from salesbot.core.model.deal import Refusal
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.model.headings import BUILT_IN_FIELDS
from salesbot.core.policies.attention import PREFIX, AttentionKind
from salesbot.core.text import checklists
from tests.docs.messages import messages, said
from tests.docs.settings import example, missing_in_example
from tests.world import KIM, NORA, START, World, a_deal

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    """Read a page."""
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The code blocks of a page in one language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", page(name), re.S)


PAGES = (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md")), *sorted(DOCS.glob("decisions/*.md")))
TWO_SCREENS = 100
"""Lines."""


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_a_long_page_begins_with_a_list_of_all_its_sections(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    beginning, _, rest = re.sub(r"```.*?```", "", text, flags=re.S).partition("\n## ")
    sections = re.findall(r"^## (.+)$", f"## {rest}", re.M)
    listed = re.findall(r"^- \[(.+)\]\(#[a-z-]+\)$", beginning, re.M)
    assert listed in (sections, []) or file.name == "README.md"
    assert listed or len(text.splitlines()) <= TWO_SCREENS or file.name == "README.md"


def test_the_contents_page_names_every_page() -> None:
    listed = set(re.findall(r"\(([a-z]+\.md)\)", page("README")))
    assert listed == {file.name for file in DOCS.glob("*.md")} - {"README.md"}


# docs/finding.md

QUALIFIERS = {"is", "in", "assignee", "commenter", "label", "closed", "created", "no", "sort"}
"""Those of GitHub's pages "Searching issues and pull requests" and "Sorting search results" that ours use."""


def test_ten_searches_use_documented_qualifiers_and_labels_that_there_are() -> None:
    searches = re.findall(r"^\| .+\? \| `(.+)` \|$", page("finding"), re.M)
    assert len(searches) == 10
    labels = {stage.label for stage in default_pipeline().stages} | {f"{PREFIX}{kind}" for kind in AttentionKind}
    for search in searches:
        assert set(re.findall(r'(?<!["\w:])-?(\w+):', re.sub(r'"[^"]*"', '""', search))) <= QUALIFIERS
        assert {name for name in re.findall(r'"([^"]+)"', search) if ":" in name} <= labels


# docs/configuration.md


def test_the_complete_configuration_is_a_right_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "salesbot.yml"
    file.write_text(example(), encoding="utf-8")
    assert main(["check", str(file)]) == 0, capsys.readouterr().out


def test_the_complete_configuration_has_every_key() -> None:
    assert missing_in_example() == []


def test_what_the_page_says_of_stages_is_so() -> None:
    told = re.findall(r"`([a-z]+: (?:\{.*?\}|null))`", page("configuration").partition("## Changing stages")[2])
    assert len(told) == 5
    for line in told:
        config.parse(f"stages:\n  proposal: {{was: negotiating}}\n  {line}" if "proposal" in line and "was" not in line
                     else f"stages:\n  {line}", "x", templates=builtin_names(), zones=SystemTimeZones())  # fmt: skip


# docs/commands.md


def _examples() -> Iterator[object]:
    for stage, rows in re.findall(r"### On a deal in (\w+)\n(.*?)(?=\n##)", page("commands"), re.S):
        for said_ in re.findall(r"^\| `(/.*?)` \|", rows, re.M):
            yield pytest.param(stage, said_, id=f"in {stage}: {said_}")


@pytest.mark.parametrize(("stage", "text"), list(_examples()))
def test_an_example_is_done(stage: str, text: str) -> None:
    deal = a_deal(stage)
    comment = deal.comment(text, by=KIM)
    deal.run()
    assert deal.receipts(comment) == ["ROCKET"], deal.written()


def test_the_plan_is_done() -> None:
    deal = a_deal()
    comment = deal.comment(blocks("commands", "text")[0], by=KIM)
    deal.run()
    assert deal.receipts(comment) == ["ROCKET"]
    assert [actor.login for actor in deal.assignees] == ["kim"]
    assert all(f"### {heading}" in deal.body for heading in ("Value", "Expected close", "Next step"))


def test_every_command_has_an_example() -> None:
    shown = {
        word for text in re.findall(r"^\| `/(.*?)` \| (?!.* \| )", page("commands"), re.M) for word in [text.split()[0]]
    }
    elsewhere = {"lead", "negotiate", "streak", "estimate"}  # shown on the pages of contacts, boxes and estimates
    assert {known.word for known in catalog.all_commands(default_pipeline())} <= shown | elsewhere


# docs/estimating.md


def test_the_estimate_adds_up_as_the_page_shows() -> None:
    settings = config.parse(blocks("estimating", "yaml")[0], "x", templates=builtin_names(), zones=SystemTimeZones())
    lines, card, table = blocks("estimating", "markdown")
    deal = a_deal("qualified", pipeline=settings)
    posted = deal.by_key("checklist:estimate")
    deal.edit(posted.id, f"{posted.body}\n\n**Packages**\n\n{lines}", NORA)
    deal.run()
    deal.comment("/value 25k\n/estimate", by=NORA)
    deal.run()
    shown = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", deal.last("card")).replace("\\", "").split("\n")
    assert set(card.strip().split("\n")) <= set(shown)
    assert table in f"{deal.last('estimate')}\n"


# docs/tracking.md


def test_every_field_is_told_of() -> None:
    told = page("tracking").partition("## Fields")[2]
    assert [heading for heading in BUILT_IN_FIELDS if heading not in told] == []


@pytest.mark.parametrize("text", sorted(set(re.findall(r"`(/[a-z-]+(?: [^`]*)?)`", page("tracking")))))
def test_what_is_said_to_be_typed_is_a_command(text: str) -> None:
    word = text.removeprefix("/").split()[0]
    assert catalog.find(word, default_pipeline()) is not None


# docs/migrating.md


def test_a_migrated_row_is_read_without_a_complaint() -> None:
    deal = World(body=next(block for block in blocks("migrating", "markdown") if "Acme" in block), author=NORA)
    deal.run()
    card = deal.last("card")
    assert "⚠️" not in card
    assert "24,000" in card
    assert "Fri 15 Jan 2027: send the estimate" in card


@pytest.mark.parametrize(
    "lines", ["proposal: {was: negotiating}", "verbal: {after: proposal}", 'negotiating: {label: "In negotiation"}']
)
def test_the_lines_for_the_configuration_are_right(lines: str) -> None:
    assert f"`{lines}`" in page("migrating")
    before = "  proposal: {was: negotiating}\n" if "after" in lines else ""
    config.parse(f"stages:\n{before}  {lines}", "x", templates=builtin_names(), zones=SystemTimeZones())


# docs/templates.md

OVERRIDES = dict(re.findall(r"`\.github/salesbot/([\w/-]+\.md\.j2)`:\n\n```jinja\n(.*?)```", page("templates"), re.S))


def test_the_templates_it_shows_compile() -> None:
    assert len(OVERRIDES) == 3
    assert TemplateRenderer(OVERRIDES).problems("templates") == []


@pytest.mark.parametrize(
    ("name", "number"), [("checklists/handover.md.j2", 0), ("putback.md.j2", 1)], ids=["one block", "a whole template"]
)
def test_a_template_writes_what_is_shown(name: str, number: int) -> None:
    written = TemplateRenderer(OVERRIDES)(name, {"stage": "qualified", "person": "ann"})
    assert written.strip() == blocks("templates", "markdown")[number].strip()


def test_the_own_checklist_counts_what_it_says() -> None:
    values = {"fields": {"Company": "Acme"}, "deal": {}, "round": 1}
    text = TemplateRenderer(OVERRIDES)("checklists/kick-off.md.j2", values)
    read = checklists.read("kick-off", text)
    assert "**Kick-off with Acme**" in text
    assert [(guards.title(item), item.needed) for item in read.items] == [
        ("Date", True),
        ("Team", True),
        ("A room with a screen", False),
    ]


@pytest.mark.parametrize(
    ("name", "written"),
    re.findall(r"^\| `(\w+)`.*? \| `{1,2} ?(.*?) ?`{1,2} \| ", page("templates").partition("## Filters")[2], re.M),
)
def test_a_filter_writes_what_is_shown(name: str, written: str) -> None:
    assert TemplateRenderer({"own.md.j2": f"{{{{ text | {name} }}}}"})("own.md.j2", {"text": "*Acme* @kim"}) == written


def test_the_limits_are_those_of_the_code() -> None:
    from salesbot.adapters.template_environment import MAX_OUTPUT
    from salesbot.adapters.templates import MAX_STEPS

    assert f"at most {MAX_OUTPUT:,} characters" in page("templates")
    assert f"at most {MAX_STEPS:,} steps" in page("templates")


# docs/troubleshooting.md


def _quoted() -> Iterator[str]:
    for table in page("troubleshooting").split("| message |")[1:]:
        yield from re.findall(r"^\| (.*?) \|", table.partition("\n\n")[0], re.M)[1:]


@pytest.mark.parametrize("message", list(_quoted()))
def test_a_quoted_message_is_one_that_is_said(message: str) -> None:
    pattern = ".*?".join(map(re.escape, re.split("…+", message)))
    assert any(
        re.search(pattern, re.sub(r"\*\*|\s+", lambda found: " " if found[0].isspace() else "", text))
        for text in said()
    )


def test_the_collected_messages_are_the_real_ones() -> None:
    found = {message.text for message in messages()}
    assert {
        "The deal has no owner.",
        "GitHub refused the token: it is wrong, expired or revoked",
        "A pull request is not a deal.",
        "unknown key",
    } <= found
    assert len(found) > 150


# docs/extend.md


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the registries back afterwards."""
    registries: tuple[dict[str, Any], ...] = (guards._guards, guards._usages, command_table._commands)
    kept = [(registry, dict(registry)) for registry in registries]
    yield
    for registry, before in kept:
        registry.clear()
        registry.update(before)
    _forget_settings()


def _written(number: int) -> str:
    text = blocks("extend", "python")[number]
    assert len(text.splitlines()) < 10, "under ten lines"
    exec(text, {"guard": guard, "command": command, "Refusal": Refusal, "SetField": SetField})
    return text


def _forget_settings() -> None:
    schema.layout.cache_clear()
    check.validator.cache_clear()


@pytest.mark.usefixtures("registries")
def test_the_guard_holds_once_it_is_written() -> None:
    _written(0)
    _forget_settings()
    text = "stages:\n  qualified: {requires: [phone]}"
    deal = a_deal(pipeline=config.parse(text, "x", templates=builtin_names(), zones=SystemTimeZones()))
    deal.comment("/qualify", by=KIM)
    deal.run()
    assert deal.stages() == ["lead"]
    shown = [line.removeprefix("> ") for line in page("extend").splitlines() if line.startswith("> -")]
    assert shown[0] in deal.last("reply")
    assert "phone" in json_schema.json_schema_text()
    deal.comment("/set phone 0441 12345\n/qualify", by=KIM)
    deal.run()
    assert deal.stages() == ["qualified"]


@pytest.mark.usefixtures("registries")
def test_the_command_works_once_it_is_written() -> None:
    _written(1)
    deal = a_deal()
    deal.comment("/hot", by=KIM)
    deal.comment("/help", by=KIM)
    deal.run()
    assert "### Probability\n\n90 %" in deal.body
    assert "Set the odds to 90 %" in deal.last("answer")


def test_the_template_is_a_checklist() -> None:
    text = TemplateRenderer({"checklists/workshop.md.j2": blocks("extend", "jinja")[0]})(
        "checklists/workshop.md.j2", {"deal": {"title": "Acme"}}
    )
    assert [guards.title(item) for item in checklists.read("workshop", text).items] == ["Room", "Goal"]


def test_no_page_promises_what_is_not_there() -> None:
    promising = [
        file.name
        for file in DOCS.glob("*.md")
        if re.search(r"not (?:there|built) yet", file.read_text(encoding="utf-8"))
    ]
    assert set(promising) <= {"limits.md", "troubleshooting.md"}


def test_migrated_open_deals_stand_where_they_come() -> None:
    deal = World(author=NORA)
    deal.label("stage:negotiating", by=NORA)
    deal.run()
    assert (deal.stages(), deal.written()) == (["negotiating"], ["card"])


def test_migrated_won_deals_are_history_before_since_and_judged_after() -> None:
    for since, stages, written in ((START.date() + timedelta(days=1), ["won"], []), (START.date(), ["lead"], ["card"])):
        deal = World(pipeline=replace(default_pipeline(), since=since), author=NORA)
        deal.label("stage:won", by=NORA)
        deal.close(by=NORA)
        deal.run()
        assert deal.stages() == stages
        assert deal.written()[:1] == written


def test_the_limits_of_a_configuration_are_those_of_the_code() -> None:
    said_ = f"{yaml_reader.MAX_BYTES // 1024} KiB, {yaml_reader.MAX_NODES:,} values, {yaml_reader.MAX_DEPTH} levels"
    assert f"Limits of the file: {said_}, {schema.MAX_STAGES} stages, {schema.MAX_FIELDS} fields." in page(
        "configuration"
    )


def test_the_age_of_githubs_schema_is_that_of_the_package_that_is_compared_with() -> None:
    packages = json.loads((DOCS.parent / "tests" / "conformance" / "package.json").read_text(encoding="utf-8"))
    assert f"@octokit/graphql-schema {packages['dependencies']['@octokit/graphql-schema']}," in page("limits")
