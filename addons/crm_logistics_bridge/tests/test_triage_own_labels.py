# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import itertools

from odoo.tests import tagged

from .common import LogisticsCase

#: A shop for cosmetics has other troubles than a warehouse.
OPENINGS = (
    "",
    "안녕하세요. ",
    "Hello, ",
    "지난주에 산 제품인데요 ",
    "문의드려요 ",
    "Quick question: ",
)
COSMETICS = {
    "skin_reaction": (
        "크림을 바르고 얼굴에 두드러기가 났어요",
        "피부가 빨개지고 따가워요",
        "세럼 쓰고 트러블이 올라왔습니다",
        "눈가가 붓고 가려워요",
        "my face got red and itchy after using the serum",
        "the toner burns my skin",
        "this cream gave me a red itchy rash on the face",
    ),
    "shade": (
        "21호랑 23호 중에 저한테 맞는 색이 뭔가요",
        "쿨톤인데 어떤 립 색상이 어울릴까요",
        "파운데이션 호수 고르는 법 알려주세요",
        "제 피부톤에 맞는 컬러 추천해 주세요",
        "which foundation shade suits a warm undertone",
        "what lipstick colour goes with cool skin",
        "help me find my concealer shade",
    ),
    "subscription": (
        "정기배송 박스 다음 달부터 끊고 싶어요",
        "뷰티박스 구독 주기를 바꾸고 싶습니다",
        "멤버십 자동결제 해지해 주세요",
        "구독 박스 이번 달은 쉬고 싶어요",
        "please pause my beauty box subscription",
        "I want to end the monthly membership",
        "change my box plan to every two months",
    ),
}


@tagged("post_install", "-at_install")
class TestTriageOwnLabels(LogisticsCase):
    """A company throws the shipped types away and teaches its own by its tickets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        Issue = cls.env["logistics.issue.type"]
        Issue.search([]).active = False
        cls.types = {
            code: Issue.create({"name": code, "code": code, "severity": "2"})
            for code in COSMETICS
        }

    def teach(self, number=40):
        labelled = []
        for code, texts in COSMETICS.items():
            # the last two phrases of each language stay out: they are judged below
            known = [text for place, text in enumerate(texts) if place not in (3, 6)]
            for opening, text in itertools.islice(
                itertools.product(OPENINGS, known), number
            ):
                labelled.append((f"{opening}{text}", code))
        tickets = (
            self.env["helpdesk.ticket"]
            .with_context(logistics_no_triage=True)
            .create(
                [
                    {"name": text, "description": f"<p>{text}</p>"}
                    for text, _code in labelled
                ]
            )
        )
        for (_text, code), ticket in zip(labelled, tickets, strict=True):
            ticket.logistics_issue_type_id = self.types[code]
        return tickets

    def test_only_types_that_exist_are_proposed(self):
        ticket = self.make_ticket("상자가 찌그러져서 왔어요")
        self.assertFalse(ticket.logistics_issue_type_id)
        self.assertFalse(ticket.logistics_proposed_type_id)

    def test_new_types_are_learned_from_the_companys_own_tickets(self):
        tickets = self.teach(34)
        model = self.env["logistics.triage.model"]._learn()
        self.assertEqual(set(model.table), set(COSMETICS))
        self.assertEqual(model.own_count, len(tickets))
        # The figures come from tickets that the judging model had not read.
        self.assertEqual(model.row_count, len(tickets))
        self.assertGreater(model.macro_f1, 0.8)
        self.assertLessEqual(model.macro_f1, 1.0)
        right = []
        for code, texts in COSMETICS.items():
            for text in (texts[3], texts[6]):
                ticket = self.make_ticket(text)
                said = (
                    ticket.logistics_issue_type_id or ticket.logistics_proposed_type_id
                )
                right.append(said.code == code)
        # phrases it never read, learned from five others of each type
        self.assertGreaterEqual(sum(right), 5)

    def test_a_person_overrules_what_was_learned(self):
        tickets = self.teach(10)
        wrong = tickets[0]
        wrong.logistics_issue_type_id = self.types["shade"]
        wrong.logistics_issue_type_id = self.types["subscription"]
        self.env.flush_all()
        taught = [
            (row[1], row[2])
            for row in self.env["logistics.triage.model"]._own_messages()
            if row[3] == wrong.id
        ]
        self.assertEqual(taught, [("subscription", 3.0)])

    def test_changed_code_goes_on_with_what_was_shipped(self):
        damaged = self.env.ref("crm_logistics_bridge.issue_damaged")
        damaged.write({"active": True, "code": "breakage"})
        ticket = self.make_ticket(
            "주문한 상품 상자가 찌그러지고 제품이 파손되어 왔어요"
        )
        self.assertEqual(ticket.logistics_issue_type_id, damaged)
        self.assertIn("breakage", ticket.logistics_decision_id.scores)
