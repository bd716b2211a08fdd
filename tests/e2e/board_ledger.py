"""The ledger of the board: what comes of a fault at each request of a drag, a label, a field, a new deal and a sync.

    python -m tests.e2e.board_ledger [WORDS]     all of it, or what has the words in the names of scene and fault

A disturbed run is lost for good: nobody starts it again, and the next sweep finds what it left. Then deals and board
must be as if nothing had been, and no deal's own effects may fail for the board's requests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from github_sandbox import Fault, Run, Sandbox, Snapshot
from tests.e2e.boards import Boards
from tests.e2e.fixtures import MONDAY
from tests.e2e.play import Door, Play, kinds, told, writes
from tests.e2e.scenes import outcome
from tests.e2e.weather import ANYWHERE, EVERYWHERE, GRAPHQL

READ, SHOW, ADD, ROLE = "read the board", "write the board", "write the board: add", "ask for the role"
FORBIDDEN: dict[str, Callable[[int], Fault]] = {
    "refused": lambda nth: Fault.errors("Resource not accessible by integration", "FORBIDDEN", nth=nth),
}
THOROUGHLY = ("a drag", "a label")
FAULTS = {**ANYWHERE, **GRAPHQL, **FORBIDDEN}
DIES = {"the run dies before": False, "the run dies after": True}
KINDS = {"write": "mutation", "ask": "rest"}
"""The kind of a request by the first word of its name; the others are queries."""


@dataclass
class Scene:
    """What people did just before a run, and the requests that an undisturbed run makes."""

    name: str
    places: tuple[str, ...]
    change: Callable[[Boards], object]
    run: Callable[[Boards], Run] = lambda boards: boards.play.run()
    kept: dict[str, Any] = field(default_factory=dict, repr=False)

    def open(self, play: Play) -> Boards:
        """Play up to the run: two deals on a board, then what people do."""
        if "start" not in self.kept:
            boards = Boards.begin(play)
            play.deal(body="### Value\n\n9000 EUR\n")
            play.deal()
            play.drop()
            for delivery in play.github.organization_outbox:
                play.github.take(delivery)
            self.kept |= {"start": play.github.snapshot(), "boards": (boards.board, boards.token)}
        start: Snapshot = self.kept["start"]
        play.github.restore(start)
        board, token = self.kept["boards"]
        play.environment["INPUT_PROJECT-TOKEN"] = token
        boards = Boards(play, board, token)
        self.change(boards)
        return boards

    def clean(self, play: Play) -> Any:
        """What an undisturbed run makes of it."""
        if "clean" not in self.kept:
            boards = self.open(play)
            run = self.run(boards)
            expected = [kind_of(place) for place in self.places]
            assert (run.exit_code, kinds(run)) == (0, expected), run.stdout
            self.kept["clean"] = picture(boards)
            to_rest(boards)
            assert picture(boards) == self.kept["clean"]
        return self.kept["clean"]


def kind_of(place: str) -> str:
    """The kind of a request, by its name."""
    return KINDS.get(place.split()[0], "query")


def picture(boards: Boards) -> tuple[Any, Any]:
    """What counts in the end: of every deal, and of every card. A problem issue comes and is closed again."""
    issues = [issue for issue in boards.play.sales.issues() if "salesbot-problem" not in issue.labels]
    deals = [outcome(boards.play, issue.number) for issue in issues]
    cards = [(card.number, card.archived, dict(card.values)) for card in boards.board.cards()]
    return deals, sorted(cards, key=str)


def to_rest(boards: Boards) -> None:
    """Sweep until nothing is written any more."""
    for _ in range(4):
        run = boards.play.sweep()
        assert run.exit_code == 0, run.stdout
        if not writes(run.requests):
            return
    raise AssertionError("it comes to no rest")


def _drag(column: str) -> Callable[[Boards], None]:
    def change(boards: Boards) -> None:
        boards.drag("ann", 1, column)
        boards.relay()

    return change


def _type(boards: Boards) -> None:
    boards.edit("nora", 2, "Value", 24000)
    boards.relay()


def _fall_out_of_step(boards: Boards) -> None:
    """A drag nobody passed on, a label whose run was lost, and a deal that is not on the board yet."""
    boards.drag("ann", 1, "Prospect")
    boards.play.sales.label("ann", 2, "stage:prospect")
    boards.play.sales.open_issue("ann", "Beta")


DEAL = "write the deal"
DELIVERED = ("find the deal", "read the deal", READ, ROLE, DEAL, SHOW)
SWEPT = ("read the repository", "read the team", "list the board", "list open deals", "list closed deals", "read deals")
SCENES = (
    Scene("a drag", DELIVERED, _drag("Prospect")),
    Scene("a drag that is refused", DELIVERED, _drag("Won")),
    Scene("a value typed on the board", DELIVERED, _type),
    Scene(
        "a label", ("read the deal", READ, DEAL, SHOW),
        lambda boards: boards.play.sales.label("ann", 1, "stage:prospect"),
    ),
    Scene(
        "a new deal", ("read the deal", READ, DEAL, ADD, SHOW),
        lambda boards: boards.play.sales.open_issue("ann", "Beta"),
    ),
    Scene(
        "a sync", (*SWEPT, READ, ROLE, DEAL, SHOW, READ, DEAL, SHOW, READ, DEAL, ADD, SHOW),
        _fall_out_of_step, lambda boards: boards.board_run(),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One line of the ledger."""

    scene: str
    place: str
    fault: str
    exit_code: int
    at_once: str
    said: str
    in_the_end: str

    def __str__(self) -> str:
        code = "killed" if self.exit_code == -9 else str(self.exit_code)
        return f"{self.place:22} | {self.fault:34} | {code:>6} | {self.at_once:22} | {self.in_the_end:4} | {self.said}"


