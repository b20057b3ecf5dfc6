# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails as Korean mail programs, forwarders and header-stripping gateways send them."""

import codecs
import email
import email.policy
import hashlib
import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header

#: Mail programs say EUC-KR and write its superset, code page 949 (Microsoft's UHC).
_KOREAN = (
    r"(?:euc[-_]?kr|ks[-_]?c[-_]?5601(?:[-_]?1987)?|ksc5601|korean|x-windows-949|ms949"
    r"|windows-949|uhc)"
)
_KOREAN_CHARSET = re.compile(rb"(charset\s*=\s*\"?)" + _KOREAN.encode(), re.IGNORECASE)
_KOREAN_WORD = re.compile(rb"=\?" + _KOREAN.encode() + rb"\?(?=[bq]\?)", re.IGNORECASE)
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")
#: Text that may not be what it says, though no byte of the mail shows it.
_UNSURE = re.compile(
    rb"^content-transfer-encoding:\s*(?:base64|quoted-printable)|\x1b\$\)C"
    rb"|charset\s*=\s*\"?(?!utf-?8|us-ascii|cp949)[\w\-.:]",
    re.IGNORECASE | re.MULTILINE,
)
#: An id that names nothing; Python's parser stumbles over it.
_NO_ID = re.compile(rb"^message-id:[ \t]*<?[\s.@]*>?[ \t]*\r?\n(?![ \t])", re.I | re.M)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
#: Headers that servers on the way add or change.
_TRANSPORT = (
    "received|return-path|delivered-to|x-[\\w-]+|dkim-[\\w-]+|arc-[\\w-]+|authentication-results"
    "|resent-[\\w-]+|message-id"
)
_ADDRESS = r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"


