# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""scripts/demo_load: load the demo story into a running Odoo, through its API."""

import argparse
import csv
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ..command import guarded
from ..prepare.problem import Problem
from ..rpc import Client, RpcError
from . import hospital_desk, online_retail, retail_plan, settings, showcase
from .hospitals import HospitalLoader
from .progress import Progress
from .retail_loader import RetailLoader
from .users import load_users

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "data" / "online_retail" / "online_retail_extract.csv.gz"
TOTALS = DATA.with_name("weekly_totals.csv.gz")

DESCRIPTION = """\
Load the demo story into a running Odoo, as an outside client would (RPC only).

Real orders, credit notes and prices of UCI Online Retail become customers, articles,
purchases, orders, deliveries and returns, spread over the real dates. All dates move
by the same number of whole weeks, so that the data ends last week; --no-shift keeps
the years 2010-2011. Started again, it does only what is missing: it may be killed at
any moment. Rows that cannot be used go to the --bad-rows file.
"""


def parse(arguments):
    """Return the options."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo_load",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default="http://127.0.0.1:8069")
    parser.add_argument("--db", required=True, help="database name")
    parser.add_argument("--login", default="admin", help="an administrator")
    parser.add_argument("--password", default="admin")
    parser.add_argument(
        "--csv",
        type=Path,
        default=DATA,
        help="a file in the format of UCI Online Retail (default: the extract in data/)",
    )
    parser.add_argument(
        "--bad-rows",
        type=Path,
        default=Path("demo_bad_rows.csv"),
        help="where rows that cannot be used are listed (default: %(default)s)",
    )
    parser.add_argument("--no-shift", action="store_true", help="keep the dates of the source")
    parser.add_argument(
        "--only",
        choices=["retail", "story"],
        help="load only the retail history, or only what is built on it",
    )
    return parser.parse_args(arguments)


def shift_of(client, retail, today, no_shift):
    """Return the shift in days; a database keeps the one it was begun with."""
    begun = settings.parameter(client, settings.SHIFT)
    if begun is not None:
        return int(begun)
    last = retail.sales["date"].max().date()
    days = 0 if no_shift else retail_plan.shift_days(last, today)
    settings.set_parameter(client, settings.SHIFT, days)
    return days


def plan_moment(client):
    """Return the moment the plan is made for; kept, so that a second run, on another
    day too, plans the same."""
    begun = settings.parameter(client, settings.SHIFT + "_at")
    if begun:
        return datetime.fromisoformat(begun)
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    settings.set_parameter(client, settings.SHIFT + "_at", now.isoformat())
    return now


def keep_to_plan(client, plan):
    """Go on only with the plan that the database was begun with.

    :raise Problem: another version of the loader, or another file, has begun it: its
        orders, stock and returns would not fit to what is planned now
    """
    wanted = plan.fingerprint()
    begun = settings.parameter(client, settings.PLAN)
    if begun == wanted:
        return
    if begun or client.known("sale.order", "retail_order_") or client.known("purchase.order", "retail_purchase_"):
        raise Problem(
            f"Database {client.db!r} was filled by another version of the demo story or from another file, and this "
            "one cannot go on from there: start afresh (scripts/reset), or load into a new database."
        )
    settings.set_parameter(client, settings.PLAN, wanted)


def write_problems(problems, path):
    """Write the rows set aside: line number of the file, field, value, reason."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(problems.columns)
        writer.writerows(problems.itertuples(index=False))


def load_story(client, modules, plan, today):
    """Load what is built on the retail history, as far as the add-ons are installed.

    :return: counts by kind
    """
    counts = {}
    hospitals, loader = None, None
    if "medical_supply_crm" in modules:
        loader = HospitalLoader(client, today)
        hospitals = loader.load_places()
    users = load_users(client, hospitals)
    counts["users"] = len(users)
    if loader:
        loader.load_people(hospitals, users)
        loader.load_supplies()
        loader.load_procedures()
        storerooms = loader.load_storerooms()
        loader.feed_schedules(loader.load_feeds())
        hospital_desk.load_rule(client, hospitals, storerooms)
        hospital_desk.load_cards(client, storerooms)
        loader.propose(storerooms)
        hospital_desk.load_recall(client)
        counts.update(loader.counts)
    if "crm_logistics_bridge" in modules:
        showcase.learn_lanes(client)
        counts["tickets"] = len(showcase.load_tickets(client, plan, users["agent"]))
        showcase.count_kpis(client)
    if "omni_forecast" in modules:
        progress = Progress("forecasts", 1)
        summary = showcase.load_plan(client)
        if summary and summary["state"] != "done":
            raise RuntimeError(f"the forecast plan failed: {summary['error']}")
        progress.advance()
        progress.close()
        for kind in ("series", "recommendation"):
            counts[f"forecast {kind}"] = client.call(f"forecast.{kind}", "search_count", [])
    return counts


@guarded
def main(arguments):
    """Run the command; return its exit code."""
    options = parse(arguments)
    started = time.monotonic()
    try:
        client = Client(options.url, options.db, options.login, options.password)
        modules = settings.check_modules(client)
        retail = online_retail.read(options.csv)
        if options.csv == DATA:
            retail = online_retail.add_weekly_totals(retail, TOTALS)
        for code in ("en_US", "ko_KR"):
            settings.activate_language(client, code)
        settings.prepare_company(client)
        now = plan_moment(client)
        days = shift_of(client, retail, now.date(), options.no_shift)
        plan = retail_plan.make_plan(retail, now, days)
        keep_to_plan(client, plan)
        counts = {}
        if options.only != "story":
            write_problems(retail.problems, options.bad_rows)
            counts = RetailLoader(client, retail, plan, modules).run()
        if options.only != "retail":
            counts.update(load_story(client, modules, plan, now.date()))
    except (RpcError, ValueError, RuntimeError) as error:
        raise Problem(f"{error} (started again, it goes on from here)") from error
    for label, count in counts.items():
        print(f"{count:>7,}  {label}")
    if options.only != "story":
        first = retail.sales["date"].min() + timedelta(days=days)
        last = retail.sales["date"].max() + timedelta(days=days)
        print(f"Dates: {first:%Y-%m-%d} to {last:%Y-%m-%d} ({days:+d} days).")
        print(f"{len(retail.problems)} rows set aside: {options.bad_rows.resolve()}")
    print(f"Done in {time.monotonic() - started:.0f} s with {client.calls} calls.")
    sys.stdout.flush()
    return 0
