# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.exceptions import UserError


class ForecastDelphiParticipant(models.Model):
    """A member of a panel; the row says no more than that he or she has answered."""

    _name = "forecast.delphi.participant"
    _description = "Delphi Participant"
    _order = "delphi_id, id"
    _rec_name = "user_id"
    # who wrote a row last, and when, would tell who answered when
    _log_access = False

    delphi_id = fields.Many2one(
        "forecast.delphi", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="delphi_id.company_id")
    user_id = fields.Many2one(
        "res.users",
        string="Participant",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('active', '=', True)]",
    )
    share = fields.Boolean(related="user_id.share", string="Portal")
    answered = fields.Boolean(string="Answered This Round", readonly=True)

    _once = models.UniqueIndex(
        "(delphi_id, user_id)", "A participant is invited once to a panel."
    )

    @api.constrains("user_id", "delphi_id")
    def _check_user(self):
        for one in self:
            user = one.user_id
            if user.has_group("base.group_portal") or user.has_group(
                "omni_forecast.group_forecast_contributor"
            ):
                continue
            raise UserError(
                self.env._(
                    "%s can take part neither as a portal user nor as a contributor of "
                    "Demand Forecast.",
                    user.name,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create([{**vals, "answered": False} for vals in vals_list])
        if any(one.delphi_id.state not in ("draft", "open") for one in records):
            raise UserError(self.env._("This panel is closed."))
        for panel in records.delphi_id:
            if panel.state == "open":
                panel._invite()
        return records

    def write(self, vals):
        if not self.env.su and any(one.delphi_id.state != "draft" for one in self):
            raise UserError(
                self.env._("Participants of an open panel cannot be exchanged.")
            )
        if not self.env.su:
            vals = {key: value for key, value in vals.items() if key != "answered"}
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        if any(one.delphi_id.state == "open" for one in self):
            raise UserError(
                self.env._(
                    "Nobody can be removed from an open panel: an answer would vanish "
                    "with the person."
                )
            )
