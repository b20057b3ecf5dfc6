# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer overview and timeline of crm_logistics_bridge at 10 and at 2,000 orders per customer.

The user is an agent with helpdesk rights and no others. The peer is what an agent opens in Odoo
without us to learn the same: the customer's lists of orders, deliveries, returns and tickets,
each the first page of `web_search_read` with the columns of Odoo's own list view, as the web
client asks for them, by a user who may read them.

Besides wall-clock times, which a busy machine blurs, the processor time of the Python side is
given; the timeline's query plan is printed, and counted are its sequential scans of big tables.
"""

from bench.harness import Context, Row

TITLE = "customer overview in one call, against the four lists that tell the same; timeline"
NEEDS_DATABASE = True

CODE = """
import json, statistics, time
import odoo.sql_db
from odoo.tests.common import new_test_user

RUNS = 30
BIG = 10_000
clerk = new_test_user(env, login="bench-clerk", groups=",".join((
    "crm_logistics_bridge.group_logistics_agent", "sales_team.group_sale_salesman_all_leads",
    "stock.group_stock_user", "rma.rma_group_user_all", "helpdesk_mgmt.group_helpdesk_user",
)))
helper = new_test_user(
    env, login="bench-agent", groups="base.group_user,helpdesk_mgmt.group_helpdesk_user")
clerk, agent = env(user=clerk.id), env(user=helper.id)
env.flush_all()

LISTS = (
    ("sale.order", "sale.view_order_tree"),
    ("stock.picking", "stock.vpicktree"),
    ("rma", "rma.rma_view_tree"),
    ("helpdesk.ticket", "helpdesk_mgmt.ticket_view_tree"),
)

def specification(model, view):
    # The fields of a list view, many2one names included, as the web client asks for them.
    arch = clerk[model].get_view(clerk.ref(view).id, "list")
    fields = clerk[model].fields_get()
    wanted = {}
    from lxml import etree
    for node in etree.fromstring(arch["arch"]).xpath("//field[not(ancestor::field)]"):
        name = node.get("name")
        if name in fields:
            kind = fields[name]["type"]
            wanted[name] = {"fields": {"display_name": {}}} if kind.startswith("many2") else {}
    return wanted

specifications = [(model, specification(model, view)) for model, view in LISTS]

def ours(partner):
    return agent["res.partner"].get_logistics_overview(partner)

def timeline(partner):
    return agent["logistics.timeline.event"].get_timeline(partner)

def peer(partner):
    for model, wanted in specifications:
        clerk[model].web_search_read([("partner_id", "child_of", partner)], wanted, limit=80)

def measure(function, partner):
    function(partner)
    times, work, queries = [], [], 0
    for _ in range(RUNS):
        env.invalidate_all()
        start = env.cr.sql_log_count
        began, used = time.perf_counter(), time.process_time()
        function(partner)
        times.append(time.perf_counter() - began)
        work.append(time.process_time() - used)
        queries = env.cr.sql_log_count - start
    return {"median": statistics.median(times), "p95": statistics.quantiles(times, n=20)[-1],
            "cpu": statistics.median(work), "queries": queries}

def plan(partner):
    # The plan of the timeline's own statement, caught on its way to the database.
    kept, execute = [], odoo.sql_db.Cursor.execute
    def catch(self, query, params=None, log_exceptions=True):
        text = getattr(query, "code", query)
        if "logistics_timeline_event" in text:
            kept.append((text, getattr(query, "params", params)))
        return execute(self, query, params, log_exceptions)
    odoo.sql_db.Cursor.execute = catch
    try:
        timeline(partner)
    finally:
        odoo.sql_db.Cursor.execute = execute
    env.cr.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + kept[0][0], kept[0][1])
    lines, scans = [], set()
    def walk(node, depth):
        table = node.get("Relation Name", "")
        lines.append("  " * depth + " ".join(filter(None, (
            node["Node Type"], table, node.get("Index Name"),
            "rows %s in %.1f ms" % (node.get("Actual Rows"), node.get("Actual Total Time") or 0)))))
        if "Seq Scan" in node["Node Type"]:
            scans.add(table)
        for child in node.get("Plans", ()):
            walk(child, depth + 1)
    walk(env.cr.fetchone()[0][0]["Plan"], 0)
    env.cr.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s) AND reltuples > %s",
                   (list(scans) or [""], BIG))
    return {"lines": lines, "big_scans": [row[0] for row in env.cr.fetchall()]}

result = {}
for orders, partner in FOCUS.items():
    result[orders] = {"ours": measure(ours, partner), "peer": measure(peer, partner),
                      "timeline": measure(timeline, partner), "plan": plan(partner)}
env.cr.execute("SELECT count(*) FROM stock_move")
result["moves"] = env.cr.fetchone()[0]
env.cr.rollback()
print(json.dumps(result))
"""


def run(context: Context) -> list[Row]:
    """Milliseconds and SQL queries per call, and how they grow with the customer."""
    focus = context.database.focus_partners()
    measured = context.database.measure(f"FOCUS = {focus!r}\n{CODE}")
    peer_note = "peer: Odoo's four lists"
    rows = []
    for orders in sorted(focus):
        figures = measured[str(orders)]
        ours, peer = figures["ours"], figures["peer"]
        name = f"overview, customer with {orders:,} orders"
        for part, unit, scale, note in (
            ("median", "ms", 1000, ""),
            ("p95", "ms", 1000, f"bar: 150; {measured['moves']:,} moves"),
            ("cpu", "ms", 1000, "processor time of Python"),
            ("queries", "queries", 1, "bar: 25"),
        ):
            label = f"{name}, {part}" if unit == "ms" else name
            rows.append(
                Row.of(label, scale * ours[part], scale * peer[part], unit, "; ".join(filter(None, (peer_note, note))))
            )
        line = figures["timeline"]
        name = f"timeline, first page, customer with {orders:,} orders"
        rows.append(Row(f"{name}, p95", 1000 * line["p95"], None, None, "ms", "bar: 100"))
        rows.append(Row(f"{name}, cpu", 1000 * line["cpu"], None, None, "ms", "processor time of Python"))
        scans = figures["plan"]["big_scans"]
        rows.append(Row(f"{name}, scans of big tables", len(scans), None, None, "tables", ", ".join(scans) or "none"))
    if len(focus) > 1:
        few, many = str(min(focus)), str(max(focus))
        print(f"-- timeline, plan at {int(many):,} orders")
        print("\n".join(f"   {line}" for line in measured[many]["plan"]["lines"]))
        for part, unit in (("median", "time"), ("p95", "p95"), ("queries", "queries")):
            rows.append(
                Row.of(
                    f"overview, growth of {unit} from {few} to {many} orders",
                    measured[many]["ours"][part] / measured[few]["ours"][part],
                    measured[many]["peer"][part] / measured[few]["peer"][part],
                    "times",
                    f"1 = does not grow; bar: 1.5; {peer_note}",
                )
            )
    return rows
