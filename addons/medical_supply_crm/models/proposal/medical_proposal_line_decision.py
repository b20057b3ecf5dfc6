# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_round

DECISIONS = [
    ("approve", "Order"),
    ("later", "Not Now"),
    ("reject", "Reject"),
]


class MedicalProposalLineDecision(models.Model):
    """What the hospital decided about a line: quantity, substitute, or not at all.

    The demand of a line that is left or rejected is not lost: nothing is on its way
    for it, so the next run proposes it again, once.
    """

    _inherit = "medical.proposal.line"

    decision = fields.Selection(
        DECISIONS, default="approve", required=True, readonly=True, copy=False
    )
    decision_reason = fields.Char(string="Why Not", readonly=True, copy=False)
    available_qty = fields.Float(
        string="In the Warehouse",
        compute="_compute_supply",
        compute_sudo=True,
        digits="Product Unit",
        help="Free in the warehouse that supplies the storeroom.",
    )
    supply_state = fields.Selection(
        [
            ("ok", "In Stock"),
            ("short", "Short"),
            ("discontinued", "No Longer Supplied"),
        ],
        compute="_compute_supply",
        compute_sudo=True,
    )
    substitute_option_ids = fields.Many2many(
        "medical.substitute",
        string="Possible Substitutes",
        compute="_compute_supply",
        compute_sudo=True,
    )
    substitute_id = fields.Many2one(
        "medical.substitute",
        copy=False,
        ondelete="restrict",
        domain="[('id', 'in', substitute_option_ids)]",
        help="Ordered instead of the article.",
    )
    order_product_id = fields.Many2one(
        "product.product",
        string="Ordered Product",
        compute="_compute_ordered",
        compute_sudo=True,
    )
    ordered_qty = fields.Float(
        string="To Order",
        compute="_compute_ordered",
        compute_sudo=True,
        digits="Product Unit",
        help="Quantity of the ordered product, in its own unit.",
    )
    is_cold_chain = fields.Boolean(
        string="Cold Chain", compute="_compute_ordered", compute_sudo=True
    )
    is_controlled = fields.Boolean(
        string="Controlled", compute="_compute_ordered", compute_sudo=True
    )
    needs_second = fields.Boolean(
        string="Two Signatures", compute="_compute_ordered", compute_sudo=True
    )
    currency_id = fields.Many2one(related="proposal_id.currency_id")
    price_unit = fields.Float(
        compute="_compute_amount", compute_sudo=True, digits="Product Price"
    )
    amount = fields.Monetary(compute="_compute_amount", compute_sudo=True)

    @api.depends("substitute_id", "approved_qty", "product_id")
    def _compute_ordered(self):
        for line in self:
            chosen = line.substitute_id
            product = chosen.substitute_id or line.product_id
            line.order_product_id = product
            line.ordered_qty = float_round(
                line.approved_qty * (chosen.ratio or 1.0),
                precision_rounding=product.uom_id.rounding or 0.01,
                rounding_method="UP",
            )
            line.is_cold_chain = (product | line.product_id)._any_flag(
                "medical_cold_chain"
            )
            line.is_controlled = (product | line.product_id)._any_flag(
                "medical_controlled"
            )
            line.needs_second = line.is_cold_chain or line.is_controlled

    @api.depends("order_product_id", "ordered_qty", "hospital_id")
    def _compute_amount(self):
        for line in self:
            hospital = line.hospital_id.with_company(line.company_id)
            pricelist = hospital.property_product_pricelist
            product = line.order_product_id.with_company(line.company_id)
            if product and pricelist:
                price = pricelist._get_product_price(product, line.ordered_qty or 1.0)
            else:
                price = product.lst_price
            line.price_unit = price
            line.amount = price * line.ordered_qty

    @api.depends("product_id", "approved_qty", "order_qty", "state")
    def _compute_supply(self):
        """Free stock per warehouse in one reading each, and what may stand in."""
        options = self._substitutes()
        for warehouse, lines in self.grouped(
            lambda line: line.proposal_id.storeroom_id.warehouse_id
        ).items():
            products = lines.product_id.with_context(warehouse_id=warehouse.id)
            free = {product.id: product.free_qty for product in products}
            for line in lines:
                wanted = line.approved_qty or line.order_qty
                line.available_qty = max(free.get(line.product_id.id, 0.0), 0.0)
                if line.product_id.medical_discontinued:
                    line.supply_state = "discontinued"
                elif (
                    line.proposal_id.state in ("draft", "sent")
                    and float_compare(
                        line.available_qty,
                        wanted,
                        precision_rounding=line.uom_id.rounding or 0.01,
                    )
                    < 0
                ):
                    line.supply_state = "short"
                else:
                    line.supply_state = "ok"
                usable = line.supply_state != "ok"
                line.substitute_option_ids = (
                    options.get(line.id) if usable else False
                ) or False

    def _substitutes(self):
        """Dict line id -> medical.substitute: those of the article, and those of the
        kits that the storeroom's booked procedures need."""
        found = self.env["medical.substitute"].search(
            [("product_id", "in", self.product_id.ids)]
        )
        if not found:
            return {}
        kits = {}
        if found.kit_line_id:
            rooms = self.proposal_id.storeroom_id
            for room, kit in self.env["medical.event"]._read_group(
                [
                    ("storeroom_id", "in", rooms.ids),
                    ("state", "=", "ready"),
                    ("start", ">=", fields.Datetime.now()),
                ],
                ["storeroom_id", "kit_ids"],
            ):
                kits.setdefault(room.id, set()).add(kit.id)
        return {
            line.id: found.filtered(
                lambda row, line=line: (
                    row.product_id == line.product_id
                    and (not row.company_id or row.company_id == line.company_id)
                    and (
                        not row.kit_line_id
                        or row.kit_id.id
                        in kits.get(line.proposal_id.storeroom_id.id, ())
                    )
                )
            )
            for line in self
        }

    @api.constrains("substitute_id")
    def _check_substitute(self):
        for line in self.filtered("substitute_id"):
            if line.substitute_id.product_id != line.product_id:
                raise ValidationError(
                    self.env._(
                        "%(substitute)s is no substitute for %(product)s.",
                        substitute=line.substitute_id.display_name,
                        product=line.product_id.display_name,
                    )
                )

    def _decide(self, quantities, decisions):
        """Keep quantities and decisions of all lines, each checked.

        :param dict quantities: line id -> quantity; lines without one keep theirs
        :param dict decisions: see ``medical.proposal._approve``
        :raise ValidationError: a quantity outside its limits, a substitute that is not
            one, or an article that is no longer supplied
        """
        for line in self:
            decision = decisions.get(line.id, {})
            kind = decision.get("decision") or line.decision
            if kind not in dict(DECISIONS):
                raise ValidationError(
                    self.env._(
                        "%(product)s: “%(value)s” is no decision.",
                        product=line.product_id.display_name,
                        value=kind,
                    )
                )
            reason = (decision.get("reason") or "").strip()[:500]
            if kind == "reject" and not (reason or line.decision_reason):
                raise ValidationError(
                    self.env._(
                        "%s: say why it is rejected.", line.product_id.display_name
                    )
                )
            if "substitute" in decision:
                line._set_substitute(decision["substitute"])
            quantity = quantities.get(line.id, line.approved_qty)
            line._set_approved(0.0 if kind != "approve" else quantity)
            values = {"decision": kind, "decision_reason": reason or False}
            if kind == "reject" and not reason:
                values.pop("decision_reason")
            if any(line[name] != value for name, value in values.items()):
                line.write(values)
            line._check_supplied()

    def _set_substitute(self, substitute_id):
        """Choose what is ordered instead; False: the article itself.

        :raise ValidationError: not offered for this line
        """
        self.ensure_one()
        if (substitute_id or False) == self.substitute_id.id:
            return
        if substitute_id and substitute_id not in self.substitute_option_ids.ids:
            raise ValidationError(
                self.env._(
                    "%s: this substitute is not offered here. Substitutes can be "
                    "chosen for articles that are short or no longer supplied.",
                    self.product_id.display_name,
                )
            )
        self.substitute_id = substitute_id

    def _check_supplied(self):
        """An article that is no longer supplied is not ordered as itself."""
        self.ensure_one()
        if (
            self.approved_qty
            and not self.substitute_id
            and self.product_id.medical_discontinued
        ):
            raise ValidationError(
                self.env._(
                    "%s is no longer supplied: choose a substitute or leave the line "
                    "out.",
                    self.product_id.display_name,
                )
            )

    def _first_substitutes(self):
        """Put the first substitute on lines whose article is no longer supplied."""
        for line in self:
            if line.product_id.medical_discontinued and not line.substitute_id:
                line.substitute_id = line.sudo().substitute_option_ids[:1]
