# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The screens of the intake in a real browser."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import LogisticsData

INTAKE = "odoo.addons.crm_logistics_bridge.models.intake.logistics_intake"
ACTION = "/odoo/action-crm_logistics_bridge"


class IntakeTours(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.make_user(
            "tour_agent",
            "base.group_user,helpdesk_mgmt.group_helpdesk_user",
            password="tour_agent",
        )
        cls.make_user(
            "tour_manager",
            "base.group_user,helpdesk_mgmt.group_helpdesk_manager,"
            "base.group_partner_manager",
            password="tour_manager",
        )
        cls.account = cls.env["logistics.channel.account"].create(
            {"name": "Chat", "kind": "chat", "code": "tour-test"}
        )

    def arrive(self, **sender):
        return (
            self.env["logistics.intake"]
            .sudo()
            ._receive(
                self.account,
                {"external_id": "tour", "text": "tour message", "sender": sender},
            )
        )

    def note_tour(self):
        self.start_tour(
            f"{ACTION}.logistics_intake_note_action",
            "logistics_intake_note",
            login="tour_agent",
        )
        message = self.env["logistics.intake.message"].search(
            [], order="id desc", limit=1
        )
        self.assertEqual((message.kind, message.state), ("phone", "done"))

    def retry_tour(self):
        Intake = type(self.env["logistics.intake"])
        with (
            mute_logger(INTAKE),
            patch.object(Intake, "_new_ticket", side_effect=UserError("no team")),
        ):
            message = self.arrive(email="minji@example.com")
        self.start_tour(
            f"{ACTION}.logistics_intake_message_action/{message.id}",
            "logistics_intake_retry",
            login="tour_agent",
        )
        self.assertEqual(message.state, "done")

    def merge_tour(self, tour):
        twins = self.env["res.partner"].create(
            [{"name": f"Tour Twin {n}", "email": "twin@example.org"} for n in "AB"]
        )
        self.env.flush_all()
        self.arrive(email="twin@example.org")
        proposal = self.env["logistics.merge.proposal"].search([], limit=1)
        self.assertEqual(proposal.partner_ids, twins)
        self.start_tour(
            f"{ACTION}.logistics_merge_proposal_action", tour, login="tour_manager"
        )
        return proposal, twins

    def contact_tour(self):
        message = self.arrive(name="Tour", email="tour@example.org")
        self.start_tour(
            f"/odoo/helpdesk-tickets/{message.ticket_id.id}",
            "logistics_create_contact",
            login="tour_agent",
        )
        contact = self.env["res.partner"].search([("email", "=", "tour@example.org")])
        self.assertEqual(message.ticket_id.partner_id, contact)
        self.assertEqual(len(contact), 1)


@tagged("post_install", "-at_install")
class TestIntakeToursDesktop(IntakeTours):
    browser_size = "1400x900"

    def test_note(self):
        self.note_tour()

    def test_retry(self):
        self.retry_tour()

    def test_merge_rejected(self):
        proposal, twins = self.merge_tour("logistics_merge_reject")
        self.assertEqual(proposal.state, "rejected")
        self.assertEqual(len(twins.exists()), 2)

    def test_merge_accepted(self):
        proposal, twins = self.merge_tour("logistics_merge_accept")
        self.assertEqual(proposal.state, "merged")
        self.assertEqual(len(twins.exists()), 1)

    def test_create_contact(self):
        self.contact_tour()


@tagged("post_install", "-at_install")
class TestIntakeToursPhone(IntakeTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_create_contact(self):
        self.contact_tour()
