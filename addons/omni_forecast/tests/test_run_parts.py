# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Runs in parts: failures stay with their series, nothing is done twice, cancel works in
every phase. Real kills are in the suite's tests/test_lifecycle_forecast_workers.py."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from odoo.addons.omni_forecast.models.run.run_cancel import Cancelled
from odoo.addons.omni_forecast.models.run.run_inputs import pack, sign, unpack

from ..models.run.forecast_run_write import SeriesInput
from .common import SEASON, TODAY, ForecastCase

PART = "odoo.addons.omni_forecast.models.run.forecast_run_part"
PROCESS = "odoo.addons.omni_forecast.models.run.forecast_run_process"


@freeze_time(TODAY)
class TestRunParts(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.engine_here()
        cls.products = cls.env["product.product"]
        for number in range(5):
            product = cls.make_product(f"Part {number}")
            cls.products |= product
            cls.make_history(product, [one + number for one in SEASON * 2])
        cls.plan = cls.make_plan()
        cls.set_part_size(2)

    @classmethod
    def set_part_size(cls, size):
        cls.env["ir.config_parameter"].sudo().set_param("omni_forecast.part_size", size)

    @contextmanager
    def engine_refuses(self, *products):
        """The engine fails wherever one of the products takes part."""
        model = type(self.env["forecast.run"])
        forecast, ids = model._forecast, {product.id for product in products}
        calls = []

        def refuse(self, plan, inputs, follow=None):
            calls.append(len(inputs))
            if ids & {one.product_id for one in inputs}:
                raise ValueError("the matrix is singular")
            return forecast(self, plan, inputs, follow)

        with patch.object(model, "_forecast", refuse), mute_logger(PART, PROCESS):
            yield calls

    def series_of(self, product):
        return self.plan.series_ids.filtered(lambda one: one.product_id == product)

    def test_parts_hold_all_series_once(self):
        self.plan.action_run_now()
        run = self.plan.last_run_id
        self.assertEqual(run.part_ids.mapped("state"), ["done"] * 2)
        self.assertEqual(sum(run.part_ids.mapped("series_count")), 5)
        self.assertEqual(run.line_count, 5 * self.plan.horizon)
        self.assertEqual(len(self.plan.series_ids), 5)
        self.assertFalse(any(run.part_ids.mapped("inputs")), "not kept for nothing")

    def test_one_series_fails_and_is_named(self):
        self.plan.action_run_now()
        bad = self.products[1]
        before = self.series_of(bad).line_ids.mapped("mean")
        self.make_history(self.products[0], [30], last="2026-02-01")
        with self.engine_refuses(bad):
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "done")
        run = self.plan.last_run_id
        problem = run.problem_ids.filtered(lambda one: one.code == "not_computed")
        self.assertEqual(problem.product_id, bad)
        self.assertIn("the matrix is singular", problem.text)
        series = self.series_of(bad)
        self.assertTrue(series.active, "what was known before stays")
        self.assertEqual(series.line_ids.mapped("mean"), before)
        self.assertEqual(series.exception, "problem")
        self.assertIn("the matrix is singular", series.exception_text)
        self.assertEqual(sum(run.part_ids.mapped("failed_count")), 1)
        self.assertEqual(len(self.plan.series_ids), 5)

    def test_everything_fails(self):
        with self.engine_refuses(*self.products) as calls:
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "failed")
        self.assertEqual(outcome["error"], "the matrix is singular")
        self.assertLess(len(calls), 15)
        self.assertFalse(self.plan.series_ids)

    def test_only_what_changed(self):
        self.plan.write({"incremental": True, "full_every": 3})
        self.plan.action_run_now()
        first = self.plan.last_run_id
        self.assertTrue(first.full)
        changed = self.products[2]
        kept = self.series_of(self.products[0])
        lines = kept.line_ids
        self.make_history(changed, [40], last="2026-02-01")
        with self.engine_refuses() as calls:
            self.plan.action_run_now()
        run = self.plan.last_run_id
        self.assertEqual((run.full, run.todo_count, run.kept_count), (False, 1, 4))
        self.assertEqual(calls, [5], "its peers take part, for the spread of errors")
        self.assertEqual(run.line_count, self.plan.horizon)
        self.assertEqual(kept.line_ids, lines, "not written again")
        self.assertEqual(kept.run_id, run)
        self.assertEqual(len(self.plan.series_ids), 5)
        # a setting changes: all anew, and every third run in any case
        self.plan.horizon += 1
        self.plan.action_run_now()
        run = self.plan.last_run_id
        self.assertEqual((run.full, run.todo_count), (False, 5))
        self.plan.action_run_now()
        self.assertTrue(self.plan.last_run_id.full)
        self.plan.action_run_now()
        self.assertEqual(self.plan.last_run_id.todo_count, 0)
        self.assertEqual(len(self.plan.series_ids), 5)

    def test_goes_on_where_it_stopped(self):
        run = self.plan._queue_run("button", trigger=False)
        plan = run._plan()
        run._make_parts(plan, False)
        run.part_ids[0]._do(False)
        run.write({"state": "running", "takes": 1})
        run.part_ids[1].write({"state": "running", "takes": 1})
        with self.engine_refuses() as calls:
            run._process(commit=False)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.part_ids.mapped("takes"), [1, 2])
        self.assertEqual(len(calls), 1, "the first part is not forecast again")
        self.assertEqual(run.line_count, 5 * self.plan.horizon)
        # other settings meanwhile: the parts do not fit any more
        again = self.plan._queue_run("button", trigger=False)
        again._make_parts(plan, False)
        again.part_ids[0]._do(False)
        again.write({"state": "running", "takes": 1})
        self.plan.service_level = 0.9
        again._process(commit=False)
        self.assertEqual(again.state, "done")
        self.assertEqual(set(self.plan.series_ids.mapped("service_level")), {0.9})

    def test_part_that_stops_every_worker_is_given_up(self):
        run = self.plan._queue_run("button", trigger=False)
        run._make_parts(run._plan(), False)
        run.part_ids[0].takes = 3
        run.write({"state": "running", "takes": 3})
        run._process(commit=False)
        self.assertEqual(run.state, "done")
        self.assertEqual(run.part_ids.mapped("state"), ["failed", "done"])
        named = run.problem_ids.filtered(lambda one: one.code == "not_computed")
        self.assertEqual(len(named), run.part_ids[0].series_count)
        self.assertIn("3", named[0].message)

    def test_cancel_in_every_phase(self):
        model = type(self.env["forecast.run"])
        part = type(self.env["forecast.run.part"])
        phases = {
            "reading": (type(self.env["forecast.plan"]), "read_demand"),
            "forecasting": (model, "_forecast"),
            "writing": (model, "_write_chunk"),
            "closing": (model, "_retire"),
        }
        self.assertTrue(hasattr(part, "_do"))
        for phase, (cls, name) in phases.items():
            with (
                self.subTest(phase=phase),
                patch.object(cls, name, side_effect=Cancelled()),
            ):
                outcome = self.plan.action_run_now()
                self.assertEqual(outcome["state"], "cancelled")
                self.assertFalse(self.plan.series_ids)
        self.assertEqual(self.plan.action_run_now()["state"], "done")
        self.assertEqual(len(self.plan.series_ids), 5)

    def test_two_plans_share_nothing(self):
        other = self.make_plan(name="Other plan", horizon=3)
        self.plan.action_run_now()
        other.action_run_now()
        self.plan.action_run_now()
        self.assertEqual(len(other.series_ids.line_ids), 15)
        self.assertEqual(len(self.plan.series_ids.line_ids), 5 * self.plan.horizon)

    def test_archived_product_is_retired(self):
        self.plan.action_run_now()
        gone = self.products[3]
        series = self.series_of(gone)
        gone.action_archive()
        self.plan.action_run_now()
        self.assertFalse(series.active)
        self.assertFalse(
            series.recommendation_ids.filtered(lambda one: one.state == "proposed")
        )
        self.assertEqual(self.plan.series_count, 4)

    def test_impossible_numbers(self):
        """What no stock move can hold today, but a broken import might bring."""
        plan_model = type(self.env["forecast.plan"])
        read = plan_model.read_demand
        wrong = {
            self.products[0].id: float("nan"),
            self.products[1].id: -50.0,
            self.products[2].id: 1e14,
        }

        def broken(self):
            demands = read(self)
            for demand in demands:
                if demand.product_id in wrong:
                    demand.quantity[3] = wrong[demand.product_id]
            return demands

        with patch.object(plan_model, "read_demand", broken):
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "done", outcome["error"])
        lines = self.plan.series_ids.line_ids
        self.assertEqual(len(lines), 5 * self.plan.horizon)
        self.assertTrue(all(0 <= line.mean < 1e15 for line in lines))
        self.assertIn("nan", self.plan.last_run_id.problem_ids.mapped("code"))
        # nor do the totals suffer from a value nobody knows
        total = self.plan.node_ids.filtered(lambda node: node.level == "total")
        self.assertTrue(all(value is not None for value in total.history["y"]))

    def test_part_size_must_be_a_number(self):
        self.set_part_size("many")
        with mute_logger(PROCESS):
            outcome = self.plan.action_run_now()
        self.assertIn("many", outcome["error"])
        with self.assertRaises(UserError):
            self.env["forecast.run"]._part_size()

    def test_inputs_as_text_and_back(self):
        run = self.plan._queue_run("rpc", trigger=False)
        inputs = run._prepare(self.plan, self.plan.read_demand())
        again = unpack(pack(inputs), SeriesInput)
        self.assertEqual(again, inputs)
        signatures = sign(inputs, "settings")
        self.assertEqual(sign(again, "settings"), signatures)
        self.assertNotEqual(sign(again, "others"), signatures)
        again[0].history[-1] += 1
        changed = sign(again, "settings")
        self.assertEqual(
            [uid for uid in changed if changed[uid] != signatures[uid]], [again[0].uid]
        )

    def test_cluster_of_the_settings_reaches_the_engine(self):
        self.env["res.config.settings"].create(
            {"forecast_cluster": "abacus://attic"}
        ).execute()
        with mute_logger(PART, PROCESS):
            outcome = self.plan.action_run_now()
        self.assertEqual(outcome["state"], "failed")
        self.assertIn("abacus://attic", outcome["error"])
