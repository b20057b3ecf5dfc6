# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

#: Most reports of one order within a day, pictures of a report, bytes of a picture.
MAX_REPORTS, MAX_PICTURES, MAX_BYTES = 5, 5, 8 * 1024 * 1024
#: First bytes of the pictures taken.
PICTURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}


class SaleOrder(models.Model):
    """What a customer says about an order from its tracking page."""

    _inherit = "sale.order"

    @api.model
    @api.private
    def _logistics_problem_labels(self):
        """Kinds of problems as the customer reads them."""
        return {
            "not_arrived": self.env._("It has not arrived"),
            "damaged": self.env._("Something is damaged"),
            "missing": self.env._("Something is missing"),
            "wrong_item": self.env._("I received a wrong item"),
            "other": self.env._("Something else"),
        }

    @api.model
    @api.private
    def _logistics_checked_pictures(self, files):
        """Pictures of a form: list of (name, bytes); UserError in the customer's words."""
        pictures = []
        for name, content in files:
            if not content:
                continue
            if len(content) > MAX_BYTES:
                raise UserError(
                    self.env._("%s is too large; 8 MB at most, please.", name)
                )
            if not any(content.startswith(head) for head in PICTURES):
                raise UserError(
                    self.env._("%s is no picture (JPEG, PNG, GIF or WebP).", name)
                )
            pictures.append((name[:120] or "picture", content))
        if len(pictures) > MAX_PICTURES:
            raise UserError(
                self.env._("Please send at most %s pictures.", MAX_PICTURES)
            )
        return pictures

    @api.private
    def _logistics_report_problem(self, kind, text, picking_id=False, files=()):
        """Open a ticket about this order, linked to it; the same report again opens none.

        The caller has checked that the sender may see this order, and passes sudo.

        :return: helpdesk.ticket
        :raises UserError: in words for the customer
        """
        self.ensure_one()
        labels = self._logistics_problem_labels()
        if kind not in labels:
            raise UserError(self.env._("Please choose what is wrong."))
        text = (text or "").strip()[:5000]
        if not text and kind == "other":
            raise UserError(self.env._("Please tell us what is wrong."))
        pictures = self._logistics_checked_pictures(files)
        picking = self.picking_ids.filtered(lambda p: p.id == picking_id)
        today = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        Ticket = self.env["helpdesk.ticket"]
        reports = Ticket.search(
            [
                ("logistics_report_order_id", "=", self.id),
                ("create_date", ">", today),
            ]
        )
        fingerprint = f"{kind}|{picking.id}|{text}"
        same = reports.filtered(lambda t: t.logistics_report_key == fingerprint)
        if same:
            return same[0]
        if len(reports) >= MAX_REPORTS:
            raise UserError(
                self.env._(
                    "You have told us several times today; we are at it. "
                    "Please answer to the mail about ticket %s instead.",
                    reports[0].number,
                )
            )
        ticket = Ticket.create(
            {
                "name": f"{labels[kind]} – {self.name}",
                "description": plaintext2html(text or labels[kind]),
                "partner_id": self.partner_id.id,
                "partner_name": self.partner_id.name,
                "partner_email": self.partner_id.email,
                "company_id": self.company_id.id,
                "channel_id": self.env.ref(
                    "helpdesk_mgmt.helpdesk_ticket_channel_web", False
                ).id,
                "user_id": False,
                "logistics_report_order_id": self.id,
                "logistics_report_key": fingerprint,
            }
        )
        ticket._logistics_add_link(
            picking or self, self.env._("Reported from the tracking page")
        )
        if picking:
            ticket._logistics_add_link(
                self, self.env._("Reported from the tracking page")
            )
        self._logistics_attach(ticket, pictures)
        return ticket

    @api.private
    def _logistics_attach(self, record, pictures):
        """Attach pictures (name, bytes) to a record."""
        self.env["ir.attachment"].create(
            [
                {
                    "name": name,
                    "raw": content,
                    "res_model": record._name,
                    "res_id": record.id,
                }
                for name, content in pictures
            ]
        )

    @api.private
    def _logistics_delivery_ratings(self, pickings):
        """Ratings given for deliveries."""
        # Which deliveries are rated is decided by the caller's right on the order.
        return (
            self.env["rating.rating"]
            .sudo()
            .search(
                [
                    ("res_model", "=", "stock.picking"),
                    ("res_id", "in", pickings.ids),
                    ("consumed", "=", True),
                ]
            )
        )

    @api.private
    def _logistics_rate(self, picking_id, stars, text):
        """Keep the customer's rating of a delivery; a second one replaces the first.

        The caller has checked that the sender may see this order, and passes sudo.

        :raises UserError: in words for the customer
        """
        self.ensure_one()
        picking = self.picking_ids.filtered(
            lambda p: p.id == picking_id and p.logistics_eta_source == "delivered"
        )
        if not picking:
            raise UserError(self.env._("A delivery can be rated once it has arrived."))
        if stars not in range(1, 6):
            raise UserError(self.env._("Please choose one to five stars."))
        values = {
            "rating": stars,
            "feedback": (text or "").strip()[:2000],
            "consumed": True,
        }
        rating = self._logistics_delivery_ratings(picking)[:1]
        if rating:
            rating.write(values)
            return rating
        return self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("stock.picking"),
                "res_id": picking.id,
                "partner_id": self.partner_id.id,
                **values,
            }
        )
