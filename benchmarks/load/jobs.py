"""The jobs of the workflow as GitHub queues them: which event starts one, and which wait for each other.

The rules are those of `templates/github/workflows/sales.yml`: its `if` and its concurrency group.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from github_sandbox import Delivery


def starts_job(delivery: Delivery) -> bool:
    """Whether the workflow's `if` lets an event of this play start a job: talk does not."""
    if delivery.event != "issue_comment":
        return True
    comment = delivery.payload["comment"]["body"]
    boxes = delivery.action == "edited" and ("[x]" in comment or "[ ]" in comment)
    return delivery.payload["sender"]["type"] != "Bot" and ("/" in comment or boxes)


def group_of(delivery: Delivery) -> str:
    """The concurrency group: one for each deal, one for each card, one for the schedule."""
    payload = delivery.payload
    issue = payload.get("issue", {}).get("number")
    return str(issue or payload.get("client_payload", {}).get("content_node_id") or delivery.event)


@dataclass
class Jobs:
    """What waits and what runs. Of each group one job runs and one waits; a newer one replaces the waiting one."""

    waiting: dict[str, Delivery] = field(default_factory=dict)
    running: set[str] = field(default_factory=set)
    replaced: int = 0
    open: bool = True
    """Whether more may come."""

    def add(self, delivery: Delivery) -> None:
        """Queue a job."""
        group = group_of(delivery)
        self.replaced += self.waiting.pop(group, None) is not None
        self.waiting[group] = delivery

    def take(self) -> Delivery | None:
        """Give a worker the oldest job that may run."""
        for group in self.waiting:
            if group not in self.running:
                self.running.add(group)
                return self.waiting.pop(group)
        return None

    def end(self, delivery: Delivery) -> None:
        """Let the next job of the same group run."""
        self.running.discard(group_of(delivery))

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return not (self.open or self.waiting or self.running)

    def is_busy(self, delivery_group: str) -> bool:
        """Whether a job of this group waits or runs."""
        return delivery_group in self.waiting or delivery_group in self.running
