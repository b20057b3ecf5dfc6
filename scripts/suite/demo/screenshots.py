# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""scripts/screenshots: take the README's pictures from a running demo."""

import argparse
import io
from pathlib import Path

from PIL import Image

from ..command import guarded
from ..prepare.problem import Problem
from ..rpc import Client, RpcError
from .browser import Browser
from .showcase import PLAN, TICKET

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "screenshots"
LIMIT = 250_000  # bytes per picture
DESKTOP, PHONE = (1400, 900), (390, 844)
# picture -> (what to click, what then appears and is scrolled to)
TABS = {"crm_logistics_bridge": ("a[name='logistics_overview']", ".o_logistics_card")}


def records(client):
    """Return {picture name: (action's external id, record id, selector)} of the story.

    :raise Problem: when the demo story has not been loaded
    """
    tickets = client.known("helpdesk.ticket", TICKET)
    plans = client.known("forecast.plan", PLAN)
    if TICKET not in tickets or PLAN not in plans:
        raise Problem("the demo story is not in this database: run scripts/demo_load first")
    # the most regular article shows best what a forecast is
    series = client.search("forecast.series", [("plan_id", "=", plans[PLAN])], order="wape, id", limit=1)
    proposal = client.search("medical.proposal", [("state", "=", "sent")], order="id", limit=1)
    if not series or not proposal:
        raise Problem("the demo story is not complete: no forecast, or no proposal that waits for a hospital")
    return {
        "crm_logistics_bridge": ("helpdesk_mgmt.helpdesk_ticket_action", tickets[TICKET]),
        "omni_forecast": ("omni_forecast.action_forecast_series", series[0]),
        "medical_supply_crm": ("medical_supply_crm.medical_proposal_action", proposal[0]),
    }


def save(png, target):
    """Write a picture in 256 colours, which halves it and cannot be seen."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, "PNG", optimize=True)
    size = target.stat().st_size
    if size > LIMIT:
        raise Problem(f"{target} has {size:,} bytes, more than {LIMIT:,}")
    print(f"{size:>8,}  {target}")


def take(options, client):
    """Take all pictures, in English and in Korean."""
    pages = records(client)
    actions = {name: client.ref(action) for name, (action, _record) in pages.items()}
    language = client.search_read("res.users", [("id", "=", client.uid)], ["lang"])[0]["lang"]
    with Browser(options.chromium) as browser:
        try:
            for code, suffix in (("en_US", ""), ("ko_KR", ".ko")):
                client.write("res.users", [client.uid], {"lang": code})
                browser.size(*DESKTOP)
                browser.log_in(client.url, client.db, options.login, options.password)
                for name, (_action, record) in pages.items():
                    if options.only and options.only != name:
                        continue
                    browser.open(f"{client.url}/odoo/action-{actions[name]}/{record}", ".o_form_view")
                    if name in TABS:
                        click, shown = TABS[name]
                        browser.click(click, shown)
                    save(browser.picture(), options.folder / f"{name}{suffix}.png")
        finally:
            client.write("res.users", [client.uid], {"lang": language})
        if options.only:
            return
        browser.size(*PHONE, phone=True)
        browser.log_in(client.url, client.db, "hospital", "hospital")
        browser.open(f"{client.url}/my/medical", "#wrap")
        save(browser.picture(), options.folder / "portal_phone.png")
        browser.open(f"{client.url}/my/medical/proposals/{pages['medical_supply_crm'][1]}", "#wrap")
        save(browser.picture(), options.folder / "portal_phone_proposal.png")
    if browser.errors:
        raise Problem(f"the pages logged errors: {browser.errors[0]}")


@guarded
def main(arguments):
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="scripts/screenshots", description=__doc__.split(": ", 1)[1])
    parser.add_argument("--url", default="http://127.0.0.1:8069")
    parser.add_argument("--db", required=True, help="database name, filled by scripts/demo_load")
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--chromium", help="browser to use (default: the one on the PATH)")
    parser.add_argument("--only", help="one add-on's pictures, by its technical name")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write (default: docs/screenshots)")
    options = parser.parse_args(arguments)
    try:
        take(options, Client(options.url, options.db, options.login, options.password))
    except RpcError as error:
        raise Problem(str(error)) from error
    return 0
