# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Make data/synthea/procedure_mix.csv: how often each procedure happens, how long it takes.

    python scripts/suite/demo/derive_procedure_mix.py PROCEDURES.csv.gz [TARGET.csv]

The source holds dated procedures of synthetic people. Only counts over the last ten
years leave it: no person, no date, no place.
"""

import argparse
from pathlib import Path

import pandas as pd

YEARS = 10


def derive(procedures):
    """Return code, name, count, weekly_rate and median_minutes, most frequent first.

    :param procedures: columns performed_start, performed_end, code_system, code, display
    """
    rows = procedures[procedures["code_system"].str.contains("snomed")].copy()
    start = pd.to_datetime(rows["performed_start"], utc=True)
    end = pd.to_datetime(rows["performed_end"], utc=True)
    rows["minutes"] = (end - start).dt.total_seconds() / 60
    rows = rows[start > start.max() - pd.DateOffset(years=YEARS)]
    mix = rows.groupby("code").agg(
        name=("display", "first"),
        count=("display", "size"),
        median_minutes=("minutes", "median"),
    )
    mix["weekly_rate"] = (mix["count"] / (YEARS * 365.25 / 7)).round(4)
    mix["median_minutes"] = mix["median_minutes"].round().astype(int)
    mix["name"] = mix["name"].str.replace(r"\s*\([a-z/]+\)$", "", regex=True)
    mix = mix.reset_index().sort_values(["count", "code"], ascending=[False, True])
    return mix.rename(columns={"code": "snomed_code"})[
        ["snomed_code", "name", "count", "weekly_rate", "median_minutes"]
    ]


def main():
    """Command line: SOURCE [TARGET]."""
    default = Path(__file__).resolve().parents[3] / "data/synthea/procedure_mix.csv"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", help="procedures.csv[.gz]")
    parser.add_argument("target", nargs="?", default=str(default))
    options = parser.parse_args()
    mix = derive(pd.read_csv(options.source, dtype=str))
    mix.to_csv(options.target, index=False, lineterminator="\n")
    print(f"{len(mix)} procedures -> {options.target}")


if __name__ == "__main__":
    main()