def decode_korean(raw):
    """Text of 8-bit bytes that do not say their encoding: UTF-8, else code page 949."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp949", errors="replace")


def repair(raw):
    """Make a raw mail readable for Python's mail parser.

    * EUC-KR labels become CP949, so that the letters of the larger set survive;
    * headers with bare 8-bit bytes become encoded words;
    * text parts get the charset they are in, where theirs is missing, unknown or wrong;
    * NUL bytes, which no database takes, and an empty Message-Id go.

    :param bytes raw: the mail
    :return: bytes; the same object where nothing is to do
    """
    if b"\x00" in raw:
        raw = raw.replace(b"\x00", b"")
    if _NO_ID.search(raw):
        raw = _NO_ID.sub(b"", raw, count=1)
    if re.search(_KOREAN.encode(), raw, re.IGNORECASE):
        raw = _KOREAN_CHARSET.sub(rb"\1cp949", raw)
        raw = _KOREAN_WORD.sub(b"=?cp949?", raw)
    end = _HEADER_END.search(raw)
    head = raw[: end.start()] if end else raw
    if _EIGHT_BIT.search(head):
        raw = _encode_headers(head) + raw[len(head) :]
    if _EIGHT_BIT.search(raw) or _UNSURE.search(raw):
        raw = _name_charsets(raw)
    return raw


def _encode_headers(head):
    lines = []
    for line in re.split(rb"\r?\n(?![ \t])", head):
        if _EIGHT_BIT.search(line) and b":" in line:
            name, _colon, value = line.partition(b":")
            text = decode_korean(value.strip())
            address = re.search(rf"<?({_ADDRESS})>?\s*$", text)
            if name.lower() in (b"from", b"to", b"cc", b"reply-to") and address:
                label = text[: address.start()].strip(' "')
                encoded = Header(label, "utf-8", maxlinelen=900).encode()
                encoded = f"{encoded} <{address[1]}>"
            else:
                encoded = Header(text, "utf-8", maxlinelen=900).encode()
            line = name + b": " + encoded.encode("ascii")
        lines.append(line)
    return b"\r\n".join(lines)


def _known(charset):
    try:
        "".encode(charset)
    except LookupError:
        return False
    return True


def true_charset(payload, charset):
    """The charset a text is in, judged by its bytes where what is declared cannot be.

    :param bytes payload: the text, transfer encoding undone
    :param str charset: as declared, "" for none
    :return: the declared one where it may be right, else utf-8, cp949 or iso-2022-kr
    """
    if b"\x1b$)C" in payload:
        return "iso-2022-kr"
    if not _EIGHT_BIT.search(payload):
        return charset if charset and _known(charset) else "utf-8"
    with suppress(UnicodeDecodeError):
        payload.decode("utf-8")
        # what is no ASCII and still valid UTF-8 is nothing else by accident
        return charset if _same(charset, "utf-8") else "utf-8"
    try:
        korean = payload.decode("cp949")
    except UnicodeDecodeError:
        korean = ""
    if charset and _known(charset) and not _same(charset, "utf-8", "ascii"):
        hangul = sum("\uac00" <= char <= "\ud7a3" for char in korean)
        foreign = sum(char > "\x7f" for char in korean) - hangul
        # Western letters come one by one; read as Korean they are no Hangul
        western = _same(charset, "iso-8859-1", "iso-8859-15", "cp1252")
        return "cp949" if western and hangul > 1 and hangul > 3 * foreign else charset
    return "cp949"


def _same(charset, *others):
    try:
        name = codecs.lookup(charset).name
    except LookupError:
        return False
    return name in {codecs.lookup(other).name for other in others}


def _name_charsets(raw):
    """Write the true charset into text parts whose own is missing or wrong."""
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    changed = False
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        charset = str(part.get_param("charset") or "").lower()
        payload = part.get_payload(decode=True) or b""
        true = true_charset(payload, charset)
        if true != charset and (
            charset or _EIGHT_BIT.search(payload) or true != "utf-8"
        ):
            part.set_param("charset", true)
            changed = True
    if not changed:
        return raw
    try:
        return message.as_bytes()
    except (UnicodeError, LookupError, ValueError, TypeError, AttributeError):
        return raw  # broken in another way: read as it is


def lost_text(message):
    """Text of a mail of parts whose boundary is missing or wrong: no parser finds any.

    :param message: email.message.Message
    :return: str, "" where nothing was lost
    """
    if (
        message.get_content_maintype() != "multipart"
        or message.get_content_type() == "multipart/report"
    ):
        return ""
    parts = message.get_payload()
    if isinstance(parts, str):
        return parts.strip()
    if any(part.get_content_maintype() != "multipart" for part in message.walk()):
        return ""
    return "\n".join(filter(None, (message.preamble, message.epilogue))).strip()


def plain_chars(text):
    """A text without what no database takes: NUL and halves of surrogate pairs."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


#: How much of a text is searched; what is said first is what it is about.
SEARCHED = 50_000
_ENDLESS = re.compile(r"\d{60,}")


def searchable(text):
    """The part of a text that is searched for references, endless numbers blanked.

    Places stay as they are. A dump of digits holds no reference, and searching one
    takes the square of its length.
    """
    text = (text or "")[:SEARCHED]
    return _ENDLESS.sub(lambda found: " " * len(found.group()), text)


_AUTO_SUBJECT = re.compile(
    r"^\s*(?:(?:automatic|auto)[ -]?(?:reply|response)|auto:|out[ -]of[ -](?:the[ -])?office"
    r"|\[?\s*자동\s*(?:응답|회신|답장)|\[?\s*부재\s*중?\s*(?:자동|알림|안내))",
    re.IGNORECASE,
)


def is_auto_reply(headers, subject=""):
    """True for what a machine answered for its owner (RFC 3834, and what others write).

    What a form or a shop's software sent ("auto-generated") is no reply.

    :param headers: mapping with ``get``, names in any case
    :param str subject: decoded
    """
    submitted = str(headers.get("Auto-Submitted") or "").strip().lower()
    if submitted.startswith("auto-replied"):
        return True
    if submitted.startswith("auto-generated"):
        return False
    if str(headers.get("Precedence") or "").strip().lower() in (
        "auto_reply",
        "auto-reply",
    ):
        return True
    for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"):
        if str(headers.get(name) or "no").strip().lower() not in ("no", "false", "0"):
            return True
    return bool(_AUTO_SUBJECT.match(subject or ""))


