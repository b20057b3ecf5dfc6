# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.expiry import best_actions
from ...tools.bulk import copy_frame

RISK_COLUMNS = ["risk_id", "line_id", "product_id", "hospital_id", "consigned", "quantity",
                "expiry", "days_left", "lot_quantity"]  # fmt: skip
ROOM_COLUMNS = ["line_id", "product_id", "hospital_id", "consigned", "daily_use", "covered",
                "fresh"]  # fmt: skip


class MedicalWasteJudge(models.Model):
    """The best action for every lot at risk: tables in, tables out."""

    _inherit = "medical.waste.risk"

    @api.model
    def _judge(self, rooms, tables=None):
        """Judge what is at risk in these storerooms; other rooms of the company may
        receive. Figures that are the same stay untouched.

        :param rooms: medical.storeroom of one company
        :param tables: the tables of the run (stock, lots, incoming): what it has read is
            not read again
        """
        today = fields.Date.context_today(self)
        risks = self._risk_frame(rooms, today)
        if not len(risks):
            return
        params = self.env["ir.config_parameter"].sudo()
        risks["skip"] = float(params.get_param("medical_supply_crm.skip_share", 0.1))
        best, _all = best_actions(
            risks,
            self._room_frame(rooms, risks, tables),
            move_cost=float(params.get_param("medical_supply_crm.transfer_cost", 0)),
        )
        best = best.merge(
            risks[["risk_id", "quantity", "unit_cost", "lot_quantity"]].rename(
                columns={"quantity": "at_risk"}
            ),
            on="risk_id",
        )
        best["value"] = best["at_risk"] * best["unit_cost"]
        self._store_judgement(best, today)

    def _risk_frame(self, rooms, today):
        self.flush_model()
        self.env["stock.quant"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT risk.id, risk.storeroom_line_id, risk.product_id, risk.hospital_id,
                       room.ownership = 'consignment', risk.quantity::float,
                       risk.expiry, risk.expiry - %(today)s,
                       COALESCE((SELECT SUM(quant.quantity)
                                   FROM stock_quant quant
                                   JOIN stock_location place ON place.id = quant.location_id
                                  WHERE quant.product_id = risk.product_id
                                    AND quant.lot_id IS NOT DISTINCT FROM risk.lot_id
                                    AND place.parent_path LIKE root.parent_path || '%%'
                                ), 0)::float
                  FROM medical_waste_risk risk
                  JOIN medical_storeroom room ON room.id = risk.storeroom_id
                  JOIN stock_location root ON root.id = room.location_id
                 WHERE risk.storeroom_id = ANY(%(rooms)s)
                """,
                today=today,
                rooms=rooms.ids,
            )
        )
        risks = pd.DataFrame(rows, columns=RISK_COLUMNS)
        products = (
            self.env["product.product"]
            .sudo()
            .browse([int(product) for product in risks["product_id"].unique()])
        )
        about = pd.DataFrame(
            [
                (
                    product.id,
                    product.standard_price,
                    product.medical_return_days if product.medical_returnable else None,
                    product.medical_return_credit / 100,
                )
                for product in products
            ],
            columns=["product_id", "unit_cost", "return_days", "return_credit"],
        )
        risks = risks.merge(about, on="product_id", how="left")
        risks["days_left"] = risks["days_left"].fillna(-1)
        return risks

    def _stock_of(self, line_ids, tables):
        """Lots and goods on their way of these par lines."""
        line_model = self.env["medical.storeroom.line"].sudo()
        wanted = pd.Index(line_ids)
        known = pd.Index(tables["stock"]["line_id"] if tables else [])
        rest = [int(line) for line in wanted.difference(known)]
        parts = {
            "lots": pd.DataFrame(
                line_model._lot_rows(rest),
                columns=["line_id", "lot_id", "quantity", "expiry"],
            ),
            "incoming": pd.DataFrame(
                line_model._incoming_rows(rest),
                columns=["line_id", "date", "quantity"],
            ),
        }
        found = []
        for name, part in parts.items():
            if tables is not None:
                read = tables[name]
                read = read[read["line_id"].isin(wanted)]
                both = [frame for frame in (read, part) if len(frame)]
                part = pd.concat(both) if both else read
            found.append(part)
        return found

    def _room_frame(self, rooms, risks, tables=None):
        """Par lines of the company with the products at risk, and how they are covered."""
        line_model = self.env["medical.storeroom.line"]
        line_model.flush_model()
        lines = line_model.sudo().search(
            [
                ("company_id", "in", rooms.company_id.ids),
                (
                    "product_id",
                    "in",
                    [int(row) for row in risks["product_id"].unique()],
                ),
            ]
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id, line.product_id, line.hospital_id,
                       room.ownership = 'consignment', COALESCE(line.daily_use, 0)::float
                  FROM medical_storeroom_line line
                  JOIN medical_storeroom room ON room.id = line.storeroom_id
                 WHERE line.id = ANY(%s) AND room.active
                """,
                lines.ids,
            )
        )
        table = pd.DataFrame(rows, columns=ROOM_COLUMNS[:5])
        last = risks.groupby("product_id")["expiry"].max()
        lots, incoming = self._stock_of(lines.ids, tables)
        lots = lots.merge(table[["line_id", "product_id"]], on="line_id")
        expiry = pd.to_datetime(lots["expiry"])
        latest = pd.to_datetime(lots["product_id"].map(last))
        lots["fresh"] = lots["quantity"].where(expiry.isna() | (expiry > latest), 0.0)
        there = lots.groupby("line_id")["quantity"].sum()
        coming = incoming.groupby("line_id")["quantity"].sum()
        fresh = lots.groupby("line_id")["fresh"].sum()
        own = table["line_id"]
        table["covered"] = own.map(there).astype(float).fillna(0.0)
        table["covered"] += own.map(coming).astype(float).fillna(0.0)
        table["fresh"] = own.map(fresh).astype(float).fillna(0.0)
        return table

    def _store_judgement(self, best, today):
        """One UPDATE; the cases come with it: booked procedures of the place where the
        units are to be used, before they expire."""
        source = copy_frame(
            self.env,
            "medical_new_judgement",
            best,
            {
                "risk_id": "int", "action": "varchar", "target_line_id": "int",
                "quantity": "numeric", "saved_value": "numeric", "value": "numeric",
                "lot_quantity": "numeric",
            },
        )  # fmt: skip
        for name in ("medical.event", "medical.kit.line"):
            self.env[name].flush_model()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        self.env.cr.execute(
            SQL(
                """
                UPDATE medical_waste_risk risk
                   SET best_action = new.action,
                       best_qty = new.best_qty,
                       target_id = new.target_id,
                       saved_value = new.saved_value,
                       value = new.value,
                       lot_quantity = new.lot_quantity,
                       event_id = new.event_id,
                       case_count = new.case_count
                  FROM (SELECT j.risk_id, j.action, ROUND(j.quantity, %(digits)s) AS best_qty,
                               CASE WHEN j.action IN ('move', 'swap')
                                    THEN target.storeroom_id END AS target_id,
                               ROUND(j.saved_value, 2) AS saved_value,
                               ROUND(j.value, 2) AS value,
                               ROUND(j.lot_quantity, %(digits)s) AS lot_quantity,
                               cases.event_id, COALESCE(cases.amount, 0) AS case_count
                          FROM %(source)s j
                          JOIN medical_waste_risk old ON old.id = j.risk_id
                     LEFT JOIN medical_storeroom_line target ON target.id = j.target_line_id
                     LEFT JOIN LATERAL (
                               SELECT (ARRAY_AGG(event.id ORDER BY event.start, event.id))[1]
                                          AS event_id,
                                      COUNT(DISTINCT event.id) AS amount
                                 FROM medical_event event
                                WHERE event.storeroom_id = target.storeroom_id
                                  AND event.state = 'ready' AND event.is_booked
                                  AND event.start >= %(today)s
                                  AND event.start < old.expiry + 1
                                  AND EXISTS (
                                      SELECT 1 FROM medical_event_kit_rel rel
                                        JOIN medical_kit_line kit ON kit.kit_id = rel.kit_id
                                       WHERE rel.event_id = event.id
                                         AND kit.product_id = old.product_id)
                               ) cases ON TRUE
                       ) new
                 WHERE risk.id = new.risk_id
                   AND (risk.best_action, risk.best_qty, risk.target_id, risk.saved_value,
                        risk.value, risk.lot_quantity, risk.event_id, risk.case_count)
                       IS DISTINCT FROM
                       (new.action, new.best_qty, new.target_id, new.saved_value,
                        new.value, new.lot_quantity, new.event_id, new.case_count::int)
                """,
                digits=digits,
                source=source,
                today=today,
            )
        )
        self.invalidate_model()
