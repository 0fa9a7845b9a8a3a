"""One person in a real Chromium, and what the browser itself measures of the pages they open."""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.door import Door

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
# From what a person does to the frame after htmx has settled its answer; and the vitals of the page.
OBSERVE = """
window.measured = {lcp: 0, cls: 0, swaps: []};
let since = 0;
const observe = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note))
  .observe({type, buffered: true});
observe("largest-contentful-paint", entry => { measured.lcp = entry.startTime; });
observe("layout-shift", entry => { if (!entry.hadRecentInput) measured.cls += entry.value; });
for (const kind of ["click", "change", "submit"]) addEventListener(kind, () => { since = performance.now(); }, true);
addEventListener("htmx:afterSettle", () => requestAnimationFrame(() => setTimeout(() => {
  if (since) measured.swaps.push(performance.now() - since);
  since = 0;
})), true);
"""


@contextmanager
def chromium() -> Iterator[Browser]:
    # The browser is driven by an event loop on this thread; the queries beside it are synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def person(browser: Browser, door: Door, cookie: str) -> BrowserContext:
    """A browser with an empty cache in which somebody is signed in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="fr-FR", timezone_id="Europe/Paris")
    context.set_default_timeout(20_000)
    context.add_init_script(OBSERVE)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": door.url}])
    return context


class Traffic:
    """What a page transfers, in bytes; a document as the proxy of production compresses it (gzip)."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Network.enable")
        self._started: dict[str, dict[str, Any]] = {}
        self._sizes: dict[str, int] = {}
        self._session.on("Network.responseReceived", lambda event: self._started.update({event["requestId"]: event}))
        self._session.on("Network.loadingFinished", self._note)

    def _note(self, event: dict[str, Any]) -> None:
        self._sizes[event["requestId"]] = int(event["encodedDataLength"])

    def start_anew(self) -> None:
        self._started.clear()
        self._sizes.clear()

    def sizes(self) -> dict[str, int]:
        """Address → bytes of everything that really travelled since the last start."""
        found = {}
        for request, size in self._sizes.items():
            event = self._started.get(request)
            if event is None or event["response"].get("fromDiskCache") or not size:
                continue
            headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
            if event["type"] == "Document" and "content-encoding" not in headers:
                body = self._session.send("Network.getResponseBody", {"requestId": request})["body"]
                size = len(gzip.compress(body.encode(), 5))
            found[event["response"]["url"]] = size
        return found
