# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

CONDITIONS = [
    ("sealed", "Unopened, in its packaging"),
    ("unused", "Opened, not used"),
    ("used", "Used"),
]


class LogisticsReturnPolicy(models.Model):
    """What may come back, until when and in which condition, by product category."""

    _name = "logistics.return.policy"
    _description = "Return Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index=True)
    category_ids = fields.Many2many(
        "product.category",
        string="Product categories",
        help="With everything below them; the nearest category decides. Without any: "
        "the policy of all that has no other.",
    )
    returnable = fields.Boolean(
        default=True,
        help="Unset: does not come back unless we sent it wrong, damaged or faulty, "
        "for instance opened sterile goods.",
    )
    window_days = fields.Integer(
        string="Within (days)", default=14, help="From arrival; 0: no limit."
    )
    fault_days = fields.Integer(
        string="Faults within (days)",
        default=90,
        help="From arrival, for reasons that are our fault; 0: no limit.",
    )
    condition = fields.Selection(
        CONDITIONS,
        required=True,
        default="unused",
        help="The worst condition in which it may come back.",
    )
    note = fields.Text(
        translate=True, help="Shown to the customer with a refusal and on the form."
    )
    confirm = fields.Boolean(
        string="Accept by itself",
        default=True,
        help="A request that meets the policy is confirmed at once and its receipt "
        "made. Unset: an agent confirms.",
    )
    refund = fields.Boolean(
        string="Refund or exchange by itself",
        help="Once everything received has been inspected: make the credit note, or "
        "the delivery of the exchange.",
    )

    @api.constrains("window_days", "fault_days")
    def _check_days(self):
        for policy in self:
            if policy.window_days < 0 or policy.fault_days < 0:
                raise ValidationError(
                    self.env._("Days of policy %s: below 0.", policy.name)
                )

    @api.model
    @api.private
    def _for_products(self, products, company):
        """The policy of each product: {product: policy}; empty where none applies.

        The nearest category with a policy decides, then the policies' order; one of the
        company goes before one of all companies.
        """
        policies = self.search([("company_id", "in", (False, company.id))]).sorted(
            lambda policy: (not policy.company_id, policy.sequence, policy.id)
        )
        general = policies.filtered(lambda policy: not policy.category_ids)[:1]
        found = {}
        for product in products:
            category, chosen = product.categ_id, self.browse()
            while category and not chosen:
                chosen = policies.filtered(
                    lambda policy, category=category: category in policy.category_ids
                )[:1]
                category = category.parent_id
            found[product] = chosen or general
        return found

    @api.private
    def _values(self):
        """This policy as engine/returns.py wants it; without one, all comes back."""
        if not self:
            return {
                "returnable": True,
                "window": 0,
                "fault_window": 0,
                "condition": "used",
            }
        return {
            "returnable": self.returnable,
            "window": self.window_days,
            "fault_window": self.fault_days,
            "condition": self.condition,
        }

    @api.private
    def _takes_after(self, days):
        """Whether anything may still come back so many days after its arrival.

        :param days: None where it has not arrived
        """
        if days is None:
            return False
        if not self:
            return True
        windows = [self.fault_days]
        if self.returnable:
            windows.append(self.window_days)
        return any(not window or days <= window for window in windows)

    @api.private
    def _refusal_text(self, code, line):
        """A refusal in words for the customer.

        :param str code: as engine/returns.py gives it
        :param dict line: product (record), left, days, our_fault
        """
        product = line["product"].with_context(display_default_code=False).display_name
        window = self.fault_days if line["our_fault"] else self.window_days
        conditions = dict(self._fields["condition"]._description_selection(self.env))
        texts = {
            "quantity": self.env._(
                "%(product)s: at most %(left)g can still be returned.",
                product=product,
                left=line["left"],
            ),
            "not_arrived": self.env._(
                "%s: it has not arrived yet, so it cannot be returned yet.", product
            ),
            "not_returnable": self.env._(
                "%s: this article cannot be returned, unless we sent it wrong, damaged "
                "or faulty.",
                product,
            ),
            "window": self.env._(
                "%(product)s: it arrived %(days)s days ago; it could be returned within "
                "%(window)s days.",
                product=product,
                days=line["days"],
                window=window,
            ),
            "condition": self.env._(
                "%(product)s: it can only be returned in this condition or a better "
                "one: %(condition)s.",
                product=product,
                condition=conditions.get(self.condition, ""),
            ),
            "picture": self.env._(
                "%s: please add a picture that shows what is wrong.", product
            ),
        }
        return " ".join(part for part in (texts[code], self.note) if part)
