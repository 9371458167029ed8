"""uv, wherever it comes from, with pip as the fallback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from dev import paths

OLDEST_UV = (0, 8)
TOOLS = paths.LOCAL / "tools"


class Packager:
    """Makes virtual environments and installs hashed locks, with uv."""

    def __init__(self, uv: Path) -> None:
        self.uv = uv

    def make_venv(self, target: Path) -> None:
        """A new virtual environment for the Python that runs us."""
        self._run("venv", "--quiet", "--python", base_python(), str(target))

    def sync(self, lock: Path) -> None:
        """Make `.venv` hold exactly what `lock` says."""
        python = ["--python", str(paths.VENV_PYTHON)]
        self._run("pip", "sync", "--quiet", "--require-hashes", *python, str(lock))

    def install_into(self, target: Path, lock: Path) -> None:
        """Unpack the packages of `lock` into a folder of their own."""
        options = ["--python", base_python(), "--target", str(target)]
        self._run("pip", "install", "--quiet", "--require-hashes", *options, "-r", str(lock))

    def _run(self, *arguments: str) -> None:
        answer = subprocess.run(
            [self.uv, *arguments], cwd=paths.ROOT, env=environment(), check=False
        )
        if answer.returncode:
            paths.die(f"`uv {' '.join(arguments[:2])}` failed; what it says is above")


class PipPackager(Packager):
    """The same with pip alone, for systems uv has no build for."""

    def __init__(self) -> None:
        super().__init__(Path("pip"))

    def make_venv(self, target: Path) -> None:
        """A new virtual environment for the Python that runs us."""
        _make_venv(target)

    def sync(self, lock: Path) -> None:
        """Install what `lock` says; what it no longer says stays."""
        self._pip(paths.VENV_PYTHON, "-r", str(lock))

    def install_into(self, target: Path, lock: Path) -> None:
        """Unpack the packages of `lock` into a folder of their own."""
        self._pip(paths.VENV_PYTHON, "--target", str(target), "-r", str(lock))

    @staticmethod
    def _pip(python: Path, *arguments: str) -> None:
        if not pip_install(python, *arguments):
            paths.die("`pip install` failed; what it says is above")


def find() -> Packager:
    """The uv on the PATH when it is recent, else one of our own, else pip."""
    on_path = shutil.which("uv")
    if on_path and _uv_version(Path(on_path)) >= OLDEST_UV:
        return Packager(Path(on_path))
    own = _own_uv()
    return Packager(own) if own else PipPackager()


def base_python() -> str:
    """The interpreter itself, also when a virtual environment is active."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def pip_install(python: str | Path, *arguments: str) -> bool:
    """Install with a pip that is there; whether that worked."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    options = ["--require-hashes", "--only-binary", ":all:", "--no-warn-script-location"]
    environment = os.environ | {"PIP_ROOT_USER_ACTION": "ignore"}
    answer = subprocess.run([*command, *options, *arguments], env=environment, check=False)
    return answer.returncode == 0


def _own_uv() -> Path | None:
    """The uv of the lock, in the clone's tools folder; installed there when absent."""
    lock = paths.REQUIREMENTS / "uv.txt"
    pinned = re.search(r"^uv==([0-9.]+)", lock.read_text(), re.MULTILINE)
    folder = TOOLS / f"uv-{pinned[1] if pinned else ''}"
    for found in (folder / "bin" / "uv", folder / "packages" / "bin" / "uv"):
        if found.exists() and _uv_version(found) >= OLDEST_UV:
            return found
    shutil.rmtree(folder, ignore_errors=True)
    if _has("ensurepip"):
        _make_venv(folder)
        return folder / "bin" / "uv" if pip_install(_python_in(folder), "-r", str(lock)) else None
    if _has("pip"):
        target = folder / "packages"
        done = pip_install(base_python(), "--target", str(target), "-r", str(lock))
        return target / "bin" / "uv" if done else None
    _no_installer()


def _no_installer() -> NoReturn:
    paths.die(
        "this Python can neither make a virtual environment nor run pip. "
        "On Debian or Ubuntu: apt-get install -y python3-venv; elsewhere install uv"
    )


def _make_venv(target: Path) -> None:
    if not _has("ensurepip"):
        _no_installer()
    target.parent.mkdir(parents=True, exist_ok=True)
    answer = subprocess.run([base_python(), "-m", "venv", target], check=False)
    if answer.returncode:
        paths.die(f"could not make a virtual environment in {target}")


def _python_in(venv: Path) -> Path:
    return venv / "bin" / "python"


def _has(module: str) -> bool:
    command = [base_python(), "-c", f"import {module}"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _uv_version(uv: Path) -> tuple[int, ...]:
    try:
        answer = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return ()
    found = re.search(r"(\d+)\.(\d+)", answer.stdout)
    return (int(found[1]), int(found[2])) if found else ()


def environment() -> dict[str, str]:
    """uv with the certificates and the package index the machine is set up for."""
    variables = dict(os.environ)
    variables.pop("VIRTUAL_ENV", None)
    # The first name is the current one, the second is what older versions know.
    variables.setdefault("UV_SYSTEM_CERTS", "true")
    variables.setdefault("UV_NATIVE_TLS", "true")
    variables.setdefault("UV_PYTHON_PREFERENCE", "only-system")
    variables.setdefault("UV_HTTP_TIMEOUT", "180")
    if not any(variables.get(name) for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        index = _pip_index()
        if index:
            variables["UV_DEFAULT_INDEX"] = index
    return variables


def _pip_index() -> str:
    """The index pip is told to use here: uv does not read pip's configuration."""
    if os.environ.get("PIP_INDEX_URL"):
        return os.environ["PIP_INDEX_URL"]
    answer = subprocess.run(
        [base_python(), "-m", "pip", "config", "get", "global.index-url"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() if answer.returncode == 0 else ""
