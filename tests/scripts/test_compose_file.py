# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The compose file is valid, and keeps what the README promises of it."""

import copy
import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "tests/data/compose-spec.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def _validate(content):
    # The schema predates the top-level key "name"; everything else is checked by it.
    known = {key: value for key, value in content.items() if key != "name"}
    jsonschema.Draft201909Validator(SCHEMA).validate(known)


def test_valid_by_the_specification(compose):
    _validate(compose)


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [("db", "imagee", "postgres"), ("odoo", "ports", "8069"), ("odoo", "depends_on", {"db": {"condition": "well"}})],
)
def test_mistakes_are_found(compose, service, key, value):
    wrong = copy.deepcopy(compose)
    wrong["services"][service][key] = value
    with pytest.raises(jsonschema.ValidationError):
        _validate(wrong)


def test_docker_accepts_it():
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("no docker compose on this machine")
    subprocess.run(["docker", "compose", "config", "-q"], cwd=ROOT, check=True)


def test_waits_for_a_healthy_database(compose):
    services = compose["services"]
    assert services["odoo"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert all(service["healthcheck"]["test"] for service in services.values())


def test_data_lie_in_named_volumes(compose):
    for service in compose["services"].values():
        for volume in service["volumes"]:
            assert volume.split(":")[0] in compose["volumes"]


def test_no_secret_in_the_file(compose):
    for service in compose["services"].values():
        for key, value in service["environment"].items():
            assert "PASSWORD" not in key or str(value).startswith("/run/omni-secrets/"), key


def test_official_images(compose):
    assert compose["services"]["db"]["image"].split(":")[0] == "postgres"
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in dockerfile if line.startswith("FROM ")] == ["FROM odoo:19.0"]
