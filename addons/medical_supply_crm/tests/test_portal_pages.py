# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io
import re
from datetime import date

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import tagged

from ..tools.csv_stream import BOM, safe_cell
from .common import NOW
from .test_schedule_to_order import PortalCase

PAGES = (
    "/my/medical",
    "/my/medical/proposals",
    "/my/medical/demand",
    "/my/medical/demand/2026-03-04",
    "/my/medical/storerooms",
    "/my/medical/deliveries",
    "/my/medical/tickets",
    "/my/medical/tickets/new",
    "/my/medical/export",
)


def csrf_of(response):
    """Token of the first form of a page."""
    return re.search(r'name="csrf_token" value="([^"]+)"', response.text)[1]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestPortalPages(PortalCase):
    """What manager, ward nurse and integration engineer find on their pages."""

    def setUp(self):
        super().setUp()
        self._stock(self.a.room.location_id, self.glove, 3)
        self._stock(
            self.a.room.location_id, self.stent, 4, "LOT-OLD", "2026-03-10 00:00:00"
        )
        self.integration = self._portal_user("integration_a", self.a.partner)
        self.a.partner.medical_integration_ids = self.integration.partner_id
        self.proposal = self.sent_proposal(self.a)
        self.env.flush_all()

    def test_manager_home_names_what_waits_and_leads_there(self):
        self.authenticate("manager_a", "manager_a")
        page = self.get("/my/medical").text
        for key in ("proposals", "shortages", "low_stock", "expiring"):
            self.assertIn(f'data-key="{key}"', page)
        self.assertIn(self.proposal.name, page)
        for url in (*PAGES, "/my/medical/feeds"):
            response = self.get(url)
            self.assertEqual(response.status_code, 200, url)
            self.assertIn("o_medical_title", response.text, url)
            self.assertNotIn("away=1", response.url, url)

    def test_ward_has_no_feeds_and_integration_nothing_else(self):
        self.authenticate("nurse_a", "nurse_a")
        for url in PAGES:
            self.assertIn("o_medical_title", self.get(url).text, url)
        self.assertIn("away=1", self.get("/my/medical/feeds").url)
        self.authenticate("integration_a", "integration_a")
        self.assertIn(self.a.feed.name, self.get("/my/medical/feeds").text)
        for url in PAGES[1:6]:
            self.assertIn("away=1", self.get(url).url, url)
        self.assertIn(
            "away=1", self.get(f"/my/medical/storerooms/{self.a.room.id}").url
        )
        self.assertIn("away=1", self.get("/my/medical/export/stock.csv").url)
        home = self.get("/my/medical").text
        self.assertIn("/my/medical/feeds", home)
        self.assertNotIn("/my/medical/storerooms", home)

    def test_storeroom_shows_cover_par_lots_and_next_delivery(self):
        self.a.room.line_ids.filtered(
            lambda line: line.product_id == self.glove
        ).par_min = 7
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        url = f"/my/medical/storerooms/{self.a.room.id}"
        page = self.get(url).text
        for text in ("LOT-OLD", "Surgical gloves", "o_medical_next_delivery", "7 / "):
            self.assertIn(text, page)
        found = self.get(f"{url}?search=stent").text
        self.assertIn("Coronary stent", found)
        self.assertNotIn("Surgical gloves", found)
        self.assertIn("No product matches", self.get(f"{url}?search=zzz").text)
        expiring = self.get(f"{url}?only=expiring").text
        self.assertIn("Coronary stent", expiring)
        self.assertNotIn("Surgical gloves", expiring)

    def test_long_lists_are_paged(self):
        products = self.env["product.product"].create(
            [
                {"name": f"Swab {number:03}", "type": "consu", "is_storable": True}
                for number in range(90)
            ]
        )
        self.a.room.line_ids = [
            Command.create({"product_id": product.id}) for product in products
        ]
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        url = f"/my/medical/storerooms/{self.a.room.id}"
        names = []
        for number in (1, 2, 3):
            page = self.get(f"{url}/page/{number}").text
            self.assertLessEqual(page.count("o_medical_stock_line"), 40)
            names += [p.name for p in products if p.name in page]
        self.assertEqual(sorted(names), sorted(products.mapped("name")))

    def test_schedule_counts_procedures_and_flags_what_will_be_short(self):
        self.authenticate("manager_a", "manager_a")
        demand = self.env["medical.portal.demand"]
        rooms = self.a.room
        rows = demand.products(
            rooms, date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 20)
        )
        gloves = [row for row in rows if row["product"] == self.glove]
        # ten angioplasties over five days, two gloves each; three are there
        self.assertEqual([row["need"] for row in gloves], [4.0] * 5)
        self.assertEqual([row["short"] for row in gloves], [1.0, 4.0, 4.0, 4.0, 4.0])
        stents = [row["short"] for row in rows if row["product"] == self.stent]
        self.assertEqual(stents, [0.0] * 5)
        week = self.get("/my/medical/demand").text
        self.assertIn('data-date="2026-03-04"', week)
        self.assertIn("2 procedures", week)
        day = self.get("/my/medical/demand/2026-03-04").text
        self.assertIn("Short by", day)
        self.assertEqual(day.count("o_medical_event"), 2)
        self.assertNotIn("KIM", day)

    def test_a_lot_that_expires_before_its_use_is_short_and_one_used_before_is_not(
        self,
    ):
        demand = self.env["medical.portal.demand"]
        today = date(2026, 3, 2)
        quants = self.env["stock.quant"].search(
            [("location_id", "=", self.a.room.location_id.id)]
        )
        stent = quants.filtered(lambda quant: quant.product_id == self.stent)
        stent.lot_id.expiration_date = "2026-03-05 12:00:00"
        rows = demand.products(self.a.room, today, today, date(2026, 3, 20))
        stents = {
            row["day"].day: row["short"] for row in rows if row["product"] == self.stent
        }
        # 0.6 stents a day from the 4th to the 8th; the lot is good until the 5th
        self.assertEqual(stents[4], 0.0)
        self.assertEqual(stents[5], 0.0)
        self.assertAlmostEqual(stents[6], 0.6)
        # what comes later serves the later days, whatever the old lot served before
        self._stock(self.a.room.location_id, self.stent, 2, "LOT-NEW", "2027-01-01")
        rows = demand.products(self.a.room, today, today, date(2026, 3, 20))
        self.assertFalse(
            [row for row in rows if row["product"] == self.stent and row["short"]]
        )

    def test_delivery_page_shows_expected_days_content_and_tracking(self):
        self.proposal.action_approve()
        picking = self.proposal.picking_ids[:1]
        picking.carrier_tracking_ref = "TRACK-4711"
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        self.assertIn(picking.name, self.get("/my/medical/deliveries").text)
        page = self.get(f"/my/medical/deliveries/{picking.id}").text
        for text in ("TRACK-4711", "o_medical_eta", "Surgical gloves"):
            self.assertIn(text, page)
        self.authenticate("nurse_a", "nurse_a")
        self.assertIn("away=1", self.get(f"/my/medical/deliveries/{picking.id}").url)

    def test_report_a_problem_prefilled_once_and_withdrawn(self):
        self.authenticate("nurse_a", "nurse_a")
        room = self.a.ward_room
        page = self.get(
            f"/my/medical/tickets/new?storeroom={room.id}&product={self.glove.id}"
        )
        form = {
            "csrf_token": csrf_of(page),
            "storeroom": str(room.id),
            "product": str(self.glove.id),
            "text": "All boxes are wet. Patient 900101-1234568 waits.",
            "urgent": "1",
        }
        self.assertIn("Surgical gloves", page.text)
        for _twice in range(2):
            answer = self.get("/my/medical/tickets/new", data=form)
            self.assertIn("We have your report", answer.text)
        ticket = self.env["helpdesk.ticket"].search(
            [("medical_storeroom_id", "=", room.id)]
        )
        self.assertEqual(len(ticket), 1)
        self.assertEqual(ticket.priority, "3")
        self.assertEqual(ticket.medical_product_id, self.glove)
        self.assertNotIn("900101-1234568", ticket.description)
        self.assertEqual(ticket.partner_id, self.a.nurse.partner_id)
        answer = self.get(
            f"/my/medical/tickets/{ticket.id}/withdraw",
            data={"csrf_token": form["csrf_token"]},
        )
        self.assertIn("Your report is withdrawn", answer.text)
        ticket.invalidate_recordset()
        self.assertTrue(ticket.closed)

    def test_another_rooms_ids_are_not_taken_into_a_ticket(self):
        self.authenticate("nurse_a", "nurse_a")
        page = self.get(
            f"/my/medical/tickets/new?storeroom={self.b.room.id}&product={self.stent.id}"
        )
        self.assertNotIn(self.b.room.name, page.text)
        self.get(
            "/my/medical/tickets/new",
            data={
                "csrf_token": csrf_of(page),
                "storeroom": str(self.b.room.id),
                "delivery": "1",
                "text": "Nothing in particular",
            },
        )
        ticket = self.env["helpdesk.ticket"].search([], order="id desc", limit=1)
        self.assertFalse(ticket.medical_storeroom_id)
        self.assertFalse(ticket.logistics_link_ids.picking_id)

    def test_an_empty_report_says_what_to_do(self):
        self.authenticate("nurse_a", "nurse_a")
        page = self.get("/my/medical/tickets/new")
        answer = self.get(
            "/my/medical/tickets/new",
            data={"csrf_token": csrf_of(page), "text": "  "},
        )
        self.assertIn("Please write what is wrong", answer.text)

    def test_csv_is_what_a_spreadsheet_shows_and_never_calculates(self):
        self.glove.name = "=HYPERLINK(1)"
        self.a.room.name = '+Room; "one"'
        self.proposal.action_approve()
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        for subject in ("stock", "demand", "consumption", "deliveries"):
            response = self.get(f"/my/medical/export/{subject}.csv")
            self.assertEqual(response.status_code, 200, subject)
            self.assertIn("text/csv", response.headers["Content-Type"])
            text = response.content.decode()
            self.assertTrue(text.startswith(BOM), subject)
            rows = list(csv.reader(io.StringIO(text[1:])))
            self.assertEqual(len({len(row) for row in rows}), 1, subject)
            for cell in (cell for row in rows for cell in row):
                self.assertFalse(cell.startswith(("=", "+", "@")), cell)
            if subject == "stock":
                self.assertIn("'=HYPERLINK(1)", text)
                self.assertIn("LOT-OLD", text)
            self.assertNotIn(self.b.partner.name, text)
        self.assertEqual(safe_cell(-3.5), -3.5)
        self.assertEqual(safe_cell(" =1+1"), "' =1+1")
        self.assertEqual(safe_cell("\t=1"), "'\t=1")

    def test_invoices_and_tickets_of_core_follow_the_roles(self):
        self.proposal.action_approve()
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.a.partner.id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.glove.id, "price_unit": 5})
                ],
            }
        )
        invoice.action_post()
        mine = self.env["helpdesk.ticket"]._medical_report(
            self.a.nurse, "Wet boxes", self.a.ward_room
        )
        other = self.env["helpdesk.ticket"]._medical_report(
            self.a.manager, "Theatre: no stents", self.a.room
        )
        self.env.flush_all()
        for user, invoices, tickets in (
            (self.a.manager, invoice, mine | other),
            (self.a.nurse, invoice.browse(), mine),
            (self.integration, invoice.browse(), mine.browse()),
            (self.b.manager, invoice.browse(), mine.browse()),
        ):
            self.assertEqual(
                invoice.with_user(user)._filtered_access("read"), invoices, user.login
            )
            self.assertEqual(
                invoice.line_ids.with_user(user)._filtered_access("read"),
                invoices.line_ids,
            )
            self.assertEqual(
                (mine | other).with_user(user)._filtered_access("read"),
                tickets,
                user.login,
            )
        self.authenticate("nurse_a", "nurse_a")
        self.assertNotIn(invoice.name, self.get("/my/invoices").text)
        response = self.get(f"/my/invoices/{invoice.id}", allow_redirects=False)
        self.assertIn(response.status_code, (302, 303))
        page = self.get("/my/tickets").text
        self.assertIn(mine.number, page)
        self.assertNotIn(other.number, page)

    def test_a_ticket_is_closed_only_by_who_sees_it(self):
        report = self.env["helpdesk.ticket"]._medical_report
        mine = report(self.a.manager, "Wet boxes", self.a.room)
        foreign = report(self.b.manager, "Dry boxes", self.b.room)
        done = self.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        self.env.flush_all()
        self.authenticate("manager_a", "manager_a")
        for ticket in mine | foreign:
            self.get(f"/ticket/close?ticket_id={ticket.id}&stage_id={done.id}")
        (mine | foreign).invalidate_recordset()
        self.assertEqual(mine.stage_id, done)
        self.assertFalse(foreign.closed)
