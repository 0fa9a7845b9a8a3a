"""What arrives on two tabs: seen whole on both, read on one, gone from the other.

The server of the journeys has no socket (tests/live proves it): `Wire` says on each tab's what the live layer would.
"""

import json
import re
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import WebSocketRoute, expect

from openflex.notifications import registry
from openflex.notifications.selectors import told_of
from openflex.notifications.services.inbox import CHANGED
from tests.journeys.conftest import DESK, PHONE, Visit
from tests.make import make_vehicle
from tests.notifications.way import REMARK, REMARK_KIND, entries_of, tell

TEXT = "<b>Revoir le prix</b>\n" + "Vérifier l’usure des pneus. " * 700


class Wire:
    def __init__(self, user: Any) -> None:
        self.user, self.number = user, 0
        self.sockets: list[WebSocketRoute] = []

    def opened(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda message: "watch" in message and self._answer(socket))

    def _answer(self, socket: WebSocketRoute) -> None:
        """Playwright calls from a place of its own, in which Django opens a connection that nobody else closes."""
        self._say(socket, "snapshot")
        connection.close()

    def tell(self) -> None:
        self.number += 1
        for socket in self.sockets:
            self._say(socket, CHANGED)

    def _say(self, socket: WebSocketRoute, kind: str) -> None:
        payload = told_of(self.user.pk)
        topic = f"user.{self.user.pk}"
        socket.send(json.dumps({"kind": kind, "topic": topic, "number": self.number, "payload": payload}))


@pytest.fixture
def tabs(cast, visit, monkeypatch):
    """Two of Sam's, on different pages."""
    monkeypatch.setitem(registry._kinds, REMARK, REMARK_KIND)
    wire = Wire(cast.sam)
    first = visit(cast.sam)
    second = Visit(first.page.context.new_page(), first.base, first.errors)
    for tab, address in ((first, "/vehicules/"), (second, "/compte/")):
        tab.page.route_web_socket("**/live/", wire.opened)
        tab.go(address)
    return wire, first, second


def test_it_arrives_on_both_tabs_and_is_read_on_both(cast, tabs):
    wire, first, second = tabs
    vehicle = make_vehicle(entity=cast.north, plate="GD642JM")
    tell(cast.sam, about=vehicle, actor=cast.marc, text=TEXT)
    wire.tell()
    for tab in (first, second):
        toast = tab.page.locator(".toast.told")
        expect(toast.locator(".whole-text")).to_have_text(TEXT, use_inner_text=False)
        expect(tab.page.locator("#bell-count")).to_have_text("1")
        assert tab.page.title().startswith("(1) ")
        box = toast.bounding_box()
        assert box is not None
        assert box["height"] < 450
    first.check()
    # It waits to be closed, on the next page too; closed by the keyboard, it stays in the bell.
    first.go("/compte/")
    expect(first.page.locator(".toast.told")).to_have_count(1)
    first.page.keyboard.press("Escape")
    expect(first.page.locator(".toast.told")).to_have_count(0)
    expect(first.page.locator("#bell-count")).to_have_text("1")
    # Opened from the panel: the target, and read.
    first.page.click("#bell")
    first.page.locator("#bell-latest .notification-open").click()
    first.page.wait_for_url(f"**/vehicules/{vehicle.pk}/")
    expect(first.page.locator("#bell-count")).to_be_hidden()
    assert entries_of(cast.sam)[0].read_at is not None
    wire.tell()
    expect(second.page.locator(".toast.told")).to_have_count(0)
    expect(second.page.locator("#bell-count")).to_be_hidden()
    assert second.page.title() == "Mon compte – OpenFlex"


def test_over_a_dialog_it_covers_no_button_and_what_came_while_offline_is_there(cast, tabs):
    wire, first, _ = tabs
    wire.sockets.clear()  # whatever is told now is not heard
    vehicle = make_vehicle(entity=cast.north)
    first.page.set_viewport_size({"width": 900, "height": 700})
    first.page.evaluate("document.getElementById('shortcuts').showModal()")
    for _ in range(3):
        tell(cast.sam, about=vehicle, actor=cast.marc, text=TEXT)
    first.page.context.set_offline(True)
    first.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    first.page.context.set_offline(False)
    first.page.evaluate("window.dispatchEvent(new Event('pageshow'))")
    expect(first.page.locator(".toast.told")).to_have_count(3)  # they come one after the other
    toast = first.page.locator(".toast.told").last
    expect(toast).to_be_visible()
    expect(first.page.locator("#bell-count")).to_have_text("3")
    first.settle()
    box, dialog = toast.bounding_box(), first.page.locator("#shortcuts .dialog-form").bounding_box()
    assert box is not None
    assert dialog is not None
    assert box["y"] + box["height"] <= dialog["y"]


def test_none_is_lost_to_a_cut_of_the_network_nor_to_those_that_come_after_it(cast, tabs):
    wire, tab, _ = tabs
    page, toasts, behind = tab.page, tab.page.locator(".toast.told"), tab.page.locator("#toasts-more")
    vehicle = make_vehicle(entity=cast.north)
    tell(cast.sam, about=vehicle, actor=cast.marc, text="Le premier")
    cut = f"**/notifications/{entries_of(cast.sam)[0].pk}/apercu/"
    page.route(cut, lambda route: route.abort())
    tell(cast.sam, about=vehicle, actor=cast.marc, text="Le deuxième")
    wire.tell()
    expect(toasts).to_have_text([re.compile("Le deuxième")])
    page.unroute(cut)
    for text in ("Le troisième", "Le quatrième", "Le cinquième"):
        tell(cast.sam, about=vehicle, actor=cast.marc, text=text)
    wire.tell()
    expect(toasts).to_have_count(5)
    expect(toasts.filter(visible=True)).to_have_count(3)
    expect(behind).to_have_text("et 2 autres")
    tab.errors.clear()  # the cut itself
    tab.check()
    toasts.last.get_by_role("button", name="Fermer").click()
    expect(toasts.filter(visible=True)).to_have_count(3)
    expect(behind).to_have_text("et 1 autre")
    tab.go("/compte/")
    expect(toasts).to_have_count(4)
    behind.get_by_role("link").click()
    expect(page.locator("#bell-latest .notification")).to_have_count(5)
    assert page.url.endswith("/compte/")


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_and_the_panel_by_keyboard(cast, visit, monkeypatch, size):
    monkeypatch.setitem(registry._kinds, REMARK, REMARK_KIND)
    vehicles = [make_vehicle(entity=cast.north) for _ in range(3)]
    for vehicle in vehicles:
        tell(cast.sam, about=vehicle, actor=cast.marc, text=TEXT)
    sam = visit(cast.sam, size=size)
    page = sam.go("/notifications/")
    sam.check()
    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page.locator("#bell-latest .notification")).to_have_count(3)
    sam.check()
    page.keyboard.press("Escape")
    # One is marked as read in place: the count and the page follow, without a socket.
    page.locator("#list .notification.unread").first.get_by_role("button", name="Marquer comme lue").click()
    expect(page.locator("#list .notification.unread")).to_have_count(2)
    expect(page.locator("#bell-count")).to_have_text("2")
    page.locator("h1").click()  # the focus is on no row
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/vehicules/{vehicles[1].pk}/")
    expect(page.locator("#bell-count")).to_have_text("1")
