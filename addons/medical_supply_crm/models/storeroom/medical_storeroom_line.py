# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class MedicalStoreroomLine(models.Model):
    """Par level of one product in one storeroom."""

    _name = "medical.storeroom.line"
    _description = "Storeroom Par Line"
    _order = "storeroom_id, product_id, id"
    _rec_name = "product_id"
    _check_company_auto = True

    storeroom_id = fields.Many2one(
        "medical.storeroom", required=True, ondelete="cascade", index=True
    )
    hospital_id = fields.Many2one(
        related="storeroom_id.hospital_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="storeroom_id.company_id", store=True, index=True
    )
    active = fields.Boolean(default=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        check_company=True,
        domain=[("is_storable", "=", True)],
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    par_min = fields.Float(
        digits="Product Unit",
        help="Stock is never planned below this quantity.",
    )
    par_max = fields.Float(
        digits="Product Unit",
        help="Stock is never planned above this quantity; 0 means no limit.",
    )
    criticality_id = fields.Many2one(
        "medical.criticality",
        required=True,
        default=lambda self: self._default_criticality_id(),
    )
    service_level = fields.Float(related="criticality_id.service_level", digits=(6, 5))
    pack_size = fields.Float(
        digits="Product Unit",
        default=1.0,
        required=True,
        help="Ordered in multiples of this quantity.",
    )
    min_order = fields.Float(
        string="Minimum Order",
        digits="Product Unit",
        help="Smallest quantity worth an order line.",
    )
    base_rate = fields.Float(
        string="Unbooked Use per Day",
        digits=(12, 4),
        help="Average daily use that no booked procedure explains: emergencies, ward "
        "use. Learned from recorded consumption, or set by hand.",
    )
    base_dispersion = fields.Float(
        string="Unbooked Dispersion",
        digits=(8, 3),
        default=1.0,
        help="Variance of the unbooked daily use divided by its mean: 1 for purely "
        "random single uses (Poisson), more when use comes in bursts.",
    )
    on_hand = fields.Float(
        digits="Product Unit", compute="_compute_stock", compute_sudo=True
    )
    next_expiry = fields.Date(compute="_compute_stock", compute_sudo=True)
    incoming = fields.Float(
        digits="Product Unit", compute="_compute_stock", compute_sudo=True
    )
    days_of_cover = fields.Float(
        digits=(8, 1),
        compute="_compute_days_of_cover",
        compute_sudo=True,
        help="Days the stock on hand lasts at the expected daily use (booked use of "
        "the last replenishment and unbooked use).",
    )
    daily_use = fields.Float(
        string="Expected Daily Use",
        digits=(12, 4),
        readonly=True,
        copy=False,
        help="Booked and unbooked use per day, as of the last replenishment.",
    )

    _storeroom_product_uniq = models.Constraint(
        "UNIQUE (storeroom_id, product_id)",
        "This product already has a par line in this storeroom.",
    )
    _par_min_positive = models.Constraint(
        "CHECK (par_min >= 0 AND par_max >= 0 AND min_order >= 0)",
        "Par levels and minimum order cannot be negative.",
    )
    _par_order = models.Constraint(
        "CHECK (par_max = 0 OR par_max >= par_min)",
        "Par max must be 0 (no limit) or at least par min.",
    )
    _pack_positive = models.Constraint(
        "CHECK (pack_size > 0)", "The pack size must be positive."
    )
    _base_rate_positive = models.Constraint(
        "CHECK (base_rate >= 0 AND base_dispersion >= 1)",
        "Unbooked use cannot be negative, and its dispersion is at least 1.",
    )

    @api.model
    def _default_criticality_id(self):
        return self.env.ref(
            "medical_supply_crm.criticality_standard", raise_if_not_found=False
        )

    @api.constrains("product_id")
    def _check_storable(self):
        for line in self:
            if not line.product_id.is_storable:
                raise ValidationError(
                    self.env._(
                        "%s is not tracked in stock (Track Inventory is off): a "
                        "storeroom can only hold storable products.",
                        line.product_id.display_name,
                    )
                )

    @api.depends("storeroom_id.location_id", "product_id")
    def _compute_stock(self):
        """On hand and next expiry from the quants, incoming from the open moves: one
        query each for all lines."""
        stock = {
            line_id: (quantity, expiry)
            for line_id, quantity, expiry in self._stock_rows(self.ids)
        }
        incoming = {}
        for line_id, _date, quantity in self._incoming_rows(self.ids):
            incoming[line_id] = incoming.get(line_id, 0.0) + quantity
        for line in self:
            quantity, expiry = stock.get(line._origin.id, (0.0, False))
            line.on_hand = quantity
            line.next_expiry = expiry
            line.incoming = incoming.get(line._origin.id, 0.0)

    @api.depends("daily_use", "on_hand")
    def _compute_days_of_cover(self):
        for line in self:
            line.days_of_cover = (
                max(line.on_hand, 0.0) / line.daily_use if line.daily_use > 0 else 0.0
            )

    @api.model
    def _flush_places(self):
        """Write what the queries below join on: a storeroom made in this very
        transaction has its location in the cache only."""
        self.flush_model(["storeroom_id", "product_id"])
        self.env["medical.storeroom"].flush_model(["location_id"])
        self.env["stock.location"].flush_model(["parent_path"])

    @api.model
    def _quant_source(self, line_ids):
        """FROM and WHERE of the stock below the storerooms of the lines."""
        self.env["stock.quant"].flush_model()
        self.env["stock.lot"].flush_model(["expiration_date", "medical_blocked"])
        self.env["product.product"].flush_model(["medical_blocked"])
        self._flush_places()
        return SQL(
            """
            FROM medical_storeroom_line line
            JOIN medical_storeroom room ON room.id = line.storeroom_id
            JOIN stock_location root ON root.id = room.location_id
            JOIN stock_location place
              ON place.parent_path LIKE root.parent_path || '%%'
            JOIN stock_quant quant
              ON quant.location_id = place.id
             AND quant.product_id = line.product_id
            JOIN product_product product ON product.id = line.product_id
       LEFT JOIN stock_lot lot ON lot.id = quant.lot_id
           WHERE line.id IN %s
            """,
            tuple(line_ids),
        )

    @api.model
    def _stock_rows(self, line_ids):
        """Rows ``(line id, quantity, earliest expiry date)``."""
        if not line_ids:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id,
                       SUM(quant.quantity)::float,
                       MIN(lot.expiration_date) FILTER (
                           WHERE quant.quantity > 0
                       )::date
                %s
              GROUP BY line.id
                """,
                self._quant_source(line_ids),
            )
        )

    @api.model
    def _lot_rows(self, line_ids):
        """Rows ``(line id, lot id or None, quantity, expiry date or None)``."""
        if not line_ids:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id,
                       quant.lot_id,
                       SUM(quant.quantity)::float,
                       lot.expiration_date::date
                %s
                   -- recalled units are no supply
                   AND lot.medical_blocked IS NOT TRUE
                   AND product.medical_blocked IS NOT TRUE
              GROUP BY line.id, quant.lot_id, lot.expiration_date
                HAVING SUM(quant.quantity) <> 0
              ORDER BY line.id, lot.expiration_date NULLS LAST, quant.lot_id
                """,
                self._quant_source(line_ids),
            )
        )

    @api.model
    def _incoming_rows(self, line_ids):
        """Rows ``(line id, date, quantity)`` of what is ordered and not yet there; the
        date is that of the expected arrival, where the delivery has one.

        A delivery in several steps is a chain of moves: only the last known link,
        the one without a following move, stands for the quantity.
        """
        if not line_ids:
            return []
        self.env["stock.move"].flush_model()
        self.env["stock.picking"].flush_model(["logistics_eta_date"])
        self._flush_places()
        return self.env.execute_query(
            SQL(
                """
                SELECT line.id, COALESCE(picking.logistics_eta_date, move.date)::date,
                       SUM(move.product_qty)::float
                  FROM medical_storeroom_line line
                  JOIN medical_storeroom room ON room.id = line.storeroom_id
                  JOIN stock_move move
                    ON move.product_id = line.product_id
                   AND move.state NOT IN ('draft', 'done', 'cancel')
                   AND move.location_id <> room.location_id
                   AND (move.location_dest_id = room.location_id
                        OR (move.location_final_id = room.location_id
                            AND NOT EXISTS (
                                SELECT 1
                                  FROM stock_move_move_rel link
                                 WHERE link.move_orig_id = move.id)))
             LEFT JOIN stock_picking picking ON picking.id = move.picking_id
                 WHERE line.id IN %s
              GROUP BY 1, 2
              ORDER BY 1, 2
                """,
                tuple(line_ids),
            )
        )
