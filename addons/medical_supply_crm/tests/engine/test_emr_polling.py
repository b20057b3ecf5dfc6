# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The polling client against a real server process: sign-in, pages, faults, clocks."""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from medical_supply_crm.emr import poll
from medical_supply_crm.emr.poll import smart

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE / "servers"))

from process import EmrProcess  # noqa: E402

DATA = HERE / "data" / "fhir"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module", params=["R4", "R5"])
def emr(request):
    server = EmrProcess(request.param, data=[DATA])
    server.release = request.param
    yield server
    server.stop()


@pytest.fixture
def web():
    waits = []
    found = poll.Web(allow_plain=True, sleep=waits.append)
    found.waits = waits
    return found


@pytest.fixture(scope="module", params=["ES384", "RS384"])
def key(request):
    return poll.generate_key(request.param)


def appointments(count, prefix="a", **values):
    start = datetime.now(UTC) + timedelta(days=2)
    return [
        {
            "resourceType": "Appointment",
            "id": f"{prefix}{number}",
            "status": "booked",
            "start": (start + timedelta(hours=number)).isoformat(),
            "participant": [
                {"actor": {"reference": "Location/1"}, "status": "accepted"}
            ],
            **values,
        }
        for number in range(count)
    ]


def connect(emr, web, pem, types=("Appointment",)):
    emr.control(
        restore=True,
        clients={"omni": {"keys": [poll.public_jwk(pem)]}},
        set={"skew": 0, "page": 10, "token_seconds": 300, "rude": False,
             "foreign": False, "loops": False},
    )  # fmt: skip
    emr.told()  # and forgotten
    tokens = poll.Tokens(web, emr.fhir, "omni", pem, types)
    return poll.FhirServer(web, emr.fhir, tokens)


def fetched(server, kind="Appointment", since=LONG_AGO, **options):
    pages = list(server.changes(kind, since=since, **options))
    found = [
        entry["resource"]
        for page in pages
        for entry in json.loads(page.body).get("entry") or ()
    ]
    return pages, found


def test_signed_in_paged_and_in_the_servers_release(emr, web, key):
    server = connect(emr, web, key)
    emr.control(put=appointments(25))
    assert server.open() == emr.release
    pages, found = fetched(server)
    own = [one for one in found if one["resourceType"] == "Appointment"]
    assert len({one["id"] for one in own}) == 27  # 25 and the two examples
    assert [page.number for page in pages] == [1, 2, 3]
    assert [page.last for page in pages] == [False, False, True]
    assert all(page.sorted for page in pages)
    assert sum(page.count for page in pages) == 27
    assert {one["resourceType"] for one in found} <= {"Appointment", "Location"}
    assert "Location" in {one["resourceType"] for one in found}
    told = emr.told()
    assert not told["refused"]
    assert [path for _m, path in told["requests"]].count("/token") == 1


def test_only_what_changed_since(emr, web, key):
    server = connect(emr, web, key)
    fetched(server)
    since = datetime.now(UTC)
    time.sleep(0.02)
    emr.control(put=appointments(3, "new"))
    _pages, found = fetched(server, since=since)
    ids = {one["id"] for one in found if one["resourceType"] == "Appointment"}
    assert ids == {"new0", "new1", "new2"}


def test_expired_token_is_renewed_once(emr, web, key):
    server = connect(emr, web, key)
    server.open()
    fetched(server)
    emr.control(forget=True)
    emr.told()
    fetched(server)
    paths = [path for _m, path in emr.told()["requests"]]
    assert paths.count("/token") == 1
    # a server that goes on refusing is not asked for ever
    emr.control(faults=[{"path": "^/fhir/Appointment", "status": 401, "times": 9}])
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "unauthorized"
    paths = [path for _m, path in emr.told()["requests"]]
    assert paths.count("/fhir/Appointment") == 2
    emr.control(set={"faults": []})


def test_short_tokens_are_renewed_in_time(emr, web, key):
    server = connect(emr, web, key)
    emr.control(set={"token_seconds": 1, "page": 10}, put=appointments(25))
    stream = server.changes("Appointment", since=LONG_AGO)
    next(stream)
    time.sleep(1.1)
    assert list(stream)[-1].last


@pytest.mark.parametrize("status", [429, 503])
def test_asked_to_wait(emr, web, key, status):
    server = connect(emr, web, key)
    server.open()
    fault = {"path": "^/fhir/Appointment", "status": status, "times": 2}
    emr.control(faults=[{**fault, "headers": {"Retry-After": "7"}}])
    fetched(server)
    assert web.waits == [7.0, 7.0]
    # longer than our patience: the caller is told when to come back
    web.waits.clear()
    emr.control(faults=[{**fault, "times": 1, "headers": {"Retry-After": "3600"}}])
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert (told.value.code, told.value.retry_after) == ("rate-limited", 3600.0)
    assert web.waits == []
    # a date instead of seconds, on the server's own clock
    emr.control(set={"skew": 5000})
    server.open()
    when = datetime.now(UTC) + timedelta(seconds=5020)
    text = when.strftime("%a, %d %b %Y %H:%M:%S GMT")
    emr.control(faults=[{**fault, "times": 1, "headers": {"Retry-After": text}}])
    fetched(server)
    assert len(web.waits) == 1
    assert 15 <= web.waits[0] <= 25
    emr.control(set={"skew": 0})


