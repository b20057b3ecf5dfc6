# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang


class SaleOrder(models.Model):
    """Delivery as this customer likes it, proposed while the order is a quotation."""

    _inherit = "sale.order"

    logistics_preferred_carrier_id = fields.Many2one(
        "delivery.carrier",
        string="Usual carrier",
        compute="_compute_logistics_preference",
    )
    logistics_preferred_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Usual warehouse",
        compute="_compute_logistics_preference",
    )
    logistics_preference = fields.Char(
        string="Delivery preference",
        compute="_compute_logistics_preference",
        help="Read from the customer's last 50 deliveries: what was chosen most and "
        "came by its promise.",
    )
    logistics_warehouse_options = fields.Html(
        string="Warehouses compared", compute="_compute_logistics_warehouse_options"
    )

    @api.depends("partner_id", "company_id", "state")
    def _compute_logistics_preference(self):
        # What the customer usually does is no secret to who writes the order.
        Preference = self.env["logistics.preference"].sudo()
        windows = self.env["logistics.preference"]._window_labels()
        for order in self:
            habits = {}
            if order.partner_id and order.state in ("draft", "sent"):
                habits = Preference._habits(
                    order.partner_id._origin or order.partner_id, order.company_id
                )
            carrier = self.env["delivery.carrier"].browse(
                habits.get("carrier", {}).get("key", [])
            )
            warehouse = self.env["stock.warehouse"].browse(
                habits.get("warehouse", {}).get("key", [])
            )
            order.logistics_preferred_carrier_id = carrier.exists()
            order.logistics_preferred_warehouse_id = warehouse.exists()
            names = {
                "carrier": carrier.sudo().name,
                "warehouse": warehouse.sudo().name,
                "pickup": self.env["res.partner"]
                .sudo()
                .browse(habits.get("pickup", {}).get("key", []))
                .name,
                "window": windows.get(habits.get("window", {}).get("key")),
            }
            order.logistics_preference = ", ".join(
                self.env._(
                    "%(name)s (%(count)s of %(total)s, %(kept)s %% on time)",
                    name=names[kind],
                    count=habit["count"],
                    total=habit["total"],
                    kept=round(100 * habit["kept"]),
                )
                for kind, habit in habits.items()
            )

    @api.depends(
        "partner_shipping_id", "order_line", "state", "company_id", "carrier_id"
    )
    def _compute_logistics_warehouse_options(self):
        for order in self:
            order.logistics_warehouse_options = False
            if order.state in ("draft", "sent") and order.partner_shipping_id:
                order.logistics_warehouse_options = order._logistics_options_html()

    def _logistics_options_html(self):
        options = self.env["logistics.preference"]._warehouse_options(
            self, self.carrier_id or self.logistics_preferred_carrier_id
        )
        if len(options) < 2:
            return False
        near = self.env["logistics.preference"]._near_labels()
        rows = Markup().join(
            Markup(
                "<tr><td>{} <small class='text-muted'>({})</small></td>"
                "<td>{}</td><td>{}</td><td>{}</td></tr>"
            ).format(
                option["warehouse"].name,
                near[option["near"]],
                self._logistics_option_dates(option),
                self._logistics_option_price(option),
                self.env._("Missing: %s", ", ".join(option["short"]))
                if option["short"]
                else self.env._("All there"),
            )
            for option in options
        )
        return Markup('<table class="table table-sm mb-0">{}</table>').format(rows)

    def _logistics_option_price(self, option):
        if option["price"] is None:
            return self.env._("price: only the carrier knows")
        return formatLang(self.env, option["price"], currency_obj=self.currency_id)

    def _logistics_option_dates(self, option):
        if not option["expected"]:
            return self.env._("no history")
        first, last = (
            format_date(
                self.env, fields.Datetime.context_timestamp(self, option[name]).date()
            )
            for name in ("expected", "latest")
        )
        return first if first == last else f"{first} – {last}"

    def action_logistics_use_preference(self):
        """Take over the customer's usual warehouse and carrier."""
        self.ensure_one()
        if self.state not in ("draft", "sent"):
            raise UserError(
                self.env._("%s is confirmed; its delivery stays.", self.name)
            )
        if self.logistics_preferred_warehouse_id:
            self.warehouse_id = self.logistics_preferred_warehouse_id
        carrier = self.logistics_preferred_carrier_id
        if carrier and carrier != self.carrier_id:
            rate = carrier.rate_shipment(self)
            if not rate.get("success"):
                raise UserError(
                    rate.get("error_message")
                    or self.env._("%s gives no price for this order.", carrier.name)
                )
            self.set_delivery_line(carrier, rate["price"])
        return True
