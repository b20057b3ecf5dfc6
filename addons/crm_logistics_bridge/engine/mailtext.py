# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Mails as Korean mail programs, forwarders and header-stripping gateways send them."""

import email
import email.policy
import hashlib
import re
from email.header import Header

#: Mail programs say EUC-KR and write its superset, code page 949 (Microsoft's UHC).
_KOREAN = (
    r"(?:euc[-_]?kr|ks[-_]?c[-_]?5601(?:[-_]?1987)?|ksc5601|korean|x-windows-949|ms949"
    r"|windows-949|uhc)"
)
_KOREAN_CHARSET = re.compile(rb"(charset\s*=\s*\"?)" + _KOREAN.encode(), re.IGNORECASE)
_KOREAN_WORD = re.compile(rb"=\?" + _KOREAN.encode() + rb"\?(?=[bq]\?)", re.IGNORECASE)
_EIGHT_BIT = re.compile(rb"[\x80-\xff]")
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
    * text parts with 8-bit bytes and no or an unknown charset get the one they are in.

    :param bytes raw: the mail
    :return: bytes; the same object where nothing is to do
    """
    if re.search(_KOREAN.encode(), raw, re.IGNORECASE):
        raw = _KOREAN_CHARSET.sub(rb"\1cp949", raw)
        raw = _KOREAN_WORD.sub(b"=?cp949?", raw)
    end = _HEADER_END.search(raw)
    head = raw[: end.start()] if end else raw
    if _EIGHT_BIT.search(head):
        raw = _encode_headers(head) + raw[len(head) :]
    if _EIGHT_BIT.search(raw) or b"charset" in raw.lower():
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


def _name_charsets(raw):
    """Write the true charset into text parts that lack it; parses only when needed."""
    labels = {
        found.decode("ascii", "replace").lower()
        for found in re.findall(rb"charset\s*=\s*\"?([\w\-.:]+)", raw, re.IGNORECASE)
    }
    strange = any(not _known(label) for label in labels)
    if not strange and not _EIGHT_BIT.search(raw):
        return raw
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    changed = False
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        charset = (part.get_param("charset") or "").lower()
        payload = part.get_payload(decode=True) or b""
        wrong = not charset or charset == "us-ascii" or not _known(charset)
        if wrong and (_EIGHT_BIT.search(payload) or charset and not _known(charset)):
            try:
                payload.decode("utf-8")
                part.set_param("charset", "utf-8")
            except UnicodeDecodeError:
                part.set_param("charset", "cp949")
            changed = True
    return message.as_bytes() if changed else raw


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
            if value:
                return value
    kept = sorted(
        b" ".join(field.split())
        for field in fields
        if not re.match(rf"(?:{_TRANSPORT}):".encode(), field, re.IGNORECASE)
    )
    digest = hashlib.sha256(b"\n".join(kept) + b"\n\n" + b"".join(body.split()))
    return f"sha256:{digest.hexdigest()}"


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
