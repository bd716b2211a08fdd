"""The wire to Typeform's Responses API: how its requests are spaced, repeated, given up.

https://www.typeform.com/developers/responses/reference/retrieve-responses/ . Two requests a second are allowed and no
header tells how many are left, so there is half a second between any two. Never tried against the live service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests

from salesbot.adapters.typeform.reading import questions, read_response
from salesbot.core.errors import InputError, ServiceError
from salesbot.core.leads.lead import Received

DEFAULT_URL = "https://api.typeform.com"
SPACING = 0.5
"""Seconds between two requests."""
PAGE = 1000
"""Responses a page may hold."""
MOST_PAGES = 50
TIMEOUT = 20
BACKOFF = (1.0, 2.0, 4.0)
PATIENCE = 60.0
"""Seconds a run may spend waiting for Typeform in all. The next run goes on."""

Json = Mapping[str, Any]


@dataclass
class Typeform:
    """One connection for one run. `url` is another one for accounts in the EU data centre."""

    token: str = field(repr=False)
    url: str = DEFAULT_URL
    sleep: Callable[[float], None] = field(default=lambda seconds: None, repr=False)
    patience: float = PATIENCE
    sent: int = 0
    """Requests so far."""
    _items: dict[str, Json] = field(default_factory=dict, repr=False)

    def responses(self, form: str, since: datetime) -> tuple[list[Received], list[str]]:
        """Read what was sent since a moment, and what cannot be read of it, in words.

        Newest first, as the service lists it, and back page by page until `since`: so a page that is missing is missed
        at the old end, and noticed. Raises ServiceError if Typeform fails us or its pages do not go on.
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
        """Put the questions to what `responses` brought. A token that may not read the form goes without."""
        try:
            titles = dict(questions(self._get(f"/forms/{form}", {}, form)))
        except _ForbiddenError:
            titles = {}
        return [read_response(self._items[each.key], form, titles) for each in received]

    def _read(self, items: Iterable[Json], form: str) -> tuple[list[Received], list[str]]:
        found, wrong = [], []
        for item in items:
            try:
                response = read_response(item, form, {})
            except InputError as error:
                wrong.append(str(error))
                continue
            found.append(response)
            self._items[response.key] = item
        return found, wrong

    def _page(self, form: str, since: datetime, before: str | None) -> list[Json]:
        begin = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        query = {"page_size": str(PAGE), "since": begin} | ({"before": before} if before is not None else {})
        items = self._get(f"/forms/{form}/responses", query, form).get("items")
        if not isinstance(items, list):
            raise ServiceError("Typeform's answer has no responses in it.", "The next run reads again")
        return items

    def _get(self, path: str, query: Mapping[str, str], form: str) -> Json:
        for wait in (*BACKOFF, None):
            if self.sent:
                self.sleep(SPACING)
            answer = self._send(path, query)
            if answer is not None and answer.status_code < 400:
                return _parsed(answer)
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                raise _refusal(answer.status_code, form, self.url)
            what = "did not answer" if answer is None else f"answered {answer.status_code}"
            if wait is None:
                raise ServiceError(f"Typeform {what}, {len(BACKOFF) + 1} times in a row.", "The next run tries again")
            self._wait(max(wait, _retry_after(answer)), what)
        raise AssertionError("the last wait raises")

    def _send(self, path: str, query: Mapping[str, str]) -> requests.Response | None:
        """Send one request; None where no answer came. Followed nowhere: the token is for this address."""
        self.sent += 1
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "salesbot", "Accept": "application/json"}
        try:
            return requests.get(
                f"{self.url.rstrip('/')}{path}", params=query, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return None

    def _wait(self, seconds: float, what: str) -> None:
        if seconds > self.patience:
            raise ServiceError(f"Typeform {what}, and asks to wait {seconds:.0f} s.", "The next run goes on")
        self.patience -= seconds
        self.sleep(seconds)


class _ForbiddenError(ServiceError):
    """The token is good, but not for this."""


def _refusal(status: int, form: str, url: str) -> ServiceError:
    if status == 401:
        return ServiceError(
            "Typeform refused the token.", "Check the secret TYPEFORM_TOKEN, the input `typeform-token`"
        )
    if status == 403:
        what = "Typeform does not let the token read the responses."
        return _ForbiddenError(
            what, "Give it the scope `responses:read`: the secret TYPEFORM_TOKEN, the input `typeform-token`"
        )
    if status == 404:
        hint = "Check `typeform.form`; an account in the EU data centre needs TYPEFORM_API_URL"
        return ServiceError(f"Typeform at {url} knows no form {form}.", hint)
    return ServiceError(f"Typeform answered {status}.", "The next run tries again")


def _parsed(answer: requests.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ServiceError("Typeform's answer is no JSON object.", "The next run reads again")
    return found


def _retry_after(answer: requests.Response | None) -> float:
    text = answer.headers.get("Retry-After", "") if answer is not None else ""
    return float(text) if text.isdigit() else 0.0
