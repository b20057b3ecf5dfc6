# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL


class MedicalPortalDemand(models.AbstractModel):
    """What booked procedures will need, day by day, and whether it will be there.

    A product is short on day j when for some day i <= j the expected use of the days
    i to j is more than what can be used on any of them: goods that are there (or
    arrive) by j and do not expire before i. That is the condition under which no way
    of choosing lots, first expired first out or other, can serve all of it.
    """

    _name = "medical.portal.demand"
    _description = "Schedule Demand for the Portal"

    @api.model
    def _flush(self):
        for model in (
            "medical.event",
            "medical.feed",
            "medical.kit",
            "medical.kit.line",
            "medical.procedure",
            "medical.storeroom.line",
            "medical.storeroom",
            "stock.location",
            "stock.quant",
            "stock.lot",
            "stock.move",
            "product.template",
        ):
            self.env[model].flush_model()

    @api.model
    def _needs(self, rooms, today, end):
        """SELECT of room_id, product_id, day, need, available (at the tightest of the
        intervals that end with the day) and short, for the days today to end."""
        return SQL(
            """
            WITH need AS (
                SELECT event.storeroom_id AS room_id,
                       kit_line.product_id,
                       (event.start AT TIME ZONE 'UTC'
                                    AT TIME ZONE feed.timezone)::date AS day,
                       SUM(kit_line.quantity * kit_line.probability
                           * procedure.show_probability)::float AS need
                  FROM medical_event event
                  JOIN medical_feed feed ON feed.id = event.feed_id
                  JOIN medical_event_kit_rel rel ON rel.event_id = event.id
                  JOIN medical_kit kit ON kit.id = rel.kit_id
                  JOIN medical_procedure procedure ON procedure.id = kit.procedure_id
                  JOIN medical_kit_line kit_line ON kit_line.kit_id = kit.id
                 WHERE event.state = 'ready'
                   AND event.is_booked
                   AND event.storeroom_id = ANY(%(rooms)s)
                   AND event.start >= %(before)s
                   AND event.start < %(after)s
              GROUP BY 1, 2, 3
            ), use AS (
                SELECT need.room_id, need.product_id, need.day, need.need,
                       SUM(need.need) OVER (
                           PARTITION BY need.room_id, need.product_id
                               ORDER BY need.day) AS used,
                       COALESCE(line.base_rate, 0)::float AS rate
                  FROM need
             LEFT JOIN medical_storeroom_line line
                    ON line.storeroom_id = need.room_id
                   AND line.product_id = need.product_id
                 WHERE need.day BETWEEN %(today)s AND %(end)s
            ), supply AS (
                SELECT room.id AS room_id, quant.product_id,
                       SUM(quant.quantity)::float AS quantity,
                       NULL::date AS since,
                       lot.expiration_date::date AS until
                  FROM medical_storeroom room
                  JOIN stock_location root ON root.id = room.location_id
                  JOIN stock_location place
                    ON place.parent_path LIKE root.parent_path || '%%'
                  JOIN stock_quant quant ON quant.location_id = place.id
             LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 WHERE room.id = ANY(%(rooms)s)
              GROUP BY 1, 2, 5
             UNION ALL
                SELECT room.id, move.product_id, SUM(move.product_qty)::float,
                       move.date::date, NULL::date
                  FROM medical_storeroom room
                  JOIN stock_move move
                    ON move.state NOT IN ('draft', 'done', 'cancel')
                   AND move.location_id <> room.location_id
                   AND (move.location_dest_id = room.location_id
                        OR (move.location_final_id = room.location_id
                            AND NOT EXISTS (
                                SELECT 1
                                  FROM stock_move_move_rel link
                                 WHERE link.move_orig_id = move.id)))
                 WHERE room.id = ANY(%(rooms)s)
              GROUP BY room.id, move.product_id, move.date::date
            ), spans AS (
                SELECT last.room_id, last.product_id, last.day, last.need,
                       last.used - first.used + first.need
                       + last.rate * (last.day - first.day + 1) AS wanted,
                       COALESCE(SUM(supply.quantity) FILTER (
                           WHERE (supply.since IS NULL OR supply.since <= last.day)
                             AND (supply.until IS NULL OR supply.until >= first.day)
                       ), 0) AS available
                  FROM use last
                  JOIN use first
                    ON first.room_id = last.room_id
                   AND first.product_id = last.product_id
                   AND first.day <= last.day
             LEFT JOIN supply
                    ON supply.room_id = last.room_id
                   AND supply.product_id = last.product_id
              GROUP BY last.room_id, last.product_id, last.day, last.need, last.used,
                       last.rate, first.day, first.used, first.need
            )
            SELECT room_id, product_id, day, need,
                   LEAST(need, GREATEST(MAX(wanted - available), 0)) AS short
              FROM spans
          GROUP BY room_id, product_id, day, need
            """,
            rooms=rooms.ids,
            today=today,
            end=end,
            # the hospital's day may begin up to 14 hours before or after that of UTC
            before=today - timedelta(days=1),
            after=end + timedelta(days=2),
        )

    @api.model
    @api.private
    def days(self, rooms, today, start, end):
        """Per day: how many products are needed, and how many of them will be short.

        :return: dict date -> dict products, short; days without need are left out
        """
        if not rooms:
            return {}
        self._flush()
        return {
            day: {"products": products, "short": short}
            for day, products, short in self.env.execute_query(
                SQL(
                    """
                    SELECT day, COUNT(*), COUNT(*) FILTER (WHERE short > 0.005)
                      FROM (%s) AS needs
                     WHERE day BETWEEN %s AND %s
                  GROUP BY day
                    """,
                    self._needs(rooms, today, end),
                    start,
                    end,
                )
            )
        }

    @api.model
    @api.private
    def short_lines(self, rooms, today, end):
        """Number of storeroom × product pairs that will be short up to a day."""
        if not rooms:
            return 0
        self._flush()
        return self.env.execute_query(
            SQL(
                "SELECT COUNT(DISTINCT (room_id, product_id)) FROM (%s) AS needs "
                "WHERE short > 0.005",
                self._needs(rooms, today, end),
            )
        )[0][0]

    @api.model
    @api.private
    def products(self, rooms, today, start, end, limit=None, offset=0):
        """What the days start to end need, the short ones first.

        :return: list of dict room, product (records in sudo), day, need, short
        """
        if not rooms:
            return []
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT needs.room_id, needs.product_id, needs.day, needs.need,
                       needs.short
                  FROM (%s) AS needs
                  JOIN product_product product ON product.id = needs.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE needs.day BETWEEN %s AND %s
              ORDER BY needs.day, needs.short <= 0.005,
                       COALESCE(template.name ->> %s, template.name ->> 'en_US'),
                       needs.product_id, needs.room_id
                 LIMIT %s OFFSET %s
                """,
                self._needs(rooms, today, end),
                start,
                end,
                self.env.lang or "en_US",
                limit,
                offset,
            )
        )
        # browsed in one set each, so that their names are read at once
        products = (
            self.env["product.product"].sudo().browse({row[1] for row in rows})
        ).grouped("id")
        storerooms = rooms.sudo().grouped("id")
        return [
            {
                "room": storerooms[room_id],
                "product": products[product_id],
                "day": day,
                "need": need,
                "short": short if short > 0.005 else 0.0,
            }
            for room_id, product_id, day, need, short in rows
        ]

    @api.model
    @api.private
    def product_count(self, rooms, today, start, end):
        """Number of rows that ``products`` would give without a limit."""
        days = self.days(rooms, today, start, end)
        return sum(row["products"] for row in days.values())
