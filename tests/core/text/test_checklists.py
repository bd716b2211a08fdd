"""A checklist keeps what people ticked, struck and wrote, whatever happens to its template."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import checklist_merge, checklists, markdown, task_lists
from salesbot.core.text.checklists import Checklist
from salesbot.core.text.task_lists import Item
from tests import cpu_time
from tests.budget import budget

LIST = """**What the estimate needs**. Promised for: friday.

**Needed**

- [ ] **Scope** written down: what is in, and what is out
- [ ] **Price** agreed inside; `/value <amount>` set *(each round)*

**As it applies**

- [ ] Users, volumes, languages

| package | days |
|---|---|
"""


def items(body: str) -> list[Item]:
    return list(checklists.read("estimate", body).items)


def texts(body: str) -> list[str]:
    return [f"{'x' if item.ticked else ' '}{'~' if item.struck else ' '}{item.text}" for item in items(body)]


@pytest.mark.parametrize(
    ("line", "item"),
    [
        pytest.param("- [ ] Goal", Item("Goal"), id="open"),
        pytest.param("- [x] Goal", Item("Goal", ticked=True), id="ticked"),
        pytest.param("* [X] Goal", Item("Goal", ticked=True), id="another bullet, a capital"),
        pytest.param("1. [x] Goal", Item("Goal", ticked=True), id="numbered"),
        pytest.param("2) [ ] Goal", Item("Goal"), id="numbered otherwise"),
        pytest.param("- a\n  - [x] Goal", Item("Goal", ticked=True), id="indented below another"),
        pytest.param("- a\n    - b\n        - [x] Goal", Item("Goal", ticked=True), id="indented twice"),
        pytest.param("- [\u00a0] Goal", Item("Goal"), id="a no-break space"),
        pytest.param("- [ ] **Goal**: one sentence", Item("**Goal**: one sentence"), id="words keep their emphasis"),
        pytest.param("- [ ] ~~Goal~~ they have none", Item("Goal", struck=True), id="struck with a reason"),
        pytest.param("- [x] ~~Goal~~", Item("Goal", ticked=True, struck=True), id="struck and ticked"),
        pytest.param("- [ ] ~Goal~ no", Item("Goal", struck=True), id="struck with single signs"),
        pytest.param("- [ ] Goal ~~one~~ two", Item("Goal ~~one~~ two"), id="a word struck inside is no strike"),
        pytest.param(
            "- [ ] Sent *(each round)*; then go", Item("Sent; then go", each_round=True), id="due in each round"
        ),
        pytest.param(
            "- [ ] ~~Sent _(Each Round)_~~ by post", Item("Sent", struck=True, each_round=True), id="and struck"
        ),
        pytest.param("- [ ] Goal\r\n", Item("Goal"), id="CRLF"),
    ],
)
def test_an_item(line: str, item: Item) -> None:
    assert items(line) == [item]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("- [] Goal", id="no space in the box"),
        pytest.param("- [ ]Goal", id="no space after the box"),
        pytest.param("- [ ]", id="nothing after the box"),
        pytest.param("[ ] Goal", id="no bullet"),
        pytest.param("- [y] Goal", id="another letter"),
        pytest.param("```\n- [ ] Goal\n```", id="a fence"),
        pytest.param("- a\n  ~~~\n  - [ ] Goal\n  ~~~", id="a fence in a list"),
        pytest.param("<!--\n- [ ] Goal\n-->", id="an HTML comment"),
        pytest.param("    - [ ] Goal", id="indented code"),
        pytest.param("> - [ ] Goal", id="a quotation"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_item(body: str) -> None:
    assert items(body) == []


@pytest.mark.parametrize(
    ("body", "needed"),
    [
        pytest.param("- [ ] a\n- [ ] b", "ab", id="without a heading all count"),
        pytest.param("# Notes\n- [ ] a\n\n**Other**\n- [ ] b", "ab", id="without that heading too"),
        pytest.param(
            "- [ ] a\n\n**Needed**\n- [ ] b\n\n**As it applies**\n- [ ] c", "b", id="only the needed part counts"
        ),
        pytest.param("### Needed\n- [ ] a\n### As it applies\n- [ ] b", "a", id="headings do as well"),
        pytest.param("Needed\n------\n- [ ] a\n\nOther\n-----\n- [ ] b", "a", id="underlined ones too"),
        pytest.param("__needed:__\n- [ ] a\n\n**Rest.**\n- [ ] b", "a", id="in small letters, with a colon"),
        pytest.param("**Needed** for the estimate (2)\n- [ ] a\n\n**Rest**\n- [ ] b", "a", id="with words after it"),
        pytest.param("**Needed by Kim**\n- [ ] a\n\n**Rest**\n- [ ] b", "a", id="with words inside"),
        pytest.param("**Needed**\n- [ ] a\n\n**Rest**:\n- [ ] b", "a", id="with a colon behind the bold words"),
        pytest.param(
            "**Needed**\n- [ ] a\n\n**Bold** and more\n\n- [ ] b", "ab", id="a line with a bold word ends nothing"
        ),
        pytest.param("**Needed**\n- [ ] a\n  **bold**\n- [ ] b", "ab", id="nor does a bold line inside an item"),
        pytest.param("**Needed**\n- [ ] a\n\n```\n# Rest\n```\n\n- [ ] b", "ab", id="nor one in a fence"),
        pytest.param("**Unneeded**\n- [ ] a\n\n**Needed**\n- [ ] b", "b", id="another word that ends alike"),
        pytest.param("**Needed**\n- [ ] a\n\n**Rest**\n- [ ] b\n\n**Needed later**\n- [ ] c", "ac", id="twice"),
        pytest.param("```\n**Needed**\n- [ ] a", "a", id="a fence left open hides nothing that is needed"),
    ],
)
def test_what_is_needed(body: str, needed: str) -> None:
    assert "".join(item.text for item in items(body) if item.needed) == needed


def test_a_list_knows_its_name_and_place() -> None:
    assert checklists.read("estimate", "- [x] a", "https://x") == Checklist("estimate", (Item("a", True),), "https://x")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("**Goal**: in one sentence", id="emphasis"),
        pytest.param("GOAL in ONE sentence", id="case"),
        pytest.param("~~Goal: in one sentence~~ they have none", id="struck, with a reason"),
        pytest.param("Goal, in `one` sentence!", id="punctuation"),
        pytest.param("Goal: in one sentence *(each round)*", id="the mark of a round"),
        pytest.param("  Goal  in one sentence ", id="spaces"),
    ],
)
def test_an_item_is_the_same_whatever_its(text: str) -> None:
    assert task_lists.key(text) == task_lists.key("Goal: in one sentence")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Price", "Prices", id="another word"),
        pytest.param("5 days", "6 days", id="another number"),
        pytest.param("Goal", "Goal \u2705", id="a sign that somebody added"),
        pytest.param("!!!", "???", id="no words at all"),
    ],
)
def test_items_differ_by(one: str, other: str) -> None:
    assert task_lists.key(one) != task_lists.key(other)


def test_the_name_of_an_item_never_changes() -> None:
    """Cards out there remember these names."""
    assert task_lists.key(Item("**Goal**: in one sentence", ticked=True)) == "e63aa6b8"


def test_ticks_come_back() -> None:
    seen = checklists.ticks(checklists.read("x", "- [x] a\n- [ ] ~~b~~ no\n- [ ] c\n- [x] d\n- [ ] d"))
    assert checklists.restore("- [ ] d\r\n- [ ] A\r\n- [ ] **b**\n- [ ] c\n- [ ] d", seen) == (
        "- [x] d\r\n- [x] A\r\n- [x] **b**\n- [ ] c\n- [ ] d"
    )


def test_what_was_struck_need_not_come_back() -> None:
    assert checklists.restore("- [ ] ~~a~~ no\n- [ ] a", [task_lists.key("a")]) == "- [ ] ~~a~~ no\n- [ ] a"


@pytest.mark.parametrize(
    "name", [pytest.param("B!", id="by its text"), pytest.param(task_lists.key("b"), id="by its key")]
)
def test_tick_one(name: str) -> None:
    assert checklists.tick("- [ ] a\r\n- [x] b\n- [ ] b\n- [ ] b", name) == "- [ ] a\r\n- [x] b\n- [x] b\n- [ ] b"
    assert checklists.tick("- [x] b", name) == "- [x] b"
    with pytest.raises(KeyError):
        checklists.tick("- [ ] a", name)


def test_a_new_round_unticks_what_is_due_in_each() -> None:
    body = "- [x] a\r\n- [X] b *(each round)*\n- [x] ~~c *(each round)*~~ no\n```\n- [x] d *(each round)*\n```"
    assert checklists.new_round(body) == body.replace("[X] b", "[ ] b")


PRICE = "- [ ] **Price** agreed inside; `/value <amount>` set *(each round)*\n"


def posted(text: str, template: str = LIST) -> str:
    """The list as people edited it after the bot had posted the template."""
    return f"{markdown.marker('checklist', checklist_merge.written(template))}\n{text}"


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        pytest.param(
            "- [x] a\n- [ ] b", "- [ ] **A**\n- [ ] b", "- [x] **A**\n- [ ] b", id="a tick moves to the new words"
        ),
        pytest.param("- [ ] ~~a~~ no", "- [ ] **A**", "- [ ] ~~a~~ no", id="a strike keeps its reason"),
        pytest.param("- [x] b\n- [ ] a", "- [ ] a\n- [ ] b", "- [x] b\n- [ ] a", id="in the old order"),
        pytest.param(
            "- [ ] a\n- [x] mine",
            "- [ ] a\n- [ ] c",
            "- [ ] a\n- [ ] c\n- [x] mine",
            id="a line of somebody goes to the end",
        ),
        pytest.param(
            "- [x] a\n- [ ] a", "- [ ] a\n- [ ] a", "- [x] a\n- [ ] a", id="of two alike the first one stays ticked"
        ),
        pytest.param(
            "- [x] Budget: a range: 20k",
            "- [ ] Budget, a range",
            "- [x] Budget: a range: 20k",
            id="words added to an item stay in it",
        ),
        pytest.param(
            "- [x] a\n  called Bob\n- [ ] b",
            "- [ ] c\n- [ ] a\n- [ ] b",
            "- [ ] c\n- [x] a\n  called Bob\n- [ ] b",
            id="a note stays below its item",
        ),
        pytest.param("- [x] a\r\n- [x] mine\r\n", "- [ ] a\n", "- [x] a\n- [x] mine\n", id="CRLF"),
        pytest.param(
            "- [ ] a\n\n```\ncode\n```\n",
            "- [ ] a\n\n**Rest**\n",
            "- [ ] a\n\n```\ncode\n```\n\n**Rest**\n",
            id="code stays whole",
        ),
        pytest.param(
            "- [ ] a\n\n```\n\n- [x] b",
            "- [ ] a\n\n```\ncode\n```\n\n- [ ] b",
            "- [ ] a\n\n```\ncode\n```\n\n```\n```\n\n- [x] b",
            id="code left open is closed",
        ),
        pytest.param(
            "**Needed**\n- [ ] a\n\n**Mine**\n- [x] x\n",
            "**Needed**\n- [ ] a\n\n**Rest**\n- [ ] b\n",
            "**Needed**\n- [ ] a\n\n**Rest**\n- [ ] b\n\n**Mine**\n- [x] x\n",
            id="a part of somebody stays",
        ),
        pytest.param(
            "**Needed (1)**\n- [ ] a\n- [ ] mine\n\n**Rest**\n- [ ] b",
            "**Needed (2)**\n- [ ] a\n\n**Rest**\n- [ ] b",
            "**Needed (2)**\n- [ ] a\n- [ ] mine\n\n**Rest**\n- [ ] b",
            id="a needed line stays needed",
        ),
        pytest.param(
            posted(LIST.replace("friday", "friday")),
            LIST.replace("friday", "monday"),
            LIST.replace("friday", "monday"),
            id="words of the template that change do not pile up",
        ),
        pytest.param(
            posted(LIST),
            LIST.replace(PRICE, ""),
            LIST.replace(PRICE, f"- [ ] ~~{PRICE[6:-1]}~~ {checklist_merge.GONE}\n"),
            id="an item that left the template is struck",
        ),
        pytest.param(
            posted(LIST.replace("|---|---|\n", "|---|---|\n| shop | 5 |\n")),
            LIST,
            LIST + "| shop | 5 |\n",
            id="rows of somebody stay in the table",
        ),
        pytest.param(
            "**Needed**\n- [x] a\n- [ ] b\n\n**Rest**\n- [ ] c",
            "**Needed**\n- [ ] b\n\n**Rest**\n- [ ] c\n- [ ] a",
            "**Needed**\n- [ ] b\n\n**Rest**\n- [ ] c\n- [x] a",
            id="an item that moves to another part takes its tick along",
        ),
        pytest.param(
            "- [ ] a\n- [ ] mine",
            "- [ ] a\n\n**Rest**\n- [ ] b",
            "- [ ] a\n- [ ] mine\n\n**Rest**\n- [ ] b",
            id="a new part comes behind a whole part",
        ),
        pytest.param(
            posted(LIST.replace("volumes, languages\n", "volumes, languages\n- [ ] mine\n")),
            "\n".join(LIST.split("\n")[:6]),
            LIST.split("\n\n|")[0].replace(
                "- [ ] Users, volumes, languages", "- [ ] ~~Users, volumes, languages~~ not asked any more"
            )
            + "\n- [ ] mine",
            id="a part that left the template stays where somebody wrote in it, so that nothing becomes needed",
        ),
        pytest.param(posted("a\n\nb", "a\n\nb"), "a", "a", id="a line that goes leaves no empty lines at the end"),
        pytest.param(posted("a\n\nb\n\nc", "a\n\nb\n\nc"), "a\n\nc", "a\n\nc", id="nor in the middle"),
        pytest.param(
            posted("- [ ] Goal in a word, or two", "- [ ] Goal in a word, or two"),
            "- [ ] Goal in a word",
            "- [ ] Goal in a word\n- [ ] ~~Goal in a word, or two~~ not asked any more",
            id="an item that the template words shorter is another item",
        ),
        pytest.param(
            "**Needed**\n- [x] a\n  note\n\n**Rest**\n- [ ] c",
            "**Needed**\n\n**Rest**\n- [ ] c\n- [ ] a",
            "**Needed**\n- [x] a\n  note\n\n**Rest**\n- [ ] c\n- [ ] a",
            id="an item with a note below does not move",
        ),
        pytest.param(posted("a\n  mine", "a"), "b", "b\n\na\n  mine", id="a line with a note below does not go"),
        pytest.param(posted("- [ ] a\n- [ ] a", "- [ ] a"), "- [ ] a", "- [ ] a\n- [ ] a", id="a double is somebody's"),
        pytest.param(
            "- [x] a\n  note", "- [ ] a\n- [ ] b", "- [x] a\n  note\n- [ ] b", id="a new line comes behind notes"
        ),
        pytest.param(
            "- [x] a\nnote", "- [ ] a\n- [ ] b", "- [x] a\nnote\n\n- [ ] b", id="even if they are not indented"
        ),
        pytest.param(
            "- [ ] a\n```\nb\n```", "- [ ] a\n- [ ] c", "- [ ] a\n- [ ] c\n\n```\nb\n```", id="but not behind code"
        ),
        pytest.param(
            "**Rest (1)**\n- [ ] a", "**Rest 1.**\n- [ ] a", "**Rest 1.**\n- [ ] a", id="a title takes the new words"
        ),
        pytest.param(
            "**Rest (1)**\n- [ ] a",
            "# Rest 1\n- [ ] a",
            "**Rest (1)**\n- [ ] a",
            id="but stays the kind of title it was",
        ),
        pytest.param(
            posted("- [x] Use ~~old~~ new", "- [ ] Use ~~old~~ new"),
            "",
            "- [x] ~~Use old new~~ not asked any more",
            id="a strike inside a strike goes",
        ),
        pytest.param(
            '<!-- salesbot:checklist {"lines":5} -->\n- [x] a', "- [ ] a", "- [x] a", id="a marker that somebody broke"
        ),
        pytest.param(
            "<!-- salesbot:a {} -->\n<!-- salesbot:b {} -->",
            "",
            "\n<!-- salesbot:b {} -->",
            id="a marker that somebody forged",
        ),
        pytest.param(
            "| a |\n|---|\n| mine |",
            "| a |\n|---|\n| b |",
            "| a |\n|---|\n| mine |\n| b |",
            id="a new row comes into the table",
        ),
        pytest.param("- [x] a", "a\n\n- [ ] b", "a\n\n- [ ] b\n- [x] a", id="a word is no item"),
        pytest.param(
            posted("Needed\n**mine**\n---\n- [ ] a", "Needed\n---\n- [ ] a"),
            "- [ ] a",
            "- [ ] a\n\nNeeded\n**mine**",
            id="a title that somebody wrote into is text",
        ),
        pytest.param(
            posted("```\nx\n```\n  - [x] c", "```\nx\n```"),
            "",
            "```\nx\n```\n  - [x] c",
            id="code goes whole or stays whole",
        ),
        pytest.param(
            "- [ ] a\n> q",
            "- [ ] c\n  - [ ] a\n    - [ ] b",
            "- [ ] c\n- [ ] a\n> q\n\n- [ ] b",
            id="an item that lost what it stood under is no code",
        ),
        pytest.param("", LIST, LIST, id="nothing was there"),
        pytest.param(LIST, "", LIST.rstrip(), id="nothing is wanted any more, yet people may have written all of it"),
        pytest.param(posted(LIST), posted(LIST), posted(LIST), id="nothing has changed"),
    ],
)
def test_merge(old: str, new: str, merged: str) -> None:
    assert checklist_merge.merge(old, new) == merged
    assert checklist_merge.merge(merged, new) == merged


WRITTEN = """- [ ] a;- [x] a;- [x] **a**!;- [ ] ~~a~~ why;- [ ] b;- [x] b
- [x] b and more;  - [x] c;1. [ ] c;- ;> q
**Needed**;**Needed** (2);**Rest**;# Rest;### Mine;;note;  note;    code;| a | b |;|---|---|;[a]: b
```;~~~;<!--;-->;<div>;<pre>;<!-- salesbot:checklist {} -->"""
LINES = st.sampled_from(WRITTEN.replace("\n", ";").split(";"))
BODIES = st.lists(LINES, max_size=14).map("\n".join) | st.text(max_size=60)


# What a template may look like: blocks with an empty line between them.
BLOCKS = """**Needed**;**Needed** (2);**Rest**;# Rest;Please tick./Or strike.;| a | b |/|---|---|/| | |
- [ ] a;- [ ] a/- [ ] **b**/- [ ] c;- [ ] e/- [ ] f and more;- [ ] c/  - [ ] a/    - [ ] b//- [ ] d
- note/- [x] c;```/- [x] a/```;<!-- hint -->;<div>/- [ ] a;1. [ ] a/2. [ ] b/3. [ ] c"""
TEMPLATES = st.lists(st.sampled_from(BLOCKS.replace("\n", ";").split(";")), max_size=7).map(
    lambda blocks: "\n\n".join(blocks).replace("/", "\n")
)


def settled(body: str) -> Counter[str]:
    return Counter(checklists.ticks(checklists.read("x", body)))


def said(body: str) -> set[str]:
    """The lines of a body; items and titles by their words."""
    lines = {line.strip() for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n")}
    words = {line: task_lists.key(line.partition("] ")[2] if "] " in line else line) for line in lines}
    return {words[line] if line[:1] in "-*#123" else line for line in lines if line not in ("", "-", "**Needed** (2)")}


@budget(400)
@given(BODIES, TEMPLATES)
def test_merging_loses_nothing_and_settles(old: str, new: str) -> None:
    merged = checklist_merge.merge(old, new)
    assert settled(old) <= settled(merged)
    text = old.partition("\n")[2] if markdown.read_marker(old) else old
    assert said(text) <= said(merged) | {task_lists.key("Needed")}
    assert checklist_merge.merge(merged, new) == merged


@budget(200)
@given(TEMPLATES, st.lists(st.tuples(st.integers(0, 14), LINES), max_size=6), TEMPLATES)
def test_a_list_that_people_edited_keeps_their_lines(template: str, edits: list[tuple[int, str]], new: str) -> None:
    lines = template.split("\n")
    for place, line in edits:
        lines.insert(place, line)
    mark = markdown.marker("checklist", dict(checklist_merge.written(template)))
    merged = checklist_merge.merge(f"{mark}\n" + "\n".join(lines), new)
    assert settled("\n".join(lines)) <= settled(merged)
    assert said("\n".join(line for _, line in edits)) - said(template) <= said(merged) | {task_lists.key("Needed")}
    assert checklist_merge.merge(merged, new) == merged


@given(TEMPLATES)
def test_a_list_merged_with_itself_stays_as_it_is(body: str) -> None:
    assert checklist_merge.merge(body, body) == body


@given(BODIES, BODIES)
def test_even_the_oddest_template_loses_nothing(old: str, new: str) -> None:
    merged = checklist_merge.merge(old, new)
    assert said(old.partition("\n")[2] if markdown.read_marker(old) else old) <= said(merged) | {
        task_lists.key("Needed")
    }


@given(BODIES)
def test_a_deleted_list_comes_back_with_its_ticks(body: str) -> None:
    seen = checklists.ticks(checklists.read("x", body))
    bare = body.replace("[x]", "[ ]")
    assert settled(body) <= settled(checklists.restore(bare, seen))
    assert checklists.restore(body, seen) == checklists.restore(checklists.restore(body, seen), seen)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    checklists.read("x", text)
    checklists.new_round(text)
    task_lists.key(text)


@pytest.mark.parametrize(
    "piece",
    [
        "- [ ] a\n",
        "- [ ] ~~",
        "~",
        "**",
        "# a\n",
        "```\n",
        "<!--\n",
        "  note\n",
        "| a |\n",
        "a ",
        "- [ ] a b\n",
        "\n",
        "> ",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    with cpu_time.at_most(6):
        checklists.read("x", text)
        checklist_merge.merge(text, text)


