# Copyright 2026 Omni Suite contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Forecast runs in real Odoo servers: killed, cut off from the database, spread over two.

Each test clones a database in which a plan waits for its run, starts servers as processes of
their own and looks into the database from outside.
"""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

SERIES = 24
PART = 4
HORIZON = 6

DEMAND = f"""
from datetime import datetime
from dateutil.relativedelta import relativedelta
warehouse = env["stock.warehouse"].search([("company_id", "=", env.company.id)], limit=1)
customers = env.ref("stock.stock_location_customers")
products = env["product.product"].create(
    [dict(name="Worker %s" % i, type="consu", is_storable=True) for i in range({SERIES})]
)
month = datetime.now().replace(day=15, hour=12) - relativedelta(months=24)
days = [month + relativedelta(months=m) for m in range(24)]
stock = warehouse.lot_stock_id
for product in products:
    env["stock.quant"]._update_available_quantity(
        product, stock, 10000, in_date=month - relativedelta(months=2))
moves = env["stock.move"].create(
    [dict(product_id=product.id, product_uom_qty=5 + (m * 7 + i * 3) % 11,
          product_uom=product.uom_id.id, location_id=stock.id,
          location_dest_id=customers.id, company_id=env.company.id)
     for i, product in enumerate(products) for m in range(24)]
)
moves._action_confirm(merge=False)
for move in moves:
    move.quantity = move.product_uom_qty
moves.picked = True
moves._action_done()
for move, day in zip(moves, days * {SERIES}, strict=True):
    move.date = day
env["ir.config_parameter"].set_param("omni_forecast.part_size", {PART})
plan = env["forecast.plan"].create(dict(name="Workers", user_id=env.user.id))
print("SERIES", len(plan.read_demand()))
env.cr.commit()
"""

RUN = """
plan = env["forecast.plan"].search([], limit=1)
plan.action_run()
env.cr.commit()
print("run", plan.last_run_id.id)
"""

QUEUE = """
env["forecast.run"]._cron_queue()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def waiting(databases, suite_template):
    """A database with a plan that has not run yet."""
    with databases.temporary(suite_template, "run_workers") as database:
        assert f"SERIES {SERIES}" in databases.shell(database, DEMAND)
        yield database


@pytest.fixture
def database(databases, waiting, request):
    """A clone for one test."""
    with databases.temporary(waiting, f"life_{request.node.name[:30].lower()}") as name:
        yield name


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(databases, database, query):
    """Rows of a query from outside."""
    with databases.cursor(database) as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def wait(what, seconds=120):
    """Wait until `what()` is true; returns its value."""
    end = time.monotonic() + seconds
    while not (value := what()):
        assert time.monotonic() < end, f"still waiting after {seconds} s"
        time.sleep(0.2)
    return value


def parts(databases, database):
    """(state, takes, worker) of the parts by number."""
    return ask(databases, database, "SELECT state, takes, worker FROM forecast_run_part ORDER BY sequence")


def state(databases, database):
    """(state, takes) of the run; there is only one."""
    (row,) = ask(databases, database, "SELECT state, takes FROM forecast_run")
    return row


def lines(databases, database):
    """Every forecast line: (series, date, mean)."""
    return ask(
        databases, database,
        "SELECT product_id, date, round(mean::numeric, 4) FROM forecast_line ORDER BY 1, 2",
    )  # fmt: skip


def assert_whole(databases, database):
    """Nothing lost, nothing doubled."""
    found = lines(databases, database)
    assert len(found) == SERIES * HORIZON
    assert len({row[:2] for row in found}) == len(found)
    counts = ask(
        databases, database,
        "SELECT (SELECT count(*) FROM forecast_series WHERE active), (SELECT count(*) FROM forecast_vintage),"
        " (SELECT line_count FROM forecast_run), (SELECT count(*) FROM forecast_score WHERE chosen),"
        " (SELECT count(*) FROM (SELECT FROM forecast_recommendation WHERE state = 'proposed'"
        "   GROUP BY series_id, kind HAVING count(*) > 1) doubled)",
    )  # fmt: skip
    assert counts == [(SERIES, SERIES, SERIES * HORIZON, SERIES, 0)]


@pytest.fixture
def undisturbed(databases, waiting):
    """The lines of a run that nothing disturbs."""
    with databases.temporary(waiting, "life_undisturbed") as name:
        databases.shell(name, RUN)
        databases.shell(name, QUEUE)
        assert state(databases, name)[0] == "done"
        assert_whole(databases, name)
        yield lines(databases, name)


