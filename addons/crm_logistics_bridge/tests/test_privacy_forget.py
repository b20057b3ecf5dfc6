# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import LogisticsCase
from .test_privacy_rules import PrivacyData

NAME, MAIL, PHONE = "남궁보라", "bora.namgung@example.com", "+82 10-7654-3210"


@tagged("post_install", "-at_install")
class TestPrivacyForget(PrivacyData, LogisticsCase):
    """Nothing in the database names a forgotten person but what the law keeps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_privacy()
        cls.person = cls.env["res.partner"].create(
            {
                "name": NAME,
                "email": MAIL,
                "phone": PHONE,
                "street": "Mapo-daero 12",
                "city": "Seoul",
                "country_id": cls.env.ref("base.kr").id,
                "comment": f"<p>{NAME} likes mornings</p>",
            }
        )

    def hits(self):
        """Rows of any table whose text names the person: {table.column: count}."""
        self.env.flush_all()
        words = "|".join(
            (NAME, re.escape(MAIL), r"010-?7654-?3210", r"10[- ]?7654[- ]?3210")
        )
        found = {}
        columns = self.env.execute_query(
            SQL(
                """
                SELECT c.table_name, c.column_name
                  FROM information_schema.columns c
                  JOIN information_schema.tables t USING (table_schema, table_name)
                 WHERE c.table_schema = current_schema AND t.table_type = 'BASE TABLE'
                   AND c.data_type IN ('text', 'character varying', 'json', 'jsonb',
                                       'character', 'bytea', 'ARRAY')
                """
            )
        )
        for table, column in columns:
            ((count,),) = self.env.execute_query(
                SQL(
                    "SELECT COUNT(*) FROM %s WHERE %s::text ~* %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    words,
                )
            )
            if count:
                found[f"{table}.{column}"] = count
        return found

    def live(self):
        """The person buys, writes by mail and chat, returns goods and rates."""
        order = self.make_order(
            self.person,
            company_id=self.company.id,
            client_order_ref=f"for {NAME}",
            note=f"<p>ring {PHONE}</p>",
        )
        order.message_post(body=f"Told {NAME}님 by phone 010-7654-3210")
        account = self.env["logistics.channel.account"]._own_account(
            self.company, "chat"
        )
        account.trusted = True
        message = self.env["logistics.intake"]._receive(
            account,
            {
                "external_id": f"{MAIL}-1",
                "subject": f"{NAME} asks",
                "text": f"{NAME}입니다. {order.name} 언제 와요? 010-7654-3210",
                "sender": {"name": NAME, "email": MAIL, "phone": PHONE},
            },
        )
        ticket = message.ticket_id
        ticket.message_post(body=f"Dear {NAME}, tomorrow", message_type="comment")
        ticket.message_post(
            body="the letter",
            attachments=[("letter.txt", f"{NAME} {MAIL}".encode())],
        )
        order._logistics_tracking_url()
        picking = order.picking_ids
        self.env["logistics.carrier.event"].create(
            {
                "picking_id": picking.id,
                "source": "cj",
                "external_id": "1",
                "date": fields.Datetime.now(),
                "state": "customer_delivered",
                "description": f"received by {NAME}",
            }
        )
        self.env["logistics.access.log"]._note(
            self.person, "notify", f"{order.name}: mail to {MAIL}"
        )
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("helpdesk.ticket"),
                "res_id": ticket.id,
                "partner_id": self.person.id,
                "rating": 5,
                "feedback": f"thanks, {NAME}",
                "consumed": True,
            }
        )
        self.env["res.partner"].create(
            {"name": "A neighbour", "comment": f"takes parcels of {NAME}"}
        )
        return order, ticket

    def end(self, order, ticket):
        """Nothing is open any more."""
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        ticket.stage_id = self.closed
        ticket.closed_date = fields.Datetime.now() - timedelta(days=3)

    def forget(self):
        form = Form(
            self.env["partner.anonymize.wizard"]
            .with_user(self.manager)
            .with_context(active_ids=self.person.ids, active_test=False)
        )
        wizard = form.save()
        wizard.action_confirm()
        return wizard

    def test_nothing_names_the_person_any_more(self):
        order, ticket = self.live()
        self.end(order, ticket)
        order.order_line.flush_recordset()
        self.env["helpdesk.ticket"].browse(ticket.id).sale_order_ids = [Command.clear()]
        ticket.logistics_link_ids.unlink()
        self.assertGreater(len(self.hits()), 10)
        # a change of the same transaction, which would be told at its end
        tracked = self.person.with_context(tracking_disable=False, mail_notrack=False)
        tracked.write({"phone": "010-7654-3210"})
        wizard = self.forget()
        self.env.cr.precommit.run()
        self.assertFalse(wizard.logistics_blockers)
        self.assertEqual(self.hits(), {})
        self.assertEqual(ticket.name, "[removed]")
        self.assertFalse(ticket.attachment_ids)
        self.assertIn(
            "neighbour",
            self.env["res.partner"].search([("name", "=", "A neighbour")]).name,
        )
        log = self.log("forget")
        self.assertEqual(log.user_id, self.manager)
        self.assertIn("helpdesk.ticket: 1", log.detail)
        self.assertFalse(
            self.env["logistics.legal.copy"].search(
                [("partner_id", "=", self.person.id)]
            )
        )

    def test_only_the_legal_documents_name_the_person(self):
        order, ticket = self.live()
        self.end(order, ticket)
        ticket.sale_order_ids = order
        invoice = self.make_invoice(self.person, order.order_line, f"Gloves for {NAME}")
        wizard = self.forget()
        kept = {
            line.data: line.count
            for line in wizard.logistics_preview_ids
            if line.outcome == "keep"
        }
        self.assertEqual(kept, {"Tickets of complaints": 1, "Posted invoices": 1})
        tables = {name.split(".")[0] for name in self.hits()}
        self.assertLessEqual(
            tables,
            {"logistics_legal_copy", "account_move", "account_move_line", "sale_order"},
        )
        self.assertIn("account_move_line.name", self.hits())
        copy = self.env["logistics.legal.copy"].search(
            [("partner_id", "=", self.person.id)]
        )
        self.assertEqual(copy.name, NAME)
        self.assertIn("Mapo-daero 12", copy.address)
        self.assertIn(invoice.name, copy.documents)
        self.assertIn(ticket.number, copy.documents)
        self.assertEqual(
            ticket.partner_id, self.person, "the complaint stays whose it is"
        )
        self.assertEqual(ticket.sale_order_ids, order)
        copy.keep_until = "2020-01-01"
        copy._gc_copies()
        self.assertFalse(copy.exists())

    def test_not_while_something_is_open(self):
        order, ticket = self.live()
        wizard = Form(
            self.env["partner.anonymize.wizard"]
            .with_user(self.manager)
            .with_context(active_ids=self.person.ids, active_test=False)
        )
        self.assertIn(ticket.number, wizard.logistics_blockers)
        self.assertIn(order.picking_ids.name, wizard.logistics_blockers)
        with self.assertRaisesRegex(UserError, "open"):
            wizard.save().action_confirm()
        with self.assertRaisesRegex(UserError, "open"):
            self.person.with_user(self.manager).anonymize_partner_data()
        self.end(order, ticket)
        self.person.write(
            {"logistics_legal_hold": True, "logistics_legal_hold_reason": "Court 4"}
        )
        with self.assertRaisesRegex(UserError, "Court 4"):
            self.person.anonymize_partner_data()
        self.assertEqual(self.person.name, NAME)

    def test_a_namesake_keeps_the_name(self):
        namesake = self.env["res.partner"].create(
            {"name": NAME, "email": "other@example.com"}
        )
        theirs = self.old_ticket(f"{NAME} too", namesake)
        note = self.env["res.partner"].create(
            {"name": "A neighbour", "comment": f"knows {NAME} and {MAIL}"}
        )
        order, ticket = self.live()
        self.end(order, ticket)
        self.forget()
        self.assertEqual(namesake.name, NAME)
        self.assertEqual(theirs.name, f"{NAME} too")
        self.assertIn(NAME, note.comment, "who knows which of them")
        self.assertNotIn(MAIL, note.comment)
        self.assertNotIn(NAME, str(ticket.message_ids.mapped("body")))
        self.assertNotIn(NAME, str(order.message_ids.mapped("body")))

    def test_who_may_forget(self):
        for user in (
            self.make_agent(),
            self.make_user("contact_manager", "base.group_partner_manager"),
        ):
            with self.assertRaises(AccessError):
                self.person.with_user(user).anonymize_partner_data()
            with self.assertRaises(AccessError):
                self.env["partner.anonymize.wizard"].with_user(user).create({})
        self.assertEqual(self.person.name, NAME)
