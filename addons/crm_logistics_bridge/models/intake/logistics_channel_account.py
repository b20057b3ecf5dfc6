# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re
import uuid

import psycopg2

from odoo import api, fields, models, tools
from odoo.exceptions import ConcurrencyError, ValidationError
from odoo.tools import mute_logger

KINDS = [
    ("mail", "E-mail"),
    ("web", "Web form"),
    ("chat", "Chat"),
    ("phone", "Phone note"),
    ("voice", "Voice transcript"),
    ("marketplace", "Marketplace"),
    ("api", "Other system"),
]
#: Code of the account that each company gets for what Odoo itself takes in.
OWN = ("mail", "web", "phone", "chat")
#: Endings of files that customers of a shop send; programs are never taken.
FILE_TYPES = (
    "jpg jpeg png gif webp heic bmp tif tiff pdf txt csv json xml eml msg doc docx xls xlsx "
    "ppt pptx hwp hwpx odt ods odp rtf zip mp3 m4a wav ogg amr mp4 mov 3gp"
)


class LogisticsChannelAccount(models.Model):
    """A mailbox, a shop's chat, a marketplace: where messages with ids come from."""

    _name = "logistics.channel.account"
    _inherit = "logistics.cached.mixin"
    _description = "Channel Account"
    _order = "company_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="api")
    code = fields.Char(
        required=True,
        copy=False,
        default=lambda self: uuid.uuid4().hex[:12],
        help="Last part of the address that another system delivers to. "
        "Small letters, digits, '-' and '_'.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    team_id = fields.Many2one("helpdesk.ticket.team", string="Team for new tickets")
    channel_id = fields.Many2one(
        "helpdesk.ticket.channel", string="Channel of new tickets"
    )
    own = fields.Boolean(
        readonly=True,
        copy=False,
        help="Fed by Odoo itself: mail gateway, portal form, notes of agents.",
    )
    user_ids = fields.Many2many(
        "res.users",
        string="May deliver",
        help="Users whose API keys may deliver to this account.",
    )
    trusted = fields.Boolean(
        string="Sender is known to be true",
        default=True,
        help="The channel checks who its users are (a shop's login, a messenger). "
        "Without it an address or number is only a hint, and no contact is chosen.",
    )
    create_contacts = fields.Boolean(
        string="Create contacts",
        help="A sender whom nobody knows becomes a contact by itself. Addresses of "
        "machines and our own never do; a contact made so can be taken back.",
    )
    join_hours = fields.Float(
        string="Join within (hours)",
        default=24.0,
        help="The same words from the same person within this time join the first "
        "ticket, whatever channel they came through. 0 never joins.",
    )
    conversation_hours = fields.Float(
        string="Go on within (hours)",
        help="Messages of the same chat go to its open ticket when something was said "
        "there within this time. 0: each message is looked at by itself.",
    )
    rate_limit = fields.Integer(
        string="Messages per minute",
        default=120,
        help="More deliveries within a minute are refused with status 429.",
    )
    size_limit_kb = fields.Integer(
        string="Largest delivery (kB)",
        default=10240,
        help="Larger deliveries are refused with status 413.",
    )
    file_limit_kb = fields.Integer(
        string="Largest file (kB)",
        default=5120,
        help="A larger file is refused with status 413.",
    )
    file_count_limit = fields.Integer(
        string="Files per message",
        default=10,
        help="More are refused with status 400; 0 takes none.",
    )
    file_types = fields.Char(
        string="Endings of files taken",
        default=FILE_TYPES,
        help="Other files are refused with status 415. Empty takes all but programs and "
        "web pages, which are never taken.",
    )
    endpoint = fields.Char(string="Address", compute="_compute_endpoint")
    message_count = fields.Integer(compute="_compute_message_count")

    _code_uniq = models.UniqueIndex(
        "(code)", "Another channel account has this code already."
    )
    _own_uniq = models.UniqueIndex(
        "(company_id, kind) WHERE own",
        "A company has one account of its own per kind.",
    )

    @api.constrains("code")
    def _check_code(self):
        for account in self:
            if not re.fullmatch(r"[a-z0-9_-]{3,64}", account.code or ""):
                raise ValidationError(
                    self.env._(
                        "Code %s: use 3 to 64 small letters, digits, '-' and '_'.",
                        account.code,
                    )
                )

    @api.constrains(
        "join_hours",
        "conversation_hours",
        "rate_limit",
        "size_limit_kb",
        "file_limit_kb",
        "file_count_limit",
    )
    def _check_limits(self):
        for account in self:
            if account.join_hours < 0:
                raise ValidationError(
                    self.env._("Join within: %s is below 0.", account.join_hours)
                )
            if account.conversation_hours < 0:
                raise ValidationError(
                    self.env._(
                        "Go on within: %s is below 0.", account.conversation_hours
                    )
                )
            if (
                min(account.rate_limit, account.size_limit_kb, account.file_limit_kb)
                < 1
                or account.file_count_limit < 0
            ):
                raise ValidationError(
                    self.env._(
                        "Limits of account %s: at least 1 message and 1 kB.",
                        account.name,
                    )
                )

    @api.constrains("create_contacts", "trusted")
    def _check_create_contacts(self):
        for account in self:
            if account.create_contacts and not account.trusted:
                raise ValidationError(
                    self.env._(
                        "Account %s: contacts are made by themselves only where the "
                        "channel knows its senders to be true.",
                        account.name,
                    )
                )

    @api.depends("code")
    def _compute_endpoint(self):
        base = self.get_base_url()
        for account in self:
            account.endpoint = (
                False if account.own else f"{base}/logistics/intake/v1/{account.code}"
            )

    def _compute_message_count(self):
        counts = dict(
            self.env["logistics.intake.message"]._read_group(
                [("account_id", "in", self.ids)], ["account_id"], ["__count"]
            )
        )
        for account in self:
            account.message_count = counts.get(account, 0)

    @api.model
    @api.private
    @tools.ormcache("company_id", "kind")
    def _own_id(self, company_id, kind):
        return self.search(
            [("company_id", "=", company_id), ("kind", "=", kind), ("own", "=", True)],
            limit=1,
        ).id

    @api.model
    @api.private
    def _own_account(self, company, kind):
        """The company's account for what Odoo itself takes in; made when missing."""
        account = self.browse(self._own_id(company.id, kind))
        if not account:
            names = dict(self._fields["kind"]._description_selection(self.env))
            channel = self.env.ref(
                {
                    "mail": "helpdesk_mgmt.helpdesk_ticket_channel_email",
                    "web": "helpdesk_mgmt.helpdesk_ticket_channel_web",
                    "phone": "helpdesk_mgmt.helpdesk_ticket_channel_phone",
                    "voice": "helpdesk_mgmt.helpdesk_ticket_channel_phone",
                }.get(kind, "helpdesk_mgmt.helpdesk_ticket_channel_other"),
                raise_if_not_found=False,
            )
            account = self._create_once(
                {
                    "name": names[kind],
                    "kind": kind,
                    "code": f"{kind}-{company.id}",
                    "company_id": company.id,
                    "channel_id": channel.id if channel else False,
                    "own": True,
                }
            )
        return account

    @api.model
    @api.private
    def _create_once(self, vals):
        """Create an account that another process may be creating at this moment.

        :raises ConcurrencyError: it did; begun anew, the transaction sees it
        """
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return self.create(vals)
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(
                self.env._("Channel account %s is being made.", vals["code"])
            ) from error

    def action_open_messages(self):
        """The ledger of this account."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_logistics_bridge.logistics_intake_message_action"
        )
        return {**action, "domain": [("account_id", "=", self.id)], "context": {}}
