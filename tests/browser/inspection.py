"""What is looked at on every page: a narrow and a wide window, both themes, axe."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE

GRAVE = ("serious", "critical")
AXE = Axe()
# Without `preload`, which would fetch the style sheets again and write them into the page.
# The one frame there is holds a mail without scripts: nobody in it answers, and asking is an error.
RUN = (
    "(rules) => axe.run(document,"
    " {resultTypes: ['violations'], preload: false, iframes: false, ...rules})"
)
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

    def __post_init__(self) -> None:
        # A window for each width: resizing one would lay out the last page once more before it
        # is left.
        self.phone = self.page.context.new_page()
        for window, size in ((self.page, DESK), (self.phone, PHONE)):
            window.set_viewport_size(size)

    def look_at(self, path: str, *, status: int = 200) -> None:
        """Open `path` wide and light, then narrow and dark; change the theme in each."""
        self._open(self.page, path, status, "light")
        self._axe(self.page, path, "1440 light")
        self.page.emulate_media(color_scheme="dark")
        self._axe(self.page, path, "1440 dark", again=True)
        self._open(self.phone, path, status, "dark")
        if self.axe_on_phone:
            self._axe(self.phone, path, "360 dark")
        self.phone.emulate_media(color_scheme="light")
        if self.axe_on_phone:
            self._axe(self.phone, path, "360 light", again=True)

    @property
    def report(self) -> str:
        return "\n".join(self.found)

    def _open(self, window: Page, path: str, status: int, theme: Any) -> None:
        window.emulate_media(color_scheme=theme, reduced_motion="reduce")
        response = window.goto(path)
        if response is None or response.status != status:
            self.found.append(f"{path}: answered {response and response.status}")
        if path in DRAWN:
            window.locator(DRAWN[path]).first.wait_for()
        out = window.evaluate(STICKING_OUT)
        if out:
            wide = PHONE if window is self.phone else DESK
            self.found.append(f"{path}: too wide for {wide['width']}: {out}")

    def _axe(self, window: Page, path: str, where: str, *, again: bool = False) -> None:
        if not again:
            window.evaluate(AXE.axe_script)
        for violation in window.evaluate(RUN, COLOURS if again else {})["violations"]:
            if violation["impact"] in GRAVE:
                nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                self.found.append(f"{path} ({where}): {violation['help']}: {nodes}")
