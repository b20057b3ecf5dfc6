# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/emr_read` as an outside door."""

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from suite import emr_cli

ROOT = Path(__file__).resolve().parents[4]
DATA = Path(__file__).resolve().parents[1] / "data"
HL7 = DATA / "hl7v2" / "SIU-S12-01.hl7"
FHIR = DATA / "fhir" / "Appointment-example.json"


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("EMR_HASH_KEY", raising=False)

    def inner(*arguments, stdin=None):
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = emr_cli.main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        return code, [json.loads(line) for line in out.splitlines()], err

    return inner


def test_events_and_problems_as_lines(run, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text('{"resourceType": "Bundle", "entry": [7]}')
    packed = tmp_path / "one.json.gz"
    packed.write_bytes(gzip.compress(FHIR.read_bytes()))
    code, lines, err = run("--summary", HL7, packed, broken, tmp_path / "missing.hl7")
    assert code == 0
    events = [x for x in lines if x["type"] == "event"]
    problems = [x for x in lines if x["type"] == "problem"]
    assert [e["file"] for e in events] == [str(HL7), str(packed)]
    told = [(p["file"], p["position"]) for p in problems if p["severity"] == "error"]
    assert told[0][0] == str(broken)
    assert told[1:] == [(str(tmp_path / "missing.hl7"), "file")]
    assert "4 inputs" in err


def test_exit_two_only_when_nothing_could_be_read(run, tmp_path):
    nothing = tmp_path / "x"
    nothing.write_bytes(b"\x00\x01\x02")
    assert run(nothing)[0] == 2
    assert run(tmp_path / "missing", tmp_path)[0] == 2
    assert run(nothing, HL7)[0] == 0
    assert (
        run(DATA / "hl7v2" / "ADT-A01-01.hl7")[0] == 0
    )  # read, though no schedule message


def test_key_is_made_once_and_kept(run, tmp_path):
    _code, first, err = run(HL7)
    path = tmp_path / "config" / "omni-suite" / "emr_hash_key"
    assert str(path) in err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    _code, second, err = run(HL7)
    assert first == second and not err


def test_keys_from_file_and_environment(run, tmp_path, monkeypatch):
    key = tmp_path / "key"
    key.write_text("0123456789abcdef\n")
    _code, from_file, _err = run("--key-file", key, HL7)
    monkeypatch.setenv("EMR_HASH_KEY", "0123456789abcdef")
    _code, from_environment, _err = run(HL7)
    assert from_file == from_environment
    monkeypatch.setenv("EMR_HASH_KEY", "short")
    code, lines, err = run(HL7)
    assert (code, lines) == (2, [])
    assert "at least 16" in err


def test_stdin_timezone_and_merge(run):
    booked = HL7.read_bytes()
    cancelled = (DATA / "hl7v2" / "SIU-S15-01.hl7").read_bytes()
    code, lines, _err = run("--merge", "-", stdin=booked + b"\r" + cancelled)
    assert code == 0
    assert [x["status"] for x in lines] == ["cancelled"]
    code, _lines, err = run("--timezone", "Nowhere", HL7)
    assert code == 2 and "time zone" in err


def test_column_mapping(run, tmp_path):
    table = tmp_path / "plan.csv"
    table.write_text("Fall,Beginn,Prozedur\n1,2026-01-05 09:00,5-820\n")
    options = (
        "--map",
        "id=Fall",
        "--map",
        "start=Beginn",
        "--map",
        "procedure=Prozedur",
    )
    code, lines, _err = run("--format", "csv", *options, table)
    assert code == 0
    assert lines[0]["procedure_codes"] == [["L", "5-820"]]
    assert run("--map", "nonsense", table)[0] == 2


def test_the_script_itself_needs_no_installation(tmp_path):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "scripts" / "emr_read"), str(HL7), str(FHIR)],
        capture_output=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert [json.loads(x)["type"] for x in done.stdout.splitlines()].count("event") == 2


def test_pure_packages_do_not_import_odoo():
    for package in ("emr", "engine"):
        for path in (ROOT / "addons" / "medical_supply_crm" / package).rglob("*.py"):
            text = path.read_text()
            assert "import odoo" not in text and "from odoo" not in text, path.name
