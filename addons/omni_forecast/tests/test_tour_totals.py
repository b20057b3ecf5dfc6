# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTotalsTour(HttpCase):
    """From the total of a plan down to one forecast, in the browser.

    The clock is not frozen, browser and server would disagree; the history hangs on
    today instead.
    """

    browser_size = "1400x900"

    def test_totals(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        user = new_test_user(
            self.env,
            login="tour_totals",
            password="tour_totals",
            groups="omni_forecast.group_forecast_planner",
            lang="en_US",
        )
        category = self.env["product.category"].create({"name": "Tour category"})
        product = self.env["product.product"].create(
            {
                "name": "Tour part",
                "type": "consu",
                "is_storable": True,
                "standard_price": 5,
                "categ_id": category.id,
            }
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": 20 + index % 3,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": self.ref("stock.stock_location_customers"),
                }
                for index in range(18)
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
        plan = self.env["forecast.plan"].create(
            {
                "name": "Tour plan",
                "user_id": user.id,
                "warehouse_ids": [(6, 0, warehouse.ids)],
                "product_domain": f"[('id', '=', {product.id})]",
            }
        )
        self.env.flush_all()
        outcome = plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        action = self.env.ref("omni_forecast.action_forecast_node")
        self.start_tour(
            f"/odoo/action-{action.id}", "omni_forecast_totals", login="tour_totals"
        )
