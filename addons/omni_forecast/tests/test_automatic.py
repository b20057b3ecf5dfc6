# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user

from odoo.addons.omni_forecast.models.action import forecast_recommendation_decide

from .common import TODAY
from .common_action import STEADY, ActionCase


@freeze_time(TODAY)
class TestAutomatic(ActionCase):
    """Automatic mode within limits, decisions on many, and their undo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_product("Second", lst_price=8.0)
        cls.make_history(cls.second, STEADY)
        cls.set_stock(100, product=cls.second)
        cls.plan.action_run_now()
        first = cls.plan.series_ids.recommendation_ids.filtered(
            lambda one: one.product_id == cls.second and one.state == "proposed"
        )
        cls.minimum, cls.maximum = first.min_after, first.max_after
        cls.rules = cls.env["stock.warehouse.orderpoint"].create(
            [
                {
                    "product_id": product.id,
                    "warehouse_id": cls.warehouse.id,
                    "product_min_qty": cls.minimum - 2,
                    "product_max_qty": cls.maximum - 2,
                    "trigger": "manual",
                }
                for product in (cls.product, cls.second)
            ]
        )
        cls.plan.write(
            {
                "auto_apply": True,
                "auto_a": True,
                "auto_purchases": False,
                "propose_transfers": False,
            }
        )

    def setUp(self):
        super().setUp()
        for product in (self.product, self.second):
            self.set_stock(100, product=product)

    def run_plan(self):
        self.plan.action_run_now()
        self.plan.invalidate_recordset()
        return self.plan.series_ids.recommendation_ids.filtered(
            lambda one: one.state != "obsolete"
        )

    def batch(self):
        return self.env["forecast.batch"].search([("plan_id", "=", self.plan.id)])

    def test_inside_the_limits(self):
        found = self.run_plan()
        self.assertEqual(set(found.mapped("state")), {"applied"})
        self.assertEqual(set(self.rules.mapped("product_min_qty")), {self.minimum})
        batch = self.batch()
        self.assertEqual((batch.origin, batch.done_count), ("auto", 2))
        self.assertEqual(batch.run_id, self.plan.last_run_id)
        self.assertEqual(batch.undoable_count, 2)
        # the whole at once
        batch.action_undo()
        self.assertEqual(set(self.rules.mapped("product_min_qty")), {self.minimum - 2})
        self.assertEqual(set(found.mapped("state")), {"undone"})

    def test_locked_rule_is_never_touched(self):
        self.rules[0].forecast_locked = True
        self.run_plan()
        self.assertEqual(
            self.rules.mapped("product_min_qty"), [self.minimum - 2, self.minimum]
        )

    def test_change_too_large(self):
        self.plan.auto_max_change = 0.05
        found = self.run_plan()
        self.assertEqual(set(found.mapped("state")), {"proposed"})
        self.assertIn("more than 5 %", found[0].auto_text)
        self.assertFalse(self.batch())

    def test_value_of_one_and_of_the_run(self):
        money = 2 * 5
        self.plan.auto_max_value = money - 1
        found = self.run_plan()
        self.assertEqual(set(found.mapped("state")), {"proposed"})
        self.assertIn("Worth", found[0].auto_text)
        self.plan.write({"auto_max_value": money, "auto_max_total": money + 1})
        found = self.run_plan()
        self.assertEqual(sorted(found.mapped("state")), ["applied", "proposed"])
        left = found.filtered(lambda one: one.state == "proposed")
        self.assertIn("only", left.auto_text)
        self.assertEqual(self.batch().money, money)

    def test_kinds_and_classes(self):
        self.plan.auto_rules = False
        self.assertIn("kind", self.run_plan()[0].auto_text)
        self.plan.write({"auto_rules": True, "auto_a": False})
        kept = self.run_plan().filtered(lambda one: one.state == "proposed")
        self.assertEqual(set(kept.mapped("abc")), {"A"})
        self.assertIn("Class A", kept[0].auto_text)

    def test_new_rules_wait(self):
        self.rules.unlink()
        found = self.run_plan()
        self.assertIn("New rules", found[0].auto_text)
        self.plan.auto_new_rules = True
        self.assertEqual(set(self.run_plan().mapped("state")), {"applied"})

    def test_purchases_by_itself(self):
        self.plan.auto_purchases = True
        self.set_stock(5)
        self.run_plan()
        order = self.orders()
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertEqual(order.state, "draft")
        self.run_plan()
        self.assertEqual(self.orders(), order)
        self.assertEqual(len(order.order_line), 1)
        self.batch()[-1].action_undo()
        self.assertFalse(self.orders())

    def test_with_the_planners_rights(self):
        """The planner has no purchase rights: the run goes on, the proposal says why."""
        self.plan.auto_purchases = True
        self.set_stock(5)
        run = self.plan._queue_run("schedule", trigger=False).with_user(self.planner)
        run._process(commit=False)
        self.assertEqual(run.state, "done", run.error)
        one = self.refresh("purchase")
        self.assertEqual(one.state, "proposed")
        batch = self.batch()
        self.assertEqual((batch.done_count, batch.failed_count), (2, 1))
        self.assertIn("no right", batch.failure_text)

    def test_many_are_left_to_a_job(self):
        self.plan.auto_apply = False
        found = self.run_plan()
        self.rules[1].forecast_locked = True
        with patch.object(forecast_recommendation_decide, "AT_ONCE", 1):
            action = found.with_user(self.planner).action_apply()
        self.assertEqual(action["res_model"], "forecast.batch")
        batch = self.batch()
        self.assertEqual((batch.state, batch.total), ("queued", 2))
        self.assertEqual(set(found.mapped("state")), {"proposed"})
        batch.with_user(self.planner)._process(commit=False)
        self.assertEqual((batch.state, batch.progress), ("done", 100))
        self.assertEqual((batch.done_count, batch.failed_count), (1, 1))
        self.assertIn("Second", batch.failure_text)
        self.assertIn("locked", batch.failure_text)
        self.assertEqual(self.rules[0].product_min_qty, self.minimum)
        with self.assertRaises(AccessError):
            batch.with_user(self.reader).action_undo()
        batch.with_user(self.planner).action_undo()
        self.assertEqual(self.rules[0].product_min_qty, self.minimum - 2)

    def test_a_batch_that_is_taken_up_again_doubles_nothing(self):
        self.plan.auto_apply = False
        found = self.run_plan()
        batch = self.env["forecast.batch"]._queue(found, "apply")
        batch._process(commit=False)
        batch.sudo().state = "running"
        batch._process(commit=False)
        self.assertEqual((batch.done_count, batch.failed_count), (2, 0))

    def test_log_is_not_written_by_hand(self):
        self.run_plan()
        with self.assertRaises(AccessError):
            self.batch().with_user(self.planner).write({"done_count": 9})
        with self.assertRaises(AccessError):
            self.env["forecast.batch"].with_user(self.planner).create({"verb": "apply"})

    def test_changing_limits_keeps_the_forecasts(self):
        """Limits decide what becomes of a forecast, not the forecast."""
        run = self.plan.last_run_id
        before = run._settings(self.plan)
        self.plan.auto_max_value = 12345
        self.assertEqual(run._settings(self.plan), before)

    def test_who_sees_what(self):
        self.run_plan()
        contributor = new_test_user(
            self.env,
            login="forecast_contributor_only",
            groups="omni_forecast.group_forecast_contributor",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        other = self.env["res.company"].create({"name": "Apart"})
        stranger = new_test_user(
            self.env,
            login="forecast_stranger_2",
            groups="omni_forecast.group_forecast_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for name in ("recommendation", "batch", "workload", "transfer.lane"):
            model = self.env[f"forecast.{name}"]
            with self.assertRaises(AccessError):
                model.with_user(contributor).search([])
            found = (
                model.with_user(stranger)
                .with_context(allowed_company_ids=other.ids)
                .search([])
            )
            self.assertNotIn(self.company, found.company_id, name)
        self.assertTrue(self.env["forecast.batch"].with_user(self.reader).search([]))
