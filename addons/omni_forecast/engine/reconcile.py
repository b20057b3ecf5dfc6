# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Totals that equal the sum of their parts.

Base forecasts of every node of a hierarchy are projected onto the coherent ones:

* bottom-up: the bottom series stand, totals are their sums;
* structural weighted least squares (WLS-struct: MinT with variances proportional to the
  number of bottom series below; Wickramasuriya, Athanasopoulos & Hyndman 2019, Athanasopoulos
  et al. 2017) and ordinary least squares (Hyndman et al. 2011), through the sparse solver of
  `hierarchicalforecast`.

The library costs seconds and hundreds of megabytes to import: `run_in_process` does the work,
the nodes' own forecasts included, in a process of its own.
"""

import json
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from .errors import EngineError

METHODS = ("bottom_up", "wls_struct", "ols")


class Summing:
    """Membership of N bottom series in M nodes: `rows[i]`, `cols[i]` say that bottom
    `cols[i]` is part of node `rows[i]`."""

    def __init__(self, rows, cols, nodes, bottoms):
        self.rows = np.asarray(rows, dtype=np.int64)
        self.cols = np.asarray(cols, dtype=np.int64)
        self.shape = (int(nodes), int(bottoms))

    def total(self, bottom):
        """(M, H) sums of the (N, H) bottom values of each node."""
        bottom = np.asarray(bottom, dtype=float)
        out = np.zeros((self.shape[0], bottom.shape[1]))
        for column in range(bottom.shape[1]):
            out[:, column] = np.bincount(
                self.rows,
                weights=bottom[self.cols, column],
                minlength=self.shape[0],
            )
        return out

    def matrix(self):
        """(M + N, N) sparse summing matrix, nodes first."""
        from scipy import sparse

        upper = sparse.csr_matrix(
            (np.ones(len(self.rows)), (self.rows, self.cols)), shape=self.shape
        )
        return sparse.vstack([upper, sparse.identity(self.shape[1])]).tocsr()


def reconcile(summing, nodes, bottom, method="bottom_up"):
    """Coherent bottom forecasts.

    :param summing: Summing
    :param nodes: (M, H) base forecasts of the nodes; NaN rows have none and are left out
    :param bottom: (N, H) base forecasts of the bottom series, not negative
    :param method: "bottom_up", "wls_struct" or "ols"
    :returns: ((N, H) bottom forecasts, not negative, method used, "" or why another one).
        The forecasts of the nodes are `summing.total` of them.
    """
    if method not in METHODS:
        raise EngineError(f"method is {method!r}; it must be one of {METHODS}.")
    bottom = np.asarray(bottom, dtype=float)
    known = ~np.isnan(nodes).any(axis=1) if len(nodes) else np.zeros(0, bool)
    if method == "bottom_up" or not known.any() or not bottom.size:
        return bottom, "bottom_up", ""
    try:
        from hierarchicalforecast.methods import MinTraceSparse
    except ImportError as error:
        return bottom, "bottom_up", f"hierarchicalforecast is not installed ({error})."
    number = np.cumsum(known) - 1
    keep = known[summing.rows]
    part = Summing(
        number[summing.rows[keep]], summing.cols[keep], known.sum(), len(bottom)
    )
    base = np.vstack([nodes[known], bottom])
    try:
        solver = MinTraceSparse(method=method, nonnegative=True, qp=False)
        answer = solver.fit_predict(S=part.matrix(), y_hat=base)["mean"]
        found = np.asarray(answer)[-len(bottom) :]
    except Exception as error:  # the library raises bare Exception
        return bottom, "bottom_up", f"{type(error).__name__}: {error}"
    if not np.isfinite(found).all():
        return bottom, "bottom_up", "the solver gave no finite answer."
    return np.maximum(found, 0.0), method, ""


def work(panel, options, summing, bottom, method, count=None):
    """Forecasts of the nodes, then reconciliation; what the process does.

    :param panel: DataFrame unique_id (str of the node's number), ds, y; may be empty
    :param options: for `api.forecast`
    :param bottom: (N, H) base forecasts of the bottom series
    :param count: number of nodes in the panel; those beyond the summing's are forecast only
    :returns: dict bands {"mean", "lo80", "hi80", "lo95", "hi95": (M, H), NaN where there is
        none}, scores [dict by node], bottom, method, note
    """
    from .api import forecast

    count, horizon = count or summing.shape[0], options["horizon"]
    names = ("mean", "lo80", "hi80", "lo95", "hi95")
    bands = {name: np.full((count, horizon), np.nan) for name in names}
    scores = [{} for _node in range(count)]
    if len(panel):
        result = forecast(panel, **options)
        frame = result.forecasts
        node = frame["unique_id"].astype(int).to_numpy()
        step = frame.groupby("unique_id").cumcount().to_numpy()
        for name in names:
            bands[name][node, step] = frame[name].to_numpy()
        wape = result.scores.set_index(["unique_id", "model"])
        for row in result.choice.to_dict("records"):
            key = row["unique_id"], row["model"]
            own = wape.loc[key] if key in wape.index else {}
            scores[int(row["unique_id"])] = {
                "model": str(row["model"]),
                **{name: _number(own.get(name)) for name in ("wape", "mase", "bias")},
            }
    base = bands["mean"][: summing.shape[0]]
    bottom, used, note = reconcile(summing, base, bottom, method)
    return {
        "bands": bands,
        "scores": scores,
        "bottom": bottom,
        "method": used,
        "note": note,
    }


def _number(value):
    return float(value) if value is not None and np.isfinite(value) else None


_CHILD = """
import sys, types, importlib
root, name, folder = sys.argv[1:4]
parent = types.ModuleType(name)
parent.__path__ = [root]
sys.modules[name] = parent
sys.exit(importlib.import_module(name + ".reconcile").child(folder))
"""


def run_in_process(*arguments, timeout=1800, cancel=None):
    """Same as `work`, in a worker process.

    :raises EngineError: whatever the engine reported, a timeout or a killed worker
    """
    from .worker import _follow

    with tempfile.TemporaryDirectory(prefix="omni_forecast_") as folder:
        # written and read by this package only, inside a folder of mode 0700
        with open(os.path.join(folder, "request.pickle"), "wb") as stream:
            pickle.dump(arguments, stream, protocol=pickle.HIGHEST_PROTOCOL)
        environment = dict(os.environ)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            environment[name] = "1"
        root = str(Path(__file__).resolve().parent)
        package = "omni_forecast_engine_process"
        with open(os.path.join(folder, "stderr"), "wb") as errors:
            process = subprocess.Popen(
                [sys.executable, "-c", _CHILD, root, package, folder],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
            )
            try:
                _follow(process, None, timeout, cancel)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()
                process.stdout.close()
        path = os.path.join(folder, "result.pickle")
        if os.path.exists(path):
            with open(path, "rb") as stream:
                kind, value = pickle.load(stream)
            if kind == "error":
                raise EngineError(value)
            return value
        with open(os.path.join(folder, "stderr"), errors="replace") as stream:
            lines = [line.strip() for line in stream if line.strip()]
        raise EngineError(
            f"reconciliation ended with code {process.returncode}: "
            f"{lines[-1] if lines else 'no message'}"
        )


def child(folder):
    """Body of the worker process; returns its exit code."""
    with open(os.path.join(folder, "request.pickle"), "rb") as stream:
        panel, options, summing, *further = pickle.load(stream)
    rows, cols, shape = summing
    try:
        answer = ("ok", work(panel, options, Summing(rows, cols, *shape), *further))
    except EngineError as error:
        answer = ("error", str(error))
    path = os.path.join(folder, "result.pickle")
    with open(path + ".part", "wb") as stream:
        pickle.dump(answer, stream, protocol=pickle.HIGHEST_PROTOCOL)
    os.replace(path + ".part", path)
    sys.stdout.write(json.dumps({"done": 1, "total": 1}) + "\n")
    return 0 if answer[0] == "ok" else 1
