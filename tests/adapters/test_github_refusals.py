"""What GitHub refuses has a sentence of its own and fitting advice, however the refusal comes: over REST or GraphQL."""

from __future__ import annotations

from typing import Any

import pytest

from salesbot.adapters.github import GitHub, IssueGoneError, RepositoryPaths
from salesbot.adapters.github.app_login import installation_token
from salesbot.adapters.github.client import Client, PatienceError
from salesbot.adapters.github.refusals import FAILURES, ForbiddenError, NotFoundError, advice_on
from salesbot.core.errors import ServiceError
from salesbot.core.model.facts import Trigger
from tests.adapters.answers import Answer, Answers
from tests.keys import PRIVATE_KEY

LASTS = "Trying again does not help"


@pytest.fixture
def client(github: Answers) -> Client:
    return Client("secret", github.url, f"{github.url}/graphql")


def refusal(github: Answers, client: Client, answer: Answer, *, write: bool = False) -> ServiceError:
    """Let GitHub answer once (four times where that is tried again) and give what is raised."""
    github.answers = [answer] * 4
    with pytest.raises(ServiceError) as raised:
        (client.mutate if write else client.query)("query { x }", {})
    return raised.value


MESSAGES = [
    # GitHub's message, with its status; a part of our sentence; a part of the advice
    (
        403,
        "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow "
        "list enabled, and 203.0.113.7 is not permitted to access this resource.",
        "only certain IP addresses",
        "IP allow list",
    ),
    (
        403,
        "The globex enterprise has an IP allow list enabled, and your IP address is not permitted to access this "
        "resource.",
        "only certain IP addresses",
        "runner whose address is on the list",
    ),
    (403, "Repository was archived so is read-only.", "archived", "Unarchive it"),
    (403, "This repository is archived and cannot be changed", "archived", "switch the workflow off"),
    (403, "This installation has been suspended", "App is suspended", "Unsuspend"),
    (404, "Installation not found", "App, or its installation, is gone", "Install the App"),
    (
        403,
        "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to "
        "this organization.",
        "single sign-on",
        "Configure SSO",
    ),
    (
        403,
        "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this "
        "organization.",
        "single sign-on",
        "authorise it",
    ),
    (
        403,
        "Although you appear to have the correct authorization credentials, the `acme` organization has enabled "
        "OAuth App access restrictions, meaning that data access to third-parties is limited.",
        "this kind of token",
        "job's own token",
    ),
    (
        403,
        "`globex` forbids access via a personal access token (classic). Please use a GitHub App, OAuth App, or a "
        "personal access token with fine-grained permissions.",
        "this kind of token",
        "GitHub App",
    ),
    (
        403,
        "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is "
        "greater than 366 days.",
        "this kind of token",
        "ask an owner",
    ),
    (401, "Bad credentials", "wrong, expired or revoked", "`issues: write`"),
    (401, "Requires authentication", "wrong, expired or revoked", "`token`"),
    (403, "Resource not accessible by integration", "lacks a permission", "`permissions:`"),
    (403, "Resource not accessible by personal access token", "personal access token lacks", "Fine-grained tokens"),
    (403, "Sorry. Your account was suspended.", "suspended or flagged", "GitHub Support"),
    (403, "Your account is suspended. Please contact support.", "suspended or flagged", "GitHub Support"),
    (403, "User was flagged as spammy", "suspended or flagged", "GitHub Support"),
    (403, "User is blocked", "blocked", "unblock it"),
    (410, "Issues are disabled for this repo", "Issues are switched off", "Features"),
    (410, "Issues has been disabled in this repository.", "Issues are switched off", "Features"),
    (403, "Unable to create comment because issue is locked.", "issue is locked", "Unlock it"),
    (403, "Repository access blocked", "blocked or disabled the repository", "GitHub Support"),
    (451, "Repository unavailable due to DMCA takedown.", "blocked or disabled the repository", "GitHub Support"),
    (403, "Your account's billing is currently locked. Please update your payment information.", "billing", "Billing"),
    (403, "Actions has been disabled for this user.", "Actions are switched off", "Actions, General"),
    (422, "Validation Failed: Body is too long (maximum is 65536 characters)", "longer than GitHub allows", "Shorten"),
    (404, "Not Found", "API is not at this address", "GITHUB_API_URL"),
]


@pytest.mark.parametrize(
    ("status", "message", "what", "advice"), MESSAGES, ids=[message[:40] for _, message, *_ in MESSAGES]
)
def test_a_refusal_has_its_sentence_githubs_words_and_advice_that_helps(
    github: Answers, client: Client, status: int, message: str, what: str, advice: str
) -> None:
    error = refusal(github, client, Answer(status, {"message": message}))
    assert what in error.what
    assert message.rstrip(".") in error.what
    assert advice in error.hint
    assert LASTS in error.hint
    assert "next run tries" not in str(error)
    assert (len(github.asked), isinstance(error, ForbiddenError)) == (1, status == 403)


