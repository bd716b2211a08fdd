"""Leads come in by themselves (docs/intake.md): a form's responses, polled and relayed, each exactly one issue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from github_sandbox import IssueView
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.text import fields
from tests.e2e.forms import CONFIGURED, FORM, JANE, Forms, mark
from tests.e2e.play import BOT, CONFIG, Play, kinds, told, writes

PIPELINE = default_pipeline()
EVERYTHING = {
    **JANE, "lead_phone": "+4915112345678", "lead_site": "https://acme.com", "lead_budget": "20k to 50k",
    "lead_country": "Germany", "lead_needs": ["Design", "SEO"], "lead_nda": False, "lead_team": 12,
    "lead_start": "2026-12-01T00:00:00Z", "lead_rfp": "https://api.typeform.com/forms/u6nXL7/files/rfp (1).pdf",
}  # fmt: skip


def read(issue: IssueView) -> dict[str, str]:
    """Read the fields of a lead."""
    return dict(fields.read(issue.body, PIPELINE.headings, PIPELINE.one_line))


def test_a_response_becomes_a_lead_with_its_fields(play: Play, forms: Forms) -> None:
    token = forms.send(EVERYTHING, {"utm_source": "google", "utm_campaign": "autumn"})
    assert forms.poll().exit_code == 0
    (issue,) = forms.of(token)
    found = read(issue)
    other_answers = found.pop("Other answers")
    assert issue.title == "Acme GmbH: A new shop."
    assert found == {
        "Company": "Acme GmbH", "Contact": "Jane Doe", "Email": "jane@acme.com", "Phone": "```\n+4915112345678\n```",
        "Source": "google", "Budget": "20k to 50k", "Brief": "> A new shop.",
    } | {"Phone": "+4915112345678"}  # fmt: skip
    for line in (
        "- **Country** Germany", "- **What do you need?** Design, SEO", "- **Shall we sign an NDA?** no",
        "- **How many are you?** 12", "**When shall it start?** 2026-12-01", "**utm\\_campaign** autumn",
        "- **Anything to read?** [rfp (1).pdf](https://api.typeform.com/forms/u6nXL7/files/rfp%20%281%29.pdf)",
    ):  # fmt: skip
        assert line in other_answers
    assert (play.stages(issue.number), play.said(issue.number)) == (["lead"], ["card", "checklist:qualification"])
    play.assert_at_rest(issue.number)


def test_a_poll_with_nothing_new_costs_one_request_on_each_side(forms: Forms) -> None:
    for _ in range(3):
        forms.send()
    forms.poll()
    run = forms.poll()
    assert (run.exit_code, kinds(run), len(forms.typeform.log)) == (0, ["query"], 1)


def test_a_relayed_response_is_the_same_lead_as_the_polled_one(play: Play, forms: Forms) -> None:
    token = forms.send({**JANE, "lead_country": "Germany"})
    run = forms.relay(token)
    assert (run.exit_code, forms.typeform.log) == (0, [])
    (issue,) = forms.of(token)
    assert "- **Country** Germany" in issue.body
    forms.poll()
    forms.relay(token)
    assert [each.number for each in forms.leads()] == [issue.number]
    play.assert_at_rest(issue.number)


def test_a_relay_before_the_poll_does_not_make_the_poll_skip_older_ones(forms: Forms) -> None:
    forms.typeform.delay = timedelta(minutes=20)
    older, newer = forms.send(), forms.send()
    forms.relay(newer)
    forms.play.github.advance(3 * 3600)
    forms.poll()
    assert (len(forms.of(older)), len(forms.of(newer))) == (1, 1)


def test_a_response_that_shows_up_half_an_hour_late_still_comes_in(forms: Forms) -> None:
    forms.poll()
    late = forms.send()
    forms.play.github.advance(60)
    early = forms.typeform.send(FORM, JANE, at=forms.play.github.clock.now())
    hidden, forms.typeform.sent = forms.typeform.sent[0], forms.typeform.sent[1:]
    forms.poll()
    forms.typeform.sent.append(hidden)
    forms.play.github.advance(1800)
    forms.poll()
    assert (len(forms.of(late)), len(forms.of(early))) == (1, 1)


@pytest.mark.parametrize(
    ("since", "came_in"),
    [
        pytest.param("", 1, id="without a date: seven days, so the one of yesterday"),
        pytest.param(", since: 2026-11-01", 2, id="since the first of the month: the one of ten days ago too"),
        pytest.param(", since: 2026-11-23", 0, id="since today: none"),
    ],
)
def test_the_first_poll_brings_what_came_after_a_day(play: Play, forms: Forms, since: str, came_in: int) -> None:
    play.sales.push("kim", CONFIG, f"version: 1\ntypeform: {{form: {FORM}{since}}}\n")
    for days in (10, 1):
        forms.typeform.send(FORM, JANE, at=play.github.clock.now() - timedelta(days=days))
    forms.poll()
    assert len(forms.leads()) == came_in


def test_a_thousand_and_some_responses_take_pages(forms: Forms) -> None:
    for _ in range(1001):
        forms.typeform.send(FORM, {"lead_name": "Jane"}, at=forms.play.github.clock.now() - timedelta(hours=2))
    run = forms.poll({"dry-run": "true"})
    assert "Looked at 1,001 responses; 1,001 new." in run.stdout
    assert [entry.partition("&before")[0] == entry for entry in forms.typeform.log] == [True, False, True]
    assert writes(run.requests) == []


@pytest.mark.parametrize("together", ["both", "since", "before", "refused"])
def test_pages_are_read_whichever_way_the_service_reads_since_and_before(forms: Forms, together: Any) -> None:
    """A thousand and some before the day asked for, and a thousand and some after it."""
    forms.typeform.together = together
    forms.play.sales.push("kim", CONFIG, f"version: 1\ntypeform: {{form: {FORM}, since: 2026-11-20}}\n")
    wanted = [_at(forms, "2026-11-21", number) for number in range(1500)]
    for number in range(1200):
        _at(forms, "2026-11-19", number)
    run = forms.poll({"dry-run": "true"})
    assert "Looked at 1,500 responses; 1,500 new." in run.stdout
    assert [("since" in entry, "before" in entry) for entry in forms.typeform.log if "responses" in entry] == [
        (True, False),
        (False, True),
        (False, True),
    ]
    assert len(set(wanted)) == 1500


def _at(forms: Forms, day: str, number: int) -> str:
    at = datetime.fromisoformat(f"{day}T08:00:00+00:00") + timedelta(seconds=number)
    return forms.typeform.send(FORM, {"lead_name": f"Jane {day} {number}"}, at=at)


def test_a_service_that_gives_the_same_page_for_ever_is_named(forms: Forms) -> None:
    """It does so for a token it does not know."""
    for number in range(1001):
        token = _at(forms, "2026-11-22", number)
        forms.typeform.odd[token] = {"token": f"other{token}"}
    run = forms.poll()
    assert run.exit_code == 1
    assert "Typeform sent the same page twice. Set typeform.since to a later day" in told(run)[0][1]


# One odd response spoils no other


ODD: list[Any] = [
    None, "x", 7, [], {"token": None, "response_id": None}, {"submitted_at": None, "landed_at": None},
    {"submitted_at": "yesterday"}, {"form_id": "other1"},
]  # fmt: skip
"""What the API shows in place of a response that cannot be read."""


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("task", ["intake", "all"])
def test_a_response_that_cannot_be_read_is_named_and_the_others_come_in(
    play: Play, forms: Forms, odd: Any, task: str
) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/value 9000")
    tokens = [forms.send({"lead_name": f"Jane {number}"}) for number in range(3)]
    forms.typeform.odd[tokens[1]] = odd
    run = forms.poll({"task": task})
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (0, "warning")
    assert problem[1].endswith("It was left out")
    assert [len(forms.of(token)) for token in tokens] == [1, 0, 1]
    assert ("9,000 EUR" in play.text(deal, "card")) == (task == "all")
    forms.typeform.odd.clear()
    forms.poll()
    assert [len(forms.of(token)) for token in tokens] == [1, 1, 1]


@pytest.mark.parametrize("odd", [{"answers": {"a": 1}}, {"answers": None, "hidden": [1]}, {"answers": [None, 5, {}]}])
def test_a_response_with_odd_answers_comes_in_with_what_can_be_read(forms: Forms, odd: dict[str, Any]) -> None:
    token = forms.send()
    forms.typeform.odd[token] = odd
    assert forms.poll().exit_code == 0
    assert len(forms.of(token)) == 1


@pytest.mark.parametrize("fields", [None, "x", [None, 5, {"id": []}], {"a": 1}], ids=repr)
def test_questions_of_another_shape_keep_no_lead_out(forms: Forms, fields: Any) -> None:
    forms.typeform.odd[FORM] = {"fields": fields}
    token = forms.send({**JANE, "lead_country": "Germany"})
    assert forms.poll().exit_code == 0
    (issue,) = forms.of(token)
    assert "- **lead\\_country** Germany" in issue.body


def test_a_form_that_typeform_refuses_to_show_is_named_and_the_leads_come_in(forms: Forms) -> None:
    token = forms.send({**JANE, "lead_country": "Germany"})
    forms.at[2] = lambda: forms.typeform.failures.append((410, ""))
    run = forms.poll()
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (0, "warning")
    assert problem[1].startswith(f"The questions of the form {FORM} cannot be read")
    assert "Typeform answered 410 (Sorry)." in problem[1]
    assert len(forms.of(token)) == 1


def test_more_than_a_run_may_write_is_left_for_the_next(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, f"{CONFIGURED}sweep: {{budget: 10}}\n")
    tokens = [forms.send({**JANE, "lead_email": f"jane{number}@example.org"}) for number in range(7)]
    run = forms.poll()
    assert "Left 3 for the next run." in run.stdout
    assert [len(forms.of(token)) for token in tokens] == [1, 1, 1, 1, 0, 0, 0]
    forms.poll()
    assert [len(forms.of(token)) for token in tokens] == [1] * 7


def test_a_dry_run_says_what_would_come_in(forms: Forms) -> None:
    forms.send()
    run = forms.poll({"dry-run": "true"})
    assert "would open the issue Acme GmbH: A new shop." in run.stdout
    assert (forms.leads(), writes(run.requests)) == ([], [])


def test_whoever_sells_hears_of_a_lead_once(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, f'{CONFIGURED}notify: {{new: "@acme/sales"}}\n')
    token = forms.send()
    forms.poll()
    forms.poll()
    (issue,) = forms.of(token)
    assert play.said(issue.number).count("new") == 1
    assert "@acme/sales" in play.text(issue.number, "new")


def test_where_not_every_issue_is_a_deal_a_lead_still_is(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, f"{CONFIGURED}deals: labelled\n")
    token = forms.send()
    forms.poll()
    assert play.stages(forms.of(token)[0].number) == ["lead"]


def test_the_card_names_who_may_be_the_same(play: Play, forms: Forms) -> None:
    deal = play.deal(body="### Company\n\nACME AG\n\n### Email\n\nkim@acme.com\n")
    token = forms.send()
    forms.poll()
    (issue,) = forms.of(token)
    assert f"Possible duplicate of #{deal}: same company domain, same company" in play.text(issue.number, "card")
    play.sales.comment("nora", issue.number, f"/duplicate-of #{deal}")
    play.reconcile()
    assert play.sales.issue(issue.number).state_reason == "DUPLICATE"
    play.assert_at_rest(issue.number)


def test_a_client_of_years_ago_is_named_too(play: Play, forms: Forms) -> None:
    deal = play.deal(body="### Company\n\nACME AG\n")
    play.sales.seed([{"title": f"Old {number}", "body": "### Company\n\nOther\n"} for number in range(950)])
    token = forms.send()
    assert forms.poll().exit_code == 0
    assert f"Possible duplicate of #{deal}: same company" in play.text(forms.of(token)[0].number, "card")


def test_a_lead_whose_marker_somebody_deleted_does_not_come_in_again(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    (issue,) = forms.of(token)
    play.sales.edit_issue("nora", issue.number, body="Rewritten.")
    play.sales.unlabel("nora", issue.number, "inbound")
    forms.poll()
    assert [each.number for each in play.sales.issues()] == [issue.number]


# Somebody deletes a lead


def gone(play: Play, number: int) -> Any:
    """Delete an issue, or move it away, and let the run that this wakes come to its end."""
    play.drop()
    play.sales.delete_issue("kim", number)
    (run,) = play.reconcile()
    return run


def test_a_deleted_lead_does_not_come_in_again_and_nothing_of_it_is_left(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    (issue,) = forms.of(token)
    assert gone(play, issue.number).exit_code == 0
    (keeper,) = play.sales.issues()
    assert (keeper.title, keeper.state, keeper.state_reason) == (
        "A lead that was deleted (#1)",
        "CLOSED",
        "NOT_PLANNED",
    )
    assert sorted(keeper.labels) == ["inbound", "not-a-deal"]
    assert all(word not in keeper.title + keeper.body for word in ("Jane", "acme", "shop"))
    run = forms.poll()
    assert (kinds(run), len(forms.typeform.log), play.sales.issues()) == (["query"], 1, (keeper,))
    forms.relay(token)
    assert play.sales.issues() == (keeper,), "nor if a relay sends it once more"
    second = forms.send({"lead_name": "John Smith"})
    forms.poll()
    assert (len(forms.of(second)), len(play.sales.issues())) == (1, 2)


def test_a_lead_moved_to_another_repository_does_not_come_in_again(play: Play, forms: Forms) -> None:
    play.github.repo("acme/archive", roles={"kim": "admin"})
    token = forms.send()
    forms.poll()
    play.drop()
    play.sales.transfer("kim", forms.of(token)[0].number, "acme/archive")
    play.run(next(each for each in play.github.outbox if each.name == "issues.transferred"))
    forms.poll()
    assert [issue.title for issue in play.sales.issues()] == ["A lead that was deleted (#1)"]


def test_whoever_deletes_what_is_left_too_gets_the_lead_again(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    gone(play, forms.of(token)[0].number)
    run = gone(play, play.sales.issues()[0].number)
    assert (run.exit_code, kinds(run)) == (0, [])
    forms.poll()
    assert [issue.title for issue in forms.of(token)] == ["Acme GmbH: A new shop."]


def test_a_deleted_double_leaves_the_first(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    (first,) = forms.of(token)
    second = play.sales.open_issue(BOT, first.title, first.body)
    forms.poll()
    run = gone(play, second)
    assert (writes(run.requests), [issue.number for issue in play.sales.issues()]) == ([], [first.number])


@pytest.mark.parametrize("request_", range(1, 6))
def test_a_run_that_dies_over_a_deleted_lead_is_finished_by_the_next_poll(
    play: Play, forms: Forms, request_: int
) -> None:
    token = forms.send()
    forms.poll()
    play.kill(request_, after=True)
    assert gone(play, forms.of(token)[0].number).killed
    if request_ < 3:  # nothing is written yet: only the same run again knows of it
        play.run(play.last)
    forms.poll()
    (keeper,) = play.sales.issues()
    assert (keeper.title[:6], keeper.state) == ("A lead", "CLOSED")


def test_a_dry_run_says_what_would_hold_the_place_of_a_deleted_lead(play: Play, forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    play.drop()
    play.sales.delete_issue("kim", forms.of(token)[0].number)
    run = play.run(inputs={"dry-run": "true"})
    assert (writes(run.requests), play.sales.issues()) == ([], ())
    assert "would open the issue A lead that was deleted (#1)" in run.stdout


def test_a_deleted_issue_that_came_in_by_no_form_costs_no_request(play: Play, forms: Forms) -> None:
    deal = play.deal()
    run = gone(play, deal)
    assert (run.exit_code, kinds(run)) == (0, [])


def test_a_stranger_who_writes_a_marker_keeps_no_lead_out(play: Play, forms: Forms) -> None:
    token = forms.send()
    forged = f'<!-- salesbot:lead {{"key":"typeform:{FORM}:{token}","at":1795424461,"polled":true}} -->'
    play.sales.open_issue("eve", "Mine", forged)
    play.reconcile()
    forms.poll()
    assert len(forms.of(token)) == 2, "the forged one, and the true one"


# What people and services do wrong


HOSTILE = (
    "@everyone <script>alert(1)</script> [x](https://evil.example) ### Value\n\n### Value\n\n9 EUR\n/won 1\n" * 120
)


def test_ten_thousand_characters_of_html_do_nothing(play: Play, forms: Forms) -> None:
    token = forms.send(
        {"lead_name": HOSTILE, "lead_brief": HOSTILE, "lead_budget": "@acme/sales #1", "lead_email": "x"}
    )
    assert forms.poll().exit_code == 0
    (issue,) = forms.of(token)
    found = read(issue)
    assert ("Value" in found, found["Budget"], found["Email"]) == (False, "@acme/sales #1", "x")
    text = issue.body.partition("-->")[2]
    assert "@everyone" not in text
    assert "\n```\n@acme/sales #1\n```\n" in text, "in code nothing is a mention"
    assert "<script" not in text.replace("\\<script", "")
    assert len(issue.body) < 60_000
    assert play.stages(issue.number) == ["lead"]


@pytest.mark.parametrize(
    ("answers", "title"),
    [
        pytest.param({"lead_name": "Jane Doe"}, "Jane Doe", id="without a mail address"),
        pytest.param({}, "New lead", id="without any answer"),
        pytest.param({"lead_email": "jane@gmail.com"}, "New lead", id="a free mail host says nothing of a company"),
        pytest.param({"lead_email": "jane@acme.com"}, "acme.com", id="a company's domain does"),
        pytest.param({"lead_name": "Jane", "lead_email": "j@web.de"}, "Jane", id="then the name"),
    ],
)
def test_little_said_is_still_a_lead(play: Play, forms: Forms, answers: dict[str, Any], title: str) -> None:
    token = forms.send(answers)
    forms.poll()
    assert [issue.title for issue in forms.of(token)] == [title]


def test_a_response_deleted_meanwhile_leaves_its_issue(forms: Forms) -> None:
    token = forms.send()
    forms.poll()
    forms.typeform.delete(token)
    assert forms.poll().exit_code == 0
    assert len(forms.of(token)) == 1


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        pytest.param({"body": "{}", "signature": "sha256=AAAA"}, "secret TYPEFORM_WEBHOOK_SECRET", id="another secret"),
        pytest.param({"body": "{}"}, "needs `body` and `signature`", id="no signature"),
        pytest.param({"body": {"a": 1}, "signature": "x"}, "needs `body`", id="a body that was parsed"),
    ],
)
def test_what_is_not_signed_is_refused_without_a_request(forms: Forms, payload: dict[str, Any], why: str) -> None:
    run = forms.hand_over(payload)
    assert (run.exit_code, kinds(run), forms.leads()) == (2, [], [])
    assert why in told(run)[0][1]


def test_a_body_changed_on_the_way_is_refused(forms: Forms) -> None:
    token = forms.send()
    body, signature = forms.typeform.delivery(token)
    run = forms.hand_over({"body": body.decode().replace("Jane", "John"), "signature": signature})
    assert (run.exit_code, forms.leads()) == (2, [])


def test_a_response_of_another_form_is_refused(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ntypeform: {form: other1}\n")
    run = forms.relay(forms.send())
    assert (run.exit_code, forms.leads()) == (2, [])
    assert f"is of the form {FORM}, which is not the configured one" in told(run)[0][1]


def test_a_relay_without_body_wakes_a_poll(forms: Forms) -> None:
    token = forms.send()
    assert forms.hand_over({"poll": True}).exit_code == 0
    assert len(forms.of(token)) == 1


@pytest.mark.parametrize(
    ("break_", "why"),
    [
        pytest.param(
            lambda forms: setattr(forms.typeform, "token", "new"), "secret TYPEFORM_TOKEN", id="a revoked token"
        ),
        pytest.param(
            lambda forms: setattr(forms.typeform, "scopes", frozenset()), "`responses:read`", id="a token without scope"
        ),
        pytest.param(lambda forms: forms.typeform.forms.clear(), "`typeform.form`", id="a form that is gone"),
        pytest.param(lambda forms: forms.play.environment.pop("INPUT_TYPEFORM-TOKEN"), "is empty", id="no token"),
        pytest.param(lambda forms: forms.typeform.failures.append((0, "")), "not a JSON object", id="no JSON"),
        pytest.param(
            lambda forms: forms.typeform.failures.extend([(503, "")] * 4), "4 times in a row", id="down for a while"
        ),
        pytest.param(lambda forms: forms.typeform.failures.append((429, "900")), "900 s", id="busy for long"),
    ],
)
def test_what_is_wrong_with_the_service_is_said_in_one_sentence(
    forms: Forms, break_: Callable[[Forms], object], why: str
) -> None:
    token = forms.send()
    before = (forms.typeform.token, forms.typeform.scopes, dict(forms.typeform.forms))
    break_(forms)
    run = forms.poll()
    assert (run.exit_code in (1, 2), len(told(run)), forms.leads()) == (True, 1, [])
    assert why in told(run)[0][1]
    forms.typeform.token, forms.typeform.scopes, forms.typeform.forms = before
    forms.play.environment["INPUT_TYPEFORM-TOKEN"] = forms.typeform.token
    forms.typeform.failures.clear()
    assert forms.poll().exit_code == 0
    assert len(forms.of(token)) == 1


def test_a_token_that_may_not_read_the_form_goes_without_the_questions(forms: Forms) -> None:
    forms.typeform.scopes = frozenset({"responses:read"})
    token = forms.send({**JANE, "lead_country": "Germany"})
    run = forms.poll()
    (problem,) = told(run)
    assert (run.exit_code, problem[0]) == (0, "warning")
    assert "(Missing scope). Give it `responses:read` and `forms:read`" in problem[1]
    (issue,) = forms.of(token)
    assert "- **lead\\_country** Germany" in issue.body


@pytest.mark.parametrize(
    ("status", "again"),
    [(400, False), (401, False), (403, False), (404, False), (422, False), (500, True), (429, True)],
)
def test_the_next_run_is_named_only_where_it_may_do_better(forms: Forms, status: int, again: bool) -> None:
    forms.typeform.failures.extend([(status, "")] * 4)
    (problem,) = told(forms.poll())
    assert ("The next run tries again" in problem[1]) == again
    assert again or "(Sorry)." in problem[1], "what Typeform says of it"


@pytest.mark.parametrize("weather", [(500, ""), (503, ""), (429, ""), (429, "3")], ids=str)
@pytest.mark.parametrize("request_", [1, 2])
def test_bad_weather_at_the_service_passes(forms: Forms, weather: tuple[int, str], request_: int) -> None:
    token = forms.send()
    forms.at[request_] = lambda: forms.typeform.failures.append(weather)
    assert forms.poll().exit_code == 0
    assert len(forms.of(token)) == 1


def test_requests_to_the_service_are_half_a_second_apart(forms: Forms) -> None:
    forms.send()
    forms.poll()
    assert (len(forms.typeform.log), forms.waited) == (2, [0.5])


# Everything on schedule


def test_all_sweeps_and_takes_in(play: Play, forms: Forms) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/value 9000")
    token = forms.send()
    assert forms.poll({"task": "all"}).exit_code == 0
    assert len(forms.of(token)) == 1
    assert "9,000 EUR" in play.text(deal, "card")


def test_all_takes_no_longer_than_a_job_may(play: Play, forms: Forms) -> None:
    token = forms.send()
    play.at(2, lambda: play.github.advance(481))  # the sweep takes that long
    run = forms.poll({"task": "all"})
    assert (run.exit_code, forms.of(token)) == (0, [])
    assert "Left 1 for the next run." in run.stdout


def test_all_writes_no_more_than_one_may(play: Play, forms: Forms) -> None:
    deals = [play.deal(title=f"Deal {number}") for number in range(4)]
    play.sales.push("kim", CONFIG, f"{CONFIGURED}sweep: {{budget: 10}}\n")
    for deal in deals:
        play.sales.comment("nora", deal, "/value 9000\n/prospect")
    tokens = [forms.send({"lead_name": f"Jane {number}"}) for number in range(3)]
    run = forms.poll({"task": "all"})
    assert (run.exit_code, sum(len(forms.of(token)) for token in tokens)) == (0, 1)
    assert "Left 2 for the next run." in run.stdout


def test_a_revoked_token_does_not_keep_the_sweep_from_its_work(play: Play, forms: Forms) -> None:
    deal = play.deal()
    play.sales.comment("nora", deal, "/value 9000")
    forms.typeform.token = "new"
    run = forms.poll({"task": "all"})
    assert (run.exit_code, len(told(run))) == (1, 1)
    assert "9,000 EUR" in play.text(deal, "card")


def test_without_a_form_there_is_nothing_to_take_in(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, None)
    run = forms.poll()
    assert (run.exit_code, kinds(run), forms.typeform.log) == (0, ["query"], [])
    assert "No form is configured" in run.stdout


def test_a_wrong_configuration_takes_nothing_in(play: Play, forms: Forms) -> None:
    play.sales.push("kim", CONFIG, "version: 1\ntypeform: {forms: x}\n")
    token = forms.send()
    assert forms.poll().exit_code == 2
    assert (forms.of(token), play.problem() is not None) == ([], True)


def test_no_secret_stands_in_a_log(forms: Forms) -> None:
    forms.send()
    run = forms.poll()
    said = run.stdout + run.stderr + run.summary + json.dumps(dict(run.outputs))
    assert forms.typeform.token not in said
    assert forms.typeform.secret not in said
    assert mark(forms.leads()[0]) is not None


# By hand


def by_hand(play: Play, forms: Forms, token: str, *options: str) -> int:
    """Run `salesbot import typeform` on somebody's machine."""
    env = {
        "GITHUB_TOKEN": token, "GITHUB_API_URL": play.github.api_url, "GITHUB_GRAPHQL_URL": play.github.graphql_url,
        "TYPEFORM_TOKEN": forms.typeform.token, "TYPEFORM_API_URL": forms.typeform.url,
    }  # fmt: skip
    return play.main(["import", "typeform", "--repo", "acme/sales", *options], env)


def test_by_hand_with_a_persons_token_the_workflow_gives_the_card(play: Play, forms: Forms) -> None:
    token = forms.send()
    assert by_hand(play, forms, play.github.token("kim")) == 0
    (issue,) = forms.of(token)
    assert (issue.author, issue.comments) == ("kim", ())
    play.reconcile()
    assert play.said(issue.number) == ["card", "checklist:qualification"]
    forms.poll()
    assert [each.number for each in forms.leads()] == [issue.number]
    play.assert_at_rest(issue.number)


def test_by_hand_since_a_day(play: Play, forms: Forms, capsys: pytest.CaptureFixture[str]) -> None:
    forms.typeform.send(FORM, JANE, at=play.github.clock.now() - timedelta(days=30))
    assert by_hand(play, forms, play.github.token("kim"), "--since", "2026-10-01", "--dry-run") == 0
    assert "would open the issue Acme GmbH: A new shop." in capsys.readouterr().out
    assert forms.leads() == []
    assert by_hand(play, forms, play.github.token("kim"), "--since", "yesterday") == 2
    assert "--since yesterday is not a date" in capsys.readouterr().err
