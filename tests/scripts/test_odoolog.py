# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What counts as trouble in Odoo's log."""

from suite.testing import odoolog

LOG = """\
2026-01-01 10:00:00,000 42 INFO db odoo.modules.loading: Loading module omni_forecast (1/2)
2026-01-01 10:00:01,000 42 WARNING db odoo.tools.misc: something of somebody else
2026-01-01 10:00:02,000 42 WARNING ? py.warnings: lib/PyPDF2/__init__.py:21: PyPDF2 is deprecated. Please move
2026-01-01 10:00:03,000 42 ERROR db odoo.sql_db: bad query: SELECT 1
Traceback (most recent call last):
  File "addons/crm_logistics_bridge/models/sale_order.py", line 3, in write
ValueError: no
2026-01-01 10:00:04,000 42 WARNING db odoo.addons.base: Two fields of forecast.plan() have the same label
"""


def entries(tmp_path):
    path = tmp_path / "odoo.log"
    path.write_text(LOG, encoding="utf-8")
    return odoolog.read(path)


def test_a_traceback_belongs_to_its_record(tmp_path):
    error = entries(tmp_path)[3]
    assert (error.level, error.logger) == ("ERROR", "odoo.sql_db")
    assert error.text.endswith("ValueError: no")


def test_known_foreign_warnings_are_no_trouble(tmp_path):
    assert [entry.message[:9] for entry in odoolog.trouble(entries(tmp_path))] == [
        "something",
        "bad query",
        "Two field",
    ]


def test_trouble_of_ours_is_found_by_model_and_in_the_traceback(tmp_path):
    found = odoolog.trouble_of(entries(tmp_path), ["crm_logistics_bridge", "forecast.plan"])
    assert [entry.message[:9] for entry in found] == ["bad query", "Two field"]


def test_a_missing_log_is_empty(tmp_path):
    assert odoolog.read(tmp_path / "absent.log") == []
