# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`read`: one door for all formats."""

import re
import zlib

from .events import Collector
from .fhir import read_fhir
from .hl7v2 import read_hl7v2
from .tabular import read_csv, read_xlsx, sniff

FORMATS = ("auto", "fhir", "hl7v2", "ical", "csv", "xlsx")
MAX_BYTES = 512 * 1024 * 1024
_HL7 = re.compile(rb"(?:^|[\r\n\x0b])(?:MSH|FHS|BHS)[^\w\s\\]")


def read(
    payload,
    *,
    format="auto",  # pylint: disable=redefined-builtin
    hash_key,
    source,
    timezone="UTC",
    mapping=None,
    window=None,
    received=None,
):
    """Read a payload into schedule events, without anything that identifies a patient.

    :param payload: bytes or str; gzip is unpacked
    :param format: one of `FORMATS`
    :param hash_key: bytes (≥ 16), the site's secret: visit ids leave only as HMAC-SHA256 under it
    :param source: name of the feed; part of the hash, so two hospitals' ids never meet
    :param timezone: IANA zone for times that carry none (HL7: after the message's own, MSH-7)
    :param mapping: csv/xlsx {field: heading}, see `tabular.FIELDS`; ical {field: property name}
    :param window: ical: (from, to) aware datetimes for endless recurrences
    :param received: aware datetime of receipt: the version of events whose payload has no version
    :return: `ReadResult`; content never raises, it becomes a `Problem`
    :raises ValueError: unusable arguments (format, key, source, time zone)
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}")
    out = Collector(
        hash_key=hash_key, source=source, timezone=timezone, received=received
    )
    if isinstance(payload, str):
        data = payload.encode("utf-8", "surrogatepass")
    else:
        data = bytes(payload)
    if data[:2] == b"\x1f\x8b":
        data = _unpack(data, out)
    if len(data) > MAX_BYTES:
        out.error("$", "too-large", f"over {MAX_BYTES // 2**20} MB; not read")
        data = None
    if data is None:
        return out.result
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    found = detect(data, mapping) if format == "auto" else format
    out.result.format = found
    if not data.strip():
        out.error("$", "empty", "there is nothing in it")
    elif found == "hl7v2":
        if not _HL7.search(data):
            out.error("MSH", "no-msh", "no MSH segment: this is not an HL7 v2 message")
        else:
            read_hl7v2(data, out)
    elif found == "fhir":
        read_fhir(_text(data, out), out)
    elif found == "ical":
        from .ical import read_ical  # its libraries are needed by nothing else

        read_ical(_text(data, out), out, mapping, window)
    elif found == "csv":
        read_csv(_text(data, out), out, mapping)
    elif found == "xlsx":
        read_xlsx(data, out, mapping)
    else:
        out.error(
            "$", "unknown-format", "neither FHIR JSON, HL7 v2, iCalendar nor a table"
        )
    return out.result


def detect(data, mapping=None):
    """The format of `data` (bytes without BOM) by its first signs, or "unknown".

    :param mapping: saved columns of tables, whose headings may be unlike all others
    """
    head = data[:65536].lstrip()
    if head[:4] == b"PK\x03\x04":
        return "xlsx"
    if head[:1] in (b"{", b"["):
        return "fhir"
    if b"BEGIN:VCALENDAR" in head[:4096].upper():
        return "ical"
    if _HL7.search(head):
        return "hl7v2"
    if b"\x00" not in head and sniff(_decode(head)[0], mapping):
        return "csv"
    if head[:1] != b"<" and re.search(rb'"resourceType"\s*:', head):
        return "fhir"
    return "unknown"


def _decode(data):
    for codec in ("utf-8", "cp949"):
        try:
            return data.decode(codec), codec == "cp949"
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace"), True


def _text(data, out):
    text, odd = _decode(data)
    if odd:
        out.problem(
            "$", "charset", "not UTF-8; read as Korean (CP949) as far as possible"
        )
    return text


def _unpack(data, out):
    """Unpacked gzip members, or None; stops at `MAX_BYTES` so that a bomb does no harm."""
    parts, total = [], 0
    try:
        while data[:2] == b"\x1f\x8b":
            unpack = zlib.decompressobj(31)
            parts.append(unpack.decompress(data, MAX_BYTES + 1 - total))
            total += len(parts[-1])
            if total > MAX_BYTES:
                out.error(
                    "$", "too-large", f"over {MAX_BYTES // 2**20} MB unpacked; not read"
                )
                return None
            if not unpack.eof:
                out.error(
                    "$", "cut-off", "the gzip data ends too early; the rest is read"
                )
            data = unpack.unused_data
    except zlib.error:
        out.error(
            "$", "not-gzip", "the gzip data is damaged; what came before it is read"
        )
    return b"".join(parts)
