"""After repeated failures calls stop for a while: for all processes, saying since when, and starting again."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from quotation.providers import failures
from quotation.providers.act import PageAct
from quotation.providers.autovista import Autovista
from tests.quotation.providers.support import PEUGEOT, closed_breaker, in_turn, page, problem


def _fail(provider: Autovista, times: int) -> None:
    for _ in range(times):
        with pytest.raises(failures.ServerError):
            provider.makes(kind=None, act=provider.begin_act())


def test_repeated_failures_stop_the_calls_and_say_since_when() -> None:
    wire = in_turn(problem(500))
    provider = wire.provider()
    with time_machine.travel(datetime(2024, 12, 2, 13, 43, tzinfo=UTC), tick=True):
        _fail(provider, 5)
        assert len(wire.sent) == 5
        act = provider.begin_act()
        with pytest.raises(failures.CallsSuspended) as stopped:
            provider.makes(kind=None, act=act)
        suspension = provider.suspension()
    assert len(wire.sent) == 5
    assert "depuis 14:43" in stopped.value.message
    assert "d’eux-mêmes à 14:45" in stopped.value.message
    assert (act.calls[0].attempts, act.calls[0].failure) == (0, "suspended")
    assert suspension is not None
    assert suspension.until - suspension.since == timedelta(seconds=120)


def test_after_the_pause_one_success_starts_the_calls_again() -> None:
    wire = in_turn(*[problem(500)] * 5, page(PEUGEOT))
    provider = wire.provider()
    with time_machine.travel(datetime(2024, 12, 2, 13, 43, tzinfo=UTC), tick=True) as clock:
        _fail(provider, 5)
        clock.shift(121)
        assert provider.suspension() is None
        assert provider.makes(kind=None, act=provider.begin_act()).value
        assert provider.makes(kind=None, act=provider.begin_act()).value
    assert len(wire.sent) == 7


def test_after_the_pause_one_failure_stops_them_again() -> None:
    wire = in_turn(problem(500))
    provider = wire.provider()
    with time_machine.travel(datetime(2024, 12, 2, 13, 43, tzinfo=UTC), tick=True) as clock:
        _fail(provider, 5)
        clock.shift(121)
        _fail(provider, 1)
        with pytest.raises(failures.CallsSuspended):
            provider.makes(kind=None, act=provider.begin_act())
    assert len(wire.sent) == 6


@pytest.mark.parametrize(
    "refusal", [problem(404, "plate_not_found"), problem(422), problem(401), problem(429, "rate_limited")], ids=str
)
def test_a_provider_that_says_no_is_not_down(refusal: httpx.Response) -> None:
    provider = in_turn(refusal).provider()
    for _ in range(8):
        with pytest.raises(failures.ProviderFailure) as failed:
            provider.identify("ZY-404-ZY", act=provider.begin_act())
        assert not isinstance(failed.value, failures.CallsSuspended)


def test_the_breaker_is_shared_by_all_who_have_its_storage() -> None:
    storage = closed_breaker()
    _fail(in_turn(problem(500)).provider(storage=storage), 5)
    other = in_turn(page(PEUGEOT))
    with pytest.raises(failures.CallsSuspended):
        other.provider(storage=storage).makes(kind=None, act=PageAct.begin(8))
    assert not other.sent
