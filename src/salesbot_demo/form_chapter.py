"""A chapter of the demo: somebody fills in the form on the website, and the response becomes a lead, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from github_sandbox import Repo, Workflow
from github_sandbox.typeform import Question, Typeform
from salesbot_demo.player import Expected, Step

FORM = "u6nXL7"
CONFIG = ".github/salesbot.yml"
QUESTIONS = [
    Question("name", "short_text", "Your name"),
    Question("email", "email", "Your email"),
    Question("company", "short_text", "Your company"),
    Question("brief", "long_text", "What is it about?"),
    Question("start", "dropdown", "When shall it start?"),
]
ANSWERS = {
    "name": "Robin Winter", "email": "robin@acme.example", "company": "ACME AG",
    "brief": "@everyone: a **second** shop, for spare parts.", "start": "in spring",
}  # fmt: skip


def workflow(program: Sequence[str], web: Typeform) -> Workflow:
    """Make the workflow that runs the program with the secrets of the form."""
    inputs = {
        "token": "${{ github.token }}",
        "typeform-token": "${{ secrets.TYPEFORM_TOKEN }}",
        "typeform-secret": "${{ secrets.TYPEFORM_WEBHOOK_SECRET }}",
    }
    secrets = {"TYPEFORM_TOKEN": web.token, "TYPEFORM_WEBHOOK_SECRET": web.secret}
    return Workflow(program, inputs, secrets, {"TYPEFORM_API_URL": web.url})


def steps(web: Typeform | None, *, after: int, number: int) -> list[Step]:
    """Make the steps in which a response comes in as issue `number`; its card names deal `after`."""

    def published(sales: Repo) -> None:
        _there(web).form(FORM, QUESTIONS)
        sales.push("kim", CONFIG, f'version: 1\ntypeform: {{form: {FORM}}}\nnotify: {{new: "@acme/sales"}}\n')

    def sent(sales: Repo) -> None:
        token = _there(web).send(FORM, ANSWERS, {"utm_source": "newsletter"})
        body, signature = _there(web).delivery(token)
        sales.dispatch("typeform", {"body": body.decode(), "signature": signature})

    came = Expected("lead", "OPEN", says="A new deal came in automatically", card=f"#{after}")
    return [
        Step("kim", f"names the form on the website in {CONFIG}", after, published, Expected(unchanged=True)),
        Step("Robin", "sends the form off; a relay hands the response to GitHub", number, sent, came),
        Step(
            "the schedule", "asks Typeform too: the same response is not a second lead", number,
            lambda sales: sales.dispatch("typeform", {"poll": True}), Expected(unchanged=True), timedelta(hours=1),
        ),
    ]  # fmt: skip


def _there(web: Typeform | None) -> Typeform:
    if web is None:
        raise LookupError("there is no website in this demo")
    return web
