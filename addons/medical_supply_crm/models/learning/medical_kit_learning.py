# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...engine.learning import learn_kits

#: Cases below which nothing is proposed, and changes that are not worth a decision.
MIN_CASES = 5
MIN_CHANGE = 0.03
MIN_SHARE = 0.05


class MedicalKitLearning(models.Model):
    """What recorded cases say about a kit line, old beside new, to be decided upon."""

    _name = "medical.kit.learning"
    _description = "Learned Kit Use"
    _order = "state, id desc"
    _rec_name = "kit_line_id"

    kit_line_id = fields.Many2one(
        "medical.kit.line", required=True, ondelete="cascade", index=True, readonly=True
    )
    kit_id = fields.Many2one(related="kit_line_id.kit_id", store=True, index=True)
    product_id = fields.Many2one(related="kit_line_id.product_id", store=True)
    company_id = fields.Many2one(related="kit_id.company_id", store=True)
    state = fields.Selection(
        [
            ("proposed", "To Decide"),
            ("applied", "Applied"),
            ("undone", "Undone"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        default="proposed",
        readonly=True,
        index=True,
    )
    cases = fields.Integer(string="Recorded Cases", readonly=True)
    used_cases = fields.Integer(string="Cases That Used It", readonly=True)
    used_quantity = fields.Float(
        string="Units Used", digits="Product Unit", readonly=True
    )
    old_probability = fields.Float(digits=(6, 4), readonly=True)
    new_probability = fields.Float(digits=(6, 4), readonly=True)
    low = fields.Float(string="90 % from", digits=(6, 4), readonly=True)
    high = fields.Float(string="90 % to", digits=(6, 4), readonly=True)
    old_quantity = fields.Float(digits="Product Unit", readonly=True)
    new_quantity = fields.Float(digits="Product Unit", readonly=True)
    strength = fields.Float(
        string="Prior Strength",
        readonly=True,
        help="Cases that the catalogue's figures counted as.",
    )
    formula = fields.Char(compute="_compute_formula")
    decided_by = fields.Many2one("res.users", readonly=True)
    decided_on = fields.Datetime(readonly=True)

    _one_proposed = models.UniqueIndex(
        "(kit_line_id) WHERE state = 'proposed'",
        "This kit line already has a proposal to decide.",
    )

    @api.depends("cases", "used_cases", "used_quantity", "strength")
    @api.depends_context("lang")
    def _compute_formula(self):
        for row in self:
            row.formula = self.env._(
                "Probability (%(m)g × %(p).2f + %(k)s) ÷ (%(m)g + %(n)s) = %(new).2f; "
                "quantity (%(m)g × %(q)g + %(u)g) ÷ (%(m)g + %(k)s) = %(newq).2f",
                m=row.strength,
                p=row.old_probability,
                k=row.used_cases,
                n=row.cases,
                new=row.new_probability,
                q=row.old_quantity,
                u=row.used_quantity,
                newq=row.new_quantity,
            )

    @api.model
    def action_learn(self):
        """Learn from all recorded cases and show what is to decide."""
        self.check_access("create")
        self._learn()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_kit_learning_action"
        )

    @api.model
    def _cron_learn(self):
        """Weekly: kits to decide, show probabilities and unbooked use."""
        self._learn()
        self.env["medical.show.rate"]._learn()
        self.env["medical.storeroom.line"]._learn_unbooked()

    @api.model
    def _strength(self):
        return float(
            self.env["ir.config_parameter"]
            .sudo()
            .get_param("medical_supply_crm.prior_strength", 10)
        )

    @api.model
    def _learn(self):
        """Bring the proposals up to date. Cases that a decision has already used do not
        count twice: only those recorded after it do.

        :return: medical.kit.learning to decide
        """
        strength = self._strength()
        tables = self._read_learning()
        found = learn_kits(*tables, strength=strength)
        known = {
            row.kit_line_id.id: row for row in self.search([("state", "=", "proposed")])
        }
        lines = self.env["medical.kit.line"].browse(
            [int(line) for line in found["kit_line_id"]]
        )
        lines.fetch(["probability", "quantity"])
        to_create, stays = [], self.browse()
        for line, row in zip(lines, found.itertuples(index=False), strict=True):
            probability = min(max(round(row.probability, 4), 0.0001), 1.0)
            quantity = max(round(row.quantity, 2), 0.01)
            small = abs(probability - line.probability) < MIN_CHANGE and (
                abs(quantity - line.quantity) < MIN_SHARE * line.quantity
            )
            if row.cases < MIN_CASES or small:
                continue
            values = {
                "cases": int(row.cases),
                "used_cases": int(row.used_cases),
                "used_quantity": row.used_quantity,
                "old_probability": line.probability,
                "new_probability": probability,
                "low": row.low,
                "high": row.high,
                "old_quantity": line.quantity,
                "new_quantity": quantity,
                "strength": strength,
            }
            if line.id in known:
                known[line.id].write(values)
                stays |= known[line.id]
            else:
                to_create.append(dict(values, kit_line_id=line.id))
        (self.union(*known.values()) - stays).unlink()
        return stays | self.create(to_create)

    @api.model
    def _read_learning(self):
        """Kit lines, cases and uses, one query each; use is what the moves say, so
        corrections count."""
        for name in (
            "medical.kit.line", "medical.kit.learning", "medical.consumption", "stock.move",
            "medical.event", "medical.storeroom",
        ):  # fmt: skip
            self.env[name].flush_model()
        query = self.env.execute_query
        lines = query(
            SQL(
                "SELECT id, kit_id, product_id, quantity::float, probability::float"
                " FROM medical_kit_line"
            )
        )
        cases = query(
            SQL(
                """
                SELECT DISTINCT record.event_id, rel.kit_id
                  FROM medical_consumption record
                  JOIN medical_event_kit_rel rel ON rel.event_id = record.event_id
                 WHERE record.state = 'done'
                   AND record.date > COALESCE(
                       (SELECT MAX(old.decided_on) FROM medical_kit_learning old
                         WHERE old.kit_id = rel.kit_id AND old.state = 'applied'),
                       '1900-01-01')
                """
            )
        )
        uses = query(
            SQL(
                """
                SELECT record.event_id, move.product_id,
                       SUM(CASE WHEN move.location_id = room.location_id
                                THEN move.quantity ELSE -move.quantity END)::float
                  FROM medical_consumption record
                  JOIN medical_storeroom room ON room.id = record.storeroom_id
                  JOIN stock_move move ON move.medical_consumption_id = record.id
                 WHERE record.event_id IS NOT NULL AND move.state = 'done'
              GROUP BY record.event_id, move.product_id
                """
            )
        )
        names = ["kit_line_id", "kit_id", "product_id", "quantity", "probability"]
        return (
            pd.DataFrame(lines, columns=names),
            pd.DataFrame(cases, columns=["event_id", "kit_id"]),
            pd.DataFrame(uses, columns=["event_id", "product_id", "quantity"]),
        )

    def _decide(self, state):
        self.write(
            {
                "state": state,
                "decided_by": self.env.uid,
                "decided_on": fields.Datetime.now(),
            }
        )

    def action_apply(self):
        """Put the learned figures into the kit."""
        self.check_access("write")
        for row in self:
            if row.state != "proposed":
                raise UserError(
                    self.env._("%s was already decided.", row.product_id.display_name)
                )
            row.kit_line_id.write(
                {"probability": row.new_probability, "quantity": row.new_quantity}
            )
        self._decide("applied")

    def action_dismiss(self):
        """Leave the kit as it is."""
        self.check_access("write")
        self.filtered(lambda row: row.state == "proposed")._decide("dismissed")

    def action_undo(self):
        """Put back the figures from before.

        :raise UserError: the kit line was changed since
        """
        self.check_access("write")
        for row in self.filtered(lambda row: row.state == "applied"):
            line = row.kit_line_id
            if abs(line.probability - row.new_probability) > 1e-4:
                raise UserError(
                    self.env._(
                        "%s was changed since: correct it in the kit.",
                        row.product_id.display_name,
                    )
                )
            line.write(
                {"probability": row.old_probability, "quantity": row.old_quantity}
            )
            row.state = "undone"
