# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import new_test_user

NOW = "2026-03-02 01:00:00"  # a Monday, 10:00 in Seoul
SNOMED = "http://snomed.info/sct"


class MedicalCase:
    """Two hospitals with storeroom, kit, feed and portal users; own records only.

    Mixed into TransactionCase and HttpCase; call ``_make_medical()`` in setUpClass.
    """

    @classmethod
    def _make_medical(cls):
        # the site's default language, which may be any on the machine of the test
        cls.env["res.lang"]._activate_lang("en_US")
        cls.env["ir.default"].set("res.partner", "lang", "en_US")
        cls.company = cls.env.company
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.stent = cls._product("Coronary stent", 400.0, tracking="lot")
        cls.glove = cls._product("Surgical gloves", 1.5)
        cls.procedure = cls.env["medical.procedure"].create(
            {
                "name": "Coronary angioplasty",
                "code_ids": [
                    Command.create({"system": SNOMED, "code": "415070008"}),
                    Command.create({"system": "L", "code": "PCI"}),
                ],
            }
        )
        cls.kit = cls.env["medical.kit"].create(
            {
                "name": "Angioplasty kit",
                "procedure_id": cls.procedure.id,
                "line_ids": [
                    Command.create({"product_id": cls.glove.id, "quantity": 2}),
                    Command.create(
                        {
                            "product_id": cls.stent.id,
                            "quantity": 1,
                            "probability": 0.3,
                            "handling": "hold",
                        }
                    ),
                ],
            }
        )
        cls.a = cls._hospital("Hanbit Hospital", "a")
        cls.b = cls._hospital("Gaon Hospital", "b")
        for product in (cls.stent, cls.glove):
            cls._stock(cls.warehouse.lot_stock_id, product, 500)

    @classmethod
    def _product(cls, name, cost, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "type": "consu",
                "is_storable": True,
                "standard_price": cost,
                "list_price": cost * 1.2,
                **values,
            }
        )

    @classmethod
    def _stock(cls, location, product, quantity, lot_name=None, expiry=None):
        lot = cls.env["stock.lot"]
        if product.tracking == "lot":
            lot = lot.create(
                {
                    "name": lot_name or f"LOT-{product.id}-{location.id}",
                    "product_id": product.id,
                    "expiration_date": expiry,
                }
            )
        cls.env["stock.quant"]._update_available_quantity(
            product, location, quantity, lot_id=lot
        )
        return lot

    @classmethod
    def _hospital(cls, name, key):
        """Namespace of one hospital: partner, departments, users, room, feed."""
        partner = cls.env["res.partner"]
        space = type("Hospital", (), {})()
        space.partner = partner.create(
            {"name": name, "is_company": True, "is_hospital": True}
        )
        space.department = partner.create(
            {
                "name": f"{name} catheter laboratory",
                "parent_id": space.partner.id,
                "type": "other",
                "medical_department_type": "cath_lab",
                "ref": "CATH",
            }
        )
        space.ward = partner.create(
            {
                "name": f"{name} ward 5",
                "parent_id": space.partner.id,
                "type": "other",
                "medical_department_type": "ward",
                "ref": "W5",
            }
        )
        space.manager = cls._portal_user(f"manager_{key}", space.partner)
        space.nurse = cls._portal_user(f"nurse_{key}", space.ward)
        space.partner.medical_manager_ids = space.manager.partner_id
        space.ward.medical_user_ids = space.nurse.partner_id
        space.room = cls._room("Catheter laboratory store", space, space.department)
        space.ward_room = cls._room("Ward 5 store", space, space.ward)
        space.feed = cls.env["medical.feed"].create(
            {
                "name": "Theatre schedule",
                "hospital_id": space.partner.id,
                "source": f"siu-{key}",
                "timezone": "Asia/Seoul",
            }
        )
        return space

    @classmethod
    def _portal_user(cls, login, parent):
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            tz="Asia/Seoul",
        )
        user.partner_id.parent_id = parent
        # after the parent, whose language a contact takes over
        user.lang = "en_US"
        return user

    @classmethod
    def _room(cls, name, space, department):
        return cls.env["medical.storeroom"].create(
            {
                "name": name,
                "hospital_id": space.partner.id,
                "department_ids": [Command.set(department.ids)],
                "warehouse_id": cls.warehouse.id,
                "review_days": 7,
                "lead_days": 2,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": cls.glove.id,
                            "pack_size": 10,
                            "criticality_id": cls.env.ref(
                                "medical_supply_crm.criticality_standard"
                            ).id,
                        }
                    ),
                    Command.create(
                        {
                            "product_id": cls.stent.id,
                            "criticality_id": cls.env.ref(
                                "medical_supply_crm.criticality_critical"
                            ).id,
                        }
                    ),
                ],
            }
        )

    # -- messages --------------------------------------------------------------------
    @staticmethod
    def hl7(
        number,
        start,
        event="S12",
        sent="20260301120000",
        code="415070008^PCI^SCT",
        place="CATH",
        patient="KIM^MINSU",
        minutes=60,
    ):
        """One SIU message; ``start`` in Seoul time."""
        stamp = start.strftime("%Y%m%d%H%M%S")
        status = {"S15": "Cancelled", "S17": "Deleted", "S26": "Noshow"}.get(
            event, "Booked"
        )
        return "\r".join(
            [
                f"MSH|^~\\&|HIS|HOSP|OMNI|OMNI|{sent}||SIU^{event}|M{number}{sent}|P|2.5",
                f"SCH|{number}^HIS|{number}^HIS||||ROUTINE|||{minutes}|min|"
                f"^^{minutes}^{stamp}|||||||||||||{status}",
                f"PID|1||MRN{number}^^^HIS||{patient}||19700101|M|||1 MAIN ST^^SEOUL",
                "RGS|1|A",
                f"AIS|1|A|{code}|{stamp}|0|min|{minutes}|min|Y|{status}",
                f"AIL|1|A|{place}^^^HOSP|||{stamp}|0|min|{minutes}|min|Y|{status}",
                "",
            ]
        )

    @staticmethod
    def fhir(number, start, status="booked", updated="2026-03-01T12:00:00Z"):
        """One FHIR R4 Appointment; ``start`` in Seoul time."""
        return {
            "resourceType": "Appointment",
            "id": f"apt-{number}",
            "meta": {"lastUpdated": updated},
            "identifier": [{"system": "urn:his", "value": str(number)}],
            "status": status,
            "serviceType": [{"coding": [{"system": SNOMED, "code": "415070008"}]}],
            "start": start.strftime("%Y-%m-%dT%H:%M:%S+09:00"),
            "end": (start + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S+09:00"),
            "participant": [
                {"actor": {"reference": "Patient/p1"}, "status": "accepted"},
                {"actor": {"reference": "Location/CATH"}, "status": "accepted"},
            ],
        }

    @staticmethod
    def bundle(*resources):
        return json.dumps(
            {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": resource} for resource in resources],
            }
        )

    @staticmethod
    def day(offset, hour=9):
        """Seoul time ``offset`` days after the frozen Monday."""
        return datetime(2026, 3, 2, hour) + timedelta(days=offset)

    def _book(self, space, count, first_day=2):
        """``count`` angioplasties by HL7 over the coming days."""
        return space.feed.ingest(
            "\r".join(
                self.hl7(100 + number, self.day(first_day + number % 5, 8 + number % 8))
                for number in range(count)
            )
        )

    def _run(self, *rooms):
        rooms = self.env["medical.storeroom"].union(*rooms)
        return self.env["medical.replenishment.run"]._run(rooms)

    def _proposal(self, room):
        return self.env["medical.proposal"].search(
            [("storeroom_id", "=", room.id), ("state", "in", ("draft", "sent"))]
        )
