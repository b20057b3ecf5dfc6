# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A whole forecast run in Odoo, beside the safety-stock job of the OCA on the same database.

Reads the moves, forecasts `fast`, judges, writes lines, scores, earlier forecasts and
recommendations, as the scheduled job does it (committing as it goes). Memory is the sum of the
peaks of Odoo's process and of the engine's own.
"""

import datetime
import json
from dataclasses import dataclass

from psycopg2 import sql

from bench.dataset import Builder
from bench.harness import Row
from suite.prepare.files import lock
from suite.testing import addons
from suite.testing.databases import PREFIX, Databases
from suite.testing.environment import prepared

TITLE = "forecast run end to end against stock_orderpoint_safety_stock's scheduled job"
WAREHOUSES = 4
MONTHS = 24


@dataclass(frozen=True)
class Size:
    """`series` product x warehouse, `moves` done deliveries of 24 months; peer's sample."""

    series: int
    moves: int
    rules: int


SIZES = {
    "small": Size(400, 20_000, 200),
    "medium": Size(2_000, 200_000, 400),
    "large": Size(10_000, 1_000_000, 1_000),
}
PEER = "stock_orderpoint_safety_stock"

SPECIMENS = f"""
import json
company = env.company
stock = env["stock.warehouse"]
warehouses = stock.search([("company_id", "=", company.id)], limit=1)
warehouses |= stock.create([dict(name="Bench %s" % i, code="BN%s" % i) for i in range(1, {WAREHOUSES})])
vendor = env["res.partner"].create(dict(name="Bench vendor"))
product = env["product.product"].create(dict(
    name="Specimen", default_code="SPECIMEN", type="consu", is_storable=True, standard_price=5,
    seller_ids=[(0, 0, dict(partner_id=vendor.id, delay=10, min_qty=1))]))
customers = env.ref("stock.stock_location_customers")
level = env["stock.cycle.service.level"].search([], order="csl", limit=1)
found = dict(product=product.id, template=product.product_tmpl_id.id, seller=product.seller_ids.id)
for i, warehouse in enumerate(warehouses):
    place = warehouse.lot_stock_id
    quant = env["stock.quant"].create(dict(product_id=product.id, location_id=place.id, quantity=1000))
    move = env["stock.move"].create(dict(
        product_id=product.id, product_uom_qty=1, product_uom=product.uom_id.id,
        location_id=place.id, location_dest_id=customers.id, company_id=company.id))
    move._action_confirm(merge=False)
    move.quantity = 1
    move.picked = True
    move._action_done()
    rule = env["stock.warehouse.orderpoint"].create(dict(
        product_id=product.id, warehouse_id=warehouse.id, location_id=place.id, trigger="manual",
        product_min_qty=1, product_max_qty=2, safety_stock_method="csl", cycle_service_level_id=level.id,
        cycle_days=30, safety_stock_update_date="2020-01-01"))
    found.update({{"quant%s" % i: quant.id, "move%s" % i: move.id, "rule%s" % i: rule.id}})
env.flush_all()
env.cr.commit()
print(json.dumps(found))
"""

OURS = """
import json, resource, time
from collections import Counter
from unittest.mock import patch
spent = Counter()
def timed(model, name):
    cls = type(env[model])
    original = getattr(cls, name)
    def call(self, *args, **kwargs):
        began = time.perf_counter()
        try:
            return original(self, *args, **kwargs)
        finally:
            spent[name] += time.perf_counter() - began
    setattr(cls, name, call)
for model, names in {
    "forecast.plan": ["read_demand"],
    "forecast.run": ["_clean", "_prepare", "_forecast", "_make_parts", "_write_chunk", "_judge", "_publish"],
}.items():
    for name in names:
        if hasattr(env[model], name):
            timed(model, name)
env["forecast.plan"].search([]).unlink()
plan = env["forecast.plan"].create(dict(name="Bench", history_periods=MONTHS, user_id=env.user.id))
env.cr.commit()
began = time.perf_counter()
run = plan._queue_run("rpc", trigger=False)
run._process(commit=True)
env.cr.commit()
seconds = time.perf_counter() - began
assert run.state == "done", run.error
peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
proposed = env["forecast.recommendation"].search(
    [("plan_id", "=", plan.id), ("state", "=", "proposed"), ("orderpoint_id", "!=", False)])
rules = len(proposed.orderpoint_id)
print(json.dumps(dict(seconds=seconds, spent=spent, peak=peak * 1024, series=run.series_count,
    lines=run.line_count, moves=run.rows_read, rules=rules)))
""".replace("MONTHS", str(MONTHS))

