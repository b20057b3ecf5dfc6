# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class MedicalKit(models.Model):
    """Supply kit (preference card): what one procedure uses."""

    _name = "medical.kit"
    _description = "Supply Kit"
    _order = "procedure_id, hospital_id, department_id, date_from desc, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: shared by all companies."
    )
    procedure_id = fields.Many2one(
        "medical.procedure",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
    )
    hospital_id = fields.Many2one(
        "res.partner",
        domain=[("is_hospital", "=", True)],
        index="btree_not_null",
        help="Only for this hospital; it then goes before the general kit.",
    )
    department_id = fields.Many2one(
        "res.partner",
        domain="[('medical_department_type', '!=', False),"
        " ('hospital_id', '=?', hospital_id)]",
        index="btree_not_null",
        help="Only for this department; it then goes before the hospital's kit.",
    )
    practitioner_code = fields.Char(
        string="Surgeon Code",
        index="btree_not_null",
        help="Only for this surgeon, by the code that the hospital's schedule names; it "
        "then goes before the department's kit.",
    )
    date_from = fields.Date(string="Valid From")
    date_to = fields.Date(string="Valid Until")
    line_ids = fields.One2many("medical.kit.line", "kit_id", copy=True)
    product_count = fields.Integer(compute="_compute_product_count")

    _dates_order = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_from <= date_to)",
        "The kit is valid from a date after the date it is valid until.",
    )

    @api.depends("line_ids")
    def _compute_product_count(self):
        for kit in self:
            kit.product_count = len(kit.line_ids)

    @api.constrains("practitioner_code", "hospital_id")
    def _check_practitioner(self):
        for kit in self.filtered("practitioner_code"):
            if not kit.hospital_id:
                raise ValidationError(
                    self.env._(
                        "%s: a surgeon's code means something in one hospital only. "
                        "Choose the hospital.",
                        kit.name,
                    )
                )

    @api.constrains("department_id", "hospital_id")
    def _check_department(self):
        for kit in self.filtered("department_id"):
            if not kit.hospital_id or kit.department_id.hospital_id != kit.hospital_id:
                raise ValidationError(
                    self.env._(
                        "%(department)s is not a department of the hospital chosen "
                        "for the kit %(kit)s.",
                        department=kit.department_id.display_name,
                        kit=kit.name,
                    )
                )

    @api.model
    def _resolve(self, requests):
        """Choose the kit of each booked procedure: the surgeon's, else the
        department's, else the hospital's, else the general one; among several the one
        valid since last.

        :param requests: iterable of (procedure, hospital, departments, date, company,
            practitioner code or False)
        :return: list of medical.kit (possibly empty), one for each request
        """
        requests = list(requests)
        procedures = self.env["medical.procedure"].union(*(row[0] for row in requests))
        by_procedure = self.search(
            [("procedure_id", "in", procedures.ids), ("line_ids", "!=", False)]
        ).grouped("procedure_id")
        return [
            by_procedure.get(procedure, self.browse())._best(*context)
            for procedure, *context in requests
        ]

    def _best(self, hospital, departments, date, company, practitioner=False):
        def fits(kit):
            return (
                (not kit.hospital_id or kit.hospital_id == hospital)
                and (not kit.department_id or kit.department_id in departments)
                and (not kit.practitioner_code or kit.practitioner_code == practitioner)
                and (not kit.company_id or kit.company_id == company)
                and (not kit.date_from or not date or kit.date_from <= date)
                and (not kit.date_to or not date or kit.date_to >= date)
            )

        return self.filtered(fits).sorted(
            lambda kit: (
                bool(kit.practitioner_code),
                bool(kit.department_id),
                bool(kit.hospital_id),
                kit.date_from or fields.Date.to_date("1900-01-01"),
                kit.id,
            ),
            reverse=True,
        )[:1]
