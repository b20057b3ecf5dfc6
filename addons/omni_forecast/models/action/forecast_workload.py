# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class ForecastWorkload(models.Model):
    _name = "forecast.workload"
    _description = "Expected Workload"
    _order = "date, warehouse_id, id"
    _rec_name = "date"
    _log_access = False

    # Written in bulk by `_measure_workload`; no stored computed field may be added here.
    plan_id = fields.Many2one(
        "forecast.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    warehouse_id = fields.Many2one("stock.warehouse", required=True, ondelete="cascade")
    date = fields.Date(string="Day", required=True, index=True)
    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        required=True,
    )
    units = fields.Float(
        digits=(16, 1), help="Forecast demand, each product in its own unit."
    )
    lines = fields.Float(
        digits=(16, 1),
        help="Forecast demand divided by the units of a line, as measured for each product "
        "in the last year.",
    )
    deliveries = fields.Float(
        digits=(16, 1),
        help="Lines divided by the lines of a delivery, as measured for the warehouse in "
        "the last year.",
    )
    hours = fields.Float(
        digits=(16, 1), help="Lines times the plan's minutes per line."
    )
