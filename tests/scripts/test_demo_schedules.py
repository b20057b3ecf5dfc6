# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The generated hospital schedules: seeded, readable, full of people that do not get through."""

import json
from dataclasses import asdict
from datetime import date

import pytest

from suite import engines
from suite.demo import schedule_generator
from suite.demo.medical_catalogue import HOSPITALS, PROCEDURES, SUPPLY, weekly_use

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def emr():
    return engines.load("medical_supply_crm", "emr")


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital.source)
def test_the_same_day_gives_the_same_messages(hospital):
    assert schedule_generator.messages(hospital, TODAY) == schedule_generator.messages(hospital, TODAY)


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital.source)
def test_operations_are_on_working_days_of_the_coming_fortnight(hospital):
    operations = schedule_generator.plan_operations(hospital, TODAY)
    assert len(operations) > 40
    assert all(operation.start.weekday() < 5 for operation in operations)
    assert all(0 < (operation.start.date() - TODAY).days <= 14 for operation in operations)


def test_every_procedure_has_a_rate_in_the_real_mix_and_a_kit_of_known_supplies():
    mix = schedule_generator.read_mix()
    for procedure in PROCEDURES:
        assert mix[procedure.code][0] > 0
        assert set(procedure.kit) <= set(SUPPLY)
    weights = {code: rate for code, (rate, _minutes) in mix.items()}
    for hospital in HOSPITALS:
        for department in hospital.departments:
            assert all(use > 0 for use in weekly_use(department, weights).values())


@pytest.mark.parametrize("hospital", HOSPITALS, ids=lambda hospital: hospital.source)
def test_the_reader_takes_every_operation_and_no_person(hospital, emr):
    seen, problems = set(), []
    for message in schedule_generator.messages(hospital, TODAY):
        result = emr.read(message.text, format=message.format, source="demo", hash_key=b"k" * 32)
        stored = json.dumps([asdict(event) for event in result.events], default=str, ensure_ascii=False)
        stored += json.dumps([asdict(problem) for problem in result.problems], default=str, ensure_ascii=False)
        for operation in schedule_generator.plan_operations(hospital, TODAY):
            patient = schedule_generator.patient_of(operation)
            assert patient["name"] not in stored
            assert patient["national"] not in stored
            assert patient["phone"] not in stored
        seen |= {event.event_hash for event in result.events}
        problems += [(message.name, problem.code) for problem in result.problems]
    expected = len(schedule_generator.plan_operations(hospital, TODAY)) + 2
    assert len(seen) == expected
    assert {name for name, _code in problems} == {"broken"}
