# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be asked on the command line."""

import argparse
import math

DESCRIPTION = """\
Forecast every series of a table, with 80 % and 95 % intervals.

INPUT has the columns unique_id, ds, y and, if wanted, further numeric columns (price,
promotion ...) as drivers; any order, gaps allowed, each series may end at its own date.
OUT gets unique_id, ds, mean, lo80, hi80, lo95, hi95.
Rows that cannot be used are named with their line number on stderr and left out."""
EPILOG = """\
Repeated rows of one series and date are added up and reported. A period without a row
means no demand, unless zeros are rows of their own in the file or the series is never near
zero (then it is unknown and interpolated); --missing says it outright.
Exit code: 0 every series has every period; 1 some have not; 2 nothing could be done."""


def parser():
    """Parser of the command line."""
    answer = argparse.ArgumentParser(
        prog="scripts/forecast",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = answer.add_argument
    add("input", metavar="INPUT.csv[.gz]")
    add("--freq", required=True, choices=("M", "W", "D"), help="months, weeks or days")
    add("--horizon", required=True, type=_positive, metavar="H", help="periods ahead")
    add("--policy", default="fast", choices=("fast", "balanced", "thorough"))
    add(
        "--season",
        type=_positive,
        metavar="S",
        help="periods of a season (default 12, 52 or 7; 1 = none)",
    )
    add(
        "--future",
        metavar="DRIVERS.csv[.gz]",
        help="unique_id, ds and the driver columns for the periods ahead",
    )
    add("-o", "--output", required=True, metavar="OUT.csv[.gz]")
    add("--lead-time", type=_positive, metavar="L", help="periods of the lead time")
    add(
        "--service",
        action="append",
        type=_services,
        metavar="P",
        help="probability (default 0.98); repeat it or separate by commas",
    )
    add(
        "--values",
        metavar="FILE",
        help="unique_id, value: yearly value, so that balanced and thorough spend their time on A and B articles",
    )
    add(
        "--cluster",
        metavar="WHERE",
        help="local (default), dask://HOST:PORT, spark[://HOST:PORT] or ray[://HOST:PORT]",
    )
    add("--lead-time-output", metavar="FILE", help="unique_id, service, quantile")
    add("--problems", metavar="FILE", help="all problems as unique_id, line, message")
    add(
        "--missing",
        default="auto",
        choices=("auto", "zero", "interpolate"),
        help="what a period without a row means",
    )
    add("--quiet", action="store_true", help="no progress")
    return answer


def _positive(text):
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return value


def _services(text):
    values = []
    for part in text.split(","):
        try:
            value = float(part)
        except ValueError:
            value = math.nan
        if not 0 < value < 1:
            raise argparse.ArgumentTypeError(f"{part!r} is not a probability between 0 and 1, like 0.98")
        values.append(value)
    return values
