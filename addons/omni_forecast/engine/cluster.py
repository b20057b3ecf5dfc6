# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where the fits run: in this process, in several, or on a Dask, Spark or Ray cluster.

Series are fitted in parts that know nothing of each other, so the numbers are the same
wherever they run. A cluster needs numpy and pandas (statsforecast as well for its models), but
not this package: its source travels with the work. Spark and Ray are spoken to through fugue.
"""

import base64
import contextlib
import functools
import hashlib
import importlib
import io
import multiprocessing
import os
import pickle
import zipfile
from pathlib import Path

from .errors import EngineError

WORDS = (
    "local, dask://HOST:PORT (or tcp://HOST:PORT), spark, spark://HOST:PORT, ray or "
    "ray://HOST:PORT"
)

# Runs on the workers of a cluster. Made by `exec`, so that it is sent by its code: a
# function of a module would be sent by its name, which the workers do not know.
_REMOTE = """
def run(blob):
    import atexit, importlib, io, pickle, shutil, sys, tempfile, types, zipfile
    key, package, module, name, part = pickle.loads(blob)
    parent = "omni_forecast_engine_" + key
    if parent not in sys.modules:
        folder = tempfile.mkdtemp(prefix=parent)
        atexit.register(shutil.rmtree, folder, True)
        zipfile.ZipFile(io.BytesIO(package)).extractall(folder)
        bare = types.ModuleType(parent)
        bare.__path__ = [folder]
        sys.modules.setdefault(parent, bare)
    function = getattr(importlib.import_module(parent + "." + module), name)
    return pickle.dumps(function(part), protocol=5)


def run_frame(frame: pandas.DataFrame) -> pandas.DataFrame:
    import base64
    answers = [
        base64.b64encode(run(base64.b64decode(blob))).decode() for blob in frame["work"]
    ]
    return frame[["place"]].assign(answer=answers)
"""


class Local:
    """Runs parts here, or in `jobs` forked processes."""

    remote = False

    def __init__(self, jobs=1):
        self.jobs = jobs or os.cpu_count() or 1

    def map(self, function, parts):
        """Yield function(part) in the order of the parts."""
        parts = list(parts)
        if self.jobs > 1 and len(parts) > 1:
            context = multiprocessing.get_context("fork")
            with context.Pool(min(self.jobs, len(parts))) as pool:
                yield from pool.imap(function, parts)
        else:
            yield from map(function, parts)


class Remote:
    """Runs parts elsewhere; `send` takes blobs and yields the answers in order."""

    remote = True

    def __init__(self, send):
        self.send = send

    def map(self, function, parts):
        """Yield function(part) in the order of the parts.

        :param function: a function at the top of a module of this package, whose part and
            answer hold nothing but plain and numpy types
        """
        key, package = packed_engine()
        module = function.__module__[len(__package__) + 1 :]
        blobs = [
            pickle.dumps((key, package, module, function.__name__, part), protocol=5)
            for part in parts
        ]
        for answer in self.send(blobs):
            yield pickle.loads(answer)


@functools.cache
def packed_engine():
    """(key, zip file) of the sources of this package."""
    stream = io.BytesIO()
    root = Path(__file__).resolve().parent
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*.py")):
            archive.write(path, path.relative_to(root).as_posix())
    content = stream.getvalue()
    return hashlib.sha256(content).hexdigest()[:12], content


def _remote(name):
    """A function of _REMOTE that is sent by its code."""
    import pandas

    space = {"__name__": "__main__", "pandas": pandas}
    exec(compile(_REMOTE, "<omni_forecast remote>", "exec"), space)
    return space[name]


@contextlib.contextmanager
def open_cluster(cluster=None, jobs=1):
    """Runner of parts for a `cluster` setting.

    :param cluster: None or "local"; the address of a Dask scheduler ("dask://host:8786" or
        "tcp://host:8786"); "spark" for the session there is or gets made, "spark://host:7077"
        for a master; "ray" for the cluster of this machine's environment, "ray://host:10001"
    :param jobs: processes where cluster is local; 0 = one per processor
    :raises EngineError: an unknown setting, a package that is missing, or no answer
    """
    text = str(cluster or "local").strip()
    kind, _sep, place = text.partition("://")
    if kind == "local" and not place:
        yield Local(jobs)
    elif kind in ("dask", "tcp", "tls") and place:
        address = f"tcp://{place}" if kind == "dask" else text
        with _dask(address) as send:
            yield Remote(send)
    elif kind in ("spark", "ray"):
        yield Remote(functools.partial(_through_fugue, _fugue_engine(kind, text)))
    else:
        raise EngineError(f"cluster is {text!r}; it must be {WORDS}.")


def _need(package, text):
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise EngineError(
            f"cluster {text!r} needs the Python package {package.partition('.')[0]}, "
            f"which is not installed ({error})."
        ) from None


@contextlib.contextmanager
def _dask(address):
    distributed = _need("distributed", address)
    try:
        client = distributed.Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise EngineError(
            f"cluster {address!r} does not answer ({type(error).__name__}: {error})."
        ) from None
    run = _remote("run")

    def send(blobs):
        futures = client.map(run, blobs, pure=False, retries=2)
        try:
            for future in futures:
                yield future.result()
        finally:
            client.cancel(futures)

    try:
        yield send
    finally:
        client.close()


def _fugue_engine(kind, text):
    """What fugue calls the engine, with its session made."""
    _need("fugue", text)
    if kind == "spark":
        session = _need("pyspark.sql", text).SparkSession.builder
        if "://" in text:
            session = session.master(text)
        return session.getOrCreate()
    ray = _need("ray", text)
    if not ray.is_initialized():
        ray.init(address=text if "://" in text else "auto")
    return "ray"


def _through_fugue(engine, blobs):
    """Answers to blobs by any engine of fugue, in their order."""
    import fugue.api
    import pandas

    frame = pandas.DataFrame(
        {
            "place": range(len(blobs)),
            "work": [base64.b64encode(blob).decode() for blob in blobs],
        }
    )
    answers = fugue.api.transform(
        frame,
        _remote("run_frame"),
        schema="place:long,answer:str",
        partition={"num": len(blobs), "algo": "even"},
        engine=engine,
        as_local=True,
    )
    answers = fugue.api.as_pandas(answers).sort_values("place")
    for answer in answers["answer"]:
        yield base64.b64decode(answer)