def disturb(play: Play, scene: Scene, request: int, name: str) -> Row:
    """Have one fault meet one request of the scene's run; look at once, and again after the next sweeps."""
    deals, cards = scene.clean(play)
    boards = scene.open(play)
    before = picture(boards)
    if name in DIES:
        play.kill(request, after=DIES[name])
    else:
        play.github.arm(FAULTS[name](request))
    run = scene.run(boards)
    now = picture(boards)
    play.github.faults.clear()
    play.github.advance(3600)
    to_rest(boards)
    ended = "same" if picture(boards) == (deals, cards) else "OTHERWISE"
    said = "; ".join(text.partition(". ")[0] for _, text in told(run))
    place = f"{request} {scene.places[request - 1]}"
    return Row(scene.name, place, name, run.exit_code, _at_once(before, now, (deals, cards)), said, ended)


def _at_once(before: Any, now: Any, clean: Any) -> str:
    if now == clean:
        return "all done"
    if now == before:
        return "nothing"
    return "the deal, no board" if now[0] == clean[0] else "a part"


def faults_at(scene: Scene) -> Iterator[tuple[int, str]]:
    """Faults at every request of a scene: all of them in some, in the others those that differ by what was asked."""
    for request, place in enumerate(scene.places, 1):
        names = [name for name in FAULTS if scene.name in THOROUGHLY or name in (*EVERYWHERE, *FORBIDDEN)]
        if kind_of(place) == "rest":
            names = [name for name in names if name in ANYWHERE]
        yield from ((request, name) for name in (*names, *DIES))


def main() -> int:
    """Print the ledger. Exit code 1 if something is otherwise in the end."""
    rows: list[Row] = []
    with Sandbox(at=MONDAY, step=1) as github:

        def sleep(seconds: float) -> None:
            github.advance(seconds)

        for scene in SCENES:
            github.reset()
            play = Play(github, Door(github, sleep))
            print(f"\n{scene.name}")
            for request, name in faults_at(scene):
                if not all(word in f"{scene.name}, {name}" for word in sys.argv[1:]):
                    continue
                rows.append(disturb(play, scene, request, name))
                print(rows[-1], flush=True)
    bad = sum(row.in_the_end != "same" for row in rows)
    print(f"\n{len(rows)} faults; {bad} of them end otherwise than an undisturbed run.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
