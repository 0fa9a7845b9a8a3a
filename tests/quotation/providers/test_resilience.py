"""Retries, deadline, token, parallel calls and the catalogue cache, on a made-up transport."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import Any

import httpx
import pytest
import time_machine
from pytest_django import Settings

from quotation.providers import autovista, failures
from quotation.providers.act import Deadline, PageAct, ProviderCall, both, together
from tests.quotation.providers.support import GOLF_PLUS, PEUGEOT, Wire, in_turn, page, problem, provider_at

# --- Retries ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_waits")
@pytest.mark.parametrize(
    "passing",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("too long"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("closed"),
        problem(502),
        problem(503),
        problem(504),
        problem(429, "rate_limited", Retry_After="1"),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_three_times(passing: httpx.Response | Exception) -> None:
    wire = in_turn(passing, passing, page(PEUGEOT))
    provider = wire.provider()
    act = provider.begin_act()
    assert len(provider.makes(kind=None, act=act).value) == 1
    assert len(wire.sent) == 3
    assert (act.calls[0].attempts, act.calls[0].status, act.calls[0].failure) == (3, 200, "")


@pytest.mark.usefixtures("without_waits")
def test_two_retries_are_the_most() -> None:
    wire = in_turn(problem(503))
    provider = wire.provider()
    act = provider.begin_act()
    with pytest.raises(failures.TemporaryServerError) as failed:
        provider.makes(kind=None, act=act)
    assert len(wire.sent) == 3
    assert failed.value.status == 503
    assert (act.calls[0].attempts, act.calls[0].failure) == (3, "unavailable")


@pytest.mark.parametrize(
    "final",
    [
        problem(500),
        problem(403),
        problem(404),
        problem(410),
        problem(422),
        problem(429, "rate_limited"),
        httpx.ReadTimeout(""),
    ],
    ids=str,
)
def test_what_will_not_pass_is_not_tried_again(final: httpx.Response | Exception) -> None:
    wire = in_turn(final)
    provider = wire.provider()
    with pytest.raises(failures.ProviderFailure):
        provider.makes(kind=None, act=provider.begin_act())
    assert len(wire.sent) == 1


def test_retries_wait_a_little_and_not_the_same_each_time() -> None:
    waits = []
    for _ in range(3):
        wire = in_turn(problem(503), page(PEUGEOT))
        provider = wire.provider()
        start = time.monotonic()
        provider.makes(kind=None, act=provider.begin_act())
        waits.append(time.monotonic() - start)
    assert min(waits) >= 0.1
    assert len({round(wait, 3) for wait in waits}) > 1


def test_a_wait_longer_than_the_budget_is_not_waited() -> None:
    wire = in_turn(problem(429, "rate_limited", Retry_After="60"), page(PEUGEOT))
    provider = wire.provider()
    with pytest.raises(failures.RateLimited) as failed:
        provider.makes(kind=None, act=provider.begin_act())
    assert failed.value.retry_after == 60
    assert failed.value.retry_at is not None
    assert len(wire.sent) == 1


def test_retry_after_may_be_a_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    provider = in_turn(problem(429, "rate_limited", Retry_After=until)).provider()
    with pytest.raises(failures.RateLimited) as failed:
        provider.makes(kind=None, act=provider.begin_act())
    assert failed.value.retry_after == pytest.approx(600, abs=30)
    assert "dans 10\u00a0minutes" in failed.value.message


def test_a_quota_is_not_tried_again_and_says_when() -> None:
    provider = in_turn(problem(429, "quota_exceeded", Retry_After="1")).provider()
    with pytest.raises(failures.QuotaExceeded) as failed:
        provider.makes(kind=None, act=provider.begin_act())
    assert failed.value.retryable is False
    assert "à partir du" in failed.value.message


@pytest.mark.usefixtures("without_waits")
def test_one_valuation_keeps_its_keys_through_all_its_tries() -> None:
    wire = in_turn(problem(503), httpx.ReadError("reset"), problem(503))
    provider = wire.provider()
    act = provider.begin_act()
    with pytest.raises(failures.TemporaryServerError):
        provider.value(GOLF_PLUS, idempotency_key="quotation-12", act=act)
    assert {request.headers["idempotency-key"] for request in wire.sent} == {"quotation-12"}
    assert len({request.headers["x-request-id"] for request in wire.sent}) == 1
    assert len({request.content for request in wire.sent}) == 1
    assert act.calls[0].request_id == wire.sent[0].headers["x-request-id"]


def test_every_request_speaks_french_and_bears_the_token() -> None:
    wire = in_turn(page(PEUGEOT))
    provider = wire.provider()
    provider.makes(kind=None, act=provider.begin_act())
    headers = wire.sent[0].headers
    assert headers["accept-language"] == "fr"
    assert headers["authorization"] == "Bearer token-1"
    assert "idempotency-key" not in headers


# --- Deadline --------------------------------------------------------------------------------------------


@pytest.fixture
def stuck() -> Iterator[Wire]:
    """A transport that hangs in spite of every timeout of the socket, as a name resolution can."""
    freed = threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        freed.wait(20)
        return page(PEUGEOT)

    yield Wire(answer)
    freed.set()


def test_what_hangs_in_spite_of_all_timeouts_is_left_at_the_deadline(stuck: Wire) -> None:
    provider = stuck.provider(budget=0.2)
    act = provider.begin_act()
    with pytest.raises(failures.ProviderTimeout):  # what it waits for would answer in the end
        provider.makes(kind=None, act=act)
    assert act.deadline.has_passed
    assert (act.calls[0].failure, act.calls[0].status) == ("timeout", None)


def test_the_calls_of_one_act_share_its_deadline(stuck: Wire) -> None:
    provider = stuck.provider()
    act = PageAct(Deadline.after(0.2))
    for _ in range(2):
        with pytest.raises(failures.ProviderTimeout):
            provider.makes(kind=None, act=act)
    assert act.deadline.has_passed
    assert len(stuck.sent) == 1  # the second one was not even sent


def test_an_answer_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(autovista, "_LARGEST_BODY", 1000)
    provider = in_turn(httpx.Response(200, content=b"x" * 1001)).provider()
    with pytest.raises(failures.MalformedAnswer):
        provider.makes(kind=None, act=provider.begin_act())


def test_a_list_without_end_is_refused() -> None:
    wire = Wire(
        lambda request: httpx.Response(
            200, json={"items": [PEUGEOT | {"code": f"P{len(wire.sent)}"}], "next": f"c{len(wire.sent)}"}
        )
    )
    provider = wire.provider()
    with pytest.raises(failures.InconsistentAnswer):
        provider.makes(kind=None, act=provider.begin_act())
    assert len(wire.sent) == 20


# --- Token -----------------------------------------------------------------------------------------------


def test_the_token_is_shared_by_all_who_have_the_cache() -> None:
    wire = in_turn(page(PEUGEOT))
    for _ in range(2):
        wire.provider(catalogue_max_age=0).makes(kind=None, act=PageAct.begin(8))
    assert len(wire.sent) == 2
    assert len(wire.tokens) == 1


def test_the_token_is_renewed_before_it_expires() -> None:
    wire = in_turn(page(PEUGEOT))
    with time_machine.travel(datetime(2026, 11, 24, 8, tzinfo=UTC), tick=True) as clock:
        provider = wire.provider(catalogue_max_age=0)
        provider.makes(kind=None, act=provider.begin_act())
        clock.shift(900 - 61)
        provider.makes(kind=None, act=provider.begin_act())
        assert len(wire.tokens) == 1
        clock.shift(2)
        provider.makes(kind=None, act=provider.begin_act())
        assert len(wire.tokens) == 2


def test_a_refused_token_is_renewed_once() -> None:
    wire = in_turn(problem(401, "token_expired"), page(PEUGEOT))
    provider = wire.provider()
    act = provider.begin_act()
    provider.makes(kind=None, act=act)
    assert [request.headers["authorization"] for request in wire.sent] == ["Bearer token-1", "Bearer token-2"]
    assert act.calls[0].attempts == 1


def test_a_token_refused_twice_is_a_matter_of_credentials() -> None:
    wire = in_turn(problem(401, "invalid_token"))
    provider = wire.provider()
    with pytest.raises(failures.BadCredentials):
        provider.makes(kind=None, act=provider.begin_act())
    assert (len(wire.sent), len(wire.tokens)) == (2, 2)


def test_another_secret_asks_for_another_token() -> None:
    wire = in_turn(page(PEUGEOT))
    for secret in ("old", "new"):
        wire.provider(client_secret=secret).makes(kind=None, act=PageAct.begin(8))
    assert len(wire.tokens) == 2


def charged(wire: Wire, *, refused: int | None = None, **more: Any) -> ProviderCall:
    """The record of a paid call; `refused`: the status with which the token is refused."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token" and refused is not None:
            return problem(refused, "invalid_client")
        return wire(request)

    provider = provider_at("http://provider.invalid", transport=httpx.MockTransport(answer), **more)
    act = provider.begin_act()
    with pytest.raises(failures.ProviderFailure):
        provider.identify("GD-642-JM", act=act)
    (call,) = act.calls
    return call


