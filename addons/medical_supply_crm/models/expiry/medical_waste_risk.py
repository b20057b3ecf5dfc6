# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIONS = [
    ("use_first", "Use first"),
    ("move", "Move"),
    ("return", "Send back"),
    ("swap", "Swap"),
    ("none", "Nothing helps"),
]


class MedicalWasteRisk(models.Model):
    """A lot that will probably expire before it is used, as of the last run, and what
    would save most of its value."""

    _name = "medical.waste.risk"
    _description = "Waste at Risk"
    _order = "expiry, id"
    _rec_name = "product_id"

    storeroom_line_id = fields.Many2one(
        "medical.storeroom.line", required=True, ondelete="cascade", index=True
    )
    storeroom_id = fields.Many2one(
        related="storeroom_line_id.storeroom_id", store=True, index=True
    )
    hospital_id = fields.Many2one(related="storeroom_line_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="storeroom_line_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(related="storeroom_line_id.product_id", store=True)
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    ownership = fields.Selection(related="storeroom_id.ownership")
    lot_id = fields.Many2one("stock.lot", ondelete="cascade")
    quantity = fields.Float(
        string="At Risk",
        digits="Product Unit",
        help="Units that the expected use will not take before they expire.",
    )
    lot_quantity = fields.Float(
        string="On the Shelf", digits="Product Unit", readonly=True
    )
    expiry = fields.Date(string="Expiration Date")
    days_left = fields.Integer(compute="_compute_days_left")
    value = fields.Monetary(
        string="Value at Risk",
        readonly=True,
        aggregator="sum",
        groups="medical_supply_crm.group_medical_reader",
        help="Units at risk × cost.",
    )
    best_action = fields.Selection(ACTIONS, readonly=True, index=True)
    best_qty = fields.Float(string="Units", digits="Product Unit", readonly=True)
    target_id = fields.Many2one(
        "medical.storeroom",
        string="Where To",
        readonly=True,
        help="Storeroom that would use the units in time.",
    )
    event_id = fields.Many2one(
        "medical.event",
        string="Next Case",
        readonly=True,
        ondelete="set null",
        help="First booked procedure there that needs the product before it expires.",
    )
    case_count = fields.Integer(
        string="Cases Before Expiry",
        readonly=True,
        help="Booked procedures there that need the product before it expires.",
    )
    saved_value = fields.Monetary(
        string="Expected Saving",
        readonly=True,
        aggregator="sum",
        groups="medical_supply_crm.group_medical_reader",
    )
    explanation = fields.Char(compute="_compute_explanation")
    expiry_action_id = fields.Many2one(
        "medical.expiry.action",
        string="Under Way",
        compute="_compute_expiry_action_id",
        search="_search_expiry_action_id",
        compute_sudo=True,
    )

    @api.depends("expiry")
    @api.depends_context("tz")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for risk in self:
            risk.days_left = (risk.expiry - today).days if risk.expiry else 0

    @api.depends("storeroom_id", "lot_id", "product_id")
    def _compute_expiry_action_id(self):
        actions = self.env["medical.expiry.action"].search(
            [("storeroom_id", "in", self.storeroom_id.ids), ("state", "=", "open")]
        )
        by_lot = {
            (action.storeroom_id, action.product_id, action.lot_id): action
            for action in actions
        }
        for risk in self:
            key = (risk.storeroom_id, risk.product_id, risk.lot_id)
            risk.expiry_action_id = by_lot.get(key, False)

    def _search_expiry_action_id(self, operator, value):
        if operator not in ("in", "not in") or set(value) != {False}:
            return NotImplemented
        actions = (
            self.env["medical.expiry.action"].sudo().search([("state", "=", "open")])
        )
        keys = {
            (action.storeroom_id.id, action.product_id.id, action.lot_id.id)
            for action in actions
        }
        risks = self.sudo().search([("storeroom_id", "in", actions.storeroom_id.ids)])
        taken = [
            risk.id
            for risk in risks
            if (risk.storeroom_id.id, risk.product_id.id, risk.lot_id.id) in keys
        ]
        return [("id", "not in" if operator == "in" else "in", taken)]

    @api.depends("best_action", "best_qty", "target_id", "event_id", "case_count")
    @api.depends_context("lang")
    def _compute_explanation(self):
        for risk in self.sudo():
            risk.explanation = risk._explain()

    def _explain(self):
        """The best action as a sentence in the reader's language."""
        self.ensure_one()
        quantity = f"{self.best_qty:g} {self.uom_id.name}"
        when = self.event_id._local_date() if self.event_id else None
        if self.best_action == "move":
            text = self.env._(
                "Move %(quantity)s to %(room)s, which will use them in time.",
                quantity=quantity,
                room=self.target_id.display_name,
            )
        elif self.best_action == "swap":
            text = self.env._(
                "Swap %(quantity)s with %(room)s, which uses more and has fresher ones.",
                quantity=quantity,
                room=self.target_id.display_name,
            )
        elif self.best_action == "return":
            return self.env._("Send %s back: still within the return policy.", quantity)
        elif self.best_action == "use_first":
            text = self.env._("Take this lot before all others.")
        else:
            return self.env._("Nobody will need it in time, and it is not taken back.")
        if when:
            text += " " + self.env._(
                "Next case on %(date)s, %(count)s before the expiry.",
                date=when,
                count=self.case_count,
            )
        return text

    def action_apply(self):
        """Do the best thing: make the transfer, the return or the priority."""
        for risk in self:
            if risk.expiry_action_id:
                raise UserError(
                    self.env._(
                        "%s: something is already under way for this lot.",
                        risk.product_id.display_name,
                    )
                )
        # writing is what needs the desk's right; the records follow from it
        self.env["medical.expiry.action"].check_access("create")
        actions = self._apply()
        return actions._get_records_action() if len(actions) == 1 else True

    def action_undo(self):
        """Undo what was started for these lots."""
        self.expiry_action_id.with_env(self.env).action_undo()
        self.invalidate_model(["expiry_action_id"])

    def _apply(self):
        """Make the records of the best action.

        :return: medical.expiry.action
        :raise UserError: nothing helps
        """
        actions = self.env["medical.expiry.action"]
        for risk in self.sudo():
            if risk.best_action in (False, "none"):
                raise UserError(
                    self.env._(
                        "%(product)s, lot %(lot)s: nothing to do that saves money.",
                        product=risk.product_id.display_name,
                        lot=risk.lot_id.name or "–",
                    )
                )
            actions |= actions.sudo().create(
                {
                    "kind": risk.best_action,
                    "storeroom_id": risk.storeroom_id.id,
                    "target_id": risk.target_id.id,
                    "product_id": risk.product_id.id,
                    "lot_id": risk.lot_id.id,
                    "expiry": risk.expiry,
                    "quantity": risk.best_qty,
                    "saved_value": risk.saved_value,
                    "user_id": self.env.uid,
                }
            )
        actions.sudo()._carry_out()
        self.invalidate_model(["expiry_action_id"])
        return actions