THEIRS = """
import json, time
rules = env["stock.warehouse.orderpoint"]
domain = [("safety_stock_method", "!=", "manual")]
env.cr.execute("UPDATE stock_warehouse_orderpoint SET safety_stock_update_date = '2020-01-01'")
env.invalidate_all()
began = time.perf_counter()
rules._cron_recompute_safety_stock(batch_size=RULES)
env.flush_all()
seconds = time.perf_counter() - began
done = rules.search_count([*domain, ("safety_stock_update_date", ">", "2020-01-02")])
print(json.dumps(dict(seconds=seconds, rules=done)))
env.cr.rollback()
"""


def fill(databases: Databases, name: str, size: Size, seed: int) -> None:
    """Multiply Odoo's specimens by SQL."""
    specimens = json.loads(databases.shell(name, SPECIMENS).strip().splitlines()[-1])
    with databases.cursor(name) as cursor:
        cursor.connection.autocommit = False
        build = Builder(cursor, specimens, None, seed)
        first, products = build.base("product_product"), size.series // WAREHOUSES
        template, seller = build.base("product_template"), build.base("product_supplierinfo")
        articles = f"(SELECT i, {{}} + i AS id FROM generate_series(1, {products}) i) p"
        build.multiply(
            "product_template", "template", articles.format(template), id="p.id",
            name="jsonb_build_object('en_US', 'Bench article ' || p.i)", default_code="'B' || p.i",
        )  # fmt: skip
        build.multiply(
            "product_product", "product", articles.format(first), id="p.id",
            product_tmpl_id=f"{template} + p.i", default_code="'B' || p.i",
        )  # fmt: skip
        build.multiply(
            "product_supplierinfo", "seller", articles.format(seller), id="p.id",
            product_tmpl_id=f"{template} + p.i", product_id="NULL", delay="5 + p.i %% 40",
        )  # fmt: skip
        moves = size.moves // WAREHOUSES
        # steady, seasonal and rare articles; the first of the month is the same everywhere
        build.execute(
            f"""
            CREATE TEMP TABLE plan_move AS
            SELECT w, i, product,
                   date_trunc('month', now()) - interval '{MONTHS} months'
                   + make_interval(mins => (day * 1440 + 480 + i %% 600)::int) AS at,
                   1 + floor(-ln(1 - random() * 0.999) * (2 + product %% 17) * CASE WHEN product %% 3 = 0
                       THEN 1 + 0.6 * sin(2 * pi() * day / 365) ELSE 1 END) AS quantity
              FROM (SELECT w, i, 1 + (i - 1) %% {products} AS product,
                           CASE WHEN i %% 5 = 0 THEN 30 * floor(random() * {MONTHS}) + 10
                                ELSE random() * 30.4 * {MONTHS} END AS day
                      FROM generate_series(0, {WAREHOUSES - 1}) w,
                           generate_series(1, {moves}) i,
                           (SELECT setseed({(seed % 1000) / 1000})) s) raw
            """
        )
        for w in range(WAREHOUSES):
            base = build.base("stock_move")
            build.multiply(
                "stock_move", f"move{w}",
                f"(SELECT {base} + row_number() OVER (ORDER BY i) AS id, * FROM plan_move WHERE w = {w}) p",
                id="p.id", product_id=f"{first} + p.product", date="p.at", date_deadline="NULL",
                product_uom_qty="p.quantity", product_qty="p.quantity", quantity="p.quantity",
            )  # fmt: skip
            for table, specimen in (("stock_quant", "quant"), ("stock_warehouse_orderpoint", "rule")):
                build.multiply(
                    table, f"{specimen}{w}", articles.format(build.base(table)), id="p.id",
                    product_id=f"{first} + p.i", **({"name": "'BENCH/' || p.id"} if specimen == "rule" else {}),
                )  # fmt: skip
        for table in (
            "product_template", "product_product", "product_supplierinfo", "stock_move", "stock_quant",
            "stock_warehouse_orderpoint",
        ):  # fmt: skip
            build.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        # only what Odoo itself made has move lines; the specimens' own rows stay out of the figures
        build.execute("DELETE FROM stock_warehouse_orderpoint WHERE product_id = %(product)s")
        build.execute("UPDATE product_template SET active = false WHERE id = %(template)s")
        build.execute("UPDATE product_product SET active = false WHERE id = %(product)s")
        cursor.connection.commit()
        cursor.connection.autocommit = True
        cursor.execute("VACUUM ANALYZE")


