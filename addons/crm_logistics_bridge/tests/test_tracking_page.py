# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import re
from datetime import timedelta

from PIL import Image

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import LogisticsData


def picture():
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")
    return stream.getvalue()


@tagged("post_install", "-at_install")
class TestTrackingPage(LogisticsData, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.set_up_shop()
        cls.order = cls.make_order(cls.contact)
        cls.foreign = cls.make_order(cls.other)
        cls.url = cls.order._logistics_tracking_url()
        cls.path = cls.url[cls.url.index("/track/") :]
        cls.link = cls.order.logistics_link_ids

    def send(self, action, path=None, files=None, **values):
        page = self.url_open(path or self.path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        return self.url_open(
            f"{path or self.path}/{action}",
            data={"csrf_token": token, **values},
            files=files,
        )

    # -- the link --------------------------------------------------------------
    def test_without_login_shows_the_order_and_nothing_else(self):
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 200)
        self.assertIn(self.order.name, page.text)
        self.assertIn(f'data-delivery="{self.order.picking_ids.name}"', page.text)
        self.assertIn("Sterile Gloves", page.text)
        for secret in (
            self.foreign.name,
            self.foreign.picking_ids.name,
            self.contact.email,
            "20.00",
            "4.25",
        ):
            self.assertNotIn(secret, page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertIn("noindex", page.headers["X-Robots-Tag"])
        self.assertEqual(self.link.visit_count, 1)

    def test_a_guess_opens_nothing(self):
        self.foreign._logistics_tracking_url()
        number, signature = self.path.removeprefix("/track/").split("-")
        other = self.foreign.logistics_link_ids
        for token in (
            f"{other.id}-{signature}",
            f"{number}-{'0' * 64}",
            f"{number}-{signature[:-1]}",
            number,
            "999999999-" + signature,
            "x",
        ):
            page = self.url_open(f"/track/{token}")
            self.assertEqual(page.status_code, 404, token)
            self.assertNotIn(self.order.name, page.text)
            self.assertNotIn(self.foreign.name, page.text)
        columns = self.env["logistics.tracking.link"]._fields
        self.assertNotIn("token", columns, "what is stored opens nothing")

    def test_expires_and_is_revoked(self):
        self.link.expiration_date = fields.Datetime.now() - timedelta(seconds=1)
        page = self.url_open(self.path)
        self.assertEqual(page.status_code, 410)
        self.assertNotIn(self.order.name, page.text)
        fresh = self.order._logistics_tracking_url()
        self.assertNotEqual(fresh, self.url, "an expired link is not handed out")
        path = fresh[fresh.index("/track/") :]
        self.assertEqual(self.url_open(path).status_code, 200)
        self.order.logistics_link_ids.filtered(
            lambda link: link.state == "valid"
        ).action_revoke()
        self.assertEqual(self.url_open(path).status_code, 410)
        self.assertEqual(
            self.url_open(f"{path}/problem", data={"kind": "other"}).status_code, 400
        )

    def test_same_link_while_it_lasts(self):
        self.assertEqual(self.order._logistics_tracking_url(), self.url)

    def test_on_the_order_page(self):
        page = self.url_open(
            f"/my/orders/{self.order.id}?access_token={self.order._portal_ensure_token()}"
        )
        self.assertIn(self.path, page.text)
        self.assertIn("o_logistics_packages", page.text)

    # -- problems --------------------------------------------------------------
    def test_problem_opens_a_linked_ticket_once(self):
        values = {"kind": "damaged", "text": "상자가 찢어졌어요", "picking": ""}
        files = {"pictures": ("box.png", picture(), "image/png")}
        page = self.send("problem", files=files, **values)
        self.assertEqual(page.status_code, 200)
        ticket = self.env["helpdesk.ticket"].search(
            [("logistics_report_order_id", "=", self.order.id)]
        )
        self.assertEqual(len(ticket), 1)
        self.assertIn(ticket.number, page.text)
        self.assertEqual(ticket.partner_id, self.contact)
        self.assertIn("상자가 찢어졌어요", ticket.description)
        self.assertIn(self.order, ticket.logistics_link_ids.order_id)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket.id)]
        )
        self.assertEqual(attachment.mapped("name"), ["box.png"])
        self.send("problem", **values)
        self.assertEqual(
            self.env["helpdesk.ticket"].search_count(
                [("logistics_report_order_id", "=", self.order.id)]
            ),
            1,
        )

    def test_refusals_in_words(self):
        page = self.send("problem", kind="nonsense")
        self.assertIn("Please choose what is wrong", page.text)
        page = self.send("problem", kind="other", text=" ")
        self.assertIn("Please tell us what is wrong", page.text)
        files = {"pictures": ("run.exe", b"MZ...", "image/png")}
        page = self.send("problem", kind="damaged", files=files)
        self.assertIn("run.exe is no picture", page.text)
        self.assertFalse(
            self.env["helpdesk.ticket"].search(
                [("logistics_report_order_id", "=", self.order.id)]
            )
        )

    def test_no_flood_of_tickets(self):
        for number in range(5):
            self.send("problem", kind="other", text=f"number {number}")
        page = self.send("problem", kind="other", text="number six")
        self.assertIn("You have told us several times today", page.text)

    def test_a_foreign_delivery_is_not_linked(self):
        self.send(
            "problem",
            kind="missing",
            text="x",
            picking=str(self.foreign.picking_ids.id),
        )
        ticket = self.env["helpdesk.ticket"].search(
            [("logistics_report_order_id", "=", self.order.id)]
        )
        self.assertNotIn(self.foreign.picking_ids, ticket.logistics_link_ids.picking_id)

    # -- rating ----------------------------------------------------------------
    def test_rating_after_delivery(self):
        picking = self.order.picking_ids
        page = self.url_open(self.path)
        self.assertNotIn("o_logistics_rating", page.text)
        early = self.send("rating", picking=str(picking.id), stars="5")
        self.assertIn("once it has arrived", early.text)
        self.deliver(self.order)
        page = self.send("rating", picking=str(picking.id), stars="4", text="좋아요")
        self.assertIn("Thank you for your rating", page.text)
        self.send("rating", picking=str(picking.id), stars="2")
        rating = self.order._logistics_delivery_ratings(picking)
        self.assertEqual(
            rating.mapped("rating"), [2.0], "the second replaces the first"
        )
        page = self.send("rating", picking=str(picking.id), stars="9")
        self.assertIn("one to five stars", page.text)
        self.env.flush_all()
        events = self.env["logistics.timeline.event"].search(
            [
                ("commercial_partner_id", "=", self.customer.id),
                ("event_type", "=", "rating"),
            ]
        )
        self.assertEqual(events.mapped("detail"), ["★★"])
        self.assertEqual(events._document(), picking)

    def test_a_foreign_delivery_is_not_rated(self):
        self.deliver(self.foreign)
        page = self.send("rating", picking=str(self.foreign.picking_ids.id), stars="1")
        self.assertIn("once it has arrived", page.text)
        self.assertFalse(
            self.foreign._logistics_delivery_ratings(self.foreign.picking_ids)
        )

    # -- who may revoke ----------------------------------------------------------
    def test_nonce_is_nobodys_to_read(self):
        agent = self.make_agent()
        link = self.link.with_user(agent)
        self.assertTrue(link.url, "the agent may hand the address out")
        with self.assertRaises(Exception):  # noqa: B017
            link.read(["nonce"])
        self.assertNotIn("nonce", link.fields_get())
