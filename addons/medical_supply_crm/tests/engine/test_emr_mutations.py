# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Damaged input: no crash, no hang, every problem with a position, good neighbours read.

EMR_MUTATIONS sets the number of damaged payloads (default some hundreds, seconds); OMNI_SHARED_DATA
may name a folder with more real files (sub-folders hl7v2, fhir_r4_examples, ical).
"""

import json
import os
import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm import emr

CASES = int(os.environ.get("EMR_MUTATIONS", "400"))
SHARED = Path(os.environ.get("OMNI_SHARED_DATA", "/nonexistent"))
DATA = Path(__file__).resolve().parents[1] / "data"
LIMIT = 5.0  # seconds of processor time for one payload
POSITION = re.compile(
    r"\$|file|workbook|MSH|[A-Z][A-Z0-9]{2}(\[\d+\])?(-\d+(\.\d+)?)?|line \d+( column \d+)?"
    r"|row \d+(, column [a-z]+)?|(VEVENT|VCALENDAR)(\[\d+\])?(\.[A-Za-z-]+)?"
    r"|(\[\d+\])?(salvaged\[\d+\])?\.?[A-Za-z]*(\[\d+\])?(\.[A-Za-z]+(\[\d+\])?)*\Z"
)
ICAL = """BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r
DTSTAMP:20260101T000000Z\r\nDTSTART:20260105T090000Z\r\nDURATION:PT1H\r
RRULE:FREQ=WEEKLY;COUNT=5;BYDAY=MO\r\nEXDATE:20260112T090000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r
UID:b\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Asia/Seoul:20260105T090000\r
DTEND;TZID=Asia/Seoul:20260105T100000\r\nSEQUENCE:2\r\nSTATUS:CONFIRMED\r
X-PROCEDURE-CODE:4711\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
TABLE = "id,start,duration,procedure,status\nA1,2026-01-12 09:00,90,4711,booked\nA2,2026-01-13,1,2,\n"


def corpus():
    folders = [(DATA / "hl7v2", "hl7v2"), (DATA / "fhir", "fhir")]
    folders += [(SHARED / "hl7v2", "hl7v2"), (SHARED / "fhir_r4_examples", "fhir")]
    folders += [(SHARED / "ical", "ical")]
    found = [(ICAL.encode(), "ical"), (TABLE.encode(), "csv")]
    for folder, kind in folders:
        if folder.is_dir():
            found += [(p.read_bytes(), kind) for p in sorted(folder.iterdir())]
    return found


def check(payload, kind):
    began = time.process_time()
    result = emr.read(payload, format=kind, hash_key=b"k" * 32, source="h")
    took = time.process_time() - began
    assert took < LIMIT, f"{took:.1f} s for {len(payload)} bytes"
    for problem in result.problems:
        assert problem.code != "internal-error", problem
        assert problem.severity in ("error", "warning")
        assert POSITION.match(problem.position), problem
    for event in result.events:
        assert event.status in emr.STATUSES
        assert event.kind in emr.KINDS
        assert len(event.event_hash) == 64
        assert event.end is None or event.start is None or event.start <= event.end
        json.dumps(event.to_dict())
    emr.merge(result.events)
    return result


def damage(data, chance):
    """Flip, cut, double, swap or splice some bytes; keeps the format's own marks likely."""
    data = bytearray(data)
    marks = (
        b'|^~&\\\r\n{}[]",:;=\x00\x0b\x1c\xff\xef0987654321ZT+-' + b"BEGIN:END:MSHRRULE"
    )
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8, 40))):
        size = len(data)
        if not size:
            break
        at = chance.randrange(size)
        span = min(chance.choice((1, 1, 2, 5, 30, 200)), size - at)
        kind = chance.randrange(8)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            data[at] = chance.choice(marks)
        elif kind == 2:
            del data[at : at + span]
        elif kind == 3:
            data[at:at] = data[at : at + span] * chance.choice((1, 2, 20))
        elif kind == 4:
            other = chance.randrange(size)
            data[at : at + span] = data[other : other + span]
        elif kind == 5:
            data[at:at] = bytes(
                chance.choice(marks) for _ in range(chance.randrange(1, 9))
            )
        elif kind == 6:
            del data[at:]
        else:
            numbers = list(re.finditer(rb"\d+", bytes(data[at : at + 400])))
            if numbers:
                found = chance.choice(numbers)
                new = chance.choice(
                    (b"0", b"-1", b"99999999999999999999", b"1e999", b"31", b"")
                )
                data[at + found.start() : at + found.end()] = new
    return bytes(data)


def test_damaged_real_messages():
    files, chance = corpus(), random.Random(int(os.environ.get("EMR_SEED", "19")))
    for number in range(CASES):
        data, kind = files[number % len(files)]
        payload = damage(data, chance)
        check(payload, chance.choice((kind, kind, kind, "auto")))


