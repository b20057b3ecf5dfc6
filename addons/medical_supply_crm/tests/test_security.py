# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSecurity(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.plain = new_test_user(cls.env, "plain", "base.group_user")
        cls.reader, cls.desk, cls.manager, cls.machine = (
            new_test_user(
                cls.env,
                f"medical_{name}",
                f"base.group_user,medical_supply_crm.group_medical_{name}",
            )
            for name in ("reader", "user", "manager", "integration")
        )

    def test_every_model_has_access_rules(self):
        own = self.env["ir.model"].search(
            [
                ("model", "=like", "medical.%"),
                ("transient", "=", False),
                ("abstract", "=", False),
            ]
        )
        self.assertGreaterEqual(len(own), 17)
        for model in own:
            self.assertTrue(model.access_ids, model.model)
            self.assertFalse(
                model.access_ids.filtered(lambda access: not access.group_id),
                model.model,
            )
            if "company_id" in self.env[model.model]._fields:
                self.assertTrue(
                    model.rule_ids.filtered("global"),
                    f"{model.model} has no company rule",
                )

    def test_plain_users_see_no_menu_and_no_record(self):
        menus = self.env["ir.ui.menu"].with_user(self.plain)._visible_menu_ids()
        root = self.env.ref("medical_supply_crm.menu_root")
        self.assertNotIn(root.id, menus)
        self.assertFalse(
            self.env["medical.event"].with_user(self.plain).has_access("read")
        )

    def test_reader_reads_and_changes_nothing(self):
        for model in ("medical.storeroom", "medical.proposal", "medical.feed"):
            records = self.env[model].with_user(self.reader)
            self.assertTrue(records.has_access("read"), model)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), (model, operation))
        with self.assertRaises(AccessError):
            self.a.feed.with_user(self.reader).ingest(self.hl7(1, self.day(2)))

    def test_desk_runs_sends_and_approves(self):
        self.a.feed.with_user(self.desk).ingest(
            "\r".join(self.hl7(n, self.day(3, 8 + n)) for n in range(5))
        )
        self.a.room.with_user(self.desk).action_replenish()
        proposal = self._proposal(self.a.room).with_user(self.desk)
        proposal.action_send()
        proposal.line_ids[0].approved_qty = proposal.line_ids[0].order_qty
        proposal.action_approve()
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(proposal.sudo().sale_order_id.state, "sale")
        proposal.action_cancel()
        self.assertEqual(proposal.sudo().sale_order_id.state, "cancel")
        self.assertEqual(proposal.picking_ids.sudo().mapped("state"), ["cancel"])

    def test_integration_account_delivers_to_its_own_feeds_only(self):
        feeds = self.env["medical.feed"].with_user(self.machine)
        self.assertFalse(feeds.search([]))
        with self.assertRaises(AccessError):
            self.a.feed.with_user(self.machine).ingest(self.hl7(1, self.day(2)))
        self.a.feed.integration_user_ids = self.machine
        self.assertEqual(feeds.search([]), self.a.feed)
        answer = self.a.feed.with_user(self.machine).ingest(self.hl7(1, self.day(2)))
        self.assertEqual(answer["created"], 1)
        for model in ("medical.event", "medical.storeroom", "medical.proposal"):
            self.assertFalse(self.env[model].with_user(self.machine).has_access("read"))

    def test_payload_limits(self):
        for payload in ("", "   ", None, 5, ["x"]):
            with self.assertRaisesRegex(UserError, "empty"):
                self.a.feed.ingest(payload)
        with self.assertRaisesRegex(UserError, "limit"):
            self.a.feed.ingest("x" * (21 * 1024 * 1024))

    def test_configuration_mistakes_are_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "no delivery day"):
            self.a.room.write(
                {
                    f"deliver_{day}": False
                    for day in (
                        "monday",
                        "tuesday",
                        "wednesday",
                        "thursday",
                        "friday",
                    )
                }
            )
        with self.assertRaisesRegex(ValidationError, "not part of"):
            self.a.room.department_ids = self.b.department
        with self.assertRaisesRegex(UserError, "ownership"):
            self.a.room.ownership = "consignment"

    def test_other_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Other distributor"})
        user = new_test_user(
            self.env,
            "medical_other",
            "base.group_user,medical_supply_crm.group_medical_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for model in ("medical.storeroom", "medical.feed", "medical.proposal"):
            self.assertFalse(self.env[model].with_user(user).search([]), model)

    def test_gs1_device_label_decomposes(self):
        nomenclature = self.env.ref(
            "barcodes_gs1_nomenclature.default_gs1_nomenclature"
        )
        label = "01095011010209171125010117270630102A9F\x1d21SN0042"
        parts = {
            part["ai"]: part["value"]
            for part in nomenclature.gs1_decompose_extended(label)
        }
        self.assertEqual(parts["01"], "09501101020917")
        self.assertEqual(str(parts["11"]), "2025-01-01")
        self.assertEqual(str(parts["17"]), "2027-06-30")
        self.assertEqual((parts["10"], parts["21"]), ("2A9F", "SN0042"))
        for label in (
            "0109501101020917240ITEM-5\x1d70032706301200",
            "0109501101020917241CUST\x1d250SEC\x1d400PO-77",
            "010950110102091720017112345\x1d10L1",
        ):
            self.assertTrue(nomenclature.gs1_decompose_extended(label), label)
