"""Mail: read a comment that may have come by mail as if it had been typed on GitHub.

Knows what mail programs do to spaces, quotes and dashes, and where a reply ends and the mail it answers begins.
Knows no commands. A comment without such lines and characters comes out as it went in.
"""

from __future__ import annotations

import re

from salesbot.core.text import markdown

# Spaces of every width become spaces, what has no width goes, double quotes of every language become straight ones.
# Apostrophes stay as they are: nothing depends on them, and people's names contain them.
_CHARACTERS = {
    **dict.fromkeys([0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " "),
    **dict.fromkeys([0xAD, 0x200B, 0x2060, 0xFEFF]),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"), '"'),
}
# Phones turn `--` into one dash.
_DASHED_OPTION = re.compile(r"(?<!\S)[\u2013\u2014](?=[A-Za-z])")

_SIGNATURES = ("--", "\u2014")

# How the line above a quoted mail begins, and the verb in it. Some programs begin with the sender's address instead.
_OPENINGS = ("on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "w dniu ", "dnia ", "dne ")
_WROTE = re.compile(
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu|skrev|napisała?|pisze|napsala?)\b", re.IGNORECASE
)
_WHEN = re.compile(r"\d[:h]\d\d|\b20\d\d\b")
_LONGEST_OPENING = 400

_SENT_FROM = (
    *("sent from my ", "sent from mail for ", "sent from outlook", "sent from yahoo", "sent from proton"),
    *("get outlook for ", "von meinem ", "gesendet von ", "gesendet mit ", "diese nachricht wurde von meinem "),
    *("envoyé de mon ", "envoyé depuis ", "enviado desde ", "inviato da ", "inviato dal ", "verstuurd vanaf "),
    *("verzonden vanaf ", "verzonden met ", "enviado do ", "skickat från ", "sendt fra ", "wysłane z ", "wysłano z "),
    *("odesláno z ", "lähetetty "),
)
_LONGEST_SENT_FROM = 80

_ORIGINAL = {
    *("original message", "forwarded message", "ursprüngliche nachricht", "weitergeleitete nachricht"),
    *("message d'origine", "message transféré", "mensaje original", "mensaje reenviado", "messaggio originale"),
    *("messaggio inoltrato", "oorspronkelijk bericht", "doorgestuurd bericht", "mensagem original"),
    *("mensagem encaminhada", "ursprungligt meddelande", "originalmeddelande", "oprindelig meddelelse"),
    *("opprinnelig melding", "wiadomość oryginalna", "oryginalna wiadomość", "původní zpráva"),
}
_FROM = {"from", "von", "de", "da", "van", "från", "fra", "od"}
_SUBJECT = {
    "subject",
    "betreff",
    "objet",
    "asunto",
    "oggetto",
    "onderwerp",
    "assunto",
    "ämne",
    "emne",
    "temat",
    "předmět",
}
_HEADER_LINES = 8


def own_words(text: str) -> str:
    """Read what the writer wrote: characters as they were meant, without signature and quoted mail below."""
    return reply(normalise(text))


def normalise(text: str) -> str:
    """Write spaces, double quotes and the dashes of options as they are typed on a keyboard; lines stay lines."""
    return _DASHED_OPTION.sub("--", text.translate(_CHARACTERS))


def reply(text: str) -> str:
    """Stop reading at a signature, `On ... wrote:`, "Sent from my ..." or the header of an older mail."""
    lines = markdown.lines(text)
    plain = [line.strip() for line in lines]
    candidates = (number for number in range(len(lines)) if _ends_reply(plain, number))
    first = next(candidates, None)
    if first is None:
        return text
    literal = markdown.literal(text)
    while first is not None and first in literal:
        first = next(candidates, None)
    # A line drawn above belongs to what is cut, and would make a heading of the line before it.
    while first and plain[first - 1] and not plain[first - 1].strip("-_=* "):
        first -= 1
    return "".join(lines[:first])


def _ends_reply(lines: list[str], number: int) -> bool:
    line = lines[number]
    return bool(line) and (
        line in _SIGNATURES
        or _is_sent_from(line)
        or (line.startswith(("--", "__")) and line.strip("-_ ").casefold() in _ORIGINAL)
        or _is_opening(lines, number)
        or _is_header(lines, number)
    )


def _is_sent_from(line: str) -> bool:
    plain = line.lstrip("*_[<(").casefold()
    if len(plain) > _LONGEST_SENT_FROM or not plain.startswith(_SENT_FROM):
        return False
    return not plain.startswith("von meinem ") or "gesendet" in plain


def _is_opening(lines: list[str], number: int) -> bool:
    """`On Mon, Nov 23, 2026 at 10:00 Ann <ann@example.com> wrote:`, over up to three lines, in several languages."""
    opens = lines[number].casefold().startswith(_OPENINGS)
    if not opens and "<" not in lines[number]:
        return False
    text = ""
    for line in lines[number : number + 3]:
        if not line or line.startswith("/") or len(text) + len(line) > _LONGEST_OPENING:
            return False
        text = f"{text} {line}"
        if text.endswith(":"):
            address = "<" in text and "@" in text
            return bool(_WROTE.search(text) and (address or (opens and _WHEN.search(text))))
    return False


def _is_header(lines: list[str], number: int) -> bool:
    """`From:` with `Subject:` below it, as Outlook writes them in the language of its user."""
    if _label(lines[number]) not in _FROM:
        return False
    for line in lines[number + 1 : number + _HEADER_LINES]:
        if not line:
            return False
        if _label(line) in _SUBJECT:
            return True
    return False


def _label(line: str) -> str:
    return line[:40].partition(":")[0].strip("*_ ").casefold() if ":" in line[:40] else ""
