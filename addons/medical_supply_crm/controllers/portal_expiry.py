# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from .common import HOME, MedicalPortal

EXPIRY = f"{HOME}/expiry"


class MedicalPortalExpiry(MedicalPortal):
    """Goods that will probably expire where they lie, and what would save them."""

    def _medical_nav(self, scope):
        entries = super()._medical_nav(scope)
        if scope.sees_stock:
            entries.append(
                {
                    "key": "medical_expiry",
                    "label": request.env._("Expiry"),
                    "url": EXPIRY,
                    "icon": "fa-hourglass-end",
                    "sequence": 60,
                }
            )
        return entries

    def _medical_tiles(self, scope):
        tiles = super()._medical_tiles(scope)
        if scope.sees_stock:
            tiles.append(
                {
                    "key": "medical_expiry",
                    "sequence": 50,
                    "title": request.env._("Lots that will expire unused"),
                    "url": EXPIRY,
                    "count": scope.count("medical.waste.risk"),
                    "level": "warning",
                }
            )
        return tiles

    @http.route(EXPIRY, type="http", auth="user", website=True, readonly=True)
    def medical_expiry(self, done=None, **_kwargs):
        """The lots at risk, first expired first."""
        return self._render_expiry(
            notice=request.env._("Done. The transfer is under way.") if done else None
        )

    def _render_expiry(self, error=None, notice=None):
        scope = self._medical_scope()
        if not scope.sees_stock:
            return self._medical_away()
        risks = scope.search("medical.waste.risk", order="expiry, id", limit=200)
        return self._medical_render(
            "portal_expiry",
            "medical_expiry",
            request.env._("Expiring soon"),
            risks=risks,
            may_act={risk.id for risk in risks if self._may_act(scope, risk)},
            error=error,
            notice=notice,
        )

    def _may_act(self, scope, risk):
        """Managers start what stays within their hospital; what leaves it, or is not
        theirs, is started by the medical desk."""
        return (
            scope.is_manager
            and not risk.expiry_action_id
            and (
                risk.best_action == "use_first"
                or (
                    risk.best_action in ("move", "swap")
                    and risk.target_id.hospital_id == risk.hospital_id
                )
            )
        )

    @http.route(
        f"{EXPIRY}/<int:risk_id>/apply",
        type="http",
        auth="user",
        website=True,
        methods=["POST"],
    )
    def medical_expiry_apply(self, risk_id, **_form):
        """Start the best action of one lot."""
        self._speak_users_language()
        scope = self._medical_scope()
        try:
            risk = self._medical_record("medical.waste.risk", risk_id)
            if not self._may_act(scope, risk):
                raise AccessError(request.env._("The medical desk decides about this."))
        except (AccessError, MissingError):
            return self._medical_away()
        try:
            with request.env.cr.savepoint():
                risk._apply()
        except UserError as error:
            return self._render_expiry(error=error.args[0])
        return request.redirect(f"{EXPIRY}?done=1")
