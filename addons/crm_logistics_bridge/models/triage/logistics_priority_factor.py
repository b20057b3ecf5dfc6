# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError


class LogisticsPriorityFactor(models.Model):
    """The priority table: severity × lateness × customer value × criticality.

    Of each factor the row with the highest bound that is reached counts; the product of
    the four weights is looked up in the rows of the kind "priority".
    """

    _name = "logistics.priority.factor"
    _inherit = "logistics.cached.mixin"
    _description = "Priority Table"
    _order = "factor, lower"

    factor = fields.Selection(
        [
            ("severity", "Severity"),
            ("lateness", "Days late"),
            ("value", "Customer value"),
            ("criticality", "Criticality"),
            ("priority", "Priority"),
        ],
        required=True,
    )
    lower = fields.Float(
        string="From",
        aggregator=False,
        help="Severity 1 to 5; days the linked delivery is late; sales to the customer in "
        "the last 365 days in company currency (thousands where the currency has no "
        "decimals, such as KRW); criticality 0 to 3; product of the weights for a "
        "priority.",
    )
    weight = fields.Float(
        default=1.0,
        aggregator=False,
        help="Factor of the product; unused for the rows of a priority.",
    )
    priority = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")],
    )

    _row_uniq = models.UniqueIndex(
        "(factor, lower)", "This bound is in the table already."
    )

    @api.constrains("factor", "weight", "priority")
    def _check_row(self):
        for row in self:
            if row.factor == "priority" and not row.priority:
                raise ValidationError(
                    self.env._("Choose the priority from %s.", row.lower)
                )
            if row.factor != "priority" and row.weight <= 0:
                raise ValidationError(
                    self.env._("Weight %s: only more than 0 makes sense.", row.weight)
                )

    @api.model
    @api.private
    @tools.ormcache()
    def _bounds(self):
        """{factor: ((lower, weight or priority), ...)}, highest bound first."""
        table = {}
        for row in self.search([("factor", "!=", False)], order="lower desc"):
            table.setdefault(row.factor, []).append(
                (row.lower, row.priority if row.factor == "priority" else row.weight)
            )
        return table

    @api.model
    @api.private
    def _priority(self, **values):
        """Priority and its factors for one ticket.

        >>> env["logistics.priority.factor"]._priority(
        ...     severity=3, lateness=4, value=0, criticality=0)
        ('2', {'severity': 2.0, 'lateness': 2.0, 'value': 1.0, 'criticality': 1.0, 'product': 4.0})
        """
        table = self._bounds()
        factors, product = {}, 1.0
        for factor, value in values.items():
            weight = next(
                (w for lower, w in table.get(factor, ()) if value >= lower), 1.0
            )
            factors[factor] = weight
            product *= weight
        factors["product"] = round(product, 3)
        priority = next(
            (p for lower, p in table.get("priority", ()) if product >= lower), "1"
        )
        return priority, factors
