"""`make screenshots`: the pictures in docs/screenshots/, taken of the demo retailer.

    python -m dev.screenshots [URL]     URL: a server that shows the demo retailer already

Without a URL: a database of its own is made on the local server, filled with the demo retailer,
served for as long as the pictures take, and removed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from dev import browser, environment, install, paths, process

FOLDER = paths.ROOT / "docs" / "screenshots"
DATABASE = "screenshots"
DESK = (1440, 900)
PHONE = (360, 800)
PASSWORD = "demo"  # noqa: S105 - the demo's own
OPTIONS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
SERVES_WITHIN = 60.0
# Bytes; more does not belong in a repository.
LIMIT = 300_000


@dataclass
class Shot:
    """One picture: whose, of what, and what to do on the page before it is taken."""

    name: str
    person: str
    path: str
    size: tuple[int, int] = DESK
    theme: str = "light"
    prepare: Callable[[Any], None] = field(default=lambda page: None)

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}-{self.size[0]}-{self.theme}.png"


def row_with(words: str) -> Callable[[Any], None]:
    """Open the first row of the page's list that says `words`, or else the first of all."""

    def follow(page: Any) -> None:
        rows = page.locator("main tbody tr")
        fitting = rows.filter(has_text=words)
        row = fitting.first if fitting.count() else rows.first
        page.goto(row.locator("a[href]").first.get_attribute("href"))

    return follow


def ledger_with_most_news(page: Any) -> None:
    """The SKU with the most units allocated, where most of them lie."""
    page.goto(page.locator("tr[data-href]").first.get_attribute("data-href"))
    page.goto(page.locator("main a[href*='/stock/movements/']").first.get_attribute("href"))


def ready_card(page: Any) -> None:
    """The order that waits for payment, opened as if its QR had been scanned."""
    page.goto(page.locator("#queue a.work-card").last.get_attribute("href"))


def typed_list(page: Any) -> None:
    """Rows typed into the quick order, each answered with its name, price and stock."""
    found = page.request.get("/b2b/catalog/").text()
    codes = list(
        dict.fromkeys(part.split('"')[0] for part in found.split('name="sku" value="')[1:])
    )
    for row, (code, quantity) in enumerate(zip(codes[:5], (12, 6, 24, 2, 48), strict=False)):
        line = page.locator("[data-rows] li").nth(row)
        line.locator("input").nth(0).fill(code)
        line.locator("input").nth(1).fill(str(quantity))
        line.locator("input").nth(1).press("Tab")
    page.wait_for_timeout(1500)


def ready_message(page: Any) -> None:
    page.goto(page.locator("main a").filter(has_text="ready").first.get_attribute("href"))
    page.wait_for_timeout(800)


def answered(page: Any) -> None:
    """A scan of something unknown: the whole screen says so, and what to do now."""
    page.locator("#scan-code").fill("4006381333931")
    page.locator("#scan-code").press("Enter")
    page.locator("#moment .moment").wait_for()


SHOTS = (
    Shot("office-home", "ops", "/office/"),
    Shot("office-home", "ops", "/office/", theme="dark"),
    Shot("office-orders", "ops", "/office/orders/"),
    # Two locations in one row: an order that was split.
    Shot("office-order", "ops", "/office/orders/?status=open", prepare=row_with(", WH-PC")),
    Shot(
        "office-order",
        "ops",
        "/office/orders/?status=open",
        theme="dark",
        prepare=row_with(", WH-PC"),
    ),
    Shot("office-stock", "ops", "/office/stock/"),
    Shot(
        "office-ledger",
        "ops",
        "/office/stock/?sort=-allocated",
        prepare=ledger_with_most_news,
    ),
    Shot("office-price-list", "pricing", "/office/prices/", prepare=row_with("Contract")),
    Shot("office-rules", "pricing", "/office/discount-rules/"),
    Shot("office-rule", "pricing", "/office/discount-rules/?q=Moka", prepare=row_with("Moka")),
    Shot("office-mailbox", "ops", "/office/mailbox/?q=ready&language=en", prepare=ready_message),
    Shot("office-style-guide", "ops", "/office/style-guide/"),
    Shot("counter-queue", "clerk", "/counter/", PHONE),
    Shot("counter-pick", "clerk", "/counter/?tab=to_pick", PHONE, prepare=ready_card),
    Shot("counter-hand-over", "clerk", "/counter/?tab=ready", PHONE, prepare=ready_card),
    Shot("counter-answer", "clerk", "/counter/", PHONE, theme="dark", prepare=answered),
    Shot("b2b-catalogue", "buyer", "/b2b/catalog/"),
    Shot("b2b-quick-order", "buyer", "/b2b/quick-order/", prepare=typed_list),
)


