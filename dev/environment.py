"""The environment a local process of the project runs in."""

from __future__ import annotations

import os
import secrets
from collections.abc import MutableMapping

from dev import paths, services


def secret_key() -> str:
    """A key made once for this clone."""
    path = paths.local_folder() / "secret_key"
    try:
        return path.read_text().strip()
    except OSError:
        part = path.with_suffix(f".{os.getpid()}")
        part.touch(mode=0o600)
        part.write_text(secrets.token_urlsafe(50))
        try:
            # A link fails where the file exists: two first starts agree on one key.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
        return path.read_text().strip()


def keep_compiled(environ: MutableMapping[str, str] = os.environ) -> None:
    """Where the folders of the sources are to stay clean, keep compiled modules in `.local`.

    Without any of them, each of the many Pythons of a start or a test run takes seconds longer.
    """
    if environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        environ.setdefault("PYTHONPYCACHEPREFIX", str(paths.local_folder() / "pycache"))


def prepare(profile: str, environ: MutableMapping[str, str] = os.environ) -> None:
    """Fill in what is not set: development mode, secret key, database and queue."""
    keep_compiled(environ)
    environ.setdefault("OMS_ENV", "development")
    environ.setdefault("OMS_PROFILE", profile)
    if profile == "dev":
        # Whose demo data it is.
        environ.setdefault("RETAILER_NAME", "Casa Verde")
    if not environ.get("SECRET_KEY"):
        environ["SECRET_KEY"] = secret_key()
    # Where collected files would lie; development serves them from where they are.
    (paths.local_folder() / "static").mkdir(exist_ok=True)
    if not all(environ.get(name) for name in services.VARIABLES):
        environ.update(services.ensure(profile))
