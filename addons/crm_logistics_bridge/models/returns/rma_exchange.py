# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import float_compare


class Rma(models.Model):
    """Another article instead of the returned one; its price difference is settled."""

    _inherit = "rma"

    logistics_exchange_product_id = fields.Many2one(
        "product.product",
        string="Instead",
        check_company=True,
        domain="[('sale_ok', '=', True), ('type', '=', 'consu')]",
        tracking=True,
        help="Another article that the customer wants for the returned one.",
    )
    logistics_exchange_difference = fields.Monetary(
        string="Price difference (each)",
        currency_field="logistics_currency_id",
        tracking=True,
        help="What the customer pays more (or gets back, below 0) for each of the "
        "articles sent instead, before taxes where prices are without them.",
    )
    logistics_currency_id = fields.Many2one(
        "res.currency", related="order_id.currency_id"
    )
    logistics_exchange_move_id = fields.Many2one(
        "account.move",
        string="Difference charged by",
        readonly=True,
        copy=False,
        help="Draft invoice or credit note over the price difference.",
    )

    @api.private
    def _logistics_exchange_product(self):
        """What is sent for the returned article."""
        self.ensure_one()
        return self.logistics_exchange_product_id or self.product_id

    def create_replace(self, scheduled_date, warehouse, product, qty, uom):
        """As before; the price difference of another article becomes a draft invoice or
        credit note."""
        result = super().create_replace(scheduled_date, warehouse, product, qty, uom)
        for rma in self:
            if product == rma.logistics_exchange_product_id:
                rma._logistics_charge_difference(qty)
        return result

    @api.private
    def _logistics_charge_difference(self, quantity):
        """Draft a customer invoice, or a credit note, over the price difference."""
        self.ensure_one()
        difference = self.logistics_exchange_difference
        if self.logistics_exchange_move_id or not self.order_id:
            return
        if not float_compare(difference, 0.0, precision_digits=6):
            return
        line = self.move_id.sale_line_id
        product = self.logistics_exchange_product_id
        # An agent's exchange; accounting decides about the draft.
        self.logistics_exchange_move_id = (
            self.env["account.move"]
            .sudo()
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_invoice" if difference > 0 else "out_refund",
                    "partner_id": self.partner_invoice_id.id,
                    "invoice_origin": self.name,
                    "ref": self.name,
                    "currency_id": self.logistics_currency_id.id,
                    "invoice_line_ids": [
                        fields.Command.create(
                            {
                                "name": self.env._(
                                    "Exchange of %(old)s for %(new)s (%(return)s)",
                                    **{
                                        "old": self.product_id.display_name,
                                        "new": product.display_name,
                                        "return": self.name,
                                    },
                                ),
                                "quantity": quantity,
                                "price_unit": abs(difference),
                                "tax_ids": [fields.Command.set(line.tax_ids.ids)],
                            }
                        )
                    ],
                }
            )
        )
        self.message_post(
            body=self.env._(
                "The price difference waits as a draft: %s.",
                self.logistics_exchange_move_id.display_name,
            )
        )
