# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""scripts/run: from a fresh clone to a running Odoo with the demo story."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .command import guarded
from .prepare import places
from .prepare.console import Steps, korean, say
from .prepare.files import lock, need_space
from .prepare.odoo_tree import prepare_odoo
from .prepare.postgres import postgres_for
from .prepare.problem import Problem
from .prepare.python_env import PythonEnv
from .prepare.server import SPACE, Server, check_port

DESCRIPTION = """\
Prepare everything and start Odoo 19 with the add-ons and the demo story.

Nothing is installed on the machine and root is not needed: Odoo, its Python packages and PostgreSQL are kept in a
cache folder ($OMNI_CACHE, else ~/.cache/omni-suite) shared by all clones; database, files, logs and configuration lie
in the data folder. What is there is used again, so a second start takes seconds. An interrupted start is taken up again
by the next one.
"""
EPILOG = """\
environment:
  ODOO_HOME    an Odoo 19.0 to use (a checkout, or the folder that holds the package odoo)
  PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE
               a PostgreSQL server to use (its role may create databases and is not called postgres)
               and the database to make there (omni_suite)
  OMNI_CACHE   the cache folder

scripts/stop stops what --detach left running, scripts/reset throws the data folder away.
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/run", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8069, metavar="N", help="port of the web client (default: 8069)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument(
        "--data", type=Path, default=places.default_data_dir(), metavar="DIR", help="data folder (default: .run)"
    )
    parser.add_argument("--detach", action="store_true", help="leave everything running and return")
    parser.add_argument("--no-demo", action="store_true", help="start without the demo story")
    options = parser.parse_args(arguments)
    if not 0 < options.port < 65536:
        parser.error(f"--port {options.port}: a number from 1 to 65535 is needed")
    options.data = options.data.expanduser().resolve()
    return options


@guarded
def main(arguments: list[str]) -> int:
    """Run the command; return its exit code."""
    options = parse(arguments)
    os.umask(0o022)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    server, child = prepare_and_start(options)
    if child is None or options.detach:
        return 0
    return serve(server, child)


def _interrupt(_number, _frame):
    """Treat a polite request to end like Ctrl-C, so that what has been started is stopped."""
    raise KeyboardInterrupt


def prepare_and_start(options: argparse.Namespace) -> tuple[Server, subprocess.Popen | None]:
    """Do all steps; return the server and its process (None where it ran already)."""
    data = options.data
    steps = Steps(5 if options.no_demo else 6)
    busy = f"Another scripts/run or scripts/reset is at work on {data}: wait for it, or choose another --data DIR."
    with lock(data / "run.lock", busy=busy):
        with steps.step(say("Python environment", "파이썬 환경")):
            env = PythonEnv.find()
            if env.ready():
                steps.already()
            env.prepare(steps)
        with steps.step("Odoo 19"):
            tree = prepare_odoo(steps)
        server = Server(data, env, tree, postgres_for(env, data))
        already = server.running()
        if already and not (already["port"] == options.port and already["host"] == options.host):
            raise Problem(f"Odoo already runs for {data} on {already['url']}: stop it first with scripts/stop.")
        if not already:
            check_port(options.host, options.port)
        try:
            child = start_all(steps, server, options, already)
        except BaseException:
            if not already:
                server.stop()
                server.postgres.stop()
            raise
    print(welcome(server, options, child))
    sys.stdout.flush()
    return server, child


def start_all(steps: Steps, server: Server, options: argparse.Namespace, already: dict) -> subprocess.Popen | None:
    """Do the steps from PostgreSQL to the demo story; return the server's process (None where it ran already)."""
    with steps.step("PostgreSQL"):
        if not already:
            need_space(server.data, SPACE // 8 if server.addons_stamp.exists() else SPACE, "the data folder")
        server.postgres.start(steps)
    with steps.step(say("Database and add-ons", "데이터베이스와 애드온")):
        if already:
            steps.already(say("in use by the running server", "실행 중인 서버가 사용 중"))
            if server.addons_changed():
                steps.line(
                    say(
                        "note: add-ons have changed; scripts/stop and scripts/run bring the change in",
                        "참고: 애드온이 변경되었습니다. scripts/stop 후 scripts/run을 실행하면 반영됩니다",
                    )
                )
        else:
            server.write_config(options.host, options.port)
            server.prepare_database(steps)
    child = None
    with steps.step(say("Odoo server", "Odoo 서버")):
        if already:
            server.wait(steps)
            steps.already(say("already running", "이미 실행 중"))
        else:
            child = server.start(steps, options.host, options.port, options.detach)
    if not options.no_demo:
        with steps.step(say("Demo story", "데모 이야기")):
            if server.demo_loaded():
                steps.already()
            else:
                server.load_demo(steps, server.running()["url"])
    return child


def welcome(server: Server, options: argparse.Namespace, child: subprocess.Popen | None) -> str:
    """Return the closing text: address, log-ins, how to stop; in Korean too for a Korean locale."""
    record = server.running()
    users = [{"login": "admin", "password": "admin", "role_en": "administrator", "role_ko": "관리자"}]
    if server.demo_stamp.exists():
        from .demo.users import DEMO_USERS

        users += [user for user in DEMO_USERS if user["login"] != "admin"]
    where = "" if options.data == places.default_data_dir() else f" --data {options.data}"
    foreground = child is not None and not options.detach
    stop_en = "Ctrl-C stops everything." if foreground else f"Stop: scripts/stop{where}"
    stop_ko = "Ctrl-C를 누르면 모두 멈춥니다." if foreground else f"멈추기: scripts/stop{where}"
    width = max(len(user["login"]) for user in users)
    texts = []
    for name in ("en", "ko") if korean() else ("en",):
        head, end = {
            "en": (f"Odoo is running: {record['url']}", f"{stop_en}  Log: {server.log}"),
            "ko": (f"Odoo가 실행 중입니다: {record['url']}", f"{stop_ko}  로그: {server.log}"),
        }[name]
        columns = {"en": ("log in as", "password"), "ko": ("로그인", "비밀번호")}[name]
        lines = [
            f"  {columns[0]} {u['login']:<{width}}  {columns[1]} {u['password']}  ({u[f'role_{name}']})" for u in users
        ]
        texts.append("\n".join(["", head, *lines, end]))
    if record["host"] not in ("127.0.0.1", "localhost", "::1"):
        texts.append("\nWarning: other machines can reach this server, and the demo passwords above are public.")
    return "\n".join(texts)


def serve(server: Server, child: subprocess.Popen) -> int:
    """Stay in the foreground until Ctrl-C, a SIGTERM, or the server's own end; then stop everything cleanly."""
    try:
        while child.poll() is None:
            time.sleep(0.2)
        asked = not server.pid_file.exists()  # scripts/stop removes it
    except KeyboardInterrupt:
        asked = True
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print(say("\nstopping …", "\n멈추는 중 …"), flush=True)
    server.stop()
    server.postgres.stop()
    if asked:
        print(say("stopped", "멈췄습니다"))
        return 0
    raise Problem(f"Odoo ended by itself (log: {server.log}).")
