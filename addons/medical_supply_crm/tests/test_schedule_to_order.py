# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from freezegun import freeze_time
from lxml import html

from odoo.http import Request
from odoo.tests import HttpCase, tagged

from .common import NOW, MedicalCase


class PortalCase(MedicalCase, HttpCase):
    """Helpers to use the portal as a browser without JavaScript does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_medical()

    def get(self, url, **kwargs):
        return self.url_open(url, **kwargs)

    def page(self, url):
        response = self.get(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.text)

    def form_of(self, proposal):
        """Values of the approval form as the page shows it."""
        page = self.page(f"/my/medical/proposals/{proposal.id}")
        form = page.xpath("//form[hasclass('o_medical_approve')]")
        if not form:
            forms = page.xpath(
                "//form[contains(concat(' ', @class, ' '), ' o_medical_approve ')]"
            )
        else:
            forms = form
        self.assertTrue(forms, "the page has no approval form")
        return {
            node.get("name"): node.get("value") or ""
            for node in forms[0].xpath(".//input[@name]")
            if node.get("type") != "checkbox"
        }

    def sent_proposal(self, space, count=10):
        self._book(space, count)
        self._run(space.room)
        proposal = self._proposal(space.room)
        proposal.action_send()
        self.env.flush_all()
        return proposal

    def csrf(self):
        return Request.csrf_token(self)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestScheduleToOrder(PortalCase):
    def test_fhir_and_hl7_to_done_delivery(self):
        """Messages → events → proposal → approval by HTTP → order → storeroom stock."""
        self.a.feed.ingest("\r".join(self.hl7(n, self.day(2, 8 + n)) for n in range(5)))
        self.a.feed.ingest(
            self.bundle(*(self.fhir(20 + n, self.day(3, 8 + n)) for n in range(5)))
        )
        self._run(self.a.room)
        proposal = self._proposal(self.a.room)
        self.assertEqual(proposal.state, "draft")
        self.authenticate("manager_a", "manager_a")
        # a draft is the medical desk's own business
        response = self.get(f"/my/medical/proposals/{proposal.id}")
        self.assertNotIn(proposal.name, response.text)
        proposal.action_send()
        self.env.flush_all()
        self.assertIn(proposal.name, self.get("/my/medical").text)
        self.assertIn(proposal.name, self.get("/my/medical/proposals").text)

        form = self.form_of(proposal)
        gloves = proposal.line_ids.filtered(lambda ln: ln.product_id == self.glove)
        self.assertEqual(float(form[f"qty_{gloves.id}"]), 20)
        form[f"qty_{gloves.id}"] = "10"
        form["signed_by"] = "Lee Jiwoo"
        response = self.get(f"/my/medical/proposals/{proposal.id}/approve", data=form)
        self.assertEqual(response.status_code, 200)
        self.assertIn("o_medical_approved", response.text)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")
        order = proposal.sale_order_id
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.partner_id, self.a.partner)
        self.assertEqual(order.partner_shipping_id, self.a.room.address_id)
        self.assertEqual(order.warehouse_id, self.warehouse)
        self.assertEqual(order.signed_by, "Lee Jiwoo")
        self.assertEqual(str(order.commitment_date.date()), "2026-03-04")
        quantities = {
            line.product_id: line.product_uom_qty for line in order.order_line
        }
        self.assertEqual(quantities, {self.glove: 10, self.stent: 7})
        picking = order.picking_ids
        self.assertEqual(picking.location_dest_id, self.a.room.location_id)
        self.assertIn(f"/my/orders/{order.id}", response.text)
        self.assertEqual(self.get(f"/my/orders/{order.id}").status_code, 200)

        self.assertIn(picking.name, self.get("/my/medical/deliveries").text)
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(picking.state, "done")
        stock = {line.product_id: line.on_hand for line in self.a.room.line_ids}
        self.env["medical.storeroom.line"].invalidate_model()
        stock = {line.product_id: line.on_hand for line in self.a.room.line_ids}
        self.assertEqual(stock, {self.glove: 10, self.stent: 7})
        self.assertEqual(proposal.delivery_status, "done")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [10, 7])
        # the next run proposes what the hospital left out, not what it took
        self._run(self.a.room)
        rest = self._proposal(self.a.room)
        self.assertEqual(
            {line.product_id: line.order_qty for line in rest.line_ids},
            {self.glove: 10},
        )

    def test_refusals_are_said_in_words_and_order_nothing(self):
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        gloves = proposal.line_ids.filtered(lambda ln: ln.product_id == self.glove)
        form = dict(self.form_of(proposal), signed_by="Lee")
        key = f"qty_{gloves.id}"
        url = f"/my/medical/proposals/{proposal.id}/approve"
        for value, words in (
            ("15", "multiple of the pack"),
            ("1000", "more than the limit"),
            ("-10", "cannot be negative"),
            ("many", "is not a quantity"),
            ("nan", "not a number"),
        ):
            response = self.get(url, data=dict(form, **{key: value}))
            self.assertIn(words, response.text, value)
        zeros = {name: "0" for name in form if name.startswith("qty_")}
        self.assertIn(
            "All quantities are 0", self.get(url, data=dict(form, **zeros)).text
        )
        self.assertIn(
            "sign with your name", self.get(url, data=dict(form, signed_by=" ")).text
        )
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")
        self.assertFalse(proposal.sale_order_id)
        self.assertEqual(gloves.approved_qty, 20)

    def test_second_submission_makes_no_second_order(self):
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(proposal), signed_by="Lee")
        url = f"/my/medical/proposals/{proposal.id}/approve"
        self.get(url, data=form)
        response = self.get(url, data=form)
        self.assertIn("nothing was ordered a second time", response.text)
        self.assertEqual(
            self.env["sale.order"].search_count(
                [("medical_proposal_id", "=", proposal.id)]
            ),
            1,
        )

    def test_approval_of_an_outdated_page_is_refused(self):
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(proposal), signed_by="Lee")
        self.a.feed.ingest(
            "\r".join(self.hl7(700 + n, self.day(3, 8 + n)) for n in range(10))
        )
        self._run(self.a.room)
        self.env.flush_all()
        response = self.get(f"/my/medical/proposals/{proposal.id}/approve", data=form)
        self.assertIn("recalculated while you were reading", response.text)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")

    def test_no_csrf_token_no_order(self):
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(proposal), signed_by="Lee")
        form.pop("csrf_token")
        response = self.get(f"/my/medical/proposals/{proposal.id}/approve", data=form)
        self.assertEqual(response.status_code, 400)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")

    def test_urgent_is_delivered_tomorrow_and_reject_orders_nothing(self):
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        form = dict(self.form_of(proposal), signed_by="Lee", urgent="1")
        self.get(f"/my/medical/proposals/{proposal.id}/approve", data=form)
        proposal.invalidate_recordset()
        self.assertEqual(str(proposal.commitment_date), "2026-03-03")
        self.assertEqual(proposal.sale_order_id.picking_ids.priority, "1")

        second = self.sent_proposal(self.b)
        self.authenticate("manager_b", "manager_b")
        form = self.form_of(second)
        self.get(
            f"/my/medical/proposals/{second.id}/reject",
            data={"csrf_token": form["csrf_token"], "reason": "Own stock found"},
        )
        second.invalidate_recordset()
        self.assertEqual(second.state, "rejected")
        self.assertEqual(second.reject_reason, "Own stock found")
        self.assertFalse(second.sale_order_id)

    def test_pages_in_korean_on_a_phone(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        self.a.manager.lang = "ko_KR"
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        for url in (
            "/my/medical",
            "/my/medical/proposals",
            f"/my/medical/proposals/{proposal.id}",
            "/my/medical/demand",
            "/my/medical/storerooms",
            f"/my/medical/storerooms/{self.a.room.id}",
            "/my/medical/deliveries",
        ):
            text = self.get(url).text
            main = text[text.index('class="o_medical_portal"') :]
            self.assertTrue(re.search("[가-힣]", main), url)

    def test_an_english_user_is_answered_in_english_on_a_korean_site(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        self.env["ir.default"].set("res.partner", "lang", "ko_KR")
        proposal = self.sent_proposal(self.a)
        url = f"/my/medical/proposals/{proposal.id}"
        self.authenticate("manager_a", "manager_a")
        self.assertIn("Approve and order", self.get(url).text)
        form = dict(self.form_of(proposal), signed_by="Lee")
        wrong = dict(form, revision="0")
        for _with_the_pages_cookie in (True, False):
            text = self.get(f"{url}/approve", data=wrong).text
            self.assertIn("recalculated while you were reading", text)
            self.assertIn("Approve and order", text)
            self.opener.cookies.pop("frontend_lang", None)
        answer = self.get(f"{url}/approve", data=form)
        self.assertIn("The proposal is approved and ordered", answer.text)

    def test_a_form_is_answered_in_the_language_the_page_was_switched_to(self):
        self.env["res.lang"]._activate_lang("ko_KR")
        proposal = self.sent_proposal(self.a)
        self.authenticate("manager_a", "manager_a")
        url = f"/my/medical/proposals/{proposal.id}"
        self.assertIn("왜 이 수량인가요", self.get(f"/ko_KR{url}").text)
        form = dict(self.form_of(proposal), signed_by="Lee", revision="0")
        text = self.get(f"{url}/approve", data=form).text
        self.assertNotIn("Approve and order", text)
