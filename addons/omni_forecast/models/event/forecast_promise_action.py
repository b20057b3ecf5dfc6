# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class ForecastPromiseAction(models.Model):
    """What to order or move now, so that the promise can be kept."""

    _name = "forecast.promise.action"
    _description = "Suggestion of a Promise Check"
    _order = "promise_id desc, latest_date, id"
    _rec_name = "product_id"

    promise_id = fields.Many2one(
        "forecast.promise", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("transfer", "Move"),
            ("purchase", "Order"),
            ("capacity", "Raise Capacity"),
        ],
        required=True,
        readonly=True,
    )
    product_id = fields.Many2one("product.product", ondelete="cascade", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    warehouse_id = fields.Many2one(
        "stock.warehouse", required=True, ondelete="cascade", readonly=True
    )
    source_id = fields.Many2one(
        "stock.warehouse", string="From", ondelete="cascade", readonly=True
    )
    vendor_id = fields.Many2one("res.partner", ondelete="set null", readonly=True)
    quantity = fields.Float(digits="Product Unit")
    needed_date = fields.Date(string="Needed on", readonly=True)
    lead_days = fields.Float(string="Lead Time (days)", readonly=True, aggregator=None)
    latest_date = fields.Date(
        string="Latest on", readonly=True, help="Later is too late for the first day."
    )
    too_late = fields.Integer(
        string="Days too Late",
        readonly=True,
        help="Even if it is ordered today, it comes so many days after it is needed.",
    )
    cost = fields.Monetary(readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")],
        default="open",
        required=True,
        readonly=True,
    )
    purchase_id = fields.Many2one("purchase.order", readonly=True, ondelete="set null")
    picking_id = fields.Many2one("stock.picking", readonly=True, ondelete="set null")

    def _sentence(self):
        """What to do, in the reader's language."""
        self.ensure_one()
        values = {
            "quantity": formatLang(self.env, self.quantity, digits=0),
            "unit": self.uom_id.name or "",
            "product": self.product_id.display_name or "",
            "warehouse": self.warehouse_id.name,
            "origin": self.source_id.name or "",
            "vendor": self.vendor_id.display_name or "",
            "date": self.promise_id._date(self.latest_date),
            "days": self.too_late,
        }
        if self.kind == "capacity":
            return self.env._(
                "Let %(warehouse)s send %(quantity)s units a day from %(date)s on, or "
                "spread the event over more days.",
                **values,
            )
        if self.kind == "transfer":
            return self.env._(
                "Move %(quantity)s %(unit)s of %(product)s from %(origin)s to "
                "%(warehouse)s, on %(date)s at the latest.",
                **values,
            )
        if not self.vendor_id:
            return self.env._(
                "%(product)s has no vendor: find %(quantity)s %(unit)s for %(warehouse)s, "
                "ordered on %(date)s at the latest.",
                **values,
            )
        if self.too_late:
            return self.env._(
                "Order %(quantity)s %(unit)s of %(product)s for %(warehouse)s from "
                "%(vendor)s today: it comes %(days)s day(s) too late for the first orders.",
                **values,
            )
        return self.env._(
            "Order %(quantity)s %(unit)s of %(product)s for %(warehouse)s from %(vendor)s, "
            "on %(date)s at the latest.",
            **values,
        )

    def action_do(self):
        """Make the request for quotation or the transfer, as drafts.

        Orders to one vendor and transfers between two warehouses become one document
        each. What has no vendor stays open, unless nothing else is asked for: then the
        person is told. Doing it twice changes nothing.
        """
        self.check_access("write")
        todo = self.filtered(lambda one: one.state == "open")
        if todo:
            todo.lock_for_update()
        capacity = todo.filtered(lambda one: one.kind == "capacity")
        if capacity and capacity == todo:
            raise UserError(
                self.env._(
                    "More capacity needs people, not a document: change the daily delivery "
                    "capacity of %s when they are there, and check again.",
                    capacity[0].warehouse_id.name,
                )
            )
        (todo - capacity)._make_documents()
        return self.promise_id[:1]._action_open() if self else True

    def _make_documents(self):
        orphans = self.filtered(
            lambda one: one.kind == "purchase" and not one.vendor_id
        )
        if orphans and orphans == self:
            raise UserError(
                self.env._(
                    "%s has no vendor. Add one to the product, then check again.",
                    orphans[0].product_id.display_name,
                )
            )
        for (vendor, warehouse), found in (
            (self - orphans)
            .filtered(lambda one: one.kind == "purchase")
            .grouped(lambda one: (one.vendor_id, one.warehouse_id))
            .items()
        ):
            found._make_purchase(vendor, warehouse)
        for (source, warehouse), found in (
            self.filtered(lambda one: one.kind == "transfer")
            .grouped(lambda one: (one.source_id, one.warehouse_id))
            .items()
        ):
            found._make_transfer(source, warehouse)

    def _make_purchase(self, vendor, warehouse):
        """One request for quotation; prices, units and dates as Odoo computes them."""
        promise = self.promise_id[:1]
        order = self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "company_id": self.company_id[:1].id,
                "picking_type_id": warehouse.in_type_id.id,
                "origin": promise.event_id.name,
                "order_line": [
                    fields.Command.create(
                        {
                            "product_id": one.product_id.id,
                            "product_qty": one.quantity,
                            "product_uom_id": one.uom_id.id,
                        }
                    )
                    for one in self
                ],
            }
        )
        self.write({"state": "done", "purchase_id": order.id})

    def _make_transfer(self, source, warehouse):
        """One transfer, a draft, from stock to stock."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": source.int_type_id.id,
                "location_id": source.lot_stock_id.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "origin": self.promise_id[:1].event_id.name,
                "move_ids": [
                    fields.Command.create(
                        {
                            "product_id": one.product_id.id,
                            "product_uom_qty": one.quantity,
                            "product_uom": one.uom_id.id,
                            "location_id": source.lot_stock_id.id,
                            "location_dest_id": warehouse.lot_stock_id.id,
                        }
                    )
                    for one in self
                ],
            }
        )
        self.write({"state": "done", "picking_id": picking.id})

    def action_open_document(self):
        self.ensure_one()
        record = self.purchase_id or self.picking_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
