"""What a page may not do while a test drives it: log errors, break the policy, miss a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Chromium reports every answer from 400 up here as well; `_answered` judges those by their status.
ANSWERS = "Failed to load resource"
# What htmx logs when a page that is left aborts its request. A request that fails says
# "htmx:sendError" or "htmx:responseError" beside the first of them.
ABORTED = ("htmx:afterRequest", "htmx:sendAbort")


class Watch:
    """Collects everything wrong in a browser context, with the page it happened on."""

    def __init__(self, context: BrowserContext) -> None:
        self.faults: list[str] = []
        self._allowed: tuple[int, ...] = ()
        context.on("console", self._logged)
        context.on("weberror", self._raised)
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)

    @contextmanager
    def expecting(self, *statuses: int) -> Iterator[None]:
        """Within, answers with these statuses are what the test wants."""
        self._allowed = statuses
        yield
        self._allowed = ()

    def _logged(self, message: ConsoleMessage) -> None:
        benign = message.text.startswith((ANSWERS, *ABORTED))
        if message.type in ("error", "warning") and not benign:
            self._add(message.page.url if message.page else "", message.text)

    def _raised(self, error: WebError) -> None:
        self._add(error.page.url if error.page else "", str(error.error))

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._allowed:
            self._add(response.url, f"answered {response.status}")

    def _failed(self, request: Request) -> None:
        # A page that is left aborts what it was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self._add(request.url, request.failure or "failed")

    def _add(self, where: str, what: str) -> None:
        self.faults.append(f"{where}: {what}")