def message_key(raw):
    """What identifies a mail: its Message-Id, else a hash of what its writer sent.

    :param bytes raw: the mail as received; headers added on the way do not count
    :return: str
    """
    end = _HEADER_END.search(raw)
    head, body = (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")
    fields = re.split(rb"\r?\n(?![ \t])", head)
    for field in fields:
        if field[:11].lower() == b"message-id:":
            value = b" ".join(field[11:].split()).decode("ascii", "replace")
            # "<>" and its kind name nothing; one too long for an index is packed
            if re.sub(r"[<>\s@.]", "", value):
                return value if len(value) <= 500 else f"<{_hash(value.encode())}>"
    kept = sorted(
        b" ".join(field.split())
        for field in fields
        if not re.match(rf"(?:{_TRANSPORT}):".encode(), field, re.IGNORECASE)
    )
    written = b"\n".join(kept) + b"\n\n" + b"".join(body.split())
    return f"sha256:{_hash(written)}"


def _hash(content):
    return hashlib.sha256(content).hexdigest()


_QUOTE = re.compile(
    r"^\s*(?:>.*"
    r"|on\b.{5,120}\bwrote:?|\d{4}년.{3,100}(?:작성|님이|wrote).*:?"
    r"|-{2,}\s*(?:original message|forwarded message|원본\s*(?:메시지|메일)|전달된\s*메시지|"
    r"original mail|원본\s*메일)\s*-{2,}"
    r"|(?:from|보낸\s*사람|보낸이)\s*:.*)$",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"^(?:-{2,}\s*(?:original message|forwarded message|original mail|원본\s*(?:메시지|메일)|"
    r"전달된?\s*(?:메시지|메일))\s*-{2,}|begin forwarded message:?)\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_FROM = re.compile(
    rf"^\s*[>*\s]*(?:from|보낸\s*사람|보낸이|발신)\s*[*]?\s*:\s*[*]?\s*\"?(?P<name>[^<\n\"\[]*?)\"?\s*"
    rf"[<\[(]?(?:mailto:)?(?P<email>{_ADDRESS})[>\])]?.*$",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARD_SUBJECT = re.compile(r"^\s*(?:\[?(?:fwd?|전달|fw)\]?)\s*:", re.IGNORECASE)


def split_quote(text):
    """Split a mail's plain text into what was written now and what it quotes.

    :return: ``(new, quoted)``; a mail that is only a quotation has new == ""
    """
    lines = (text or "").splitlines()
    for place, line in enumerate(lines):
        if _QUOTE.match(line):
            return "\n".join(lines[:place]).strip(), "\n".join(lines[place:]).strip()
    return (text or "").strip(), ""


def forwarded(subject, text):
    """The first writer of a forwarded mail.

    :return: ``(name, e-mail)`` or None where the mail is not a forwarded one
    """
    mark = _FORWARD.search(text or "")
    if not mark and not _FORWARD_SUBJECT.match(subject or ""):
        return None
    found = _FORWARD_FROM.search(text or "", mark.end() if mark else 0)
    return (found["name"].strip(), found["email"].lower()) if found else None


def _head(raw, *names):
    """Values of headers by the letter, for mails that no parser takes."""
    end = _HEADER_END.search(raw)
    found = []
    for field in re.split(
        rb"\r?\n(?![ \t])", raw[: end.start()] if end else raw[:20_000]
    ):
        name, colon, value = field.partition(b":")
        if colon and name.strip().lower().decode("ascii", "replace") in names:
            found.append(decode_korean(b" ".join(value.split())))
    return found


def read_heads(raw):
    """Subject and sender of a mail that may be broken; "" where there is none.

    :param bytes raw: the mail
    """
    values = []
    for name in ("subject", "from"):
        text = " ".join(_head(raw, name)[:1])
        # what cannot be read is shown as it came
        with suppress(LookupError, UnicodeError, ValueError, HeaderParseError):
            text = str(make_header(decode_header(text)))
        values.append(plain_chars(text))
    return tuple(values)


def read_recipients(raw):
    """Whom a mail that may be broken is addressed to, as one text."""
    return ", ".join(_head(raw, "to", "cc", "delivered-to"))
