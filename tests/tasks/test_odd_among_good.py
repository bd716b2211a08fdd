"""Twenty odd objects among many good ones: the good ones are done, and each odd one is named once.

Sixty good ones in every run of the tests; with SALESBOT_GOOD=200 in the environment there are two hundred.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from github_sandbox import Run
from github_sandbox.streak.account import ABSENT
from tests.e2e.boxes import Boxes
from tests.e2e.forms import CONFIGURED as FORM_CONFIGURED
from tests.e2e.forms import Forms
from tests.e2e.play import CONFIG, Play, told

GOOD, EACH = int(os.environ.get("SALESBOT_GOOD", "60")), 5
BUDGET = "sweep: {budget: 450}\n"
PEOPLE = [f"p{number}" for number in range(EACH)]
CONFIGURED = """version: 1
{budget}streak:
  people: {{{people}}}
  pipelines:
    sales: {{key: {key}, stages: {{won: Closed won}}}}
"""


def _paired(boxes: Boxes, count: int) -> list[int]:
    """Deals whose boxes name them already, and were synced once."""
    boxes.begin()
    people = ", ".join(f"{name}: {name}@agency.com" for name in PEOPLE)
    configured = CONFIGURED.format(budget=BUDGET, people=people, key=boxes.pipeline)
    boxes.play.sales.push("kim", CONFIG, configured)
    boxes.streak.column(boxes.pipeline, "GitHub")
    boxes.play.sales.create_label("kim", "stage:lead")
    deals = [boxes.play.sales.open_issue("nora", f"Client {n}", labels=["stage:lead"]) for n in range(count)]
    for deal in deals:
        box = boxes.streak.box(boxes.pipeline, f"Client {deal - 1}", "Lead")
        boxes.streak.boxes[box]["fields"] = {"1003": boxes.url(deal)}
    with _time_standing_still(boxes):
        boxes.to_rest()
    return deals


def _spoil(boxes: Boxes, deals: list[int]) -> list[str]:
    """Make odd, in turn: boxes, boxes that left, owners, and entries of the list; say how each is named."""
    hiring = boxes.streak.pipeline("Hiring", ["Applied", "Prospect"], {"Salary": "TEXT_INPUT"})
    without, left, owned = deals[:EACH], deals[EACH : 2 * EACH], deals[2 * EACH : 3 * EACH]
    for deal in without:
        boxes.streak.show(boxes.box(deal), {"pipelineKey": ABSENT})
    for deal in left:
        boxes.streak.carry(boxes.box(deal), hiring, "Prospect")
    for deal, person in zip(owned, PEOPLE, strict=True):
        boxes.play.sales.assign("kim", deal, person)
    nothing = [boxes.streak.box(boxes.pipeline, "", "Lead") for _ in range(EACH - 2)]
    for box in nothing:
        boxes.streak.show(box, None)
    boxes.streak.column(boxes.pipeline, "Anything", "DATE")
    fields = boxes.streak.pipelines[boxes.pipeline]["fields"]
    next(field for field in fields if field["name"] == "Value")["type"] = "DATE"
    return [
        *(f"Deal {deal}: Streak's answer is not the box" for deal in without),
        *(f"The box of deal {deal} is in another pipeline now" for deal in left),
        *(f"no user with the address {person}@agency.com" for person in PEOPLE),
        *(f"Box {len(deals) - len(left) + number} of" for number in range(1, len(nothing) + 1)),
        "The column Value of Sales in Streak is of the type DATE",
        "Sales in Streak has no stage Closed won",
    ]


def _named(run: Run, text: str) -> int:
    """Count how often something is named: in an annotation, or else in a note."""
    notes = [line for line in run.stdout.splitlines() if not line.startswith("::")]
    return sum(text in line for line in [*(warned for _, warned in told(run)), *notes])


@contextmanager
def _time_standing_still(boxes: Boxes) -> Iterator[None]:
    """Without GitHub's pace, so that one sync does it all: with two hundred, its moves take longer than a run may."""
    github, door = boxes.play.github, boxes.play.door
    sleep = door.sleep
    github.limits.enabled, github.clock.step, door.sleep = False, 0, lambda seconds: None
    yield
    github.limits.enabled, github.clock.step, door.sleep = True, 1, sleep


def test_a_sync(boxes: Boxes) -> None:
    boxes.play.github.repo("acme/sales", roles=dict.fromkeys(PEOPLE, "write"))
    deals = _paired(boxes, GOOD + 3 * EACH)
    names = _spoil(boxes, deals)
    assert len(names) == 20
    odd, good = deals[: 2 * EACH], deals[2 * EACH :]
    for deal in [*deals[:EACH], *good]:
        boxes.streak.move(boxes.box(deal), "Prospect")
    with _time_standing_still(boxes):
        run = boxes.sync()
    assert run.exit_code == 0, told(run)
    assert {level for level, _ in told(run)} == {"warning"}
    assert [boxes.play.stages(deal) for deal in good] == [["prospect"]] * len(good)
    assert [boxes.play.stages(deal) for deal in odd] == [["lead"]] * len(odd)
    assert {name: _named(run, name) for name in names} == dict.fromkeys(names, 1)
    assert Counter(boxes.kinds()) == {"list": 1, "pipeline": 1, "box": GOOD + 5 * EACH, "teams": 1, "team": 1}
    assert len(run.requests) <= GOOD + 50


ODD: tuple[Any, ...] = (
    None, "x", 7, [], True,
    {"token": None, "response_id": None, "landing_id": None, "submitted_at": None, "landed_at": None},
    {"submitted_at": None, "landed_at": None}, {"submitted_at": "yesterday"}, {"submitted_at": [1]},
    {"form_id": "other1"},
)  # fmt: skip


def test_a_poll(play: Play, forms: Forms) -> None:
    """The first poll names each odd response; more polls bring in what GitHub's pace left of the good ones."""
    play.sales.push("kim", CONFIG, f"{FORM_CONFIGURED}{BUDGET}")
    tokens = [forms.send({"lead_name": f"Jane {number}"}) for number in range(GOOD + 20)]
    spoiled = dict(zip(tokens[:: GOOD // 20 + 1], ODD * 2, strict=True))
    forms.typeform.odd.update(spoiled)
    runs = [forms.poll()]
    named = [text for _, text in told(runs[0])]
    assert (len(named), len(set(named)), {level for level, _ in told(runs[0])}) == (20, 20, {"warning"})
    while "Left " in runs[-1].stdout:
        play.github.advance(3600)
        runs.append(forms.poll())
    assert {run.exit_code for run in runs} == {0}
    assert [len(forms.of(token)) for token in tokens if token not in spoiled] == [1] * GOOD
    assert len(forms.leads()) == GOOD
    assert sum(len(run.requests) for run in runs) <= 3 * GOOD + 20
