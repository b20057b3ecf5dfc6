# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import fields, models


class UtmCampaign(models.Model):
    _inherit = "utm.campaign"

    forecast_event_ids = fields.One2many(
        "forecast.event",
        "campaign_id",
        string="Demand Events",
        groups="omni_forecast.group_forecast_reader",
    )
    forecast_event_count = fields.Integer(
        compute="_compute_forecast_event_count",
        groups="omni_forecast.group_forecast_reader",
    )

    def _compute_forecast_event_count(self):
        counts = dict(
            self.env["forecast.event"]._read_group(
                [("campaign_id", "in", self.ids)], ["campaign_id"], ["__count"]
            )
        )
        for campaign in self:
            campaign.forecast_event_count = counts.get(campaign, 0)

    def action_open_forecast_events(self):
        """Events of the campaign, or a new one where it has none."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "omni_forecast.action_forecast_event"
        )
        events = self.forecast_event_ids
        action["domain"] = [("campaign_id", "=", self.id)]
        action["context"] = {
            "default_campaign_id": self.id,
            "default_name": self.title,
            "default_kind": "promotion",
        }
        if len(events) < 2:
            action.update(res_id=events.id, views=[(False, "form")])
        return action
