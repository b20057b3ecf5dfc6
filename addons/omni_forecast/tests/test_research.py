# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time
from odoo.tools import mute_logger

from .common import TODAY
from .test_opinion import OpinionCase


@freeze_time(TODAY)
class TestResearch(OpinionCase):
    def research(self, **values):
        return (
            self.env["forecast.research"]
            .with_user(self.planner)
            .create(
                {
                    "name": "Clinics",
                    "plan_id": self.plan.id,
                    "product_id": self.product.id,
                    "date_from": self.april,
                    "period_count": 2,
                    "survey_size": 200,
                    "intend_count": 30,
                    "market_size": 1000,
                    "reach": 0.5,
                    "per_buyer": 2,
                    "conversion": 0.4,
                    **values,
                }
            )
        )

    def test_demand_interval_and_effect(self):
        study = self.research()
        # 1000 · 0.5 · 0.15 · 0.4 · 2
        self.assertAlmostEqual(study.demand, 60, 3)
        self.assertAlmostEqual(study.demand_low, 42.85, 1)
        self.assertAlmostEqual(study.demand_high, 82.45, 1)
        base = self.line().baseline
        lines = self.series.line_ids.filtered(
            lambda one: one.date in (self.april, date(2026, 5, 1))
        )
        share = base / sum(lines.mapped("baseline"))
        study.action_apply()
        self.assertEqual(study.state, "applied")
        self.assertAlmostEqual(sum(study.opinion_ids.mapped("quantity")), 60, 1)
        adjustment = self.series.adjustment_ids.sorted("date")
        self.assertEqual(set(adjustment.mapped("kind")), {"research"})
        self.assertAlmostEqual(adjustment[0].target, 60 * share, 1)
        self.assertAlmostEqual(self.line().mean, base + 0.2 * (60 * share - base), 1)
        with self.assertRaisesRegex(UserError, "Withdraw"):
            study.intend_count = 40
        study.action_apply()
        self.assertEqual(len(self.series.adjustment_ids), 2)
        study.action_withdraw()
        self.assertAlmostEqual(self.line().mean, base, 3)
        study.intend_count = 40
        self.assertAlmostEqual(study.demand, 80, 3)

    def test_conversion_learns(self):
        study = self.research(period_count=1)
        study.action_apply()
        with freeze_time("2026-05-05 09:00:00"):
            self.make_history(self.product, [75], last="2026-04-01")
            self.plan.action_run_now()
            self.assertAlmostEqual(study.actual, 75, 2)
            form = Form(self.env["forecast.research"].with_user(self.planner))
            form.name = "Next"
            form.plan_id = self.plan
            form.product_id = self.product
            form.survey_size = 100
            form.intend_count = 10
            form.market_size = 1000
            following = form.save()
            # intended 150, actual 75: (75 + 2·0.3·150) / (150 + 2·150)
            self.assertAlmostEqual(following.conversion, 0.3667, 3)
            self.assertEqual(following.record_count, 1)

    def test_new_product_gets_equal_parts(self):
        new = self.make_product("New on the market")
        study = self.research(product_id=new.id)
        self.assertEqual(study.conversion, 0.4)
        study.action_apply()
        waiting = self.env["forecast.adjustment"].search([("product_id", "=", new.id)])
        self.assertEqual(waiting.mapped("target"), [30, 30])

    def test_refused(self):
        for values in (
            {"intend_count": 201},
            {"survey_size": 0},
            {"reach": 1.5},
            {"market_size": 0},
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.research(**values)
        with self.assertRaisesRegex(UserError, "past"):
            self.research(date_from=date(2025, 1, 1)).action_apply()

    def test_roles(self):
        study = self.research()
        with self.assertRaises(AccessError):
            study.with_user(self.expert).read(["name"])
        with self.assertRaises(AccessError):
            study.with_user(self.expert).action_apply()
        reader = self.contributor(
            "research_reader", "omni_forecast.group_forecast_reader"
        )
        self.assertTrue(study.with_user(reader).demand)
        with self.assertRaises(AccessError):
            study.with_user(reader).action_apply()
