# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .eta.stock_picking import LATE_REASONS, UNDATED


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

    logistics_under_way = fields.Boolean(
        string="With the carrier",
        readonly=True,
        copy=False,
        help="A delivery has been shipped, and its arrival has yet to be reported.",
    )

    _logistics_late_idx = models.Index("(company_id) WHERE logistics_late")

    def _action_confirm(self):
        result = super()._action_confirm()
        self._logistics_pickings()._logistics_schedule_refresh()
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"commitment_date", "date_order"} & vals.keys():
            self._logistics_pickings()._logistics_schedule_refresh(new_promise=True)
        return result

    def _logistics_pickings(self):
        """Transfers of these orders, past the order's own list: reading that one here
        would keep it, and its sequence, as it was before the confirmation ended."""
        return self.env["stock.picking"].sudo().search([("sale_id", "in", self.ids)])

    def _logistics_portal_tracking(self):
        """Deliveries of this order as the customer's page shows them.

        :return: list of dicts with name, steps (label, date, done), eta, latest,
            promise, late, reason, arrived, scheduled, undated, carrier, tracking_ref, tracking_url
        """
        self.ensure_one()
        if self.state != "sale":
            return []
        # The portal has checked that this order may be seen; its own deliveries may too.
        resent = (
            self.sudo()
            .env["stock.picking"]
            .search([("logistics_resend_order_id", "=", self.id)])
        )
        pickings = (self.sudo().picking_ids | resent).filtered(
            lambda p: p.state != "cancel"
        )
        # A step before the delivery stands for it as long as Odoo has not made it.
        deliveries = pickings.filtered(
            lambda p: (
                p.picking_type_code == "outgoing"
                and not p.return_id
                or p.picking_type_code == "internal"
                and p.logistics_eta_source
            )
        )
        reasons = deliveries._logistics_reason_texts()
        return [
            {
                "name": picking.name,
                "steps": self._logistics_portal_steps(picking),
                "eta": picking.logistics_eta_date,
                "latest": self._logistics_portal_latest(picking),
                "promise": picking.logistics_promise_date,
                "late": picking.logistics_late,
                "reason": reasons[picking.id],
                "arrived": picking.logistics_eta_source == "delivered",
                "scheduled": picking.logistics_eta_source == "scheduled",
                "undated": picking.logistics_eta_source in UNDATED,
                "carrier": picking.carrier_id.name or "",
                "tracking_ref": picking.carrier_tracking_ref or "",
                "tracking_url": picking.carrier_tracking_url or "",
                **self.sudo()._logistics_portal_card(picking),
            }
            for picking in deliveries.sorted("id")
        ]

    def _logistics_portal_latest(self, picking):
        """End of the range, only where it is another day than the expected one."""
        first, last = picking.logistics_eta_date, picking.logistics_eta_latest_date
        return last if first and last and last.date() > first.date() else False

    def _logistics_portal_steps(self, picking):
        """Ordered, prepared, shipped, delivered: what has happened and when."""
        before = picking.move_ids.move_orig_ids.picking_id.filtered(
            lambda p: p.picking_type_code == "internal"
        )
        shipped = picking.state == "done"
        prepared = shipped or bool(before) and all(p.state == "done" for p in before)
        arrived = picking.logistics_eta_source == "delivered"
        steps = [
            (self.env._("Ordered"), self.date_order, True),
            (
                self.env._("Prepared"),
                max(before.filtered("date_done").mapped("date_done"), default=False)
                if prepared
                else False,
                prepared,
            ),
            (self.env._("Shipped"), picking.date_done if shipped else False, shipped),
            (
                self.env._("Delivered"),
                picking.date_delivered,
                arrived and bool(picking.date_delivered),
            ),
        ]
        return [
            {"label": label, "date": date, "done": done} for label, date, done in steps
        ]

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
                       logistics_late_reason = v.reason,
                       logistics_under_way = v.under_way
                  FROM (SELECT p.sale_id,
                               -- the last one's date is not known where one has none
                               CASE WHEN BOOL_AND(COALESCE(p.logistics_eta_source, '')
                                                  != 'nothing')
                                    THEN MAX(p.logistics_eta_date) END AS eta,
                               CASE WHEN BOOL_AND(COALESCE(p.logistics_eta_source, '')
                                                  != 'nothing')
                                    THEN MAX(p.logistics_eta_latest_date) END AS latest,
                               MAX(p.logistics_promise_date) AS promise,
                               BOOL_OR(p.logistics_late) AS late,
                               COALESCE(BOOL_OR(p.logistics_under_way), FALSE) AS under_way,
                               (ARRAY_AGG(p.logistics_late_reason
                                          ORDER BY p.logistics_eta_date DESC)
                                FILTER (WHERE p.logistics_late))[1] AS reason
                          FROM stock_picking p
                          JOIN stock_picking_type t ON t.id = p.picking_type_id
                         WHERE p.sale_id = ANY(%(ids)s)
                           AND p.state != 'cancel'
                           AND (t.code = 'outgoing' OR t.code = 'internal'
                                AND p.logistics_eta_source IS NOT NULL)
                      GROUP BY p.sale_id) v
                 WHERE o.id = v.sale_id
             RETURNING o.id
                """,
                ids=order_ids,
            )
        )
        names = [name for name in self._fields if name.startswith("logistics_")]
        self.browse(order_ids).invalidate_recordset(names, flush=False)
