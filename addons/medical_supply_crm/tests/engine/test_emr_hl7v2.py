# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HL7 v2 messages as hospitals send them."""

import hl7
import pytest

MSH = r"MSH|^~\&|A|B|C|D|20260105080000+0900||SIU^S12|1|P|2.5"
SCH = "SCH|P1|F1|||||||60|min"
AIS = "AIS|1||4711^Hip^L|20260112090000|||90|min||Booked"


def message(*segments, trigger="S12", msh=MSH, end="\r"):
    msh = msh.replace("S12", trigger)
    return end.join((msh, *(segments or (SCH, AIS)))) + end


def only(result):
    assert len(result.events) == 1, result.problems
    return result.events[0]


def codes(result):
    return [p.code for p in result.problems]


def test_sample_booking(read, hl7_files):
    event = only(read(next(f for f in hl7_files if "S12" in f.name).read_bytes()))
    got = event.to_dict()
    assert got["kind"] == "appointment"
    assert got["status"] == "booked"
    assert got["start"] == "2021-09-24T07:15:00Z"
    assert got["end"] == "2021-09-24T08:05:00Z"
    assert got["duration_minutes"] == 50
    assert got["procedure_codes"][0] == ["http://snomed.info/sct", "76164006"]
    assert got["location"] == "055/Room01"
    assert got["practitioner"] == "1210"


@pytest.mark.parametrize(
    "trigger,status",
    [
        ("S12", "booked"),
        ("S13", "booked"),
        ("S14", "booked"),
        ("S15", "cancelled"),
        ("S16", "cancelled"),
        ("S17", "entered-in-error"),
        ("S26", "noshow"),
    ],
)
def test_trigger_decides(read, trigger, status):
    assert only(read(message(trigger=trigger))).status == status


def test_every_sample_is_read_or_said(read, hl7_files):
    for path in hl7_files:
        result = read(path.read_bytes())
        assert result.units == 1
        if path.name[:3] in ("SIU", "ORM", "OMG"):
            assert result.events, path.name
        else:
            assert not result.events
            assert codes(result) == ["not-schedule"]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_line_ends(read, end):
    assert only(read(message(end=end))).procedure_codes == (("L", "4711"),)


@pytest.mark.parametrize("wrapped", [True, False])
def test_batch_and_mllp(read, wrapped):
    one = message(SCH.replace("F1", "F2"), AIS).encode()
    two = message().encode()
    if wrapped:
        data = b"\x0b" + one + b"\x1c\r\x0b" + two + b"\x1c\r"
    else:
        data = b"FHS|^~\\&|x\rBHS|^~\\&|x\r" + one + two + b"BTS|2\rFTS|1\r"
    result = read(data)
    assert len(result.events) == 2
    assert not result.problems


def test_joined_without_line_end(read):
    text = message().rstrip("\r")
    assert len(read(text + text + text).events) == 3


def test_own_separators(read):
    text = (
        message()
        .replace("\\", "!")
        .replace("|", "#")
        .replace("^", "*")
        .replace("&", "@")
    )
    assert only(read(text)).procedure_codes == (("L", "4711"),)


def test_escapes_and_null(read):
    event = only(
        read(message(SCH, AIS.replace("4711", r"47\T\11").replace("Booked", '""')))
    )
    assert event.procedure_codes == ()  # & is no part of a code
    assert event.status == "booked"


def test_several_groups(read):
    result = read(
        message(
            SCH,
            "RGS|1",
            "AIS|1||100^A^L|20260112090000|||30|min",
            "AIL|1||OR^1",
            "AIP|1||77^Kim",
            "RGS|2",
            "AIS|1||200^B^L|20260112093000|||20|min",
            "AIL|1||OR^2",
            "RGS|3",
            "AIS|1||300^C^L|20260112100000|||10|min",
        )
    )
    assert [e.procedure_codes[0][1] for e in result.events] == ["100", "200", "300"]
    assert [e.location for e in result.events] == ["OR/1", "OR/2", "OR/1"]
    assert [e.line for e in result.events] == [1, 2, 3]
    assert {e.practitioner for e in result.events} == {"77"}
    assert len({e.event_hash for e in result.events}) == 1


@pytest.mark.parametrize(
    "segments,start,minutes",
    [
        ((SCH, AIS), "2026-01-12T00:00:00Z", 90),
        (  # TQ1 when AIS has no time
            (SCH, "TQ1|1||||||20260112100000|20260112104000", "AIS|1||1^x^L"),
            "2026-01-12T01:00:00Z",
            40,
        ),
        (  # AIS wins over TQ1
            (SCH, "TQ1|1||||||20260112100000|20260112104000", AIS),
            "2026-01-12T00:00:00Z",
            90,
        ),
        (  # SCH-11 and SCH-9/10 last
            ("SCH|P1|F1|||||||45|min|^^^20260112110000", "AIS|1||1^x^L"),
            "2026-01-12T02:00:00Z",
            45,
        ),
        ((SCH, AIS.replace("90|min", "1.5|hr")), "2026-01-12T00:00:00Z", 90),
        ((SCH, AIS.replace("90|min", "5400|s")), "2026-01-12T00:00:00Z", 90),
        ((SCH, AIS.replace("90|min", "90|분")), "2026-01-12T00:00:00Z", 90),
        (  # offset from the visit's start
            ("SCH|P1|F1|||||||45|min|^^^20260112110000", "AIS|1||1^x^L||15|min|30|min"),
            "2026-01-12T02:15:00Z",
            30,
        ),
    ],
)
def test_start_and_duration(read, segments, start, minutes):
    got = only(read(message(*segments))).to_dict()
    assert (got["start"], got["duration_minutes"]) == (start, minutes)


