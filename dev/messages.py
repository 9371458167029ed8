"""Translations: `python -m dev.messages` collects the texts and compiles the catalogues.

Compiled catalogues are not in git; `make install` makes them where they are older
than their source. Babel does it, so that gettext is needed only to collect.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from dev import paths

LOCALE = paths.ROOT / "locale"
LANGUAGES = ("it", "pl")
IGNORED = ("node_modules", ".venv", ".local", "tests", "benchmarks", "dev")

COMPILE = """
import sys
from pathlib import Path
from babel.messages import mofile, pofile
for name in sys.argv[1:]:
    source = Path(name)
    with source.open("rb") as file:
        catalogue = pofile.read_po(file, locale=source.parts[-3], abort_invalid=True)
    part = source.with_suffix(".mo.part")
    with part.open("wb") as file:
        mofile.write_mo(file, catalogue)
    part.replace(source.with_suffix(".mo"))
"""


def stale() -> list[Path]:
    """The catalogues whose compiled form is absent or older."""
    found = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            found.append(source)
    return found


def compile_stale() -> None:
    """Compile what is stale, with the Babel of the virtual environment."""
    sources = stale()
    if not sources:
        return
    command = [str(paths.VENV_PYTHON), "-c", COMPILE, *map(str, sources)]
    if subprocess.run(command, check=False).returncode:
        paths.die("a message catalogue does not compile; what is wrong is above")


def collect() -> None:
    """Write new texts into the .po files of every language."""
    if not shutil.which("xgettext"):
        paths.die("collecting texts needs gettext: apt-get install -y gettext")
    command = [str(paths.VENV_PYTHON), "manage.py", "makemessages", "--no-wrap", "--add-location"]
    command += ["file", *(f"--locale={code}" for code in LANGUAGES)]
    command += [f"--ignore={pattern}" for pattern in IGNORED]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "oms.settings"}
    if subprocess.run(command, cwd=paths.ROOT, env=environment, check=False).returncode:
        paths.die("makemessages failed; what is wrong is above")


if __name__ == "__main__":
    from dev import install

    install.install("dev")
    LOCALE.mkdir(exist_ok=True)
    collect()
    compile_stale()
    sys.exit(0)
