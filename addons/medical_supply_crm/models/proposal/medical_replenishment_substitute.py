# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import models
from odoo.tools import SQL


class MedicalReplenishmentSubstitute(models.Model):
    """Substitutes that are on their way or on the shelf count for their article."""

    _inherit = "medical.replenishment.run"

    def _read_tables(self, rooms, today):
        tables = super()._read_tables(rooms, today)
        tables["incoming"] = self._net_incoming(rooms, tables["incoming"])
        tables["lots"] = self._net_lots(rooms, tables["lots"])
        return tables

    def _net_incoming(self, rooms, incoming):
        """Goods on their way as substitutes, on the line of their article in its
        unit, and off the line of the product they are."""
        rows = self._substitute_moves(rooms, open_moves=True)
        if not rows:
            return incoming
        added = pd.DataFrame(
            [
                (article, date, quantity / ratio)
                for article, _own, _product, date, ratio, quantity in rows
            ],
            columns=list(incoming.columns),
        )
        taken = pd.DataFrame(
            [
                (own, date, quantity)
                for _article, own, _product, date, _ratio, quantity in rows
                if own
            ],
            columns=list(incoming.columns),
        )
        rest = incoming
        if len(taken):
            key = ["line_id", "date"]
            taken = taken.groupby(key, as_index=False)["quantity"].sum()
            rest = incoming.merge(
                taken.rename(columns={"quantity": "taken"}), on=key, how="left"
            )
            rest["quantity"] = (rest["quantity"] - rest["taken"].fillna(0)).clip(
                lower=0
            )
            rest = rest[rest["quantity"] > 0][list(incoming.columns)]
        return pd.concat([rest, added], ignore_index=True) if len(rest) else added

    def _net_lots(self, rooms, lots):
        """Delivered substitutes that are still there, lot by lot, first expired first.

        Use of the substitute is taken off what came as a substitute first; what is
        left of it stands for the article and no longer for the substitute itself.
        """
        delivered = self._substitute_moves(rooms)
        if not delivered:
            return lots
        credit = self._credits(delivered)
        stock = self._substitute_stock(credit)
        rows = [list(row) for row in lots.itertuples(index=False)]
        index = {(row[0], row[1] or None): row for row in rows}
        added = []
        for key, (rest, ratio, own) in credit.items():
            for lot, quantity, expiry in stock.get(key, ()):
                taken = min(quantity, rest)
                if taken <= 0:
                    continue
                rest -= taken
                added.append([key[0], lot, taken / ratio, expiry])
                row = index.get((own, lot))
                if row:
                    row[2] -= taken
        return pd.DataFrame(
            [row for row in rows if row[2]] + added, columns=list(lots.columns)
        )

    def _credits(self, delivered):
        """What came as a substitute and is not used yet.

        :param delivered: rows of ``_substitute_moves``
        :return: dict (line of the article, product) -> (quantity, ratio, own line)
        """
        changes, about = {}, {}
        for article, own, product, date, ratio, quantity in delivered:
            changes.setdefault((article, product), []).append((date, 0, quantity))
            about[article, product] = (ratio, own)
        for article, product, date, quantity in self._substitute_uses(about):
            if (article, product) in changes:
                changes[article, product].append((date, 1, -quantity))
        credit = {}
        for key, rows in changes.items():
            rest = 0.0
            for _date, _kind, quantity in sorted(rows, key=lambda row: row[:2]):
                rest = max(rest + quantity, 0.0)
            if rest > 0:
                credit[key] = (rest, *about[key])
        return credit

    def _substitute_uses(self, keys):
        """Rows ``(line of the article, product, date, quantity)`` of recorded use;
        corrections give back."""
        return self.env.execute_query(
            SQL(
                """
                SELECT article.id, move.product_id, move.date::date,
                       SUM(CASE WHEN move.location_id = room.location_id
                                THEN move.quantity
                                ELSE -move.quantity END)::float
                  FROM stock_move move
                  JOIN medical_storeroom room
                    ON room.location_id IN (move.location_id, move.location_dest_id)
                  JOIN medical_storeroom_line article
                    ON article.storeroom_id = room.id
                 WHERE move.state = 'done'
                   AND move.medical_consumption_id IS NOT NULL
                   AND article.id IN %s
                   AND move.product_id IN %s
              GROUP BY article.id, move.product_id, move.date::date
                """,
                tuple({line for line, _product in keys}),
                tuple({product for _line, product in keys}),
            )
        )

    def _substitute_stock(self, keys):
        """Dict (line of the article, product) -> list of (lot, quantity, expiry) on
        the shelf, first expired first."""
        if not keys:
            return {}
        self.env["stock.quant"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT article.id, quant.product_id, quant.lot_id,
                       SUM(quant.quantity)::float, lot.expiration_date::date
                  FROM medical_storeroom_line article
                  JOIN medical_storeroom room ON room.id = article.storeroom_id
                  JOIN stock_quant quant ON quant.location_id = room.location_id
             LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 WHERE article.id IN %s
                   AND quant.product_id IN %s
              GROUP BY article.id, quant.product_id, quant.lot_id, lot.expiration_date
                HAVING SUM(quant.quantity) > 0
              ORDER BY lot.expiration_date NULLS LAST, quant.lot_id
                """,
                tuple({line for line, _product in keys}),
                tuple({product for _line, product in keys}),
            )
        )
        stock = {}
        for line, product, lot, quantity, expiry in rows:
            stock.setdefault((line, product), []).append((lot, quantity, expiry))
        return stock

    def _substitute_moves(self, rooms, open_moves=False):
        """Rows ``(line of the article, line of the substitute or None, substitute,
        date, ratio, quantity)`` of deliveries that stand in for an article.

        :param open_moves: those on their way, else those done
        """
        self.env["stock.move"].flush_model()
        self.env["medical.storeroom.line"].flush_model(["storeroom_id", "product_id"])
        state = (
            SQL("move.state NOT IN ('draft', 'done', 'cancel')")
            if open_moves
            else SQL("move.state = 'done'")
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT article.id, own.id, move.product_id, move.date::date,
                       move.medical_substitute_ratio::float,
                       SUM(CASE WHEN move.state = 'done' THEN move.quantity
                                ELSE move.product_qty END)::float
                  FROM stock_move move
                  JOIN medical_storeroom_line article
                    ON article.id = move.medical_substitute_line_id
                  JOIN medical_storeroom room ON room.id = article.storeroom_id
             LEFT JOIN medical_storeroom_line own
                    ON own.storeroom_id = room.id
                   AND own.product_id = move.product_id
                   AND own.active
                 WHERE room.id IN %s
                   AND %s
                   AND (move.location_dest_id = room.location_id
                        OR (move.location_final_id = room.location_id
                            AND move.state <> 'done'
                            AND NOT EXISTS (
                                SELECT 1
                                  FROM stock_move_move_rel link
                                 WHERE link.move_orig_id = move.id)))
              GROUP BY article.id, own.id, move.product_id, move.date::date,
                       move.medical_substitute_ratio
              ORDER BY article.id, move.product_id
                """,
                tuple(rooms.ids or (0,)),
                state,
            )
        )
