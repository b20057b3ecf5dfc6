# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from freezegun import freeze_time

from odoo.tests import tagged

from .common import NOW
from .test_schedule_to_order import PortalCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestProposalPortal(PortalCase):
    def _approve(self, proposal, **values):
        form = dict(self.form_of(proposal), signed_by="Lee", **values)
        return self.get(f"/my/medical/proposals/{proposal.id}/approve", data=form)

    def _line(self, proposal, product):
        return proposal.line_ids.filtered(lambda line: line.product_id == product)

    def test_part_of_the_lines(self):
        proposal = self.sent_proposal(self.a)
        stents = self._line(proposal, self.stent)
        self.authenticate("manager_a", "manager_a")
        key = f"decision_{stents.id}"
        text = self._approve(proposal, **{key: "reject"}).text
        self.assertIn("say why", text)
        self._approve(
            proposal, **{key: "reject", f"reason_{stents.id}": "Counting first"}
        )
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")
        self.assertEqual(proposal.sale_order_id.order_line.product_id, self.glove)
        self.assertIn(
            "Counting first", self.get(f"/my/medical/proposals/{proposal.id}").text
        )

    def test_two_people_sign_on_two_phones(self):
        self.stent.medical_cold_chain = True
        self.a.room.department_ids |= self.a.ward
        proposal = self.sent_proposal(self.a)
        self.authenticate("nurse_a", "nurse_a")
        text = self._approve(proposal).text
        self.assertIn("o_medical_step", text)
        self.assertIn("another one is still needed", text)
        self.assertIn("already signed", self._approve(proposal).text)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")
        self.authenticate("manager_a", "manager_a")
        self.assertIn("o_medical_approved", self._approve(proposal).text)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered")

    def test_a_substitute_is_chosen_on_the_page(self):
        other = self._product("Long surgical gloves", 2.0)
        substitute = self.env["medical.substitute"].create(
            {"product_id": self.glove.id, "substitute_id": other.id, "ratio": 2}
        )
        self.glove.medical_discontinued = True
        proposal = self.sent_proposal(self.a)
        gloves = self._line(proposal, self.glove)
        self.authenticate("manager_a", "manager_a")
        text = self.get(f"/my/medical/proposals/{proposal.id}").text
        self.assertIn("o_medical_substitute", text)
        key = f"substitute_{gloves.id}"
        self.assertIn("no longer supplied", self._approve(proposal, **{key: ""}).text)
        self.assertIn("is not offered", self._approve(proposal, **{key: "999999"}).text)
        self.assertIn("no substitute", self._approve(proposal, **{key: "x"}).text)
        self._approve(proposal, **{key: str(substitute.id)})
        proposal.invalidate_recordset()
        self.assertIn(other, proposal.sale_order_id.order_line.product_id)

    def test_an_automatic_order_is_undone(self):
        self.env["medical.approval.rule"].create(
            {"name": "All", "hospital_id": self.a.partner.id, "max_amount": 1e6}
        )
        self._book(self.a, 10)
        self._run(self.a.room)
        proposal = self.env["medical.proposal"].search(
            [("storeroom_id", "=", self.a.room.id)]
        )
        self.env.flush_all()
        self.authenticate("manager_b", "manager_b")
        url = f"/my/medical/proposals/{proposal.id}"
        token = self.csrf()
        self.get(f"{url}/undo", data={"csrf_token": token})
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "ordered", "another hospital's")
        self.authenticate("manager_a", "manager_a")
        page = self.page(url)
        [form] = page.xpath("//form[contains(@action, '/undo')]")
        token = form.xpath(".//input[@name='csrf_token']")[0].get("value")
        text = self.get(f"{url}/undo", data={"csrf_token": token}).text
        self.assertIn("The automatic order is cancelled", text)
        proposal.invalidate_recordset()
        self.assertEqual(proposal.state, "sent")
