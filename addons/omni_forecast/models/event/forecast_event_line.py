# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models


class ForecastEventLine(models.Model):
    _name = "forecast.event.line"
    _description = "Uplift of a Product in an Event"
    _order = "event_id, base_quantity desc, id"
    _rec_name = "product_id"

    event_id = fields.Many2one(
        "forecast.event", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="event_id.company_id", store=True)
    product_id = fields.Many2one(
        "product.product", required=True, index=True, ondelete="cascade"
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    learned_uplift = fields.Float(digits=(16, 4), readonly=True, aggregator="avg")
    learned_low = fields.Float(
        string="Low 80 %", digits=(16, 4), readonly=True, aggregator="avg"
    )
    learned_high = fields.Float(
        string="High 80 %", digits=(16, 4), readonly=True, aggregator="avg"
    )
    learned_events = fields.Integer(string="Earlier Events", readonly=True)
    learned_level = fields.Selection(
        [
            ("product", "Product"),
            ("category", "Category"),
            ("kind", "Kind of Event"),
            ("none", "Nothing"),
        ],
        string="Learned from",
        readonly=True,
    )
    own = fields.Boolean(
        help="The uplift on the right counts instead of the learned one."
    )
    own_uplift = fields.Float(string="My Uplift", digits=(16, 4), aggregator="avg")
    uplift = fields.Float(
        digits=(16, 4), compute="_compute_uplift", store=True, aggregator="avg"
    )
    base_quantity = fields.Float(
        string="Usual Demand",
        digits="Product Unit",
        readonly=True,
        help="Forecast of the event's days without it, in its warehouses.",
    )
    extra_quantity = fields.Float(
        string="Extra Demand", digits="Product Unit", compute="_compute_extra_quantity"
    )

    _event_product_uniq = models.UniqueIndex(
        "(event_id, product_id)", "An event holds each product once."
    )
    _range = models.Constraint(
        "CHECK (own_uplift >= -1 AND own_uplift <= 100)",
        "An uplift lies between -100 % and +10,000 %.",
    )

    @api.depends(
        "own",
        "own_uplift",
        "learned_uplift",
        "event_id.mode",
        "event_id.own_uplift",
    )
    def _compute_uplift(self):
        for line in self:
            if line.own:
                line.uplift = line.own_uplift
            elif line.event_id.mode == "own":
                line.uplift = line.event_id.own_uplift
            else:
                line.uplift = line.learned_uplift

    @api.depends("uplift", "base_quantity")
    def _compute_extra_quantity(self):
        for line in self:
            line.extra_quantity = line.base_quantity * line.uplift

    def write(self, vals):
        if "own_uplift" in vals and "own" not in vals:
            vals = {**vals, "own": True}
        result = super().write(vals)
        if {"own", "own_uplift", "product_id"} & set(vals):
            self.event_id._sync()
        return result
