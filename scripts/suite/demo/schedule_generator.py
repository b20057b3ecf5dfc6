# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make a fortnight of schedule messages, as hospitals would send them.

Operations are drawn from the real procedure mix, per department and working day,
seeded: the same arguments give the same messages. Hospital 1 sends FHIR R4 bundles
of Appointments, hospital 2 HL7 v2 SIU messages. Both contain what real feeds do:
rescheduled and cancelled operations, versions arriving in the wrong order, an
unknown code, a broken message - and patients' names, birth dates, phone numbers and
national ids in every usual place, all fictional, to show that none of it is kept.
"""

import csv
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from .medical_catalogue import PROCEDURE

MIX = Path(__file__).resolve().parents[3] / "data" / "synthea" / "procedure_mix.csv"
SNOMED = "http://snomed.info/sct"
FAMILY = ["김", "이", "박", "최", "정", "강", "조", "윤"]
GIVEN = ["가온", "다솜", "로운", "마루", "바다", "새봄", "아라", "하늘"]


@dataclass(frozen=True)
class Operation:
    """One version of one booked operation, in the hospital's local time."""

    ident: str
    version: int
    status: str  # booked, cancelled
    code: str
    name: str
    place: str
    start: datetime
    minutes: int
    sent: datetime


@dataclass(frozen=True)
class Message:
    """One file of a feed: a name for people, its format and its text."""

    name: str
    format: str
    text: str


def read_mix(path=MIX):
    """Return {SNOMED code: (weekly rate, median minutes)} of the real mix."""
    with open(path, encoding="utf-8", newline="") as stream:
        return {
            row["snomed_code"]: (float(row["weekly_rate"]), int(row["median_minutes"]))
            for row in csv.DictReader(stream)
        }


