"""What the processes share through Redis, and how one goes on by itself when Redis does not answer."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pytest_django import Settings
from structlog.testing import capture_logs

from openflex.core.redis_cache import RedisCache
from quotation.providers import failures
from quotation.providers.autovista import Autovista
from quotation.providers.shared import LEFT_ALONE, BreakerStorage, SharedCache
from quotation.providers.wire import ProviderSettings
from tests.quotation.providers.support import PEUGEOT, Wire, in_turn, page, problem

NOBODY = "redis://127.0.0.1:1/0"  # refuses at once


def of_one_process(wire: Wire, cache: SharedCache, name: str = "Autovista") -> Autovista:
    """An adapter as `provider_from_settings` makes it, with a transport that is made up."""
    given = ProviderSettings(name=name, base_url="http://provider.invalid", client_id=name, client_secret="sandbox")
    storage = BreakerStorage(cache, namespace=given.shared_key)
    return Autovista(given, cache=cache, breaker_storage=storage, transport=httpx.MockTransport(wire))


def makes(provider: Autovista) -> Any:
    return provider.makes(kind=None, act=provider.begin_act())


def fail(provider: Autovista, times: int) -> None:
    for _ in range(times):
        with pytest.raises(failures.ServerError):
            makes(provider)


class TestRedis:
    @pytest.fixture
    def cache(self, settings: Settings) -> Callable[[], SharedCache]:
        return lambda: SharedCache(RedisCache(settings.REDIS_URL, {}))

    def test_processes_share_the_breaker(self, cache: Callable[[], SharedCache]) -> None:
        name = uuid4().hex
        fail(of_one_process(in_turn(problem(500)), cache(), name), 5)
        elsewhere = in_turn(page(PEUGEOT))
        with pytest.raises(failures.CallsSuspended) as stopped:
            makes(of_one_process(elsewhere, cache(), name))
        assert stopped.value.since is not None
        assert not elsewhere.sent

    def test_a_failure_of_one_process_and_a_success_of_another_count_together(
        self, cache: Callable[[], SharedCache]
    ) -> None:
        name = uuid4().hex
        down, up = in_turn(problem(500)), in_turn(page(PEUGEOT))
        fail(of_one_process(down, cache(), name), 4)
        makes(of_one_process(up, cache(), name))  # they begin anew
        fail(of_one_process(down, cache(), name), 4)
        assert makes(of_one_process(up, cache(), name)).value
        fail(of_one_process(down, cache(), name), 4)
        fail(of_one_process(down, cache(), name), 1)
        with pytest.raises(failures.CallsSuspended):
            makes(of_one_process(up, cache(), name))

    def test_a_call_asks_how_things_stand_and_for_the_token_and_tells_nothing_new(self, settings: Settings) -> None:
        asked: list[str] = []

        class Counting(RedisCache):
            def get(self, *args: Any, **more: Any) -> Any:
                asked.append("get")
                return super().get(*args, **more)

            def get_many(self, *args: Any, **more: Any) -> Any:
                asked.append("get_many")
                return super().get_many(*args, **more)

            def set(self, *args: Any, **more: Any) -> None:
                asked.append("set")
                super().set(*args, **more)

        provider = of_one_process(in_turn(page(PEUGEOT)), SharedCache(Counting(settings.REDIS_URL, {})), uuid4().hex)
        makes(provider)
        asked.clear()
        makes(provider)
        assert asked == ["get", "get_many", "get"]  # the catalogue, the breaker, the token

    def test_processes_share_the_token(self, cache: Callable[[], SharedCache]) -> None:
        name, here, there = uuid4().hex, in_turn(page(PEUGEOT)), in_turn(page(PEUGEOT))
        for wire in (here, there):
            makes(of_one_process(wire, cache(), name))
        assert (len(here.tokens), len(there.tokens)) == (1, 0)


class TestRedisDown:
    @pytest.fixture
    def cache(self) -> SharedCache:
        return SharedCache(RedisCache(NOBODY, {}))

    def test_the_process_has_a_token_of_its_own(self, cache: SharedCache) -> None:
        wire = in_turn(page(PEUGEOT))
        provider = of_one_process(wire, cache)
        for _ in range(3):
            assert makes(provider).value
        assert (len(wire.tokens), len(wire.sent)) == (1, 3)

    def test_the_process_has_a_breaker_of_its_own(self, cache: SharedCache) -> None:
        wire = in_turn(problem(500))
        provider = of_one_process(wire, cache)
        fail(provider, 5)
        with pytest.raises(failures.CallsSuspended):
            makes(provider)
        assert len(wire.sent) == 5
        assert provider.suspension() is not None

    def test_the_whole_outage_is_told_once_and_its_end_too(self, settings: Settings) -> None:
        time = [0.0]
        cache = SharedCache(RedisCache(NOBODY, {}), clock=lambda: time[0])
        with capture_logs() as logs:
            for _ in range(4):
                cache.set("token", "mine", timeout=None)
                time[0] += LEFT_ALONE
            assert cache.get("token") == "mine"
            cache._shared = RedisCache(settings.REDIS_URL, {})
            time[0] += LEFT_ALONE
            assert cache.get(uuid4().hex) is None
        assert [line["event"] for line in logs] == ["valuation_redis_down", "valuation_redis_back"]

    def test_it_is_left_alone_for_a_while(self) -> None:
        """A Redis that hangs costs a second each time it is asked: not at each of the calls of a page."""
        time, asked = [0.0], []

        class Counting(RedisCache):
            def get(self, *args: Any, **more: Any) -> Any:
                asked.append(time[0])
                return super().get(*args, **more)

        cache = SharedCache(Counting(NOBODY, {}), clock=lambda: time[0])
        for second in (0, 1, LEFT_ALONE - 1, LEFT_ALONE, LEFT_ALONE + 1):
            time[0] = second
            cache.get("token")
        assert asked == [0, LEFT_ALONE]

    def test_a_second_outage_does_not_begin_with_what_the_first_one_left(self, settings: Settings) -> None:
        time = [0.0]
        down, up = RedisCache(NOBODY, {}), RedisCache(settings.REDIS_URL, {})
        cache, key = SharedCache(down, clock=lambda: time[0]), uuid4().hex
        cache.set(key, "open", timeout=None)
        time[0], cache._shared = LEFT_ALONE, up
        assert cache.get(key) is None
        cache._shared = down
        assert cache.get(key) is None
