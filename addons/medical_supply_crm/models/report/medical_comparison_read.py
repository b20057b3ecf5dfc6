# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import fields, models
from odoo.tools import SQL

FLOWS = ["received", "distributed", "adjusted"]


class MedicalComparisonRead(models.Model):
    """The ledger of a hospital's storerooms, from done moves, week by week."""

    _inherit = "medical.comparison"

    def _rooms(self):
        return (
            self.env["medical.storeroom"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("hospital_id", "=", self.hospital_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )

    def _move_domain(self):
        places = self._rooms().location_id.ids
        return [
            ("state", "=", "done"),
            "|",
            ("location_id", "child_of", places),
            ("location_dest_id", "child_of", places),
        ]

    def _read_ledger(self):
        """Rows of `engine.replay.read_ledger`: use is what was recorded as used; counts,
        transfers and write-offs are adjustments.

        :return: DataFrame site, product, date, opening … closing, unit_cost, pack_size,
            shelf_life_days
        :raise LedgerError: no history at all
        """
        self.env["stock.move"].flush_model()
        rooms = self._rooms()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT room.id, move.product_id,
                       DATE_TRUNC('week', move.date)::date,
                       SUM(CASE WHEN inward AND move.medical_consumption_id IS NULL
                                 AND other.usage <> 'inventory'
                                THEN move.quantity ELSE 0 END)::float,
                       SUM(CASE WHEN move.medical_consumption_id IS NULL
                                  OR other.usage = 'inventory' THEN 0
                                WHEN inward THEN -move.quantity
                                ELSE move.quantity END)::float,
                       SUM(CASE WHEN move.medical_consumption_id IS NOT NULL
                                 AND other.usage <> 'inventory' THEN 0
                                WHEN inward AND other.usage = 'inventory'
                                THEN move.quantity
                                WHEN inward THEN 0
                                ELSE -move.quantity END)::float
                  FROM medical_storeroom room
            CROSS JOIN (VALUES (TRUE), (FALSE)) side(inward)
                  JOIN stock_move move
                    ON move.state = 'done'
                   AND room.location_id = CASE WHEN inward THEN move.location_dest_id
                                               ELSE move.location_id END
                  JOIN stock_location other
                    ON other.id = CASE WHEN inward THEN move.location_id
                                       ELSE move.location_dest_id END
                 WHERE room.id = ANY(%s) AND move.location_id <> move.location_dest_id
              GROUP BY 1, 2, 3
                """,
                rooms.ids,
            )
        )
        flows = pd.DataFrame(rows, columns=["site", "product", "date", *FLOWS])
        if not len(flows):
            names = ["site", "product", "date", "opening", *FLOWS, "closing"]
            return pd.DataFrame(columns=names)
        flows["date"] = pd.to_datetime(flows["date"])
        flows["distributed"] = flows["distributed"].clip(lower=0)
        full = self._every_week(flows)
        change = full["received"] - full["distributed"] + full["adjusted"]
        closing = change.groupby([full["site"], full["product"]]).cumsum().clip(lower=0)
        full["closing"] = closing
        full["opening"] = (
            closing.groupby([full["site"], full["product"]]).shift().fillna(0.0)
        )
        # a shelf that was filled before the books began would look negative
        full["adjusted"] = (
            full["closing"] - full["opening"] - full["received"] + full["distributed"]
        )
        return self._with_products(full)

    def _every_week(self, flows):
        """A row for each week from the first movement of a series to the last whole
        week; weeks without a movement are zeros, not gaps."""
        today = pd.Timestamp(fields.Date.context_today(self))
        last = today - pd.Timedelta(days=today.weekday() + 7)
        flows = flows[flows["date"] <= last]
        first = flows.groupby(["site", "product"])["date"].min()
        grid = pd.concat(
            [
                pd.DataFrame(
                    {
                        "site": site,
                        "product": product,
                        "date": pd.date_range(start, last, freq="7D"),
                    }
                )
                for (site, product), start in first.items()
            ]
            or [flows[["site", "product", "date"]]],
            ignore_index=True,
        )
        full = grid.merge(flows, on=["site", "product", "date"], how="left")
        return full.fillna(dict.fromkeys(FLOWS, 0.0)).sort_values(
            ["site", "product", "date"], ignore_index=True
        )

    def _with_products(self, full):
        products = (
            self.env["product.product"]
            .sudo()
            .with_company(self.company_id)
            .browse([int(product) for product in full["product"].unique()])
        )
        about = {
            product.id: (
                product.standard_price or 1.0,
                product.expiration_time or None
                if product.use_expiration_date
                else None,
            )
            for product in products
        }
        packs = {
            (line.storeroom_id.id, line.product_id.id): line.pack_size
            for line in self._rooms().line_ids
        }
        full["unit_cost"] = [about[int(row)][0] for row in full["product"]]
        full["shelf_life_days"] = [about[int(row)][1] for row in full["product"]]
        full["pack_size"] = [
            packs.get((int(site), int(product)), 1.0)
            for site, product in zip(full["site"], full["product"], strict=True)
        ]
        return full

    def _read_schedule(self):
        """Rows of `engine.replay.read_schedule`: every booked event with its kits, known
        from the day its first message came."""
        for name in ("medical.event", "medical.kit.line"):
            self.env[name].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT event.storeroom_id, kit.product_id, event.id, event.start::date,
                       LEAST(event.create_date, event.start)::date,
                       kit.quantity::float, kit.probability::float,
                       procedure.show_probability::float, event.cancelled_on::date
                  FROM medical_event event
                  JOIN medical_event_kit_rel rel ON rel.event_id = event.id
                  JOIN medical_kit_line kit ON kit.kit_id = rel.kit_id
                  JOIN medical_kit head ON head.id = kit.kit_id
                  JOIN medical_procedure procedure ON procedure.id = head.procedure_id
                 WHERE event.storeroom_id = ANY(%s) AND event.start IS NOT NULL
                   AND NOT COALESCE(event.is_carried, FALSE)
                """,
                self._rooms().ids,
            )
        )
        names = ["site", "product", "event", "date", "known_from", "quantity", "probability",
                 "show", "cancelled_on"]  # fmt: skip
        return pd.DataFrame(rows, columns=names)
