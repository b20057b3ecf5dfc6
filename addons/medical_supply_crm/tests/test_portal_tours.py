# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.tests import tagged

from .test_schedule_to_order import PortalCase


@tagged("post_install", "-at_install")
class TestPortalTours(PortalCase):
    """Manager, ward nurse and integration engineer in a real browser.

    The browser's clock runs free (a session from the past would be thrown out), so
    the procedures are booked from today on.
    """

    def _prepare(self):
        integration = self._portal_user("integration_a", self.a.partner)
        self.a.partner.medical_integration_ids = integration.partner_id
        self._stock(
            self.a.room.location_id, self.stent, 1, "LOT-TOUR", "2099-01-01 00:00:00"
        )
        start = fields.Datetime.now().replace(hour=1, minute=0, second=0)
        for number in range(6):
            moment = fields.Datetime.add(start, days=1 + number // 3)
            self.a.feed.ingest(self.hl7(300 + number, moment))
        self.a.feed.ingest(
            self.hl7(390, fields.Datetime.add(start, days=1), code="XYZ99^X^L")
        )
        self.a.feed.ingest("MSH|^~\\&|broken")
        self.a.room.line_ids.daily_use = 3
        self.a.room.line_ids.par_min = 5
        self.env.flush_all()

    def _roles(self):
        self._prepare()
        self.start_tour(
            "/my/medical", "medical_supply_portal_manager", login="manager_a"
        )
        self.start_tour(
            "/my/medical/storerooms", "medical_supply_portal_nurse", login="nurse_a"
        )
        ticket = self.env["helpdesk.ticket"].search(
            [("medical_storeroom_id", "=", self.a.ward_room.id)]
        )
        self.assertEqual(len(ticket), 1)
        self.assertTrue(ticket.closed)
        self.start_tour(
            "/my/medical", "medical_supply_portal_integration", login="integration_a"
        )


class TestPortalToursDesktop(TestPortalTours):
    browser_size = "1400x900"

    def test_roles(self):
        self._roles()


class TestPortalToursPhone(TestPortalTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_roles(self):
        self._roles()
