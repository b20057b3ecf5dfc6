# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Load the two hospitals of the demo: places, supplies, kits, stock, schedule feeds.

Everything is keyed by external id (`__import__.medical_...`), so a second run only
adds what is missing.
"""

import math
from datetime import timedelta

from ..rpc import MODULE, retrying
from . import schedule_generator
from .medical_catalogue import (
    HOSPITALS,
    KRW_PER_GBP,
    PROCEDURES,
    SUPPLIES,
    SUPPLY,
    weekly_use,
)
from .progress import Progress
from .users import DEMO_USERS

SUPPLIER = "medical_supplier"
KOREAN = {"lang": "ko_KR"}


class HospitalLoader:
    """Loads hospitals, and their schedules.

    :param client: :class:`~suite.rpc.Client` of an administrator
    :param today: date of the first load; the schedules begin the next working day
    """

    def __init__(self, client, today):
        self.client = client
        self.today = today
        mix = schedule_generator.read_mix()
        self.weights = {code: rate for code, (rate, _minutes) in mix.items()}
        self.counts = {}

    # ---------------------------------------------------------------------- places
    def load_places(self):
        """Create hospitals and departments; return {number: hospital's partner id}."""
        records = {
            f"medical_hospital_{hospital.number}": {
                "name": hospital.name,
                "is_company": "True",
                "is_hospital": "True",
                "city": hospital.city,
                "country_id/id": "base.kr",
                "lang": "ko_KR",
                "tz": "Asia/Seoul",
                "email": f"supply@{hospital.source}.example",
                "phone": f"02-555-010{hospital.number}",
            }
            for hospital in HOSPITALS
        }
        known = self.client.load_new("res.partner", "medical_hospital_", records)
        departments = {
            f"medical_department_{department.ref}": {
                "name": department.name,
                "parent_id/id": f"{MODULE}.medical_hospital_{hospital.number}",
                "type": "other",
                "medical_department_type": department.kind,
                "ref": department.ref,
                "lang": "ko_KR",
            }
            for hospital in HOSPITALS
            for department in hospital.departments
        }
        self.client.load_new("res.partner", "medical_department_", departments)
        self.counts["hospitals"] = len(records)
        self.counts["departments"] = len(departments)
        return {hospital.number: known[f"medical_hospital_{hospital.number}"] for hospital in HOSPITALS}

    def load_people(self, hospitals, users):
        """Give the hospitals' portal users their roles: manager, ward or integration."""
        departments = self.client.known("res.partner", "medical_department_")
        people = [person for person in DEMO_USERS if "hospital" in person and person["login"] in users]
        rows = self.client.search_read(
            "res.users", [("id", "in", [users[person["login"]] for person in people])], ["login", "partner_id"]
        )
        partners = {row["login"]: row["partner_id"][0] for row in rows}
        for person in people:
            place, role = hospitals[person["hospital"]], "medical_manager_ids"
            if "department" in person:
                place, role = departments[f"medical_department_{person['department']}"], "medical_user_ids"
            elif "integration" in person:
                role = "medical_integration_ids"
            self.client.write("res.partner", [place], {role: [(4, partners[person["login"]])]})

    # -------------------------------------------------------------------- products
    def load_supplies(self):
        """Create the consumables, in both languages, with vendor, and price in won."""
        self.client.load_new(
            "res.partner",
            SUPPLIER,
            {
                SUPPLIER: {
                    "name": "Hanmir Medical Devices",
                    "is_company": "True",
                    "country_id/id": "base.kr",
                    "email": "orders@hanmir.example",
                }
            },
        )
        self.client.load_new(
            "product.category",
            "medical_category",
            {"medical_category": {"name": "Medical supplies"}},
        )
        records = {
            f"medical_supply_{supply.key}": {
                "name": supply.name,
                "default_code": f"MED-{supply.key.upper()}",
                "type": "consu",
                "is_storable": "True",
                "tracking": "lot",
                "use_expiration_date": "True",
                "expiration_time": str(supply.shelf_days),
                "use_time": "0",
                "removal_time": "7",
                "alert_time": "30",
                "categ_id/id": f"{MODULE}.medical_category",
                "list_price": f"{supply.won / KRW_PER_GBP:.2f}",
                "standard_price": f"{0.7 * supply.won / KRW_PER_GBP:.2f}",
                "seller_ids/partner_id/id": f"{MODULE}.{SUPPLIER}",
                "seller_ids/delay": "5",
                "seller_ids/price": f"{0.7 * supply.won / KRW_PER_GBP:.2f}",
                "seller_ids/min_qty": str(supply.pack),
            }
            for supply in SUPPLIES
        }
        products = self.client.load_new("product.product", "medical_supply_", records)
        self.client.load(
            "product.product",
            [".id", "name"],
            [[str(products[f"medical_supply_{supply.key}"]), supply.name_ko] for supply in SUPPLIES],
            context=KOREAN,
        )
        self.counts["medical supplies"] = len(records)
        self._load_prices(products)
        self._load_stock(products)

    def _load_prices(self, products):
        """Give the hospitals a price list in won."""
        won = self.client.search_read(
            "res.currency",
            [("name", "=", "KRW")],
            ["active"],
            context={"active_test": False},
        )[0]
        if not won["active"]:
            self.client.write("res.currency", [won["id"]], {"active": True})
        company = self.client.search_read("res.company", [], ["currency_id"], limit=1)
        if company[0]["currency_id"][1] == "GBP" and not self.client.search(
            "res.currency.rate", [("currency_id", "=", won["id"])]
        ):
            self.client.create(
                "res.currency.rate",
                {
                    "currency_id": won["id"],
                    "name": "2010-01-01",
                    "rate": KRW_PER_GBP,
                },
            )
        lists = self.client.load_new(
            "product.pricelist",
            "medical_pricelist",
            {
                "medical_pricelist": {
                    "name": "Hospitals (KRW)",
                    "currency_id/.id": str(won["id"]),
                }
            },
        )
        pricelist = lists["medical_pricelist"]
        if not self.client.search("product.pricelist.item", [("pricelist_id", "=", pricelist)], limit=1):
            self.client.create(
                "product.pricelist.item",
                [
                    {
                        "pricelist_id": pricelist,
                        "applied_on": "0_product_variant",
                        "product_id": products[f"medical_supply_{supply.key}"],
                        "compute_price": "fixed",
                        "fixed_price": supply.won,
                    }
                    for supply in SUPPLIES
                ],
            )
        hospitals = list(self.client.known("res.partner", "medical_hospital_").values()) + list(
            self.client.known("res.partner", "medical_department_").values()
        )
        self.client.write("res.partner", hospitals, {"property_product_pricelist": pricelist})

    def _lots(self, place, share):
        """Return {key: columns of stock.lot} of one place: two lots per supply.

        :param share: part of the shelf life that the older lot still has; nine days
            are left at least, two of them before it has to be taken from the shelf
        """
        rows = {}
        for supply in SUPPLIES:
            for index, part in ((1, share), (2, 0.8)):
                days = max(9, int(supply.shelf_days * part))
                expiry = self.today + timedelta(days=days)
                rows[f"medical_lot_{place}_{supply.key}_{index}"] = {
                    "name": f"{supply.key[:3].upper()}{expiry:%y%m}{place}-{index}",
                    "product_id/id": f"{MODULE}.medical_supply_{supply.key}",
                    "expiration_date": f"{expiry} 12:00:00",
                }
        return rows

    def _load_stock(self, products):
        """Put two lots of each supply on the warehouse's shelves, once."""
        lots = self.client.load_new("stock.lot", "medical_lot_WH_", self._lots("WH", 0.35))
        warehouse = self.client.search_read("stock.warehouse", [], ["lot_stock_id"], limit=1)[0]
        location = warehouse["lot_stock_id"][0]
        there = {
            row["lot_id"][0]
            for row in self.client.search_read(
                "stock.quant",
                [
                    ("location_id", "=", location),
                    ("lot_id", "in", list(lots.values())),
                ],
                ["lot_id"],
            )
        }
        weekly = {}
        for hospital in HOSPITALS:
            for department in hospital.departments:
                for key, use in weekly_use(department, self.weights).items():
                    weekly[key] = weekly.get(key, 0) + use
        quants = []
        for supply in SUPPLIES:
            pieces = math.ceil((6 * weekly.get(supply.key, 1) + 2) / supply.pack)
            for index in (1, 2):
                lot = lots[f"medical_lot_WH_{supply.key}_{index}"]
                if lot not in there:
                    quants.append(
                        {
                            "product_id": products[f"medical_supply_{supply.key}"],
                            "location_id": location,
                            "lot_id": lot,
                            "inventory_quantity": max(1, pieces // 2) * supply.pack,
                        }
                    )
        if quants:
            self.client.create("stock.quant", quants, context={"inventory_mode": True})
        # asked for, not remembered: a loader killed in between has left counts that wait
        waiting = self.client.search(
            "stock.quant",
            [
                ("location_id", "=", location),
                ("lot_id", "in", list(lots.values())),
                ("inventory_quantity_set", "=", True),
            ],
        )
        if waiting:
            self.client.call("stock.quant", "action_apply_inventory", waiting)

    # ------------------------------------------------------------------ storerooms
    def load_storerooms(self):
        """Create storerooms with par levels, and count what is on their shelves."""
        rows, fields = [], None
        known = self.client.known("medical.storeroom", "medical_storeroom_")
        for hospital in HOSPITALS:
            for department in hospital.departments:
                key = f"medical_storeroom_{department.ref}"
                if key in known:
                    continue
                head = {
                    "id": f"{MODULE}.{key}",
                    "name": department.storeroom,
                    "hospital_id/id": f"{MODULE}.medical_hospital_{hospital.number}",
                    "department_ids/id": f"{MODULE}.medical_department_{department.ref}",
                    "ownership": "hospital",
                    "review_days": "7",
                    "lead_days": "2",
                }
                for index, (supply, use) in enumerate(weekly_use(department, self.weights).items()):
                    line = {
                        "line_ids/product_id/id": f"{MODULE}.medical_supply_{supply}",
                        "line_ids/par_min": str(math.ceil(use * 0.4)),
                        "line_ids/par_max": "0",
                        "line_ids/criticality_id/id": "medical_supply_crm.criticality_" + SUPPLY[supply].criticality,
                        "line_ids/pack_size": str(SUPPLY[supply].pack),
                        "line_ids/base_rate": f"{use * 0.05 / 7:.3f}",
                    }
                    fields = [*head, *line]
                    rows.append([*(head.values() if not index else [""] * len(head))] + list(line.values()))
        if rows:
            self.client.load("medical.storeroom", fields, rows)
            known = self.client.known("medical.storeroom", "medical_storeroom_")
        self.counts["storerooms"] = len(known)
        self._count_storerooms(known)
        return known

    def _count_storerooms(self, storerooms):
        """Complete a stock count in each storeroom: about half a week is there."""
        products = self.client.known("product.product", "medical_supply_")
        counts = self.client.known("medical.consumption", "medical_count_")
        for hospital in HOSPITALS:
            for department in hospital.departments:
                key = f"medical_count_{department.ref}"
                if key not in counts:
                    place = department.ref
                    use = weekly_use(department, self.weights)
                    lots = {name: row for name, row in self._lots(place, 0).items() if name.split("_")[-2] in use}
                    ids = self.client.load_new("stock.lot", f"medical_lot_{place}_", lots)
                    lines = []
                    for index, (supply, weekly) in enumerate(use.items()):
                        # one shelf in four holds goods that will not last
                        old = math.ceil(weekly * 0.6) if index % 4 == 1 else 0
                        for number, quantity in ((1, old), (2, math.ceil(weekly / 2))):
                            lot = ids[f"medical_lot_{place}_{supply}_{number}"]
                            if quantity:
                                lines.append(
                                    {
                                        "product_id": products[f"medical_supply_{supply}"],
                                        "lot_id": lot,
                                        "quantity": quantity,
                                    }
                                )
                    storeroom = storerooms[f"medical_storeroom_{place}"]
                    counts[key] = self.client.create_keyed(
                        "medical.consumption",
                        key,
                        {"storeroom_id": storeroom, "mode": "count", "line_ids": [(0, 0, line) for line in lines]},
                        [("storeroom_id", "=", storeroom), ("mode", "=", "count")],
                    )
        drafts = self.client.search(
            "medical.consumption",
            [("id", "in", list(counts.values())), ("state", "=", "draft")],
        )
        if drafts:
            self.client.call("medical.consumption", "action_complete", drafts)

    # -------------------------------------------------------------- kits and feeds
    def load_procedures(self):
        """Create procedures and the kit of each."""
        procedures = {}
        for procedure in PROCEDURES:
            procedures[f"medical_procedure_{procedure.code}"] = {
                "name": procedure.name,
                "show_probability": "0.96",
                "code_ids/system": schedule_generator.SNOMED,
                "code_ids/code": procedure.code,
            }
        known = self.client.load_new("medical.procedure", "medical_procedure_", procedures)
        names = {procedure.code: procedure.name_ko for procedure in PROCEDURES}
        self.client.load(
            "medical.procedure",
            [".id", "name"],
            [[str(known[f"medical_procedure_{code}"]), names[code]] for code in names],
            context=KOREAN,
        )
        have = self.client.known("medical.kit", "medical_kit_")
        rows, fields = [], None
        for procedure in PROCEDURES:
            key = f"medical_kit_{procedure.code}"
            if key in have:
                continue
            head = {
                "id": f"{MODULE}.{key}",
                "name": f"{procedure.name_ko} 키트",
                "procedure_id/id": f"{MODULE}.medical_procedure_{procedure.code}",
            }
            for index, (supply, (quantity, probability)) in enumerate(procedure.kit.items()):
                line = {
                    "line_ids/product_id/id": f"{MODULE}.medical_supply_{supply}",
                    "line_ids/quantity": str(quantity),
                    "line_ids/probability": str(probability),
                    "line_ids/handling": "open" if probability == 1 else "hold",
                }
                fields = [*head, *line]
                rows.append(list(head.values() if not index else [""] * len(head)) + list(line.values()))
        if rows:
            self.client.load("medical.kit", fields, rows)
        self.counts["procedures with kits"] = len(PROCEDURES)

    def load_feeds(self):
        """Create the feeds; return {hospital number: feed id}."""
        records = {
            f"medical_feed_{hospital.number}": {
                "name": f"{hospital.name} " + ("FHIR R4" if hospital.feed == "fhir" else "HL7 v2 SIU"),
                "hospital_id/id": f"{MODULE}.medical_hospital_{hospital.number}",
                "source": hospital.source,
                "message_format": hospital.feed,
                "timezone": "Asia/Seoul",
            }
            for hospital in HOSPITALS
        }
        known = self.client.load_new("medical.feed", "medical_feed_", records)
        return {hospital.number: known[f"medical_feed_{hospital.number}"] for hospital in HOSPITALS}

    def feed_schedules(self, feeds):
        """Send a fortnight of messages to the feeds; they ignore what they know."""
        batches = [
            (feeds[hospital.number], message)
            for hospital in HOSPITALS
            for message in schedule_generator.messages(hospital, self.today)
        ]
        progress = Progress("schedule messages", len(batches))
        totals = {}
        for feed, message in batches:
            result = retrying(
                lambda feed=feed, message=message: self.client.call(
                    "medical.feed", "ingest", [feed], message.text, message.format
                )
            )
            for name, value in result.items():
                if isinstance(value, int) and not isinstance(value, bool):
                    totals[name] = totals.get(name, 0) + value
            totals["problems"] = totals.get("problems", 0) + len(result["problems"])
            progress.advance()
        progress.close(", ".join(f"{value} {name}" for name, value in totals.items()))
        self.counts["schedule events"] = self.client.call("medical.event", "search_count", [])

    def propose(self, storerooms):
        """Make replenishment proposals and send them to the hospitals, once."""
        ids = list(storerooms.values())
        progress = Progress("replenishment proposals", len(ids))
        domain = [("storeroom_id", "in", ids)]
        if not self.client.search("medical.proposal", domain, limit=1):
            self.client.call("medical.storeroom", "action_replenish", ids)
        drafts = self.client.search("medical.proposal", [*domain, ("state", "=", "draft")])
        if drafts:
            self.client.call("medical.proposal", "action_send", drafts)
        progress.advance(len(ids))
        progress.close()
        self.counts["proposals waiting for a hospital"] = self.client.call(
            "medical.proposal", "search_count", [("state", "=", "sent")]
        )
