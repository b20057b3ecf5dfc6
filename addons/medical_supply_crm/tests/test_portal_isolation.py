# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import NOW
from .test_schedule_to_order import PortalCase

MODELS = (
    "medical.storeroom",
    "medical.storeroom.line",
    "medical.event",
    "medical.proposal",
    "medical.proposal.line",
)
CLOSED_MODELS = (
    "medical.feed",
    "medical.feed.problem",
    "medical.code.mapping",
    "medical.replenishment.run",
    "medical.kit",
    "medical.procedure",
    "medical.criticality",
)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPortalIsolation(PortalCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warehouse.lot_stock_id.flush_recordset()

    def setUp(self):
        super().setUp()
        self.proposal_a = self.sent_proposal(self.a)
        self.proposal_b = self.sent_proposal(self.b)
        # something in the ward's own storeroom of hospital A
        self.a.feed.ingest(
            "\r".join(
                self.hl7(900 + n, self.day(3, 8 + n), place="W5") for n in range(5)
            )
        )
        self._run(self.a.ward_room)
        self.ward_proposal = self._proposal(self.a.ward_room)
        self.ward_proposal.action_send()
        self.env.flush_all()

    def test_records_of_the_other_hospital_are_not_there(self):
        for model in MODELS:
            records = self.env[model].with_user(self.a.manager)
            found = records.search([])
            self.assertTrue(found, model)
            hospitals = found.sudo().hospital_id
            self.assertEqual(hospitals, self.a.partner, model)
            foreign = self.env[model].search([("hospital_id", "=", self.b.partner.id)])
            self.assertTrue(foreign, model)
            with self.assertRaises(AccessError):
                foreign[:1].with_user(self.a.manager).read(["display_name"])
            with self.assertRaises(UserError):
                foreign[:1].with_user(self.a.manager).export_data(["id"])

    def test_portal_users_write_nothing_and_read_no_other_model(self):
        for model in MODELS:
            own = self.env[model].with_user(self.a.manager).search([], limit=1)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(own.has_access(operation), (model, operation))
        for model in CLOSED_MODELS:
            self.assertFalse(
                self.env[model].with_user(self.a.manager).has_access("read"), model
            )

    def test_ward_sees_its_own_department_only(self):
        rooms = self.env["medical.storeroom"].with_user(self.a.nurse).search([])
        self.assertEqual(rooms, self.a.ward_room)
        proposals = self.env["medical.proposal"].with_user(self.a.nurse).search([])
        self.assertEqual(proposals, self.ward_proposal)
        self.authenticate("nurse_a", "nurse_a")
        self.assertIn(self.ward_proposal.name, self.get("/my/medical/proposals").text)
        self._assert_turned_away(f"/my/medical/proposals/{self.proposal_a.id}")

    def test_storerooms_that_another_company_supplies_stay_with_its_users(self):
        company = self.env["res.company"].create({"name": "Second distributor"})
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        room = (
            self.env["medical.storeroom"]
            .with_company(company)
            .create(
                {
                    "name": "Supplied by another",
                    "hospital_id": self.a.partner.id,
                    "company_id": company.id,
                    "warehouse_id": warehouse.id,
                    "department_ids": [Command.set(self.a.ward.ids)],
                }
            )
        )
        self.env.flush_all()
        for user in (self.a.manager, self.a.nurse):
            rooms = self.env["medical.storeroom"].with_user(user)
            self.assertFalse(rooms.search([("id", "=", room.id)]), user.login)
        self.authenticate("manager_a", "manager_a")
        self._assert_turned_away(f"/my/medical/storerooms/{room.id}")
        self.assertNotIn(room.name, self.get("/my/medical/storerooms").text)

    def test_a_role_taken_away_works_at_once(self):
        rooms = self.env["medical.storeroom"].with_user(self.a.nurse)
        self.assertTrue(rooms.search([]))
        self.a.ward.medical_user_ids = False
        self.assertFalse(rooms.search([]))

    def test_roles_go_only_to_the_hospitals_own_contacts(self):
        with self.assertRaisesRegex(ValidationError, "not a contact of"):
            self.a.partner.medical_manager_ids = self.b.manager.partner_id

    def test_a_contact_with_a_role_cannot_move_to_another_hospital(self):
        with self.assertRaisesRegex(ValidationError, "not a contact of"):
            self.a.manager.partner_id.parent_id = self.b.partner

    def test_every_page_turns_a_stranger_away_without_a_hint(self):
        missing = 10**7
        form = {"signed_by": "Mallory", "revision": "1"}
        self.authenticate("manager_a", "manager_a")
        own = self.form_of(self.proposal_a)
        form["csrf_token"] = own["csrf_token"]
        for record_id in (self.proposal_b.id, missing):
            self._assert_turned_away(f"/my/medical/proposals/{record_id}")
            self._assert_turned_away(
                f"/my/medical/proposals/{record_id}/approve", data=form
            )
            self._assert_turned_away(
                f"/my/medical/proposals/{record_id}/reject", data=form
            )
        for record_id in (self.b.room.id, missing):
            self._assert_turned_away(f"/my/medical/storerooms/{record_id}")
        self.proposal_b.invalidate_recordset()
        self.assertEqual(self.proposal_b.state, "sent")
        for url in (
            "/my",
            "/my/medical",
            "/my/medical/proposals",
            "/my/medical/demand",
            "/my/medical/storerooms",
            "/my/medical/deliveries",
        ):
            text = self.get(url).text
            self.assertNotIn(self.b.partner.name, text, url)
            self.assertNotIn(self.proposal_b.name, text, url)

    def test_a_foreign_line_id_in_the_form_changes_nothing(self):
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(self.proposal_a), signed_by="Lee")
        foreign = self.proposal_b.line_ids[0]
        form[f"qty_{foreign.id}"] = "0"
        before = foreign.approved_qty
        self.get(f"/my/medical/proposals/{self.proposal_a.id}/approve", data=form)
        foreign.invalidate_recordset()
        self.assertEqual(foreign.approved_qty, before)

    @mute_logger("odoo.http")  # the refusals are what is tested
    def test_rpc_reaches_no_method_that_decides(self):
        self.authenticate("manager_a", "manager_a")
        for method in ("action_approve", "action_send", "action_cancel", "_approve"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                json={
                    "jsonrpc": "2.0",
                    "method": "call",
                    "params": {
                        "model": "medical.proposal",
                        "method": method,
                        "args": [[self.proposal_a.id]],
                        "kwargs": {},
                    },
                },
            ).json()
            self.assertIn("error", answer, method)
        self.proposal_a.invalidate_recordset()
        self.assertEqual(self.proposal_a.state, "sent")

    def test_without_login_every_page_asks_for_it(self):
        for url in (
            "/my/medical",
            f"/my/medical/proposals/{self.proposal_a.id}",
            f"/my/medical/storerooms/{self.a.room.id}",
        ):
            response = self.get(url, allow_redirects=False)
            self.assertIn(response.status_code, (302, 303), url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_orders_of_other_departments_stay_closed_on_cores_pages(self):
        for proposal in self.proposal_a | self.ward_proposal:
            proposal.action_approve()
        order, ward_order = (
            self.proposal_a.sale_order_id,
            self.ward_proposal.sale_order_id,
        )
        by_hand = self.env["sale.order"].create(
            {
                "partner_id": self.a.department.id,
                "order_line": [Command.create({"product_id": self.glove.id})],
            }
        )
        by_hand.action_confirm()
        self.env.flush_all()
        everything = order | ward_order | by_hand
        for user, expected in (
            (self.a.manager, everything),
            (self.a.nurse, ward_order),
            (self.b.manager, self.env["sale.order"]),
        ):
            orders = everything.with_user(user)
            self.assertEqual(orders._filtered_access("read"), expected, user.login)
            lines = everything.order_line.with_user(user)
            self.assertEqual(
                lines._filtered_access("read"), expected.order_line, user.login
            )
        self.authenticate("nurse_a", "nurse_a")
        page = self.get("/my/orders").text
        self.assertIn(ward_order.name, page)
        for other in order | by_hand:
            self.assertNotIn(other.name, page)
            self._assert_turned_away(f"/my/orders/{other.id}")
        self.a.ward.medical_user_ids = False
        self.assertFalse(ward_order.with_user(self.a.nurse).has_access("read"))

    def test_orders_of_other_customers_and_colleagues_are_as_in_core(self):
        shop = self.env["res.partner"].create({"name": "Shop", "is_company": True})
        buyer = self._portal_user("buyer", shop)
        seller = new_test_user(
            self.env, login="seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        line = [Command.create({"product_id": self.glove.id})]
        order = self.env["sale.order"].create(
            {"partner_id": shop.id, "order_line": line}
        )
        order.action_confirm()
        self.proposal_a.action_approve()
        both = order | self.proposal_a.sale_order_id
        self.assertEqual(both.with_user(buyer)._filtered_access("read"), order)
        self.assertEqual(both.with_user(seller)._filtered_access("read"), both)

    def _assert_turned_away(self, url, data=None):
        response = self.get(url, data=data, allow_redirects=False)
        self.assertIn(response.status_code, (302, 303), url)
        self.assertRegex(response.headers["Location"], r"/my(/medical\?away=1)?$", url)
