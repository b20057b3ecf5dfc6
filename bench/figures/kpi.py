# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The daily KPI facts of crm_logistics_bridge: everything anew, and what one changed delivery costs.

There is no peer in Odoo: its reports compute on each look and know no promise. The last row is
what the facts save: the KPI board, read from facts.
"""

from bench.harness import Context, Row

TITLE = "KPI day facts: whole refresh, refresh after a change, reading the board"
NEEDS_DATABASE = True

CODE = """
import json, time
from datetime import timedelta
company = env.company
Fact = env["logistics.kpi.day"]
Run = env["logistics.job.run"]
orders = env["sale.order"].search_count([("state", "=", "sale"), ("company_id", "=", company.id)])

def timed(function):
    env.flush_all(); env.invalidate_all()
    began = time.perf_counter()
    result = function()
    return time.perf_counter() - began, result

whole, facts = timed(lambda: Fact._refresh_company(company, whole=True))
env.cr.execute("ANALYZE logistics_kpi_day")
with Run.track("kpi", company) as figures:
    figures["rows"] = facts
run = Run.search([("job", "=", "kpi")], limit=1)
run.start_date -= timedelta(hours=1)
last = env["stock.picking"].search(
    [("sale_id", "!=", False), ("state", "=", "done")], order="date_done desc", limit=1)
moment = env.cr.now()
env.flush_all()
env.cr.execute("UPDATE stock_picking SET write_date = %s WHERE id = %s", (moment, last.id))
changed, _count = timed(lambda: Fact._refresh_company(company))
board, _rows = timed(lambda: env["logistics.kpi"].search([]).mapped("value"))
env.cr.rollback()
print(json.dumps({"orders": orders, "facts": facts, "whole": whole, "changed": changed,
                  "board": board}))
"""


def run(context: Context) -> list[Row]:
    """Seconds of the refreshes, milliseconds of the board."""
    measured = context.database.measure(CODE)
    note = f"{measured['orders']:,} orders, {measured['facts']:,} facts"
    return [
        Row("KPI facts, everything anew", measured["whole"], None, None, "s", f"bar: 20 at 200,000 orders; {note}"),
        Row("KPI facts, after a changed delivery", measured["changed"], None, None, "s", f"bar: 2; {note}"),
        Row("KPI board from the facts", 1000 * measured["board"], None, None, "ms", note),
    ]
