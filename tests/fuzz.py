"""Coverage-guided fuzzing of what strangers can reach: comments, descriptions, the configuration, event files.

    python -m tests.fuzz [--seconds 20] [READER ...]

Needs atheris (Linux, CPython 3.11 to 3.13); `make fuzz` installs it. A reader may refuse with its own error; anything
else, a broken promise, or more than two seconds for one text is a finding: its text is printed and kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from salesbot.adapters.actions import Inputs, read_event, run_request
from salesbot.adapters.time_zones import SystemTimeZones
from salesbot.core.config import parse
from salesbot.core.config.problems import ConfigError
from salesbot.core.errors import InputError
from salesbot.core.model import journal
from salesbot.core.model.defaults import default_pipeline
from salesbot.core.text import checklists, command_syntax, dates, fields, mail, markdown
from salesbot.core.text.money import Money, MoneyError

SLOW = 2
"""Seconds after which one text took too long."""
KNOWN = default_pipeline().headings
TODAY = date(2026, 11, 23)
EVENTS = ("issues", "issue_comment", "label", "schedule", "workflow_dispatch", "repository_dispatch")


def comment(data: bytes) -> None:
    """A comment, as a mail reply or typed: commands, arguments, markers, ticks."""
    text = data.decode("utf-8", "replace")
    for line in command_syntax.read(text):
        with suppress(command_syntax.CommandSyntaxError):
            command_syntax.split(line.rest)
    mail.reply(mail.normalise(text))
    marker = markdown.read_marker(text)
    if marker is not None:
        journal.from_payload(marker.payload)
    checklists.read("estimate", text)


def amount(data: bytes) -> None:
    """An amount and a day, as people type them."""
    text = data.decode("utf-8", "replace")
    with suppress(MoneyError):
        money = Money.parse(text, "EUR")
        assert Money.parse(str(money), "EUR") == money
    with suppress(dates.DateError):
        dates.parse_date(text, TODAY, dates.Purpose.ON)
    with suppress(dates.DateError):
        dates.parse_snooze(text, TODAY)


def description(data: bytes) -> None:
    """A description: its fields, and a field written into it and taken out again."""
    body = data.decode("utf-8", "replace")
    fields.read(body, KNOWN)
    with suppress(fields.FieldError):
        written = fields.write(body, "Value", "12000 EUR", KNOWN)
        assert fields.read(written, KNOWN)["Value"] == "12000 EUR"
        assert "Value" not in fields.read(fields.write(written, "Value", None, KNOWN), KNOWN)


def escaping(data: bytes) -> None:
    """Somebody's text on its way into a comment of ours and into the log."""
    text = data.decode("utf-8", "replace")
    assert "\n" not in markdown.escape(text)
    assert "\n" not in markdown.log_safe(text)
    assert "::" not in markdown.log_safe(text)
    markdown.block(text)
    markdown.cell(text)


def configuration(data: bytes) -> None:
    """A configuration file."""
    with suppress(ConfigError):
        text, lists = data.decode("utf-8", "replace"), ("checklists/estimate.md.j2",)
        parse(text, "salesbot.yml", templates=lists, zones=SystemTimeZones())


def event(data: bytes) -> None:
    """An event file of any name."""
    name = EVENTS[data[0] % len(EVENTS)] if data else EVENTS[0]
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data[1:])
        with suppress(InputError):
            run_request(Inputs("acme/sales", "token", event=name), read_event(file.name))


READERS: dict[str, Callable[[bytes], None]] = {
    reader.__name__: reader for reader in (comment, amount, description, escaping, configuration, event)
}
_DEAL = {"action": "opened", "issue": {"number": 1}, "sender": {"login": "ann", "type": "User"}}
_SAID = {"action": "created", "issue": {"number": 1}, "comment": {"id": 1, "body": "/won"}}
SEEDS = {
    "comment": ['/value 24k EUR\n/won --force "why"', "On Mon, ann wrote:\n> /won\n", '<!-- salesbot:card {"a":1} -->'],
    "amount": ["24k EUR", "1.234,56 €", "next friday", "2 weeks", "03.01.2027"],
    "description": ["### Value\n\n1 EUR\n", "a\r\n\r\n### Company\r\n\r\n_No response_\r\n"],
    "escaping": ["@team #1 `x` | <b> ::set-output name=a::b ##[error]"],
    "configuration": ["version: 1\nstages:\n  lead:\n    next: [+won, -lost]\n", "a: &a [1]\nb: [*a, *a]\n"],
    "event": [f"0{json.dumps(_DEAL)}", f"1{json.dumps(_SAID)}"],
}  # fmt: skip


def main() -> int:
    """Fuzz each reader in a process of its own. Returns 1 if one was found wanting."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("readers", nargs="*", metavar="READER", help=f"default: all of {', '.join(READERS)}")
    parser.add_argument("--seconds", type=int, default=20, help="for each reader")
    args = parser.parse_args()
    found = [name for name in args.readers or READERS if not holds(name, args.seconds)]
    print("Nothing was found." if not found else f"Found something in: {', '.join(found)}.")
    return 1 if found else 0


def holds(name: str, seconds: int) -> bool:
    """Fuzz one reader for a while. A finding stays in the folder that is printed."""
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{name}-"))
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, seed in enumerate(SEEDS[name]):
        (seeds / str(number)).write_text(seed, encoding="utf-8")
    options = [f"-max_total_time={seconds}", f"-timeout={SLOW}", f"-artifact_prefix={folder}/", "-max_len=4096"]
    done = subprocess.run(
        [sys.executable, "-c", f"from tests.fuzz import fuzz; fuzz({name!r})", *options, str(seeds)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = [line for line in done.stderr.splitlines() if "cov:" in line or line.startswith("Done ")][-1:]
    print(f"{name:14} {'holds' if done.returncode == 0 else f'FAILS, see {folder}'}   {' '.join(last)}", flush=True)
    if done.returncode:
        print(done.stderr[-3000:])
    return done.returncode == 0


def fuzz(name: str) -> None:
    """Hand a reader to atheris, which never returns."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, READERS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
