"""How many examples a property test plays: few in the gate, more in each round of `make explore`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

_USUAL = 100


def budget(examples: int, **more: Any) -> settings:
    """Play so many examples in the gate; `make explore` plays as many more as its profile says."""
    return settings(max_examples=examples * settings().max_examples // _USUAL, **more)
