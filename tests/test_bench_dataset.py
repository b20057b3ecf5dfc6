# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The bench's databases are databases that Odoo itself could have written."""

import json
import sys

import pytest

from suite.testing import addons

sys.path.insert(0, str(addons.ROOT))

from bench import dataset


@pytest.fixture(scope="module")
def tiny(databases, suite_template):
    """A tiny database, built now."""
    name = "omni_test_bench_of_tests"
    try:
        dataset.build(databases, suite_template, name, dataset.SIZES["tiny"], seed=3)
        yield dataset.Dataset(databases, name, "tiny", 3)
    finally:
        databases.drop(name)


def test_odoo_agrees_with_every_sample(tiny):
    code = (addons.ROOT / "bench" / "verify.py").read_text(encoding="utf-8")
    told = tiny.measure(code)
    assert not told["findings"], json.dumps(told["findings"], indent=1)
    size = dataset.SIZES["tiny"]
    # Each count holds the specimens too: two orders, one partner and product, two tickets.
    assert told["counts"]["sale.order"] == size.orders + 2
    assert told["counts"]["helpdesk.ticket"] == size.tickets + 2
    assert told["counts"]["stock.picking"] == size.orders + 2


def test_same_seed_same_database(tiny, databases, suite_template):
    query = """
        SELECT md5(string_agg(md5(concat_ws('|', o.name, o.date_order, o.amount_total, p.name)), '' ORDER BY o.id))
          FROM sale_order o JOIN res_partner p ON p.id = o.partner_id WHERE p.name LIKE 'Bench customer %'
    """

    def digest(database):
        with databases.cursor(database) as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]

    again, other = "omni_test_bench_again", "omni_test_bench_other"
    try:
        dataset.build(databases, suite_template, again, dataset.SIZES["tiny"], seed=3)
        dataset.build(databases, suite_template, other, dataset.SIZES["tiny"], seed=4)
        assert digest(tiny.name) == digest(again)
        assert digest(tiny.name) != digest(other)
    finally:
        databases.drop(again)
        databases.drop(other)
