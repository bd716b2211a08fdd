"""What a run hands to its runner: log, annotations, outputs, job summary. Text from people cannot become commands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from salesbot.core.text import markdown

MAX_SUMMARY = 1024 * 1024
"""Bytes of a job summary; a longer one is dropped by the runner."""


@dataclass(frozen=True)
class Runner:
    """Where outputs, summary and annotations of a run go."""

    out: TextIO
    output_path: str = ""
    summary_path: str = ""

    @classmethod
    def of(cls, env: Mapping[str, str], out: TextIO) -> Runner:
        """Find the runner's files in the environment."""
        return cls(out, env.get("GITHUB_OUTPUT", ""), env.get("GITHUB_STEP_SUMMARY", ""))

    def render(self, text: str) -> None:
        """Write a line to the log. Text from outside cannot become a workflow command."""
        self.out.write(f"{markdown.log_safe(text)}\n")

    def annotate(
        self, level: Literal["error", "warning", "notice"], text: str, *, file: str = "", line: int = 0
    ) -> None:
        """Write an annotation, for problems only."""
        place = f" file={_property(file)},line={line}" if file else ""
        self.out.write(f"::{level}{place}::{_message(markdown.log_safe(text))}\n")

    def mask(self, secret: str) -> None:
        """Have the runner show `***` for a secret from now on, whatever prints it."""
        self.out.write(f"::add-mask::{_message(secret)}\n")
        self.out.flush()

    def output(self, values: Mapping[str, str]) -> None:
        """Set the outputs of the step. The delimiter is random, so that no value can end it and add outputs."""
        if not self.output_path:
            return
        with Path(self.output_path).open("a", encoding="utf-8") as file:
            for name, value in values.items():
                delimiter = f"salesbot-{os.urandom(16).hex()}"
                file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def summarize(self, lines: Iterable[str]) -> None:
        """Write the job summary, cut before the size at which the runner would drop it."""
        text = "\n".join(lines) + "\n"
        if len(text.encode()) > MAX_SUMMARY:
            text = (
                text.encode()[: MAX_SUMMARY - 100].decode(errors="ignore") + "\n\nCut here: the summary was too long.\n"
            )
        if self.summary_path:
            with Path(self.summary_path).open("a", encoding="utf-8") as file:
                file.write(text)


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
