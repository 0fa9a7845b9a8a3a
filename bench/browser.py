"""Weight, requests, paint and swaps of the main screens, in Chromium on the production door."""

from playwright.sync_api import Browser, Page

from bench.chromium import Traffic, chromium, person
from bench.data import admin, sign_in
from bench.door import Door, open_door
from bench.figures import RUNS, Row, median_of_runs, p95
from settings_admin.scoping import unscoped
from vehicles.models import Vehicle

KILOBYTE = 1024
# What is clicked in turn on the list; each is answered by a swap.
CLICKS = ("Km", "MEC", "Prix TTC", "Entrée", "Modèle", "Km") * 4


def measure() -> list[Row]:
    with unscoped("a vehicle to look at"):
        pk = Vehicle.objects.filter(entity__holding=admin().holding).order_by("-pk")[500].pk
    paths = {"vehicles list": "/vehicules/", "vehicle sheet": f"/vehicules/{pk}/"}
    cookie = sign_in(admin())
    with open_door() as door, chromium() as browser:
        rows = _weights(browser, door, cookie, paths)
        for name, path in paths.items():
            rows += _vitals(browser, door, cookie, name, path)
        return [*rows, _swaps(browser, door, cookie)]


def _weights(browser: Browser, door: Door, cookie: str, paths: dict[str, str]) -> list[Row]:
    context = person(browser, door, cookie)
    page = context.new_page()
    traffic = Traffic(page)
    first, later = paths.items()
    sizes = _sizes(page, traffic, door.url + first[1])
    how = "empty cache; files in brotli or as they are, the page in gzip"
    heaviest = ", ".join(f"{url.rsplit('/', 1)[-1] or 'page'} {size // KILOBYTE}"
                         for url, size in sorted(sizes.items(), key=lambda item: -item[1])[:5])  # fmt: skip
    rows = [
        Row(f"{first[0]}, first view", sum(sizes.values()) / KILOBYTE, "KB", f"{how}; {heaviest}", 150),
        Row(f"{first[0]}, requests of the first view", len(sizes), "requests", "empty cache", 15),
    ]
    for name, path in (later, first):
        found = _sizes(page, traffic, door.url + path)
        rows.append(Row(f"{name}, later view", sum(found.values()) / KILOBYTE, "KB", f"{len(found)} requests", 40))
    context.close()
    return rows


def _sizes(page: Page, traffic: Traffic, url: str) -> dict[str, int]:
    traffic.start_anew()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return traffic.sizes()


def _vitals(browser: Browser, door: Door, cookie: str, name: str, path: str) -> list[Row]:
    paints, shifts = [], []
    for _ in range(RUNS):
        context = person(browser, door, cookie)
        page = context.new_page()
        page.goto(door.url + path)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        measured = page.evaluate("measured")
        paints.append(measured["lcp"])
        shifts.append(measured["cls"])
        context.close()
    how = f"median of {RUNS} browsers with an empty cache"
    return [
        Row(f"{name}, largest contentful paint", sorted(paints)[RUNS // 2] / 1000, "s", how, 1.0),
        Row(f"{name}, cumulative layout shift", max(shifts), "", f"worst of {RUNS} browsers with an empty cache", 0.02),
    ]


def _swaps(browser: Browser, door: Door, cookie: str) -> Row:
    context = person(browser, door, cookie)
    page = context.new_page()
    page.goto(door.url + "/vehicules/")
    page.wait_for_load_state("networkidle")
    runs = []
    for _ in range(RUNS):
        page.evaluate("measured.swaps.length = 0")
        for number, head in enumerate(CLICKS, start=1):
            page.locator("thead a.sort", has_text=head).first.click()
            page.wait_for_function("count => measured.swaps.length >= count", arg=number)
        runs.append(page.evaluate("measured.swaps"))
    context.close()
    how = f"{len(CLICKS)} sorts of the vehicles list, click to the frame after, median of {RUNS} runs"
    return Row("swap after a click, p95", median_of_runs(runs, p95), "ms", how, 200)
