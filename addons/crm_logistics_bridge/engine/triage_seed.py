# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The first messages a classifier learns from: templates, dressed as people write."""

import random

from .triage_context import CONTEXT

_ARTICLES = {
    "ko": "장갑 거즈 주사기 봉합사 카테터 드레싱 수액세트 석션팁 운동화 이어폰 커피머신 마스크 "
    "의자 가방 크림 립스틱 샴푸 생수 사과 쌀 베어링 브레이크패드 필터 벨트 토너 책 "
    "이불 프린터 전구 공구세트".split(),
    "en": "gloves,gauze,syringes,catheter,dressings,infusion sets,suction tips,sneakers,headphones,"
    "coffee machine,masks,chair,bag,face cream,lipstick,shampoo,apples,rice,bearings,brake pads,"
    "filters,belt,toner,books,duvet,printer,light bulbs,tool kit".split(","),
}
# Neutral sentences people put around what they want; none may say what is wrong.
_BEFORE = {
    "ko": (
        "||||주문번호 {o}입니다. |지난주에 {p} 주문했습니다. |문의드립니다. |고객입니다 |{o} 관련. "
        "|안녕하세요. 한빛병원 구매팀입니다. |수고하십니다 병동 간호사예요. |저기요 |{p} 주문자인데요 "
        "|여보세요 예 |응급실에서 연락드립니다. |다른 건은 잘 처리됐습니다. 이번에는 "
        "|{d}에 산 {p}인데요 |약국입니다. |어 저기 |재문의입니다. |두 번째 문의예요. |급한 건 아닌데요 "
    ).split("|"),
    "en": (
        "||||My order number is {o}. |I ordered {p} last week. |I have a question. |Regarding {o}: "
        "|Hello, purchasing at City Hospital here. |Hi, I'm a nurse on ward 4. |um hi |About my {p}: "
        "|Emergency department stores here. |Thanks for sorting the last one. Now: |Bought {p} on {d}. "
        "|Pharmacy calling. |Second mail. |Writing again. |Just a quick one, |No rush, but "
    ).split("|"),
}
_AFTER = {
    "ko": (
        "||| 확인 부탁드립니다.| 감사합니다| 답변 주세요| 빠른 처리 부탁드려요|ㅠㅠ|.|;;|요?|!!"
        "| 연락처 010-2345-6789| 회신 바랍니다.| 수고하세요~| 부탁드릴게요 :)| 어떻게 하면 되나요"
    ).split("|"),
    "en": (
        "||| Please check.| Thanks| Please advise.| Best regards| Please reply soon|!|??|..."
        "| Cheers, Sam| My number is +44 20 7946 0011.| Let me know.| Kindly respond.| What now?| thx"
    ).split("|"),
}


def read_templates(content):
    """Parse a corpus file: [(issue, language, template)]."""
    rows, head = [], None
    for number, line in enumerate(content.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            head = tuple(line.strip("[]").split())
            if len(head) != 2:
                raise ValueError(
                    f"line {number}: expected [issue language], got {line}"
                )
        elif head is None:
            raise ValueError(f"line {number}: a template before any [issue language]")
        else:
            rows.append((*head, line))
    return rows


def messages(templates, each=3, seed=7, dress=True):
    """Messages made of templates.

    :param templates: from :func:`read_templates`
    :param each: messages per template; "¶" in one is a new line
    :param dress: put neutral sentences around, drop blanks as people do
    :return: (texts, issues, groups); a group is a template
    """
    rng = random.Random(seed)
    texts, issues, groups = [], [], []
    for group, (issue, language, template) in enumerate(templates):
        for turn in range(each):
            text = template
            if dress and turn:
                text = (
                    rng.choice(_BEFORE[language]) + text + rng.choice(_AFTER[language])
                )
                told = rng.choices((0, 1, 2), (0.45, 0.35, 0.2))[0]
                for sentence in rng.sample(CONTEXT[language], told):
                    first = rng.random() < 0.7
                    text = f"{sentence} {text}" if first else f"{text} {sentence}"
            text = text.replace("¶", "\n").replace(
                "{o}", f"S{rng.randint(1, 99999):05d}"
            )
            text = text.replace("{p}", rng.choice(_ARTICLES[language]))
            text = text.replace("{q}", str(rng.randint(2, 60)))
            text = text.replace(
                "{d}",
                f"{rng.randint(1, 12)}월 {rng.randint(1, 28)}일"
                if language == "ko"
                else rng.choice(["Monday", "Friday", "12 March", "5/3", "tomorrow"]),
            )
            if dress and turn and language == "ko" and rng.random() < 0.3:
                text = text.replace(" ", "", rng.randint(1, 3))
            texts.append(text)
            issues.append(issue)
            groups.append(group)
    return texts, issues, groups
