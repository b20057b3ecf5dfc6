# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .stock_picking import LATE_REASONS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    logistics_eta_date = fields.Datetime(
        string="Expected arrival",
        readonly=True,
        copy=False,
        help="Expected arrival of the last delivery of this order.",
    )
    logistics_eta_latest_date = fields.Datetime(
        string="Latest likely arrival", readonly=True, copy=False
    )
    logistics_promise_date = fields.Datetime(
        string="Promised arrival", readonly=True, copy=False
    )
    logistics_late = fields.Boolean(string="Late", readonly=True, copy=False)
    logistics_late_reason = fields.Selection(
        LATE_REASONS, string="Reason for delay", readonly=True, copy=False
    )

    _logistics_late_idx = models.Index("(company_id) WHERE logistics_late")

    def _action_confirm(self):
        result = super()._action_confirm()
        self.picking_ids._logistics_refresh_eta()
        return result

    def write(self, vals):
        result = super().write(vals)
        if "commitment_date" in vals:
            self.picking_ids._logistics_refresh_eta()
        return result

    @api.model
    @api.private
    def _logistics_store_dates(self, order_ids):
        """Carry the dates of the deliveries to their orders: the last one counts."""
        if not order_ids:
            return
        self.env.execute_query(
            SQL(
                """
                UPDATE sale_order o
                   SET logistics_eta_date = v.eta,
                       logistics_eta_latest_date = v.latest,
                       logistics_promise_date = v.promise,
                       logistics_late = v.late,
                       logistics_late_reason = v.reason
                  FROM (SELECT p.sale_id,
                               MAX(p.logistics_eta_date) AS eta,
                               MAX(p.logistics_eta_latest_date) AS latest,
                               MAX(p.logistics_promise_date) AS promise,
                               BOOL_OR(p.logistics_late) AS late,
                               (ARRAY_AGG(p.logistics_late_reason
                                          ORDER BY p.logistics_eta_date DESC)
                                FILTER (WHERE p.logistics_late))[1] AS reason
                          FROM stock_picking p
                          JOIN stock_picking_type t ON t.id = p.picking_type_id
                         WHERE p.sale_id = ANY(%(ids)s)
                           AND t.code = 'outgoing' AND p.state != 'cancel'
                      GROUP BY p.sale_id) v
                 WHERE o.id = v.sale_id
             RETURNING o.id
                """,
                ids=order_ids,
            )
        )
        names = [name for name in self._fields if name.startswith("logistics_")]
        self.browse(order_ids).invalidate_recordset(names, flush=False)
