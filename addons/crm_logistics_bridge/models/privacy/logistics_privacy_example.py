# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .logistics_privacy_keep import REASONS


class LogisticsPrivacyExample(models.Model):
    """A record that a dry run found, by its number only: its name is read, not kept."""

    _name = "logistics.privacy.example"
    _description = "Example of a Dry Run"
    _order = "run_id, reason nulls first, res_id"
    _rec_name = "res_id"

    run_id = fields.Many2one(
        "logistics.privacy.run",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    res_id = fields.Many2oneReference(
        string="Number", model_field="model_name", readonly=True
    )
    model_name = fields.Char(related="run_id.model_name")
    name = fields.Char(string="Record", compute="_compute_name")
    date = fields.Datetime(compute="_compute_name")
    reason = fields.Selection(
        REASONS, string="Kept because", readonly=True, help="Empty: would be done."
    )

    def _compute_name(self):
        for run, examples in self.grouped("run_id").items():
            # sudo: who may read the dry run may see what it is about
            Model = self.env[run.model_name].sudo().with_context(active_test=False)
            records = Model.browse(examples.mapped("res_id")).exists()
            found = {record.id: record for record in records}
            date = run.date_field_id.sudo().name
            for example in examples:
                record = found.get(example.res_id)
                if not record:
                    example.name = self.env._("No longer there")
                    example.date = False
                    continue
                name = record.display_name or f"#{record.id}"
                if run.model_name == "mail.message":
                    name = record.record_name or f"{record.model} #{record.res_id}"
                elif run.model_name == "helpdesk.ticket":
                    name = f"{record.number} {record.name}"
                example.name = name
                example.date = fields.Datetime.to_datetime(record[date])

    def action_open(self):
        """Open the record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model_name,
            "res_id": self.res_id,
            "views": [[False, "form"]],
        }
