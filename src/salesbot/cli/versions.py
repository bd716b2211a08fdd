"""Which versions are at work: what a report of a fault should name."""

from __future__ import annotations


def salesbot() -> str:
    """Name salesbot with its version."""
    return f"salesbot {_of('salesbot')}"


def all_of_them() -> str:
    """Name salesbot and what it runs on."""
    import platform

    return f"{salesbot()}, Python {platform.python_version()}, PyGithub {_of('PyGithub')}"


def _of(package: str) -> str:
    from importlib import metadata  # an event names no version, and does not pay for it

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "(not installed: run from its sources)"
