# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class LogisticsTimelineEvent(models.Model):
    """Inspection and settlement of returns on the timeline."""

    _inherit = "logistics.timeline.event"

    event_type = fields.Selection(
        selection_add=[
            ("return_inspected", "Return inspected"),
            ("refunded", "Return settled"),
        ]
    )

    @api.model
    def _timeline_branches(self):
        return [
            *super()._timeline_branches(),
            self._branch_return(13, "return_inspected", "logistics_inspected_date"),
            self._branch_return(14, "refunded", "logistics_settled_date"),
        ]

    def _branch_return(self, place, event, column):
        date = SQL.identifier("r", column)
        return SQL(
            "%s FROM rma r JOIN res_partner c ON c.id = r.partner_id "
            "WHERE %s IS NOT NULL AND r.state != 'cancelled'",
            self._timeline_row(
                place,
                "r",
                date=date,
                event_type=SQL("%s", event),
                name=SQL("r.name"),
                detail=SQL("r.origin"),
                commercial_partner_id=SQL("c.commercial_partner_id"),
                partner_id=SQL("r.partner_id"),
                company_id=SQL("r.company_id"),
                order_id=SQL("r.order_id"),
                picking_id=SQL("r.picking_id"),
                rma_id=SQL("r.id"),
            ),
            date,
        )
