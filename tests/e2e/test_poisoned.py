"""One poisoned description through event, sweep, report, sync and export: none of them fails, and none takes long.

`pytest -s tests/e2e/test_poisoned.py` prints how long each took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from github_sandbox import Run
from tests.e2e.boxes import Boxes
from tests.e2e.play import Play
from tests.hostile import CORPUS, HEADINGS

SLOW = 10
"""Seconds of processor time that none of them may take."""
DIGITS = "9" * 4_301
BODY = (
    "\n\n".join(
        [
            f"### Value\n\n{DIGITS} EUR",
            f"### Probability\n\n{DIGITS}",
            f"### Expected close\n\n2027-03-{DIGITS}",
            f"### Next step\n\nin {DIGITS} months: @acme/everybody",
            *(f"### {heading}\n\n{text[:700]}" for heading, text in zip(HEADINGS * 3, CORPUS, strict=False)),
        ]
    )
    .encode("utf-8", "replace")
    .decode()
)


def test_a_poisoned_description_ends_and_delays_nothing(boxes: Boxes, tmp_path: Path) -> None:
    play, file = boxes.play, tmp_path / "deals.csv"
    boxes.begin()
    good = play.deal(body="### Company\n\nAcme\n\n### Value\n\n9000 EUR\n")
    poisoned = play.sales.open_issue("eve", "Evil Corp: =1+1 @acme/everybody", BODY)
    took = {}
    took["event"] = timed(play.run)
    play.reconcile()
    play.sales.comment("nora", good, "/value 12k")
    took["sweep"] = timed(play.sweep)
    took["report"] = timed(lambda: report(play))
    took["sync"] = timed(boxes.sync)
    took["export"] = timed(lambda: play.salesbot("export", "csv", str(file), "--repo", "acme/sales"))
    assert play.stages(poisoned) == play.stages(good) == ["lead"]
    assert "12,000 EUR" in play.text(good, "card")
    assert "12,000" in next(issue.body for issue in play.sales.issues() if "report" in issue.labels)
    assert {boxes.box_stage(number) for number in (good, poisoned)} == {"lead"}
    rows = file.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert {row.partition(",")[0] for row in rows} >= {str(good), str(poisoned)}
    print(*(f"{name:8}{seconds:6.2f} s" for name, seconds in took.items()), sep="\n")
    assert max(took.values()) < SLOW


def timed(run: Callable[[], Run]) -> float:
    """Measure the processor time of a run, which must not fail."""
    begun = time.process_time()
    done = run()
    took = time.process_time() - begun
    assert done.exit_code == 0, done.stdout
    return took


def report(play: Play) -> Run:
    play.drop()
    play.sales.workflow_dispatch(by="kim")
    return play.run(inputs={"task": "report"})
