"""The report on the command line and in the Action: which files are wanted, by whom, and may they be written.

The report itself is imported where it is used: an event pays for no report.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesbot import tools
from salesbot.adapters import webhook
from salesbot.adapters.templates import chat, html
from salesbot.app import App, Log, Outcome
from salesbot.core.errors import InputError
from salesbot.sweep import Sweep

if TYPE_CHECKING:
    from salesbot.core.report import Report
    from salesbot.report import Reporter

HTML, CSV, JSON = "report.html", "deals.csv", "report.json"
TITLES = {
    "pipeline": "Open, and weighted, by stage",
    "funnel": "Deals that came at least so far",
    "won": "Won by month",
}


@dataclass(frozen=True)
class Files:
    """Where files go; None for those nobody wants. `publish` allows them in a public repository too."""

    html: Path | None = None
    csv: Path | None = None
    json: Path | None = None
    publish: bool = True
    cache: Path | None = None
    """What was read, kept for the next time."""
    chat: str = field(default="", repr=False)
    """The address of a webhook that is told of a new report: a secret."""

    @classmethod
    def all_in(cls, folder: str, *, publish: bool, cache: str = "", chat: str = "") -> Files:
        """All files in one folder, and a cache; none of what has no name."""
        kept = Path(cache) if cache else None
        if not folder:
            return cls(publish=publish, cache=kept, chat=chat)
        home = Path(folder)
        return cls(home / HTML, home / CSV, home / JSON, publish, kept, chat)

    def check(self) -> None:
        """Raise InputError for a file that cannot be written, before anything is read or posted."""
        for path in (self.html, self.csv, self.json, self.cache):
            if path is not None and not _writable(path):
                raise InputError(f"{path} cannot be written.", "Name another place")

    def tell(self, report: Report, address: str) -> str:
        """Tell the chat of a report, and say what went wrong; nothing if nobody is to be told."""
        if not self.chat:
            return ""
        from salesbot.core.report import words

        return webhook.post(self.chat, chat("notify.txt.j2", words.of_chat(report.board, report.scope, address)))

    def save(self, report: Report, private: bool) -> Sequence[str]:
        """Write the files, and say which. In a public repository everybody may download what a job keeps."""
        if not private and not self.publish and any(True for _ in self._texts(report)):
            return ("No files were written: this repository is public. The input `publish: yes` allows them.",)
        return [_write(path, text()) for path, text in self._texts(report)]

    def _texts(self, report: Report) -> Iterator[tuple[Path, Callable[[], str]]]:
        from salesbot.core.report import as_csv, as_json

        if self.html is not None:
            yield self.html, lambda: page(report)
        if self.csv is not None:
            yield self.csv, lambda: as_csv.text(report)
        if self.json is not None:
            yield self.json, lambda: as_json.text(report)


def page(report: Report) -> str:
    """Make the page. Raises InputError where the library that draws is not installed."""
    from salesbot.core.report import words

    try:
        from salesbot.adapters import charts
    except ImportError as error:
        raise InputError(f"The page needs {error.name}.", "Install it with: pip install pygal") from error
    drawings = {TITLES[name]: svg for name, svg in charts.draw(report).items()}
    return html("report.html.j2", words.of_page(report), drawings)


def _writable(path: Path) -> bool:
    place = next(each for each in (path, *path.absolute().parents) if each.exists())
    return os.access(place, os.W_OK) and place.is_dir() is not (place == path)


def _write(path: Path, text: str) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error
    return f"Wrote {path}."


def report(app: App, log: Log, files: Files, *, again: bool) -> Outcome:
    """Write the week's report; unless `again`, leave one alone that is there."""
    return _reporter(app, log, files).weekly(again=again)


def sweep(app: App, log: Log) -> Outcome:
    """Sweep, and bring the board of this week's report up to date, if there is one."""
    sweeping = Sweep(app, log)
    outcome = sweeping.run()
    if outcome.exit_code == 0 and sweeping.reports:
        outcome = outcome.then(_reporter(app, log, Files()).refresh_board())
    return outcome


def refresh(app: App, log: Log, outcome: Outcome) -> Outcome:
    """Answer `/report` on a report, if that is what a run found."""
    return outcome.then(_reporter(app, log, Files()).asked(outcome.asked)) if outcome.asked is not None else outcome


def _reporter(app: App, log: Log, files: Files) -> Reporter:
    from salesbot.report import Reporter

    files.check()
    return Reporter(app, log, files.save, files.tell, files.cache)


def add_commands(commands: Any) -> None:
    """Add `salesbot report` to the command line."""
    report = commands.add_parser("report", help="make the weekly report; without options, print it")
    tools.remote(report)
    report.add_argument("--week", metavar="WEEK", help="a week that is over, e.g. 2026-W47; default: this week, so far")
    report.add_argument("--at", metavar="TIME", help="as of a moment, e.g. 2026-11-01T00:00:00Z; default: now")
    report.add_argument("--html", metavar="DIR", help=f"write the page {HTML} into this folder")
    report.add_argument("--csv", metavar="DIR", help=f"write {CSV} into this folder")
    report.add_argument("--json", metavar="FILE", help="write the numbers into this file (docs/report.md)")
    report.add_argument("--cache", metavar="FILE", help="keep what is read, and read only what changed next time")
    report.add_argument("--post", action="store_true", help="open this week's issue, or bring it up to date")
    report.add_argument("--dry-run", action="store_true", help="with --post: change nothing, say what would be done")
    report.set_defaults(run=run_report)


def run_report(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Make a report. Raises InputError for options that contradict each other, a time or a week that is none."""
    if args.post and (args.week or args.at):
        raise InputError("--post brings this week's issue up to date, as of now.", "Leave out --week and --at")
    at = tools.moment(args.at) if args.at else None
    connection = tools.github(args, env, dry_run=args.dry_run or not args.post)
    files = Files(
        html=Path(args.html) / HTML if args.html else None,
        csv=Path(args.csv) / CSV if args.csv else None,
        json=Path(args.json) if args.json else None,
        cache=Path(args.cache) if args.cache else None,
    )
    reporter = _reporter(App(connection, tools.say, scheduled=True), tools.say, files)
    outcome = reporter.weekly(again=True) if args.post else reporter.look_back(week=args.week, at=at)
    if outcome.page and not (args.html or args.csv or args.json):
        tools.say(outcome.page)
    for line in tools.lines(outcome, dry_run=args.dry_run):
        tools.say(line)
    return outcome.exit_code
