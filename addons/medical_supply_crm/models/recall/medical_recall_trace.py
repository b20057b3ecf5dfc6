# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL, float_is_zero

#: Columns that say which place a row of the trace is about.
PLACE = (
    "kind",
    "location_id",
    "storeroom_id",
    "partner_id",
    "event_id",
    "picking_id",
    "product_id",
    "lot_id",
)


class MedicalRecallTrace(models.Model):
    """Where every unit is: stock as the quants say it, use and direct deliveries as the
    done moves say it. Received = traced, or the difference is shown."""

    _inherit = "medical.recall"

    def _trace(self):
        """Find the units; same places change nothing. Running recalls get the notices
        that are missing."""
        for recall in self:
            recall._match_lots()
            rows = recall._trace_rows()
            # sudo: the lines are what the trace found, nobody writes them by hand
            recall.sudo()._write_trace(rows)
            received = recall._received_quantity()
            if abs(received - recall.received_qty) > 1e-6:
                recall.sudo().received_qty = received
            recall.sudo().traced_on = fields.Datetime.now()
            if recall.state == "running":
                recall.sudo()._bring_notices()

    def _write_trace(self, rows):
        wanted = {}
        for row in rows:
            key = tuple(row[name] for name in PLACE)
            wanted[key] = (
                wanted.get(key, (0.0, None))[0] + row["quantity"],
                row["date"],
            )
        commands = []
        for line in self.line_ids:
            key = tuple(
                line[name] if name == "kind" else line[name].id or None
                for name in PLACE
            )
            quantity, date = wanted.pop(key, (0.0, None))
            if float_is_zero(quantity, precision_digits=6):
                commands.append(Command.delete(line.id))
            elif abs(line.quantity - quantity) > 1e-6 or line.date != date:
                commands.append(
                    Command.update(line.id, {"quantity": quantity, "date": date})
                )
        commands += [
            Command.create(
                dict(zip(PLACE, key, strict=True), quantity=quantity, date=date)
            )
            for key, (quantity, date) in wanted.items()
            if not float_is_zero(quantity, precision_digits=6)
        ]
        if commands:
            self.line_ids = commands

    def _trace_rows(self):
        """List of dicts with the columns of ``PLACE``, quantity and date."""
        self.ensure_one()
        for model in (
            "stock.quant", "stock.move.line", "stock.move", "stock.location",
            "stock.picking", "medical.storeroom", "medical.consumption", "res.partner",
        ):  # fmt: skip
            self.env[model].flush_model()
        cr = self.env.cr
        rows = []
        for query in (
            self._stock_query(),
            self._used_query(),
            self._delivered_query(),
            self._gone_query(),
        ):
            cr.execute(query)
            rows += cr.dictfetchall()
        return rows

    def _scope_sql(self, table):
        """Condition: the rows of the recalled lots, or of products without lots."""
        return SQL(
            "(%(table)s.lot_id = ANY(%(lots)s) OR %(table)s.lot_id IS NULL"
            " AND %(table)s.product_id = ANY(%(products)s))",
            table=SQL.identifier(table),
            lots=self.sudo().matched_lot_ids.ids,
            products=self._untracked_products().ids,
        )

    def _room_sql(self, location):
        """The storeroom that a location belongs to, as a lateral join."""
        return SQL(
            """
            LATERAL (SELECT room.id, room.hospital_id
                       FROM medical_storeroom room
                      WHERE room.location_id = ANY(string_to_array(
                                TRIM(TRAILING '/' FROM %s), '/')::int[])
                      LIMIT 1)
            """,
            SQL.identifier(location, "parent_path"),
        )

    def _stock_query(self):
        """What lies anywhere, what is reserved of it apart."""
        return SQL(
            """
            WITH held AS (
                SELECT ml.location_id, ml.lot_id, ml.product_id, ml.picking_id,
                       SUM(ml.quantity_product_uom) AS quantity
                  FROM stock_move_line ml
                 WHERE ml.state IN ('assigned', 'partially_available')
                   AND ml.company_id = %(company)s AND %(held)s
              GROUP BY ml.location_id, ml.lot_id, ml.product_id, ml.picking_id
            ), stock AS (
                SELECT quant.location_id, quant.lot_id, quant.product_id,
                       SUM(quant.quantity) AS quantity
                  FROM stock_quant quant
                 WHERE %(stock)s
              GROUP BY quant.location_id, quant.lot_id, quant.product_id
            ), split AS (
                SELECT location_id, lot_id, product_id, picking_id, quantity FROM held
             UNION ALL
                SELECT s.location_id, s.lot_id, s.product_id, NULL, s.quantity - COALESCE(
                           (SELECT SUM(h.quantity) FROM held h
                             WHERE h.location_id = s.location_id
                               AND h.product_id = s.product_id
                               AND h.lot_id IS NOT DISTINCT FROM s.lot_id), 0)
                  FROM stock s
            )
            SELECT CASE WHEN place.medical_quarantine THEN 'quarantine'
                        WHEN room.id IS NOT NULL THEN 'shelf'
                        WHEN place.usage = 'transit' THEN 'transit'
                        WHEN split.picking_id IS NOT NULL THEN 'reserved'
                        ELSE 'warehouse' END AS kind,
                   split.location_id,
                   room.id AS storeroom_id,
                   CASE WHEN room.id IS NOT NULL THEN room.hospital_id
                        WHEN place.medical_quarantine THEN place.medical_hospital_id
                    END AS partner_id,
                   NULL::int AS event_id,
                   split.picking_id,
                   split.product_id,
                   split.lot_id,
                   split.quantity::float AS quantity,
                   NULL::timestamp AS date
              FROM split
              JOIN stock_location place ON place.id = split.location_id
         LEFT JOIN %(room)s room ON TRUE
             WHERE (place.usage IN ('internal', 'transit') OR room.id IS NOT NULL
                    OR place.medical_quarantine)
               AND (place.company_id = %(company)s OR place.company_id IS NULL)
               AND split.quantity <> 0
            """,
            company=self.company_id.id,
            held=self._scope_sql("ml"),
            stock=self._scope_sql("quant"),
            room=self._room_sql("place"),
        )

    def _done_lines(self):
        """Done move lines of the recalled units with the usage of both ends."""
        return SQL(
            """
            stock_move_line ml
            JOIN stock_move move ON move.id = ml.move_id
            JOIN stock_location source ON source.id = ml.location_id
            JOIN stock_location target ON target.id = ml.location_dest_id
       LEFT JOIN %(source)s from_room ON TRUE
       LEFT JOIN %(target)s to_room ON TRUE
           WHERE ml.state = 'done' AND ml.company_id = %(company)s AND %(scope)s
            """,
            source=self._room_sql("source"),
            target=self._room_sql("target"),
            company=self.company_id.id,
            scope=self._scope_sql("ml"),
        )

    def _used_query(self):
        """Recorded use by storeroom and case; corrections count against it."""
        return SQL(
            """
            SELECT 'used' AS kind, NULL::int AS location_id, storeroom_id, partner_id,
                   event_id, NULL::int AS picking_id, product_id, lot_id,
                   SUM(quantity)::float AS quantity, MAX(date) AS date
              FROM (SELECT ml.product_id, ml.lot_id, move.medical_consumption_id,
                           ml.date,
                           CASE WHEN to_room.id IS NULL THEN ml.quantity_product_uom
                                ELSE -ml.quantity_product_uom END AS quantity
                      FROM %(lines)s
                       AND move.medical_consumption_id IS NOT NULL
                       AND source.usage <> 'inventory' AND target.usage <> 'inventory'
                   ) moved
              JOIN (SELECT id, storeroom_id, hospital_id AS partner_id, event_id
                      FROM medical_consumption) record
                ON record.id = moved.medical_consumption_id
          GROUP BY storeroom_id, partner_id, event_id, product_id, lot_id
            HAVING SUM(quantity) <> 0
            """,
            lines=self._done_lines(),
        )

    def _delivered_query(self):
        """Delivered to a customer, not into a storeroom: by who received it."""
        outside = SQL(
            "(source.usage = 'customer' AND from_room.id IS NULL"
            " AND source.medical_quarantine IS NOT TRUE)"
        )
        inside = SQL(
            "(target.usage = 'customer' AND to_room.id IS NULL"
            " AND target.medical_quarantine IS NOT TRUE)"
        )
        return SQL(
            """
            SELECT 'delivered' AS kind, location_id, NULL::int AS storeroom_id,
                   partner_id, NULL::int AS event_id, NULL::int AS picking_id,
                   product_id, lot_id, SUM(quantity)::float AS quantity,
                   MAX(date) AS date
              FROM (SELECT ml.product_id, ml.lot_id, ml.date,
                           CASE WHEN %(inside)s THEN target.id ELSE source.id
                            END AS location_id,
                           COALESCE(partner.hospital_id, partner.commercial_partner_id)
                               AS partner_id,
                           CASE WHEN %(inside)s THEN ml.quantity_product_uom
                                ELSE -ml.quantity_product_uom END AS quantity
                      FROM stock_move_line ml
                      JOIN stock_move move ON move.id = ml.move_id
                      JOIN stock_location source ON source.id = ml.location_id
                      JOIN stock_location target ON target.id = ml.location_dest_id
                 LEFT JOIN stock_picking picking ON picking.id = ml.picking_id
                 LEFT JOIN res_partner partner
                        ON partner.id = COALESCE(
                               picking.partner_id, move.partner_id, target.medical_hospital_id)
                 LEFT JOIN %(source)s from_room ON TRUE
                 LEFT JOIN %(target)s to_room ON TRUE
                     WHERE ml.state = 'done' AND ml.company_id = %(company)s
                       AND %(scope)s
                       AND move.medical_consumption_id IS NULL
                       AND %(inside)s <> %(outside)s
                   ) moved
          GROUP BY location_id, partner_id, product_id, lot_id
            HAVING SUM(quantity) <> 0
            """,
            inside=inside,
            outside=outside,
            source=self._room_sql("source"),
            target=self._room_sql("target"),
            company=self.company_id.id,
            scope=self._scope_sql("ml"),
        )

    def _gone_query(self):
        """Sent back to the vendor, scrapped, lost, or used up in production."""
        return SQL(
            """
            SELECT CASE WHEN target.usage = 'supplier' THEN 'vendor' ELSE 'lost'
                    END AS kind,
                   target.id AS location_id, from_room.id AS storeroom_id,
                   from_room.hospital_id AS partner_id, NULL::int AS event_id,
                   NULL::int AS picking_id, ml.product_id, ml.lot_id,
                   SUM(ml.quantity_product_uom)::float AS quantity, MAX(ml.date) AS date
              FROM %(lines)s
               AND target.usage IN ('supplier', 'inventory', 'production')
               AND source.usage NOT IN ('supplier', 'inventory', 'production')
          GROUP BY target.id, target.usage, from_room.id, from_room.hospital_id,
                   ml.product_id, ml.lot_id
            """,
            lines=self._done_lines(),
        )

    def _received_quantity(self):
        """Units that ever came in from outside."""
        return self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(SUM(ml.quantity_product_uom), 0)::float
                  FROM %(lines)s
                   AND source.usage IN ('supplier', 'inventory', 'production')
                   AND target.usage NOT IN ('supplier', 'inventory', 'production')
                """,
                lines=self._done_lines(),
            )
        )[0][0]
