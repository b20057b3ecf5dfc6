# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    logistics_eta_date = fields.Datetime(
        string="Expected arrival",
        readonly=True,
        copy=False,
        help="When the last goods of this line are expected. Goods that are there do not "
        "wait for those that are not, where the order is delivered as soon as possible.",
    )
    logistics_eta_latest_date = fields.Datetime(
        string="Latest likely arrival", readonly=True, copy=False
    )
    logistics_promise_date = fields.Datetime(
        string="Promised arrival", readonly=True, copy=False
    )
    logistics_late = fields.Boolean(string="Late", readonly=True, copy=False)

    @api.model
    @api.private
    def _logistics_store_dates(self, ids, etas, latests, promises, lates):
        """Write the dates of order lines in one statement (see stock.picking)."""
        if not ids:
            return
        self.env.execute_query(
            SQL(
                """
                UPDATE sale_order_line l
                   SET logistics_eta_date = v.eta,
                       logistics_eta_latest_date = v.latest,
                       logistics_promise_date = v.promise,
                       logistics_late = v.late
                  FROM unnest(%s::int[], %s::timestamp[], %s::timestamp[],
                              %s::timestamp[], %s::bool[])
                       AS v(id, eta, latest, promise, late)
                 WHERE l.id = v.id
             RETURNING l.id
                """,
                ids,
                etas,
                latests,
                promises,
                lates,
            )
        )
        names = [name for name in self._fields if name.startswith("logistics_")]
        self.browse(ids).invalidate_recordset(names, flush=False)
