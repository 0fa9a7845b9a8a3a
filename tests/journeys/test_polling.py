"""Where no socket passes, behind a proxy say, an open page still follows what others do, and says that it is slower."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from opportunities.services.comments import add_comment
from settings_admin.scoping import unscoped
from tests.make import make_customer, make_opportunity

TEXT = "Le client rappelle à 18\u00a0h."

# As the browser tells it of a socket that was never opened.
REFUSED = """window.WebSocket = class {
  static OPEN = 1;
  readyState = 3;
  constructor() { setTimeout(() => this.onclose?.(new CloseEvent("close", { code: 1006 }))); }
  close() {}
};"""


# One that answers once and is heard no more: a laptop that slept, a proxy that forgot it. And one that never opens.
HANGING = """window.WebSocket = class {
  static OPEN = 1;
  readyState = 1;
  constructor() { setTimeout(() => this.onopen?.()); }
  send(text) {
    if (!text.includes("beat") || window.hasAnswered) return;
    window.hasAnswered = true;
    setTimeout(() => this.onmessage?.({ data: '{"kind": "beat"}' }));
  }
  close() {}
};"""
NEVER = "window.WebSocket = class { static OPEN = 1; readyState = 0; send() {} close() {} };"


@pytest.mark.parametrize(("socket", "silence"), [(HANGING, 28_000), (NEVER, 8_000)], ids=["hanging", "never open"])
def test_a_socket_that_says_nothing_is_given_up_and_the_page_says_so(cast, visit, socket, silence):
    sam = visit(cast.sam)
    sam.page.add_init_script(socket)
    sam.page.clock.install()
    page = sam.go("/vehicules/")
    page.clock.run_for(silence - 1_000)
    is_seen = expect(page.get_by_text("Hors direct").first)
    if socket is HANGING:
        is_seen.to_be_hidden()
    with page.expect_response("**/live/instantanes/**"):
        page.clock.run_for(2_000)
    page.clock.run_for(4_000)
    expect(page.get_by_text("Hors direct").first).to_be_visible()


def test_what_a_colleague_writes_arrives_without_a_socket(cast, visit):
    with unscoped("test data"):
        customer = make_customer(entity=cast.north, birth_name="RINO")
        opportunity = make_opportunity(customer=customer, point_of_sale=cast.north_1, salesperson=cast.sam)
    sam = visit(cast.sam)
    sam.page.add_init_script(REFUSED)
    sam.page.clock.install()
    with sam.page.expect_response("**/live/instantanes/**"):
        page = sam.go(f"/opportunites/{opportunity.pk}/")
    with unscoped("another process"):
        add_comment(
            opportunity=opportunity, text=TEXT, author=cast.marc, is_from_manager=True, key=uuid4(),
            now=datetime(2026, 11, 24, 10, 5, tzinfo=ZoneInfo("Europe/Paris")),
        )  # fmt: skip
    expect(page.locator("#bell-count")).to_be_hidden()
    page.clock.fast_forward(11_000)  # more than `POLLED` and `QUIET` (static/js/live.js)
    expect(page.locator("#opportunity-timeline")).to_contain_text(TEXT)
    expect(page.locator("#toasts")).to_contain_text(TEXT)
    expect(page.locator("#bell-count")).to_have_text("1")
    expect(page.get_by_text("Hors direct").first).to_be_visible()
