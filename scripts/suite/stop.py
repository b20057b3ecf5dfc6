# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""scripts/stop and scripts/reset: stop what runs in a data folder, or throw the folder away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .command import guarded
from .prepare import places
from .prepare.console import say
from .prepare.files import lock, remove_tree
from .prepare.postgres import Cluster, NamedPostgres
from .prepare.problem import Problem
from .prepare.python_env import PythonEnv
from .prepare.server import BAD_ROWS, database_name, stop_server

OURS = ("odoo.conf", "run.lock", "pg", "odoo", "log", "server.json", "addons.json", "demo.json", BAD_ROWS)


def _data_folder(parser: argparse.ArgumentParser, arguments: list[str]) -> argparse.Namespace:
    parser.add_argument(
        "--data", type=Path, default=places.default_data_dir(), metavar="DIR", help="data folder (default: .run)"
    )
    options = parser.parse_args(arguments)
    options.data = options.data.expanduser().resolve()
    return options


def stop_all(data: Path) -> list[str]:
    """Stop Odoo and our PostgreSQL in a data folder; return what was stopped."""
    stopped = []
    if stop_server(data):
        stopped.append("Odoo")
    if (data / "pg" / "postmaster.pid").exists() and Cluster(PythonEnv.find(), data / "pg").stop():
        stopped.append("PostgreSQL")
    return stopped


@guarded
def stop(arguments: list[str]) -> int:
    """scripts/stop."""
    text = "Stop the Odoo and the PostgreSQL that scripts/run started in a data folder. The data are kept."
    options = _data_folder(argparse.ArgumentParser(prog="scripts/stop", description=text), arguments)
    if not options.data.is_dir():
        print(say(f"nothing runs in {options.data}", f"{options.data}에서 실행 중인 것이 없습니다"))
        return 0
    with lock(options.data / "run.lock", busy=f"A scripts/run is still preparing {options.data}: end it with Ctrl-C."):
        stopped = stop_all(options.data)
    if stopped:
        print(say(f"stopped: {', '.join(stopped)}", f"멈춤: {', '.join(stopped)}"))
    else:
        print(say(f"nothing runs in {options.data}", f"{options.data}에서 실행 중인 것이 없습니다"))
    return 0


@guarded
def reset(arguments: list[str]) -> int:
    """scripts/reset."""
    text = (
        "Stop everything and delete the data folder: database, files, logs, configuration. "
        "What was downloaded stays in the cache, so the next scripts/run only makes a new database."
    )
    parser = argparse.ArgumentParser(prog="scripts/reset", description=text)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    options = _data_folder(parser, arguments)
    data = options.data
    if not data.is_dir():
        print(say(f"{data} is not there: nothing to delete", f"{data} 폴더가 없어 지울 것이 없습니다"))
        return 0
    foreign = sorted(
        path.name for path in data.iterdir() if path.name not in OURS and not path.name.startswith((".", "pg."))
    )
    if foreign or not (data / "run.lock").exists():
        named = f" (it holds {foreign[0]})" if foreign else ""
        raise Problem(f"{data} was not made by scripts/run alone{named}: nothing was deleted.")
    if not options.yes:
        question = say(f"Delete {data} with its database? [y/N] ", f"{data} 폴더와 데이터베이스를 지울까요? [y/N] ")
        if not sys.stdin.isatty():
            raise Problem("scripts/reset asks before it deletes: say --yes where nobody can answer.")
        if input(question).strip().lower() not in ("y", "yes", "예", "네"):
            print(say("nothing was deleted", "지우지 않았습니다"))
            return 0
    with lock(data / "run.lock", busy=f"A scripts/run is still preparing {data}: end it with Ctrl-C."):
        stop_all(data)
        if NamedPostgres.wanted() and (data / "addons.json").exists():
            NamedPostgres(PythonEnv.find()).drop(database_name())
        remove_tree(data)
    print(say(f"deleted: {data}", f"지웠습니다: {data}"))
    return 0
