"""What a command ends with. Errors carry their own code (`core.errors`)."""

from salesbot.core.errors import BUG

__all__ = ["BUG", "DONE", "FAILED", "STOPPED", "WRONG_INPUT"]

DONE = 0
"""Also when a move was refused."""
FAILED = 1
"""A service failed; the next run continues."""
WRONG_INPUT = 2
"""The configuration or an input is wrong, or something has to be repaired."""
STOPPED = 130
"""What a shell reports for a command that Ctrl-C ended."""
