# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestSecurity(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Guarded")
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.proposal = cls.plan.series_ids.recommendation_ids
        companies = {
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
        }
        cls.reader = new_test_user(
            cls.env,
            login="forecast_reader",
            groups="omni_forecast.group_forecast_reader",
            **companies,
        )
        cls.manager = new_test_user(
            cls.env,
            login="forecast_manager",
            groups="omni_forecast.group_forecast_manager",
            **companies,
        )
        cls.plain = new_test_user(
            cls.env, login="forecast_plain", groups="base.group_user", **companies
        )

    def test_reader_reads_and_changes_nothing(self):
        plan = self.plan.with_user(self.reader)
        self.assertEqual(plan.series_count, 1)
        self.assertTrue(plan.series_ids.get_chart_data()["labels"])
        self.assertTrue(plan.series_ids.line_ids.mapped("mean"))
        self.assertTrue(self.proposal.with_user(self.reader).reason)
        for call in (plan.action_run, plan.action_run_now):
            with self.assertRaises(AccessError):
                call()
        proposal = self.proposal.with_user(self.reader)
        for call in (
            proposal.action_apply,
            proposal.action_dismiss,
            proposal.action_undo,
        ):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            plan.name = "Mine"

    def test_planner_decides_but_makes_no_plan(self):
        self.proposal.with_user(self.planner).action_apply()
        self.assertEqual(self.proposal.state, "applied")
        self.assertTrue(self.proposal.orderpoint_id)
        with self.assertRaises(AccessError):
            self.plan.with_user(self.planner).horizon = 9
        with self.assertRaises(AccessError):
            self.env["forecast.plan"].with_user(self.planner).create({"name": "New"})

    def test_nobody_forges_results(self):
        for model in ("forecast.line", "forecast.score", "forecast.recommendation"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).create({})

    def test_manager_makes_runs_and_deletes(self):
        plan = (
            self.env["forecast.plan"]
            .with_user(self.manager)
            .create({"name": "New", "scheduled": True})
        )
        self.assertTrue(plan.next_run)
        self.assertEqual(plan.action_run_now()["state"], "done")
        cron = plan.sudo().cron_id
        plan.unlink()
        self.assertFalse(cron.exists())

    def test_plain_user_sees_nothing(self):
        for model in (
            "forecast.plan",
            "forecast.run",
            "forecast.series",
            "forecast.line",
            "forecast.score",
            "forecast.problem",
            "forecast.recommendation",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.plain).search([])
        menus = self.env["ir.ui.menu"].with_user(self.plain)._visible_menu_ids()
        self.assertNotIn(self.env.ref("omni_forecast.menu_forecast_root").id, menus)

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Apart"})
        stranger = new_test_user(
            self.env,
            login="forecast_stranger",
            groups="omni_forecast.group_forecast_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for model in (
            "forecast.plan",
            "forecast.run",
            "forecast.series",
            "forecast.line",
            "forecast.score",
            "forecast.recommendation",
        ):
            found = (
                self.env[model]
                .with_user(stranger)
                .with_context(allowed_company_ids=other.ids)
                .search([])
            )
            self.assertFalse(
                found.filtered(lambda one: one.company_id == self.company), model
            )
        plan = self.plan.with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            plan.read(["name"])
        with self.assertRaises(AccessError):
            plan.action_run_now()

    def test_private_methods_are_closed_to_rpc(self):
        for model, name in (
            ("forecast.plan", "read_demand"),
            ("forecast.plan", "read_supply"),
            ("forecast.plan", "read_costs"),
        ):
            method = getattr(type(self.env[model]), name)
            self.assertTrue(getattr(method, "_api_private", False), name)

    def test_scheduled_plan_needs_a_planner(self):
        with self.assertRaises(ValidationError):
            self.make_plan(scheduled=True, user_id=self.reader.id)
