"""The chats that take messages by an incoming webhook: what each calls bold and a link, and the JSON it takes.

Text from strangers is text in each of them: it mentions nobody, links nowhere and breaks no line.

Formats: Slack https://docs.slack.dev/messaging/formatting-message-text (escaping, special mentions).
Mattermost https://developers.mattermost.com/integrate/webhooks/incoming (`text` in Markdown, Slack's mentions too).
Teams' workflows https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
(a message with one Adaptive Card, the only format workflows document).
Discord https://docs.discord.com/developers/resources/webhook#execute-webhook (2,000 characters, `allowed_mentions`).
Google Chat https://developers.google.com/workspace/chat/format-messages (links, `<users/all>`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from salesbot.core.text import markdown
from salesbot.core.text.characters import visible

Json = dict[str, Any]
GAP = "\N{ZERO WIDTH SPACE}"
DISCORD_LIMIT = 2000
SUPPRESS_EMBEDS = 4
"""Discord: show no previews of links."""


@dataclass(frozen=True)
class ChatService:
    """One kind of chat. `bold` and `link` take text that is escaped already."""

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    """Makes a link of an address of ours and a text."""
    payload: Callable[[str], Json]
    """Wraps a message into what the webhook takes."""


def service_of(url: str, kind: str = "") -> ChatService:
    """Choose the kind of chat: the one that is named, else by the address, else Slack's format, which many take."""
    return SERVICES[kind or kind_of(url) or "slack"]


def kind_of(url: str) -> str:
    """Tell the kind of chat by the address of a webhook; nothing where it could be any."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    for kind, hosts in HOSTS.items():
        if any(host == each or host.endswith(f".{each}") for each in hosts):
            return kind
    return "mattermost" if re.search(r"/hooks/\w+/?$", parts.path) else ""


def _inert(text: str) -> str:
    """Write text in one line, with no mention and no address in it that a chat would make a link of."""
    line = markdown.one_line(visible(text)).replace("@", f"@{GAP}").replace("://", f":{GAP}//")
    return re.sub(r"\bwww\.", f"www{GAP}.", line, flags=re.IGNORECASE)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _slack(text: str) -> str:
    # Servers that take Slack's format, such as Rocket.Chat, may read Markdown links too.
    return _entities(_inert(text)).replace("|", "\N{BROKEN BAR}").replace("](", "] (")


def _mattermost(text: str) -> str:
    return _entities(re.sub(r"[\\`*_{}\[\]()#+!|~]", r"\\\g<0>", _inert(text)))


def _discord(text: str) -> str:
    return re.sub(r"[\\`*_{}\[\]()#!|~<>-]", r"\\\g<0>", _inert(text))


def _without_brackets(text: str) -> str:
    """Neither Google Chat nor an Adaptive Card documents how to escape the signs of a link: others take their place."""
    return _inert(text).translate(_LOOK_ALIKES)


_LOOK_ALIKES = str.maketrans({
    "<": "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
    ">": "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
    "|": "\N{BROKEN BAR}",
    "[": "(",
    "]": ")",
})  # fmt: skip


def _in_angles(url: str, text: str) -> str:
    return f"<{url}|{text}>"


def _in_markdown(url: str, text: str) -> str:
    return f"[{text}]({url})"


def _text(message: str) -> Json:
    return {"text": message}


def _discord_message(message: str) -> Json:
    lines = message.split("\n")
    while len("\n".join(lines)) > DISCORD_LIMIT and len(lines) > 1:
        lines.pop()
    content = "\n".join(lines)[:DISCORD_LIMIT]
    return {"content": content, "allowed_mentions": {"parse": []}, "flags": SUPPRESS_EMBEDS}


def _adaptive_card(message: str) -> Json:
    lines = [line for line in message.split("\n") if line.strip()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [{"type": "TextBlock", "text": line, "wrap": True} for line in lines],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _one_star(text: str) -> str:
    return f"*{text}*"


def _two_stars(text: str) -> str:
    return f"**{text}**"


SERVICES: Mapping[str, ChatService] = MappingProxyType(
    {
        "slack": ChatService(_slack, _one_star, _in_angles, _text),
        "mattermost": ChatService(_mattermost, _two_stars, _in_markdown, _text),
        "teams": ChatService(_without_brackets, _two_stars, _in_markdown, _adaptive_card),
        "discord": ChatService(_discord, _two_stars, _in_markdown, _discord_message),
        "google-chat": ChatService(_without_brackets, _one_star, _in_angles, _text),
    }
)
HOSTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "slack": ("hooks.slack.com", "hooks.slack-gov.com"),
        "teams": ("logic.azure.com", "api.powerplatform.com", "webhook.office.com"),
        "discord": ("discord.com", "discordapp.com"),
        "google-chat": ("chat.googleapis.com",),
    }
)
"""The hosts of webhooks. Mattermost is on hosts of everybody's own, and known by its path."""
