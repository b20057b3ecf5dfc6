# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.tests import freeze_time

from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestChart(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Charted")
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids

    def test_marks(self):
        event = self.env["forecast.event"].create(
            {
                "name": "Marked",
                "company_id": self.company.id,
                "date_start": "2026-01-20",
                "date_end": "2026-04-05",
                "mode": "own",
                "own_uplift": 0.5,
            }
        )
        self.assertFalse(self.series.get_chart_data()["events"])
        event.action_confirm()
        self.series.set_overrides([["2026-05-01", 33]], "A customer told us")
        data = self.series.get_chart_data()
        size = len(data["labels"])
        first = data["labels"].index("2026-01-01")
        mark = data["events"][0]
        self.assertEqual((mark["first"], mark["last"]), (first, first + 3))
        self.assertAlmostEqual(mark["uplift"], 0.5)
        may = data["labels"].index("2026-05-01")
        self.assertEqual(data["mean"][may], 33)
        self.assertNotEqual(data["baseline"][may], 33)
        self.assertEqual(data["overrides"][may][0]["reason"], "A customer told us")
        for name in ("history", "mean", "baseline", "lo80", "hi95"):
            self.assertEqual(len(data[name]), size, name)
        self.assertTrue(data["editable"])
        # elsewhere is not marked
        event.warehouse_ids = self.env["stock.warehouse"].create(
            {"name": "Elsewhere", "code": "ELS", "company_id": self.company.id}
        )
        self.assertFalse(self.series.get_chart_data()["events"])

    def test_earlier_forecasts(self):
        first = self.series.line_ids.sorted("date").mapped("mean")
        with freeze_time("2026-04-15 09:00:00"):
            self.make_history(self.product, [40], last="2026-03-01")
            self.plan.action_run_now()
            data = self.series.get_chart_data()
        self.assertEqual([one["start"] for one in data["earlier"]], ["2026-03-01"])
        march = data["labels"].index("2026-03-01")
        values = data["earlier"][0]["values"]
        self.assertAlmostEqual(values[march], first[0], 3)
        self.assertIsNone(values[march - 1])
        self.assertEqual(data["history"][march], 40)

    def test_flags_and_cleaned_demand(self):
        history = dict(self.series.history)
        count = len(history["y"])
        history.update(flags={"3": ["stockout"]}, cleaned=[1.0] * count)
        self.series.history = history
        data = self.series.get_chart_data()
        self.assertEqual(data["flags"], {3: ["stockout"]})
        self.assertEqual(len(data["cleaned"]), len(data["labels"]))
