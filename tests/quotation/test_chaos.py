"""Each misbehaviour of the sandbox × each call, as the person in front of the page lives through it: a sentence of its
own, nothing typed is lost, the ledger knows, and the same press succeeds once the provider is well again."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from django.core.cache import cache

from quotation.enums import QuotationState
from quotation.models import ProviderAnswer, ProviderCall
from quotation.providers import autovista
from quotation.providers.act import PageAct
from quotation.providers.autovista import Autovista
from quotation.providers.wire import ProviderSettings
from settings_admin.scoping import unscoped
from tests.quotation.providers.test_faults import FAILURES, ODDITIES, SLOW, WITHOUT_EFFECT, expected
from tests.quotation.way import GOLF, GOLF_DETAILS, Way, soup
from tests.support.sandbox_process import Sandbox

CHOICES: Final = {"kind": "car", "make": "VOLKSWAGEN", "model": "VOLKSWAGEN-GOLF-PLUS", "year": "2010"}
CODE: Final = "VOL0711C4E"
FIGURE: Final = "9\u202f210,00"


def everything(response: Any) -> str:
    return " ".join(soup(response).get_text(" ").split()).replace("\u202f", " ")


# --- What is pressed to reach each call, and what must still be there when it fails ---------------------------


def begin(way: Way) -> None:
    """Nothing yet."""


def press_plate(way: Way) -> Any:
    return way.post("identify", plate=GOLF)


def press_lists(way: Way) -> Any:
    return way.get("catalogue", **CHOICES)


def press_version(way: Way) -> Any:
    return way.post("choose_from_catalogue", version_code=CODE, **CHOICES)


def press_candidate(way: Way) -> Any:
    answer = way.post("choose_candidate", way.latest().pk, version_code=CODE)
    assert answer.status_code == 303
    return way.client.get(answer["Location"])


def press_value(way: Way) -> Any:
    return way.post("value", way.latest().pk, **GOLF_DETAILS)


def press_value_and_follow(way: Way) -> Any:
    answer = press_value(way)
    assert answer.status_code == 303
    return way.client.get(answer["Location"])


def has_the_plate(way: Way, page: Any) -> None:
    assert soup(page).select_one("input[name=plate]")["value"] == GOLF
    assert way.latest().plate == "GD642JM"


def has_the_choices(way: Way, page: Any) -> None:
    for name in ("make", "model", "year"):
        chosen = soup(page).select_one(f"select[name={name}]:not([disabled]) option[selected]")
        assert chosen is not None, name
        assert chosen["value"] == CHOICES[name]


def has_the_version(way: Way, page: Any) -> None:
    assert way.latest().version_code == CODE
    assert "1.6 TDI 105 FAP BlueMotion Carat" in everything(page)


def has_the_details(way: Way, page: Any) -> None:
    shown = soup(page)
    assert shown.select_one("input[name=mileage_km]")["value"].split() == ["89", "632"]
    assert shown.select_one("input[name=vin]")["value"] == GOLF_DETAILS["vin"]
    assert shown.select_one("select[name=first_hand] option[selected]")["value"] == "true"
    draft = way.latest()
    assert (draft.state, draft.mileage_km, draft.origin) == (QuotationState.DRAFT, 89632, "private")
    assert draft.adjusted_value is draft.valued_at is draft.valuation_answer is None
    assert FIGURE not in shown.get_text()


def has_the_value(way: Way, page: Any) -> None:
    assert way.latest().state == QuotationState.VALUED
    assert FIGURE in soup(page).get_text()
    assert "8 740,00" not in everything(page)  # a mean of adverts that did not come


Press = Callable[[Way], Any]
Kept = Callable[[Way, Any], None]
# Call → how far one is before it, the press, the status of the page that tells it, and what must be kept.
PAGES: Final[dict[str, tuple[Callable[[Way], Any], Press, int, Kept]]] = {
    "token": (begin, press_plate, 422, has_the_plate),
    "plate": (begin, press_plate, 422, has_the_plate),
    "makes": (begin, press_lists, 200, has_the_choices),
    "models": (begin, press_lists, 200, has_the_choices),
    "versions": (begin, press_lists, 200, has_the_choices),
    "equipment": (press_plate, press_candidate, 200, has_the_version),
    "colours": (press_plate, press_candidate, 200, has_the_version),
    "valuation": (Way.draft, press_value, 422, has_the_details),
    "listings": (Way.draft, press_value_and_follow, 200, has_the_value),
    "market": (Way.draft, press_value_and_follow, 200, has_the_value),
}


@pytest.fixture
def at_the_call(way_after: Callable[..., Way], provider: Sandbox) -> Callable[..., tuple[Way, Press]]:
    """`at_the_call(kind, route)`: one step before the call, with the fault waiting there."""

    def prepare(kind: str, route: str) -> tuple[Way, Press]:
        before, press, _, _ = PAGES[route]
        way = way_after(before)
        cache.clear()  # neither the token nor the catalogue may answer for the provider
        provider.misbehave(kind, route, **SLOW.get(kind, {}))
        return way, press

    return prepare


@pytest.mark.parametrize("route", PAGES)
@pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind not in SLOW])
def test_each_fault_of_each_call_has_its_sentence_and_loses_nothing(provider, at_the_call, kind, route):
    way, press = at_the_call(kind, route)
    page = press(way)
    if (kind, route) in WITHOUT_EFFECT:
        assert _NEWS not in everything(page)
        return
    _tells_and_keeps(way, page, kind, route)
    _is_in_the_ledger(kind, route, expected(kind, route).code)
    provider.behave()
    again = press(way) if route not in ("equipment", "colours", "listings", "market") else _ask_again(way, route)
    assert _NEWS not in everything(again)


@pytest.mark.parametrize("route", PAGES)
@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_provider_holds_no_page_beyond_the_budget(market, asks_at, at_the_call, kind, route):
    way, press = at_the_call(kind, route)
    asks_at(market.url, budget=0.6, read_timeout=0.3)
    # The sandbox would take 30 s, or a twentieth of a second for each byte; that all calls of a page share one
    # deadline is proved below, that a call ends at its deadline beside the provider's client.
    page = press(way)
    _tells_and_keeps(way, page, kind, route)


@pytest.mark.parametrize("route", PAGES)
@pytest.mark.parametrize("kind", [kind for kind in ODDITIES if kind != "not_enough_market"])
def test_an_oddity_of_the_vendor_is_not_seen(at_the_call, kind, route):
    way, press = at_the_call(kind, route)
    page = press(way)
    assert page.status_code in (200, 303)
    assert _NEWS not in everything(page)
    if route in ("token", "plate", "makes", "models", "versions"):
        way.draft()
    if way.latest().state == QuotationState.DRAFT:
        press_value(way)
    assert way.latest().adjusted_value == 9210


def test_every_page_asks_within_one_act_that_leaves_our_share_of_eight_seconds(way, monkeypatch):
    """However many calls a page makes, they share one deadline: no page can wait for it twice."""
    assert 0.5 <= 8 - ProviderSettings("", "", "", "").budget < 1
    acts: list[PageAct] = []
    begin = Autovista.begin_act
    monkeypatch.setattr(Autovista, "begin_act", lambda self: acts.append(begin(self)) or acts[-1])
    presses = [
        lambda: press_plate(way), lambda: way.post("choose_candidate", way.latest().pk, version_code=CODE),
        lambda: press_value(way), lambda: way.post("fetch_adverts", way.latest().pk),
        lambda: way.post("redo", way.latest().pk), lambda: press_lists(way), lambda: press_version(way),
        lambda: way.post("fetch_equipment", way.latest().pk), lambda: way.post("identify", plate="ZY-404-ZY"),
        lambda: way.post("identify", plate="FB-203-RR"),
    ]  # fmt: skip
    for press in presses:
        acts.clear()
        assert press().status_code in (200, 303, 422)
        assert len(acts) == 1


def test_the_page_says_since_when_calls_are_suspended(way, market, asks_at):
    asks_at(market.url, breaker_failures=3)
    market.misbehave("server_error", "plate")
    for _ in range(3):
        press_plate(way)
    page = everything(press_plate(way))
    assert "les appels sont suspendus et reprennent d’eux-mêmes à" in page
    assert "Autovista ne répond plus depuis" in page
    with unscoped("test"):
        calls = list(ProviderCall.objects.order_by("pk").values_list("outcome", "is_paid"))
    assert calls == [("server_error", True)] * 3 + [("suspended", False)]  # nothing was sent, nothing is counted
    assert "Autovista ne répond plus depuis" in everything(way.get("start", vierge=1))


def test_what_passes_at_the_second_try_is_not_seen(way):
    for number in (411, 439, 513):
        way.post("identify", plate=f"ZZ-{number}-PL")
        assert way.latest().make != ""


def test_with_the_sandbox_stopped_no_figure_appears(way, asks_at):
    way.draft()
    asks_at("http://127.0.0.1:9")  # the discard port: nobody listens
    page = press_value(way)
    assert page.status_code == 422
    assert "n’a pas abouti : Autovista est injoignable." in everything(page)
    has_the_details(way, page)
    with unscoped("test"):
        assert not ProviderAnswer.objects.filter(kind="valuation").exists()


# What every sentence about a call that failed has in it, and nothing else on these pages.
_NEWS: Final = "n’a pas abouti"


def _tells_and_keeps(way: Way, page: Any, kind: str, route: str) -> None:
    _, _, status, kept = PAGES[route]
    said, failure = everything(page), expected(kind, route)
    assert page.status_code == status
    # Up to what depends on the hour.
    message = " ".join(failure.message.split())
    assert message.partition(" demain")[0] in said
    assert said.count(_NEWS) == failure.message.count(_NEWS)
    assert "Votre saisie est conservée" in said or "La cote est enregistrée." in said
    kept(way, page)


def _is_in_the_ledger(kind: str, route: str, code: str) -> None:
    """Calls made by reading (the catalogue's lists) are free and leave no row: a GET writes nothing. A paid call that
    was never sent for want of a token, or that the provider turned away at the door, is not paid."""
    if route in ("makes", "models", "versions"):
        return
    name = "plate" if route == "token" else route
    with unscoped("test"):
        last = ProviderCall.objects.filter(name=name).order_by("-pk")[0]
    if (route, code) != ("market", "wrong_total"):  # right by itself, it contradicts the adverts
        assert last.outcome == code
    is_turned_away = route == "token" or kind in ("unauthorized", "forbidden")
    assert last.is_paid == (name in ("plate", "valuation") and not is_turned_away)


def _ask_again(way: Way, route: str) -> Any:
    name = "fetch_equipment" if route in ("equipment", "colours") else "fetch_adverts"
    answer = way.post(name, way.latest().pk)
    assert answer.status_code == 303
    page = way.client.get(answer["Location"])
    assert ("8 740,00" if name == "fetch_adverts" else "Gris") in everything(page)
    return page


def test_with_redis_down_a_vehicle_is_valued_all_the_same(way: Way, settings: Any) -> None:
    """It only shares what the processes know of the provider: tests/quotation/providers/test_shared.py."""
    refused = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": refused}
    autovista.forget()
    assert way.valued().adjusted_value == 9210
    for name in ("radar", "study"):
        assert "9 210,00 €" in everything(way.get(name, way.latest().pk))
    assert way.get("start", mode="manuel", vierge=1).status_code == 200
