# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models, tools


class LogisticsIssueType(models.Model):
    """What a ticket is about."""

    _name = "logistics.issue.type"
    _inherit = "logistics.cached.mixin"
    _description = "Issue Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="Name that models and reports know the type by. After a change the "
        "classifier goes on with the new name.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    severity = fields.Selection(
        [
            ("1", "1 – question"),
            ("2", "2 – wish"),
            ("3", "3 – trouble"),
            ("4", "4 – harm"),
            ("5", "5 – danger"),
        ],
        required=True,
        default="2",
        help="First factor of the priority; see the priority table.",
    )
    category_ids = fields.Many2many(
        "helpdesk.ticket.category",
        string="Ticket Categories",
        help="Closed tickets of these categories teach the classifier this type.",
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        help="Tickets of this type that have no team go to this one.",
    )
    rule_ids = fields.One2many("logistics.triage.rule", "issue_type_id")

    _code_uniq = models.UniqueIndex("(code)", "Another issue type has this code.")

    @api.model
    @api.private
    @tools.ormcache()
    def _ids_by_code(self):
        return {issue.code: issue.id for issue in self.search([])}

    @api.model
    @api.private
    @tools.ormcache()
    def _shipped_codes(self):
        """{code a type was shipped with: the code it has now}; only of active types."""
        data = self.env["ir.model.data"].search(
            [
                ("module", "=", "crm_logistics_bridge"),
                ("model", "=", self._name),
                ("name", "like", "issue\\_%"),
            ]
        )
        codes = {issue.id: issue.code for issue in self.search([])}
        return {
            row.name.removeprefix("issue_"): codes[row.res_id]
            for row in data
            if row.res_id in codes
        }

    @api.model
    @api.private
    @tools.ormcache()
    def _teams(self):
        """{id: team id} of the types that have a team."""
        return {
            issue.id: issue.team_id.id
            for issue in self.search([("team_id", "!=", False)])
        }
