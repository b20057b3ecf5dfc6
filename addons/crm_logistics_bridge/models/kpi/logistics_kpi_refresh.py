# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .logistics_kpi_source import FIRST_YEAR, SOURCES

#: First day that facts are made of.
BEGINNING = date(FIRST_YEAR, 1, 1)
#: Days that each incremental refresh makes anew whatever changed.
ROLLING = 3


class LogisticsKpiDay(models.Model):
    """Making the facts: days are replaced as a whole, by one statement per source."""

    _inherit = "logistics.kpi.day"

    @api.model
    @api.private
    def _refresh(self, company, first, last):
        """Replace the facts of these days; returns how many there are."""
        self.env.flush_all()
        start, end = self._bounds(company, first, last)
        zone = company.partner_id.tz or "UTC"
        Source = self.env["logistics.kpi.source"]
        # Years of order lines are grouped in memory, not on disk; until the commit.
        self.env.cr.execute(SQL("SET LOCAL work_mem = '128MB'"))
        self.env.execute_query(
            SQL(
                "DELETE FROM logistics_kpi_day WHERE company_id = %s AND date BETWEEN %s AND %s "
                "RETURNING id",
                company.id,
                first,
                last,
            )
        )
        dimensions = Source._dimensions()
        columns = SQL(", ").join(SQL.identifier("r", name) for name in dimensions)
        count = 0
        for source in SOURCES:
            rows = self.env.execute_query(
                SQL(
                    """
                    WITH made AS (
                        INSERT INTO logistics_kpi_day
                               (date, company_id, kpi_id, %(names)s,
                                numerator, denominator, value)
                        SELECT (r.moment AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
                               %(company)s, k.id, %(columns)s,
                               SUM(r.numerator), SUM(r.denominator),
                               SUM(r.numerator) / NULLIF(SUM(r.denominator), 0)
                          FROM (%(rows)s) r JOIN logistics_kpi k ON k.code = r.kpi
                      GROUP BY 1, k.id, %(columns)s
                     RETURNING 1)
                    SELECT COUNT(*) FROM made
                    """,
                    zone=zone,
                    company=company.id,
                    columns=columns,
                    names=SQL(", ").join(map(SQL.identifier, dimensions)),
                    rows=Source._rows(source, company, start, end, summed=True),
                )
            )
            count += rows[0][0]
        self.invalidate_model(flush=False)
        return count

    @api.model
    @api.private
    def _changed_since(self, company, moment):
        """First day whose facts may have changed since a moment; one query."""
        zone = company.partner_id.tz or "UTC"
        (row,) = self.env.execute_query(
            SQL(
                """
                SELECT MIN(x.day AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date FROM (
                    SELECT MIN(LEAST(COALESCE(logistics_promise_date, date_deadline,
                                              scheduled_date),
                                     date_delivered, date_done)) AS day
                      FROM stock_picking
                     WHERE company_id = %(company)s AND sale_id IS NOT NULL
                       AND write_date > %(since)s
                 UNION ALL
                    SELECT MIN(LEAST(date, logistics_settled_date)) FROM rma
                     WHERE company_id = %(company)s AND write_date > %(since)s
                 UNION ALL
                    SELECT MIN(LEAST(create_date, closed_date)) FROM helpdesk_ticket
                     WHERE company_id = %(company)s AND write_date > %(since)s
                 UNION ALL
                    SELECT MIN(date_order) FROM sale_order
                     WHERE company_id = %(company)s AND state = 'sale'
                       AND write_date > %(since)s
                ) x
                """,
                zone=zone,
                company=company.id,
                since=moment,
            )
        )
        return row[0]

    @api.model
    @api.private
    def _refresh_company(self, company, whole=False):
        """Refresh what has changed since the last refresh, or everything."""
        today = fields.Date.context_today(self)
        last_run = self.env["logistics.job.run"].search(
            [
                ("job", "=", "kpi"),
                ("company_id", "=", company.id),
                ("state", "in", ("done", "empty")),
            ],
            order="start_date desc",
            limit=1,
        )
        first = BEGINNING
        # Classes of customers last a month, so that a month's figures agree.
        month = today.replace(day=1)
        if not last_run or last_run.start_date.date() < month:
            whole = True
        if whole:
            self.env["res.partner"]._logistics_classify()
        if last_run and not whole:
            rolling = today - timedelta(days=ROLLING)
            self.env.flush_all()
            first = min(
                self._changed_since(company, last_run.start_date) or rolling, rolling
            )
        return self._refresh(company, first, today)

    @api.model
    def _cron_refresh(self):
        # All companies, of which a database holds few.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        for company in companies:
            with self.env["logistics.job.run"].track("kpi", company) as figures:
                figures["rows"] = self._refresh_company(company)
        self.env["ir.cron"]._commit_progress(len(companies), remaining=0)

    @api.model
    def action_refresh_all(self):
        """Button: make all facts of the user's companies anew."""
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_manager"):
            raise AccessError(
                self.env._("Only a manager of customer logistics may refresh the KPIs.")
            )
        # Facts are nobody's to write by hand; the check above is the gate.
        facts = self.sudo()
        for company in self.env.companies:
            with facts.env["logistics.job.run"].track("kpi", company) as figures:
                figures["rows"] = facts._refresh_company(company, whole=True)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
