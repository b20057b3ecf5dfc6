# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""FHIR R4 and R5 resources as servers send them."""

import json

import pytest

SCT = "http://snomed.info/sct"
VISIT = {
    "resourceType": "Appointment",
    "id": "a1",
    "status": "booked",
    "start": "2026-01-12T09:00:00+09:00",
    "end": "2026-01-12T10:30:00+09:00",
    "serviceType": [{"coding": [{"system": SCT, "code": "73761001"}]}],
    "participant": [
        {"actor": {"reference": "Patient/p1", "display": "Kim Minsu"}},
        {"actor": {"reference": "Location/OR-1", "display": "Big theatre"}},
        {"actor": {"reference": "Practitioner/D77", "display": "Dr Lee"}},
        {"actor": {"reference": "HealthcareService/ENT"}},
    ],
    "meta": {"lastUpdated": "2026-01-05T00:00:00Z", "versionId": "3"},
}


def visit(**changes):
    out = {**VISIT, **changes}
    return {k: v for k, v in out.items() if v is not ...}


def bundle(*resources, **more):
    entries = [{"resource": r} for r in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}


@pytest.fixture
def take(read):
    def inner(value, **options):
        return read(json.dumps(value), **options)

    return inner


def only(result):
    assert len(result.events) == 1, result.problems
    return result.events[0]


def problems(result):
    return [(p.position, p.code) for p in result.problems]


def test_r4_appointment(take):
    result = take(VISIT)
    event = only(result)
    got = event.to_dict()
    assert got["start"] == "2026-01-12T00:00:00Z"
    assert got["duration_minutes"] == 90
    assert event.procedure_codes == ((SCT, "73761001"),)
    assert (event.location, event.practitioner, event.department) == (
        "OR-1",
        "D77",
        "ENT",
    )
    assert not result.problems
    assert "Kim" not in json.dumps(got) and "p1" not in json.dumps(got).split('"')


def test_r5_shapes(take):
    event = only(
        take(
            visit(
                serviceType=[
                    {"concept": {"coding": [{"system": SCT, "code": "80146002"}]}},
                    {"reference": {"reference": "HealthcareService/surg-1"}},
                ],
                priority={"coding": [{"code": "UR"}]},
                participant=[
                    {"actor": {"reference": "Location/OR-2"}, "required": True},
                ],
                reason=[{"concept": {"coding": [{"system": SCT, "code": "74400008"}]}}],
            )
        )
    )
    assert event.procedure_codes == ((SCT, "80146002"), (SCT, "74400008"))
    assert (event.location, event.department) == ("OR-2", "surg-1")


def test_r5_encounter_and_procedure(take):
    encounter = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "discharged",
        "actualPeriod": {
            "start": "2026-01-12T00:00:00Z",
            "end": "2026-01-12T01:00:00Z",
        },
        "appointment": [{"reference": "Appointment/a1"}],
        "location": [{"location": {"reference": "Location/ICU"}}],
    }
    procedure = {
        "resourceType": "Procedure",
        "id": "x1",
        "status": "preparation",
        "occurrencePeriod": {"start": "2026-01-12T00:00:00Z"},
        "code": {"coding": [{"system": SCT, "code": "80146002"}]},
    }
    result = take(bundle(VISIT, encounter, procedure))
    appointment, stay, cut = result.events
    assert stay.based_on == (appointment.event_hash,)
    assert (stay.status, stay.location) == ("fulfilled", "ICU")
    assert (cut.status, cut.kind) == ("booked", "procedure")


def test_service_request_code_reaches_the_appointment(take):
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "code": {"coding": [{"system": SCT, "code": "76164006"}]},
        "occurrencePeriod": {"start": "2026-01-12T00:00:00Z"},
    }
    based = visit(basedOn=[{"reference": "https://x.example/fhir/ServiceRequest/s1"}])
    events = take(bundle(order, based)).events
    assert events[1].procedure_codes[0] == (SCT, "76164006")
    assert events[1].based_on == (events[0].event_hash,)
    contained = visit(basedOn=[{"reference": "#s1"}], contained=[order])
    assert only(take(contained)).procedure_codes[0] == (SCT, "76164006")


def test_slot_takes_its_place_from_the_schedule(take):
    schedule = {
        "resourceType": "Schedule",
        "id": "1",
        "actor": [{"reference": "Location/OR-3"}],
    }
    slot = {
        "resourceType": "Slot",
        "id": "9",
        "status": "busy",
        "start": "2026-01-12T00:00:00Z",
        "end": "2026-01-12T01:00:00Z",
        "schedule": {"reference": "Schedule/1"},
    }
    event = only(take(bundle(schedule, slot)))
    assert (event.kind, event.location, event.is_demand) == ("slot", "OR-3", False)


def test_nested_bundles_and_lists(take):
    nested = bundle(bundle(bundle(VISIT)), visit(id="a2"))
    result = take([nested, visit(id="a3")])
    assert [e.position for e in result.events] == [
        "[0].entry[0].resource.entry[0].resource.entry[0].resource",
        "[0].entry[1].resource",
        "[1]",
    ]


def test_depth_is_guarded(take, read):
    deep = VISIT
    for _ in range(30):
        deep = bundle(deep)
    result = take(deep)
    assert [p.code for p in result.problems] == ["too-deep"]
    text = '{"resourceType":"Bundle","entry":' * 100_000
    assert [p.severity for p in read(text).problems] == ["error"]
    text = "[" * 200_000
    assert read(text).problems


