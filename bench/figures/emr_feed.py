# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Schedule feeds through to stored events: HL7 over MLLP, a FHIR bundle, and a server killed meanwhile."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

from bench.harness import Context, Row
from bench.theatre import EmrProcess, bundle, say, text_of
from suite.prepare.places import ROOT
from suite.rpc import Client
from suite.testing.databases import Databases
from suite.testing.environment import prepared
from suite.testing.served import OdooServer, free_port

TITLE = "feeds through to stored events, with the server killed in the middle"
#: (connections, messages each, appointments of the bundle)
SIZES = {"small": (10, 40, 1_000), "medium": (50, 40, 5_000), "large": (50, 200, 10_000)}


def run(context: Context) -> list[Row]:
    """Events per second, rows that a replay changes, and what a kill loses or doubles."""
    connections, messages, appointments = SIZES[context.size]
    with prepared() as environment:
        databases = Databases(environment)
        with databases.temporary(databases.suite_template(), "feed") as name:
            server = OdooServer(environment, name)
            try:
                server.start()
                client = Client(server.url, name, "admin", "admin")
                hospital = client.create("res.partner", {"name": "Bench hospital", "is_hospital": True})
                return [
                    *_fhir(client, hospital, appointments),
                    *_polled(client, hospital, appointments),
                    *_mllp(client, hospital, server, connections, messages, kill=False),
                    *_mllp(client, hospital, server, connections, messages, kill=True),
                ]
            finally:
                server.stop()


def _polled(client, hospital, count):
    """The same over the network: a FHIR server process, signed tokens, pages of 200."""
    emr = EmrProcess()
    try:
        feed = _feed(client, hospital, "poll")
        values = {"transport": "fhir", "url": emr.fhir, "is_plain_allowed": True}
        client.write("medical.feed", [feed], {**values, "auth_method": "smart", "auth_name": "omni"})
        client.call("medical.feed", "action_make_key", [feed])
        keys = client.search_read("medical.feed", [("id", "=", feed)], ["public_jwks"])[0]["public_jwks"]
        resources = [entry["resource"] for entry in json.loads(bundle(count, soon=True))["entry"]]
        emr.control(clients={"omni": keys}, put=resources, set={"page": 200})
        began = time.perf_counter()
        answer = client.call("medical.feed", "action_poll", [feed])
        seconds = time.perf_counter() - began
        assert answer["params"]["type"] == "success", answer
        stamps = _stamps(client, feed)
        assert len(stamps) == count, len(stamps)
        client.call("medical.feed", "action_poll_all", [feed])
        changed = len(set(_stamps(client, feed)) ^ set(stamps))
    finally:
        emr.stop()
    return [
        Row.of("FHIR server polled, events stored", count / seconds, None, "events/s", f"{count} Appointments"),
        Row.of("rows changed by reading everything again", changed, None, "rows"),
    ]


def _feed(client, hospital, source):
    values = {"name": source, "hospital_id": hospital, "source": source}
    return client.create("medical.feed", values)


def _fhir(client, hospital, count):
    feed = _feed(client, hospital, "bundle")
    payload = bundle(count)
    began = time.perf_counter()
    first = client.call("medical.feed", "ingest", [feed], payload)
    seconds = time.perf_counter() - began
    stamps = _stamps(client, feed)
    again = client.call("medical.feed", "ingest", [feed], payload)
    changed = again["created"] + again["updated"] + len(set(_stamps(client, feed)) ^ set(stamps))
    note = f"{first['created']} of {count} stored"
    return [
        Row.of("FHIR bundle, events stored", count / seconds, None, "events/s", note),
        Row.of("rows changed by the same bundle again", changed, None, "rows"),
    ]


def _stamps(client, feed):
    rows = client.search_read("medical.event", [("feed_id", "=", feed)], ["write_date"])
    return [(row["id"], row["write_date"]) for row in rows]


def _mllp(client, hospital, server, connections, messages, kill):
    source = "mllp-kill" if kill else "mllp"
    feed = _feed(client, hospital, source)
    port = free_port()
    command = [sys.executable, str(ROOT / "scripts" / "mllp_listen"), "--url", server.url, "--db", server.database]
    command += ["--login", "admin", "--feed", source, "--port", str(port)]
    listener = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "ODOO_API_KEY": "admin"},
    )
    try:
        listener.stdout.readline()
        began = time.perf_counter()
        acks = asyncio.run(_storm(server, port, connections, messages, kill))
        seconds = time.perf_counter() - began
    finally:
        listener.send_signal(signal.SIGTERM)
        listener.wait(60)
    count = connections * messages
    hashes = [
        row["event_hash"] for row in client.search_read("medical.event", [("feed_id", "=", feed)], ["event_hash"])
    ]
    note = f"{connections} connections × {messages} messages"
    if not kill:
        return [Row.of("HL7 over MLLP, events stored and acknowledged", count / seconds, None, "events/s", note)]
    note += ", server killed at a third and started again"
    return [
        Row.of("messages not acknowledged AA", count - list(acks.values()).count("AA"), None, "messages", note),
        Row.of("acknowledged messages lost", count - len(set(hashes)), None, "messages"),
        Row.of("messages stored twice", len(hashes) - len(set(hashes)), None, "messages"),
    ]


async def _storm(server, port, connections, messages, kill):
    done = []
    talks = [asyncio.create_task(say(port, [text_of(c, n) for n in range(messages)], done)) for c in range(connections)]
    if kill:
        while len(done) < connections * messages // 3:
            await asyncio.sleep(0.02)
        server.kill()
        await asyncio.to_thread(server.start)
    acks = {}
    for talk in talks:
        acks |= await talk
    return acks
