"""What a command gets from the machine it runs on, handed to each as one value, so that a test can bring its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from salesbot.adapters.clock import SYSTEM, Clock
from salesbot.adapters.github import OpenTransport, open_transport


@dataclass(frozen=True)
class Host:
    """The environment's variables, the clock, and the way to GitHub."""

    env: Mapping[str, str]
    clock: Clock = SYSTEM
    open_transport: OpenTransport = open_transport
