"""A form on the web beside the play: what people send there, and every run that takes it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from github_sandbox import IssueView, Run
from github_sandbox.typeform import Question, Typeform
from salesbot.adapters import typeform as adapter
from salesbot.adapters.http import Answer
from salesbot.core.leads.lead import Mark, read_mark
from tests.e2e.play import CONFIG, Killed, Play

FORM = "u6nXL7"
QUESTIONS = [
    Question("lead_name", "short_text", "Your name"),
    Question("lead_email", "email", "Hi {{field:lead_name}}, your *email*?"),
    Question("lead_phone", "phone_number", "Phone"),
    Question("company_ref", "short_text", "Where do you work?"),
    Question("lead_site", "website", "Your site"),
    Question("lead_brief", "long_text", "What is it about?"),
    Question("lead_budget", "multiple_choice", "Budget"),
    Question("lead_country", "dropdown", "Country"),
    Question("lead_needs", "multiple_choice", "What do you need?"),
    Question("lead_nda", "yes_no", "Shall we sign an NDA?"),
    Question("lead_team", "number", "How many are you?"),
    Question("lead_start", "date", "When shall it start?"),
    Question("lead_rfp", "file_upload", "Anything to read?"),
]
JANE = {"lead_name": "Jane Doe", "lead_email": "jane@acme.com", "company_ref": "Acme GmbH", "lead_brief": "A new shop."}
CONFIGURED = f"version: 1\ntypeform: {{form: {FORM}, map: {{company: company_ref}}}}\n"


class Forms:
    """The form, its responses, and the runs that poll it or are handed one of them."""

    def __init__(self, play: Play, typeform: Typeform) -> None:
        self.play = play
        self.typeform = typeform
        self.at: dict[int, Callable[[], object]] = {}
        """What happens before the k-th request of the next run to Typeform."""
        self.after: dict[int, Callable[[], object]] = {}
        self.waited: list[float] = []
        """Seconds the runs waited between requests to Typeform."""
        typeform.form(FORM, QUESTIONS)
        play.environment |= {
            "TYPEFORM_API_URL": typeform.url,
            "INPUT_TYPEFORM-TOKEN": typeform.token,
            "INPUT_TYPEFORM-SECRET": typeform.secret,
        }
        play.sales.push("kim", CONFIG, CONFIGURED)
        play.drop()

    def send(self, answers: Mapping[str, Any] = JANE, hidden: Mapping[str, str] | None = None) -> str:
        """Send the form off."""
        self.play.github.advance(60)
        return self.typeform.send(FORM, answers, hidden)

    def poll(self, inputs: Mapping[str, str] | None = None) -> Run:
        """Have the schedule come due."""
        self.play.drop()
        self.play.sales.schedule()
        return self._run({"task": "intake", **(inputs or {})})

    def relay(self, token: str, **changed: Any) -> Run:
        """Have a relay hand a response over."""
        return self.hand_over({**self.delivery(token), **changed})

    def delivery(self, token: str) -> dict[str, str]:
        """Write what a relay hands over of a response."""
        body, signature = self.typeform.delivery(token)
        return {"body": body.decode(), "signature": signature}

    def hand_over(self, payload: Mapping[str, Any]) -> Run:
        """Send a repository_dispatch with this payload."""
        self.play.drop()
        self.play.sales.dispatch("typeform", payload)
        return self._run({})

    def _run(self, inputs: Mapping[str, str]) -> Run:
        self.typeform.log.clear()
        run = self.play.run(inputs=inputs)
        self.at.clear()
        self.after.clear()
        return run

    def kill(self, request: int, *, after: bool = False) -> None:
        """Kill the next run just before its k-th request to Typeform, or after the answer came."""
        (self.after if after else self.at)[request] = _die

    def leads(self) -> list[IssueView]:
        """List the issues that came in by the form."""
        return [issue for issue in self.play.sales.issues() if mark(issue) is not None]

    def of(self, token: str) -> list[IssueView]:
        """List the issues of a response that count: all but those closed as duplicates."""
        key = f"typeform:{FORM}:{token}"
        found = [issue for issue in self.leads() if getattr(mark(issue), "key", "") == key]
        return [issue for issue in found if issue.state_reason != "DUPLICATE"]


def mark(issue: IssueView) -> Mark | None:
    """Read what an issue says of the lead it came from."""
    return read_mark(issue.body)


def _die() -> None:
    raise Killed


_request = adapter.Typeform.request


def door(forms: Forms, sleep: Callable[[float], None]) -> Callable[..., Answer]:
    """Stand before every request to Typeform: time moves with the sandbox's clock, and a run may die here."""

    def send(client: adapter.Typeform, path: str, query: Mapping[str, str]) -> Answer:

        def wait(seconds: float) -> None:
            forms.waited.append(seconds)
            sleep(max(1, seconds))  # the clock counts whole seconds

        client.sleep = wait
        forms.at.pop(client.sent + 1, lambda: None)()
        answer = _request(client, path, query)
        forms.after.pop(client.sent, lambda: None)()
        return answer

    return send
