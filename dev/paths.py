"""Where things live: the clone, its virtual environment and its local state."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"

MINIMUM_PYTHON = (3, 11)
PYTHON_LIMIT = (3, 15)


def die(message: str) -> NoReturn:
    """Leave with one line that says what is wrong and what to do about it."""
    sys.exit(f"oms: {message}")


def open_folder(path: Path) -> Path:
    """Make a folder that other accounts may enter, whatever the umask says."""
    path.mkdir(parents=True, exist_ok=True)
    if path.stat().st_uid == os.geteuid():
        path.chmod(0o755)
    return path


def local_folder() -> Path:
    """The git-ignored folder for this clone's state, made when absent."""
    return open_folder(LOCAL)


def others_can_enter(path: Path) -> bool:
    """Whether an account without rights of its own can reach `path`."""
    return all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents))


def services_home() -> Path:
    """The folder that holds the database and queue files of this clone.

    PostgreSQL refuses to run as root, so root runs it as `nobody`. When the
    clone sits below a closed folder (root's home, say), opening that folder
    to everybody would be wrong: the files go elsewhere instead.
    """
    if os.geteuid() != 0 or others_can_enter(ROOT):
        return local_folder()
    return open_folder(shared_home() / hashlib.sha256(str(ROOT).encode()).hexdigest()[:16])


def shared_home() -> Path:
    """Root's folder for what `nobody` must be able to read."""
    home = open_folder(Path("/var/lib/oms-dev"))
    if home.stat().st_uid != 0:
        die(f"{home} belongs to another account; remove it and try again")
    return home


def site_packages() -> list[Path]:
    """The package folders of the clone's virtual environment and of this Python."""
    found = sorted(VENV.glob("lib/python3.*/site-packages"))
    found += [Path(p) for p in sys.path if p.endswith("site-packages")]
    return list(dict.fromkeys(p for p in found if p.is_dir()))
