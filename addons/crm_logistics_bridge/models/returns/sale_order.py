# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...engine import returns

#: Returns that no longer, or do not yet, move goods: rma counts the moved ones.
OPEN_WITHOUT_MOVE = ("draft",)


class SaleOrder(models.Model):
    """Returns as the customer requests them on the portal."""

    _inherit = "sale.order"

    @api.private
    def _logistics_return_lines(self):
        """What of these orders may still come back, one row per delivered move.

        :return: list of dicts with key, order, line, product, picking, move, uom, left
            (quantity not yet returned or requested), days since arrival (None: not
            arrived), policy
        """
        lines = []
        now = fields.Datetime.now()
        policies = {
            company: self.env["logistics.return.policy"]._for_products(
                orders.order_line.product_id, company
            )
            for company, orders in self.grouped("company_id").items()
        }
        for line in self.order_line:
            for data in line.prepare_sale_rma_data():
                picking = data["picking"]
                if not picking:
                    continue
                move = line.move_ids.filtered(
                    lambda m, picking=picking, data=data: (
                        m.picking_id == picking
                        and m.product_id == data["product"]
                        and m.state == "done"
                    )
                )[:1]
                # rma counts moves; a request not confirmed yet has none
                asked = line.order_id.rma_ids.filtered(
                    lambda rma, move=move: (
                        rma.move_id == move and rma.state in OPEN_WITHOUT_MOVE
                    )
                )
                left = data["quantity"] - sum(asked.mapped("product_uom_qty"))
                arrival = picking.date_delivered or (
                    picking.date_done
                    if picking.logistics_eta_source == "delivered"
                    else False
                )
                lines.append(
                    {
                        "key": str(move.id),
                        "order": line.order_id,
                        "line": line,
                        "product": data["product"],
                        "picking": picking,
                        "move": move,
                        "uom": data["uom"],
                        "left": max(left, 0.0),
                        "days": (now - arrival).days if arrival else None,
                        "policy": policies[line.company_id].get(
                            data["product"],
                            self.env["logistics.return.policy"],
                        ),
                    }
                )
        return lines

    @api.private
    def _logistics_return_operations(self):
        """What a customer may ask for: money back or the same article again."""
        operations = self.env["rma.operation"]
        for name in ("rma.rma_operation_refund", "rma.rma_operation_replace"):
            operations |= self.env.ref(name, raise_if_not_found=False) or operations
        return operations.filtered("active")

    @api.private
    def _logistics_request_return(self, request, files=()):
        """Make the returns a customer asks for, or refuse in words.

        Of one order or of several of the same customer and company. All or nothing:
        one refused line refuses the request, so that the customer decides anew. The
        caller has checked that the sender may see these orders, and passes sudo.

        :param dict request: lines ({key: {quantity, reason, condition, exchange}};
            reason is the id of a logistics.return.reason, exchange the id of another
            article wanted instead), operation (id), handover (pickup or
            dropoff), dropoff (warehouse id), pickup_date (date or False), note (str)
        :param files: pictures, list of (name, bytes)
        :return: the returns, rma
        :raises UserError: in words for the customer, one line per refused article
        """
        if not self or any(order.state != "sale" for order in self):
            raise UserError(self.env._("This order has not been confirmed."))
        if len(self.partner_id.commercial_partner_id) > 1 or len(self.company_id) > 1:
            raise UserError(
                self.env._(
                    "Please return these orders one by one: %s.",
                    ", ".join(self.mapped("name")),
                )
            )
        rows = {row["key"]: row for row in self._logistics_return_lines()}
        wanted = {
            key: values
            for key, values in request["lines"].items()
            if values.get("quantity")
        }
        if not wanted:
            raise UserError(self.env._("Please choose what you want to return."))
        if set(wanted) - set(rows):
            raise UserError(self.env._("This article is not part of the order."))
        pictures = self._logistics_checked_pictures(files)
        operation = self._logistics_return_operations().filtered(
            lambda o: o.id == request.get("operation")
        )
        if not operation:
            raise UserError(self.env._("Please choose a refund or an exchange."))
        handover = self._logistics_handover_values(request)
        reasons = self.env["logistics.return.reason"].search([("active", "=", True)])
        refused, values_list = [], []
        for key, wish in wanted.items():
            row = rows[key]
            reason = reasons.filtered(lambda r, wish=wish: r.id == wish.get("reason"))
            if not reason:
                raise UserError(
                    self.env._(
                        "%s: please choose a reason.", row["product"].display_name
                    )
                )
            text = self._logistics_refusal(row, wish, reason, len(pictures))
            if text:
                refused.append(text)
                continue
            values_list.append(
                {
                    **self._logistics_return_values(row, wish, reason),
                    **self._logistics_exchange_values(row, wish, operation),
                    **handover,
                    "operation_id": operation.id,
                    "description": plaintext2html((request.get("note") or "")[:5000]),
                }
            )
        if refused:
            raise UserError("\n".join(refused))
        return self._logistics_make_returns(values_list, pictures)

    def _logistics_refusal(self, row, wish, reason, picture_count):
        condition = wish.get("condition") or "used"
        if condition not in returns.CONDITIONS:
            raise UserError(self.env._("Please choose the condition."))
        line = {
            **row,
            "quantity": wish["quantity"],
            "our_fault": reason.our_fault,
            "condition": condition,
            "pictures": picture_count,
            "picture_needed": reason.picture_needed,
        }
        code = returns.refusal(row["policy"]._values(), line)
        return code and row["policy"]._refusal_text(code, line)

    def _logistics_handover_values(self, request):
        if request.get("handover") == "dropoff":
            place = self._logistics_return_places().filtered(
                lambda w: w.id == request.get("dropoff")
            )
            if not place:
                raise UserError(self.env._("Please choose where you want to bring it."))
            return {
                "logistics_handover": "dropoff",
                "logistics_dropoff_id": place.id,
            }
        date = request.get("pickup_date") or False
        if date and date < fields.Date.context_today(self):
            raise UserError(self.env._("The pickup date %s has passed.", date))
        if date and date > fields.Date.context_today(self) + timedelta(days=60):
            raise UserError(self.env._("The pickup date %s is too far away.", date))
        return {"logistics_handover": "pickup", "logistics_pickup_date": date}

    @api.private
    def _logistics_return_places(self):
        """Warehouses of the company that take returns from customers."""
        return self.env["stock.warehouse"].search(
            [
                ("company_id", "in", self.company_id.ids),
                ("logistics_return_place", "=", True),
            ]
        )

    def _logistics_return_values(self, row, wish, reason):
        order = row["order"]
        warehouse = row["picking"].picking_type_id.warehouse_id
        return {
            "partner_id": order.partner_id.id,
            "partner_invoice_id": order.partner_invoice_id.id,
            "partner_shipping_id": order.partner_shipping_id.id,
            "origin": order.name,
            "company_id": order.company_id.id,
            "location_id": warehouse.rma_loc_id.id,
            "order_id": order.id,
            "picking_id": row["picking"].id,
            "move_id": row["move"].id,
            "product_id": row["product"].id,
            "product_uom_qty": wish["quantity"],
            "product_uom": row["uom"].id,
            "logistics_policy_id": row["policy"].id,
            "logistics_reason_id": reason.id,
            "logistics_condition": wish.get("condition") or "used",
        }

    def _logistics_make_returns(self, values_list, pictures):
        number = f"{self[0].name}-{secrets.token_hex(3).upper()}"
        rmas = (
            self.env["rma"]
            .with_context(from_portal=True)
            .create([{**values, "logistics_request": number} for values in values_list])
        )
        for rma in rmas:
            rma._add_message_subscribe_partner()
            self._logistics_attach(rma, pictures)
        # An exchange for another article has a price: an agent looks at it first.
        rmas.filtered(
            lambda rma: (
                not rma.logistics_exchange_product_id
                and (not rma.logistics_policy_id or rma.logistics_policy_id.confirm)
            )
        ).action_confirm()
        for order, returned in rmas.grouped("order_id").items():
            order._logistics_link_returns(returned)
            order.message_post(
                body=self.env._(
                    "Return requested: %s", ", ".join(returned.mapped("display_name"))
                )
            )
        return rmas

    def _logistics_link_returns(self, rmas):
        """Open tickets about this order learn of the returns."""
        links = self.env["logistics.ticket.link"].search(
            [
                ("order_id", "=", self.id),
                ("state", "=", "confirmed"),
                ("ticket_id.closed", "=", False),
            ]
        )
        for ticket in links.ticket_id:
            for rma in rmas:
                ticket._logistics_add_link(
                    rma, self.env._("Requested for the order of this ticket")
                )
