# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import clock, eta

#: Columns of _picking_query, in its order.
COLUMNS = (
    *("id", "company", "state", "delivery_state"),
    *("date_done", "date_delivered", "scheduled_date", "order_start"),
    *("commitment_date", "promised", "told", "sale_id", "warehouse", "carrier"),
    *("country", "region_state", "postcode"),
    *("code", "at_once", "cutoff", "last_step"),
    *("previous_done", "previous_open", "previous_promise", "previous_told"),
)
DATES = (
    *("date_done", "date_delivered", "scheduled_date", "order_start"),
    *("commitment_date", "promised", "told"),
    *("previous_done", "previous_promise", "previous_told"),
)


class LogisticsEtaLane(models.Model):
    """Reading deliveries as engine/eta.py wants them."""

    _inherit = "logistics.eta.lane"

    @api.model
    @api.private
    def _read_history(self, company):
        """Completed deliveries of a company as engine/eta.py wants them.

        One query. Orders with a date the customer asked for say nothing about how
        fast we are and stay out. The weekdays on which nothing arrives are in
        ``attrs["closed_weekdays"]`` as digits.
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
        local = self._local(delivered, company)
        weekdays = clock.closed_weekdays(local.dropna())
        ticker = self._clock(company, [frame["order_start"], delivered], weekdays)
        arrived = ticker.to_open(local)
        parts = []
        for stage, start in starts.items():
            part = self._lane_keys(frame, start, company, ticker)
            part["lead"] = arrived.reindex(part.index) - part["start"]
            part["stage"], part["done"] = stage, delivered
            parts.append(part[part["lead"] >= 0])
        # An empty part has nothing to say about the types of the others.
        filled = [part for part in parts if len(part)]
        history = pd.concat(filled or parts[:1], ignore_index=True)
        history.attrs["closed_weekdays"] = "".join(map(str, weekdays))
        return history

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

    @api.model
    @api.private
    def _clock(self, company, columns, weekdays=None):
        """Clock of the company's open days over these Series of UTC datetimes.

        Closed are the public holidays of its country, the days off of its working
        calendar that hold for everybody, and the weekdays on which nothing arrives.
        """
        now = pd.Timestamp(fields.Datetime.now())
        first = min(
            [now, *(column.min() for column in columns if column.notna().any())]
        )
        last = max([now, *(column.max() for column in columns if column.notna().any())])
        closed = set()
        if company.logistics_eta_holidays:
            years = range(first.year - 1, last.year + 3)
            closed |= clock.holiday_dates(company.country_id.code, years)
            closed |= self._days_off(company)
        if weekdays is None:
            weekdays = [int(day) for day in company.logistics_eta_closed_weekdays or ""]
        return clock.Clock(first, last, closed, weekdays)

    def _days_off(self, company):
        """Dates on which the company's working calendar is closed for everybody.

        Only whole days: a day off of one person or of a few hours closes no warehouse.
        """
        leaves = self.env["resource.calendar.leaves"].search(
            [
                ("resource_id", "=", False),
                ("company_id", "=", company.id),
                ("calendar_id", "in", (False, company.resource_calendar_id.id)),
            ]
        )
        days = set()
        for leave in leaves:
            span = self._local(
                pd.Series(pd.to_datetime([leave.date_from, leave.date_to])), company
            )
            for day in pd.date_range(span[0].normalize(), span[1].normalize()):
                inside = min(span[1], day + pd.Timedelta(1, "D")) - max(span[0], day)
                if inside >= pd.Timedelta(8, "h"):
                    days.add(day.date())
        return days

    # -- reading deliveries ----------------------------------------------
    @api.model
    @api.private
    def _picking_query(self):
        """SELECT and joins that describe deliveries; callers add their WHERE.

        ``last_step`` is true for deliveries, and for a warehouse step after which no
        other exists yet although its goods go to a customer (delivery in two or three
        steps, where Odoo creates each step as the one before is done).
        """
        return SQL(
            """
            SELECT p.id, p.company_id, p.state, p.delivery_state,
                   p.date_done, p.date_delivered, p.scheduled_date,
                   CASE WHEN p.backorder_id IS NULL
                        THEN COALESCE(o.date_order, p.create_date)
                        ELSE p.create_date END AS order_start,
                   o.commitment_date, p.logistics_promise_date, p.logistics_told_date,
                   p.sale_id, t.warehouse_id, COALESCE(p.carrier_id, 0),
                   c.code, s.code, d.zip,
                   t.code, COALESCE(p.move_type = 'direct', FALSE), w.logistics_cutoff_hour,
                   t.code = 'outgoing' OR p.state NOT IN ('done', 'cancel') AND EXISTS (
                       SELECT 1 FROM stock_move m
                         JOIN stock_location f ON f.id = m.location_final_id
                        WHERE m.picking_id = p.id AND f.usage = 'customer'
                          AND m.state NOT IN ('done', 'cancel')
                          AND NOT EXISTS (SELECT 1 FROM stock_move_move_rel r
                                           WHERE r.move_orig_id = m.id)),
                   prev.done_date, prev.open_count,
                   COALESCE(prev.promise, b.logistics_promise_date),
                   COALESCE(prev.told, b.logistics_told_date)
              FROM stock_picking p
              JOIN stock_picking_type t ON t.id = p.picking_type_id
         LEFT JOIN stock_warehouse w ON w.id = t.warehouse_id
         LEFT JOIN sale_order o ON o.id = p.sale_id
         LEFT JOIN stock_picking b ON b.id = p.backorder_id
         LEFT JOIN res_partner d ON d.id = p.partner_id
         LEFT JOIN res_country c ON c.id = d.country_id
         LEFT JOIN res_country_state s ON s.id = d.state_id
         LEFT JOIN LATERAL (
                   SELECT MAX(pp.date_done) AS done_date,
                          COUNT(*) FILTER (
                              WHERE pm.state NOT IN ('done', 'cancel')) AS open_count,
                          MIN(pp.logistics_promise_date) AS promise,
                          MAX(pp.logistics_told_date) AS told
                     FROM stock_move m
                     JOIN stock_move_move_rel r ON r.move_dest_id = m.id
                     JOIN stock_move pm ON pm.id = r.move_orig_id
                     JOIN stock_picking pp ON pp.id = pm.picking_id
                     JOIN stock_picking_type ppt ON ppt.id = pp.picking_type_id
                    WHERE m.picking_id = p.id AND ppt.code = 'internal'
                   ) prev ON t.code IN ('outgoing', 'internal')
            """
        )

    @api.model
    @api.private
    def _picking_frame(self, rows):
        """DataFrame of the rows of :meth:`_picking_query`, dates as UTC without tz."""
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        for name in DATES:
            frame[name] = pd.to_datetime(frame[name]).astype("datetime64[us]")
        frame["region"] = [
            eta.region_key(country, state, postcode)
            for country, state, postcode in zip(
                frame["country"], frame["region_state"], frame["postcode"], strict=True
            )
        ]
        for name in ("warehouse", "carrier", "previous_open"):
            frame[name] = pd.to_numeric(frame[name]).fillna(0).astype(int)
        for name in ("at_once", "last_step"):
            frame[name] = frame[name].fillna(False).astype(bool)
        frame["cutoff"] = pd.to_numeric(frame["cutoff"]).fillna(0.0)
        return frame

    @api.model
    @api.private
    def _local(self, series, company):
        """UTC datetimes in the company's own time zone, without tz."""
        zone = company.partner_id.tz or "UTC"
        return series.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)

    @api.model
    @api.private
    def _lane_keys(self, frame, start, company, ticker):
        """Lane keys and effective start (open days) of the deliveries that have a start.

        The cut-off is the warehouse's, or else the company's.
        """
        part = frame.loc[start.notna(), ["warehouse", "carrier", "region"]].copy()
        local = self._local(start[start.notna()], company)
        own = frame.loc[part.index, "cutoff"]
        cutoff = own.where(own > 0, company.logistics_eta_cutoff_hour)
        part["start"] = ticker.to_open(eta.effective_start(local, cutoff))
        weekday = ticker.from_open(part["start"]).dt.weekday
        part["weekday"] = weekday.fillna(0).astype(int)
        return part
