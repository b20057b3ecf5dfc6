# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Messages arrive at a server of several workers at once, again, and while it is killed."""

import json
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from suite.rpc import Client
from suite.testing.served import OdooServer, free_port

WORKERS = 4
TOGETHER = 8

SETUP = """
import datetime, json
user = env["res.users"].create({"name": "Shop", "login": "shop_bot",
    "group_ids": [(6, 0, [env.ref("base.group_user").id])]})
expires = datetime.datetime.now() + datetime.timedelta(days=1)
key = env["res.users.apikeys"].with_user(user)._generate("rpc", "shop", expires)
env["logistics.channel.account"].create({"name": "Shop", "kind": "api", "code": "parallel",
    "user_ids": [(4, user.id)], "rate_limit": 100000})
env["res.partner"].create({"name": "Kim", "email": "kim@example.com"})
env.cr.commit()
print(json.dumps(key))
"""


class Shop:
    """Delivers to the intake of a server, many at once."""

    def __init__(self, server, key):
        self.server, self.key = server, key
        self.url = f"{server.url}/logistics/intake/v1/parallel"

    def deliver(self, payload):
        """(status, answer); status 0 where nobody answered."""
        request = urllib.request.Request(
            self.url,
            data=json.dumps(payload).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.key}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except (OSError, ValueError):
            return 0, None

    def at_once(self, payloads):
        """All of them at the same moment, each by a connection of its own."""
        gate = threading.Barrier(len(payloads))

        def one(payload):
            gate.wait()
            return self.deliver(payload)

        with ThreadPoolExecutor(len(payloads)) as pool:
            return list(pool.map(one, payloads))


@pytest.fixture(scope="module")
def shop(databases, suite_template):
    """(Shop, client as admin) of a server with several worker processes."""
    with databases.temporary(suite_template, "intake") as database:
        key = json.loads(databases.shell(database, SETUP).strip().splitlines()[-1])
        server = OdooServer(
            databases.environment, database, workers=WORKERS, gevent_port=free_port(), limit_time_real=300
        )
        try:
            server.start()
            yield Shop(server, key), Client(server.url, database, "admin", "admin")
        finally:
            server.stop()


def message(external_id, text, email="kim@example.com", **more):
    """A delivery."""
    return {"external_id": external_id, "text": text, "sender": {"email": email}, **more}


def tickets(client, *external_ids):
    """The ledger's rows of these ids."""
    return client.search_read(
        "logistics.intake.message",
        [("external_id", "in", list(external_ids))],
        ["external_id", "ticket_id", "state", "result", "repeat_count"],
    )


@pytest.mark.parametrize("number", range(3))
def test_one_message_eight_times_at_once(shop, number):
    shop, client = shop
    payload = message(f"same-{number}", f"물건이 아직 안 왔습니다 번호 {number}{number}{number}")
    before = client.call("helpdesk.ticket", "search_count", [])
    answers = shop.at_once([payload] * TOGETHER)
    assert [status for status, _answer in answers] == [200] * TOGETHER, answers
    assert len({json.dumps(answer, sort_keys=True) for _status, answer in answers}) == 1
    assert client.call("helpdesk.ticket", "search_count", []) == before + 1
    (row,) = tickets(client, payload["external_id"])
    assert row["ticket_id"][0] == answers[0][1]["ticket_id"]


def test_the_same_with_a_file(shop):
    shop, client = shop
    payload = message("file", "사진 보냅니다", attachments=[{"name": "a.txt", "content": "aGVsbG8="}])
    answers = shop.at_once([payload] * TOGETHER)
    assert {status for status, _answer in answers} == {200}, answers
    ticket = answers[0][1]["ticket_id"]
    domain = [("res_model", "=", "helpdesk.ticket"), ("res_id", "=", ticket)]
    assert client.call("ir.attachment", "search_count", domain) == 1


def test_different_messages_at_once(shop):
    shop, client = shop
    payloads = [
        message(f"other-{number}", f"서로 다른 문의 {number * 1111} 입니다", f"other{number}@example.org")
        for number in range(1, 5)
    ]
    answers = shop.at_once(payloads * 2)
    assert {status for status, _answer in answers} == {200}, answers
    assert answers[:4] == answers[4:]
    assert len({answer["ticket_id"] for _status, answer in answers}) == 4
    assert len(tickets(client, *(payload["external_id"] for payload in payloads))) == 4


def test_the_same_words_under_different_ids_at_once_are_one_ticket(shop):
    shop, client = shop
    payloads = [message(f"words-{number}", "세금계산서를 다시 발행해 주세요") for number in range(4)]
    answers = shop.at_once(payloads)
    assert {status for status, _answer in answers} == {200}, answers
    rows = tickets(client, *(payload["external_id"] for payload in payloads))
    assert len({row["ticket_id"][0] for row in rows}) == 1
    assert sorted(row["result"] for row in rows) == ["created", "joined", "joined", "joined"]


def test_one_mail_eight_times_at_once(shop):
    """As the mail server's script hands mails over: message_process by RPC."""
    shop, client = shop
    mail = (
        "From: Kim <kim@example.com>\nTo: help@example.com\nSubject: parallel mail\n"
        "Message-Id: <parallel@example.com>\nContent-Type: text/plain; charset=utf-8\n\nhello\n"
    )
    gate = threading.Barrier(TOGETHER)

    def process(_number):
        own = Client(shop.server.url, client.db, "admin", "admin")
        gate.wait()
        return own.call("mail.thread", "message_process", "helpdesk.ticket", mail)

    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(pool.map(process, range(TOGETHER)))
    assert len(set(answers)) == 1 and answers[0], answers
    assert client.call("helpdesk.ticket", "search_count", [("name", "=", "parallel mail")]) == 1


def test_killed_in_the_middle_and_delivered_again(shop):
    shop, client = shop
    payloads = [
        message(f"kill-{number}", f"죽어도 한 번 {number * 1000} 번째", f"kill{number}@example.org")
        for number in range(40)
    ]
    done = []

    def one(payload):
        answer = shop.deliver(payload)
        done.append(answer)
        return answer

    with ThreadPoolExecutor(TOGETHER) as pool:
        talks = [pool.submit(one, payload) for payload in payloads]
        until = time.monotonic() + 60
        while len(done) < 10 and time.monotonic() < until:
            time.sleep(0.01)
        shop.server.kill()
        first = [talk.result() for talk in talks]
    told = {payload["external_id"]: answer for payload, (status, answer) in zip(payloads, first, strict=True) if status}
    assert 10 <= len(told) < len(payloads), "killed in the middle"
    shop.server.start()
    again = shop.at_once(payloads[:TOGETHER]) + [shop.deliver(payload) for payload in payloads[TOGETHER:]]
    assert {status for status, _answer in again} == {200}
    for payload, (_status, answer) in zip(payloads, again, strict=True):
        # what was answered before the kill is answered so for ever
        assert told.get(payload["external_id"], answer) == answer
    client = Client(shop.server.url, client.db, "admin", "admin")
    rows = tickets(client, *(payload["external_id"] for payload in payloads))
    assert len(rows) == len({row["ticket_id"][0] for row in rows}) == len(payloads)
    assert {row["state"] for row in rows} == {"done"}
    assert client.call("helpdesk.ticket", "search_count", [("name", "ilike", "죽어도 한 번")]) == len(payloads)