@pytest.mark.parametrize("status", [400, 401, 403, 422, 500, 503])
@pytest.mark.usefixtures("without_waits")
def test_a_paid_call_that_got_no_token_is_not_charged(status: int) -> None:
    call = charged(in_turn(problem(500)), refused=status)
    assert (call.status, call.paid, call.sent, call.charges) == (status, True, 0, 0)


@pytest.mark.parametrize(("status", "charges"), [(401, 0), (403, 0), (404, 1), (422, 1), (500, 1)])
def test_a_paid_call_that_was_sent_may_be_charged_unless_it_was_turned_away(status: int, charges: int) -> None:
    call = charged(in_turn(problem(status)))
    assert (call.sent, call.charges) == (1, charges)


@pytest.mark.usefixtures("without_waits")
def test_a_plate_asked_three_times_may_be_charged_thrice_and_a_value_under_its_one_name_once() -> None:
    provider = in_turn(problem(503)).provider()
    act = provider.begin_act()
    for ask in (provider.identify, partial(provider.value, idempotency_key="k")):
        with pytest.raises(failures.ProviderFailure):
            ask("GD-642-JM" if ask == provider.identify else GOLF_PLUS, act=act)
    assert [(call.attempts, call.charges) for call in act.calls] == [(3, 3), (3, 1)]


