"""A map that names what the form does not have: told where a lead comes in, by doctor, and by check --repo."""

from __future__ import annotations

import pytest

from salesbot.adapters.typeform.reading import names_of
from salesbot.tasks.form_check import unknown
from tests.e2e.by_hand import Command, command
from tests.e2e.forms import CONFIGURED, FORM, Forms
from tests.e2e.play import CONFIG, Play, told

__all__ = ["command"]
NAMES = {"company_ref": "Where do you work?", "lead_brief": "What is it about?", "utm_source": ""}


@pytest.fixture
def by_hand(play: Play, forms: Forms, monkeypatch: pytest.MonkeyPatch, command: Command) -> Command:
    """Commands by hand that find Typeform and its token in their environment."""
    real = play.main
    found = {"TYPEFORM_API_URL": forms.typeform.url, "TYPEFORM_TOKEN": forms.typeform.token}
    monkeypatch.setattr(play, "main", lambda argv, env: real(argv, {**env, **found}))
    return command


def configure(play: Play, map_: str) -> None:
    play.sales.push("kim", CONFIG, f"version: 1\ntypeform:\n  form: {FORM}\n  map:\n    {map_}\n")
    play.drop()


@pytest.mark.parametrize(
    ("ref", "said"),
    [
        ("wohnort", "There are: company_ref, lead_brief, utm_source."),
        ("company_reff", "Did you mean company_ref?"),
        ("where do you work?", "Did you mean company_ref?"),
        ("utm_sorce", "Did you mean utm_source?"),
    ],
)
def test_a_name_that_the_form_lacks_is_told_with_the_nearest(ref: str, said: str) -> None:
    assert unknown({"company": ref}, NAMES) == {"company": (ref, f"the form has no `{ref}`", said)}


def test_names_that_the_form_has_are_fine() -> None:
    assert unknown({"company": "company_ref", "source": "utm_source"}, NAMES) == {}


def test_questions_in_groups_and_hidden_fields_have_names_too() -> None:
    inner = {"id": "2", "ref": "inner", "title": "In *here*?"}
    form = {"hidden": ["utm"], "fields": [{"ref": "group", "title": "G", "properties": {"fields": [inner]}}]}
    assert names_of(form) == {"utm": "", "group": "G", "inner": "In here?"}
    assert names_of({}) == {}


def test_a_poll_tells_it_once_and_the_problem_issue_closes_when_the_map_is_right(play: Play, forms: Forms) -> None:
    configure(play, "company: wohnort")
    forms.poll()
    said = "typeform.map.company: the form has no `wohnort`. There are: " + ", ".join(sorted(forms_names(forms))) + "."
    for count in range(3):
        forms.send()
        run = forms.poll()
        notices = [message for level, message in told(run) if level == "notice"]
        assert notices == ([said] if count == 0 else []), "only the run that reports it gives notice"
        assert run.exit_code == 0
    assert len(forms.leads()) == 3
    problem = play.problem()
    assert problem is not None
    assert "The form does not match the configuration" in play.sales.issue(problem).body
    play.github.advance(3600)
    assert told(forms.poll()) == []
    assert len(forms.typeform.log) == 1, "a poll with nothing new costs one request"
    configure(play, "company: company_ref")
    forms.send()
    assert forms.poll().exit_code == 0
    assert play.problem() is None


def forms_names(forms: Forms) -> list[str]:
    return [question.ref for question in forms.typeform.forms[FORM]]


def test_a_map_that_fits_is_not_talked_about(play: Play, forms: Forms) -> None:
    forms.send()
    assert told(forms.poll()) == []


@pytest.mark.parametrize(
    ("map_", "line"),
    [
        (
            "company: company_reff",
            "5:1: typeform.map.company: the form has no `company_reff`. Did you mean company_ref?",
        ),
        ("contact: lead_nam", "5:1: typeform.map.contact: the form has no `lead_nam`. Did you mean lead_name?"),
        ("budget: Budget", "5:1: typeform.map.budget: the form has no `Budget`. Did you mean lead_budget?"),
    ],
)
def test_doctor_and_check_tell_it(play: Play, by_hand: Command, map_: str, line: str) -> None:
    configure(play, map_)
    said = by_hand("doctor", by="kim")
    assert f"fix: {CONFIG}:{line}" in said.out.splitlines()
    assert said.code == 2
    said = by_hand("check", "--repo", play.sales.name, by="kim")
    assert (said.code, said.out) == (2, f"{CONFIG}:{line}\n")
    assert said.err == f"1 problem in {CONFIG}\n"


def test_doctor_and_check_find_nothing_in_a_map_that_fits(play: Play, by_hand: Command) -> None:
    play.sales.push("kim", CONFIG, CONFIGURED)
    assert "ok: typeform.map matches the form." in by_hand("doctor", by="kim").out.splitlines()
    assert by_hand("check", "--repo", play.sales.name, by="kim").out == f"{CONFIG}: fine\n"


def test_what_cannot_be_found_out_is_said(play: Play, forms: Forms, by_hand: Command) -> None:
    configure(play, "company: gone_ref")
    forms.typeform.scopes = frozenset({"responses:read"})
    said = by_hand("doctor", by="kim")
    assert "unknown: Whether typeform.map fits the form could not be checked: Typeform does not allow" in said.out
    assert by_hand("check", "--repo", play.sales.name, by="kim").code == 1


def test_without_a_token_doctor_says_what_it_takes(play: Play, forms: Forms, command: Command) -> None:
    configure(play, "company: gone_ref")
    said = command("doctor", by="kim")
    assert "unknown: Whether typeform.map fits the form could not be checked: this needs TYPEFORM_TOKEN." in said.out


def test_check_of_a_repository_reads_its_templates_too(play: Play, command: Command) -> None:
    play.sales.push("kim", CONFIG, "version: 1\n")
    play.sales.push("kim", ".github/salesbot/card.md.j2", "{{ ownr }}")
    play.sales.push("kim", ".github/salesbot/checklists/handover.md.j2", "none")
    said = command("check", "--repo", play.sales.name, by="kim")
    assert [line.partition(" ")[0] for line in said.out.splitlines()] == [
        ".github/salesbot/card.md.j2:1:1:",
        ".github/salesbot/checklists/handover.md.j2:1:1:",
    ]
