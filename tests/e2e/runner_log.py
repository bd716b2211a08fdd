"""What GitHub's runner reads out of a log. Stricter than the runner where it is in doubt.

`::name properties::message` counts at the start of a line, white space before it or not; `##[name]` counts anywhere.
https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
"""

from __future__ import annotations

import re

_NEW = re.compile(r"\s*::(?P<name>[^\s:]*)(?P<properties>[^:]*)::(?P<message>.*)", re.S)
_OLD = re.compile(r"##\[(?P<name>[^\]]*)\]")
_OURS = ("error", "warning", "notice")
_ESCAPES = {"%0D": "\r", "%0A": "\n", "%25": "%"}


def commands(log: str) -> list[str]:
    """List the lines the runner would obey, apart from annotations as salesbot itself writes them."""
    return [line for line in _lines(log) if _OLD.search(line) or (_NEW.match(line) and not _is_ours(line))]


def told(log: str) -> list[tuple[str, str]]:
    """List the annotations: level and text."""
    found = [match for line in _lines(log) if (match := _NEW.match(line)) and match["name"] in _OURS]
    return [(match["name"], _plain(match["message"])) for match in found]


def _lines(log: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", log)


def _is_ours(line: str) -> bool:
    # A token that an App was given is masked; what else asks for a mask is no word of ours.
    return re.match(r"::(error|warning|notice)( file=[^:,]+,line=\d+)?::|::add-mask::ghs_\w+$", line) is not None


def _plain(message: str) -> str:
    return re.sub("%0D|%0A|%25", lambda found: _ESCAPES[found[0]], message)
