"""The chapter about Streak: a deal's box, a box that is dragged too early, and both ways to handle that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from github_sandbox import Repo, Workflow
from github_sandbox.streak import Streak
from github_sandbox.typeform import Typeform
from salesbot_demo import form_chapter
from salesbot_demo.form_chapter import CONFIG
from salesbot_demo.player import Expected, Step

PIPELINE = ("Prospect", "Lead", "Qualified", "Negotiating", "Won", "Lost")
CONFIGURED = """version: 1
streak:
  guards: {guards}
  pipelines:
    sales: {{key: {key}}}
"""


def workflow(program: Sequence[str], web: Typeform, streak: Streak) -> Workflow:
    """Make the workflow that runs the program with the secrets of the form and of Streak."""
    form = form_chapter.workflow(program, web)
    inputs = {"task": "${{ inputs.task }}", "streak-key": "${{ secrets.STREAK_API_KEY }}"}
    return replace(
        form,
        inputs={**form.inputs, **inputs},
        secrets={**form.secrets, "STREAK_API_KEY": streak.key or ""},
        environment={**form.environment, "STREAK_API_URL": streak.url},
    )


def steps(number: int, streak: Streak | None) -> list[Step]:
    """Make the steps for this deal, which is in lead. Without a Streak they can be printed, not played."""
    box = _Box(number, streak)
    taken = Expected("negotiating", says="Moved to negotiating in Streak", card="Missing here", outside="Negotiating")
    back = Expected("negotiating", says="", outside="Moved back to negotiating, from won")
    return [
        Step(
            "kim",
            "names Streak's pipeline in the configuration, with `guards: expects`",
            number,
            box.configure("expects"),
            Expected("lead"),
        ),
        box.sync("comes round: the deal gets a box", Expected("lead", says="", outside="is in Lead")),
        box.sync("comes round; kim had dragged the box to Negotiating", taken, drag="Negotiating"),
        Step(
            "kim",
            "has boxes checked like labels: `guards: requires`",
            number,
            box.configure("requires"),
            Expected("negotiating"),
        ),
        box.sync("comes round; kim had dragged the box to Won", back, drag="Won"),
    ]


class _Box:
    """The box of the deal, as people in Gmail see it."""

    def __init__(self, number: int, streak: Streak | None) -> None:
        self.number = number
        self._streak = streak

    @property
    def streak(self) -> Streak:
        """Streak. Raises LookupError if there is none."""
        if self._streak is None:
            raise LookupError("there is no Streak in this demo")
        return self._streak

    def configure(self, guards: str) -> Callable[[Repo], object]:
        """Write the configuration; the pipeline is made the first time."""

        def do(sales: Repo) -> None:
            known = [key for key, found in self.streak.pipelines.items() if found["name"] == "Sales"]
            key = known[0] if known else self.streak.pipeline("Sales", PIPELINE)
            sales.push("kim", CONFIG, CONFIGURED.format(guards=guards, key=key))

        return do

    def sync(self, text: str, expected: Expected, drag: str | None = None) -> Step:
        """The hourly sync, perhaps after somebody dragged the box."""

        def do(sales: Repo) -> None:
            if drag is not None:
                self.streak.move(self._key(sales), drag)
            sales.workflow_dispatch({"task": "streak"}, by="kim")

        return Step("the hourly sync", text, self.number, do, expected, outside=self._shown)

    def _shown(self, sales: Repo) -> str:
        key = self._key(sales)
        comments = self.streak.comments_on(key)[-1:]
        return f"in Streak: the box “{self.streak.boxes[key]['name']}” is in {self.streak.stage(key)}" + "".join(
            f"; a comment on it: {text}" for text in comments
        )

    def _key(self, sales: Repo) -> str:
        title = sales.issue(self.number).title
        found = [key for key, box in self.streak.boxes.items() if box["name"] == title]
        if not found:
            raise LookupError(f"Streak has no box {title!r}")
        return found[0]