def start(databases, database, *arguments, **variables):
    """Start an Odoo process; the caller kills it."""
    folder = databases.folder / "conf"
    config = databases.environment.write_config(folder / f"{database}.conf")
    log = databases.folder / "log" / f"{database}_{len(arguments)}_{time.monotonic_ns()}.log"
    command = [*databases.environment.odoo_command, *arguments, f"--config={config}", f"--database={database}"]
    return subprocess.Popen(
        [*command, f"--logfile={log}"],
        env={**databases.environment.variables, **variables},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip


@contextlib.contextmanager
def running(databases, database, *arguments, **variables):
    """An Odoo process that is killed at the end, with the engine it may have started."""
    process = start(databases, database, *arguments, **variables)
    try:
        yield process
    finally:
        kill(process)


def kill(process):
    """SIGKILL, as the system does when memory runs out; its engine goes with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def begin(databases, database):
    """Start the queue's job in a process of its own, by way of a shell."""
    databases.shell(database, RUN)
    process = start(databases, database, "shell", "--no-http")
    process.stdin.write(QUEUE.encode())
    process.stdin.close()
    return process


def some_done(databases, database, count=2):
    """Whether some parts are done, and not all."""
    return sum(row[0] == "done" for row in parts(databases, database)) >= count


def test_killed_worker(databases, database, undisturbed):
    process = begin(databases, database)
    wait(lambda: some_done(databases, database))
    kill(process)
    before = parts(databases, database)
    assert state(databases, database)[0] == "running"
    assert any(row[0] != "done" for row in before), "killed too late for this test"
    databases.shell(database, QUEUE)
    assert state(databases, database)[0] == "done"
    assert state(databases, database)[1] == 2, "taken up again, as the same run"
    for was, now in zip(before, parts(databases, database), strict=True):
        if was[0] == "done":
            assert now == was, "a part that was done has been done again"
    assert_whole(databases, database)
    assert lines(databases, database) == undisturbed


def test_database_cut_off(databases, database, undisturbed):
    process = begin(databases, database)
    wait(lambda: some_done(databases, database, 1))
    with databases.cursor() as cursor:
        # what a restart of the server does to every connection
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
    process.wait(timeout=60)
    assert state(databases, database)[0] == "running"
    databases.shell(database, QUEUE)
    assert state(databases, database)[0] == "done"
    assert_whole(databases, database)
    assert lines(databases, database) == undisturbed


class Balancer(threading.Thread):
    """Passes each connection to the next server that answers: what stands before Odoo nodes."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports = itertools.cycle(ports)
        self.count = len(ports)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        """Accept until the socket is closed."""
        with contextlib.suppress(OSError):
            while True:
                client, _address = self.socket.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        """Join a client and a server."""
        for port in itertools.islice(self.ports, self.count):
            with contextlib.suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port), timeout=5)
                server.settimeout(None)
                threading.Thread(target=self.pump, args=(server, client), daemon=True).start()
                self.pump(client, server)
                return
        client.close()

    @staticmethod
    def pump(source, target):
        """Copy bytes until the source ends."""
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


def test_two_servers_one_killed(databases, database, undisturbed):
    ports = [free_port(), free_port()]
    balancer = Balancer(ports)
    balancer.start()
    variables = {
        "ODOO_QUEUE_JOB_CHANNELS": "root:2,root.forecast:2",
        "ODOO_QUEUE_JOB_HOST": "127.0.0.1",
        "ODOO_QUEUE_JOB_PORT": str(balancer.port),
    }
    with contextlib.ExitStack() as stack:
        servers = [
            stack.enter_context(
                running(
                    databases, database, "server", "--load=base,rpc,web,queue_job", f"--http-port={port}",
                    "--max-cron-threads=0", "--workers=0", **variables,
                )
            )
            for port in ports
        ]  # fmt: skip
        for port in ports:
            wait(lambda port=port: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        runner = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1"
        runner += " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        wait(lambda: ask(databases, database, runner))
        databases.shell(database, RUN)
        databases.shell(database, QUEUE)
        assert state(databases, database)[0] == "running", "the parts should be jobs now"

        def both_at_it():
            rows = parts(databases, database)
            pids = {row[2].rpartition(":")[2] for row in rows if row[2]}
            mine = {str(server.pid) for server in servers}
            return mine <= pids and sum(row[0] == "done" for row in rows) >= 2

        wait(both_at_it)
        before = parts(databases, database)
        kill(servers[0])
        wait(lambda: state(databases, database)[0] == "done", 180)
        after = parts(databases, database)
        for was, now in zip(before, after, strict=True):
            if was[0] == "done":
                assert now == was
        assert all(row[0] == "done" for row in after), f"{before=} {after=}"
        assert sum(row[1] for row in after) <= len(after) + 2, f"workers made each other begin again: {after=}"
        left = {row[2].rpartition(":")[2] for row, was in zip(after, before, strict=True) if was[0] != "done"}
        assert str(servers[1].pid) in left
        assert_whole(databases, database)
        assert lines(databases, database) == undisturbed
        (jobs,) = ask(databases, database, "SELECT count(*) FROM queue_job WHERE state != 'done'")
        assert jobs == (0,)
    balancer.socket.close()