@pytest.mark.parametrize(
    "old,new,code,place",
    [
        ("90|min", "90|", "no-unit", "AIS[1]-8"),
        ("90|min", "90|parsec", "unknown-unit", "AIS[1]-8"),
        ("90|min", "60|s", "short-duration", "AIS[1]-8"),
        ("90|min", "-3|min", "bad-duration", "AIS[1]-7"),
        ("Booked", "Sonderbar", "unknown-status", "AIS[1]-10"),
        ("4711", "Kim Minsu", "not-a-code", "AIS[1]-3.1"),
        ("4711", "900101-1234567", "looks-personal", "AIS[1]-3.1"),
        ("20260112090000", "20260112", "date-only", "AIS[1]-4"),
    ],
)
def test_warnings_name_the_field(read, old, new, code, place):
    result = read(message(SCH, AIS.replace(old, new)))
    only(result)
    assert [(p.code, p.position) for p in result.problems] == [(code, place)]


@pytest.mark.parametrize(
    "text,code",
    [
        (message("SCH|", AIS), "no-id"),
        (message("PV1|1"), "no-segment"),
        (message(SCH, "AIS|1||1^x^L|20261301"), "invalid"),
        (message(trigger="S99"), "unknown-trigger"),
        ("MSH|^^^^|A\rSCH|1\r", "bad-delimiters"),
        ("MSH|\r", "bad-delimiters"),
    ],
)
def test_errors(read, text, code):
    result = read(text, format="hl7v2")
    assert not result.events
    assert code in codes(result)


def test_message_zone_is_the_default(read):
    zoneless = message(msh=MSH.replace("+0900", ""))
    assert only(read(zoneless)).to_dict()["start"] == "2026-01-12T09:00:00Z"
    seoul = only(read(zoneless, timezone="Asia/Seoul"))
    assert seoul.to_dict()["start"] == "2026-01-12T00:00:00Z"
    assert only(read(message())).to_dict()["start"] == "2026-01-12T00:00:00Z"


@pytest.mark.parametrize(
    "name,codec", [("UNICODE UTF-8", "utf-8"), ("KS X 1001", "euc-kr")]
)
def test_character_sets(read, name, codec):
    text = message("SCH|P1|예약번호1", AIS, msh=MSH + "|" * 6 + name)
    result = read(text.encode(codec))
    assert only(result).event_hash == only(read(text)).event_hash
    assert not result.problems


def test_bad_message_does_not_take_others_along(read):
    text = message() + "MSH|^^^^|x\rSCH|1\r" + message("SCH|P2|F2", AIS)
    result = read(text)
    assert len(result.events) == 2
    assert [(p.code, p.record) for p in result.problems] == [("bad-delimiters", 2)]


def test_orders(read):
    msh = MSH.replace("SIU^S12", "OMG^O19")
    text = "\r".join(
        (msh, "ORC|NW|A1", "OBR|1|A1||71045^X^C4", "TQ1|1||||||20260112100000||S")
        + ("ORC|CA|A2", "OBR|1|A2||71046^X^C4|||20260113100000")
    )
    one, two = read(text).events
    assert (one.kind, one.status, one.priority) == ("order", "booked", "stat")
    assert one.procedure_codes == (("http://www.ama-assn.org/go/cpt", "71045"),)
    assert two.status == "cancelled"
    assert one.event_hash != two.event_hash


def test_blocked_time_is_a_slot_not_demand(read):
    event = only(read(message(SCH, AIS, trigger="S23")))
    assert event.kind == "slot"
    assert not event.is_demand


def test_fields_agree_with_the_hl7_library(emr, hl7_files):
    import sys

    split = sys.modules["medical_supply_crm.emr.hl7_split"]
    for path in hl7_files:
        raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        raw = raw.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
        ours = split.Message(split.split_messages(raw)[1][0])
        theirs = hl7.parse(raw.decode())
        assert len(theirs) == len(ours.segments)
        for name, index, _line in ours.segments:
            segment = theirs.segments(name)[index]
            for number in range(1, len(segment)):
                assert ours.field(name, index, number) == str(segment[number]), (
                    name,
                    number,
                )
            for number in range(3, len(segment)):
                expected = theirs.extract_field(name, index + 1, number) or ""
                assert ours.get(name, index, number) == _plain(expected), (name, number)


def _plain(text):
    text = text.strip()
    return "" if text == '""' else text


def test_a_lone_word_is_a_place_but_no_staff_number(read):
    """KIM and ENDO look alike: rooms are named so, staff numbers have a digit."""
    rows = (
        "MSH|^~\\&|A|B|C|D|20260105080000||SIU^S12|1|P|2.5",
        "SCH|P1|F1",
        "RGS|1",
        "AIS|1||PCI^x^L|20260112090000|||90|min",
        "AIL|1||ENDO^1",
        "AIP|1||{}",
    )
    named = read("\r".join(rows).format("KIM"))
    assert (named.events[0].department, named.events[0].practitioner) == ("ENDO", None)
    assert any(problem.code == "word-not-code" for problem in named.problems)
    numbered = read("\r".join(rows).format("D120"))
    assert numbered.events[0].practitioner == "D120"
