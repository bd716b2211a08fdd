"""The client of Typeform's Responses API: what is requested, and how requests are spaced.

https://www.typeform.com/developers/responses/reference/retrieve-responses/ . Two requests a second are allowed and no
header tells how many are left, so there is half a second between any two. Never tried against the live service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from salesbot.adapters import http
from salesbot.adapters.typeform.reading import read_response, titles_of
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.leads.lead import Received

DEFAULT_URL = "https://api.typeform.com"
SPACING = 0.5
"""Seconds between two requests."""
PAGE = 1000
"""Responses a page may hold."""
MOST_PAGES = 50
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

        Pages go back from the newest response to `since`, so a missing page is noticed. Raises ServiceError if Typeform
        fails or repeats a page.
        """
        items: dict[str, Json] = {}
        before: str | None = None
        for _ in range(MOST_PAGES):
            page = self._page(form, since, before)
            new = {str(item.get("token")): item for item in page if str(item.get("token")) not in items}
            items |= new
            if len(page) < PAGE:
                return self._read(items.values(), form)
            if not new:
                raise ServiceError("Typeform gave the same page twice.", "Set typeform.since to a later day")
            before = str(page[-1].get("token"))
        raise ServiceError(f"There are more than {MOST_PAGES * PAGE:,} responses.", "Set typeform.since to a later day")

    def with_questions(self, form: str, received: Iterable[Received]) -> list[Received]:
        """Add the questions to responses. Without the right to read the form they stay without questions."""
        try:
            titles = titles_of(self._get(f"/forms/{form}", {}, form), form)
        except _ForbiddenError:
            titles = {}
        return [read_response(self._items[each.key], form, titles) for each in received]

    def _read(self, items: Iterable[Json], form: str) -> tuple[list[Received], list[str]]:
        received, problems = [], []
        for item in items:
            try:
                response = read_response(item, form, {})
            except InputError as error:
                problems.append(str(error))
                continue
            received.append(response)
            self._items[response.key] = item
        return received, problems

    def _page(self, form: str, since: datetime, before: str | None) -> list[Json]:
        begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        query = {"page_size": str(PAGE), "since": begin} | ({"before": before} if before is not None else {})
        items = self._get(f"/forms/{form}/responses", query, form).get("items")
        if not isinstance(items, list):
            raise ServiceError("Typeform's answer has no responses in it.", "The next run reads again")
        return items

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


class _ForbiddenError(ServiceError):
    """The token is valid, but may not do this."""


def _refusal(answer: http.Answer, form: str, url: str) -> ServiceError:
    if answer.status == 401:
        return ServiceError(
            "Typeform refused the token.", "Check the secret TYPEFORM_TOKEN, the input `typeform-token`"
        )
    if answer.status == 403:
        what = "Typeform does not let the token read the responses."
        return _ForbiddenError(
            what, "Give it the scope `responses:read`: the secret TYPEFORM_TOKEN, the input `typeform-token`"
        )
    if answer.status == 404:
        hint = "Check `typeform.form`; an account in the EU data centre needs TYPEFORM_API_URL"
        return ServiceError(f"Typeform at {url} knows no form {form}.", hint)
    return ServiceError(f"Typeform {answer}.", "The next run tries again")


def _parsed(answer: http.Answer) -> Json:
    try:
        found = json.loads(answer.text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ServiceError("Typeform's answer is not a JSON object.", "The next run reads again")
    return found
