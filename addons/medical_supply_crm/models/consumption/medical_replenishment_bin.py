# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class MedicalReplenishmentBin(models.Model):
    """An empty bin is to be refilled, whatever the stock on the books says."""

    _inherit = "medical.replenishment.run"

    def _read_tables(self, rooms, today):
        tables = super()._read_tables(rooms, today)
        empty = {
            line.id: quantity
            for line, quantity in self.env["medical.bin"]
            .sudo()
            ._read_group(
                [("storeroom_id", "in", rooms.ids), ("state", "=", "empty")],
                ["storeroom_line_id"],
                ["quantity:sum"],
            )
        }
        if empty:
            tables["stock"] = self._raise_par(tables, empty)
        return tables

    def _raise_par(self, tables, empty):
        """Par min such that what is missing is at least what the empty bins hold; what
        is on its way for them counts against it."""
        stock = tables["stock"].copy()
        on_hand = tables["lots"].groupby("line_id")["quantity"].sum()
        missing = stock["line_id"].map(empty).astype(float)
        target = missing + stock["line_id"].map(on_hand).fillna(0.0).astype(float)
        hit = missing.notna()
        stock.loc[hit, "par_min"] = stock.loc[hit, "par_min"].where(
            stock.loc[hit, "par_min"] >= target[hit], target[hit]
        )
        limited = hit & (stock["par_max"] > 0)
        stock.loc[limited, "par_max"] = stock.loc[limited, "par_max"].where(
            stock.loc[limited, "par_max"] >= stock.loc[limited, "par_min"],
            stock.loc[limited, "par_min"],
        )
        return stock
