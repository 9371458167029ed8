"""What hands do: scan, tap (and count the taps), sign in."""

import re
import time
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

# Milliseconds between the characters of a scanner; people need more than 100.
GAP = 0.012


def scan(page: Page, code: str) -> None:
    """What a keyboard-wedge scanner does: the code's keys in a burst, then Enter.

    The keys carry the times a scanner would give them, so that a busy machine cannot slow them.
    """
    keys = page.context.new_cdp_session(page)
    start = time.time() - (len(code) + 1) * GAP

    def press(place: int, **key: Any) -> None:
        at = start + place * GAP
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", "timestamp": at, **key})
        keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "timestamp": at, **key})

    for place, char in enumerate(code):
        press(place, key=char, text=char)
    press(len(code), key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)
    keys.detach()


@dataclass
class Hand:
    """A clerk's thumb and scanner; `taps` and `scans` since the last `start`."""

    page: Page
    taps: int = 0
    scans: int = 0

    def start(self) -> None:
        self.taps = self.scans = 0

    def tap(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def scan(self, code: str) -> None:
        self.scans += 1
        scan(self.page, code)

    @property
    def used(self) -> tuple[int, int]:
        """(scans, taps)."""
        return self.scans, self.taps


def sign_in(page: Page, username: str, password: str = "demo") -> None:
    page.goto("/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("/login/"))


def answer(page: Page, words: str) -> Locator:
    """The full-screen answer of the counter."""
    moment = page.locator("#moment .moment")
    expect(moment).to_contain_text(words)
    return moment
