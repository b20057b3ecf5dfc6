# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user

from ..tools.sheet import KEY_SHEET
from .common import SEASON, TODAY, ForecastCase


@freeze_time(TODAY)
class TestSheet(ForecastCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.make_product("=1+1 Sheet", default_code="S-1")
        cls.make_history(cls.product, SEASON * 2)
        cls.plan = cls.make_plan()
        cls.plan.action_run_now()
        cls.series = cls.plan.series_ids

    def export(self, **values):
        sheet = self.env["forecast.sheet"].create({"plan_id": self.plan.id, **values})
        sheet.action_export()
        return openpyxl.load_workbook(io.BytesIO(base64.b64decode(sheet.file)))

    def read_in(self, book, **values):
        if isinstance(book, bytes):
            content = book
        else:
            stream = io.BytesIO()
            book.save(stream)
            content = stream.getvalue()
        wizard = self.env["forecast.sheet"].create(
            {
                "plan_id": self.plan.id,
                "mode": "import",
                "file": base64.b64encode(content),
                **values,
            }
        )
        wizard.action_check()
        return wizard

    def test_export(self):
        book = self.export()
        sheet = book.worksheets[0]
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(len(rows), 1 + self.plan.horizon)
        self.assertEqual(rows[0][-2:], ("Override", "Reason"))
        self.assertEqual(rows[1][0], self.series.id)
        self.assertEqual(rows[1][1:3], ("S-1", "=1+1 Sheet"))
        self.assertTrue(sheet.protection.sheet)
        self.assertTrue(sheet["A2"].protection.locked)
        self.assertFalse(sheet["I2"].protection.locked)
        self.assertFalse(sheet["J2"].protection.locked)
        self.assertEqual(book[KEY_SHEET].sheet_state, "hidden")
        with self.assertRaisesRegex(UserError, "no forecast to export"):
            self.export(only_exceptions=True, category_ids=[(6, 0, [1])])

    def test_korean_headers(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        book = self.export()
        korean = self.env["forecast.sheet"].with_context(lang="ko_KR")
        sheet = korean.create({"plan_id": self.plan.id})
        self.assertEqual(len(sheet._headers()), len(list(book.worksheets[0][1])))
        # a file in one language is read by a person with another
        book.worksheets[0]["I2"] = 44
        book.worksheets[0]["J2"] = "다른 언어"
        wizard = self.read_in(book)
        self.assertEqual((wizard.state, wizard.change_count), ("checked", 1))

    def test_round_trip_is_idempotent(self):
        book = self.export()
        sheet = book.worksheets[0]
        sheet["I3"], sheet["J3"] = 77, "Hospital opens"
        sheet["I4"], sheet["J4"] = "88.5", "Second word"
        wizard = self.read_in(book)
        self.assertEqual((wizard.state, wizard.change_count), ("checked", 2))
        lines = self.series.line_ids.sorted("date")
        self.assertEqual(wizard.line_ids.mapped("after"), [77, 88.5])
        self.assertAlmostEqual(wizard.line_ids[0].before, lines[1].mean, 2)
        self.assertNotEqual(lines[1].mean, 77)
        wizard.action_apply()
        self.assertEqual(lines[1].mean, 77)
        self.assertEqual(lines[2].mean, 88.5)
        overrides = self.series.adjustment_ids
        self.assertEqual(
            sorted(overrides.mapped("reason")), ["Hospital opens", "Second word"]
        )
        again = self.read_in(book)
        self.assertEqual((again.change_count, again.same_count), (0, 2))
        again.action_apply()
        self.assertEqual(self.series.adjustment_ids, overrides)
        # the next export shows them, and reads back as nothing to change
        third = self.read_in(self.export())
        self.assertEqual((third.change_count, third.same_count), (0, 2))

    def test_every_fault_is_named_at_once(self):
        book = self.export()
        sheet = book.worksheets[0]
        sheet["I2"], sheet["J2"] = "many", "x"
        sheet["I3"], sheet["J3"] = -5, "x"
        sheet["I4"] = 5
        sheet["J5"] = "only words"
        sheet["A6"], sheet["I6"], sheet["J6"] = "?", 5, "x"
        sheet["E7"], sheet["I7"], sheet["J7"] = "soon", 5, "x"
        wizard = self.read_in(book)
        self.assertEqual(wizard.state, "refused")
        faults = wizard.faults.splitlines()
        self.assertEqual(len(faults), 6)
        for text, words in zip(
            faults,
            (
                "cell I2: “many” is not a quantity",
                "cell I3: -5 is negative",
                "cell J4: the reason is missing",
                "cell I5: empty, though a reason is given",
                "cell A6: “?” is not the ID",
                "cell E7: “soon” is not a date",
            ),
            strict=True,
        ):
            self.assertIn(words, text)
            self.assertIn("Sheet Forecast", text)
        wizard.action_apply()
        self.assertFalse(self.series.adjustment_ids)

    def test_rows_that_fit_nothing(self):
        book = self.export()
        sheet = book.worksheets[0]
        sheet["A2"], sheet["I2"], sheet["J2"] = 999999999, 1, "x"
        sheet["E3"], sheet["I3"], sheet["J3"] = "2020-01-01", 1, "x"
        sheet["A5"], sheet["E5"] = sheet["A4"].value, sheet["E4"].value
        for cell in ("4", "5"):
            sheet["I" + cell], sheet["J" + cell] = 1, "x"
        twice = self.read_in(book)
        self.assertIn("stand in I4 already", twice.faults)
        sheet["I5"] = sheet["J5"] = None
        wizard = self.read_in(book)
        self.assertEqual(len(wizard.faults.splitlines()), 2)
        self.assertIn("ID 999999999", wizard.faults)
        self.assertIn("2020-01-01", wizard.faults)

    def test_wrong_files(self):
        self.assertIn("no XLSX workbook", self.read_in(b"hello").faults)
        other = openpyxl.Workbook()
        self.assertIn("hidden sheet", self.read_in(other).faults)
        moved = self.export()
        moved.worksheets[0]["I1"] = "Wish"
        self.assertIn("cell I1: “Wish” stands where", self.read_in(moved).faults)
        renamed = self.export()
        renamed.worksheets[0].title = "Mine"
        self.assertIn("Sheet Forecast is missing", self.read_in(renamed).faults)
        foreign = self.export()
        foreign[KEY_SHEET]["B4"] = "elsewhere"
        self.assertIn("another database", self.read_in(foreign).faults)
        plan = self.make_plan(name="Another plan")
        mine = self.read_in(self.export(), plan_id=plan.id)
        self.assertIn("from plan Test plan, not from Another plan", mine.faults)

    def test_rights(self):
        reader = new_test_user(
            self.env,
            login="sheet_reader",
            groups="omni_forecast.group_forecast_reader",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )
        with self.assertRaises(AccessError):
            self.env["forecast.sheet"].with_user(reader).create(
                {"plan_id": self.plan.id}
            )
        book = self.export()
        book.worksheets[0]["I2"], book.worksheets[0]["J2"] = 9, "planner's word"
        self.env = self.env(user=self.planner)
        self.read_in(book).action_apply()
        self.assertEqual(self.series.adjustment_ids.author_id, self.planner)
