# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from .logistics_carrier_event import FINAL, KEPT


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_event_ids = fields.One2many(
        "logistics.carrier.event", "picking_id", string="Carrier events", readonly=True
    )

    @api.private
    def _logistics_carrier_state(self):
        """Set delivery_state and its dates from the newest events kept."""
        self.invalidate_recordset(["logistics_event_ids"])
        for picking in self:
            events = picking.logistics_event_ids.sorted(lambda e: (e.date, e.id))
            told = events.filtered(lambda e: KEPT.get(e.state, e.state))
            if not told:
                continue
            over = told.filtered(lambda e: e.state in FINAL)
            newest = (over or told)[-1]
            values = {"delivery_state": KEPT.get(newest.state, newest.state)}
            handed = told.filtered(lambda e: e.state != "canceled_shipment")[:1]
            if handed and not picking.date_shipped:
                values["date_shipped"] = handed.date.date()
            delivered = over.filtered(lambda e: e.state != "canceled_shipment")[:1]
            if newest.state != "canceled_shipment" and delivered:
                values["date_delivered"] = delivered.date
            if newest.description:
                values["tracking_state"] = newest.description
            values = {
                name: value for name, value in values.items() if picking[name] != value
            }
            if values:
                picking.write(values)
