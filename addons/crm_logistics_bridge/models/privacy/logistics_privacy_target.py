# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

DELETE, ANONYMISE, ATTACHMENTS = "delete", "anonymise", "attachments"
#: Mail threads of goods: whose messages belong to the order and not to a ticket.
ORDER_MODELS = ("sale.order", "stock.picking", "rma")


class Target(NamedTuple):
    """A kind of data that rules may name.

    :param rows: statement of the columns id, ticket_id, order_id, rma_id and partner_id:
        what each record belongs to, for the exceptions
    :param keeps: the exceptions that hold deleting and anonymising up; a legal hold and
        an open dispute hold everything up
    :param channel: path to the kind of channel, "ticket" through the ticket's messages
    """

    model: str
    date: str
    actions: tuple
    rows: str
    keeps: tuple = ()
    channel: str = ""
    least_days: int = 0


_TICKET_ROWS = """
    SELECT r.id, r.id AS ticket_id, NULL::int AS order_id, NULL::int AS rma_id,
           r.partner_id
      FROM helpdesk_ticket r"""
_TICKET_MESSAGE_ROWS = """
    SELECT r.id, r.res_id AS ticket_id, NULL::int AS order_id, NULL::int AS rma_id,
           NULL::int AS partner_id
      FROM mail_message r"""
_ORDER_MESSAGE_ROWS = """
    SELECT r.id, NULL::int AS ticket_id,
           CASE r.model WHEN 'sale.order' THEN r.res_id
                        WHEN 'stock.picking' THEN p.sale_id
                        ELSE a.order_id END AS order_id,
           CASE WHEN r.model = 'rma' THEN r.res_id END AS rma_id,
           p.partner_id
      FROM mail_message r
 LEFT JOIN stock_picking p ON r.model = 'stock.picking' AND p.id = r.res_id
 LEFT JOIN rma a ON r.model = 'rma' AND a.id = r.res_id"""
_INTAKE_ROWS = """
    SELECT r.id, r.ticket_id, NULL::int AS order_id, NULL::int AS rma_id, r.partner_id
      FROM logistics_intake_message r"""
_ORDER_ROWS = """
    SELECT r.id, NULL::int AS ticket_id, r.order_id, NULL::int AS rma_id,
           NULL::int AS partner_id
      FROM {table} r"""
_PARTNER_ROWS = """
    SELECT r.id, NULL::int AS ticket_id, NULL::int AS order_id, NULL::int AS rma_id,
           r.partner_id
      FROM {table} r"""
_RETURN_ROWS = """
    SELECT r.id, NULL::int AS ticket_id, r.order_id, r.id AS rma_id, r.partner_id
      FROM rma r"""
_DECISION_ROWS = """
    SELECT r.id, r.ticket_id, NULL::int AS order_id, NULL::int AS rma_id,
           NULL::int AS partner_id
      FROM logistics_triage_decision r"""
_RATING_ROWS = """
    SELECT r.id,
           CASE WHEN r.res_model = 'helpdesk.ticket' THEN r.res_id END AS ticket_id,
           p.sale_id AS order_id, NULL::int AS rma_id, r.partner_id
      FROM rating_rating r
 LEFT JOIN stock_picking p ON r.res_model = 'stock.picking' AND p.id = r.res_id"""

ALL = (DELETE, ANONYMISE, ATTACHMENTS)
LEGAL = ("invoice", "dispute")
TARGETS = {
    "ticket": Target(
        "helpdesk.ticket",
        "closed_date",
        ALL,
        _TICKET_ROWS,
        LEGAL,
        "ticket",
    ),
    "message": Target(
        "mail.message",
        "date",
        ALL,
        _TICKET_MESSAGE_ROWS,
        LEGAL,
        "ticket",
    ),
    "order_message": Target(
        "mail.message",
        "date",
        ALL,
        _ORDER_MESSAGE_ROWS,
        LEGAL,
    ),
    "intake": Target(
        "logistics.intake.message",
        "received_date",
        ALL,
        _INTAKE_ROWS,
        (),
        "kind",
    ),
    "sender": Target(
        "logistics.sender.identity",
        "last_date",
        (DELETE,),
        _PARTNER_ROWS.format(table="logistics_sender_identity"),
        (),
        "kind",
    ),
    "proposal": Target(
        "logistics.merge.proposal",
        "create_date",
        (DELETE,),
        _PARTNER_ROWS.replace("r.partner_id", "NULL::int AS partner_id").format(
            table="logistics_merge_proposal"
        ),
    ),
    "decision": Target(
        "logistics.triage.decision",
        "create_date",
        (DELETE, ANONYMISE),
        _DECISION_ROWS,
    ),
    "carrier": Target(
        "logistics.carrier.event",
        "date",
        (DELETE, ANONYMISE),
        _ORDER_ROWS.format(table="logistics_carrier_event"),
    ),
    "notice": Target(
        "logistics.delay.notice",
        "date",
        (DELETE,),
        _ORDER_ROWS.format(table="logistics_delay_notice"),
    ),
    "tracking": Target(
        "logistics.tracking.link",
        "expiration_date",
        (DELETE,),
        _ORDER_ROWS.format(table="logistics_tracking_link"),
    ),
    "return": Target(
        "rma",
        "logistics_settled_date",
        (ANONYMISE, ATTACHMENTS),
        _RETURN_ROWS,
        LEGAL,
    ),
    "rating": Target(
        "rating.rating",
        "write_date",
        (ANONYMISE,),
        _RATING_ROWS,
    ),
    "access": Target(
        "logistics.access.log",
        "date",
        (DELETE,),
        _PARTNER_ROWS.format(table="logistics_access_log"),
        (),
        "",
        365,
    ),
}


