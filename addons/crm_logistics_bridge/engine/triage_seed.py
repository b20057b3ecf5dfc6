# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The first messages a classifier learns from: templates, dressed as people write."""

import random

_ARTICLES = {
    "ko": [
        "장갑",
        "거즈",
        "주사기",
        "봉합사",
        "카테터",
        "운동화",
        "이어폰",
        "커피머신",
        "마스크",
        "의자",
        "가방",
    ],
    "en": [
        "gloves",
        "gauze",
        "syringes",
        "catheter",
        "sneakers",
        "headphones",
        "coffee machine",
        "masks",
        "chair",
        "bag",
    ],
}
_BEFORE = {
    "ko": [
        "",
        "",
        "",
        "주문번호 {o}입니다. ",
        "지난주에 {p} 주문했습니다. ",
        "문의드립니다. ",
        "고객입니다 ",
        "{o} 관련. ",
    ],
    "en": [
        "",
        "",
        "",
        "My order number is {o}. ",
        "I ordered {p} last week. ",
        "I have a question. ",
        "Regarding {o}: ",
    ],
}
_AFTER = {
    "ko": [
        "",
        "",
        "",
        " 확인 부탁드립니다.",
        " 감사합니다",
        " 답변 주세요",
        " 빠른 처리 부탁드려요",
        "ㅠㅠ",
        ".",
    ],
    "en": [
        "",
        "",
        "",
        " Please check.",
        " Thanks",
        " Please advise.",
        " Best regards",
        " Please reply soon",
        "!",
    ],
}


def read_templates(content):
    """Parse a corpus file: [(issue, language, template)]."""
    rows, head = [], None
    for number, line in enumerate(content.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
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
    :param each: messages per template
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
            text = text.replace("{o}", f"S{rng.randint(1, 99999):05d}")
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
