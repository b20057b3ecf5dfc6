# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL


class MedicalKitReport(models.Model):
    """Expected and recorded use of every case, product by product."""

    _name = "medical.kit.report"
    _description = "Kit Forecast and Use"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _depends = {
        "medical.consumption": ["state", "event_id", "storeroom_id"],
        "medical.event": ["start", "kit_ids", "storeroom_id"],
        "medical.kit": ["procedure_id"],
        "medical.kit.line": ["kit_id", "product_id", "quantity", "probability"],
        "stock.move": ["state", "quantity", "product_id", "medical_consumption_id"],
    }

    date = fields.Datetime(readonly=True)
    event_id = fields.Many2one("medical.event", string="Case", readonly=True)
    procedure_id = fields.Many2one("medical.procedure", readonly=True)
    kit_id = fields.Many2one("medical.kit", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    storeroom_id = fields.Many2one("medical.storeroom", readonly=True)
    hospital_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    expected = fields.Float(
        readonly=True, digits="Product Unit", help="Quantity × probability of the kit."
    )
    used = fields.Float(
        readonly=True, digits="Product Unit", help="Recorded use, corrections included."
    )
    difference = fields.Float(
        readonly=True, digits="Product Unit", help="Used - expected."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(kit_line.id)::bigint * 10000000 + event.id AS id,
                   event.start AS date, event.id AS event_id, kit.procedure_id,
                   kit.id AS kit_id, kit_line.product_id, event.storeroom_id,
                   event.hospital_id, event.company_id,
                   SUM(kit_line.quantity * kit_line.probability) AS expected,
                   COALESCE(MAX(uses.used), 0) AS used,
                   COALESCE(MAX(uses.used), 0)
                       - SUM(kit_line.quantity * kit_line.probability) AS difference
              FROM (SELECT DISTINCT event_id FROM medical_consumption
                     WHERE state = 'done' AND event_id IS NOT NULL) done
              JOIN medical_event event ON event.id = done.event_id
              JOIN medical_event_kit_rel rel ON rel.event_id = event.id
              JOIN medical_kit kit ON kit.id = rel.kit_id
              JOIN medical_kit_line kit_line ON kit_line.kit_id = kit.id
         LEFT JOIN LATERAL (
                   SELECT SUM(CASE WHEN move.location_id = room.location_id
                                   THEN move.quantity ELSE -move.quantity END) AS used
                     FROM medical_consumption record
                     JOIN medical_storeroom room ON room.id = record.storeroom_id
                     JOIN stock_move move ON move.medical_consumption_id = record.id
                    WHERE record.event_id = event.id AND move.state = 'done'
                      AND move.product_id = kit_line.product_id
                   ) uses ON TRUE
          GROUP BY event.id, kit.id, kit_line.product_id
            """
        )
