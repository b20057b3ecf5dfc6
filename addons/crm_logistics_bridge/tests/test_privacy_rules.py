# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LogisticsCase

LONG_AGO = "2010-01-05 09:00:00"
STORY = "Kim Minji moved to Mapo"


class PrivacyData:
    @classmethod
    def set_up_privacy(cls):
        # A company of its own: rules count nothing but what a test made.
        cls.company = cls.env["res.company"].create({"name": "Privacy Company"})
        cls.env.user.company_ids |= cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.closed = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", True)], limit=1
        )
        cls.open_stage = cls.env["helpdesk.ticket.stage"].search(
            [("closed", "=", False)], limit=1
        )
        cls.manager = cls.make_user(
            "privacy_manager",
            "crm_logistics_bridge.group_logistics_privacy",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def old_ticket(cls, name="Where is it", partner=None, closed=LONG_AGO, **values):
        """A closed ticket of long ago, with a message and a file."""
        ticket = cls.make_ticket(
            name, partner, STORY, company_id=cls.company.id, **values
        )
        ticket.message_post(body=STORY, message_type="comment")
        cls.env["ir.attachment"].create(
            {
                "name": "letter.txt",
                "raw": f"letter {ticket.id}".encode(),
                "res_model": ticket._name,
                "res_id": ticket.id,
            }
        )
        ticket.stage_id = cls.closed if closed else cls.open_stage
        ticket.closed_date = closed or LONG_AGO
        cls.env.flush_all()
        return ticket

    @classmethod
    def make_invoice(cls, partner, line, name="Gloves"):
        """A posted invoice of today for an order line."""
        income, receivable = cls.env["account.account"].create(
            [
                {
                    "name": kind,
                    "code": f"9{number}0001",
                    "account_type": kind,
                    "company_ids": [Command.set(cls.company.ids)],
                }
                for number, kind in enumerate(("income", "asset_receivable"))
            ]
        )
        journal = cls.env["account.journal"].create(
            {
                "name": "Sales",
                "code": "PSAL",
                "type": "sale",
                "company_id": cls.company.id,
                "default_account_id": income.id,
            }
        )
        partner.with_company(cls.company).property_account_receivable_id = receivable
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "journal_id": journal.id,
                "invoice_date": fields.Date.context_today(partner),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "price_unit": 10,
                            "account_id": income.id,
                            "tax_ids": [Command.clear()],
                            "sale_line_ids": [Command.set(line.ids)],
                        }
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    @classmethod
    def make_rule(cls, target="ticket", action="delete", days=365, **values):
        return cls.env["logistics.privacy.rule"].create(
            {
                "name": "Old things",
                "target": target,
                "action": action,
                "days": days,
                "warn_days": 0,
                "company_id": cls.company.id,
                "responsible_id": cls.manager.id,
                **values,
            }
        )

    def dry_run(self, rule):
        rule.action_dry_run()
        return rule.dry_run_id

    def activate(self, rule, user=None):
        run = self.dry_run(rule)
        run.with_user(user or self.manager).action_seen_and_activate()
        return run

    def work(self, kill_after=None):
        """The scheduled job; commits are savepoints, to which a kill falls back."""
        Cron, steps = self.env.registry["ir.cron"], []

        def commit(cron, *_args, **_kwargs):
            steps.append(1)
            if kill_after and len(steps) > kill_after:
                raise KeyboardInterrupt
            cron.env.flush_all()
            cron.env.cr.execute("SAVEPOINT committed")
            return float("inf")

        with (
            patch.object(Cron, "_commit_progress", commit),
            patch.object(
                self.env.registry["ir.attachment"], "_gc_file_store", lambda s: None
            ),
        ):
            try:
                self.env["logistics.privacy.run"]._cron_work()
            except KeyboardInterrupt:
                self.env.cr.clear()
                self.env.invalidate_all(flush=False)
                self.env.cr.execute("ROLLBACK TO SAVEPOINT committed")
                return "killed"
        return "done"

    def log(self, action):
        return self.env["logistics.privacy.log"].search(
            [("company_id", "=", self.company.id), ("action", "=", action)]
        )


