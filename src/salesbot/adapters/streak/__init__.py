"""Streak: the only folder that knows its API. A deal's mirror is a box there.

Written from Streak's public documentation and public client code, and never tried with a real account; what is only
deduced is marked (inferred) here and listed in docs/streak.md.
"""

from salesbot.adapters.streak.client import API_URL, Method, Streak
from salesbot.adapters.streak.reading import GoneError, ObjectError, each_key, entries

__all__ = ["API_URL", "GoneError", "Method", "ObjectError", "Streak", "each_key", "entries"]
