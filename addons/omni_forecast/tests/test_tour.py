# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SEASON


class TourCase(HttpCase):
    """Queue a run in the browser, do it, look at the chart, apply a recommendation.

    The clock is not frozen, browser and server would disagree; the history hangs on
    today instead.
    """

    size = "desktop"
    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.user = new_test_user(
            self.env,
            login="tour_planner",
            password="tour_planner",
            groups="omni_forecast.group_forecast_planner",
            lang="en_US",
        )
        product = self.env["product.product"].create(
            {
                "name": "Tour product",
                "type": "consu",
                "is_storable": True,
                "standard_price": 5,
            }
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom_qty": quantity,
                    "location_id": warehouse.lot_stock_id.id,
                    "location_dest_id": self.ref("stock.stock_location_customers"),
                }
                for quantity in SEASON * 2
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
        self.plan = self.env["forecast.plan"].create(
            {
                "name": "Tour plan",
                "product_domain": "[('name', '=', 'Tour product')]",
                "user_id": self.user.id,
                # one proposal to decide on: purchases have a tour of their own
                "propose_purchases": False,
            }
        )

    def tour(self, url, name):
        self.start_tour(
            url,
            f"omni_forecast_{name}_{self.size}",
            login="tour_planner",
            timeout=180,
        )
        self.env.invalidate_all()

    def run_story(self):
        self.tour("/odoo/action-omni_forecast.action_forecast_plan", "run")
        run = self.plan.run_ids
        self.assertEqual((run.state, run.user_id), ("queued", self.user))
        run.with_user(self.user)._process(commit=False)
        self.assertEqual(run.state, "done", run.error)
        self.tour("/odoo/action-omni_forecast.action_forecast_series", "chart")
        self.tour("/odoo/action-omni_forecast.action_forecast_recommendation", "apply")
        proposal = self.plan.series_ids.recommendation_ids
        self.assertEqual(proposal.state, "applied")
        self.assertEqual(proposal.orderpoint_id.product_min_qty, proposal.min_after)


@tagged("post_install", "-at_install")
class TestTourDesktop(TourCase):
    def test_story(self):
        self.run_story()


@tagged("post_install", "-at_install")
class TestTourPhone(TourCase):
    size = "phone"
    browser_size = "390x844"
    touch_enabled = True

    def test_story(self):
        self.run_story()
