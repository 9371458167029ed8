"""What the database needs before the processes start, in one Python with Django loaded.

    .venv/bin/python -m dev.prepare FILE     writes the demo logins to FILE

Loading Django takes longer than most of these steps, so they share one process.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

from dev import process
from dev.supervisor import say


def main(logins: Path) -> None:
    """Migrate, load the demo retailer into an empty database, note its logins."""
    import django
    from django.core.management import call_command, get_commands
    from django.db import connection

    django.setup()
    with process.file_lock(logins.with_name("prepare.lock")):
        if _unapplied(connection):
            say("run", "creating the tables")
            call_command("migrate", interactive=False, verbosity=0)
        if os.environ.get("OMS_DEMO", "1") != "0":
            if "load_demo" in get_commands():
                call_command("load_demo", "--if-empty")
            else:
                say("run", "WARNING: no load_demo command, so there is no demo retailer")
        if "demo_logins" in get_commands():
            text = io.StringIO()
            call_command("demo_logins", stdout=text)
            logins.write_text(text.getvalue())


def _unapplied(connection: object) -> bool:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)  # type: ignore[arg-type]
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
