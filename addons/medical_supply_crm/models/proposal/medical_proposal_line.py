# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import float_compare, float_repr, float_round

FIGURES = (
    "protection_days",
    "booked_mean",
    "booked_sd",
    "unbooked_mean",
    "unbooked_sd",
    "order_up_to",
    "safety",
    "on_hand",
    "usable",
    "expiring",
    "incoming",
    "net_need",
    "rounding",
    "order_qty",
)


class MedicalProposalLine(models.Model):
    """One product of a proposal, with every figure that led to its quantity."""

    _name = "medical.proposal.line"
    _description = "Replenishment Proposal Line"
    _order = "proposal_id, first_short_date, id"
    _rec_name = "product_id"

    proposal_id = fields.Many2one(
        "medical.proposal", required=True, ondelete="cascade", index=True, readonly=True
    )
    state = fields.Selection(related="proposal_id.state")
    hospital_id = fields.Many2one(related="proposal_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="proposal_id.company_id", store=True, index=True
    )
    storeroom_line_id = fields.Many2one(
        "medical.storeroom.line",
        required=True,
        ondelete="restrict",
        index=True,
        readonly=True,
    )
    product_id = fields.Many2one(
        related="storeroom_line_id.product_id", store=True, index=True
    )
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    criticality_id = fields.Many2one(related="storeroom_line_id.criticality_id")
    protection_days = fields.Float(
        readonly=True,
        digits=(8, 1),
        help="Days this order must last: review period and lead time.",
    )
    booked_mean = fields.Float(
        string="Booked",
        readonly=True,
        digits="Product Unit",
        help="Expected use by the procedures booked in that time.",
    )
    booked_sd = fields.Float(string="Booked ±", readonly=True, digits="Product Unit")
    unbooked_mean = fields.Float(
        string="Unbooked",
        readonly=True,
        digits="Product Unit",
        help="Expected use that no booking explains.",
    )
    unbooked_sd = fields.Float(
        string="Unbooked ±", readonly=True, digits="Product Unit"
    )
    safety = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Held above the expected use, so that the service level of the "
        "criticality class is kept.",
    )
    order_up_to = fields.Float(
        string="Order up to", readonly=True, digits="Product Unit"
    )
    on_hand = fields.Float(readonly=True, digits="Product Unit")
    usable = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Part of the stock on hand that can be used before it expires.",
    )
    expiring = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Part of the stock on hand that will probably expire first.",
    )
    incoming = fields.Float(readonly=True, digits="Product Unit")
    net_need = fields.Float(readonly=True, digits="Product Unit")
    rounding = fields.Float(
        readonly=True,
        digits="Product Unit",
        help="Added to fill whole packs and the minimum order.",
    )
    order_qty = fields.Float(string="Proposed", readonly=True, digits="Product Unit")
    approved_qty = fields.Float(string="Approved", digits="Product Unit")
    max_qty = fields.Float(
        string="Limit",
        compute="_compute_max_qty",
        digits="Product Unit",
        help="Most that may be approved: what the shelf takes (par max), or twice the "
        "proposal where no par max is set.",
    )
    pack_size = fields.Float(related="storeroom_line_id.pack_size")
    capped = fields.Boolean(
        readonly=True,
        help="Held below the service level because the rest would probably expire, or "
        "by par max.",
    )
    first_short_date = fields.Date(
        string="Short From",
        readonly=True,
        help="First day on which the stock at hand and on its way no longer covers "
        "the expected use.",
    )
    at_risk_event_ids = fields.Many2many(
        "medical.event",
        "medical_proposal_line_event_rel",
        "line_id",
        "event_id",
        string="Procedures at Risk",
        readonly=True,
        help="Booked before the next delivery and after the stock has run out.",
    )
    at_risk_count = fields.Integer(compute="_compute_at_risk_count")
    reason = fields.Text(compute="_compute_reason")

    _storeroom_line_uniq = models.Constraint(
        "UNIQUE (proposal_id, storeroom_line_id)",
        "The product is already in this proposal.",
    )

    @api.depends("at_risk_event_ids")
    def _compute_at_risk_count(self):
        for line in self:
            line.at_risk_count = len(line.at_risk_event_ids)

    @api.depends("order_qty", "usable", "incoming", "storeroom_line_id.par_max")
    def _compute_max_qty(self):
        for line in self:
            par = line.storeroom_line_id
            if par.par_max:
                room = max(par.par_max - line.usable - line.incoming, 0.0)
                limit = par.pack_size * math.floor(room / par.pack_size + 1e-9)
            else:
                limit = 2 * line.order_qty
            line.max_qty = max(limit, line.order_qty)

    @api.depends(*FIGURES, "capped")
    @api.depends_context("lang")
    def _compute_reason(self):
        for line in self:
            line.reason = " ".join(line._reason_sentences())

    def _reason_sentences(self):
        """The figures as sentences in the reader's language."""
        self.ensure_one()
        amount = self._amount
        sentences = [
            self.env._(
                "Expected use in %(days)s days: %(booked)s booked and %(unbooked)s "
                "unbooked; with %(safety)s in reserve that makes %(target)s.",
                days=f"{self.protection_days:g}",
                booked=amount(self.booked_mean),
                unbooked=amount(self.unbooked_mean),
                safety=amount(self.safety),
                target=amount(self.order_up_to),
            ),
            self.env._(
                "On hand %(on_hand)s, on its way %(incoming)s.",
                on_hand=amount(self.on_hand),
                incoming=amount(self.incoming),
            ),
        ]
        if self.expiring > 0:
            sentences.append(
                self.env._(
                    "%s of the stock will expire before it is used and does not count.",
                    amount(self.expiring),
                )
            )
        if self.rounding > 0:
            sentences.append(
                self.env._("%s more to fill whole packs.", amount(self.rounding))
            )
        elif self.rounding < 0:
            sentences.append(
                self.env._(
                    "%s less, rounded down to whole packs.", amount(-self.rounding)
                )
            )
        if self.capped:
            sentences.append(
                self.env._("Held back, because more would expire or not fit the shelf.")
            )
        sentences.append(self.env._("Order %s.", amount(self.order_qty)))
        return sentences

    def _amount(self, quantity):
        digits = 0 if float(quantity).is_integer() else 1
        text = float_repr(float_round(quantity, precision_digits=digits), digits)
        return f"{text} {self.uom_id.name}"

    def _change_note(self, order_qty, booked_mean):
        """One line of the proposal's note about a changed quantity."""
        return self.env._(
            "%(product)s: order %(old)s → %(new)s (booked %(old_booked)s → "
            "%(new_booked)s).",
            product=self.product_id.display_name,
            old=self._amount(self.order_qty),
            new=self._amount(order_qty),
            old_booked=self._amount(self.booked_mean),
            new_booked=self._amount(booked_mean),
        )

    def _changes(self, values):
        """The part of a run's values that is other than what is on the line.

        Unchanged relations are left out above all: writing them reads them line by
        line.

        :param dict values: as made by ``_values_from_plan``
        :return: dict, empty if the line says the same already
        """
        self.ensure_one()
        changes = {
            name: values[name]
            for name in FIGURES
            if abs((self[name] or 0.0) - (values[name] or 0.0)) > 1e-2
        }
        if changes:
            # the figures belong together: the reason is made from all of them
            changes = {name: values[name] for name in FIGURES}
        for name in ("capped", "first_short_date"):
            if self[name] != values[name]:
                changes[name] = values[name]
        if set(self.at_risk_event_ids.ids) != set(values["at_risk_event_ids"][0][2]):
            changes["at_risk_event_ids"] = values["at_risk_event_ids"]
        return changes

    def _set_approved(self, quantity):
        """Check a quantity against its limits and keep it.

        :raise ValidationError: naming product, value and limit
        """
        self.ensure_one()
        rounding = self.product_id.uom_id.rounding
        if not math.isfinite(quantity):
            raise ValidationError(
                self.env._(
                    "%s: the quantity is not a number.", self.product_id.display_name
                )
            )
        if float_compare(quantity, 0.0, precision_rounding=rounding) < 0:
            raise ValidationError(
                self.env._(
                    "%s: the quantity cannot be negative.", self.product_id.display_name
                )
            )
        if float_compare(quantity, self.max_qty, precision_rounding=rounding) > 0:
            raise ValidationError(
                self.env._(
                    "%(product)s: %(quantity)s is more than the limit of %(limit)s.",
                    product=self.product_id.display_name,
                    quantity=self._amount(quantity),
                    limit=self._amount(self.max_qty),
                )
            )
        packs = quantity / self.pack_size
        if abs(packs - round(packs)) > 1e-6:
            raise ValidationError(
                self.env._(
                    "%(product)s: %(quantity)s is not a multiple of the pack of "
                    "%(pack)s.",
                    product=self.product_id.display_name,
                    quantity=self._amount(quantity),
                    pack=self._amount(self.pack_size),
                )
            )
        if self.approved_qty != quantity:
            self.approved_qty = quantity

    @api.model
    def _values_from_plan(self, row, threatened):
        """Field values from one row (named tuple) of the engine's plan.

        :param threatened: ids of the procedures that no delivery can save
        """
        values = {name: round(float(getattr(row, name)), 6) for name in FIGURES}
        short = row.first_short_date
        values.update(
            capped=bool(row.capped),
            first_short_date=fields.Date.to_date(short) if _known(short) else False,
            at_risk_event_ids=[Command.set(threatened)],
        )
        return values


def _known(value):
    """Neither None nor a pandas NaT/NaN (which are unequal to themselves)."""
    return value is not None and value == value
