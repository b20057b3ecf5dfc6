# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Load the planned retail history into Odoo, as an outside client would.

Every step first reads what is there and then does what is missing, so a loader that
was killed at any moment is simply started again. Records are keyed by external id;
deliveries and returns are found through the order they belong to.
"""

from collections import defaultdict

import pandas as pd

from ..rpc import MODULE, retrying
from . import retail_master
from .progress import Progress

CHUNK = 60
VALIDATE = {"skip_backorder": True, "skip_sms": True, "skip_sanity_check": False}


def text(moment):
    """Return a timestamp in the form Odoo's API takes (UTC)."""
    return pd.Timestamp(moment).strftime("%Y-%m-%d %H:%M:%S")


def chunks(items, size=CHUNK):
    """Yield lists of at most *size* items."""
    items = list(items)
    for start in range(0, len(items), size):
        yield items[start : start + size]


class RetailLoader:
    """Loads one :class:`~suite.demo.retail_plan.Plan`.

    :param client: :class:`~suite.rpc.Client` of an administrator
    :param retail: what was read from the file
    :param plan: what to load
    :param modules: names of the installed add-ons
    """

    def __init__(self, client, retail, plan, modules=()):
        self.client = client
        self.carrier_states = "delivery_state" in modules
        self.retail = retail
        self.plan = plan
        self.counts = defaultdict(int)

    def run(self):
        """Load everything that is missing; return counts by kind."""
        self.load_master()
        self.load_purchases()
        orders = self.plan.orders
        done = orders["shipped"].notna()
        # what waits is confirmed last, so that it takes no stock from what was shipped
        self.load_orders("orders shipped", orders[done])
        self.load_returns()
        self.load_orders("orders still open", orders[~done])
        return dict(self.counts)

    # ------------------------------------------------------------------ master data
    def load_master(self):
        """Create customers, suppliers, articles and carriers."""
        steps = [
            (
                "customers",
                "res.partner",
                "retail_customer_",
                retail_master.customers(self.plan.orders),
            ),
            (
                "suppliers",
                "res.partner",
                "retail_supplier_",
                retail_master.suppliers(),
            ),
            (
                "product categories",
                "product.category",
                "retail_category_",
                retail_master.categories(),
            ),
            (
                "articles",
                "product.product",
                "retail_article_",
                retail_master.articles(self.retail.articles),
            ),
            (
                "delivery services",
                "product.product",
                "retail_carrier_product_",
                retail_master.carrier_products(),
            ),
            (
                "carriers",
                "delivery.carrier",
                "retail_carrier_",
                retail_master.carriers(),
            ),
        ]
        for label, model, prefix, records in steps:
            progress = Progress(label, len(records))
            retrying(lambda model=model, prefix=prefix, records=records: self.client.load_new(model, prefix, records))
            progress.advance(len(records))
            progress.close()
            self.counts[label] = len(records)

    # ------------------------------------------------------------------- purchases
    def load_purchases(self):
        """Create, confirm and receive the purchases that stocked the warehouse."""
        plan = self.plan
        progress = Progress("purchases received", len(plan.purchases))
        lines = dict(tuple(plan.purchase_lines.groupby("purchase", sort=False)))
        for keys in chunks(plan.purchases.index, 30):
            retrying(lambda keys=keys: self._purchase_chunk(keys, lines))
            progress.advance(len(keys))
        progress.close()
        self.counts["purchases"] = len(plan.purchases)

    def _purchase_chunk(self, keys, lines):
        known = self.client.known("purchase.order", "retail_purchase_")
        fields = ["id", "partner_id/id", "partner_ref", "date_order", "date_planned"]
        fields += ["order_line/product_id/id", "order_line/product_qty"]
        fields += ["order_line/date_planned"]
        rows = []
        for key in keys:
            if f"retail_purchase_{key}" in known:
                continue
            purchase = self.plan.purchases.loc[key]
            head = [
                f"{MODULE}.retail_purchase_{key}",
                f"{MODULE}.retail_supplier_{purchase['supplier']}",
                f"retail/{key}",
                text(purchase["date"]),
                text(purchase["planned"]),
            ]
            for _purchase, article, quantity in lines[key].itertuples(index=False):
                rows.append(
                    [
                        *head,
                        f"{MODULE}.retail_article_{article}",
                        str(int(quantity)),
                        text(purchase["planned"]),
                    ]
                )
                head = [""] * len(head)
        if rows:
            self.client.load("purchase.order", fields, rows)
            known = self.client.known("purchase.order", "retail_purchase_")
        ids = {known[f"retail_purchase_{key}"]: key for key in keys}
        records = self.client.search_read(
            "purchase.order",
            [("id", "in", list(ids))],
            ["state", "date_approve", "picking_ids"],
        )
        drafts = [row["id"] for row in records if row["state"] in ("draft", "sent")]
        if drafts:
            self.client.call("purchase.order", "button_confirm", drafts)
            records = self.client.search_read(
                "purchase.order",
                [("id", "in", list(ids))],
                ["state", "date_approve", "picking_ids"],
            )
        approve = []
        received = {}
        for row in records:
            purchase = self.plan.purchases.loc[ids[row["id"]]]
            wanted = text(purchase["date"])
            if row["date_approve"] != wanted:
                approve.append([str(row["id"]), wanted])
            if not pd.isna(purchase["received"]):
                for picking in row["picking_ids"]:
                    received[picking] = {"date_done": text(purchase["received"])}
        self.client.load("purchase.order", [".id", "date_approve"], approve)
        self._finish_pickings(received)

    # ---------------------------------------------------------------------- orders
    def load_orders(self, label, orders):
        """Create and confirm orders, and ship those that have a day of shipping.

        The promised date is the order's delivery date while it is loaded: Odoo keeps
        it as the deadline of the moves. Orders that are done lose it again: it was a
        promise of ours, not a date that the customer asked for.
        """
        progress = Progress(label, len(orders))
        lines = dict(tuple(self.plan.lines.groupby("order", sort=False)))
        known = self.client.known("sale.order", "retail_order_")
        for keys in chunks(orders.index):
            retrying(lambda keys=keys: self._order_chunk(keys, lines, known))
            progress.advance(len(keys))
        progress.close()
        self.counts[label] = len(orders)
        self.counts["order lines"] += sum(len(lines[key]) for key in orders.index)

    def _order_chunk(self, keys, lines, known):
        if any(f"retail_order_{key}" not in known for key in keys):
            # read again: an earlier attempt may have got through after all
            known.update(self.client.known("sale.order", "retail_order_"))
        rows = []
        fields = ["id", "partner_id/id", "client_order_ref", "origin", "date_order"]
        fields += ["commitment_date", "carrier_id/id", "picking_policy"]
        fields += ["order_line/product_id/id", "order_line/product_uom_qty"]
        fields += ["order_line/price_unit", "order_line/customer_lead"]
        new = [key for key in keys if f"retail_order_{key}" not in known]
        for key in new:
            order = self.plan.orders.loc[key]
            head = [
                f"{MODULE}.retail_order_{key}",
                f"{MODULE}.retail_customer_{order['customer']}",
                key,
                f"Online Retail {key}",
                text(order["date"]),
                text(order["promised"]),
                f"{MODULE}.retail_carrier_{order['lane']}",
                # what waits, waits for its last article
                "one" if pd.isna(order["shipped"]) else "direct",
            ]
            for line in lines[key].itertuples(index=False):
                rows.append(
                    [
                        *head,
                        f"{MODULE}.retail_article_{line.article}",
                        str(int(line.quantity)),
                        str(line.price),
                        str(int(order["lead"])),
                    ]
                )
                head = [""] * len(head)
        made = self.client.load("sale.order", fields, rows)
        for key, record in zip(new, made, strict=True):
            known[f"retail_order_{key}"] = record
        ids = {known[f"retail_order_{key}"]: key for key in keys}
        read = ["state", "date_order", "commitment_date", "picking_ids"]
        records = self.client.search_read("sale.order", [("id", "in", list(ids))], read)
        drafts = [row["id"] for row in records if row["state"] in ("draft", "sent")]
        if drafts:
            # oldest first, so that delivery numbers follow the dates
            self.client.call("sale.order", "action_confirm", sorted(drafts))
            records = self.client.search_read("sale.order", [("id", "in", list(ids))], read)
        dates, shipped, kept = [], {}, []
        for row in records:
            order = self.plan.orders.loc[ids[row["id"]]]
            wanted = text(order["date"])
            if row["date_order"] != wanted:
                dates.append([str(row["id"]), wanted])
            if not pd.isna(order["shipped"]):
                for picking in row["picking_ids"]:
                    shipped[picking] = self._shipment(order)
                if row["commitment_date"]:
                    kept.append(row["id"])
        self.client.load("sale.order", [".id", "date_order"], dates)
        self._finish_pickings(shipped, outgoing_only=True)
        if kept:
            self.client.write("sale.order", kept, {"commitment_date": False})

    def _shipment(self, order):
        """Return the columns of stock.picking that tell how an order was shipped."""
        columns = {
            "date_done": text(order["shipped"]),
            "carrier_tracking_ref": retail_master.tracking_number(order.name, order["country"]),
        }
        if self.carrier_states:
            arrived = not pd.isna(order["delivered"])
            columns["date_shipped"] = columns["date_done"][:10]
            columns["date_delivered"] = text(order["delivered"]) if arrived else ""
            columns["delivery_state"] = "customer_delivered" if arrived else "in_transit"
        return columns

    def _finish_pickings(self, wanted, outgoing_only=False):
        """Validate transfers and give them the day they were really done.

        :param wanted: {picking id: {column: text}}, date_done among the columns
        """
        if not wanted:
            return
        domain = [("id", "in", list(wanted))]
        if outgoing_only:
            # an order also lists its returns: they have dates of their own
            domain.append(("picking_type_code", "=", "outgoing"))
        read = ["state", "date_done", "name"]
        pickings = self.client.search_read("stock.picking", domain, read)
        todo = [row["id"] for row in pickings if row["state"] not in ("done", "cancel")]
        if todo:
            self.client.call("stock.picking", "button_validate", sorted(todo), context=VALIDATE)
            pickings = self.client.search_read("stock.picking", domain, read)
        rows = []
        for row in pickings:
            if row["state"] == "cancel":
                continue
            if row["state"] != "done":
                raise RuntimeError(
                    f"transfer {row['name']} should be done but is {row['state']!r}: is there stock for it?"
                )
            columns = wanted[row["id"]]
            if row["date_done"] != columns["date_done"]:
                rows.append([str(row["id"]), *columns.values()])
        names = next(iter(wanted.values()))
        self.client.load("stock.picking", [".id", *names], rows)

    # --------------------------------------------------------------------- returns
    def load_returns(self):
        """Send credited goods back through Odoo's return wizard."""
        returns = self.plan.returns.sort_values(["date", "credit", "order", "line"])
        jobs = defaultdict(list)
        for (_date, _credit, order), rows in returns.groupby(["date", "credit", "order"], sort=True):
            jobs[order].append(rows)
        progress = Progress("returns", sum(map(len, jobs.values())))
        known = self.client.known("sale.order", "retail_order_")
        orders = {known[f"retail_order_{order}"]: order for order in jobs}
        deliveries = self._deliveries(orders)
        for order, parts in jobs.items():
            retrying(lambda order=order, parts=parts: self._return_order(deliveries[order], parts))
            progress.advance(len(parts))
        progress.close()
        self.counts["returns"] = progress.total

    def _deliveries(self, orders):
        """Return {order: (picking id, {line number: move})} of delivered orders.

        :param orders: {sale.order id: order number}
        """
        moves = self.client.search_read(
            "stock.move",
            [
                ("sale_line_id.order_id", "in", list(orders)),
                ("state", "=", "done"),
                ("origin_returned_move_id", "=", False),
                ("picking_code", "=", "outgoing"),
            ],
            ["picking_id", "product_id", "quantity", "sale_line_id"],
            order="id",
        )
        lines = self.client.search_read(
            "sale.order.line",
            [("order_id", "in", list(orders)), ("is_delivery", "=", False)],
            ["order_id"],
            order="order_id, id",
        )
        position, number = {}, defaultdict(int)
        for row in lines:
            order = orders[row["order_id"][0]]
            position[row["id"]] = (order, number[order])
            number[order] += 1
        result = {}
        planned = {order: list(rows["line"]) for order, rows in self.plan.lines.groupby("order", sort=False)}
        for move in moves:
            order, place = position[move["sale_line_id"][0]]
            _picking, found = result.setdefault(order, (move["picking_id"][0], {}))
            found[planned[order][place]] = move
        return result

    def _return_order(self, delivery, parts):
        """Make the returns of one delivery that are not there yet.

        They are always made oldest first, so as many as exist are the first ones.
        Each is done before the next is made: the wizard releases unfinished ones.
        """
        picking, moves = delivery
        made = self.client.search_read(
            "stock.picking",
            [("return_id", "=", picking)],
            ["state", "date_done"],
            order="id",
        )
        for index, rows in enumerate(parts):
            moment = text(rows["date"].iat[0])
            if index < len(made):
                if made[index]["date_done"] != moment:
                    self._finish_pickings({made[index]["id"]: {"date_done": moment}})
                continue
            wizard = self.client.create(
                "stock.return.picking",
                {
                    "picking_id": picking,
                    "product_return_moves": [
                        (
                            0,
                            0,
                            {
                                "product_id": moves[row.line]["product_id"][0],
                                "move_id": moves[row.line]["id"],
                                "quantity": int(row.quantity),
                                "to_refund": True,
                            },
                        )
                        for row in rows.itertuples(index=False)
                    ],
                },
            )
            action = self.client.call("stock.return.picking", "action_create_returns", [wizard])
            self._finish_pickings({action["res_id"]: {"date_done": moment}})
