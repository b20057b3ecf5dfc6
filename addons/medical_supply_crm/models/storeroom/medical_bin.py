# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from base64 import b64encode
from uuid import uuid4

from reportlab.graphics.barcode import createBarcodeDrawing

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

from ...tools.locking import lock_rows


class MedicalBin(models.Model):
    """One bin of a two-bin product: when it is empty, its card is scanned.

    The scan records that the bin's quantity was used and proposes its refill, once:
    until a delivery has refilled the bin, scanning it again changes nothing.
    """

    _name = "medical.bin"
    _description = "Storeroom Bin"
    _order = "storeroom_id, product_id, name, id"
    _check_company_auto = True

    name = fields.Char(
        required=True, default="A", help="Place of the bin, such as shelf and letter."
    )
    active = fields.Boolean(default=True)
    storeroom_line_id = fields.Many2one(
        "medical.storeroom.line",
        string="Par Line",
        required=True,
        ondelete="cascade",
        index=True,
    )
    storeroom_id = fields.Many2one(
        related="storeroom_line_id.storeroom_id", store=True, index=True
    )
    hospital_id = fields.Many2one(related="storeroom_line_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="storeroom_line_id.company_id", store=True, index=True
    )
    product_id = fields.Many2one(related="storeroom_line_id.product_id", store=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    quantity = fields.Float(
        required=True,
        default=1.0,
        digits="Product Unit",
        help="What the full bin holds.",
    )
    code = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        default=lambda self: uuid4().hex,
        help="On the card, as a QR code.",
    )
    url = fields.Char(string="Address on the Card", compute="_compute_url")
    state = fields.Selection(
        [("full", "Full"), ("empty", "Empty")],
        required=True,
        default="full",
        readonly=True,
        copy=False,
        index=True,
    )
    emptied_on = fields.Datetime(readonly=True, copy=False)
    emptied_by_id = fields.Many2one("res.partner", readonly=True, copy=False)
    refilled_on = fields.Datetime(readonly=True, copy=False)

    _code_uniq = models.Constraint("UNIQUE (code)", "The code of a bin must be unique.")
    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "A bin holds more than nothing."
    )

    @api.depends("product_id", "name")
    def _compute_display_name(self):
        for card in self:
            card.display_name = f"{card.product_id.display_name} / {card.name}"

    @api.depends("code")
    def _compute_url(self):
        base = self.browse().get_base_url()
        for card in self:
            card.url = f"{base}/my/medical/bins/{card.code}"

    def _qr_image(self):
        """The card's address as a QR code, an SVG image for the ``src`` of an ``img``.

        Drawn as vectors: pixels need a rendering library that not every installation
        of reportlab brings along.
        """
        self.ensure_one()
        drawing = createBarcodeDrawing(
            "QR", value=self.url, barLevel="M", width=220, height=220
        )
        svg = drawing.asString("svg")
        if isinstance(svg, str):
            svg = svg.encode()
        return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"

    def action_empty(self):
        """The bin was found empty."""
        self.check_access("write")
        for card in self:
            card._empty(self.env.user.partner_id)

    def _empty(self, partner):
        """Record the use of the bin and propose its refill.

        :return: whether this scan was the first since it was filled
        """
        self.ensure_one()
        lock_rows(self)
        self.invalidate_recordset(["state"])
        if self.state == "empty":
            return False
        # sudo: whoever takes the last piece says so; what follows from it is recorded
        # by the suite
        card = self.sudo()
        card.write(
            {
                "state": "empty",
                "emptied_on": fields.Datetime.now(),
                "emptied_by_id": partner.id,
            }
        )
        line = card.storeroom_line_id
        line.invalidate_recordset(["on_hand"])
        used = min(card.quantity, max(line.on_hand, 0.0))
        if (
            float_compare(used, 0.0, precision_rounding=card.uom_id.rounding or 0.01)
            > 0
        ):
            self.env["medical.consumption"].sudo().create(
                {
                    "storeroom_id": card.storeroom_id.id,
                    "mode": "bin",
                    "partner_id": partner.id,
                    "note": card.display_name,
                    "line_ids": [
                        Command.create(
                            {"product_id": card.product_id.id, "quantity": used}
                        )
                    ],
                }
            ).action_complete()
        self.env["medical.replenishment.run"].sudo()._run(card.storeroom_id)
        return True

    def action_refill(self):
        """Put right by hand: the bin is full."""
        self.check_access("write")
        self._refill()

    def _refill(self):
        self.filtered(lambda card: card.state == "empty").write(
            {"state": "full", "refilled_on": fields.Datetime.now()}
        )

    @api.model
    def _on_delivery(self, received):
        """Fill bins from what has arrived, the one empty longest first.

        :param dict received: medical.storeroom.line -> quantity in its product's unit
        """
        lines = self.env["medical.storeroom.line"].union(*received)
        for line, cards in (
            self.search(
                [("storeroom_line_id", "in", lines.ids), ("state", "=", "empty")],
                order="emptied_on, id",
            )
            .grouped("storeroom_line_id")
            .items()
        ):
            left = received[line]
            for card in cards:
                rounding = card.uom_id.rounding or 0.01
                if float_compare(left, card.quantity, precision_rounding=rounding) >= 0:
                    card._refill()
                    left -= card.quantity

    def action_print_cards(self):
        """Print the cards."""
        if not self:
            raise UserError(self.env._("Choose the bins whose cards to print."))
        return self.env.ref("medical_supply_crm.action_report_bin_cards").report_action(
            self
        )
