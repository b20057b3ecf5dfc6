# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The people of the demo story: log-ins, passwords, roles.

The passwords are public: they belong on a machine that only you reach.
"""

#: group: external ids of an internal user's groups, those of missing add-ons are
#: skipped; hospital: number of the hospital a portal user belongs to
DEMO_USERS = [
    {
        "login": "admin",
        "password": "admin",
        "name": "Administrator",
        "role_en": "administrator",
        "role_ko": "관리자",
        "lang": "en_US",
        "groups": [
            "helpdesk_mgmt.group_helpdesk_manager",
            "crm_logistics_bridge.group_logistics_manager",
            "omni_forecast.group_forecast_manager",
            "medical_supply_crm.group_medical_manager",
            "sales_team.group_sale_manager",
            "stock.group_stock_manager",
            "purchase.group_purchase_manager",
            "product.group_product_pricelist",
        ],
    },
    {
        "login": "planner",
        "password": "planner",
        "name": "Priya Planner",
        "role_en": "demand planner",
        "role_ko": "수요 계획 담당자",
        "lang": "en_US",
        "tz": "Europe/London",
        "groups": [
            "omni_forecast.group_forecast_planner",
            "omni_forecast.group_forecast_user",
            "stock.group_stock_manager",
            "purchase.group_purchase_user",
        ],
    },
    {
        "login": "agent",
        "password": "agent",
        "name": "이상담",
        "role_en": "service agent, no stock rights, Korean",
        "role_ko": "고객센터 상담원 (재고 권한 없음)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "groups": ["helpdesk_mgmt.group_helpdesk_user"],
    },
    {
        "login": "warehouse",
        "password": "warehouse",
        "name": "최창고",
        "role_en": "warehouse lead, Korean",
        "role_ko": "창고 책임자",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "groups": [
            "stock.group_stock_manager",
            "crm_logistics_bridge.group_logistics_viewer",
        ],
    },
    {
        "login": "medical",
        "password": "medical",
        "name": "박의료",
        "role_en": "medical desk, Korean",
        "role_ko": "의료 공급 담당자",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "groups": [
            "medical_supply_crm.group_medical_manager",
            "sales_team.group_sale_salesman_all_leads",
            "stock.group_stock_user",
        ],
    },
    {
        "login": "hospital",
        "password": "hospital",
        "name": "한수진",
        "role_en": "supply manager of Hanbit Hospital, portal, Korean",
        "role_ko": "한빛대학교병원 물류팀장 (포털)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "hospital": 1,
    },
    {
        "login": "hospital2",
        "password": "hospital2",
        "name": "정미래",
        "role_en": "supply manager of Pureun Hospital, portal, Korean",
        "role_ko": "푸른시민병원 구매팀장 (포털)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "hospital": 2,
    },
    {
        "login": "nurse",
        "password": "nurse",
        "name": "김간호",
        "role_en": "nurse of Hanbit Hospital's endoscopy centre, portal, Korean",
        "role_ko": "한빛대학교병원 소화기내시경센터 간호사 (포털)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "hospital": 1,
        "department": "HB-ENDO",
    },
    {
        "login": "emr",
        "password": "emr",
        "name": "오연동",
        "role_en": "EMR integration engineer of Hanbit Hospital, portal, Korean",
        "role_ko": "한빛대학교병원 EMR 연동 담당 (포털)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "hospital": 1,
        "integration": True,
    },
    {
        "login": "customer",
        "password": "customer",
        "name": "김서준",
        "role_en": "buyer of a shop that waits for a late delivery, portal, Korean",
        "role_ko": "늦은 배송을 기다리는 매장의 구매 담당 (포털)",
        "lang": "ko_KR",
        "tz": "Asia/Seoul",
        "buyer": True,
    },
]
PREFIX = "demo_user_"


def load_users(client, hospitals=None):
    """Create the users that are missing; return {login: user id}.

    Existing users keep their password and groups, so what somebody changed stays.

    :param client: :class:`~suite.rpc.Client` of an administrator
    :param hospitals: {number: partner id of the hospital}; without it the hospitals'
        people are left out
    """
    users = {}
    groups = _group_ids(client)
    known = client.known("res.users", PREFIX)
    for person in DEMO_USERS:
        found = known.get(PREFIX + person["login"]) or next(
            iter(
                client.search(
                    "res.users",
                    [("login", "=", person["login"])],
                    context={"active_test": False},
                )
            ),
            None,
        )
        if "buyer" in person:
            pass  # a contact of an order that is only there later: see load_buyer
        elif "hospital" in person:
            found = found or _create_portal_user(client, person, hospitals, groups)
        elif not found:
            found = _create_internal_user(client, person, groups)
        elif person["login"] == "admin":
            wanted = [groups[name] for name in person["groups"] if name in groups]
            client.write("res.users", [found], {"group_ids": [(4, group) for group in wanted]})
        if found:
            users[person["login"]] = found
    return users


def load_buyer(client, partner):
    """Give the buyer of the late order, a contact, his portal user, once.

    :param partner: id of the contact
    """
    person = next(person for person in DEMO_USERS if "buyer" in person)
    if not client.search("res.users", [("login", "=", person["login"])], context={"active_test": False}):
        groups = _group_ids(client)
        _create(client, person, {"partner_id": partner, "group_ids": [(6, 0, [groups["base.group_portal"]])]})


def _group_ids(client):
    """Return {external id: database id} of the groups that exist."""
    names = {name for person in DEMO_USERS for name in person.get("groups", [])}
    names |= {"base.group_user", "base.group_portal"}
    rows = client.search_read(
        "ir.model.data",
        [
            ("model", "=", "res.groups"),
            ("name", "in", sorted(name.split(".")[1] for name in names)),
        ],
        ["module", "name", "res_id"],
    )
    return {
        f"{row['module']}.{row['name']}": row["res_id"] for row in rows if f"{row['module']}.{row['name']}" in names
    }


def _create_internal_user(client, person, groups):
    wanted = [groups[name] for name in person["groups"] if name in groups]
    return _create(
        client,
        person,
        {"group_ids": [(6, 0, [groups["base.group_user"], *wanted])]},
    )


def _create_portal_user(client, person, hospitals, groups):
    hospital = (hospitals or {}).get(person["hospital"])
    if not hospital:
        return None
    email = f"{person['login']}@hospital.example"
    # a loader killed before it made the user has left the contact
    left = client.search("res.partner", [("parent_id", "=", hospital), ("email", "=", email)], limit=1)
    partner = (
        left[0]
        if left
        else client.create(
            "res.partner",
            {
                "name": person["name"],
                "email": email,
                "parent_id": hospital,
                "type": "contact",
                "lang": person["lang"],
                "tz": person["tz"],
            },
        )
    )
    return _create(
        client,
        person,
        {
            "partner_id": partner,
            "group_ids": [(6, 0, [groups["base.group_portal"]])],
        },
    )


def _create(client, person, values):
    """Create a user and its external id."""
    values = {
        "login": person["login"],
        "name": person["name"],
        "password": person["password"],
        "lang": person["lang"],
        "tz": person["tz"],
        **values,
    }
    if "partner_id" not in values:
        values["email"] = f"{person['login']}@omni-trading.example"
    user = client.create("res.users", values, context={"no_reset_password": True})
    client.create(
        "ir.model.data",
        {
            "module": "__import__",
            "name": PREFIX + person["login"],
            "model": "res.users",
            "res_id": user,
            "noupdate": True,
        },
    )
    return user
