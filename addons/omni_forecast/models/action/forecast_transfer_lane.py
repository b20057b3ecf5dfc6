# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ForecastTransferLane(models.Model):
    _name = "forecast.transfer.lane"
    _description = "Transfer Lane between Warehouses"
    _order = "company_id, source_id, target_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    source_id = fields.Many2one(
        "stock.warehouse",
        string="From",
        required=True,
        ondelete="cascade",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
    )
    target_id = fields.Many2one(
        "stock.warehouse",
        string="To",
        required=True,
        ondelete="cascade",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
    )
    unit_cost = fields.Monetary(
        string="Cost per Unit",
        default=1.0,
        help="Cost of moving one unit. Lanes are compared by it, and proposals add it up.",
    )
    days = fields.Float(default=1.0, help="Days on the way.")
    closed = fields.Boolean(help="Nothing is ever proposed on this lane.")

    _pair_uniq = models.Constraint(
        "UNIQUE (source_id, target_id)",
        "There is one lane from a warehouse to another.",
    )
    _range = models.Constraint(
        "CHECK (unit_cost >= 0 AND days >= 0 AND source_id != target_id)",
        "A lane joins two warehouses; its cost and days must not be negative.",
    )

    @api.depends("source_id", "target_id")
    def _compute_display_name(self):
        for lane in self:
            lane.display_name = f"{lane.source_id.code} → {lane.target_id.code}"

    @api.model
    def _lanes(self, warehouses):
        """Cost per unit and days of every pair of warehouses.

        Without a lane of its own a pair costs 1 per unit and takes a day; where the
        addresses of both have coordinates it costs 1 per 100 km, at least 0.01, and a
        day for every 500 km begun.

        :returns: dict (source id, target id) -> (cost or None when closed, days)
        """
        from ...engine.transfers import distance_km

        # sudo: coordinates of the company's own warehouses are no secret
        places = {
            one.id: (one.partner_id.partner_latitude, one.partner_id.partner_longitude)
            for one in warehouses.sudo()
        }
        found = {}
        for source, here in places.items():
            for target, there in places.items():
                if source == target:
                    continue
                cost, days = 1.0, 1.0
                if any(here) and any(there):
                    away = distance_km(here, there)
                    cost, days = max(0.01, round(away / 100, 2)), 1.0 + away // 500
                found[source, target] = (cost, days)
        for lane in self.search(
            [
                ("source_id", "in", warehouses.ids),
                ("target_id", "in", warehouses.ids),
            ]
        ):
            found[lane.source_id.id, lane.target_id.id] = (
                None if lane.closed else lane.unit_cost,
                lane.days,
            )
        return found