def test_ndjson_goes_on_after_a_bad_line(read):
    lines = [
        json.dumps(VISIT),
        '{"resourceType": "Appointment", "id"}',
        json.dumps(visit(id="b")),
    ]
    result = read("\n".join(lines))
    assert len(result.events) == 2
    assert [(p.position, p.record) for p in result.problems] == [("line 2", 2)]


def test_cut_off_bundle_gives_its_whole_resources(read):
    text = json.dumps(bundle(VISIT, visit(id="b"), visit(id="c")))
    result = read(text[:-100])
    assert len(result.events) == 2
    assert [p.code for p in result.problems] == ["not-json"]


@pytest.mark.parametrize(
    "changes,position,code,events",
    [
        ({"start": "yesterday"}, "entry[1].resource.start", "invalid", 1),
        ({"start": 20260112}, "entry[1].resource.start", "invalid", 1),
        ({"start": ...}, "entry[1].resource.start", "no-start", 1),
        ({"status": "Wunderbar"}, "entry[1].resource.status", "unknown-status", 2),
        ({"status": ["booked"]}, "entry[1].resource.status", "unknown-status", 2),
        ({"participant": "nobody"}, "entry[1].resource.participant", "wrong-type", 2),
        ({"participant": [7]}, "entry[1].resource.participant[0]", "wrong-type", 2),
        ({"id": ...}, "entry[1].resource.id", "no-id", 1),
        (
            {"serviceType": [{"coding": [{"code": "홍길동"}]}]},
            "entry[1].resource.serviceType[0].coding[0].code",
            "not-a-code",
            2,
        ),
        (
            {"minutesDuration": "60"},
            "entry[1].resource.minutesDuration",
            "wrong-type",
            2,
        ),
        (
            {"meta": {"lastUpdated": "now"}},
            "entry[1].resource.meta.lastUpdated",
            "invalid",
            2,
        ),
    ],
)
def test_problems_have_a_path_and_the_rest_is_read(
    take, changes, position, code, events
):
    result = take(bundle(VISIT, visit(**{"id": "b", **changes})))
    assert (position, code) in problems(result)
    assert len(result.events) == events


@pytest.mark.parametrize("junk", [7, None, "x", [], [[]], True])
def test_junk_anywhere_is_a_problem_not_a_crash(take, junk):
    assert take(junk if isinstance(junk, list) else [junk]).events == []
    assert take({"resourceType": "Bundle", "entry": junk}).events == []
    assert take({"resourceType": "Bundle", "entry": [{"resource": junk}]}).events == []
    for key in (
        *VISIT,
        "contained",
        "basedOn",
        "requestedPeriod",
        "specialty",
        "identifier",
    ):
        if key != "resourceType":
            result = take(visit(**{key: junk}))
            assert "internal-error" not in [p.code for p in result.problems], key


def test_versions(take, emr):
    old = only(take(VISIT))
    new = only(
        take(visit(status="cancelled", meta={"lastUpdated": "2026-01-06T00:00:00Z"}))
    )
    later = only(
        take(visit(meta={"lastUpdated": "2026-01-05T00:00:00Z", "versionId": "12"}))
    )
    assert emr.newer(new, old) and emr.newer(later, old) and emr.newer(new, later)
    assert emr.merge([new, old, later])[0].status == "cancelled"


def test_receipt_time_is_the_version_of_last_resort(take, emr):
    from datetime import UTC, datetime

    first = only(take(visit(meta=...), received=datetime(2026, 1, 1, tzinfo=UTC)))
    second = only(take(visit(meta=...), received=datetime(2026, 1, 2, tzinfo=UTC)))
    assert emr.newer(second, first)


def test_history_delete_takes_the_visit_back(take, emr):
    gone = {
        "resourceType": "Bundle",
        "type": "history",
        "entry": [
            {
                "request": {"method": "DELETE", "url": "Appointment/a1"},
                "response": {"lastModified": "2026-02-01T00:00:00Z"},
            }
        ],
    }
    merged = emr.merge(take(VISIT).events + take(gone).events)
    assert [e.status for e in merged] == ["entered-in-error"]


def test_a_person_resource_makes_its_words_unusable_as_codes(take):
    person = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"value": "MRN4711"}],
        "name": [{"family": "ABERDEEN"}],
    }
    coding = [
        {"system": SCT, "code": "73761001"},
        {"code": "MRN4711"},
        {"code": "ABERDEEN"},
    ]
    result = take(bundle(person, visit(serviceType=[{"coding": coding}])))
    assert only(result).procedure_codes == ((SCT, "73761001"),)
    assert [p.code for p in result.problems] == ["looks-personal"] * 2


def test_samples(read, fhir_files):
    kinds = {}
    for path in fhir_files:
        result = read(path.read_bytes())
        assert not [p for p in result.problems if p.severity == "error"]
        for event in result.events:
            kinds.setdefault(event.kind, []).append(event)
    assert sorted(kinds) == ["appointment", "procedure", "servicerequest", "slot"]
    example = next(e for e in kinds["appointment"] if e.status == "booked")
    assert (example.location, example.practitioner) == ("1", "example")


def test_our_r4_reading_agrees_with_fhir_resources(read, fhir_files):
    models = pytest.importorskip("fhir.resources.R4B.appointment")
    for path in fhir_files:
        if path.name.startswith("Appointment-"):
            theirs = models.Appointment.model_validate_json(path.read_bytes())
            ours = only(read(path.read_bytes()))
            if theirs.start:
                assert ours.start == theirs.start
                assert ours.end == theirs.end
            assert ours.status == theirs.status
