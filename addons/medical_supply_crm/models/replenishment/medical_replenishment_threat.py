# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import pandas as pd

from odoo import models

from .medical_storeroom_line import DELIVERIES


class MedicalReplenishmentThreat(models.Model):
    """Booked procedures whose kit will be short before their date, and their tickets."""

    _inherit = "medical.replenishment.run"

    def _threatened(self, plan_lines, tables):
        """Booked procedures whose goods cannot be there in time: they lie between
        the day the stock runs out, deliveries on their way included by their expected
        arrival, and the storeroom's next delivery.

        :return: dict storeroom line id -> list of event ids
        """
        short = plan_lines.loc[
            plan_lines["first_short_date"].notna(),
            ["line_id", "storeroom_id", "product_id", "first_short_date"],
        ]
        next_delivery = {
            room.id: pd.Timestamp(room.next_delivery_date(self.date))
            for room in self.storeroom_ids
        }
        uses = (
            tables["bookings"]
            .merge(tables["kit_lines"], on="kit_id")
            .merge(short, on=["storeroom_id", "product_id"])
        )
        day = pd.to_datetime(uses["date"])
        hit = (day >= uses["first_short_date"]) & (
            day < pd.to_datetime(uses["storeroom_id"].map(next_delivery))
        )
        return {
            int(line_id): sorted({int(event) for event in events})
            for line_id, events in uses[hit].groupby("line_id")["event_id"]
        }

    def _raise_tickets(self, threatened):
        """One urgent ticket for each booked procedure that the stock will not cover.

        A ticket of an earlier run is brought up to date; it closes by itself when the
        procedure is covered again or no longer takes place, and opens again when that
        changes. A ticket that a person has closed stays closed.
        """
        lines = self.env["medical.storeroom.line"].browse(list(threatened))
        lines = lines.filtered("criticality_id.raise_ticket")
        lines = lines.with_context(**{DELIVERIES: lines._open_deliveries_by_line()})
        at_risk = {}
        for line in lines:
            for event_id in threatened[line.id]:
                at_risk[event_id] = at_risk.get(event_id, lines.browse()) | line
        model = self.env["medical.event"]
        known = model.search(
            [
                ("storeroom_id", "in", self.storeroom_ids.ids),
                ("ticket_id", "!=", False),
                "|",
                ("ticket_id.stage_id.closed", "=", False),
                ("id", "in", list(at_risk)),
            ]
        )
        for event in known:
            event._update_threat_ticket(at_risk.get(event.id, lines.browse()))
        events = model.browse(at_risk).exists() - known
        category = self.env.ref("medical_supply_crm.ticket_category_medical_urgent")
        tickets = self.env["helpdesk.ticket"].create(
            [
                event._threat_ticket_values(at_risk[event.id], category)
                for event in events
            ]
        )
        for event, ticket in zip(events, tickets, strict=True):
            event.ticket_id = ticket
