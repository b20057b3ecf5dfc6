# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""GS1 and HIBC labels, as printed and as typed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from medical_supply_crm.engine import labels
from medical_supply_crm.engine.labels.hibc import ALPHABET

TODAY = date(2026, 3, 2)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALNUM = "0123456789" + LETTERS
GTIN = "08801234567893"
DEVICE = [
    ("01", GTIN),
    ("11", "250101"),
    ("17", "270331"),
    ("10", "LOT7"),
    ("21", "S-9"),
]


def hibc(text):
    return labels.read_hibc(text + labels.check_character(text), TODAY)


# -- HIBC --------------------------------------------------------------------------------
def test_the_standards_own_primary_label():
    label = labels.read_hibc("+A123BJC5D6E71G")
    assert (label.item, label.level) == ("A123BJC5D6E7", "1")


@pytest.mark.parametrize(
    ("data", "expiry", "lot", "serial", "quantity"),
    [
        ("$LOT7", None, "LOT7", "", None),
        ("$+SER7", None, "", "SER7", None),
        ("$$0927LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$1226LOT7", date(2026, 12, 31), "LOT7", "", None),
        ("$$2093027LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$3270930LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$427093012LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$527273LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$62727312LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$7LOT7", None, "LOT7", "", None),
        ("$$8243270930LOT7", date(2027, 9, 30), "LOT7", "", 24),
        ("$$9001500927LOT7", date(2027, 9, 30), "LOT7", "", 150),
        ("$$+3270930SER7", date(2027, 9, 30), "", "SER7", None),
        ("27273LOT7", date(2027, 9, 30), "LOT7", "", None),
        ("$$3270930LOT7/SSER7", date(2027, 9, 30), "LOT7", "SER7", None),
        ("$LOT7/14D20270930/16D20250102", date(2027, 9, 30), "LOT7", "", None),
    ],
)
def test_secondary_data_alone_and_behind_the_primary(
    data, expiry, lot, serial, quantity
):
    for label in (hibc(f"+A123BJC5D6E71/{data}"), hibc(f"+{data}G")):
        assert (label.expiry, label.lot, label.serial) == (expiry, lot, serial)
        assert label.quantity == quantity


def test_a_secondary_names_the_primary_it_belongs_to():
    assert hibc("+$$3270930LOT7G").link == "G"
    assert not hibc("+$$3270930LOT7G").is_primary


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A123BJC5D6E71G", "start"),
        ("+A123BJC5D6E71H", "check"),
        ("+a123bjc5d6e71G", "character"),
    ],
)
def test_what_is_no_hibc_label_is_said(text, code):
    with pytest.raises(labels.HibcError) as error:
        labels.read_hibc(text)
    assert error.value.code == code


@pytest.mark.parametrize("data", ["$$1327LOT", "$$3271330LOT", "$$527366LOT", "$$A"])
def test_impossible_dates_are_refused(data):
    with pytest.raises(labels.HibcError):
        hibc(f"+A123BJC5D6E71/{data}")


@given(
    st.text(LETTERS, min_size=1, max_size=1),
    st.text(ALNUM, min_size=3, max_size=3),
    st.text(ALNUM, min_size=1, max_size=18),
    st.sampled_from("0123456789"),
    st.dates(date(2020, 1, 1), date(2060, 12, 31)),
    st.text(ALNUM, min_size=1, max_size=18),
)
def test_every_written_label_is_read_back(first, labeler, number, level, day, lot):
    text = f"+{first}{labeler}{number}{level}/$$3{day:%y%m%d}{lot}"
    label = hibc(text)
    assert label.item == first + labeler + number
    assert (label.level, label.expiry, label.lot) == (level, day, lot)


@given(st.data())
def test_one_wrong_character_is_always_found(data):
    good = "+A123BJC5D6E71/$$3270930LOT7"
    good += labels.check_character(good)
    place = data.draw(st.integers(1, len(good) - 1))
    char = data.draw(st.sampled_from([c for c in ALPHABET if c != good[place]]))
    with pytest.raises(labels.HibcError):
        labels.read_hibc(good[:place] + char + good[place + 1 :])


@settings(max_examples=2000)
@given(st.text(max_size=60))
def test_no_text_crashes_the_readers(text):
    labels.readings(text)
    for candidate in (text, "+" + text):
        try:
            labels.read_hibc(candidate)
        except labels.HibcError:
            pass


# -- GS1 ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(11)250101(17)270331(10)LOT7(21)S-9",
        f"(01) {GTIN} (11) 250101 (17) 270331 (10) LOT7 (21) S-9",
        f"]d201{GTIN}1125010117270331" + "10LOT7\x1d21S-9",
        f"\x1d01{GTIN}1125010117270331" + "10LOT7\x1d21S-9",
        f"01{GTIN}1125010117270331" + "10LOT7<GS>21S-9",
        f"01{GTIN}1125010117270331" + "10LOT7#21S-9",
    ],
)
def test_a_device_label_in_every_way_it_is_typed(text):
    assert labels.readings(text) == [DEVICE]


def test_without_separators_every_possible_end_is_offered():
    found = labels.readings(f"01{GTIN}1125010117270331" + "10LOT721S-9")
    assert DEVICE in found
    assert found[0][-1] == ("10", "LOT721S-9")


@pytest.mark.parametrize("text", ["", "hello", "0188", "(01)", "0108801234567893x%&$$"])
def test_what_is_no_gs1_label_gives_nothing(text):
    assert labels.readings(text) == []


def test_gtin_of_the_unit_in_a_box():
    assert labels.is_gtin("8801234567893")
    assert not labels.is_gtin("8801234567894")
    assert labels.base_gtin("18801234567890") == "8801234567893"
    assert labels.base_gtin(GTIN) is None
    assert "8801234567893" in labels.gtin_forms(GTIN)
