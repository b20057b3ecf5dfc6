# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime
from unittest.mock import patch

from dateutil.relativedelta import relativedelta

from odoo.tests import TransactionCase, new_test_user

# A day in the middle of a month and of a week, so that both have unfinished periods.
TODAY = "2026-03-18 09:00:00"
SEASON = [12, 10, 14, 16, 20, 24, 28, 26, 20, 16, 12, 30]


class ForecastCase(TransactionCase):
    """A company with a warehouse, a few products and helpers that make real moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "mail_create_nolog": True,
                "no_reset_password": True,
            }
        )
        cls.company = cls.env["res.company"].create({"name": "Forecast Test Company"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company = cls.company.with_env(cls.env)
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.dozen = cls.env.ref("uom.product_uom_dozen")
        cls.planner = new_test_user(
            cls.env,
            login="forecast_planner",
            groups="omni_forecast.group_forecast_planner",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.vendor = cls.env["res.partner"].create({"name": "Forecast Vendor"})

    @classmethod
    def engine_here(cls):
        """Let the engine work in this process: many runs of a few series take seconds less
        each. What the process of its own does is tested elsewhere."""
        from ..engine import forecast

        def run(panel, *, progress=None, **options):
            # what only a process of its own can do
            of_process = {"cancel", "timeout"}
            own = {name: options[name] for name in options.keys() - of_process}
            return forecast(panel, progress=progress, **own)

        cls.startClassPatcher(
            patch("odoo.addons.omni_forecast.engine.run_in_process", run)
        )

    @classmethod
    def make_product(cls, name, **values):
        """A storable product with a cost of 5 and a vendor who takes 10 days."""
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "standard_price": 5.0,
                "seller_ids": [
                    (0, 0, {"partner_id": cls.vendor.id, "delay": 10, "min_qty": 1})
                ],
                **values,
            }
        )

    @classmethod
    def make_moves(cls, rows, warehouse=None):
        """Done moves to customers; a negative quantity comes back from them.

        :param rows: (product, date, quantity[, uom]) ...
        :returns: stock.move in the order of the rows
        """
        stock = (warehouse or cls.warehouse).lot_stock_id
        values = []
        for product, _day, quantity, *rest in rows:
            out = quantity > 0
            values.append(
                {
                    "product_id": product.id,
                    "product_uom_qty": abs(quantity),
                    "product_uom": (rest[0] if rest else product.uom_id).id,
                    "location_id": stock.id if out else cls.customers.id,
                    "location_dest_id": cls.customers.id if out else stock.id,
                    "company_id": stock.company_id.id,
                }
            )
        moves = cls.env["stock.move"].create(values)
        moves._action_confirm(merge=False)
        for move in moves:
            move.quantity = move.product_uom_qty
            move.picked = True
        moves._action_done()
        for move, row in zip(moves, rows, strict=True):
            move.write({"date": row[1], "date_deadline": False})
        cls.env.flush_all()
        return moves

    @classmethod
    def monthly(cls, quantities, last="2026-02-01"):
        """(day, quantity) of months that end with `last`, each on the 10th at noon."""
        first = datetime.fromisoformat(last) - relativedelta(months=len(quantities) - 1)
        return [
            (first + relativedelta(months=index, days=9, hours=12), quantity)
            for index, quantity in enumerate(quantities)
        ]

    @classmethod
    def make_history(cls, product, quantities, last="2026-02-01", warehouse=None):
        """Monthly deliveries of one product that end with the month of `last`."""
        return cls.make_moves(
            [
                (product, day, quantity)
                for day, quantity in cls.monthly(quantities, last)
                if quantity
            ],
            warehouse,
        )

    @classmethod
    def make_plan(cls, **values):
        return cls.env["forecast.plan"].create(
            {
                "name": "Test plan",
                "company_id": cls.company.id,
                "user_id": cls.planner.id,
                "lead_days": 14,
                "review_days": 7,
                "service_level": 0.95,
                # tests of rules make no stock; those of orders ask for them
                "propose_purchases": False,
                "propose_transfers": False,
                **values,
            }
        )

    def demand(self, plan):
        """{product: (first day, quantities)} of the plan's only warehouse."""
        return {
            self.env["product.product"].browse(one.product_id): (
                str(one.start),
                one.quantity,
            )
            for one in plan.read_demand()
        }
