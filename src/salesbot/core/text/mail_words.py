"""Words of mail programs, in the languages known today: they decide only where the shape of a line says too little."""

from __future__ import annotations

import re


def _spaced(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())


def _listed(text: str) -> frozenset[str]:
    return frozenset(" ".join(words.split()).casefold() for words in text.split(","))


WROTE = re.compile(
    r"\b(?:wrote|writes|schrieb|geschrieben|a écrit|escribió|escribiu|va escriure|ha scritto|schreef|escreveu"
    r"|skrev|skrifaði|napisał|pisze|napsal|napísal|napisal|napisao|kirjoitti|kirjutas|rašė|rakstīja|írta|írt"
    r"|a scris|yazd\u0131|shkroi|idatzi|menulis|đã viết|έγραψε|написа|напиша|пише|писал)"
    r"|כתב|كتب|نوشت|लिखा|เขียน|写道|寫道|のメール|書きました|작성|썼",
    re.IGNORECASE,
)
"""The verb of `On ... Ann wrote:`."""

ORIGINAL = _listed(
    "Original Message, Original Email, Original, Forwarded Message, Reply Message, Ursprüngliche Nachricht,"
    "Originalnachricht, Weitergeleitete Nachricht, Message d'origine, Message original, Message transféré,"
    "Mensaje original, Mensaje reenviado, Messaggio originale, Messaggio inoltrato, Oorspronkelijk bericht,"
    "Doorgestuurd bericht, Mensagem original, Mensagem encaminhada, Missatge original, Ursprungligt meddelande,"
    "Originalmeddelande, Vidarebefordrat meddelande, Oprindelig meddelelse, Opprinnelig melding, Upprunaleg skilaboð,"
    "Wiadomość oryginalna, Oryginalna wiadomość, Původní zpráva, Pôvodná správa, Eredeti üzenet,"
    "Alkuperäinen viesti, Algne kiri, Originalus laiškas, Sākotnējā ziņa, Mesaj original, Izvorna poruka,"
    "Izvirno sporočilo, Originalna poruka, Αρχικό μήνυμα, Orijinal Mesaj, Özgün İleti,"
    "Исходное сообщение, Пересылаемое сообщение, Пересланное сообщение,"
    "Оригінальне повідомлення, Оригинално съобщение, Thư gốc, Pesan Asli,"
    "הודעה מקורית, الرسالة الأصلية, پیام اصلی, मूल संदेश, ข้อความต้นฉบับ,"
    "原始邮件, 原始郵件, 回复的原邮件, 转发邮件信息, 转发的邮件,"
    " 元のメッセージ, 転送されたメッセージ, 원본 메일, 원본 메시지"
)
"""What is between dashes above an answered mail."""

FROM = _spaced(
    "from von de da van från fra frá od lähettäjä feladó kimden gönderen expeditor от від відправник nuo no saatja"
    " pošiljatelj από מאת من از प्रेषक จาก từ dari nga 发件人 寄件者 寄件人 差出人 送信者 보낸사람 발신자"
) | {"보낸 사람"}
SENT = _spaced(
    "sent date gesendet datum envoyé fecha enviado data inviato verzonden skickat sendt dato wysłano odesláno odoslané"
    " lähetetty päivämäärä elküldve dátum gönderildi tarih trimis отправлено дата надіслано изпратено poslano"
    " siųsta saadetud nosūtīts στάλθηκε ημερομηνία נשלח תאריך التاريخ تاريخ تاریخ दिनांक วันที่ ส่ง ngày"
    " dikirim tanggal 发送时间 日期 寄件日期 送信日時 日時 日付 날짜"
) | {"보낸 날짜", "đã gửi"}
SUBJECT = _spaced(
    "subject betreff objet asunto oggetto onderwerp assunto assumpte ämne emne efni temat předmět predmet aihe teema"
    " tárgy konu subiect тема tema относно naslov zadeva θέμα נושא الموضوع موضوع विषय เรื่อง perihal subjek gaia subjekti"
    " 主题 主旨 件名 제목"
) | {"chủ đề", "tiêu đề"}
"""What is before the colons in the header of a mail."""

SENT_FROM = (
    *("sent from my ", "sent from mail for ", "sent from outlook", "sent from yahoo", "sent from proton"),
    *("sent with proton", "sent via superhuman", "sent with spark", "sent from spark", "sent from mailspring"),
    *("get outlook for ", "von meinem ", "gesendet von ", "gesendet mit ", "diese nachricht wurde von meinem "),
    *("envoyé de mon ", "envoyé depuis ", "enviado desde ", "inviato da ", "inviato dal ", "verstuurd vanaf "),
    *("verzonden vanaf ", "verzonden met ", "enviado do ", "skickat från ", "sendt fra ", "wysłane z ", "wysłano z "),
    *(
        "odesláno z ",
        "lähetetty ",
        "отправлено \u0441 ",
        "отправлено из ",
        "надіслано з ",
        "发自我的 ",
        "從我的 ",
        "从我的 ",
    ),
    *("iphoneから送信", "나의 iphone", "נשלח מה", "أرسلت من ", "στάλθηκε από το ", "trimis de pe ", "dikirim dari "),
    *("được gửi từ ", "ส่งจาก "),
)
"""How the line begins that a phone or a program adds below a mail."""
