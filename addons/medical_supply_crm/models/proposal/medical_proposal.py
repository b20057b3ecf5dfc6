# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare

OPEN_STATES = ("draft", "sent")


class MedicalProposal(models.Model):
    """What a storeroom should order now, and what the hospital decided about it."""

    _name = "medical.proposal"
    _description = "Replenishment Proposal"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    storeroom_id = fields.Many2one(
        "medical.storeroom", required=True, index=True, readonly=True
    )
    hospital_id = fields.Many2one(
        related="storeroom_id.hospital_id", store=True, index=True
    )
    company_id = fields.Many2one(
        related="storeroom_id.company_id", store=True, index=True
    )
    run_id = fields.Many2one(
        "medical.replenishment.run", string="Last Run", readonly=True, index=True
    )
    date = fields.Date(string="Calculated On", readonly=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("sent", "Waiting for the Hospital"),
            ("ordered", "Approved and Ordered"),
            ("rejected", "Rejected"),
            ("cancelled", "Cancelled"),
            ("superseded", "No Longer Needed"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    revision = fields.Integer(
        readonly=True,
        default=1,
        copy=False,
        help="Rises whenever a run changes the lines: an approval of an older "
        "revision is refused.",
    )
    urgent = fields.Boolean(tracking=True, copy=False)
    line_ids = fields.One2many("medical.proposal.line", "proposal_id")
    line_count = fields.Integer(compute="_compute_line_count")
    note = fields.Text(help="What changed since the run before.", readonly=True)
    reject_reason = fields.Char(readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False, tracking=True)
    signed_on = fields.Datetime(readonly=True, copy=False)
    approver_id = fields.Many2one("res.partner", readonly=True, copy=False)
    sale_order_id = fields.Many2one(
        "sale.order", string="Sales Order", readonly=True, copy=False
    )
    transfer_ids = fields.One2many(
        "stock.picking", "medical_proposal_id", string="Consignment Transfers"
    )
    picking_ids = fields.Many2many(
        "stock.picking",
        compute="_compute_pickings",
        compute_sudo=True,
        string="Transfers",
    )
    picking_count = fields.Integer(compute="_compute_pickings", compute_sudo=True)
    commitment_date = fields.Date(
        string="Delivery Date", readonly=True, copy=False, tracking=True
    )
    delivery_status = fields.Selection(
        [
            ("pending", "To Deliver"),
            ("partial", "Partially Delivered"),
            ("done", "Delivered"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_pickings",
        compute_sudo=True,
    )
    at_risk_count = fields.Integer(
        string="Procedures at Risk", compute="_compute_line_count"
    )

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)", "The proposal number must be unique."
    )
    _one_open = models.UniqueIndex(
        "(storeroom_id) WHERE state IN ('draft', 'sent')",
        "This storeroom already has an open proposal.",
    )

    @api.depends("line_ids.at_risk_event_ids")
    def _compute_line_count(self):
        for proposal in self:
            proposal.line_count = len(proposal.line_ids)
            proposal.at_risk_count = len(proposal.line_ids.at_risk_event_ids)

    @api.depends("sale_order_id.picking_ids.state", "transfer_ids.state")
    def _compute_pickings(self):
        for proposal in self:
            pickings = proposal.sale_order_id.picking_ids | proposal.transfer_ids
            proposal.picking_ids = pickings
            proposal.picking_count = len(pickings)
            states = set(pickings.mapped("state"))
            if not pickings:
                proposal.delivery_status = False
            elif states == {"cancel"}:
                proposal.delivery_status = "cancelled"
            elif states <= {"done", "cancel"}:
                proposal.delivery_status = "done"
            elif "done" in states:
                proposal.delivery_status = "partial"
            else:
                proposal.delivery_status = "pending"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code(
                    "medical.proposal"
                ) or self.env._("New")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_decided(self):
        if any(proposal.state in ("ordered", "sent") for proposal in self):
            raise UserError(
                self.env._(
                    "Proposals that were sent or ordered are kept: cancel them instead."
                )
            )

    # -- the medical desk -------------------------------------------------------
    def action_send(self):
        """Show the proposal to the hospital and tell its people."""
        self.check_access("write")
        for proposal in self:
            proposal._check_open()
            if not proposal.line_ids:
                raise UserError(
                    self.env._("%s has no lines: nothing to send.", proposal.name)
                )
        for proposal in self.filtered(lambda row: row.state == "draft"):
            # sudo: sending is the right that was checked, see DECIDED
            proposal.sudo().state = "sent"
            proposal._notify_hospital()

    def _notify_hospital(self):
        self.ensure_one()
        people = (
            self.hospital_id.medical_manager_ids
            | self.storeroom_id.department_ids.medical_user_ids
        )
        for lang, partners in people.grouped("lang").items():
            proposal = self.with_context(lang=lang or self.env.lang)
            url = f"{self.get_base_url()}/my/medical/proposals/{self.id}"
            proposal.message_post(
                partner_ids=partners.ids,
                subtype_xmlid="mail.mt_comment",
                subject=proposal.env._(
                    "Replenishment proposal %(number)s for %(storeroom)s",
                    number=self.name,
                    storeroom=self.storeroom_id.name,
                ),
                body=Markup("<p>%s</p><p><a href='%s'>%s</a></p>")
                % (
                    proposal.env._(
                        "A replenishment proposal with %(lines)s products waits for "
                        "your approval.",
                        lines=self.line_count,
                    ),
                    url,
                    proposal.env._("Read, change and approve it"),
                ),
            )

    def action_approve(self):
        """Approve on behalf of the hospital, with the quantities on the lines."""
        self.check_access("write")
        for proposal in self:
            proposal._approve(
                {line.id: line.approved_qty for line in proposal.line_ids},
                partner=self.env.user.partner_id,
                signed_by=self.env._("%s (on behalf)", self.env.user.name),
                urgent=proposal.urgent,
            )

    def action_cancel(self):
        """Withdraw an open proposal, or an ordered one with everything undelivered."""
        self.check_access("write")
        for proposal in self:
            if proposal.state == "ordered":
                if proposal.delivery_status in ("partial", "done"):
                    raise UserError(
                        self.env._(
                            "%s is already delivered, at least in part: use a return.",
                            proposal.name,
                        )
                    )
                # sudo: the medical desk need not hold rights on orders and transfers
                # of other salespeople; what it cancels is its own proposal's order
                proposal.sudo()._cancel_orders()
                proposal.sudo().log_ids.filtered(
                    lambda row: row.action == "order"
                ).valid = False
            elif proposal.state not in OPEN_STATES:
                continue
            proposal._void_signatures()
            # sudo: as above
            proposal.sudo().state = "cancelled"
            proposal._log(
                "cancel",
                partner=self.env.user.partner_id,
                signed_by=self.env.user.name,
                role="desk",
            )

    def action_view_order(self):
        """Open the sales order."""
        self.ensure_one()
        return self.sale_order_id._get_records_action()

    def action_view_pickings(self):
        """Open the deliveries or transfers."""
        self.ensure_one()
        return self.picking_ids._get_records_action()

    def action_recalculate(self):
        """Run the replenishment of these storerooms again."""
        return self.storeroom_id.action_replenish()

    # -- decision ---------------------------------------------------------------
    def _check_open(self):
        self.ensure_one()
        if self.state not in OPEN_STATES:
            raise UserError(
                self.env._(
                    "%(number)s is no longer open: %(state)s.",
                    number=self.name,
                    state=dict(self._fields["state"]._description_selection(self.env))[
                        self.state
                    ],
                )
            )

    # -- result of a run ----------------------------------------------------------
    def _update_lines(self, run, values_by_line):
        """Bring the lines to what the run found; same figures change nothing.

        :param run: medical.replenishment.run
        :param dict values_by_line: storeroom line id -> values of the proposal line
        :return: whether a quantity changed
        """
        self.ensure_one()
        notes, commands, changed = [], [], False
        for line in self.line_ids:
            values = values_by_line.get(line.storeroom_line_id.id)
            precision = line.product_id.uom_id.rounding
            if values is None:
                notes.append(line._change_note(0.0, 0.0))
                commands.append(Command.delete(line.id))
                changed = True
                continue
            changes = line._changes(values)
            if float_compare(
                line.order_qty, values["order_qty"], precision_rounding=precision
            ):
                notes.append(
                    line._change_note(values["order_qty"], values["booked_mean"])
                )
                changes.update(approved_qty=values["order_qty"], decision="approve")
                changed = True
            if changes:
                commands.append(Command.update(line.id, changes))
        known = self.line_ids.storeroom_line_id.ids
        for line_id, values in values_by_line.items():
            if line_id not in known:
                commands.append(
                    Command.create(
                        dict(
                            values,
                            storeroom_line_id=line_id,
                            approved_qty=values["order_qty"],
                        )
                    )
                )
                changed = True
        result = {}
        if commands:
            result["line_ids"] = commands
        if changed:
            self._void_signatures()
            result.update(
                revision=self.revision + 1, note="\n".join(filter(None, notes))
            )
        if commands or self.date != run.date:
            result.update(run_id=run.id, date=run.date)
        if result:
            self.write(result)
        return changed

    def _supersede(self, reason):
        """Close open proposals whose demand has gone."""
        self._void_signatures()
        self.write({"state": "superseded", "note": reason})
