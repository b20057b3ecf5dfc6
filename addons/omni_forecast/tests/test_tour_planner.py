# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import tagged

from .test_tour import TourCase


class PlannerCase(TourCase):
    """A planner's week in the browser: event and promise, scenario, workbook, first plan."""

    def setUp(self):
        super().setUp()
        self.user.group_ids |= self.env.ref("omni_forecast.group_forecast_manager")
        self.plan.action_run_now()
        month = fields.Date.today().replace(day=1)
        past = month - relativedelta(months=5)
        ahead = month + relativedelta(months=1)
        values = {
            "kind": "promotion",
            "plan_id": self.plan.id,
            "product_ids": [(6, 0, self.plan.series_ids.product_id.ids)],
        }
        old, self.event = self.env["forecast.event"].create(
            [
                {
                    **values,
                    "name": "Old sale",
                    "date_start": past,
                    "date_end": past + relativedelta(days=20),
                },
                {
                    **values,
                    "name": "Tour sale",
                    "date_start": ahead,
                    "date_end": ahead + relativedelta(days=20),
                },
            ]
        )
        old.state = "confirmed"

    def run_week(self):
        action = "/odoo/action-omni_forecast.action_forecast"
        self.tour(f"{action}_event/{self.event.id}", "event")
        self.assertEqual(self.event.state, "confirmed")
        self.assertTrue(self.event.promise_id.demand)
        self.tour(f"{action}_scenario", "scenario")
        scenario = self.plan.scenario_ids
        self.assertAlmostEqual(scenario.demand, 1.1 * scenario.present["demand"], 1)
        self.tour(f"{action}_plan/{self.plan.id}", "sheet")
        before = self.env["forecast.plan"].search([])
        self.tour(f"{action}_start", "start")
        plan = self.env["forecast.plan"].search([]) - before
        self.assertEqual((plan.run_state, plan.grain), ("queued", "month"))


@tagged("post_install", "-at_install")
class TestPlannerDesktop(PlannerCase):
    def test_week(self):
        self.run_week()


@tagged("post_install", "-at_install")
class TestPlannerPhone(PlannerCase):
    size = "phone"
    browser_size = "390x844"
    touch_enabled = True

    def test_week(self):
        self.run_week()
