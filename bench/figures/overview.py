# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customer overview of crm_logistics_bridge at 10 and at 2,000 orders per customer.

The peer is what an agent opens in Odoo without us to learn the same: the customer's lists of
orders, deliveries, returns and tickets, each the first page of `web_search_read` with the
columns of Odoo's own list view, as the web client asks for them, with the same user's rights.
"""

from bench.harness import Context, Row

TITLE = "customer overview in one call, against the four lists that tell the same"
NEEDS_DATABASE = True

CODE = """
import json, statistics, time
from odoo.tests.common import new_test_user

RUNS = 9
user = new_test_user(env, login="bench-agent", groups=",".join((
    "crm_logistics_bridge.group_logistics_agent", "sales_team.group_sale_salesman_all_leads",
    "stock.group_stock_user", "rma.rma_group_user_all", "helpdesk_mgmt.group_helpdesk_user",
)))
agent = env(user=user.id)
env.flush_all()

LISTS = (
    ("sale.order", "sale.view_order_tree"),
    ("stock.picking", "stock.vpicktree"),
    ("rma", "rma.rma_view_tree"),
    ("helpdesk.ticket", "helpdesk_mgmt.ticket_view_tree"),
)

def specification(model, view):
    # The fields of a list view, many2one names included, as the web client asks for them.
    arch = agent[model].get_view(agent.ref(view).id, "list")
    fields = agent[model].fields_get()
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

def peer(partner):
    for model, wanted in specifications:
        agent[model].web_search_read([("partner_id", "child_of", partner)], wanted, limit=80)

def measure(function, partner):
    times, queries = [], 0
    for _ in range(RUNS):
        env.invalidate_all()
        start = env.cr.sql_log_count
        began = time.perf_counter()
        function(partner)
        times.append(time.perf_counter() - began)
        queries = env.cr.sql_log_count - start
    return [statistics.median(times), queries]

result = {}
for orders, partner in FOCUS.items():
    ours(partner), peer(partner)
    result[orders] = {"ours": measure(ours, partner), "peer": measure(peer, partner)}
env.cr.rollback()
print(json.dumps(result))
"""


def run(context: Context) -> list[Row]:
    """Milliseconds and SQL queries per call, and how they grow with the customer."""
    focus = context.database.focus_partners()
    measured = context.database.measure(f"FOCUS = {focus!r}\n{CODE}")
    rows = []
    for orders in sorted(focus):
        ours, peer = measured[str(orders)]["ours"], measured[str(orders)]["peer"]
        name = f"overview, customer with {orders:,} orders"
        rows.append(Row.of(name, 1000 * ours[0], 1000 * peer[0], "ms", "peer: Odoo's four lists"))
        rows.append(Row.of(name, ours[1], peer[1], "queries", "peer: Odoo's four lists"))
    if len(focus) > 1:
        few, many = str(min(focus)), str(max(focus))
        for place, unit in enumerate(("time", "queries")):
            rows.append(
                Row.of(
                    f"overview, growth of {unit} from {few} to {many} orders",
                    measured[many]["ours"][place] / measured[few]["ours"][place],
                    measured[many]["peer"][place] / measured[few]["peer"][place],
                    "times",
                    "1 = does not grow; peer: Odoo's four lists",
                )
            )
    return rows
