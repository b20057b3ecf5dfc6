# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models
from odoo.tools import format_amount, format_date, formatLang


class ForecastSeries(models.Model):
    _inherit = "forecast.series"

    # Written in bulk, like the fields of the other files.
    exception = fields.Selection(
        selection_add=[
            ("stockout", "Stock-out Ahead"),
            ("excess", "Excess"),
            ("error", "Large Error"),
        ]
    )
    model_exception = fields.Char(help="What the last backtest found.")
    stockout_date = fields.Date(string="Stock Lasts until")
    shortage_ahead = fields.Float(
        digits="Product Unit", help="Units short before a new order can come."
    )
    excess_quantity = fields.Float(
        string="Excess",
        digits="Product Unit",
        help="Units beyond the plan's days of cover.",
    )

    def _exception_text(self):
        self.ensure_one()
        values = {
            "unit": self.uom_id.name,
            "money": format_amount(self.env, self.exception_value, self.currency_id),
        }
        if self.exception == "stockout":
            return self.env._(
                "Stock lasts until %(date)s; what is ordered today comes in %(lead)g days: "
                "%(short)s %(unit)s short (%(money)s of sales).",
                date=format_date(self.env, self.stockout_date),
                lead=round(self.lead_days, 1),
                short=formatLang(self.env, self.shortage_ahead, digits=0),
                **values,
            )
        if self.exception == "excess":
            return self.env._(
                "%(excess)s %(unit)s more than %(days)s days of demand and the lead time "
                "need (%(money)s tied up).",
                excess=formatLang(self.env, self.excess_quantity, digits=0),
                days=self.plan_id.cover_days,
                **values,
            )
        if self.exception == "error":
            return self.env._(
                "The backtest errs by %(error).0f %% of demand, more than the plan's limit of "
                "%(limit).0f %% (%(money)s a year beyond it).",
                error=100 * self.wape,
                limit=100 * self.plan_id.error_limit,
                money=values["money"],
            )
        return super()._exception_text()
