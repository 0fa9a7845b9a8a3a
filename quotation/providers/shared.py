"""What the processes share about the provider: its token, its catalogue, the state of the breaker.

Redis holds it. When Redis does not answer, each process goes on with a memory of its own: a token more is asked for and
each process finds out by itself that the provider is down, but nobody waits and no page fails.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from threading import Lock
from typing import Any, Final, Self, TypeVar

import pybreaker
import structlog
from django.core.cache import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

T = TypeVar("T")
log = structlog.get_logger(__name__)

# What is shared of a breaker, and what it is as long as nobody has told anything.
_DEFAULTS: Final[dict[str, Any]] = {
    "state": pybreaker.STATE_CLOSED, "failures": 0, "successes": 0, "opened_at": None
}  # fmt: skip
# Seconds for which Redis is left alone after it failed: each try may cost the second that a connection waits.
LEFT_ALONE: Final = 30.0


class SharedCache:
    """A cache that is shared while it answers, and this process's own while it does not. Thread-safe."""

    def __init__(self, shared: BaseCache, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._shared = shared
        self._own = LocMemCache(f"shared-cache-{id(self)}", {})
        self._clock = clock
        self._down_until: float | None = None
        self._lock = Lock()

    def get(self, key: str, default: Any = None) -> Any:
        return self._ask(lambda cache: cache.get(key, default))

    def get_many(self, keys: Collection[str]) -> dict[str, Any]:
        """Those that are there."""
        return self._ask(lambda cache: cache.get_many(keys))

    def set(self, key: str, value: Any, *, timeout: float | None) -> None:
        """Kept for `timeout` seconds; None: for ever."""
        self._ask(lambda cache: cache.set(key, value, timeout=timeout))

    def increment(self, key: str) -> None:
        """One more; the first one counts from 0."""

        def add_one(cache: BaseCache) -> None:
            cache.add(key, 0, timeout=None)
            cache.incr(key)

        self._ask(add_one)

    def _ask(self, work: Callable[[BaseCache], T]) -> T:
        if self._down_until is None or self._clock() >= self._down_until:
            try:
                answer = work(self._shared)
            except RedisError as error:
                self._went_down(error)
            else:
                self._came_back()
                return answer
        return work(self._own)

    def _went_down(self, error: RedisError) -> None:
        """Told once for each outage, however many requests meet it."""
        with self._lock:
            is_news = self._down_until is None
            self._down_until = self._clock() + LEFT_ALONE
            if is_news:
                self._own.clear()  # what it held dates from an earlier outage
                log.warning("valuation_redis_down", error=str(error))

    def _came_back(self) -> None:
        if self._down_until is None:
            return
        with self._lock:
            if self._down_until is not None:
                self._down_until = None
                log.info("valuation_redis_back")


class BreakerStorage(pybreaker.CircuitBreakerStorage):
    """The state of a circuit breaker in a shared cache. pybreaker's own storage on Redis answers "closed" during an
    outage and counts nothing, so that a process would ask a dead provider for as long as it lasts."""

    def __init__(self, cache: SharedCache, *, namespace: str, seen: dict[str, Any] | None = None) -> None:
        super().__init__(namespace)
        self._cache = cache
        self._seen = seen

    def for_a_call(self) -> Self:
        """The same, which asks once how things stand when the call begins, and tells the others only what changed."""
        asked = {self._key(name): name for name in _DEFAULTS}
        found = {asked[key]: value for key, value in self._cache.get_many(asked).items()}
        return type(self)(self._cache, namespace=self.name, seen={**_DEFAULTS, **found})

    @property
    def state(self) -> str:
        return str(self._get("state"))

    @state.setter
    def state(self, state: str) -> None:
        self._set("state", str(state))

    @property
    def counter(self) -> int:
        return int(self._get("failures"))

    def increment_counter(self) -> None:
        self._increment("failures")

    def reset_counter(self) -> None:
        self._set("failures", 0)

    @property
    def success_counter(self) -> int:
        return int(self._get("successes"))

    def increment_success_counter(self) -> None:
        self._increment("successes")

    def reset_success_counter(self) -> None:
        self._set("successes", 0)

    @property
    def opened_at(self) -> datetime | None:
        opened: datetime | None = self._get("opened_at")
        return opened

    @opened_at.setter
    def opened_at(self, instant: datetime) -> None:
        self._set("opened_at", instant)

    def _key(self, name: str) -> str:
        return f"{self.name}:breaker:{name}"

    def _get(self, name: str) -> Any:
        if self._seen is not None and name in self._seen:
            return self._seen[name]
        return self._cache.get(self._key(name), _DEFAULTS[name])

    def _set(self, name: str, value: Any) -> None:
        if self._seen is not None:
            if name in self._seen and self._seen[name] == value:
                return
            self._seen[name] = value
        self._cache.set(self._key(name), value, timeout=None)

    def _increment(self, name: str) -> None:
        if self._seen is not None:
            self._seen.pop(name, None)  # others count as well
        self._cache.increment(self._key(name))
