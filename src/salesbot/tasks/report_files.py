"""The files of a report and the chat that is notified: which there are to be, and whether they may be written.

The report itself is imported where it is used: an event pays for no report.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from salesbot.adapters import webhook
from salesbot.adapters.chat_services import service_of
from salesbot.adapters.local_files import write_text
from salesbot.adapters.templates import chat, html
from salesbot.core.errors import InputError
from salesbot.tasks.deal import DealProcessor, DealResult
from salesbot.tasks.outcome import Outcome
from salesbot.tasks.pace import Usage
from salesbot.tasks.sweep import Sweep

if TYPE_CHECKING:
    from salesbot.core.model.facts import Repository
    from salesbot.core.report.compute import Report
    from salesbot.core.report.counted_deal import CountedDeal
    from salesbot.core.report.scope import Scope
    from salesbot.tasks.report import Reporter

HTML, CSV, JSON, ICS = "report.html", "deals.csv", "report.json", "deals.ics"
CLIENTS = "clients.csv"
"""Beside the table of deals."""


@dataclass(frozen=True)
class Files:
    """Where files go; None for those not asked for. `publish` allows them in a public repository too."""

    html: Path | None = None
    csv: Path | None = None
    json: Path | None = None
    ics: Path | None = None
    publish: bool = True
    cache: Path | None = None
    """What was read, kept for the next time."""
    chat: str = field(default="", repr=False)
    """The address of a webhook that gets a message with each new report: a secret."""
    part: Path | None = None
    """What was counted, for a report on several repositories."""

    @classmethod
    def all_in(cls, folder: str, *, publish: bool, cache: str = "", chat: str = "") -> Files:
        """Put all files in one folder, and a cache; without a name there is none."""
        kept = Path(cache) if cache else None
        if not folder:
            return cls(publish=publish, cache=kept, chat=chat)
        home = Path(folder)
        return cls(home / HTML, home / CSV, home / JSON, home / ICS, publish, kept, chat)

    def check(self) -> None:
        """Raise InputError for a file that cannot be written, before anything is read or posted."""
        for path in (self.html, self.csv, self.json, self.ics, self.cache, self.part):
            if path is not None and not _writable(path):
                raise InputError(f"{path} cannot be written.", "Name another place")

    def notify(self, report: Report, address: str) -> str:
        """Post a report to the chat, and give what went wrong; nothing if no chat is configured."""
        settings = report.scope.pipeline.chat
        if not self.chat or not settings.report:
            return ""
        from salesbot.core.report.view_board import chat_values

        service = service_of(self.chat, settings.kind)
        text = chat("notify.txt.j2", chat_values(report.board, report.scope, address), service)
        return webhook.post(self.chat, service.payload(text), time.sleep)

    def save(self, report: Report, private: bool) -> Sequence[str]:
        """Write the files, and say which. In a public repository everybody may download what a job keeps."""
        if not private and not self.publish and any(True for _ in self._texts(report)):
            return ("No files were written: this repository is public. The input `publish: yes` allows them.",)
        return [_write(path, text()) for path, text in self._texts(report)]

    def save_part(self, report: Report, repository: Repository) -> Sequence[str]:
        """Write the part, if that is asked for."""
        from salesbot.tasks import report_parts

        return () if self.part is None else [report_parts.write(self.part, report, repository)]

    def _texts(self, report: Report) -> Iterator[tuple[Path, Callable[[], str]]]:
        from salesbot.core.report import as_csv, as_json, client_list

        if self.html is not None:
            yield self.html, lambda: page(report)
        if self.csv is not None:
            yield self.csv, lambda: as_csv.text(report)
            yield self.csv.with_name(CLIENTS), lambda: "".join(client_list.csv(report.clients, report.scope))
        if self.json is not None:
            yield self.json, lambda: as_json.text(report)
        if self.ics is not None:
            yield self.ics, lambda: calendar(report.deals, report.scope)


def calendar(deals: Iterable[CountedDeal], scope: Scope, person: str = "") -> str:
    """Write the dates of deals as a calendar. Raises InputError where the library that writes it is not installed."""
    from salesbot.core.report.calendar import entries

    try:
        from salesbot.adapters import ics
    except ImportError as error:
        raise InputError(f"The calendar needs {error.name}.", "Install it with: pip install icalendar") from error
    dates = entries(deals, scope, person)
    return ics.text(dates, name=f"Deals of {scope.repository}", at=scope.at, zone=scope.zone)


def page(report: Report) -> str:
    """Make the page."""
    from salesbot.core.report.view_page import page_values

    return html("report.html.j2", page_values(report))


def _writable(path: Path) -> bool:
    existing = next(each for each in (path, *path.absolute().parents) if each.exists())
    return os.access(existing, os.W_OK) and existing.is_dir() is not (existing == path)


def _write(path: Path, text: str) -> str:
    write_text(path, text, make_folders=True)
    return f"Wrote {path}."


def report(processor: DealProcessor, files: Files, *, again: bool) -> Outcome:
    """Write the week's report; unless `again`, a report that is there is left alone."""
    return reporter(processor, files).weekly(again=again)


def sweep(processor: DealProcessor, used: Usage) -> Outcome:
    """Sweep, and bring the board of this week's report up to date, if there is one."""
    result = Sweep(processor, used).run()
    if result.outcome.exit_code == 0 and result.has_reports:
        return result.outcome.then(reporter(processor, Files()).refresh_board())
    return result.outcome


def answer(processor: DealProcessor, result: DealResult) -> Outcome:
    """Answer `/report` on a report, if that is what a run was about."""
    if result.report_request is None:
        return Outcome()
    return reporter(processor, Files()).answer(result.report_request)


def reporter(processor: DealProcessor, files: Files) -> Reporter:
    """Make the reporter of a run. Raises InputError for a file that cannot be written."""
    from salesbot.tasks.report import Reporter

    files.check()
    return Reporter(processor, files.save, files.notify, files.cache, files.save_part)


def merge(parts: Sequence[Path], files: Files) -> Outcome:
    """Make one report of the parts of several repositories. Raises InputError for what cannot be read or written."""
    from salesbot.tasks import report_parts

    files.check()
    return report_parts.merge(parts, files.save)