GRAPHQL = [
    ("FORBIDDEN", MESSAGES[0][1], "only certain IP addresses"),
    ("FORBIDDEN", "Resource protected by organization SAML enforcement.", "single sign-on"),
    ("FORBIDDEN", "Repository was archived so is read-only.", "archived"),
    ("FORBIDDEN", "Resource not accessible by integration", "lacks a permission"),
    ("FORBIDDEN", "acme does not have the correct permissions to execute `UpdateIssue`", "needs a higher role"),
    ("FORBIDDEN", "You may not.", "The token may not do this"),
    (
        "INSUFFICIENT_SCOPES",
        "Your token has not been granted the required scopes to execute this query.",
        "lacks a scope",
    ),
    ("INSUFFICIENT_SCOPES", "The 'login' field is not for you", "lacks a scope"),
    ("NOT_FOUND", "Could not resolve to a Repository with the name 'acme/gone'.", "cannot find it"),
    ("NOT_FOUND", "Could not resolve to a Repository with the name 'acme/saml'.", "cannot find it"),
    ("NOT_FOUND", "Could not resolve to a node with the global id of 'archived'", "cannot find it"),
    ("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)", "longer than GitHub allows"),
]


@pytest.mark.parametrize("write", [False, True], ids=["a read", "a write"])
@pytest.mark.parametrize(("kind", "message", "what"), GRAPHQL, ids=[message[:40] for _, message, _ in GRAPHQL])
def test_graphql_refuses_in_the_same_words(
    github: Answers, client: Client, kind: str, message: str, what: str, *, write: bool
) -> None:
    answer = Answer(200, {"data": None, "errors": [{"type": kind, "message": message}]})
    error = refusal(github, client, answer, write=write)
    assert what in error.what
    assert message.rstrip(".") in error.what
    assert LASTS in error.hint
    assert isinstance(error, NotFoundError) == (kind == "NOT_FOUND")


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (
            422,
            {
                "message": "Validation Failed",
                "errors": [{"resource": "Label", "code": "already_exists", "field": "name"}],
            },
            "taken already (Validation Failed; Label name already_exists)",
        ),
        (
            422,
            {"message": "Validation Failed", "errors": [{"message": "body is too long (maximum is 65536 characters)"}]},
            "longer than GitHub allows",
        ),
        (
            422,
            {"message": "Validation Failed", "errors": ["title can't be blank"]},
            "GitHub answered 422 (Validation Failed; title can't be blank)",
        ),
        (418, {}, "GitHub answered 418."),
        (400, {"message": "Problems parsing JSON"}, "GitHub answered 400 (Problems parsing JSON)"),
    ],
)
def test_what_github_names_of_refused_content_is_shown(
    github: Answers, client: Client, status: int, body: dict[str, Any], what: str
) -> None:
    error = refusal(github, client, Answer(status, body))
    assert what in error.what
    assert "()" not in str(error)


def test_an_unknown_refusal_says_what_to_do_if_it_lasts(github: Answers, client: Client) -> None:
    error = refusal(github, client, Answer(409, {"message": "Git Repository is empty."}))
    assert str(error) == (
        "GitHub answered 409 (Git Repository is empty). "
        "The next run tries again; if it fails in the same way, open an issue on salesbot"
    )


@pytest.mark.parametrize(
    ("accepted", "shown"),
    [("issues=write", "issues: write"), ("issues=write,pull_requests=write", "issues: write,pull_requests: write")],
)
def test_the_permissions_that_github_would_accept_are_named(
    github: Answers, client: Client, accepted: str, shown: str
) -> None:
    body = {"message": "Resource not accessible by personal access token"}
    error = refusal(github, client, Answer(403, body, {"X-Accepted-GitHub-Permissions": accepted}))
    assert error.hint.endswith(f"GitHub asks for {shown}")


@pytest.mark.parametrize("answer", [Answer(403, b"<html>Blocked by policy</html>"), Answer(200, b"<!doctype html>")])
def test_a_page_is_no_answer_of_githubs(github: Answers, client: Client, answer: Answer) -> None:
    assert "a proxy or a firewall may have sent it" in refusal(github, client, answer).what


@pytest.mark.parametrize("status", [307, 308])
def test_a_repository_that_moved_is_named(github: Answers, client: Client, status: int) -> None:
    answer = Answer(status, {"message": "Moved Permanently"}, {"Location": f"{github.url}/repositories/1"})
    assert "The repository was renamed or moved" in refusal(github, client, answer).hint


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Could not resolve to an Issue with the number of 7.", IssueGoneError),
        ("Could not resolve to an issue or pull request with the number of 7.", IssueGoneError),
        ("Could not resolve to a Repository with the name 'acme/issues'.", NotFoundError),
    ],
)
def test_a_repository_that_is_gone_is_no_issue_that_is_gone(
    github: Answers, client: Client, message: str, kind: type[NotFoundError]
) -> None:
    github.answers = [Answer(200, {"data": None, "errors": [{"type": "NOT_FOUND", "message": message}]})]
    with pytest.raises(NotFoundError) as gone:
        GitHub(client, RepositoryPaths("acme/issues")).read(7, Trigger("labeled"))
    assert type(gone.value) is kind


