"""A small Streak over HTTP: an account and its API on a port of this machine.

    with Streak(github.clock) as streak:
        sales = streak.pipeline("Sales", ["Lead", "Won"], columns={"Value": "TEXT_INPUT"})
        box = streak.box(sales, "Acme: shop", "Lead")
        streak.move(box, "Won")

Built from Streak's public documentation and public client code, never compared with the real service; what is only
deduced is listed in salesbot's docs/streak.md.
"""

from __future__ import annotations

from github_sandbox.http.server import Server
from github_sandbox.store.clock import Clock
from github_sandbox.streak.account import Account, StagesAs
from github_sandbox.streak.api import Api


class Streak(Account):
    """A Streak account, served at `url` while the `with` block runs."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        key: str = "streak-key",
        stages_as: StagesAs = "map",
        port: int = 0,
    ) -> None:
        super().__init__(clock, key=key, stages_as=stages_as)
        self._server = Server(port=port)
        self.url = f"{self._server.url}/api"

    def __enter__(self) -> Streak:
        self._server.start(Api(self))
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()
