# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""`scripts/replay`: service, stock and waste of replenishment policies on somebody's own ledger."""

import argparse
import json
import re
import sys
from pathlib import Path

UNITS = {"d": 1, "w": 7, "m": 30.4375}
POLICIES = ("minmax", "par", "booked")
NAMES = {"minmax": "min/max", "par": "par refill", "booked": "booked demand"}
EPILOG = """\
The ledger is a CSV (plain or .gz): site, product, date, opening, received, distributed, adjusted, closing;
optional unit_cost, pack_size, shelf_life_days, expiry, stockout_days. One row per site, product and day,
week or month. The schedule, if there is one, holds what was booked: site, product, event, date, known_from
(the day it was booked), quantity; optional probability, show, cancelled_on.

Every policy meets the same demand with the same lead time and reviews at the same moments, and decides with
what was known then. Where a shelf was empty, demand is at least the mean of the periods with stock around it
(--unmet ignore takes what was distributed). The first periods are only learned from. No database is needed.

Exit status: 0 when the comparison was made (rows set aside are listed), 2 when it could not be made.

examples:
  scripts/replay ledger.csv --lead-time 2w --review 1w
  scripts/replay ledger.csv.gz --lead-time 3m --review 1m --policy booked,minmax --curves curves.csv
  scripts/replay ledger.csv --lead-time 7 --schedule bookings.csv --json result.json
"""


def parser():
    """The argument parser (also used by the tests)."""
    out = argparse.ArgumentParser(
        prog="scripts/replay",
        description="Compare replenishment policies on a stock ledger.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    out.add_argument("ledger", type=Path, metavar="LEDGER.csv")
    out.add_argument("--lead-time", required=True, type=days, metavar="TIME", help="days, or 2w, 3m")
    out.add_argument("--review", type=days, metavar="TIME", help="between two orders (default: one period)")
    out.add_argument(
        "--policy", default=",".join(POLICIES), help="of minmax, par, booked; several by commas (default: all)"
    )
    out.add_argument("--schedule", type=Path, metavar="FILE.csv", help="what was booked, and from when")
    out.add_argument("--target", type=share, default=0.99, help="fill rate to compare at (default 0.99)")
    out.add_argument("--period", choices=["auto", "day", "week", "month"], default="auto")
    out.add_argument("--unmet", choices=["estimate", "ignore"], default="estimate")
    out.add_argument("--learn", type=int, metavar="PERIODS", help="first periods, only learned from")
    out.add_argument("--curves", type=Path, metavar="FILE", help="write all points of the curves as CSV")
    out.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")
    out.add_argument("--problems", type=Path, metavar="FILE", help="write the rows set aside as CSV")
    return out


def days(text):
    """Days of "14", "14d", "2w" or "3m"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([dwm]?)", text.strip().lower())
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write 14, 14d, 2w or 3m")
    return float(match[1]) * UNITS[match[2] or "d"]


def share(text):
    """A number between 0.5 and 1, or a percentage like 99%."""
    try:
        value = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = 0
    if not 0.5 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no fill rate between 0.5 and 1")
    return value


def main(argv=None):
    """Run the command; returns the exit status."""
    options = parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    from .engines import load

    replay = load("medical_supply_crm", "engine.replay")
    try:
        return _run(replay, options)
    except (replay.LedgerError, OSError) as error:
        print(f"replay: {error}", file=sys.stderr)
        return 2


def _read(replay, path):
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, EOFError) as error:
        raise replay.LedgerError(f"{path}: cannot be read as CSV: {error}") from None


def _run(replay, options):
    ledger = replay.read_ledger(_read(replay, options.ledger), options.period, options.unmet)
    problems = ledger.problems.assign(file=str(options.ledger))
    schedule = None
    if options.schedule:
        schedule = replay.read_schedule(_read(replay, options.schedule), ledger)
        import pandas as pd

        problems = pd.concat([problems, schedule.problems.assign(file=str(options.schedule))])
    policies = [name.strip() for name in options.policy.split(",") if name.strip()]
    result = replay.compare(
        ledger,
        schedule,
        lead_days=options.lead_time,
        review_days=options.review or ledger.days,
        policies=policies,
        target=options.target,
        first=options.learn,
    )
    _tell_problems(problems)
    _tell(result, ledger, schedule)
    if options.problems:
        problems.to_csv(options.problems, index=False)
    if options.curves:
        result.curves.to_csv(options.curves, index=False)
    if options.json:
        tables = ("curves", "equal_fill", "equal_stock")
        data = {name: json.loads(getattr(result, name).to_json(orient="records")) for name in tables}
        data |= {"facts": result.facts, "problems": len(problems)}
        options.json.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def _tell_problems(problems, most=10):
    for row in problems.head(most).itertuples():
        where = f"{row.file}, line {row.line}" if row.line else row.file
        what = f"{row.field} {row.value!r} " if row.field else ""
        print(f"{where}: {what}{row.reason}", file=sys.stderr)
    if len(problems) > most:
        print(f"… {len(problems) - most} more (--problems FILE lists them)", file=sys.stderr)


def _tell(result, ledger, schedule):
    facts = result.facts
    print(
        f"{facts['series']:,} series (site × product), {facts['periods']} {facts['period']}s, of which "
        f"{facts['first']} only to learn from; lead time {facts['lead']}, review {facts['review']} "
        f"{facts['period']}(s); {facts['estimated']:.1%} of the demand estimated"
        + (f"; {len(schedule.series):,} booked uses" if schedule else "; no schedule: all use is unbooked")
    )
    target = result.equal_fill["target"].iloc[0]
    print(f"\nAt a fill rate of {target:.1%} (stock = mean value on the shelf, waste = value expired):")
    head = f"{'class':<6}{'policy':<15}{'stock':>14}{'waste':>14}{'less stock':>12}{'less waste':>12}"
    print(head + "\n" + "-" * len(head))
    for row in result.equal_fill.itertuples():
        own = row.policy == "booked"
        print(
            f"{row.abc:<6}{NAMES[row.policy]:<15}{_number(row.stock_value):>14}{_number(row.waste_value):>14}"
            f"{'' if own else _share(row.stock_saved):>12}{'' if own else _share(row.waste_saved):>12}"
        )
    print("(less: what booked demand saves against that policy)")
    if not (result.equal_stock["policy"] == "booked").any():
        return
    print("\nWith the same stock as that policy, not served (share of demand; of series-periods short):")
    for row in result.equal_stock.itertuples():
        if row.policy != "booked":
            print(
                f"{row.abc:<6}{NAMES[row.policy]:<15}{row.short_share:>8.2%}{row.stockout_share:>8.2%}   "
                f"booked demand {_share(row.booked_short_share)}{_share(row.booked_stockout_share):>8}"
            )


def _number(value):
    return "not reached" if value != value else f"{value:,.0f}"


def _share(value):
    return "–" if value != value else f"{value:.2%}" if abs(value) < 0.1 else f"{value:.0%}"
