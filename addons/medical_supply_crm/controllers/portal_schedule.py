# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, http
from odoo.http import request

from .common import HOME, MedicalPortal

DEMAND = f"{HOME}/demand"
DEMAND_DAYS = 14


class MedicalPortalSchedule(MedicalPortal):
    """Booked procedures and what they need, day by day."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_demand",
                    "label": request.env._("Schedule"),
                    "url": DEMAND,
                    "icon": "fa-calendar",
                    "sequence": 20,
                }
            )
        return entries

    def _demand_domain(self, start, end):
        return [("state", "=", "ready"), ("start", ">=", start), ("start", "<", end)]

    @http.route(DEMAND, type="http", auth="user", website=True, readonly=True)
    def medical_demand(self, **_kwargs):
        """Booked procedures and what they need, day by day."""
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        now = fields.Datetime.now()
        events = scope.search(
            "medical.event",
            self._demand_domain(now, now + timedelta(days=DEMAND_DAYS)),
            order="start, id",
        )
        days = {}
        for event in events:
            procedures = days.setdefault(event._local_date(), {})
            for procedure in event.procedure_ids:
                row = procedures.setdefault(procedure, {"count": 0, "products": {}})
                row["count"] += 1
            for kit_line in event.kit_ids.line_ids:
                products = procedures.setdefault(
                    kit_line.kit_id.procedure_id, {"count": 1, "products": {}}
                )["products"]
                products[kit_line.product_id] = (
                    products.get(kit_line.product_id, 0.0)
                    + kit_line.quantity
                    * kit_line.probability
                    * kit_line.kit_id.procedure_id.show_probability
                )
        return self._medical_render(
            "portal_demand",
            "medical_demand",
            request.env._("What the schedule needs"),
            days=days,
            horizon=DEMAND_DAYS,
        )
