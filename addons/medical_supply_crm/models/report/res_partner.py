# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    """The hospital at a glance: how its storerooms stand today."""

    _inherit = "res.partner"

    medical_fill_rate = fields.Float(
        string="Lines in Stock (%)",
        compute="_compute_medical_figures",
        compute_sudo=True,
        groups="medical_supply_crm.group_medical_reader",
        help="100 × (par lines - stock-outs) ÷ par lines, as of the last run.",
    )
    medical_risk_value = fields.Float(
        string="Value at Risk of Waste",
        compute="_compute_medical_figures",
        compute_sudo=True,
        groups="medical_supply_crm.group_medical_reader",
    )
    medical_recall_count = fields.Integer(
        string="Open Recalls",
        compute="_compute_medical_figures",
        compute_sudo=True,
        groups="medical_supply_crm.group_medical_reader",
    )
    medical_threat_count = fields.Integer(
        string="Threatened Procedures",
        compute="_compute_medical_figures",
        compute_sudo=True,
        groups="medical_supply_crm.group_medical_reader",
    )

    def _compute_medical_figures(self):
        hospitals = self.filtered("is_hospital")
        companies = self.env.companies.ids
        own = [("hospital_id", "in", hospitals.ids), ("company_id", "in", companies)]
        facts = self.env["medical.supply.fact"]
        days = dict(facts._read_group(own, ["hospital_id"], ["date:max"]))
        waste = dict(
            self.env["medical.waste.risk"]._read_group(
                own, ["hospital_id"], ["value:sum"]
            )
        )
        notices = dict(
            self.env["medical.recall.notice"]._read_group(
                [
                    ("partner_id", "in", hospitals.ids),
                    ("recall_state", "=", "running"),
                    ("company_id", "in", companies),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        threats = dict(
            self.env["medical.event"]._read_group(
                [*own, ("ticket_id.stage_id.closed", "=", False)],
                ["hospital_id"],
                ["__count"],
            )
        )
        latest = facts.search(
            [*own, ("date", "in", list(set(days.values())))], order="id"
        )
        rates = {}
        for fact in latest:
            if fact.date == days.get(fact.hospital_id):
                lines, out = rates.get(fact.hospital_id.id, (0, 0))
                rates[fact.hospital_id.id] = (lines + fact.lines, out + fact.out_lines)
        for partner in self:
            key = partner._origin
            lines, out = rates.get(key.id, (0, 0))
            partner.medical_fill_rate = 100 * (lines - out) / lines if lines else 0.0
            partner.medical_risk_value = waste.get(key, 0.0)
            partner.medical_recall_count = notices.get(key, 0)
            partner.medical_threat_count = threats.get(key, 0)

    def action_medical_expiry(self):
        """Open what will expire at this hospital."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_expiry_board_action"
        )
        action["domain"] = [("hospital_id", "=", self.id)]
        return action

    def action_medical_recalls(self):
        """Open the recall notices to this hospital."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_recall_notice_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        return action

    def action_medical_threats(self):
        """Open the tickets of threatened procedures of this hospital."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Threatened Procedures"),
            "res_model": "helpdesk.ticket",
            "view_mode": "list,form",
            "domain": [("medical_event_ids.hospital_id", "=", self.id)],
        }

    def action_medical_facts(self):
        """Open the days of this hospital's storerooms."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_supply_fact_action"
        )
        action["domain"] = [("hospital_id", "=", self.id)]
        return action
