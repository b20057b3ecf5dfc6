# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

#: A product with less than this is shown as short, and with less than LOW as low.
SHORT_DAYS = 2
LOW_DAYS = 7
EXPIRING_DAYS = 30
FILTERS = ("all", "short", "low", "expiring")


class MedicalPortalStock(models.AbstractModel):
    """Stock of storerooms as the hospital's pages show it.

    Aggregated in the database: a hospital has hundreds of storerooms with hundreds of
    products each, and a page shows forty lines of them. The storerooms passed in have
    been read as the user; everything here runs in sudo below them.
    """

    _name = "medical.portal.stock"
    _description = "Storeroom Stock for the Portal"

    @api.model
    def _flush(self):
        for model, names in (
            ("medical.storeroom.line", None),
            ("medical.storeroom", ["location_id"]),
            ("stock.location", ["parent_path"]),
            ("stock.quant", None),
            ("stock.lot", ["expiration_date"]),
            ("product.product", ["default_code", "barcode", "product_tmpl_id"]),
            ("product.template", ["name"]),
        ):
            self.env[model].flush_model(names)

    @api.model
    def _lines(self, rooms, today, search="", only="all"):
        """SELECT of the active par lines: line_id, room_id, product_id, quantity,
        expiry, daily_use, cover, par_min, name."""
        products = SQL("TRUE")
        if search:
            found = (
                self.env["product.product"]
                .sudo()
                .with_context(active_test=False)
                ._search(
                    [
                        "|",
                        "|",
                        ("name", "ilike", search),
                        ("default_code", "ilike", search),
                        ("barcode", "=", search),
                    ]
                )
            )
            products = SQL("line.product_id IN %s", found.subselect())
        return SQL(
            """
            WITH stock AS (
                SELECT room.id AS room_id,
                       quant.product_id,
                       SUM(quant.quantity)::float AS quantity,
                       MIN(lot.expiration_date) FILTER (
                           WHERE quant.quantity > 0
                       )::date AS expiry
                  FROM medical_storeroom room
                  JOIN stock_location root ON root.id = room.location_id
                  JOIN stock_location place
                    ON place.parent_path LIKE root.parent_path || '%%'
                  JOIN stock_quant quant ON quant.location_id = place.id
             LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
                 WHERE room.id = ANY(%(rooms)s)
              GROUP BY room.id, quant.product_id
            ), lines AS (
                SELECT line.id AS line_id,
                       line.storeroom_id AS room_id,
                       line.product_id,
                       COALESCE(stock.quantity, 0) AS quantity,
                       stock.expiry,
                       line.daily_use::float AS daily_use,
                       CASE WHEN line.daily_use > 0
                            THEN GREATEST(COALESCE(stock.quantity, 0), 0)
                                 / line.daily_use::float
                       END AS cover,
                       line.par_min::float AS par_min,
                       COALESCE(template.name ->> %(lang)s,
                                template.name ->> 'en_US') AS name
                  FROM medical_storeroom_line line
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
             LEFT JOIN stock
                    ON stock.room_id = line.storeroom_id
                   AND stock.product_id = line.product_id
                 WHERE line.active
                   AND line.storeroom_id = ANY(%(rooms)s)
                   AND %(products)s
            )
            SELECT * FROM lines WHERE %(only)s
            """,
            rooms=rooms.ids,
            lang=self.env.lang or "en_US",
            products=products,
            only=self._only(only, today),
        )

    @api.model
    def _only(self, only, today):
        short = SQL("(cover < %s OR quantity < par_min)", SHORT_DAYS)
        return {
            "short": short,
            "low": SQL("(cover < %s AND NOT %s)", LOW_DAYS, short),
            "expiring": SQL("expiry <= %s", today + timedelta(days=EXPIRING_DAYS)),
        }.get(only, SQL("TRUE"))

    @api.model
    @api.private
    def page(self, rooms, today, search="", only="all", limit=40, offset=0):
        """One page of par lines, the shortest cover first.

        :param rooms: medical.storeroom
        :param search: part of a product's name or code, or its whole barcode
        :param only: all, short (below two days or below par), low or expiring
        :return: (medical.storeroom.line in sudo, in order)
        """
        if not rooms:
            return self.env["medical.storeroom.line"].sudo()
        self._flush()
        rows = self.env.execute_query(
            SQL(
                "SELECT line_id FROM (%s) AS found "
                "ORDER BY cover NULLS LAST, name, line_id LIMIT %s OFFSET %s",
                self._lines(rooms, today, search, only),
                limit,
                offset,
            )
        )
        return (
            self.env["medical.storeroom.line"].sudo().browse([row[0] for row in rows])
        )

    @api.model
    @api.private
    def counts(self, rooms, today, search=""):
        """How many lines each filter finds, by storeroom.

        :return: dict room id -> dict all, short, low, expiring
        """
        if not rooms:
            return {}
        self._flush()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT room_id, COUNT(*),
                       COUNT(*) FILTER (WHERE %s),
                       COUNT(*) FILTER (WHERE %s),
                       COUNT(*) FILTER (WHERE %s)
                  FROM (%s) AS found
              GROUP BY room_id
                """,
                self._only("short", today),
                self._only("low", today),
                self._only("expiring", today),
                self._lines(rooms, today, search),
            )
        )
        return {row[0]: dict(zip(FILTERS, row[1:], strict=True)) for row in rows}

    @api.model
    @api.private
    def lots(self, lines):
        """Lots of some par lines, first expired first.

        :return: dict line id -> list of dict name, quantity, expiry (date or None)
        """
        rows = self.env["medical.storeroom.line"].sudo()._lot_rows(lines.ids)
        names = dict(
            self.env["stock.lot"]
            .sudo()
            .browse({row[1] for row in rows if row[1]})
            .mapped(lambda lot: (lot.id, lot.name))
        )
        lots = {}
        for line_id, lot_id, quantity, expiry in rows:
            lots.setdefault(line_id, []).append(
                {
                    "name": names.get(lot_id, ""),
                    "quantity": quantity,
                    "expiry": expiry,
                }
            )
        return lots
