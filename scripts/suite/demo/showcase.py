# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person finds after loading: a forecast plan that has run, learned delivery
times, a ticket in Korean about a delivery that is late.
"""

from .users import load_buyer

PLAN = "forecast_plan_gifts"
TICKET = "logistics_ticket_late"
TICKETS = {
    TICKET: (
        "배송이 아직 안 왔어요",
        "안녕하세요, 주문 {order} 배송이 아직 안 왔어요. 약속한 날짜가 지났는데 언제 도착하나요?",
    ),
    "logistics_ticket_return": (
        "Damaged on arrival",
        ("Two pieces of order {returned} arrived broken. We sent them back; please confirm that you received them."),
    ),
}


def load_plan(client):
    """Create the weekly plan of the real articles and run it; return its summary.

    A plan that has been run is left as it is.
    """
    plans = client.known("forecast.plan", PLAN)
    if PLAN not in plans:
        categories = client.known("product.category", "retail_category_")
        plan = client.create_keyed(
            "forecast.plan",
            PLAN,
            {
                "name": "Weekly forecast: gifts",
                "grain": "week",
                "history_periods": 104,
                "horizon": 12,
                "category_ids": [(6, 0, sorted(categories.values()))],
            },
            [("name", "=", "Weekly forecast: gifts")],
        )
        plans = {PLAN: plan}
    plan = plans[PLAN]
    done = client.search("forecast.run", [("plan_id", "=", plan), ("state", "=", "done")], limit=1)
    if done:
        return None
    return client.call("forecast.plan", "action_run_now", [plan])


def learn_lanes(client):
    """Let the delivery times be learned from the loaded history."""
    client.call("logistics.eta.lane", "action_learn_from_history", [])


def count_kpis(client):
    """Let the key figures be counted from the loaded history; else they wait for the hourly job."""
    client.call("logistics.kpi.day", "action_refresh_all")


def load_tickets(client, plan, agent):
    """Create the tickets of the story that are missing; return {key: ticket id}.

    :param plan: :class:`~suite.demo.retail_plan.Plan` that was loaded
    :param agent: user id of the agent who has them
    """
    known = client.known("helpdesk.ticket", "logistics_ticket_")
    team = load_team(client, agent)
    channel = client.ref("helpdesk_mgmt.helpdesk_ticket_channel_email")
    delayed = plan.orders.index[plan.orders["delayed"]]
    orders = {}
    if len(delayed):
        orders[TICKET] = delayed[0]
    if len(plan.returns):
        newest = plan.returns.sort_values(["date", "order"]).iloc[-1]["order"]
        orders["logistics_ticket_return"] = newest
    ids = client.known("sale.order", "retail_order_")
    for key, number in orders.items():
        if key in known:
            continue
        order = client.search_read(
            "sale.order",
            [("id", "=", ids[f"retail_order_{number}"])],
            ["name", "partner_id"],
        )[0]
        partner = order["partner_id"][0]
        if key == TICKET:
            partner = korean_buyer(client, partner)
            load_buyer(client, partner)
        title, body = TICKETS[key]
        body = body.format(order=order["name"], returned=order["name"])
        contact = client.search_read("res.partner", [("id", "=", partner)], ["name", "email"])[0]
        known[key] = client.create_keyed(
            "helpdesk.ticket",
            key,
            {
                "name": title,
                "description": f"<p>{body}</p>",
                "partner_id": partner,
                "partner_name": contact["name"],
                "partner_email": contact["email"],
                "team_id": team,
                "channel_id": channel,
                "user_id": agent,
            },
            [("name", "=", title), ("partner_id", "=", partner)],
        )
    return known


def load_team(client, agent):
    """Return the service team of the story, creating it once."""
    key = "logistics_team_service"
    teams = client.known("helpdesk.ticket.team", key)
    if key not in teams:
        values = {"name": "Customer service", "user_ids": [(6, 0, [agent])]}
        teams[key] = client.create_keyed("helpdesk.ticket.team", key, values, [("name", "=", values["name"])])
        client.write("helpdesk.ticket.team", [teams[key]], {"name": "고객 서비스"}, context={"lang": "ko_KR"})
    return teams[key]


def korean_buyer(client, customer):
    """Return the Korean-speaking buyer of a customer, creating him once."""
    found = client.search("res.partner", [("parent_id", "=", customer), ("name", "=", "김서준")])
    if found:
        return found[0]
    return client.create(
        "res.partner",
        {
            "name": "김서준",
            "parent_id": customer,
            "type": "contact",
            "function": "구매 담당",
            "email": f"seojun.kim.{customer}@shop.example",
            "lang": "ko_KR",
        },
    )
