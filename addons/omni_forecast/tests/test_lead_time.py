# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import freeze_time

from .common import TODAY
from .common_action import STEADY, ActionCase


@freeze_time(TODAY)
class TestLeadTime(ActionCase):
    """What real receipts say about a vendor who promises ten days."""

    def receive(self, product, days, ordered="2026-01-05 09:00:00"):
        """An order that is received `days` after its confirmation."""
        ordered = datetime.fromisoformat(ordered)
        order = self.env["purchase.order"].create(
            {
                "partner_id": self.vendor.id,
                "picking_type_id": self.warehouse.in_type_id.id,
                "date_order": ordered,
                "order_line": [
                    Command.create({"product_id": product.id, "product_qty": 1})
                ],
            }
        )
        order.button_confirm()
        order.date_approve = ordered
        move = order.picking_ids.move_ids
        move.quantity = 1
        move.picked = True
        move._action_done()
        move.date = ordered + timedelta(days=days)
        return order

    def supply(self, product=None):
        product = product or self.product
        return self.plan.read_supply(product.ids)[product.id]

    def test_stated_without_receipts(self):
        found = self.supply()
        self.assertEqual((found.lead_days, found.source), (10, "stated"))
        self.receive(self.product, 20)
        self.receive(self.product, 20)
        self.assertEqual(self.supply().source, "stated", "two receipts are too few")

    def test_own_receipts(self):
        for days in (18, 20, 22):
            self.receive(self.product, days)
        found = self.supply()
        self.assertEqual((found.source, found.receipts), ("product", 3))
        self.assertEqual((found.lead_days, found.lead_sd), (20, 2))
        self.company.days_to_purchase = 3
        self.assertEqual(self.supply().lead_days, 23)
        self.plan.measure_lead = False
        self.assertEqual((self.supply().lead_days, self.supply().lead_sd), (13, 0))

    def test_vendors_lateness(self):
        """Other products came four days after the promised date."""
        other = self.make_product("Other")
        for _index in range(5):
            self.receive(other, 14)
        found = self.supply()
        self.assertEqual((found.source, found.receipts), ("vendor", 5))
        self.assertEqual((found.lead_days, found.lead_sd), (14, 0))

    def test_another_companys_receipts_are_not_seen(self):
        for days in (18, 20, 22):
            order = self.receive(self.product, days)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE purchase_order SET company_id = %s WHERE partner_id = %s",
            (elsewhere.id, order.partner_id.id),
        )
        self.assertEqual(self.supply().source, "stated")

    def test_the_recommendation_says_so(self):
        before = self.refresh("rule").min_after
        for days in (10, 20, 30):
            self.receive(self.product, days)
        self.plan.action_run_now()
        rule = self.refresh("rule")
        self.assertEqual((rule.lead_days, rule.lead_sd), (20, 10))
        self.assertGreater(rule.min_after, before)
        self.assertIn("Measured on 3 receipts", rule.reason)
        self.assertIn("variation of the lead time", rule.reason)
        # z(95 %) = 1.645, one a day, ten days
        self.assertAlmostEqual(rule.figures["lead_safety"], 16.4, delta=0.6)
        self.set_stock(0)
        self.assertIn("Measured on 3 receipts", self.refresh("purchase").reason)

    def test_steps_of_a_receipt(self):
        self.warehouse.reception_steps = "two_steps"
        self.assertEqual(self.plan._receiving_days(), {self.warehouse.id: 0})
        self.warehouse.reception_route_id.rule_ids.delay = 2
        self.assertEqual(self.plan._receiving_days(), {self.warehouse.id: 2})
        self.plan.action_run_now()
        self.assertEqual(self.plan.series_ids.lead_days, 12)
        self.assertEqual(self.refresh("rule").lead_days, 12)

    def test_made_instead_of_bought(self):
        """Without Manufacturing nothing is asked; with it the bill's days are taken."""
        made = self.make_product("Made", seller_ids=[])
        self.make_history(made, STEADY)
        if "mrp.bom" in self.env:
            self.env["mrp.bom"].create(
                {
                    "product_tmpl_id": made.product_tmpl_id.id,
                    "produce_delay": 6,
                    "days_to_prepare_mo": 1,
                }
            )
            self.assertEqual(self.supply(made).lead_days, 7)
            return
        self.assertEqual(self.supply(made).source, "default")
        with patch.object(
            type(self.plan), "_manufacturing_days", lambda plan, ids: {made.id: 7}
        ):
            found = self.supply(made)
        self.assertEqual((found.lead_days, found.source), (7, "made"))
