# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Plain tests of the pure parts (emr, engine): no Odoo, no database."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[4] / "scripts"))

from suite.engines import load  # noqa: E402

load("medical_supply_crm", "emr")
load("medical_supply_crm", "engine")

DATA = HERE.parents[1] / "data"


@pytest.fixture
def emr():
    return load("medical_supply_crm", "emr")


@pytest.fixture
def engine():
    return load("medical_supply_crm", "engine")


@pytest.fixture
def read(emr):
    """emr.read with a fixed key and source."""

    def inner(payload, **options):
        options = {"hash_key": b"k" * 32, "source": "hospital", **options}
        return emr.read(payload, **options)

    return inner


@pytest.fixture
def hl7_files():
    return sorted((DATA / "hl7v2").glob("*.hl7"))


@pytest.fixture
def fhir_files():
    return sorted((DATA / "fhir").glob("*.json"))
