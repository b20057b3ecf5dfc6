# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Install, upgrade, uninstall and install again each add-on, in Odoo processes of their own.

Each scenario has its own clone of a template database. Core data must be the same after an
uninstallation, and nothing of ours may be left in the database.
"""

import pytest

from suite.testing import addons, odoolog

NAMES = addons.install_order()
#: What is tested at once: each add-on by itself, those that only join two others together.
GLUE = [name for name in NAMES if addons.manifests()[name].get("auto_install")]
BUNDLES = [*([name] for name in NAMES if name not in GLUE), GLUE]
by_bundle = pytest.mark.parametrize("bundle", BUNDLES, ids=lambda names: names[0] if len(names) == 1 else "glue")
#: Core tables whose columns and rows an uninstallation must leave as they were.
CORE_TABLES = (
    "res_partner", "res_company", "res_users", "product_template", "product_product",
    "sale_order", "sale_order_line", "stock_move", "stock_move_line", "stock_picking",
    "stock_quant", "stock_warehouse", "stock_warehouse_orderpoint", "stock_location",
    "stock_picking_type", "helpdesk_ticket", "helpdesk_ticket_team", "delivery_carrier",
)  # fmt: skip

#: Records of everyday work, made in the database before anything is installed.
EVERYDAY = """
partner = env["res.partner"].create({"name": "Lifecycle customer", "email": "l@example.com"})
product = env["product.product"].create(
    {"name": "Lifecycle article", "type": "consu", "is_storable": True, "list_price": 12.5}
)
warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
env["stock.quant"].with_context(inventory_mode=True).create(
    {"product_id": product.id, "location_id": warehouse.lot_stock_id.id, "inventory_quantity": 40}
).action_apply_inventory()
env["stock.warehouse.orderpoint"].create(
    {"product_id": product.id, "warehouse_id": warehouse.id,
     "location_id": warehouse.lot_stock_id.id, "product_min_qty": 5, "product_max_qty": 9}
)
for quantity in (3, 4):
    order = env["sale.order"].create(
        {"partner_id": partner.id,
         "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": quantity})]}
    )
    order.action_confirm()
