"""`Sandbox`: a simulation of GitHub, served over HTTP. This is the class to begin with."""

from __future__ import annotations

from datetime import datetime

from starlette.applications import Starlette

from github_sandbox.api.app import ApiApp, Router
from github_sandbox.control import control
from github_sandbox.http.server import Server
from github_sandbox.page.lens import Page
from github_sandbox.page.routes import routes
from github_sandbox.runner import Workflow
from github_sandbox.simulation import Simulation


class Sandbox(Simulation):
    """A GitHub over HTTP, backed by SQLite at `path`; use it in a `with` block.

    Without `at` its clock follows the real time; with it, time stands still until advanced, and each write moves it by
    `step` seconds. With `auto`, every delivery starts a run of the workflow at once; without, deliveries wait in the
    outbox until `run` or `drop`. `enterprise` gives runs the addresses of a GitHub Enterprise Server. `page` is what
    the page in a browser shows beyond issues and labels.
    """

    def __init__(
        self,
        path: str = ":memory:",
        *,
        at: datetime | None = None,
        step: int = 0,
        workflow: Workflow | None = None,
        auto: bool = False,
        enterprise: bool = False,
        port: int = 0,
        page: Page | None = None,
    ) -> None:
        self._page = page or Page()
        self._server = Server(port=port)
        super().__init__(self._server.url, path, at=at, step=step, workflow=workflow, auto=auto, enterprise=enterprise)

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    def start(self) -> Sandbox:
        """Begin to serve."""
        pages = Starlette(routes=[*control(self), *routes(self, self._page)])
        self._server.start(Router(ApiApp(self.gateway, self.drain_in_background), pages))
        return self

    def stop(self) -> None:
        """Stop serving, kill the runs, delete their files."""
        self.runner.close()
        self._server.stop()
        self.hub.db.close()
