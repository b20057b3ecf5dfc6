# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Canaries: personal words planted in every field must not come out of any reader."""

import copy
import json
import os
import re
from pathlib import Path

import pytest

# what people are called, numbered, reached and born; as written in Korea and elsewhere
CANARIES = (
    "홍길동",
    "Hong Gil-dong",
    "Honggildong",
    "HONG^GILDONG",
    "900101-1234567",
    "9001011234567",
    "010-1234-5678",
    "01012345678",
    "+821012345678",
    "(02)123-4567",
    "078-05-1120",
    "1990-01-01",
    "19900101",
    "hong@example.org",
    "서울특별시 종로구 1-2",
)
_TIMES = re.compile(r"\d{4}-?\d\d-?\d\d")
SHARED = Path(os.environ.get("OMNI_SHARED_DATA", "/nonexistent"))


def outputs(result):
    """Everything a caller can see, minus the keyed hashes and the versions."""
    events = [e.to_dict() for e in result.events]
    for event in events:
        event["event_hash"] = event["version"] = event["snapshot"] = event["source"] = (
            ""
        )
        event["based_on"] = []
    return json.dumps(
        [events, [p.to_dict() for p in result.problems]], ensure_ascii=False
    )


def leaked(result, canary):
    text = outputs(result)
    words = [w for w in re.split(r"[\s^,]+", canary) if len(w) > 3] or [canary]
    return [w for w in (canary, *words) if w in text]


def plant(value, canary, keep=("resourceType",)):
    """A copy with every text replaced, but for the keys that say what it is."""
    if isinstance(value, dict):
        return {k: v if k in keep else plant(v, canary, keep) for k, v in value.items()}
    if isinstance(value, list):
        return [plant(v, canary, keep) for v in value]
    return canary if isinstance(value, str) else value


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from leaves(item, (*path, i))
    elif isinstance(value, str):
        yield path


def put(value, path, text):
    value = copy.deepcopy(value)
    at = value
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = text
    return value


@pytest.mark.parametrize("canary", CANARIES)
def test_fhir_all_fields_at_once(read, fhir_files, canary):
    times = (
        "resourceType",
        "status",
        "start",
        "end",
        "lastUpdated",
        "occurrenceDateTime",
    )
    for path in fhir_files:
        resource = json.loads(path.read_text())
        for keep in (("resourceType",), times):
            if keep == ("resourceType",) and _TIMES.fullmatch(canary):
                continue  # a date in a time field is a time
            bundle = {"resourceType": "Bundle", "entry": [{"resource": resource}]}
            result = read(json.dumps(plant(bundle, canary, keep), ensure_ascii=False))
            assert not leaked(result, canary), path.name


@pytest.mark.parametrize("canary", CANARIES)
def test_fhir_each_field_alone(read, fhir_files, canary):
    for path in fhir_files:
        resource = json.loads(path.read_text())
        for place in leaves(resource):
            last = str(place[-1])
            if place == ("resourceType",):
                continue
            if _TIMES.fullmatch(canary) and (
                "start" in last or "end" in last or "ime" in last
            ):
                continue
            result = read(json.dumps(put(resource, place, canary), ensure_ascii=False))
            assert not leaked(result, canary), (path.name, place)


@pytest.mark.parametrize("canary", CANARIES)
def test_fhir_references_and_identifiers(read, canary):
    for kind in ("Location", "Practitioner", "Patient", "HealthcareService"):
        for actor in (
            {"reference": f"{kind}/{canary}"},
            {"reference": f"https://x.example/{kind}/{canary}/_history/1"},
            {"reference": f"{kind}?identifier=urn:x|{canary}"},
            {"type": kind, "identifier": {"system": "urn:x", "value": canary}},
            {"type": kind, "display": canary},
            {"reference": "#c"},
        ):
            visit = {
                "resourceType": "Appointment",
                "id": canary,
                "status": "booked",
                "start": "2026-01-12T00:00:00Z",
                "contained": [
                    {"resourceType": kind, "id": "c", "identifier": [{"value": canary}]}
                ],
                "participant": [{"actor": actor}],
            }
            result = read(json.dumps(visit, ensure_ascii=False))
            assert len(result.events) == 1
            assert not leaked(result, canary), actor


def _fields(text):
    lines = re.split(r"[\r\n]+", text)
    for number, line in enumerate(lines):
        fields = line.split("|")
        for i in range(2 if line.startswith("MSH") else 1, len(fields)):
            if line.startswith("MSH") and i == 8:
                continue
            parts = fields[i].split("^")
            for j in range(len(parts)):
                yield lines, number, fields, i, parts, j


