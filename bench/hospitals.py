# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
# ruff: noqa: F821 - runs inside `odoo shell`, which brings `env` and PARAMETERS
"""Hospitals with storerooms, par lines, lots, kits and booked events: a few records by the ORM, which SQL
multiplies; then the replenishment twice, and Odoo's reorder rules on a part of the same lines.

Prints one JSON object. PARAMETERS: rooms, products, events, lots_per_line, rules (reorder rules timed), seed.
"""

import json
import time

from odoo import Command, fields

cr = env.cr
P = PARAMETERS
company = env.company
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)


def copies(table, specimen, source, **values):
    """Insert a copy of row `specimen` for each row `p` of a query, with other values where named."""
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND table_name = %s AND is_generated = 'NEVER' AND column_name <> 'id'",
        [table],
    )
    names = [name for (name,) in cr.fetchall()]
    columns = ", ".join(f'"{name}"' for name in names)
    taken = ", ".join(values.get(name, f'e."{name}"') for name in names)
    cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {taken} FROM ({source}) p"
        f" CROSS JOIN {table} e WHERE e.id = {int(specimen)} ORDER BY p.i RETURNING id"
    )
    return [row for (row,) in cr.fetchall()]


def u(expression, purpose):
    """SQL: a number in [0, 1) for each row, the same on every machine."""
    return f"((hashint8extended(({expression})::bigint * 64 + {purpose}, {P['seed']}) & 4294967295) / 4294967296.0)"


# -- by the ORM: products, hospitals, storerooms, kits ------------------------------------
products = env["product.product"].create(
    [
        {
            "name": f"Bench supply {i:03d}",
            "type": "consu",
            "is_storable": True,
            "tracking": "lot",
            "use_expiration_date": True,
            "expiration_time": (30, 180, 365, 730)[i % 4],
            "standard_price": 1 + i % 97,
        }
        for i in range(P["products"])
    ]
)
hospital = env["res.partner"].create({"name": "Bench hospital", "is_company": True, "is_hospital": True})
criticality = env["medical.criticality"].search([], order="id")
rooms = env["medical.storeroom"].create(
    [
        {"name": f"Room {i:04d}", "hospital_id": hospital.id, "warehouse_id": warehouse.id, "lead_days": 1 + i % 7}
        for i in range(P["rooms"])
    ]
)
feed = env["medical.feed"].create({"name": "Bench theatre", "hospital_id": hospital.id, "source": "bench"})
procedures = env["medical.procedure"].create(
    [{"name": f"Bench procedure {i:03d}", "show_probability": (0.85, 0.95, 1)[i % 3]} for i in range(200)]
)
kits = env["medical.kit"].create(
    [
        {
            "name": f"Kit {i:03d}",
            "procedure_id": procedure.id,
            "line_ids": [
                Command.create(
                    {
                        "product_id": products[(i * 7 + n * 13) % len(products)].id,
                        "quantity": (1, 1, 1, 2, 4, 10)[(i + n) % 6],
                        "probability": (1, 1, 0.3, 0.1, 0.6)[(i * 3 + n) % 5],
                    }
                )
                for n in range(12)
            ],
        }
        for i, procedure in enumerate(procedures)
    ]
)
line = env["medical.storeroom.line"].create(
    {"storeroom_id": rooms[0].id, "product_id": products[0].id, "criticality_id": criticality[0].id}
)
lot = env["stock.lot"].create({"name": "BENCH", "product_id": products[0].id})
env["stock.quant"]._update_available_quantity(products[0], rooms[0].location_id, 1, lot_id=lot)
quant = env["stock.quant"].search([("lot_id", "=", lot.id)], limit=1)
day = fields.Datetime.now().replace(hour=3, minute=0, second=0, microsecond=0)
event = env["medical.event"].create(
    {
        "feed_id": feed.id,
        "event_hash": "bench",
        "status": "booked",
        "is_demand": True,
        "start": day,
        "storeroom_id": rooms[0].id,
        "state": "ready",
    }
)
env.flush_all()

