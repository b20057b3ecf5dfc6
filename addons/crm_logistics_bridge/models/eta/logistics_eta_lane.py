# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...engine import eta

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
        closed = history.attrs.get("closed_weekdays", "")
        if company.logistics_eta_closed_weekdays != closed:
            company.logistics_eta_closed_weekdays = closed
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
