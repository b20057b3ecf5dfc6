# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ...tools.locking import lock_rows


class MedicalConsumptionInvoice(models.Model):
    """Invoicing of consignment: what was used is sold, once.

    The moves of the recorded use become the deliveries of an ordinary sales order, so
    prices, taxes, delivered and invoiced quantities are core's. Nothing moves again: an
    order line whose delivery is already done launches none.
    """

    _inherit = "medical.consumption"

    sale_order_id = fields.Many2one(
        "sale.order",
        string="Sales Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    billable = fields.Boolean(
        compute="_compute_billable", search="_search_billable", string="To Invoice"
    )

    @api.depends("state", "sale_order_id", "storeroom_id.ownership")
    def _compute_billable(self):
        for record in self:
            record.billable = (
                record.state == "done"
                and not record.sale_order_id
                and record.storeroom_id.ownership == "consignment"
            )

    def _search_billable(self, operator, value):
        if operator != "in" or True not in value:
            return NotImplemented
        return [
            ("state", "=", "done"),
            ("sale_order_id", "=", False),
            ("storeroom_id.ownership", "=", "consignment"),
        ]

    def action_invoice(self):
        """Order and draft invoice for these records."""
        self.check_access("write")
        records = self.filtered("billable")
        if not records:
            raise UserError(
                self.env._(
                    "Nothing to invoice: only completed use of consignment stock that "
                    "is not invoiced yet."
                )
            )
        return records._bill()._get_records_action()

    @api.model
    def _cron_bill(self):
        """Nightly: what each storeroom invoices by record, and on a new month what it
        invoices monthly; then the credits of corrections."""
        first = fields.Datetime.to_datetime(
            fields.Date.context_today(self).replace(day=1)
        )
        for domain in (
            [("storeroom_id.billing", "=", "case")],
            [("storeroom_id.billing", "=", "month"), ("date", "<", first)],
        ):
            records = self.search([("billable", "=", True), *domain])
            for company, rows in records.grouped("company_id").items():
                rows.with_company(company)._bill()
        self._credit()

    def _bill(self):
        """Orders and draft invoices: one per record, or one per hospital and month.

        :return: sale.order
        """
        # whoever comes second finds the records invoiced
        lock_rows(self)
        self.invalidate_recordset(["sale_order_id"])
        groups = {}
        for record in self.filtered("billable").sorted("id"):
            key = (record.company_id, record.hospital_id, record._billing_period())
            groups[key] = groups.get(key, self.browse()) | record
        orders = self.env["sale.order"]
        for (company, hospital, period), records in groups.items():
            orders |= records.with_company(company)._bill_together(hospital, period)
        if orders:
            # sudo: see _bill_together
            orders.sudo()._create_invoices(final=True)
        return orders

    def _billing_period(self):
        self.ensure_one()
        if self.storeroom_id.billing == "case":
            return self.name
        return fields.Date.to_string(self.date.date().replace(day=1))[:7]

    def _bill_together(self, hospital, period):
        # sudo: the medical desk invoices use; it need not be a salesperson
        moves = (
            self.sudo()
            .move_ids.filtered(
                lambda move: (
                    move.state == "done"
                    and move.location_dest_id.usage == "customer"
                    and not move.origin_returned_move_id
                    and not move.sale_line_id
                )
            )
            .with_company(self.company_id)
        )
        order = (
            self.env["sale.order"]
            .sudo()
            .create(
                {
                    "partner_id": hospital.id,
                    "company_id": self.company_id.id,
                    "client_order_ref": period,
                    "origin": ", ".join(self.mapped("name"))[:250],
                    "medical_use": True,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_id": product.uom_id.id,
                                "product_uom_qty": sum(
                                    move.product_uom._compute_quantity(
                                        move.quantity, product.uom_id
                                    )
                                    for move in rows
                                ),
                            }
                        )
                        for product, rows in moves.grouped("product_id").items()
                    ],
                }
            )
        )
        # before the order is confirmed: it then finds its deliveries done
        for line in order.order_line:
            moves.filtered(
                lambda move, line=line: move.product_id == line.product_id
            ).sale_line_id = line
        order.action_confirm()
        self.sudo().sale_order_id = order
        return order

    @api.model
    def _credit(self):
        """Credit notes for what was invoiced and then corrected."""
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("order_id.medical_use", "=", True),
                    ("order_id.state", "=", "sale"),
                    ("qty_to_invoice", "<", 0),
                ]
            )
        )
        for order in lines.order_id:
            order._create_invoices(final=True)
