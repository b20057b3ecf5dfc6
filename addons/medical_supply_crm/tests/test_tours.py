# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW
from .test_schedule_to_order import PortalCase


@tagged("post_install", "-at_install")
class TestTours(PortalCase):
    """Real browser. The clock is frozen while the records are made and runs free
    while the browser works: a session from the past would be thrown out."""

    def _draft(self):
        with freeze_time(NOW):
            self._book(self.a, 10)
            self._run(self.a.room)
            proposal = self._proposal(self.a.room)
            self.env.flush_all()
        return proposal

    def _portal(self):
        proposal = self._draft()
        proposal.action_send()
        self.env.flush_all()
        self.start_tour(
            "/my/medical", "medical_supply_portal_approval", login="manager_a"
        )
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(proposal.signed_by, "Lee Jiwoo")

    def _backend(self):
        proposal = self._draft()
        self.start_tour("/odoo", "medical_supply_backend_proposal", login="admin")
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")


class TestToursDesktop(TestTours):
    browser_size = "1400x900"

    def test_portal_approval(self):
        self._portal()

    def test_backend_proposal(self):
        self._backend()


class TestToursPhone(TestTours):
    browser_size = "390x844"
    touch_enabled = True

    def test_portal_approval(self):
        self._portal()
