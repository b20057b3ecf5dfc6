# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import models
from odoo.tools import SQL


class ForecastPlan(models.Model):
    """Publishing the final forecast to `stock.demand.estimate`."""

    _inherit = "forecast.plan"

    def _publish_estimates(self):
        """Write the plan's final forecasts by period as demand estimates.

        Set-based and idempotent: own rows are updated, those of periods or series that are
        no longer forecast are removed, rows made by hand are neither read into nor
        changed. Where a person's estimate covers a part of a period at the same place,
        nothing is published for it: two estimates would count twice.

        SQL without access rights: only inventory managers may write estimates, and it is
        the plan, which a manager made, that says they are published.
        """
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
WITH wanted AS (
    SELECT line.series_id, line.date AS first,
           (line.date + %(step)s::interval)::date - 1 AS last,
           line.product_id, template.uom_id, warehouse.lot_stock_id AS location_id,
           line.mean AS quantity, series.company_id
      FROM forecast_series series
      JOIN forecast_line line ON line.series_id = series.id
      JOIN product_product product ON product.id = series.product_id
      JOIN product_template template ON template.id = product.product_tmpl_id
      JOIN stock_warehouse warehouse ON warehouse.id = series.warehouse_id
     WHERE series.plan_id = %(plan)s AND series.active %(places)s
       AND NOT EXISTS (
           SELECT FROM stock_demand_estimate manual
            WHERE manual.forecast_series_id IS NULL AND manual.active
              AND manual.product_id = series.product_id
              AND manual.location_id = warehouse.lot_stock_id
              AND manual.date_from <= (line.date + %(step)s::interval)::date - 1
              AND manual.date_to >= line.date)
),
gone AS (
    DELETE FROM stock_demand_estimate estimate
     WHERE estimate.forecast_plan_id = %(plan)s
       AND NOT EXISTS (
           SELECT FROM wanted
            WHERE wanted.series_id = estimate.forecast_series_id
              AND wanted.first = estimate.manual_date_from)
)
INSERT INTO stock_demand_estimate AS old (
    forecast_series_id, forecast_plan_id, company_id, product_id, location_id,
    product_uom, product_uom_qty, product_qty, manual_date_from, manual_date_to,
    manual_duration, date_from, date_to, duration, active,
    create_uid, create_date, write_uid, write_date)
SELECT series_id, %(plan)s, company_id, product_id, location_id,
       uom_id, quantity, quantity, first, last, last - first + 1,
       first, last, last - first + 1, TRUE, %(user)s, %(now)s, %(user)s, %(now)s
  FROM wanted
ON CONFLICT (forecast_series_id, manual_date_from) WHERE forecast_series_id IS NOT NULL
DO UPDATE SET product_uom_qty = EXCLUDED.product_uom_qty,
              product_qty = EXCLUDED.product_qty,
              product_uom = EXCLUDED.product_uom,
              location_id = EXCLUDED.location_id,
              manual_date_to = EXCLUDED.manual_date_to,
              manual_duration = EXCLUDED.manual_duration,
              date_to = EXCLUDED.date_to,
              duration = EXCLUDED.duration,
              active = TRUE,
              write_uid = EXCLUDED.write_uid,
              write_date = EXCLUDED.write_date
        WHERE (old.product_uom_qty, old.product_uom, old.location_id, old.date_to,
               old.active)
           IS DISTINCT FROM
              (EXCLUDED.product_uom_qty, EXCLUDED.product_uom, EXCLUDED.location_id,
               EXCLUDED.date_to, TRUE)
""",
                plan=self.id,
                step=f"1 {self.grain}",
                places=SQL("AND series.team_id IS NULL")
                if "team_id" in self.env["forecast.series"]._fields
                else SQL(),
                user=self.env.uid,
                now=self.env.cr.now(),
            )
        )
        self.env["stock.demand.estimate"].invalidate_model()
        self.invalidate_recordset(["estimate_count"])

    def action_publish_estimates(self):
        """Publish now, without waiting for a run."""
        self.check_access("write")
        for plan in self:
            plan.publish_estimates = True
            plan._publish_estimates()
        return True

    def action_withdraw_estimates(self):
        """Remove what was published, and publish no more; rows made by hand stay."""
        self.check_access("write")
        # sudo: the plan's own rows; see _publish_estimates
        self.env["stock.demand.estimate"].sudo().with_context(active_test=False).search(
            [("forecast_plan_id", "in", self.ids)]
        ).unlink()
        self.publish_estimates = False
        return True
