# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import LogisticsCase

MODELS = (
    "logistics.ticket.link",
    "logistics.timeline.event",
    "logistics.eta.lane",
    "logistics.job.run",
)


@tagged("post_install", "-at_install")
class TestSecurity(LogisticsCase):
    def test_every_model_has_access_and_a_company_rule(self):
        for name in MODELS:
            model = self.env["ir.model"]._get(name)
            self.assertTrue(model.access_ids, name)
            rules = self.env["ir.rule"].search([("model_id", "=", model.id)])
            self.assertTrue(
                any(
                    "company_id" in rule.domain_force and rule["global"]
                    for rule in rules
                ),
                name,
            )

    def test_portal_and_plain_users_reach_none_of_the_models(self):
        for login, group in (
            ("s_plain", "base.group_user"),
            ("s_portal", "base.group_portal"),
        ):
            user = self.make_user(login, group)
            for name in MODELS:
                self.assertFalse(
                    self.env[name].with_user(user).has_access("read"), (login, name)
                )

    def test_nobody_writes_links_by_hand(self):
        order = self.make_order(self.contact)
        link = self.make_ticket(order.name).logistics_link_ids[:1]
        manager = self.make_user("s_manager", "helpdesk_mgmt.group_helpdesk_manager")
        with self.assertRaises(AccessError):
            link.with_user(manager).write({"reason": "because"})
        link.with_user(manager).action_reject()
        self.assertEqual(link.state, "rejected")

    def test_viewer_may_not_decide(self):
        order = self.make_order(self.contact)
        link = self.make_ticket(order.name).logistics_link_ids[:1]
        viewer = self.make_user(
            "s_viewer", "crm_logistics_bridge.group_logistics_viewer"
        )
        with self.assertRaises(AccessError):
            link.with_user(viewer).action_reject()

    def test_agent_decides_only_on_tickets_of_theirs(self):
        order = self.make_order(self.contact)
        ticket = self.make_ticket(order.name)
        ticket.user_id = self.env.ref("base.user_admin")
        own = self.make_user("s_own", "helpdesk_mgmt.group_helpdesk_user_own")
        self.assertFalse(
            self.env["logistics.ticket.link"]
            .with_user(own)
            .search([("ticket_id", "=", ticket.id)])
        )
        with self.assertRaises(AccessError):
            ticket.logistics_link_ids[:1].with_user(own).action_reject()

    def test_agent_without_rights_gets_words_not_a_traceback(self):
        order = self.make_order(self.contact)
        link = self.make_ticket(order.name).logistics_link_ids.filtered("order_id")
        agent = self.make_agent("s_agent")
        with self.assertRaisesRegex(UserError, order.name):
            link.with_user(agent).action_open_document()

    def test_agent_has_no_button_or_menu_that_fails(self):
        order = self.make_order(self.contact)
        ticket = self.make_ticket(order.name)
        agent = self.make_agent("s_agent4")
        links = ticket.logistics_link_ids.with_user(agent)
        self.assertEqual(set(links.mapped("can_open")), {False})
        self.assertEqual(set(ticket.logistics_link_ids.mapped("can_open")), {True})
        action = self.env.ref("crm_logistics_bridge.stock_picking_late_server_action")
        self.assertEqual(action.with_user(agent).run()["res_model"], "helpdesk.ticket")
        self.env["helpdesk.ticket"].with_user(agent).search(
            [("logistics_delayed", "=", True)]
        )
        menu = self.env.ref("crm_logistics_bridge.logistics_late_menu")
        self.assertIn(
            menu.id, self.env["ir.ui.menu"].with_user(agent)._visible_menu_ids()
        )
        keeper = self.make_user(
            "s_keeper", "stock.group_stock_user,helpdesk_mgmt.group_helpdesk_user"
        )
        self.assertEqual(action.with_user(keeper).run()["res_model"], "stock.picking")
        Event = self.env["logistics.timeline.event"].with_user(agent)
        events = Event.get_timeline(self.contact.id)["events"]
        self.assertEqual(
            {event["type"]: event["can_open"] for event in events},
            {"expected": False, "order": False, "ticket": True},
        )
        for event in Event.browse([event["id"] for event in events]):
            opened = event.action_open_document()
            self.assertIn(
                opened.get("tag") or opened["res_model"],
                ("crm_logistics_bridge.overview", "helpdesk.ticket"),
            )

    def test_only_a_manager_starts_the_learning(self):
        agent = self.make_agent("s_agent2")
        with self.assertRaises(AccessError):
            self.env["logistics.eta.lane"].with_user(agent).action_learn_from_history()

    def test_groups_follow_helpdesk(self):
        agent = self.make_agent("s_agent3")
        self.assertTrue(agent.has_group("crm_logistics_bridge.group_logistics_agent"))
        self.assertFalse(
            agent.has_group("crm_logistics_bridge.group_logistics_manager")
        )
