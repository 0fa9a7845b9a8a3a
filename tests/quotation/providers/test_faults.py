"""Provider chaos: each fault of the sandbox × each call has its own outcome, within the budget."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import httpx
import pytest
from django.core.cache import cache

from quotation.providers import failures
from quotation.providers.act import PageAct
from quotation.providers.autovista import Autovista
from quotation.providers.base import ListingState, NotEnoughMarket
from sandbox.faults import KINDS, ROUTES
from tests.quotation.providers.support import GOLF_PLUS, provider_at
from tests.support.sandbox_process import Sandbox

Asked = Callable[[Autovista, str, PageAct], Any]
CODE: Final = GOLF_PLUS.version_code

# What is asked through the adapter to reach a route; the text is the id of a valuation made before the fault.
CALLS: Final[dict[str, Asked]] = {
    "token": lambda provider, _, act: provider.makes(kind=None, act=act).value,
    "plate": lambda provider, _, act: provider.identify("GD-642-JM", act=act).value,
    "makes": lambda provider, _, act: provider.makes(kind=None, act=act).value,
    "models": lambda provider, _, act: provider.models(kind=None, make="VOLKSWAGEN", act=act).value,
    "versions": lambda provider, _, act: provider.versions(model="VOLKSWAGEN-GOLF-PLUS", act=act).value,
    "equipment": lambda provider, _, act: provider.equipment(CODE, act=act).value,
    "colours": lambda provider, _, act: provider.colours(CODE, act=act).value,
    "valuation": lambda provider, _, act: provider.value(GOLF_PLUS, idempotency_key="chaos", act=act).value,
    "listings": lambda provider, id_, act: provider.listings(id_, state=ListingState.ON_SALE, act=act).value,
    "market": lambda provider, id_, act: provider.radar(id_, state=ListingState.ON_SALE, act=act).market.value,
}

FAILURES: Final[dict[str, type[failures.ProviderFailure]]] = {
    "unauthorized": failures.BadCredentials,
    "forbidden": failures.NotInSubscription,
    "not_found": failures.ResourceUnknown,
    "gone": failures.Gone,
    "unprocessable": failures.RequestRefused,
    "rate_limited": failures.RateLimited,
    "quota_exceeded": failures.QuotaExceeded,
    "server_error": failures.ServerError,
    "bad_gateway": failures.TemporaryServerError,
    "unavailable": failures.TemporaryServerError,
    "gateway_timeout": failures.TemporaryServerError,
    "latency": failures.ProviderTimeout,
    "slow_drip": failures.TooSlow,
    "dropped": failures.HungUp,
    "dropped_midway": failures.CutOff,
    "malformed_json": failures.MalformedAnswer,
    "truncated_json": failures.TruncatedAnswer,
    "empty_body": failures.EmptyAnswer,
    "html_page": failures.WebPage,
    "error_in_200": failures.ErrorInAnswer,
    "missing_fields": failures.IncompleteAnswer,
    "wrong_sum": failures.WrongTotal,
    "inconsistent": failures.InconsistentAnswer,
}
DIFFERENT: Final = {
    ("unprocessable", "token"): failures.AccessRefused,
    ("unprocessable", "plate"): failures.PlateMalformed,
}
# The status that comes with what is a refusal or a breakdown in itself.
STATUS: Final = {"server_error": 500, "bad_gateway": 502, "unavailable": 503, "gateway_timeout": 504}
# Faults that change nothing in the answers of these routes: there is no sum, no count, no list of codes to spoil.
_LISTS: Final = ("token", "makes", "models", "versions")
WITHOUT_EFFECT: Final = {
    *(("wrong_sum", route) for route in (*_LISTS, "plate", "equipment", "colours")),
    *(("inconsistent", route) for route in _LISTS),
}
ODDITIES: Final = ("numbers_as_strings", "empty_strings", "two_date_formats", "doors_zero", "not_enough_market")
SLOW: Final[dict[str, dict[str, float]]] = {"latency": {"seconds": 30}, "slow_drip": {"seconds": 0.05}}


def test_every_fault_and_every_call_of_the_sandbox_is_tried() -> None:
    assert set(FAILURES) | set(ODDITIES) == set(KINDS)
    assert set(CALLS) == set(ROUTES) - {"valuation_read"}


@pytest.fixture
def valuation_id(provider: Autovista) -> str:
    """A valuation made while all is well; it leaves a token in the cache, too."""
    return provider.value(GOLF_PLUS, idempotency_key="before", act=provider.begin_act()).value.id


@pytest.mark.usefixtures("without_waits")
@pytest.mark.parametrize("route", CALLS)
@pytest.mark.parametrize("kind", [kind for kind in FAILURES if kind not in SLOW])
def test_each_fault_of_each_call_has_its_own_failure(
    sandbox: Sandbox, provider: Autovista, valuation_id: str, kind: str, route: str
) -> None:
    ask = _prepared(sandbox, provider, kind, route)
    act = provider.begin_act()
    if (kind, route) in WITHOUT_EFFECT:
        assert ask(provider, valuation_id, act)
        return
    with pytest.raises(failures.ProviderFailure) as failed:
        ask(provider, valuation_id, act)
    assert type(failed.value) is DIFFERENT.get((kind, route), FAILURES[kind])
    assert act.deadline.remaining > 0
    _says_what_happened(failed.value, route)


@pytest.mark.parametrize("route", CALLS)
@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_provider_is_left_at_the_deadline(
    sandbox: Sandbox, connections: httpx.BaseTransport, provider: Autovista, valuation_id: str, kind: str, route: str
) -> None:
    ask = _prepared(sandbox, provider, kind, route)
    hasty = provider_at(sandbox.url, transport=connections, budget=0.6, read_timeout=0.3)
    act = hasty.begin_act()
    # Waited for, it would answer: after 30 s, or after as many twentieths as it has bytes.
    with pytest.raises(FAILURES[kind]) as failed:
        ask(hasty, valuation_id, act)
    assert {call.attempts for call in act.calls if call.failure} == {1}
    _says_what_happened(failed.value, route)


@pytest.mark.parametrize("route", CALLS)
@pytest.mark.parametrize("kind", ODDITIES)
def test_each_oddity_of_each_call_ends_in_the_adapter(
    sandbox: Sandbox, provider: Autovista, valuation_id: str, kind: str, route: str
) -> None:
    plain = CALLS[route](provider, valuation_id, provider.begin_act())
    ask = _prepared(sandbox, provider, kind, route)
    odd = ask(provider, valuation_id, provider.begin_act())
    if kind == "not_enough_market" and route == "valuation":
        assert isinstance(odd, NotEnoughMarket)
    elif kind in ("empty_strings", "doors_zero"):
        assert _blanked(odd) == _blanked(plain)
    else:
        assert odd == plain


@pytest.mark.usefixtures("without_waits")
@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (401, failures.BadCredentials),
        (503, failures.TemporaryServerError),
        (704, failures.HungUp),
        (801, failures.WrongTotal),
        (805, failures.ErrorInAnswer),
    ],
)
def test_special_plates_show_a_failure_at_the_call_they_name(
    provider: Autovista, number: int, failure: type[failures.ProviderFailure]
) -> None:
    act = provider.begin_act()
    vehicle = provider.identify(f"ZZ-{number}-VA", act=act).value
    question = replace(
        GOLF_PLUS,
        version_code=vehicle.candidates[0].version_code,
        first_registration=vehicle.first_registration,
    )
    with pytest.raises(failure):
        provider.value(question, idempotency_key=f"special-{number}", act=act)


@pytest.mark.usefixtures("without_waits")
@pytest.mark.parametrize("number", [411, 439, 513])
def test_what_passes_at_the_second_try_is_not_seen(provider: Autovista, number: int) -> None:
    act = provider.begin_act()
    assert provider.identify(f"ZZ-{number}-PL", act=act).value
    assert act.calls[0].failure == ""


def _prepared(sandbox: Sandbox, provider: Autovista, kind: str, route: str) -> Asked:
    """The route's question, with the fault waiting for it and without what the caches would answer instead."""
    key = f"{provider._caller.settings.shared_key}:token"
    token = cache.get(key)
    cache.clear()
    if route != "token":
        cache.set(key, token)
    sandbox.misbehave(kind, route, **SLOW.get(kind, {}))
    return CALLS[route]


