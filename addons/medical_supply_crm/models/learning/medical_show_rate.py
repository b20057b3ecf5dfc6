# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.learning import show_rates


class MedicalShowRate(models.Model):
    """Share of bookings that take place, by procedure and days ahead, from past ones."""

    _name = "medical.show.rate"
    _description = "Learned Show Probability"
    _order = "procedure_id, lead_from"
    _rec_name = "procedure_id"

    procedure_id = fields.Many2one(
        "medical.procedure",
        required=True,
        ondelete="cascade",
        index=True,
        readonly=True,
    )
    lead_from = fields.Integer(string="Days Ahead, from", readonly=True)
    lead_to = fields.Integer(string="Days Ahead, to", readonly=True)
    cases = fields.Integer(string="Bookings", readonly=True)
    shown = fields.Integer(string="Took Place", readonly=True)
    probability = fields.Float(digits=(6, 4), readonly=True)
    catalogue = fields.Float(
        related="procedure_id.show_probability", string="Catalogue"
    )

    _range_uniq = models.Constraint(
        "UNIQUE (procedure_id, lead_from)", "One rate for each procedure and range."
    )

    @api.model
    def _learn(self):
        """Learn from the past events; unchanged rates stay untouched."""
        self.env["medical.event"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT rel.procedure_id,
                       GREATEST(event.start::date - event.create_date::date, 0),
                       CASE WHEN event.status = 'noshow' THEN 0
                            WHEN event.is_booked OR event.status IN ('arrived', 'fulfilled')
                            THEN NULL
                            ELSE GREATEST(event.start::date - COALESCE(
                                     event.cancelled_on, event.write_date)::date, 0)
                       END::float
                  FROM medical_event event
                  JOIN medical_event_procedure_rel rel ON rel.event_id = event.id
                 WHERE event.start < NOW() AT TIME ZONE 'UTC' - INTERVAL '1 day'
                   AND event.create_date <= event.start
                   AND NOT COALESCE(event.is_carried, FALSE)
                   AND event.status NOT IN ('entered-in-error', 'proposed', 'unknown')
                """
            )
        )
        events = pd.DataFrame(rows, columns=["procedure_id", "known", "gone"]).astype(
            {"known": float, "gone": float}
        )
        priors = pd.DataFrame(
            self.env["medical.procedure"]
            .sudo()
            .with_context(active_test=False)
            .search([("show_probability", ">=", 0)])
            .mapped(lambda row: (row.id, row.show_probability)),
            columns=["procedure_id", "probability"],
        )
        found = show_rates(
            events, priors, strength=self.env["medical.kit.learning"]._strength()
        )
        known = {
            (row.procedure_id.id, row.lead_from): row
            for row in self.search([("cases", ">=", 0)])
        }
        to_create = []
        for row in found.itertuples(index=False):
            values = {
                "cases": int(row.cases),
                "shown": int(row.shown),
                "probability": round(float(row.probability), 4),
                "lead_to": int(row.lead_to),
            }
            record = known.pop((row.procedure_id, row.lead_from), None)
            if record is None:
                to_create.append(
                    dict(
                        values,
                        procedure_id=int(row.procedure_id),
                        lead_from=int(row.lead_from),
                    )
                )
            elif any(abs(record[name] - values[name]) > 1e-6 for name in values):
                record.write(values)
        self.union(*known.values()).unlink()
        self.create(to_create)
