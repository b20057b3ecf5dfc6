# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import float_compare

COUNTS = ("found_qty", "quarantined_qty", "used_qty", "missing_qty")


class MedicalRecallAnswer(models.Model):
    """What one storeroom found of one recalled lot."""

    _name = "medical.recall.answer"
    _description = "Recall Acknowledgement"
    _order = "notice_id, state desc, storeroom_id, id"
    _rec_name = "product_id"

    notice_id = fields.Many2one(
        "medical.recall.notice", required=True, ondelete="cascade", index=True
    )
    recall_id = fields.Many2one(related="notice_id.recall_id", store=True, index=True)
    company_id = fields.Many2one(related="notice_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="notice_id.partner_id", store=True)
    storeroom_id = fields.Many2one("medical.storeroom", index=True)
    department_ids = fields.Many2many(related="storeroom_id.department_ids")
    location_id = fields.Many2one("stock.location")
    product_id = fields.Many2one("product.product", required=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number")
    expected_qty = fields.Float(
        string="On the Books",
        digits="Product Unit",
        help="Units that should be there, by deliveries and recorded use.",
    )
    recorded_use_qty = fields.Float(
        string="Use on the Books",
        digits="Product Unit",
        help="Units whose use was recorded; the answer confirms that the hospital "
        "knows the cases.",
    )
    found_qty = fields.Float(string="Found", digits="Product Unit")
    quarantined_qty = fields.Float(string="Quarantined", digits="Product Unit")
    used_qty = fields.Float(
        string="Used, Not Recorded",
        digits="Product Unit",
        help="Units of those on the books that were used without a record.",
    )
    missing_qty = fields.Float(string="Missing", digits="Product Unit")
    state = fields.Selection(
        [("open", "Waiting"), ("answered", "Answered")],
        required=True,
        default="open",
        index=True,
    )
    note = fields.Char()
    answered_by = fields.Char(readonly=True)
    answered_on = fields.Datetime(readonly=True)

    _counts_positive = models.Constraint(
        "CHECK (found_qty >= 0 AND quarantined_qty >= 0 AND used_qty >= 0 "
        "AND missing_qty >= 0)",
        "Counts of an acknowledgement cannot be negative.",
    )

    def _check_counts(self, counts):
        """The counts must add up to what is on the books, and be numbers.

        :raise ValidationError: naming product, lot and figures
        """
        self.ensure_one()
        what = " ".join(filter(None, (self.product_id.display_name, self.lot_id.name)))
        for name in COUNTS:
            value = counts[name]
            if not math.isfinite(value) or value < 0:
                raise ValidationError(
                    self.env._(
                        "%(what)s: “%(value)s” is not a quantity for %(field)s.",
                        what=what,
                        value=value,
                        field=self._fields[name]._description_string(self.env),
                    )
                )
        if (
            float_compare(
                counts["quarantined_qty"], counts["found_qty"], precision_digits=4
            )
            > 0
        ):
            raise ValidationError(
                self.env._(
                    "%(what)s: %(aside)g quarantined, but only %(found)g found.",
                    what=what,
                    aside=counts["quarantined_qty"],
                    found=counts["found_qty"],
                )
            )
        told = counts["found_qty"] + counts["used_qty"] + counts["missing_qty"]
        if float_compare(told, self.expected_qty, precision_digits=4) < 0:
            raise ValidationError(
                self.env._(
                    "%(what)s: %(expected)g on the books, but found, used and missing "
                    "make only %(told)g. Say what became of the other %(rest)g.",
                    what=what,
                    expected=self.expected_qty,
                    told=told,
                    rest=self.expected_qty - told,
                )
            )

    def _answer(self, counts, *, signed_by, note=""):
        """Take the answer and bring the books in line with it: quarantined units move
        to the quarantine location, use is recorded, missing units are written off.

        :param dict counts: found_qty, quarantined_qty, used_qty, missing_qty
        :param str signed_by: name of the person
        :raise UserError: already answered, or the recall is not running
        :raise ValidationError: counts that do not add up
        """
        self.ensure_one()
        self.notice_id.recall_id._check_running()
        if self.state == "answered":
            raise UserError(
                self.env._(
                    "%(product)s in %(storeroom)s was already answered by %(person)s.",
                    product=self.product_id.display_name,
                    storeroom=self.storeroom_id.name or self.partner_id.name,
                    person=self.answered_by,
                )
            )
        if not (signed_by or "").strip():
            raise ValidationError(self.env._("Please sign with your name."))
        self._check_counts(counts)
        # sudo: the answer is the right that was checked; books follow from it
        answer = self.sudo()
        answer.write(
            dict(
                counts,
                state="answered",
                note=(note or "").strip()[:500],
                answered_by=signed_by.strip()[:100],
                answered_on=fields.Datetime.now(),
            )
        )
        answer._apply()
        answer.recall_id._trace()

    def _apply(self):
        """Moves and records that follow from the counts."""
        self.ensure_one()
        recall = self.recall_id.with_company(self.company_id)
        place = self.storeroom_id.location_id or self.location_id
        product = self.product_id.with_company(self.company_id)
        adrift = product.property_stock_inventory
        told = self.found_qty + self.used_qty + self.missing_qty
        usage = (
            "internal" if self.storeroom_id.ownership == "consignment" else "customer"
        )
        rows = [(product, self.lot_id, told - self.expected_qty, adrift, place)]
        aside = recall._quarantine_location(self.partner_id, usage)
        rows.append((product, self.lot_id, self.quarantined_qty, place, aside))
        rows.append((product, self.lot_id, self.missing_qty, place, adrift))
        recall._move_units(rows)
        if self.used_qty and self.storeroom_id:
            record = self.env["medical.consumption"].create(
                {
                    "storeroom_id": self.storeroom_id.id,
                    "mode": "use",
                    "line_ids": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "lot_id": self.lot_id.id,
                                "quantity": self.used_qty,
                            }
                        )
                    ],
                }
            )
            record.action_complete()

    def action_answer(self):
        """Take the counts typed in by the recall officer, who was told by phone."""
        self.check_access("write")
        for answer in self:
            answer._answer(
                {name: answer[name] for name in COUNTS},
                signed_by=self.env._("%s (on behalf)", self.env.user.name),
                note=answer.note,
            )
