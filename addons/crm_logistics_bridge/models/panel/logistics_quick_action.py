# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import float_compare, plaintext2html

KINDS = ("resend", "unsend", "return", "address", "date", "notify")


class LogisticsQuickAction(models.AbstractModel):
    """What an agent does for a customer from the overview.

    Agents often have no rights on orders and stock. The gate is here: the group, the
    right to read the customer, and an order of that customer in the user's companies.
    Behind it each action does one thing, says in the order's log who did it, and is
    kept in the access log.
    """

    _name = "logistics.quick.action"
    _description = "Quick Actions of the Overview"

    @api.model
    @api.private
    def _checked_order(self, partner, order_id):
        """The order as sudo, where the user may act on it.

        :raises AccessError: not an agent, or may not read the customer
        :raises UserError: no such order of this customer
        """
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise AccessError(
                self.env._("Quick actions need the group Customer Logistics: Agent.")
            )
        partner.check_access("read")
        # sudo: see the class; company and customer are part of the search
        order = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("id", "=", order_id),
                    (
                        "partner_id.commercial_partner_id",
                        "=",
                        partner.sudo().commercial_partner_id.id,
                    ),
                    ("company_id", "in", self.env.companies.ids),
                    ("state", "=", "sale"),
                ]
            )
        )
        if not order:
            raise UserError(self.env._("This customer has no such order."))
        return order

    @api.model
    @api.private
    def _choices(self, partner, order_id):
        """What can be done for an order, and what can be chosen for it.

        :return: dict with name, date, today, address, addresses, lines (delivered
            articles with the most that can be resent) and can (kind -> bool)
        """
        order = self._checked_order(partner, order_id)
        waiting = self._waiting(order)
        lines = self._resendable(order)
        coming_back = [row for row in order._logistics_return_lines() if row["left"]]
        addresses = self._addresses(order)
        return {
            "id": order.id,
            "name": order.name,
            "date": fields.Date.to_string(order.commitment_date or False) or "",
            "today": fields.Date.to_string(fields.Date.context_today(self)),
            "email": order.partner_id.email or "",
            "resent": self._resent_open(order).mapped("name"),
            "address": order.partner_shipping_id.id,
            "addresses": [
                {"id": address.id, "name": self._address_text(address)}
                for address in addresses
            ],
            "lines": [
                {
                    "id": line.id,
                    "name": line.product_id.with_context(
                        display_default_code=False
                    ).display_name,
                    "quantity": quantity,
                    "uom": line.product_uom_id.name,
                }
                for line, quantity in lines.items()
            ],
            **self._return_choices(order, coming_back),
            "can": {
                "return": bool(coming_back),
                "address": bool(waiting),
                "date": bool(waiting),
                "resend": bool(lines),
                "unsend": bool(self._resent_open(order)),
                "notify": bool(order.partner_id.email),
            },
        }

    @api.model
    @api.private
    def _do(self, partner, order_id, kind, values):
        """Do one action; returns what was done, in words.

        :raises UserError: naming what cannot be done and why
        """
        order = self._checked_order(partner, order_id)
        if kind not in KINDS:
            raise UserError(self.env._("There is no action %s.", kind))
        text = getattr(self, f"_do_{kind}")(order, values or {})
        # Said by the agent, with the rights of the action.
        order.message_post(
            body=text,
            author_id=self.env.user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )
        self.env["logistics.access.log"]._note(
            order.partner_id.commercial_partner_id, kind, f"{order.name}: {text}"[:250]
        )
        return text

    # -- what is there ---------------------------------------------------------
    def _waiting(self, order):
        """Transfers of the order that have not left yet."""
        return order.picking_ids.filtered(
            lambda p: (
                p.state not in ("done", "cancel") and p.picking_type_code != "incoming"
            )
        )

    def _addresses(self, order):
        entity = order.partner_id.commercial_partner_id
        contacts = (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("commercial_partner_id", "=", entity.id),
                    ("type", "in", ("contact", "delivery", "other")),
                    ("company_id", "in", (False, order.company_id.id)),
                ],
                limit=50,
            )
        )
        return order.partner_shipping_id | contacts

    def _address_text(self, address):
        parts = (address.name, address.street, address.city, address.zip)
        return ", ".join(part for part in parts if part)

    def _resendable(self, order):
        """Delivered goods by line, less what has been sent again: {line: quantity}."""
        resent = {}
        pickings = (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("logistics_resend_order_id", "=", order.id),
                    ("state", "!=", "cancel"),
                ]
            )
        )
        first = pickings.move_ids.filtered(
            lambda m: not m.move_orig_ids and m.state != "cancel"
        )
        for move in first:
            resent.setdefault(move.product_id, 0.0)
            resent[move.product_id] += move.product_qty
        result = {}
        for line in order.order_line:
            product = line.product_id
            if product.type != "consu" or line.qty_delivered <= 0:
                continue
            gone = line.product_uom_id._compute_quantity(
                line.qty_delivered, product.uom_id
            )
            left = gone - resent.get(product, 0.0)
            if left > 0:
                result[line] = product.uom_id._compute_quantity(
                    left, line.product_uom_id
                )
        return result

    # -- actions ------------------------------------------------------------------
    def _do_address(self, order, values):
        waiting = self._waiting(order)
        if not waiting:
            raise UserError(
                self.env._("%s has left already; its address stays.", order.name)
            )
        address = self._addresses(order).filtered(
            lambda a: a.id == values.get("address")
        )
        if not address:
            raise UserError(self.env._("Choose an address of this customer."))
        shipped = order.picking_ids.filtered(lambda p: p.state == "done")
        if not shipped.filtered(lambda p: p.picking_type_code == "outgoing"):
            order.with_context(
                update_delivery_shipping_partner=True
            ).partner_shipping_id = address
        waiting.partner_id = address
        return self.env._(
            "Delivery address of %(names)s changed to %(address)s.",
            names=", ".join(waiting.mapped("name")),
            address=self._address_text(address),
        )

    def _do_date(self, order, values):
        if not self._waiting(order):
            raise UserError(
                self.env._("%s has left already; its date stays.", order.name)
            )
        try:
            date = fields.Date.to_date(values.get("date") or False)
        except (TypeError, ValueError):
            date = False
        if not date:
            raise UserError(self.env._("Choose a date."))
        if date < fields.Date.context_today(self):
            raise UserError(self.env._("%s has passed.", date))
        order.commitment_date = fields.Datetime.to_datetime(date).replace(hour=12)
        return self.env._("Delivery date changed to %s.", date)

    def _do_resend(self, order, values):
        """Send delivered goods again, free of charge, by the warehouse's own route.

        Without a link to the order lines: what is sent again is not invoiced.
        """
        allowed = self._resendable(order)
        wanted = {}
        for line, most in allowed.items():
            quantity = (values.get("lines") or {}).get(str(line.id)) or 0
            if not isinstance(quantity, int | float) or quantity < 0:
                raise UserError(
                    self.env._(
                        "%(name)s: %(value)s is no quantity.",
                        name=line.product_id.display_name,
                        value=quantity,
                    )
                )
            if float_compare(quantity, most, precision_digits=4) > 0:
                raise UserError(
                    self.env._(
                        "%(name)s: at most %(most)g can be sent again.",
                        name=line.product_id.display_name,
                        most=most,
                    )
                )
            if quantity:
                wanted[line] = quantity
        if not wanted:
            raise UserError(self.env._("Choose what to send again."))
        reference = (
            self.env["stock.reference"]
            .sudo()
            .create({"name": self.env._("Resend of %s", order.name)})
        )
        Rule = self.env["stock.rule"].sudo()
        Rule.run(
            [
                Rule.Procurement(
                    line.product_id,
                    quantity,
                    line.product_uom_id,
                    order.partner_shipping_id.property_stock_customer,
                    line.product_id.display_name,
                    reference.name,
                    order.company_id,
                    {
                        "company_id": order.company_id,
                        "warehouse_id": order.warehouse_id,
                        "partner_id": order.partner_shipping_id.id,
                        "reference_ids": reference,
                        "date_planned": fields.Datetime.now(),
                        "priority": "1",
                    },
                )
                for line, quantity in wanted.items()
            ]
        )
        moves = (
            self.env["stock.move"]
            .sudo()
            .search([("reference_ids", "in", reference.ids)])
        )
        pickings = moves.picking_id
        pickings.logistics_resend_order_id = order
        pickings.action_assign()
        pickings._logistics_schedule_refresh()
        return self.env._(
            "Sent again: %(goods)s (%(names)s).",
            goods=", ".join(
                f"{quantity:g} × {line.product_id.name}"
                for line, quantity in wanted.items()
            ),
            names=", ".join(pickings.mapped("name")),
        )

    def _return_choices(self, order, rows):
        """What of the order may come back, and what has to be chosen for it."""
        policy = self.env["logistics.return.policy"]
        return {
            "returns": [
                {
                    "key": row["key"],
                    "name": row["product"]
                    .with_context(display_default_code=False)
                    .display_name,
                    "quantity": row["left"],
                    "uom": row["uom"].name,
                }
                for row in rows
            ],
            "reasons": [
                {"id": reason.id, "name": reason.name}
                for reason in self.env["logistics.return.reason"].sudo().search([])
            ],
            "conditions": [
                {"code": code, "name": name}
                for code, name in policy._fields["condition"]._description_selection(
                    self.env
                )
            ],
            "operations": [
                {"id": operation.id, "name": operation.name}
                for operation in order._logistics_return_operations()
            ],
        }

    def _do_return(self, order, values):
        """Request a return as the customer would on the portal, by the same policies."""
        quantities = values.get("lines") or {}
        for value in quantities.values():
            if not isinstance(value, int | float) or value < 0:
                raise UserError(self.env._("%s is no quantity.", value))
        rmas = order._logistics_request_return(
            {
                "lines": {
                    key: {
                        "quantity": value,
                        "reason": values.get("reason"),
                        "condition": values.get("condition"),
                    }
                    for key, value in quantities.items()
                },
                "operation": values.get("operation"),
                "handover": "pickup",
                "note": values.get("text"),
            }
        )
        return self.env._(
            "Return requested: %s", ", ".join(rmas.mapped("display_name"))
        )

    def _resent_open(self, order):
        """Transfers that send goods of the order again and have not left."""
        return (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("logistics_resend_order_id", "=", order.id),
                    ("state", "not in", ("done", "cancel")),
                ]
            )
        )

    def _do_unsend(self, order, _values):
        """Take back what is sent again, as long as it is in the warehouse."""
        pickings = self._resent_open(order)
        if not pickings:
            raise UserError(
                self.env._(
                    "What was sent again for %s has left; it cannot be taken back.",
                    order.name,
                )
            )
        pickings.action_cancel()
        return self.env._(
            "No longer sent again: %s.", ", ".join(pickings.mapped("name"))
        )

    def _do_notify(self, order, values):
        text = (values.get("text") or "").strip()
        if not text:
            raise UserError(self.env._("Write what the customer should know."))
        partner = order.partner_id
        if not partner.email:
            raise UserError(self.env._("%s has no e-mail address.", partner.name))
        order.with_context(lang=partner.lang).message_post(
            body=plaintext2html(text[:5000])
            + Markup('<p><a href="{url}">{label}</a></p>').format(
                url=order._logistics_tracking_url(),
                label=self.with_context(lang=partner.lang).env._(
                    "Follow your delivery"
                ),
            ),
            subject=order.name,
            author_id=self.env.user.partner_id.id,
            partner_ids=partner.ids,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        return self.env._("Customer notified.")
