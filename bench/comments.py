"""From a manager's comment to the toast on the salesperson's screen, while two hundred people are connected."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page

from bench.chromium import chromium, person
from bench.data import admin, sign_in
from bench.door import Door, collect_static, free_port
from bench.figures import RUNS, Row, median_of_runs, p95
from bench.live import allow_sockets, daphne, watchers
from openflex.notifications.models import Notification
from opportunities.enums import Status
from opportunities.models import Opportunity
from opportunities.services.comments import add_comment
from settings_admin.models import Holding, User
from settings_admin.scoping import unscoped

CONNECTED = 200
COMMENTS = 10  # of each run
PAUSE = 0.3  # seconds between two
PATIENCE = 10.0
TEXT = "Rappelle ce client avant midi : sa reprise est acceptée à 8 400 €, il attend ton appel."
# When each toast is there to be seen, on the clock of the machine.
OBSERVE = """
window.toasts = [];
new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
  for (const toast of document.querySelectorAll(".toast[data-notification]:not([data-seen])")) {
    toast.dataset.seen = "";
    toasts.push(performance.timeOrigin + performance.now());
  }
}))).observe(document, {childList: true, subtree: true});
"""


def measure() -> list[Row]:
    allow_sockets()
    collect_static()
    opportunity = _opportunity()
    reader = opportunity.salesperson
    others = [(f"user.{user.pk}", sign_in(user)) for user in _people(CONNECTED - 1)]
    cookie = sign_in(reader, scope="")
    connection.close()
    port = free_port()
    with daphne(port) as server, watchers(port, others) as crowd, chromium() as browser:
        crowd("open")
        page = person(browser, Door(port, server.pid), cookie).new_page()
        page.add_init_script(OBSERVE)
        page.goto(f"http://localhost:{port}/vehicules/")
        page.wait_for_load_state("networkidle")
        with _left_as_it_was(reader):
            _run(page, opportunity)
            runs = [_run(page, opportunity) for _ in range(RUNS)]
    how = (
        f"p95 of {COMMENTS}, median of {RUNS} runs; {CONNECTED} sockets, pages and sockets from one Daphne; "
        "from before the comment is written to the frame with its toast"
    )
    return [Row("comment to the toast on the other screen", median_of_runs(runs, p95), "ms", how, 1000)]


def _run(page: Page, opportunity: Opportunity) -> list[float]:
    page.evaluate("toasts.length = 0")
    starts = []
    for number in range(1, COMMENTS + 1):
        starts.append(time.time() * 1000)
        with unscoped("measurement data"):
            add_comment(
                opportunity=opportunity, text=TEXT, author=admin(), is_from_manager=True, key=uuid4(),
                now=timezone.now(),
            )  # fmt: skip
        page.wait_for_function("count => toasts.length >= count", arg=number, timeout=PATIENCE * 1000)
        page.locator(".toast [data-dismiss]").first.click()
        time.sleep(PAUSE)
    return [seen - start for start, seen in zip(starts, page.evaluate("toasts"), strict=True)]


def _opportunity() -> Opportunity:
    with unscoped("measurement data"):
        some = Opportunity.objects.filter(entity__holding=admin().holding_id, status=Status.OPEN, merged_into=None)
        return some.select_related("salesperson").exclude(salesperson=admin()).order_by("pk")[0]


def _people(count: int) -> list[User]:
    with unscoped("measurement data"):
        holding = Holding.objects.get(pk=str(admin().holding_id))
        known = {user.email: user for user in User.objects.filter(email__endswith="@connected.test")}
        emails = [f"p{number}@connected.test" for number in range(count)]
        missing = [
            User(email=email, first_name="Lise", last_name="Mesure", holding=holding)
            for email in emails
            if email not in known
        ]
        User.objects.bulk_create(missing)
        return list(User.objects.filter(email__in=emails).order_by("pk"))


@contextmanager
def _left_as_it_was(reader: User) -> Iterator[None]:
    """The next run finds no bell full of this one's."""
    yield
    with unscoped("measurement data"):
        Notification.objects.filter(recipient=reader, text=TEXT).delete()
