# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

BATCH = 1000
DEMAND_DAYS = 28


class MedicalPortalExport(models.AbstractModel):
    """Tables that a hospital may take along as a file.

    Each subject has a method ``_<subject>_header()`` and a generator
    ``_<subject>_batches(rooms)``, both private. The storerooms have been read as the
    user; what lies below them is read in sudo, a batch at a time.
    """

    _name = "medical.portal.export"
    _description = "Portal Export"

    @api.model
    @api.private
    def subjects(self):
        """Names of the subjects and their labels."""
        return {
            "stock": self.env._("Stock"),
            "demand": self.env._("Schedule demand"),
            "consumption": self.env._("Consumption"),
            "deliveries": self.env._("Deliveries"),
        }

    @api.model
    @api.private
    def table(self, subject, rooms):
        """One subject of some storerooms.

        :param subject: a key of ``subjects()``
        :return: (header, generator of lists of rows)
        """
        return (
            getattr(self, f"_{subject}_header")(),
            getattr(self, f"_{subject}_batches")(rooms),
        )

    def _local(self, moment):
        """Text of a moment in the reader's time zone."""
        if not moment:
            return None
        return fields.Datetime.context_timestamp(self, moment).strftime(
            "%Y-%m-%d %H:%M"
        )

    # -- stock: a row per lot ---------------------------------------------------------
    def _stock_header(self):
        return [
            self.env._("Storeroom"),
            self.env._("Code"),
            self.env._("Product"),
            self.env._("Unit"),
            self.env._("Lot"),
            self.env._("Expiration Date"),
            self.env._("Quantity of the lot"),
            self.env._("On hand"),
            self.env._("Days of cover"),
            self.env._("Par min"),
            self.env._("Par max"),
        ]

    def _stock_batches(self, rooms):
        model = self.env["medical.storeroom.line"].sudo()
        lines = model.search([("storeroom_id", "in", rooms.ids)])
        for ids in split_every(BATCH, lines.ids):
            batch = model.browse(ids)
            lots = self.env["medical.portal.stock"].lots(batch)
            rows = []
            for line in batch:
                product = line.product_id
                for lot in lots.get(line.id) or [
                    {"name": None, "expiry": None, "quantity": 0.0}
                ]:
                    rows.append(
                        [
                            line.storeroom_id.name,
                            product.default_code,
                            product.name,
                            line.uom_id.name,
                            lot["name"],
                            lot["expiry"],
                            lot["quantity"],
                            line.on_hand,
                            round(line.days_of_cover, 1)
                            if line.daily_use > 0
                            else None,
                            line.par_min,
                            line.par_max,
                        ]
                    )
            yield rows
            model.invalidate_model()

    # -- what the schedule needs -------------------------------------------------------
    def _demand_header(self):
        return [
            self.env._("Date"),
            self.env._("Storeroom"),
            self.env._("Code"),
            self.env._("Product"),
            self.env._("Unit"),
            self.env._("Expected use"),
            self.env._("Short by"),
        ]

    def _demand_batches(self, rooms):
        today = fields.Date.context_today(self)
        end = today + timedelta(days=DEMAND_DAYS)
        rows = self.env["medical.portal.demand"].products(rooms, today, today, end)
        for batch in split_every(BATCH, rows, list):
            yield [
                [
                    row["day"],
                    row["room"].name,
                    row["product"].default_code,
                    row["product"].name,
                    row["product"].uom_id.name,
                    round(row["need"], 2),
                    round(row["short"], 2),
                ]
                for row in batch
            ]

    # -- consumption -------------------------------------------------------------------
    def _consumption_header(self):
        return [
            self.env._("Date"),
            self.env._("Number"),
            self.env._("Storeroom"),
            self.env._("Code"),
            self.env._("Product"),
            self.env._("Lot"),
            self.env._("Quantity"),
            self.env._("Unit"),
        ]

    def _consumption_batches(self, rooms):
        """From the stock moves: what has really left the storeroom."""
        model = self.env["stock.move.line"].sudo()
        lines = model.search(
            [
                ("move_id.medical_consumption_id.storeroom_id", "in", rooms.ids),
                ("state", "=", "done"),
            ],
            order="date desc, id desc",
        )
        places = {room.location_id: room for room in rooms.sudo()}
        for ids in split_every(BATCH, lines.ids):
            yield [
                [
                    self._local(line.date),
                    record.name,
                    record.storeroom_id.name,
                    line.product_id.default_code,
                    line.product_id.name,
                    line.lot_id.name,
                    # a count that finds more than the books brings goods back
                    line.quantity_product_uom
                    * (-1 if line.location_dest_id in places else 1),
                    line.product_id.uom_id.name,
                ]
                for line in model.browse(ids)
                for record in line.move_id.medical_consumption_id
            ]
            model.invalidate_model()

    # -- deliveries --------------------------------------------------------------------
    def _deliveries_header(self):
        return [
            self.env._("Delivery"),
            self.env._("Storeroom"),
            self.env._("Status"),
            self.env._("Expected arrival"),
            self.env._("Latest likely arrival"),
            self.env._("Delivered on"),
            self.env._("Code"),
            self.env._("Product"),
            self.env._("Quantity"),
            self.env._("Unit"),
        ]

    def _deliveries_batches(self, rooms):
        model = self.env["stock.move"].sudo()
        moves = model.search(
            [
                ("location_dest_id", "in", rooms.sudo().location_id.ids),
                ("picking_id", "!=", False),
                ("state", "not in", ("draft", "cancel")),
            ],
            order="date desc, id desc",
        )
        places = {room.location_id: room for room in rooms.sudo()}
        for ids in split_every(BATCH, moves.ids):
            rows = []
            for move in model.browse(ids):
                picking = move.picking_id
                done = move.state == "done"
                rows.append(
                    [
                        picking.name,
                        places[move.location_dest_id].name,
                        self.env._("Delivered") if done else self.env._("On its way"),
                        None
                        if done
                        else self._local(
                            picking.logistics_eta_date or picking.scheduled_date
                        ),
                        None
                        if done
                        else self._local(picking.logistics_eta_latest_date),
                        self._local(picking.date_done) if done else None,
                        move.product_id.default_code,
                        move.product_id.name,
                        move.quantity if done else move.product_qty,
                        move.product_id.uom_id.name,
                    ]
                )
            yield rows
            model.invalidate_model()
