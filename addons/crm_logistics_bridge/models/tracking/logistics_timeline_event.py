# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsTimelineEvent(models.Model):
    """What carriers report and how deliveries are rated, on the timeline."""

    _inherit = "logistics.timeline.event"

    event_type = fields.Selection(selection_add=[("carrier", "Carrier report")])

    @api.model
    def _timeline_branches(self):
        return [
            *super()._timeline_branches(),
            self._branch_carrier_events(),
            self._branch_delivery_ratings(),
        ]

    def _branch_carrier_events(self):
        """Reports one by one; handed over and delivered have rows of their own."""
        columns = self._picking_columns(
            date=SQL("e.date"),
            event_type=SQL("'carrier'"),
            detail=SQL("CONCAT_WS(' · ', e.description, e.location)"),
        )
        return SQL(
            """
            %s FROM logistics_carrier_event e
               JOIN stock_picking p ON p.id = e.picking_id
               JOIN sale_order o ON o.id = p.sale_id
               JOIN res_partner c ON c.id = o.partner_id
             WHERE e.state NOT IN ('shipping_recorded_in_carrier', 'customer_delivered')
            """,
            self._timeline_row(11, "e", **columns),
        )

    def _branch_delivery_ratings(self):
        columns = self._picking_columns(
            date=SQL("r.write_date"),
            event_type=SQL("'rating'"),
            # a picture that needs no language
            detail=SQL("REPEAT('★', ROUND(r.rating)::int)"),
        )
        return SQL(
            """
            %s FROM stock_picking p
               JOIN sale_order o ON o.id = p.sale_id
               JOIN res_partner c ON c.id = o.partner_id
               JOIN rating_rating r ON r.res_model = 'stock.picking' AND r.res_id = p.id
             WHERE r.consumed
            """,
            self._timeline_row(12, "r", **columns),
        )
