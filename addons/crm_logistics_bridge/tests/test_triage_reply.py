# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LogisticsCase

SURE = "주문한 상품 상자가 찌그러지고 제품이 파손되어 왔어요"
TURN = "교환은 됐고 환불해 주세요. 반품한 지 2주 됐는데 돈이 아직 안 들어왔어요"


@tagged("post_install", "-at_install")
class TestTriageReply(LogisticsCase):
    """A reply that turns to something else is proposed with its words, never obeyed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent("reply_agent")
        cls.damaged = cls.env.ref("crm_logistics_bridge.issue_damaged")
        cls.refund = cls.env.ref("crm_logistics_bridge.issue_refund")
        cls.ticket = cls.make_ticket(SURE)

    def reply(self, text, author=None):
        return self.ticket.message_post(
            body=text,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            author_id=(author or self.contact).id,
        )

    def test_reply_is_proposed_and_accepted_and_undone(self):
        priority = self.ticket.priority
        message = self.reply(TURN)
        self.assertEqual(self.ticket.logistics_issue_type_id, self.damaged)
        self.assertEqual(self.ticket.priority, priority)
        self.assertEqual(self.ticket.logistics_proposed_type_id, self.refund)
        decision = self.ticket.logistics_decision_id
        self.assertEqual(decision.message_id, message)
        self.assertEqual(decision.previous_issue_type_id, self.damaged)
        self.assertIn("환불", self.ticket.logistics_reply)
        self.assertIn("환불", self.ticket.with_user(self.agent).logistics_evidence)
        self.ticket.with_user(self.agent).action_logistics_accept_type()
        self.assertEqual(self.ticket.logistics_issue_type_id, self.refund)
        self.assertFalse(self.ticket.logistics_reply)
        self.env.flush_all()
        taught = {
            (row[0], row[1])
            for row in self.env["logistics.triage.model"]._own_messages()
            if row[3] == self.ticket.id
        }
        self.assertIn((TURN, "refund"), taught)
        self.assertNotIn("refund", [code for text, code in taught if "찌그러" in text])
        self.ticket.with_user(self.agent).action_logistics_undo_triage()
        self.assertEqual(self.ticket.logistics_issue_type_id, self.damaged)
        self.assertEqual(self.ticket.priority, priority)
        # undone once more, the type of the ticket's own text goes as well
        self.ticket.with_user(self.agent).action_logistics_undo_triage()
        self.assertFalse(self.ticket.logistics_issue_type_id)

    def test_kept_as_it_is(self):
        self.reply(TURN)
        clerk = new_test_user(self.env, "reply_clerk", "base.group_user")
        with self.assertRaises(AccessError):
            self.ticket.with_user(clerk).action_logistics_keep_type()
        self.ticket.with_user(self.agent).action_logistics_keep_type()
        self.assertEqual(self.ticket.logistics_issue_type_id, self.damaged)
        self.assertFalse(self.ticket.logistics_proposed_type_id)
        self.assertEqual(self.ticket.logistics_triage_state, "decided")
        with self.assertRaises(UserError):
            self.ticket.with_user(self.agent).action_logistics_keep_type()

    def test_what_changes_nothing(self):
        before = len(self.ticket.logistics_decision_ids)
        self.reply("네 감사합니다 알겠습니다")
        self.reply("제품이 깨져서 왔다고 말씀드렸는데요, 사진도 보내드렸습니다")
        self.reply("알겠어요\n> " + TURN)
        self.reply(TURN, author=self.agent.partner_id)
        self.assertEqual(len(self.ticket.logistics_decision_ids), before)

    def test_same_turn_is_proposed_once(self):
        self.reply(TURN)
        self.reply("환불해 주세요, 돈이 아직 안 들어왔다고요")
        replies = self.ticket.logistics_decision_ids.filtered("message_id")
        self.assertEqual(len(replies), 1)

    def test_type_chosen_by_hand_settles_the_proposal(self):
        self.reply(TURN)
        change = self.env.ref("crm_logistics_bridge.issue_change")
        self.ticket.with_user(self.agent).logistics_issue_type_id = change
        self.assertEqual(self.ticket.logistics_decision_id.state, "corrected")
        self.assertFalse(self.ticket.logistics_proposed_type_id)
