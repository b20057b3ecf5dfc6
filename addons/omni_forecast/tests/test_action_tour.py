# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


class ActionTourCase(HttpCase):
    """A purchaser's week: look at a purchase, apply it, undo it."""

    size = "desktop"
    browser_size = "1400x900"

    def setUp(self):
        super().setUp()
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )
        self.user = new_test_user(
            self.env,
            login="tour_buyer",
            password="tour_buyer",
            groups="omni_forecast.group_forecast_planner,purchase.group_purchase_user",
            lang="en_US",
        )
        vendor = self.env["res.partner"].create({"name": "Tour vendor"})
        self.product = self.env["product.product"].create(
            {
                "name": "Tour article",
                "type": "consu",
                "is_storable": True,
                "standard_price": 5,
                "seller_ids": [
                    (0, 0, {"partner_id": vendor.id, "delay": 5, "price": 4})
                ],
            }
        )
        plan = self.env["forecast.plan"].create(
            {
                "name": "Tour orders",
                "product_domain": "[('name', '=', 'Tour article')]",
                "user_id": self.user.id,
            }
        )
        series = self.env["forecast.series"].create(
            {
                "plan_id": plan.id,
                "company_id": plan.company_id.id,
                "product_id": self.product.id,
                "warehouse_id": warehouse.id,
                "lead_periods": 1,
                "lead_mean": 30,
                "lead_quantile": 40,
                "service_level": 0.95,
                "yearly_demand": 360,
                "abc": "A",
            }
        )
        first = fields.Date.today().replace(day=1)
        self.env["forecast.line"].create(
            [
                {
                    "series_id": series.id,
                    "plan_id": plan.id,
                    "company_id": plan.company_id.id,
                    "product_id": self.product.id,
                    "warehouse_id": warehouse.id,
                    "date": first + relativedelta(months=month),
                    "mean": 30,
                }
                for month in range(6)
            ]
        )
        self.env["forecast.recommendation"]._refresh(series)
        self.proposals = series.recommendation_ids

    def run_story(self):
        purchase = self.proposals.filtered(lambda one: one.kind == "purchase")
        self.assertTrue(purchase)
        self.start_tour(
            f"/odoo/action-omni_forecast.action_forecast_recommendation/{purchase.id}",
            f"omni_forecast_purchase_{self.size}",
            login="tour_buyer",
            timeout=180,
        )
        self.env.invalidate_all()
        self.assertEqual(purchase.state, "undone")
        self.assertFalse(
            self.env["purchase.order.line"].search(
                [("product_id", "=", self.product.id)]
            )
        )


@tagged("post_install", "-at_install")
class TestActionTourDesktop(ActionTourCase):
    def test_story(self):
        self.run_story()


@tagged("post_install", "-at_install")
class TestActionTourPhone(ActionTourCase):
    size = "phone"
    browser_size = "390x844"
    touch_enabled = True

    def test_story(self):
        self.run_story()
