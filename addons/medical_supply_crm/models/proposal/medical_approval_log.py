# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

ROLES = [
    ("auto", "Automatic"),
    ("ward", "Department user"),
    ("manager", "Hospital manager"),
    ("desk", "Medical desk"),
]


class MedicalApprovalLog(models.Model):
    """Who decided what about a proposal, and under which rule. Never changed by hand:
    a signature that no longer counts is marked, not removed."""

    _name = "medical.approval.log"
    _description = "Approval Log"
    _order = "id desc"
    _rec_name = "proposal_id"

    proposal_id = fields.Many2one(
        "medical.proposal", required=True, ondelete="cascade", index=True, readonly=True
    )
    storeroom_id = fields.Many2one(
        related="proposal_id.storeroom_id", store=True, index=True
    )
    hospital_id = fields.Many2one(related="proposal_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="proposal_id.company_id", store=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    action = fields.Selection(
        [
            ("sign", "Signed"),
            ("order", "Ordered"),
            ("reject", "Rejected"),
            ("undo", "Automatic Approval Undone"),
            ("cancel", "Cancelled"),
        ],
        required=True,
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    signed_by = fields.Char(readonly=True)
    role = fields.Selection(ROLES, readonly=True)
    licensed = fields.Boolean(
        string="Licence for Controlled Substances",
        readonly=True,
        help="The person held a valid licence on that day.",
    )
    rule_id = fields.Many2one(
        "medical.approval.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    revision = fields.Integer(readonly=True)
    content = fields.Char(readonly=True, help="Digest of the lines that were signed.")
    valid = fields.Boolean(
        readonly=True,
        default=True,
        help="A signature counts until the proposal is changed after it.",
    )
    note = fields.Char(readonly=True)
