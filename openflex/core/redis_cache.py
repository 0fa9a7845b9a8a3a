"""Django's cache on Redis, asked through the same clients."""

from typing import Any

from django.core.cache.backends import redis


class _KeptClients(redis.RedisCacheClient):
    """Django makes a client for each question, which learns its hundred and seventy commands and takes longer than the
    answer. One to read and one to write do for all threads: each question takes a connection of their pool."""

    def __init__(self, *servers: Any, **options: Any) -> None:
        super().__init__(*servers, **options)
        self._kept: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._kept:
            self._kept[write] = super().get_client(key, write=write)
        return self._kept[write]


class RedisCache(redis.RedisCache):
    """Of one server: with several, reading would stay with the first that was asked."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients
