"""What people do during the minute, and what must come of it.

What is expected is written down here a second time, in a few lines, without salesbot's own rules: where a deal must be
after all that was done to it, whenever and by whichever run that is noticed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from benchmarks.load.jobs import Jobs
from tests.e2e.boards import Boards
from tests.e2e.boxes import Boxes
from tests.e2e.play import Play

ENDS = ("won", "lost")
NEXT: Mapping[str, tuple[str, ...]] = {
    "prospect": ("lead", "qualified", "revisit", "lost"),
    "lead": ("prospect", "qualified", "negotiating", "revisit", "lost"),
    "qualified": ("lead", "negotiating", "won", "revisit", "lost"),
    "revisit": ("prospect", "lead", "qualified", "negotiating", "lost"),
    "won": (),
    "lost": (),
}


@dataclass
class Expected:
    """Where one deal must be in the end."""

    number: int
    node_id: str
    stage: str = "lead"
    values: tuple[int, ...] = (9000,)
    """What its value may be. Two, where it was typed on the board: if that run is lost, nobody knows by whom."""
    been: set[str] = field(default_factory=lambda: {"lead"})
    """The stages it was in."""
    ticked: bool = False
    left_alone: bool = False
    """Its box was moved, which the next sync finds: until then nobody does anything else."""
    last: int = -1
    """The second of the last thing done to it: GitHub tells no order within one."""
    commands: list[int] = field(default_factory=list)
    """The ids of the comments that must have an answer."""
    story: list[str] = field(default_factory=list)
    """What was done to it, and where it had to be then."""

    @property
    def is_ended(self) -> bool:
        """Whether it is won or lost."""
        return self.stage in ENDS

    def ask(self, stage: str) -> None:
        """Somebody asks for a stage: it goes there if that is allowed."""
        if stage in NEXT[self.stage] and (stage != "qualified" or self.ticked):
            self.stage = stage
            self.been.add(stage)


@dataclass
class People:
    """The team at work. Each act tells whether it could be done to this deal just now."""

    play: Play
    boards: Boards
    boxes: Boxes
    jobs: Jobs
    random: random.Random

    def act(self, deals: Mapping[int, Expected], second: int) -> str:
        """Do one thing to one deal; name what it was."""
        while True:
            name, deal = self._choice(ACTS), self.random.choice(list(deals.values()))
            free = (deal.last < second and not (deal.left_alone or deal.is_ended)) or name == "talk"
            if free and ACTS[name][1](self, deal):
                deal.last = second
                deal.story.append(f"{second} s {name} -> {deal.stage}")
                return name

    def _choice(self, acts: Mapping[str, tuple[int, Act]]) -> str:
        return self.random.choices(list(acts), [weight for weight, _ in acts.values()])[0]

    # Labels

    def add_label(self, deal: Expected) -> bool:
        """Add the label of an open stage."""
        return self._label(deal, self.random.choice(("prospect", "lead")))

    def add_won(self, deal: Expected) -> bool:
        """Add the label of won, which only a qualified deal may get."""
        return self._label(deal, "won")

    def add_qualified(self, deal: Expected) -> bool:
        """Add the label of a stage that has a checklist before it."""
        return self._label(deal, "qualified")

    def _label(self, deal: Expected, stage: str) -> bool:
        if stage in self.play.stages(deal.number):
            return False
        self.play.sales.label("ann", deal.number, f"stage:{stage}")
        deal.ask(stage)
        return True

    def tick(self, deal: Expected) -> bool:
        """Tick the whole checklist, while nothing waits for it."""
        if deal.ticked or not self._at_rest(deal):
            return False
        self.play.tick_all(deal.number, "qualification")
        deal.ticked = True
        return True

    # Comments

    def move(self, deal: Expected) -> bool:
        """Move the deal by a command."""
        stage = self.random.choice(("prospect", "lead"))
        return stage != deal.stage and self._command(deal, f"/{stage}", stage)

    def ask_for_won(self, deal: Expected) -> bool:
        """Say that the deal is won."""
        return self._command(deal, "/won", "won")

    def lose(self, deal: Expected) -> bool:
        """Say that the deal is lost."""
        return self._command(deal, "/lost price", "lost")

    def put_off(self, deal: Expected) -> bool:
        """Put the deal off."""
        return deal.stage != "revisit" and self._command(deal, "/revisit 2027-03-01", "revisit")

    def set_value(self, deal: Expected) -> bool:
        """Set the value."""
        deal.values = (self._amount(),)
        return self._command(deal, f"/value {deal.values[0]} EUR")

    def plan(self, deal: Expected) -> bool:
        """Set the value and the next step."""
        deal.values = (self._amount(),)
        return self._command(deal, f"/value {deal.values[0]} EUR\n/next friday call them")

    def talk(self, deal: Expected) -> bool:
        """Say something that is not for salesbot."""
        self.play.sales.comment("ann", deal.number, "Thanks, I will call them tomorrow.")
        return True

    def _command(self, deal: Expected, text: str, stage: str = "") -> bool:
        deal.commands.append(self.play.sales.comment("nora", deal.number, text))
        if stage:
            deal.ask(stage)
        return True

    # The board and Streak

    def drag(self, deal: Expected) -> bool:
        """Drag the card."""
        stage = self.random.choice(("prospect", "lead"))
        if stage == deal.stage or not self._at_rest(deal):
            return False
        self.boards.drag("ann", deal.number, stage.capitalize())
        deal.ask(stage)
        return True

    def type_value(self, deal: Expected) -> bool:
        """Type the value on the board."""
        if not self._at_rest(deal):
            return False
        typed = self._amount()
        self.boards.edit("nora", deal.number, "Value", typed)
        deal.values += (typed,)
        return True

    def move_box(self, deal: Expected) -> bool:
        """Drag the box in Streak. No event says so; the next sync finds it. A stage it just left would not count."""
        stage = self.random.choice(("prospect", "lead"))
        if stage in deal.been or not self._at_rest(deal) or self.boxes.box_stage(deal.number) != deal.stage:
            return False
        self.boxes.streak.move(self.boxes.box(deal.number), stage.capitalize())
        deal.ask(stage)
        deal.left_alone = True
        return True

    def _amount(self) -> int:
        return self.random.randrange(1, 99) * 1000

    def _at_rest(self, deal: Expected) -> bool:
        """Whether all that was done to the deal is seen by everybody: no job waits, and the board shows it."""
        busy = self.jobs.is_busy(str(deal.number)) or self.jobs.is_busy(deal.node_id)
        stages = self.play.stages(deal.number)
        return not busy and stages == [deal.stage] and self.boards.column(deal.number) == deal.stage.capitalize()


Act = Callable[[People, Expected], bool]
ACTS: Mapping[str, tuple[int, Act]] = {
    "a label": (26, People.add_label),
    "the label of won": (6, People.add_won),
    "the label of qualified": (9, People.add_qualified),
    "ticks": (7, People.tick),
    "a move by command": (14, People.move),
    "/won": (4, People.ask_for_won),
    "/lost": (3, People.lose),
    "/revisit": (3, People.put_off),
    "/value": (9, People.set_value),
    "/value and /next": (5, People.plan),
    "a drag on the board": (6, People.drag),
    "a value on the board": (4, People.type_value),
    "a box moved in Streak": (3, People.move_box),
    "talk": (7, People.talk),
}
"""What there is to do, and how often it is done."""
