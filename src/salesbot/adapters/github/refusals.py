"""How GitHub refuses: what it sends, what that means, what to do, and whether trying again helps. One table.

A refusal is recognised by words of GitHub's own message, which is always shown as well. The words come from GitHub's
documentation and from what users of other programs reported; docs/troubleshooting.md lists what is made of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from salesbot.core.errors import ServiceError

_NAMES = re.compile(r"(?<!\w)'[^']*'(?!\w)|`[^`]*`|\"[^\"]*\"")
"""What GitHub quotes: a repository may be called `saml`."""
LONGEST = 300
"""Characters of GitHub's message that are shown."""
AGAIN = "The next run tries again; if it fails in the same way, open an issue on salesbot"
"""The advice where nothing is known of a refusal."""


class ForbiddenError(ServiceError):
    """The token may not do this, or not see it."""


class NotFoundError(ServiceError):
    """The repository or the issue is gone, or not for our eyes."""


@dataclass(frozen=True)
class Failure:
    """A way in which GitHub refuses. One of the signs is in its message, or the GraphQL error is of the type.

    Without `again`, every run fails until somebody does something.
    """

    what: str
    todo: str
    signs: tuple[str, ...] = ()
    type: str = ""
    again: bool = False

    @property
    def advice(self) -> str:
        """What to do, and that trying again does not help where it does not."""
        return self.todo if self.again else f"{self.todo}. Trying again does not help before that"


UNFINISHED = Failure(
    "GitHub could not finish the request in time",
    "The next run tries again",
    ("something went wrong", "timed out", "timeout", "couldn't respond to your request in time"),
    again=True,
)
FAILURES = (
    # Who asks
    Failure(
        "The organisation allows only certain IP addresses, and this runner's is not among them",
        "Ask an owner of the organisation to add it (Settings, Authentication security, IP allow list), or run the job "
        "on a runner whose address is on the list",
        ("ip allow list", "ip address is not permitted", "ip address that is not"),
    ),
    Failure(
        "The organisation asks for single sign-on (SAML), and the token is not authorised for it",
        "Ask the token's owner to authorise it: Settings, Developer settings, Personal access tokens, Configure SSO",
        ("saml",),
    ),
    Failure(
        "The organisation does not allow this kind of token",
        "Use the job's own token or a GitHub App, or ask an owner of the organisation to allow the token",
        ("oauth app access restrictions", "forbids access via", "personal access tokens (classic)"),
    ),
    Failure(
        "The GitHub App is suspended where it is installed",
        "Ask an owner to unsuspend it: Settings, GitHub Apps, Configure, Unsuspend",
        ("installation has been suspended", "integration has been suspended", "app has been suspended"),
    ),
    Failure(
        "The GitHub App, or its installation, is gone",
        "Install the App in the repository again, or leave out the inputs `app-id` and `app-key`",
        ("installation not found", "installation has been deleted", "app not found"),
    ),
    Failure(
        "GitHub does not accept the time in the App's sign-in",
        "Set the clock of the runner",
        ("the assertion",),
    ),
    Failure(
        "The account of the token is suspended or flagged",
        "Ask its owner to write to GitHub Support; use another token until then",
        ("account was suspended", "account is suspended", "account has been suspended", "flagged as spam", "spammy"),
    ),
    Failure(
        "The account of the token is blocked here",
        "Ask the owner of the repository or organisation to unblock it (Settings, Moderation)",
        ("user is blocked", "you have been blocked", "you are blocked", "author is blocked"),
    ),
    Failure(
        "The token lacks a scope",
        "Give it the scope `repo`, or use the job's own token",
        ("required scopes",),
        type="INSUFFICIENT_SCOPES",
    ),
    Failure(
        "The personal access token lacks a permission",
        "Give it `issues: write` and `contents: read` for this repository: Settings, Developer settings, "
        "Fine-grained tokens",
        ("not accessible by personal access token", "not accessible by fine-grained"),
    ),
    Failure(
        "The token of the job, or the GitHub App, lacks a permission",
        "Give the job `permissions:` with `issues: write` and `contents: read`; an App gets them on its own page, and "
        "where it is installed an owner accepts them",
        ("not accessible by integration",),
    ),
    Failure(
        "The token's account needs a higher role here",
        "This needs the role write, or `issues: write`",
        ("correct permissions to execute", "must have push access", "must have admin", "must have write"),
    ),
    # What is asked for
    Failure(
        "The repository is archived, so nothing can be written",
        "Unarchive it (Settings, General), or switch the workflow off",
        ("archived",),
    ),
    Failure(
        "The billing of the account is locked",
        "Ask its owner to settle it: Settings, Billing",
        ("billing", "payments have failed", "spending limit"),
    ),
    Failure(
        "GitHub has blocked or disabled the repository",
        "Ask its owner to write to GitHub Support",
        ("repository access blocked", "repository has been disabled", "repository is disabled", "dmca"),
    ),
    Failure(
        "GitHub Actions are switched off",
        "Allow them: Settings, Actions, General",
        ("actions is disabled", "actions are disabled", "actions has been disabled", "actions is not enabled"),
    ),
    Failure(
        "Issues are switched off in the repository",
        "Switch them on: Settings, General, Features",
        ("issues are disabled", "issues has been disabled", "issues have been disabled", "disabled issues"),
    ),
    Failure(
        "The repository is being moved or renamed",
        "The next run tries again",
        ("repository is being", "locked for migration"),
        again=True,
    ),
    Failure(
        "The issue is locked",
        "Unlock it, then comment `/status`",
        ("is locked",),
    ),
    # What is sent
    Failure(
        "A text is longer than GitHub allows",
        "Shorten the description of the issue, or the template that writes it",
        ("is too long", "too large"),
    ),
    Failure(
        "The name is taken already",
        "The next run tries again",
        ("already exists", "already_exists", "has already been taken", "name already"),
        again=True,
    ),
    Failure(
        "The issue has as many labels or assignees as GitHub allows",
        "Remove some of them",
        ("100 labels", "too many labels", "10 assignees", "too many assignees"),
    ),
    # GitHub itself
    UNFINISHED,
    Failure(
        "The request is too large for GitHub",
        AGAIN,
        ("resource limits", "node limit"),
        again=True,
    ),
)
"""The first that fits counts."""

