"""The browser for end-to-end tests: found, or installed where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGED = (
    ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
    "Library/Caches/ms-playwright/chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
)
MAC_APPLICATIONS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find() -> str | None:
    """The path of a Chromium: `OMS_CHROMIUM`, the PATH, or Playwright's own download."""
    chosen = os.environ.get("OMS_CHROMIUM")
    if chosen:
        return chosen
    for name in NAMES:
        on_path = shutil.which(name)
        if on_path:
            return on_path
    downloaded = [p for pattern in PACKAGED for p in sorted(Path.home().glob(pattern))]
    if downloaded:
        return str(downloaded[-1])
    return next((p for p in MAC_APPLICATIONS if Path(p).exists()), None)


def find_or_install() -> str | None:
    """A Chromium, from Debian's packages when there is none and we may install."""
    found = find()
    if found or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    print("dev: installing chromium for the browser tests", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
    ):
        answer = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            print(f"dev: {' '.join(command)} failed:\n{answer.stderr.strip()}", file=sys.stderr)
            return None
    return find()
