"""A mailed comment is read as far as its writer wrote it, and a typed one in full."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesbot.core.text import mail, markdown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("\u00a0/won\u202f12\u2009000\u00a0EUR", "/won 12 000 EUR", id="spaces of every width"),
        pytest.param("/won\u200b \ufeff5", "/won 5", id="characters without width"),
        pytest.param("/lost \u201etoo late\u201c", '/lost "too late"', id="German quotes"),
        pytest.param("/lost \u00ab\u00a0trop tard\u00a0\u00bb", '/lost " trop tard "', id="French quotes"),
        pytest.param(
            "/stage won \u2014force \u201cwhy\u201d", '/stage won --force "why"', id="a phone's dash of an option"
        ),
        pytest.param("/stage won \u2013force", "/stage won --force", id="a shorter dash"),
        pytest.param("Q1 \u2013 Q2, 3\u20135 days", "Q1 \u2013 Q2, 3\u20135 days", id="dashes that are dashes"),
        pytest.param("well\u2014known", "well\u2014known", id="a dash between words"),
        pytest.param(
            "/set company L\u2019Or\u00e9al", "/set company L\u2019Or\u00e9al", id="an apostrophe in a name stays"
        ),
        pytest.param("a\r\nb\u2028c\n", "a\r\nb c\n", id="lines stay lines"),
    ],
)
def test_normalise(text: str, read: str) -> None:
    assert mail.normalise(text) == read


STOPS = [
    pytest.param("-- \nAnn Lee\n", id="a signature"),
    pytest.param("--\nAnn Lee\n", id="a signature that lost its space"),
    pytest.param("\u2014\nAnn Lee\n", id="a signature on a phone"),
    pytest.param("On Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\nhi\n", id="English, Gmail"),
    pytest.param("On Mon, Nov 23, 2026 at 10:00 AM Ann Lee <ann@example.com>\nwrote:\n", id="English, over two lines"),
    pytest.param("On 23 Nov 2026, at\n10:00, Ann Lee\nwrote:\n", id="English, over three lines without address"),
    pytest.param("Am 23.11.26 um 10:00 schrieb Ann Lee:\n", id="German, Thunderbird"),
    pytest.param("Ann Lee <notifications@github.com> schrieb am Mo., 23. Nov. 2026,\n10:00:\n", id="German, Gmail"),
    pytest.param("Le lun. 23 nov. 2026 à 10:00, Ann <ann@example.com> a écrit :\n", id="French"),
    pytest.param("El lun, 23 nov 2026 a las 10:00, Ann (<ann@example.com>) escribió:\n", id="Spanish"),
    pytest.param("Il giorno lun 23 nov 2026 alle ore 10:00 Ann ha scritto:\n", id="Italian"),
    pytest.param("Op ma 23 nov 2026 om 10:00 schreef Ann <ann@example.com>:\n", id="Dutch"),
    pytest.param("Em seg., 23 de nov. de 2026 às 10:00, Ann escreveu:\n", id="Portuguese"),
    pytest.param("Den mån 23 nov. 2026 kl 10:00 skrev Ann <ann@example.com>:\n", id="Swedish"),
    pytest.param("Den man. 23. nov. 2026 kl. 10.00 skrev Ann:\n", id="Danish"),
    pytest.param("man. 23. nov. 2026 kl. 10:00 skrev Ann <ann@example.com>:\n", id="Norwegian"),
    pytest.param("W dniu 23.11.2026 o 10:00 Ann pisze:\n", id="Polish, Thunderbird"),
    pytest.param("pon., 23 lis 2026 o 10:00 Ann <ann@example.com> napisał(a):\n", id="Polish, Gmail"),
    pytest.param("Dne 23. 11. 2026 v 10:00 Ann napsal(a):\n", id="Czech"),
    pytest.param("Sent from my iPhone\n", id="an English phone"),
    pytest.param("*Sent from my iPhone*\n", id="a phone in italics"),
    pytest.param("Get Outlook for iOS\n", id="Outlook on a phone"),
    pytest.param("Von meinem iPhone gesendet\n", id="a German phone"),
    pytest.param("Gesendet mit der GMX Mail App\n", id="a German program"),
    pytest.param("Envoyé de mon iPhone\n", id="a French phone"),
    pytest.param("Enviado desde mi iPhone\n", id="a Spanish phone"),
    pytest.param("Inviato da iPhone\n", id="an Italian phone"),
    pytest.param("Verstuurd vanaf mijn iPhone\n", id="a Dutch phone"),
    pytest.param("Enviado do meu iPhone\n", id="a Portuguese phone"),
    pytest.param("Skickat från min iPhone\n", id="a Swedish phone"),
    pytest.param("Sendt fra min iPhone\n", id="a Danish or Norwegian phone"),
    pytest.param("Wysłane z iPhone'a\n", id="a Polish phone"),
    pytest.param("Odesláno z iPhonu\n", id="a Czech phone"),
    pytest.param("-----Original Message-----\nhi\n", id="an old Outlook"),
    pytest.param("-----Ursprüngliche Nachricht-----\nhi\n", id="an old German Outlook"),
    pytest.param(
        "________________________________\nFrom: Ann\nSent: Monday\nTo: Kim\nSubject: Re: Shop\n", id="Outlook"
    ),
    pytest.param("**Von:** Ann\n**Gesendet:** Montag\n**An:** Kim\n**Betreff:** Shop\n", id="a German Outlook"),
    pytest.param("De : Ann\nEnvoyé : lundi\nÀ : Kim\nObjet : Boutique\n", id="a French Outlook"),
]


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("ending", [pytest.param("\n", id="LF"), pytest.param("\r\n", id="CRLF")])
def test_reading_stops(stop: str, ending: str) -> None:
    own = "/value 9000\n/won\n"
    whole = f"{own}{stop}/lost price\n".replace("\n", ending)
    assert mail.reply(whole) == own.replace("\n", ending)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("On reflection, Ann wrote:\n/won\n", id="prose about writing"),
        pytest.param("Am 3. Dezember schrieb Kim dazu:\n/won\n", id="German prose about writing, with a day"),
        pytest.param("On 23 Nov 2026 at 10:00 we met.\n/won\n", id="a date that nobody wrote on"),
        pytest.param("On 23 Nov 2026 we meet.\n/won\nThen Kim wrote:\n", id="a command between date and verb"),
        pytest.param("/won 5\nAs Ann <ann@example.com> told us.\n", id="an address in prose"),
        pytest.param("At x < 5, 10:00, Ann wrote:\n/won\n", id="a comparison and a time"),
        pytest.param("On Monday @kim wrote:\n/won\n", id="a mention is no mail address"),
        pytest.param("From: Berlin\nTo: Hamburg\n/won\n", id="a journey"),
        pytest.param("From: Berlin\n\nSubject: a journey\n/won\n", id="a journey in paragraphs"),
        pytest.param("We sent from my office\n/won\n", id="sent from, inside a sentence"),
        pytest.param("Von meinem Chef kam ein Ja.\n/won\n", id="from my boss, not from my phone"),
        pytest.param("---\n/won\n", id="a rule"),
        pytest.param("-- not a signature\n/won\n", id="a line that begins with dashes"),
        pytest.param("```\n-- \nOn 23 Nov 2026 Ann wrote:\n```\n/won\n", id="pasted mail in a fence"),
        pytest.param("    -- \n\n/won\n", id="pasted code"),
        pytest.param("original message\n/won\n", id="two words without dashes"),
        pytest.param("> On 23 Nov 2026 at 10:00 Ann wrote:\n\n/won\n", id="a quotation of a quotation"),
        pytest.param("Sent from my " + "very " * 20 + "heart\n/won\n", id="a sentence that begins like a phone"),
    ],
)
def test_ordinary_comments_are_read_in_full(text: str) -> None:
    assert mail.reply(text) == text


def test_a_real_signature_after_a_fence_still_stops() -> None:
    assert mail.reply("```\n-- \n```\n/won\n-- \nAnn\n") == "```\n-- \n```\n/won\n"


def test_a_line_drawn_above_the_quoted_mail_goes_with_it() -> None:
    assert mail.reply("/won\n-----\nFrom: Ann\nSubject: Shop\n") == "/won\n"


@given(
    st.text()
    | st.lists(
        st.sampled_from(["-- \n", "On 2026 <a@b.de> wrote:\n", "> hi\n", "```\n", "/won\n", "---\n", "\r\n"])
    ).map("".join)
)
def test_every_line_that_is_read_keeps_its_place(text: str) -> None:
    whole, read = markdown.lines(text), markdown.lines(mail.reply(text))
    assert all(
        line in (before, before.lstrip(before.rstrip("\r\n"))) for line, before in zip(read, whole, strict=False)
    )
    assert len(markdown.lines(mail.normalise(f"{text}x"))) == len(markdown.lines(f"{text}x"))


@pytest.mark.parametrize(
    "piece",
    [
        "On ",
        "On 2026\n",
        "From:\n",
        "<",
        "<\n",
        "wrote",
        "-",
        "--\n",
        "_ ",
        "```\n-- \n",
        "> -- \n",
        "Sent from my ",
        "    --\n\n",
    ],
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 65_536)[:65_536]
    start = time.process_time()
    mail.reply(mail.normalise(text))
    assert time.process_time() - start < 2, "it grows with the text, not with its square"
