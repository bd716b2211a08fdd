"""A GitHub small enough to read, for the laptop and the tests. It knows nothing of salesbot.

    with Sandbox(at=datetime(2026, 11, 23, 9, tzinfo=UTC)) as github:
        sales = github.repo("acme/sales", roles={"ann": "triage", "root": "admin"})
        sales.create_label("root", "stage:lead")
        number = sales.open_issue("ann", "Acme GmbH: new shop", labels=["stage:lead"])
        Github(base_url=github.api_url, auth=Auth.Token(sales.actions_token())).get_repo("acme/sales").get_issue(number)
        print([delivery.name for delivery in github.outbox])

- `Sandbox` is the server with its clock, limits, weather, outbox, runs and request log;
- `Repo` is a repository, on which people act;
- `Delivery` is an event that waits for a run, `Workflow` what a run starts, `Prepared` and `Run` what comes of it;
- `Fault` is a thing to go wrong; `Refused` is GitHub's no to an act.
"""

from github_sandbox.faults import Fault
from github_sandbox.hub import Delivery
from github_sandbox.journal import Entry
from github_sandbox.people import Repo
from github_sandbox.refusals import Refused
from github_sandbox.runner import Prepared, Run, Workflow
from github_sandbox.sandbox import Sandbox, Snapshot
from github_sandbox.views import CommentView, EventView, IssueView

__all__ = [
    "CommentView",
    "Delivery",
    "Entry",
    "EventView",
    "Fault",
    "IssueView",
    "Prepared",
    "Refused",
    "Repo",
    "Run",
    "Sandbox",
    "Snapshot",
    "Workflow",
]