@tagged("post_install", "-at_install")
class TestPrivacyRules(PrivacyData, LogisticsCase):
    """A rule acts as its dry run said, keeps what the law keeps, and says what it did."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_privacy()

    def test_dry_run_equals_what_then_happens(self):
        old = self.old_ticket() | self.old_ticket("Another")
        fresh = self.old_ticket("Fresh", closed=fields.Datetime.now())
        still_open = self.old_ticket("Open", closed=False)
        rule = self.make_rule()
        run = self.dry_run(rule)
        self.assertEqual((rule.state, run.state), ("checked", "done"))
        self.assertEqual(
            (run.total_count, run.act_count, run.keep_count, run.attachment_count),
            (3, 2, 1, 2),
        )
        self.assertEqual(run.keep_reasons, {"open": 1})
        found = run.example_ids.filtered(lambda line: not line.reason)
        self.assertEqual(set(found.mapped("res_id")), set(old.ids))
        self.assertIn("Where is it", found[0].name)
        self.assertTrue(all((old | fresh | still_open).exists()), "nothing was done")
        run.with_user(self.manager).action_seen_and_activate()
        self.work()
        self.assertEqual((old | fresh | still_open).exists(), fresh | still_open)
        done = rule.run_ids.filtered(lambda r: r.kind == "act")
        self.assertEqual(
            (done.state, done.act_count, done.keep_count, done.attachment_count),
            ("done", run.act_count, run.keep_count, run.attachment_count),
        )
        log = self.log("delete")
        self.assertEqual((log.record_count, log.user_id), (2, self.manager))
        self.assertNotIn("Where is it", str(log.read()))
        Log = self.env["logistics.privacy.log"].with_user(self.manager)
        self.assertEqual(Log.find_record("helpdesk.ticket", old[0].id), log.ids)
        self.assertFalse(Log.find_record("helpdesk.ticket", fresh.id))
        self.assertEqual(self.work(), "done")
        self.assertEqual(len(self.log("delete")), 1, "done once")

    def test_never_before_a_dry_run_was_read(self):
        rule = self.make_rule()
        mine = rule.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "dry run"):
            mine.action_activate()
        with self.assertRaisesRegex(UserError, "is set by"):
            mine.state = "active"
        with self.assertRaisesRegex(UserError, "is set by"):
            self.env["logistics.privacy.rule"].with_user(self.manager).create(
                {"name": "x", "target": "ticket", "action": "delete", "state": "active"}
            )
        self.dry_run(rule)
        with self.assertRaisesRegex(UserError, "read a dry run"):
            mine.action_activate()
        rule.dry_run_id.with_user(self.manager).action_seen_and_activate()
        self.assertEqual(rule.state, "active")
        self.assertEqual(rule.activated_by_id, self.manager)
        mine.days = 400
        self.assertEqual(rule.state, "draft", "another rule needs another dry run")
        self.old_ticket()
        self.work()
        self.assertFalse(self.log("delete"))

    def test_warns_before_it_acts(self):
        ticket = self.old_ticket()
        rule = self.make_rule(warn_days=10)
        self.activate(rule)
        self.work()
        today = fields.Date.context_today(rule)
        self.assertEqual(rule.next_date, today + timedelta(days=10))
        activity = rule.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        self.assertEqual(activity.date_deadline, rule.next_date)
        self.assertNotIn("Minji", activity.note)
        told = self.env["mail.message"].search(
            [("model", "=", rule._name), ("res_id", "=", rule.id)]
        )
        self.assertIn(self.manager.partner_id, told.notified_partner_ids)
        self.work()
        self.assertTrue(ticket.exists())
        self.assertEqual(len(rule.run_ids), 2, "announced once")
        rule.run_ids.filtered(lambda r: r.kind == "act").act_date = today
        self.work()
        self.assertFalse(ticket.exists())
        self.assertFalse(rule.activity_ids)

    def test_pausing_stops_what_was_announced(self):
        ticket = self.old_ticket()
        rule = self.make_rule(warn_days=1)
        self.activate(rule)
        self.work()
        rule.with_user(self.manager).action_pause()
        rule.run_ids.act_date = fields.Date.context_today(rule)
        self.work()
        self.assertTrue(ticket.exists())
        self.assertEqual(self.log("pause").user_id, self.manager)

    def test_what_the_law_keeps(self):
        """Posted invoices, invoiced orders, complaints, open returns and legal holds."""
        orders = self.env["sale.order"]
        for _number in range(3):
            orders |= self.make_order(
                self.contact, confirm=False, company_id=self.company.id
            )
        orders.action_confirm()
        self.make_invoice(self.contact, orders[0].order_line)
        invoiced = self.old_ticket("Invoiced", sale_order_ids=orders[0].ids)
        complaint = self.old_ticket(
            "Complaint",
            closed=fields.Datetime.now() - timedelta(days=400),
            sale_order_ids=orders[1].ids,
        )
        held = self.old_ticket("Held")
        held.with_user(self.env.ref("base.user_admin")).sudo().write(
            {"logistics_legal_hold": True, "logistics_legal_hold_reason": "Court 12"}
        )
        customer = self.env["res.partner"].create(
            {
                "name": "Held Customer",
                "logistics_legal_hold": True,
                "logistics_legal_hold_reason": "Court 13",
            }
        )
        of_held = self.old_ticket("Of a held customer", customer)
        disputed = self.old_ticket("Return open", sale_order_ids=orders[2].ids)
        self.env["rma"].create(
            {
                "partner_id": self.contact.id,
                "order_id": orders[2].id,
                "product_id": self.product.id,
                "company_id": self.company.id,
            }
        )
        free = self.old_ticket("Free")
        rule = self.make_rule()
        run = self.dry_run(rule)
        self.assertEqual(
            run.keep_reasons, {"hold": 2, "open": 1, "invoice": 1, "dispute": 1}
        )
        self.assertEqual(run.act_count, 1)
        run.with_user(self.manager).action_seen_and_activate()
        self.work()
        everything = invoiced | complaint | held | of_held | disputed | free
        self.assertEqual(everything.exists(), everything - free)
        self.assertEqual(self.work(), "done")
        self.assertEqual(
            len(rule.run_ids.filtered(lambda r: r.kind == "act")),
            1,
            "what is kept is no reason to warn again every day",
        )
        # the periods over and the dispute settled
        self.company.logistics_keep_order_years = 0
        self.company.logistics_keep_dispute_years = 0
        self.assertEqual(self.dry_run(rule).act_count, 2)

    def test_a_hold_needs_a_reason_and_is_logged(self):
        ticket = self.old_ticket()
        with self.assertRaises(ValidationError):
            ticket.logistics_legal_hold = True
        ticket.write(
            {"logistics_legal_hold": True, "logistics_legal_hold_reason": "Court"}
        )
        ticket.logistics_legal_hold = False
        self.assertEqual(len(self.log("hold")), 1)
        self.assertEqual(len(self.log("unhold")), 1)

    def test_killed_in_the_middle_and_taken_up(self):
        tickets = self.env["helpdesk.ticket"]
        for number in range(7):
            tickets |= self.old_ticket(f"Ticket {number}")
        rule = self.make_rule()
        self.activate(rule)
        place = "odoo.addons.crm_logistics_bridge.models.privacy.logistics_privacy_run"
        with patch(f"{place}.ACT_BATCH", 2):
            self.assertEqual(self.work(kill_after=4), "killed")
            left = len(tickets.exists())
            self.assertIn(left, (3, 5), "whole batches, some done and some not")
            run = rule.run_ids.filtered(lambda r: r.kind == "act")
            self.assertEqual((run.state, run.act_count), ("running", 7 - left))
            self.assertEqual(sum(self.log("delete").mapped("record_count")), 7 - left)
            self.assertLess(run.progress, 100)
            self.work()
        self.assertFalse(tickets.exists())
        self.assertEqual((run.state, run.act_count, run.progress), ("done", 7, 100))
        self.assertEqual(self.log("delete").mapped("record_count"), [1, 2, 2, 2])

    def test_one_that_cannot_go_holds_nothing_up(self):
        tickets = self.old_ticket() | self.old_ticket() | self.old_ticket()
        bad = tickets[1].id
        Ticket = self.env.registry["helpdesk.ticket"]
        unlink = Ticket.unlink

        def refuse(records):
            if bad in records.ids:
                raise UserError(str(bad))
            return unlink(records)

        rule = self.make_rule()
        self.activate(rule)
        with (
            patch.object(Ticket, "unlink", refuse),
            mute_logger(
                "odoo.addons.crm_logistics_bridge.models.privacy.logistics_privacy_run"
            ),
        ):
            self.work()
        self.assertEqual(tickets.exists(), tickets[1])
        run = rule.run_ids.filtered(lambda r: r.kind == "act")
        self.assertEqual((run.act_count, run.keep_reasons), (2, {"error": 1}))

    def test_anonymised_tickets_keep_their_figures(self):
        ticket = self.old_ticket("Kim Minji asks")
        message = self.env["logistics.intake.message"].create(
            {
                "account_id": self.env["logistics.channel.account"]
                ._own_account(self.company, "chat")
                .id,
                "external_id": "chat-1",
                "company_id": self.company.id,
                "received_date": LONG_AGO,
                "sender_email": "minji@example.com",
                "words": "kim minji",
                "ticket_id": ticket.id,
                "state": "done",
            }
        )
        number, closed = ticket.number, ticket.closed_date
        rule = self.make_rule(action="anonymise", channel="chat")
        self.activate(rule)
        self.work()
        self.assertEqual((ticket.number, ticket.closed_date), (number, closed))
        self.assertEqual(ticket.name, "[removed]")
        self.assertFalse(ticket.partner_id)
        self.assertFalse(ticket.attachment_ids)
        self.assertNotIn("Minji", str(ticket.message_ids.mapped("body")))
        self.assertTrue(ticket.logistics_anonymised_date)
        self.assertFalse(message.sender_email or message.words)
        self.assertEqual(message.external_id, "chat-1", "still answered once")
        self.assertEqual(self.dry_run(rule).total_count, 0, "nothing left to do")

    def test_channel_and_domain(self):
        by_chat, by_mail = (
            self.env["logistics.intake.message"].create(
                {
                    "account_id": self.env["logistics.channel.account"]
                    ._own_account(self.company, kind)
                    .id,
                    "external_id": f"{kind}-9",
                    "company_id": self.company.id,
                    "received_date": LONG_AGO,
                    "subject": kind,
                    "state": "done",
                }
            )
            for kind in ("chat", "mail")
        )
        rule = self.make_rule("intake", channel="chat")
        self.assertEqual(self.dry_run(rule).act_count, 1)
        rule.channel = False
        self.assertEqual(self.dry_run(rule).act_count, 2)
        rule.domain = "[('subject', '=', 'mail')]"
        self.activate(rule)
        self.work()
        self.assertEqual((by_chat | by_mail).exists(), by_chat)
        with self.assertRaises(ValidationError):
            rule.domain = "[('no_such_field', '=', 1)]"

    def test_files_vanish_from_the_disk(self):
        ticket = self.old_ticket()
        file = ticket.attachment_ids
        path = file._full_path(file.store_fname)
        self.assertTrue(os.path.exists(path))
        rule = self.make_rule(action="attachments")
        self.assertEqual(self.dry_run(rule).attachment_count, 1)
        self.activate(rule)
        self.work()
        self.assertFalse(file.exists())
        self.assertIn(STORY, str(ticket.description), "the words stay")
        with mute_logger("odoo.addons.base.models.ir_attachment"):
            self.env["ir.attachment"]._gc_file_store_unsafe()
        self.assertFalse(os.path.exists(path))

    def test_every_kind_of_data(self):
        """Each possible rule can be tried and acts without an error."""
        Target = self.env["logistics.privacy.target"]
        for code, target in Target._targets().items():
            for action in target.actions:
                with self.subTest(target=code, action=action):
                    rule = self.make_rule(code, action, 400)
                    self.assertEqual(rule.date_field_id.name, target.date)
                    self.activate(rule)
                    self.assertFalse(Target._do(code, action, [0]))
        with self.assertRaisesRegex(ValidationError, "not possible"):
            self.make_rule("sender", "anonymise")
        with self.assertRaisesRegex(ValidationError, "at least 365"):
            self.make_rule("access", "delete", 30)

    def test_several_companies(self):
        other = self.env["res.company"].create({"name": "Other Privacy Company"})
        mine = self.old_ticket("Mine")
        theirs = self.old_ticket("Theirs")
        theirs.company_id = other
        rule = self.make_rule()
        self.activate(rule)
        foreign = self.make_rule(company_id=other.id, name="Theirs")
        self.work()
        self.assertEqual((mine | theirs).exists(), theirs)
        Rule = self.env["logistics.privacy.rule"].with_user(self.manager)
        self.assertNotIn(foreign, Rule.search([]))
        with self.assertRaises(AccessError):
            foreign.with_user(self.manager).action_dry_run()

    def test_only_privacy_managers(self):
        rule = self.make_rule()
        run = self.dry_run(rule)
        log = self.env["logistics.privacy.log"]._note("hold", self.company, "test")
        agent = self.make_agent()
        lead = self.make_user("helpdesk_lead", "helpdesk_mgmt.group_helpdesk_manager")
        for user in (agent, lead):
            for record in (rule, run, log, self.env["logistics.legal.copy"]):
                with self.assertRaises(AccessError):
                    record.with_user(user).check_access("read")
            with self.assertRaises(AccessError):
                rule.with_user(user).action_dry_run()
            with self.assertRaises(AccessError):
                self.contact.with_user(user).read(["logistics_legal_hold_reason"])
        for record in (log.with_user(self.manager), log):
            with self.assertRaises(UserError):
                record.write({"record_count": 0})
            with self.assertRaises(UserError):
                record.unlink()
        for values in ({"act_count": 0}, {"seen_date": LONG_AGO}):
            with self.assertRaises(AccessError):
                run.with_user(self.manager).write(values)
