# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.omni_forecast import engine

from .common import ForecastCase

STEADY = [30] * 24


def forecast_here(panel, **options):
    """The engine without a process of its own, which takes seconds to start; the runs' own
    tests see to that."""
    of_process = {"progress", "cancel", "timeout"}
    own = {name: options[name] for name in options.keys() - of_process}
    return engine.forecast(panel, **own)


class ActionCase(ForecastCase):
    """A product that sells 30 a month for two years, forecast by a plan that also proposes
    purchases and transfers; stock is set by each test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.object(engine, "run_in_process", forecast_here))
        cls.vendor.country_id = cls.env.ref("base.kr")
        cls.product = cls.make_product("Steady", lst_price=8.0)
        cls.make_history(cls.product, STEADY)
        # there always was enough: days out of stock would count as unmet demand
        cls.set_stock(100)
        cls.plan = cls.make_plan(propose_purchases=True, propose_transfers=True)
        outcome = cls.plan.action_run_now()
        assert outcome["state"] == "done", outcome["error"]
        cls.series = cls.plan.series_ids
        companies = {
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
        }
        cls.buyer = new_test_user(
            cls.env,
            login="forecast_buyer",
            groups="omni_forecast.group_forecast_reader,purchase.group_purchase_user",
            **companies,
        )
        cls.reader = new_test_user(
            cls.env,
            login="forecast_reader_only",
            groups="omni_forecast.group_forecast_reader",
            **companies,
        )

    @classmethod
    def set_stock(cls, quantity, warehouse=None, product=None):
        """Bring the stock on hand to `quantity`."""
        product = product or cls.product
        location = (warehouse or cls.warehouse).lot_stock_id
        quants = cls.env["stock.quant"]
        now = sum(
            quants.search(
                [("product_id", "=", product.id), ("location_id", "=", location.id)]
            ).mapped("quantity")
        )
        if quantity != now:
            quants._update_available_quantity(product, location, quantity - now)

    def refresh(self, kind=None, product=None):
        """Open proposals of the kind after a refresh."""
        self.env["forecast.recommendation"]._refresh(self.plan.series_ids)
        domain = [("plan_id", "=", self.plan.id), ("state", "=", "proposed")]
        if kind:
            domain.append(("kind", "=", kind))
        if product:
            domain.append(("product_id", "=", product.id))
        return self.env["forecast.recommendation"].search(domain)

    def open_move(self, source, target, quantity, day=None, product=None):
        """A confirmed move that is not done."""
        product = product or self.product
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "product_uom": product.uom_id.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "company_id": self.company.id,
                "date": day or fields.Datetime.now(),
            }
        )
        move._action_confirm(merge=False)
        return move

    def orders(self):
        return self.env["purchase.order"].search(
            [("forecast_made", "=", True), ("company_id", "=", self.company.id)]
        )
