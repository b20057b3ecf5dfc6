# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL


class StockPicking(models.Model):
    """Which goods hold deliveries up, and late deliveries in words."""

    _inherit = "stock.picking"

    # -- what is missing ------------------------------------------------------
    @api.model
    @api.private
    def _logistics_missing_sql(self, picking_ids):
        """SELECT picking_id, product_id of what holds deliveries up.

        The one definition of "out of stock", for the reason and for the names shown:
        a move of the delivery, or of the step before, that is not wholly reserved; or
        a delivery that waits for a receipt or a production of its own.
        """
        return SQL(
            """
            SELECT m.picking_id, m.product_id FROM stock_move m
             WHERE m.picking_id = ANY(%(ids)s)
               AND m.state IN ('confirmed', 'partially_available')
             UNION
            SELECT m.picking_id, pm.product_id FROM stock_move m
              JOIN stock_move_move_rel r ON r.move_dest_id = m.id
              JOIN stock_move pm ON pm.id = r.move_orig_id
         LEFT JOIN stock_picking_type pt ON pt.id = pm.picking_type_id
             WHERE m.picking_id = ANY(%(ids)s) AND m.state NOT IN ('done', 'cancel')
               AND (pm.state IN ('confirmed', 'partially_available')
                    OR pm.state NOT IN ('done', 'cancel')
                       AND pt.code IS DISTINCT FROM 'internal')
            """,
            ids=list(picking_ids),
        )

    @api.model
    @api.private
    def _logistics_waiting(self, picking_ids):
        """Deliveries that wait for goods: {id: when the last of them comes in, or None}.

        The next receipt of each missing product in the warehouse counts, whatever its
        quantity; None where a product has none planned. One query.
        """
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT x.picking_id,
                           CASE WHEN BOOL_AND(r.date IS NOT NULL) THEN MAX(r.date) END
                      FROM (%s) x
                      JOIN stock_picking p ON p.id = x.picking_id
                      JOIN stock_picking_type t ON t.id = p.picking_type_id
                 LEFT JOIN LATERAL (
                           SELECT MIN(m.date) AS date FROM stock_move m
                             JOIN stock_picking_type it ON it.id = m.picking_type_id
                            WHERE m.product_id = x.product_id
                              AND it.code = 'incoming'
                              AND it.warehouse_id = t.warehouse_id
                              AND m.state IN ('waiting', 'confirmed', 'assigned')
                              AND m.origin_returned_move_id IS NULL
                           ) r ON TRUE
                  GROUP BY x.picking_id
                    """,
                    self._logistics_missing_sql(picking_ids),
                )
            )
        )

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
