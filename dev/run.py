"""`make run`: from a bare clone to the portal in a browser, and all of it gone at Ctrl-C.

Environment: PORT (8000), HOST (127.0.0.1), DATABASE_URL and REDIS_URL for servers
of your own, WEB_CONCURRENCY, OMS_DEMO=0 to start without the demo retailer.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import subprocess
import sys
import time

from dev import environment, install, paths, process, services
from dev.supervisor import Stopped, Supervisor, failure, say, stop_on_signals

DEFAULT_PORT = 8000
READY_WITHIN = 120.0
# Sweeps every few seconds would fill the screen; LOG_LEVEL=INFO shows them.
_QUIET = {"LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING")}
OWN_VARIABLES = {
    "web": {"PROMETHEUS_MULTIPROC_DIR": str(paths.LOCAL / "metrics")},
    "worker": _QUIET,
    "beat": _QUIET,
}


def main() -> int:
    """Run until stopped; the exit code says whether that was in good order."""
    ignore_signals = stop_on_signals()
    lock = _only_one()
    supervisor = Supervisor(paths.local_folder() / "run.processes")
    found = services.Services()
    code = 0
    try:
        started = time.monotonic()
        install.install("local")
        if supervisor.clear_left_overs():
            # Nobody else will stop the services that one had started.
            found.started += services.NAMES
        services.start("dev", found)
        code = _serve(supervisor, found, started)
    except Stopped as reason:
        say("run", f"stopping ({reason})")
    finally:
        ignore_signals()
        supervisor.stop()
        if found.started:
            services.stop("dev", found.started)
        say("run", "stopped")
        os.close(lock)
    return code


def _only_one() -> int:
    """Refuse to run twice in one clone: both would own the same database."""
    descriptor = os.open(paths.local_folder() / "run.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        paths.die("`make run` is going on in this clone already; stop that one first")
    return descriptor


def _serve(supervisor: Supervisor, found: services.Services, started: float) -> int:
    variables = _variables(found)
    logins = _prepare(variables)
    # Chosen last: minutes may have passed since the start.
    port = _port()
    variables["PORT"] = str(port)
    address = f"http://{'localhost' if variables['HOST'] == '127.0.0.1' else variables['HOST']}"
    variables.setdefault("PUBLIC_URL", f"{address}:{port}")
    for name, command in _commands().items():
        supervisor.start(name, command, variables | OWN_VARIABLES[name])
    return _watch(supervisor, found, port, _banner(f"{address}:{port}", logins), started)


def _variables(found: services.Services) -> dict[str, str]:
    variables = dict(os.environ) | found.urls
    environment.prepare("dev", variables)
    variables.setdefault("HOST", "127.0.0.1")
    (paths.LOCAL / "static").mkdir(exist_ok=True)
    variables.setdefault("SWEEP_SECONDS", "3")
    variables["DJANGO_SETTINGS_MODULE"] = "oms.settings"
    variables["PYTHONUNBUFFERED"] = "1"
    # A clone run by root (a container) needs no reminder at each start.
    variables.setdefault("PYTHONWARNINGS", "ignore:You're running the worker")
    if not sys.stdout.isatty():
        variables["NO_COLOR"] = "1"
    variables["PATH"] = f"{paths.VENV / 'bin'}{os.pathsep}{variables.get('PATH', os.defpath)}"
    return variables


def _prepare(variables: dict[str, str]) -> str:
    """Migrate, load the demo retailer once, and get its logins."""
    logins = paths.LOCAL / "demo-logins"
    logins.unlink(missing_ok=True)
    answer = subprocess.run(
        [paths.VENV_PYTHON, "-m", "dev.prepare", logins],
        cwd=paths.ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        check=False,
        start_new_session=True,
    )
    if answer.returncode:
        paths.die(f"preparing the database failed (exit code {answer.returncode}); see above")
    return logins.read_text() if logins.exists() else ""


def _port() -> int:
    wanted = os.environ.get("PORT")
    if wanted:
        if not (wanted.isdigit() and process.port_is_free(int(wanted))):
            paths.die(f"port {wanted} is taken; choose another: make run PORT=8010")
        return int(wanted)
    port = DEFAULT_PORT
    while not process.port_is_free(port):
        port += 1
    if port != DEFAULT_PORT:
        say("run", f"port {DEFAULT_PORT} is taken, so this is port {port}")
    return port


def _commands() -> dict[str, list[str]]:
    programs = paths.VENV / "bin"
    celery = [str(programs / "python"), "-m", "celery", "--quiet", "-A", "oms"]
    schedule = paths.LOCAL / "celerybeat-schedule"
    worker = [*celery, "worker", "--without-gossip", "--without-mingle"]
    return {
        "web": [str(programs / "python"), "-m", "gunicorn", "-c", "oms/gunicorn.py", "oms.wsgi"],
        "worker": [*worker, "--concurrency=2", "--loglevel=warning"],
        "beat": [*celery, "beat", "--pidfile=", f"--schedule={schedule}", "--loglevel=warning"],
    }


def _watch(
    supervisor: Supervisor, found: services.Services, port: int, banner: str, started: float
) -> int:
    """Wait for readiness and then for the first thing to go wrong."""
    ready, warned, ticks = False, False, 0
    while True:
        ended = supervisor.ended()
        if ended:
            say("run", failure(ended))
            return 1
        lost = services.lost("dev", found.urls) if ticks % 20 == 19 else ""
        if lost:
            say("run", lost)
            return 1
        waited = time.monotonic() - started
        if not ready and answers(port, "/readyz"):
            ready = True
            print(banner.format(seconds=f"{waited:.0f}"), flush=True)
        if not ready and not warned and ticks * 0.25 > READY_WITHIN:
            warned = True
            say("run", f"not ready after {waited:.0f} s: /readyz on port {port} says why")
        ticks += 1
        time.sleep(0.25)


def answers(port: int, path: str) -> bool:
    """Whether our web process answers a GET with 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _banner(address: str, logins: str) -> str:
    line = "─" * 72
    text = logins.strip("\n").replace("{", "{{").replace("}", "}}")
    accounts = "\n".join(f"  {row}".rstrip() for row in text.splitlines())
    accounts = f"\n{accounts}\n" if accounts else ""
    return (
        f"\n{line}\n  OMS is ready after {{seconds}} s: {address}/\n{accounts}"
        f"\n  Ctrl-C stops everything.\n{line}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
