# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from reportlab.graphics import renderSVG
from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .logistics_return_policy import CONDITIONS

#: States in which the customer has what the return was for.
SETTLED = ("refunded", "replaced", "returned", "finished")
RECEIVED = ("received", "waiting_return", "waiting_replacement", *SETTLED)


class Rma(models.Model):
    _inherit = "rma"

    logistics_policy_id = fields.Many2one(
        "logistics.return.policy", string="Return policy", readonly=True, copy=True
    )
    logistics_reason_id = fields.Many2one(
        "logistics.return.reason", string="Return reason", tracking=True
    )
    logistics_condition = fields.Selection(
        CONDITIONS, string="Condition as the customer says"
    )
    logistics_handover = fields.Selection(
        [("pickup", "To be picked up"), ("dropoff", "Customer brings it")],
        string="Handover",
    )
    logistics_dropoff_id = fields.Many2one(
        "stock.warehouse", string="Drop-off place", check_company=True
    )
    logistics_pickup_date = fields.Date(string="Pickup wished on")
    logistics_request = fields.Char(
        string="Request",
        readonly=True,
        index="btree_not_null",
        help="Returns that a customer requested together.",
    )
    logistics_inspection_ids = fields.One2many(
        "logistics.return.inspection", "rma_id", string="Inspection"
    )
    logistics_to_inspect = fields.Float(
        string="Still to inspect",
        compute="_compute_logistics_quantities",
        digits="Product Unit",
    )
    logistics_refundable = fields.Float(
        string="To be refunded",
        compute="_compute_logistics_quantities",
        digits="Product Unit",
    )
    logistics_received_date = fields.Datetime(string="Received on", readonly=True)
    logistics_inspected_date = fields.Datetime(string="Inspected on", readonly=True)
    logistics_settled_date = fields.Datetime(
        string="Settled on",
        readonly=True,
        help="When the credit note was made, or the exchange delivered.",
    )
    logistics_days = fields.Float(
        string="Days from request to settlement",
        compute="_compute_logistics_days",
        store=True,
        aggregator="avg",
        digits=(16, 1),
    )

    @api.depends("date", "logistics_settled_date")
    def _compute_logistics_days(self):
        for rma in self:
            end = rma.logistics_settled_date
            rma.logistics_days = end and (end - rma.date).total_seconds() / 86400

    @api.depends(
        "state",
        "product_uom_qty",
        "logistics_reason_id.our_fault",
        "logistics_inspection_ids.quantity",
        "logistics_inspection_ids.state",
        "logistics_inspection_ids.grade_id.refundable",
    )
    def _compute_logistics_quantities(self):
        for rma in self:
            booked = rma.logistics_inspection_ids.filtered(
                lambda line: line.state == "done"
            )
            received = rma.product_uom_qty if rma.state in RECEIVED else 0.0
            rma.logistics_to_inspect = max(
                received - sum(booked.mapped("quantity")), 0.0
            )
            denied = booked.filtered(
                lambda line, rma=rma: (
                    not line.grade_id.refundable
                    and not rma.logistics_reason_id.our_fault
                )
            )
            rma.logistics_refundable = rma.product_uom_qty - sum(
                denied.mapped("quantity")
            )

    @api.private
    def _logistics_return_address(self):
        """Where the goods go: the drop-off place, or the warehouse of the receipt."""
        self.ensure_one()
        # The address is printed on the parcel.
        warehouse = self.sudo().logistics_dropoff_id or self.sudo().warehouse_id
        return warehouse.partner_id or self.sudo().company_id.partner_id

    @api.private
    def _logistics_barcode(self):
        """The number of the return as Code 128, an SVG data address.

        Drawn as SVG, which needs none of the libraries that turn drawings into pixels.
        """
        self.ensure_one()
        drawing = createBarcodeDrawing(
            "Code128", value=self.name, barHeight=60, barWidth=1.2, quiet=1
        )
        svg = renderSVG.drawToString(drawing)
        if isinstance(svg, str):
            svg = svg.encode()
        return "data:image/svg+xml;base64," + base64.b64encode(svg).decode()

    # -- dates -----------------------------------------------------------------
    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._logistics_note_state(vals["state"])
        return result

    @api.private
    def _logistics_note_state(self, state):
        """Keep when a return was received and settled; the first time counts."""
        now = fields.Datetime.now()
        if state in RECEIVED:
            # Only a receipt receives goods; a refund without receipt has none.
            self.filtered(
                lambda rma: (
                    not rma.logistics_received_date
                    and rma.sudo().reception_move_id.state == "done"
                )
            ).logistics_received_date = now
        if state in SETTLED:
            self.filtered(
                lambda rma: not rma.logistics_settled_date
            ).logistics_settled_date = now
        elif state in ("draft", "confirmed", "cancelled"):
            self.filtered("logistics_settled_date").logistics_settled_date = False

    # -- receiving ---------------------------------------------------------------
    @api.private
    def _logistics_receive(self, quantity, lot=None):
        """Receive a return, also when less came back than was requested.

        The rest becomes a return of its own that still waits for its goods.

        :param float quantity: what came in, in the return's unit
        :param lot: stock.lot that came in, where the customer had several
        :return: the return of the rest, or an empty one
        """
        self.ensure_one()
        if self.state != "confirmed" or not self.reception_move_id:
            raise UserError(
                self.env._("Return %s does not wait for a receipt.", self.name)
            )
        if not 0 < quantity <= self.product_uom_qty:
            raise UserError(
                self.env._(
                    "Received quantity: %(value)g is not between 0 and %(limit)g.",
                    value=quantity,
                    limit=self.product_uom_qty,
                )
            )
        rest = self.browse()
        missing = self.product_uom_qty - quantity
        # The warehouse receives; the return follows, whatever the rights on returns.
        move = self.sudo().reception_move_id
        if float_compare(missing, 0.0, precision_digits=4) > 0:
            self.product_uom_qty = quantity
            move.product_uom_qty = quantity
            rest = self.copy(
                {
                    "name": self.env._("New"),
                    "move_id": self.move_id.id,
                    "product_id": self.product_id.id,
                    "product_uom": self.product_uom.id,
                    "product_uom_qty": missing,
                    "origin_split_rma_id": self.id,
                    "stock_reference_id": False,
                    "date": self.date,
                    "order_id": self.order_id.id,
                    "picking_id": self.picking_id.id,
                }
            )
            rest.action_confirm()
        if float_compare(move.quantity, quantity, precision_digits=4) != 0:
            move._set_quantity_done(quantity)
        if lot:
            move.move_line_ids.lot_id = lot
        move.picked = True
        move._action_done()
        received = move.picking_id.filtered(lambda p: p.state == "done")
        # Odoo dates a transfer that is validated whole; this one was by its moves.
        received.filtered(lambda p: not p.date_done).date_done = fields.Datetime.now()
        return rest

    # -- inspecting ----------------------------------------------------------------
    def action_logistics_book(self):
        """Book the inspection lines not yet booked; then refund or exchange as agreed."""
        for rma in self:
            lines = rma.logistics_inspection_ids.filtered(
                lambda line: line.state == "draft"
            )
            if not lines:
                raise UserError(
                    self.env._("Add what the inspection of %s found first.", rma.name)
                )
            if rma.sudo().reception_move_id.state != "done":
                raise UserError(
                    self.env._("Return %s has not been received yet.", rma.name)
                )
            wanted = sum(lines.mapped("quantity"))
            if float_compare(wanted, rma.logistics_to_inspect, precision_digits=4) > 0:
                raise UserError(
                    self.env._(
                        "Return %(name)s: %(wanted)g inspected, but only %(left)g are "
                        "left to inspect.",
                        name=rma.name,
                        wanted=wanted,
                        left=rma.logistics_to_inspect,
                    )
                )
            lines._book()
            rma.invalidate_recordset(["logistics_to_inspect", "logistics_refundable"])
            if float_compare(rma.logistics_to_inspect, 0.0, precision_digits=4) <= 0:
                rma.logistics_inspected_date = fields.Datetime.now()
                if rma.logistics_policy_id.refund:
                    rma._logistics_settle()
        return True

    @api.private
    def _logistics_settle(self):
        """Refund or exchange what the inspection accepted, as the customer asked."""
        self.ensure_one()
        if self.can_be_refunded:
            if self.logistics_refundable > 0:
                self.action_refund()
        elif self.can_be_replaced and self.logistics_refundable > 0:
            self.create_replace(
                fields.Datetime.now(),
                self.warehouse_id,
                self._logistics_exchange_product(),
                self.logistics_refundable,
                self.product_uom,
            )
