"""The addresses of the page: those of GitHub, for a browser. What people do on it goes to `control`."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import timedelta
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from github_sandbox import markup
from github_sandbox.page.columns import BoardReader, Filter, in_words
from github_sandbox.page.conversation import conversation
from github_sandbox.page.forms import forms
from github_sandbox.page.lens import Page
from github_sandbox.rules import repositories
from github_sandbox.rules.refusals import Refused
from github_sandbox.simulation import Simulation

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:"
)
TYPES = {"css": "text/css", "js": "text/javascript"}
MORNING = timedelta(hours=6, minutes=17)


def routes(sandbox: Simulation, page: Page) -> list[Route]:
    """List the routes of the page."""
    views = Views(sandbox, page)
    place = "/{owner}/{name}"
    return [
        Route("/_sandbox/version", _answers(views.version)),
        Route("/_sandbox/morning", _answers(views.morning), methods=["POST"]),
        Route("/_sandbox/page.{kind:str}", _answers(views.static)),
        Route("/", _answers(views.home)),
        Route(place, _answers(views.board)),
        Route(f"{place}/issues", _answers(views.board)),
        Route(f"{place}/issues/new", _answers(views.new)),
        Route(f"{place}/issues/{{number:int}}", _answers(views.board)),
        Route(f"{place}/actions", _answers(views.runs)),
        Route(f"{place}/report", _answers(views.report)),
    ]


class Views:
    """Renders what is at each address."""

    def __init__(self, sandbox: Simulation, page: Page) -> None:
        self.sandbox = sandbox
        self.page = page
        self.reader = BoardReader(sandbox, page.lens)
        # Whoever writes on an issue writes into this page: everything is escaped that markup.html did not make.
        self.templates = Environment(
            loader=PackageLoader("github_sandbox.page"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self.templates.filters |= {"words": in_words, "moment": _moment, "markdown": markup.html}

    def home(self, request: Request, body: Any) -> Response:
        """Go to the first repository."""
        with self.sandbox.hub.db.lock:
            names = [row["full_name"] for row in repositories.every(self.sandbox.hub.db)]
        return RedirectResponse(f"/{names[0]}/issues") if names else HTMLResponse("There is no repository yet.")

    def board(self, request: Request, body: Any) -> Response:
        """Show the board, and a deal beside it."""
        number, query = request.path_params.get("number"), request.query_params
        wanted = Filter(query.get("owner", ""), query.get("q", "").casefold(), query.get("all", ""))
        columns, owners = self.reader.read(_name(request), wanted)
        about = {"columns": columns, "owners": owners, "wanted": wanted, "deal": None, "column": None}
        if number is not None:
            issue = self.sandbox.repo(_name(request)).issue(number)
            about["deal"] = conversation(issue, self.page.lens)
            labels = {each.column.label for each in columns}
            about["column"] = next((label for label in issue.labels if label in labels), None)
        return self._render(request, "board.html.j2", **about)

    def new(self, request: Request, body: Any) -> Response:
        """Show the issue forms, and the one that was chosen."""
        found = list(forms(self.sandbox.repo(_name(request))))
        chosen = next((form for form in found if form.file == request.query_params.get("template")), None)
        return self._render(request, "new.html.j2", forms=found, chosen=chosen)

    def runs(self, request: Request, body: Any) -> Response:
        """Show the runs, the newest first, and what waits for one."""
        return self._render(request, "runs.html.j2", runs=self.sandbox.runs[:-51:-1], waiting=self.sandbox.outbox)

    def report(self, request: Request, body: Any) -> Response:
        """Show the report of the owner of this sandbox."""
        if self.page.report is None:
            raise LookupError("There is no report here.")
        # The report's page has its style and its script in itself.
        return HTMLResponse(self.page.report(_name(request)))

    def version(self, request: Request, body: Any) -> Response:
        """Say whether something was written since."""
        return JSONResponse({"version": self._version()})

    def morning(self, request: Request, body: Any) -> Response:
        """Let the next morning come, or next Monday's, with what is scheduled for it."""
        repo = self.sandbox.repo(self.sandbox.hub.repository(body["repo"])["full_name"])
        self.sandbox.set(_next_morning(self.sandbox.clock.now(), monday=bool(body.get("monday"))))
        repo.schedule()
        for inputs in self.page.mondays if body.get("monday") else ():
            repo.workflow_dispatch(inputs)
        return JSONResponse({"result": self.sandbox.clock.stamp()})

    def static(self, request: Request, body: Any) -> Response:
        """Return the style or the script."""
        kind = request.path_params["kind"]
        if kind not in TYPES:
            raise LookupError(f"There is no page.{kind}.")
        text = resources.files("github_sandbox.page").joinpath("static", f"page.{kind}").read_text(encoding="utf-8")
        return Response(text, media_type=TYPES[kind], headers={"Cache-Control": "no-cache"})

    def _version(self) -> str:
        problems = "\n".join(self.page.problems()).encode()
        return f"{self.sandbox.hub.db.changes}-{zlib.crc32(problems)}"

    def _render(self, request: Request, template: str, **values: Any) -> Response:
        db, name = self.sandbox.hub.db, _name(request)
        with db.lock:
            row = self.sandbox.hub.repository(name)
            people = {person["login"]: person["role"] for person in repositories.collaborators(db, row)}
            names = [each["full_name"] for each in repositories.every(db)]
        text = self.templates.get_template(template).render(
            **values, repository=row["full_name"], repositories=names, people=people, now=self.sandbox.clock.now(),
            version=self._version(), page=self.page, problems=self.page.problems(),
        )  # fmt: skip
        return HTMLResponse(text, headers={"Content-Security-Policy": POLICY})


def _answers(view: Callable[[Request, Any], Response]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await request.json() if request.method == "POST" else {}
        try:
            # In a thread: a morning starts runs, and those talk to this server.
            return await run_in_threadpool(view, request, body)
        except (LookupError, Refused) as error:
            text = error.message if isinstance(error, Refused) else str(error.args[0])
            return JSONResponse({"error": text}, 404) if body else HTMLResponse(markup.html(text), 404)

    return endpoint


def _name(request: Request) -> str:
    return f"{request.path_params['owner']}/{request.path_params['name']}"


def _next_morning(now: Any, *, monday: bool) -> Any:
    at = now.replace(hour=0, minute=0, second=0) + MORNING
    days = (7 - now.weekday()) % 7 if monday else 0
    at += timedelta(days=days)
    return at if at > now else at + timedelta(days=7 if monday else 1)


def _moment(at: str) -> str:
    return at.replace("T", " ").removesuffix("Z")[:16]
