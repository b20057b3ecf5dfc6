# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MedicalStoreroomClosure(models.Model):
    """Days on which a hospital, or one of its storerooms, takes no delivery."""

    _name = "medical.storeroom.closure"
    _description = "Days without Delivery"
    _order = "date_from desc, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    hospital_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        domain=[("is_hospital", "=", True)],
        compute="_compute_hospital_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    storeroom_id = fields.Many2one(
        "medical.storeroom",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain="[('hospital_id', '=?', hospital_id)]",
        help="Empty: every storeroom of the hospital.",
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
    )

    _dates_order = models.Constraint(
        "CHECK (date_from <= date_to)", "The last day lies before the first."
    )

    @api.depends("storeroom_id")
    def _compute_hospital_id(self):
        for closure in self:
            closure.hospital_id = (
                closure.storeroom_id.hospital_id or closure.hospital_id
            )

    @api.depends("date_from")
    def _compute_date_to(self):
        for closure in self:
            if closure.date_from and (
                not closure.date_to or closure.date_to < closure.date_from
            ):
                closure.date_to = closure.date_from

    @api.constrains("hospital_id", "storeroom_id")
    def _check_hospital(self):
        for closure in self.filtered("storeroom_id"):
            if closure.storeroom_id.hospital_id != closure.hospital_id:
                raise ValidationError(
                    self.env._(
                        "%(storeroom)s is not a storeroom of %(hospital)s.",
                        storeroom=closure.storeroom_id.name,
                        hospital=closure.hospital_id.display_name,
                    )
                )
