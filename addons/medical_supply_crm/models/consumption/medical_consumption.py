# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import float_compare, float_is_zero


class MedicalConsumption(models.Model):
    """What was used in a storeroom, by case or by count, with its stock moves."""

    _name = "medical.consumption"
    _description = "Storeroom Consumption"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    storeroom_id = fields.Many2one(
        "medical.storeroom", required=True, index=True, check_company=True
    )
    hospital_id = fields.Many2one(
        related="storeroom_id.hospital_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="storeroom_id.company_id", store=True, index=True
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now)
    mode = fields.Selection(
        [
            ("case", "By case"),
            ("use", "By quantity used"),
            ("count", "By count"),
            ("bin", "By empty bin"),
        ],
        required=True,
        default="use",
        help="By case: what one booked procedure used. By quantity: what was taken. "
        "By count: what is on the shelf now; the difference was used (or found).",
    )
    event_id = fields.Many2one(
        "medical.event",
        string="Case",
        domain="[('storeroom_id', '=', storeroom_id)]",
        index="btree_not_null",
    )
    line_ids = fields.One2many("medical.consumption.line", "consumption_id", copy=True)
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done"), ("corrected", "Corrected")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    move_ids = fields.One2many("stock.move", "medical_consumption_id", readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code(
                    "medical.consumption"
                ) or self.env._("New")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(record.state != "draft" for record in self):
            raise UserError(
                self.env._("Recorded use is kept: correct it, or withdraw it.")
            )

    @api.constrains("state")
    def _check_moved(self):
        """Complete means that stock has moved, whoever says so."""
        for record in self.filtered(lambda row: row.state != "draft"):
            # sudo: moves need an inventory user's rights
            if "done" not in record.sudo().move_ids.mapped("state"):
                raise ValidationError(
                    self.env._(
                        "%s has moved no stock and is not complete.", record.name
                    )
                )

    def action_load_kit(self):
        """Fill in what the case's kits name, as a start to correct."""
        for record in self:
            if not record.event_id:
                raise UserError(self.env._("Choose the case first."))
            quantities = {}
            for kit_line in record.event_id.kit_ids.line_ids:
                quantities[kit_line.product_id] = quantities.get(
                    kit_line.product_id, 0.0
                ) + (kit_line.quantity if kit_line.handling == "open" else 0.0)
            record.line_ids = [Command.clear()] + [
                Command.create({"product_id": product.id, "quantity": quantity})
                for product, quantity in quantities.items()
            ]

    def action_complete(self):
        """Make the stock moves and close.

        :raise UserError: nothing recorded, nothing moved, or a lot is missing
        """
        for record in self:
            if record.state != "draft":
                raise UserError(self.env._("%s is already complete.", record.name))
            if not record.line_ids:
                raise UserError(
                    self.env._(
                        "%s has no lines: record at least one product before "
                        "completing.",
                        record.name,
                    )
                )
            taken = {}
            values = [
                move for line in record.line_ids for move in line._move_values(taken)
            ]
            if not values:
                raise UserError(
                    self.env._(
                        "%s would move no stock: every quantity is 0, or the count "
                        "equals the stock on hand. Nothing is recorded.",
                        record.name,
                    )
                )
            # sudo: recording use is the right that was checked; the moves that
            # follow from it need an inventory user's rights
            moves = self.env["stock.move"].sudo().create(values)
            moves._action_done()
            undone = moves.filtered(lambda move: move.state != "done")
            if undone:
                raise UserError(
                    self.env._(
                        "%(number)s: the stock of %(products)s was not moved.",
                        number=record.name,
                        products=", ".join(undone.product_id.mapped("display_name")),
                    )
                )
            record.state = "done"

    def _use_location(self):
        """Where used goods go: consignment is sold by being used, hospital stock
        just leaves the books of the storeroom."""
        self.ensure_one()
        room = self.storeroom_id
        if room.ownership == "consignment":
            return room._root_customer_location()
        return self.env.ref("medical_supply_crm.stock_location_consumption")

    @api.model
    def _is_zero(self, product, quantity):
        return float_is_zero(quantity, precision_rounding=product.uom_id.rounding)

    @api.model
    def _compare(self, product, first, second):
        return float_compare(first, second, precision_rounding=product.uom_id.rounding)
