# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The answer to an HL7 v2 message (HL7 v2.8.2 chapter 2.9.2, original mode)."""

from datetime import UTC, datetime

LIMIT = 200  # characters of the reason
_control = 0


def acknowledge(raw, code, text=""):
    """The ACK message of a message, as bytes with CR between segments.

    :param raw: bytes of the message; one that cannot be understood is answered, too
    :param code: "AA", "AE" or "AR" (table 0008)
    :param text: the reason, told in MSA-3 and ERR-8
    """
    global _control
    _control += 1
    head = _header(raw)
    separator, encoding = head["separator"], head["encoding"]
    now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    component = encoding[:1] or "^"
    trigger = f"{component}{head['trigger']}{component}ACK" if head["trigger"] else ""
    msh = ["MSH", encoding, head[5], head[6], head[3], head[4], now, "", f"ACK{trigger}",
           f"{now[:14]}{_control:06d}", head[11] or "P", head[12] or "2.5"]  # fmt: skip
    msh += [""] * 5 + ["UNICODE UTF-8"]  # MSH-18: what this answer is written in
    reason = _escape(text[:LIMIT], separator, encoding)
    segments = [separator.join(msh), separator.join(["MSA", code, head[10], reason]).rstrip(separator)]
    if code != "AA":
        number = "200" if code == "AR" else "207"  # table 0357: unsupported message type, application error
        severity = ["", "", "", number, "E", "", "", "", reason]
        segments.append(separator.join(["ERR", *severity[1:]]))
    return ("\r".join(segments) + "\r").encode("utf-8")


def _header(raw):
    """Fields of MSH by number; empty texts where there is none."""
    found = {number: "" for number in range(3, 13)}
    found |= {"separator": "|", "encoding": "^~\\&", "trigger": ""}
    text = raw.decode("latin-1").lstrip("\x0b\r\n ")
    if text[:3] != "MSH" or len(text) < 8 or text[3].isalnum() or text[3].isspace():
        return found
    line = text.replace("\n", "\r").split("\r", 1)[0]
    fields = line.split(line[3])
    found["separator"], found["encoding"] = line[3], fields[1]
    for number in range(3, 13):
        if number <= len(fields):
            found[number] = fields[number - 1]
    parts = found[9].split(found["encoding"][:1] or "^")
    found["trigger"] = parts[1] if len(parts) > 1 else ""
    return found


def _escape(text, separator, encoding):
    """Text without the characters that mean something in HL7."""
    component, repetition, escape, sub = (encoding + "^~\\&"[len(encoding) :])[:4]
    names = {escape: "E", separator: "F", component: "S", sub: "T", repetition: "R"}
    clean = "".join(" " if ord(character) < 32 else character for character in text)
    return "".join(f"{escape}{names[c]}{escape}" if c in names else c for c in clean)
