"""The database and the queue on this machine, started when nothing else is configured.

    python -m dev.services start|stop|status|reset|url [--profile dev|test|bench]

`DATABASE_URL` and `REDIS_URL` win: what they name is used and never touched.
The `dev` and `bench` profiles keep their data through crashes, as production does;
`test` trades that for speed.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev import paths, process
from dev.postgres import DATABASE, ROLE, Postgres
from dev.valkey import Valkey

PROFILES = ("dev", "test", "bench")
NAMES = ("postgres", "valkey")
VARIABLES = ("DATABASE_URL", "REDIS_URL")


@dataclass
class Services:
    """What a start gave: the addresses, and which servers it had to start itself."""

    urls: dict[str, str] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)


def start(profile: str = "dev", found: Services | None = None) -> Services:
    """Have both services running; start only what is missing and not configured elsewhere.

    `found` is filled as servers come up, so that a caller who is interrupted
    half-way still knows what to stop.
    """
    found = found or Services()
    given = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    found.urls.update(given)
    if len(given) == len(VARIABLES):
        return found
    home = _home(profile)
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


def stop(profile: str = "dev", names: Sequence[str] = NAMES) -> None:
    """Stop what runs for this clone."""
    home = _home(profile)
    with process.file_lock(home / "lock"):
        if "valkey" in names:
            _valkey(home, profile).stop()
        if "postgres" in names:
            _postgres(home, profile).stop()


def reset(profile: str = "dev") -> None:
    """Stop, and delete all data."""
    home = _home(profile)
    with process.file_lock(home / "lock"):
        _valkey(home, profile).destroy()
        _postgres(home, profile).destroy()
        # The lock file stays: somebody may be waiting for it.
        (home / "services.json").unlink(missing_ok=True)


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


def lost(profile: str, urls: dict[str, str]) -> str:
    """What to say when one of our own servers behind `urls` is gone; empty when all is well."""
    home = _home(profile)
    config = _load(home)
    postgres, valkey = _postgres(home, profile), _valkey(home, profile)
    ours = {name: config[name]["password"] in urls.get(v, "") for name, v in _pairs()}
    if ours["postgres"] and postgres.running() is None:
        return f"PostgreSQL is gone; the end of {postgres.log}:\n{process.tail(postgres.log)}"
    if ours["valkey"] and not valkey.running(config["valkey"]):
        return f"Valkey is gone; the end of {valkey.log}:\n{process.tail(valkey.log)}"
    return ""


def _pairs() -> list[tuple[str, str]]:
    return list(zip(NAMES, VARIABLES, strict=True))


def _start_postgres(home: Path, profile: str, config: dict[str, str], found: Services) -> None:
    server = _postgres(home, profile)
    port = server.running()
    if port is None:
        found.started.append("postgres")
        server.start(config)
    else:
        config["port"] = str(port)
    address = f"{ROLE}:{config['password']}@127.0.0.1:{config['port']}"
    found.urls["DATABASE_URL"] = f"postgres://{address}/{DATABASE}"


def _start_valkey(home: Path, profile: str, config: dict[str, str], found: Services) -> None:
    server = _valkey(home, profile)
    if not server.running(config):
        found.started.append("valkey")
        server.start(config)
    found.urls["REDIS_URL"] = f"redis://:{config['password']}@127.0.0.1:{config['port']}/0"


def _postgres(home: Path, profile: str) -> Postgres:
    if profile != "bench":
        return Postgres(home, durable=profile != "test")
    # As docs/production.md says; a million SKUs do not fit into what is enough for the demo.
    quarter = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 2**20
    return Postgres(home, durable=True, cache_mb=min(quarter, 4096))


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
    changed = False
    for name in NAMES:
        if not config.get(name):
            config[name] = {
                "port": str(process.choose_port()),
                "password": secrets.token_hex(16),
            }
            changed = True
    if changed:
        # Before anything is made with them: a crash must not leave a cluster
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
    parser.add_argument("--profile", choices=(*PROFILES, "all"), default="dev")
    options = parser.parse_args(arguments)
    for profile in PROFILES if options.profile == "all" else (options.profile,):
        if options.action in {"start", "url"}:
            for name, url in ensure(profile).items():
                print(f"{name}={url}")
        elif options.action == "stop":
            stop(profile)
        elif options.action == "reset":
            reset(profile)
        else:
            for name, line in status(profile).items():
                print(f"{profile:6}{name:10}{line}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
