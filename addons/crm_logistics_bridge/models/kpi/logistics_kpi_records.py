# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class LogisticsKpiRecords(models.TransientModel):
    """The records of one kind behind a figure, to be opened."""

    _name = "logistics.kpi.records"
    _description = "Records Behind a KPI"
    _order = "id"

    kpi_id = fields.Many2one("logistics.kpi", readonly=True, ondelete="cascade")
    model_name = fields.Char(readonly=True)
    name = fields.Char(string="Records", compute="_compute_name")
    against = fields.Boolean(
        readonly=True, help="Those that speak against a good figure."
    )
    record_ids = fields.Json(readonly=True)
    record_count = fields.Integer(string="How many", readonly=True)

    @api.depends("model_name", "against")
    @api.depends_context("lang")
    def _compute_name(self):
        for kind in self:
            # sudo: the name of a kind of record is no secret
            model = self.env["ir.model"].sudo()._get(kind.model_name)
            kind.name = (
                self.env._("%s: those that lower the figure", model.name)
                if kind.against and kind.kpi_id.better == "up"
                else self.env._("%s: those that raise the figure", model.name)
                if kind.against
                else self.env._("%s: all that count", model.name)
            )

    def action_open(self):
        """The records themselves."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.kpi_id.name,
            "res_model": self.model_name,
            "views": [[False, "list"], [False, "form"]],
            "domain": [("id", "in", self.record_ids)],
            "context": {"create": False},
        }
