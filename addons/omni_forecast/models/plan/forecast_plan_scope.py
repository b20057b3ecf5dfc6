# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from ast import literal_eval
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL


class Scope(NamedTuple):
    """Pieces of the reading query that depend on the plan's scope."""

    product: SQL
    unit: SQL
    quantity: SQL
    joins: SQL
    where: SQL


class ForecastPlan(models.Model):
    """Whose demand is read: customers, channels, kits."""

    _inherit = "forecast.plan"

    partner_domain = fields.Char(
        string="Customers",
        default="[]",
        help="Only demand of customers that match, or whose company matches. Empty: all.",
    )
    partner_category_ids = fields.Many2many(
        "res.partner.category",
        string="Customer Tags",
        help="Only demand of customers with one of these tags. Empty: all.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales Teams",
        domain="[('company_id', 'in', (False, company_id))]",
        check_company=True,
        help="Only demand sold by these teams. Empty: all, also demand without a team.",
    )
    split_by_team = fields.Boolean(
        string="Split by Sales Team",
        help="Also forecast each sales team's share. Reordering rules always rest on the "
        "whole warehouse.",
    )
    kits = fields.Selection(
        [
            ("components", "Components, as They Leave the Warehouse"),
            ("kits", "Kits, as They Are Sold"),
        ],
        default="components",
        required=True,
        help="What a delivered kit is demand for. Reordering rules need components.",
    )
    has_kits = fields.Boolean(compute="_compute_has_kits")
    partial_demand = fields.Boolean(
        compute="_compute_partial_demand",
        help="The plan sees only part of the demand of its warehouses: nothing is ordered "
        "after it.",
    )

    def _compute_has_kits(self):
        self.has_kits = self._kits_known()

    @api.depends("partner_domain", "partner_category_ids", "team_ids")
    def _compute_partial_demand(self):
        for plan in self:
            plan.partial_demand = bool(
                plan.partner_category_ids
                or plan.team_ids
                or (plan.partner_domain or "[]") != "[]"
            )

    @api.model
    def _kits_known(self):
        """Whether the database knows kits (the Manufacturing app is installed)."""
        return "bom_line_id" in self.env["stock.move"]._fields

    @api.constrains("partner_domain")
    def _check_partner_domain(self):
        for plan in self:
            try:
                self.env["res.partner"].search_count(
                    literal_eval(plan.partner_domain or "[]"), limit=1
                )
            except Exception as error:
                # whatever a wrong domain raises, the person who typed it must read it
                raise ValidationError(
                    self.env._(
                        "The customer filter %(domain)s of plan %(plan)s cannot be used: "
                        "%(error)s",
                        domain=plan.partner_domain,
                        plan=plan.name,
                        error=error,
                    )
                ) from error

    @api.constrains("kits")
    def _check_kits(self):
        for plan in self:
            if plan.kits == "kits" and not plan._kits_known():
                raise ValidationError(
                    self.env._(
                        "Plan %s cannot forecast kits: kits belong to the Manufacturing "
                        "app, which is not installed.",
                        plan.name,
                    )
                )

    def _storable_domain(self):
        """Products that can be forecast: storable ones, or the kits where asked for."""
        domain = Domain("is_storable", "=", True)
        if self.kits == "kits" and self._kits_known():
            # sudo: planners need not be allowed to read bills of materials
            kits = self.env["mrp.bom"].sudo().search([("type", "=", "phantom")])
            domain |= Domain("product_tmpl_id", "in", kits.product_tmpl_id.ids)
        return domain

    def _scope_sql(self):
        """Pieces of the reading query for customers, teams and kits (Scope)."""
        self.ensure_one()
        joins, where = [], []
        product, unit = SQL("move.product_id"), SQL("move.product_uom")
        quantity = SQL("move.quantity::float8")
        if self.team_ids:
            where.append(SQL("AND sale.team_id = ANY(%s)", self.team_ids.ids))
        domain = Domain(literal_eval(self.partner_domain or "[]"))
        if self.partner_category_ids:
            domain &= Domain("category_id", "in", self.partner_category_ids.ids)
        if not domain.is_true():
            matching = (
                self.env["res.partner"]
                .with_context(active_test=False)
                ._search(domain)
                .subselect()
            )
            joins.append(
                SQL("LEFT JOIN stock_picking picking ON picking.id = move.picking_id")
            )
            where.append(
                SQL(
                    """
       AND COALESCE(sale.partner_id, picking.partner_id, move.partner_id) IN (
           SELECT id FROM res_partner
            WHERE id IN %s OR commercial_partner_id IN %s)""",
                    matching,
                    matching,
                )
            )
        if self.kits == "kits" and self._kits_known():
            # a kit leaves as its components; the first line of its bill counts for it
            joins.append(
                SQL(
                    """
      LEFT JOIN mrp_bom_line kit_line
             ON kit_line.id = COALESCE(move.bom_line_id, first.bom_line_id)
      LEFT JOIN mrp_bom kit ON kit.id = kit_line.bom_id AND kit.type = 'phantom'
      LEFT JOIN LATERAL (
           SELECT MIN(other.id) AS id FROM mrp_bom_line other WHERE other.bom_id = kit.id
           ) first_part ON kit.id IS NOT NULL
      LEFT JOIN uom_uom move_unit ON move_unit.id = move.product_uom
      LEFT JOIN uom_uom line_unit ON line_unit.id = kit_line.product_uom_id
      LEFT JOIN LATERAL (
           SELECT COALESCE(kit.product_id, MAX(variant.id) FILTER (
                      WHERE variant.id = line.product_id), MIN(variant.id)) AS id
             FROM product_product variant
            WHERE variant.product_tmpl_id = kit.product_tmpl_id
           ) kit_product ON kit.id IS NOT NULL"""
                )
            )
            where.append(SQL("AND (kit.id IS NULL OR kit_line.id = first_part.id)"))
            product = SQL("COALESCE(kit_product.id, move.product_id)")
            unit = SQL("COALESCE(kit.product_uom_id, move.product_uom)")
            quantity = SQL(
                "(CASE WHEN kit.id IS NULL THEN move.quantity"
                " ELSE move.quantity * move_unit.factor / line_unit.factor"
                " / NULLIF(kit_line.product_qty, 0) * kit.product_qty END)::float8"
            )
        return Scope(
            product, unit, quantity, SQL(" ").join(joins), SQL(" ").join(where)
        )
