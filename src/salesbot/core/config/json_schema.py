"""The settings as JSON Schema, for editors that complete and check a file. Knows no setting by itself."""

from __future__ import annotations

import json
from typing import Any

import voluptuous as vol

from salesbot.core.config.schema import is_key, layout
from salesbot.core.config.shape import Shape


def json_schema() -> dict[str, Any]:
    """Describe the settings in JSON Schema, draft 2020-12, with a sentence on every key for editors to show."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "salesbot",
        "description": "Your sales pipeline on GitHub issues: .github/salesbot.yml.",
        **_json(layout()),
    }


def json_schema_text() -> str:
    """Print the JSON Schema as `schema/salesbot.schema.json` holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _json(part: Any) -> dict[str, Any]:
    match part:
        case Shape():
            return dict(part.schema)
        case vol.All():
            return {key: value for check in part.validators for key, value in _json(check).items()}
        case vol.Any():
            choices = [_json(choice) for choice in part.validators]
            return {"anyOf": [choice for at, choice in enumerate(choices) if choice not in choices[:at]]}
        case dict():
            return _json_object(part)
        case [item]:
            return {"type": "array", "items": _json(item)}
        case _:
            return {"type": "null"}


def _json_object(part: dict[Any, Any]) -> dict[str, Any]:
    named = {str(key): {"description": key.description, **_json(value)} for key, value in part.items() if is_key(key)}
    if not named:
        ((key, value),) = part.items()
        return {"type": "object", "propertyNames": _json(key), "additionalProperties": _json(value)}
    required = [str(key) for key in part if isinstance(key, vol.Required)]
    listed = {"required": required} if required else {}
    return {"type": "object", "properties": named, "additionalProperties": False, **listed}
