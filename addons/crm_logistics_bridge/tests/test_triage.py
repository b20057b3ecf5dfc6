# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import LogisticsCase

MODEL = "odoo.addons.crm_logistics_bridge.models.triage.logistics_triage_model"
SURE = "주문한 상품 상자가 찌그러지고 제품이 파손되어 왔어요"
UNSURE = "문의드립니다 확인해 주세요"


@tagged("post_install", "-at_install")
class TestTriage(LogisticsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.agent = cls.make_agent("triage_agent")
        cls.damaged = cls.env.ref("crm_logistics_bridge.issue_damaged")
        cls.refund = cls.env.ref("crm_logistics_bridge.issue_refund")

    def test_story_is_classed_as_delay_with_evidence(self):
        order = self.make_order(self.contact)
        ticket = self.make_ticket(f"주문 {order.name} 배송이 아직 안 왔어요")
        self.assertEqual(
            ticket.logistics_issue_type_id,
            self.env.ref("crm_logistics_bridge.issue_delay"),
        )
        decision = ticket.logistics_decision_id
        self.assertEqual(decision.state, "decided")
        self.assertTrue(decision.rule_ids)
        self.assertIn("아직 안", decision.words)
        self.assertGreater(decision.confidence, 0.5)
        self.assertIn("×", ticket.with_user(self.agent).logistics_evidence)

    def test_english_and_korean(self):
        for text, code in (
            ("The box was crushed and the vase is broken", "damaged"),
            ("세금계산서 다시 발행 부탁드립니다", "invoice"),
            ("환불 언제 되나요? 돈이 아직 안 들어왔어요", "refund"),
            ("응급 수술 환자 때문에 당장 필요합니다", "medical_urgent"),
            ("I would like to return the shoes, please send a label", "return"),
            ("파란색을 시켰는데 다른 상품이 왔어요", "wrong_item"),
        ):
            with self.subTest(text=text):
                self.assertEqual(
                    self.make_ticket(text).logistics_issue_type_id.code, code
                )

    def test_below_the_threshold_it_proposes_and_does_not_decide(self):
        self.env["logistics.triage.model"].search([]).threshold = 1.1
        ticket = self.make_ticket(SURE)
        self.assertFalse(ticket.logistics_issue_type_id)
        self.assertEqual(ticket.priority, "1")
        self.assertEqual(ticket.logistics_proposed_type_id, self.damaged)
        self.assertIn(
            ticket,
            self.env["helpdesk.ticket"].search(
                [("logistics_proposed_type_id", "in", self.damaged.ids)]
            ),
        )
        ticket.with_user(self.agent).action_logistics_accept_type()
        self.assertEqual(ticket.logistics_issue_type_id, self.damaged)
        self.assertEqual(ticket.logistics_decision_id.state, "confirmed")
        self.assertEqual(ticket.logistics_decision_id.decided_by_id, self.agent)
        with self.assertRaises(UserError):
            ticket.action_logistics_accept_type()

    def test_nothing_to_go_by_is_left_to_a_person(self):
        ticket = self.make_ticket("?", description="...")
        self.assertFalse(ticket.logistics_issue_type_id)

    def test_correction_is_kept_and_teaches(self):
        ticket = self.make_ticket(SURE)
        ticket.with_user(self.agent).logistics_issue_type_id = self.refund
        decision = ticket.logistics_decision_id
        self.assertEqual(decision.state, "corrected")
        self.assertEqual(decision.issue_type_id, self.damaged)
        self.assertEqual(decision.final_issue_type_id, self.refund)
        self.env.flush_all()
        self.assertIn(
            (ticket.id, "refund", 3.0),
            [
                (row[3], row[1], row[2])
                for row in self.env["logistics.triage.model"]._own_messages()
            ],
        )

    def test_undo_takes_type_and_priority_back(self):
        ticket = self.make_ticket(SURE)
        self.assertEqual(ticket.priority, "2")
        ticket.with_user(self.agent).action_logistics_undo_triage()
        self.assertFalse(ticket.logistics_issue_type_id)
        self.assertEqual(ticket.priority, "1")
        self.assertEqual(ticket.logistics_decision_id.state, "undone")
        self.env.flush_all()
        self.assertNotIn(
            ticket.id,
            [row[3] for row in self.env["logistics.triage.model"]._own_messages()],
        )

    def test_type_given_by_hand_is_not_judged(self):
        ticket = self.make_ticket(SURE, logistics_issue_type_id=self.refund.id)
        self.assertEqual(ticket.logistics_issue_type_id, self.refund)
        self.assertFalse(ticket.logistics_decision_ids)

    # -- priority ---------------------------------------------------------
    def test_priority_is_the_product_of_the_table(self):
        Factor = self.env["logistics.priority.factor"]
        self.assertEqual(
            Factor._priority(severity=3, lateness=4, value=0, criticality=0),
            (
                "2",
                {
                    "severity": 2.0,
                    "lateness": 2.0,
                    "value": 1.0,
                    "criticality": 1.0,
                    "product": 4.0,
                },
            ),
        )
        Factor.search([("factor", "=", "lateness"), ("lower", "=", 3)]).weight = 4
        self.assertEqual(
            Factor._priority(severity=3, lateness=4, value=0, criticality=0)[0], "3"
        )
        with self.assertRaises(ValidationError):
            Factor.create({"factor": "severity", "lower": 9, "weight": 0})

    def test_critical_customer_raises_the_priority(self):
        self.assertEqual(self.make_ticket("What material is it made of?").priority, "0")
        self.customer.logistics_criticality = "3"
        ticket = self.make_ticket("What material is the cover made of?")
        self.assertEqual(ticket.priority, "1")
        self.assertEqual(
            ticket.logistics_decision_id.priority_factors["criticality"], 2.5
        )

    def test_late_delivery_raises_the_priority_and_undo_lowers_it(self):
        order = self.make_order(
            self.contact, product=self.scarce, commitment_date="2020-01-02 00:00:00"
        )
        ticket = self.make_ticket(f"주문 {order.name} 배송이 아직 안 왔어요")
        early = self.make_ticket("주문한 지 일주일인데 배송이 아직 안 왔어요")
        ticket.logistics_issue_type_id = self.env.ref(
            "crm_logistics_bridge.issue_delay"
        )
        factors = ticket.logistics_decision_id.priority_factors
        self.assertGreater(factors["lateness"], 1.0)
        self.assertGreater(ticket.priority, early.priority)
        evidence = ticket.with_user(self.agent).logistics_evidence
        self.assertIn("Days late", evidence)
        self.assertIn(f"= {factors['product']:g}", evidence)
        # the table is the manager's: without a weight for days late nothing is raised
        self.env["logistics.priority.factor"].search(
            [("factor", "=", "lateness")]
        ).weight = 1
        ticket._logistics_reprioritise()
        self.assertEqual(ticket.priority, early.priority)
        ticket.with_user(self.agent).action_logistics_undo_triage()
        self.assertFalse(ticket.logistics_issue_type_id)
        self.assertFalse(ticket.logistics_decision_id.priority_factors)

    def test_priority_set_by_hand_stays(self):
        self.assertEqual(self.make_ticket(SURE, priority="0").priority, "0")

    # -- rules ------------------------------------------------------------
    def test_rules_are_checked_and_take_effect_at_once(self):
        Rule = self.env["logistics.triage.rule"]
        with self.assertRaises(ValidationError):
            Rule.create({"name": "x", "issue_type_id": self.refund.id, "pattern": "(["})
        with self.assertRaises(ValidationError):
            Rule.create({"name": "x", "issue_type_id": self.refund.id, "pattern": "a*"})
        text = "zyxwv wvutsr"
        self.assertNotEqual(self.make_ticket(text).logistics_issue_type_id, self.refund)
        Rule.create(
            {
                "name": "word",
                "issue_type_id": self.refund.id,
                "pattern": "zyxwv",
                "weight": 9,
            }
        )
        self.assertEqual(self.make_ticket(text).logistics_issue_type_id, self.refund)

    def test_team_of_the_type(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Claims"})
        self.damaged.team_id = team
        self.assertEqual(self.make_ticket(SURE).team_id, team)

    # -- learning ---------------------------------------------------------
    def test_too_few_own_tickets_teach_nothing(self):
        before = self.env["logistics.triage.model"].search_count([])
        self.env["logistics.triage.model"]._cron_learn()
        self.assertEqual(self.env["logistics.triage.model"].search_count([]), before)
        run = self.env["logistics.job.run"].search([("job", "=", "triage")], limit=1)
        self.assertEqual(run.state, "empty")

    def test_learning_from_corrections(self):
        for number in range(24):
            ticket = self.make_ticket(f"글로비스 프로토콜 {number} 점검 요망")
            ticket.logistics_issue_type_id = self.refund if number % 2 else self.damaged
            if number % 2:
                ticket.name = f"하이드로 밸런스 {number} 정산 요망"
        model = self.env["logistics.triage.model"]._learn()
        self.assertEqual(model.own_count, 24)
        self.assertTrue(0 < model.macro_f1 <= 1 and model.table_html)
        self.assertTrue(model.in_use)
        verdict = self.env["helpdesk.ticket"]._logistics_verdict(
            "글로비스 프로토콜", ""
        )
        self.assertEqual(verdict.issue, "damaged")

    def test_foreign_content_is_refused_not_run(self):
        model = self.env["logistics.triage.model"].search([], limit=1)
        model.own_count = 30
        model.content = base64.b64encode(b"cos\nsystem\n(S'echo'\ntR.")
        with self.assertLogs(MODEL, "ERROR"):
            ticket = self.make_ticket(SURE)
        self.assertEqual(ticket.logistics_issue_type_id, self.damaged)

    # -- rights -----------------------------------------------------------
    def test_rights(self):
        ticket = self.make_ticket(SURE)
        self.assertTrue(ticket.with_user(self.agent).logistics_evidence)
        rule = self.env["logistics.triage.rule"].search([], limit=1)
        with self.assertRaises(AccessError):
            rule.with_user(self.agent).write({"weight": 1})
        with self.assertRaises(AccessError):
            ticket.logistics_decision_id.with_user(self.agent).write(
                {"state": "decided"}
            )
        clerk = new_test_user(self.env, "no_triage", "base.group_user")
        with self.assertRaises(AccessError):
            ticket.with_user(clerk).action_logistics_undo_triage()
        with self.assertRaises(UserError):
            self.env["logistics.triage.model"].with_user(self.agent).action_learn()

    def test_queries_do_not_grow_with_the_tickets(self):
        def count(number):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["helpdesk.ticket"].create(
                [
                    {
                        "name": f"{SURE} {place}",
                        "description": "<p>x</p>",
                        "partner_id": self.contact.id,
                        "number": f"T{number}-{place}",
                    }
                    for place in range(number)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        few, many = count(2), count(20)
        self.assertLessEqual(many, few + 40)
