"""The reference of the configuration: every key of the JSON Schema, and the page's complete example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from salesbot.core.config import json_schema
from salesbot.core.model.defaults import default_pipeline
from tests.docs.tables import table

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
NAMES = {"stages": "<stage>", "fields": "<field>", "away": "<login>", "map": "<field>", "people": "<login>"}
"""What stands for the keys a team chooses itself, by the setting they stand under."""
PATTERNS = {
    r"^\d{4}-\d{2}-\d{2}$": "a date",
    r"^\d{4}-\d{2}-\d{2}(": "a date, or `first..last`",
    "^[A-Z]{3}$": "a currency code",
    "^[+-]?": "a stage, `+stage` or `-stage`",
    r"^[^\sA-Z_+-]": "a stage",
    "^@": "mentions",
    "^(?:owner|": "a guard",
    "^[0-9]{1,3} months": "months",
    "^(?:[0-9a-fA-F]{6}": "six hexadecimal digits",
    "^(?:@?[A-Za-z0-9]": "a login",
}
"""What texts are called, by how their pattern begins."""


def example() -> str:
    """The complete configuration that the page shows, as text."""
    found = re.search(r"<!-- the complete example -->\n+```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found is not None, "docs/configuration.md shows a complete example"
    return found[1]


def settings_table() -> str:
    """Draw the reference."""
    rows = (
        (f"`{'.'.join(path)}`", _meaning(said)[0], _type(said), _default(path, said))
        for path, said in keys(json_schema.json_schema())
        if "properties" not in str(said)
    )
    return table(("key", "meaning", "type", "default"), rows)


def missing_in_example() -> list[str]:
    """Name the keys that the page's example lacks; what a stage or a field may have, any of them may show."""
    shown = yaml.load(example(), Loader=yaml.BaseLoader)
    return [".".join(path) for path, _ in keys(json_schema.json_schema()) if not _shown(path, shown)]


def keys(said: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    """List every key of a JSON Schema with what it says of it, a team's own keys as `<stage>`."""
    for choice in said.get("anyOf", ()):
        yield from keys(choice, path)
    for key, below in said.get("properties", {}).items():
        yield (*path, key), below
        yield from keys(below, (*path, key))
    more = said.get("additionalProperties")
    if isinstance(more, dict) and path[-1] in NAMES:
        yield from keys(more, (*path, NAMES[path[-1]]))


def _meaning(said: Mapping[str, Any]) -> tuple[str, str]:
    meaning, _, default = re.sub(r"<(\w+)>", r"&lt;\1&gt;", said.get("description", "")).partition(" Default: ")
    return meaning, default.removesuffix(".")


def _type(said: Mapping[str, Any]) -> str:
    if "anyOf" in said:
        return " or ".join(dict.fromkeys(_type(choice) for choice in said["anyOf"]))
    if "enum" in said or "const" in said:
        return ", ".join(f"`{word}`" for word in said.get("enum", [said.get("const")]))
    kinds = [said["type"]] if isinstance(said["type"], str) else list(said["type"])
    if kinds == ["array"]:
        return f"a list: {_type(said['items'])}"
    if kinds == ["object"]:
        return "settings"
    return f"{_one(kinds, said)}{' or `null`' if 'null' in kinds else ''}"


def _one(kinds: list[str], said: Mapping[str, Any]) -> str:
    if "integer" in kinds:
        return f"{said['minimum']} to {said['maximum']}"
    if kinds == ["boolean"]:
        return "`true`, `false`"
    if kinds == ["number"]:
        return "a number"
    called = (name for start, name in PATTERNS.items() if str(said.get("pattern", "")).startswith(start))
    return next(called, "text")


def _default(path: tuple[str, ...], said: Mapping[str, Any]) -> str:
    told = _meaning(said)[1]
    if told:
        return told
    pipeline = default_pipeline()
    if path[0] == "stages" and any(getattr(stage, path[-1], None) for stage in pipeline.stages):
        return "[by stage](#the-default-stages)"
    value = getattr(pipeline, path[0], None) if len(path) == 1 and path[0] not in NAMES else None
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value) or "-"
    return value if isinstance(value, str) else "-"


def _shown(path: tuple[str, ...], shown: Any) -> bool:
    found = [shown]
    for step in path:
        found = [value for each in found if isinstance(each, dict) for value in _below(each, step)]
    return bool(found)


def _below(settings: dict[str, Any], step: str) -> list[Any]:
    return list(settings.values()) if step.startswith("<") else [settings[step]] if step in settings else []
