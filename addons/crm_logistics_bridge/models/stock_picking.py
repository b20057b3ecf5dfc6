# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd
import pytz

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..engine import eta

LATE_REASONS = [
    ("out_of_stock", "Out of stock"),
    ("not_picked", "Not picked"),
    ("carrier", "Carrier"),
]
ETA_SOURCES = [
    ("learned", "Learned from past deliveries"),
    ("scheduled", "Scheduled date (no history yet)"),
    ("restock", "Incoming goods, then as past deliveries"),
    ("beyond", "Longer than any past delivery"),
    ("delivered", "Delivered"),
]
#: Carrier states that mean: handed over, not arrived.
UNDER_WAY = ("shipping_recorded_in_carrier", "in_transit", "incident")
_TRIGGERS = {
    "carrier_id",
    "scheduled_date",
    "delivery_state",
    "date_done",
    "date_delivered",
    "partner_id",
}
BATCH = 5000


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_eta_date = fields.Datetime(
        string="Expected arrival",
        readonly=True,
        copy=False,
        help="Half of comparable deliveries arrive by then, given how long this one "
        "is already under way.",
    )
    logistics_eta_latest_date = fields.Datetime(
        string="Latest likely arrival",
        readonly=True,
        copy=False,
        help="Nine of ten comparable deliveries arrive by then.",
    )
    logistics_promise_date = fields.Datetime(
        string="Promised arrival",
        readonly=True,
        copy=False,
        help="The date asked for on the order, or else the date that nine of ten "
        "comparable deliveries meet, fixed when the order was confirmed.",
    )
    logistics_late = fields.Boolean(
        string="Late",
        readonly=True,
        copy=False,
        help="Not delivered, and expected later than promised.",
    )
    logistics_late_reason = fields.Selection(
        LATE_REASONS, string="Reason for delay", readonly=True, copy=False
    )
    logistics_eta_source = fields.Selection(
        ETA_SOURCES, string="Basis of expected arrival", readonly=True, copy=False
    )
    logistics_eta_observations = fields.Integer(
        string="Comparable deliveries", readonly=True, copy=False
    )

    _logistics_late_idx = models.Index("(company_id) WHERE logistics_late")
    _logistics_open_out_idx = models.Index(
        "(picking_type_id) WHERE state NOT IN ('done', 'cancel')"
    )
    _logistics_tracking_idx = models.Index(
        "(carrier_tracking_ref) WHERE carrier_tracking_ref IS NOT NULL"
    )

    # -- when ---------------------------------------------------------------
    def write(self, vals):
        result = super().write(vals)
        if _TRIGGERS & vals.keys():
            self._logistics_schedule_refresh()
        return result

    def _action_done(self):
        result = super()._action_done()
        self._logistics_schedule_refresh()
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self._logistics_schedule_refresh()
        return result

    @api.model
    def _cron_logistics_refresh(self):
        # All companies, of which a database holds few.
        companies = self.env["res.company"].search([])  # pylint: disable=no-search-all
        count = self._logistics_refresh_open(companies)
        self.env["ir.cron"]._commit_progress(count, remaining=0)

    @api.model
    @api.private
    def _logistics_refresh_open(self, companies):
        """Refresh every delivery under way of the companies; returns how many."""
        Run, total = self.env["logistics.job.run"], 0
        for company in companies:
            with Run.track("refresh", company) as figures:
                pickings = self.sudo().search(
                    [
                        ("company_id", "=", company.id),
                        ("picking_type_code", "=", "outgoing"),
                        "|",
                        ("state", "not in", ("draft", "done", "cancel")),
                        "&",
                        ("state", "=", "done"),
                        "&",
                        ("delivery_state", "in", UNDER_WAY),
                        ("date_delivered", "=", False),
                    ],
                    order="id",
                )
                for ids in split_every(BATCH, pickings.ids):
                    self.browse(ids)._logistics_refresh_eta()
                figures["rows"] = len(pickings)
                total += len(pickings)
        return total

    # -- how ----------------------------------------------------------------
    @api.private
    def _logistics_schedule_refresh(self, new_promise=False):
        """Refresh these deliveries once, when the transaction is about to commit.

        Confirming or validating an order touches its deliveries many times; one
        refresh at the end is enough.

        :param bool new_promise: the order itself was re-dated: promise anew
        """
        if not self:
            return
        precommit = self.env.cr.precommit
        key = "crm_logistics_bridge.eta"
        if key not in precommit.data:
            precommit.data[key] = {"refresh": set(), "promise": set()}
            # Dates follow from any user's work, portal users' included.
            env = self.sudo().env

            @precommit.add
            def refresh():
                noted = precommit.data.pop(key, None)
                if not noted:
                    return
                pickings = env["stock.picking"]
                pickings._logistics_forget_promise(sorted(noted["promise"]))
                pickings.browse(sorted(noted["refresh"]))._logistics_refresh_eta()

        precommit.data[key]["refresh"].update(self.ids)
        if new_promise:
            precommit.data[key]["promise"].update(self.ids)

    @api.model
    @api.private
    def _logistics_forget_promise(self, ids):
        if ids:
            self.env.flush_all()
            self.env.cr.execute(
                SQL(
                    "UPDATE stock_picking SET logistics_promise_date = NULL WHERE id = ANY(%s)",
                    ids,
                )
            )

    @api.private
    def _logistics_refresh_eta(self):
        """Recompute expected and promised arrival of these deliveries and their orders.

        Steps before the delivery (pick, pack) refresh the delivery of their order.
        A fixed number of queries, whatever the number of pickings.
        """
        if not self:
            return
        self.env.flush_all()
        Lane = self.env["logistics.eta.lane"]
        rows = self.env.execute_query(
            SQL(
                """
                %(picking)s
                 WHERE t.code = 'outgoing'
                   AND (p.id = ANY(%(ids)s)
                        OR p.sale_id IN (SELECT sale_id FROM stock_picking
                                          WHERE id = ANY(%(ids)s)))
                """,
                picking=Lane._picking_query(),
                ids=list(self.ids),
            )
        )
        if not rows:
            return
        frame = Lane._picking_frame(rows)
        waiting = self._logistics_waiting(frame["id"].tolist())
        frame["blocked"] = frame["id"].isin(list(waiting))
        frame["restock"] = pd.to_datetime(frame["id"].map(waiting)).astype(
            "datetime64[us]"
        )
        # Dates follow from any user's work; nobody needs rights on lanes or companies.
        companies = (
            self.env["res.company"].sudo().browse(frame["company"].unique().tolist())
        )
        lanes = Lane._load_lanes(companies)
        parts = []
        for company in companies:
            part = frame[frame["company"] == company.id].reset_index(drop=True)
            own = lanes[lanes["company"] == company.id].reset_index(drop=True)
            parts.append(self._logistics_predict(part, own, company))
        self._logistics_store(pd.concat(parts, ignore_index=True))

    @api.model
    @api.private
    def _logistics_predict(self, frame, lanes, company):
        """Dates, lateness and reason of the deliveries of one company."""
        now = pd.Timestamp(fields.Datetime.now())
        shipped = frame["state"] == "done"
        transit = (
            shipped
            & frame["delivery_state"].isin(UNDER_WAY)
            & frame["date_delivered"].isna()
        )
        cancelled = frame["state"] == "cancel"
        arrived = shipped & ~transit
        picked = (
            ~shipped & frame["previous_done"].notna() & (frame["previous_open"] == 0)
        )
        stage = pd.Series("order", index=frame.index)
        stage[picked], stage[transit] = "picked", "transit"
        start = frame["order_start"].where(~picked, frame["previous_done"])
        start = start.where(~transit, frame["date_done"])
        current = self._logistics_dates(frame, stage, start, lanes, company, now)
        # A stage that nobody has timed yet (no carrier events) is judged from the order.
        fallback = pd.Series("order", index=frame.index)
        whole = self._logistics_dates(
            frame, fallback, frame["order_start"], lanes, company, now
        )
        unknown = current["lane"] < 0
        current = current.where(~unknown, whole)
        asked = frame["commitment_date"]
        scheduled = frame["scheduled_date"].fillna(frame["order_start"])
        learned = current["lane"] >= 0
        expected = current["expected"].where(learned, scheduled.clip(lower=now))
        latest = current["promise"].where(learned, expected)
        # Goods that are not there start their way when they come in.
        restock = frame["restock"].where(~shipped).clip(lower=now)
        awaited = restock.notna()
        if awaited.any():
            later = self._logistics_dates(frame, fallback, restock, lanes, company, now)
            expected = expected.where(~awaited, later["expected"].fillna(restock))
            latest = latest.where(~awaited, later["promise"].fillna(restock))
        expected = expected.where(
            asked.isna(), pd.concat([expected, asked], axis=1).max(axis=1)
        )
        latest = pd.concat([latest, expected], axis=1).max(axis=1)
        promise = (
            asked.fillna(frame["promised"])
            .fillna(whole["start_promise"])
            .fillna(scheduled)
        )
        actual = frame["date_delivered"].fillna(frame["date_done"])
        grace = pd.Timedelta(company.logistics_eta_grace_hours, "h")
        late = ~arrived & ~cancelled & (expected > promise + grace)
        reason = pd.Series("not_picked", index=frame.index)
        reason[frame["blocked"]], reason[transit] = "out_of_stock", "carrier"
        source = pd.Series("scheduled", index=frame.index)
        source[learned] = "learned"
        source[learned & current["beyond"].astype(bool)] = "beyond"
        source[awaited] = "restock"
        source[arrived] = "delivered"
        result = pd.DataFrame(
            {
                "id": frame["id"],
                "sale_id": frame["sale_id"],
                "eta": expected.where(~arrived, actual),
                "latest": latest.where(~arrived, actual),
                "promise": promise,
                "late": late,
                "reason": reason.where(late, None),
                "source": source.where(~cancelled, None),
                "observations": current["n"].where(learned, 0),
            }
        )
        result.loc[cancelled, ["eta", "latest"]] = pd.NaT
        return result

    @api.model
    @api.private
    def _logistics_dates(self, frame, stage, start, lanes, company, now):
        """Ask the engine; answers come back as UTC datetimes."""
        Lane = self.env["logistics.eta.lane"]
        queries = Lane._lane_keys(frame, start, company)
        queries["stage"] = stage[queries.index]
        local_now = Lane._local(pd.Series([now]), company).iloc[0]
        queries["elapsed"] = (local_now - queries["start"]).dt.total_seconds() / 86400
        fresh = eta.predict(lanes, queries.assign(elapsed=0.0))
        given = eta.predict(lanes, queries)
        # The zone of the company: its days are the ones promised.
        zone = pytz.timezone(company.partner_id.tz or "UTC")

        def utc(days):
            # pandas warns of overflow now and then where it converts NaN itself
            delta = pd.to_timedelta(days.fillna(0.0), unit="D")
            local = (queries["start"] + delta).where(days.notna())
            return (
                local.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
                .dt.tz_convert("UTC")
                .dt.tz_localize(None)
                .dt.floor("s")
            )

        answer = pd.DataFrame(index=frame.index)
        answer["lane"] = given["lane"].reindex(frame.index, fill_value=-1)
        answer["n"] = given["n"].reindex(frame.index, fill_value=0)
        answer["beyond"] = given["beyond"].reindex(frame.index, fill_value=False)
        answer["expected"] = utc(given["expected"])
        answer["promise"] = utc(given["promise"])
        answer["start_promise"] = utc(fresh["promise"])
        return answer

    @api.model
    @api.private
    def _logistics_store(self, result):
        """Write the dates in two statements: deliveries, then their orders.

        Plain UPDATEs on purpose: these columns start no computation, are not tracked,
        and a thousand of them are refreshed every hour.
        """

        def dates(name):
            return [
                None if pd.isna(value) else value.to_pydatetime()
                for value in result[name]
            ]

        self.env.execute_query(
            SQL(
                """
                UPDATE stock_picking p
                   SET logistics_eta_date = v.eta,
                       logistics_eta_latest_date = v.latest,
                       logistics_promise_date = v.promise,
                       logistics_late = v.late,
                       logistics_late_reason = v.reason,
                       logistics_eta_source = v.source,
                       logistics_eta_observations = v.n
                  FROM unnest(%s::int[], %s::timestamp[], %s::timestamp[], %s::timestamp[],
                              %s::bool[], %s::varchar[], %s::varchar[], %s::int[])
                       AS v(id, eta, latest, promise, late, reason, source, n)
                 WHERE p.id = v.id
             RETURNING p.id
                """,
                result["id"].tolist(),
                dates("eta"),
                dates("latest"),
                dates("promise"),
                result["late"].tolist(),
                result["reason"].tolist(),
                result["source"].tolist(),
                result["observations"].fillna(0).astype(int).tolist(),
            )
        )
        orders = result["sale_id"].dropna().astype(int).unique().tolist()
        self.env["sale.order"]._logistics_store_dates(orders)
        names = [name for name in self._fields if name.startswith("logistics_")]
        self.browse(result["id"].tolist()).invalidate_recordset(names, flush=False)
