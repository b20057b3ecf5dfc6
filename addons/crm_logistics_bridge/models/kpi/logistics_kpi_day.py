# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .logistics_kpi import MODELS
from .logistics_kpi_source import SOURCES
from .res_partner import CLASSES

#: Most records opened at once.
RECORD_LIMIT = 20000


class LogisticsKpiDay(models.Model):
    """Daily facts: numerator and denominator of each KPI by its dimensions."""

    _name = "logistics.kpi.day"
    _description = "KPI Day"
    _order = "date desc, kpi_id, id"
    _rec_name = "kpi_id"
    _log_access = False

    date = fields.Date(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    kpi_id = fields.Many2one(
        "logistics.kpi", string="KPI", required=True, readonly=True, ondelete="cascade"
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, ondelete="cascade")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="cascade")
    team_id = fields.Many2one(
        "crm.team", string="Sales channel", readonly=True, ondelete="cascade"
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product category",
        readonly=True,
        ondelete="cascade",
    )
    business = fields.Boolean(string="Business customer", readonly=True)
    customer_class = fields.Selection(CLASSES, readonly=True)
    numerator = fields.Float(readonly=True)
    denominator = fields.Float(string="Counted", readonly=True)
    value = fields.Float(
        readonly=True,
        aggregator="avg",
        digits=(16, 2),
        help="Numerator divided by what was counted; sums are divided, not averaged.",
    )

    _company_date_idx = models.Index("(company_id, date, kpi_id)")

    def _read_group_select(self, aggregate_spec, query):
        """The value of several days is the ratio of their sums."""
        if aggregate_spec != "value:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._field_to_sql(self._table, "numerator", query),
            self._field_to_sql(self._table, "denominator", query),
        )

    # -- the records behind ------------------------------------------------------
    def action_open_records(self):
        """Open the records that this fact counts."""
        self.ensure_one()
        names = self.env["logistics.kpi.source"]._dimensions()
        return self._records_action(
            self.kpi_id,
            self.company_id,
            self.date,
            self.date,
            {
                name: self[name].id or None
                if self._fields[name].relational
                else self[name]
                if self._fields[name].type == "boolean"
                else self[name] or None
                for name in names
            },
        )

    @api.model
    @api.private
    def _record_ids(self, kpi, companies, first, last, dimensions=None, against=False):
        """Ids of the records behind a KPI: {model: ids}; one statement per source.

        :param bool against: only those that speak against a good figure
        """
        found = {}
        Source = self.env["logistics.kpi.source"]
        self.env.flush_all()
        bad = SQL("r.numerator = 0") if kpi.better == "up" else SQL("r.numerator > 0")
        for source, codes in SOURCES.items():
            if kpi.code not in codes:
                continue
            for company in companies:
                start, end = self._bounds(company, first, last)
                where = [SQL("r.kpi = %s", kpi.code)]
                for name, value in (dimensions or {}).items():
                    where.append(
                        SQL(
                            "r.%s IS NOT DISTINCT FROM %s",
                            SQL.identifier(name),
                            value,
                        )
                    )
                if against:
                    where.append(bad)
                rows = self.env.execute_query(
                    SQL(
                        "SELECT DISTINCT r.record_id FROM (%s) r WHERE %s LIMIT %s",
                        Source._rows(source, company, start, end),
                        SQL(" AND ").join(where),
                        RECORD_LIMIT,
                    )
                )
                found.setdefault(MODELS[source], []).extend(row[0] for row in rows)
        return found

    @api.model
    @api.private
    def _records_action(self, kpi, companies, first, last, dimensions=None):
        """Action on the records behind; where there are several kinds, their list."""
        found = [
            (model, ids, False)
            for model, ids in self._record_ids(
                kpi, companies, first, last, dimensions
            ).items()
        ]
        if kpi.unit == "percent":
            found += [
                (model, ids, True)
                for model, ids in self._record_ids(
                    kpi, companies, first, last, dimensions, against=True
                ).items()
            ]
        kinds = self.env["logistics.kpi.records"].create(
            [
                {
                    "kpi_id": kpi.id,
                    "model_name": model,
                    "against": against,
                    "record_ids": ids,
                    "record_count": len(ids),
                }
                for model, ids, against in found
                if ids and self.env[model].has_access("read")
            ]
        )
        if not kinds:
            raise UserError(
                self.env._("%s: there are no records that you may open.", kpi.name)
            )
        if len(kinds) == 1:
            return kinds.action_open()
        return {
            "type": "ir.actions.act_window",
            "name": kpi.name,
            "res_model": "logistics.kpi.records",
            "views": [[False, "list"]],
            "domain": [("id", "in", kinds.ids)],
            "target": "new",
        }

    @api.model
    @api.private
    def _bounds(self, company, first, last):
        """UTC bounds [start, end) of days in the company's time zone."""
        zone = pytz.timezone(company.partner_id.tz or "UTC")
        start, end = (
            zone.localize(datetime.combine(day, time.min))
            .astimezone(pytz.utc)
            .replace(tzinfo=None)
            for day in (first, last + timedelta(days=1))
        )
        return start, end
