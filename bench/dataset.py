# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo databases of a stated size, with a fixed seed, by set-based SQL.

Odoo itself makes one specimen of each record through the ORM: an article with stock, an order
delivered in full, an order waiting for its delivery, a closed and an open ticket. SQL then
multiplies the specimens' rows, so that every column, those of our add-ons included, holds what
Odoo wrote, except where the plan says otherwise: names, dates, partners, quantities, prices.
Quantities on hand are the sums of the moves, as in a database that grew by itself.

`bench.verify` takes samples and lets Odoo compute every stored field anew.
"""

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql

from suite.prepare.files import lock
from suite.testing import addons
from suite.testing.databases import PREFIX, Databases
from suite.testing.environment import prepared

HERE = Path(__file__).resolve().parent
#: Last day of the history; fixed, so that a database does not depend on the day it was built.
END = "2026-01-31 12:00:00"


@dataclass(frozen=True)
class Size:
    """How many records a database holds; `days` is the length of its history."""

    partners: int
    products: int
    orders: int
    tickets: int
    max_lines: int = 4
    days: int = 1095


SIZES = {
    "tiny": Size(partners=20, products=12, orders=80, tickets=30),
    "small": Size(partners=400, products=150, orders=5_000, tickets=800),
    "medium": Size(partners=4_000, products=1_000, orders=50_000, tickets=8_000),
    # 200,000 orders of 1 to 9 lines: 1,000,000 moves
    "large": Size(partners=20_000, products=5_000, orders=200_000, tickets=50_000, max_lines=9),
}
#: Customers with a set number of orders, for figures per customer: 10, and 2,000 where there
#: are enough orders in the database.
FOCUS = (10, 2_000)


@dataclass(frozen=True)
class Dataset:
    """A built database and what a figure needs to know about it."""

    databases: Databases
    name: str
    size: str
    seed: int

    def shell(self, code: str) -> str:
        """Run Python in an `odoo shell` on the database; returns what it printed."""
        return self.databases.shell(self.name, code)

    def measure(self, code: str) -> dict:
        """Run code in an `odoo shell` that prints one JSON object last; returns it."""
        return json.loads(self.shell(code).strip().splitlines()[-1])

    def focus_partners(self) -> dict[int, int]:
        """Ids of the customers with a set number of orders, by that number."""
        with self.databases.cursor(self.name) as cursor:
            cursor.execute("SELECT substring(ref FROM 7)::int, id FROM res_partner WHERE ref LIKE 'FOCUS-%'")
            return dict(cursor.fetchall())


class Builder:
    """Fills one database."""

    def __init__(self, cursor, specimens: dict[str, int], size: Size, seed: int):
        self.cursor = cursor
        self.specimens = specimens
        self.size = size
        self.seed = seed
        self.columns: dict[str, list[tuple[str, str]]] = {}

    def execute(self, statement: str, **values: object) -> None:
        """Run a statement; `{seed}`-like names in braces are not formatted, only parameters."""
        self.cursor.execute(statement, {"seed": self.seed, "end": END, **self.specimens, **values})

    def one(self, statement: str, **values: object):
        """First row of a query."""
        self.execute(statement, **values)
        return self.cursor.fetchone()

    def _columns(self, table: str) -> list[tuple[str, str]]:
        if table not in self.columns:
            self.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_schema = 'public' AND table_name = %(table)s AND is_generated = 'NEVER'",
                table=table,
            )
            self.columns[table] = self.cursor.fetchall()
        return self.columns[table]

    def multiply(self, table: str, specimen: str, plan: str, shift: str | None = None, **values: str) -> None:
        """Insert a copy of a specimen's row for each row of a plan.

        :param specimen: name of the specimen whose row `e` is copied.
        :param plan: FROM-clause that yields rows `p`; a column `id` in `values` is required.
        :param shift: SQL interval added to every date that `values` does not name.
        :param values: SQL expression per column that differs, over `e` and `p`.
        """
        names, expressions = [], []
        for column, kind in self._columns(table):
            quoted = sql.Identifier(column).as_string(self.cursor)
            if column in values:
                expression = values[column]
            elif shift and kind.startswith("timestamp"):
                expression = f"e.{quoted} + ({shift})"
            elif shift and kind == "date":
                expression = f"(e.{quoted} + ({shift}))::date"
            else:
                expression = f"e.{quoted}"
            names.append(quoted)
            expressions.append(expression)
        self.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(expressions)}"
            f" FROM {plan} JOIN {table} e ON e.id = %(specimen)s ORDER BY p.id",
            specimen=self.specimens[specimen],
        )

    def base(self, table: str) -> int:
        """Highest id of a table: the ids of a plan follow it."""
        (value,) = self.one(f"SELECT coalesce(max(id), 0) FROM {table}")
        return value

    # The plan ---------------------------------------------------------------------

    def plan(self) -> None:
        """Temporary tables that say which record has which properties."""
        self.execute(
            # A number in [0, 1) for each row and purpose, the same on every machine.
            "CREATE FUNCTION pg_temp.u(i bigint, purpose int, seed bigint) RETURNS float8 IMMUTABLE"
            " LANGUAGE sql AS 'SELECT (hashint8extended(i * 64 + purpose, seed) & 4294967295)"
            " / 4294967296.0'"
        )
        self.execute(
            # Five digits as Odoo's sequences write them; lpad alone would cut a sixth off.
            "CREATE FUNCTION pg_temp.pad(i bigint) RETURNS text IMMUTABLE LANGUAGE sql"
            " AS 'SELECT lpad(i::text, greatest(5, length(i::text)), ''0'')'"
        )
        self._plan_partners()
        self._plan_products()
        self._plan_orders()
        self._plan_lines()
        self.execute(
            """
            CREATE TEMP TABLE plan_ticket AS
            SELECT i, %(base)s + i AS id, o.order_no, o.partner, o.id AS order_id, o.name AS order_name,
                   o.at + make_interval(hours => (12 + 200 * pg_temp.u(i, 41, %(seed)s))::int) AS at,
                   pg_temp.u(i, 42, %(seed)s) < 0.85 AS closed
              FROM generate_series(1, %(count)s) i
              JOIN plan_order o ON o.order_no = 1 + floor(%(orders)s * pg_temp.u(i, 40, %(seed)s))
            """,
            base=self.base("helpdesk_ticket"),
            count=self.size.tickets,
            orders=self.size.orders,
        )

    def _plan_partners(self) -> None:
        self.execute(
            "CREATE TEMP TABLE plan_partner AS SELECT i, %(base)s + i AS id,"
            " CASE WHEN i <= cardinality(%(focus)s) THEN (%(focus)s)[i] END AS focus"
            " FROM generate_series(1, %(count)s) i",
            base=self.base("res_partner"),
            count=self.size.partners,
            focus=list(self.focus),
        )
        # looked up once per order below
        self.execute("CREATE UNIQUE INDEX ON plan_partner (i); ANALYZE plan_partner")

    def _plan_products(self) -> None:
        self.execute(
            "CREATE TEMP TABLE plan_product AS SELECT i, %(product)s + i AS id, %(template)s + i AS tmpl,"
            " round((1 + 199 * pg_temp.u(i, 10, %(seed)s) ^ 3)::numeric, 2) AS price"
            " FROM generate_series(1, %(count)s) i",
            product=self.base("product_product"),
            template=self.base("product_template"),
            count=self.size.products,
        )
        self.execute("CREATE UNIQUE INDEX ON plan_product (i); ANALYZE plan_product")

    @property
    def focus(self) -> tuple[int, ...]:
        """Numbers of orders of the focus customers that fit into this size."""
        return tuple(count for count in FOCUS if 2 * count <= self.size.orders)

    def _plan_orders(self) -> None:
        """Orders spread over the history with a yearly season; customers by a power law."""
        self.execute(
            """
            CREATE TEMP TABLE plan_order AS
            WITH number AS (
                SELECT i AS order_no, pg_temp.u(i, 20, %(seed)s) AS u,
                       1 + floor(4 * pg_temp.u(i, 21, %(seed)s))::int AS lead
                  FROM generate_series(1, %(count)s) i
            ), dated AS (
                SELECT order_no, lead,
                       date_trunc('second', %(end)s::timestamp - make_interval(
                           secs => 86400.0 * %(days)s * (u - 0.5 * sin(2 * pi() * u * %(years)s)
                                                         / (2 * pi() * %(years)s)))) AS at
                  FROM number
            )
            SELECT order_no, %(base)s + order_no AS id, %(picking)s + order_no AS picking,
                   %(reference)s + order_no AS reference, at, lead,
                   at + make_interval(days => lead) AS due,
                   at + make_interval(days => lead) < %(end)s::timestamp
                       AND (at < %(end)s::timestamp - interval '14 days'
                            OR pg_temp.u(order_no, 22, %(seed)s) < 0.5) AS done,
                   'S' || pg_temp.pad(%(order_next)s - 1 + order_no) AS name,
                   %(picking_prefix)s || pg_temp.pad(%(picking_next)s - 1 + order_no) AS picking_name,
                   (SELECT base.id FROM plan_partner base WHERE base.i = CASE
                        WHEN order_no <= %(first)s THEN 1
                        WHEN order_no <= %(first)s + %(second)s THEN 2
                        ELSE 1 + %(reserved)s + floor((%(partners)s - %(reserved)s)
                             * pg_temp.u(order_no, 23, %(seed)s) ^ 1.5)::int END) AS partner
              FROM dated
            """,
            count=self.size.orders,
            days=self.size.days,
            years=self.size.days / 365.25,
            partners=self.size.partners,
            base=self.base("sale_order"),
            picking=self.base("stock_picking"),
            reference=self.base("stock_reference"),
            order_next=self.take("sale.order", self.size.orders),
            picking_next=self.take(self.specimens["out_sequence"], self.size.orders),
            picking_prefix=self.one("SELECT prefix FROM ir_sequence WHERE id = %(out_sequence)s")[0],
            first=self.focus[0] if self.focus else 0,
            second=self.focus[1] if len(self.focus) > 1 else 0,
            reserved=len(self.focus),
        )
        self.execute("CREATE UNIQUE INDEX ON plan_order (order_no); ANALYZE plan_order")

    def _plan_lines(self) -> None:
        self.execute(
            """
            CREATE TEMP TABLE plan_line AS
            WITH line AS (
                SELECT o.*, n AS line_no, row_number() OVER (ORDER BY o.order_no, n) AS i,
                       o.order_no * 16 + n AS key
                  FROM plan_order o
                 CROSS JOIN LATERAL generate_series(
                       1, 1 + floor(%(max_lines)s * pg_temp.u(o.order_no, 24, %(seed)s))::int) n
            )
            SELECT line.*, %(line)s + line.i AS line_id, %(move)s + line.i AS move_id,
                   p.id AS product, p.price, p.i AS product_no,
                   1 + floor(-3 * ln(1 - pg_temp.u(key, 31, %(seed)s)))::numeric AS qty
              FROM line
              JOIN plan_product p
                ON p.i = 1 + floor(%(products)s * pg_temp.u(key, 30, %(seed)s) ^ 2)::int
            """,
            max_lines=self.size.max_lines,
            products=self.size.products,
            line=self.base("sale_order_line"),
            # Moves and their lines follow the products' first stock.
            move=max(self.base("stock_move"), self.base("stock_move_line")) + self.size.products,
        )
        self.execute("CREATE INDEX ON plan_line (order_no); ANALYZE plan_line")
        self.execute(
            """
            CREATE TEMP TABLE plan_stock AS
            SELECT p.id AS product, p.i,
                   %(move)s + p.i AS id,
                   coalesce(sum(l.qty) FILTER (WHERE l.done), 0) AS sold,
                   coalesce(sum(l.qty) FILTER (WHERE NOT l.done), 0) AS reserved,
                   floor(200 * pg_temp.u(p.i, 11, %(seed)s))::numeric AS free
              FROM plan_product p LEFT JOIN plan_line l ON l.product = p.id
             GROUP BY p.id, p.i
            """,
            move=max(self.base("stock_move"), self.base("stock_move_line")),
        )

    def take(self, sequence: str | int, count: int) -> int:
        """Reserve `count` numbers of an ir.sequence (code or id); returns the first one."""
        where = "code = %(key)s" if isinstance(sequence, str) else "id = %(key)s"
        number, implementation = self.one(
            f"SELECT id, implementation FROM ir_sequence WHERE {where} ORDER BY company_id NULLS LAST LIMIT 1",
            key=sequence,
        )
        assert implementation == "standard", f"ir.sequence {sequence} has no sequence of PostgreSQL"
        name = f"ir_sequence_{number:03d}"
        (first,) = self.one("SELECT nextval(%(name)s)", name=name)
        self.execute("SELECT setval(%(name)s, %(last)s)", name=name, last=first + count)
        return first

    # The records ------------------------------------------------------------------

    def fill(self) -> None:
        """Write everything the plan holds."""
        self.plan()
        self._partners_and_products()
        self._orders()
        self._deliveries()
        self._stock()
        self._tickets()
        for table in (
            "res_partner", "product_template", "product_product", "sale_order", "sale_order_line",
            "stock_picking", "stock_reference", "stock_move", "stock_move_line", "stock_quant",
            "helpdesk_ticket",
        ):  # fmt: skip
            self.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")

    def _partners_and_products(self) -> None:
        name = "'Bench customer ' || lpad(p.i::text, 6, '0')"
        email = "'customer' || p.i || '@bench.example.com'"
        self.multiply(
            "res_partner", "partner", "plan_partner p", id="p.id", commercial_partner_id="p.id",
            name=name, complete_name=name, email=email, email_normalized=email, logistics_mailbox=email,
            ref="CASE WHEN p.focus IS NOT NULL THEN 'FOCUS-' || p.focus END",
        )  # fmt: skip
        label = "jsonb_build_object('en_US', 'Bench article ' || lpad(p.i::text, 5, '0'))"
        code = "'BENCH-' || lpad(p.i::text, 5, '0')"
        self.multiply(
            "product_template", "template", "plan_product p", id="p.tmpl", name=label,
            default_code=code, list_price="p.price",
        )  # fmt: skip
        self.multiply(
            "product_product", "product", "plan_product p", id="p.id", product_tmpl_id="p.tmpl",
            default_code=code,
        )  # fmt: skip

    def _orders(self) -> None:
        totals = (
            "(SELECT o.*, l.total FROM plan_order o JOIN (SELECT order_no, sum(round(qty * price, 2))"
            " AS total FROM plan_line GROUP BY order_no) l USING (order_no) WHERE {done}) p"
        )
        lines = (
            "(SELECT line_id AS id, id AS order_id, product, partner, qty, price, lead, at, product_no, line_no"
            " FROM plan_line WHERE {done}) p"
        )
        code = "'[BENCH-' || lpad(p.product_no::text, 5, '0') || ']'"
        article = "' Bench article ' || lpad(p.product_no::text, 5, '0')"
        for done, order, line in (("done", "done_order", "done_line"), ("NOT done", "open_order", "open_line")):
            delivered = "p.qty" if done == "done" else "0"
            shift = f"p.at - (SELECT date_order FROM sale_order WHERE id = %({order})s)"
            shift = shift % {order: self.specimens[order]}
            self.multiply(
                "sale_order", order, totals.format(done=done), shift,
                id="p.id", name="p.name", partner_id="p.partner", partner_invoice_id="p.partner",
                partner_shipping_id="p.partner", access_token="NULL", amount_untaxed="p.total",
                amount_total="p.total", amount_tax="0",
                effective_date="p.due" if done == "done" else "NULL",
            )  # fmt: skip
            self.multiply(
                "sale_order_line", line, lines.format(done=done), shift,
                id="p.id", order_id="p.order_id", order_partner_id="p.partner", product_id="p.product",
                sequence="p.line_no + 9",
                name=f"{code} || {article}",
                product_uom_qty="p.qty", price_unit="p.price", technical_price_unit="p.price",
                price_subtotal="round(p.qty * p.price, 2)", price_total="round(p.qty * p.price, 2)",
                price_tax="0", price_reduce_taxexcl="p.price", price_reduce_taxinc="p.price",
                customer_lead="p.lead", qty_delivered=delivered, qty_invoiced="0",
                qty_to_invoice="p.qty", untaxed_amount_to_invoice="round(p.qty * p.price, 2)",
                untaxed_amount_invoiced="0",
            )  # fmt: skip
        self.multiply(
            "stock_reference", "reference", "(SELECT reference AS id, name FROM plan_order) p", id="p.id", name="p.name"
        )
        self.execute(
            "INSERT INTO stock_reference_sale_rel (sale_id, reference_id) SELECT id, reference FROM plan_order"
        )

    def _deliveries(self) -> None:
        orders = (
            "(SELECT picking AS id, id AS sale, name, picking_name, partner, at, due FROM plan_order WHERE {done}) p"
        )
        moves = (
            "(SELECT move_id AS id, picking, picking_name, name, line_id, product, partner, qty, price, at, due"
            " FROM plan_line WHERE {done}) p"
        )
        for done, kind in (("done", "done"), ("NOT done", "open")):
            shift = f"p.at - (SELECT date_order FROM sale_order WHERE id = {self.specimens[f'{kind}_order']})"
            self.multiply(
                "stock_picking", f"{kind}_picking", orders.format(done=done), shift,
                id="p.id", name="p.picking_name", origin="p.name", partner_id="p.partner",
                sale_id="p.sale", scheduled_date="p.due", date_deadline="p.due",
                date_done="p.due" if kind == "done" else "NULL",
            )  # fmt: skip
            self.multiply(
                "stock_move", f"{kind}_move", moves.format(done=done), shift,
                id="p.id", picking_id="p.picking", reference="p.picking_name", origin="p.name",
                partner_id="CASE WHEN e.partner_id IS NULL THEN NULL ELSE p.partner END",
                sale_line_id="p.line_id", product_id="p.product", product_uom_qty="p.qty",
                product_qty="p.qty", packaging_uom_qty="p.qty", quantity="p.qty", date="p.due", date_deadline="p.due",
            )  # fmt: skip
            self.multiply(
                "stock_move_line", f"{kind}_move_line", moves.format(done=done), shift,
                id="p.id", move_id="p.id", picking_id="p.picking", product_id="p.product",
                quantity="p.qty", quantity_product_uom="p.qty", date="p.due",
            )  # fmt: skip
        self.execute(
            "INSERT INTO stock_reference_move_rel (move_id, reference_id) SELECT move_id, reference FROM plan_line"
        )

    def _stock(self) -> None:
        """First stock of each product, by an inventory before the history, and the quants."""
        before = f"'{END}'::timestamp - interval '{self.size.days + 1} days'"
        total = "p.sold + p.reserved + p.free"
        self.multiply(
            "stock_move", "inventory_move", "plan_stock p", id="p.id", product_id="p.product",
            product_uom_qty=total, product_qty=total, packaging_uom_qty=total, quantity=total, date=before,
        )  # fmt: skip
        self.multiply(
            "stock_move_line", "inventory_move_line", "plan_stock p", id="p.id", move_id="p.id",
            product_id="p.product", quantity=total, quantity_product_uom=total, date=before,
        )  # fmt: skip
        quants = {
            "stock_quant": ("p.reserved + p.free", "p.reserved"),
            "customer_quant": ("p.sold", "0"),
            "inventory_quant": (f"-({total})", "0"),
        }
        for specimen, (quantity, reserved) in quants.items():
            self.multiply(
                "stock_quant", specimen,
                f"(SELECT {self.base('stock_quant')} + i AS id, product, sold, reserved, free FROM plan_stock"
                f" WHERE {'sold > 0' if specimen == 'customer_quant' else 'true'}) p",
                id="p.id", product_id="p.product", quantity=quantity, reserved_quantity=reserved,
                in_date=before, inventory_quantity="0", inventory_diff_quantity="0",
            )  # fmt: skip

    def _tickets(self) -> None:
        first = self.take("helpdesk.ticket.sequence", self.size.tickets)
        number = f"'HT' || pg_temp.pad({first - 1} + p.i)"
        for closed, specimen in (("closed", "closed_ticket"), ("NOT closed", "open_ticket")):
            self.multiply(
                "helpdesk_ticket", specimen, f"(SELECT * FROM plan_ticket WHERE {closed}) p",
                f"p.at - (SELECT create_date FROM helpdesk_ticket WHERE id = {self.specimens[specimen]})",
                id="p.id", number=number, name="'Where is ' || p.order_name || '?'",
                description="'<p>My order ' || p.order_name || ' has not come yet.</p>'",
                partner_id="p.partner", commercial_partner_id="p.partner", access_token="NULL",
                partner_name="(SELECT name FROM res_partner WHERE id = p.partner)",
                partner_email="(SELECT email FROM res_partner WHERE id = p.partner)",
            )  # fmt: skip
        self.execute(
            "INSERT INTO helpdesk_ticket_sale_order_rel (helpdesk_ticket_id, sale_order_id)"
            " SELECT id, order_id FROM plan_ticket WHERE i %% 2 = 0"
        )


def build(databases: Databases, template: str, target: str, size: Size, seed: int) -> None:
    """Make database `target` from a template with our add-ons."""
    databases.clone(template, target)
    specimens = json.loads(
        databases.shell(target, (HERE / "specimens.py").read_text(encoding="utf-8")).strip().splitlines()[-1]
    )
    with databases.cursor(target) as cursor:
        cursor.connection.autocommit = False
        Builder(cursor, specimens, size, seed).fill()
        cursor.connection.commit()
        cursor.connection.autocommit = True
        cursor.execute("ANALYZE")


@contextlib.contextmanager
def built(size: str, seed: int) -> Iterator[Dataset]:
    """Yield a database of a size, built now or kept from an earlier run."""
    with prepared() as environment:
        databases = Databases(environment)

        def say(text: str) -> None:
            print(f"-- {text}", flush=True)

        template = databases.suite_template(say)
        state = f"{databases.dependencies_key()[:6]}{addons.fingerprint_of_install()[:6]}"
        name = f"{PREFIX}_bench_{size}_{seed}_{state}"
        with lock(databases.folder / "bench.lock"):
            names = databases.names()
            if name not in names:
                for old in names:
                    if old.startswith(f"{PREFIX}_bench_{size}_"):
                        databases.drop(old)
                say(f"database of size {size}: {SIZES[size]}")
                building = f"{name}_building"
                try:
                    build(databases, template, building, SIZES[size], seed)
                except BaseException:
                    databases.drop(building)
                    raise
                with databases.cursor() as cursor:
                    statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                    cursor.execute(statement.format(sql.Identifier(building), sql.Identifier(name)))
                if databases.filestore(building).exists():
                    os.rename(databases.filestore(building), databases.filestore(name))
        yield Dataset(databases, name, size, seed)
