# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

import json
from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user
from odoo.tools import SQL, mute_logger

from .common import TODAY
from .test_opinion import OpinionCase

CODES = ["A" * 26, "B" * 26, "C" * 26, "D" * 26]


@freeze_time(TODAY)
class DelphiCase(OpinionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(
            cls.env,
            login="delphi_portal",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.outsider = new_test_user(
            cls.env,
            login="delphi_outsider",
            groups="base.group_portal",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.members = cls.expert | cls.other | cls.portal
        cls.admin = new_test_user(
            cls.env,
            login="delphi_admin",
            groups="base.group_system,base.group_erp_manager,"
            "omni_forecast.group_forecast_manager",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def panel(self, opened=True, **values):
        panel = (
            self.env["forecast.delphi"]
            .with_user(self.planner)
            .create(
                {
                    "name": "How much of the new one?",
                    "plan_id": self.plan.id,
                    "company_id": self.company.id,
                    "product_id": self.product.id,
                    "date_from": self.april,
                    "period_count": 2,
                    "participant_ids": [
                        (0, 0, {"user_id": user.id}) for user in self.members
                    ],
                    **values,
                }
            )
        )
        if opened:
            panel.action_open()
        return panel

    def answer(self, panel, index, quantities, argument="", code=None):
        panel.with_user(self.members[index]).submit_answer(
            code or CODES[index], quantities, argument
        )

    def answer_all(self, panel, *quantities):
        for index, value in enumerate(quantities):
            self.answer(panel, index, [value, 2 * value], f"Because of {value}")

    def close(self):
        self.env["forecast.delphi"]._cron_rounds()


class TestDelphi(DelphiCase):
    def test_rounds_feedback_and_result(self):
        panel = self.panel()
        self.assertEqual(panel.round_id.number, 1)
        self.assertEqual(panel.round_id.deadline, date(2026, 3, 23))
        self.assertEqual(panel.activity_ids.user_id, self.expert | self.other)
        self.answer_all(panel, 100, 200, 400)
        self.assertFalse(panel.activity_ids)
        self.assertFalse(panel.round_id.feedback)
        self.close()
        first = panel.round_ids.filtered(lambda one: one.number == 1)
        self.assertEqual(
            first.feedback["periods"][0],
            {"n": 3, "median": 200, "q1": 150, "q3": 300},
        )
        self.assertEqual(panel.round_id.number, 2)
        self.assertEqual(panel.answered_count, 0)
        self.assertEqual(panel.activity_ids.user_id, self.expert | self.other)
        seen = panel.with_user(self.portal).own_answers(CODES[2])
        self.assertEqual(seen["previous"]["quantities"], [400, 800])
        self.assertFalse(seen["current"])
        base = self.line().baseline
        self.answer_all(panel, 195, 200, 205)
        self.close()
        self.assertEqual((panel.state, panel.converged), ("closed", True))
        adjustment = self.series.adjustment_ids.sorted("date")
        self.assertEqual(adjustment.mapped("kind"), ["delphi", "delphi"])
        self.assertEqual(adjustment.mapped("target"), [200, 400])
        self.assertFalse(adjustment.author_id)
        self.assertAlmostEqual(adjustment[0].weight, 0.3, 3)
        self.assertAlmostEqual(self.line().mean, base + 0.3 * (200 - base), 1)
        self.assertIn("median of 3 answers, round 2", adjustment[0].reason)
        panel.action_withdraw()
        self.assertAlmostEqual(self.line().mean, base, 3)

    def test_ends_after_the_last_round_without_agreement(self):
        panel = self.panel(max_rounds=2)
        for _round in range(2):
            self.answer_all(panel, 10, 200, 900)
            self.close()
        self.assertEqual((panel.state, panel.converged), ("closed", False))

    def test_agreement_waits_for_the_fewest_rounds(self):
        panel = self.panel(min_rounds=1)
        self.answer_all(panel, 100, 100, 100)
        self.close()
        self.assertEqual(panel.state, "closed")
        patient = self.panel(min_rounds=2)
        self.answer_all(patient, 100, 100, 100)
        self.close()
        self.assertEqual(patient.state, "open")

    def test_open_question_about_something_new(self):
        panel = self.panel(product_id=False, unit="boxes", min_rounds=1)
        self.answer_all(panel, 100, 100, 100)
        self.close()
        self.assertEqual(panel.state, "closed")
        self.assertFalse(self.series.adjustment_ids)
        self.assertIn("100", panel.round_ids.summary)

    def test_product_without_forecast(self):
        new = self.make_product("Launched")
        panel = self.panel(product_id=new.id, min_rounds=1)
        self.answer_all(panel, 100, 100, 100)
        self.close()
        waiting = self.env["forecast.adjustment"].search([("product_id", "=", new.id)])
        self.assertEqual(waiting.mapped("target"), [100, 200])
        self.assertFalse(waiting.series_id)

    def test_deadline_reminder_and_too_few(self):
        panel = self.panel()
        self.answer(panel, 0, [1, 2])
        with freeze_time("2026-03-22 09:00:00"):
            before = self.env["mail.message"].search_count([])
            self.close()
            self.close()
            # the two who have not answered, once
            self.assertEqual(self.env["mail.message"].search_count([]), before + 2)
        with self.assertRaisesRegex(UserError, "would tell who said what"):
            panel.action_close_round()
        with freeze_time("2026-03-24 09:00:00"):
            self.close()
        self.assertEqual(panel.state, "failed")
        self.assertFalse(any(panel.round_ids.mapped("feedback")))
        self.assertFalse(self.stored(panel))

    def test_changing_the_own_answer(self):
        panel = self.panel()
        self.answer_all(panel, 100, 200, 400)
        self.answer(panel, 0, [300, 600])
        self.assertEqual(len(self.stored(panel)), 3)
        own = panel.with_user(self.expert).own_answers(CODES[0])
        self.assertEqual(own["current"]["quantities"], [300, 600])
        with self.assertRaisesRegex(UserError, "with another code"):
            self.answer(panel, 0, [1, 1], code=CODES[3])
        self.assertEqual(len(self.stored(panel)), 3)

    def test_another_members_code_changes_nothing(self):
        panel = self.panel()
        self.answer(panel, 0, [100, 200])
        with self.assertRaisesRegex(UserError, "not a code"):
            self.answer(panel, 1, [1, 1], code=CODES[0])
        self.assertEqual(panel.answered_count, 1)

    def test_what_is_refused(self):
        panel = self.panel()
        for quantities in ([1], [1, -1], [1, "x"], [1, float("nan")], [1, 1e13], None):
            with self.assertRaises(UserError):
                self.answer(panel, 0, quantities)
        for code in ("", "short", "A" * 300, "ü" * 26, None):
            with self.assertRaises(UserError):
                panel.with_user(self.expert).submit_answer(code, [1, 2])
        with self.assertRaisesRegex(UserError, "3 participants"):
            self.panel(participant_ids=[(0, 0, {"user_id": self.expert.id})])
        with self.assertRaises(UserError):
            panel.participant_ids[0].unlink()
        with self.assertRaises(UserError):
            panel.participant_ids[0].user_id = self.admin
        with self.assertRaisesRegex(UserError, "told otherwise"):
            panel.names_shown = True
        with self.assertRaisesRegex(UserError, "buttons"):
            panel.state = "closed"
        with self.assertRaises(UserError):
            panel.round_id.write({"feedback": {}})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.panel(min_answers=1)

    def stored(self, panel):
        return self.env.execute_query(
            SQL(
                "SELECT answer.*, answer.xmin::text FROM forecast_delphi_answer answer"
                " JOIN forecast_delphi_round round ON round.id = answer.round_id"
                " WHERE round.delphi_id = %s",
                panel.id,
            )
        )


class TestDelphiAnonymity(DelphiCase):
    """Every way in which somebody might learn who said what."""

    def test_no_model_reaches_the_answers(self):
        self.assertNotIn("forecast.delphi.answer", self.env)
        self.assertFalse(
            self.env["ir.model"].search([("model", "like", "delphi.answer")])
        )

    def test_answers_are_nowhere_else(self):
        """Every table of the database, as text: quantity, argument and code of an answer
        stand in none but the table without a model; after closing, the code nowhere."""
        panel = self.panel(min_rounds=1)
        self.env.flush_all()
        with self.assertQueryCount(200):
            self.answer(panel, 0, [918273, 645546], "zebra fingerprint")
        self.env.flush_all()
        self.assertEqual(
            self.tables_with("918273", "zebra fingerprint", CODES[0]),
            {"forecast_delphi_answer"},
        )
        rows = self.env.execute_query(
            SQL("SELECT * FROM forecast_delphi_answer WHERE argument LIKE 'zebra%%'")
        )
        self.assertEqual(len(rows), 1)
        self.assertNotIn(CODES[0], json.dumps(rows, default=str))
        # neither user nor participant
        self.assertIsNone(rows[0][4])
        self.answer(panel, 1, [918270, 645540])
        self.answer(panel, 2, [918279, 645549])
        self.close()
        self.env.flush_all()
        self.assertEqual(panel.state, "closed")
        self.assertFalse(self.tables_with(CODES[0]))
        self.assertFalse(
            self.env.execute_query(SQL("SELECT 1 FROM forecast_delphi_answer"))
        )

    def tables_with(self, *texts):
        tables = self.env.execute_query(
            SQL(
                "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
                " AND tablename NOT IN ('ir_attachment', 'ir_ui_view')"
            )
        )
        found = set()
        for (table,) in tables:
            hit = self.env.execute_query(
                SQL(
                    "SELECT 1 FROM %s AS one WHERE %s LIMIT 1",
                    SQL.identifier(table),
                    SQL(" OR ").join(
                        SQL("one::text LIKE %s", f"%{text}%") for text in texts
                    ),
                )
            )
            if hit:
                found.add(table)
        return found

    def test_nothing_of_an_answer_is_dated_or_signed(self):
        """Answering changes no row that says who or when, in any table."""
        panel = self.panel()
        self.env.flush_all()
        stamps = self.env.execute_query(
            SQL(
                "SELECT table_name FROM information_schema.columns"
                " WHERE column_name = 'write_uid' AND table_schema = current_schema()"
                " AND table_name IN (SELECT tablename FROM pg_tables)"
            )
        )
        self.env.cr.execute(
            SQL("UPDATE forecast_delphi SET write_uid = NULL, write_date = NULL")
        )
        self.env.cr.execute(
            SQL("UPDATE forecast_delphi_round SET write_uid = NULL, write_date = NULL")
        )
        self.env.invalidate_all()
        messages = self.env["mail.message"].search_count([])
        for index in range(2):
            self.answer(panel, index, [100 + index, 1])
        self.env.flush_all()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)
        for table in ("forecast_delphi", "forecast_delphi_round"):
            self.assertIn((table,), stamps)
            self.assertFalse(
                self.env.execute_query(
                    SQL(
                        "SELECT 1 FROM %s WHERE write_uid IS NOT NULL",
                        SQL.identifier(table),
                    )
                )
            )
        for name in ("create_uid", "write_uid", "create_date", "write_date"):
            self.assertNotIn(name, self.env["forecast.delphi.participant"]._fields)
        self.assertNotIn(("forecast_delphi_answer",), stamps)

    def test_row_versions_do_not_tell(self):
        """All answers of a round, and all members, carry one and the same transaction."""
        panel = self.panel()
        for index in range(3):
            self.answer(panel, index, [100 + index, 1])
        self.env.flush_all()
        for query in (
            "SELECT DISTINCT cmin::text FROM forecast_delphi_answer WHERE round_id = %s",
            "SELECT DISTINCT cmin::text FROM forecast_delphi_participant"
            " WHERE delphi_id = (SELECT delphi_id FROM forecast_delphi_round WHERE id = %s)",
        ):
            # inside one test transaction xmin is the same anyway; cmin tells the command
            rows = self.env.execute_query(SQL(query, panel.round_id.id))
            self.assertEqual(len(rows), 1, query)

    def test_order_is_random(self):
        seen = set()
        panel = self.panel()
        for _try in range(12):
            for index in range(3):
                self.answer(panel, index, [100 + index, 1])
            rows = self.env.execute_query(
                SQL(
                    "SELECT quantities FROM forecast_delphi_answer WHERE round_id = %s"
                    " ORDER BY ctid",
                    panel.round_id.id,
                )
            )
            seen.add(tuple(row[0][0] for row in rows))
        self.assertGreater(len(seen), 1)

    def test_administrator_by_rpc(self):
        panel = self.panel().with_user(self.admin)
        self.answer(panel, 0, [918273, 645546], "zebra fingerprint")
        self.answer(panel, 1, [918274, 645546], "giraffe")
        self.env.invalidate_all()
        records = (
            panel,
            panel.round_ids,
            panel.participant_ids,
            panel.message_ids,
            panel.activity_ids,
        )
        for record in records:
            for values in record.read():
                self.assertNotIn("918273", str(values))
                self.assertNotIn("zebra", str(values))
            exported = record.export_data(
                [name for name in record._fields if name != "id"][:40]
            )
            self.assertNotIn("918273", str(exported))
        groups = (
            self.env["forecast.delphi.round"]
            .with_user(self.admin)
            ._read_group([("delphi_id", "=", panel.id)], ["number"], ["__count"])
        )
        self.assertEqual(len(groups), 1)
        self.assertFalse(panel.round_id.feedback)
        self.assertFalse(panel.round_id.summary)
        for call in (
            lambda: panel.own_answers(CODES[0]),
            lambda: panel.submit_answer(CODES[0], [1, 2]),
        ):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(UserError):
            panel.action_close_round()
        with self.assertRaises(AccessError):
            self.env["forecast.opinion"].with_user(self.admin).create(
                {"kind": "delphi"}
            )
        # who has answered may be seen, and nothing more
        self.assertEqual(
            panel.participant_ids.filtered("answered").user_id, self.expert | self.other
        )

    def test_closed_panel_holds_columns_not_persons(self):
        panel = self.panel(min_rounds=1)
        self.answer(panel, 0, [1000, 5])
        self.answer(panel, 1, [1010, 7])
        self.answer(panel, 2, [990, 6])
        panel.spread_limit = 1
        self.close()
        feedback = panel.round_ids.feedback
        # each period sorted by itself: no row of one person is left
        self.assertEqual(feedback["answers"], [[990, 1000, 1010], [5, 6, 7]])
        self.assertFalse(panel.round_ids.named)
        self.assertFalse(panel.round_ids.named_text)

    def test_names_only_where_announced_and_only_after_closing(self):
        panel = self.panel(names_shown=True, min_rounds=2)
        self.answer_all(panel, 100, 100, 100)
        self.close()
        self.assertFalse(any(panel.round_ids.mapped("named")))
        self.answer_all(panel, 100, 101, 102)
        self.close()
        self.assertEqual(panel.state, "closed")
        last = panel.round_ids.sorted("number")[-1]
        self.assertEqual(last.named[self.expert.name], [[100, 200], "Because of 100"])
        self.assertIn("Because of 100", last.named_text)

    def test_other_members_and_strangers(self):
        panel = self.panel()
        self.answer(panel, 0, [918273, 645546], "zebra fingerprint")
        self.env.invalidate_all()
        for user in (self.other, self.portal):
            seen = panel.with_user(user)
            self.assertEqual(seen.read(["name"])[0]["name"], panel.name)
            self.assertFalse(seen.round_id.feedback)
            for name in ("participant_ids", "answered_count", "plan_id", "product_id"):
                with self.assertRaises(AccessError):
                    seen.read([name])
            with self.assertRaises(AccessError):
                self.env["forecast.delphi.participant"].with_user(user).search([])
            self.assertFalse(seen.own_answers(CODES[1])["current"])
            for call in (
                seen.action_close_round,
                seen.action_cancel,
                seen.action_remind,
            ):
                with self.assertRaises(AccessError):
                    call()
            with self.assertRaises(AccessError):
                seen.write({"note": "Mine"})
        third = self.contributor("delphi_third")
        for user in (self.outsider, third):
            seen = panel.with_user(user)
            with self.assertRaises(AccessError):
                seen.read(["name"])
            with self.assertRaises(AccessError):
                panel.round_ids.with_user(user).read(["feedback"])
            for call in (
                lambda s=seen: s.own_answers(CODES[0]),
                lambda s=seen: s.submit_answer(CODES[0], [1, 2]),
            ):
                with self.assertRaises(AccessError):
                    call()
            self.assertFalse(self.env["forecast.delphi"].with_user(user).search([]))

    def test_draft_is_not_shown_and_closed_takes_no_answer(self):
        panel = self.panel(opened=False)
        with self.assertRaises(AccessError):
            panel.with_user(self.portal).read(["name"])
        panel.action_open()
        panel.action_cancel()
        with self.assertRaisesRegex(UserError, "closed"):
            self.answer(panel, 0, [1, 2])

    def test_companies_are_apart(self):
        panel = self.panel()
        other = self.env["res.company"].create({"name": "Apart"})
        stranger = new_test_user(
            self.env,
            login="delphi_stranger",
            groups="omni_forecast.group_forecast_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for record in (panel, panel.round_ids, panel.participant_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).with_context(
                    allowed_company_ids=other.ids
                ).read(["display_name"])
