# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""iCalendar and tables."""

import io
from datetime import UTC, datetime

import pytest

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
FOOT = "END:VCALENDAR\r\n"


def vevent(*lines, uid="u1"):
    parts = (
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20260101T000000Z",
        *lines,
        "END:VEVENT",
    )
    return "\r\n".join(parts) + "\r\n"


def test_single_event(read):
    text = vevent(
        "DTSTART;TZID=Asia/Seoul:20260112T090000",
        "DTEND;TZID=Asia/Seoul:20260112T103000",
        "SUMMARY:Kim Minsu hip",
        "LOCATION:OR-1",
        "X-PROCEDURE-CODE:http://snomed.info/sct|73761001",
        "STATUS:CONFIRMED",
    )
    result = read(HEAD + text + FOOT)
    event = result.events[0]
    assert result.format == "ical"
    assert event.to_dict()["start"] == "2026-01-12T00:00:00Z"
    assert event.duration_minutes == 90
    assert event.procedure_codes == (("http://snomed.info/sct", "73761001"),)
    assert (event.location, event.status) == ("OR-1", "booked")
    assert "Kim" not in str(event)


def test_series_with_exception_and_change(read):
    rule = vevent(
        "DTSTART:20260105T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=5",
        "EXDATE:20260112T090000Z",
    )
    moved = vevent(
        "RECURRENCE-ID:20260119T090000Z", "DTSTART:20260120T100000Z", "DURATION:PT1H"
    )
    events = read(HEAD + rule + moved + FOOT).events
    assert [e.to_dict()["start"] for e in sorted(events, key=lambda e: e.start)] == [
        "2026-01-05T09:00:00Z",
        "2026-01-20T10:00:00Z",
        "2026-01-26T09:00:00Z",
        "2026-02-02T09:00:00Z",
    ]
    assert len({e.event_hash for e in events}) == 4


def test_endless_series_follow_the_window(read):
    text = HEAD + vevent("DTSTART:20200106T090000Z", "RRULE:FREQ=WEEKLY") + FOOT
    window = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    events = read(text, window=window).events
    assert [e.start.day for e in events] == [5, 12, 19, 26]


def test_sequence_decides(read, emr):
    def one(*lines):
        return read(HEAD + vevent("DTSTART:20260105T090000Z", *lines) + FOOT).events

    merged = emr.merge(one("SEQUENCE:2", "STATUS:CANCELLED") + one("SEQUENCE:1"))
    assert [e.status for e in merged] == ["cancelled"]
    cancel = HEAD + "METHOD:CANCEL\r\n" + vevent("DTSTART:20260105T090000Z") + FOOT
    assert read(cancel).events[0].status == "cancelled"


def test_a_broken_event_leaves_the_others(read):
    text = (
        HEAD
        + vevent("DTSTART:never", uid="bad")
        + vevent("DTSTART:20260105T090000Z")
        + FOOT
    )
    result = read(text)
    assert len(result.events) == 1
    assert ("VEVENT[1].DTSTART", "no-start") in [
        (p.position, p.code) for p in result.problems
    ]


@pytest.mark.parametrize(
    "rule", ["FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=DAILY;INTERVAL=0"]
)
def test_rules_that_would_never_end(read, rule):
    result = read(HEAD + vevent("DTSTART:20260105T090000Z", f"RRULE:{rule}") + FOOT)
    assert result.problems or result.events


TABLE = """\
예약번호,예약일시,소요시간,수술코드,코드체계,상태,수술실,환자명
A1,2026-01-12 09:00,90,N2072,EDI,예약,OR1,김민수
A2,2026. 1. 12. 오후 2:30,60,N2073,EDI,취소,OR2,이영희
A3,gestern,60,N2073,EDI,예약,OR2,박철수
A4,2026-01-13 10:00,60,N2074,EDI,예약,홍길동,최
"""


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30;COUNT=99999",
        "FREQ=HOURLY;BYYEARDAY=366;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
    ],
)
def test_a_rule_that_never_matches_leaves_the_first_date(read, rule):
    text = HEAD + vevent("DTSTART:20260105T090000Z", f"RRULE:{rule}") + FOOT
    result = read(
        text,
        window=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    )
    assert [e.to_dict()["start"] for e in result.events] == ["2026-01-05T09:00:00Z"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_korean_table(read, codec):
    result = read(TABLE.encode(codec), timezone="Asia/Seoul")
    assert result.format == "csv"
    one, two, four = result.events
    assert one.to_dict()["start"] == "2026-01-12T00:00:00Z"
    assert one.procedure_codes == (("kr-edi", "N2072"),)
    assert (two.to_dict()["start"], two.status) == ("2026-01-12T05:30:00Z", "cancelled")
    assert four.location is None
    places = [(p.position, p.severity) for p in result.problems if p.position != "$"]
    assert ("row 4, column start", "error") in places
    assert ("row 5, column location", "warning") in places
    assert "김" not in str(result) and "홍길동" not in str(result)


def test_mapping_and_workbook(read):
    import pandas as pd

    frame = pd.DataFrame(
        {
            "Fall": [1, 2],
            "Beginn": [datetime(2026, 1, 12, 9), datetime(2026, 1, 13, 9)],
            "OPS": ["5-820", "5-821"],
            "Name": ["Maier", "Schulze"],
        }
    )
    mapping = {"id": "Fall", "start": "Beginn", "procedure": "OPS"}
    sheet = io.BytesIO()
    frame.to_excel(sheet, index=False)
    for payload in (sheet.getvalue(), frame.to_csv(index=False)):
        result = read(
            payload, mapping=mapping, format="auto" if payload[:2] == b"PK" else "csv"
        )
        assert [e.procedure_codes[0][1] for e in result.events] == ["5-820", "5-821"]
        assert result.events[0].to_dict()["start"] == "2026-01-12T09:00:00Z"
        assert "Maier" not in str(result)
    wrong = read(frame.to_csv(index=False), format="csv", mapping={"id": "Nummer"})
    assert wrong.problems[0].code == "bad-mapping"


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x00\x01", b"hello", b"<xml/>", b"PK\x03\x04junk", b"\x1f\x8bjunk"],
)
def test_unreadable_payloads(read, payload):
    result = read(payload)
    assert not result.events
    assert result.units == 0
    assert result.problems[0].severity == "error"


def test_arguments_are_checked(emr):
    for bad in (
        {"hash_key": b"short"},
        {"source": ""},
        {"timezone": "Mars/Olympus"},
        {"format": "docx"},
    ):
        with pytest.raises(ValueError):
            emr.read(b"", **{"hash_key": b"k" * 32, "source": "s", **bad})


def test_hashes_need_the_key_and_part_the_sources(read):
    text = HEAD + vevent("DTSTART:20260105T090000Z") + FOOT
    hashes = {
        read(text).events[0].event_hash,
        read(text, source="other").events[0].event_hash,
        read(text, hash_key=b"x" * 32).events[0].event_hash,
    }
    assert len(hashes) == 3
    assert all(len(h) == 64 for h in hashes)
