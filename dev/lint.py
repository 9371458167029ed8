"""`make lint`: every check runs, also after one failed; each with its time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from dev import environment, install, paths


@dataclass(frozen=True)
class Check:
    """One command, and the path without which there is nothing for it to look at."""

    name: str
    command: tuple[str, ...]
    needs: str = ""

    def applies(self) -> bool:
        """Whether the path is there."""
        return not self.needs or any(paths.ROOT.glob(self.needs))


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    check: Check
    code: int
    seconds: float
    output: str


MANAGE = ("python", "manage.py")
CHECKS = (
    Check("types", ("mypy",)),
    Check("migrations", (*MANAGE, "makemigrations", "--check", "--dry-run"), "oms/urls.py"),
    Check(
        "API schema",
        (*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull),
        "oms/urls.py",
    ),
    Check("Django", (*MANAGE, "check", "--fail-level", "WARNING"), "oms/urls.py"),
    Check("templates", ("djlint", "--lint", "--quiet", "templates"), "templates/**/*.html"),
    Check("layers", ("lint-imports",)),
    Check("style", ("ruff", "check", "--quiet", ".")),
    Check("format", ("ruff", "format", "--check", "--quiet", ".")),
)


def lint() -> bool:
    """Run every check and print what each found; whether all are content."""
    variables = dict(os.environ)
    environment.prepare("test", variables)
    variables["PATH"] = f"{paths.VENV / 'bin'}{os.pathsep}{variables.get('PATH', os.defpath)}"
    variables["NO_COLOR"] = "1"
    checks = [check for check in CHECKS if check.applies()]
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        results = list(pool.map(lambda check: _run(check, variables), checks))
    for result in results:
        _report(result)
    return all(result.code == 0 for result in results)


def _run(check: Check, variables: dict[str, str]) -> Result:
    started = time.monotonic()
    program = paths.VENV / "bin" / check.command[0]
    answer = subprocess.run(
        [str(program), *check.command[1:]],
        cwd=paths.ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Result(check, answer.returncode, time.monotonic() - started, answer.stdout)


def _report(result: Result) -> None:
    verdict = "ok" if result.code == 0 else "FAILED"
    print(f"lint: {result.check.name:12}{verdict:8}{result.seconds:5.1f} s", flush=True)
    if result.code:
        shown = " ".join((Path(result.check.command[0]).name, *result.check.command[1:]))
        print(f"$ {shown}\n{result.output.strip()}\n", flush=True)


if __name__ == "__main__":
    install.install("dev")
    sys.exit(0 if lint() else 1)
