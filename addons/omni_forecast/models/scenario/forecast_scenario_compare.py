# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_amount, formatLang

from .forecast_scenario import FIGURES

MONEY = {"revenue", "margin", "stock_value", "purchase_value", "shortage_value"}
# figures of which less is better
LESS = {"stock_value", "purchase_value", "shortage", "shortage_value"}
COLUMNS = 4  # scenarios beside the present settings


class ForecastScenario(models.Model):
    """Scenarios side by side."""

    _inherit = "forecast.scenario"

    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends(*FIGURES, "present", "name")
    @api.depends_context("lang")
    def _compute_comparison(self):
        for one in self:
            one.comparison = one._comparison() if one.present else False

    def _comparison(self):
        """Table: one row per figure, one column per scenario of the plan."""
        self.ensure_one()
        others = self.search(
            [
                ("plan_id", "=", self.plan_id.id),
                ("id", "!=", self._origin.id),
                ("calculated_at", "!=", False),
            ],
            limit=COLUMNS - 1,
        )
        columns = self + others
        head = Markup("").join(
            Markup('<th class="text-end" scope="col">%s</th>') % name
            for name in (self.env._("Present settings"), *columns.mapped("name"))
        )
        rows = Markup("").join(self._row(name, columns) for name in FIGURES)
        return Markup(
            '<div class="table-responsive"><table class="table table-sm mb-0">'
            '<thead><tr><th scope="col"></th>%s</tr></thead><tbody>%s</tbody></table>'
            "</div>"
        ) % (head, rows)

    def _row(self, name, columns):
        label = self._fields[name]._description_string(self.env)
        present = self.present[name]
        cells = Markup('<td class="text-end">%s</td>') % self._show(name, present)
        for one in columns:
            change = one[name] - present
            worth = abs(change) > 1e-6 * max(abs(present), 1)
            good = (change < 0) == (name in LESS)
            colour = "text-success" if good else "text-danger"
            note = (
                Markup('<div class="small %s">%s</div>')
                % (colour, self._change(name, change, present))
                if worth
                else Markup("")
            )
            cells += Markup('<td class="text-end">%s%s</td>') % (
                self._show(name, one[name]),
                note,
            )
        return Markup('<tr><th scope="row">%s</th>%s</tr>') % (label, cells)

    def _show(self, name, value):
        if name in MONEY:
            return format_amount(self.env, value, self.currency_id)
        if name == "fill":
            return f"{formatLang(self.env, 100 * value, digits=1)} %"
        return formatLang(self.env, value, digits=0)

    def _change(self, name, change, present):
        if name == "fill":
            return self.env._("%+.1f points", 100 * change)
        sign = "+" if change > 0 else "−"
        shown = self._show(name, abs(change))
        if not present:
            return f"{sign}{shown}"
        return f"{sign}{shown} ({100 * change / present:+.1f} %)"
