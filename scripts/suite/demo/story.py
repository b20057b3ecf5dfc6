# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The demo story replayed by an outside client: RPC for the company, HTTP for the hospital.

Every step looks at what the server answers and fails when it is not what the story
promises. Each run makes new records (a ticket, bookings, an order, a delivery); the
forecast recommendation is applied and undone, so that it can be shown again.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import requests
from lxml import html

from . import schedule_generator
from .medical_catalogue import HOSPITALS, PROCEDURE

ABLATION = "18286008"
BOOKED, CANCELLED = 6, 2


class StoryError(Exception):
    """A step that did not do what the story says."""


@dataclass
class Story:
    """One telling of the story.

    :param client: :class:`~suite.rpc.Client` of an administrator
    :param lang: en or ko, for what is printed
    :param hospital_login: (login, password) of hospital 1's portal user
    :param tell: takes one line of text
    """

    client: object
    lang: str = "en"
    hospital_login: tuple = ("hospital", "hospital")
    tell: object = print
    facts: dict = field(default_factory=dict)
    number: int = 0

    def run(self):
        """Tell everything; return the figures by name.

        :raise StoryError: naming the step and what was wrong
        """
        for step in (
            self.forecast,
            self.apply_recommendation,
            self.undo_recommendation,
            self.korean_ticket,
            self.expected_arrival,
            self.hospital_books,
            self.propose,
            self.hospital_cancels,
            self.approve_on_portal,
            self.order_and_delivery,
            self.deliver,
        ):
            self.number += 1
            try:
                step()
            except StoryError as error:
                raise StoryError(f"step {self.number} ({step.__name__}): {error}") from error
        return self.facts

    # ------------------------------------------------------------------ small tools
    def say(self, english, korean):
        """Print one result, numbered by step."""
        self.tell(f"{self.number:>2}. {korean if self.lang == 'ko' else english}")

    def one(self, model, domain, fields, order=None, missing=""):
        """Return the first matching record; the step fails where there is none."""
        kwargs = {"order": order} if order else {}
        rows = self.client.search_read(model, domain, fields, limit=1, **kwargs)
        if not rows:
            raise StoryError(missing or f"no {model} matches {domain}")
        return rows[0]

    @staticmethod
    def expect(condition, message):
        """Fail the step unless *condition* holds."""
        if not condition:
            raise StoryError(message)

    # -------------------------------------------------------------------- forecasts
    def forecast(self):
        """Read the forecast behind the weightiest open recommendation."""
        domain = [("state", "=", "proposed"), ("kind", "=", "rule")]
        if not self.client.search("forecast.recommendation", domain, limit=1):
            plan = self.one("forecast.plan", [], ["name"], missing="no forecast plan: run scripts/demo_load first")
            self.client.call("forecast.plan", "action_run_now", [plan["id"]])
        found = self.one(
            "forecast.recommendation",
            domain,
            ["series_id", "product_id", "min_before", "max_before", "min_after", "max_after", "orderpoint_id"],
            order="priority desc, id",
            missing="no recommendation is open, not even after a new run",
        )
        series = self.one(
            "forecast.series",
            [("id", "=", found["series_id"][0])],
            ["model", "mase", "history", "demand_class", "lead_mean", "lead_quantile", "service_level"],
        )
        lines = self.client.search_read(
            "forecast.line",
            [("series_id", "=", series["id"])],
            ["date", "mean", "lo80", "hi80"],
            order="date",
            limit=4,
        )
        self.expect(len(lines) == 4, "the series has fewer than four forecast periods")
        self.facts.update(recommendation=found, product=found["product_id"][1])
        ahead = ", ".join(f"{row['mean']:.0f} ({row['lo80']:.0f}–{row['hi80']:.0f})" for row in lines)
        self.say(
            f"Forecast of {found['product_id'][1]}: next four weeks {ahead} [80 % interval]; "
            f"class {series['demand_class']}, model {series['model']}, MASE {series['mase']:.2f}.",
            f"{found['product_id'][1]} 예측: 다음 4주 {ahead} [80 % 구간]; "
            f"분류 {series['demand_class']}, 모형 {series['model']}, MASE {series['mase']:.2f}.",
        )

    def apply_recommendation(self):
        """Apply the recommendation: Odoo's own reordering rule changes."""
        found = self.facts["recommendation"]
        self.client.call("forecast.recommendation", "action_apply", [found["id"]])
        row = self.one("forecast.recommendation", [("id", "=", found["id"])], ["state", "orderpoint_id"])
        self.expect(row["state"] == "applied", f"the recommendation is {row['state']!r}, not applied")
        rule = self.one(
            "stock.warehouse.orderpoint",
            [("id", "=", row["orderpoint_id"] and row["orderpoint_id"][0])],
            ["name", "product_min_qty", "product_max_qty"],
        )
        self.expect(
            abs(rule["product_min_qty"] - found["min_after"]) < 0.01,
            f"rule {rule['name']} has minimum {rule['product_min_qty']}, recommended was {found['min_after']}",
        )
        self.facts["rule"] = rule
        change = (
            f"{found['min_before']:.0f}/{found['max_before']:.0f} → "
            f"{rule['product_min_qty']:.0f}/{rule['product_max_qty']:.0f}"
        )
        self.say(
            f"Recommendation applied: reordering rule {rule['name']}, min/max {change}.",
            f"권고 적용: 재주문 규칙 {rule['name']}, 최소/최대 {change}.",
        )

    def undo_recommendation(self):
        """Undo it: the rule is as before, or gone where there was none."""
        found = self.facts["recommendation"]
        self.client.call("forecast.recommendation", "action_undo", [found["id"]])
        rules = self.client.search_read(
            "stock.warehouse.orderpoint",
            [("id", "=", self.facts["rule"]["id"])],
            ["product_min_qty", "product_max_qty"],
        )
        if rules:
            self.expect(
                abs(rules[0]["product_min_qty"] - found["min_before"]) < 0.01,
                f"after undo the minimum is {rules[0]['product_min_qty']}, it was {found['min_before']}",
            )
        after = f"{rules[0]['product_min_qty']:.0f}" if rules else "-"
        self.say(
            f"Undone: minimum is {after} again (before: {found['min_before']:.0f})."
            if rules
            else "Undone: the rule that the recommendation had made is gone again.",
            f"되돌림: 최소 수량이 다시 {after}입니다."
            if rules
            else "되돌림: 권고가 만든 재주문 규칙이 다시 없어졌습니다.",
        )

    # ---------------------------------------------------------------------- tickets
    def korean_ticket(self):
        """Write a ticket in Korean about a late order; the link must be found."""
        late = self.one(
            "stock.picking",
            [
                ("logistics_late", "=", True),
                ("sale_id", "!=", False),
                ("state", "not in", ["done", "cancel"]),
                ("picking_type_code", "=", "outgoing"),
            ],
            ["name", "sale_id", "partner_id"],
            order="logistics_promise_date, id",
            missing="no delivery is late",
        )
        order = late["sale_id"][1]
        ticket = self.client.create(
            "helpdesk.ticket",
            {
                "name": "배송 문의",
                "description": f"<p>주문 {order}은 언제 오나요? 배송이 아직 안 왔어요.</p>",
                "partner_id": late["partner_id"][0],
            },
        )
        links = self.client.search_read(
            "logistics.ticket.link",
            [("ticket_id", "=", ticket), ("state", "=", "confirmed")],
            ["name", "reason"],
        )
        names = {link["name"] for link in links}
        self.expect(order in names, f"order {order} was not linked; links: {sorted(names)}")
        self.expect(late["name"] in names, f"delivery {late['name']} was not linked; links: {sorted(names)}")
        row = self.one("helpdesk.ticket", [("id", "=", ticket)], ["number"])
        self.facts.update(ticket=ticket, late=late)
        why = "; ".join(f"{link['name']}: {link['reason']}" for link in links)
        self.say(
            f'Ticket {row["number"]} "주문 {order}은 언제 오나요?" is linked: {why}.',
            f"티켓 {row['number']} “주문 {order}은 언제 오나요?” 연결됨: {why}.",
        )

    def expected_arrival(self):
        """Read promised and expected arrival, and the reason for the delay."""
        row = self.one(
            "stock.picking",
            [("id", "=", self.facts["late"]["id"])],
            ["name", "logistics_promise_date", "logistics_eta_date", "logistics_late_reason"],
        )
        lanes = self.client.call("logistics.eta.lane", "search_count", [])
        self.expect(lanes, "no delivery times were learned")
        self.expect(row["logistics_promise_date"], "the delivery has no promised date")
        promised = row["logistics_promise_date"][:10]
        expected = (row["logistics_eta_date"] or "")[:10]
        # without goods and without a receipt on its way nobody can name a day
        self.expect(not expected or expected > promised, f"expected {expected} is not after promised {promised}")
        self.facts.update(promised=promised, expected=expected)
        self.say(
            f"{row['name']}: promised {promised}, now expected {expected or 'on a day not known yet'}, "
            f"reason {row['logistics_late_reason']} ({lanes} delivery lanes learned from history).",
            f"{row['name']}: 약속 배송일 {promised}, 예상 도착일 {expected or '미정'}, "
            f"사유 {row['logistics_late_reason']} (과거 배송에서 학습한 구간 {lanes}개).",
        )

    # -------------------------------------------------------------------- hospitals
    def _operations(self):
        """Return new catheter ablations of hospital 1 in the coming days."""
        now = datetime.now(UTC).replace(tzinfo=None)
        department = next(item for item in HOSPITALS[0].departments if ABLATION in item.codes)
        day = datetime.combine(date.today() + timedelta(days=2), datetime.min.time())
        return [
            schedule_generator.Operation(
                ident=f"STORY-{now:%y%m%d%H%M%S}{now.microsecond // 1000:03d}-{number}",
                version=1,
                status="booked",
                code=ABLATION,
                name=PROCEDURE[ABLATION].name,
                place=department.ref,
                start=day + timedelta(days=number % 3, hours=8 + number),
                minutes=90,
                sent=now + timedelta(hours=9),
            )
            for number in range(BOOKED)
        ]

    def _ingest(self, operations):
        message = schedule_generator.change_messages(HOSPITALS[0], operations)
        feed = self.one("medical.feed", [("source", "=", HOSPITALS[0].source)], ["name"])
        return message, self.client.call("medical.feed", "ingest", [feed["id"]], message.text, message.format)

    def _booked(self):
        room = self.facts["room"]["id"]
        return self.client.call(
            "medical.event", "search_count", [("storeroom_id", "=", room), ("is_booked", "=", True)]
        )

    def hospital_books(self):
        """Send bookings with patients in them; events arrive, patients do not."""
        place = next(item for item in HOSPITALS[0].departments if ABLATION in item.codes)
        self.facts["room"] = self.one(
            "medical.storeroom",
            [("department_ids.ref", "=", place.ref)],
            ["name"],
            missing="no storeroom: run scripts/demo_load first",
        )
        self.facts["operations"] = self._operations()
        before = self._booked()
        message, result = self._ingest(self.facts["operations"])
        self.expect(result["created"] == BOOKED, f"{BOOKED} bookings sent, {result['created']} events made")
        self.expect(self._booked() == before + BOOKED, "the new events do not count as booked")
        people = {schedule_generator.patient_of(operation)["name"] for operation in self.facts["operations"]}
        self.expect(all(name in message.text for name in people), "the message names no patients")
        newest = self.client.search("medical.event", [], order="id desc", limit=BOOKED)
        stored = str(self.client.call("medical.event", "read", newest))
        found = [name for name in people if name in stored]
        self.expect(not found, f"{len(found)} patient name(s) were stored")
        self.say(
            f"{BOOKED} bookings received as FHIR for {self.facts['room']['name']}; "
            f"{len(people)} patients in the message, 0 in what was stored.",
            f"{self.facts['room']['name']}에 FHIR 예약 {BOOKED}건 수신; "
            f"메시지 속 환자 {len(people)}명, 저장된 환자 정보 0건.",
        )

    def _proposal(self):
        """Run the replenishment of the storeroom; return its open proposal."""
        room = self.facts["room"]["id"]
        self.client.call("medical.storeroom", "action_replenish", [room])
        return self.one(
            "medical.proposal",
            [("storeroom_id", "=", room), ("state", "in", ["draft", "sent"])],
            ["name", "state", "line_ids"],
            order="id desc",
            missing="the run made no proposal",
        )

    def _line(self, proposal):
        """Return the proposal's line of ablation catheters."""
        return self.one(
            "medical.proposal.line",
            [("proposal_id", "=", proposal["id"]), ("product_id.default_code", "=", "MED-ABLATION")],
            ["product_id", "booked_mean", "unbooked_mean", "safety", "usable", "incoming", "order_qty"],
            missing=f"{proposal['name']} has no line of ablation catheters",
        )

    def propose(self):
        """Turn bookings into a proposal, every line with its reason."""
        proposal = self._proposal()
        line = self._line(proposal)
        self.expect(line["order_qty"] > 0, "nothing would be ordered")
        self.facts.update(proposal=proposal, line=line)
        self.say(
            f"Proposal {proposal['name']}, {len(proposal['line_ids'])} lines. {line['product_id'][1]}: "
            f"booked {line['booked_mean']:.1f} + unbooked {line['unbooked_mean']:.1f} + safety {line['safety']:.1f} "
            f"− usable {line['usable']:.0f} − incoming {line['incoming']:.0f} → order {line['order_qty']:.0f}.",
            f"보충 제안 {proposal['name']}, {len(proposal['line_ids'])}개 품목. {line['product_id'][1]}: "
            f"예약 {line['booked_mean']:.1f} + 비예약 {line['unbooked_mean']:.1f} + 안전 {line['safety']:.1f} "
            f"− 가용 {line['usable']:.0f} − 입고 {line['incoming']:.0f} → 주문 {line['order_qty']:.0f}.",
        )

    def hospital_cancels(self):
        """Cancel two operations: their demand goes back, in the same proposal."""
        before = self.facts["line"]
        booked = self._booked()
        gone = [
            schedule_generator.changed(operation, 2, status="cancelled")
            for operation in self.facts["operations"][:CANCELLED]
        ]
        _message, result = self._ingest(gone)
        self.expect(
            result["updated"] == CANCELLED, f"{CANCELLED} cancellations sent, {result['updated']} events changed"
        )
        self.expect(self._booked() == booked - CANCELLED, "the cancelled operations still count as booked")
        _message, again = self._ingest(gone)
        self.expect(not again["updated"] and not again["created"], "the same cancellation changed something twice")
        proposal = self._proposal()
        line = self._line(proposal)
        self.expect(
            line["booked_mean"] < before["booked_mean"],
            f"booked demand stayed {line['booked_mean']} after {CANCELLED} cancellations",
        )
        if proposal["state"] == "draft":
            self.client.call("medical.proposal", "action_send", [proposal["id"]])
        self.facts.update(proposal=proposal, line=line)
        self.say(
            f"{CANCELLED} operations cancelled: booked demand {before['booked_mean']:.1f} → {line['booked_mean']:.1f}, "
            f"order {before['order_qty']:.0f} → {line['order_qty']:.0f}. The same messages again change nothing.",
            f"수술 {CANCELLED}건 취소: 예약 수요 {before['booked_mean']:.1f} → {line['booked_mean']:.1f}, "
            f"주문 {before['order_qty']:.0f} → {line['order_qty']:.0f}. 같은 메시지를 다시 보내도 그대로입니다.",
        )

    # ----------------------------------------------------------------------- portal
    def _browser(self):
        """Return an HTTP session logged in as the hospital's user."""
        session = requests.Session()
        page = session.get(f"{self.client.url}/web/login", params={"db": self.client.db}, timeout=120)
        token = re.search(r'name="csrf_token"\s+value="([^"]+)"', page.text)
        self.expect(token, f"{page.url} shows no log-in form")
        login, password = self.hospital_login
        page = session.post(
            f"{self.client.url}/web/login",
            data={"login": login, "password": password, "csrf_token": token[1], "redirect": "/my"},
            timeout=120,
        )
        self.expect("/web/login" not in page.url, f"the portal refused the log-in of {login!r}")
        return session

    def approve_on_portal(self):
        """Log in as the hospital, read the proposal's page, sign and approve it."""
        proposal = self.facts["proposal"]
        session = self._browser()
        url = f"{self.client.url}/my/medical/proposals/{proposal['id']}"
        page = session.get(url, timeout=120)
        self.expect(page.status_code == 200, f"{url} answers {page.status_code}")
        forms = html.fromstring(page.text).xpath("//form[contains(@action, '/approve')]")
        self.expect(forms, f"{url} offers nothing to approve")
        values = {
            item.get("name"): item.get("value") or ""
            for item in forms[0].xpath(".//input[@name]")
            if item.get("type") != "checkbox"
        }
        values["signed_by"] = "한수진"
        answer = session.post(f"{url}/approve", data=values, timeout=300)
        self.expect(answer.status_code == 200, f"the approval was answered with {answer.status_code}")
        row = self.one(
            "medical.proposal",
            [("id", "=", proposal["id"])],
            ["state", "sale_order_id", "picking_ids", "commitment_date"],
        )
        words = html.fromstring(answer.text).xpath("string(//*[contains(@class, 'alert')])").split()
        self.expect(row["state"] == "ordered", f"the proposal is {row['state']!r}: {' '.join(words)}")
        self.facts.update(order=row["sale_order_id"], pickings=row["picking_ids"])
        lines = sum(name.startswith("qty_") for name in values)
        self.say(
            f"The hospital's supply manager approved {proposal['name']} on the portal (HTTP, {lines} lines).",
            f"병원 물류팀장이 포털에서 {proposal['name']} 결재 완료 (HTTP, {lines}개 품목).",
        )

    def order_and_delivery(self):
        """The approval is a sales order with its delivery."""
        order = self.one(
            "sale.order",
            [("id", "=", self.facts["order"][0])],
            ["name", "state", "amount_total", "currency_id", "commitment_date", "picking_ids"],
        )
        self.expect(order["state"] == "sale", f"order {order['name']} is {order['state']!r}")
        pickings = self.client.search_read(
            "stock.picking", [("id", "in", order["picking_ids"])], ["name", "state", "location_dest_id"]
        )
        self.expect(pickings, f"order {order['name']} has no delivery")
        self.facts["pickings"] = [row["id"] for row in pickings]
        names = ", ".join(f"{row['name']} → {row['location_dest_id'][1]}" for row in pickings)
        amount = f"{order['amount_total']:,.0f} {order['currency_id'][1]}"
        day = (order["commitment_date"] or "")[:10]
        self.say(
            f"Sales order {order['name']}, {amount}, delivery day {day}: {names}.",
            f"판매 주문 {order['name']}, {amount}, 배송일 {day}: {names}.",
        )

    def deliver(self):
        """Ship the delivery; the storeroom's stock grows by it."""
        room = self.facts["room"]["id"]
        domain = [("storeroom_id", "=", room), ("product_id", "=", self.facts["line"]["product_id"][0])]
        before = self.one("medical.storeroom.line", domain, ["on_hand"])["on_hand"]
        pickings = self.facts["pickings"]
        self.client.call("stock.picking", "action_assign", pickings)
        self.client.call(
            "stock.picking",
            "button_validate",
            pickings,
            context={"skip_backorder": True, "skip_sms": True},
        )
        states = self.client.search_read("stock.picking", [("id", "in", pickings)], ["name", "state"])
        open_ones = [row["name"] for row in states if row["state"] != "done"]
        self.expect(not open_ones, f"not delivered: {', '.join(open_ones)}")
        after = self.one("medical.storeroom.line", domain, ["on_hand"])["on_hand"]
        moved = self.client.search_read(
            "stock.move",
            [("picking_id", "in", pickings), ("product_id", "=", self.facts["line"]["product_id"][0])],
            ["quantity"],
        )
        quantity = sum(row["quantity"] for row in moved)
        self.expect(
            quantity and abs(after - before - quantity) < 0.01,
            f"stock went from {before} to {after}, delivered {quantity}",
        )
        status = self.one("medical.proposal", [("id", "=", self.facts["proposal"]["id"])], ["delivery_status"])
        self.facts.update(stock_before=before, stock_after=after)
        self.say(
            f"Delivered: {self.facts['line']['product_id'][1]} in {self.facts['room']['name']} "
            f"{before:.0f} → {after:.0f}; proposal delivery {status['delivery_status']}.",
            f"배송 완료: {self.facts['room']['name']}의 {self.facts['line']['product_id'][1]} "
            f"{before:.0f} → {after:.0f}; 제안 배송 상태 {status['delivery_status']}.",
        )
