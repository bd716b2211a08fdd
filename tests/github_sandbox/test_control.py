"""The sandbox's own HTTP API and its page."""

from __future__ import annotations

import json
import re
import sys
from importlib import resources
from typing import Any

import pytest
import requests

from github_sandbox import Fault, Repo, Sandbox, Workflow, control, markup

from .conftest import MONDAY, PEOPLE


def send(sandbox: Sandbox, path: str, body: Any = None, **query: Any) -> Any:
    method = "GET" if body is None else "POST"
    return requests.request(method, f"{sandbox.url}/_sandbox{path}", json=body, params=query, timeout=10).json()


def act(sandbox: Sandbox, name: str, *args: Any, **options: Any) -> Any:
    return send(sandbox, "/act", {"repo": "acme/sales", "act": name, "args": args, "options": options})


def test_people_act_over_http_as_in_python(sandbox: Sandbox, sales: Repo) -> None:
    assert act(sandbox, "open_issue", "ann", "Acme", labels=["stage:lead"]) == {"result": 1}
    comment = act(sandbox, "comment", "bob", 1, "- [ ] Goal")["result"]
    assert act(sandbox, "tick", "root", comment, "Goal") == {"result": None}
    assert act(sandbox, "swap", "ann", 1, "stage:lead", "stage:won") == {"result": None}
    seen = sales.issue(1)
    assert (seen.labels, seen.comments[0].body, seen.comments[0].editor) == (("stage:won",), "- [x] Goal", "root")


