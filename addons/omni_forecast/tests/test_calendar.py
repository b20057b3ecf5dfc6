# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import date, datetime, timedelta

from odoo.tests import freeze_time

from .common import TODAY, ForecastCase


@freeze_time(TODAY)
class TestCalendar(ForecastCase):
    """Public holidays: shown, learned, and two time zones."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("Weekly")
        cls.company.country_id = cls.env.ref("base.kr")

    def test_marks_speak_the_reader_s_language(self):
        plan = self.make_plan()
        self.assertEqual(plan.holiday_country_id.code, "KR")
        marks = plan._holiday_marks(date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual(
            [one["date"] for one in marks], ["2026-02-16", "2026-02-17", "2026-02-18"]
        )
        self.assertIn("New Year", marks[1]["name"])
        korean = plan.with_context(lang="ko_KR")
        names = {
            one["date"]: one["name"]
            for one in korean._holiday_marks("2026-01-01", "2026-12-31")
        }
        self.assertEqual(names["2026-02-17"], "설날")
        self.assertEqual(names["2026-09-25"], "추석")

    def test_warehouse_in_another_country(self):
        plan = self.make_plan()
        germany = self.env.ref("base.de")
        bavaria = germany.state_ids.filtered(lambda state: state.code.endswith("BY"))
        self.warehouse.partner_id.write(
            {"country_id": germany.id, "state_id": bavaria.id}
        )
        marks = plan._holiday_marks("2026-01-01", "2026-01-31", self.warehouse)
        self.assertEqual([one["date"] for one in marks], ["2026-01-01", "2026-01-06"])

    def test_unknown_country_has_no_holidays(self):
        self.company.country_id = False
        plan = self.make_plan(grain="week")
        self.assertEqual(plan._holiday_marks("2026-01-01", "2026-12-31"), [])
        self.make_moves([(self.product, datetime(2026, 3, 3, 12), 5)])
        self.assertEqual(plan.action_run_now()["state"], "done")

    def test_week_of_seollal_is_learned(self):
        # Seollal: 10 February 2024, 29 January 2025, 17 February 2026
        monday, rows = date(2024, 1, 1), []
        closed = self.make_plan(grain="week")._holiday_days(
            ("KR", ""), date(2024, 1, 1), date(2026, 12, 31), "en_US"
        )
        for day in (monday + timedelta(days=i) for i in range(7 * 107)):
            if day.weekday() < 5 and day not in closed:
                rows.append(
                    (self.product, datetime(day.year, day.month, day.day, 3), 20)
                )
        self.make_moves(rows)
        with freeze_time("2026-01-20 09:00:00"):
            plan = self.make_plan(grain="week", history_periods=106, horizon=8)
            self.assertEqual(plan.holidays, "adjust")
            outcome = plan.action_run_now()
            self.assertEqual(outcome["state"], "done", outcome["error"])
        series = plan.series_ids
        self.assertIn("holiday", sum(series.history["flags"].values(), []))
        means = {str(line.date): line.mean for line in series.line_ids}
        self.assertAlmostEqual(means["2026-02-09"], 100, delta=8)
        self.assertAlmostEqual(means["2026-02-16"], 40, delta=15)
        plan.holidays = "off"
        with freeze_time("2026-01-20 09:00:00"):
            plan.action_run_now()
        self.assertGreater(
            series.line_ids.filtered(lambda one: str(one.date) == "2026-02-16").mean, 70
        )

    def test_two_warehouses_in_two_time_zones(self):
        """One plan; each place has its own midnight, month end and history end."""
        seoul = self.warehouse
        seoul.partner_id.tz = "Asia/Seoul"
        york = self.env["stock.warehouse"].create(
            {
                "name": "New York",
                "code": "NYC",
                "company_id": self.company.id,
                "partner_id": self.env["res.partner"]
                .create({"name": "New York", "tz": "America/New_York"})
                .id,
            }
        )
        plan = self.make_plan(history_periods=3)
        moment = datetime(2026, 1, 31, 16)  # 1 Feb 01:00 in Seoul, 31 Jan 11:00 in NY
        self.make_moves([(self.product, moment, 4)], warehouse=seoul)
        self.make_moves([(self.product, moment, 7)], warehouse=york)
        found = {one.warehouse_id: one for one in plan.read_demand()}
        self.assertEqual(str(found[seoul.id].start), "2026-02-01")
        self.assertEqual(found[seoul.id].quantity, [4])
        self.assertEqual(str(found[york.id].start), "2026-01-01")
        self.assertEqual(found[york.id].quantity, [7, 0])
        with freeze_time("2026-03-31 18:00:00"):
            # April has begun in Seoul, not in New York
            outcome = plan.action_run_now()
            self.assertEqual(outcome["state"], "done", outcome["error"])
            lines = {
                one.warehouse_id: min(one.line_ids.mapped("date"))
                for one in plan.series_ids
            }
            self.assertEqual(lines[seoul], date(2026, 4, 1))
            self.assertEqual(lines[york], date(2026, 3, 1))