picking = order.picking_ids
picking.move_ids.quantity = 4
picking.move_ids.picked = True
picking.button_validate()
assert picking.state == "done", picking.state
env["helpdesk.ticket"].create(
    {"name": "Where is it?", "description": "<p>%s</p>" % order.name, "partner_id": partner.id}
)
env.cr.commit()
"""

UNINSTALL = """
env["ir.module.module"].search([("name", "in", {names!r})]).button_immediate_uninstall()
"""


def quoted(name):
    """A table's or column's name as an SQL identifier (names come from the catalogue)."""
    return '"{}"'.format(name.replace('"', '""'))


def snapshot(databases, database):
    """Columns, and a hash over all rows, of the core tables; lists of tables, models, crons.

    Hashes cover the columns that exist in both states only, so they are made per column.
    """
    state = {"columns": {}, "rows": {}}
    with databases.cursor(database) as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        state["tables"] = {name for (name,) in cursor.fetchall()}
        for table in CORE_TABLES:
            if table not in state["tables"]:
                continue
            cursor.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
                [table],
            )
            columns = sorted(name for (name,) in cursor.fetchall())
            state["columns"][table] = columns
            # Odoo writes to rows when it recomputes; who wrote last and when is no data.
            compared = [name for name in columns if name not in {"write_date", "write_uid"}]
            for column in compared:
                cursor.execute(
                    f"SELECT count(*), md5(string_agg({quoted(column)}::text, '|' ORDER BY id)) FROM {quoted(table)}"
                )
                state["rows"][table, column] = cursor.fetchone()
        for key, query in {
            "models": "SELECT model FROM ir_model",
            "fields": "SELECT model || '.' || name FROM ir_model_fields",
            "crons": "SELECT a.name->>'en_US' FROM ir_cron c JOIN ir_act_server a ON a.id = c.ir_actions_server_id",
            "groups": "SELECT name->>'en_US' FROM res_groups",
            "constraints": "SELECT conrelid::regclass::text || '.' || conname FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace",
            "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
            "triggers": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
            "functions": "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
            "parameters": "SELECT key FROM ir_config_parameter",
            "views": "SELECT key FROM ir_ui_view WHERE key IS NOT NULL",
        }.items():
            cursor.execute(query)
            state[key] = {value for (value,) in cursor.fetchall()}
    return state


def rest_of(databases, database, names):
    """Rows of ir_model_data and installed flags that still name the given add-ons."""
    with databases.cursor(database) as cursor:
        cursor.execute(
            "SELECT module || '.' || name FROM ir_model_data WHERE module = ANY(%s)",
            [names],
        )
        data = [value for (value,) in cursor.fetchall()]
        cursor.execute(
            "SELECT name FROM ir_module_module WHERE name = ANY(%s) AND state <> 'uninstalled'",
            [names],
        )
        return data, [value for (value,) in cursor.fetchall()]


def state_of(databases, database, names):
    """State of modules by name."""
    with databases.cursor(database) as cursor:
        cursor.execute("SELECT name, state FROM ir_module_module WHERE name = ANY(%s)", [names])
        return dict(cursor.fetchall())


def assert_quiet(entries, doing):
    """No warning, no error in a log, the known foreign ones left out."""
    found = [entry.text for entry in odoolog.trouble(entries)]
    assert not found, f"while {doing}:\n" + "\n".join(found)


def with_ours_below(names):
    """Add-ons with those of ours that they stand on, in order of installation."""
    manifests = addons.manifests()
    wanted, queue = set(), [*names]
    while queue:
        addon = queue.pop()
        wanted.add(addon)
        queue += [d for d in manifests[addon]["depends"] if d in manifests and d not in wanted]
    return [addon for addon in NAMES if addon in wanted]


@pytest.fixture(scope="module")
def everyday(databases, dependencies_template):
    """A database without our add-ons in which people have worked."""
    with databases.temporary(dependencies_template, "everyday") as database:
        databases.shell(database, EVERYDAY)
        yield database


@by_bundle
def test_install_uninstall_install_again(databases, everyday, bundle):
    addon = ",".join(bundle)
    names = with_ours_below(bundle)
    with databases.temporary(everyday, f"life_{bundle[0]}") as database:
        before = snapshot(databases, database)
        assert_quiet(databases.odoo(database, "-i", addon), f"installing {addon}")
        assert set(state_of(databases, database, names).values()) == {"installed"}

        databases.shell(database, UNINSTALL.format(names=names))
        assert rest_of(databases, database, names) == ([], [])
        after = snapshot(databases, database)
        for key in before:
            if key == "rows":
                changed = {k for k, v in before["rows"].items() if after["rows"].get(k) != v}
                assert not changed, f"{addon} leaves core data changed: {sorted(changed)}"
            elif key == "columns":
                for table, columns in before["columns"].items():
                    assert after["columns"][table] == columns, f"columns of {table}"
            else:
                left, lost = after[key] - before[key], before[key] - after[key]
                assert not left, f"{addon} leaves {key} behind: {sorted(left)}"
                assert not lost, f"{addon} takes {key} along: {sorted(lost)}"

        assert_quiet(databases.odoo(database, "-i", addon), f"installing {addon} again")
        assert set(state_of(databases, database, names).values()) == {"installed"}


@by_bundle
def test_upgrade_keeps_what_people_did(databases, suite_template, bundle):
    """-u on the same version is quiet and leaves core data alone."""
    addon = ",".join(bundle)
    with databases.temporary(suite_template, f"up_{bundle[0]}") as database:
        databases.shell(database, EVERYDAY)
        before = snapshot(databases, database)
        assert_quiet(databases.odoo(database, "-u", addon), f"upgrading {addon}")
        after = snapshot(databases, database)
        changed = {k for k, v in before["rows"].items() if after["rows"].get(k) != v}
        assert not changed, f"upgrading {addon} changes {sorted(changed)}"
        for key in ("tables", "models", "fields", "crons", "constraints", "indexes"):
            assert before[key] == after[key], key


@by_bundle
def test_uninstall_leaves_the_others_working(databases, suite_template, bundle):
    """With all installed, some go (and what stands on them); the others stay."""
    gone = [name for name in NAMES if any(name in [one, *addons.dependants(one)] for one in bundle)]
    stay = [name for name in NAMES if name not in gone]
    with databases.temporary(suite_template, f"less_{bundle[0]}") as database:
        databases.shell(database, EVERYDAY)
        databases.shell(database, UNINSTALL.format(names=gone))
        data, installed = rest_of(databases, database, gone)
        assert (data, installed) == ([], [])
        assert set(state_of(databases, database, stay).values()) <= {"installed"}
        # The rest starts, and its own upgrade finds nothing missing.
        if stay:
            assert_quiet(databases.odoo(database, "-u", ",".join(stay)), "upgrading the rest")
