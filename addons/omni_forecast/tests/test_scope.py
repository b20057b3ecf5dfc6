# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestScope(ForecastCase):
    """Customers, sales teams, companies."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Scoped")
        cls.tag = cls.env["res.partner.category"].create({"name": "Clinic"})
        cls.clinic = cls.env["res.partner"].create(
            {"name": "Clinic", "is_company": True, "category_id": [(6, 0, cls.tag.ids)]}
        )
        cls.ward = cls.env["res.partner"].create(
            {"name": "Ward 3", "parent_id": cls.clinic.id, "type": "delivery"}
        )
        cls.shop = cls.env["res.partner"].create({"name": "Shop"})
        cls.web = cls.env["crm.team"].create(
            {"name": "Web", "company_id": cls.company.id}
        )
        cls.field = cls.env["crm.team"].create(
            {"name": "Field", "company_id": cls.company.id}
        )

    def sell(self, partner, day, quantity, team=None):
        """A done delivery of a confirmed order."""
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": self.company.id,
                "warehouse_id": self.warehouse.id,
                "team_id": (team or self.field).id,
                "order_line": [
                    (
                        0,
                        0,
                        {"product_id": self.product.id, "product_uom_qty": quantity},
                    )
                ],
            }
        )
        order.action_confirm()
        for move in order.picking_ids.move_ids:
            move.quantity, move.picked = quantity, True
        order.picking_ids._action_done()
        order.picking_ids.move_ids.write({"date": day, "date_deadline": day})
        self.env.flush_all()
        return order

    def quantities(self, plan, **options):
        return {one.team_id: one.quantity for one in plan.read_demand(**options)}

    def test_customers_by_filter_and_tag(self):
        self.sell(self.ward, datetime(2026, 1, 10), 4)
        self.sell(self.shop, datetime(2026, 1, 11), 9)
        self.make_moves([(self.product, datetime(2026, 1, 12), 100)])
        plan = self.make_plan(history_periods=6)
        self.assertEqual(self.quantities(plan), {0: [113, 0]})
        plan.partner_category_ids = self.tag
        self.assertEqual(self.quantities(plan), {0: [4, 0]})
        plan.write(
            {"partner_category_ids": False, "partner_domain": "[('name','=','Shop')]"}
        )
        self.assertEqual(self.quantities(plan), {0: [9, 0]})
        self.assertTrue(plan.partial_demand)
        with self.assertRaisesRegex(ValidationError, "customer filter"):
            plan.partner_domain = "[('no_such', '=', 1)]"

    def test_partial_demand_orders_nothing(self):
        for month in range(1, 3):
            self.sell(self.ward, datetime(2026, month, 10), 4)
        plan = self.make_plan(history_periods=6, partner_category_ids=self.tag.ids)
        outcome = plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        self.assertEqual((outcome["series"], outcome["recommendations"]), (1, 0))

    def test_sales_teams(self):
        self.sell(self.shop, datetime(2026, 1, 10), 4, self.web)
        self.sell(self.shop, datetime(2026, 2, 10), 6, self.field)
        self.make_moves([(self.product, datetime(2026, 2, 12), 5)])
        plan = self.make_plan(history_periods=6)
        self.assertEqual(
            self.quantities(plan, by_team=True),
            {self.web.id: [4, 0], self.field.id: [6], 0: [5]},
        )
        plan.team_ids = self.web
        self.assertEqual(self.quantities(plan), {0: [4, 0]})

    def test_return_of_an_order_stays_with_its_team(self):
        order = self.sell(self.shop, datetime(2026, 1, 10), 4, self.web)
        back = self.make_moves([(self.product, datetime(2026, 2, 25), -3)])
        back.origin_returned_move_id = order.picking_ids.move_ids
        plan = self.make_plan(history_periods=6, team_ids=self.web.ids)
        self.assertEqual(self.quantities(plan), {0: [1, 0]})

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other Forecast Company"})
        stock = self.env["stock.warehouse"].search(
            [("company_id", "=", other.id)], limit=1
        )
        self.make_moves([(self.product, datetime(2026, 2, 10), 100)], warehouse=stock)
        self.make_moves([(self.product, datetime(2026, 2, 10), 5)])
        plan = self.make_plan(history_periods=6)
        self.assertEqual(self.quantities(plan), {0: [5]})
        self.env.user.company_ids |= other
        theirs = (
            self.env["forecast.plan"]
            .with_context(allowed_company_ids=[other.id])
            .create(
                {
                    "name": "Theirs",
                    "company_id": other.id,
                    "user_id": self.env.user.id,
                    "history_periods": 6,
                }
            )
        )
        self.assertEqual(self.quantities(theirs), {0: [100]})
        self.assertEqual(theirs.action_run_now()["state"], "done")
        self.assertEqual(plan.action_run_now()["state"], "done")
        mine = self.env["forecast.series"].with_user(self.planner).search([])
        self.assertEqual(mine.company_id, self.company)
        nodes = self.env["forecast.node"].with_user(self.planner).search([])
        self.assertTrue(nodes)
        self.assertEqual(nodes.company_id, self.company)
