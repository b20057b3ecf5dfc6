# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SEASON


@tagged("post_install", "-at_install")
class TestJudgementTour(HttpCase):
    """The staircase in the browser, right after a first run."""

    browser_size = "1400x900"

    def test_staircase(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        new_test_user(
            self.env,
            login="tour_judge",
            password="tour_judge",
            groups="omni_forecast.group_forecast_reader",
            lang="en_US",
        )
        product = self.env["product.product"].create(
            {"name": "Staircase product", "type": "consu", "is_storable": True}
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": self.ref("stock.stock_location_customers"),
                }
                for quantity in SEASON * 3
            ]
        )
        moves._action_confirm(merge=False)
        for move in moves:
            move.quantity = move.product_uom_qty
            move.picked = True
        moves._action_done()
        first = fields.Datetime.now().replace(day=10) - relativedelta(months=len(moves))
        for index, move in enumerate(moves):
            move.date = first + relativedelta(months=index)
        self.env["forecast.plan"].search([]).action_archive()
        plan = self.env["forecast.plan"].create(
            {
                "name": "Judged plan",
                "product_domain": f"[('id', '=', {product.id})]",
            }
        )
        self.assertEqual(plan.action_run_now()["state"], "done")
        self.start_tour(
            "/odoo/forecast-value-added", "omni_forecast_judgement", login="tour_judge"
        )
