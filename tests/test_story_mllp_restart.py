# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An operating theatre's system sends over MLLP while Odoo is killed and comes back."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time

import hl7
import pytest
from hl7.mllp import open_hl7_connection

from suite.prepare.places import ROOT
from suite.rpc import Client
from suite.testing.served import OdooServer, free_port

sys.path.insert(0, str(ROOT))

from bench.theatre import say, text_of

CONNECTIONS, MESSAGES = 12, 15


@pytest.fixture(scope="module")
def theatre(databases, suite_template):
    """(server, client as admin, feed id)."""
    with databases.temporary(suite_template, "mllp") as database:
        server = OdooServer(databases.environment, database)
        try:
            client = Client(server.start().url, database, "admin", "admin")
            hospital = client.create("res.partner", {"name": "Hospital", "is_hospital": True})
            feed = client.create(
                "medical.feed",
                {"name": "Theatre", "hospital_id": hospital, "source": "theatre", "message_format": "hl7v2"},
            )
            yield server, client, feed
        finally:
            server.stop()


@pytest.fixture
def listener(theatre):
    """Port of a listener process in front of the feed."""
    server, _client, _feed = theatre
    port = free_port()
    command = [sys.executable, str(ROOT / "scripts" / "mllp_listen"), "--url", server.url]
    command += ["--db", server.database, "--login", "admin", "--feed", "theatre", "--port", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "ODOO_API_KEY": "admin"},
    )  # fmt: skip
    first = process.stdout.readline()
    assert f"listening on 127.0.0.1:{port}" in first, first + process.communicate(timeout=5)[0]
    yield port, process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


async def storm(server, port):
    """All connections send while the server is killed and started again."""
    done = []
    talks = [asyncio.create_task(say(port, [text_of(c, n) for n in range(MESSAGES)], done)) for c in range(CONNECTIONS)]
    while len(done) < CONNECTIONS * MESSAGES // 4:
        await asyncio.sleep(0.02)
    server.kill()
    before = len(done)
    await asyncio.sleep(1.5)
    # nothing can be stored while nobody is there to store it
    assert len(done) <= before + CONNECTIONS
    await asyncio.to_thread(server.start)
    acks = {}
    for talk in talks:
        acks |= await talk
    return acks


def test_every_message_is_acknowledged_when_stored_and_stored_once(theatre, listener):
    server, client, feed = theatre
    port, process = listener
    acks = asyncio.run(storm(server, port))
    assert len(acks) == CONNECTIONS * MESSAGES
    assert set(acks.values()) == {"AA"}
    events = client.search_read("medical.event", [("feed_id", "=", feed)], ["event_hash", "status"])
    assert len(events) == CONNECTIONS * MESSAGES
    assert len({event["event_hash"] for event in events}) == len(events)
    # the same again changes nothing and is answered in the same way
    again = asyncio.run(say(port, [text_of(0, n) for n in range(3)], []))
    assert set(again.values()) == {"AA"}
    assert client.call("medical.event", "search_count", [("feed_id", "=", feed)]) == len(events)
    process.send_signal(signal.SIGTERM)
    told = process.communicate(timeout=60)[0]
    assert process.returncode == 0, told
    assert re.search(r"stopped: \d+ stored, 0 answered", told)
    assert "CANARY" not in told
    assert "Traceback" not in told


def test_what_cannot_be_stored_is_answered_with_a_reason(theatre, listener):
    port, _process = listener

    async def talk():
        reader, writer = await open_hl7_connection("127.0.0.1", port, encoding="utf-8")
        answers = []
        bad = text_of(900, 1).replace("|20260301090000|||30", "|someday|||30").replace("20260301090000^", "someday^")
        adt = text_of(900, 2).replace("SIU^S12^SIU_S12", "ADT^A01^ADT_A01")
        framed = [b"\x0b" + one.encode() + b"\x1c\r" for one in (adt, bad, "hello", text_of(900, 3))]
        framed.insert(3, b"no start block\x1c\r")
        for raw in framed:
            writer.write(raw)
            await writer.drain()
            answers.append(await asyncio.wait_for(reader.readblock(), 60))
        writer.close()
        return [hl7.parse(answer.decode("utf-8")) for answer in answers]

    answers = asyncio.run(talk())
    codes = [str(answer["MSA"][0][1]) for answer in answers]
    assert codes == ["AR", "AE", "AR", "AR", "AA"]
    assert str(answers[0]["MSA"][0][2]) == "C900-002"
    assert "not a schedule message" in str(answers[0]["ERR"][0][8])
    assert str(answers[0]["MSH"][0][3]) == "OMNI"
    assert "CANARY" not in "".join(map(str, answers))


def test_a_wrong_password_or_feed_is_told_at_once(theatre):
    server, _client, _feed = theatre

    def tell(*more, key="admin"):
        command = [sys.executable, str(ROOT / "scripts" / "mllp_listen"), "--url", server.url, "--db",
                   server.database, "--login", "admin", "--port", str(free_port()), *more]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "ODOO_API_KEY": key}, timeout=60, check=False
        )
        return done.returncode, done.stderr

    began = time.monotonic()
    code, text = tell("--feed", "theatre", key="wrong")
    assert code == 2
    assert "login of 'admin'" in text
    code, text = tell("--feed", "nowhere")
    assert code == 2
    assert "no feed 'nowhere'" in text
    code, text = tell("--feed", "theatre", key="")
    assert code == 2
    assert "set ODOO_API_KEY" in text
    assert time.monotonic() - began < 60