def plan_operations(hospital, today, days=14, seed=2026, mix=None):
    """Return the first versions of all operations of the coming days.

    :param hospital: :class:`~suite.demo.medical_catalogue.Hospital`
    :param today: date; the first operation is on the next working day
    :param days: calendar days to cover
    """
    mix = mix or read_mix()
    random = np.random.default_rng([seed, hospital.number])
    operations = []
    for offset in range(1, days + 1):
        day = datetime(today.year, today.month, today.day) + timedelta(days=offset)
        if day.weekday() > 4:
            continue
        for department in hospital.departments:
            weights = np.array([mix[code][0] for code in department.codes])
            count = random.poisson(department.per_day)
            clock = day + timedelta(hours=8, minutes=30)
            for code in random.choice(department.codes, size=count, p=weights / weights.sum()):
                minutes = max(20, int(mix[code][1]) // 5 * 5)
                number = len(operations) + 1
                operations.append(
                    Operation(
                        ident=f"{hospital.source.upper()}-{today:%y%m%d}-{number:04d}",
                        version=1,
                        status="booked",
                        code=str(code),
                        name=PROCEDURE[str(code)].name,
                        place=department.ref,
                        start=clock,
                        minutes=minutes,
                        sent=datetime(today.year, today.month, today.day, 5) + timedelta(seconds=number),
                    )
                )
                clock += timedelta(minutes=minutes + 25)
    return operations


def messages(hospital, today, days=14, seed=2026):
    """Return the feed of a hospital as :class:`Message` list, in order of arrival.

    After the bookings come the changes: two rescheduled, one cancelled, one whose
    cancellation arrives before its booking, an unknown code and a broken message.
    """
    operations = plan_operations(hospital, today, days, seed)
    if len(operations) < 8:
        raise ValueError(f"{hospital.name}: too few operations in {days} days")
    moved = [changed(operation, 2, start=operation.start + timedelta(days=1)) for operation in operations[2:4]]
    cancelled = [changed(operations[5], 2, status="cancelled")]
    late = changed(operations[-1], 1, ident=operations[-1].ident + "-L", minutes=30)
    early_cancel = changed(late, 3, status="cancelled")
    unknown = changed(
        operations[-2],
        1,
        ident=operations[-2].ident + "-U",
        code=f"{hospital.source.upper()[:2]}9921",
        name="병원 자체 코드",
    )
    write = _fhir if hospital.feed == "fhir" else _hl7
    out = []
    by_day = {}
    for operation in operations:
        by_day.setdefault(operation.start.date(), []).append(operation)
    for day, rows in by_day.items():
        out.append(Message(f"bookings {day}", hospital.feed, write(rows)))
    out.append(Message("rescheduled", hospital.feed, write(moved)))
    out.append(Message("cancelled", hospital.feed, write(cancelled)))
    out.append(Message("cancelled before booked", hospital.feed, write([early_cancel, late])))
    out.append(Message("unknown code", hospital.feed, write([unknown])))
    broken = write(operations[:1])
    if hospital.feed == "fhir":
        broken = broken[: len(broken) // 2]
    else:
        broken = "\r".join(line for line in broken.split("\r") if not line.startswith("SCH|"))
    out.append(Message("broken", hospital.feed, broken))
    return out


def change_messages(hospital, operations):
    """Return one :class:`Message` that carries these versions of operations."""
    write = _fhir if hospital.feed == "fhir" else _hl7
    return Message("change", hospital.feed, write(operations))


def changed(operation, version, **values):
    """Return a later version of an operation."""
    values = {
        **operation.__dict__,
        "version": version,
        "sent": operation.sent + timedelta(hours=version),
        **values,
    }
    return Operation(**values)


def patient_of(operation):
    """Return a fictional patient: the same for the same operation."""
    random = np.random.default_rng(hash_number(operation.ident))
    family = FAMILY[random.integers(len(FAMILY))]
    given = GIVEN[random.integers(len(GIVEN))]
    born = datetime(1940, 1, 1) + timedelta(days=int(random.integers(0, 25000)))
    digits = f"{random.integers(10**7):07d}"
    return {
        "family": family,
        "given": given,
        "name": family + given,
        "born": born,
        "phone": f"010-{digits[:4]}-{digits[3:]}",
        "national": f"{born:%y%m%d}-1{digits[:6]}",
        "mrn": f"MRN{digits}",
    }


def hash_number(text):
    """Return a number that is the same for the same text in every process."""
    return int.from_bytes(text.encode()[-6:], "big")


def _fhir(operations):
    """Return a FHIR R4 bundle with one Appointment per version."""
    entries = []
    for operation in operations:
        patient = patient_of(operation)
        start = operation.start
        end = start + timedelta(minutes=operation.minutes)
        coding = {"code": operation.code, "display": operation.name}
        if operation.code.isdigit():
            coding["system"] = SNOMED
        entries.append(
            {
                "fullUrl": f"https://emr.example/fhir/Appointment/{operation.ident}",
                "resource": {
                    "resourceType": "Appointment",
                    "id": operation.ident,
                    "meta": {
                        "versionId": str(operation.version),
                        "lastUpdated": f"{operation.sent:%Y-%m-%dT%H:%M:%S}+09:00",
                    },
                    "contained": [
                        {
                            "resourceType": "Patient",
                            "id": "p",
                            "identifier": [
                                {"system": "urn:mrn", "value": patient["mrn"]},
                                {"system": "urn:rrn", "value": patient["national"]},
                            ],
                            "name": [
                                {
                                    "family": patient["family"],
                                    "given": [patient["given"]],
                                }
                            ],
                            "telecom": [{"system": "phone", "value": patient["phone"]}],
                            "birthDate": f"{patient['born']:%Y-%m-%d}",
                        }
                    ],
                    "status": operation.status,
                    "serviceType": [{"coding": [coding], "text": operation.name}],
                    "description": f"{patient['name']} {operation.name}",
                    "comment": f"보호자 연락처 {patient['phone']}",
                    "start": f"{start:%Y-%m-%dT%H:%M:%S}+09:00",
                    "end": f"{end:%Y-%m-%dT%H:%M:%S}+09:00",
                    "minutesDuration": operation.minutes,
                    "participant": [
                        {
                            "actor": {"reference": "#p", "display": patient["name"]},
                            "status": "accepted",
                        },
                        {
                            "actor": {"reference": f"Location/{operation.place}"},
                            "status": "accepted",
                        },
                    ],
                },
            }
        )
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False, indent=1)


def _hl7(operations):
    """Return HL7 v2.5 SIU messages, one per version, separated by an empty line."""
    texts = []
    for operation in operations:
        patient = patient_of(operation)
        trigger = "S15" if operation.status == "cancelled" else "S12"
        if operation.version == 2 and trigger == "S12":
            trigger = "S13"
        state = "Cancelled" if trigger == "S15" else "Booked"
        system = "SCT" if operation.code.isdigit() else "L"
        end = operation.start + timedelta(minutes=operation.minutes)
        sent = f"{operation.sent:%Y%m%d%H%M%S}"
        start = f"{operation.start:%Y%m%d%H%M%S}"
        born = f"{patient['born']:%Y%m%d}"
        name = f"{patient['family']}^{patient['given']}"
        segments = [
            (
                f"MSH|^~\\&|OCS|PUREUN|OMNI|OMNI|{sent}||SIU^{trigger}^SIU_S12|"
                f"{operation.ident}-{operation.version}|P|2.5||||||UNICODE UTF-8"
            ),
            (
                f"SCH|{operation.ident}^OCS|{operation.ident}^OCS||||ROUTINE|"
                f"{operation.name}|ELECTIVE|{operation.minutes}|min|"
                f"^^^{start}^{end:%Y%m%d%H%M%S}||||||||||||||{state}"
            ),
            (
                f"PID|1||{patient['mrn']}^^^PUREUN^MR||{name}||{born}|F|||||"
                f"{patient['phone']}||||||{patient['national']}"
            ),
            f"NTE|1||{patient['name']} 님 보호자 {patient['phone']}",
            "PV1|1|O",
            "RGS|1|A",
            (f"AIS|1|A|{operation.code}^{operation.name}^{system}|{start}|||{operation.minutes}|min||{state}"),
            f"AIL|1|A|{operation.place}",
        ]
        texts.append("\r".join(segments) + "\r")
    return "\r".join(texts)
