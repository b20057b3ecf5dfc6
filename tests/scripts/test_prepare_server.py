# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the commands refuse, and what they make of an Odoo or a PostgreSQL that is already there."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from suite.prepare import odoo_tree, places, postgres, python_env
from suite.prepare.console import Steps
from suite.prepare.problem import Problem
from suite.prepare.server import (
    DATABASE,
    Server,
    addons_of_suite,
    check_port,
    database_name,
    running_server,
    server_arguments,
    stop_server,
)

SCRIPTS = places.ROOT / "scripts"


def make_odoo(folder: Path, series=(19, 0)) -> Path:
    (folder / "odoo").mkdir(parents=True)
    (folder / "odoo" / "release.py").write_text(f"version_info = ({series[0]}, {series[1]}, 0, 'final', 0, '')\n")
    (folder / "addons" / "web").mkdir(parents=True)
    return folder


def test_odoo_home_may_name_the_checkout_or_the_package(tmp_path, monkeypatch):
    home = make_odoo(tmp_path / "src")
    for named in (home, home / "odoo"):
        monkeypatch.setenv("ODOO_HOME", str(named))
        tree = odoo_tree.named_tree()
        assert tree.path == home
        assert tree.addons == (home / "addons", home / "odoo" / "addons")


def test_odoo_home_of_another_series_or_without_odoo_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", str(make_odoo(tmp_path / "old", (18, 0))))
    with pytest.raises(Problem, match=r"names Odoo 18.0 .* but Odoo 19.0 is needed"):
        odoo_tree.named_tree()
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Problem, match="holds no Odoo"):
        odoo_tree.named_tree()


def test_a_mirror_without_odoo_19_is_said_with_the_way_out(tmp_path, monkeypatch):
    class EmptyArchive:
        @classmethod
        def of_machine(cls, _cache):
            return cls()

        unstable = of_machine

        def candidate(self, _package):
            return ""

        def forget(self):
            pass

    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_tree, "installed_tree", lambda: None)
    monkeypatch.setattr(odoo_tree, "need_space", lambda *_args: None)
    monkeypatch.setattr(odoo_tree.apt, "available", lambda: True)
    monkeypatch.setattr(odoo_tree.apt, "Archive", EmptyArchive)
    with pytest.raises(Problem, match=r"odoo-19 is no longer in the mirror: .* ODOO_HOME"):
        odoo_tree.prepare_odoo(Steps(1), tmp_path)


