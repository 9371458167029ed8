"""A PostgreSQL and a Valkey of one's own, to be broken without anybody noticing."""

import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from dev import paths, process
from dev.postgres import DATABASE, ROLE, Postgres
from dev.valkey import Valkey

# A ceiling for a machine that is busy with other things; on an idle one it takes seconds.
PATIENCE = 120.0


class Stack:
    """The two servers, and the processes of the system that run on them."""

    def __init__(self) -> None:
        self.home = paths.open_folder(paths.services_home() / f"faults-{os.getpid()}")
        self.postgres = Postgres(self.home, durable=True)
        self.valkey = Valkey(self.home, durable=False)
        self.configs = {
            name: {"port": str(process.choose_port()), "password": secrets.token_hex(16)}
            for name in ("postgres", "valkey")
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    # --- servers ------------------------------------------------------------------------------
    def start(self) -> None:
        self.postgres.start(self.configs["postgres"])
        self.valkey.start(self.configs["valkey"])
        self.run("manage.py", "migrate", "--verbosity", "0").wait(PATIENCE)

    def destroy(self) -> None:
        self.stop_processes()
        self.postgres.destroy()
        self.valkey.destroy()
        shutil.rmtree(self.home, ignore_errors=True)

    def crash_postgres(self) -> None:
        """An immediate shutdown (SIGQUIT): no checkpoint, every client cut off."""
        pid = process.read_pid(self.postgres.data / "postmaster.pid")
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        port = int(self.configs["postgres"]["port"])
        # Its last process may hold the port for a moment longer.
        assert process.wait_until(
            lambda: self.postgres.running() is None and process.port_is_free(port), 20
        )

    def restart_postgres(self) -> None:
        port = self.configs["postgres"]["port"]
        self.postgres.start(self.configs["postgres"])
        assert self.configs["postgres"]["port"] == port

    def kill_valkey(self) -> None:
        pid = process.read_pid(self.valkey.pid_file)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        port = int(self.configs["valkey"]["port"])
        assert process.wait_until(lambda: process.port_is_free(port), 20)

    def restart_valkey(self) -> None:
        port = self.configs["valkey"]["port"]
        self.valkey.start(self.configs["valkey"])
        assert self.configs["valkey"]["port"] == port

    # --- processes ----------------------------------------------------------------------------
    @property
    def urls(self) -> tuple[str, str]:
        at = {name: f"{c['password']}@127.0.0.1:{c['port']}" for name, c in self.configs.items()}
        return f"postgres://{ROLE}:{at['postgres']}/{DATABASE}", f"redis://:{at['valkey']}/0"

    def run(self, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start Python with `arguments` in a process group of its own."""
        database, queue = self.urls
        environment = os.environ | {
            "DATABASE_URL": database,
            "REDIS_URL": queue,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "OMS_ENV": "development",
            "MESSAGE_SENDER": "oms.notifications.senders.Mailbox",
            "SWEEP_SECONDS": "1",
            "LOG_LEVEL": "ERROR",
            **variables,
        }
        log = (self.home / "processes.log").open("ab")
        started = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=paths.ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self.processes.append(started)
        return started

    def worker(
        self, *, beat: bool = True, app: str = "tests.faults.worker", **variables: str
    ) -> subprocess.Popen[bytes]:
        """A real Celery worker with two children; with `beat` it also sweeps."""
        schedule = ("-B", "-s", str(self.home / "schedule")) if beat else ()
        options = ("--concurrency", "2", "--loglevel", "ERROR", "--without-mingle")
        return self.run("-m", "celery", "-A", app, "worker", *schedule, *options, **variables)

    def client(self, journal: Path, first: int, last: int, pause: float) -> Any:
        numbers = (str(first), str(last), str(pause))
        return self.run("-m", "tests.faults.client", str(journal), *numbers)

    def kill(self, started: subprocess.Popen[bytes]) -> None:
        """kill -9 of the process and all its children."""
        os.killpg(started.pid, signal.SIGKILL)
        started.wait(10)

    def stop_processes(self) -> None:
        for started in self.processes:
            if started.poll() is None:
                self.kill(started)
        self.processes.clear()

    # --- looking ------------------------------------------------------------------------------
    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.urls[0], autocommit=True) as connection:
            return connection.execute(query).fetchall()  # type: ignore[call-overload]

    def count(self, table: str, condition: str = "true") -> int:
        return int(self.rows(f"SELECT count(*) FROM {table} WHERE {condition}")[0][0])

    def empty(self) -> None:
        """Start again from nothing; the append-only audit included."""
        with psycopg.connect(self.urls[0], autocommit=True) as connection:
            connection.execute(
                "TRUNCATE core_event, core_auditentry, core_idempotencyrecord,"
                " notifications_message RESTART IDENTITY"
            )

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        def holds() -> bool:
            try:
                return condition()
            except psycopg.OperationalError:
                return False

        if not process.wait_until(holds, PATIENCE, 0.1):
            raise AssertionError(f"{what} did not happen\n{self.log()}")

    def log(self) -> str:
        return process.tail(self.home / "processes.log", 40)
