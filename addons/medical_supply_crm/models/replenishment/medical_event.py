# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import fields, models
from odoo.fields import Command


class MedicalEvent(models.Model):
    _inherit = "medical.event"

    threat_over = fields.Boolean(
        readonly=True,
        copy=False,
        help="The ticket was closed by a run, because the procedure is covered again.",
    )

    def _threat_ticket_values(self, lines, category):
        """Besides procedure and products, what is on its way and when it comes."""
        values = super()._threat_ticket_values(lines, category)
        pickings = lines._open_deliveries()
        values["description"] += self._threat_delivery_text(pickings)
        return dict(
            values,
            medical_product_ids=[Command.set(lines.product_id.ids)],
            medical_picking_ids=[Command.set(pickings.ids)],
        )

    def _threat_delivery_text(self, pickings):
        if not pickings:
            return Markup("<p>%s</p>") % self.env._("Nothing is on its way.")
        return Markup("<p>%s</p><ul>%s</ul>") % (
            self.env._("On its way, but too late or too little:"),
            Markup().join(
                Markup("<li>%s: %s</li>")
                % (
                    picking.name,
                    fields.Date.to_string(
                        fields.Datetime.context_timestamp(
                            picking,
                            picking.logistics_eta_date or picking.scheduled_date,
                        )
                    ),
                )
                for picking in pickings
            ),
        )

    def _update_threat_ticket(self, lines):
        """Bring the ticket in line with what the last run found.

        :param lines: medical.storeroom.line that will be short, empty when covered
        """
        self.ensure_one()
        # sudo: the run speaks for the medical desk, tickets may be another team's
        ticket = self.ticket_id.sudo()
        if not lines:
            if not ticket.stage_id.closed:
                self._close_threat_ticket(ticket)
            return
        if ticket.stage_id.closed:
            if not self.threat_over:
                return  # a person closed it
            stages = ticket.team_id._get_applicable_stages()
            ticket.stage_id = stages.filtered(lambda stage: not stage.closed)[:1]
            self.threat_over = False
            ticket.message_post(body=self.env._("Short again."))
        pickings = lines._open_deliveries()
        if lines.product_id != ticket.medical_product_ids or (
            pickings != ticket.medical_picking_ids
        ):
            ticket.write(
                {
                    "medical_product_ids": [Command.set(lines.product_id.ids)],
                    "medical_picking_ids": [Command.set(pickings.ids)],
                }
            )
            ticket.message_post(
                body=Markup("<p>%s</p>%s")
                % (
                    self.env._(
                        "Now short: %s",
                        ", ".join(lines.product_id.mapped("display_name")),
                    ),
                    self._threat_delivery_text(pickings),
                )
            )

    def _close_threat_ticket(self, ticket):
        stages = ticket.team_id._get_applicable_stages()
        stage = stages.filtered("closed")[:1]
        reason = (
            self.env._("Closed: the procedure is covered again.")
            if self.is_booked and self.state == "ready"
            else self.env._("Closed: the procedure no longer takes place.")
        )
        ticket.message_post(body=reason)
        if stage:
            ticket.stage_id = stage
            self.threat_over = True
