# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...engine import labels

MAX_LENGTH = 200
BIN_PATH = re.compile(r"/my/medical/bins/([0-9a-f]{16,40})\b")
# Elements of a GS1 label that the recording of use reads
GTIN, CONTENT, LOT, SERIAL, EXPIRY, COUNTS = "01", "02", "10", "21", "17", ("30", "37")


class MedicalScan(models.AbstractModel):
    """From a scanned label to product, lot, expiry and quantity in one storeroom."""

    _name = "medical.scan"
    _description = "Label Reader"

    @api.model
    def _read_label(self, room, text):
        """What a label stands for.

        :param room: medical.storeroom where it was scanned; the caller has checked
            that the user may record use there
        :param str text: as scanned or typed: GS1 with or without separators and
            brackets, HIBC, a plain GTIN or EAN, an internal reference, a lot or serial
            number on the shelf, or the address of a bin card
        :return: dict with ``product_id``, ``name``, ``lot_id``, ``lot``, ``expiry``
            (ISO date), ``quantity`` (product units), ``tracking``, ``unit``,
            ``warning``; or with ``bin`` (its code); or with ``error`` (a sentence)
        """
        text = (text or "").strip(" \t\r\n")[:MAX_LENGTH]
        if not text:
            return {"error": self.env._("Nothing was scanned.")}
        bin_card = BIN_PATH.search(text)
        if bin_card:
            return {"bin": bin_card[1]}
        # sudo: products, lots and barcodes of the storeroom the user works in
        reader = self.sudo().with_context(skip_preprocess_gs1=True)
        if text.lstrip("*").startswith("+"):
            return reader._read_hibc(room, text)
        elements = reader._read_gs1(room, text)
        if elements is not None:
            return reader._from_elements(room, elements)
        return reader._read_plain(room, text)

    # -- GS1 -----------------------------------------------------------------------
    def _read_gs1(self, room, text):
        """Elements of a GS1 label as Odoo's nomenclature reads them, or None.

        Without separators a label has several readings: the one whose lot or serial
        number lies in the storeroom is taken, else the first.

        :return: dict application identifier -> value, or with ``error``
        """
        if labels.is_gtin(text):
            return {GTIN: text.zfill(14)}
        nomenclature = self.env.ref(
            "barcodes_gs1_nomenclature.default_gs1_nomenclature"
        )
        problem, read = None, []
        for reading in labels.readings(text):
            element_string = labels.FNC1.join(ai + value for ai, value in reading)
            try:
                parsed = nomenclature.gs1_decompose_extended(element_string)
            except (ValidationError, ValueError):
                problem = problem or {
                    "error": self.env._(
                        "The label holds a date that does not exist. Please check it."
                    )
                }
                continue
            if parsed:
                read.append({part["ai"]: part["value"] for part in parsed})
        if len(read) > 1:
            known = set(
                self._shelf(room, self._product_of_elements(read[0])[0]).mapped("name")
            )
            for elements in read:
                if known & {elements.get(LOT), elements.get(SERIAL)}:
                    return elements
        return read[0] if read else problem

    def _product_of_elements(self, elements):
        gtin = elements.get(GTIN) or elements.get(CONTENT)
        return self._product_of_gtin(gtin) if gtin else (self.env["product.product"], 0)

    def _from_elements(self, room, elements):
        if "error" in elements:
            return elements
        gtin = elements.get(GTIN) or elements.get(CONTENT)
        if not gtin:
            return self._read_lot(room, elements.get(SERIAL) or elements.get(LOT))
        product, factor = self._product_of_gtin(gtin)
        if not product:
            return self._unknown(room, gtin)
        count = next((elements[ai] for ai in COUNTS if elements.get(ai)), 1)
        expiry = elements.get(EXPIRY)
        return self._result(
            room,
            product,
            lot=elements.get(LOT),
            serial=elements.get(SERIAL),
            expiry=expiry if not isinstance(expiry, str) else None,
            quantity=factor * float(count),
            code=gtin,
        )

    def _product_of_gtin(self, gtin):
        """(product, units per scan); units 0: a pack whose size is not known."""
        forms = labels.gtin_forms(gtin)
        product = self.env["product.product"].search(
            [("barcode", "in", forms)], limit=1
        )
        if product:
            return product, 1.0
        pack = self.env["product.uom"].search([("barcode", "in", forms)], limit=1)
        if pack:
            return pack.product_id, pack.uom_id._compute_quantity(
                1.0, pack.product_id.uom_id
            )
        base = labels.base_gtin(gtin)
        if base:
            product = self.env["product.product"].search(
                [("barcode", "in", labels.gtin_forms(base))], limit=1
            )
        return product, 0.0

    # -- HIBC ----------------------------------------------------------------------
    def _read_hibc(self, room, text):
        today = fields.Date.context_today(self)
        try:
            label = labels.read_hibc(text, today)
        except labels.HibcError as error:
            return {"error": self._hibc_words(error)}
        if not label.is_primary:
            return (
                self._read_lot(room, label.serial or label.lot)
                if (label.serial or label.lot)
                else self._unknown(room, "")
            )
        product, factor = self._product_of_hibc(label)
        if not product:
            return self._unknown(room, label.item)
        return self._result(
            room,
            product,
            lot=label.lot,
            serial=label.serial,
            expiry=label.expiry,
            quantity=factor * (label.quantity or 1),
            code=f"{label.item}{label.level}",
        )

    def _hibc_words(self, error):
        if error.code == "check":
            return self.env._(
                "The label was not read correctly (check character). Scan it again."
            )
        if error.code == "date":
            return self.env._(
                "The label holds a date that does not exist. Please check it."
            )
        return self.env._("This is not a complete HIBC label. Scan it again.")

    def _product_of_hibc(self, label):
        pack = self.env["product.uom"].search(
            [("barcode", "in", [label.item + label.level, label.item])], limit=1
        )
        if pack:
            return pack.product_id, pack.uom_id._compute_quantity(
                1.0, pack.product_id.uom_id
            )
        product = self.env["product.product"].search(
            [("medical_hibc", "=", label.item)], limit=1
        )
        # level 0 is the unit of use; 9 is a variable quantity, which the label states
        return product, 1.0 if label.level in "09" else 0.0

    # -- anything else ---------------------------------------------------------------
    def _read_plain(self, room, text):
        product = self.env["product.product"].search(
            ["|", ("barcode", "=", text), ("default_code", "=", text)], limit=2
        )
        if len(product) == 1:
            return self._result(room, product, code=text)
        pack = self.env["product.uom"].search([("barcode", "=", text)], limit=1)
        if pack:
            quantity = pack.uom_id._compute_quantity(1.0, pack.product_id.uom_id)
            return self._result(room, pack.product_id, quantity=quantity, code=text)
        return self._read_lot(room, text)

    def _read_lot(self, room, name):
        """A lot or serial number alone: known when exactly one on the shelf has it."""
        lots = self._shelf(room).filtered(lambda lot: lot.name == name)
        if name and len(lots) == 1:
            return self._result(room, lots.product_id, lot=name, serial=name)
        if name and len(lots) > 1:
            return {
                "error": self.env._(
                    "%s is the lot of several products here. Scan the product first.",
                    name,
                )
            }
        return self._unknown(room, "")

    def _shelf(self, room, product=None):
        """Lots on the shelf of the storeroom."""
        domain = [
            ("location_id", "child_of", room.location_id.id),
            ("lot_id", "!=", False),
            ("quantity", ">", 0),
        ]
        if product is not None:
            domain.append(("product_id", "in", product.ids))
        return self.env["stock.quant"].search(domain).lot_id

    def _unknown(self, room, code):
        if code:
            self.env["medical.scan.problem"]._tell(room, "unknown", code)
            return {
                "error": self.env._(
                    "%s is not known yet. The medical desk has been told; choose the "
                    "product by hand meanwhile.",
                    code,
                )
            }
        self.env["medical.scan.problem"]._tell(room, "unreadable")
        return {
            "error": self.env._(
                "This is no label of a product, lot or bin of this storeroom. Nothing "
                "of it was kept."
            )
        }

    def _result(
        self, room, product, lot="", serial="", expiry=None, quantity=1.0, code=""
    ):
        if not quantity:
            self.env["medical.scan.problem"]._tell(room, "pack", code, product)
            return {
                "error": self.env._(
                    "%(code)s is a pack of %(product)s, but how many it holds is not "
                    "known. The medical desk has been told; scan a single unit or type "
                    "the quantity.",
                    code=code,
                    product=product.display_name,
                )
            }
        name = (serial or lot) if product.tracking == "serial" else (lot or serial)
        found, warnings = self.env["stock.lot"], []
        if product.tracking != "none" and name:
            found = self._shelf(room, product).filtered(lambda row: row.name == name)[
                :1
            ]
            if not found:
                warnings.append(
                    self.env._("Lot %s is not on the shelf of this storeroom.", name)
                )
        warnings += self._expiry_warnings(found, expiry)
        return {
            "product_id": product.id,
            "name": product.display_name,
            "tracking": product.tracking,
            "unit": product.uom_id.name,
            "lot_id": found.id,
            "lot": name or "",
            "expiry": fields.Date.to_string(
                expiry or (found.expiration_date and found.expiration_date.date())
            ),
            "quantity": 1.0 if product.tracking == "serial" else quantity,
            "warning": " ".join(warnings),
        }

    def _expiry_warnings(self, lot, expiry):
        known = lot.expiration_date and lot.expiration_date.date()
        warnings = []
        if expiry and known and expiry != known:
            warnings.append(
                self.env._(
                    "The label says it expires on %(label)s, our records say "
                    "%(known)s.",
                    label=fields.Date.to_string(expiry),
                    known=fields.Date.to_string(known),
                )
            )
        day = expiry or known
        if day and day < fields.Date.context_today(self):
            warnings.append(
                self.env._("Expired on %s: do not use.", fields.Date.to_string(day))
            )
        return warnings
