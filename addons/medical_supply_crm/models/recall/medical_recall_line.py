# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class MedicalRecallLine(models.Model):
    """Units of one lot in one place, as the last trace found them."""

    _name = "medical.recall.line"
    _description = "Place of Recalled Units"
    _order = "recall_id, kind, id"
    _rec_name = "product_id"

    recall_id = fields.Many2one(
        "medical.recall", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="recall_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            ("warehouse", "In our warehouse"),
            ("reserved", "Reserved for a delivery"),
            ("transit", "On its way"),
            ("shelf", "In a storeroom"),
            ("used", "Used"),
            ("delivered", "Delivered"),
            ("quarantine", "In quarantine"),
            ("vendor", "Sent back to the vendor"),
            ("lost", "Scrapped or lost"),
        ],
        string="Place",
        required=True,
    )
    product_id = fields.Many2one("product.product", required=True)
    lot_id = fields.Many2one("stock.lot", string="Lot/Serial Number")
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    location_id = fields.Many2one("stock.location")
    storeroom_id = fields.Many2one("medical.storeroom")
    department_ids = fields.Many2many(related="storeroom_id.department_ids")
    partner_id = fields.Many2one("res.partner", string="Hospital")
    event_id = fields.Many2one("medical.event", string="Case")
    event_hash = fields.Char(
        string="Case Number (hashed)",
        related="event_id.event_hash",
        help="The hospital finds the visit by it in its own system; it cannot be "
        "turned back into the visit number.",
    )
    picking_id = fields.Many2one("stock.picking", string="Transfer")
    date = fields.Datetime(string="Last Movement")
    after_start = fields.Boolean(
        compute="_compute_after_start",
        help="Used although the recall was already running.",
    )
    at_hospital = fields.Boolean(compute="_compute_at_hospital", store=True)
    accounted = fields.Boolean(compute="_compute_accounted", store=True)

    @api.depends("date", "kind", "recall_id.started_on")
    def _compute_after_start(self):
        for line in self:
            line.after_start = bool(
                line.kind == "used"
                and line.date
                and line.recall_id.started_on
                and line.date > line.recall_id.started_on
            )

    @api.depends("kind", "partner_id")
    def _compute_at_hospital(self):
        for line in self:
            line.at_hospital = line.kind in ("shelf", "used", "delivered") or bool(
                line.kind in ("quarantine", "lost", "vendor") and line.partner_id
            )

    @api.depends(
        "kind",
        "storeroom_id",
        "product_id",
        "lot_id",
        "location_id",
        "recall_id.notice_ids.answer_ids.state",
    )
    def _compute_accounted(self):
        """Set aside or gone: yes. Used or delivered: once the hospital has answered."""
        for recall, lines in self.grouped("recall_id").items():
            states = {}
            for answer in recall.notice_ids.answer_ids:
                key = (answer.storeroom_id, answer.product_id, answer.lot_id)
                states.setdefault(key, set()).add(answer.state)
            for line in lines:
                key = (line.storeroom_id, line.product_id, line.lot_id)
                line.accounted = line.kind in ("quarantine", "vendor", "lost") or (
                    line.kind in ("used", "delivered")
                    and states.get(key) == {"answered"}
                )
