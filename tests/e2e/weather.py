"""What may go wrong with any request to GitHub, and how far a run gets all the same."""

from __future__ import annotations

from collections.abc import Callable

from github_sandbox import Fault

ANYWHERE: dict[str, Callable[[int], Fault]] = {
    "500": lambda nth: Fault.fails(500, nth=nth),
    "502": lambda nth: Fault.fails(502, nth=nth),
    "502 twice": lambda nth: Fault.fails(502, nth=nth, times=2),
    "502 for ever": lambda nth: Fault.fails(502, nth=nth, times=20),
    "the answer is lost": lambda nth: Fault.loses_answer(nth=nth),
    "lands 5 s late": lambda nth: Fault.lands_late(5, nth=nth),
    "cut off before": lambda nth: Fault.resets(nth=nth),
    "cut off after": lambda nth: Fault.resets(after=True, nth=nth),
    "403 secondary": lambda nth: Fault.secondary(403, nth=nth),
    "403 secondary, Retry-After": lambda nth: Fault.secondary(403, 7, nth=nth),
    "403 secondary, Retry-After an hour": lambda nth: Fault.secondary(403, 3600, nth=nth),
    "429": lambda nth: Fault.secondary(429, nth=nth),
    "429, Retry-After": lambda nth: Fault.secondary(429, 7, nth=nth),
    "403 primary, reset near": lambda nth: Fault.primary(403, 20, nth=nth),
    "403 primary, reset far": lambda nth: Fault.primary(403, 1800, nth=nth),
    "429 primary, reset near": lambda nth: Fault.primary(429, 20, nth=nth),
}
GRAPHQL: dict[str, Callable[[int], Fault]] = {
    "200 primary, reset near": lambda nth: Fault.primary(200, 20, nth=nth),
    "200 primary, reset far": lambda nth: Fault.primary(200, 1800, nth=nth),
    "RATE_LIMITED": lambda nth: Fault.errors("API rate limit exceeded", "RATE_LIMITED", nth=nth),
    "something went wrong": lambda nth: Fault.errors(nth=nth),
    "something went wrong for ever": lambda nth: Fault.errors(nth=nth, times=20),
}
HOPELESS = ("for ever", "an hour", "reset far")
EVERYWHERE = ("502", "502 for ever", "the answer is lost", "lands 5 s late", "cut off after", "429, Retry-After")
"""What differs by what was asked. The others end in the client before that matters, so one read and one write do."""