# What passes by itself


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        pytest.param(
            Answer(503, b"<h1>GitHub Enterprise is undergoing scheduled maintenance</h1>"),
            "GitHub answered 503 (it is in maintenance), 4 times in a row",
            id="maintenance",
        ),
        pytest.param(
            Answer(503, {"message": "Down for Maintenance"}), "(it is in maintenance)", id="maintenance, JSON"
        ),
        pytest.param(Answer(502, b"<html>Unicorn!</html>"), "GitHub answered 502, 4 times in a row", id="a unicorn"),
        pytest.param(
            Answer(200, {"errors": [{"message": "Something went wrong while executing your query."}]}),
            "GitHub could not finish the request in time, 4 times in a row",
            id="something went wrong",
        ),
        pytest.param(
            Answer(200, {"data": None, "errors": [{"message": "We couldn't respond to your request in time."}]}),
            "GitHub could not finish the request in time, 4 times in a row",
            id="not in time",
        ),
    ],
)
def test_a_failure_of_githubs_is_tried_again_now_and_in_the_next_run(
    github: Answers, client: Client, answer: Answer, what: str
) -> None:
    error = refusal(github, client, answer)
    assert what in error.what
    assert (error.hint, len(github.asked)) == ("The next run tries again", 4)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            Answer(403, {"message": "API rate limit exceeded for installation ID 7."}),
            "used up its requests of this hour",
        ),
        (
            Answer(
                200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit already exceeded for user ID 7."}]}
            ),
            "used up its requests of this hour",
        ),
        (Answer(403, {"message": "You have exceeded a secondary rate limit."}), "fewer requests in a short time"),
        (
            Answer(403, {"message": "You have triggered an abuse detection mechanism. Please wait a few minutes."}),
            "fewer requests in a short time",
        ),
        (
            Answer(422, {"message": "Validation Failed", "errors": [{"message": "was submitted too quickly"}]}),
            "no more comments and issues for a while",
        ),
        (
            Answer(200, {"data": {"m0": None}, "errors": [{"message": "was submitted too quickly", "path": ["m0"]}]}),
            "no more comments and issues for a while",
        ),
        (Answer(429, {}), "rate limit is reached"),
    ],
)
def test_each_limit_is_waited_out_and_named_where_that_takes_too_long(
    github: Answers, client: Client, answer: Answer, why: str
) -> None:
    error = refusal(github, client, answer, write=True)
    assert why in error.what
    assert isinstance(error, PatienceError)
    assert len(github.asked) == 2, "a minute is waited once, and a second one is too long"


# A part of a write, an event, and the App's sign-in


@pytest.mark.parametrize(
    ("why", "advice"),
    [
        ("Repository was archived so is read-only", LASTS),
        ("was submitted too quickly", "The next run tries again"),
        ("Body is too long", "Shorten"),
        ("odd", "open an issue on salesbot"),
    ],
)
def test_a_refused_part_of_a_write_has_the_same_advice(why: str, advice: str) -> None:
    assert advice in advice_on(why)


def test_an_event_that_is_refused_says_why(github: Answers, client: Client) -> None:
    for message, said in [
        ("Repository was archived so is read-only.", "archived"),
        ("Not Found", "contents: write"),
        ("Resource not accessible by integration", "contents: write"),
    ]:
        github.answers = [Answer(403, {"message": message})]
        with pytest.raises(ServiceError, match=said):
            client.dispatch("acme/sales", "typeform", {})


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (403, "This installation has been suspended", "App is suspended"),
        (
            401,
            "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the "
            "assertion expires",
            "does not accept the time",
        ),
        (404, "Installation not found", "is gone"),
        (403, MESSAGES[0][1], "only certain IP addresses"),
    ],
)
def test_a_sign_in_that_is_refused_says_why(github: Answers, status: int, message: str, said: str) -> None:
    github.answers = [Answer(status, {"message": message})]
    with pytest.raises(ServiceError, match=said):
        installation_token("12", PRIVATE_KEY, "acme/sales", api_url=github.url)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.what[:40])
def test_every_row_is_reached_by_each_of_its_signs_and_promises_no_help_that_is_none(failure: Any) -> None:
    for sign in failure.signs:
        assert advice_on(f"It says: {sign}, it seems") == failure.advice
    assert ("next run" in failure.advice) == failure.again
