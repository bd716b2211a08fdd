"""Routes: which function answers which address, and how a refusal looks over REST."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from github_sandbox.refusals import NOT_FOR_INTEGRATIONS, STATUS, Moved, Refused
from github_sandbox.rest import actions, comments, installations, issues, labels, places
from github_sandbox.rest.call import DOCUMENTATION, Call, Reply

Handler = Callable[[Call], Reply]
REPOSITORY = "/repos/{owner}/{repo}"
PATTERNS = {"number": r"\d+", "id": r"\d+", "reaction": r"\d+", "path": ".*"}

ROUTES: dict[str, dict[str, Handler]] = {
    "/user": {"GET": places.get_viewer},
    "/users/{login}": {"GET": places.get_user},
    "/zen": {"GET": places.zen},
    "/app/installations/{id}/access_tokens": {"POST": installations.create_token},
    "/installation": {"GET": installations.get_installation},
    "": {"GET": places.get_repository},
    "/collaborators": {"GET": places.list_collaborators},
    "/collaborators/{login}": {"GET": places.check_collaborator},
    "/collaborators/{login}/permission": {"GET": places.get_permission},
    "/contents/{path}": {"GET": places.get_content, "PUT": places.put_content, "DELETE": places.delete_content},
    "/dispatches": {"POST": places.dispatch},
    "/actions/secrets": {"GET": actions.list_secrets},
    "/actions/workflows": {"GET": actions.list_workflows},
    "/actions/workflows/{workflow}/runs": {"GET": actions.list_runs},
    "/actions/workflows/{workflow}/dispatches": {"POST": places.workflow_dispatch},
    "/assignees/{login}": {"GET": issues.check_assignee},
    "/labels": {"GET": labels.list_labels, "POST": labels.create_label},
    "/labels/{name}": {"GET": labels.get_label, "PATCH": labels.edit_label, "DELETE": labels.delete_label},
    "/issues": {"GET": issues.list_issues, "POST": issues.create_issue},
    "/issues/events": {"GET": issues.list_repository_events},
    "/issues/comments": {"GET": comments.list_repository_comments},
    "/issues/comments/{id}": {
        "GET": comments.get_comment,
        "PATCH": comments.edit_comment,
        "DELETE": comments.delete_comment,
    },
    "/issues/comments/{id}/reactions": {
        "GET": comments.list_reactions("comment"),
        "POST": comments.create_reaction("comment"),
    },
    "/issues/comments/{id}/reactions/{reaction}": {"DELETE": comments.delete_reaction("comment")},
    "/issues/{number}": {"GET": issues.get_issue, "PATCH": issues.edit_issue, "POST": issues.edit_issue},
    "/issues/{number}/comments": {"GET": comments.list_comments, "POST": comments.create_comment},
    "/issues/{number}/events": {"GET": issues.list_issue_events},
    "/issues/{number}/timeline": {"GET": issues.list_timeline},
    "/issues/{number}/labels": {
        "GET": labels.list_issue_labels,
        "POST": labels.add_issue_labels,
        "PUT": labels.set_issue_labels,
        "DELETE": labels.clear_issue_labels,
    },
    "/issues/{number}/labels/{name}": {"DELETE": labels.remove_issue_label},
    "/issues/{number}/assignees": {"POST": issues.add_assignees, "DELETE": issues.remove_assignees},
    "/issues/{number}/lock": {"PUT": issues.lock_issue, "DELETE": issues.unlock_issue},
    "/issues/{number}/reactions": {
        "GET": comments.list_reactions("issue"),
        "POST": comments.create_reaction("issue"),
    },
    "/issues/{number}/reactions/{reaction}": {"DELETE": comments.delete_reaction("issue")},
}


def find(method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
    """Find what answers a request, and what its path names; None if nothing does."""
    for pattern, handlers in COMPILED:
        match = pattern.fullmatch(path)
        if match and method in handlers:
            return handlers[method], {name: unquote(value) for name, value in match.groupdict().items()}
    return None


def refusal(refused: Refused, is_integration: bool, api: str) -> Reply:
    """Write a refusal as REST does; a transferred issue redirects."""
    if isinstance(refused, Moved):
        url = f"{api}/repos/{refused.repository}/issues/{refused.number}"
        return Reply({"message": "Moved Permanently", "url": url, **_about(301)}, 301, {"Location": url})
    status = STATUS[refused.kind]
    body: dict[str, Any] = {"message": _message(refused, is_integration)}
    if refused.errors:
        body["errors"] = list(refused.errors)
    return Reply({**body, **_about(status)}, status)


def _message(refused: Refused, is_integration: bool) -> str:
    match refused.kind:
        case "not found":
            return "Label does not exist" if refused.message == "Label does not exist" else "Not Found"
        case "gone":
            return "This issue was deleted"
        case "no permission":
            return NOT_FOR_INTEGRATIONS if is_integration else "Must have admin rights to Repository."
    return "Validation Failed" if refused.errors else refused.message


def _about(status: int) -> dict[str, str]:
    return {"documentation_url": DOCUMENTATION, "status": str(status)}


def _compile(path: str) -> re.Pattern[str]:
    whole = path if path.startswith(("/user", "/zen", "/app/")) else REPOSITORY + path
    return re.compile(re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{PATTERNS.get(found[1], '[^/]+')})", whole))


COMPILED = [(_compile(path), handlers) for path, handlers in ROUTES.items()]