def test_failing_server_is_asked_again_with_growing_pauses(emr, web, key):
    server = connect(emr, web, key)
    server.open()
    emr.control(faults=[{"path": "^/fhir/Appointment", "status": 500, "times": 3}])
    fetched(server)
    assert len(web.waits) == 3
    assert web.waits[0] < web.waits[1] < web.waits[2]
    emr.control(faults=[{"path": "^/fhir/Appointment", "status": 502, "times": 4}])
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "server-error"


def test_half_an_answer_is_no_answer(emr, web, key):
    server = connect(emr, web, key)
    server.open()
    fault = {"path": "^/fhir/Appointment", "times": 1, "cut": True, "repeat": 40}
    emr.control(faults=[{**fault, "body": '{"resourceType": "Bundle", '}])
    fetched(server)
    assert len(web.waits) == 1


def test_a_page_in_the_middle_fails(emr, web, key):
    server = connect(emr, web, key)
    emr.control(put=appointments(25))
    server.open()
    emr.control(faults=[{"path": "_page=", "skip": 1, "status": 500, "times": 9}])
    pages = []
    with pytest.raises(poll.FetchError) as told:
        for page in server.changes("Appointment", since=LONG_AGO):
            pages.append(page)
    assert told.value.code == "server-error"
    assert [page.last for page in pages] == [False, False]
    emr.control(set={"faults": []})


@pytest.mark.parametrize("skew", [-4000, 4000])
def test_clocks_that_do_not_agree(emr, web, key, skew):
    emr.control(set={"skew": skew})
    server = connect(emr, web, key)
    emr.control(set={"skew": skew})
    server.open()
    assert abs(web.skew - skew) < 5
    emr.control(put=appointments(2, "skewed"))
    pages, _found = fetched(server)
    assert not emr.told()["refused"]
    # the cursor is on the server's clock
    assert abs((pages[0].date - datetime.now(UTC)).total_seconds() - skew) < 5
    emr.control(put=appointments(1, "later"))
    _pages, found = fetched(server, since=pages[0].date - timedelta(seconds=1))
    assert "later0" in {one["id"] for one in found}
    emr.control(set={"skew": 0})


def test_pages_that_lead_astray(emr, web, key):
    server = connect(emr, web, key)
    emr.control(put=appointments(25), set={"foreign": True})
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "foreign-page"
    emr.control(set={"foreign": False, "loops": True})
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "page-loop"
    emr.control(set={"loops": False})


def test_sign_in_that_is_refused_says_why_and_nothing_else(emr, web, key):
    server = connect(emr, web, key)
    other = poll.generate_key()
    tokens = poll.Tokens(web, emr.fhir, "omni", other, ["Appointment"])
    server = poll.FhirServer(web, emr.fhir, tokens)
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "token-refused"
    assert "invalid_client" in str(told.value)
    assert emr.told()["refused"] == ["unknown kid"]
    emr.control(faults=[{"path": "^/token", "status": 400, "times": 2,
                         "body": '{"error": "KIM MINSU", "error_description": "010-1"}'}])  # fmt: skip
    tokens = poll.Tokens(web, emr.fhir, "omni", key, ["Appointment"])
    with pytest.raises(poll.FetchError) as told:
        tokens.header()
    assert "KIM" not in str(told.value)
    assert "010" not in str(told.value)


def test_the_wrong_scope_is_told(emr, web, key):
    server = connect(emr, web, key, ("Slot",))
    with pytest.raises(poll.FetchError) as told:
        fetched(server)
    assert told.value.code == "forbidden"


def test_too_large_and_too_slow(emr, key):
    waits = []
    web = poll.Web(
        allow_plain=True, max_bytes=1000, timeout=0.5, sleep=waits.append, tries=2
    )
    fault = {"path": "^/fhir/metadata", "body": "x", "repeat": 5000, "times": 1}
    emr.control(faults=[fault])
    with pytest.raises(poll.FetchError) as told:
        web.get(f"{emr.fhir}/metadata")
    assert told.value.code == "too-large"
    emr.control(faults=[{"path": "^/fhir/metadata", "hang": 1.0, "times": 2}])
    with pytest.raises(poll.FetchError) as told:
        web.get(f"{emr.fhir}/metadata")
    assert told.value.code == "timeout"


def test_slots_bring_their_schedules(emr, web, key):
    server = connect(emr, web, key, ("Slot", "Schedule"))
    _pages, found = fetched(server, "Slot")
    kinds = {one["resourceType"] for one in found}
    assert kinds == {"Slot", "Schedule"} or kinds == {"Slot"}


def test_older_and_newer_releases_are_named():
    server = EmrProcess("3.0.2", auth="none")
    try:
        client = poll.FhirServer(poll.Web(allow_plain=True), server.fhir)
        with pytest.raises(poll.FetchError, match="FHIR 3.0.2; R4"):
            client.open()
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("http://emr.example.org/fhir", False),
        ("ftp://emr.example.org/", True),
        ("https://user:secret@emr.example.org/", True),
        ("https:///fhir", True),
        ("", True),
        (None, True),
        ("https://emr.example.org:99999/", True),
    ],
)
def test_addresses_that_are_not_asked(url, plain):
    with pytest.raises(poll.FetchError) as told:
        poll.check_url(url, plain)
    assert told.value.code == "bad-url"
    assert "secret" not in str(told.value)


def test_link_local_hosts_are_not_asked():
    with pytest.raises(poll.FetchError, match="link-local"):
        poll.Web(allow_plain=True).get("http://169.254.169.254/latest/meta-data")


def test_keys_that_are_no_keys():
    for text in (
        "",
        "hello",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ):
        with pytest.raises(ValueError, match="PEM form"):
            smart.load_key(text)
    with pytest.raises(ValueError, match="algorithm"):
        poll.generate_key("HS256")