# -- by SQL: lines, lots, quants, events ----------------------------------------------------
cr.execute(
    "CREATE TEMP TABLE plan_room AS SELECT (row_number() OVER (ORDER BY id) - 1)::int AS n, id, location_id"
    " FROM medical_storeroom WHERE id = ANY(%s)",
    [rooms.ids],
)
cr.execute(
    "CREATE TEMP TABLE plan_product AS SELECT (row_number() OVER (ORDER BY id) - 1)::int AS n, id"
    " FROM product_product WHERE id = ANY(%s)",
    [products.ids],
)
cr.execute(
    "CREATE TEMP TABLE plan_line AS SELECT r.n * %s + p.n AS i, r.id AS room, r.location_id AS place, p.id AS product"
    " FROM plan_room r CROSS JOIN plan_product p WHERE r.n + p.n > 0",
    [len(products)],
)
grades = "ARRAY[" + ", ".join(map(str, criticality.ids)) + "]"
copies(
    "medical_storeroom_line", line.id, "SELECT * FROM plan_line",
    storeroom_id="p.room", product_id="p.product",
    criticality_id=f"({grades})[1 + (p.i % {len(criticality)})]",
    par_min=f"floor(5 * {u('p.i', 1)})", par_max=f"(ARRAY[0, 50, 200])[1 + floor(3 * {u('p.i', 2)})::int]",
    pack_size=f"(ARRAY[1, 5, 10])[1 + floor(3 * {u('p.i', 3)})::int]",
    base_rate=f"0.5 * (-ln(1 - {u('p.i', 4)}))", base_dispersion="(ARRAY[1, 1.5, 3])[1 + (p.i % 3)]",
)  # fmt: skip
count = P["lots_per_line"]
cr.execute(
    f"CREATE TEMP TABLE plan_lot AS SELECT l.i * {count} + k AS i, l.place, l.product,"
    f" 1 + floor(19 * {u(f'l.i * {count} + k', 5)}) AS quantity,"
    f" %s::timestamp + make_interval(days => (-5 + 700 * {u(f'l.i * {count} + k', 6)})::int) AS expiry"
    f" FROM plan_line l CROSS JOIN generate_series(0, {count - 1}) k",
    [day],
)
ids = copies(
    "stock_lot", lot.id, "SELECT * FROM plan_lot", name="'BENCH-' || p.i", product_id="p.product",
    expiration_date="p.expiry",
)  # fmt: skip
cr.execute("ALTER TABLE plan_lot ADD COLUMN lot int")
cr.execute("UPDATE plan_lot SET lot = l.id FROM stock_lot l WHERE l.name = 'BENCH-' || plan_lot.i")
copies(
    "stock_quant", quant.id, "SELECT * FROM plan_lot", product_id="p.product", location_id="p.place",
    lot_id="p.lot", quantity="p.quantity", reserved_quantity="0", expiration_date="p.expiry",
    removal_date="NULL",
)  # fmt: skip
cr.execute(
    f"CREATE TEMP TABLE plan_event AS SELECT i, %s::timestamp + make_interval("
    f"days => floor(21 * {u('i', 7)})::int, mins => (600 * {u('i', 8)})::int) AS start,"
    f" r.id AS room, (%s::int[])[1 + floor({len(kits)} * {u('i', 9)})::int] AS kit"
    f" FROM generate_series(1, %s) i JOIN plan_room r ON r.n = floor({len(rooms)} * {u('i', 10)})::int",
    [day, kits.ids, P["events"]],
)
copies(
    "medical_event", event.id, "SELECT * FROM plan_event", event_hash="'bench-' || p.i", start="p.start",
    storeroom_id="p.room",
)  # fmt: skip
cr.execute(
    "INSERT INTO medical_event_kit_rel (event_id, kit_id) SELECT e.id, p.kit FROM plan_event p"
    " JOIN medical_event e ON e.event_hash = 'bench-' || p.i"
)
env.invalidate_all()
cr.commit()
for table in ("medical_storeroom_line", "stock_lot", "stock_quant", "medical_event", "medical_event_kit_rel"):
    cr.execute(f"ANALYZE {table}")
cr.execute("SELECT count(*) FROM medical_storeroom_line WHERE storeroom_id = ANY(%s)", [rooms.ids])
(lines,) = cr.fetchone()


# -- the run, twice ---------------------------------------------------------------------------
def state():
    """What a run without news must leave alone."""
    cr.execute(
        "SELECT count(*), max(write_date), md5(string_agg(l::text, '' ORDER BY id)) FROM medical_proposal_line l"
    )
    first = cr.fetchone()
    cr.execute("SELECT md5(string_agg(w.lot_id || '/' || w.quantity, '' ORDER BY w.lot_id)) FROM medical_waste_risk w")
    return first, cr.fetchone()


began = time.perf_counter()
run = env["medical.replenishment.run"]._run(rooms)
env.flush_all()
cr.commit()
seconds = time.perf_counter() - began
before = state()
env.invalidate_all()
began = time.perf_counter()
again = env["medical.replenishment.run"]._run(rooms)
env.flush_all()
cr.commit()
second = time.perf_counter() - began
changed = state() != before

# -- the peer: Odoo's reorder rules on a part of the same lines ---------------------------------
cr.execute("SELECT place, product FROM plan_line WHERE mod(i, %s) = 1 ORDER BY i LIMIT %s", [
    max(lines // P["rules"], 1), P["rules"],
])  # fmt: skip
chosen = cr.fetchall()
env["stock.warehouse.orderpoint"].search([]).action_archive()
rules = env["stock.warehouse.orderpoint"].create(
    [
        {
            "product_id": product,
            "location_id": place,
            "warehouse_id": warehouse.id,
            "product_min_qty": 12,
            "product_max_qty": 20,
        }
        for place, product in chosen
    ]
)
cr.commit()
env.invalidate_all()
began = time.perf_counter()
env["stock.rule"].run_scheduler(company_id=company.id)
env.flush_all()
peer = time.perf_counter() - began
cr.commit()
moves = env["stock.move"].search_count([("product_id", "in", products.ids)])
print(
    json.dumps(
        {
            "lines": lines,
            "events": P["events"],
            "lots": lines * count,
            "seconds": seconds,
            "engine": run.engine_duration,
            "ordered": run.order_line_count,
            "waste": run.waste_count,
            "second": second,
            "second_engine": again.engine_duration,
            "changed": changed,
            "rules": len(rules),
            "peer": peer,
            "moves": moves,
        }
    )
)
