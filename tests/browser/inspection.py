"""What is looked at on every page: a narrow and a wide window, both themes, axe."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

GRAVE = ("serious", "critical")
AXE = Axe()
# Without `preload`, which would fetch the style sheets again and write them into the page.
RUN = "(rules) => axe.run(document, {resultTypes: ['violations'], preload: false, ...rules})"
# All that another theme can change.
COLOURS = {"runOnly": ["color-contrast"]}
# Pages that a script draws after they are loaded, and what is there once it has.
DRAWN = {"/api/docs/": ".opblock"}
# What sticks out of the window to the right, unless something around it scrolls or hides it.
STICKING_OUT = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= window.innerWidth) return [];
  const out = [...document.body.querySelectorAll("*")].filter((one) => {
    if (one.getBoundingClientRect().right <= window.innerWidth + 1) return false;
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
      if (getComputedStyle(up).overflowX !== "visible") return false;
    return true;
  });
  const names = out.slice(0, 4).map((one) => one.outerHTML.slice(0, 90));
  return [`${root.scrollWidth} px wide`, ...names];
}"""


@dataclass
class Inspection:
    """Everything found on the pages inspected so far, in words."""

    page: Page
    axe_on_phone: bool = False
    found: list[str] = field(default_factory=list)

    def look_at(self, path: str, *, status: int = 200) -> None:
        """Open `path` wide and light, then narrow and dark; change the theme in each."""
        self._open(path, status, DESK, "light")
        self._axe(path, "1440 light")
        self.page.emulate_media(color_scheme="dark")
        self._axe(path, "1440 dark", again=True)
        self._open(path, status, PHONE, "dark")
        if self.axe_on_phone:
            self._axe(path, "360 dark")
        self.page.emulate_media(color_scheme="light")
        if self.axe_on_phone:
            self._axe(path, "360 light", again=True)

    @property
    def report(self) -> str:
        return "\n".join(self.found)

    def _open(self, path: str, status: int, size: Any, theme: Any) -> None:
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        response = self.page.goto(path)
        if response is None or response.status != status:
            self.found.append(f"{path}: answered {response and response.status}")
        if path in DRAWN:
            self.page.locator(DRAWN[path]).first.wait_for()
        out = self.page.evaluate(STICKING_OUT)
        if out:
            self.found.append(f"{path}: too wide for {size['width']}: {out}")

    def _axe(self, path: str, where: str, *, again: bool = False) -> None:
        if not again:
            self.page.evaluate(AXE.axe_script)
        for violation in self.page.evaluate(RUN, COLOURS if again else {})["violations"]:
            if violation["impact"] in GRAVE:
                nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                self.found.append(f"{path} ({where}): {violation['help']}: {nodes}")
