# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from xmlrpc import client as xmlrpclib

import psycopg2

from odoo import api, models

from ...engine.mailtext import message_key, repair
from .logistics_intake import TRY_AGAIN


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Answer a mail that came before with its ticket; read Korean mails as written.

        Mails of other models pass through. One that was meant for the helpdesk and
        cannot be read or routed is kept in the ledger instead of being lost.
        """
        if isinstance(message, xmlrpclib.Binary):
            message = bytes(message.data)
        if isinstance(message, str):
            message = message.encode("utf-8")
        # sudo: the ledger is the software's own; the gateway's user reads none of it
        intake = self.env["logistics.intake"].sudo()
        key = self.env.context.get("logistics_mail_key") or message_key(message)
        known = intake._known_mail(key)
        if known:
            return known.ticket_id.id
        original = message
        gateway = self.with_context(logistics_mail_key=key)
        try:
            message = repair(message)
            thread_id = super(MailThread, gateway).message_process(
                model,
                message,
                custom_values=custom_values,
                save_original=save_original,
                strip_attachments=strip_attachments,
                thread_id=thread_id,
            )
        except (*TRY_AGAIN, psycopg2.Error):
            raise  # an aborted transaction is not ours
        except Exception as error:
            # what mail parsing and routing raise
            if not intake._is_our_mail(original, model):
                raise
            intake._mail_unreadable(original, key, error)
            return False
        if not thread_id and intake._is_our_mail(original, model):
            intake._note_unfiled(original, key)
        return thread_id

    def _detect_loop_sender(self, message, message_dict, routes):
        if self.env.context.get("logistics_file_anyway"):
            return False
        return super()._detect_loop_sender(message, message_dict, routes)

    def _detect_is_bounce(self, message, message_dict):
        if self.env.context.get("logistics_file_anyway"):
            return False
        return super()._detect_is_bounce(message, message_dict)

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        ours = [route for route in routes or () if route[0] == "helpdesk.ticket"]
        if not ours:
            return super()._message_route_process(message, message_dict, routes)
        others = [route for route in routes if route[0] != "helpdesk.ticket"]
        thread_id = False
        parent = super()
        # The key is for this mail alone: mails sent on the way have their own.
        gateway = self.with_context(logistics_mail_key=None)

        def process(values, route, text_read):
            read = gateway.with_context(logistics_text_read=text_read)
            return super(MailThread, read)._message_route_process(
                message, values, [route]
            )

        if others:
            thread_id = parent._message_route_process(
                message, dict(message_dict), others
            )
        # sudo: as above; routes say whose rights the ticket itself is made with
        intake = self.env["logistics.intake"].sudo()
        for route in ours:
            thread_id = intake._route_mail(message, dict(message_dict), route, process)
        return thread_id
