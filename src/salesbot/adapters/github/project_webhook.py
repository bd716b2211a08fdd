"""The webhook `projects_v2_item` of an organisation: its signature, and what of a delivery is passed on to a run.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#projects_v2_item
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from salesbot.core.model.board import WEIGHTED
from salesbot.core.model.pipeline import Board
from salesbot.core.text.label_names import column_key

EVENT = "projects_v2_item"
EVENT_HEADER, SIGNATURE_HEADER = "X-GitHub-Event", "X-Hub-Signature-256"
GITHUBS_OWN = "github-project-automation[bot]"
LONGEST = 2_000
"""Characters of a text that are passed on; whose a longer one is, the run finds out without."""


def is_signed(body: bytes, signature: str, secret: str) -> bool:
    """Say whether a signature belongs to a body. False with an empty secret: then anybody could sign."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return bool(secret) and hmac.compare_digest(f"sha256={digest}".encode(), signature.encode())


@dataclass(frozen=True)
class BoardFilter:
    """What matters of an organisation's deliveries: changes of one project's fields, but by other Apps."""

    owner: str
    board: Board

    def passed_on(self, delivery: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give what a run needs of a delivery; None for what cannot matter. Raises KeyError or TypeError."""
        item, sender = delivery["projects_v2_item"], delivery["sender"]
        change = (delivery.get("changes") or {}).get("field_value")
        if delivery["action"] != "edited" or change is None or item["content_type"] != "Issue":
            return None
        if delivery["organization"]["login"].casefold() != self.owner.casefold():
            return None
        if change.get("project_number") != self.board.project or not self._is_ours(change["field_name"]):
            return None
        # What an App writes on the board is mostly salesbot's own: another run for it would find nothing.
        if sender["type"] == "Bot" and sender["login"] != GITHUBS_OWN:
            return None
        return {
            "content_node_id": item["content_node_id"],
            "field": {"id": change["field_node_id"], "type": change["field_type"], "to": _short(change.get("to"))},
            "at": item["updated_at"],
            "sender": {name: sender[name] for name in ("login", "id", "type")},
        }

    def _is_ours(self, name: str) -> bool:
        names = {column_key(field) for key, field in self.board.fields.items() if key != WEIGHTED}
        return column_key(name) in names


def _short(to: Any) -> Any:
    if isinstance(to, dict):
        return {"id": to.get("id")}
    return to if not isinstance(to, str) or len(to) <= LONGEST else ""
