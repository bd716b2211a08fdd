"""Two reports, compared number by number."""

from __future__ import annotations

from typing import Any

import pytest


def assert_same(found: Any, expected: Any, path: str = "report") -> None:
    """Compare two reports number by number; what was divided may differ in the last bits."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), path
        for key in expected:
            assert_same(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), (path, found, expected)
        for place, each in enumerate(expected):
            assert_same(found[place], each, f"{path}.{place}")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9), path
    else:
        assert found == expected, path
