# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Schedules as tables (CSV, TSV, XLSX) with a saved column mapping.

Columns are found by the mapping or by the usual English and Korean headings below; all other
columns are dropped before anything else happens.
"""

import csv
import io
import re

from . import times
from .codes import STATUSES
from .events import version_key
from .hl7_siu import FILLER_STATUS

FIELDS = {
    "id": (
        "id",
        "event_id",
        "appointment_id",
        "visit_id",
        "case_id",
        "order_id",
        "예약번호",
        "수술번호",
        "접수번호",
    ),
    "start": (
        "start",
        "start_time",
        "start_datetime",
        "datetime",
        "date",
        "scheduled_at",
        "performed_start",
        "begin",
        "시작",
        "시작일시",
        "예약일시",
        "수술일시",
        "수술일",
    ),
    "end": ("end", "end_time", "end_datetime", "performed_end", "종료", "종료일시"),
    "duration": (
        "duration",
        "duration_minutes",
        "minutes",
        "length",
        "소요시간",
        "예상시간",
    ),
    "procedure": (
        "procedure",
        "procedure_code",
        "code",
        "service_code",
        "수술코드",
        "처치코드",
        "시술코드",
        "수가코드",
        "edi코드",
    ),
    "system": ("system", "code_system", "procedure_system", "코드체계"),
    "status": ("status", "state", "상태", "예약상태"),
    "department": (
        "department",
        "department_code",
        "dept",
        "ward",
        "진료과",
        "진료과코드",
        "부서코드",
    ),
    "location": (
        "location",
        "location_code",
        "room",
        "room_code",
        "수술실",
        "수술실코드",
        "장소코드",
    ),
    "practitioner": (
        "practitioner",
        "practitioner_code",
        "surgeon_code",
        "provider_code",
        "집도의코드",
        "의사코드",
    ),
    "priority": ("priority", "우선순위", "응급구분"),
    "version": ("version", "sequence", "revision", "버전"),
    "updated": (
        "updated",
        "updated_at",
        "last_updated",
        "lastupdated",
        "modified",
        "수정일시",
    ),
}
_KOREAN_STATUS = {
    "예약": "booked",
    "예약완료": "booked",
    "확정": "booked",
    "대기": "pending",
    "신청": "proposed",
    "도착": "arrived",
    "접수": "arrived",
    "진행중": "arrived",
    "완료": "fulfilled",
    "취소": "cancelled",
    "부도": "noshow",
    "미방문": "noshow",
    "삭제": "entered-in-error",
}
_MAX_ROWS = 1_000_000


def _plain(name):
    return re.sub(r"[\s\-]+", "_", str(name).strip().lower().lstrip("\ufeff"))


def columns(header, mapping=None):
    """{field: column index} from a header row.

    :param mapping: {field: column heading or 0-based index}; fields as in `FIELDS`
    :raises ValueError: naming the mapped field whose column does not exist
    """
    names = [_plain(name) for name in header]
    found = {}
    for field, wanted in (mapping or {}).items():
        if field not in FIELDS:
            raise ValueError(f"mapping: there is no field {str(field)[:40]!r}")
        if isinstance(wanted, int) and 0 <= wanted < len(names):
            found[field] = wanted
        elif isinstance(wanted, str) and _plain(wanted) in names:
            found[field] = names.index(_plain(wanted))
        elif wanted not in (None, ""):
            raise ValueError(
                f"mapping: the column {str(wanted)[:60]!r} for {field!r} is not in the table"
            )
    for field, aliases in FIELDS.items():
        for alias in aliases:
            if (
                field not in found
                and alias in names
                and names.index(alias) not in found.values()
            ):
                found[field] = names.index(alias)
    return found


def _first_line(text):
    return re.split(r"[\r\n]", text.lstrip("\ufeff"), maxsplit=1)[0][:10_000]


def sniff(text, mapping=None):
    """Delimiter of a table text by its header line, or None when it is no schedule table."""
    head = _first_line(text)
    best = max(",;\t|", key=head.count)
    try:
        header = next(csv.reader([head], delimiter=best), [])
    except csv.Error:
        return None
    for wanted in (mapping, None):
        try:
            found = columns(header, wanted)
        except ValueError:
            continue
        if "start" in found and ("id" in found or "procedure" in found):
            return best
    return None


def read_csv(text, out, mapping=None):
    """Read a delimited text into the collector; never raises on content."""
    text = text.lstrip("\ufeff")
    head = _first_line(text)
    delimiter = max(",;\t|", key=head.count)
    text = text.replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = _counted(reader, out)
    read_rows(rows, out, mapping)


def _counted(reader, out):
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            out.error(
                f"row {reader.line_num}", "bad-row", "the row cannot be split; not read"
            )
            continue
        yield reader.line_num, row


def read_xlsx(data, out, mapping=None):
    """Read the first sheet of a workbook (bytes) into the collector; never raises on content."""
    import pandas as pd

    try:
        frame = pd.read_excel(
            io.BytesIO(data),
            header=None,
            dtype=object,
            engine="openpyxl",
            nrows=_MAX_ROWS,
        )
    except Exception:
        out.error("workbook", "not-xlsx", "this is not a readable workbook")
        return
    frame = frame.where(frame.notna(), "")
    rows = ((n, list(row)) for n, row in enumerate(frame.itertuples(index=False), 1))
    read_rows(rows, out, mapping)


def read_rows(rows, out, mapping=None):
    """Read (row number, cells) pairs, the first being the header."""
    header = next(rows, None)
    if header is None:
        out.error("row 1", "empty", "the table has no header row")
        return
    try:
        where = columns(header[1], mapping)
    except ValueError as exc:
        out.error("row 1", "bad-mapping", str(exc))
        return
    if "start" not in where:
        out.error("row 1", "no-column", "no column found for: start")
        return
    if "id" not in where:
        note = "no id column: time, code and place identify a row, changes cannot be followed"
        out.problem("row 1", "no-id", note)
    width, seen = len(header[1]), {}
    for number, row in rows:
        if not any(str(cell).strip() for cell in row):
            continue
        out.record = number
        if len(row) != width:
            out.error(
                f"row {number}",
                "bad-row",
                "other number of cells than the header; not read",
            )
            continue
        out.result.units += 1
        with out.guard(f"row {number}"):
            cells = {f: row[i] for f, i in where.items()}
            if "id" not in where:
                parts = [
                    str(cells.get(f, "")) for f in ("start", "procedure", "location")
                ]
                key = "|".join(parts)
                seen[key] = seen.get(key, 0) + 1
                cells["id"] = f"{key}#{seen[key]}"
            _Row(number, cells, out).take()
    out.record = None


class _Row:
    def __init__(self, number, cells, out):
        self.number, self.cells, self.out = number, cells, out

    def at(self, field):
        return f"row {self.number}, column {field}"

    def text(self, field):
        value = self.cells.get(field, "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    def take(self):
        out, ident = self.out, self.text("id")
        if not ident:
            out.error(self.at("id"), "no-id", "the id is empty; row not read")
            return
        status = self.status()
        start, end = self.time("start"), self.time("end")
        if start is None and status in ("booked", "arrived"):
            out.error(
                self.at("start"),
                "no-start",
                "booked without a usable start; row not read",
            )
            return
        codes = []
        for code in re.split(r"[;,\s]+", self.text("procedure")):
            own, _bar, code = code.rpartition("|")
            if code:
                pair = out.coding(
                    own or self.text("system"), code, self.at("procedure")
                )
                if pair:
                    codes.append(pair)
        out.add(
            event_hash=out.hash("event", ident),
            kind="event",
            status=status,
            start=start,
            end=end,
            duration_minutes=self.minutes(),
            procedure_codes=tuple(dict.fromkeys(codes)),
            department=out.code(self.text("department"), self.at("department")),
            location=out.code(self.text("location"), self.at("location")),
            practitioner=out.code(
                self.text("practitioner"), self.at("practitioner"), person=True
            ),
            priority=out.priority(self.text("priority"), self.at("priority")),
            version=self.version(status),
            position=f"row {self.number}",
        )

    def status(self):
        text = self.text("status").lower()
        if not text:
            return "booked"
        found = FILLER_STATUS.get(text) or _KOREAN_STATUS.get(text)
        if found is None and text in STATUSES:
            found = text
        if found is None:
            self.out.problem(self.at("status"), "unknown-status", "unknown status")
        return found or "unknown"

    def time(self, field):
        value = self.cells.get(field, "")
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        text = str(value).strip()
        return self.out.time(text, self.at(field), times.table_time) if text else None

    def minutes(self):
        text = self.text("duration")
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,5}(?:\.\d{1,3})?)\s*([^\d\s]{0,8})", text)
        clock = re.fullmatch(r"(\d{1,2}):(\d\d)(?::\d\d)?", text)
        if clock:
            return int(clock.group(1)) * 60 + int(clock.group(2))
        seconds = times.unit_seconds(found.group(2)) if found and found.group(2) else 60
        if not found or seconds is None:
            self.out.problem(
                self.at("duration"), "bad-duration", "not a length of time; left out"
            )
            return None
        return float(found.group(1)) * seconds / 60

    def version(self, status):
        sequence = self.text("version")
        stamp = self.time("updated") or self.out.received
        if sequence and not re.fullmatch(r"\d{1,9}", sequence):
            moment, _note = times.table_time(sequence, self.out.zone)
            if moment is None:
                self.out.problem(
                    self.at("version"), "bad-version", "neither number nor time"
                )
            stamp, sequence = moment or stamp, ""
        return version_key(sequence=int(sequence or 0), updated=stamp, status=status)
