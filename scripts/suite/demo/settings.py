# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Company, languages and features that the demo story needs, set as an admin would."""

import base64
import io

from PIL import Image, ImageDraw, ImageFont

from ..prepare.problem import Problem

COMPANY = {
    "name": "Omni Trading",
    "street": "12 Harbour Road",
    "city": "London",
    "zip": "SE1 2AA",
    "email": "hello@omni-trading.example",
}
NEEDED = ["sale_stock", "stock_delivery", "purchase_stock"]
SHIFT = "omni_suite.demo_shift_days"
PLAN = "omni_suite.demo_plan"


def installed(client):
    """Return the names of the installed add-ons."""
    rows = client.search_read("ir.module.module", [("state", "=", "installed")], ["name"])
    return {row["name"] for row in rows}


def check_modules(client):
    """Return the installed add-ons; say what is missing for the demo.

    :raise Problem: when core add-ons are missing or the user may not load data
    """
    modules = installed(client)
    missing = [name for name in NEEDED if name not in modules]
    if missing:
        raise Problem(f"database {client.db!r} lacks the add-on(s) {', '.join(missing)}: install them first")
    return modules


def activate_language(client, code):
    """Switch a language on; Odoo loads its translations when it was off."""
    rows = client.search_read(
        "res.lang",
        [("code", "=", code)],
        ["active"],
        context={"active_test": False},
    )
    if rows and rows[0]["active"]:
        return
    wizard = client.create("base.language.install", {"lang_ids": [(6, 0, [row["id"] for row in rows])]})
    client.call("base.language.install", "lang_install", [wizard])


def logo():
    """Return a plain word mark as base64 PNG."""
    picture = Image.new("RGBA", (420, 96), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((4, 14, 72, 82), 16, fill=(113, 75, 103))
    pen.ellipse((22, 32, 54, 64), outline=(255, 255, 255), width=7)
    pen.text((90, 22), COMPANY["name"], font=ImageFont.load_default(46), fill=(60, 40, 56))
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return base64.b64encode(stream.getvalue()).decode()


def prepare_company(client):
    """Give an untouched company a name, an address and pounds; once.

    A company that already has orders or another name than Odoo's default is left as
    it is: the story is then told in its own currency.
    """
    company = client.search_read("res.company", [], ["name", "currency_id"], limit=1)[0]
    if company["name"] not in ("My Company", "YourCompany", "내 회사"):
        return
    if client.call("sale.order", "search_count", []):
        return
    pound = client.search("res.currency", [("name", "=", "GBP")], context={"active_test": False})
    client.write("res.currency", pound, {"active": True})
    country = client.ref("base.uk")
    values = dict(COMPANY, country_id=country, currency_id=pound[0], logo=logo())
    fields = client.call("res.company", "fields_get", [], ["type"])
    for name in ("account_sale_tax_id", "account_purchase_tax_id"):
        # the source's prices carry no tax
        if name in fields:
            values[name] = False
    # price lists keep the currency that the company had before; orders take theirs
    lists = client.search("product.pricelist", [], context={"active_test": False})
    if lists:
        client.write("product.pricelist", lists, {"currency_id": pound[0]})
    warehouse = client.search("stock.warehouse", [("name", "=", company["name"])], limit=1)
    client.write("stock.warehouse", warehouse, {"name": "London"})
    client.write("res.users", [client.uid], {"lang": "en_US", "tz": "Europe/London"})
    # last: by its name a loader that was killed on the way knows that all of this is done
    client.write("res.company", [company["id"]], values)


def parameter(client, key, default=None):
    """Return a system parameter."""
    rows = client.search_read("ir.config_parameter", [("key", "=", key)], ["value"])
    return rows[0]["value"] if rows else default


def set_parameter(client, key, value):
    """Set a system parameter."""
    client.call("ir.config_parameter", "set_param", key, str(value))
