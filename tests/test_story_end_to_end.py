# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo story as a user gets it: loaded and told by outside clients of a real server."""

import csv
import gzip
import os
import re
import subprocess
import sys
import time

import pytest

from suite.prepare.places import ROOT
from suite.rpc import Client
from suite.testing.served import OdooServer

SOURCE = ROOT / "data" / "online_retail" / "online_retail_extract.csv.gz"
CUSTOMERS = {"14056", "12681", "12415", "16033"}


@pytest.fixture(scope="module")
def served(databases, suite_template):
    """A real server on a clone of the template: (url, database name)."""
    with databases.temporary(suite_template, "story") as database:
        server = OdooServer(databases.environment, database)
        try:
            yield server.start().url, database
        finally:
            server.stop()


@pytest.fixture(scope="module")
def retail_file(tmp_path_factory):
    """Four customers of the extract, bad rows included."""
    target = tmp_path_factory.mktemp("retail") / "retail.csv"
    with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as rows, target.open("w", newline="") as out:
        reader = csv.reader(rows)
        writer = csv.writer(out)
        writer.writerow(next(reader))
        kept = [row for row in reader if row[6] in CUSTOMERS or not row[6]]
        writer.writerows(kept)
    return target


def _command(name, served, *arguments):
    url, database = served
    return [
        *(sys.executable, str(ROOT / "scripts" / name)),
        *("--url", url, "--db", database, *arguments),
    ]


def _environment():
    return {**os.environ, "OMNI_SUITE_PYTHON": "1", "PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def loaded(served, retail_file, tmp_path_factory):
    """The story loaded by a loader that was killed on the way and started again."""
    folder = tmp_path_factory.mktemp("load")
    command = _command("demo_load", served, "--csv", str(retail_file), "--bad-rows", str(folder / "bad.csv"))
    first = subprocess.Popen(command, env=_environment(), stderr=subprocess.PIPE, text=True)
    for line in first.stderr:
        if line.strip().startswith(("purchases received", "orders shipped")):
            time.sleep(1.5)  # into the next call
            break
    first.kill()
    first.wait()
    done = subprocess.run(command, env=_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "bad.csv", done.stdout


@pytest.fixture(scope="module")
def client(served, loaded):
    return Client(*served, "admin", "admin")


def test_a_killed_loader_goes_on_and_doubles_nothing(client):
    orders = client.search_read("sale.order", [("origin", "=like", "Online Retail%")], ["client_order_ref"])
    numbers = [order["client_order_ref"] for order in orders]
    assert len(numbers) == len(set(numbers)) > 40
    pickings = client.search_read(
        "stock.picking",
        [("sale_id", "in", [order["id"] for order in orders]), ("return_id", "=", False)],
        ["sale_id"],
    )
    assert sorted(picking["sale_id"][0] for picking in pickings) == sorted(order["id"] for order in orders)
    back = client.search_read("stock.move", [("origin_returned_move_id", "!=", False)], ["quantity", "state"])
    assert back and {move["state"] for move in back} == {"done"}


def test_deliveries_carry_their_real_dates(client):
    rows = client.search_read(
        "stock.picking",
        [("sale_id", "!=", False), ("state", "=", "done"), ("return_id", "=", False)],
        ["date_done", "sale_id", "date_deadline"],
    )
    assert len({row["date_done"][:7] for row in rows}) > 9
    assert all(row["date_deadline"] for row in rows)


def test_loading_again_changes_nothing(client, served, retail_file, loaded):
    models = ["sale.order", "stock.move", "purchase.order", "res.partner", "product.product", "res.users"]
    models += ["medical.event", "medical.proposal", "helpdesk.ticket", "forecast.run"]

    def counts():
        return {model: client.call(model, "search_count", []) for model in models}

    before = counts()
    bad, _output = loaded
    command = _command("demo_load", served, "--csv", str(retail_file), "--bad-rows", str(bad))
    done = subprocess.run(command, env=_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert counts() == before


def test_bad_rows_are_in_the_report(loaded):
    bad, output = loaded
    with bad.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {"line", "field", "value", "reason"} <= set(rows[0])
    assert "no customer" in {row["reason"] for row in rows}
    assert f"{len(rows)} rows set aside" in output


def test_a_user_finds_a_late_delivery_a_forecast_and_a_proposal(client):
    ticket = client.search_read(
        "helpdesk.ticket", [("name", "=", "배송이 아직 안 왔어요")], ["logistics_reference", "logistics_delayed"]
    )
    assert len(ticket) == 1
    assert ticket[0]["logistics_delayed"]
    assert re.search(r"S\d+", ticket[0]["logistics_reference"])
    assert client.call("forecast.recommendation", "search_count", [("state", "=", "proposed")])
    assert client.call("medical.proposal", "search_count", [("state", "=", "sent")])


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_story_is_told_to_its_end_each_time(served, loaded, lang):
    command = _command("demo_story", served, "--lang", lang)
    done = subprocess.run(command, env=_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^ *(\d+)\. ", done.stdout, re.MULTILINE) == [str(number) for number in range(1, 12)]


def test_the_story_fails_loudly_without_the_hospital(served, loaded):
    command = _command("demo_story", served, "--hospital-password", "wrong")
    done = subprocess.run(command, env=_environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert "approve_on_portal" in done.stderr and "refused the log-in" in done.stderr
