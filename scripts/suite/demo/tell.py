# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""scripts/demo_story: replay the demo story against a running Odoo."""

import argparse

from ..command import guarded
from ..prepare.problem import Problem
from ..rpc import Client, RpcError
from .settings import installed
from .story import Story, StoryError

DESCRIPTION = """\
Replay the demo story as an outside client: forecast, recommendation, a ticket in Korean
about a late order, hospital schedule messages, proposal, approval on the portal by HTTP,
order, delivery, storeroom stock. Prints each step's figures; ends with exit code 1 at
the first step that fails. Needs a database that scripts/demo_load has filled. Each run
makes new records: a ticket, bookings, an order and its delivery.
"""
NEEDED = {"omni_forecast", "crm_logistics_bridge", "medical_supply_crm"}


def parse(arguments):
    """Return the options."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo_story",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default="http://127.0.0.1:8069")
    parser.add_argument("--db", required=True, help="database name")
    parser.add_argument("--login", default="admin", help="an administrator")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--hospital-login", default="hospital", help="portal user of hospital 1")
    parser.add_argument("--hospital-password", default="hospital")
    parser.add_argument("--lang", choices=["en", "ko"], default="en", help="language of what is printed")
    return parser.parse_args(arguments)


@guarded
def main(arguments):
    """Run the command; return its exit code."""
    options = parse(arguments)
    try:
        client = Client(options.url, options.db, options.login, options.password)
        missing = NEEDED - installed(client)
        if missing:
            raise Problem(f"database {options.db!r} lacks {', '.join(sorted(missing))}")
        Story(
            client,
            options.lang,
            (options.hospital_login, options.hospital_password),
        ).run()
    except (RpcError, StoryError) as error:
        raise Problem(str(error)) from error
    print("이야기가 끝까지 이어졌습니다." if options.lang == "ko" else "The whole story worked.")
    return 0
