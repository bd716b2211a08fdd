"""A Streak account: pipelines, boxes, columns, comments, contacts, and the people who move boxes. No HTTP here."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from github_sandbox.http.faults import Fault, Faults
from github_sandbox.store.clock import Clock

Json = dict[str, Any]
ME = "sam@agency.com"


@dataclass
class LoggedRequest:
    """A request, what it was for, and how it was answered (0: not at all)."""

    method: str
    path: str
    kind: str = ""
    status: int = 0


StagesAs = Literal["map", "array", "bare"]
"""An object by key, an array, or an object whose entries do not name their key."""
ABSENT = "absent"
"""Stands for a key of a box that the API leaves out."""


class Account:
    """An account that one API key opens. `stages_as` selects one of the shapes in which stages were seen."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        key: str = "streak-key",
        stages_as: StagesAs = "map",
    ) -> None:
        self.clock = clock or Clock()
        self.key: str | None = key
        self.stages_as = stages_as
        self.faults = Faults()
        self.requests: list[LoggedRequest] = []
        self.lock = threading.RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.pipelines: dict[str, Json] = {}
        self.boxes: dict[str, Json] = {}
        self.comments: dict[str, list[Json]] = {}
        self.contacts: dict[str, Json] = {}
        self.users: dict[str, Json] = {}
        self.stale: dict[str, str] = {}
        self.odd: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self.user(ME)
        self.faults.clear()
        self.requests.clear()

    def snapshot(self) -> Any:
        """Save the state, to restore it later."""
        with self.lock:
            kept = (self.pipelines, self.boxes, self.comments, self.contacts, self.users, self.stale, self.odd)
            return copy.deepcopy(kept)

    def restore(self, state: Any) -> None:
        """Restore a saved state."""
        with self.lock:
            kept = copy.deepcopy(state)
            self.pipelines, self.boxes, self.comments, self.contacts, self.users, self.stale, self.odd = kept

    def arm(self, fault: Fault) -> None:
        """Arm a fault: `on` is a method, or what a request is for (`list`, `create`, `update`, `comment` ...)."""
        self.faults.arm(fault)

    def now(self) -> int:
        """Return the time as Streak does, in milliseconds."""
        return milliseconds(self.clock.now())

    # What there is

    def user(self, mail: str) -> Json:
        """Return a person of the team."""
        key = f"agxzUSER{len(self.users) + 1:04d}"
        return self.users.setdefault(mail, {"key": key, "userKey": key, "email": mail, "lowercaseEmail": mail.lower()})

    def pipeline(self, name: str, stages: Sequence[str], columns: Mapping[str, str] | None = None) -> str:
        """Make a pipeline with stages and columns (name: type), and return its key."""
        key = self._key("PIPE")
        made = {str(5001 + at): {"key": str(5001 + at), "name": stage} for at, stage in enumerate(stages)}
        self.pipelines[key] = {
            "key": key, "pipelineKey": key, "name": name, "stages": made, "stageOrder": list(made), "fields": [],
            "creationTimestamp": self.now(), "lastUpdatedTimestamp": self.now(),
        }  # fmt: skip
        for column, kind in (columns or {}).items():
            self.column(key, column, kind)
        return key

    def column(self, pipeline: str, name: str, kind: str = "TEXT_INPUT") -> Json:
        """Add a column."""
        fields = self.pipelines[pipeline]["fields"]
        key = max((int(field["key"]) for field in fields), default=1000) + 1
        fields.append({"key": str(key), "name": name, "type": kind})
        made: Json = fields[-1]
        return made

    def contact(self, given: str, family: str, *mails: str) -> str:
        """Add somebody to the team's contacts, and return the key."""
        key = self._key("CONTACT")
        self.contacts[key] = {
            "key": key, "contactKey": key, "givenName": given, "familyName": family, "emailAddresses": list(mails),
        }  # fmt: skip
        return key

    def box(self, pipeline: str, name: str, stage: str, contacts: Iterable[str] = (), **more: Any) -> str:
        """Somebody makes a box; `more` are further keys of it."""
        with self.lock:
            starred = [{"key": contact, "isStarred": True} for contact in contacts]
            made = self.create(pipeline, {"name": name, "stageKey": self.stage_key(pipeline, stage)})
            made.update(more, contacts=starred)
            return str(made["key"])

    def create(self, pipeline: str, given: Mapping[str, Any]) -> Json:
        """Make a box from what a request gives."""
        key, now = self._key("BOX"), self.now()
        first = self.pipelines[pipeline]["stageOrder"][0]
        self.boxes[key] = {
            "key": key, "boxKey": key, "pipelineKey": pipeline, "name": given.get("name", ""),
            "stageKey": given.get("stageKey", first), "notes": given.get("notes", ""), "fields": {},
            "creatorKey": self.users[ME]["key"], "creatorSharingEntry": self.sharing(ME),
            "assignedToSharingEntries": [self.sharing(entry["email"]) for entry in given.get(
                "assignedToSharingEntries", ())],
            "followerKeys": [], "followerSharingEntries": [],
            "contacts": list(given.get("contacts", ())), "emailAddresses": [],
            "creationTimestamp": now, "lastUpdatedTimestamp": now, "lastSavedTimestamp": now,
            "lastStageChangeTimestamp": now, "commentCount": 0, "gmailThreadCount": 0, "fileCount": 0, "taskTotal": 0,
        }  # fmt: skip
        self.comments[key] = []
        return self.boxes[key]

    # What people do

    def move(self, box: str, stage: str) -> None:
        """Somebody drags a box to another stage, by its name."""
        with self.lock:
            self.clock.tick()
            self.update(box, {"stageKey": self.stage_key(self.boxes[box]["pipelineKey"], stage)})

    def carry(self, box: str, pipeline: str, stage: str, *, still_listed: bool = False) -> None:
        """Somebody moves a box to another pipeline; the one it leaves may list it for a while still (inferred)."""
        with self.lock:
            self.clock.tick()
            if still_listed:
                self.stale[box] = self.boxes[box]["pipelineKey"]
            self.boxes[box]["pipelineKey"] = pipeline
            self.update(box, {"stageKey": self.stage_key(pipeline, stage), "fields": {}})

    def update(self, box: str, given: Mapping[str, Any]) -> None:
        """Change keys of a box."""
        found, now = self.boxes[box], self.now()
        if given.get("stageKey", found["stageKey"]) != found["stageKey"]:
            found["lastStageChangeTimestamp"] = now
        found.update(given, lastUpdatedTimestamp=now)

    def mailed(self, box: str, **moments: datetime) -> None:
        """Mail went to and fro: `received`, `sent`, and when the last one sent was `opened`."""
        keys = {
            "received": "lastEmailReceivedTimestamp",
            "sent": "lastEmailSentTimestamp",
            "opened": "mostRecentLastSentEmailViewsTimestamp",
        }
        with self.lock:
            self.boxes[box].update({keys[name]: milliseconds(moment) for name, moment in moments.items()})
            self.boxes[box]["lastUpdatedTimestamp"] = self.now()

    def show(self, box: str, odd: Any) -> None:
        """Have the API show a box in an odd shape: with these keys changed or `ABSENT`, or this in its place."""
        self.odd[box] = odd

    def shown(self, box: Json) -> Any:
        """Give a box as the API shows it."""
        odd = self.odd.get(box["key"], {})
        if not isinstance(odd, dict):
            return odd
        return {name: value for name, value in {**box, **odd}.items() if value != ABSENT}

    def listed(self, pipeline: str) -> list[Json]:
        """List the boxes that a pipeline shows."""
        return [box for key, box in self.boxes.items() if pipeline in (box["pipelineKey"], self.stale.get(key))]

    def delete(self, box: str) -> None:
        """Somebody deletes a box."""
        with self.lock:
            del self.boxes[box]

    def revoke(self) -> None:
        """Somebody deletes the key."""
        self.key = None

    # What one sees

    def stage(self, box: str) -> str:
        """Name the stage of a box."""
        found = self.boxes[box]
        return str(self.pipelines[found["pipelineKey"]]["stages"][found["stageKey"]]["name"])

    def comments_on(self, box: str) -> list[str]:
        """List the comments on a box."""
        return [entry["message"] for entry in self.comments[box]]

    def value(self, box: str, column: str) -> Any:
        """Read a column of a box; None if it is empty."""
        found = self.boxes[box]
        columns = {field["name"]: field["key"] for field in self.pipelines[found["pipelineKey"]]["fields"]}
        return found["fields"].get(columns[column])

    def assigned(self, box: str) -> list[str]:
        """List the mail addresses of those a box is assigned to."""
        return [entry["email"] for entry in self.boxes[box]["assignedToSharingEntries"]]

    def sharing(self, mail: str) -> Json:
        """Show a person as boxes do."""
        user = self.user(mail)
        return {"email": mail, "displayName": mail, "fullName": mail, "userKey": user["key"]}

    def stage_key(self, pipeline: str, name: str) -> str:
        """Find the key of a stage. Raises StopIteration if there is none."""
        stages: dict[str, Json] = self.pipelines[pipeline]["stages"]
        return next(key for key, stage in stages.items() if stage["name"] == name)

    def _key(self, kind: str) -> str:
        return f"agxz{kind}{next(self._numbers):05d}"


def milliseconds(moment: datetime) -> int:
    """Write a moment as Streak does."""
    return int(moment.timestamp() * 1000)
