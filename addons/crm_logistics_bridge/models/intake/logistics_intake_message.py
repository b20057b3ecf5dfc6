# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class LogisticsIntakeMessage(models.Model):
    """The ledger: each message that arrived, once, and what became of it."""

    _name = "logistics.intake.message"
    _description = "Inbound Message"
    _order = "received_date desc, id desc"
    _rec_name = "subject"

    account_id = fields.Many2one(
        "logistics.channel.account",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="account_id.kind", string="Channel")
    external_id = fields.Char(
        string="Id at the channel",
        required=True,
        readonly=True,
        help="Message-Id of a mail, id of a chat message. With the account it is unique: "
        "what arrives again is answered with the first result.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    received_date = fields.Datetime(string="Received", required=True, readonly=True)
    sender_name = fields.Char(string="Sender", readonly=True)
    sender_email = fields.Char(string="E-mail", readonly=True)
    sender_phone = fields.Char(string="Phone", readonly=True)
    sender_handle = fields.Char(string="Handle", readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        readonly=True,
        ondelete="set null",
    )
    candidate_ids = fields.Many2many(
        "res.partner",
        string="Possible contacts",
        readonly=True,
        help="Who it may be, where it is not certain.",
    )
    identity_reason = fields.Selection(
        [
            ("handle", "Handle of the channel"),
            ("email", "E-mail"),
            ("phone", "Phone number"),
            ("user", "Login or mail gateway"),
            ("created", "New contact"),
            ("unsure", "Not certain"),
            ("unknown", "Nobody known"),
        ],
        string="Known by",
        readonly=True,
    )
    contact_made = fields.Boolean(compute="_compute_contact_made")
    subject = fields.Char(readonly=True)
    words = fields.Text(
        string="Text",
        readonly=True,
        help="The words compared with later messages; sensitive numbers hidden.",
    )
    ticket_id = fields.Many2one(
        "helpdesk.ticket",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    result = fields.Selection(
        [
            ("created", "New ticket"),
            ("reply", "Reply to a ticket"),
            ("joined", "Joined the ticket with the same words"),
        ],
        readonly=True,
    )
    answer = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("new", "Under way"),
            ("done", "Done"),
            ("ignored", "Not filed"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    ignored_reason = fields.Selection(
        [
            ("auto_reply", "Automatic reply"),
            ("bounce", "Delivery failure"),
            ("loop", "Too many mails from this sender"),
        ],
        string="Why it was not filed",
        readonly=True,
    )
    reason = fields.Text(string="Why it failed", readonly=True)
    tries = fields.Integer(readonly=True)
    masked_count = fields.Integer(
        string="Numbers hidden",
        readonly=True,
        help="Resident registration and card numbers replaced before anything was kept.",
    )
    repeat_count = fields.Integer(
        string="Came again", readonly=True, help="How often it was delivered again."
    )
    # Only of failed messages, to try again; emptied once it worked.
    payload = fields.Json(
        readonly=True, groups="crm_logistics_bridge.group_logistics_manager"
    )
    raw = fields.Binary(
        readonly=True,
        attachment=True,
        groups="crm_logistics_bridge.group_logistics_manager",
    )

    _external_uniq = models.UniqueIndex(
        "(account_id, external_id)", "This message is in the ledger already."
    )
    _partner_idx = models.Index(
        "(partner_id, received_date) WHERE partner_id IS NOT NULL"
    )
    _email_idx = models.Index(
        "(sender_email, received_date) WHERE sender_email IS NOT NULL"
    )
    _phone_idx = models.Index(
        "(sender_phone, received_date) WHERE sender_phone IS NOT NULL"
    )
    _handle_idx = models.Index(
        "(sender_handle, received_date) WHERE sender_handle IS NOT NULL"
    )
    _external_idx = models.Index("(external_id)")
    _failed_idx = models.Index("(state) WHERE state != 'done'")

    @api.model
    @api.private
    def _claim(self, account, values):
        """The ledger's row of a message: a new one, or the one that is there.

        A second delivery at the same moment waits here for the first and then ends in a
        serialisation error, which the caller's retry answers with the first result.

        :param dict values: columns; ``external_id`` is required
        :return: (record, True when it is new)
        """
        columns = {
            "account_id": account.id,
            "company_id": account.company_id.id,
            "received_date": fields.Datetime.now(),
            "state": "new",
            "tries": 1,
            "create_uid": self.env.uid,
            "write_uid": self.env.uid,
            "create_date": fields.Datetime.now(),
            "write_date": fields.Datetime.now(),
            **{key: value or None for key, value in values.items()},
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO logistics_intake_message (%s) VALUES %s
                    ON CONFLICT (account_id, external_id) DO NOTHING RETURNING id
                """,
                SQL(", ").join(map(SQL.identifier, columns)),
                tuple(columns.values()),
            ),
            log_exceptions=False,
        )
        row = self.env.cr.fetchone()
        if row:
            return self.browse(row[0]), True
        return self.search(
            [
                ("account_id", "=", account.id),
                ("external_id", "=", values["external_id"]),
            ],
            limit=1,
        ), False

    @api.private
    def _again(self):
        """Count one more delivery of what is done; lost where two come at once."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE logistics_intake_message SET repeat_count = COALESCE(repeat_count, 0) + 1
                 WHERE id IN (SELECT id FROM logistics_intake_message
                               WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)
                """,
                self.ids,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["repeat_count"])

    @api.private
    def _finish(self, ticket, result):
        """Note what became of the message and keep the answer for redeliveries."""
        self.write(
            {
                "state": "done",
                "ticket_id": ticket.id,
                "result": result,
                "reason": False,
                "ignored_reason": False,
                "answer": {
                    "id": self.id,
                    "result": result,
                    "ticket": ticket.number,
                    "ticket_id": ticket.id,
                },
            }
        )

    def action_retry(self):
        """Try failed messages again; a failure stays visible with its new reason."""
        self.check_access("read")
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise UserError(
                self.env._("Only agents of customer logistics may try messages again.")
            )
        failed = self.filtered(lambda message: message.state == "failed")
        if not failed:
            raise UserError(self.env._("Only failed messages can be tried again."))
        # sudo: what was delivered is taken in by the software, whoever asks for it
        for message in failed.sudo():
            self.env["logistics.intake"].sudo()._retry(message)

    def action_file_anyway(self):
        """File what was left out as an answer of a machine; a ticket all the same."""
        self.check_access("read")
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise UserError(
                self.env._("Only agents of customer logistics may try messages again.")
            )
        # sudo: as above
        for message in self.sudo().filtered(lambda m: m.state == "ignored" and m.raw):
            message.state = "failed"
            intake = message.env["logistics.intake"]
            intake.with_context(logistics_file_anyway=True)._retry(message)

    @api.depends("partner_id")
    def _compute_contact_made(self):
        for message in self:
            made = message.sudo().partner_id.logistics_intake_message_id
            message.contact_made = bool(made) and made == message.sudo()

    def _check_contact_agent(self):
        self.ensure_one()
        if not self.env.user.has_group("crm_logistics_bridge.group_logistics_agent"):
            raise UserError(
                self.env._("Only agents of customer logistics may create contacts.")
            )
        self.check_access("read")

    def action_create_contact(self):
        """Make a contact of the sender, or take the one that is there."""
        self._check_contact_agent()
        if self.partner_id:
            raise UserError(
                self.env._(
                    "This message has a contact already: %s.",
                    self.partner_id.display_name,
                )
            )
        # sudo: agents of the helpdesk have no rights on contacts; what is written is
        # the sender of a message they may read, and nothing else
        message = self.sudo()
        intake, account = message.env["logistics.intake"], message.account_id
        values = intake._message_values(message)
        partner, _new = intake._contact_of(account, values, message)
        intake._adopt(account, values, partner)

    def action_undo_contact(self):
        """Take the contact back that was made from this message."""
        self._check_contact_agent()
        if not self.contact_made:
            raise UserError(self.env._("No contact was made from this message."))
        # sudo: as above; only a contact that the software made from this message
        message = self.sudo()
        message.env["logistics.intake"]._unmake_contact(message.partner_id)

    def action_open_ticket(self):
        """The ticket the message went to."""
        self.ensure_one()
        return self.ticket_id.get_formview_action()

    def action_use_candidate(self):
        """Take the only possible contact for the ticket."""
        self.ensure_one()
        if len(self.candidate_ids) != 1 or not self.ticket_id:
            raise UserError(self.env._("There is no single contact to take."))
        if not self.ticket_id.partner_id:
            self.ticket_id.partner_id = self.candidate_ids
