# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare


class LogisticsReturnInspection(models.Model):
    """A quantity of returned goods, its grade, and the move that followed from it."""

    _name = "logistics.return.inspection"
    _description = "Return Inspection"
    _order = "id"
    _rec_name = "grade_id"

    rma_id = fields.Many2one(
        "rma", string="Return", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rma_id.company_id", store=True)
    product_id = fields.Many2one(related="rma_id.product_id", store=True)
    quantity = fields.Float(required=True, default=1.0, digits="Product Unit")
    grade_id = fields.Many2one(
        "logistics.return.grade", required=True, ondelete="restrict"
    )
    disposition = fields.Selection(related="grade_id.disposition", store=True)
    lot_id = fields.Many2one(
        "stock.lot",
        string="Lot/Serial Number",
        domain="[('product_id', '=', product_id)]",
    )
    note = fields.Char()
    state = fields.Selection(
        [("draft", "To book"), ("done", "Booked")],
        required=True,
        readonly=True,
        default="draft",
    )
    date = fields.Datetime(string="Booked on", readonly=True)
    user_id = fields.Many2one("res.users", string="Booked by", readonly=True)
    move_id = fields.Many2one("stock.move", readonly=True)

    @api.constrains("quantity")
    def _check_quantity(self):
        for line in self:
            if line.quantity <= 0:
                raise ValidationError(
                    self.env._("Inspected quantity: %s is not above 0.", line.quantity)
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        if any(line.state == "done" for line in self):
            raise UserError(self.env._("An inspection that is booked stays."))

    def write(self, vals):
        booked = self.filtered(lambda line: line.state == "done")
        if booked and {"quantity", "grade_id", "lot_id", "rma_id"} & vals.keys():
            raise UserError(self.env._("An inspection that is booked stays as it is."))
        return super().write(vals)

    @api.private
    def _book(self):
        """Move the goods of these lines to where their grade sends them."""
        for line in self:
            rma = line.rma_id
            if rma.product_id.tracking != "none" and not line.lot_id:
                raise UserError(
                    self.env._(
                        "%s: choose the lot or serial number of the returned goods.",
                        rma.product_id.display_name,
                    )
                )
            line._check_lot()
            scrap = line.disposition == "scrap"
            line.move_id = line._scrap() if scrap else line._transfer()
        self.write(
            {
                "state": "done",
                "date": fields.Datetime.now(),
                "user_id": self.env.uid,
            }
        )

    def _check_lot(self):
        """Only a lot that came in with this return, and not more of it."""
        if not self.lot_id:
            return
        lines = self.rma_id.sudo().reception_move_id.move_line_ids.filtered(
            lambda moved: moved.lot_id == self.lot_id
        )
        received = sum(lines.mapped("quantity_product_uom"))
        same = self.rma_id.logistics_inspection_ids.filtered(
            lambda line: (
                line.lot_id == self.lot_id and (line.state == "done" or line == self)
            )
        )
        uom = self.rma_id.product_uom
        wanted = sum(
            uom._compute_quantity(line.quantity, self.product_id.uom_id)
            for line in same
        )
        if float_compare(wanted, received, precision_digits=4) > 0:
            raise UserError(
                self.env._(
                    "Lot %(lot)s: %(received)g came in, %(wanted)g cannot be inspected.",
                    lot=self.lot_id.name,
                    received=received,
                    wanted=wanted,
                )
            )

    def _transfer(self):
        """A done move from where returns are received to stock or to refurbishing."""
        rma = self.rma_id
        warehouse = rma.warehouse_id
        target = (
            warehouse.lot_stock_id
            if self.disposition == "restock"
            else warehouse._logistics_refurbish_location()
        )
        source = rma.sudo().reception_move_id.location_dest_id or rma.location_id
        # Whoever inspects need not have rights on moves; quantities are checked above.
        move = (
            self.env["stock.move"]
            .sudo()
            .create(
                {
                    "product_id": rma.product_id.id,
                    "product_uom": rma.product_uom.id,
                    "product_uom_qty": self.quantity,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "company_id": rma.company_id.id,
                    "warehouse_id": warehouse.id,
                    "origin": rma.name,
                    "reference": rma.name,
                }
            )
        )
        move._action_confirm(merge=False)
        move.move_line_ids.unlink()
        move.move_line_ids = [
            fields.Command.create(
                {
                    "product_id": rma.product_id.id,
                    "product_uom_id": rma.product_uom.id,
                    "quantity": self.quantity,
                    "lot_id": self.lot_id.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "company_id": rma.company_id.id,
                }
            )
        ]
        move.picked = True
        move._action_done()
        return move

    def _scrap(self):
        rma = self.rma_id
        source = rma.sudo().reception_move_id.location_dest_id or rma.location_id
        # As above.
        scrap = (
            self.env["stock.scrap"]
            .sudo()
            .create(
                {
                    "product_id": rma.product_id.id,
                    "product_uom_id": rma.product_uom.id,
                    "scrap_qty": self.quantity,
                    "lot_id": self.lot_id.id,
                    "location_id": source.id,
                    "company_id": rma.company_id.id,
                    "origin": rma.name,
                }
            )
        )
        scrap.do_scrap()
        return scrap.move_ids[:1]
