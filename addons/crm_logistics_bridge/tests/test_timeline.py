# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import LogisticsCase


@tagged("post_install", "-at_install")
class TestTimeline(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent()
        cls.order = cls.make_order(cls.contact)
        cls.deliver(cls.order)
        cls.order.picking_ids.write(
            {"date_shipped": "2026-03-01", "date_delivered": "2026-03-02 10:00:00"}
        )
        cls.open_order = cls.make_order(cls.customer)
        cls.quotation = cls.make_order(cls.customer, confirm=False)
        cls.foreign = cls.make_order(cls.other)
        cls.ticket = cls.make_ticket("Where?")
        cls.ticket.message_post(
            body="Please", author_id=cls.contact.id, message_type="email"
        )
        cls.env.flush_all()

    def events(self, partner=None, user=None, **options):
        Event = self.env["logistics.timeline.event"].with_user(user or self.agent)
        return Event.get_timeline((partner or self.contact).id, **options)["events"]

    def test_one_history_of_the_whole_entity(self):
        seen = {(event["type"], event["name"]) for event in self.events()}
        delivery = self.order.picking_ids.name
        for expected in (
            ("order", self.order.name),
            ("order", self.open_order.name),
            ("quotation", self.quotation.name),
            ("shipped", delivery),
            ("handed_over", delivery),
            ("delivered", delivery),
            ("expected", self.open_order.picking_ids.name),
            ("ticket", self.ticket.number),
            ("message", self.ticket.number),
        ):
            self.assertIn(expected, seen)
        self.assertNotIn(self.foreign.name, {name for _type, name in seen})

    def test_newest_first_and_paged(self):
        events = self.events()
        self.assertEqual(
            [event["date"] for event in events],
            sorted((event["date"] for event in events), reverse=True),
        )
        self.assertEqual(len(self.events(limit=2)), 2)
        self.assertEqual(self.events(limit=2, offset=2)[0]["id"], events[2]["id"])

    def test_one_order(self):
        names = {event["name"] for event in self.events(order_id=self.order.id)}
        self.assertEqual(names, {self.order.name, self.order.picking_ids.name})

    def test_ids_are_unique_and_open_their_document(self):
        events = self.env["logistics.timeline.event"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        )
        self.assertEqual(len(events), len(set(events.ids)))
        models = {
            event.event_type: event.action_open_document()["res_model"]
            for event in events
        }
        self.assertEqual(models["order"], "sale.order")
        self.assertEqual(models["shipped"], "stock.picking")
        self.assertEqual(models["message"], "helpdesk.ticket")

    def test_warehouse_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self.make_order(self.other)
        self.deliver(order)
        self.deliver(order)  # picking made the delivery order ready
        types = [event["type"] for event in self.events(self.other)]
        self.assertIn("picked", types)
        self.assertIn("shipped", types)

    def test_agent_sees_tickets_only_by_helpdesk_rules(self):
        own = self.make_user(
            "logistics_own", "base.group_user,helpdesk_mgmt.group_helpdesk_user_own"
        )
        self.ticket.user_id = self.env.ref("base.user_admin")
        self.env.flush_all()
        types = {event["type"] for event in self.events(user=own)}
        self.assertIn("order", types)
        self.assertNotIn("ticket", types)
        self.ticket.user_id = own
        self.env.flush_all()
        self.assertIn("ticket", {event["type"] for event in self.events(user=own)})

    def test_plain_and_portal_users_are_refused(self):
        for login, group in (
            ("tl_plain", "base.group_user"),
            ("tl_portal", "base.group_portal"),
        ):
            user = self.make_user(login, group)
            with self.assertRaises(AccessError):
                self.events(user=user, partner=user.partner_id)

    def test_customer_filter_reaches_the_branches(self):
        """PostgreSQL must look the customer up in each branch, not filter the union."""
        Event = self.env["logistics.timeline.event"]
        query = Event._search([("commercial_partner_id", "=", self.customer.id)])
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        select = query.select()
        self.env.cr.execute("EXPLAIN " + select.code, select.params)
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("res_partner__commercial_partner_id_index", plan)
        self.assertIn("sale_order__partner_id_index", plan)
        self.assertNotIn("Subquery Scan", plan.split("Append")[0])
