"""How these commands count."""


def many(count: int, what: str) -> str:
    """Count things: `1 deal`, `1,200 deals`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
