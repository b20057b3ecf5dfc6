# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_compare

#: Where a unit can be, and whether somebody still has to act on it.
OPEN_KINDS = ("warehouse", "reserved", "transit", "shelf", "used", "delivered")


class MedicalRecall(models.Model):
    """Goods that must be found and set aside, wherever they are."""

    _name = "medical.recall"
    _description = "Recall"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False, default="/")
    title = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    severity = fields.Selection(
        [
            ("1", "Class I: danger to life or lasting harm"),
            ("2", "Class II: passing harm"),
            ("3", "Class III: harm unlikely"),
        ],
        required=True,
        default="2",
        tracking=True,
    )
    product_ids = fields.Many2many(
        "product.product",
        "medical_recall_product_rel",
        "recall_id",
        "product_id",
        string="Products",
        domain=[("is_storable", "=", True)],
        help="With nothing named below, every lot and serial number of these products "
        "is recalled.",
    )
    lot_ids = fields.Many2many(
        "stock.lot",
        "medical_recall_named_lot_rel",
        "recall_id",
        "lot_id",
        string="Lots and Serial Numbers",
    )
    lot_names = fields.Text(
        string="Numbers as Announced",
        help="Lot or serial numbers, one per line, as the vendor announced them: also "
        "those that have not arrived yet are caught.",
    )
    vendor_reference = fields.Char(
        index="btree_not_null",
        help="Reference of the vendor: the manufacturer's lot number, the vendor's "
        "order number, or the origin of a receipt.",
    )
    matched_lot_ids = fields.Many2many(
        "stock.lot",
        "medical_recall_lot_rel",
        "recall_id",
        "lot_id",
        string="Lots Caught",
        readonly=True,
        copy=False,
    )
    reason = fields.Text(required=True, help="Why, as the hospitals are told.")
    instructions = fields.Text(
        help="What the hospitals are asked to do with the units they find."
    )
    officer_id = fields.Many2one(
        "res.users",
        string="Recall Officer",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    started_on = fields.Datetime(readonly=True, copy=False)
    closed_on = fields.Datetime(readonly=True, copy=False)
    deadline = fields.Date(
        help="Day by which every hospital has to answer; later ones are escalated."
    )
    reminder_days = fields.Integer(
        string="Remind After (days)",
        default=2,
        required=True,
        help="Days without an answer after which a hospital is reminded, again and "
        "again.",
    )
    close_reason = fields.Text(
        string="Reason for Closing Early",
        copy=False,
        help="Needed when not every unit is accounted for.",
    )
    traced_on = fields.Datetime(string="Last Trace", readonly=True, copy=False)
    line_ids = fields.One2many(
        "medical.recall.line", "recall_id", string="Where the Units Are", readonly=True
    )
    notice_ids = fields.One2many("medical.recall.notice", "recall_id", readonly=True)
    received_qty = fields.Float(
        string="Received",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Units of these lots that ever came in: from vendors, production or a "
        "count that found more.",
    )
    traced_qty = fields.Float(
        string="Traced", digits="Product Unit", compute="_compute_figures", store=True
    )
    difference_qty = fields.Float(
        string="Not Traced",
        digits="Product Unit",
        compute="_compute_figures",
        store=True,
        help="Received less traced: 0 when the books know where every unit is.",
    )
    distributed_qty = fields.Float(
        string="At Hospitals",
        digits="Product Unit",
        compute="_compute_figures",
        store=True,
    )
    accounted_qty = fields.Float(
        string="Accounted For",
        digits="Product Unit",
        compute="_compute_figures",
        store=True,
        help="Units in quarantine, sent back, or whose use or loss was confirmed.",
    )
    progress = fields.Float(
        compute="_compute_figures",
        store=True,
        help="Units accounted for ÷ units received × 100.",
    )
    notice_count = fields.Integer(compute="_compute_notice_count")
    answered_count = fields.Integer(compute="_compute_notice_count")

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)", "The number of the recall must be unique."
    )
    _reminder_positive = models.Constraint(
        "CHECK (reminder_days > 0)", "Reminders need at least one day between them."
    )

    @api.depends("name", "title")
    def _compute_display_name(self):
        for recall in self:
            recall.display_name = f"{recall.name} {recall.title or ''}".strip()

    @api.depends("line_ids.quantity", "line_ids.accounted", "received_qty")
    def _compute_figures(self):
        for recall in self:
            lines = recall.line_ids
            recall.traced_qty = sum(lines.mapped("quantity"))
            recall.difference_qty = recall.received_qty - recall.traced_qty
            recall.distributed_qty = sum(
                lines.filtered("at_hospital").mapped("quantity")
            )
            recall.accounted_qty = sum(lines.filtered("accounted").mapped("quantity"))
            recall.progress = (
                100 * recall.accounted_qty / recall.received_qty
                if recall.received_qty > 0
                else 100.0 * (recall.state != "draft" and not lines)
            )

    @api.depends("notice_ids.state")
    def _compute_notice_count(self):
        for recall in self:
            recall.notice_count = len(recall.notice_ids)
            recall.answered_count = len(
                recall.notice_ids.filtered(lambda notice: notice.state == "answered")
            )

    @api.constrains("product_ids", "lot_ids", "lot_names", "vendor_reference")
    def _check_scope(self):
        for recall in self:
            if not (
                recall.product_ids
                or recall.lot_ids
                or recall.lot_names
                or recall.vendor_reference
            ):
                raise ValidationError(
                    self.env._(
                        "%s: name at least a product, a lot or a vendor reference.",
                        recall.title,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code(
                    "medical.recall"
                ) or self.env._("New")
        return super().create(vals_list)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if any(recall.state != "draft" for recall in self):
            raise UserError(
                self.env._("A recall that was started is kept: cancel it instead.")
            )

    # -- actions --------------------------------------------------------------------
    def action_trace(self):
        """Find where every unit is now; in a draft, to see what a start would do."""
        self.check_access("write")
        self._trace()

    def action_start(self):
        """Block the lots, free what is reserved, and tell the hospitals."""
        self.check_access("write")
        for recall in self:
            if recall.state != "draft":
                raise UserError(self.env._("%s was already started.", recall.name))
            recall.write(
                {
                    "state": "running",
                    "started_on": fields.Datetime.now(),
                    "deadline": recall.deadline
                    or fields.Date.context_today(self) + timedelta(days=7),
                }
            )
            recall._trace()
            recall._free_reserved()
            recall._trace()

    def action_quarantine_own(self):
        """Move what lies free in our own warehouses to the quarantine location."""
        self.check_access("write")
        for recall in self:
            recall._check_running()
            recall._trace()
            lines = recall.line_ids.filtered(lambda line: line.kind == "warehouse")
            if not lines:
                raise UserError(
                    self.env._(
                        "%s: nothing of it lies free in our own warehouses.",
                        recall.name,
                    )
                )
            recall._move_units(
                [
                    (line.product_id, line.lot_id, line.quantity, line.location_id,
                     recall._quarantine_location())
                    for line in lines
                ]
            )  # fmt: skip
            recall._trace()

    def action_close(self):
        """Close: every unit is accounted for, or a reason says why not.

        :raise UserError: units open and no reason given
        """
        self.check_access("write")
        for recall in self:
            recall._check_running()
            recall._trace()
            missing = recall.received_qty - recall.accounted_qty
            if (
                float_compare(missing, 0.0, precision_digits=4)
                and not (recall.close_reason or "").strip()
            ):
                raise UserError(
                    self.env._(
                        "%(recall)s: %(missing)g of %(received)g units are not yet "
                        "accounted for. Wait for the answers, or write down the reason "
                        "for closing early.",
                        recall=recall.name,
                        missing=missing,
                        received=recall.received_qty,
                    )
                )
            recall.write({"state": "closed", "closed_on": fields.Datetime.now()})
            recall._block_lots()

    def action_cancel(self):
        """Call the recall off: the lots are free again, the hospitals are told."""
        self.check_access("write")
        for recall in self.filtered(lambda row: row.state in ("draft", "running")):
            recall.state = "cancelled"
            recall._block_lots()
            recall.notice_ids._notify("cancelled")

    def action_view_lines(self):
        """Open the places of the units."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Where the Units Are"),
            "res_model": "medical.recall.line",
            "view_mode": "list,pivot",
            "domain": [("recall_id", "=", self.id)],
        }

    def action_view_notices(self):
        """Open the notices to the hospitals."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Notices"),
            "res_model": "medical.recall.notice",
            "view_mode": "list,form",
            "domain": [("recall_id", "=", self.id)],
        }

    def action_report_csv(self):
        """Download the closing report as a table."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/medical/recall/{self.id}/report.csv",
            "target": "self",
        }

    def _check_running(self):
        self.ensure_one()
        if self.state != "running":
            raise UserError(self.env._("%s is not running.", self.name))

    @api.model
    def _cron_recalls(self):
        """Daily: trace again, remind, escalate; one recall after the other."""
        recalls = self.search([("state", "=", "running")])
        self.env["ir.cron"]._commit_progress(remaining=len(recalls))
        for recall in recalls:
            recall = recall.with_company(recall.company_id)
            recall._trace()
            recall.notice_ids._remind()
            self.env["ir.cron"]._commit_progress(1)

    # -- report ---------------------------------------------------------------------
    def _report_totals(self):
        """List of (place, units) for the reconciliation of the report."""
        self.ensure_one()
        labels = dict(
            self.env["medical.recall.line"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        totals = {}
        for line in self.line_ids:
            totals[line.kind] = totals.get(line.kind, 0.0) + line.quantity
        return [
            (label, f"{totals[kind]:g}")
            for kind, label in labels.items()
            if kind in totals
        ]

    @api.private
    def report_rows(self):
        """Rows of the closing report: places, then answers, then the reconciliation.

        :return: list of lists of text, the first one the header
        """
        self.ensure_one()
        env = self.env
        kinds = dict(
            env["medical.recall.line"]._fields["kind"]._description_selection(env)
        )
        rows = [
            [
                env._("Place"), env._("Hospital"), env._("Storeroom"),
                env._("Departments"), env._("Case Number (hashed)"), env._("Product"),
                env._("Lot/Serial Number"), env._("Units"), env._("Accounted For"),
                env._("Found"), env._("Quarantined"), env._("Used"), env._("Missing"),
                env._("Signed By"), env._("Signed On"),
            ]
        ]  # fmt: skip
        for line in self.line_ids:
            rows.append(
                [
                    kinds[line.kind], line.partner_id.name or "",
                    line.storeroom_id.name or "",
                    ", ".join(line.department_ids.mapped("name")),
                    line.event_hash or "", line.product_id.display_name,
                    line.lot_id.name or "", f"{line.quantity:g}",
                    env._("Yes") if line.accounted else env._("No"),
                    "", "", "", "", "", "",
                ]
            )  # fmt: skip
        for answer in self.notice_ids.answer_ids:
            rows.append(
                [
                    env._("Answer"), answer.partner_id.name or "",
                    answer.storeroom_id.name or "",
                    ", ".join(answer.department_ids.mapped("name")), "",
                    answer.product_id.display_name, answer.lot_id.name or "",
                    f"{answer.expected_qty + answer.recorded_use_qty:g}",
                    env._("Yes") if answer.state == "answered" else env._("No"),
                    f"{answer.found_qty:g}", f"{answer.quarantined_qty:g}",
                    f"{answer.used_qty + answer.recorded_use_qty:g}",
                    f"{answer.missing_qty:g}", answer.answered_by or "",
                    fields.Datetime.to_string(answer.answered_on) or "",
                ]
            )  # fmt: skip
        for label, value in (
            (env._("Received"), self.received_qty),
            (env._("Traced"), self.traced_qty),
            (env._("Not Traced"), self.difference_qty),
            (env._("Accounted For"), self.accounted_qty),
        ):
            rows.append([label] + [""] * 6 + [f"{value:g}"] + [""] * 7)
        return rows
