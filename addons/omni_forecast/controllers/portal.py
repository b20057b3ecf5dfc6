# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Domain
from odoo.http import request, route
from odoo.tools import format_date

from odoo.addons.portal.controllers.portal import CustomerPortal


class ForecastPanelPortal(CustomerPortal):
    """Panels on the portal, for portal and internal members alike.

    The code that leads to a member's own answers travels in the body of a request, never in
    an address, so that it stands in no log of requests.
    """

    def _panel_domain(self):
        """Panels that the user is a member of; managers moderate others elsewhere."""
        return Domain("participant_ids.user_id", "=", request.env.uid) & Domain(
            "state", "!=", "draft"
        )

    def _my_panels(self, domain=Domain.TRUE):
        panels = request.env["forecast.delphi"]
        if not panels.has_access("read"):
            return panels
        # sudo: members may not search by the list of members; the domain is the own name
        found = panels.sudo().search(self._panel_domain() & domain)
        return found.sudo(False)._filtered_access("read")

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "forecast_panel_count" in counters:
            values["forecast_panel_count"] = len(
                self._my_panels(Domain("state", "=", "open"))
            )
        return values

    def _get_panel(self, panel_id):
        """The panel, if the user is a member of it.

        :raises MissingError: it does not exist, or not for this user
        """
        panel = self._my_panels(Domain("id", "=", panel_id))
        if not panel:
            raise MissingError(request.env._("There is no such panel."))
        return panel

    @route("/my/forecast-panels", type="http", auth="user", website=True)
    def portal_my_forecast_panels(self, **_params):
        values = self._prepare_portal_layout_values()
        panels = self._my_panels()
        values.update(
            page_name="forecast_panel",
            panels=panels,
            answered={panel.id: panel._participant().answered for panel in panels},
            texts={panel.id: self._round_text(panel) for panel in panels},
        )
        return request.render("omni_forecast.portal_my_forecast_panels", values)

    @route("/my/forecast-panels/<int:panel_id>", type="http", auth="user", website=True)
    def portal_forecast_panel(self, panel_id, **_params):
        try:
            panel = self._get_panel(panel_id)
        except (AccessError, MissingError):
            return request.redirect("/my")
        closed = panel.round_ids.filtered("feedback").sorted("number")
        values = self._prepare_portal_layout_values()
        values.update(
            page_name="forecast_panel",
            panel=panel,
            answered=panel._participant().answered,
            closed_rounds=closed,
            last_round=closed[-1:],
            months=[self._period_label(panel, day) for day in panel.periods],
            number=closed._number,
            round_text=self._round_text(panel),
            said_text=request.env._(
                "Round %(number)s: what %(count)s answers said",
                number=closed[-1:].number,
                count=closed[-1:].answer_count,
            ),
        )
        response = request.render("omni_forecast.portal_forecast_panel", values)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _round_text(self, panel):
        if panel.state != "open":
            return ""
        return request.env._(
            "Round %(number)s of at most %(most)s, until %(date)s",
            number=panel.round_id.number,
            most=panel.max_rounds,
            date=format_date(request.env, panel.round_id.deadline),
        )

    def _period_label(self, panel, day):
        return day[:7] if panel.grain == "month" else day

    @route("/my/forecast-panels/<int:panel_id>/mine", type="jsonrpc", auth="user")
    def portal_forecast_panel_mine(self, panel_id, code):
        """The member's own answers, by the code of the browser."""
        try:
            return self._get_panel(panel_id).own_answers(code)
        except (AccessError, MissingError, UserError) as problem:
            return {"error": str(problem)}

    @route("/my/forecast-panels/<int:panel_id>/answer", type="jsonrpc", auth="user")
    def portal_forecast_panel_answer(self, panel_id, code, quantities, argument=""):
        """Give or change an answer."""
        try:
            self._get_panel(panel_id).submit_answer(code, quantities, argument)
        except (AccessError, MissingError, UserError) as problem:
            return {"error": str(problem)}
        return {"done": True}
