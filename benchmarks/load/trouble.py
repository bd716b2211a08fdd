"""What goes wrong during the minute: with one request in so many, at GitHub and at Streak."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from github_sandbox import Fault, Sandbox
from github_sandbox.streak import Streak
from tests.e2e.play import Killed

AT_GITHUB: Mapping[str, Callable[[], Fault]] = {
    "502": Fault.fails,
    "502 twice": lambda: Fault.fails(times=2),
    "the answer is lost": Fault.loses_answer,
    "lands 5 s late": lambda: Fault.lands_late(5),
    "cut off before": Fault.resets,
    "cut off after": lambda: Fault.resets(after=True),
    "403 secondary, Retry-After 7": lambda: Fault.secondary(403, 7),
    "429 secondary": lambda: Fault.secondary(429),
}
DIES = {"the run dies before": False, "the run dies after": True}
AT_STREAK: Mapping[str, Callable[[int], Fault]] = {
    "502": lambda nth: Fault.fails(nth=nth),
    "the answer is lost": lambda nth: Fault.loses_answer(nth=nth),
    "cut off after": lambda nth: Fault.resets(after=True, nth=nth),
    "429, Retry-After 7": lambda nth: Fault.secondary(429, 7, nth=nth),
}


@dataclass
class Trouble:
    """Disturbs requests at a rate, and counts what it did."""

    github: Sandbox
    streak: Streak
    rate: float
    random: random.Random
    met: Counter[str] = field(default_factory=Counter)

    def before(self) -> Callable[[], None]:
        """Have something happen to the request that is sent next, perhaps. Gives what to do after its answer."""
        self._disturb_streak()
        if self.random.random() >= self.rate:
            return _nothing
        name = self.random.choice([*AT_GITHUB, *DIES])
        self.met[f"GitHub: {name}"] += 1
        if name in AT_GITHUB:
            self.github.arm(AT_GITHUB[name]())
        elif DIES[name]:
            return _die
        else:
            _die()
        return _nothing

    def end(self) -> None:
        """Let nothing go wrong any more."""
        self.rate = 0
        self.github.faults.clear()
        self.streak.faults.clear()

    def _disturb_streak(self) -> None:
        """Always have one fault wait for a request to Streak, so many requests from now as the rate makes likely."""
        if self.rate and not self.streak.faults.armed:
            name = self.random.choice(list(AT_STREAK))
            self.met[f"Streak: {name}"] += 1
            self.streak.arm(AT_STREAK[name](1 + int(self.random.expovariate(self.rate))))


def _nothing() -> None:
    pass


def _die() -> None:
    raise Killed
