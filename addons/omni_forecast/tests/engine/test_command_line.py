# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The command line, as a process: what it reads, refuses, reports and writes."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "forecast"


@pytest.fixture
def forecast(tmp_path):
    """Function that runs scripts/forecast in `tmp_path`: (process, output or None)."""

    def run(table, *arguments, name="in.csv", freq="M", horizon=3):
        source = tmp_path / name
        if isinstance(table, bytes):
            source.write_bytes(table)
        elif table is not None:
            source.write_text(table, encoding="utf-8")
        command = [sys.executable, str(SCRIPT), name, "--freq", freq]
        command += ["--horizon", str(horizon), "-o", "out.csv", *map(str, arguments)]
        process = subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "OMNI_SUITE_PYTHON": "1"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        out = tmp_path / "out.csv"
        return process, pd.read_csv(out) if out.exists() else None

    return run


def months(count, unique_id="a", start="2022-01"):
    dates = pd.period_range(start, periods=count, freq="M")
    return [f"{unique_id},{d}-01,{10 + i % 5}" for i, d in enumerate(dates)]


def table(*rows, head="unique_id,ds,y"):
    return "\n".join((head, *rows)) + "\n"


def test_forecast_with_lead_time(forecast, tmp_path):
    rows = months(30) + months(20, "b")
    np.random.default_rng(0).shuffle(rows)
    process, out = forecast(
        table(*rows),
        "--lead-time", 2, "--service", "0.9,0.98", "--service", 0.95,
        "--lead-time-output", "lead.csv",
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    assert list(out) == ["unique_id", "ds", "mean", "lo80", "hi80", "lo95", "hi95"]
    assert len(out) == 6 and np.isfinite(out.iloc[:, 2:]).all().all()
    assert list(out.ds[:3]) == ["2024-07-01", "2024-08-01", "2024-09-01"]
    assert list(out.ds[3:]) == ["2023-09-01", "2023-10-01", "2023-11-01"]
    lead = pd.read_csv(tmp_path / "lead.csv")
    assert list(lead) == ["unique_id", "service", "quantile"]
    assert sorted(lead.service.unique()) == [0.9, 0.95, 0.98]
    assert len(lead) == 6


def test_bad_rows_are_named_by_line(forecast, tmp_path):
    rows = months(24)
    rows[1] = 'a,2022-02-01,"1,200"'
    rows[3] = "a,2022-13-01,5"
    rows[5] = "a,2022-06-01"
    rows[7] = ",2022-08-01,5"
    rows[9] = "a,2022-10-01,many"
    process, out = forecast(table(*rows), "--problems", "problems.csv")
    assert process.returncode == 0
    for words in (
        "line 3: a: y '1,200' has thousands separators",
        "line 5: a: ds '2022-13-01' is no day of the calendar",
        "line 7: a: 2 field(s) instead of 3",
        "line 9: : unique_id is empty",
        "line 11: a: y 'many' is not a number",
    ):
        assert words in process.stderr
    lines = pd.read_csv(tmp_path / "problems.csv").line.dropna()
    assert list(lines) == [3, 5, 7, 9, 11]
    assert len(out) == 3


def test_repeated_rows_are_summed_and_reported(forecast):
    rows = months(24)
    process, out = forecast(table(*rows, *rows))
    assert process.returncode == 0
    assert "duplicate" in process.stderr
    assert out["mean"].mean() > 20


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
def test_korean_files(forecast, encoding):
    text = table(*months(24, "거즈 10×10")).replace("\n", "\r\n")
    process, out = forecast(text.replace("×", "x").encode(encoding))
    assert process.returncode == 0, process.stderr
    assert set(out.unique_id) == {"거즈 10x10"}


def test_gzip_in_and_quotes(forecast):
    rows = [f'"a, big",{row.split(",", 1)[1]}' for row in months(24)]
    process, out = forecast(gzip.compress(table(*rows).encode()), name="in.csv.gz")
    assert process.returncode == 0
    assert set(out.unique_id) == {"a, big"}


def test_months_without_a_day_and_at_month_end(forecast):
    rows = [f"a,2023-{m:02d},5" for m in range(1, 13)]
    _process, out = forecast(table(*rows))
    assert out.ds[0] == "2024-01-01"
    ends = pd.date_range("2023-01-31", periods=12, freq="ME").strftime("%Y-%m-%d")
    _process, out = forecast(table(*(f"a,{d},5" for d in ends)))
    assert list(out.ds) == ["2024-01-31", "2024-02-29", "2024-03-31"]


def test_ids_stay_text(forecast):
    process, out = forecast(table(*months(24, "007"), *months(24, "NA")))
    assert process.returncode == 0
    assert len(out) == 6


def test_drivers(forecast, tmp_path):
    random = np.random.default_rng(1)
    days = pd.date_range("2022-01-03", periods=110, freq="7D")
    past, ahead, truth = [], [], []
    for i in range(12):
        price = random.choice([1.0, 2.0, 3.0], 110)
        y = 100 * (1 + i) * price**-1.5 * random.lognormal(0, 0.1, 110)
        for k, (d, p, v) in enumerate(zip(days, price, y, strict=True)):
            day = d.strftime("%Y-%m-%d")
            if k < 106:
                past.append(f"s{i},{day},{v:.3f},{p}")
            else:
                ahead.append(f"s{i},{day},{p}")
                truth.append((f"s{i}", day, v))
    (tmp_path / "next.csv").write_text(table(*ahead, head="unique_id,ds,price"))
    process, out = forecast(
        table(*past, head="unique_id,ds,y,price"),
        "--future", "next.csv", freq="W", horizon=4,
    )  # fmt: skip
    assert process.returncode == 0, process.stderr
    both = pd.DataFrame(truth, columns=["unique_id", "ds", "y"]).merge(out)
    assert len(both) == 48
    assert (both["mean"] - both.y).abs().sum() / both.y.sum() < 0.15


def test_drivers_that_end_too_early_are_named(forecast, tmp_path):
    rows = [f"{row},{i % 3}" for i, row in enumerate(months(40))]
    (tmp_path / "next.csv").write_text("unique_id,ds,promo\na,2025-05-01,1\n")
    process, out = forecast(
        table(*rows, head="unique_id,ds,y,promo"), "--future", "next.csv"
    )
    assert process.returncode == 0
    assert "driver_missing" in process.stderr and "2 period(s)" in process.stderr
    assert np.isfinite(out["mean"]).all() and len(out) == 3


@pytest.mark.parametrize(
    ("content", "arguments", "words"),
    [
        ("unique_id,date,y\na,2022-01-01,1\n", (), "has no column ds"),
        ("", (), "is empty"),
        ("unique_id,ds,y\n", (), "has a header but no rows"),
        ("unique_id,ds,y\na,soon,1\n", (), "no usable row: line 2"),
        (b"\x1f\x8b\x08broken", (), "broken gzip"),
        (b"unique_id,ds,y\n\xff\xff\xff,1,1\n", (), "neither UTF-8 nor CP949"),
        (table(*months(24)), ("-o", "no/such/out.csv"), "there is no folder"),
        (table(*months(24)), ("--lead-time", 2), "belong together"),
        (table(*months(24)), ("--future", "none.csv"), "there is no file none.csv"),
    ],
)
def test_refusals_are_one_sentence(forecast, content, arguments, words):
    process, _out = forecast(content, *arguments)
    assert process.returncode == 2
    last = process.stderr.strip().splitlines()[-1]
    assert words in last and last.startswith("forecast: ")
    assert "Traceback" not in process.stderr


def test_wrong_frequency_is_said(forecast):
    days = pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d")
    process, _out = forecast(table(*(f"a,{d},3" for d in days)))
    assert process.returncode == 2
    assert (
        "freq is M but the dates are usually 1 day(s) apart; use D?" in process.stderr
    )


def test_series_without_any_value_spoils_the_exit_code(forecast):
    process, out = forecast(table(*months(24), "b,2023-01-01,x"))
    assert process.returncode == 1
    assert "1 series without a full forecast: b" in process.stderr
    assert set(out.unique_id) == {"a"}


def test_missing_file_and_bad_arguments(forecast):
    process, _out = forecast(None, name="absent.csv")
    assert process.returncode == 2 and "there is no file" in process.stderr
    process, _out = forecast(table(*months(24)), horizon="0")
    assert process.returncode == 2 and "whole number from 1" in process.stderr


def test_drivers_in_words_and_columns_of_one_file_only(forecast, tmp_path):
    """Truth in words counts; names do not; what only the future has is said."""
    rows = [
        f"{row},{('no', 'TRUE')[i % 4 == 0]},Tropicana"
        for i, row in enumerate(months(40))
    ]
    ahead = ["a,2025-05,yes,1,9", "a,2025-06,no,x,9", "a,2025-07,,1,9"]
    (tmp_path / "next.csv").write_text(
        table(*ahead, head="unique_id,ds,promo,y,weather")
    )
    process, out = forecast(
        table(*rows, head="unique_id,ds,y,promo,brand"), "--future", "next.csv"
    )
    assert process.returncode == 0, process.stderr
    assert "column brand holds words ('Tropicana'), no numbers" in process.stderr
    assert "next.csv: column weather is not in the history (it has promo)" in (
        process.stderr
    )
    assert "driver_missing: 1 period(s) ahead without promo" in process.stderr
    assert np.isfinite(out["mean"]).all() and len(out) == 3


def test_a_wrong_driver_is_named_with_its_file_line_and_value(forecast, tmp_path):
    rows = [f"{row},{1 + i % 3}" for i, row in enumerate(months(40))]
    rows[4] = rows[4].rsplit(",", 1)[0] + ",2 EUR"
    ahead = [f"a,2025-0{m},{m}" for m in (5, 6, 7)]
    ahead[1] = 'a,2025-06,"1,200"'
    (tmp_path / "next.csv").write_text(table(*ahead, head="unique_id,ds,price"))
    process, _out = forecast(
        table(*rows, head="unique_id,ds,y,price"), "--future", "next.csv"
    )
    assert process.returncode == 0
    assert "line 6: a: price '2 EUR' is not a number; taken as unknown" in (
        process.stderr
    )
    assert "line 3: a: next.csv: price '1,200' has thousands separators" in (
        process.stderr
    )


def test_values_decide_who_gets_the_dear_policy(forecast, tmp_path):
    pytest.importorskip("statsforecast")
    rows = months(30) + months(30, "b")
    (tmp_path / "values.csv").write_text("unique_id,value\na,1000\nb,1\n")
    process, out = forecast(
        table(*rows), "--policy", "balanced", "--values", "values.csv"
    )
    assert process.returncode == 0, process.stderr
    wide = out.pivot(index="ds", columns="unique_id", values="mean")
    _process, plain = forecast(table(*rows))
    plain = plain.pivot(index="ds", columns="unique_id", values="mean")
    assert not np.allclose(wide.a, plain.a, rtol=1e-6)
    np.testing.assert_allclose(wide.b, plain.b)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("unique_id,worth\na,1\n", "values.csv has no column value"),
        ("unique_id,value\na,much\n", "line 2: value 'much' is not a number"),
        ("unique_id,value\na,-3\n", "line 2: value '-3' is not a number of at least 0"),
    ],
)
def test_wrong_values_are_refused(forecast, tmp_path, content, words):
    (tmp_path / "values.csv").write_text(content)
    process, _out = forecast(table(*months(24)), "--values", "values.csv")
    assert process.returncode == 2
    assert words in process.stderr


def test_an_unknown_cluster_is_refused(forecast):
    process, _out = forecast(table(*months(24)), "--cluster", "cloud")
    assert process.returncode == 2
    assert "cluster is 'cloud'; it must be local, dask://HOST:PORT" in process.stderr
