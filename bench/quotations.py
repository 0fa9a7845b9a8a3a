"""Quotation: keys from the plate to the value, our own share of the time, and the market study with 500 comparables."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from statistics import median

from django.utils import timezone
from playwright.sync_api import Browser, Page

from bench.chromium import chromium, person
from bench.data import admin, sign_in
from bench.door import Door, Visitor, open_door, open_sandbox
from bench.figures import RUNS, Row, median_of_runs, p95
from quotation.models import ProviderCall, Quotation
from settings_admin.scoping import unscoped

PLATE, DEMONSTRATION = "FB201TP", "GD642JM"
REQUESTS = 20
TYPED_PRICES = ("11 900", "12 400", "12 900")


def measure() -> list[Row]:
    user = admin()
    site = sign_in(user, scope="")  # one entity: the form does not ask which
    with open_sandbox() as provider, open_door(VALUATION_URL=provider) as door, chromium() as browser:
        rows = [_keys(browser, door, site)]
        ours, pk = _our_share(browser, door, site)
        rows.append(ours)
        rows += _server_times(door, site, pk)
        rows += _changes(browser, door, site, pk)
    return rows


def _keys(browser: Browser, door: Door, cookie: str) -> Row:
    context = person(browser, door, cookie)
    page = context.new_page()
    page.goto(f"{door.url}/vehicules/")
    page.wait_for_load_state("networkidle")
    pressed = _quote_by_keyboard(page, DEMONSTRATION)
    context.close()
    return Row("key presses from the stock to the value", pressed, "presses", "besides the plate and the mileage", 25)


def _quote_by_keyboard(page: Page, plate: str) -> int:
    """Presses besides typed data: the shortcut, then Enter on each step. The mileage has the focus of its step."""
    page.keyboard.press("c")
    page.wait_for_selector("#id_plate:focus")
    page.keyboard.type(plate)
    page.keyboard.press("Enter")
    pressed = 2
    page.wait_for_url(re.compile("/(configuration|details)/"))
    if page.url.endswith("/configuration/"):
        page.wait_for_selector("input[name=version_code]:focus")
        page.keyboard.press("Enter")
        pressed += 1
        page.wait_for_url("**/details/")
    page.wait_for_selector("#id_mileage_km:focus")
    page.keyboard.type("89632")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annonces/**")
    return pressed + 1


def _our_share(browser: Browser, door: Door, cookie: str) -> tuple[Row, int]:
    """*Afficher la cote*, from the press to the radar, less the time in which a call to the provider was open."""
    context = person(browser, door, cookie)
    page = context.new_page()
    ours, theirs = [], []
    for _ in range(RUNS):
        page.goto(f"{door.url}/cotations/nouvelle/?vierge=1")
        page.get_by_label("Immatriculation").fill(PLATE)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/(configuration|details)/"))
        if page.url.endswith("/configuration/"):
            page.get_by_role("button", name="Continuer").click()
            page.wait_for_url("**/details/")
        page.get_by_label("Kilométrage").fill(str(50_000 + int(time.time()) % 40_000))  # not an answer from the store
        page.wait_for_load_state("networkidle")
        with page.expect_response(re.compile(r"/cote/$")) as answered:
            page.get_by_role("button", name="Afficher la cote").click()
        timing = answered.value.request.timing
        page.wait_for_url("**/annonces/**")
        provider = _provider_milliseconds()
        ours.append(timing["responseStart"] - timing["requestStart"] - provider)
        theirs.append(provider)
    match = re.search(r"/cotations/(\d+)/", page.url)
    context.close()
    how = f"answer to *Afficher la cote* less its provider calls ({median(theirs):.0f} ms), worst of {RUNS}"
    return Row("time we add to the provider's own", max(ours), "ms", how, 150), int(match[1]) if match else 0


def _provider_milliseconds() -> float:
    """The time in which at least one of the last page's calls was open: adverts are asked side by side."""
    with unscoped("the calls of the last page"):
        latest = Quotation.objects.latest("pk")
        calls = ProviderCall.objects.filter(quotation=latest, at__gt=timezone.now() - timedelta(seconds=20))
        calls = calls.filter(name__in=("valuation", "listings", "token")) | calls.filter(is_paid=True)
        spans = sorted((call.at, call.at + timedelta(milliseconds=call.duration_ms)) for call in calls.order_by("at"))
    total, until = timedelta(0), None
    for start, end in spans:
        if until is None or start > until:
            total += end - start
        elif end > until:
            total += end - until
        until = end if until is None else max(until, end)
    return total.total_seconds() * 1000


def _server_times(door: Door, cookie: str, pk: int) -> list[Row]:
    visitor = Visitor(door, cookie)
    rows = []
    for name, path in (
        ("market study with 500 comparables", f"/cotations/{pk}/etude/"),
        ("radar with 500 comparables", f"/cotations/{pk}/annonces/"),
    ):
        visitor.get(path)
        runs = [[visitor.get(path)[0] for _ in range(REQUESTS)] for _ in range(RUNS)]
        how = f"p95 of {REQUESTS}, median of {RUNS} runs"
        rows.append(Row(f"{name}, server time", median_of_runs(runs, p95), "ms", how, 150))
    return rows


def _changes(browser: Browser, door: Door, cookie: str, pk: int) -> list[Row]:
    """Every change that the study offers, from the act to the frame after its swap."""
    context = person(browser, door, cookie)
    page = context.new_page()
    page.goto(f"{door.url}/cotations/{pk}/etude/")
    page.wait_for_load_state("networkidle")
    choose_radius = page.locator("#market-radius").select_option
    choose_state = page.locator("#market-state").select_option
    radius: list[float] = []
    states: list[float] = []
    prices: list[float] = []
    for _ in range(RUNS):
        radius += [_timed(page, partial(choose_radius, value)) for value in ("100", "300", "")]
        states += [_timed(page, partial(choose_state, value)) for value in ("sold", "on_sale")]
        prices += [_timed(page, partial(_type_price, page, value)) for value in TYPED_PRICES]
    context.close()
    how = f"act to the frame after, p95 of {RUNS} rounds"
    return [
        Row("market study, change of radius", p95(radius), "ms", how, 300),
        Row("market study, on sale or sold", p95(states), "ms", how, 300),
        Row("market study, another price", p95(prices), "ms", how, 300),
    ]


def _type_price(page: Page, price: str) -> None:
    field = page.locator("#id_sale_price")
    field.fill(price)
    field.press("Enter")


def _timed(page: Page, act: Callable[[], object]) -> float:
    page.evaluate("measured.swaps.length = 0")
    act()
    page.wait_for_function("() => measured.swaps.length > 0")
    return float(page.evaluate("measured.swaps[0]"))
