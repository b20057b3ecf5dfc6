# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from .logistics_privacy_target import ANONYMISE, ATTACHMENTS, DELETE

#: What stands where something was taken out.
REMOVED = "[removed]"


class LogisticsPrivacyTarget(models.AbstractModel):
    """What the rules do: set-based statements, which leave no tracked old values.

    Called with the ids that may go; the caller has asked for exceptions and keeps the
    log.
    """

    _inherit = "logistics.privacy.target"

    @api.model
    @api.private
    def _act(self, rule, ids):
        """Do a rule's action to these records; returns how many files went with them."""
        return self._do(rule.target, rule.action, ids)

    @api.model
    @api.private
    def _do(self, code, action, ids):
        """Do an action to records of a kind of data.

        :param str code: see :meth:`_targets`
        :param str action: delete, anonymise or attachments
        :return: number of files removed
        """
        if not ids:
            return 0
        ids = list(ids)
        self.env.flush_all()
        model = self._targets()[code].model
        files = self._files(model, ids)
        count = len(files)
        if action != ANONYMISE or code in ("ticket", "intake", "return"):
            files.unlink()
        else:
            count = 0
        if action == DELETE:
            # sudo: the rule decides, not the rights of who started the job
            self.env[model].sudo().browse(ids).exists().unlink()
        elif action == ANONYMISE:
            getattr(self, f"_anonymise_{code}")(ids)
        elif action == ATTACHMENTS and code == "intake":
            self._set("logistics_intake_message", ids, payload=None)
        self.env.invalidate_all()
        return count

    def _files(self, model, ids):
        """Files of records, those kept in fields too; of messages, their own files."""
        # sudo: as in _do
        Attachment = self.env["ir.attachment"].sudo()
        if model == "mail.message":
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT a.id FROM message_attachment_rel r
                      JOIN ir_attachment a ON a.id = r.attachment_id
                      JOIN mail_message m ON m.id = r.message_id
                     WHERE r.message_id = ANY(%s)
                       AND (a.res_model = m.model AND a.res_id = m.res_id
                            OR a.res_model IN ('mail.message', 'mail.compose.message')
                            OR a.res_model IS NULL)
                    """,
                    ids,
                )
            )
        else:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM ir_attachment WHERE res_model = %s AND res_id = ANY(%s)",
                    model,
                    ids,
                )
            )
        return Attachment.browse(row[0] for row in rows)

    def _set(self, table, ids, column="id", **values):
        """Set columns of rows to constants."""
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE %s = ANY(%s)",
                SQL.identifier(table),
                SQL(", ").join(
                    SQL("%s = %s", SQL.identifier(name), value)
                    for name, value in values.items()
                ),
                SQL.identifier(column),
                list(ids),
            )
        )

    def _id_rows(self, query, *values):
        return [row[0] for row in self.env.execute_query(SQL(query, *values))]

    def _anonymise_ticket(self, ids):
        """A ticket keeps its number, dates, type and links; who and what was said goes."""
        self._strip_ticket(ids)
        self._set(
            "helpdesk_ticket",
            ids,
            name=REMOVED,
            description=f"<p>{REMOVED}</p>",
            partner_id=None,
            commercial_partner_id=None,
            partner_name=None,
            partner_email=None,
            email_cc=None,
            access_token=None,
        )
        messages = self._id_rows(
            "SELECT id FROM mail_message WHERE model = 'helpdesk.ticket' "
            "AND res_id = ANY(%s)",
            ids,
        )
        self._files("mail.message", messages).unlink()
        self._anonymise_message(messages)
        intake = self._id_rows(
            "SELECT id FROM logistics_intake_message WHERE ticket_id = ANY(%s)", ids
        )
        self._files("logistics.intake.message", intake).unlink()
        self._anonymise_intake(intake)
        self._set("logistics_ticket_link", ids, "ticket_id", snippet=None)
        self._set("logistics_triage_decision", ids, "ticket_id", words=None)
        ratings = self._id_rows(
            "SELECT id FROM rating_rating WHERE res_model = 'helpdesk.ticket' "
            "AND res_id = ANY(%s)",
            ids,
        )
        self._anonymise_rating(ratings)

    def _strip_ticket(self, ids):
        """Customers follow it no more; it says since when."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM mail_followers f
                 WHERE f.res_model = 'helpdesk.ticket' AND f.res_id = ANY(%(ids)s)
                   AND NOT EXISTS (SELECT 1 FROM res_users u
                                    WHERE u.partner_id = f.partner_id AND NOT u.share);
                UPDATE helpdesk_ticket
                   SET logistics_anonymised_date = NOW() AT TIME ZONE 'UTC'
                 WHERE id = ANY(%(ids)s)
                """,
                ids=ids,
            )
        )

    def _anonymise_message(self, ids):
        """A message keeps its date and kind, and the colleague who wrote it."""
        if not ids:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_message m
                   SET body = NULL, subject = NULL, email_from = NULL, reply_to = NULL,
                       incoming_email_to = NULL, incoming_email_cc = NULL,
                       outgoing_email_to = NULL,
                       author_id = CASE WHEN EXISTS (
                           SELECT 1 FROM res_users u
                            WHERE u.partner_id = m.author_id AND NOT u.share)
                           THEN m.author_id END
                 WHERE m.id = ANY(%(ids)s);
                DELETE FROM mail_tracking_value WHERE mail_message_id = ANY(%(ids)s);
                DELETE FROM mail_mail WHERE mail_message_id = ANY(%(ids)s)
                   AND state IN ('sent', 'exception', 'cancel', 'received');
                DELETE FROM mail_notification n WHERE n.mail_message_id = ANY(%(ids)s)
                   AND NOT EXISTS (SELECT 1 FROM res_users u
                                    WHERE u.partner_id = n.res_partner_id AND NOT u.share);
                DELETE FROM mail_message_res_partner_rel n
                 WHERE n.mail_message_id = ANY(%(ids)s)
                   AND NOT EXISTS (SELECT 1 FROM res_users u
                                    WHERE u.partner_id = n.res_partner_id AND NOT u.share)
                """,
                ids=ids,
            )
        )

    _anonymise_order_message = _anonymise_message

    def _anonymise_intake(self, ids):
        """The ledger still knows that the message came: by its number at the channel."""
        if not ids:
            return
        self._set(
            "logistics_intake_message",
            ids,
            sender_name=None,
            sender_email=None,
            sender_phone=None,
            sender_handle=None,
            partner_id=None,
            identity_reason=None,
            subject=None,
            words=None,
            reason=None,
            payload=None,
        )
        candidates = self.env["logistics.intake.message"]._fields["candidate_ids"]
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(candidates.relation),
                SQL.identifier(candidates.column1),
                ids,
            )
        )

    def _anonymise_decision(self, ids):
        self._set("logistics_triage_decision", ids, words=None)

    def _anonymise_carrier(self, ids):
        """What happened and when stays; names of receivers and places go."""
        self._set("logistics_carrier_event", ids, description=None, location=None)

    def _anonymise_return(self, ids):
        self._set("rma", ids, description=None)

    def _anonymise_rating(self, ids):
        """The stars stay."""
        if ids:
            self._set("rating_rating", ids, feedback=None)
