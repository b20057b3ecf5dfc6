# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import pandas as pd

from odoo import models
from odoo.tools import SQL

# Bookings further ahead cannot concern an order of today: no storeroom is reviewed
# less often than once a quarter.
MIN_HORIZON_DAYS = 30
STOCK_COLUMNS = (
    "line_id",
    "storeroom_id",
    "product_id",
    "par_min",
    "par_max",
    "review_days",
    "lead_days",
    "service_level",
    "pack_size",
    "min_order",
    "unit_cost",
    "shortage_cost",
    "base_rate",
    "base_dispersion",
    "shelf_life_days",
)
PRODUCT_COLUMNS = ("unit_cost", "shortage_cost", "shelf_life_days")
BOOKING_COLUMNS = ("event_id", "storeroom_id", "kit_id", "date", "show_probability")
KIT_COLUMNS = ("kit_id", "product_id", "quantity", "probability")
LOT_COLUMNS = ("line_id", "lot_id", "quantity", "expiry")
INCOMING_COLUMNS = ("line_id", "date", "quantity")


class MedicalReplenishmentRead(models.Model):
    """From records to the engine's tables: one query per subject."""

    _inherit = "medical.replenishment.run"

    def _read_tables(self, rooms, today):
        """The engine's five tables for these storerooms."""
        line_model = self.env["medical.storeroom.line"].sudo()
        lines = line_model.search(
            [("storeroom_id", "in", rooms.ids)], order="storeroom_id, id"
        )
        horizon = max((room.review_days + room.lead_days for room in rooms), default=0)
        bookings = self._read_bookings(rooms, today, max(2 * horizon, MIN_HORIZON_DAYS))
        return {
            "stock": self._read_stock(lines),
            "bookings": bookings,
            "kit_lines": self._read_kit_lines(set(bookings["kit_id"])),
            "lots": pd.DataFrame(
                line_model._lot_rows(lines.ids), columns=list(LOT_COLUMNS)
            ),
            "incoming": pd.DataFrame(
                line_model._incoming_rows(lines.ids), columns=list(INCOMING_COLUMNS)
            ),
        }

    def _read_stock(self, lines):
        """Par lines; cost and shelf life are read once for each product."""
        for name in (
            "medical.storeroom.line",
            "medical.storeroom",
            "medical.criticality",
        ):
            self.env[name].flush_model()
        columns = [name for name in STOCK_COLUMNS if name not in PRODUCT_COLUMNS]
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.storeroom_id, line.product_id,
                       line.par_min::float, line.par_max::float,
                       room.review_days, room.lead_days, grade.service_level::float,
                       line.pack_size::float, line.min_order::float,
                       CASE WHEN line.base_rate > 0 THEN line.base_rate
                            ELSE COALESCE(line.learned_rate, 0) END::float,
                       CASE WHEN line.base_rate > 0 THEN line.base_dispersion
                            ELSE GREATEST(COALESCE(NULLIF(line.learned_dispersion, 0),
                                                   line.base_dispersion), 1) END::float,
                       grade.shortage_factor::float
                  FROM medical_storeroom_line line
                  JOIN medical_storeroom room ON room.id = line.storeroom_id
                  JOIN medical_criticality grade ON grade.id = line.criticality_id
                 WHERE line.id IN %s
              ORDER BY line.storeroom_id, line.id
                """,
                tuple(lines.ids or (0,)),
            )
        )
        stock = pd.DataFrame(rows, columns=[*columns, "shortage_factor"])
        products = (
            self.env["product.product"]
            .sudo()
            .browse([int(product) for product in stock["product_id"].unique()])
        )
        about = pd.DataFrame(
            [
                (
                    product.id,
                    product.standard_price,
                    product.expiration_time or None
                    if product.use_expiration_date
                    else None,
                )
                for product in products
            ],
            columns=["product_id", "unit_cost", "shelf_life_days"],
        )
        stock = stock.merge(about, on="product_id", how="left")
        stock["shortage_cost"] = stock["unit_cost"] * stock["shortage_factor"]
        return stock[list(STOCK_COLUMNS)]

    def _read_bookings(self, rooms, today, horizon):
        """Booked procedures from today on, by the hospital's own calendar day."""
        for model in (
            "medical.event",
            "medical.feed",
            "medical.procedure",
            "medical.show.rate",
        ):
            self.env[model].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.id,
                       event.storeroom_id,
                       kit_rel.kit_id,
                       (event.start AT TIME ZONE 'UTC'
                                    AT TIME ZONE feed.timezone)::date AS day,
                       COALESCE(rate.probability, procedure.show_probability)::float
                  FROM medical_event event
                  JOIN medical_feed feed ON feed.id = event.feed_id
                  JOIN medical_event_kit_rel kit_rel ON kit_rel.event_id = event.id
                  JOIN medical_kit kit ON kit.id = kit_rel.kit_id
                  JOIN medical_procedure procedure ON procedure.id = kit.procedure_id
             LEFT JOIN medical_show_rate rate
                    ON rate.procedure_id = procedure.id
                   AND event.start::date - %s BETWEEN rate.lead_from AND rate.lead_to
                 WHERE event.state = 'ready'
                   AND event.is_booked
                   AND event.storeroom_id IN %s
                   AND event.start >= %s
                   AND event.start < %s
              ORDER BY event.id, kit_rel.kit_id
                """,
                today,
                tuple(rooms.ids or (0,)),
                # a day more on both sides: the hospital's day may start up to
                # 14 hours before or after the UTC day
                today - timedelta(days=1),
                today + timedelta(days=horizon + 1),
            )
        )
        return pd.DataFrame(
            [row for row in rows if row[3] >= today], columns=list(BOOKING_COLUMNS)
        )

    def _read_kit_lines(self, kit_ids):
        lines = (
            self.env["medical.kit.line"]
            .sudo()
            .search_fetch(
                [("kit_id", "in", [int(kit) for kit in kit_ids])],
                ["kit_id", "product_id", "quantity", "probability"],
                order="kit_id, id",
            )
        )
        return pd.DataFrame(
            [
                (line.kit_id.id, line.product_id.id, line.quantity, line.probability)
                for line in lines
            ],
            columns=list(KIT_COLUMNS),
        )
