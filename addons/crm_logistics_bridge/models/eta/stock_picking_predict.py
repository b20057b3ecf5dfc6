# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd
import pytz

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import eta
from .stock_picking import HANDED_OVER, SILENT_DAYS, UNDER_WAY


class StockPicking(models.Model):
    """Recomputing expected and promised arrival: read, ask the engine, write."""

    _inherit = "stock.picking"

    @api.private
    def _logistics_refresh_eta(self):
        """Recompute expected and promised arrival of these deliveries and their orders.

        Steps before the delivery (pick, pack) refresh the delivery of their order; a
        step after which no other exists yet gets the dates itself. A fixed number of
        queries, whatever the number of pickings.
        """
        if not self:
            return
        self.env.flush_all()
        Lane = self.env["logistics.eta.lane"]
        rows = self.env.execute_query(
            SQL(
                """
                %(picking)s
                 WHERE t.code IN ('outgoing', 'internal')
                   AND (p.id = ANY(%(ids)s) AND (t.code = 'outgoing' OR p.sale_id IS NOT NULL)
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
        frame["under_way"] = self._logistics_is_under_way(frame)
        frame, moves = self._logistics_with_waiting(frame)
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
        result = pd.concat(parts, ignore_index=True)
        self._logistics_store(result[result["product"] == 0])
        self._logistics_store_lines(result, moves)

    @api.model
    @api.private
    def _logistics_is_under_way(self, frame):
        """Which of the deliveries are with a carrier that will report their arrival.

        Odoo notes every shipment as handed over, whatever the carrier. Waiting for news
        makes sense where something was reported about the parcel, and for some weeks
        where its carrier is connected or has reported an arrival before; one query.
        """
        shipped = (frame["state"] == "done") & frame["date_delivered"].isna()
        handed = shipped & (frame["delivery_state"] == HANDED_OVER)
        ids = frame.loc[handed, "id"].tolist()
        reported = {
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT p.id FROM stock_picking p
                      JOIN delivery_carrier c ON c.id = p.carrier_id
                     WHERE p.id = ANY(%(ids)s)
                       AND (EXISTS (SELECT 1 FROM logistics_carrier_event e
                                     WHERE e.picking_id = p.id)
                            OR p.date_done > %(since)s
                               AND (c.delivery_type NOT IN ('fixed', 'base_on_rule')
                                    OR EXISTS (SELECT 1 FROM stock_picking d
                                                WHERE d.carrier_id = c.id
                                                  AND d.date_delivered IS NOT NULL)))
                    """,
                    ids=ids,
                    since=fields.Datetime.subtract(
                        fields.Datetime.now(), days=SILENT_DAYS
                    ),
                )
            )
        }
        return (
            shipped
            & frame["delivery_state"].isin(UNDER_WAY)
            & (~handed | frame["id"].isin(reported))
        )

    @api.model
    @api.private
    def _logistics_with_waiting(self, frame):
        """What each delivery waits for, and a row of its own for each article of those
        that may go in parts.

        :return: (frame with columns product (0: the whole delivery), blocked, restock;
            DataFrame of the moves with picking, product, line)
        """
        waiting = self._logistics_waiting(frame["id"].tolist())
        moves = pd.DataFrame(
            self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT picking_id, product_id, sale_line_id FROM stock_move
                     WHERE picking_id = ANY(%s) AND sale_line_id IS NOT NULL
                       AND state != 'cancel'
                    """,
                    frame["id"].tolist(),
                )
            ),
            columns=["id", "product", "line"],
        )
        split = frame.loc[
            frame["at_once"]
            & (frame["state"] != "done")
            & frame["id"].isin(list(waiting))
        ]
        # Rows are taken again, not appended: their columns keep their types.
        articles = moves[["id", "product"]].drop_duplicates()
        articles = articles.merge(
            pd.DataFrame({"id": split["id"], "row": split.index}), on="id"
        )
        count = len(frame)
        frame = frame.loc[[*frame.index, *articles["row"]]].reset_index(drop=True)
        frame["product"] = [0] * count + articles["product"].tolist()

        vendors = self._logistics_vendor_dates(frame, waiting)
        awaited = [
            self._logistics_awaited(row, waiting.get(row.id), vendors)
            for row in frame[["id", "product", "company"]].itertuples()
        ]
        frame["blocked"] = [source is not None for _date, source in awaited]
        frame["supply"] = [source for _date, source in awaited]
        frame["restock"] = pd.to_datetime(
            pd.Series([date for date, _source in awaited], index=frame.index)
        ).astype("datetime64[us]")
        return frame, moves

    @staticmethod
    def _logistics_awaited(row, dates, vendors):
        """When all that a delivery (or one article of it) waits for is there.

        :return: (date or None, source): restock (receipts planned), vendor (estimated
            for what is not ordered), nothing (no way to tell), None (waits for nothing)
        """
        if dates is None or row.product and row.product not in dates:
            return None, None
        if row.product:
            dates = {row.product: dates[row.product]}
        estimated = {
            product: vendors.get((row.company, product))
            for product, date in dates.items()
            if date is None
        }
        if None in estimated.values():
            return None, "nothing"
        known = [date for date in dates.values() if date is not None]
        return max([*known, *estimated.values()]), "vendor" if estimated else "restock"

    @api.model
    @api.private
    def _logistics_predict(self, frame, lanes, company):
        """Dates, lateness and reason of the deliveries of one company."""
        now = pd.Timestamp(fields.Datetime.now())
        ticker = self.env["logistics.eta.lane"]._clock(
            company, [frame["order_start"], frame["restock"], frame["date_done"]]
        )
        shipped = frame["state"] == "done"
        transit = frame["under_way"]
        cancelled = frame["state"] == "cancel"
        arrived = shipped & ~transit
        picked = (
            ~shipped
            & (frame["code"] == "outgoing")
            & frame["previous_done"].notna()
            & (frame["previous_open"] == 0)
        )
        stage = pd.Series("order", index=frame.index)
        stage[picked], stage[transit] = "picked", "transit"
        start = frame["order_start"].where(~picked, frame["previous_done"])
        start = start.where(~transit, frame["date_done"])
        current = self._logistics_dates(
            frame, stage, start, lanes, company, now, ticker
        )
        # A stage that nobody has timed yet (no carrier events) is judged from the order.
        fallback = pd.Series("order", index=frame.index)
        whole = self._logistics_dates(
            frame, fallback, frame["order_start"], lanes, company, now, ticker
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
            later = self._logistics_dates(
                frame, fallback, restock, lanes, company, now, ticker
            )
            expected = expected.where(~awaited, later["expected"].fillna(restock))
            latest = latest.where(~awaited, later["promise"].fillna(restock))
        expected = expected.where(
            asked.isna(), pd.concat([expected, asked], axis=1).max(axis=1)
        )
        latest = pd.concat([latest, expected], axis=1).max(axis=1)
        promise = (
            asked.fillna(frame["promised"])
            .fillna(frame["previous_promise"])
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
        source[awaited] = frame["supply"][awaited]
        # Without goods and without an order for them any date would be a guess. Late it
        # is once it could not be met even with the goods there.
        nothing = ~shipped & (frame["supply"] == "nothing")
        source[nothing] = "nothing"
        source[arrived] = "delivered"
        result = pd.DataFrame(
            {
                "id": frame["id"],
                "product": frame["product"],
                "sale_id": frame["sale_id"],
                "eta": expected.where(~arrived, actual),
                "latest": latest.where(~arrived, actual),
                "promise": promise,
                "told": frame["told"].fillna(frame["previous_told"]),
                "late": late,
                "reason": reason.where(late, None),
                "source": source.where(~cancelled, None),
                "under_way": transit,
                "observations": current["n"].where(learned, 0),
            }
        )
        result.loc[cancelled | nothing | ~frame["last_step"], ["eta", "latest"]] = (
            pd.NaT
        )
        # The step after this one has taken over.
        passed = ~frame["last_step"]
        result.loc[passed, "late"] = False
        result.loc[passed, ["reason", "source"]] = None
        result.loc[passed & frame["promised"].isna(), "promise"] = pd.NaT
        return result

    @api.model
    @api.private
    def _logistics_dates(self, frame, stage, start, lanes, company, now, ticker):
        """Ask the engine; answers come back as UTC datetimes."""
        Lane = self.env["logistics.eta.lane"]
        queries = Lane._lane_keys(frame, start, company, ticker)
        queries["stage"] = stage[queries.index]
        local_now = ticker.to_open(Lane._local(pd.Series([now]), company)).iloc[0]
        queries["elapsed"] = local_now - queries["start"]
        fresh = eta.predict(lanes, queries.assign(elapsed=0.0))
        given = eta.predict(lanes, queries)
        # The zone of the company: its days are the ones promised.
        zone = pytz.timezone(company.partner_id.tz or "UTC")

        def utc(days):
            local = ticker.from_open(queries["start"] + days)
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
                       logistics_told_date = v.told,
                       logistics_late = v.late,
                       logistics_late_reason = v.reason,
                       logistics_eta_source = v.source,
                       logistics_under_way = v.under_way,
                       logistics_eta_observations = v.n
                  FROM unnest(%s::int[], %s::timestamp[], %s::timestamp[], %s::timestamp[],
                              %s::timestamp[], %s::bool[], %s::varchar[], %s::varchar[],
                              %s::bool[], %s::int[])
                       AS v(id, eta, latest, promise, told, late, reason, source,
                            under_way, n)
                 WHERE p.id = v.id
             RETURNING p.id
                """,
                result["id"].tolist(),
                dates("eta"),
                dates("latest"),
                dates("promise"),
                dates("told"),
                result["late"].tolist(),
                result["reason"].tolist(),
                result["source"].tolist(),
                result["under_way"].tolist(),
                result["observations"].fillna(0).astype(int).tolist(),
            )
        )
        orders = result["sale_id"].dropna().astype(int).unique().tolist()
        self.env["sale.order"]._logistics_store_dates(orders)
        names = [name for name in self._fields if name.startswith("logistics_")]
        self.browse(result["id"].tolist()).invalidate_recordset(names, flush=False)

    @api.model
    @api.private
    def _logistics_store_lines(self, result, moves):
        """Carry the dates to the order lines: the last of their deliveries counts."""
        nothing = result["source"] == "nothing"
        dated = result[result["eta"].notna() | nothing].assign(undated=nothing)
        whole = dated[dated["product"] == 0].drop(columns="product")
        own = dated[dated["product"] > 0]
        if moves.empty or whole.empty:
            return
        columns = ["eta", "latest", "promise", "late", "undated"]
        frame = moves.merge(whole[["id", *columns]], on="id").merge(
            own[["id", "product", *columns]],
            on=["id", "product"],
            how="left",
            suffixes=("", "_own"),
        )
        if frame.empty:
            return
        own_row = frame["undated_own"].notna()
        for name in columns:
            frame[name] = frame[f"{name}_own"].where(own_row, frame[name])
        for name in ("late", "undated"):
            frame[name] = frame[name].astype(bool)
        lines = frame.groupby("line", sort=True)[columns].max()
        # The last delivery counts; where one has no date, the line has none.
        lines.loc[lines["undated"], ["eta", "latest"]] = pd.NaT
        self.env["sale.order.line"]._logistics_store_dates(
            lines.index.tolist(),
            *(
                [None if pd.isna(d) else d.to_pydatetime() for d in lines[name]]
                for name in columns[:3]
            ),
            lines["late"].tolist(),
        )