@pytest.mark.parametrize("canary", CANARIES)
def test_hl7_each_component_alone(read, hl7_files, canary):
    for path in hl7_files:
        if path.name[:7] not in ("SIU-S12", "ORM-O01"):
            continue
        text = path.read_text("utf-8-sig")
        for lines, number, fields, i, parts, j in _fields(text):
            if _TIMES.fullmatch(canary) and re.match(r"\d{8}", parts[j]):
                continue
            if lines[number][:3] not in _READ and (i + j) % 10:
                continue  # the others are never looked at: a sample of them will do
            new = [*parts[:j], canary.replace("^", " "), *parts[j + 1 :]]
            line = "|".join([*fields[:i], "^".join(new), *fields[i + 1 :]])
            payload = "\r".join([*lines[:number], line, *lines[number + 1 :]])
            assert not leaked(read(payload), canary), (path.name, line[:3], i, j + 1)


_READ = ("MSH", "SCH", "TQ1", "RGS", "AIS", "AIL", "AIP", "PV1", "ORC", "OBR", "PID")


@pytest.mark.parametrize("canary", CANARIES)
def test_hl7_all_fields_at_once(read, hl7_files, canary):
    for path in hl7_files:
        lines = re.split(r"[\r\n]+", path.read_text("utf-8-sig"))
        full = []
        for line in lines:
            fields = line.split("|")
            first = 9 if fields[0] == "MSH" else 1
            full.append(
                "|".join(fields[:first] + [canary] * max(len(fields) - first, 20))
            )
        result = read("\r".join(full))
        assert not leaked(result, canary), path.name


def test_a_patients_own_words_are_refused_as_codes(read):
    text = "\r".join(
        (
            r"MSH|^~\&|A|B|C|D|20260105080000||SIU^S12|1|P|2.5",
            "SCH|P1|F1",
            "PID|1||MRN-778812^^^H^MR||ABERDEEN^CLYDE||19700102",
            "AIS|1||ABERDEEN^x^L^MRN-778812^^L|20260112090000|||90|min",
            "AIL|1||CLYDE^1",
        )
    )
    result = read(text)
    assert len(result.events) == 1
    for word in ("ABERDEEN", "CLYDE", "778812", "19700102"):
        assert word not in outputs(result)


@pytest.mark.parametrize("canary", CANARIES)
def test_ical_and_tables(read, canary):
    lines = [f"{name}:{canary}" for name in _PROPERTIES]
    event = [
        "BEGIN:VEVENT",
        f"UID:{canary}",
        "DTSTART:20260112T090000Z",
        *lines,
        "END:VEVENT",
    ]
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *event, "END:VCALENDAR", ""])
    result = read(text)
    assert result.events
    assert not leaked(result, canary)
    names = (
        "id start end duration procedure system status department location practitioner"
    )
    names = f"{names} priority version updated name comment".split()
    row = [canary if n != "start" else "2026-01-12" for n in names]
    result = read("\t".join(names) + "\n" + "\t".join(row) + "\n")
    assert result.format == "csv"
    assert not leaked(result, canary)


_PROPERTIES = (
    "SUMMARY DESCRIPTION LOCATION COMMENT CONTACT CATEGORIES RESOURCES STATUS PRIORITY SEQUENCE "
    "ORGANIZER ATTENDEE X-PROCEDURE-CODE X-PROCEDURE-SYSTEM X-LOCATION-CODE X-DEPARTMENT-CODE "
    "X-PRACTITIONER-CODE URL GEO CLASS LAST-MODIFIED CREATED DTSTAMP"
).split()


@pytest.mark.skipif(not SHARED.is_dir(), reason="OMNI_SHARED_DATA names no folder")
def test_whole_patient_bundles(read):
    import gzip

    for path in sorted((SHARED / "synthea").glob("bundle-*.json.gz")):
        data = gzip.decompress(path.read_bytes())
        found = json.loads(data)
        person = next(
            e["resource"]
            for e in found["entry"]
            if e["resource"]["resourceType"] == "Patient"
        )
        words = [person["birthDate"]]
        words += [n["family"] for n in person["name"]]
        words += [g for n in person["name"] for g in n["given"]]
        words += [t["value"] for t in person.get("telecom", ())]
        words += [i["value"] for i in person.get("identifier", ())]
        words += [line for a in person.get("address", ()) for line in a.get("line", ())]
        text = outputs(read(data))
        assert len(text) > 1000
        assert not [w for w in words if w in text], path.name
