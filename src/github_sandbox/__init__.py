"""A local GitHub for testing Actions: REST and GraphQL over HTTP, faults, a runner, people.

    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC)) as github:
        sales = github.repo("acme/sales", roles={"ann": "triage", "root": "admin"})
        sales.create_label("root", "stage:lead")
        number = sales.open_issue("ann", "Acme GmbH: new shop", labels=["stage:lead"])
        Github(base_url=github.api_url, auth=Auth.Token(sales.actions_token())).get_repo("acme/sales").get_issue(number)
        print([delivery.name for delivery in github.outbox])

- `Sandbox` is the server with its clock, rate limits, faults, outbox, runs and request log;
- `Repo` is a repository, in which people act;
- `Board` is a project, on which people drag cards; `OrganizationDelivery` is what an organisation's webhook would get;
- `Delivery` is an event that waits for a run, `Workflow` defines what a run starts, `Prepared` and `Run` are a
  run before it starts and after it has ended;
- `Fault` is something that goes wrong; `Refused` is raised when GitHub does not allow an act.
"""

from github_sandbox.board import Board, CardView
from github_sandbox.http.faults import Fault
from github_sandbox.hub import Delivery, OrganizationDelivery
from github_sandbox.people import Repo
from github_sandbox.request_log import Entry
from github_sandbox.rules.refusals import Refused
from github_sandbox.runner import Prepared, Run, Workflow
from github_sandbox.sandbox import Sandbox
from github_sandbox.simulation import Snapshot
from github_sandbox.views import CommentView, EventView, IssueView

__all__ = [
    "Board",
    "CardView",
    "CommentView",
    "Delivery",
    "Entry",
    "EventView",
    "Fault",
    "IssueView",
    "OrganizationDelivery",
    "Prepared",
    "Refused",
    "Repo",
    "Run",
    "Sandbox",
    "Snapshot",
    "Workflow",
]
