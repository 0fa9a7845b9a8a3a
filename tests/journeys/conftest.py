"""A real Chromium on a real server: what every page that a journey visits must be is checked in one place."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from quotation.providers import autovista
from settings_admin.models import User
from tests.support.axe import found_by_axe
from tests.support.sandbox_process import Sandbox, running_sandbox

# The browser is driven by an event loop that stays on this thread; the tests themselves are synchronous.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The shell is the same engine without the windows that nobody sees: a fifth of a journey's time.
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}
# A refused form answers 422, a refused act 409: Chromium reports both as errors of the console. A search given up for
# the next letter is no error either, but htmx says it is.
EXPECTED_ERRORS = ("status of 422", "status of 409", "htmx:afterRequest", "htmx:sendAbort")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/journeys/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(autouse=True)
def _one_day() -> Iterator[None]:
    """Every journey takes place on the same day: what is due or past in it never changes."""
    with time_machine.travel("2026-11-24T10:00:00+01:00", tick=True):
        yield


@pytest.fixture(autouse=True)
def _scripts_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser keeps styles and scripts, as it does where people work: sixteen requests less with each further page.
    For long: its clock is not the server's (`_one_day`)."""
    serve = StaticFilesHandler.serve

    def serve_to_keep(self: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
        response = serve(self, request)
        response.headers["Cache-Control"] = "max-age=31536000"
        return response

    monkeypatch.setattr(StaticFilesHandler, "serve", serve_to_keep)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file. Not pytest-playwright's session-wide one: its event loop would stay on the thread of the
    tests that come after, where nothing asynchronous could run any more."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


# Of what can be seen: those of what is folded away never end, nor do those that turn for as long as one waits.
ANIMATIONS_END = """Promise.all(document.getAnimations()
  .filter(one => one.effect.target?.checkVisibility() && one.effect.getComputedTiming().endTime !== Infinity)
  .map(one => one.finished.catch(() => {})))"""


@dataclass
class Visit:
    """One person in front of one screen."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(self.base + path)
        return self.page

    def watch(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in EXPECTED_ERRORS):
            self.errors.append(message.text)

    def settle(self) -> None:
        """Until nothing moves: what a click has asked for may still be on its way, and what fades in has another
        contrast and another place."""
        self.page.wait_for_load_state()  # before its styles have come, any page is wider than the screen
        expect(self.page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)
        self.page.evaluate(ANIMATIONS_END)

    def check(self) -> None:
        """What is true of every page in every state: nothing in the console (a broken content policy stands there
        too), nothing wider than the screen, nothing that axe finds."""
        self.settle()
        assert self.errors == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px wider than the screen"
        found = found_by_axe(self.page)
        assert found.violations_count == 0, found.generate_report()


def wait_for_the_server() -> None:
    """Until no request is under way: one that a closed page left behind would still hold its rows, or write into the
    next test's, while the database is emptied."""
    deadline = time.monotonic() + 10
    while busy := [one for one in threading.enumerate() if one.name.endswith("(process_request_thread)")]:
        assert time.monotonic() < deadline, f"{len(busy)} requests are still under way after the last page was closed"
        time.sleep(0.01)


# pytest-django's server has no sockets: what they bring is told by tests/live, on a server that does. In the page
# itself: a route for sockets brings each page a copy of what drives it, and its words through three processes.
ALIVE_AND_SILENT = """window.WebSocket = class {
  static OPEN = 1;
  readyState = 0;
  constructor() {
    queueMicrotask(() => {
      if (this.readyState) return;
      this.readyState = 1;
      this.onopen();
    });
  }
  send(words) {
    if (!("beat" in JSON.parse(words))) return;
    queueMicrotask(() => this.readyState === WebSocket.OPEN && this.onmessage({ data: '{"kind": "beat"}' }));
  }
  close() {
    this.readyState = 3;
  }
};"""


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """`visit(user)`: a new browser in which this person is signed in (None: nobody), on a desk or on a phone."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def build(user: User | None, *, size: dict[str, int] = DESK, scheme: str = "light") -> Visit:
        context = chromium.new_context(
            viewport=size,  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="fr-FR",
            timezone_id="Europe/Paris",
            has_touch=size is PHONE,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        context.add_init_script(ALIVE_AND_SILENT)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            context.add_cookies(
                [
                    {"name": name, "value": cookie.value, "url": live_server.url}
                    for name, cookie in client.cookies.items()
                ]
            )
        new = Visit(context.new_page(), live_server.url)
        new.watch()
        visits.append(new)
        return new

    yield build
    for one in contexts:
        one.close()
    wait_for_the_server()
    assert [error for one in visits for error in one.errors] == []


@pytest.fixture(scope="module")
def market() -> Iterator[Sandbox]:
    """The valuation sandbox as a process of its own, one a file."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def provider(market: Sandbox, settings: Any) -> Iterator[Sandbox]:
    """What is valued is valued by the sandbox, over HTTP."""
    settings.VALUATION_PROVIDER = {
        **settings.VALUATION_PROVIDER, "base_url": market.url, "client_secret": "sandbox", "is_sandbox": True,
    }  # fmt: skip
    yield market
    market.behave()
    autovista.forget()
