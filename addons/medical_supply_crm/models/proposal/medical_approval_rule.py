# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Orders that make up what is usual for a storeroom, and how many of them it takes
# before anything can be called usual.
USUAL_DAYS = 91
USUAL_LEAST = 3


class MedicalApprovalRule(models.Model):
    """Which proposals are ordered without anybody's signature."""

    _name = "medical.approval.rule"
    _description = "Automatic Approval Rule"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    hospital_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        domain=[("is_hospital", "=", True)],
        help="The hospital that has agreed to be supplied without asking.",
    )
    department_id = fields.Many2one(
        "res.partner",
        domain="[('hospital_id', '=', hospital_id),"
        " ('medical_department_type', '!=', False)]",
        help="Only storerooms that serve this department.",
    )
    storeroom_id = fields.Many2one(
        "medical.storeroom",
        check_company=True,
        domain="[('hospital_id', '=', hospital_id)]",
        help="Only this storeroom.",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product Categories",
        help="Every product of the proposal must be of one of these categories or "
        "below them. Empty: any category.",
    )
    max_amount = fields.Monetary(
        string="At Most per Proposal",
        required=True,
        help="Value of the proposal at the hospital's prices, without taxes.",
    )
    max_amount_week = fields.Monetary(
        string="At Most per Week",
        help="Value that this rule may approve for one storeroom in seven days. "
        "0 means no limit.",
    )
    max_change = fields.Float(
        string="Change against Usual (%)",
        digits=(6, 1),
        help="The value may differ by this share from the average order of the last "
        "13 weeks, and there must be at least three of them. 0 means it is not "
        "compared.",
    )
    log_ids = fields.One2many("medical.approval.log", "rule_id", readonly=True)
    use_count = fields.Integer(string="Approvals", compute="_compute_use_count")

    _amounts_positive = models.Constraint(
        "CHECK (max_amount > 0 AND max_amount_week >= 0 AND max_change >= 0)",
        "The highest amount must be positive, the other limits cannot be negative.",
    )

    def _compute_use_count(self):
        counts = dict(
            self.env["medical.approval.log"]._read_group(
                [("rule_id", "in", self.ids), ("action", "=", "order")],
                ["rule_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.use_count = counts.get(rule._origin, 0)

    @api.constrains("hospital_id", "department_id", "storeroom_id")
    def _check_hospital(self):
        for rule in self:
            others = [
                record.display_name
                for record in (rule.department_id, rule.storeroom_id)
                if record and record.hospital_id != rule.hospital_id
            ]
            if others:
                raise ValidationError(
                    self.env._(
                        "%(others)s: not part of %(hospital)s, for which the rule "
                        "%(rule)s stands.",
                        others=", ".join(others),
                        hospital=rule.hospital_id.display_name,
                        rule=rule.name,
                    )
                )

    def action_view_log(self):
        """Open what was approved by this rule."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_approval_log_action"
        )
        action["domain"] = [("rule_id", "=", self.id)]
        return action

    @api.model
    def _find(self, proposal):
        """The first rule that lets this proposal be ordered by itself.

        :return: (rule or empty recordset, list of reasons why others did not apply)
        """
        reasons = []
        rules = self.search(
            [
                ("company_id", "=", proposal.company_id.id),
                ("hospital_id", "=", proposal.hospital_id.id),
            ]
        )
        for rule in rules:
            reason = rule._objection(proposal)
            if not reason:
                return rule, []
            reasons.append(f"{rule.name}: {reason}")
        return self.browse(), reasons

    def _objection(self, proposal):
        """Why the rule does not approve this proposal; empty when it does."""
        self.ensure_one()
        room, lines = proposal.storeroom_id, proposal.line_ids
        if self.storeroom_id and self.storeroom_id != room:
            return self.env._("another storeroom")
        if self.department_id and self.department_id not in room.department_ids:
            return self.env._("another department")
        flagged = lines.filtered("needs_second")
        if flagged:
            return self.env._(
                "cold chain or controlled: %s",
                ", ".join(flagged.product_id.mapped("display_name")),
            )
        gone = lines.filtered(
            lambda line: line.product_id.medical_discontinued and not line.substitute_id
        )
        if gone:
            return self.env._(
                "no longer supplied, and no substitute: %s",
                ", ".join(gone.product_id.mapped("display_name")),
            )
        if self.category_ids:
            allowed = self.env["product.category"].search(
                [("id", "child_of", self.category_ids.ids)]
            )
            others = lines.filtered(
                lambda line: line.product_id.categ_id not in allowed
            )
            if others:
                return self.env._(
                    "other category: %s",
                    ", ".join(others.product_id.mapped("display_name")),
                )
        return self._objection_to_amount(proposal)

    def _objection_to_amount(self, proposal):
        amount = proposal._company_amount()
        if self.currency_id.compare_amounts(amount, self.max_amount) > 0:
            return self.env._(
                "%(amount)s is more than %(limit)s",
                amount=self.currency_id.format(amount),
                limit=self.currency_id.format(self.max_amount),
            )
        if self.max_amount_week:
            week = self._approved_amount(proposal.storeroom_id, days=7)
            if (
                self.currency_id.compare_amounts(week + amount, self.max_amount_week)
                > 0
            ):
                return self.env._(
                    "%(amount)s with the week's %(week)s is more than %(limit)s",
                    amount=self.currency_id.format(amount),
                    week=self.currency_id.format(week),
                    limit=self.currency_id.format(self.max_amount_week),
                )
        if self.max_change:
            usual, count = self._usual_amount(proposal.storeroom_id)
            if count < USUAL_LEAST:
                return self.env._(
                    "only %s orders so far to compare with: what is usual is not known",
                    count,
                )
            change = 100 * abs(amount - usual) / usual if usual else float("inf")
            if change > self.max_change:
                return self.env._(
                    "%(amount)s differs by %(change)s %% from the usual %(usual)s",
                    amount=self.currency_id.format(amount),
                    change=f"{change:.0f}",
                    usual=self.currency_id.format(usual),
                )
        return ""

    def _approved_amount(self, room, days):
        """What this rule approved for a storeroom in the last days and still stands."""
        since = fields.Datetime.now() - timedelta(days=days)
        [(amount,)] = self.env["medical.approval.log"]._read_group(
            [
                ("rule_id", "=", self.id),
                ("storeroom_id", "=", room.id),
                ("action", "=", "order"),
                ("valid", "=", True),
                ("date", ">", since),
            ],
            aggregates=["amount:sum"],
        )
        return amount or 0.0

    @api.model
    def _usual_amount(self, room):
        """(average value, number) of the storeroom's orders of the last 13 weeks."""
        [(amount, count)] = self.env["medical.approval.log"]._read_group(
            [
                ("storeroom_id", "=", room.id),
                ("action", "=", "order"),
                ("valid", "=", True),
                ("date", ">", fields.Datetime.now() - timedelta(days=USUAL_DAYS)),
            ],
            aggregates=["amount:avg", "__count"],
        )
        return amount or 0.0, count
