# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Answers to HL7 v2 messages (HL7 v2.8.2 chapter 2.9.2 original mode, 2.9.3 enhanced mode, 2.10.3 batches)."""

from datetime import UTC, datetime

LIMIT = 200  # characters of the reason
#: Commit acknowledgements that say the same as AA, AE, AR (table 0008).
COMMIT = {"AA": "CA", "AE": "CE", "AR": "CR"}
#: HL7 table 0211 -> Python codec, for answers in the sender's own character set.
CODECS = {
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "EUC-KR": "cp949",
    "KS X 1001": "cp949",
    "8859/1": "latin-1",
    "ISO IR14": "shift_jis",
    "GB 18030-2000": "gb18030",
}
UTF8 = "UNICODE UTF-8"
_control = 0


def answers(raw, code, text=""):
    """Acknowledgements of a message, as the sender wants them: none, one or two (bytes).

    Original mode (MSH-15 and MSH-16 empty): one, with AA, AE or AR. Enhanced mode: a commit
    acknowledgement (CA, CE, CR) as MSH-15 asks for it, and the application's as MSH-16 does;
    here both are certain at the same moment, because a message is only taken when it is stored.
    """
    head = _header(raw)
    accept, application = head[15].strip().upper(), head[16].strip().upper()
    if not accept and not application:
        return [acknowledge(raw, code, text)]
    found = []
    if _wanted(accept, code):
        found.append(acknowledge(raw, COMMIT[code], text))
    if _wanted(application, code):
        found.append(acknowledge(raw, code, text))
    return found


def _wanted(condition, code):
    """Whether table 0155's condition asks for this answer: AL, NE, ER, SU; empty is never."""
    good = code == "AA"
    return condition == "AL" or (condition == "SU" and good) or (condition == "ER" and not good)


def batch(raw, acknowledgements):
    """The answer to a batch: its acknowledgements between BHS and BTS (bytes)."""
    line = raw.lstrip(b"\x0b\r\n ").replace(b"\n", b"\r").split(b"\r", 1)[0].decode("latin-1")
    separator = line[3] if len(line) > 3 else "|"
    fields = line.split(separator)
    encoding = fields[1] if len(fields) > 1 and fields[1] else "^~\\&"
    names = [fields[number] if len(fields) > number else "" for number in (4, 5, 2, 3)]
    now = datetime.now(UTC).strftime("%Y%m%d%H%M%S+0000")
    reference = fields[10] if len(fields) > 10 else ""
    head = separator.join(["BHS", encoding, *names, now, "", "", "", "", reference]).rstrip(separator)
    tail = separator.join(["BTS", str(len(acknowledgements))])
    return head.encode("latin-1") + b"\r" + b"".join(acknowledgements) + tail.encode("latin-1") + b"\r"


def acknowledge(raw, code, text=""):
    """The ACK message of a message, as bytes with CR between segments.

    :param raw: bytes of the message; one that cannot be understood is answered, too
    :param code: "AA", "AE", "AR", or "CA", "CE", "CR" (table 0008)
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
    msh += [""] * 5 + [head["charset"]]  # MSH-18: what this answer is written in
    reason = _escape(text[:LIMIT], separator, encoding)
    segments = [separator.join(msh), separator.join(["MSA", code, head[10], reason]).rstrip(separator)]
    if code[1] != "A":
        number = "200" if code[1] == "R" else "207"  # table 0357: unsupported message type, application error
        severity = ["", "", "", number, "E", "", "", "", reason]
        segments.append(separator.join(["ERR", *severity[1:]]))
    return ("\r".join(segments) + "\r").encode(CODECS[head["charset"]], "replace")


def _header(raw):
    """Fields of MSH by number; empty texts where there is none."""
    found = {number: "" for number in range(3, 19)}
    found |= {"separator": "|", "encoding": "^~\\&", "trigger": "", "charset": UTF8}
    line = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b\r\n ")
    line = line.replace(b"\n", b"\r").split(b"\r", 1)[0]
    text = line.decode("latin-1")
    if text[:3] != "MSH" or len(text) < 8 or text[3].isalnum() or text[3].isspace():
        return found
    fields = text.split(text[3])
    charset = fields[17].split("~")[0].strip().upper() if len(fields) > 17 else ""
    found["charset"] = charset if charset in CODECS else UTF8
    # the fields that go back, in the characters they were sent in
    fields = line.decode(CODECS[found["charset"]], "replace").split(text[3])
    found["separator"], found["encoding"] = text[3], fields[1]
    for number in range(3, 19):
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