@pytest.mark.parametrize("kind", ["fhir", "hl7v2", "csv"])
def test_good_events_between_damaged_ones(kind):
    chance = random.Random(7)
    for _ in range(30):
        if kind == "hl7v2":
            good = (
                (DATA / "hl7v2" / "SIU-S12-01.hl7")
                .read_bytes()
                .removeprefix(b"\xef\xbb\xbf")
            )
            bad = damage(good, chance).replace(b"\x00", b"")
            payload = good + b"\r" + bad + b"\r" + good.replace(b"36996", b"36997")
        elif kind == "fhir":
            good = json.dumps(
                json.loads((DATA / "fhir" / "Appointment-example.json").read_text())
            )
            bad = (
                damage(good.encode(), chance).replace(b"\n", b" ").replace(b"\r", b" ")
            )
            third = good.replace('"example"', '"example2"').encode()
            payload = good.encode() + b"\n" + bad + b"\n" + third
        else:
            lines = TABLE.encode().splitlines()
            bad = damage(lines[1], chance).replace(b"\n", b"").replace(b'"', b"")
            payload = b"\n".join(
                (lines[0], lines[1], bad.replace(b"\r", b""), lines[2])
            )
        result = check(payload, kind)
        hashes = {e.event_hash for e in result.events}
        assert len(hashes) >= 2


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "resourceType id status start end entry resource code coding system participant actor "
                "reference contained meta lastUpdated basedOn serviceType concept period identifier "
                "value location specialty priority requestedPeriod schedule display type".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=max(CASES // 4, 50), deadline=None)
@given(
    body=st.dictionaries(st.text(max_size=4), st.none(), max_size=1),
    value=_JSON,
    kind=st.sampled_from(
        [
            "Appointment",
            "ServiceRequest",
            "Procedure",
            "Encounter",
            "Slot",
            "Bundle",
            "Patient",
        ]
    ),
)
def test_any_json(body, value, kind):
    if isinstance(value, dict):
        value = {**value, "resourceType": kind}
    check(json.dumps([value, {**body, "resourceType": kind, "entry": value}]), "fhir")


_FIELD = st.text(alphabet="ABab01^~\\&|\r가 .-+20260112", max_size=20)


@settings(max_examples=max(CASES // 4, 50), deadline=None)
@given(
    segments=st.lists(
        st.tuples(
            st.sampled_from(
                ["SCH", "AIS", "TQ1", "RGS", "AIL", "AIP", "PV1", "ORC", "OBR", "PID"]
            ),
            st.lists(_FIELD, max_size=12),
        ),
        max_size=8,
    ),
    kind=st.sampled_from(
        ["SIU^S12", "SIU^S15", "SIU^S20", "ORM^O01", "OMG^O19", "ADT^A01"]
    ),
)
def test_any_segments(segments, kind):
    head = rf"MSH|^~\&|A|B|C|D|20260105||{kind}|1|P|2.5"
    text = "\r".join([head, *("|".join((name, *fields)) for name, fields in segments)])
    check(text, "hl7v2")


@settings(max_examples=max(CASES // 8, 50), deadline=None)
@given(data=st.binary(max_size=400))
def test_any_bytes(data):
    for kind in emr.FORMATS:
        check(data, kind)


@settings(max_examples=max(CASES // 8, 40), deadline=None)
@given(
    freq=st.sampled_from(
        ["SECONDLY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY", "X"]
    ),
    parts=st.lists(
        st.sampled_from(
            "INTERVAL=0;INTERVAL=1;INTERVAL=999;COUNT=0;COUNT=3;COUNT=99999;UNTIL=20260301T000000Z"
            ";UNTIL=19000101;BYDAY=MO;BYDAY=5MO;BYMONTH=2;BYMONTHDAY=30;BYMONTHDAY=31;BYHOUR=3"
            ";BYSETPOS=400;BYYEARDAY=366;BYWEEKNO=53;WKST=SU".split(";")
        ),
        max_size=4,
        unique_by=lambda part: part.split("=")[0],
    ),
    start=st.sampled_from(
        [
            "20260105T090000Z",
            "20260105",
            "19700101T000000",
            "00010101",
            "99991231T235959Z",
        ]
    ),
)
def test_any_recurrence(freq, parts, start):
    rule = ";".join([f"FREQ={freq}", *parts])
    text = f"BEGIN:VEVENT\nUID:u\nDTSTART:{start}\nRRULE:{rule}\nEND:VEVENT"
    check(f"BEGIN:VCALENDAR\nVERSION:2.0\n{text}\nEND:VCALENDAR\n", "ical")