def build_once(databases: Databases, size_name: str, seed: int) -> str:
    """Name of the database of a size, built now or kept from an earlier run."""
    template = databases.suite_template(lambda text: print(f"-- {text}", flush=True))
    state = f"{databases.dependencies_key()[:6]}{addons.fingerprint_of_install()[:6]}"
    stem = f"{PREFIX}_bench_forecast_{size_name}"
    name = f"{stem}_{seed}_{datetime.date.today():%Y%m}_{state}"
    with lock(databases.folder / "bench.lock"):
        if name not in databases.names():
            for old in databases.names():
                if old.startswith(stem):
                    databases.drop(old)
            building = f"{stem}_building"
            print(f"-- database of size {size_name}: {SIZES[size_name]}", flush=True)
            databases.clone(template, building)
            databases.odoo(building, "-i", PEER)
            try:
                fill(databases, building, SIZES[size_name], seed)
            except BaseException:
                databases.drop(building)
                raise
            with databases.cursor() as cursor:
                statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                cursor.execute(statement.format(sql.Identifier(building), sql.Identifier(name)))
    return name


def measure(databases: Databases, name: str, size: Size) -> list[Row]:
    """The run, then the peer's job on as many rules as it takes some seconds for."""

    def run(code):
        return json.loads(databases.shell(name, code).strip().splitlines()[-1])

    ours = run(OURS)
    theirs = run(THEIRS.replace("RULES", str(size.rules)))
    spent = ours["spent"]
    reading = spent["read_demand"]
    preparing = spent["_make_parts"] - reading
    writing = sum(spent.get(step, 0.0) for step in ("_write_chunk", "_judge", "_publish"))
    what = f"{ours['moves']:,} moves, {ours['series']:,} series, {ours['lines']:,} lines"
    speed = ours["rules"] / ours["seconds"]
    peer = theirs["rules"] / theirs["seconds"]
    return [
        Row.of("run, bar 60 s at large", ours["seconds"], None, "s", what),
        Row.of("  reading demand", reading, None, "s"),
        Row.of("  cleaning, lead times, classes", preparing, None, "s"),
        Row.of("  engine", spent["_forecast"], None, "s"),
        Row.of("  lines, scores, rules", spent["_write_chunk"], None, "s"),
        Row.of("  earlier forecasts kept and scored", spent.get("_judge", 0.0), None, "s"),
        Row.of("  recommendations, estimates, workload", spent.get("_publish", 0.0), None, "s"),
        Row.of("writing, bar 50 %", 100 * writing / ours["seconds"], None, "% of run"),
        Row.of("peak memory, Odoo + engine, bar 1.5 GB", ours["peak"] / 1e9, None, "GB"),
        Row.of(
            "reorder rules, bar 20 x", speed, peer, "rules/s",
            f"peer: {PEER}'s job, {theirs['rules']} rules in {theirs['seconds']:.1f} s; ours the whole run",
        ),
    ]  # fmt: skip


def run(context):
    """Build the database where it is missing, and measure."""
    with prepared() as environment:
        databases = Databases(environment)
        name = build_once(databases, context.size, context.seed)
        return measure(databases, name, SIZES[context.size])
