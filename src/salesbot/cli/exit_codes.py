"""What a command ends with. Errors carry their own code (`core.errors`)."""

DONE = 0
"""Also when a move was refused."""
FAILED = 1
"""A service failed; the next run continues."""
WRONG_INPUT = 2
"""The configuration or an input is wrong, or something has to be repaired."""
BUG = 3
"""A bug in salesbot: the traceback stays."""
STOPPED = 130
"""What a shell reports for a command that Ctrl-C ended."""