def main(arguments: list[str]) -> int:
    """Take every picture; exit 1 when one is too large to be committed."""
    if Path(sys.prefix).resolve() != paths.VENV.resolve():
        install.install("dev")
        again = [str(paths.VENV_PYTHON), "-m", "dev.screenshots", *arguments]
        return subprocess.run(again, cwd=paths.ROOT, check=False).returncode
    chromium = browser.find_or_install()
    if not chromium:
        paths.die("no Chromium found: install one, or set OMS_CHROMIUM to its path")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        address = arguments[0] if arguments else stack.enter_context(_served())
        take(chromium, address, [shot for shot in SHOTS if _wanted(shot)])
    large = [shot.file.name for shot in SHOTS if shot.file.stat().st_size > LIMIT]
    if large:
        print(f"screenshots: larger than {LIMIT:,} bytes: {', '.join(large)}", file=sys.stderr)
    return 1 if large else 0


def _wanted(shot: Shot) -> bool:
    only = os.environ.get("ONLY", "")
    return not only or any(part in shot.name for part in only.split(","))


def take(chromium: str, address: str, shots: list[Shot]) -> None:
    """The pictures, each person signing in once."""
    from playwright.sync_api import sync_playwright

    options = [*OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        states: dict[str, Any] = {}
        for shot in shots:
            if shot.person not in states:
                states[shot.person] = _signed_in(running, address, shot.person)
            context = running.new_context(
                base_url=address,
                locale="en-GB",
                storage_state=states[shot.person],
                viewport={"width": shot.size[0], "height": shot.size[1]},
                color_scheme="dark" if shot.theme == "dark" else "light",
                reduced_motion="reduce",
            )
            page = context.new_page()
            page.goto(shot.path)
            shot.prepare(page)
            page.wait_for_load_state("networkidle")
            page.evaluate("document.fonts.ready")
            page.screenshot(path=shot.file)
            context.close()
            print(f"  {shot.file.name} {shot.file.stat().st_size:,}", flush=True)
        running.close()


def _signed_in(running: Any, address: str, person: str) -> Any:
    context = running.new_context(base_url=address)
    page = context.new_page()
    page.goto("/login/")
    page.locator("input[name=username]").fill(person)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form[data-login] button.btn-primary").click()
    page.locator("html:not(.shell-plain)").wait_for()
    state = context.storage_state()
    context.close()
    return state


@contextlib.contextmanager
def _served() -> Iterator[str]:
    """A server on a database of its own with the demo retailer in it."""
    environment.prepare("dev")
    own = os.environ | {
        "DATABASE_URL": urlparse(os.environ["DATABASE_URL"])._replace(path=f"/{DATABASE}").geturl(),
        "LOG_LEVEL": "ERROR",
    }
    _remake(drop_only=False)
    serving: subprocess.Popen[bytes] | None = None
    try:
        for command in ("migrate", "load_demo"):
            _manage(own, command, "--verbosity=0")
        address = f"127.0.0.1:{process.choose_port()}"
        serving = subprocess.Popen(
            [str(paths.VENV_PYTHON), "manage.py", "runserver", address, "--noreload"],
            cwd=paths.ROOT,
            env=own,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(f"http://{address}/healthz")
        yield f"http://{address}"
    finally:
        if serving is not None:
            serving.terminate()
            serving.wait()
        _remake(drop_only=True)


def _remake(*, drop_only: bool) -> None:
    import psycopg

    url = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        if not drop_only:
            connection.execute(f"CREATE DATABASE {DATABASE}")


def _manage(variables: dict[str, str], *arguments: str) -> None:
    command = [str(paths.VENV_PYTHON), "manage.py", *arguments]
    if subprocess.run(command, cwd=paths.ROOT, env=variables, check=False).returncode:
        paths.die(f"manage.py {arguments[0]} failed; see above")


def _wait_for(url: str) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return True
        except (OSError, urllib.error.URLError):
            return False

    if not process.wait_until(answers, SERVES_WITHIN, 0.2):
        paths.die("the server did not start")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
