# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class StockPicking(models.Model):
    """Which goods hold deliveries up, and late deliveries in words."""

    _inherit = "stock.picking"

    # -- what is missing ------------------------------------------------------
    @api.model
    @api.private
    def _logistics_missing_sql(self, picking_ids):
        """SELECT picking_id, product_id, date of what holds deliveries up.

        The one definition of "out of stock", for the dates, the reason and the names
        shown. Moves of the delivery and of up to three steps before it, that still
        want goods, queue for them by priority, date and id, as Odoo itself reserves.
        What is free in the warehouse serves the head of the queue, reserved or not
        yet (reservation may be manual); the receipts planned serve the rest in the
        order in which they come, each for as much as it brings. ``date`` is when the
        receipt comes that covers the move, NULL where none planned does. A move with a
        receipt or production of its own waits for that one.
        """
        return SQL(
            """
            WITH RECURSIVE chain(picking_id, move_id, depth) AS (
                SELECT m.picking_id, m.id, 0 FROM stock_move m
                 WHERE m.picking_id = ANY(%(ids)s)
                   AND m.state NOT IN ('draft', 'done', 'cancel')
                 UNION
                SELECT c.picking_id, r.move_orig_id, c.depth + 1
                  FROM chain c JOIN stock_move_move_rel r ON r.move_dest_id = c.move_id
                 WHERE c.depth < 3
            ), held AS (
                SELECT DISTINCT c.picking_id, m.id, m.product_id, m.date, w.id AS warehouse_id,
                       c.depth > 0 AND t.code IS DISTINCT FROM 'internal'
                           AND t.code IS DISTINCT FROM 'outgoing' AS own_supply
                  FROM chain c
                  JOIN stock_move m ON m.id = c.move_id
             LEFT JOIN stock_picking_type t ON t.id = m.picking_type_id
             LEFT JOIN stock_location l ON l.id = m.location_id
             LEFT JOIN stock_warehouse w ON w.id = l.warehouse_id
                 WHERE m.state IN ('confirmed', 'partially_available')
                    OR c.depth > 0 AND m.state NOT IN ('done', 'cancel')
                       AND t.code IS DISTINCT FROM 'internal'
                       AND t.code IS DISTINCT FROM 'outgoing'
            ), wanted AS (
                SELECT DISTINCT h.warehouse_id, h.product_id, k.parent_path AS stock,
                       w.rma_loc_id
                  FROM held h
                  JOIN stock_warehouse w ON w.id = h.warehouse_id
                  JOIN stock_location k ON k.id = w.lot_stock_id
                 WHERE NOT h.own_supply
            ), queue AS (
                SELECT m.id, SUM(GREATEST(m.product_qty * (1 - COALESCE(m.quantity, 0)
                                          / NULLIF(m.product_uom_qty, 0)), 0))
                             OVER (PARTITION BY w.warehouse_id, w.product_id
                                   ORDER BY m.priority DESC, m.date, m.id) AS upto
                  FROM wanted w
                  JOIN stock_move m ON m.product_id = w.product_id
                       AND m.state IN ('confirmed', 'partially_available')
                  JOIN stock_location l ON l.id = m.location_id
                       AND l.parent_path LIKE w.stock || '%%'
            ), free AS (
                SELECT w.warehouse_id, w.product_id,
                       COALESCE(SUM(q.quantity - q.reserved_quantity), 0) AS quantity
                  FROM wanted w
             LEFT JOIN (stock_quant q JOIN stock_location l ON l.id = q.location_id
                        AND l.usage = 'internal')
                    ON q.product_id = w.product_id AND l.parent_path LIKE w.stock || '%%'
              GROUP BY w.warehouse_id, w.product_id
            ), supply AS (
                SELECT w.warehouse_id, w.product_id, m.date,
                       f.quantity + SUM(m.product_qty)
                           OVER (PARTITION BY w.warehouse_id, w.product_id
                                 ORDER BY m.date, m.id) AS upto
                  FROM wanted w
                  JOIN free f ON f.warehouse_id = w.warehouse_id
                       AND f.product_id = w.product_id
                  JOIN stock_move m ON m.product_id = w.product_id
                       AND m.state IN ('waiting', 'confirmed', 'partially_available', 'assigned')
                       AND m.origin_returned_move_id IS NULL
                  JOIN stock_location a ON a.id = m.location_id
                  JOIN stock_location b ON b.id = m.location_dest_id
                       AND b.warehouse_id = w.warehouse_id
                       AND b.id IS DISTINCT FROM w.rma_loc_id
             LEFT JOIN stock_picking_type t ON t.id = m.picking_type_id
                 -- into the warehouse, or from its input into its stock where the
                 -- step before is over (else that step is the one counted)
                 WHERE a.warehouse_id IS DISTINCT FROM w.warehouse_id
                       AND (t.code = 'incoming' OR a.usage IN ('transit', 'production'))
                    OR a.warehouse_id = w.warehouse_id
                       AND a.parent_path NOT LIKE w.stock || '%%'
                       AND b.parent_path LIKE w.stock || '%%'
                       AND NOT EXISTS (
                           SELECT 1 FROM stock_move_move_rel r
                             JOIN stock_move o ON o.id = r.move_orig_id
                            WHERE r.move_dest_id = m.id
                              AND o.state NOT IN ('done', 'cancel'))
            )
            SELECT h.picking_id, h.product_id,
                   CASE WHEN h.own_supply THEN h.date
                        ELSE (SELECT MIN(s.date) FROM supply s
                               WHERE s.warehouse_id = h.warehouse_id
                                 AND s.product_id = h.product_id
                                 AND s.upto >= q.upto - 0.00001) END AS date
              FROM held h
         LEFT JOIN queue q ON q.id = h.id
         LEFT JOIN free f ON f.warehouse_id = h.warehouse_id
               AND f.product_id = h.product_id
             WHERE h.own_supply OR q.upto IS NULL OR q.upto > f.quantity + 0.00001
            """,
            ids=list(picking_ids),
        )

    @api.model
    @api.private
    def _logistics_waiting(self, picking_ids):
        """Articles that deliveries wait for; one query.

        :return: {picking id: {product id: when it comes in, or None}}; several moves of
            an article count with the last one's date, None where one has no date
        """
        waiting = {}
        for picking_id, product_id, date in self.env.execute_query(
            SQL(
                """
                SELECT picking_id, product_id,
                       CASE WHEN BOOL_AND(date IS NOT NULL) THEN MAX(date) END
                  FROM (%s) x GROUP BY picking_id, product_id
                """,
                self._logistics_missing_sql(picking_ids),
            )
        ):
            waiting.setdefault(picking_id, {})[product_id] = date
        return waiting

    @api.model
    @api.private
    def _logistics_vendor_dates(self, frame, waiting):
        """When articles could come that nobody has ordered yet, were they ordered now.

        The vendor that Odoo would buy from first, its delivery days, and the company's
        days to purchase; one query.

        :param frame: DataFrame with id (delivery) and company
        :param waiting: {delivery: {product: date or None}}, see _logistics_waiting
        :return: {(company id, product id): datetime}; articles without vendor are absent
        """
        pairs = {
            (company, product)
            for picking, company in zip(frame["id"], frame["company"], strict=True)
            for product, date in waiting.get(picking, {}).items()
            if date is None
        }
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (v.company, v.product) v.company, v.product, s.delay
                  FROM unnest(%(companies)s::int[], %(products)s::int[])
                       AS v(company, product)
                  JOIN product_product p ON p.id = v.product
                  JOIN product_supplierinfo s ON s.product_tmpl_id = p.product_tmpl_id
                 WHERE (s.product_id IS NULL OR s.product_id = p.id)
                   AND (s.company_id IS NULL OR s.company_id = v.company)
                   AND (s.date_start IS NULL OR s.date_start <= %(today)s)
                   AND (s.date_end IS NULL OR s.date_end >= %(today)s)
              ORDER BY v.company, v.product, s.sequence, s.min_qty, s.price, s.id
                """,
                companies=[company for company, _product in pairs],
                products=[product for _company, product in pairs],
                today=fields.Date.today(),
            )
        )
        now = fields.Datetime.now()
        extra = dict.fromkeys((company for company, _product, _delay in rows), 0.0)
        # From Odoo's purchase and inventory together, which need not be there.
        if "days_to_purchase" in self.env["res.company"]._fields:
            for company in self.env["res.company"].sudo().browse(extra):
                extra[company.id] = company.days_to_purchase
        return {
            (company, product): now + timedelta(days=(delay or 0) + extra[company])
            for company, product, delay in rows
        }

    @api.model
    @api.private
    def _logistics_missing_names(self, picking_ids, limit=3):
        """Products that hold deliveries up: {picking id: [name in the user's language]}."""
        missing = {}
        for picking_id, name in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT x.picking_id,
                       COALESCE(t.name ->> %s, t.name ->> 'en_US') AS name
                  FROM (%s) x
                  JOIN product_product p ON p.id = x.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
              ORDER BY x.picking_id, name
                """,
                self.env.lang or "en_US",
                self._logistics_missing_sql(picking_ids),
            )
        ):
            names = missing.setdefault(picking_id, [])
            if len(names) < limit:
                names.append(name)
        return missing

    @api.private
    def _logistics_reason_texts(self):
        """Why these deliveries are late, in words: {id: text}; missing goods by name."""
        labels = dict(
            self._fields["logistics_late_reason"]._description_selection(self.env)
        )
        texts = {
            picking.id: labels.get(picking.logistics_late_reason, "")
            for picking in self
        }
        waiting = self.filtered(lambda p: p.logistics_late_reason == "out_of_stock")
        if waiting:
            self.env.flush_all()
            for picking_id, names in self._logistics_missing_names(waiting.ids).items():
                texts[picking_id] = f"{texts[picking_id]} ({', '.join(names)})"
        return texts
