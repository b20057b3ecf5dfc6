# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Damaged schedule messages of all formats: none may crash or hang a reader, or take good neighbours along.

The cases come from the add-on's own tests (`tests/engine/test_emr_mutations.py`): real messages with bytes
flipped, cut, doubled, swapped and spliced, and messages that hypothesis makes up. OMNI_SHARED_DATA may name a
folder with more real messages.
"""

import importlib.util
import os
import random
import signal
import sys
import time
from collections import Counter

from bench.harness import ROOT, Context, Row
from suite.engines import load

TITLE = "damaged messages of all formats through the readers"
TESTS = ROOT / "addons" / "medical_supply_crm" / "tests" / "engine" / "test_emr_mutations.py"
CASES = {"small": 5_000, "medium": 20_000, "large": 60_000}
SECONDS = 10  # of processor time, after which one payload counts as a hang
#: Share of the cases that hypothesis makes up.
MADE_UP = ("test_any_json", "test_any_segments", "test_any_bytes", "test_any_recurrence")


class _Hang(BaseException):
    pass


def _ring(*_arguments):
    raise _Hang


def run(context: Context) -> list[Row]:
    """Cases, and how many of them went wrong."""
    load("medical_supply_crm", "emr")
    count = CASES[context.size]
    os.environ["EMR_MUTATIONS"] = str(count // 3)
    spec = importlib.util.spec_from_file_location("emr_mutations", TESTS)
    tests = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tests)
    seen = Counter()
    slowest = 0.0
    inner = tests.check

    def check(payload, kind):
        nonlocal slowest
        seen["cases"] += 1
        began = time.process_time()
        # processor time: a busy machine is no hang
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            result = inner(payload, kind)
        except _Hang:
            seen["hangs"] += 1
            raise AssertionError("hang") from None
        except AssertionError as error:
            seen["without position, or failed inside"] += 1
            print(f"   {kind}: {error}", file=sys.stderr)
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            slowest = max(slowest, time.process_time() - began)
        seen["events"] += len(result.events)
        seen["problems"] += len(result.problems)
        return result

    for data, kind in tests.corpus()[:2]:
        inner(data, kind)  # the libraries are loaded outside the time limit
    inner(b"PK\x03\x04", "xlsx")
    tests.check = check
    signal.signal(signal.SIGPROF, _ring)
    began = time.perf_counter()
    crashes = 0
    for name in MADE_UP:
        crashes += _failed(getattr(tests, name))
    files, chance, number = tests.corpus(), random.Random(context.seed), 0
    while seen["cases"] < count:
        data, kind = files[number % len(files)]
        number += 1
        try:
            check(tests.damage(data, chance), chance.choice((kind, kind, kind, "auto")))
        except AssertionError:
            pass
        except Exception as error:
            crashes += 1
            print(f"   {kind}: {type(error).__name__}", file=sys.stderr)
    lost = sum(_failed(tests.test_good_events_between_damaged_ones, kind) for kind in ("fhir", "hl7v2", "csv"))
    seconds = time.perf_counter() - began
    note = f"{len(files)} real files; {seen['events']} events, {seen['problems']} problems, {seconds:.0f} s"
    return [
        Row.of("damaged payloads read", seen["cases"], None, "cases", note),
        Row.of("crashes", crashes, None, "cases"),
        Row.of(f"hangs (over {SECONDS} s)", seen["hangs"], None, "cases", f"slowest {slowest:.2f} s"),
        Row.of("problems without a position", seen["without position, or failed inside"], None, "cases"),
        Row.of("batches that lost good events", lost, None, "formats", "of FHIR, HL7 v2 and CSV"),
    ]


def _failed(test, *arguments):
    """1 when a test fails, else 0."""
    try:
        test(*arguments)
    except Exception as error:
        print(f"   {test.__name__}: {type(error).__name__}: {str(error)[:300]}", file=sys.stderr)
        return 1
    return 0
