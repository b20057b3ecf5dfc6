# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..intake.logistics_channel_account import KINDS

#: What a rule says: changing it asks for a new dry run.
DEFINITION = {
    "target",
    "action",
    "days",
    "date_field_id",
    "channel",
    "domain",
    "company_id",
}
#: What only the steps of a rule set.
STEPS = {"state", "dry_run_id", "activated_by_id", "activated_date"}
#: A dry run older than this says too little about today.
DRY_RUN_DAYS = 7


class LogisticsPrivacyRule(models.Model):
    """After how many days which data go, and how; acts only after a dry run was read."""

    _name = "logistics.privacy.rule"
    _description = "Retention Rule"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "company_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    target = fields.Selection(
        [
            ("ticket", "Tickets, with messages and files"),
            ("message", "Messages and notes of tickets"),
            ("order_message", "Messages of orders, deliveries and returns"),
            ("intake", "Inbound messages"),
            ("sender", "Known senders"),
            ("proposal", "Contact merge proposals"),
            ("decision", "Words found by triage"),
            ("carrier", "Carrier events (timeline)"),
            ("notice", "Delay notices"),
            ("tracking", "Tracking links"),
            ("return", "Returns: photos and the customer's words"),
            ("rating", "Words of ratings"),
            ("access", "Overview access log"),
        ],
        string="Data",
        required=True,
        default="intake",
    )
    model_name = fields.Char(string="Model", compute="_compute_model_name")
    action = fields.Selection(
        [
            ("delete", "Delete"),
            ("anonymise", "Anonymise"),
            ("attachments", "Remove files"),
        ],
        required=True,
        default="anonymise",
    )
    days = fields.Integer(string="After (days)", required=True, default=365)
    date_field_id = fields.Many2one(
        "ir.model.fields",
        string="Counted from",
        compute="_compute_date_field_id",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        ondelete="cascade",
        domain="[('model', '=', model_name), ('store', '=', True),"
        " ('ttype', 'in', ('date', 'datetime'))]",
    )
    channel = fields.Selection(
        KINDS, help="Only what came by this channel; empty for all."
    )
    domain = fields.Char(string="Only where", default="[]")
    warn_days = fields.Integer(
        string="Warn before (days)",
        default=7,
        help="The responsible person is told so long before anything is done.",
    )
    responsible_id = fields.Many2one(
        "res.users",
        required=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
    )
    state = fields.Selection(
        [
            ("draft", "Not checked"),
            ("checked", "Dry run made"),
            ("active", "Active"),
            ("paused", "Paused"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    dry_run_id = fields.Many2one(
        "logistics.privacy.run", readonly=True, copy=False, ondelete="set null"
    )
    activated_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    activated_date = fields.Datetime(readonly=True, copy=False)
    run_ids = fields.One2many("logistics.privacy.run", "rule_id", readonly=True)
    next_date = fields.Date(string="Acts on", compute="_compute_next_date")

    _days_positive = models.Constraint(
        "CHECK (days > 0 AND warn_days >= 0)",
        "Days of a rule: at least 1; days of warning: at least 0.",
    )

    @api.depends("target")
    def _compute_model_name(self):
        targets = self.env["logistics.privacy.target"]._targets()
        for rule in self:
            rule.model_name = targets[rule.target].model if rule.target else False

    @api.depends("target")
    def _compute_date_field_id(self):
        Target = self.env["logistics.privacy.target"]
        for rule in self:
            # sudo: names of fields are no secret, and managers are no administrators
            if rule.date_field_id.sudo().model != rule.model_name and rule.target:
                rule.date_field_id = Target._default_date(rule.target)

    @api.depends("run_ids.state", "run_ids.act_date")
    def _compute_next_date(self):
        for rule in self:
            rule.next_date = rule.run_ids.filtered(
                lambda run: run.kind == "act" and run.state in ("warned", "running")
            )[:1].act_date

    @api.constrains("target", "action", "days", "date_field_id")
    def _check_definition(self):
        targets = self.env["logistics.privacy.target"]._targets()
        for rule in self:
            target = targets[rule.target]
            labels = {
                name: dict(self._fields[name]._description_selection(self.env)).get(
                    rule[name]
                )
                for name in ("target", "action")
            }
            if rule.action not in target.actions:
                raise ValidationError(
                    self.env._(
                        "%(target)s: the action %(action)s is not possible.", **labels
                    )
                )
            if rule.days < target.least_days:
                raise ValidationError(
                    self.env._(
                        "%(target)s: keep at least %(least)s days, not %(days)s.",
                        least=target.least_days,
                        days=rule.days,
                        target=labels["target"],
                    )
                )
            date = rule.date_field_id.sudo()
            if date.model != target.model or date.ttype not in ("date", "datetime"):
                raise ValidationError(
                    self.env._("Counted from: %s is no date of this data.", date.name)
                )

    @api.constrains("domain", "target")
    def _check_domain(self):
        for rule in self:
            try:
                self.env[rule.model_name].sudo().search(rule._parsed_domain(), limit=1)
            except Exception as error:
                raise ValidationError(
                    self.env._(
                        "Only where: %(domain)s cannot be read (%(error)s).",
                        domain=rule.domain,
                        error=error,
                    )
                ) from error

    @api.private
    def _parsed_domain(self):
        return Domain(ast.literal_eval(self.domain or "[]"))

    # -- steps ---------------------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            for vals in vals_list:
                self._refuse_steps(vals)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._refuse_steps(vals)
        if vals.keys() & DEFINITION:
            changed = self.filtered(
                lambda rule: any(
                    rule._fields[name].convert_to_write(rule[name], rule) != value
                    for name, value in vals.items()
                    if name in DEFINITION
                )
            )
            if changed:
                changed._to_draft()
        return super().write(vals)

    def _refuse_steps(self, vals):
        refused = vals.keys() & STEPS
        if refused - {"state"} or vals.get("state", "draft") != "draft":
            raise UserError(
                self.env._(
                    "%s is set by the dry run and by activating.", sorted(refused)[0]
                )
            )

    def _to_draft(self):
        """What was looked at is no longer what would be done."""
        # sudo: steps are set by the software alone
        self.sudo().write({"state": "draft", "dry_run_id": False})
        self.sudo().run_ids._cancel()

    def action_dry_run(self):
        """Count and list what the rule would do today; nothing is changed."""
        self.ensure_one()
        self.check_access("write")
        # sudo: runs are nobody's to write by hand; the right to change the rule is asked
        run = self.sudo().env["logistics.privacy.run"]._start(self.sudo(), "dry")
        run._work()
        return run.with_env(self.env)._open()

    def action_activate(self):
        """Let the rule act, once somebody has read what its dry run found."""
        self.ensure_one()
        self.check_access("write")
        run = self.dry_run_id
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=DRY_RUN_DAYS)
        if not run or run.state != "done":
            raise UserError(
                self.env._("%s: make a dry run and read it first.", self.name)
            )
        if not run.seen_date or run.end_date < limit:
            raise UserError(
                self.env._(
                    "%(rule)s: read a dry run that is no older than %(days)s days.",
                    rule=self.name,
                    days=DRY_RUN_DAYS,
                )
            )
        # sudo: steps are set by the software alone; the checks above are the gate
        self.sudo().write(
            {
                "state": "active",
                "activated_by_id": self.env.uid,
                "activated_date": fields.Datetime.now(),
            }
        )
        self.env["logistics.privacy.log"]._note(
            "activate",
            self.company_id,
            self.name,
            self.model_name,
            rule_id=self.id,
            record_count=run.act_count,
            kept_count=run.keep_count,
        )
        self.env.ref("crm_logistics_bridge.ir_cron_privacy").sudo()._trigger()
        return True

    def action_pause(self):
        """Stop before the next step; what is done stays done."""
        self.check_access("write")
        for rule in self.filtered(lambda rule: rule.state == "active"):
            rule.sudo().write({"state": "paused"})
            rule.sudo().run_ids._cancel()
            self.env["logistics.privacy.log"]._note(
                "pause", rule.company_id, rule.name, rule.model_name, rule_id=rule.id
            )
        return True

    def action_open_dry_run(self):
        """The dry run, to be read."""
        self.ensure_one()
        return self.dry_run_id._open()

    def action_open_log(self):
        """What this rule has done."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_logistics_bridge.logistics_privacy_log_action"
        )
        return {**action, "domain": [("rule_id", "=", self.id)], "context": {}}
