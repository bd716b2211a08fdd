"""Each chat gets the JSON that it documents, and what a stranger wrote does nothing in any of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from salesbot.adapters.chat_services import DISCORD_LIMIT, GAP, SERVICES, kind_of, service_of
from salesbot.adapters.templates import chat

URL = "https://github.com/acme/sales/issues/7"
VALUES = {"kind": "won", "title": "Acme GmbH: new shop", "url": URL, "owner": "nora", "value": "24,000 EUR",
          "reason": "", "since": ""}  # fmt: skip
SHOWN = {
    "slack": f"*Won*: <{URL}|Acme GmbH: new shop>, 24,000 EUR (nora)",
    "mattermost": f"**Won**: [Acme GmbH: new shop]({URL}), 24,000 EUR (nora)",
    "teams": f"**Won**: [Acme GmbH: new shop]({URL}), 24,000 EUR (nora)",
    "discord": f"**Won**: [Acme GmbH: new shop]({URL}), 24,000 EUR (nora)",
    "google-chat": f"*Won*: <{URL}|Acme GmbH: new shop>, 24,000 EUR (nora)",
}
EVIL = [
    "<!here> <!channel|x> <@U024BE7LH> <users/all>",
    "@channel @here @all @everyone <@&165511591545143296> <at>Nora</at>",
    "[a prize](https://evil.example) <https://evil.example|a prize> ](https://evil.example)",
    "**bold** `code` ~~gone~~ | cell\n# Heading\u202e",
    "www.evil.example https://evil.example/x",
]


def message(kind: str, **values: str) -> str:
    return chat("announcement.txt.j2", {**VALUES, **values}, SERVICES[kind])


@pytest.mark.parametrize("kind", SERVICES)
def test_each_chat_has_its_own_bold_and_links(kind: str) -> None:
    assert message(kind) == SHOWN[kind]


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "slack"),
        ("https://chat.acme.example/hooks/xxx-generatedkey-xxx", ""),
        ("https://chat.acme.example/hooks/n3q7u8ey1tgi", "mattermost"),
        ("https://prod-12.westeurope.logic.azure.com:443/workflows/a/triggers/manual/paths/invoke?sig=x", "teams"),
        ("https://default0.12.environment.api.powerplatform.com/powerautomate/x", "teams"),
        ("https://discord.com/api/webhooks/1/x", "discord"),
        ("https://ptb.discord.com/api/webhooks/1/x", "discord"),
        ("https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t", "google-chat"),
        ("https://evildiscord.com/api/webhooks/1/x", ""),
        ("https://[", ""),
    ],
)
def test_the_address_tells_the_kind_of_chat(url: str, kind: str) -> None:
    assert kind_of(url) == kind
    assert service_of(url) is SERVICES[kind or "slack"]


def test_a_kind_that_is_named_counts_more_than_the_address() -> None:
    assert service_of("https://discord.com/api/webhooks/1/x/slack", "slack") is SERVICES["slack"]


@pytest.mark.parametrize("kind", ["slack", "mattermost", "google-chat"])
def test_these_take_a_text(kind: str) -> None:
    assert SERVICES[kind].payload("hello") == {"text": "hello"}


def test_discord_takes_content_up_to_its_limit_and_may_mention_nobody() -> None:
    sent = SERVICES["discord"].payload("\n".join(["a line of the report"] * 200))
    assert sent["allowed_mentions"] == {"parse": []}
    assert len(sent["content"]) <= DISCORD_LIMIT
    assert set(sent["content"].split("\n")) == {"a line of the report"}
    assert len(SERVICES["discord"].payload("x" * 5000)["content"]) == DISCORD_LIMIT


def test_teams_takes_a_message_with_one_adaptive_card() -> None:
    sent: Any = SERVICES["teams"].payload("**Won**: one\n\ntwo")
    (attachment,) = sent["attachments"]
    assert (sent["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
    assert attachment["contentUrl"] is None
    assert attachment["content"]["type"] == "AdaptiveCard"
    assert [block["text"] for block in attachment["content"]["body"]] == ["**Won**: one", "two"]
    assert all(block["type"] == "TextBlock" and block["wrap"] for block in attachment["content"]["body"])


@pytest.mark.parametrize("kind", SERVICES)
@pytest.mark.parametrize("text", EVIL)
def test_what_a_stranger_wrote_mentions_nobody_links_nowhere_and_is_one_line(kind: str, text: str) -> None:
    written = message(kind, title=text, reason=text, owner="")
    assert "\n" not in written
    assert "\u202e" not in written
    ours = written.replace(URL, "")
    assert "://" not in ours
    assert not re.search(rf"@(?!{GAP})|www\.", ours)
    assert not re.search(r"(?<!\\)<(?!\|)", ours), "the one angle bracket is that of our link"
    assert len(re.findall(r"(?<!\\)\]\(", written)) == (0 if kind in ("slack", "google-chat") else 1)
