# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import labels


class MedicalScanProblem(models.Model):
    """A label that a storeroom scanned and nobody knows yet: for the medical desk.

    Kept only when it is the code of a trade item. Anything else may be a patient's
    wristband, and is counted without its content.
    """

    _name = "medical.scan.problem"
    _description = "Unknown Label"
    _order = "state, last_date desc, id desc"
    _rec_name = "code"

    storeroom_id = fields.Many2one(
        "medical.storeroom",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    hospital_id = fields.Many2one(related="storeroom_id.hospital_id", store=True)
    company_id = fields.Many2one(
        related="storeroom_id.company_id", store=True, index=True
    )
    code = fields.Char(
        readonly=True,
        help="GTIN, or HIBC labeler and product number. Empty for what is no trade "
        "item's label: it may be a patient's.",
    )
    reason = fields.Selection(
        [
            ("unknown", "Unknown Product"),
            ("pack", "Unknown Pack Size"),
            ("unreadable", "Not a Product Label"),
        ],
        required=True,
        readonly=True,
    )
    product_id = fields.Many2one(
        "product.product",
        domain=[("is_storable", "=", True)],
        help="The product that this code stands for.",
    )
    uom_id = fields.Many2one(
        "uom.uom",
        string="Pack",
        help="Unit that one scan of this code stands for; empty: the product's own.",
    )
    count = fields.Integer(string="Scans", readonly=True, default=1)
    last_date = fields.Datetime(readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("open", "Open"), ("solved", "Known Now"), ("ignored", "Ignored")],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )

    _code_uniq = models.UniqueIndex(
        "(storeroom_id, reason, COALESCE(code, ''))",
        "This label is already listed for the storeroom.",
    )

    @api.model
    def _tell(self, room, reason, code="", product=None):
        """Count the scan of a label that is not known.

        :param code: kept only when it is a GTIN or an HIBC item
        :return: the record, in sudo
        """
        # sudo: whoever scans tells the medical desk, and reads nothing of its list
        model = self.sudo()
        record = model.search(
            [
                ("storeroom_id", "=", room.id),
                ("reason", "=", reason),
                ("code", "=", code or False),
            ],
            limit=1,
        )
        if record:
            record.write(
                {
                    "count": record.count + 1,
                    "last_date": fields.Datetime.now(),
                    "state": "open" if record.state == "solved" else record.state,
                }
            )
            return record
        return model.create(
            {
                "storeroom_id": room.id,
                "reason": reason,
                "code": code or False,
                "product_id": product.id if product else False,
            }
        )

    def action_solve(self):
        """Give the code to the product, so that the next scan knows it."""
        self.check_access("write")
        for record in self.filtered("code"):
            product = record.product_id
            if not product:
                raise UserError(
                    self.env._("Choose the product of %s first.", record.code)
                )
            # sudo: a barcode of a scanned label is the medical desk's to give, who
            # need not hold rights on products otherwise
            record.sudo()._give_code(product)
            record.state = "solved"

    def _give_code(self, product):
        self.ensure_one()
        uom = self.uom_id or product.uom_id
        if labels.is_gtin(self.code):
            if uom == product.uom_id and not product.barcode:
                product.barcode = self.code
                return
        elif uom == product.uom_id:
            product.medical_hibc = self.code
            return
        self.env["product.uom"].create(
            {"product_id": product.id, "uom_id": uom.id, "barcode": self.code}
        )

    def action_ignore(self):
        """Not worth knowing."""
        self.check_access("write")
        self.state = "ignored"