def test_without_credentials_nothing_is_sent() -> None:
    wire = in_turn(problem(500))
    call = charged(wire, client_secret="")
    assert (call.failure, call.charges, wire.sent, wire.tokens) == ("no_credentials", 0, [], [])


# --- Side by side ----------------------------------------------------------------------------------------


def test_independent_calls_are_under_way_at_the_same_time() -> None:
    met = threading.Barrier(3, timeout=10)

    def answer(request: httpx.Request) -> httpx.Response:
        met.wait()  # raises unless all three are there
        return page(PEUGEOT)

    wire = Wire(answer)
    provider = wire.provider()
    act = provider.begin_act()
    kinds = (None, "car", "quad")
    found = together(*(lambda kind=kind: provider.makes(kind=kind, act=act) for kind in kinds))
    assert len(found) == 3
    assert not any(isinstance(each, failures.ProviderFailure) for each in found)
    assert len(act.calls) == 3


def test_one_failure_beside_a_success_stands_in_its_place() -> None:
    wire = Wire(lambda request: page(PEUGEOT) if "makes" in request.url.path else problem(404))
    provider = wire.provider()
    act = provider.begin_act()
    makes, models = together(
        lambda: provider.makes(kind=None, act=act), lambda: provider.models(kind=None, make="X", act=act)
    )
    assert not isinstance(makes, failures.ProviderFailure)
    assert isinstance(models, failures.ResourceUnknown)
    with pytest.raises(failures.ResourceUnknown):
        both(lambda: provider.makes(kind=None, act=act), lambda: provider.models(kind=None, make="X", act=act))


# --- Catalogue cache -------------------------------------------------------------------------------------


def test_a_fresh_catalogue_is_not_asked_again() -> None:
    wire = in_turn(page(PEUGEOT, ETag='"a"', Cache_Control="private, max-age=3600"))
    provider = wire.provider()
    act = provider.begin_act()
    first, again = (provider.makes(kind=None, act=act) for _ in range(2))
    assert first == again
    assert (len(wire.sent), len(act.calls)) == (1, 1)


def test_an_old_catalogue_is_confirmed_by_its_etag() -> None:
    wire = in_turn(page(PEUGEOT, ETag='"a"'), httpx.Response(304, headers={"ETag": '"a"'}))
    provider = wire.provider()
    first, again = (provider.makes(kind=None, act=provider.begin_act()) for _ in range(2))
    assert first == again
    assert "if-none-match" not in wire.sent[0].headers
    assert wire.sent[1].headers["if-none-match"] == '"a"'


def test_another_question_has_another_place_in_the_cache() -> None:
    wire = in_turn(page(PEUGEOT, ETag='"a"', Cache_Control="max-age=3600"))
    provider = wire.provider()
    provider.makes(kind=None, act=provider.begin_act())
    provider.makes(kind="car", act=provider.begin_act())  # type: ignore[arg-type]
    assert len(wire.sent) == 2


def test_a_refused_answer_is_never_kept() -> None:
    wire = in_turn(page({"code": ""}, ETag='"a"', Cache_Control="max-age=3600"), page(PEUGEOT))
    provider = wire.provider()
    with pytest.raises(failures.InconsistentAnswer):
        provider.makes(kind=None, act=provider.begin_act())
    assert provider.makes(kind=None, act=provider.begin_act()).value
    assert "if-none-match" not in wire.sent[1].headers


def test_a_304_to_a_question_without_condition_is_no_answer() -> None:
    provider = in_turn(httpx.Response(304)).provider()
    with pytest.raises(failures.MalformedAnswer):
        provider.makes(kind=None, act=provider.begin_act())


# --- Settings --------------------------------------------------------------------------------------------


def test_the_provider_is_built_from_the_settings_once(settings: Settings) -> None:
    autovista.forget()
    settings.VALUATION_PROVIDER = {
        **settings.VALUATION_PROVIDER,
        "name": "Cote d’essai",
        "base_url": "http://provider.invalid",
        "is_sandbox": True,
        "budget": 5.0,
        "connect_timeout": 1.5,
        "read_timeout": 2.5,
    }
    provider = autovista.provider_from_settings()
    found = provider._settings
    assert (found.budget, found.connect_timeout, found.read_timeout) == (5.0, 1.5, 2.5)
    assert (provider.name, provider.is_sandbox) == ("Cote d’essai", True)
    assert 4 < provider.begin_act().deadline.remaining <= 5
    assert autovista.provider_from_settings() is provider
    autovista.forget()
    assert autovista.provider_from_settings() is not provider


def test_without_an_address_an_administrator_is_called() -> None:
    provider = provider_at("")
    with pytest.raises(failures.NotConfigured):
        provider.identify("GD-642-JM", act=provider.begin_act())


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert "hush" not in repr(in_turn(page()).provider(client_secret="hush")._settings)
