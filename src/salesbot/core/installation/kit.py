"""The files that `salesbot init` writes, filled in for a repository. Text in, text out: reads and writes no file.

What an existing file says is kept: the start date, the place of salesbot and the version it is pinned to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from salesbot.core.installation.image_step import Image, with_image

_COPY = "OWNER/salesbot"
"""In the files as they come: whoever hosts salesbot."""
_USES = re.compile(rf"^(?P<before> *- )uses: {_COPY}@.*$", re.M)
_EXPLAINED = re.compile(r"^( *)# There is no release yet: OWNER is .*$", re.M)
_PIN = "# Pin a commit or a release: what follows the @ decides whose code runs with your token."
_UNPINNED = "@main # zizmor: ignore[unpinned-uses]"
_OTHER_COMMAND = "entrypoint:"
"""Only a container can start another command than `salesbot run`."""
_SINCE = re.compile(r"^since: .*$", re.M)
_SCHEDULE = re.compile(r'^(?P<before> +)- cron: ".*$', re.M)
_FORM = """
# New responses of this Typeform form become leads; the secret TYPEFORM_TOKEN holds the token that reads them.
typeform: {{form: "{form}"}}
"""
_STREAK = """
# The pipeline in Streak that the deals are synced with; the secret STREAK_API_KEY holds the key.
streak: {{pipelines: {{sales: {{key: "{streak}"}}}}}}
"""


@dataclass(frozen=True)
class Choices:
    """What differs from one repository to the next."""

    copy: str
    """Who hosts salesbot, and under which name: `acme/salesbot`."""
    since: date
    light: bool = False
    image: Image | None = None
    """The published image that the workflows start; None where they use the Action."""
    timezone: str = "UTC"
    currency: str = "EUR"
    form: str = ""
    """The Typeform form that leads come from; empty without one."""
    streak: str = ""
    """The key of the Streak pipeline; empty without one."""


def fill(text: str, choices: Choices, existing: str | None) -> str:
    """Fill in a file as it comes with salesbot. `existing` is the file in its place, None if there is none."""
    shipped = with_image(text, choices.image) if choices.image else text
    filled = _with_copy(shipped, choices, existing or "")
    if _SINCE.search(text):
        filled = _configured(filled, choices, existing or "")
    if choices.form or choices.streak:
        filled = filled.replace("    # - cron:", "    - cron:")
    return _in_time_zone(filled, choices.timezone)


def _with_copy(text: str, choices: Choices, existing: str) -> str:
    is_light = choices.light and _OTHER_COMMAND not in text
    place = f"uses: {choices.copy}{'/light' if is_light else ''}"
    kept = re.search(rf"^ *- {re.escape(place)}(@.*)$", existing, re.M)
    line = place + (kept[1] if kept else _UNPINNED)

    def step(found: re.Match[str]) -> str:
        named = "" if _is_called_salesbot(choices.copy) else f"\n{' ' * len(found['before'])}name: salesbot"
        return f"{found['before']}{line}{named}"

    explained = _EXPLAINED.sub(rf"\1{_PIN}", text)
    return _USES.sub(step, explained).replace(_COPY, choices.copy)


def _is_called_salesbot(copy: str) -> bool:
    """Say whether the name of a copy tells what it is. Where it does not, the name of the step must."""
    return copy.partition("/")[2].casefold() == "salesbot"


def _configured(text: str, choices: Choices, existing: str) -> str:
    since = _SINCE.search(existing)
    begun = since[0] if since else f"since: {choices.since.isoformat()}"
    text = _SINCE.sub(lambda _: begun, text, count=1)
    text = re.sub("^# timezone: .*$", f"timezone: {choices.timezone}", text, count=1, flags=re.M)
    text = re.sub("^# currency: .*$", f"currency: {choices.currency}", text, count=1, flags=re.M)
    form = _FORM.format(form=choices.form) if choices.form else ""
    return text + form + (_STREAK.format(streak=choices.streak) if choices.streak else "")


def _in_time_zone(text: str, zone: str) -> str:
    """Give each schedule the time zone of the configuration. Without one it is in UTC."""
    if zone == "UTC":
        return text
    return _SCHEDULE.sub(lambda found: f'{found[0]}\n{found["before"]}  timezone: "{zone}"', text)


def read_configuration(text: str) -> dict[str, str]:
    """Read what an existing configuration says of the choices, defaults included. Nothing if it is not YAML."""
    try:
        found: Any = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but texts, lists and maps
    except yaml.YAMLError:
        return {}
    said = found if isinstance(found, dict) else {}
    return {
        "timezone": _at(said, "timezone") or "UTC",
        "currency": _at(said, "currency") or "EUR",
        "form": _at(said, "typeform", "form"),
        "streak": _at(said, "streak", "pipelines", "sales", "key"),
    }


def _at(said: Any, *path: str) -> str:
    for key in path:
        said = said.get(key) if isinstance(said, dict) else None
    return said if isinstance(said, str) else ""
