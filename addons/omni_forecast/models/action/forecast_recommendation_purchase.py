# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime, time, timedelta

from psycopg2 import OperationalError

from odoo import fields, models


class ForecastRecommendation(models.Model):
    """Purchases: one request for quotation per vendor, warehouse and currency."""

    _inherit = "forecast.recommendation"

    quantity = fields.Float(
        digits="Product Unit", readonly=True, help="In the product's unit of measure."
    )
    vendor_id = fields.Many2one(
        "res.partner", index="btree_not_null", ondelete="cascade", readonly=True
    )
    supplierinfo_id = fields.Many2one(
        "product.supplierinfo",
        string="Vendor Price",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    purchase_uom_id = fields.Many2one(
        "uom.uom", string="Vendor's Unit", ondelete="restrict", readonly=True
    )
    purchase_qty = fields.Float(
        string="Quantity to Order",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="In the vendor's unit.",
    )
    order_date = fields.Date(
        string="Order by",
        readonly=True,
        help="Last day to order so that goods arrive before stock runs out, by the "
        "vendor's and the company's working days; at the latest at the next review.",
    )
    arrival_date = fields.Date(
        string="Arrives", readonly=True, help="If ordered on that day."
    )
    break_gain = fields.Monetary(
        string="Price Break Gain",
        readonly=True,
        help="What the larger quantity saves against the smallest one, after holding cost, "
        "until it is used up.",
    )
    purchase_line_id = fields.Many2one(
        "purchase.order.line",
        string="Order Line",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
    )
    purchase_order_id = fields.Many2one(
        related="purchase_line_id.order_id", string="Request for Quotation"
    )
    line_price = fields.Float(
        readonly=True, aggregator=None, help="Price of the order line when it was made."
    )

    def _change_text_purchase(self):
        after = self.position + self.quantity
        return self.env._(
            "%(before).4g → %(after).4g (+%(quantity).4g)",
            before=self.position,
            after=after,
            quantity=self.quantity,
        )

    def _reason_purchase(self):
        figures = self.figures or {}
        unit = self.uom_id.name
        parts = [
            self.env._(
                "Stock position %(position).4g %(unit)s (on hand %(hand).4g, incoming "
                "%(incoming).4g, in draft orders %(drafted).4g, issues booked "
                "%(outgoing).4g) is below the reorder point of %(min).4g; the order "
                "fills up to %(max).4g.",
                position=self.position,
                unit=unit,
                hand=self.on_hand,
                incoming=self.incoming,
                drafted=self.drafted,
                outgoing=self.outgoing,
                min=self.min_after,
                max=self.max_after,
            )
        ]
        if figures.get("moved"):
            parts.append(
                self.env._(
                    "%.4g come from other warehouses by the transfers proposed.",
                    figures["moved"],
                )
            )
        if figures.get("base", 0.0) > figures.get("need", 0.0) + 1e-6:
            parts.append(
                self.env._(
                    "Needed are %(need).4g; the vendor's minimum (%(moq).4g) and unit "
                    "(%(lot).4g) make it %(base).4g.",
                    need=figures["need"],
                    moq=self.moq,
                    lot=figures.get("lot", 1.0),
                    base=figures.get("base", self.quantity),
                )
            )
        if self.break_gain > 0:
            parts.append(
                self.env._(
                    "Price break: %(quantity).4g at %(price)s instead of %(base).4g at "
                    "%(base_price)s saves %(gain)s after holding cost.",
                    quantity=self.quantity,
                    price=self.currency_id.format(figures.get("price", 0.0)),
                    base=figures.get("base", 0.0),
                    base_price=self.currency_id.format(figures.get("base_price", 0.0)),
                    gain=self.currency_id.format(self.break_gain),
                )
            )
        if self.order_date:
            parts.append(
                self.env._(
                    "Order by %(order)s, arrives on %(arrival)s.",
                    order=fields.Date.to_string(self.order_date),
                    arrival=fields.Date.to_string(self.arrival_date),
                )
            )
        if figures.get("vendor_closed"):
            parts.append(
                self.env._(
                    "The vendor is closed on %s day(s) before stock is needed.",
                    figures["vendor_closed"],
                )
            )
        return " ".join([*parts, self._lead_text()]).strip()

    def action_open_purchase(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "purchase.order",
            "res_id": self.purchase_order_id.id,
            "views": [(False, "form")],
        }

    # Apply

    def _apply_purchases(self):
        """Put the proposals into draft requests for quotation.

        :returns: dict recommendation -> why not
        """
        failed = self._without_right("purchase.order", "purchase.order.line")
        failed |= (self - self.browse([one.id for one in failed]))._supply_risen()
        for one in self:
            if one not in failed and (not one.vendor_id.active or not one.vendor_id):
                failed[one] = self.env._(
                    "%s: the vendor is archived.", one.display_name
                )
        todo = self - self.browse([one.id for one in failed])
        groups = todo.grouped(
            lambda one: (
                one.company_id,
                one.warehouse_id,
                one.vendor_id,
                one._purchase_currency(),
            )
        )
        try:
            with self.env.cr.savepoint():
                # all at once: what Odoo recomputes is then recomputed once
                drafts = todo._open_drafts()
                for key, some in groups.items():
                    some._order_from(key, drafts)
            return failed
        except OperationalError:
            # a lock or the connection: nobody's fault, Odoo tries again
            raise
        except Exception:
            # one bad line must not keep the others: below they go in one by one
            self.env.invalidate_all(flush=False)
        for key, some in groups.items():
            failed |= some._each(
                lambda one, key=key: one._order_from(key, one._open_drafts())
            )
        return failed

    def _order_from(self, key, drafts):
        """Put these into the draft of their (company, warehouse, vendor, currency)."""
        company, warehouse, vendor, currency = key
        some = self.with_company(company)
        some._add_lines(some._rfq(warehouse, vendor, currency, drafts.get(key)))

    def _open_drafts(self):
        """Our open drafts by (company, warehouse, vendor, currency)."""
        orders = self.env["purchase.order"].search(
            [
                ("forecast_made", "=", True),
                ("state", "=", "draft"),
                ("partner_id", "in", self.vendor_id.ids),
                ("picking_type_id", "in", self.warehouse_id.in_type_id.ids),
                ("company_id", "in", self.company_id.ids),
            ],
            order="id desc",
        )
        return {
            (
                one.company_id,
                one.picking_type_id.warehouse_id,
                one.partner_id,
                one.currency_id,
            ): one
            for one in orders
        }

    def _without_right(self, *models):
        """All of these with the reason, where the user may not create such records."""
        for name in models:
            if not self.env[name].has_access("create"):
                reason = self.env._(
                    "You have no right to create %s: ask for the right, or let a "
                    "colleague who has it decide.",
                    self.env[name]._description,
                )
                return dict.fromkeys(self, reason)
        return {}

    def _supply_risen(self):
        """Proposals for whose product more came in, or was ordered, since they were made:
        doing them as well would double it."""
        failed, taken = {}, {}
        for plan, some in self.grouped("plan_id").items():
            stock = plan.with_company(plan.company_id)._read_stock(
                some.product_id.ids, some.warehouse_id
            )
            for one in some:
                key = (one.product_id.id, one.warehouse_id.id)
                now = stock[key].supply if key in stock else 0.0
                before = one.on_hand + one.incoming + one.drafted
                # what was proposed together completes each other
                together = (one.figures or {}).get("together", 0.0)
                more = now + taken.get(key, 0.0) - before - together
                if one.uom_id.compare(more, 0.0) > 0:
                    failed[one] = self.env._(
                        "%(name)s: %(more).4g %(unit)s more came in or were ordered "
                        "since the proposal. Refresh it first.",
                        name=one.display_name,
                        more=more,
                        unit=one.uom_id.name,
                    )
                else:
                    taken[key] = taken.get(key, 0.0) + one.quantity
        return failed

    def _purchase_currency(self):
        vendor = self.vendor_id.with_company(self.company_id)
        return (
            self.supplierinfo_id.currency_id
            or vendor.property_purchase_currency_id
            or self.company_id.currency_id
        )

    def _rfq(self, warehouse, vendor, currency, order=None):
        """Our open draft for vendor, warehouse and currency (`order`), or a new one."""
        company = self.env.company
        today = fields.Date.context_today(self)
        first = max(today, min(self.mapped("order_date") or [today]))
        when = datetime.combine(first, time(12))
        if order:
            if order.date_order > when:
                order.date_order = when
            return order
        position = self.env["account.fiscal.position"]._get_fiscal_position(vendor)
        return self.env["purchase.order"].create(
            {
                "partner_id": vendor.id,
                "company_id": company.id,
                "picking_type_id": warehouse.in_type_id.id,
                "currency_id": currency.id,
                "user_id": vendor.buyer_id.id or self.env.uid,
                "payment_term_id": vendor.property_supplier_payment_term_id.id,
                "fiscal_position_id": position.id,
                "date_order": when,
                "origin": ", ".join(self.plan_id.mapped("name")),
                "forecast_made": True,
            }
        )

    def _add_lines(self, order):
        """One line per product; more of the same product goes into its line."""
        lines = {
            (line.product_id, line.product_uom_id): line
            for line in order.order_line
            if line.forecast_recommendation_ids
        }
        fresh = {}
        line_model = self.env["purchase.order.line"]
        for one in self:
            key = (one.product_id, one.purchase_uom_id)
            if key in lines:
                line = lines[key]
                line.product_qty += one.purchase_qty
                one.sudo().purchase_line_id = line
            elif key in fresh:
                fresh[key][0]["product_qty"] += one.purchase_qty
                fresh[key][1].append(one)
            else:
                values = line_model._prepare_purchase_order_line(
                    one.product_id,
                    one.purchase_qty,
                    one.purchase_uom_id,
                    order.company_id,
                    order.partner_id,
                    order,
                )
                values.update(
                    date_planned=one._planned(order),
                    location_final_id=one.warehouse_id.lot_stock_id.id,
                    orderpoint_id=one.orderpoint_id.filtered("active").id,
                )
                fresh[key] = (values, [one])
        made = line_model.create([values for values, _some in fresh.values()])
        for line, (_values, some) in zip(made, fresh.values(), strict=True):
            self.browse([one.id for one in some]).sudo().purchase_line_id = line
        for line in self.purchase_line_id:
            line.sudo().forecast_recommendation_ids.line_price = line.price_unit

    def _planned(self, order):
        """When the line's goods arrive, if the order is placed on its day."""
        from ...engine.workdays import arrival as arrival_of

        arrival = self.arrival_date
        day = order.date_order.date()
        if not arrival or not self.order_date or day > self.order_date:
            lead = (self.figures or {}).get("vendor_days", self.lead_days)
            last = day + timedelta(days=400)
            arrival = arrival_of(
                day, lead, self.vendor_id._forecast_workdays(day, last)
            )
        return datetime.combine(arrival, time(12))

    # Undo

    def _undo_purchases(self):
        """Take lines out of drafts that nobody has touched.

        :returns: dict recommendation -> why not
        """
        return self._together(
            lambda one: one._undo_conflict_purchase(), lambda some: some._take_lines()
        )

    def _undo_conflict_purchase(self):
        """Why the line cannot be taken back, or False."""
        line = self.purchase_line_id
        name = self.display_name
        if not line:
            return self.env._(
                "%s: the order line was deleted; there is nothing to undo.", name
            )
        order = line.order_id
        if order.state != "draft":
            states = dict(order._fields["state"]._description_selection(self.env))
            return self.env._(
                "%(name)s: %(order)s is %(state)s already; it is left as it is.",
                name=name,
                order=order.name,
                state=states[order.state],
            )
        mine = line.sudo().forecast_recommendation_ids.filtered(
            lambda one: one.state == "applied"
        )
        total = sum(mine.mapped("purchase_qty"))
        if (
            line.product_uom_id != self.purchase_uom_id
            or line.product_uom_id.compare(line.product_qty, total)
            or order.currency_id.compare_amounts(line.price_unit, self.line_price)
        ):
            return self.env._(
                "%(name)s: the line in %(order)s was changed by hand; it is left as it "
                "is.",
                name=name,
                order=order.name,
            )
        return False

    def _take_lines(self):
        """Take these quantities out of their drafts; empty lines and drafts go."""
        gone = self.env["purchase.order.line"]
        for line, some in self.grouped("purchase_line_id").items():
            rest = line.product_qty - sum(some.mapped("purchase_qty"))
            if line.product_uom_id.compare(rest, 0.0) > 0:
                line.product_qty = rest
                line.sudo().forecast_recommendation_ids.line_price = line.price_unit
                some.sudo().purchase_line_id = False
            else:
                gone |= line
        orders = gone.order_id
        gone.unlink()
        empty = orders.filtered(lambda one: one.forecast_made and not one.order_line)
        empty.button_cancel()
        empty.unlink()
