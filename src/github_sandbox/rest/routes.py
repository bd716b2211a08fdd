"""Routes: which function answers which address, and how a refusal looks over REST."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from github_sandbox.rest import (
    action_routes,
    comment_routes,
    installation_routes,
    issue_routes,
    label_routes,
    repository_routes,
)
from github_sandbox.rest.call import DOCUMENTATION, Call, Reply
from github_sandbox.rules.refusals import NOT_FOR_INTEGRATIONS, STATUS, Moved, Refused

Handler = Callable[[Call], Reply]
REPOSITORY = "/repos/{owner}/{repo}"
PATTERNS = {"number": r"\d+", "id": r"\d+", "reaction": r"\d+", "path": ".*"}

ROUTES: dict[str, dict[str, Handler]] = {
    "/user": {"GET": repository_routes.get_viewer},
    "/users/{login}": {"GET": repository_routes.get_user},
    "/zen": {"GET": repository_routes.zen},
    "/app/installations/{id}/access_tokens": {"POST": installation_routes.create_token},
    "/installation": {"GET": installation_routes.get_installation},
    "": {"GET": repository_routes.get_repository},
    "/collaborators": {"GET": repository_routes.list_collaborators},
    "/collaborators/{login}": {"GET": repository_routes.check_collaborator},
    "/collaborators/{login}/permission": {"GET": repository_routes.get_permission},
    "/contents/{path}": {
        "GET": repository_routes.get_content,
        "PUT": repository_routes.put_content,
        "DELETE": repository_routes.delete_content,
    },
    "/dispatches": {"POST": repository_routes.dispatch},
    "/actions/secrets": {"GET": action_routes.list_secrets},
    "/actions/workflows": {"GET": action_routes.list_workflows},
    "/actions/workflows/{workflow}/runs": {"GET": action_routes.list_runs},
    "/actions/workflows/{workflow}/dispatches": {"POST": repository_routes.workflow_dispatch},
    "/assignees/{login}": {"GET": issue_routes.check_assignee},
    "/labels": {"GET": label_routes.list_labels, "POST": label_routes.create_label},
    "/labels/{name}": {
        "GET": label_routes.get_label,
        "PATCH": label_routes.edit_label,
        "DELETE": label_routes.delete_label,
    },
    "/issues": {"GET": issue_routes.list_issues, "POST": issue_routes.create_issue},
    "/issues/events": {"GET": issue_routes.list_repository_events},
    "/issues/comments": {"GET": comment_routes.list_repository_comments},
    "/issues/comments/{id}": {
        "GET": comment_routes.get_comment,
        "PATCH": comment_routes.edit_comment,
        "DELETE": comment_routes.delete_comment,
    },
    "/issues/comments/{id}/reactions": {
        "GET": comment_routes.list_reactions("comment"),
        "POST": comment_routes.create_reaction("comment"),
    },
    "/issues/comments/{id}/reactions/{reaction}": {"DELETE": comment_routes.delete_reaction("comment")},
    "/issues/{number}": {
        "GET": issue_routes.get_issue,
        "PATCH": issue_routes.edit_issue,
        "POST": issue_routes.edit_issue,
    },
    "/issues/{number}/comments": {"GET": comment_routes.list_comments, "POST": comment_routes.create_comment},
    "/issues/{number}/events": {"GET": issue_routes.list_issue_events},
    "/issues/{number}/timeline": {"GET": issue_routes.list_timeline},
    "/issues/{number}/labels": {
        "GET": label_routes.list_issue_labels,
        "POST": label_routes.add_issue_labels,
        "PUT": label_routes.set_issue_labels,
        "DELETE": label_routes.clear_issue_labels,
    },
    "/issues/{number}/labels/{name}": {"DELETE": label_routes.remove_issue_label},
    "/issues/{number}/assignees": {"POST": issue_routes.add_assignees, "DELETE": issue_routes.remove_assignees},
    "/issues/{number}/lock": {"PUT": issue_routes.lock_issue, "DELETE": issue_routes.unlock_issue},
    "/issues/{number}/reactions": {
        "GET": comment_routes.list_reactions("issue"),
        "POST": comment_routes.create_reaction("issue"),
    },
    "/issues/{number}/reactions/{reaction}": {"DELETE": comment_routes.delete_reaction("issue")},
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
