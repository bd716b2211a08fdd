"""Streak beside GitHub: how a test plays with both, and how a run dies between any two requests to either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from github_sandbox import Fault, IssueView, Run
from github_sandbox.streak import Streak
from salesbot.adapters.streak import Streak as Client
from tests.e2e.play import CONFIG, Killed, Play
from tests.e2e.scenes import outcome

STAGES = ("Prospect", "Lead", "Qualified", "Negotiating", "Won", "Lost", "Parking lot")
KEY = "streak-key"
CONNECTIONS = "    connections: {{key: {key}, stages: {{prospect: {stage}}}}}\n"
CONFIGURED = """version: 1
streak:
  guards: {guards}
  people: {{nora: nora@agency.com, kim: kim@agency.com}}
  pipelines:
    sales: {{key: {key}}}
"""


@dataclass
class Boxes:
    """A repository, and a Streak with a pipeline that is configured in it."""

    play: Play
    streak: Streak
    count: int = 0
    """Requests of the run so far, to GitHub and to Streak."""
    death: int | None = None
    """The request after whose answer the run dies. Dying before the next one is the same."""
    pipeline: str = ""
    concurrent: dict[int, Callable[[], Any]] = field(default_factory=dict)
    """What people do just before a request of the next run."""
    kept: list[Any] = field(default_factory=list)

    def begin(self, guards: str = "expects") -> None:
        """Make the pipeline, and configure it."""
        self.pipeline = self.streak.pipeline("Sales", STAGES, {"Value": "TEXT_INPUT", "Notes": "TEXT_INPUT"})
        for mail in ("nora@agency.com", "kim@agency.com"):
            self.streak.user(mail)
        self.play.environment = {"INPUT_STREAK-KEY": KEY, "STREAK_API_URL": self.streak.url}
        self.configure(guards)

    def configure(self, guards: str) -> None:
        """Put the configuration into the repository."""
        self.play.sales.push("kim", CONFIG, CONFIGURED.format(guards=guards, key=self.pipeline))
        self.play.drop()

    def connect(self, stage: str = "5002") -> str:
        """Make a pipeline of connections too, whose second stage opens a prospect; give its key."""
        key = self.streak.pipeline("Connections", ("Met", "Wants something", "Asleep"))
        sales = CONFIGURED.format(guards="expects", key=self.pipeline)
        self.play.sales.push("kim", CONFIG, sales + CONNECTIONS.format(key=key, stage=stage))
        self.play.drop()
        return key

    def sync(self, inputs: Mapping[str, str] | None = None) -> Run:
        """Let the schedule come due, for Streak."""
        self.play.drop()
        self.play.sales.schedule()
        self.count = 0
        asked = len(self.streak.requests)
        run = self.play.run(inputs={"task": "streak", **(inputs or {})})
        self.asked = self.streak.requests[asked:]
        return run

    def in_step(self, stage: str = "lead", guards: str = "expects", body: str = "") -> tuple[int, str]:
        """A deal and its box, in step."""
        self.begin(guards)
        deal = self.play.deal(stage, body)
        assert self.sync().exit_code == 0
        assert self.box_stage(deal) == stage
        return deal, self.box(deal)

    def box(self, deal: int) -> str:
        """Find the one box of a deal."""
        url = self.url(deal)
        (found,) = [key for key, box in self.streak.boxes.items() if url in (*box["fields"].values(), box["notes"][8:])]
        return found

    def url(self, deal: int) -> str:
        """The address of a deal, as GitHub tells it."""
        issue: IssueView = self.play.sales.issue(deal)
        return f"{self.play.github.url}/acme/sales/issues/{issue.number}"

    def box_stage(self, deal: int) -> str:
        """Name the stage of a deal's box, as we call it."""
        return self.streak.stage(self.box(deal)).lower()

    def box_stage_of(self, box: Mapping[str, Any]) -> str:
        """Name the stage of a box, as Streak calls it."""
        return self.streak.stage(box["key"])

    def kinds(self) -> list[str]:
        """Name what the last sync asked Streak for."""
        return [asked.kind for asked in self.asked]

    def to_rest(self) -> None:
        """Sync until nothing is written on either side."""
        for _ in range(5):
            run = self.sync()
            assert run.exit_code == 0, run.stdout
            if self.is_quiet(run):
                return
        raise AssertionError("it comes to no rest")

    def is_quiet(self, run: Run) -> bool:
        """Whether a sync wrote nothing."""
        return all(e.kind != "mutation" for e in run.requests) and all(a.method == "GET" for a in self.asked)

    def keep(self) -> None:
        """Remember the state of both, to come back to it."""
        self.kept = [self.play.github.snapshot(), self.streak.snapshot()]

    def restore(self) -> None:
        """Come back to it."""
        github, theirs = self.kept
        self.play.github.restore(github)
        self.streak.restore(theirs)

    def picture(self, deal: int) -> Any:
        """What counts in the end, on both sides."""
        boxes = sorted(
            (
                box["name"],
                self.streak.stage(box["key"]),
                sorted(map(str, box["fields"].values())),
                self.streak.assigned(box["key"]),
                box["contacts"],
                # The moment of the move is in it, and that differs where the run was repeated.
                [said[:40] for said in self.streak.comments_on(box["key"])],
            )
            for box in self.streak.boxes.values()
        )
        return outcome(self.play, deal), boxes

    def arm(self, fault: Fault) -> None:
        """Have a fault wait for Streak's requests."""
        self.streak.arm(fault)

    def pass_by(self, send: Callable[[], Any]) -> Any:
        """What every request to either side passes."""
        self.count += 1
        self.concurrent.pop(self.count, _nothing)()
        answer = send()
        if self.death == self.count:
            raise Killed
        return answer


def _nothing() -> None:
    pass


request = Client.request
"""The client's own, before a test stands in its way."""
