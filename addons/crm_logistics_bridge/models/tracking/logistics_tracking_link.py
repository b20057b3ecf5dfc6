# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
import secrets

from odoo import api, fields, models
from odoo.tools import consteq, hmac

SCOPE = "crm_logistics_bridge.tracking"
#: A link handed out anew has at least so many days left.
SPARE_DAYS = 7


class LogisticsTrackingLink(models.Model):
    """Permission to follow one order without logging in.

    The token is "<id>-<signature>": an HMAC-SHA256 with the database's secret over the
    order and a random nonce. The table holds no token, so reading it (or a copy of it)
    opens nothing. A link ends by date or by being revoked.
    """

    _name = "logistics.tracking.link"
    _description = "Tracking Link"
    _order = "create_date desc, id desc"
    _rec_name = "order_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    expiration_date = fields.Datetime(
        string="Valid until", required=True, readonly=True
    )
    revoked = fields.Boolean(readonly=True, copy=False)
    nonce = fields.Char(
        required=True,
        readonly=True,
        copy=False,
        groups="base.group_system",
        default=lambda self: secrets.token_urlsafe(16),
    )
    visit_count = fields.Integer(string="Visits", readonly=True, copy=False)
    visit_date = fields.Datetime(string="Last visit", readonly=True, copy=False)
    state = fields.Selection(
        [("valid", "Valid"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )
    url = fields.Char(string="Address", compute="_compute_url")

    @api.depends("expiration_date", "revoked")
    def _compute_state(self):
        now = fields.Datetime.now()
        for link in self:
            if link.revoked:
                link.state = "revoked"
            else:
                link.state = "valid" if link.expiration_date > now else "expired"

    @api.depends("order_id", "state")
    def _compute_url(self):
        for link in self:
            link.url = link.state == "valid" and (
                f"{link.order_id.get_base_url()}/track/{link._token()}"
            )

    def _token(self):
        self.ensure_one()
        # The nonce is nobody's to read; the token made of it is the customer's.
        nonce = self.sudo().nonce
        signature = hmac(self.env(su=True), SCOPE, (self.id, self.order_id.id, nonce))
        return f"{self.id}-{signature}"

    @api.model
    @api.private
    def _for_order(self, order):
        """The order's valid link, made anew where none has enough days left."""
        now = fields.Datetime.now()
        link = self.search(
            [
                ("order_id", "=", order.id),
                ("revoked", "=", False),
                (
                    "expiration_date",
                    ">",
                    fields.Datetime.add(now, days=SPARE_DAYS),
                ),
            ],
            limit=1,
        )
        if not link:
            days = max(order.company_id.logistics_tracking_days, SPARE_DAYS + 1)
            link = self.create(
                {
                    "order_id": order.id,
                    "expiration_date": fields.Datetime.add(now, days=days),
                }
            )
        return link

    @api.model
    @api.private
    def _from_token(self, token):
        """Link of a token from outside: (link, state); (empty, 'unknown') when forged."""
        found = re.fullmatch(r"(\d{1,9})-([0-9a-f]{64})", token or "")
        link = self.browse(int(found[1])).exists() if found else self.browse()
        if not link or not consteq(link._token(), token):
            return self.browse(), "unknown"
        return link, link.state

    @api.private
    def _count_visit(self):
        self.ensure_one()
        self.write(
            {"visit_count": self.visit_count + 1, "visit_date": fields.Datetime.now()}
        )

    def action_revoke(self):
        """Close the link at once; whoever may change the order may do so."""
        self.order_id.check_access("read")
        # Links have no writers of their own; the right to read the order is the gate.
        self.sudo().revoked = True
        return True

    @api.autovacuum
    def _gc_links(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=180)
        self.search([("expiration_date", "<", limit)], limit=10000).unlink()
