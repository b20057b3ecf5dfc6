# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, tagged

from .common import LogisticsData
from .test_privacy_rules import PrivacyData


@tagged("post_install", "-at_install")
class TestPrivacyTour(PrivacyData, LogisticsData, HttpCase):
    """Rule, dry run, activation, log: in a real browser."""

    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.set_up_privacy()
        cls.manager.write({"login": "privacy_tour", "password": "privacy_tour"})

    def test_rule_dry_run_activate_log(self):
        ticket = self.old_ticket("Tour ticket")
        self.old_ticket("Still open", closed=False)
        rule = self.make_rule(warn_days=10)
        action = self.env.ref("crm_logistics_bridge.logistics_privacy_rule_action")
        self.start_tour(
            f"/odoo/{action.path}/{rule.id}",
            "logistics_privacy_rule",
            login="privacy_tour",
        )
        self.assertEqual(rule.state, "active")
        self.assertEqual(rule.activated_by_id, self.manager)
        self.assertEqual(rule.dry_run_id.seen_by_id, self.manager)
        self.assertTrue(ticket.exists(), "warned first")
