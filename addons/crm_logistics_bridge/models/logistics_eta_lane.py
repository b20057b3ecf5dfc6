# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

import pandas as pd

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..engine import eta

STAGES = [
    ("order", "Order to arrival"),
    ("picked", "Picked to arrival"),
    ("transit", "With the carrier"),
]
WEEKDAYS = [
    ("0", "Monday"),
    ("1", "Tuesday"),
    ("2", "Wednesday"),
    ("3", "Thursday"),
    ("4", "Friday"),
    ("5", "Saturday"),
    ("6", "Sunday"),
]
LEVELS = [
    ("4", "Weekday"),
    ("3", "Region"),
    ("2", "Carrier"),
    ("1", "Warehouse"),
    ("0", "Company"),
]


class LogisticsEtaLane(models.Model):
    """How long deliveries take from a warehouse, by carrier, region and weekday.

    Fitted by engine/eta.py from the company's own completed deliveries; the table is
    replaced as a whole on each fit.
    """

    _name = "logistics.eta.lane"
    _description = "Delivery Lane"
    _order = "company_id, stage, level desc, observations desc, id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    stage = fields.Selection(STAGES, required=True, readonly=True)
    level = fields.Selection(
        LEVELS,
        required=True,
        readonly=True,
        help="How fine the lane is. A delivery uses the finest lane it falls in.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", readonly=True, index=True, ondelete="cascade"
    )
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, ondelete="cascade")
    without_carrier = fields.Boolean(
        readonly=True, help="Deliveries for which no carrier was chosen."
    )
    region = fields.Char(
        readonly=True, help="Destination: country and state or start of the postcode."
    )
    weekday = fields.Selection(WEEKDAYS, readonly=True)
    observations = fields.Integer(
        readonly=True, help="Completed deliveries that this lane has learned from."
    )
    p50 = fields.Float(
        string="Expected (days)",
        readonly=True,
        digits=(16, 2),
        aggregator="avg",
        help="Half of the deliveries take at most this long.",
    )
    p90 = fields.Float(
        string="Promise (days)",
        readonly=True,
        digits=(16, 2),
        aggregator="avg",
        help="Nine of ten deliveries take at most this long (inverted distribution "
        "function, corrected on deliveries left out of the fit).",
    )
    quantiles = fields.Json(readonly=True)
    coverage = fields.Float(
        string="Kept promises",
        readonly=True,
        aggregator=False,
        help="Share of the newest deliveries, used neither to fit nor to correct, "
        "that arrived by the promise. 90 % is the aim; empty while there are too "
        "few deliveries to measure.",
    )
    coverage_count = fields.Integer(
        string="Measured on",
        readonly=True,
        help="Deliveries the share of kept promises is measured on.",
    )
    fit_date = fields.Datetime(string="Learned on", readonly=True)

    _company_stage_idx = models.Index("(company_id, stage, level)")

    @api.depends("stage", "warehouse_id", "carrier_id", "region", "weekday")
    def _compute_display_name(self):
        weekdays = dict(self._fields["weekday"]._description_selection(self.env))
        for lane in self:
            parts = [
                lane.warehouse_id.name,
                lane.carrier_id.name,
                lane.region,
                weekdays.get(lane.weekday),
            ]
            lane.display_name = (
                " · ".join(part for part in parts if part) or lane.company_id.name
            )

    # -- learning ---------------------------------------------------------
    def action_learn_from_history(self):
        """Button "Learn from history": fit the user's companies, refresh open deliveries."""
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_manager"):
            raise AccessError(
                self.env._(
                    "Only a manager of customer logistics may start the learning."
                )
            )
        # Lanes and dates are nobody's to write by hand; the check above is the gate.
        runs = self.sudo()._learn_and_refresh(self.env.companies)
        lines = [f"{run.company_id.name}: {run.message}" for run in runs]
        failed = any(run.state == "failed" for run in runs)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Delivery dates"),
                "message": "\n".join(lines),
                "type": "danger" if failed else "success",
                "sticky": failed,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    @api.private
    def _learn_and_refresh(self, companies):
        """Fit the lanes of the companies, then refresh what is under way.

        :return: the job runs of the learning
        """
        Run = self.env["logistics.job.run"]
        last = Run.search([], limit=1, order="id desc").id or 0
        for company in companies:
            with Run.track("learn", company) as figures:
                figures["rows"], figures["message"] = self._learn(company)
        runs = Run.search(
            [
                ("id", ">", last),
                ("job", "=", "learn"),
                ("company_id", "in", companies.ids),
            ]
        )
        self.env["stock.picking"]._logistics_refresh_open(companies)
        return runs

    @api.model
    def _cron_learn(self):
        # All companies, of which a database holds few.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        self._learn_and_refresh(companies)
        self.env["ir.cron"]._commit_progress(len(companies), remaining=0)

    @api.model
    @api.private
    def _learn(self, company):
        """Replace the lanes of one company.

        :return: (deliveries read, sentence for the person who started it)
        """
        history = self._read_history(company)
        self.search([("company_id", "=", company.id)]).unlink()
        if history.empty:
            return 0, self.env._(
                "No completed delivery in the last %(days)s days to learn from; "
                "expected arrivals show the scheduled date.",
                days=company.logistics_eta_history_days,
            )
        lanes = eta.fit(history, min_obs=max(company.logistics_eta_min_obs, 1))
        now = fields.Datetime.now()
        self.create(
            [self._lane_values(company, now, row) for row in lanes.itertuples()]
        )
        return len(history), self.env._(
            "%(lanes)s lanes learned from %(rows)s deliveries.",
            lanes=len(lanes),
            rows=len(history),
        )

    def _lane_values(self, company, now, row):
        return {
            "company_id": company.id,
            "stage": row.stage,
            "level": str(row.level),
            "warehouse_id": row.warehouse or False,
            "carrier_id": row.carrier if row.carrier > 0 else False,
            "without_carrier": row.carrier == 0,
            "region": False if row.region == eta.ANY["region"] else row.region,
            "weekday": str(row.weekday) if row.weekday >= 0 else False,
            "observations": row.n,
            "p50": row.p50,
            "p90": row.p90,
            "quantiles": row.grid,
            "coverage": 0.0 if math.isnan(row.coverage) else row.coverage,
            "coverage_count": row.coverage_n,
            "fit_date": now,
        }

    @api.model
    @api.private
    def _read_history(self, company):
        """Completed deliveries of a company as engine/eta.py wants them.

        One query. Orders with a date the customer asked for say nothing about how
        fast we are and stay out.
        """
        self.env.flush_all()
        since = fields.Datetime.subtract(
            fields.Datetime.now(), days=company.logistics_eta_history_days
        )
        rows = self.env.execute_query(
            SQL(
                """
                %(picking)s
                 WHERE p.company_id = %(company)s
                   AND p.state = 'done'
                   AND p.date_done >= %(since)s
                   AND t.code = 'outgoing'
                   AND o.commitment_date IS NULL
                """,
                picking=self._picking_query(),
                company=company.id,
                since=since,
            )
        )
        frame = self._picking_frame(rows)
        delivered = frame["date_delivered"].fillna(frame["date_done"])
        starts = {
            "order": frame["order_start"],
            "picked": frame["previous_done"],
            "transit": frame["date_done"].where(frame["date_delivered"].notna()),
        }
        parts = []
        for stage, start in starts.items():
            part = self._lane_keys(frame, start, company)
            part["lead"] = (
                self._local(delivered, company) - part["start"]
            ).dt.total_seconds() / 86400
            part["stage"], part["done"] = stage, delivered
            parts.append(part[part["lead"] >= 0])
        # An empty part has nothing to say about the types of the others.
        filled = [part for part in parts if len(part)]
        return pd.concat(filled or parts[:1], ignore_index=True)

    @api.model
    @api.private
    def _load_lanes(self, companies):
        """Lanes of the companies as one DataFrame with a company column; one query."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, stage, level::int, COALESCE(warehouse_id, 0),
                       CASE WHEN carrier_id IS NOT NULL THEN carrier_id
                            WHEN without_carrier THEN 0 ELSE -1 END,
                       COALESCE(region, '*'), COALESCE(weekday, '-1')::int,
                       observations, quantiles
                  FROM logistics_eta_lane
                 WHERE company_id = ANY(%s)
                """,
                companies.ids,
            )
        )
        columns = ["company", "stage", "level", *eta.KEYS, "n", "grid"]
        return pd.DataFrame(rows, columns=columns)

    # -- reading deliveries ----------------------------------------------
    @api.model
    @api.private
    def _picking_query(self):
        """SELECT and joins that describe deliveries; callers add their WHERE."""
        return SQL(
            """
            SELECT p.id, p.company_id, p.state, p.delivery_state,
                   p.date_done, p.date_delivered, p.scheduled_date,
                   CASE WHEN p.backorder_id IS NULL
                        THEN COALESCE(o.date_order, p.create_date)
                        ELSE p.create_date END AS order_start,
                   o.commitment_date, p.logistics_promise_date,
                   p.sale_id, t.warehouse_id, COALESCE(p.carrier_id, 0),
                   c.code, s.code, d.zip,
                   prev.done_date, prev.open_count
              FROM stock_picking p
              JOIN stock_picking_type t ON t.id = p.picking_type_id
         LEFT JOIN sale_order o ON o.id = p.sale_id
         LEFT JOIN res_partner d ON d.id = p.partner_id
         LEFT JOIN res_country c ON c.id = d.country_id
         LEFT JOIN res_country_state s ON s.id = d.state_id
         LEFT JOIN LATERAL (
                   SELECT MAX(pp.date_done) AS done_date,
                          COUNT(*) FILTER (
                              WHERE pm.state NOT IN ('done', 'cancel')) AS open_count
                     FROM stock_move m
                     JOIN stock_move_move_rel r ON r.move_dest_id = m.id
                     JOIN stock_move pm ON pm.id = r.move_orig_id
                     JOIN stock_picking pp ON pp.id = pm.picking_id
                     JOIN stock_picking_type ppt ON ppt.id = pp.picking_type_id
                    WHERE m.picking_id = p.id AND ppt.code = 'internal'
                   ) prev ON t.code = 'outgoing'
            """
        )

    @api.model
    @api.private
    def _picking_frame(self, rows):
        """DataFrame of the rows of :meth:`_picking_query`, dates as UTC without tz."""
        columns = [
            *("id", "company", "state", "delivery_state"),
            *("date_done", "date_delivered", "scheduled_date", "order_start"),
            *("commitment_date", "promised", "sale_id", "warehouse", "carrier"),
            *("country", "region_state", "postcode"),
            *("previous_done", "previous_open"),
        ]
        frame = pd.DataFrame(rows, columns=columns)
        for name in (
            *("date_done", "date_delivered", "scheduled_date", "order_start"),
            *("commitment_date", "promised", "previous_done"),
        ):
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        frame["region"] = [
            eta.region_key(country, state, postcode)
            for country, state, postcode in zip(
                frame["country"], frame["region_state"], frame["postcode"], strict=True
            )
        ]
        frame["warehouse"] = pd.to_numeric(frame["warehouse"]).fillna(0).astype(int)
        frame["carrier"] = frame["carrier"].astype(int)
        frame["previous_open"] = (
            pd.to_numeric(frame["previous_open"]).fillna(0).astype(int)
        )
        return frame

    @api.model
    @api.private
    def _local(self, series, company):
        """UTC datetimes in the company's own time zone, without tz."""
        zone = company.partner_id.tz or "UTC"
        return series.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)

    @api.model
    @api.private
    def _lane_keys(self, frame, start, company):
        """Lane keys and effective local start of the deliveries that have a start."""
        part = frame.loc[start.notna(), ["warehouse", "carrier", "region"]].copy()
        local = self._local(start[start.notna()], company)
        part["start"] = eta.effective_start(local, company.logistics_eta_cutoff_hour)
        part["weekday"] = part["start"].dt.weekday.astype(int)
        return part
