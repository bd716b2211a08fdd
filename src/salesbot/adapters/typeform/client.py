"""The client of Typeform's Responses API: what is requested, and how requests are spaced.

https://www.typeform.com/developers/responses/reference/retrieve-responses/ . Two requests a second are allowed and no
header tells how many are left, so there is half a second between any two. Never tried against the live service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from salesbot.adapters import http
from salesbot.adapters.typeform.reading import names_of, read_response, titles_of, token_of
from salesbot.core.errors import InputError, ServiceError, warning
from salesbot.core.leads.lead import Received

DEFAULT_URL = "https://api.typeform.com"
SPACING = 0.5
"""Seconds between two requests."""
PAGE = 1000
"""Responses a page may hold."""
MOST_PAGES = 50
LATER = "Set typeform.since to a later day"
WRONG_ADDRESS = "If it happens again, check TYPEFORM_API_URL"
Json = Mapping[str, Any]


@dataclass
class Typeform:
    """One connection for one run. `url` is another one for accounts in the EU data centre."""

    token: str = field(repr=False)
    url: str = DEFAULT_URL
    sleep: Callable[[float], None] = field(default=lambda seconds: None, repr=False)
    sent: int = 0
    """Requests so far."""
    _items: dict[str, Json] = field(default_factory=dict, repr=False)
    _forms: dict[str, Json] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._session = http.open_session()
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "salesbot", "Accept": "application/json"}
        self._session.headers.update(headers)
        self._retries = http.Retries("Typeform", sleep=lambda seconds: self.sleep(seconds))

    def responses(self, form: str, since: datetime) -> tuple[list[Received], list[str]]:
        """Read the responses since a moment, and a sentence for each one that cannot be read.

        Pages go back from the newest response until one is wholly older. `since` goes with the first page only, and
        `before` alone with the others: public clients disagree about what the two mean together. Raises ServiceError if
        Typeform fails or repeats a page.
        """
        begin = since.astimezone(UTC).replace(microsecond=0)
        found, odd, is_last = self._page(form, {"since": f"{begin:%Y-%m-%dT%H:%M:%S}"})
        received, problems = {each.key: each for each in found}, dict.fromkeys(odd)
        for _ in range(MOST_PAGES):
            if is_last or (found and all(each.at < begin for each in found)):
                return list(received.values()), list(problems)
            before = self._token_of_oldest(found)
            found, odd, is_last = self._page(form, {"before": before})
            if not is_last and self._token_of_oldest(found) == before:
                raise ServiceError("Typeform sent the same page twice.", LATER)
            received |= {each.key: each for each in found if each.at >= begin}
            problems |= dict.fromkeys(odd)
        raise ServiceError(f"There are more than {MOST_PAGES * PAGE:,} responses.", LATER)

    def _token_of_oldest(self, page: Sequence[Received]) -> str:
        if not page:
            raise ServiceError(f"None of {PAGE:,} responses of Typeform's can be read.", LATER)
        return token_of(self._items[min(reversed(page), key=lambda each: each.at).key]) or ""

    def with_questions(self, form: str, received: Iterable[Received]) -> tuple[list[Received], list[str]]:
        """Add the questions to responses; where Typeform refuses them, responses go without, and a sentence says so."""
        problems = []
        try:
            titles = titles_of(self._form(form), form)
        except RefusedError as error:
            titles = {}
            what = f"The questions of the form {form} cannot be read, so answers are under their `ref`: {error.what}"
            problems = [warning(what, error.hint)]
        return [read_response(self._items[each.key], form, titles) for each in received], problems

    def _page(self, form: str, which: Mapping[str, str]) -> tuple[list[Received], list[str], bool]:
        """Read a page: what can be read, a sentence for each response that cannot, and whether it is the last page."""
        items = self._get(f"/forms/{form}/responses", {"page_size": str(PAGE), **which}, form).get("items")
        if not isinstance(items, list):
            raise ServiceError("Typeform's answer has no responses in it.", WRONG_ADDRESS)
        received, problems = [], []
        for number, item in enumerate(items, 1):
            try:
                response = read_response(item, form, {}, f"{number} of {len(items)}")
            except InputError as error:
                problems.append(str(error))
                continue
            received.append(response)
            self._items[response.key] = item
        return received, problems, len(items) < PAGE

    def _get(self, path: str, query: Mapping[str, str], form: str) -> Json:
        answer = self._retries.until_answered(lambda: self._spaced(path, query))
        if (answer.status or 0) >= 300:
            raise _refusal(answer, form, self.url)
        return _parsed(answer)

    def _spaced(self, path: str, query: Mapping[str, str]) -> http.Answer:
        if self.sent:
            self.sleep(SPACING)
        return self.request(path, query)

    def form_names(self, form: str) -> dict[str, str]:
        """Name what a form asks: the `ref` of each question with its title, and the hidden fields.

        Raises ServiceError if Typeform does not say, e.g. to a token without the scope `forms:read`.
        """
        return names_of(self._form(form))

    def has_read(self, form: str) -> bool:
        """Say whether a form was read already, so that its names cost no request."""
        return form in self._forms

    def _form(self, form: str) -> Json:
        if form not in self._forms:
            self._forms[form] = self._get(f"/forms/{form}", {}, form)
        return self._forms[form]

    def request(self, path: str, query: Mapping[str, str]) -> http.Answer:
        """Send one request."""
        self.sent += 1
        return http.send(self._session, "GET", f"{self.url.rstrip('/')}{path}", params=query)


class RefusedError(ServiceError):
    """Typeform understood the request and does not allow it, now or later."""


def _refusal(answer: http.Answer, form: str, url: str) -> RefusedError:
    why = _description(answer)
    if answer.status == 401:
        hint = "Check the secret TYPEFORM_TOKEN, the input `typeform-token`"
        return RefusedError(f"Typeform refused the token{why}.", hint)
    if answer.status == 403:
        hint = "Give it `responses:read` and `forms:read`: the secret TYPEFORM_TOKEN, the input `typeform-token`"
        return RefusedError(f"Typeform does not allow the token to read this{why}.", hint)
    if answer.status == 404:
        hint = "Check `typeform.form`; an account in the EU data centre needs TYPEFORM_API_URL"
        return RefusedError(f"Typeform at {url} knows no form {form}{why}.", hint)
    return RefusedError(f"Typeform {answer}{why}.", "Check `typeform` in the configuration")


def _description(answer: http.Answer) -> str:
    """Give the words of an error, in brackets."""
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        return ""
    words = found.get("description") if isinstance(found, dict) else None
    return f" ({' '.join(words.split())[:200]})" if isinstance(words, str) and words.strip() else ""


def _parsed(answer: http.Answer) -> Json:
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ServiceError("Typeform's answer is not a JSON object.", WRONG_ADDRESS)
    return found
