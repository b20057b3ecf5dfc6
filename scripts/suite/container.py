# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The entry point of the Docker image: what scripts/run does, with the image's Odoo and the compose file's PostgreSQL.

The first start makes the database with all add-ons and loads the demo story (OMNI_DEMO=0 leaves it out); a later start
only updates add-ons whose code has changed. The port opens when all of that is done, so "healthy" means ready.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from suite.command import guarded
from suite.prepare.console import Steps
from suite.prepare.odoo_tree import installed_tree
from suite.prepare.postgres import NamedPostgres
from suite.prepare.problem import Problem
from suite.prepare.server import Server

DATA = Path("/var/lib/odoo/omni-suite")
HOST, PORT = "0.0.0.0", 8069  # inside the container; the compose file decides what is published
PRIVATE_PORT = 18069  # for the demo story, before the server is open to anyone
PATIENCE = 120  # seconds that PostgreSQL may take to answer


@dataclass(frozen=True)
class ImagePython:
    """The image's Python in the role of the suite's environment."""

    python: Path
    site: Path


def image_python() -> ImagePython:
    """Return the image's Python and the folder into which the OCA add-ons were installed."""
    site = metadata.distribution("odoo-addon-helpdesk-mgmt").locate_file("")
    return ImagePython(Path(sys.executable), Path(str(site)))


def use_database_secret() -> None:
    """Take the database password from the file that PGPASSWORD_FILE names."""
    named = os.environ.pop("PGPASSWORD_FILE", "")
    if named:
        os.environ["PGPASSWORD"] = Path(named).read_text(encoding="utf-8").strip()


def wait_for_postgres(postgres: NamedPostgres) -> None:
    """Wait until the database server answers: after a restart of the machine it may come later than Odoo."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            postgres.sql("SELECT 1")
            return
        except Problem:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


@guarded
def main(_arguments: list[str]) -> int:
    """Prepare what is missing, then become the Odoo server."""
    os.umask(0o022)
    DATA.mkdir(parents=True, exist_ok=True)
    use_database_secret()
    tree = installed_tree()
    if tree is None:
        raise Problem("This image has no Odoo 19.0.")
    env = image_python()
    postgres = NamedPostgres(env, programs=Path(shutil.which("psql")).parent)
    wait_for_postgres(postgres)
    server = Server(DATA, env, tree, postgres)
    demo = os.environ.get("OMNI_DEMO", "1") != "0"
    steps = Steps(3 if demo else 2)
    with steps.step("PostgreSQL"):
        postgres.start(steps)
    with steps.step("Database and add-ons"):
        server.write_config("127.0.0.1", PRIVATE_PORT)
        server.prepare_database(steps)
    if demo:
        with steps.step("Demo story"):
            if server.demo_loaded():
                steps.already()
            else:
                server.start(steps, "127.0.0.1", PRIVATE_PORT, detach=False)
                server.load_demo(steps, f"http://127.0.0.1:{PRIVATE_PORT}")
                server.stop()
    server.write_config(HOST, PORT)
    sys.stdout.flush()
    command = server.command()
    os.chdir(DATA)
    os.execve(command[0], command, server.environment())


if __name__ == "__main__":
    sys.exit(main())
