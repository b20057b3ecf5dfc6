# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from datetime import datetime, time, timedelta

from odoo import Command, fields, models


class ForecastRecommendation(models.Model):
    """Transfers between warehouses of one company."""

    _inherit = "forecast.recommendation"

    source_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="From Warehouse",
        index="btree_not_null",
        ondelete="cascade",
        readonly=True,
    )
    source_free = fields.Float(
        string="Spare at Source",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="What the sender holds above its own maximum and has promised to nobody.",
    )
    source_keep = fields.Float(
        string="Sender Keeps",
        digits="Product Unit",
        readonly=True,
        aggregator=None,
        help="The sender's own maximum.",
    )
    move_ids = fields.One2many(
        "stock.move", "forecast_recommendation_id", string="Moves"
    )

    def _change_text_transfer(self):
        return self.env._(
            "%(before).4g → %(after).4g (+%(quantity).4g from %(sender)s)",
            before=self.position,
            after=self.position + self.quantity,
            quantity=self.quantity,
            sender=self.source_warehouse_id.code,
        )

    def _reason_transfer(self):
        figures = self.figures or {}
        return self.env._(
            "%(target)s has a stock position of %(position).4g %(unit)s, below its reorder "
            "point of %(min).4g. %(sender)s can spare %(free).4g above its own maximum of "
            "%(keep).4g. Cheapest way: %(cost)s per unit, %(days)g day(s).",
            target=self.warehouse_id.name,
            position=self.position,
            unit=self.uom_id.name,
            min=self.min_after,
            sender=self.source_warehouse_id.name,
            free=self.source_free,
            keep=self.source_keep,
            cost=self.currency_id.format(figures.get("unit_cost", 0.0)),
            days=figures.get("days", 0.0),
        )

    def action_open_transfers(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transfers"),
            "res_model": "stock.picking",
            "view_mode": "list,form",
            "domain": [("id", "in", self.move_ids.picking_id.ids)],
        }

    # Apply

    def _apply_transfers(self):
        """Make the internal transfers. :returns: dict recommendation -> why not"""
        failed = self._without_right("stock.picking", "stock.move")
        failed |= (self - self.browse([one.id for one in failed]))._not_spare()
        todo = self - self.browse([one.id for one in failed])
        groups = todo.grouped(
            lambda one: (one.company_id, one.source_warehouse_id, one.warehouse_id)
        )
        for (company, _source, _target), some in groups.items():
            some = some.with_company(company)
            try:
                with self.env.cr.savepoint():
                    some._make_transfers()
            except Exception:
                # one bad product must not keep the others: below they go one by one
                self.env.invalidate_all(flush=False)
                failed |= some._each(lambda one: one._make_transfers())
        return failed

    def _not_spare(self):
        """Proposals whose ground is gone: the sender needs it itself, or the receiver got
        something else meanwhile."""
        failed = self._supply_risen()
        for plan, some in self.grouped("plan_id").items():
            some -= self.browse([one.id for one in failed])
            stock = plan.with_company(plan.company_id)._read_stock(
                some.product_id.ids, some.source_warehouse_id
            )
            for one in some:
                key = (one.product_id.id, one.source_warehouse_id.id)
                here = stock.get(key)
                spare = here.free - one.source_keep if here else 0.0
                if one.uom_id.compare(spare, one.quantity) < 0:
                    failed[one] = self.env._(
                        "%(name)s: %(sender)s has only %(spare).4g %(unit)s to spare now. "
                        "Refresh it first.",
                        name=one.display_name,
                        sender=one.source_warehouse_id.name,
                        spare=max(0.0, spare),
                        unit=one.uom_id.name,
                    )
                else:
                    here.on_hand -= one.quantity
        return failed

    def _make_transfers(self):
        """Transfers of one pair of warehouses: the sender's own delivery steps into the
        company's transit location, and the receiver's receipt out of it, as Odoo's own
        routes between warehouses do it. One document per step for all products."""
        source, target = self.source_warehouse_id, self.warehouse_id
        company = target.company_id
        # sudo: the transit location of the company sleeps until it is first used, and only
        # stock managers may write locations
        transit = company.sudo().internal_transit_location_id
        if not transit:
            company.sudo()._create_transit_location()
            transit = company.sudo().internal_transit_location_id
        if not transit.active:
            transit.active = True
        transit = transit.with_env(self.env)
        today = fields.Date.context_today(self)
        days = max((one.figures or {}).get("days", 0.0) for one in self)
        leave = max(fields.Datetime.now(), datetime.combine(today, time(0)))
        arrive = leave + timedelta(days=days)
        receipt = target.in_type_id
        steps = [
            (receipt, transit, receipt.default_location_dest_id, arrive, source),
            *(
                (kind, start, end, leave, target)
                for kind, start, end in reversed(self._leaving_steps(source, transit))
            ),
        ]
        following, moves = {}, self.env["stock.move"]
        for kind, start, end, when, partner in steps:
            picking = self.env["stock.picking"].create(
                {
                    "picking_type_id": kind.id,
                    "location_id": start.id,
                    "location_dest_id": end.id,
                    "company_id": company.id,
                    "partner_id": partner.partner_id.id,
                    "origin": ", ".join(self.plan_id.mapped("name")),
                    "scheduled_date": when,
                }
            )
            made = self.env["stock.move"].create(
                [
                    {
                        "product_id": one.product_id.id,
                        "product_uom_qty": one.quantity,
                        "product_uom": one.uom_id.id,
                        "picking_id": picking.id,
                        "picking_type_id": kind.id,
                        "location_id": start.id,
                        "location_dest_id": end.id,
                        "location_final_id": target.lot_stock_id.id
                        if kind == receipt
                        else transit.id,
                        "company_id": company.id,
                        "date": when,
                        "date_deadline": when,
                        "procure_method": "make_to_stock"
                        if start == source.lot_stock_id
                        else "make_to_order",
                        "move_dest_ids": [Command.link(following[one.id])]
                        if one.id in following
                        else [],
                        "forecast_recommendation_id": one.id,
                        "propagate_cancel": True,
                    }
                    for one in self
                ]
            )
            following = dict(zip(self.ids, made.ids, strict=True))
            moves |= made
        moves._action_confirm(merge=False)
        moves.filtered(lambda move: move.state == "confirmed")._action_assign()

    def _leaving_steps(self, source, transit):
        """(operation type, from, to) of the sender's delivery steps, first to last."""
        stock, output = source.lot_stock_id, source.wh_output_stock_loc_id
        if source.delivery_steps == "ship_only":
            return [(source.out_type_id, stock, transit)]
        if source.delivery_steps == "pick_ship":
            return [
                (source.pick_type_id, stock, output),
                (source.out_type_id, output, transit),
            ]
        pack = source.wh_pack_stock_loc_id
        return [
            (source.pick_type_id, stock, pack),
            (source.pack_type_id, pack, output),
            (source.out_type_id, output, transit),
        ]

    # Undo

    def _undo_transfers(self):
        """Cancel transfers that nobody has begun. :returns: dict -> why not"""
        return self._together(
            lambda one: one._undo_conflict_transfer(),
            lambda some: some._cancel_transfers(),
        )

    def _undo_conflict_transfer(self):
        moves = self.move_ids
        if not moves:
            return self.env._(
                "%s: the transfer was deleted; there is nothing to undo.",
                self.display_name,
            )
        begun = moves.filtered(lambda move: move.state == "done" or move.picked)
        if begun:
            return self.env._(
                "%(name)s: %(transfer)s has been begun; it is left as it is.",
                name=self.display_name,
                transfer=begun[0].picking_id.name,
            )
        changed = moves.filtered(
            lambda move: (
                move.state != "cancel"
                and move.product_uom.compare(move.product_uom_qty, self.quantity)
            )
        )
        if changed:
            return self.env._(
                "%(name)s: %(transfer)s was changed by hand; it is left as it is.",
                name=self.display_name,
                transfer=changed[0].picking_id.name,
            )
        return False

    def _cancel_transfers(self):
        self.move_ids.filtered(lambda move: move.state != "cancel")._action_cancel()