BAD_TOKEN = Failure(
    "GitHub refused the token: it is wrong, expired or revoked",
    "Check the input `token`, or GITHUB_TOKEN by hand, and renew it; it needs `issues: write` and `contents: read`",
)
FORBIDDEN = Failure(
    "The token may not do this",
    "Give the job `permissions:` with `issues: write` and `contents: read`",
    type="FORBIDDEN",
)
NOT_THERE = Failure(
    "GitHub cannot find it: it was deleted, or the token may not see it",
    "Check the name and what the token can access",
    type="NOT_FOUND",
)
NO_API = Failure("GitHub's API is not at this address", "Correct GITHUB_API_URL and GITHUB_GRAPHQL_URL")
WITHOUT_WORDS = Failure(
    "The answer did not come from GitHub's API; a proxy or a firewall may have sent it",
    "Ask its administrator to allow the address of GitHub's API",
)


@dataclass(frozen=True)
class Limit:
    """A rate limit. What it refused was not carried out, and trying again later helps."""

    what: str
    signs: tuple[str, ...] = ()


LIMITS = (
    Limit("GitHub accepts no more comments and issues for a while", ("submitted too quickly",)),
    Limit("GitHub asks for fewer requests in a short time", ("secondary rate limit", "abuse detection")),
    Limit("The token has used up its requests of this hour", ("rate limit exceeded", "rate limit already exceeded")),
)
ANY_LIMIT = Limit("GitHub's rate limit is reached")


