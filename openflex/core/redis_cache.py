"""Django's cache on Redis, asked through one client."""

from typing import Any

from django.core.cache.backends import redis


class _OneClient(redis.RedisCacheClient):
    """Django makes a client for each question, which learns its hundred and seventy commands and takes longer than the
    answer. One does for all threads: it takes a connection of the pool for each question."""

    def __init__(self, *servers: Any, **options: Any) -> None:
        super().__init__(*servers, **options)
        self._kept: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)
        if pool not in self._kept:
            self._kept[pool] = self._client(connection_pool=pool)
        return self._kept[pool]


class RedisCache(redis.RedisCache):
    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _OneClient
