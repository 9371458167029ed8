"""Install the locked packages: `python -m dev.install [local|dev]`.

`local` is what running needs, `dev` adds tests and lint. Nothing is touched
while the locks and the Python are those of the last run.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dev import frontend, messages, packager, paths, process

PROFILES = ("local", "dev")
STAMP = paths.VENV / ".oms-stamp"


def install(profile: str = "dev") -> None:
    """Bring `.venv`, `node_modules` and the message catalogues up to date."""
    with process.file_lock(paths.local_folder() / "install.lock"):
        profile = "dev" if _stamp().get("profile") == "dev" else profile
        python_wanted, frontend_wanted = _stamp() != _wanted(profile), frontend.is_stale()
        if python_wanted or frontend_wanted:
            started = time.monotonic()
            print("dev: installing packages (a minute or two the first time)", flush=True)
            tool = packager.find()
            with ThreadPoolExecutor() as pool:
                pages = pool.submit(frontend.install, tool) if frontend_wanted else None
                if python_wanted:
                    _sync(tool, profile)
                if pages:
                    pages.result()
            print(f"dev: packages installed in {time.monotonic() - started:.0f} s", flush=True)
        messages.compile_stale()


def _sync(tool: packager.Packager, profile: str) -> None:
    if not _venv_works():
        shutil.rmtree(paths.VENV, ignore_errors=True)
        tool.make_venv(paths.VENV)
    STAMP.unlink(missing_ok=True)
    tool.sync(_lock(profile))
    STAMP.write_text(json.dumps(_wanted(profile)))


def _lock(profile: str) -> Path:
    return paths.REQUIREMENTS / f"{profile}.txt"


def _wanted(profile: str) -> dict[str, str]:
    """What the stamp says when nothing is left to do."""
    digest = hashlib.sha256(_lock(profile).read_bytes()).hexdigest()
    return {"profile": profile, "lock": digest, "python": _venv_python()}


def _stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def _venv_python() -> str:
    """The version `.venv` was made for; empty when its Python is gone."""
    if not paths.VENV_PYTHON.exists():
        return ""
    try:
        lines = (paths.VENV / "pyvenv.cfg").read_text().splitlines()
    except OSError:
        return ""
    pairs = dict(line.replace(" ", "").split("=", 1) for line in lines if "=" in line)
    return pairs.get("version_info") or pairs.get("version") or ""


def _venv_works() -> bool:
    if not _venv_python():
        return False
    supported = f"{paths.MINIMUM_PYTHON} <= sys.version_info < {paths.PYTHON_LIMIT}"
    check = f"import sys; sys.exit(not {supported})"
    answer = subprocess.run([paths.VENV_PYTHON, "-c", check], check=False)
    return answer.returncode == 0


if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if chosen not in PROFILES:
        paths.die(f"{chosen!r} is neither local nor dev")
    install(chosen)
