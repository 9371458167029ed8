"""The database and the queue on this machine, started when nothing else is configured.

    python -m dev.services start|stop|status|reset|url [--profile dev|test]

`DATABASE_URL` and `REDIS_URL` win: what they name is used and never touched.
The `dev` profile keeps its data through crashes; `test` trades that for speed.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from dev import paths, process
from dev.postgres import DATABASE, ROLE, Postgres
from dev.valkey import Valkey

PROFILES = ("dev", "test")
VARIABLES = ("DATABASE_URL", "REDIS_URL")


@dataclass
class Services:
    """What a start gave: the addresses, and which servers it had to start itself."""

    urls: dict[str, str] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)


def start(profile: str = "dev") -> Services:
    """Have both services running; start only what is missing and not configured elsewhere."""
    home = _home(profile)
    given = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    found = Services(urls=given)
    if len(given) == len(VARIABLES):
        return found
    with process.file_lock(home / "lock"):
        # Read under the lock: two starts at once would otherwise make two of each.
        config = _load(home)
        if "DATABASE_URL" not in given:
            _start_postgres(home, profile, config["postgres"], found)
        if "REDIS_URL" not in given:
            _start_valkey(home, profile, config["valkey"], found)
        _save(home, config)
    return found


def ensure(profile: str = "dev") -> dict[str, str]:
    """The addresses of running services, as environment variables."""
    return start(profile).urls


def stop(profile: str = "dev") -> None:
    """Stop what runs for this clone."""
    home = _home(profile)
    with process.file_lock(home / "lock"):
        _valkey(home, profile).stop()
        _postgres(home, profile).stop()


def reset(profile: str = "dev") -> None:
    """Stop, and delete all data."""
    home = _home(profile)
    with process.file_lock(home / "lock"):
        _valkey(home, profile).destroy()
        _postgres(home, profile).destroy()
    shutil.rmtree(home, ignore_errors=True)


def status(profile: str = "dev") -> dict[str, str]:
    """One line on each service."""
    home = _home(profile)
    with process.file_lock(home / "lock"):
        config = _load(home)
        port = _postgres(home, profile).running()
        queue = _valkey(home, profile).running(config["valkey"])
    return {
        "postgres": f"running on port {port}" if port else "stopped",
        "valkey": f"running on port {config['valkey']['port']}" if queue else "stopped",
    }


def _start_postgres(home: Path, profile: str, config: dict[str, str], found: Services) -> None:
    server = _postgres(home, profile)
    port = server.running()
    if port is None:
        server.start(config)
        found.started.append("postgres")
    else:
        config["port"] = str(port)
    address = f"{ROLE}:{config['password']}@127.0.0.1:{config['port']}"
    found.urls["DATABASE_URL"] = f"postgres://{address}/{DATABASE}"


def _start_valkey(home: Path, profile: str, config: dict[str, str], found: Services) -> None:
    server = _valkey(home, profile)
    if not server.running(config):
        server.start(config)
        found.started.append("valkey")
    found.urls["REDIS_URL"] = f"redis://:{config['password']}@127.0.0.1:{config['port']}/0"


def _postgres(home: Path, profile: str) -> Postgres:
    return Postgres(home, durable=profile != "test")


def _valkey(home: Path, profile: str) -> Valkey:
    return Valkey(home, durable=profile != "test")


def _home(profile: str) -> Path:
    if profile not in PROFILES:
        raise ValueError(f"profile {profile!r} is none of {', '.join(PROFILES)}")
    return paths.open_folder(paths.services_home() / profile)


def _load(home: Path) -> dict[str, dict[str, str]]:
    """Ports and passwords of the profile; new ones when there are none yet."""
    try:
        config: dict[str, dict[str, str]] = json.loads((home / "services.json").read_text())
    except (OSError, ValueError):
        config = {}
    for name in ("postgres", "valkey"):
        if not config.get(name):
            config[name] = {
                "port": str(process.choose_port()),
                "password": secrets.token_hex(16),
            }
    # Saved before anything is made with them, so that a crash leaves no cluster
    # behind whose password nobody knows.
    _save(home, config)
    return config


def _save(home: Path, config: dict[str, dict[str, str]]) -> None:
    part = home / "services.json.part"
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(config, indent=1))
    part.replace(home / "services.json")


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m dev.services", description=__doc__)
    parser.add_argument("action", choices=("start", "stop", "status", "reset", "url"))
    parser.add_argument("--profile", choices=PROFILES, default="dev")
    options = parser.parse_args(arguments)
    if options.action in {"start", "url"}:
        for name, url in ensure(options.profile).items():
            print(f"{name}={url}")
    elif options.action == "stop":
        stop(options.profile)
    elif options.action == "reset":
        reset(options.profile)
    else:
        for name, line in status(options.profile).items():
            print(f"{name:10}{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
