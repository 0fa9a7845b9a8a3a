"""How long a page holds a person when the provider hangs: the clock that no test may fail by."""

import re
import time

import httpx
from django.conf import settings
from redis import Redis

from bench.data import admin, sign_in
from bench.door import Door, open_door, open_sandbox
from bench.figures import Row

# Special plates of the sandbox: 30 s without an answer, and one byte every half second, at each call of the way.
HANGS = {602: "30 s of silence", 703: "a byte every half second"}
CALLS = {"PL": "plate", "EQ": "equipment", "CL": "colours", "VA": "value", "LS": "adverts", "MK": "market study"}
DETAILS = {"mileage_km": "60 000", "first_registration": "17/03/2020", "origin": "private"}


def measure() -> list[Row]:
    cookie = sign_in(admin(), scope="")
    rows = []
    with open_sandbox() as provider, open_door(VALUATION_URL=provider) as door:
        for number, words in HANGS.items():
            waits = {call: _longest_page(door, cookie, f"ZZ-{number}-{call}") for call in CALLS}
            worst = max(waits, key=lambda call: waits[call])
            how = f"longest page of the way, over a fault at each of {len(CALLS)} calls: at the {CALLS[worst]}"
            rows.append(Row(f"provider hangs: {words}", waits[worst], "s", how, 8.0))
    return rows


def _longest_page(door: Door, cookie: str, plate: str) -> float:
    """Seconds of the slowest page from the plate to the radar, as far as this fault lets one go."""
    _close_breaker()
    cookies = {settings.SESSION_COOKIE_NAME: cookie}
    with httpx.Client(base_url=door.url, cookies=cookies, timeout=60, follow_redirects=True) as browser:
        pages = [_timed(browser, "/cotations/nouvelle/?vierge=1"), _posted(browser, "/cotations/identifier/", plate)]
        draft = re.search(r"/cotations/(\d+)/", str(pages[-1][1].url))
        if draft and "/configuration/" in str(pages[-1][1].url):
            code = re.search(r'name="version_code" value="([^"]+)"', pages[-1][1].text)
            pages.append(
                _posted(browser, f"/cotations/{draft[1]}/version/", plate, version_code=code[1] if code else "")
            )
        if draft:
            pages.append(_posted(browser, f"/cotations/{draft[1]}/cote/", plate, **DETAILS))
    return max(seconds for seconds, _ in pages)


def _timed(browser: httpx.Client, path: str, data: dict[str, str] | None = None) -> tuple[float, httpx.Response]:
    start = time.perf_counter()
    answer = browser.get(path) if data is None else browser.post(path, data=data)
    elapsed = time.perf_counter() - start
    if answer.status_code not in (200, 422):
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return elapsed, answer


def _posted(browser: httpx.Client, path: str, plate: str, **data: str) -> tuple[float, httpx.Response]:
    token = browser.cookies.get(settings.CSRF_COOKIE_NAME) or ""
    return _timed(browser, path, {"csrfmiddlewaretoken": token, "plate": plate, **data})


def _close_breaker() -> None:
    """One fault after the other would stop the calls: each is measured on a provider that was well before."""
    redis = Redis.from_url(settings.REDIS_URL)
    for key in redis.scan_iter("*:breaker:*"):
        redis.delete(key)
