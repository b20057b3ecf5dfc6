# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.base.models.res_partner import _tz_get

from ... import emr
from ...tools.locking import lock_rows

# A day of messages of a large hospital is below 5 MB; a payload above this limit is
# a mistake (or an attack) and would only tie up a worker.
MAX_PAYLOAD_BYTES = 20 * 1024 * 1024
INGEST_GROUPS = (
    "medical_supply_crm.group_medical_integration",
    "medical_supply_crm.group_medical_user",
)


class MedicalFeed(models.Model):
    """One stream of schedule messages of one hospital, and how it is doing.

    The raw messages are neither stored nor logged: the readers of ``emr/`` copy a
    white list of schedule fields, and the visit's own id only as a keyed hash.
    """

    _name = "medical.feed"
    _description = "Schedule Feed"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "hospital_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    hospital_id = fields.Many2one(
        "res.partner", required=True, index=True, domain=[("is_hospital", "=", True)]
    )
    source = fields.Char(
        required=True,
        help="Short technical name of the sending system, for example siu-theatre. "
        "Events of different sources never replace each other.",
    )
    message_format = fields.Selection(
        [
            ("auto", "Recognise"),
            ("fhir", "FHIR R4 / R5 (JSON)"),
            ("hl7v2", "HL7 v2"),
            ("ical", "iCalendar"),
            ("csv", "CSV"),
            ("xlsx", "Excel (XLSX)"),
        ],
        string="Format",
        required=True,
        default="auto",
    )
    timezone = fields.Selection(
        _tz_get,
        string="Time Zone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="For times that come without a time zone of their own.",
    )
    default_storeroom_id = fields.Many2one(
        "medical.storeroom",
        check_company=True,
        domain="[('hospital_id', '=', hospital_id)]",
        help="Takes the events whose place is not mapped to another storeroom. Left "
        "empty, unknown places wait in the mapping queue.",
    )
    integration_user_ids = fields.Many2many(
        "res.users",
        "medical_feed_user_rel",
        string="Integration Accounts",
        help="Technical accounts that may deliver messages to this feed.",
    )
    state = fields.Selection(
        [
            ("waiting", "No Message Yet"),
            ("ok", "In Order"),
            ("attention", "Needs Attention"),
            ("silent", "Silent"),
            ("failing", "Cannot Be Fetched"),
        ],
        compute="_compute_state",
    )
    last_message_date = fields.Datetime(readonly=True, copy=False)
    last_event_count = fields.Integer(
        string="Events in Last Message", readonly=True, copy=False
    )
    last_problem_date = fields.Datetime(readonly=True, copy=False)
    last_problem = fields.Char(readonly=True, copy=False)
    message_total = fields.Integer(
        string="Deliveries Received", readonly=True, copy=False
    )
    event_ids = fields.One2many("medical.event", "feed_id")
    problem_ids = fields.One2many("medical.feed.problem", "feed_id")
    mapping_ids = fields.One2many("medical.code.mapping", "feed_id", copy=False)
    event_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    open_problem_count = fields.Integer(compute="_compute_counts", compute_sudo=True)
    open_mapping_count = fields.Integer(compute="_compute_counts", compute_sudo=True)

    _source_uniq = models.Constraint(
        "UNIQUE (company_id, hospital_id, source)",
        "This hospital already has a feed with this source name.",
    )

    def _compute_counts(self):
        def count(model, domain):
            return dict(
                self.env[model]._read_group(
                    [("feed_id", "in", self.ids), *domain], ["feed_id"], ["__count"]
                )
            )

        events = count("medical.event", [])
        problems = count("medical.feed.problem", [("state", "=", "open")])
        mappings = count("medical.code.mapping", [("state", "=", "open")])
        for feed in self:
            feed.event_count = events.get(feed._origin, 0)
            feed.open_problem_count = problems.get(feed._origin, 0)
            feed.open_mapping_count = mappings.get(feed._origin, 0)

    @api.depends("last_message_date", "failure_count", "silent_since")
    def _compute_state(self):
        for feed in self:
            if feed.failure_count:
                feed.state = "failing"
            elif feed.silent_since:
                feed.state = "silent"
            elif feed.open_problem_count or feed.open_mapping_count:
                feed.state = "attention"
            elif feed.last_message_date:
                feed.state = "ok"
            else:
                feed.state = "waiting"

    @api.model_create_multi
    def create(self, vals_list):
        feeds = super().create(vals_list)
        for feed in feeds:
            feed._hash_key()
        return feeds

    def unlink(self):
        # sudo: the key is readable by nobody but the system, see _hash_key
        keys = [feed._hash_key_name() for feed in self]
        result = super().unlink()
        self.env["ir.config_parameter"].sudo().search([("key", "in", keys)]).unlink()
        return result

    def _hash_key_name(self):
        return f"medical_supply_crm.feed_hash_key.{self.id}"

    def _hash_key(self):
        """Secret of this feed, made on first use.

        It lives in a system parameter, which only administrators of the database can
        read, and not in a field: no user of this app, and no RPC call of an
        integration account, can turn a hash back into a visit number by trying.
        """
        self.ensure_one()
        parameters = self.env["ir.config_parameter"].sudo()
        key = parameters.get_param(self._hash_key_name())
        if not key:
            key = secrets.token_hex(32)
            parameters.set_param(self._hash_key_name(), key)
        return bytes.fromhex(key)

    def ingest(self, payload, message_format=None):
        """Read schedule messages and store what they say. Meant for RPC.

        Good messages of a batch are stored, bad ones are quarantined with position
        and reason; the payload itself is kept nowhere. Delivering the same payload
        again, or older messages late, changes nothing.

        :param str payload: one message or a batch, as received
        :param str message_format: fhir, hl7v2, ical, csv, xlsx or auto; default: the feed's
        :return: dict with format, received, created, updated, unchanged (numbers of
            events) and problems (list of dict position, code, severity, message)
        :raise AccessError: the caller is neither an integration account of this feed
            nor at the medical desk
        :raise UserError: empty, too large or not text
        """
        data = self._check_payload(payload)
        feed, options = self._open_for_delivery()
        result = emr.read(data, format=message_format or feed.message_format, **options)
        counts, problems = feed._accept([feed._reading(data, result)])
        return dict(
            counts,
            format=result.format,
            received=len(result.events),
            problems=problems,
        )

    def _open_for_delivery(self):
        """Check that the caller may deliver, and lock the feed against other deliveries.

        :return: (feed with the rights to store, options of ``emr.read``)
        """
        self.ensure_one()
        if not self.env.su and not any(map(self.env.user.has_group, INGEST_GROUPS)):
            raise AccessError(
                self.env._(
                    "Only the medical desk and the feed's integration accounts may "
                    "deliver schedule messages."
                )
            )
        self.check_access("read")
        if not self.active:
            raise UserError(self.env._("The feed %s is archived.", self.name))
        # sudo: from here on the feed writes events, problems and mappings, which the
        # caller (an integration account) may not read or change itself
        feed = self.sudo()
        # one delivery at a time: two would both see the event as missing
        lock_rows(feed)
        return feed, feed._reading_options()

    def _reading_options(self):
        """What ``emr.read`` has to know of this feed; self with the system's rights."""
        self.ensure_one()
        return {
            "hash_key": self._hash_key(),
            "source": self.source,
            "timezone": self.timezone,
            "mapping": (
                self._column_mapping()
                if self.message_format in ("auto", "csv", "xlsx")
                else None
            ),
            "received": datetime.now(UTC),
        }

    def _check_payload(self, payload):
        if not isinstance(payload, str | bytes) or not payload.strip():
            raise UserError(
                self.env._("The payload is empty: send one message or a batch as text.")
            )
        size = len(payload.encode() if isinstance(payload, str) else payload)
        if size > MAX_PAYLOAD_BYTES:
            raise UserError(
                self.env._(
                    "The payload has %(size)s MB; the limit is %(limit)s MB. Send it "
                    "in parts.",
                    size=round(size / 1024 / 1024, 1),
                    limit=MAX_PAYLOAD_BYTES // 1024 // 1024,
                )
            )
        return payload

    def action_events(self):
        """Open the feed's events."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_event_action"
        )
        action["domain"] = [("feed_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_problems(self):
        """Open the feed's quarantined messages."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_feed_problem_action"
        )
        action["domain"] = [("feed_id", "in", self.ids)]
        return action

    def action_mappings(self):
        """Open the feed's codes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "medical_supply_crm.medical_code_mapping_action"
        )
        action["domain"] = [("feed_id", "in", self.ids)]
        return action

    def action_deliver(self):
        """Open the dialog to paste or upload messages."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deliver Messages"),
            "res_model": "medical.feed.delivery",
            "view_mode": "form",
            "target": "new",
            "context": {"default_feed_id": self.id},
        }
