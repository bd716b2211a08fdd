"""How fast a long job may write: GitHub allows about 80 comments and edits a minute, and 500 an hour."""

PER_CARD = 1.0
"""Seconds after a comment or an edit."""
PER_CHANGE = 1.0
"""Seconds after any other write, as GitHub asks for."""
AN_HOUR = 450
"""Comments and edits in one run; the rest waits for the next one, an hour later."""
