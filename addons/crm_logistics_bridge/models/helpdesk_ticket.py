# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import email_normalize, format_date, html2plaintext

from ..engine.mailtext import searchable
from ..engine.references import find_references
from .eta.stock_picking import UNDATED

#: Readings less sure than this are not worth a hint.
HINT_SCORE = 0.5


class HelpdeskTicket(models.Model):
    _inherit = "helpdesk.ticket"

    logistics_link_ids = fields.One2many(
        "logistics.ticket.link",
        "ticket_id",
        string="Orders and deliveries",
        readonly=True,
        copy=False,
    )
    logistics_reference = fields.Char(
        string="Order / Delivery",
        compute="_compute_logistics_reference",
        help="Confirmed links, or the proposed ones in brackets.",
    )
    logistics_delayed = fields.Boolean(
        string="Delivery is late",
        compute="_compute_logistics_delay",
        search="_search_logistics_delayed",
    )
    logistics_delay_note = fields.Text(compute="_compute_logistics_delay")
    logistics_hint = fields.Char(compute="_compute_logistics_hint")
    logistics_sender_id = fields.Many2one(
        "res.partner",
        string="Contact with this e-mail",
        compute="_compute_logistics_hint",
        help="The only contact with the sender's e-mail address. Never filled in by "
        "itself: an address can be forged.",
    )

    # helpdesk_mgmt keeps neither indexed; timeline and overview look tickets up by them.
    _logistics_commercial_idx = models.Index("(commercial_partner_id)")
    _logistics_partner_idx = models.Index("(partner_id)")

    @api.depends("logistics_link_ids.state", "logistics_link_ids.name")
    def _compute_logistics_reference(self):
        for ticket in self:
            links = ticket.logistics_link_ids
            confirmed = links.filtered(lambda link: link.state == "confirmed")
            proposed = links.filtered(lambda link: link.state == "proposed")
            if confirmed:
                ticket.logistics_reference = ", ".join(confirmed.mapped("name"))
            elif proposed:
                ticket.logistics_reference = f"({', '.join(proposed.mapped('name'))})"
            else:
                ticket.logistics_reference = False

    @api.depends(
        "logistics_link_ids.state",
        "logistics_link_ids.picking_id.logistics_late",
        "logistics_link_ids.picking_id.logistics_eta_date",
        "logistics_link_ids.picking_id.logistics_late_reason",
    )
    @api.depends_context("lang", "tz")
    def _compute_logistics_delay(self):
        # sudo: an agent without stock rights reads the white list below, no more.
        links = self.sudo().logistics_link_ids.filtered(
            lambda link: link.state == "confirmed" and link.picking_id.logistics_late
        )
        reasons = links.picking_id._logistics_reason_texts()
        by_ticket = links.grouped("ticket_id")
        for ticket in self:
            notes = []
            for link in by_ticket.get(ticket.sudo()._origin or ticket.sudo(), ()):
                picking = link.picking_id
                # Beyond everything learned, "today" would be a guess, not a date.
                eta = (
                    self.env._("no date yet")
                    if picking.logistics_eta_source in UNDATED
                    else self._logistics_day(picking.logistics_eta_date)
                )
                notes.append(
                    self.env._(
                        "Delivery %(name)s is late: promised %(promise)s, "
                        "expected %(eta)s, reason: %(reason)s.",
                        name=picking.name,
                        promise=self._logistics_day(picking.logistics_promise_date),
                        eta=eta,
                        reason=reasons[picking.id],
                    )
                )
            ticket.logistics_delayed = bool(notes)
            ticket.logistics_delay_note = "\n".join(notes) or False

    def _logistics_day(self, value):
        """The day in the user's time zone and language."""
        if not value:
            return ""
        local = fields.Datetime.context_timestamp(self, value)
        return format_date(self.env, local.date(), date_format="long")

    def _search_logistics_delayed(self, operator, value):
        if operator != "in":
            return NotImplemented
        # any!: the agent sees the ticket; the delivery itself stays out of sight
        delivery = Domain("picking_id", "any!", Domain("logistics_late", "=", True))
        late = Domain(
            "logistics_link_ids", "any!", Domain("state", "=", "confirmed") & delivery
        )
        if set(value) == {True, False}:
            return Domain.TRUE
        return late if True in value else ~late

    @api.depends("partner_id", "partner_email", "name", "description", "company_id")
    def _compute_logistics_hint(self):
        """A number in the text but nobody to look it up for: say so, look up nothing."""
        self.logistics_hint = self.logistics_sender_id = False
        tickets = self.filtered(lambda ticket: not ticket.partner_id)
        if not tickets:
            return
        # sudo: the companies' numbering; no document is read
        patterns = (
            self.env["logistics.link.resolver"].sudo()._patterns(tickets.company_id)
        )
        senders = tickets._logistics_senders()
        for ticket in tickets:
            text = f"{ticket.name or ''}\n{html2plaintext(ticket.description or '')}"
            values = {
                finding.value: True
                for finding in find_references(
                    searchable(text), patterns.get(ticket.company_id.id, ())
                )
                if finding.score >= HINT_SCORE
            }
            if values:
                ticket.logistics_hint = self.env._(
                    "The text names %s. Choose a contact to link it.",
                    ", ".join(list(values)[:3]),
                )
                ticket.logistics_sender_id = senders.get(ticket)

    def _logistics_senders(self):
        """The contact of the sender's address, where exactly one has it; one query."""
        emails = {ticket: email_normalize(ticket.partner_email) for ticket in self}
        wanted = [email for email in emails.values() if email]
        found = dict(
            self.env["res.partner"]._read_group(
                [("email_normalized", "in", wanted)],
                ["email_normalized"],
                ["id:recordset"],
            )
            if wanted
            else ()
        )
        senders = {}
        for ticket, email in emails.items():
            contacts = found.get(email, self.env["res.partner"])
            if len(contacts) == 1 and contacts.company_id <= ticket.company_id:
                senders[ticket] = contacts
        return senders

    def action_logistics_use_sender(self):
        """Take the proposed contact; its documents are then linked."""
        self.ensure_one()
        if self.partner_id or not self.logistics_sender_id:
            raise UserError(
                self.env._("Ticket %s has no contact to propose.", self.number)
            )
        self.partner_id = self.logistics_sender_id

    @api.model
    def action_logistics_late(self):
        """The late deliveries; for agents without stock rights, the tickets about them."""
        if self.env["stock.picking"].has_access("read"):
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Late Deliveries"),
                "res_model": "stock.picking",
                "views": [(False, "list"), (False, "form")],
                "domain": [("logistics_late", "=", True)],
                "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p>")
                % self.env._("No delivery is later than promised"),
            }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Tickets about late deliveries"),
            "res_model": "helpdesk.ticket",
            "views": [(False, "list"), (False, "form")],
            "domain": [("logistics_delayed", "=", True)],
        }

    # -- when to look -----------------------------------------------------
    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        tickets._logistics_keep_manual_orders()
        tickets._logistics_link_from_text(suggest=True)
        return tickets

    def write(self, vals):
        moved = self.browse()
        if "partner_id" in vals:
            before = {ticket.id: ticket.commercial_partner_id for ticket in self}
        result = super().write(vals)
        if "partner_id" in vals:
            moved = self.filtered(lambda t: t.commercial_partner_id != before[t.id])
            moved._logistics_forget_links()
        if "sale_order_ids" in vals:
            self._logistics_keep_manual_orders()
        if {"partner_id", "name", "description"} & vals.keys():
            (
                moved if vals.keys() <= {"partner_id"} else self
            )._logistics_link_from_text(suggest=bool(moved))
        return result

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        # The mail that made the ticket is its title and text, read a moment ago.
        if self.env.context.get("logistics_text_read"):
            return result
        author = message.author_id
        internal = author and any(
            user._is_internal() for user in author.sudo().user_ids
        )
        if message.message_type in ("email", "comment", "sms") and not internal:
            self._logistics_link_from_text(
                {
                    self.id: f"{message.subject or ''}\n{html2plaintext(message.body or '')}"
                },
                message=message,
            )
        return result

    def action_logistics_rescan(self):
        """Look for references again, for example after the numbering was changed."""
        self.check_access("write")
        self._logistics_link_from_text(suggest=True)
