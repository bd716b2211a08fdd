"""One mutation document out of several operations of `documents`, in their order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from salesbot.adapters.github.documents import definitions, with_fragments

_OPERATION = re.compile(r"mutation \w+\((?P<variables>.*?)\) \{\n(?P<body>.*)\n\}$", re.S)
_VARIABLE = re.compile(r"\$(\w+)")


class HasOperation(Protocol):
    """Something that names an operation of `documents` and gives its variables."""

    @property
    def operation(self) -> str:
        """The name of the operation."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """Its variables, as the document declares them."""


@dataclass(frozen=True)
class Operation:
    """One alias of a document: an operation of `documents`, and its variables."""

    operation: str
    variables: Mapping[str, Any]


def compose(operations: Sequence[HasOperation]) -> tuple[str, dict[str, Any]]:
    """Put operations into one document; each variable and alias carries the number of its operation."""
    declared, bodies = [], []
    variables: dict[str, Any] = {}
    looks_back = max(
        (index for index, step in enumerate(operations) if "...Back" in definitions()[step.operation]), default=None
    )
    for index, step in enumerate(operations):
        found = _OPERATION.match(definitions()[step.operation])
        assert found, step.operation
        own = rf"$m{index}_\1"
        body = _VARIABLE.sub(own, found["body"]).replace("...Back", "...LookBack" if index == looks_back else "...Back")
        declared.append(_VARIABLE.sub(own, found["variables"]))
        bodies.append(re.sub(r"^  (\w+)", rf"  m{index}: \1", body, count=1))
        variables |= {f"m{index}_{name}": value for name, value in step.variables.items()}
    operation = f"mutation Effects({', '.join(declared)}) {{\n" + "\n".join(bodies) + "\n}"
    return with_fragments(operation), variables