class LogisticsPrivacyTarget(models.AbstractModel):
    """Which data the rules know, and which records of it a rule is about."""

    _name = "logistics.privacy.target"
    _description = "Data of a Retention Rule"

    @api.model
    @api.private
    def _targets(self):
        """Code -> Target; other add-ons may add theirs."""
        return dict(TARGETS)

    @api.model
    @api.private
    def _candidates(self, rule, cutoff, cursor=0, limit=None):
        """Ids of the records older than the cut-off, ascending from the cursor on.

        The same search for the dry run and for what is done; exceptions are not
        left out yet.
        """
        return self._model(rule)._search(
            self._domain(rule, cutoff) & Domain("id", ">", cursor),
            order="id",
            limit=limit,
        )

    @api.model
    @api.private
    def _count(self, rule, cutoff):
        """How many records are older than the cut-off, exceptions included."""
        return self._model(rule).search_count(self._domain(rule, cutoff))

    def _model(self, rule):
        # sudo: rules are about all of a company's data, of which nobody but the privacy
        # managers' rules needs to see everything
        return self.env[rule.model_name].sudo().with_context(active_test=False)

    def _domain(self, rule, cutoff):
        target = self._targets()[rule.target]
        date = rule.date_field_id.sudo()
        limit = cutoff.date() if date.ttype == "date" else cutoff
        return Domain.AND(
            [
                [(date.name, "!=", False), (date.name, "<", limit)],
                self._domain_company(rule),
                self._domain_pending(rule),
                self._domain_channel(rule, target),
                rule._parsed_domain(),
            ]
        )

    def _domain_company(self, rule):
        """Records of the rule's company; messages by the document they stand on."""
        company = [("company_id", "=", rule.company_id.id)]
        if rule.target == "message":
            return self._on_documents(("helpdesk.ticket",), company)
        if rule.target == "order_message":
            return self._on_documents(ORDER_MODELS, company)
        if rule.target == "rating":
            return Domain.OR(
                [
                    ("res_model", "=", model),
                    ("res_id", "in", self._all_of(model)._search(company)),
                ]
                for model in ("helpdesk.ticket", "stock.picking")
            )
        return Domain(company)

    def _on_documents(self, models_, domain):
        return Domain.OR(
            [
                ("model", "=", model),
                ("res_id", "in", self._all_of(model)._search(domain)),
                ("message_type", "!=", "user_notification"),
            ]
            for model in models_
        )

    def _all_of(self, model):
        return self.env[model].sudo().with_context(active_test=False)

    def _domain_pending(self, rule):
        """What the action would still change: done twice, it does nothing."""
        target, action = rule.target, rule.action
        if action == DELETE:
            return Domain.TRUE
        if action == ATTACHMENTS:
            if target in ("message", "order_message"):
                return Domain("attachment_ids", "!=", False)
            owner = SQL(
                "(SELECT res_id FROM ir_attachment WHERE res_model = %s AND res_id > 0)",
                rule.model_name,
            )
            return Domain("id", "in", owner)
        some = {
            "ticket": [],
            "message": ["body", "email_from"],
            "order_message": ["body", "email_from"],
            "intake": [
                "sender_name",
                "sender_email",
                "sender_phone",
                "sender_handle",
                "subject",
                "words",
                "partner_id",
            ],
            "decision": ["words"],
            "carrier": ["description", "location"],
            "return": ["description"],
            "rating": ["feedback"],
        }[target]
        if target == "ticket":
            return Domain("logistics_anonymised_date", "=", False)
        return Domain.OR(Domain(name, "!=", False) for name in some)

    def _domain_channel(self, rule, target):
        if not rule.channel or not target.channel:
            return Domain.TRUE
        came_by = Domain("account_id.kind", "=", rule.channel)
        if target.channel == "kind":
            return came_by
        tickets = (
            self._all_of("logistics.intake.message")
            ._search(came_by & Domain("ticket_id", "!=", False))
            .subselect("ticket_id")
        )
        return Domain("id" if rule.target == "ticket" else "res_id", "in", tickets)

    @api.model
    @api.private
    def _default_date(self, code):
        """ir.model.fields of the date that a kind of data is usually counted from."""
        target = self._targets()[code]
        return self.env["ir.model.fields"].sudo()._get(target.model, target.date)

    @api.model
    @api.private
    def _cutoff(self, rule, day=None):
        """Moment before which records are old enough on a day (today by default)."""
        day = day or fields.Date.context_today(self)
        return fields.Datetime.subtract(
            fields.Datetime.to_datetime(day), days=rule.days
        )