def expected(kind: str, route: str) -> failures.ProviderFailure:
    """The failure of a fault at a call, as far as it does not depend on the hour."""
    failure = DIFFERENT.get((kind, route), FAILURES[kind])
    return failure("Autovista", call=route, status=STATUS.get(kind))


def test_each_misbehaviour_of_each_call_has_a_sentence_of_its_own() -> None:
    """None fits another call, and none is another fault's: a price is not wrong because its market is."""
    pairs = [(kind, route) for kind in FAILURES for route in CALLS if (kind, route) not in WITHOUT_EFFECT]
    said = {pair: expected(*pair).message for pair in pairs}
    told: dict[str, list[tuple[str, str]]] = {}
    for pair, sentence in said.items():
        told.setdefault(sentence, []).append(pair)
    assert [pairs for pairs in told.values() if len(pairs) > 1] == []
    for (_, route), sentence in said.items():
        about = {other for other, words in _SPEAKS_OF.items() if any(word in sentence for word in words)}
        assert about <= _MAY_SPEAK_OF[route], sentence


# Words that a sentence may only have where they make sense: there is no quotation to be redone before there is one.
_SPEAKS_OF: Final = {
    "quotation": ("otation", "marché d’aujourd’hui"),
    "version": ("version",),
    "plate": ("plaque", "immatriculation"),
    "details": ("kilométrage", "date MEC"),
}
_MAY_SPEAK_OF: Final[dict[str, frozenset[str]]] = {
    **dict.fromkeys(("token", "makes", "models"), frozenset()),
    **dict.fromkeys(("versions", "equipment", "colours"), frozenset({"version"})),
    "plate": frozenset({"plate"}),
    "valuation": frozenset({"version", "details"}),
    **dict.fromkeys(("listings", "market"), frozenset({"quotation"})),
}


def _says_what_happened(failure: failures.ProviderFailure, route: str) -> None:
    assert failure.call == route
    assert failure.message.endswith(".")
    assert "{" not in failure.message + failure.heading
    assert "'" not in failure.message
    assert " :" not in failure.message
    assert " ;" not in failure.message
    assert failure.code not in ("", "provider_failure")


def _blanked(answer: Any) -> str:
    """The answer without what these two oddities make unknown."""
    unknown = "vin|cnit|co2|colour|fiscal_power|seats|price_new|city|pack|confidence|doors"
    return re.sub(rf"({unknown})=('[^']*'|\"[^\"]*\"|Decimal\('[^']*'\)|[^,)]*)", r"\1=?", repr(answer))
