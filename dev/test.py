"""`make test`: everything, from a bare clone; `make test K=… ARGS="…"` for a part.

K is pytest's -k expression, ARGS any options or paths. With either of them,
lint is left out and one process runs the tests.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys

from dev import browser, environment, install, lint, paths, process, services
from dev.supervisor import Stopped, stop_on_signals

WORKERS = "2"


def main() -> int:
    """Run the tests and lint; the exit code says whether all of it passed."""
    ignore_signals = stop_on_signals()
    part = _chosen_part()
    found = services.Services()
    try:
        install.install("dev")
        chromium = browser.find_or_install()
        services.start("test", found)
        lint_passed = True if part else lint.lint()
        if not lint_passed:
            print("\ndev: lint FAILED (above); the tests run all the same\n", flush=True)
        if not chromium:
            _tell_what_is_left_out()
        code = _pytest(part, found, chromium)
    except Stopped as reason:
        print(f"dev: stopped ({reason})", file=sys.stderr)
        return 130
    finally:
        ignore_signals()
        if found.started:
            services.stop("test", found.started)
    return code or (0 if lint_passed else 1)


def _chosen_part() -> list[str]:
    expression, more = os.environ.get("K", ""), os.environ.get("ARGS", "")
    return (["-k", expression] if expression else []) + shlex.split(more)


def _pytest(part: list[str], found: services.Services, chromium: str | None) -> int:
    variables = dict(os.environ) | found.urls
    if found.started:
        # Ours, not given by the caller: the plug-in may spread runs over them.
        for name in services.VARIABLES:
            if not os.environ.get(name):
                variables.pop(name, None)
    if variables.setdefault("OMS_ENV", "development") == "production":
        paths.die("OMS_ENV=production: tests are not for a production environment")
    variables["SECRET_KEY"] = variables.get("SECRET_KEY") or environment.secret_key()
    environment.keep_compiled(variables)
    if chromium:
        variables["OMS_CHROMIUM"] = chromium
    options = part or ["-n", WORKERS, "--dist", "loadgroup", "--durations=10"]
    command = [str(paths.VENV_PYTHON), "-m", "pytest", *options]
    running = subprocess.Popen(command, cwd=paths.ROOT, env=variables)
    try:
        return running.wait()
    except Stopped:
        # pytest still has to stop its workers and remove its databases.
        running.send_signal(signal.SIGINT)
        process.wait_until(lambda: running.poll() is not None, 10, 0.05)
        running.kill()
        raise


def _tell_what_is_left_out() -> None:
    line = "!" * 72
    print(
        f"\n{line}\n  No Chromium: the browser and accessibility tests are SKIPPED.\n"
        f"  Install chromium, or set OMS_CHROMIUM to its path.\n{line}\n",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
