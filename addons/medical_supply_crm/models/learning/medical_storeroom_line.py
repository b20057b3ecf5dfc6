# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import pandas as pd

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.omni_forecast.engine import forecast

from ...engine.learning import unbooked
from ...tools.bulk import copy_frame

WEEKS = 104
MIN_WEEKS = 8


class MedicalUnbooked(models.Model):
    """Use that no booked case explains, forecast by `omni_forecast` for each par line."""

    _inherit = "medical.storeroom.line"

    learned_rate = fields.Float(
        string="Learned Unbooked Use",
        digits=(12, 4),
        readonly=True,
        copy=False,
        help="Units a day, forecast from the recorded use that belongs to no booked "
        "case. The rate set by hand goes before it.",
    )
    learned_dispersion = fields.Float(digits=(8, 3), readonly=True, copy=False)
    learned_weeks = fields.Integer(string="Weeks of History", readonly=True, copy=False)

    @api.model
    def _learn_unbooked(self):
        """Forecast the unexplained use of every par line with enough history."""
        for name in ("medical.storeroom.line", "medical.consumption", "stock.move"):
            self.env[name].flush_model()
        today = fields.Date.context_today(self)
        monday = today - timedelta(days=today.weekday())
        weekly = self._unexplained(monday)
        if not len(weekly):
            return
        found = unbooked(weekly, forecast)
        source = copy_frame(
            self.env,
            "medical_new_rate",
            found.assign(unique_id=found["unique_id"].astype(int)).round(4),
            {
                "unique_id": "int",
                "rate": "numeric",
                "dispersion": "numeric",
                "weeks": "int",
            },
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE medical_storeroom_line line
                   SET learned_rate = new.rate,
                       learned_dispersion = ROUND(new.dispersion, 3),
                       learned_weeks = new.weeks
                  FROM %s new
                 WHERE line.id = new.unique_id
                   AND (line.learned_rate, line.learned_dispersion, line.learned_weeks)
                       IS DISTINCT FROM
                       (new.rate, ROUND(new.dispersion, 3), new.weeks)
                """,
                source,
            )
        )
        self.invalidate_model(["learned_rate", "learned_dispersion", "learned_weeks"])

    def _unexplained(self, monday):
        """Weekly use without a case, zeros filled in from the first record on.

        :return: DataFrame unique_id (id of the par line), ds, y
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, DATE_TRUNC('week', record.date)::date,
                       GREATEST(SUM(CASE WHEN record.event_id IS NOT NULL THEN 0
                                WHEN move.location_id = room.location_id
                                THEN move.quantity ELSE -move.quantity END), 0)::float
                  FROM medical_consumption record
                  JOIN medical_storeroom room ON room.id = record.storeroom_id
                  JOIN stock_move move ON move.medical_consumption_id = record.id
                  JOIN medical_storeroom_line line
                    ON line.storeroom_id = room.id AND line.product_id = move.product_id
                 WHERE record.state = 'done' AND move.state = 'done'
                   AND record.date < %s AND record.date >= %s
              GROUP BY 1, 2
                """,
                monday,
                monday - timedelta(weeks=WEEKS),
            )
        )
        found = pd.DataFrame(rows, columns=["unique_id", "ds", "y"])
        if not len(found):
            return found
        found["ds"] = pd.to_datetime(found["ds"])
        first = found.groupby("unique_id")["ds"].min()
        last = pd.Timestamp(monday) - pd.Timedelta(weeks=1)
        first = first[(last - first).dt.days >= 7 * (MIN_WEEKS - 1)]
        grid = pd.concat(
            [
                pd.DataFrame(
                    {"unique_id": line, "ds": pd.date_range(start, last, freq="7D")}
                )
                for line, start in first.items()
            ]
            or [found.iloc[:0][["unique_id", "ds"]]]
        )
        return grid.merge(found, on=["unique_id", "ds"], how="left").fillna({"y": 0.0})
