# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Readers of hospital schedules next to the libraries that parse the same payloads."""

import json
import time

from bench.harness import ROOT, Row
from suite.engines import load

TITLE = "schedule readers against hl7 and fhir.resources (parsing only)"
DATA = ROOT / "addons" / "medical_supply_crm" / "tests" / "data"
COUNTS = {"small": 2_000, "medium": 10_000, "large": 50_000}


def run(context):
    """Events per second from payload to de-identified events; peers only parse."""
    emr = load("medical_supply_crm", "emr")
    count = COUNTS[context.size]
    key = {"hash_key": b"bench key, not secret", "source": "bench"}
    rows = []

    text = (DATA / "hl7v2" / "SIU-S12-01.hl7").read_text("utf-8-sig").replace("\r\n", "\r")
    text = text.replace("\n", "\r").rstrip("\r") + "\r"
    batch = "".join(text.replace("|36996|", f"|{number}|") for number in range(count))
    seconds, result = _timed(lambda: emr.read(batch, **key))
    assert len({e.event_hash for e in result.events}) == count
    sample = min(count, 500)
    peer, _parsed = _timed(lambda: [_hl7(text) for _ in range(sample)])
    note = f"{count} SIU^S12 of {len(text)} bytes; peer: hl7.parse"
    rows.append(Row.of("HL7 v2 messages", count / seconds, sample / peer, "messages/s", note))

    visit = json.loads((DATA / "fhir" / "Appointment-example.json").read_text())
    entries = [{"resource": {**visit, "id": f"a{number}"}} for number in range(count)]
    bundle = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})
    seconds, result = _timed(lambda: emr.read(bundle, **key))
    assert len(result.events) == count
    one = json.dumps(visit)
    peer, _parsed = _timed(lambda: [_fhir(one) for _ in range(sample)])
    note = f"one bundle of {count} Appointments; peer: fhir.resources R4B validation"
    rows.append(Row.of("FHIR R4 appointments", count / seconds, sample / peer, "events/s", note))

    merged = result.events * 2
    seconds, state = _timed(lambda: emr.merge(merged))
    assert len(state) == count
    rows.append(Row.of("merge, every event twice", len(merged) / seconds, None, "events/s"))

    lines = "".join(f"A{n},2026-01-12 09:00,90,4711,L,booked,OR1\n" for n in range(count))
    table = "id,start,duration,procedure,system,status,location\n" + lines
    seconds, result = _timed(lambda: emr.read(table, **key))
    assert len(result.events) == count
    rows.append(Row.of("CSV rows", count / seconds, None, "rows/s"))

    series = "".join(_vevent(number) for number in range(count // 10))
    calendar = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{series}END:VCALENDAR\n"
    seconds, result = _timed(lambda: emr.read(calendar, **key))
    note = f"{count // 10} VEVENTs, every tenth a series of ten"
    rows.append(Row.of("iCalendar events", len(result.events) / seconds, None, "events/s", note))
    return rows


def _timed(function):
    began = time.perf_counter()
    value = function()
    return time.perf_counter() - began, value


def _hl7(text):
    import hl7

    return hl7.parse(text)


def _fhir(text):
    from fhir.resources.R4B.appointment import Appointment

    return Appointment.model_validate_json(text)


def _vevent(number):
    rule = "RRULE:FREQ=WEEKLY;COUNT=10\n" if number % 10 == 0 else ""
    return (
        f"BEGIN:VEVENT\nUID:u{number}\nDTSTAMP:20260101T000000Z\nDTSTART:20260105T090000Z\n"
        f"DURATION:PT1H\n{rule}X-PROCEDURE-CODE:4711\nEND:VEVENT\n"
    )
