# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

WEEKDAY_FIELDS = (
    "deliver_monday",
    "deliver_tuesday",
    "deliver_wednesday",
    "deliver_thursday",
    "deliver_friday",
    "deliver_saturday",
    "deliver_sunday",
)


class MedicalStoreroom(models.Model):
    """A place in a hospital where supplies are kept: one stock location, the
    departments it serves and the rhythm in which it is replenished."""

    _name = "medical.storeroom"
    _description = "Hospital Storeroom"
    _inherit = ["mail.thread"]
    _order = "hospital_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    hospital_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        domain=[("is_hospital", "=", True)],
        tracking=True,
    )
    department_ids = fields.Many2many(
        "res.partner",
        "medical_storeroom_department_rel",
        "storeroom_id",
        "department_id",
        string="Departments Served",
        domain="[('hospital_id', '=', hospital_id),"
        " ('medical_department_type', '!=', False)]",
    )
    ownership = fields.Selection(
        [
            ("hospital", "Hospital stock"),
            ("consignment", "Consignment"),
        ],
        required=True,
        default="hospital",
        tracking=True,
        help="Hospital stock: the goods are sold when they are delivered. "
        "Consignment: they stay ours until they are used.",
    )
    location_id = fields.Many2one(
        "stock.location",
        string="Stock Location",
        check_company=True,
        copy=False,
        index=True,
        help="Where the storeroom's stock is counted, lot by lot. Created with the "
        "storeroom when left empty.",
    )
    address_id = fields.Many2one(
        "res.partner",
        string="Delivery Address",
        copy=False,
        domain="[('hospital_id', '=', hospital_id)]",
        help="Where deliveries go. Its customer location is the storeroom's stock "
        "location, so an ordinary delivery fills the storeroom. Created with the "
        "storeroom when left empty.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Supplied By",
        required=True,
        check_company=True,
        default=lambda self: self._default_warehouse_id(),
    )
    review_days = fields.Integer(
        required=True, default=7, help="Days between two replenishments."
    )
    lead_days = fields.Integer(
        required=True, default=2, help="Days from the approval to the delivery."
    )
    deliver_monday = fields.Boolean(string="Monday", default=True)
    deliver_tuesday = fields.Boolean(string="Tuesday", default=True)
    deliver_wednesday = fields.Boolean(string="Wednesday", default=True)
    deliver_thursday = fields.Boolean(string="Thursday", default=True)
    deliver_friday = fields.Boolean(string="Friday", default=True)
    deliver_saturday = fields.Boolean(string="Saturday")
    deliver_sunday = fields.Boolean(string="Sunday")
    line_ids = fields.One2many("medical.storeroom.line", "storeroom_id", copy=True)
    proposal_ids = fields.One2many("medical.proposal", "storeroom_id")
    line_count = fields.Integer(compute="_compute_counts")
    open_proposal_count = fields.Integer(compute="_compute_counts")
    waste_count = fields.Integer(
        string="Lots at Risk of Waste", compute="_compute_counts"
    )
    last_run_date = fields.Datetime(
        string="Last Replenishment", readonly=True, copy=False
    )

    _location_uniq = models.Constraint(
        "UNIQUE (location_id)", "Two storerooms cannot share one stock location."
    )
    _address_uniq = models.Constraint(
        "UNIQUE (address_id)",
        "Two storerooms cannot share one delivery address: a delivery to it would "
        "not know which storeroom it fills.",
    )
    _days_positive = models.Constraint(
        "CHECK (review_days > 0 AND lead_days >= 0)",
        "Review days must be at least 1 and lead days at least 0.",
    )

    @api.model
    def _default_warehouse_id(self):
        return self.env["stock.warehouse"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        )

    @api.depends("name", "hospital_id.name")
    def _compute_display_name(self):
        for storeroom in self:
            hospital = storeroom.hospital_id.name
            storeroom.display_name = (
                f"{hospital} / {storeroom.name}" if hospital else storeroom.name
            )

    def _compute_counts(self):
        lines = dict(
            self.env["medical.storeroom.line"]._read_group(
                [("storeroom_id", "in", self.ids)], ["storeroom_id"], ["__count"]
            )
        )
        proposals = dict(
            self.env["medical.proposal"]._read_group(
                [("storeroom_id", "in", self.ids), ("state", "in", ("draft", "sent"))],
                ["storeroom_id"],
                ["__count"],
            )
        )
        waste = dict(
            self.env["medical.waste.risk"]._read_group(
                [("storeroom_id", "in", self.ids)], ["storeroom_id"], ["__count"]
            )
        )
        for storeroom in self:
            storeroom.line_count = lines.get(storeroom._origin, 0)
            storeroom.open_proposal_count = proposals.get(storeroom._origin, 0)
            storeroom.waste_count = waste.get(storeroom._origin, 0)

    @api.constrains(*WEEKDAY_FIELDS)
    def _check_weekdays(self):
        for storeroom in self:
            if not any(storeroom[name] for name in WEEKDAY_FIELDS):
                raise ValidationError(
                    self.env._(
                        "%s has no delivery day: choose at least one weekday.",
                        storeroom.display_name,
                    )
                )

    @api.constrains("hospital_id", "department_ids", "address_id")
    def _check_hospital(self):
        """Departments and address decide who sees the storeroom on the portal and
        where its goods go, so they must belong to its hospital."""
        for storeroom in self:
            if not storeroom.hospital_id.is_hospital:
                raise ValidationError(
                    self.env._(
                        "%s is not a hospital: tick Hospital on the contact first.",
                        storeroom.hospital_id.display_name,
                    )
                )
            others = (storeroom.department_ids | storeroom.address_id).filtered(
                lambda partner, hospital=storeroom.hospital_id: (
                    partner.hospital_id != hospital
                )
            )
            if others:
                raise ValidationError(
                    self.env._(
                        "%(partners)s: not part of %(hospital)s, so %(storeroom)s "
                        "cannot serve it or be delivered there.",
                        partners=", ".join(others.mapped("display_name")),
                        hospital=storeroom.hospital_id.display_name,
                        storeroom=storeroom.name,
                    )
                )

    @api.constrains("ownership", "location_id")
    def _check_location_usage(self):
        for storeroom in self.filtered("location_id"):
            expected = (
                "internal" if storeroom.ownership == "consignment" else "customer"
            )
            if storeroom.location_id.usage != expected:
                raise ValidationError(
                    self.env._(
                        "%(location)s has the type %(usage)s, but %(storeroom)s needs "
                        "%(expected)s: hospital stock lies in a customer location, "
                        "consignment in an internal one.",
                        location=storeroom.location_id.display_name,
                        usage=storeroom.location_id.usage,
                        storeroom=storeroom.name,
                        expected=expected,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        storerooms = super().create(vals_list)
        storerooms._ensure_location()
        storerooms._ensure_address()
        return storerooms

    def write(self, vals):
        if "ownership" in vals:
            changed = self.filtered(lambda room: room.ownership != vals["ownership"])
            if changed.location_id and "location_id" not in vals:
                raise UserError(
                    self.env._(
                        "The ownership of %s is fixed: its stock lies in a location "
                        "of the other kind. Create a second storeroom instead.",
                        ", ".join(changed.mapped("name")),
                    )
                )
        result = super().write(vals)
        if {"location_id", "address_id", "ownership"} & vals.keys():
            self._ensure_address()
        return result

    def _ensure_location(self):
        """Create the stock locations that are missing.

        Hospital stock gets a child of the hospital's own customer location: core
        keeps quants, lots and expiry there, procurement rules to "Customers" apply
        to its children, and goods there carry none of our valuation. Consignment
        gets an internal location outside every warehouse, so that it stays ours in
        the valuation and is never reserved for another customer.
        """
        missing = self.filtered(lambda storeroom: not storeroom.location_id)
        consignment_root = self.env.ref("medical_supply_crm.stock_location_consignment")
        # sudo: setting up a storeroom is a decision of the medical manager, who
        # need not be an inventory administrator
        locations = (
            self.env["stock.location"]
            .sudo()
            .create(
                [
                    {
                        "name": f"{room.hospital_id.name} / {room.name}".replace(
                            " / ", " - "
                        ),
                        "company_id": room.company_id.id,
                        "usage": "internal"
                        if room.ownership == "consignment"
                        else "customer",
                        "location_id": consignment_root.id
                        if room.ownership == "consignment"
                        else room._root_customer_location().id,
                    }
                    for room in missing
                ]
            )
        )
        for storeroom, location in zip(missing, locations, strict=True):
            storeroom.location_id = location

    def _root_customer_location(self):
        """Customer location of the hospital, as ordinary deliveries use it."""
        self.ensure_one()
        return self.hospital_id.with_company(self.company_id).property_stock_customer

    def _ensure_address(self):
        """Give each storeroom an address of its own, whose customer location is the
        storeroom: sale orders to it then deliver into the storeroom."""
        missing = self.filtered(lambda storeroom: not storeroom.address_id)
        # sudo: as for the location
        addresses = (
            self.env["res.partner"]
            .sudo()
            .create(
                [
                    {
                        "name": room.name,
                        "type": "delivery",
                        "parent_id": (room.department_ids[:1] or room.hospital_id).id,
                    }
                    for room in missing
                ]
            )
        )
        for storeroom, address in zip(missing, addresses, strict=True):
            storeroom.address_id = address
        for storeroom in self.filtered(lambda room: room.ownership == "hospital"):
            address = storeroom.address_id.sudo().with_company(storeroom.company_id)
            if address.property_stock_customer != storeroom.location_id:
                address.property_stock_customer = storeroom.location_id

    def action_replenish(self):
        """Run the replenishment for these storerooms and show what came out."""
        run = self.env["medical.replenishment.run"]._run(self)
        return run._get_records_action()

    def action_lines(self):
        """Open the par lines."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_storeroom_line_action"
        )
        action["domain"] = [("storeroom_id", "in", self.ids)]
        if len(self) == 1:
            action["context"] = {"default_storeroom_id": self.id}
        return action

    def action_proposals(self):
        """Open the proposals."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_proposal_action"
        )
        action["domain"] = [("storeroom_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_waste(self):
        """Open the lots that will probably expire before they are used."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_waste_risk_action"
        )
        action["domain"] = [("storeroom_id", "in", self.ids)]
        return action

    def action_record_use(self):
        """Open a new consumption record for this storeroom."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Record Use"),
            "res_model": "medical.consumption",
            "view_mode": "form",
            "context": {"default_storeroom_id": self.id},
        }

    def copy_data(self, default=None):
        """A copy is another place: it gets a location and an address of its own."""
        vals_list = super().copy_data(default=default)
        return [
            dict(vals, name=self.env._("%s (copy)", room.name))
            if "name" not in (default or {})
            else vals
            for room, vals in zip(self, vals_list, strict=True)
        ]

    def _add_products(self, products, **values):
        """Add par lines for the products that the storeroom does not list yet."""
        self.ensure_one()
        missing = products - self.line_ids.product_id
        self.line_ids = [
            Command.create(dict(values, product_id=product.id)) for product in missing
        ]
        return self.line_ids.filtered(lambda line: line.product_id in products)
