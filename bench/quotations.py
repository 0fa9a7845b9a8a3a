"""Quotation: keys from the plate to the value, our own share of the time, and the market study with 500 comparables."""

import re
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from playwright.sync_api import Browser, Page

from bench.chromium import chromium, person
from bench.data import admin, sign_in
from bench.door import ROOT, Door, Visitor, open_door, open_sandbox
from bench.figures import RUNS, Row, median_of_runs, p95
from bench.provider import open_spans

PLATE, DEMONSTRATION = "FB201TP", "GD642JM"
REQUESTS = 20
VALUED = 40  # vehicles, each with a mileage that no answer in the store is for
WATCH = ROOT / ".data" / "bench" / "provider.log"
TYPED_PRICES = ("11 900", "12 400", "12 900")


def measure() -> list[Row]:
    user = admin()
    site = sign_in(user, scope="")  # one entity: the form does not ask which
    WATCH.unlink(missing_ok=True)
    watched = open_sandbox("bench.provider", "--log", str(WATCH))
    with watched as provider, open_door(VALUATION_URL=provider) as door, chromium() as browser:
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
    """*Afficher la cote*, from the press to its answer, less the time in which a request was with the provider."""
    context = person(browser, door, cookie)
    page = context.new_page()
    ours, theirs = [], []
    mileage = 50_000 + int(time.time()) % 40_000
    for number in range(VALUED):
        page.goto(f"{door.url}/cotations/nouvelle/?vierge=1")
        page.get_by_label("Immatriculation").fill(PLATE)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/(configuration|details)/"))
        if page.url.endswith("/configuration/"):
            page.get_by_role("button", name="Continuer").click()
            page.wait_for_url("**/details/")
        page.get_by_label("Kilométrage").fill(str(mileage + 7 * number))
        page.wait_for_load_state("networkidle")
        pressed = time.time()
        with page.expect_response(re.compile(r"/cote/$")) as answered:
            page.get_by_role("button", name="Afficher la cote").click()
        timing = answered.value.request.timing
        page.wait_for_url("**/annonces/**")
        provider = open_spans(WATCH, since=pressed)
        ours.append(timing["responseStart"] - timing["requestStart"] - provider)
        theirs.append(provider)
    match = re.search(r"/cotations/(\d+)/", page.url)
    context.close()
    how = (
        f"p95 of {VALUED}: answer to *Afficher la cote* less the time a request was with the provider, on its own watch"
    )
    how += f" ({median(theirs):.0f} ms); median {median(ours):.0f}"
    return Row("time we add to the provider's own", p95(ours), "ms", how, 150), int(match[1]) if match else 0


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