def limit(text: str) -> Limit | None:
    """Find the rate limit that a message of GitHub's names."""
    return next((each for each in LIMITS if any(sign in text.casefold() for sign in each.signs)), None)


def words(answer: Mapping[str, Any]) -> str:
    """Give all that GitHub's answer says: its message, and those of its errors (`Validation Failed`)."""
    errors = answer.get("errors")
    listed = errors if isinstance(errors, list) else []
    found = [answer.get("message"), *(_detail(error) for error in listed)]
    return "; ".join(str(text).strip().rstrip(".") for text in found if text)


def _detail(error: Any) -> Any:
    if not isinstance(error, Mapping):
        return error
    named = " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key))
    return error.get("message") or named


def of_status(status: int, headers: Mapping[str, Any], answer: Mapping[str, Any]) -> ServiceError:
    """Make the error of an answer that is neither a success nor a failure of GitHub's."""
    text = words(answer)
    accepted = str(headers.get("x-accepted-github-permissions", ""))
    failure = _known(text) or _of_status(status, headers, text)
    kind = ForbiddenError if status == 403 else ServiceError
    return _error(failure or Failure(f"GitHub answered {status}", AGAIN, again=True), text, kind, accepted)


def _of_status(status: int, headers: Mapping[str, Any], text: str) -> Failure | None:
    if 300 <= status < 400:
        moved = "moved" in text.casefold() or "/repositories/" in str(headers.get("location", ""))
        todo = "The repository was renamed or moved: use its new name" if moved else "Correct GITHUB_API_URL"
        return Failure(f"GitHub answered {status}, a redirect, which is not followed", todo)
    if status == 403 and not text:
        return WITHOUT_WORDS
    return {401: BAD_TOKEN, 403: FORBIDDEN, 404: NO_API, 407: WITHOUT_WORDS}.get(status)


def of_graphql(errors: Iterable[Mapping[str, Any]]) -> ServiceError:
    """Make the error of what GraphQL refused under HTTP 200."""
    first = next(iter(errors))
    text, type_ = str(first.get("message", "")).strip().rstrip("."), str(first.get("type") or "")
    failure = _known(text, type_) or Failure("GitHub refused a request", AGAIN, again=True)
    kind = {"NOT_FOUND": NotFoundError, "FORBIDDEN": ForbiddenError}.get(type_, ServiceError)
    return _error(failure, text, kind)


def without_data(text: str) -> ServiceError:
    """Make the error of a read whose answer has no data."""
    if text.lstrip().startswith("<"):
        return _error(WITHOUT_WORDS, "", ServiceError)
    return ServiceError("GitHub's answer to a read has no data.", "The next run reads again")


def known(answer: Mapping[str, Any]) -> ServiceError | None:
    """Make the error of a refusal whose words are known; None of any other."""
    text = words(answer)
    failure = _known(text)
    return _error(failure, text, ServiceError) if failure is not None else None


def advice_on(why: str, otherwise: str = AGAIN) -> str:
    """Say what to do about a refusal of a part of a write, given GitHub's message."""
    failure = _known(why)
    if failure is not None:
        return failure.advice
    return "The next run tries again" if limit(why) is not None else otherwise


def _known(text: str, type_: str = "") -> Failure | None:
    lower = _NAMES.sub("", text).casefold()
    signed = (each for each in FAILURES if any(sign in lower for sign in each.signs))
    typed = (each for each in (*FAILURES, FORBIDDEN, NOT_THERE) if type_ and each.type == type_)
    return next(signed, None) or next(typed, None)


def _error(failure: Failure, text: str, kind: type[ServiceError], accepted: str = "") -> ServiceError:
    shown = f" ({text[:LONGEST]})" if text else ""
    needs = f". GitHub asks for {accepted.replace('=', ': ')}" if accepted else ""
    return kind(f"{failure.what}{shown}.", failure.advice + needs)
