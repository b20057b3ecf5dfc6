# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .medical_waste_risk import ACTIONS


class MedicalExpiryAction(models.Model):
    """Something done so that a lot is not wasted; can be undone until the goods move."""

    _name = "medical.expiry.action"
    _description = "Expiry Action"
    _order = "id desc"
    _rec_name = "product_id"

    kind = fields.Selection(ACTIONS[:-1], required=True, readonly=True)
    state = fields.Selection(
        [("open", "Under Way"), ("done", "Done"), ("undone", "Undone")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    storeroom_id = fields.Many2one(
        "medical.storeroom", required=True, readonly=True, index=True
    )
    hospital_id = fields.Many2one(related="storeroom_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="storeroom_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    target_id = fields.Many2one("medical.storeroom", string="Where To", readonly=True)
    product_id = fields.Many2one("product.product", required=True, readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    lot_id = fields.Many2one("stock.lot", readonly=True)
    expiry = fields.Date(string="Expiration Date", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    saved_value = fields.Monetary(
        string="Expected Saving", readonly=True, aggregator="sum"
    )
    user_id = fields.Many2one("res.users", string="Started By", readonly=True)
    picking_ids = fields.One2many(
        "stock.picking", "medical_expiry_action_id", string="Transfers", readonly=True
    )
    picking_count = fields.Integer(compute="_compute_picking_count", compute_sudo=True)

    _one_open = models.UniqueIndex(
        "(storeroom_id, product_id, lot_id) WHERE state = 'open'",
        "Something is already under way for this lot.",
    )

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for action in self:
            action.picking_count = len(action.picking_ids)

    def action_view_pickings(self):
        """Open the transfers."""
        self.ensure_one()
        return self.picking_ids._get_records_action()

    def action_undo(self):
        """Cancel the transfers or the priority.

        :raise UserError: goods have already moved
        """
        self.check_access("write")
        # sudo: undoing is the right that was checked; the transfers follow from it
        for action in self.sudo().filtered(lambda row: row.state == "open"):
            if "done" in action.picking_ids.mapped("state"):
                raise UserError(
                    self.env._(
                        "%s: the goods have already moved. Use a return.",
                        action.product_id.display_name,
                    )
                )
            action.picking_ids.filtered(
                lambda picking: picking.state != "cancel"
            ).action_cancel()
            action.state = "undone"
            if action.kind == "use_first":
                action._set_priority()

    @api.model
    def _finish(self):
        """Close what has come to its end: transfers done, lots gone or expired."""
        today = fields.Date.context_today(self)
        for action in self.sudo().search([("state", "=", "open")]):
            states = set(action.picking_ids.mapped("state"))
            if action.picking_ids and states <= {"done", "cancel"}:
                action.state = "done" if "done" in states else "undone"
            elif not action.picking_ids and action.expiry and action.expiry < today:
                action.state = "done"
                action._set_priority()
