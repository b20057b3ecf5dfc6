# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class OpinionCase(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.category = cls.env["product.category"].create({"name": "Asked about"})
        cls.product = cls.make_product("Asked", categ_id=cls.category.id)
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        answer = cls.plan.action_run_now()
        assert answer["state"] == "done", answer["error"]
        cls.series = cls.plan.series_ids
        cls.april = date(2026, 4, 1)
        cls.expert = cls.contributor("opinion_expert")
        cls.other = cls.contributor("opinion_other")

    @classmethod
    def contributor(cls, login, groups="omni_forecast.group_forecast_contributor"):
        return new_test_user(
            cls.env,
            login=login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def ask(self, users, opened=True, **values):
        request = (
            self.env["forecast.request"]
            .with_user(self.planner)
            .create(
                {
                    "name": "Second quarter",
                    "plan_id": self.plan.id,
                    "company_id": self.company.id,
                    "product_ids": [(6, 0, self.product.ids)],
                    "date_from": self.april,
                    "period_count": 2,
                    "deadline": date(2026, 3, 25),
                    "participant_ids": [(0, 0, {"user_id": user.id}) for user in users],
                    **values,
                }
            )
        )
        if opened:
            request.action_open()
        return request

    def rows(self, request, user):
        """The user's grid, as he or she sees it."""
        return (
            self.env["forecast.opinion"]
            .with_user(user)
            .search([("request_id", "=", request.id)])
        )

    def part(self, request, user):
        return (
            self.env["forecast.request.participant"]
            .with_user(user)
            .search([("request_id", "=", request.id)])
        )

    def line(self, day=None):
        self.series.invalidate_recordset()
        return self.series.line_ids.filtered(
            lambda one: one.date == (day or self.april)
        )

    def answer(self, request, user, quantity, **values):
        row = self.rows(request, user)[0]
        row.write({"quantity": quantity, "reason": "New ward", **values})
        self.part(request, user).action_submit()
        return row.sudo()


class TestOpinion(OpinionCase):
    def test_newcomer_is_blended_with_the_prior(self):
        request = self.ask(self.expert)
        rows = self.rows(request, self.expert)
        self.assertEqual(len(rows), 2)
        self.assertEqual(
            self.part(request, self.expert).activity_ids.user_id, self.expert
        )
        base = self.line().baseline
        row = self.answer(request, self.expert, base + 100, confidence="high")
        self.assertAlmostEqual(row.weight, 0.2, 3)
        self.assertIn("newcomer", row.weight_reason)
        self.assertAlmostEqual(self.line().mean, base + 20, 1)
        self.assertEqual(self.part(request, self.expert).state, "answered")
        self.assertFalse(self.part(request, self.expert).activity_ids)
        adjustment = self.series.adjustment_ids
        self.assertEqual(
            (adjustment.kind, adjustment.author_id), ("expert", self.expert)
        )
        self.assertEqual(adjustment.reason, "New ward")
        # changed until the deadline: the forecast follows
        row.with_user(self.expert).quantity = base
        self.assertAlmostEqual(self.line().mean, base, 1)
        self.assertEqual(len(self.series.adjustment_ids), 1)

    def test_percent_and_category_are_spread(self):
        second = self.make_product("Second", categ_id=self.category.id)
        self.make_history(second, [3 * quantity for quantity in SEASON] * 2)
        self.plan.action_run_now()
        request = self.ask(
            self.expert,
            product_ids=False,
            categ_ids=[(6, 0, self.category.ids)],
        )
        lines = self.plan.series_ids.line_ids.filtered(
            lambda one: one.date == self.april
        )
        total = sum(lines.mapped("baseline"))
        row = self.answer(request, self.expert, 0, basis="percent", percent=50)
        self.assertAlmostEqual(row.statistical, total, 1)
        self.assertAlmostEqual(row.expected, 1.5 * total, 1)
        lines.invalidate_recordset()
        for line in lines:
            self.assertAlmostEqual(line.mean, line.baseline * (1 + 0.5 * row.weight), 1)
        row.with_user(self.expert).write({"basis": "target", "quantity": 2 * total})
        lines.invalidate_recordset()
        self.assertAlmostEqual(sum(lines.mapped("mean")), total * (1 + row.weight), 1)
        self.assertAlmostEqual(
            lines[0].mean / lines[1].mean, lines[0].baseline / lines[1].baseline, 2
        )

    def test_two_experts_share_the_weight(self):
        request = self.ask(self.expert | self.other)
        base = self.line().baseline
        one = self.answer(request, self.expert, base + 100, confidence="high")
        two = self.answer(request, self.other, base - 10, confidence="low")
        # odds 1/4 and half of it: 0.25 / 1.375 and 0.125 / 1.375
        self.assertAlmostEqual(one.weight, 0.25 / 1.375, 3)
        self.assertAlmostEqual(two.weight, 0.125 / 1.375, 3)
        self.assertAlmostEqual(
            self.line().mean, base + 100 * one.weight - 10 * two.weight, 1
        )

    def test_scored_when_the_actual_arrives(self):
        request = self.ask(self.expert)
        base = self.line().baseline
        row = self.answer(request, self.expert, 50)
        with freeze_time("2026-05-05 09:00:00"):
            self.make_history(self.product, [40], last="2026-04-01")
            self.plan.action_run_now()
            self.assertTrue(row.scored)
            self.assertAlmostEqual(row.actual, 40, 2)
            self.assertAlmostEqual(row.error, 10, 2)
            self.assertAlmostEqual(row.statistical_error, base - 40, 1)
            adjustment = self.env["forecast.adjustment"].search(
                [("res_id", "=", request.id), ("res_model", "=", request._name)]
            )
            self.assertEqual(adjustment.state, "expired")
            again = self.ask(
                self.expert, date_from=date(2026, 6, 1), deadline=date(2026, 5, 20)
            )
            fresh = self.answer(again, self.expert, 50, confidence="high")
            self.assertEqual(fresh.record_count, 1)
            self.assertNotAlmostEqual(fresh.weight, 0.2, 3)
            self.assertIn("1 opinion(s) scored", fresh.weight_reason)

    def test_contributor_sees_the_own_grid_and_nothing_else(self):
        request = self.ask(self.expert | self.other)
        mine = self.rows(request, self.expert)
        theirs = self.rows(request, self.other)
        self.assertEqual(mine.author_id, self.expert)
        with self.assertRaises(AccessError):
            theirs.with_user(self.expert).read(["quantity"])
        with self.assertRaises(AccessError):
            theirs.with_user(self.expert).write({"quantity": 5})
        with self.assertRaises(AccessError):
            self.part(request, self.other).with_user(self.expert).read(["state"])
        with self.assertRaises(AccessError):
            self.part(request, self.other).with_user(self.expert).action_submit()
        self.env.invalidate_all()
        seen = request.with_user(self.expert)
        with self.assertRaises(AccessError):
            seen.read(["participant_ids"])
        self.assertEqual(self.part(request, self.expert).user_id, self.expert)
        self.assertEqual(seen.opinion_ids, mine)
        for name in ("statistical", "expected", "actual", "plan_id"):
            with self.assertRaises(AccessError):
                mine.read([name])
        with self.assertRaises(AccessError):
            seen.read(["plan_id"])
        for model in (
            "forecast.series",
            "forecast.line",
            "forecast.adjustment",
            "forecast.plan",
            "forecast.recommendation",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.expert).search([])
        with self.assertRaises(AccessError):
            mine.write({"weight": 1.0})
        with self.assertRaises(AccessError):
            mine.write({"author_id": self.other.id})
        with self.assertRaises(AccessError):
            self.env["forecast.opinion"].with_user(self.expert).create(
                {"kind": "expert"}
            )
        with self.assertRaises(AccessError):
            seen.action_close()
        with self.assertRaises(AccessError):
            self.part(request, self.expert).write({"user_id": self.other.id})
        with self.assertRaises(AccessError):
            self.part(request, self.expert).write({"opinion_ids": [(4, theirs[0].id)]})
        menus = self.env["ir.ui.menu"].with_user(self.expert)._visible_menu_ids()
        self.assertIn(self.env.ref("omni_forecast.menu_forecast_my_opinions").id, menus)
        for name in ("plan", "series", "request", "opinion", "adjustment"):
            self.assertNotIn(
                self.env.ref(f"omni_forecast.menu_forecast_{name}").id, menus
            )

    def test_nobody_speaks_for_another(self):
        request = self.ask(self.expert)
        with self.assertRaises(AccessError):
            self.rows(request, self.expert).with_user(self.planner).write(
                {"quantity": 5}
            )
        with self.assertRaises(AccessError):
            self.part(request, self.expert).with_user(self.planner).action_submit()

    def test_form_as_the_contributor(self):
        request = self.ask(self.expert, show_forecast=True)
        part = self.part(request, self.expert)
        with Form(part) as form, form.opinion_ids.edit(0) as row:
            self.assertGreater(row.hint, 0)
            row.quantity = 33
            row.reason = "Tender"
        part.action_submit()
        self.assertEqual(part.state, "answered")
        self.assertEqual(self.rows(request, self.expert)[0].quantity, 33)

    def test_deadline_and_withdrawal(self):
        request = self.ask(self.expert | self.other)
        base = self.line().baseline
        self.answer(request, self.expert, base + 100)
        with self.assertRaises(UserError):
            self.part(request, self.other).action_submit()
        with freeze_time("2026-03-23 09:00:00"):
            before = self.env["mail.message"].search_count([])
            self.env["forecast.request"]._cron_deadline()
            self.assertGreater(self.env["mail.message"].search_count([]), before)
        with freeze_time("2026-03-26 09:00:00"):
            self.env["forecast.request"]._cron_deadline()
        self.assertEqual(request.state, "closed")
        self.assertFalse(self.part(request, self.other).activity_ids)
        with self.assertRaises(UserError):
            self.rows(request, self.expert).write({"quantity": 7})
        self.assertGreater(self.line().mean, base)
        request.action_withdraw()
        self.assertAlmostEqual(self.line().mean, base, 3)

    def test_request_needs_somebody_and_something(self):
        with self.assertRaisesRegex(UserError, "asks nobody"):
            self.ask(self.env["res.users"])
        with self.assertRaisesRegex(UserError, "names no product"):
            self.ask(self.expert, product_ids=False)
        plain = self.contributor("opinion_plain", "base.group_user")
        with self.assertRaisesRegex(UserError, "Contributor"):
            self.ask(plain)

    def test_companies_are_apart(self):
        request = self.ask(self.expert)
        other = self.env["res.company"].create({"name": "Apart"})
        stranger = new_test_user(
            self.env,
            login="opinion_stranger",
            groups="omni_forecast.group_forecast_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for record in (request, request.participant_ids, request.opinion_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).with_context(
                    allowed_company_ids=other.ids
                ).read(["display_name"])
