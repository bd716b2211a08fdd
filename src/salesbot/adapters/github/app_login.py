"""Signing in as a GitHub App: its id and private key for a token of its installation in one repository.

Knows how an App proves itself. Knows nothing of what the token is used for.
"""

from __future__ import annotations

import requests
from github import Auth, GithubException, GithubIntegration
from jwt.exceptions import InvalidKeyError

from salesbot.adapters.connecting import read_failure, trusted
from salesbot.adapters.github import refusals
from salesbot.adapters.github.transport import TIMEOUT
from salesbot.core.errors import InputError, ServiceError

NEEDED = {"issues": "write", "contents": "read", "metadata": "read"}
"""The token asks for no more than this, whatever the App may do elsewhere."""
NEXT = "The next run tries again"
BOARD = "organization_projects"
"""What the board takes; asked for where the App has it."""


def installation_token(app_id: str, key: str, repository: str, *, api_url: str) -> str:
    """Give a token, good for an hour, of the App's installation in a repository (`owner/name`). Costs two requests.

    Raises InputError if the key is none, GitHub does not know the App by it, or the App is not installed there or may
    not do what is needed; ServiceError if GitHub cannot say.
    """
    owner, name = repository.split("/")
    try:
        proof = Auth.AppAuth(app_id, key)
        app = GithubIntegration(auth=proof, base_url=api_url, timeout=TIMEOUT, retry=None, verify=trusted())
        found = app.get_repo_installation(owner, name)
        board = {BOARD: "write"} if (found.raw_data.get("permissions") or {}).get(BOARD) == "write" else {}
        return app.get_access_token(found.id, {**NEEDED, **board}).token
    except (InvalidKeyError, ValueError) as error:
        raise InputError(
            "The input `app-key` is not a private key.", "Use the whole PEM file, from the first line to the last"
        ) from error
    except GithubException as error:
        raise _refused(error, repository) from error
    except requests.RequestException as error:
        failure = read_failure(error)
        raise ServiceError(f"GitHub {failure.outcome} at the App's sign-in.", failure.advice or NEXT) from error


def _refused(error: GithubException, repository: str) -> Exception:
    known = refusals.known(error.data if isinstance(error.data, dict) else {})
    if known is not None:
        return known
    match error.status:
        case 401:
            return InputError("GitHub does not know the App.", "`app-id` and `app-key` must be of the same App")
        case 403 | 404:
            return InputError(f"The App is not installed in {repository}.", "Install it there, on the App's own page")
        case 422:
            return InputError(
                "The App lacks a permission.",
                "Give it Issues: write and Contents: read, then accept the new permissions where it is installed",
            )
        case status:
            return ServiceError(f"GitHub answered {status} to the App's sign-in.", NEXT)
