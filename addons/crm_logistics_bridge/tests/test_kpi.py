# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LogisticsCase

DAY = date(2026, 3, 10)


@tagged("post_install", "-at_install")
class TestKpi(LogisticsCase):
    """Worked checks of the formulas, and every figure down to its records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "KPI Company", "currency_id": cls.env.company.currency_id.id}
        )
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company.partner_id.tz = "UTC"
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            cls.product, cls.warehouse.lot_stock_id, 1000
        )
        cls.facts = cls.env["logistics.kpi.day"]

    def line(self, promise, arrival, ordered=5, delivered=5):
        """One order line, promised and arrived then."""
        with freeze_time("2026-03-01 09:00:00"):
            order = self.make_order(
                self.contact, quantity=ordered, company_id=self.company.id
            )
        picking = order.picking_ids
        picking.move_ids.write({"quantity": delivered, "picked": True})
        if arrival:
            picking.with_context(cancel_backorder=True)._action_done()
        self.settle()
        self.env.cr.execute(
            "UPDATE stock_picking SET logistics_promise_date = %s, "
            "date_done = COALESCE(%s::timestamp, date_done) WHERE id = %s",
            (promise, arrival or None, picking.id),
        )
        self.env.invalidate_all()
        return order.order_line

    def kpi(self, code):
        return self.env.ref(f"crm_logistics_bridge.kpi_{code}")

    def value(self, code, first=DAY, last=DAY):
        ((value,),) = self.facts._read_group(
            [
                ("company_id", "=", self.company.id),
                ("kpi_id", "=", self.kpi(code).id),
                ("date", ">=", first),
                ("date", "<=", last),
            ],
            [],
            ["value:avg"],
        )
        return value

    def test_otif_of_ten_lines(self):
        """10 lines promised, 8 on time, 7 of them in full: OTIF 70 %, on time 80 %."""
        promise = "2026-03-10 18:00:00"
        lines = self.env["sale.order.line"]
        for _number in range(7):
            lines |= self.line(promise, "2026-03-10 12:00:00")
        short = self.line(promise, "2026-03-10 12:00:00", delivered=3)
        late = self.line(promise, "2026-03-12 12:00:00")
        never = self.line(promise, False)
        self.facts._refresh(self.company, DAY, date(2026, 3, 12))
        self.assertAlmostEqual(self.value("on_time"), 0.8)
        self.assertAlmostEqual(self.value("otif"), 0.7)
        self.assertAlmostEqual(self.value("in_full"), 0.8)
        found = self.facts._record_ids(self.kpi("otif"), self.company, DAY, DAY)
        self.assertEqual(
            set(found["sale.order.line"]), set((lines | short | late | never).ids)
        )
        fact = self.facts.search(
            [("company_id", "=", self.company.id), ("kpi_id.code", "=", "otif")]
        )
        self.assertEqual((fact.numerator, fact.denominator), (7, 10))
        action = fact.action_open_records()
        self.assertEqual(action["res_model"], "logistics.kpi.records")
        kinds = self.env["logistics.kpi.records"].search(action["domain"])
        self.assertEqual(kinds.mapped("record_count"), [10, 3])
        self.assertEqual(kinds.mapped("against"), [False, True])
        missed = kinds[1].action_open()
        self.assertEqual(missed["res_model"], "sale.order.line")
        self.assertEqual(
            self.env["sale.order.line"].search(missed["domain"]), short | late | never
        )

    def test_days_are_divided_as_sums(self):
        """9 of 10 on one day and 0 of 1 on the next are 9 of 11, not 45 %."""
        for number in range(10):
            hour = "12:00" if number < 9 else "23:00"
            self.line("2026-03-10 18:00:00", f"2026-03-10 {hour}:00")
        self.line("2026-03-11 18:00:00", "2026-03-12 12:00:00")
        self.facts._refresh(self.company, DAY, date(2026, 3, 12))
        self.assertAlmostEqual(self.value("on_time", DAY, date(2026, 3, 11)), 9 / 11, 6)

    def test_cycle_time_returns_and_accuracy(self):
        lines = self.env["sale.order.line"]
        for day in (3, 5):
            lines |= self.line("2026-03-10 18:00:00", f"2026-03-0{day} 09:00:00")
        move = lines[0].move_ids
        with freeze_time("2026-03-05 10:00:00"):
            rma = self.env["rma"].create(
                {
                    "partner_id": self.contact.id,
                    "company_id": self.company.id,
                    "order_id": lines[0].order_id.id,
                    "picking_id": move.picking_id.id,
                    "move_id": move.id,
                    "product_id": self.product.id,
                    "product_uom_qty": 1,
                    "logistics_reason_id": self.env.ref(
                        "crm_logistics_bridge.return_reason_wrong"
                    ).id,
                }
            )
        rma.logistics_settled_date = "2026-03-09 10:00:00"
        first, last = date(2026, 3, 1), date(2026, 3, 12)
        self.facts._refresh(self.company, first, last)
        self.assertAlmostEqual(self.value("cycle_days", first, last), 3.0)
        self.assertAlmostEqual(self.value("return_rate", first, last), 0.5)
        self.assertAlmostEqual(self.value("pick_accuracy", first, last), 0.5)
        self.assertAlmostEqual(self.value("return_days", first, last), 4.0)
        found = self.facts._record_ids(
            self.kpi("return_days"), self.company, first, last
        )
        self.assertEqual(found, {"rma": rma.ids})
        # a rate of two kinds of records opens both
        action = self.facts._records_action(
            self.kpi("return_rate"), self.company, first, last
        )
        kinds = self.env["logistics.kpi.records"].search(action["domain"])
        self.assertEqual(kinds.mapped("model_name"), ["sale.order.line", "rma", "rma"])

    def test_tickets_and_ratings(self):
        colleague = self.make_agent()
        ticket = self.make_ticket("late", company_id=self.company.id)
        answer = (
            ticket.with_user(colleague)
            .sudo()
            .message_post(
                body="tomorrow",
                author_id=colleague.partner_id.id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = '2026-03-10 08:00', "
            "closed_date = '2026-03-10 20:00' WHERE id = %s",
            (ticket.id,),
        )
        self.env.cr.execute(
            "UPDATE mail_message SET date = '2026-03-10 10:30' WHERE id = %s",
            (answer.id,),
        )
        for stars in (5, 2):
            self.env["rating.rating"].create(
                {
                    "res_model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                    "res_id": ticket.id,
                    "rating": stars,
                    "consumed": True,
                    "rated_on": "2026-03-10 21:00:00",
                }
            ).rated_on = "2026-03-10 21:00:00"
        self.facts._refresh(self.company, DAY, DAY)
        self.assertAlmostEqual(self.value("first_response"), 2.5)
        self.assertAlmostEqual(self.value("resolution"), 12.0)
        self.assertAlmostEqual(self.value("csat"), 3.5)

    def test_repeat_purchase(self):
        for moment in ("2025-01-01", "2026-03-08", "2026-03-10"):
            order = self.make_order(self.other, company_id=self.company.id)
            order.date_order = f"{moment} 09:00:00"
        self.facts._refresh(self.company, date(2026, 3, 1), DAY)
        self.assertAlmostEqual(
            self.value("repeat", date(2026, 3, 1)), 0.5, msg="432 days ago is no repeat"
        )

    def test_refreshing_again_changes_nothing_and_finds_what_changed(self):
        with freeze_time("2026-03-20 09:00:00"):
            self.line("2026-03-10 18:00:00", "2026-03-10 12:00:00")
            first = self.facts._refresh_company(self.company)
            with self.env["logistics.job.run"].track("kpi", self.company) as figures:
                figures["rows"] = first
            self.assertEqual(self.facts._refresh_company(self.company, True), first)
        with freeze_time("2026-03-20 10:00:00"):
            line = self.line("2026-03-10 18:00:00", "2026-03-12 12:00:00")
            line.order_id.picking_ids.write({"note": "changed"})
            self.env.cr.execute(
                "UPDATE stock_picking SET write_date = '2026-03-20 10:00' WHERE id = %s",
                (line.order_id.picking_ids.id,),
            )
            self.assertLessEqual(
                self.facts._changed_since(self.company, "2026-03-20 09:30:00"), DAY
            )
            self.facts._refresh_company(self.company)
        self.assertAlmostEqual(self.value("on_time"), 0.5)

    def test_day_of_the_company(self):
        """23:30 UTC is the next day in Seoul."""
        self.company.partner_id.tz = "Asia/Seoul"
        self.line("2026-03-09 23:30:00", "2026-03-09 12:00:00")
        self.facts._refresh(self.company, DAY, DAY)
        self.assertEqual(self.value("on_time"), 1.0)

    def test_definitions_and_rights(self):
        for kpi in self.env["logistics.kpi"].search([]):
            self.assertIn("÷", kpi.formula)
            kpi.action_open_figures()
        with self.assertRaises(AccessError):
            self.facts.with_user(self.make_agent()).action_refresh_all()
