# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.tests import freeze_time

from .common import TODAY
from .test_opinion import OpinionCase


@freeze_time(TODAY)
class TestSalesComposite(OpinionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "omni_forecast.group_forecast_contributor"
        sale = "sales_team.group_sale_salesman"
        cls.north = cls.contributor("opinion_north", f"{group},{sale}")
        cls.south = cls.contributor("opinion_south", f"{group},{sale}")

    @classmethod
    def sell(cls, user, quantity, day):
        """A delivered sales order of one salesperson."""
        customer = cls.env["res.partner"].create({"name": f"Customer of {user.login}"})
        order = cls.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "user_id": user.id,
                "company_id": cls.company.id,
                "warehouse_id": cls.warehouse.id,
                "order_line": [
                    (
                        0,
                        0,
                        {"product_id": cls.product.id, "product_uom_qty": quantity},
                    )
                ],
            }
        )
        order.action_confirm()
        moves = order.order_line.move_ids
        for move in moves:
            move.quantity = quantity
            move.picked = True
        moves._action_done()
        order.commitment_date = day
        cls.env.flush_all()

    def test_bias_shares_and_fill(self):
        """Last year's demand is SEASON's 228 and 100 of orders: the north 60, the south
        40; both answer for their part, the rest is the statistical forecast's."""
        self.sell(self.north, 60, "2026-01-15 09:00:00")
        self.sell(self.south, 40, "2026-01-20 09:00:00")
        self.plan.action_run_now()
        request = self.ask(self.north | self.south, kind="sales")
        parts = {part.user_id: part for part in request.participant_ids}
        whole = sum(self.series.history["y"][-12:])
        self.assertAlmostEqual(parts[self.north].share, 60 / whole, 4)
        self.assertAlmostEqual(parts[self.south].share, 40 / whole, 4)
        self.assertEqual(parts[self.north].factor, 1)
        base = self.line().baseline
        self.answer(request, self.north, 30)
        composite = request.opinion_ids.filtered(lambda one: one.kind == "composite")
        self.assertAlmostEqual(composite.quantity, 30 + base * (1 - 60 / whole), 1)
        self.assertAlmostEqual(composite.weight, 0.3, 3)
        self.answer(request, self.south, 10)
        composite = request.opinion_ids.filtered(lambda one: one.kind == "composite")
        total = 40 + base * (1 - 100 / whole)
        self.assertAlmostEqual(composite.quantity, total, 1)
        self.assertIn("2 of 2", composite.reason)
        adjustment = self.series.adjustment_ids
        self.assertEqual(adjustment.kind, "sales")
        self.assertFalse(adjustment.author_id)
        self.assertAlmostEqual(self.line().mean, base + 0.3 * (total - base), 1)

    def test_record_corrects_the_next_figures(self):
        request = self.ask(self.north, kind="sales", period_count=1)
        self.answer(request, self.north, 100)
        with freeze_time("2026-05-05 09:00:00"):
            self.sell(self.north, 60, "2026-04-15 09:00:00")
            self.plan.action_run_now()
            row = self.rows(request, self.north).sudo()
            self.assertTrue(row.scored)
            self.assertEqual((row.expected, row.actual), (100, 60))
            again = self.ask(
                self.north,
                kind="sales",
                date_from=date(2026, 6, 1),
                deadline=date(2026, 5, 20),
                period_count=1,
            )
            part = again.participant_ids
            # (60 + 3 · 100) / (100 + 3 · 100)
            self.assertAlmostEqual(part.factor, 0.9, 3)
            self.assertEqual(part.scored_count, 1)
            self.answer(again, self.north, 50)
            composite = again.opinion_ids.filtered(lambda one: one.kind == "composite")
            statistical = composite.statistical
            self.assertAlmostEqual(
                composite.quantity, 45 + statistical * (1 - part.share), 0
            )

    def test_territory_of_a_team(self):
        team = self.env["crm.team"].create(
            {"name": "North", "company_id": self.company.id}
        )
        self.sell(self.north, 30, "2026-01-15 09:00:00")
        self.env["sale.order"].search([("user_id", "=", self.north.id)]).team_id = team
        request = self.ask(
            self.env["res.users"],
            opened=False,
            kind="sales",
            participant_ids=[(0, 0, {"user_id": self.south.id, "team_id": team.id})],
        )
        request.action_open()
        self.assertGreater(request.participant_ids.share, 0)
