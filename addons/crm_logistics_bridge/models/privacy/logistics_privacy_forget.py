# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, email_normalize

from .logistics_privacy_act import REMOVED
from .logistics_privacy_keep import RMA_CLOSED
from .logistics_privacy_target import TARGETS


class LogisticsPrivacyForget(models.AbstractModel):
    """What "forget this person" finds, keeps by law, and does.

    Called with sudo by those who may forget people: it reaches all companies.
    """

    _name = "logistics.privacy.forget"
    _description = "Forgetting a Person"

    # -- what there is -------------------------------------------------------
    @api.model
    @api.private
    def _found(self, partner):
        """Ids of what belongs to a person, by kind; read before anything goes."""
        emails, phones, handles = self._senders(partner)
        mine = SQL(
            "(partner_id = %s OR partner_id IS NULL AND (sender_email = ANY(%s) "
            "OR sender_phone = ANY(%s)))",
            partner.id,
            emails,
            phones,
        )
        intake = self._id_rows(
            SQL("SELECT id FROM logistics_intake_message WHERE %s", mine)
        )
        found = {
            "intake": intake,
            "ticket": self._id_rows(
                SQL(
                    """
                    SELECT id FROM helpdesk_ticket WHERE partner_id = %(partner)s
                     UNION
                    SELECT id FROM helpdesk_ticket
                     WHERE partner_id IS NULL AND LOWER(partner_email) = ANY(%(emails)s)
                     UNION
                    SELECT t.id FROM helpdesk_ticket t
                      JOIN logistics_intake_message i ON i.ticket_id = t.id
                     WHERE i.id = ANY(%(intake)s) AND t.partner_id IS NULL
                    """,
                    partner=partner.id,
                    emails=emails,
                    intake=intake,
                )
            ),
            "order": self._id_rows(
                SQL(
                    "SELECT id FROM sale_order WHERE %(me)s IN (partner_id, "
                    "partner_invoice_id, partner_shipping_id)",
                    me=partner.id,
                )
            ),
            "return": self._id_rows(
                SQL("SELECT id FROM rma WHERE partner_id = %s", partner.id)
            ),
            "sender": self._id_rows(
                SQL(
                    """
                    SELECT id FROM logistics_sender_identity
                     WHERE partner_id = %(partner)s
                        OR kind = 'contact' AND value = %(contact)s
                        OR partner_id IS NULL AND kind = 'email' AND value = ANY(%(emails)s)
                        OR partner_id IS NULL AND kind = 'phone' AND value = ANY(%(phones)s)
                    """,
                    partner=partner.id,
                    contact=str(partner.id),
                    emails=emails,
                    phones=phones,
                )
            ),
            "proposal": self.env["logistics.merge.proposal"]
            .search([("partner_ids", "in", partner.ids)])
            .ids,
            "notice": self._id_rows(
                SQL(
                    "SELECT id FROM logistics_delay_notice WHERE partner_id = %s",
                    partner.id,
                )
            ),
            "access": self._id_rows(
                SQL(
                    "SELECT id FROM logistics_access_log WHERE partner_id = %s",
                    partner.id,
                )
            ),
        }
        orders = found["order"]
        for code, table in (
            ("tracking", "logistics_tracking_link"),
            ("carrier", "logistics_carrier_event"),
        ):
            found[code] = self._id_rows(
                SQL(
                    "SELECT id FROM %s WHERE order_id = ANY(%s)",
                    SQL.identifier(table),
                    orders,
                )
            )
        found["rating"] = self._id_rows(
            SQL("SELECT id FROM rating_rating WHERE partner_id = %s", partner.id)
        )
        found["handles"] = handles
        return found

    def _id_rows(self, query):
        return [row[0] for row in self.env.execute_query(query)]

    def _senders(self, partner):
        """Addresses, numbers and handles that this person alone wrote from."""
        known = self.env["logistics.sender.identity"].search(
            [("partner_id", "=", partner.id)]
        )
        by_kind = {
            kind: set(rows.mapped("value"))
            for kind, rows in known.grouped("kind").items()
        }
        emails = by_kind.get("email", set())
        emails |= {
            email
            for email in (
                partner.email_normalized,
                email_normalize(partner.email or ""),
                *map(email_normalize, partner.user_ids.mapped("login")),
            )
            if email
        }
        phones = by_kind.get("phone", set()) | {partner.phone_sanitized or ""}
        Partner = self.env["res.partner"].with_context(active_test=False)
        shared = Partner.search_fetch(
            [
                ("id", "!=", partner.id),
                "|",
                ("email_normalized", "in", list(emails)),
                ("phone_sanitized", "in", list(phones - {""})),
            ],
            ["email_normalized", "phone_sanitized"],
        )
        emails -= set(shared.mapped("email_normalized"))
        phones -= set(shared.mapped("phone_sanitized")) | {"", False}
        return sorted(emails), sorted(phones), sorted(by_kind.get("handle", ()))

    @api.model
    @api.private
    def _kept_tickets(self, found):
        """Closed tickets that the law keeps: {id: reason}."""
        kept = {}
        Target = self.env["logistics.privacy.target"]
        tickets = self.env["helpdesk.ticket"].browse(found["ticket"])
        for company, some in tickets.grouped("company_id").items():
            kept |= Target._kept_rows(SQL(TARGETS["ticket"].rows), some.ids, company)
        return kept

    @api.model
    @api.private
    def _legal_moves(self, partner):
        """Posted documents within the legal period, by company, newest first."""
        today = fields.Date.context_today(self)
        moves = self.env["account.move"].search(
            [
                ("state", "=", "posted"),
                ("move_type", "!=", "entry"),
                "|",
                ("partner_id", "=", partner.id),
                ("partner_shipping_id", "=", partner.id),
            ],
            order="invoice_date desc, id desc",
        )
        return moves.filtered(
            lambda move: (
                (move.invoice_date or move.date)
                >= today
                - relativedelta(years=move.company_id.logistics_keep_order_years)
            )
        )

    @api.model
    @api.private
    def _blockers(self, partner, found):
        """Why this person cannot be forgotten yet, in words."""
        entity = partner.commercial_partner_id
        reasons = [
            self.env._(
                "Legal hold on %(name)s: %(reason)s",
                name=held.display_name,
                reason=held.logistics_legal_hold_reason,
            )
            for held in partner | entity
            if held.logistics_legal_hold
        ]
        tickets = self.env["helpdesk.ticket"].browse(found["ticket"])
        reasons += [
            self.env._(
                "Legal hold on ticket %(number)s: %(reason)s",
                number=ticket.number,
                reason=ticket.logistics_legal_hold_reason,
            )
            for ticket in tickets
            if ticket.logistics_legal_hold
        ]
        reasons += [
            self.env._("Ticket %s is open: close it first.", ticket.number)
            for ticket in tickets
            if not ticket.stage_id.closed and ticket.active
        ]
        reasons += [
            self.env._("Return %s is open: settle or cancel it first.", rma.name)
            for rma in self.env["rma"].browse(found["return"])
            if rma.state not in RMA_CLOSED
        ]
        orders = self.env["sale.order"].browse(found["order"])
        reasons += [
            self.env._("Delivery %s is under way: it needs its address.", picking.name)
            for picking in orders.picking_ids
            if picking.state not in ("done", "cancel") and orders
        ]
        return reasons

    # -- before -----------------------------------------------------------------
    @api.model
    @api.private
    def _preview(self, partner):
        """What forgetting would touch and keep.

        :return: (rows, blockers); a row: (data, what happens, how many, why)
        """
        if partner.is_company:
            return [
                (self.env._("Company: only its name is marked"), "anonymise", 1, "")
            ], [
                text
                for text in self._blockers(partner, self._found(partner))
                if partner.logistics_legal_hold
            ]
        found = self._found(partner)
        kept = self._kept_tickets(found)
        moves = self._legal_moves(partner)
        law = self.env._("kept by law; the name is kept apart in a legal copy")
        rows = [
            (
                self.env._("Contact"),
                "anonymise",
                1,
                self.env._("name, addresses, numbers, picture"),
            ),
            (self.env._("Users"), "anonymise", len(partner.user_ids), ""),
            (
                self.env._("Tickets"),
                "anonymise",
                len(found["ticket"]) - len(kept),
                self.env._("texts, messages and files go; number, dates and type stay"),
            ),
            (self.env._("Tickets of complaints"), "keep", len(kept), law),
            (self.env._("Posted invoices"), "keep", len(moves), law),
            (self.env._("Inbound messages"), "anonymise", len(found["intake"]), ""),
            (self.env._("Known senders"), "delete", len(found["sender"]), ""),
            (
                self.env._("Contact merge proposals"),
                "delete",
                len(found["proposal"]),
                "",
            ),
            (self.env._("Tracking links"), "delete", len(found["tracking"]), ""),
            (self.env._("Delay notices"), "delete", len(found["notice"]), ""),
            (self.env._("Carrier events"), "anonymise", len(found["carrier"]), ""),
            (
                self.env._("Returns: photos and words"),
                "anonymise",
                len(found["return"]),
                "",
            ),
            (
                self.env._("Ratings"),
                "anonymise",
                len(found["rating"]),
                self.env._("the stars stay"),
            ),
            (
                self.env._("Overview access log"),
                "anonymise",
                len(found["access"]),
                self.env._(
                    "who looked and when stays, as the law asks; the details go"
                ),
            ),
        ]
        person = self._person(partner)
        elsewhere = sum(self._hits(person, self._legal_orders(found)).values())
        rows.append(
            (
                self.env._("Other texts that name this person"),
                "anonymise",
                elsewhere,
                self.env._("name, e-mail and phone are replaced by %s", REMOVED),
            )
        )
        return [row for row in rows if row[2]], self._blockers(partner, found)

    @api.model
    @api.private
    def _prepare(self, partner):
        """Check, keep what the law asks for, and read who is to be forgotten.

        :raises UserError: a legal hold, an open ticket, return or delivery
        """
        found = self._found(partner)
        blockers = self._blockers(partner, found)
        if blockers:
            raise UserError("\n".join(blockers))
        kept = self._kept_tickets(found)
        self._keep_copies(partner, self._legal_moves(partner), kept)
        return {
            "found": found,
            "kept": kept,
            "person": self._person(partner),
            "company": partner.company_id or self.env.company,
        }

    def _keep_copies(self, partner, moves, kept):
        """One copy per company of who the documents are about."""
        tickets = self.env["helpdesk.ticket"].browse(kept)
        documents, until = {}, {}
        for company, some in moves.grouped("company_id").items():
            documents.setdefault(company, []).extend(some.mapped("name"))
            for move in some:
                end = (move.invoice_date or move.date) + relativedelta(
                    years=company.logistics_keep_order_years
                )
                until[company] = max(until.get(company, date.min), end)
        for company, some in tickets.grouped("company_id").items():
            documents.setdefault(company, []).extend(some.mapped("number"))
            years = {
                "invoice": company.logistics_keep_order_years,
                "dispute": company.logistics_keep_dispute_years,
            }
            for ticket in some:
                start = (ticket.closed_date or fields.Datetime.now()).date()
                end = start + relativedelta(years=years.get(kept[ticket.id], 0))
                until[company] = max(until.get(company, date.min), end)
        self.env["logistics.legal.copy"].create(
            [
                {
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "name": partner.name,
                    "address": partner._display_address(without_company=True).strip(),
                    "vat": partner.vat,
                    "documents": ", ".join(names),
                    "keep_until": until[company],
                }
                for company, names in documents.items()
            ]
        )

    # -- doing ------------------------------------------------------------------
    @api.model
    @api.private
    def _finish(self, partner, prepared):
        """Forget what is left after the contact itself was anonymised."""
        found, kept = prepared["found"], prepared["kept"]
        Target = self.env["logistics.privacy.target"]
        free = [number for number in found["ticket"] if number not in kept]
        done = {"ticket": free}
        files = Target._do("ticket", "anonymise", free)
        if kept:
            Target._set("helpdesk_ticket", kept, partner_name=None, partner_email=None)
        for code, action in (
            ("intake", "anonymise"),
            ("sender", "delete"),
            ("proposal", "delete"),
            ("tracking", "delete"),
            ("notice", "delete"),
            ("carrier", "anonymise"),
            ("return", "anonymise"),
            ("rating", "anonymise"),
        ):
            files += Target._do(code, action, found[code])
            done[code] = found[code]
        if found["access"]:
            Target._set("logistics_access_log", found["access"], detail=None)
        hits = self._scrub(prepared["person"], found, kept)
        self.env.invalidate_all()
        Log = self.env["logistics.privacy.log"]
        Log._note(
            "forget",
            prepared["company"],
            self.env._("Forget this person"),
            "res.partner",
            partner.ids,
            attachment_count=files,
            kept_count=len(kept),
            detail="\n".join(
                f"{name}: {count}"
                for name, count in (
                    *(
                        (Target._targets()[code].model, len(ids))
                        for code, ids in done.items()
                    ),
                    *hits.items(),
                )
                if count
            ),
        )
