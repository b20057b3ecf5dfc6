# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, tagged

from .common import NOW, MedicalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestSurgeonKit(MedicalCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()
        cls.own = cls.env["medical.kit"].create(
            {
                "name": "Angioplasty of surgeon S12",
                "procedure_id": cls.procedure.id,
                "hospital_id": cls.a.partner.id,
                "practitioner_code": "S12",
                "line_ids": [
                    Command.create({"product_id": cls.glove.id, "quantity": 6})
                ],
            }
        )
        cls.department = cls.kit.copy(
            {
                "name": "Angioplasty of the laboratory",
                "hospital_id": cls.a.partner.id,
                "department_id": cls.a.department.id,
            }
        )

    def _kit(self, practitioner, hospital=None, departments=None):
        [kit] = self.env["medical.kit"]._resolve(
            [
                (
                    self.procedure,
                    hospital or self.a.partner,
                    departments or self.a.department,
                    None,
                    self.company,
                    practitioner,
                )
            ]
        )
        return kit

    def test_the_surgeons_kit_goes_before_the_departments(self):
        self.assertEqual(self._kit("S12"), self.own)
        self.assertEqual(self._kit("S13"), self.department)
        self.assertEqual(self._kit(False), self.department)
        self.assertEqual(self._kit("S12", self.b.partner, self.b.department), self.kit)

    def test_a_booking_with_the_surgeons_code_plans_the_surgeons_kit(self):
        message = self.hl7(1, self.day(2)).rstrip("\r")
        message += "\rAIP|1|A|S12|||20260304090000|0|min|60|min|Y|Booked\r"
        self.a.feed.ingest(message)
        event = self.env["medical.event"].search([("feed_id", "=", self.a.feed.id)])
        self.assertEqual(event.practitioner_code, "S12")
        self.assertEqual(event.kit_ids, self.own)

    def test_a_code_needs_its_hospital(self):
        with self.assertRaisesRegex(ValidationError, "in one hospital only"):
            self.own.hospital_id = False
