# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import UserError
from odoo.tests import freeze_time

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestRecommendation(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Ruled")
        cls.make_history(cls.product, SEASON * 2)
        cls.rule = cls.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": cls.product.id,
                "warehouse_id": cls.warehouse.id,
                "product_min_qty": 3,
                "product_max_qty": 4,
            }
        )
        cls.plan = cls.make_plan()

    def propose(self):
        self.plan.action_run_now()
        return self.env["forecast.recommendation"].search(
            [("plan_id", "=", self.plan.id), ("state", "=", "proposed")]
        )

    def levels(self):
        return self.rule.product_min_qty, self.rule.product_max_qty

    def test_apply_is_idempotent(self):
        one = self.propose()
        one.action_apply()
        after, when = self.levels(), one.done_at
        one.action_apply()
        self.assertEqual((self.levels(), one.done_at), (after, when))
        # the rule now is what the forecast asks for: nothing new is proposed
        self.assertFalse(self.propose())
        self.assertEqual(one.state, "applied")

    def test_locked_rule_is_left_alone(self):
        one = self.propose()
        self.rule.forecast_locked = True
        answer = one.action_apply()
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertEqual((one.state, self.levels()), ("proposed", (3, 4)))
        self.assertIn("locked", one.conflict)
        self.assertFalse(self.propose())
        self.assertEqual(one.state, "obsolete")

    def test_changed_rule_is_not_overwritten(self):
        one = self.propose()
        self.rule.write({"product_min_qty": 8, "product_max_qty": 9})
        one.action_apply()
        self.assertEqual((one.state, self.levels()), ("proposed", (8, 9)))
        self.assertIn("8 / 9 now", one.conflict)
        again = self.propose()
        self.assertEqual(again, one)
        self.assertEqual((again.min_before, again.conflict), (8, False))
        again.action_apply()
        self.assertEqual(again.state, "applied")

    def test_undo_does_not_overwrite_a_later_change(self):
        one = self.propose()
        one.action_apply()
        self.rule.product_max_qty += 5
        one.action_undo()
        self.assertEqual(one.state, "applied")
        self.assertIn("changed after", one.conflict)

    def test_dismissed_is_not_proposed_again(self):
        one = self.propose()
        one.action_dismiss()
        self.assertEqual(self.levels(), (3, 4))
        self.assertFalse(self.propose())
        one.action_undo()
        self.assertEqual(one.state, "proposed")

    def test_rule_made_meanwhile(self):
        self.rule.unlink()
        one = self.propose()
        self.assertEqual(one.rule_change, "create")
        made = self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "product_min_qty": 1,
                "product_max_qty": 2,
            }
        )
        one.action_apply()
        self.assertEqual(one.state, "proposed")
        self.assertEqual(made.product_min_qty, 1)

    def test_archived_rule_is_reactivated_and_archived_again(self):
        self.rule.active = False
        one = self.propose()
        self.assertEqual(one.rule_change, "reactivate")
        one.action_apply()
        self.assertTrue(self.rule.active)
        one.action_undo()
        self.assertEqual((self.rule.active, self.levels()), (False, (3, 4)))

    def test_several_at_once(self):
        other = self.make_product("Other")
        self.make_history(other, SEASON * 2)
        both = self.propose()
        self.assertEqual(len(both), 2)
        self.rule.forecast_locked = True
        answer = both.action_apply()
        self.assertEqual(sorted(both.mapped("state")), ["applied", "proposed"])
        self.assertIn("locked", answer["params"]["message"])

    def test_no_new_rules_wanted(self):
        self.rule.unlink()
        self.plan.propose_new = False
        self.assertFalse(self.propose())

    def test_small_change_is_not_proposed(self):
        one = self.propose()
        self.rule.write(
            {"product_min_qty": one.min_after - 1, "product_max_qty": one.max_after - 1}
        )
        self.plan.min_change = 0.5
        self.assertFalse(self.propose())

    def test_applied_is_kept(self):
        one = self.propose()
        one.action_apply()
        with self.assertRaises(UserError):
            one.unlink()

    def test_rules_on_other_locations_are_left_alone(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        self.rule.unlink()
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.product.id,
                "warehouse_id": self.warehouse.id,
                "location_id": shelf.id,
            }
        )
        self.assertFalse(self.propose())
