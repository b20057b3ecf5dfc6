# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run a forecast in a process of its own.

The parent writes the request to a temporary folder, starts `sys.executable` on this
package and reads the result back. A web worker therefore never imports statsforecast,
and a forecast that runs wild can be killed without harm. The child prints one JSON line
per step.
"""

import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from .errors import EngineError

_CHILD = """
import sys, types, importlib
root, name, folder = sys.argv[1:4]
parent = types.ModuleType(name)
parent.__path__ = [root]
sys.modules[name] = parent
worker = importlib.import_module(name + ".worker")
sys.exit(worker.child(folder))
"""
_PACKAGE = "omni_forecast_engine_process"


class Cancelled(EngineError):
    """The forecast was stopped on request."""


def run_in_process(
    panel,
    *,
    progress=None,
    timeout=3600,
    cancel=None,
    threads=1,
    python=None,
    **options,
):
    """Same as `api.forecast`, in a worker process.

    :param progress: called with (done, total) in the calling thread
    :param timeout: seconds after which the worker is killed
    :param cancel: called about twice a second; a true answer kills the worker
    :param threads: threads that numeric libraries may use in the worker
    :param python: interpreter of the worker (default: the running one)
    :raises EngineError: whatever the engine reported, a timeout, or a killed worker
    :raises Cancelled: `cancel` said so
    """
    with tempfile.TemporaryDirectory(prefix="omni_forecast_") as folder:
        # written and read by this package only, inside a folder of mode 0700
        with open(os.path.join(folder, "request.pickle"), "wb") as stream:
            pickle.dump((panel, options), stream, protocol=pickle.HIGHEST_PROTOCOL)
        environment = dict(os.environ)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[name] = str(threads)
        command = [python or sys.executable, "-c", _CHILD]
        command += [str(Path(__file__).resolve().parent), _PACKAGE, folder]
        with open(os.path.join(folder, "stderr"), "wb") as errors:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
            )
            try:
                _follow(process, progress, timeout, cancel)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
                process.stdout.close()
        return _answer(folder, process.returncode)


def _follow(process, progress, timeout, cancel):
    """Wait for the end, pass progress on, watch the clock."""
    latest = []
    reader = threading.Thread(target=_read, args=(process.stdout, latest), daemon=True)
    reader.start()
    deadline = time.monotonic() + timeout if timeout else None
    told = None
    while True:
        reader.join(0.05)
        if progress and latest and latest[-1] != told:
            told = latest[-1]
            progress(*told)
        if not reader.is_alive():
            break
        if deadline and time.monotonic() > deadline:
            raise EngineError(
                f"the forecast was stopped after {timeout:g} seconds (timeout)."
            )
        if cancel and cancel():
            raise Cancelled("the forecast was cancelled.")
    process.wait()


def _read(stream, latest):
    for line in stream:
        with contextlib.suppress(ValueError, KeyError):
            message = json.loads(line)
            latest.append((message["done"], message["total"]))


def _answer(folder, code):
    path = os.path.join(folder, "result.pickle")
    if os.path.exists(path):
        with open(path, "rb") as stream:
            kind, value = pickle.load(stream)
        if kind == "error":
            raise EngineError(value)
        from .api import ForecastResult

        return ForecastResult(**value)
    with open(os.path.join(folder, "stderr"), errors="replace") as stream:
        lines = [line.strip() for line in stream if line.strip()]
    if code < 0:
        raise EngineError(f"the forecast worker was killed (signal {-code}).")
    words = lines[-1] if lines else "no message"
    raise EngineError(f"the forecast worker ended with code {code}: {words}")


def child(folder):
    """Body of the worker process; returns its exit code."""
    from .api import forecast

    with open(os.path.join(folder, "request.pickle"), "rb") as stream:
        panel, options = pickle.load(stream)
    last = [0.0]

    def progress(done, total):
        now = time.monotonic()
        if now - last[0] > 0.2 or done >= total:
            last[0] = now
            sys.stdout.write(
                json.dumps({"done": int(done), "total": int(total)}) + "\n"
            )
            sys.stdout.flush()

    try:
        result = forecast(panel, progress=progress, **options)
        answer = ("ok", vars(result))
    except EngineError as error:
        answer = ("error", str(error))
    except MemoryError:
        answer = ("error", "not enough memory for this panel.")
    path = os.path.join(folder, "result.pickle")
    with open(path + ".part", "wb") as stream:
        pickle.dump(answer, stream, protocol=pickle.HIGHEST_PROTOCOL)
    os.replace(path + ".part", path)
    return 0 if answer[0] == "ok" else 1
