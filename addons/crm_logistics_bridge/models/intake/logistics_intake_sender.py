# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.tools import SQL

from odoo.addons.phone_validation.tools import phone_validation

from ...engine.identity import canonical_email, phone_spellings, plain_e164


class LogisticsIntake(models.AbstractModel):
    """Who wrote: one contact where it is certain, candidates where it is not."""

    _inherit = "logistics.intake"

    @api.private
    def _e164(self, company, number):
        """A phone number as Odoo's phone validation writes it, else its digits."""
        if not number:
            return ""
        country = company.country_id
        code = country.code or "KR"
        formatted = phone_validation.phone_format(
            number, code, country.phone_code or 82, "E164", raise_exception=False
        )
        if not (formatted or "").startswith("+") or " " in formatted:
            # A number nobody can place is still the same number the next time.
            formatted = plain_e164(number, code) or "".join(
                char for char in number if char.isdigit()
            )
        return formatted

    @api.private
    def _identify(self, account, values):
        """Whose message it is: one contact, or candidates where it is not certain.

        :return: ``(partner, candidates, reason)``
        """
        Partner = self.env["res.partner"]
        company = account.company_id
        given = Partner.browse(values.get("partner_id") or ())
        email, phone = values["sender_email"], values["sender_phone"]
        mailbox = canonical_email(email)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT 'handle' AS how, s.partner_id, c.commercial_partner_id
                  FROM logistics_sender_identity s JOIN res_partner c ON c.id = s.partner_id
                 WHERE s.company_id = %(company)s AND s.kind = 'handle' AND c.active
                   AND s.account_id = %(account)s AND s.value = %(handle)s
              UNION ALL
                SELECT CASE WHEN p.email_normalized = %(email)s THEN 'email'
                            ELSE 'mailbox' END,
                       p.id, p.commercial_partner_id
                  FROM res_partner p
                 WHERE (p.email_normalized = %(email)s
                        OR p.logistics_mailbox = %(mailbox)s) AND p.active
                   AND %(email)s != ''
                   AND (p.company_id IS NULL OR p.company_id = %(company)s)
              UNION ALL
                SELECT 'phone', p.id, p.commercial_partner_id FROM res_partner p
                 WHERE (p.phone_sanitized = %(phone)s
                        OR (p.phone IS NOT NULL AND
                            regexp_replace((p.phone)::text, %(separators)s::text,
                                           ''::text, 'g'::text) = ANY(%(phones)s)))
                   AND %(phone)s != '' AND p.active
                   AND (p.company_id IS NULL OR p.company_id = %(company)s)
                """,
                company=company.id,
                account=account.id,
                handle=values["sender_handle"] or "",
                email=email,
                mailbox=mailbox,
                phone=phone,
                phones=phone_spellings(phone),
                # as Odoo's own index on res_partner.phone writes it
                separators=r"[\s\\./\(\)\-]",
            )
        )
        found = {}
        for how, partner_id, commercial_id in rows:
            found.setdefault(how, {})[partner_id] = commercial_id
        sure = {}
        for how in ("handle", "email", "phone"):
            sure.update(found.get(how, {}))
        everyone = {**sure, **found.get("mailbox", {})}
        if given:
            # Chosen by login, agent or Odoo's gateway; namesakes are still proposed.
            namesakes = Partner.browse({**found.get("email", {}), given.id: None})
            return given, namesakes if len(namesakes) > 1 else Partner, "user"
        if len(everyone) == 1 and len(sure) == 1 and account.trusted:
            how = next(how for how in ("handle", "email", "phone") if how in found)
            return Partner.browse(sure), Partner, how
        return Partner, Partner.browse(everyone), "unsure" if everyone else "unknown"

    @api.private
    def _note_sender(self, account, message, values, partner, candidates):
        """Remember the sender, serialise their arrivals, propose to merge."""
        keys = self._sender_keys(account, values)
        if partner:
            keys.append(("contact", None, str(partner.id)))
        self.env["logistics.sender.identity"]._touch(account.company_id, keys, partner)
        if len(candidates) > 1:
            given = [key[2] for key in keys if key[0] != "contact"]
            self.env["logistics.merge.proposal"]._propose(
                candidates,
                account.company_id,
                self.env._("A message came from %s", ", ".join(given)),
                message,
            )
