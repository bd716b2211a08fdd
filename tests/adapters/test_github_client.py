"""The wire: what is sent again and what never, how long is waited, and what is said when nothing helps."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import parse

from salesbot.adapters.github import settings
from salesbot.adapters.github.client import OPTIONAL, Client, DryRunError, Reply, UnclearError
from salesbot.adapters.github.documents import document
from salesbot.adapters.github.refusals import NotFoundError
from salesbot.core.errors import InputError, SalesbotError, ServiceError
from tests.adapters.answers import Answer, Answers

TOP = Path(__file__).parents[2]
BROKEN = {"message": "Something went wrong while executing your query. This may be the result of a timeout."}
DENIED = {"message": "Resource not accessible by integration"}
GOOD = Answer(200, {"data": {"viewer": {"login": "github-actions"}}})
NOON_STAMP = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp())
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
CUT = Answer(0)

Send = Callable[[Client], Any]


def query(client: Client) -> Reply:
    return client.query("query { viewer { login } }", {"a": 1})


def mutate(client: Client) -> Reply:
    return client.mutate("mutation { x }", {"a": 1})


def dispatch(client: Client) -> None:
    client.dispatch("acme/sales", "typeform", {})


def get(client: Client) -> Any:
    return client.get("/repos/acme/sales")


BOTH = pytest.mark.parametrize("send", [query, mutate], ids=["a read", "a write"])
READS = pytest.mark.parametrize("send", [query, get], ids=["over GraphQL", "over REST"])


@pytest.fixture
def waited() -> list[float]:
    return []


@pytest.fixture
def client(github: Answers, waited: list[float]) -> Client:
    return Client("secret", github.url, f"{github.url}/graphql", sleep=waited.append)


# Sent once, as GitHub wants it


@BOTH
def test_a_document_is_one_request(github: Answers, client: Client, waited: list[float], send: Send) -> None:
    github.answers = [GOOD]
    assert send(client).data == {"viewer": {"login": "github-actions"}}
    [(verb, path, headers, body)] = github.asked
    assert (verb, path) == ("POST", "/graphql")
    assert headers["Authorization"] == "token secret"
    assert b'"variables": {"a": 1}' in body
    assert (client.requests, waited) == (1, [])


def test_three_in_a_row_are_not_slowed_down(github: Answers, client: Client) -> None:
    github.answers = [GOOD] * 9
    assert min(_seconds_for_three(client) for _ in range(3)) < 0.5, (
        "a slow machine is slow once, a pause is there always"
    )


def _seconds_for_three(client: Client) -> float:
    begun = time.monotonic()
    for send in (query, mutate, mutate):
        send(client)
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("api", "graphql", "asked"),
    [
        pytest.param("", "/graphql", ["/graphql", "/repos/acme/sales"], id="github.com"),
        pytest.param("/api/v3", "/api/graphql", ["/api/graphql", "/api/v3/repos/acme/sales"], id="Enterprise Server"),
    ],
)
def test_the_addresses_of_the_environment_are_obeyed(github: Answers, api: str, graphql: str, asked: list[str]) -> None:
    client = Client("secret", github.url + api, github.url + graphql)
    github.answers = [GOOD, Answer(200, {"id": 1})]
    query(client)
    get(client)
    assert [path for _, path, _, _ in github.asked] == asked


def test_a_rest_answer_that_is_a_list_is_given_as_items(github: Answers, client: Client) -> None:
    github.answers = [Answer(200, [1, 2])]
    assert get(client) == {"items": [1, 2]}


def test_what_is_not_there_over_rest_is_nothing(github: Answers, client: Client) -> None:
    github.answers = [Answer(404, {"message": "Not Found"})]
    assert get(client) is None


def test_the_time_is_githubs_own(github: Answers, client: Client) -> None:
    github.answers = [GOOD]
    assert query(client).at == datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_two_hosts_are_a_wrong_input() -> None:
    with pytest.raises(InputError, match="different hosts"):
        Client("secret", "https://ghe.acme.example/api/v3")


def test_the_token_is_never_shown(client: Client) -> None:
    assert "secret" not in repr(client)


def test_a_dry_run_sends_reads_and_no_write(github: Answers) -> None:
    dry = Client("secret", github.url, f"{github.url}/graphql", dry_run=True)
    github.answers = [GOOD]
    query(dry)
    for send in (mutate, dispatch):
        with pytest.raises(DryRunError):
            send(dry)
    assert len(github.asked) == 1


def test_a_dry_run_sends_nothing_in_an_optimised_python_either(github: Answers) -> None:
    line = (
        "from tests.adapters.test_github_client import Client, DryRunError, dispatch, mutate\n"
        "for send in (mutate, dispatch):\n"
        "    try:\n"
        f"        send(Client('secret', {github.url!r}, {f'{github.url}/graphql'!r}, dry_run=True))\n"
        "    except DryRunError:\n"
        "        print('refused')\n"
    )
    ended = subprocess.run([sys.executable, "-O", "-c", line], capture_output=True, text=True, check=True, cwd=TOP)
    assert (ended.stdout.split(), github.asked) == (["refused", "refused"], [])


# Sent again


@READS
@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(Answer(500, {}), id="500"),
        pytest.param(Answer(502, b"<html>Bad gateway</html>"), id="502, in HTML"),
        pytest.param(Answer(503, {}), id="503"),
        pytest.param(Answer(504, {}), id="504"),
        pytest.param(CUT, id="the connection is cut"),
    ],
)
def test_a_failed_read_is_sent_again(
    github: Answers, client: Client, waited: list[float], send: Send, failure: Answer
) -> None:
    github.answers = [failure, failure, failure, GOOD]
    send(client)
    assert (client.requests, waited) == (4, [1, 2, 4])


@READS
def test_a_read_that_fails_four_times_is_given_up(
    github: Answers, client: Client, waited: list[float], send: Send
) -> None:
    github.answers = [Answer(502, {})] * 4
    with pytest.raises(ServiceError, match="4 times in a row") as given_up:
        send(client)
    assert given_up.value.exit_code == 1
    assert (len(github.asked), waited) == (4, [1, 2, 4])


def test_a_read_that_github_breaks_off_under_200_is_sent_again(
    github: Answers, client: Client, waited: list[float]
) -> None:
    github.answers = [Answer(200, {"data": None, "errors": [BROKEN]}), GOOD]
    query(client)
    assert waited == [1]


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(Answer(500, {}), id="500"),
        pytest.param(Answer(502, {}), id="502"),
        pytest.param(CUT, id="the connection is cut"),
        pytest.param(Answer(200, {"data": None, "errors": [BROKEN]}), id="something went wrong, under 200"),
        pytest.param(Answer(200, b""), id="an empty answer"),
        pytest.param(Answer(200, b"<html>"), id="an answer that is no JSON"),
    ],
)
def test_a_write_is_never_sent_again_on_a_guess(
    github: Answers, client: Client, waited: list[float], failure: Answer
) -> None:
    github.answers = [failure, GOOD]
    with pytest.raises(UnclearError):
        mutate(client)
    assert (len(github.asked), waited) == (1, [])


# Waiting


@BOTH
@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        pytest.param(Answer(403, SECONDARY, {"Retry-After": "7"}), 7, id="as long as GitHub says"),
        pytest.param(Answer(429, {}, {"Retry-After": "7"}), 7, id="as long as GitHub says, as 429"),
        pytest.param(
            Answer(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON_STAMP + 30)}),
            31,
            id="until the allowance is new, by GitHub's clock",
        ),
        pytest.param(
            Answer(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON_STAMP - 30)}),
            1,
            id="a second, if it is new already",
        ),
        pytest.param(
            Answer(
                429,
                {},
                {"Retry-After": "7", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON_STAMP + 30)},
            ),
            7,
            id="Retry-After goes before the reset",
        ),
        pytest.param(Answer(403, SECONDARY, {"X-RateLimit-Remaining": "55"}), 60, id="a minute, if nothing is said"),
        pytest.param(Answer(429, {}), 60, id="a minute, if nothing is said, as 429"),
        pytest.param(
            Answer(200, {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}),
            60,
            id="under 200, as GraphQL says it",
        ),
    ],
)
def test_a_limit_is_waited_out_and_the_request_sent_again(
    github: Answers, client: Client, waited: list[float], send: Send, limit: Answer, seconds: float
) -> None:
    github.answers = [limit, GOOD]
    assert send(client).data == {"viewer": {"login": "github-actions"}}
    assert (len(github.asked), waited) == (2, [seconds])


def test_a_limit_over_rest_is_waited_out(github: Answers, client: Client, waited: list[float]) -> None:
    github.answers = [Answer(403, SECONDARY, {"Retry-After": "7"}), Answer(200, {"id": 1})]
    assert (get(client), waited) == ({"id": 1}, [7])


@BOTH
def test_a_run_does_not_wait_longer_than_its_patience(
    github: Answers, client: Client, waited: list[float], send: Send
) -> None:
    github.answers = [Answer(403, SECONDARY, {"Retry-After": "91"})]
    with pytest.raises(ServiceError, match="waiting 91 s would be too long"):
        send(client)
    assert waited == []


def test_all_waits_of_a_run_share_one_patience(github: Answers, client: Client, waited: list[float]) -> None:
    github.answers = [Answer(502, {}), Answer(429, {}), GOOD, Answer(429, {}), GOOD]
    query(client)
    with pytest.raises(ServiceError, match="would be too long"):
        mutate(client)
    assert waited == [1, 60]


# Given up, in words


@pytest.mark.parametrize(
    ("send", "answer", "kind", "said"),
    [
        pytest.param(
            query,
            Answer(401, {"message": "Bad credentials"}),
            ServiceError,
            "the input `token`",
            id="a token that is refused",
        ),
        pytest.param(
            query,
            Answer(403, DENIED),
            ServiceError,
            "`issues: write` and `contents: read`",
            id="a permission that is missing",
        ),
        pytest.param(
            mutate,
            Answer(403, DENIED),
            ServiceError,
            "`issues: write` and `contents: read`",
            id="a permission that is missing for a write",
        ),
        pytest.param(
            get,
            Answer(403, DENIED),
            ServiceError,
            "`issues: write` and `contents: read`",
            id="a permission that is missing over REST",
        ),
        pytest.param(
            query,
            Answer(422, {"message": "Nonsense"}),
            ServiceError,
            "GitHub answered 422 (Nonsense)",
            id="what GitHub does not understand",
        ),
        pytest.param(
            query,
            Answer(200, {"data": None, "errors": [{"type": "FORBIDDEN", "message": "no"}]}),
            ServiceError,
            "`issues: write`",
            id="forbidden, as GraphQL says it",
        ),
        pytest.param(
            query,
            Answer(200, {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "No x"}]}),
            NotFoundError,
            "the token may not see it",
            id="gone, or not for our eyes",
        ),
        pytest.param(
            query,
            Answer(200, {"data": {"repository": {}}, "errors": [{"path": ["repository", "issue"], "message": "odd"}]}),
            ServiceError,
            "odd",
            id="a part of the read that failed is no empty part",
        ),
        pytest.param(query, Answer(200, {"data": None}), ServiceError, "has no data", id="a read without data"),
        pytest.param(query, Answer(200, b"[]"), ServiceError, "has no data", id="a read that is a list"),
        pytest.param(
            mutate,
            Answer(200, {"data": None, "errors": [{"type": "UNPROCESSABLE", "message": "Body is too long"}]}),
            ServiceError,
            "Body is too long",
            id="a write refused as a whole",
        ),
    ],
)
def test_what_no_waiting_helps(
    github: Answers,
    client: Client,
    waited: list[float],
    send: Send,
    answer: Answer,
    kind: type[SalesbotError],
    said: str,
) -> None:
    github.answers = [answer]
    with pytest.raises(kind) as refused:
        send(client)
    assert said in str(refused.value)
    assert not isinstance(refused.value, UnclearError)
    assert (refused.value.exit_code, len(github.asked), waited) == (1, 1, [])


def test_the_one_part_of_a_read_that_may_be_refused_is_passed_over(github: Answers, client: Client) -> None:
    error = {"type": "FORBIDDEN", "path": ["repository", "collaborators"], "message": "no"}
    data = {"repository": {"id": "R1", "collaborators": None}}
    github.answers = [Answer(200, {"data": data, "errors": [error]})]
    assert client.query("query { x }", {}, tolerated=("repository.collaborators",)).data == data


def test_parts_of_a_write_fail_singly(github: Answers, client: Client) -> None:
    error = {"type": "FORBIDDEN", "path": ["m1"], "message": "no"}
    github.answers = [Answer(200, {"data": {"m0": {}, "m1": None}, "errors": [error]})]
    reply = mutate(client)
    assert (reply.data, reply.errors) == ({"m0": {}, "m1": None}, (error,))


# Duplicates: Enterprise Server is asked for them, github.com is not, and nobody who refuses the question

ASKED = "query { node { ... on Issue { stateReason(enableDuplicate: true) } } }"
REFUSED = {
    "errors": [
        {
            "message": "Field 'stateReason' doesn't accept argument 'enableDuplicate'",
            "path": ["query Deal", "node", "stateReason", "enableDuplicate"],
            "extensions": {"code": "argumentNotAccepted", "name": "stateReason", "argumentName": "enableDuplicate"},
        }
    ]
}


def sent(github: Answers) -> list[bool]:
    """Whether each request passed the argument."""
    return [b"enableDuplicate" in body for _, _, _, body in github.asked]


@pytest.mark.parametrize("write", [False, True], ids=["a read", "a write"])
def test_a_server_that_refuses_the_argument_is_asked_without_it_and_not_again_with_it(
    client: Client, github: Answers, *, write: bool
) -> None:
    github.answers = [Answer(200, REFUSED), GOOD, GOOD]
    ask = client.mutate if write else client.query
    document = ASKED.replace("query", "mutation") if write else ASKED
    assert ask(document, {}).data == ask(document, {}).data
    assert sent(github) == [True, False, False]


def test_a_server_that_takes_the_argument_is_asked_with_it(client: Client, github: Answers) -> None:
    github.answers = [GOOD, GOOD]
    client.query(ASKED, {})
    client.query(ASKED, {})
    assert sent(github) == [True, True]


@pytest.mark.parametrize(
    ("host", "asks"),
    [("api.github.com", False), ("api.acme.ghe.com", False), ("github.acme.com/api/v3", True), ("ghe.com.evil", True)],
)
def test_github_com_is_never_asked_with_it(host: str, *, asks: bool) -> None:
    url = f"https://{host}"
    assert ("enableDuplicate" not in Client("secret", url, f"{url}/graphql").left_out) is asks


def test_an_error_that_only_quotes_the_word_is_no_refusal_of_it(client: Client, github: Answers) -> None:
    github.answers = [Answer(200, {"data": None, "errors": [{"message": "No issue", "type": "NOT_FOUND"}]})]
    with pytest.raises(NotFoundError):
        client.query(ASKED, {"number": "enableDuplicate"})
    assert sent(github) == [True]


# The server's version


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        pytest.param(Answer(200, {"installed_version": "3.19.1"}), "3.19.1", id="Enterprise Server"),
        pytest.param(Answer(200, {"verifiable_password_authentication": False}), None, id="github.com"),
        pytest.param(Answer(404, {"message": "Not Found"}), None, id="a server that does not say"),
    ],
)
def test_the_version_of_an_enterprise_server(
    github: Answers, client: Client, answer: Answer, version: str | None
) -> None:
    github.answers = [answer]
    assert settings.server_version(client) == version
    assert github.asked[0][1] == "/meta"


# Sub-issues: older servers do not know them, or know a part

UNKNOWN = "Field '{}' doesn't exist on type 'Issue'"


@pytest.mark.parametrize(
    "unknown",
    [["parent", "subIssuesSummary", "subIssues"], ["parent", "subIssuesSummary"], ["subIssues"], ["parent"]],
)
def test_a_server_that_knows_no_sub_issues_is_read_without_them_and_not_asked_again(
    client: Client, github: Answers, unknown: list[str]
) -> None:
    refused = {"errors": [{"message": UNKNOWN.format(name), "path": ["query Deal"]} for name in unknown]}
    github.answers = [Answer(200, refused), GOOD, GOOD]
    for _ in range(2):
        client.query(document("Deal"), {})
    for name in ("parent", "subIssuesSummary", "subIssues"):
        asked = [OPTIONAL[name].encode() in body for _, _, _, body in github.asked]
        assert asked == [True, name not in unknown, name not in unknown]
    for _, _, _, body in github.asked:
        assert parse(json.loads(body)["query"])


@pytest.mark.parametrize("name", ["Deal", "Glance"])
def test_every_part_that_may_be_left_out_is_in_the_documents(name: str) -> None:
    only_in_full = {"subIssues"} if name == "Glance" else set()
    assert {each for each, part in OPTIONAL.items() if part not in document(name)} == only_in_full
