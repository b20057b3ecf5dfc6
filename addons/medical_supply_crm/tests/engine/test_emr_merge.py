# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Versions: any order of arrival, any repetition, one result."""

import itertools
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm import emr


def booking(stamp, trigger="S12", start="20260112090000", lines=1, counter=""):
    parts = [
        rf"MSH|^~\&|A|B|C|D|{stamp}||SIU^{trigger}|1|P|2.5|{counter}",
        "SCH|P1|F1",
        f"TQ1|1||||||{start}",
    ]
    for n in range(1, lines + 1):
        parts.append(f"AIS|{n}|A|47{n}^Hip^L|{start}|||90|min")
    return "\r".join(parts)


def events(*messages):
    found = []
    for text in messages:
        result = emr.read(text, hash_key=b"k" * 32, source="h")
        assert not [p for p in result.problems if p.severity == "error"]
        found += result.events
    return found


def state(merged):
    return [(e.line, e.status, e.start, e.procedure_codes) for e in merged]


def test_book_cancel_replay_and_a_late_older_booking():
    book = events(booking("20260101080000"))
    cancel = events(booking("20260102080000", "S15"))
    merged = emr.merge(
        book + cancel + book + cancel + events(booking("20251231080000"))
    )
    assert [e.status for e in merged] == ["cancelled"]
    assert emr.countable(merged) == []


def test_every_order_ends_the_same():
    messages = [
        events(booking("20260101080000", lines=3)),
        events(booking("20260101080000", "S13", start="20260113090000", lines=2)),
        events(booking("20260103080000", "S14", start="20260114090000", lines=2)),
        events(booking("20260103080000", "S15")),
    ]
    results = set()
    for order in itertools.permutations(messages):
        stored = []
        for arrived in order:
            stored = emr.merge(stored + arrived)
        results.add(str(state(stored)))
    assert len(results) == 1
    assert "cancelled" in results.pop()


def test_a_rescheduled_visit_loses_dropped_lines():
    merged = emr.merge(
        events(booking("20260101", lines=3), booking("20260102", "S13", lines=1))
    )
    assert [e.line for e in merged] == [1]


def test_cancelling_one_service_leaves_the_others():
    one_gone = booking("20260102", "S20").replace("AIS|1|A|", "AIS|2|D|")
    for order in ((0, 1), (1, 0)):
        parts = [events(booking("20260101", lines=3)), events(one_gone)]
        merged = emr.merge(emr.merge(parts[order[0]]) + parts[order[1]])
        assert [(e.line, e.status) for e in merged] == [
            (1, "booked"),
            (2, "cancelled"),
            (3, "booked"),
        ]


def test_rebooking_after_a_cancellation_counts_again():
    merged = emr.merge(
        events(booking("20260102", "S15"), booking("20260101"), booking("20260103"))
    )
    assert [e.status for e in merged] == ["booked"]


def test_cancellation_in_the_same_minute_wins():
    merged = emr.merge(events(booking("202601010800", "S15"), booking("202601010800")))
    assert [e.status for e in merged] == ["cancelled"]


def test_version_order():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    later = datetime(2026, 1, 2, tzinfo=UTC)
    key = emr.version_key
    ladder = [
        key(),
        key(updated=at),
        key(updated=at, status="cancelled"),
        key(updated=at, counter=2),
        key(updated=later),
        key(sequence=1),
    ]
    assert ladder == sorted(ladder)
    assert emr.newer(ladder[4], ladder[1]) and not emr.newer(ladder[1], ladder[1])


def test_appointment_replaces_the_order_it_carries_out():
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "status": "active",
        "occurrenceDateTime": "2026-01-10T09:00:00Z",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "73761001"}]},
    }
    visit = {
        "resourceType": "Appointment",
        "id": "a1",
        "status": "booked",
        "start": "2026-01-10T09:00:00Z",
        "basedOn": [{"reference": "ServiceRequest/s1"}],
    }
    import json

    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": order}, {"resource": visit}],
    }
    found = emr.countable(emr.merge(events(json.dumps(bundle))))
    assert [(e.kind, e.procedure_codes[0][1]) for e in found] == [
        ("appointment", "73761001")
    ]


_MESSAGES = st.builds(
    booking,
    stamp=st.sampled_from(["20260101", "20260102", "20260103"]),
    trigger=st.sampled_from(["S12", "S13", "S14", "S15", "S17", "S18", "S20", "S26"]),
    start=st.sampled_from(["20260112090000", "20260113090000"]),
    lines=st.integers(0, 3),
)


@settings(max_examples=150, deadline=None)
@given(
    messages=st.lists(_MESSAGES, max_size=7), split=st.integers(0, 7), seed=st.randoms()
)
def test_merge_is_order_free_and_repeatable(messages, split, seed):
    parts = [events(m) for m in messages]
    whole = emr.merge(sum(parts, []))
    seed.shuffle(parts)
    first, second = sum(parts[:split], []), sum(parts[split:], [])
    assert state(emr.merge(emr.merge(first) + second)) == state(whole)
    assert emr.merge(whole + sum(parts, [])) == emr.merge(whole) == whole


@settings(max_examples=50, deadline=None)
@given(messages=st.lists(_MESSAGES, max_size=3))
def test_dict_round_trip(messages):
    for event in events(*messages):
        assert emr.ScheduleEvent.from_dict(event.to_dict()) == event
