# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inbound mails through ledger, sender, links and triage, against helpdesk_mgmt alone.

Both sides run the same mails through Odoo's `message_process`, each in its own database: ours
with the add-on, the peer's with the same Odoo and helpdesk_mgmt without it. Rounds alternate, so
that a busy machine disturbs both. A redelivery is the same mail once more.
"""

import statistics

from bench.harness import Context, Row

TITLE = "inbound mail with ledger, identity, links and triage, against bare helpdesk_mgmt"
NEEDS_DATABASE = True
ROUNDS = 3

CODE = """
import json, statistics, time
import email.message

MAILS = 40
Partner = env["res.partner"]
partner = FOCUS and env["res.partner"].browse(FOCUS) or Partner.create({"name": "Bench Customer"})
partner.email = "bench.customer@example.com"
order = FOCUS and env["sale.order"].search(
    [("partner_id", "=", partner.id), ("state", "=", "sale")], limit=1).name or "S00042"
env.flush_all()
TEXTS = (
    "주문 {order} 배송이 아직 안 왔어요. {n}번째 문의입니다.",
    "Where is my order {order}? Attempt {n}, please call 010-1234-{n}.",
    "{order} 박스가 찌그러져서 왔습니다. 환불 부탁드려요 {n}",
    "Please send the invoice for {order} again, our reference {n}",
)

def mail(number):
    message = email.message.EmailMessage()
    message["From"] = "Bench Customer <bench.customer@example.com>"
    message["To"] = "help@example.com"
    message["Subject"] = f"Message {number}"
    message["Message-Id"] = f"<bench-{ROUND}-{number}@example.com>"
    message.set_content(TEXTS[number % 4].format(order=order, n=1000 + number))
    return message.as_bytes()

gateway = env["mail.thread"]
def process(raw):
    # as the gateway does, one transaction's worth of work each
    began = time.perf_counter()
    gateway.message_process("helpdesk.ticket", raw)
    env.flush_all()
    env.cr.precommit.run()
    took = time.perf_counter() - began
    env.invalidate_all()
    return took

mails = [mail(number) for number in range(MAILS)]
for raw in mails[:8]:
    process(raw)
queries = env.cr.sql_log_count
first = [process(raw) for raw in mails[8:]]
queries = (env.cr.sql_log_count - queries) / len(first)
again = [process(raw) for raw in mails[8:]]
env.cr.rollback()
print(json.dumps({"first": statistics.median(first), "again": statistics.median(again),
                  "queries": queries}))
"""


def run(context: Context) -> list[Row]:
    """Milliseconds per mail and per redelivery, queries per mail."""
    import json

    dataset = context.database
    databases = dataset.databases
    partner = min(dataset.focus_partners().items())[1]
    ours, peer = [], []

    def measure(database, focus, number):
        code = f"FOCUS, ROUND = {focus!r}, {number}\n{CODE}"
        return json.loads(databases.shell(database, code).strip().splitlines()[-1])

    with databases.temporary(databases.dependencies_template(), "bench_peer") as bare:
        for number in range(ROUNDS):
            peer.append(measure(bare, None, number))
            ours.append(measure(dataset.name, partner, number))

    def middle(rounds, name):
        return statistics.median(one[name] for one in rounds)

    bare_ms = 1000 * middle(peer, "first")
    return [
        Row.of("inbound mail", 1000 * middle(ours, "first"), bare_ms, "ms", "bar 1.5; peer: bare helpdesk_mgmt"),
        Row.of("redelivered mail", 1000 * middle(ours, "again"), bare_ms, "ms", "bar 0.3; peer: its first delivery"),
        Row.of("inbound mail", middle(ours, "queries"), middle(peer, "queries"), "queries", "peer: bare helpdesk_mgmt"),
    ]
