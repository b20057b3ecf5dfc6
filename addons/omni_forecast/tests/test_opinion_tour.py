# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from .common import SEASON


@tagged("post_install", "-at_install")
class TestOpinionTour(HttpCase):
    """A planner changes a quantity in the grid, an expert hands in figures.

    The clock is not frozen, browser and server would disagree.
    """

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("en_US")
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.product = self.env["product.product"].create(
            {"name": "Opinion product", "type": "consu", "is_storable": True}
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": self.product.id,
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
                "name": "Opinion plan",
                "product_domain": f"[('id', '=', {self.product.id})]",
            }
        )
        answer = self.plan.action_run_now()
        self.assertEqual(answer["state"], "done", answer["error"])
        for login, group in (("opinion_p", "planner"), ("opinion_c", "contributor")):
            new_test_user(
                self.env,
                login=login,
                password=login,
                groups=f"omni_forecast.group_forecast_{group}",
                lang="en_US",
            )

    def test_override_in_the_grid(self):
        series = self.plan.series_ids
        self.start_tour(
            f"/odoo/forecasts/{series.id}",
            "omni_forecast_override",
            login="opinion_p",
            timeout=300,
        )
        trail = self.env["forecast.adjustment"].search([("series_id", "=", series.id)])
        self.assertEqual(trail.target, 77)
        self.assertEqual(trail.reason, "Tender won")
        self.assertEqual(trail.author_id.login, "opinion_p")
        self.assertEqual(trail.state, "withdrawn")

    def test_expert_hands_in(self):
        expert = self.env["res.users"].search([("login", "=", "opinion_c")])
        request = self.env["forecast.request"].create(
            {
                "name": "What do you expect?",
                "plan_id": self.plan.id,
                "product_ids": [(6, 0, self.product.ids)],
                "participant_ids": [(0, 0, {"user_id": expert.id})],
            }
        )
        request.action_open()
        self.start_tour(
            "/odoo/my-forecast-opinions",
            "omni_forecast_opinion",
            login="opinion_c",
            timeout=300,
        )
        self.assertEqual(request.answered_count, 1)
        self.assertIn(88, request.opinion_ids.mapped("quantity"))
        self.assertEqual(self.plan.series_ids.adjustment_ids.author_id, expert)
