#!/usr/bin/env python
"""Django's command line, for a clone on a developer's machine and for a server.

Where the environment does not say otherwise, it provides what a clone needs:

* it runs in the clone's `.venv`, whichever Python it was called with;
* `OMS_ENV` is `development`, and `SECRET_KEY` one made for this clone;
* `DATABASE_URL` and `REDIS_URL` point to local servers, started when needed
  (`make stop` stops them). `OMS_PROFILE=test` chooses the ones tests use.

Production sets those variables itself (`OMS_ENV=production` at the least); then
nothing is started and nothing of `dev/` is imported.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def enter_virtual_environment() -> None:
    """Start again in the clone's virtual environment, when called from outside it."""
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists() or Path(sys.prefix).resolve() == python.parent.parent.resolve():
        return
    os.execv(python, [str(python), *sys.orig_argv[1:]])


def main() -> None:
    """Prepare the environment, then hand over to Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    if os.environ.get("OMS_ENV", "development") != "production":
        enter_virtual_environment()
        from dev import environment

        environment.prepare(os.environ.get("OMS_PROFILE", "dev"))
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        sys.exit(f"oms: Django is not installed here ({error}); run `make install`")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