def test_a_board_over_http(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    made = {"owner": "acme", "title": "Sales", "by": "root", "columns": ["Lead", "Won"], "fields": {"Value": "NUMBER"}}
    assert send(sandbox, "/projects", made) == {"result": 1}
    on = {"owner": "acme", "number": 1}
    card = send(sandbox, "/board", {**on, "act": "add", "args": ["ann", "acme/sales", 1]})["result"]
    assert send(sandbox, "/board", {**on, "act": "drag", "args": ["ann", card, "Won"]}) == {"result": None}
    shown = send(sandbox, "/board", **on)["result"]
    assert (shown["title"], shown["columns"]) == ("Sales", ["Lead", "Won"])
    assert [(each["number"], each["column"]) for each in shown["cards"]] == [(1, "Won")]
    delivered = send(sandbox, "/organization-outbox")["result"]
    assert [(each["name"], each["action"]) for each in delivered] == [
        ("projects_v2_item", "created"), ("projects_v2_item", "edited"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param({"act": "fly"}, "There is no act 'fly'", id="what is no act"),
        pytest.param({"act": "drag", "args": ["ann", 7, "Done"]}, "no item 7", id="a card that is not there"),
        pytest.param({"act": "drag", "number": 9}, "acme has no project 9", id="a project that is not there"),
    ],
)
def test_a_board_refuses_in_words(sandbox: Sandbox, sales: Repo, body: dict[str, Any], says: str) -> None:
    sandbox.project("acme", "Sales", by="root")
    assert says in send(sandbox, "/board", {"owner": "acme", "number": 1, **body})["error"]


@pytest.mark.parametrize(
    ("name", "args", "status", "says"),
    [
        pytest.param("label", ["olga", 1, "stage:won"], 403, "that takes triage", id="who may not is told"),
        pytest.param("label", ["ann", 1, "nothing"], 400, "has no label 'nothing'", id="a label that is not there"),
        pytest.param("label", ["ann", 9, "stage:won"], 403, "number of 9", id="an issue that is not there"),
        pytest.param("close", ["ann", 1, "bored"], 400, "not as 'bored'", id="a reason that is none"),
        pytest.param("close", [], 400, "missing a required argument: 'by'", id="without saying who"),
        pytest.param("row", [], 400, "There is no act 'row'", id="what is no act"),
    ],
)
def test_what_is_refused(sandbox: Sandbox, sales: Repo, name: str, args: list[Any], status: int, says: str) -> None:
    sales.open_issue("ann", "Acme")
    before = sales.issues()
    body = {"repo": "acme/sales", "act": name, "args": args}
    answer = requests.post(f"{sandbox.url}/_sandbox/act", json=body, timeout=10)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert sales.issues() == before


def test_a_repository_that_is_not_there_is_not_made_by_asking(sandbox: Sandbox, sales: Repo) -> None:
    assert "no repository acme/nope" in send(sandbox, "/issues", repo="acme/nope")["error"]
    assert [each["name"] for each in send(sandbox, "/state")["result"]["repositories"]] == ["acme/sales"]


def test_a_repository_and_a_token_over_http(sandbox: Sandbox) -> None:
    made = send(sandbox, "/repositories", {"name": "acme/new", "roles": {"ann": "admin"}})
    assert made == {"result": "acme/new"}
    state = send(sandbox, "/state")["result"]["repositories"][0]
    assert (state["name"], state["people"], state["private"]) == ("acme/new", {"ann": "admin"}, True)
    assert send(sandbox, "/tokens", {"login": "ann"}) == {"result": sandbox.token("ann")}


def test_deliveries_run_or_are_lost_over_http() -> None:
    workflow = Workflow([sys.executable, "-c", "print('hello')"])
    with Sandbox(at=MONDAY, step=1, workflow=workflow) as sandbox:
        repo = sandbox.repo("acme/sales", roles=PEOPLE)
        repo.open_issue("ann", "one")
        repo.open_issue("ann", "two")
        first, second = (delivery["id"] for delivery in send(sandbox, "/outbox")["result"])
        run = send(sandbox, f"/outbox/{second}/run", {})["result"]
        assert (run["exit_code"], run["stdout"], run["delivery"]["issue"]) == (0, "hello\n", 2)
        assert send(sandbox, f"/outbox/{first}/drop", {}) == {"result": None}
        assert "No delivery" in send(sandbox, f"/outbox/{first}/run", {})["error"]
        assert [found["id"] for found in send(sandbox, "/runs")["result"]] == [run["id"]]
        assert send(sandbox, "/state")["result"]["outbox"] == []


def test_time_and_weather_over_http(sandbox: Sandbox, sales: Repo) -> None:
    assert send(sandbox, "/clock", {"set": "2027-01-01T00:00:00Z"}) == {"result": "2027-01-01T00:00:00Z"}
    assert send(sandbox, "/clock", {"advance": 90}) == {"result": "2027-01-01T00:01:30Z"}
    assert "only goes forward" in send(sandbox, "/clock", {"set": "2026-01-01T00:00:00Z"})["error"]
    send(sandbox, "/faults", {"fault": "lands_late", "args": [30], "options": {"on": "mutation", "nth": 2}})
    assert sandbox.faults.armed == (Fault.lands_late(30, on="mutation", nth=2),)
    assert "no fault 'rain'" in send(sandbox, "/faults", {"fault": "rain"})["error"]
    send(sandbox, "/conditions", {"latency_ms": 5, "limits": False})
    assert (sandbox.faults.latency_ms, sandbox.limits.enabled) == (5, False)
    send(sandbox, "/reset", {})
    assert [*sandbox.faults.armed] == []
    assert send(sandbox, "/state")["result"]["repositories"] == []


def test_requests_are_listed(sandbox: Sandbox, sales: Repo) -> None:
    requests.get(f"{sandbox.url}/zen", timeout=5)
    last = send(sandbox, "/requests")["result"][-1]
    assert (last["path"], last["status"], last["kind"]) == ("/zen", 401, "rest")


BROWSER = {"Accept": "text/html"}


def test_the_page_is_whole_in_itself(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme", "[a link](https://a.example) ![a picture](https://b.example/x.png)")
    answer = requests.get(f"{sandbox.url}/acme/sales/issues/1", headers=BROWSER, timeout=5)
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert set(re.findall(r'(?:src|action|link rel="stylesheet" href)="([^"]*)"', answer.text)) == {
        "/_sandbox/page.css", "/_sandbox/page.js", "/acme/sales/issues",
    }  # fmt: skip


def test_every_act_the_page_knows_is_one() -> None:
    page = resources.files("github_sandbox.page")
    texts = [page.joinpath(name).read_text() for name in ("static/page.js", "templates/deal.html.j2")]
    acts = set(re.findall(r'\bact\("(\w+)"|data-act="(\w+)"', "".join(texts)))
    acts = {name for found in acts for name in found if name}
    assert len(acts) > 8
    assert acts <= set(control.ACTS)


def test_every_act_is_one_of_the_repositorys() -> None:
    assert [name for name in control.ACTS if not callable(getattr(Repo, name, None))] == []
    assert [name for name in control.FAULTS if not callable(getattr(Fault, name, None))] == []


@pytest.mark.parametrize(
    ("path", "status", "shown"),
    [
        pytest.param("/", 200, "<title>acme/sales</title>", id="the first repository"),
        pytest.param("/acme/sales", 200, "<title>acme/sales</title>", id="the board"),
        pytest.param("/acme/sales/issues/1", 200, "Acme &amp; Co", id="an issue"),
        pytest.param("/acme/sales/issues/new", 200, "A blank issue", id="a new issue"),
        pytest.param("/acme/sales/issues/new?template=lead.yml", 200, "Who talks to us", id="a form"),
        pytest.param("/acme/sales/actions", 200, "issues.opened", id="runs and deliveries"),
        pytest.param("/acme/sales/report", 404, "There is no report here", id="no report"),
        pytest.param("/acme/sales/issues/9", 404, "number of 9", id="an issue that is not there"),
        pytest.param("/acme/nope", 404, "There is no repository acme/nope", id="a repository that is not there"),
    ],
)
def test_a_browser_is_shown_the_page(sandbox: Sandbox, sales: Repo, path: str, status: int, shown: str) -> None:
    form = "name: Lead\nbody:\n- type: input\n  attributes: {label: Contact, description: Who talks to us}\n"
    sales.push("root", ".github/ISSUE_TEMPLATE/lead.yml", form)
    sales.push("root", ".github/ISSUE_TEMPLATE/odd.yml", "- {")
    sales.open_issue("ann", "Acme & Co")
    answer = requests.get(sandbox.url + path, headers=BROWSER, timeout=5)
    assert answer.status_code == status
    assert shown in answer.text


def test_an_issue_on_the_page_is_safe_html(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme", "**hi** <!-- m --><script>alert(1)</script><img src=x onerror=alert(1)>")
    found = send(sandbox, "/issue", repo="acme/sales", number=1)["result"]
    assert found["html"].strip() == "<p><strong>hi</strong> </p>"


REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("[x](javascript:alert)", "[x](javascript:alert)", id="no script behind a link"),
        pytest.param(
            "[x](https://a.example)", '<a href="https://a.example" rel="noopener noreferrer">x</a>', id="a link"
        ),
        pytest.param("see https://a.example", ">https://a.example</a>", id="a link in plain text"),
        pytest.param("> [!WARNING]\n> no", '<div class="markdown-alert markdown-alert-warning">', id="an alert"),
        pytest.param("|a|\n|-:|\n|1|", '<td style="text-align:right">1</td>', id="a column's alignment"),
        pytest.param("one\ntwo", "one<br>", id="line breaks"),
        pytest.param("~~no~~", "<s>no</s>", id="struck out"),
        pytest.param("|a|\n|-|\n|1|", "<td>1</td>", id="tables"),
        pytest.param("a < b & c", "a &lt; b &amp; c", id="signs"),
        pytest.param(
            '<a href="javascript:x" onclick="y">z</a>', '<a rel="noopener noreferrer">z</a>', id="no handlers"
        ),
        pytest.param("a <!-- salesbot: x --> b", "<p>a  b</p>", id="no comments"),
    ],
)
def test_markdown_as_html(text: str, shown: str) -> None:
    assert shown in markup.html(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("![x](https://a.example/x.png)", id="an image"),
        pytest.param("<script>x</script>", id="a script"),
        pytest.param('<svg onload="x"><style>x</style></svg>', id="a drawing"),
        pytest.param("<iframe src=x></iframe><textarea>x</textarea>", id="a frame, a field"),
    ],
)
def test_what_an_issue_may_not_show_is_left_out(text: str) -> None:
    assert markup.html(text).strip() in ("", "<p></p>")


def test_html_of_people_takes_no_place_and_no_name_of_the_page() -> None:
    text = '<div id="board" class="card" style="position:fixed" data-act="close">x</div>\n\n<input name="q" value="x">'
    shown = markup.html(text)
    assert [each for each in ("board", "card", "fixed", "act", "name", "value") if each in shown] == []


def test_boxes_are_disabled_and_show_whether_they_are_ticked() -> None:
    boxes = [set(each.split()) for each in re.findall("<input ([^>]*)>", markup.html("- [ ] a\n- [x] b"))]
    assert boxes == [{'type="checkbox"', 'disabled=""'}, {'type="checkbox"', 'disabled=""', 'checked=""'}]


def test_markdown_as_plain_text() -> None:
    assert markup.plain_text("a < b & **c** <i>d</i>") == "a < b & c d"


LABEL = {"repo": "acme/sales", "act": "label", "args": ["ann", 1, "stage:won"]}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Host": "rebound.example:8000"}, 403, id="a name of theirs that leads here"),
        pytest.param({"Host": "127.0.0.1.e.vil"}, 403, id="a name that begins like ours"),
        pytest.param({"Host": "e.vil@127.0.0.1.e.vil"}, 403, id="a name behind a user"),
        pytest.param({"Host": "[::"}, 403, id="a name that is none"),
        pytest.param({"Host": ""}, 403, id="no name"),
        pytest.param({"Origin": "https://e.vil"}, 403, id="a page of theirs"),
        pytest.param({"Origin": "http://localhost:1"}, 403, id="a page of another program here"),
        pytest.param({"Origin": "null"}, 403, id="a page without an origin"),
        pytest.param({"Content-Type": "text/plain"}, 415, id="what a page may send without asking"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, 415, id="a form"),
        pytest.param({"Content-Type": "multipart/form-data; boundary=application/json"}, 415, id="a form with files"),
        pytest.param({"Content-Type": ""}, 415, id="no type"),
    ],
)
def test_a_page_of_another_site_changes_nothing(
    sandbox: Sandbox, sales: Repo, headers: dict[str, str], status: int
) -> None:
    sales.open_issue("ann", "Acme")
    before = sales.issues()
    sent = {"Content-Type": "application/json", **headers}
    answer = requests.post(f"{sandbox.url}/_sandbox/act", json.dumps(LABEL), headers=sent, timeout=10)
    assert answer.status_code == status
    assert answer.json()["error"]
    assert sales.issues() == before


@pytest.mark.parametrize("path", ["/_sandbox/", "/_sandbox/state", "/repos/acme/sales/issues", "/"])
def test_a_page_of_another_site_reads_nothing(sandbox: Sandbox, sales: Repo, path: str) -> None:
    answer = requests.get(sandbox.url + path, headers={"Host": "rebound.example"}, timeout=10, allow_redirects=False)
    assert (answer.status_code, "acme" in answer.text) == (403, False)


def test_the_own_page_and_programs_are_let_in(sandbox: Sandbox, sales: Repo) -> None:
    sales.open_issue("ann", "Acme")
    port = sandbox.url.rpartition(":")[2]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}", "localhost"):
        for own in ({}, {"Origin": f"http://{host}"}):
            sent = {"Host": host, "Content-Type": "application/json; charset=utf-8", **own}
            answer = requests.post(f"{sandbox.url}/_sandbox/act", json.dumps(LABEL), headers=sent, timeout=10)
            assert answer.status_code == 200, (host, own, answer.text)
