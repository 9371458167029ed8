"""`make bench [ONLY=name]`: measure against the targets, on a durable database of its own.

A benchmark is a module `benchmarks/bench_<name>.py` with NAME, TARGET (what it
must reach, in words) and `run()`, which returns a dict of `ours`, `raw` (the same
by the plainest means there is), `ratio`, `target`, `unit` and `met`.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dev import environment, install, paths, services
from dev.supervisor import Stopped, stop_on_signals

FOLDER = paths.ROOT / "benchmarks"
RESULTS = FOLDER / "results"
COLUMNS = ("benchmark", "ours", "raw", "ratio", "target", "unit", "")


def main() -> int:
    """Run the benchmarks one after another; exit 1 when one misses its target."""
    ignore_signals = stop_on_signals()
    names = _names(os.environ.get("ONLY", ""))
    try:
        install.install("dev")
        results = [_run_one(name) for name in names]
    except Stopped:
        return 130
    finally:
        ignore_signals()
    _print_table(results)
    return 0 if all(result.get("met") for result in results) else 1


def _names(only: str) -> list[str]:
    known = sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py"))
    chosen = [name for name in known if not only or name in only.split(",")]
    if not chosen:
        paths.die(f"no benchmark {only!r}; there are: {', '.join(known) or 'none'}")
    return chosen


def _variables(found: services.Services) -> dict[str, str]:
    variables = dict(os.environ) | found.urls
    environment.prepare("bench", variables)
    variables["DJANGO_SETTINGS_MODULE"] = "oms.settings"
    variables.setdefault("LOG_LEVEL", "WARNING")
    return variables


def _manage(variables: dict[str, str], *arguments: str) -> None:
    command = [str(paths.VENV_PYTHON), "manage.py", *arguments]
    if subprocess.run(command, cwd=paths.ROOT, env=variables, check=False).returncode:
        paths.die(f"manage.py {arguments[0]} failed; see above")


def _run_one(name: str) -> dict[str, Any]:
    """Run one benchmark in a process and on servers of its own: none works with what others left.

    The server would clean up after them, too, while this one is measured.
    """
    print(f"bench: {name} …", flush=True)
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{name}.json"
    target.unlink(missing_ok=True)
    command = [str(paths.VENV_PYTHON), "-m", "dev.bench", "--one", name, str(target)]
    found = services.Services()
    try:
        services.reset("bench")
        services.start("bench", found)
        variables = _variables(found)
        _manage(variables, "migrate", "--verbosity=0")
        answer = subprocess.run(command, cwd=paths.ROOT, env=variables, check=False)
    finally:
        if found.started:
            services.stop("bench", found.started)
    if answer.returncode or not target.exists():
        return {"name": name, "met": False, "error": f"exit code {answer.returncode}"}
    result: dict[str, Any] = json.loads(target.read_text())
    return result


def measure(name: str, target: Path) -> None:
    """Inside the process of one benchmark."""
    import django

    django.setup()
    module = importlib.import_module(f"benchmarks.bench_{name}")
    result = {"name": module.NAME, "target": module.TARGET} | module.run()
    target.write_text(json.dumps(result, indent=1, default=str) + "\n")


def _print_table(results: list[dict[str, Any]]) -> None:
    rows = [list(COLUMNS)]
    for result in results:
        figures = [_shown(result.get(key, "")) for key in ("ours", "raw", "ratio", "target")]
        verdict = "met" if result.get("met") else f"MISSED {result.get('error', '')}".strip()
        rows.append([str(result["name"]), *figures, str(result.get("unit", "")), verdict])
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    print()
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _shown(value: object) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        sys.exit(main())
