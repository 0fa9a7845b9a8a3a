"""The cache on Redis: the same clients, whichever thread asks."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from pytest_django import Settings

from openflex.core.redis_cache import RedisCache


def test_all_threads_ask_through_the_same_clients_and_are_answered(settings: Settings) -> None:
    cache = RedisCache(settings.REDIS_URL, {})
    keys = [uuid4().hex for _ in range(40)]

    def keep_and_read(number: int) -> tuple[int, int]:
        cache.set(keys[number], number, timeout=60)
        return cache.get(keys[number]), id(cache._cache.get_client(write=number % 2 == 0))

    keep_and_read(0)  # two that are first at once may make one each
    keep_and_read(1)
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(keep_and_read, range(len(keys))))
    assert [number for number, _ in found] == list(range(len(keys)))
    assert len({client for _, client in found}) == 2  # to read, to write
    assert cache.get_many(keys) == {key: number for number, key in enumerate(keys)}