BASE = "- [x] **Price** *(each round)*\n- [ ] Effort\n- [ ] Risks\n"
ROUND_TWO = "Round 2\n\n- [ ] **Price** *(each round)*\n- [ ] Effort\n- [ ] Risks\n"


@pytest.mark.parametrize(
    ("ours", "theirs", "together"),
    [
        pytest.param(ROUND_TWO, BASE, ROUND_TWO, id="nobody did anything: as we wrote it"),
        pytest.param(
            ROUND_TWO, BASE.replace("[ ] Effort", "[x] Effort"), ROUND_TWO.replace("[ ] Effort", "[x] Effort"),
            id="their tick stays, and what we unticked stays so",
        ),
        pytest.param(
            BASE, BASE.replace("[x] **Price", "[ ] **Price"), BASE.replace("[x] **Price", "[ ] **Price"),
            id="they took a tick off",
        ),
        pytest.param(
            BASE, BASE.replace("Risks", "~~Risks~~ none"), BASE.replace("Risks", "~~Risks~~ none"), id="they struck one"
        ),
        pytest.param(BASE, f"{BASE}- [x] Ask Lee\n", f"{BASE}- [x] Ask Lee\n", id="they added one"),
        pytest.param(
            "- [ ] Effort\n- [ ] Effort\n", "- [ ] Effort\n- [x] Effort\n", "- [ ] Effort\n- [x] Effort\n",
            id="the second of two that say the same",
        ),
    ],
)  # fmt: skip
def test_what_somebody_did_while_we_wrote_comes_on_top_of_it(ours: str, theirs: str, together: str) -> None:
    base = BASE if "Price" in theirs else "- [ ] Effort\n- [ ] Effort\n"
    assert checklist_merge.rebase(ours, base, theirs) == together
    assert checklist_merge.rebase(together, theirs, theirs) == together
