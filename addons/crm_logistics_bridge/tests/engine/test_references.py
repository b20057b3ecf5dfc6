# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import importlib.util
import unicodedata

import pytest
from conftest import REPOSITORY
from crm_logistics_bridge.engine.references import Pattern, find_references
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_corpus import FULL_WIDTH, messages

PATTERNS = (
    Pattern("order", "S", 5),
    Pattern("picking", "WH/OUT/", 5),
    Pattern("picking", "WH/IN/", 5),
    Pattern("rma", "RMA", 4),
    Pattern("invoice", "INV/%(year)s/", 5),
)


def found(text, patterns=PATTERNS):
    return [
        (finding.kind, finding.value) for finding in find_references(text, patterns)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "주문 S00042 배송이 아직 안 왔어요",
        "S00042은",
        "S00042번 주문",
        "주문번호 S00042",
        "ＳＯ S00042",
        "SO 00042",
        "order s00042",
        "Ｓ０００４２은 언제 와요",
        "주문번호는 42입니다",
        "Order #42!",
        "제 주문(S00042)이요",
        "00042번 주문",
        "s-00042",
        unicodedata.normalize("NFD", "주문번호 42"),
    ],
)
def test_the_same_order_in_many_spellings(text):
    assert found(text) == [("order", "S00042")]


@pytest.mark.parametrize(
    "text",
    [
        "",
        None,
        "연락처 010-1234-5678",
        "주문 42,000원",
        "주문 20261122",
        "우편번호 04524",
        "주문 3건",
        "3번 주문했어요",
        "Galaxy S24 Ultra",
        "order 10000 units",
        "XS00042",
        "S00042A",
        "a@S00042.com",
        "https://example.com/S00042",
        "주문 010-1234-5678",
        "order 2026-11-22",
        "a lot 3000 times",
    ],
)
def test_other_numbers_are_no_references(text):
    assert found(text) == []


def test_other_kinds():
    text = (
        "WH/OUT/00012랑 wh-in-7, RMA0003, INV/2026/00007, "
        "운송장 CJ대한통운 1234-5678-9012, LOT번호 AB-1234, PO# 4500123"
    )
    assert found(text) == [
        ("picking", "WH/OUT/00012"),
        ("picking", "WH/IN/00007"),
        ("rma", "RMA0003"),
        ("invoice", "INV/2026/00007"),
        ("tracking", "123456789012"),
        ("lot", "AB-1234"),
        ("customer_ref", "4500123"),
    ]


def test_the_companys_own_prefix_decides():
    own = (Pattern("order", "HQ-%(year)s-", 4),)
    assert found("HQ-2026-0012 언제 와요? S00042", own) == [("order", "HQ-2026-0012")]


def test_wrong_padding_is_refused():
    with pytest.raises(ValueError, match="padding of 'S'"):
        Pattern("order", "S", -1)


def test_generated_corpus():
    right = wrong = missed = 0
    mistakes = []
    for text, truth in messages(4000):
        seen = set(found(text))
        right += len(seen & truth)
        wrong += len(seen - truth)
        missed += len(truth - seen)
        if seen != truth:
            mistakes.append((text, truth, seen))
    precision, recall = right / (right + wrong), right / (right + missed)
    print(f"precision {precision:.4f} recall {recall:.4f}")
    assert precision >= 0.99, mistakes[:20]
    assert recall >= 0.97, mistakes[:20]


def second_author():
    """The other generator, whose forms nobody who changes the finder wrote for it."""
    path = REPOSITORY / "bench" / "corpora" / "references_second.py"
    spec = importlib.util.spec_from_file_location("references_second", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("half", ["dev", "unseen", "late"])
def test_forms_of_a_second_author(half):
    corpus = second_author()
    numbering = {
        name: tuple(
            Pattern(kind, *series)
            for kind, series in zip(
                ("order", "picking", "rma", "invoice"), company, strict=True
            )
        )
        for name, company in corpus.COMPANIES.items()
    }
    right = wrong = missed = 0
    mistakes = []
    for text, named, company, _template in corpus.messages(2000, 11, half):
        seen = set(found(text, numbering[company]))
        right += len(seen & named)
        wrong += len(seen - named)
        missed += len(named - seen)
        if seen != named:
            mistakes.append((text, named, seen))
    assert right / (right + wrong) >= 0.99, mistakes[:20]
    assert right / (right + missed) >= 0.97, mistakes[:20]


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("S00042~44 세 건", (42, 43, 44)),
        ("S00042부터 S00045까지", (42, 43, 44, 45)),
        ("from S00042 to S00044", (42, 43, 44)),
        ("change S00042 to S00044", (42, 44)),
        ("S00042, 43 및 45", (42, 43, 45)),
        ("S00042/43", (42, 43)),
        ("S00042, 10 boxes", (42,)),
        ("S00042, 90", (42,)),
        ("S00042~90000", (42,)),
        ("S 0 0 0 4 2", (42,)),
        ("SO0042, soo043", (42, 43)),
        ("확인서_S00042.pdf", (42,)),
    ],
)
def test_several_in_one_breath(text, numbers):
    assert found(text) == [("order", f"S{number:05d}") for number in numbers]


@settings(deadline=None)
@given(
    number=st.integers(1, 99999),
    before=st.sampled_from(
        ["", "주문", "주문 ", "order ", "(", "[", "“", "안녕하세요 "]
    ),
    after=st.sampled_from(["", "은", "이랑", "번", ".", ", ", ")", "의 배송", "?"]),
    wide=st.booleans(),
)
def test_every_order_number_is_found_where_it_stands(number, before, after, wide):
    written = f"S{number:05d}"
    shown = written.translate(FULL_WIDTH) if wide else written
    (finding,) = find_references(before + shown + after, PATTERNS)
    assert (finding.kind, finding.value) == ("order", written)
    assert (before + shown + after)[finding.start : finding.end] == shown


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_ordered_separate_spans(text):
    last = 0
    for finding in find_references(text, PATTERNS):
        if finding.why == "listed" and finding.end == last:
            continue  # numbers of one range have one place
        assert last <= finding.start < finding.end <= len(text)
        assert 0 < finding.score <= 1
        last = finding.end


@settings(deadline=None)
@given(
    st.text(alphabet=st.characters(exclude_categories=["Nd", "Nl", "No"]), max_size=100)
)
def test_a_text_without_digits_has_no_reference(text):
    # characters such as ½ or ① become digits when normalised: those texts prove nothing
    if not any(char.isdigit() for char in unicodedata.normalize("NFKC", text)):
        assert found(text) == []
