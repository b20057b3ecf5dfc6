# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.fields import Command
from odoo.tools import float_compare


class MedicalRecallNotify(models.Model):
    """Notices and answers that follow from the trace, and the moves to quarantine."""

    _inherit = "medical.recall"

    def _bring_notices(self):
        """Notices and open answers for everything hospitals hold or have used.

        What has been answered stays as it is; units that came later ask anew.
        """
        self.ensure_one()
        places = {}
        for line in self.line_ids.filtered("partner_id"):
            if line.kind not in ("shelf", "used", "delivered") or line.quantity <= 0:
                continue
            key = (line.partner_id, line.storeroom_id, line.product_id, line.lot_id)
            place = places.setdefault(key, {"expected": 0.0, "used": 0.0, "at": None})
            place["used" if line.kind == "used" else "expected"] += line.quantity
            if line.kind == "delivered":
                place["at"] = line.location_id.id
        notices = {notice.partner_id: notice for notice in self.notice_ids}
        fresh = self.env["medical.recall.notice"]
        for partner in {key[0] for key in places} - notices.keys():
            notices[partner] = self.env["medical.recall.notice"].create(
                {
                    "recall_id": self.id,
                    "partner_id": partner.id,
                    "sent_on": fields.Datetime.now(),
                }
            )
            fresh |= notices[partner]
        known = self.notice_ids.answer_ids.grouped(
            lambda row: (row.notice_id.partner_id, row.storeroom_id, row.product_id,
                         row.lot_id)
        )  # fmt: skip
        to_create = []
        for key, place in places.items():
            answers = known.get(key, self.env["medical.recall.answer"])
            answered = answers.filtered(lambda row: row.state == "answered")
            used = place["used"] - sum(
                row.recorded_use_qty + row.used_qty
                for row in answered
                if row.storeroom_id
            )
            expected = place["expected"]
            if not key[1]:
                # no storeroom, no books: what was answered does not leave the place
                expected -= sum(row.found_qty - row.quarantined_qty + row.used_qty
                                for row in answered)  # fmt: skip
            values = {
                "expected_qty": max(expected, 0.0),
                "recorded_use_qty": max(used, 0.0),
            }
            waiting = answers - answered
            if not any(
                float_compare(q, 0, precision_digits=4) for q in values.values()
            ):
                (waiting if answered else waiting[:0]).unlink()
            elif waiting:
                if any(abs(waiting[0][name] - values[name]) > 1e-6 for name in values):
                    waiting[0].write(values)
            else:
                to_create.append(
                    dict(
                        values,
                        notice_id=notices[key[0]].id,
                        storeroom_id=key[1].id,
                        product_id=key[2].id,
                        lot_id=key[3].id,
                        location_id=place["at"] or key[1].location_id.id,
                    )
                )
        # what is no longer there does not ask any more
        gone = self.notice_ids.answer_ids.filtered(
            lambda row: (
                row.state == "open"
                and (row.notice_id.partner_id, row.storeroom_id, row.product_id,
                     row.lot_id) not in places
            )
        )  # fmt: skip
        gone.unlink()
        created = self.env["medical.recall.answer"].create(to_create)
        fresh._notify("notice")
        # a hospital that already had its notice is told of what came later
        (created.notice_id - fresh)._notify("notice")

    def _quarantine_location(self, hospital=None, usage="internal"):
        """Location for what is set aside: outside of every warehouse and storeroom, so
        that nothing there counts as available; made when first needed.

        :param hospital: res.partner that holds it, or None for our own
        :param usage: "internal" while the goods are ours, "customer" when sold
        """
        self.ensure_one()
        hospital = hospital or self.env["res.partner"]
        # sudo: locations are inventory set-up, quarantine is the officer's right
        model = self.env["stock.location"].sudo()
        found = model.search(
            [
                ("medical_quarantine", "=", True),
                ("medical_hospital_id", "=", hospital.id),
                ("usage", "=", usage),
                ("company_id", "=", self.company_id.id),
            ],
            limit=1,
        )
        return found or model.create(
            {
                "name": self.env._(
                    "Quarantine %s", (hospital or self.company_id).name
                ).replace("/", "-"),
                "usage": usage,
                "medical_quarantine": True,
                "medical_hospital_id": hospital.id,
                "company_id": self.company_id.id,
                "location_id": self.env.ref(
                    "medical_supply_crm.stock_location_quarantine"
                ).id,
            }
        )

    def _move_units(self, rows):
        """Move units at once.

        :param rows: list of (product, lot, quantity, source location, target location)
        :return: stock.move, done
        """
        self.ensure_one()
        values = []
        for product, lot, quantity, source, target in rows:
            if float_compare(quantity, 0.0, precision_digits=6) <= 0:
                continue
            place = {"location_id": source.id, "location_dest_id": target.id}
            line = dict(
                place,
                product_id=product.id,
                product_uom_id=product.uom_id.id,
                quantity=quantity,
                lot_id=lot.id,
                company_id=self.company_id.id,
                picked=True,
            )
            values.append(
                dict(
                    place,
                    product_id=product.id,
                    product_uom=product.uom_id.id,
                    product_uom_qty=quantity,
                    company_id=self.company_id.id,
                    origin=self.name,
                    picked=True,
                    move_line_ids=[Command.create(line)],
                )
            )
        # sudo: setting recalled units aside is the right that was checked; the moves
        # that follow from it need an inventory user's rights
        moves = self.env["stock.move"].sudo().create(values)
        moves._action_done()
        return moves