def test_a_taken_port_is_named_and_another_is_suggested():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=rf"Port {port} is taken .*--port {port + 1}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    "arguments", [["run", "--port", "0"], ["run", "--port", "70000"], ["run", "--nope"], ["stop", "--nope"]]
)
def test_wrong_arguments_end_with_a_sentence(arguments):
    asked = subprocess.run(
        [sys.executable, SCRIPTS / arguments[0], *arguments[1:]], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize("command", ["run", "stop", "reset"])
def test_help_says_what_the_command_does(command):
    asked = subprocess.run([sys.executable, SCRIPTS / command, "--help"], capture_output=True, text=True, check=False)
    assert asked.returncode == 0
    assert "--data DIR" in asked.stdout


def test_reset_deletes_only_what_run_has_made(tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    command = [sys.executable, SCRIPTS / "reset", "--yes", "--data", tmp_path]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    assert "precious.txt" in asked.stderr
    assert (tmp_path / "precious.txt").exists()


def test_reset_does_not_delete_without_being_told(tmp_path):
    (tmp_path / "run.lock").touch()
    command = [sys.executable, SCRIPTS / "reset", "--data", tmp_path]
    asked = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert asked.returncode == 1
    assert "--yes" in asked.stderr
    assert tmp_path.exists()


def test_a_python_too_old_or_too_new_is_said_in_a_sentence(monkeypatch):
    class Asked:
        returncode = 0
        stdout = "3 14 /usr/bin/python3\n"

    monkeypatch.setattr(python_env.subprocess, "run", lambda *_args, **_named: Asked)
    with pytest.raises(Problem, match=r"Python 3.11, 3.12 or 3.13 is needed, and this machine has only 3.14"):
        python_env.choose_interpreter()


def make_env(tmp_path) -> python_env.PythonEnv:
    return python_env.PythonEnv(sys.executable, sys.version_info[:2], cache=tmp_path / "cache")


def test_a_cluster_with_a_long_path_gets_a_short_socket_folder(tmp_path):
    env = make_env(tmp_path)
    near = postgres.Cluster.__new__(postgres.Cluster)
    near.folder = Path("/short/pg")
    assert near.socket_dir == near.folder
    near.folder = tmp_path / ("x" * 120) / "pg"
    assert len(os.fsencode(near.socket_dir / postgres.SOCKET)) <= postgres.LONGEST_SOCKET
    assert env.folder.parent == tmp_path / "cache" / "python"


def test_a_cluster_does_not_take_the_pid_of_another_program_for_its_server(tmp_path):
    cluster = postgres.Cluster.__new__(postgres.Cluster)
    cluster.folder = tmp_path
    assert cluster.pid() == 0
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\n{tmp_path}\n")
    assert cluster.pid() == 0


def test_a_cluster_is_found_whatever_the_person_has_set(tmp_path, monkeypatch):
    monkeypatch.setenv("PGHOST", "elsewhere")
    monkeypatch.setenv("PGSSLMODE", "require")
    cluster = postgres.Cluster.__new__(postgres.Cluster)
    cluster.folder = Path("/short/pg")
    env = cluster.env()
    assert {name: env[name] for name in env if name.startswith("PG")} == {
        "PGHOST": "/short/pg",
        "PGPORT": "5432",
        "PGUSER": "odoo",
    }
    assert isinstance(postgres.postgres_for(make_env(tmp_path), tmp_path), postgres.NamedPostgres)


def test_the_database_may_be_named_on_a_server_of_the_persons_own(monkeypatch):
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PGDATABASE", "planning")
    assert database_name() == DATABASE
    monkeypatch.setenv("PGHOST", "elsewhere")
    assert database_name() == "planning"
    monkeypatch.setenv("PGDATABASE", "postgres")
    assert database_name() == DATABASE


def test_the_configuration_keeps_its_master_password_and_is_private(tmp_path):
    tree = odoo_tree.OdooTree(tmp_path, (tmp_path / "odoo" / "addons",), "test")
    cluster = postgres.Cluster.__new__(postgres.Cluster)
    cluster.folder = Path("/short/pg")
    server = Server(tmp_path, make_env(tmp_path), tree, cluster)
    server.write_config("127.0.0.1", 8069)
    first = server.config.read_text()
    server.write_config("127.0.0.1", 8070)
    second = server.config.read_text()
    password = re.search(r"admin_passwd = (\S{20,})", first)[1]
    assert f"admin_passwd = {password}\n" in second
    assert "http_port = 8070" in second
    assert "list_db = False" in second
    assert server.config.stat().st_mode & 0o077 == 0


def test_the_add_ons_of_the_clone_are_found_by_their_manifests():
    assert {"crm_logistics_bridge", "medical_supply_crm", "omni_forecast"} <= set(addons_of_suite())


def test_locked_requirements_hold_every_distribution_once():
    seen = {}
    for path in (places.REQUIREMENTS_ODOO, places.REQUIREMENTS, places.REQUIREMENTS_TEST):
        for line in path.read_text().splitlines():
            if line and not line.startswith("#"):
                assert "==" in line, f"{path.name}: {line} is not locked"
                name = line.split("==")[0]
                assert seen.setdefault(name, path.name) == path.name, f"{name} is in two files"


def test_a_server_whose_start_was_interrupted_before_it_was_recorded_is_found_and_stopped(tmp_path):
    (tmp_path / "odoo.conf").write_text("[options]\nhttp_interface = 0.0.0.0\nhttp_port = 8123\n")
    (tmp_path / "odoo.py").write_text("import time\nprint(1, flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, *server_arguments(tmp_path)]
    install = [*command, "-d", "unfinished"]
    with (
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE) as orphan,
        subprocess.Popen(install, cwd=tmp_path, stdout=subprocess.PIPE) as other,
    ):
        for child in (orphan, other):
            assert child.stdout.readline() == b"1\n"
        record = running_server(tmp_path)
        assert (record["pid"], record["url"]) == (orphan.pid, "http://127.0.0.1:8123")
        assert stop_server(tmp_path)
        assert running_server(tmp_path) == {}
        assert other.poll() is None
        other.kill()
