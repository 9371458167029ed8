"""Small tools for looking at processes and ports that belong to others."""

from __future__ import annotations

import fcntl
import os
import pwd
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; it goes away with the process, however that ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def command_line(pid: int) -> str:
    """The command line of a live process; empty for one that is gone or a zombie.

    A killed daemon stays a zombie where nothing reaps it (containers), and its
    number may have been given to another program, so a bare `kill -0` would
    take the dead for the living.
    """
    proc = Path("/proc")
    if (proc / "self").exists():
        try:
            state = (proc / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
            raw = (proc / str(pid) / "cmdline").read_bytes()
        except (OSError, IndexError):
            return ""
        return "" if state in "ZX" else raw.replace(b"\0", b" ").decode(errors="replace")
    listing = subprocess.run(
        ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, command = listing.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else command


def is_running(pid: int | None, *needles: str) -> bool:
    """Whether `pid` lives and its command line holds every one of `needles`."""
    line = command_line(pid) if pid else ""
    return bool(line) and all(needle in line for needle in needles)


def terminate(pid: int, *needles: str, first: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask a process to end, wait, and insist when it does not."""
    for sig, seconds in ((first, patience), (signal.SIGKILL, 5.0)):
        if not is_running(pid, *needles):
            return
        os.kill(pid, sig)
        wait_until(lambda: not is_running(pid, *needles), seconds)


def wait_until(condition: Any, seconds: float, step: float = 0.02) -> bool:
    """Poll `condition` until it is true or the time is up; its last value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(step)
    return bool(condition())


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose_port() -> int:
    """A free port below the range the kernel hands to outgoing connections."""
    for _ in range(200):
        port = random.randint(20_000, 31_999)
        if port_is_free(port):
            return port
    raise RuntimeError("no free port on 127.0.0.1 between 20000 and 31999")


def read_pid(path: Path) -> int | None:
    """The number on the first line of a pid file, when there is one."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def service_account() -> dict[str, Any]:
    """Arguments for `subprocess` that leave root's rights behind, when we have them."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give_away(path: Path) -> None:
    """Make the service account the owner of `path`, when we are root."""
    account = service_account()
    if account:
        os.chown(path, account["user"], account["group"])


def tail(path: Path, lines: int = 20) -> str:
    """The end of a log file."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
