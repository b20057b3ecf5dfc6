# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fixtures of the tests that cross add-ons. `scripts/test` prepares what they use."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))


@pytest.fixture(scope="session")
def databases():
    """The test databases (suite.testing.databases.Databases) that scripts/test prepared."""
    from suite.testing.databases import Databases
    from suite.testing.environment import VARIABLE, Environment

    if VARIABLE not in os.environ:
        pytest.skip("needs the databases that scripts/test prepares")
    return Databases(Environment.load(os.environ[VARIABLE]))


@pytest.fixture(scope="session")
def suite_template(databases):
    """Name of the template database with our add-ons; clone it, never connect an Odoo to it."""
    return databases.suite_template()


@pytest.fixture(scope="session")
def dependencies_template(databases):
    """Name of the template database without our add-ons."""
    return databases.dependencies_template()
