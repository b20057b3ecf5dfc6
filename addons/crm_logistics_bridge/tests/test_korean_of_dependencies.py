# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

PO = "crm_logistics_bridge/i18n_extra/ko.po"
#: What a translation has to keep: {{ expressions }}, %s and %(name)s, tags.
PLACEHOLDER = re.compile(r"\{\{.*?\}\}|%(?:\(\w+\))?[sd]|</?[a-z][^<>]*>")
#: Attributes whose words are translated too.
WORDS = re.compile(r'\b(title|aria-label|alt)="[^"]*"')


def placeholders(text):
    """What a translation has to keep, sorted: word order differs between languages."""
    return sorted(PLACEHOLDER.findall(WORDS.sub(r"\1", text)))


@tagged("post_install", "-at_install")
class TestKoreanOfDependencies(TransactionCase):
    """Korean of the helpdesk, return and carrier-state add-ons, which ship none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("ko_KR")
        cls.env["ir.module.module"]._load_module_terms(
            ["crm_logistics_bridge"], ["ko_KR"]
        )
        cls.korean = cls.env(context={**cls.env.context, "lang": "ko_KR"})

    def test_field_labels(self):
        ticket = self.korean["helpdesk.ticket"].fields_get(attributes=["string"])
        for field, label in {
            "user_id": "담당자",
            "stage_id": "단계",
            "priority": "우선 순위",
            "partner_id": "연락처",
            "sla_deadline": "SLA 기한",
        }.items():
            self.assertEqual(ticket[field]["string"], label, field)

    def test_selection(self):
        picking = self.korean["stock.picking"].fields_get(["delivery_state"])
        states = dict(picking["delivery_state"]["selection"])
        self.assertEqual(states["in_transit"], "배송 중")

    def test_menus_and_stage(self):
        for xmlid, name in {
            "helpdesk_mgmt.helpdesk_all_ticket_menu": "모든 티켓",
            "helpdesk_mgmt.helpdesk_ticket_stage_in_progress": "진행 중",
            "rma.rma_menu": "반품(RMA)",
        }.items():
            self.assertEqual(self.korean.ref(xmlid).name, name, xmlid)

    def test_view_and_mail(self):
        form = self.korean["helpdesk.ticket"].get_view(
            self.korean.ref("helpdesk_mgmt.ticket_view_form").id, "form"
        )
        self.assertIn("나에게 배정", form["arch"])
        mail = self.korean.ref("rma.mail_template_rma_notification")
        self.assertIn("안내해 드립니다", mail.body_html)

    def test_own_korean_of_a_dependency_stays(self):
        """What an add-on, or a user, already says in Korean is not written over."""
        menu = self.korean.ref("rma.rma_menu")
        menu.name = "반품 관리"
        self.env["ir.module.module"]._load_module_terms(
            ["crm_logistics_bridge"], ["ko_KR"]
        )
        self.assertEqual(menu.name, "반품 관리")

    def test_every_entry_is_translated_and_keeps_placeholders(self):
        for entry in polib.pofile(file_path(PO)):
            self.assertTrue(entry.translated(), entry.msgid)
            # Odoo reads code texts from the add-on's own folder only.
            self.assertFalse([o for o, _l in entry.occurrences if o.startswith("code")])
            self.assertEqual(
                placeholders(entry.msgid), placeholders(entry.msgstr), entry.msgid
            )
