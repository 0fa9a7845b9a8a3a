"""One listener a process, however many sockets watch: it hands each event to those who watch its topic here.

Redis is the quick way, and loses what is told while it or a process is down. The ledger in the database is written
with each change, so every other second the hub compares: an event that it still has not heard a round later makes who
watches its topic look again. Numbers are the hub's own, in the order in which it hands out: they need to be right
between a process and the browsers it serves, and nowhere else (docs/adr/004).
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from openflex.core import realtime
from openflex.live import ledger, threads

logger = structlog.get_logger(__name__)

ROUND: Final = 2.0  # seconds between two looks into the ledger
PATIENCE: Final = 1.0  # before Redis is asked again
DEAD_AFTER: Final = 10.0  # a connection that answers nothing for so long is made anew
REMEMBERED: Final = 4 * ledger.RECENT.total_seconds()
AT_ONCE: Final = 100  # sockets, before anything else of the process has its turn
CHECKED_EVERY: Final = 600.0  # a session may end by its age, which nobody tells


class Socket(Protocol):
    checked_at: float
    # Nothing waits, and the browser keeps up: the frame may be sent at once, which costs half of a queue and a wake.
    is_idle: bool

    async def send_frame(self, topic: str, number: int, frame: str) -> None: ...

    def offer(self, topic: str, number: int, frame: str) -> None:
        """The same through its queue."""

    def check(self) -> None:
        """Authorise everything again."""

    def look_again(self, topic: str) -> None:
        """Take a new snapshot of this topic."""


class _Watched:
    """A topic that somebody watches in this process."""

    __slots__ = ("number", "sockets")

    def __init__(self) -> None:
        self.number = 0
        # A dictionary keeps the order in which they came.
        self.sockets: dict[Socket, None] = {}


class Hub:
    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}
        self._heard: dict[int, float] = {}  # event → when
        self._suspects: set[int] = set()
        self._listening: asyncio.Task[None]
        self._comparing: asyncio.Task[None] | None = None
        self._pubsub: PubSub | None = None
        self._pong = asyncio.Event()
        self._has_tried_redis = asyncio.Event()
        self._is_ready = asyncio.Event()

    async def start(self) -> None:
        """Returns once everything told from now on will be heard, or found in the ledger."""
        if self._comparing is None:
            self._listening = asyncio.create_task(self._listen())
            self._comparing = asyncio.create_task(self._compare())
        await self._is_ready.wait()

    # --- Who watches ---

    def join(self, topic: str, socket: Socket) -> int:
        """The number of the last event handed out: what comes after it is not in a snapshot that is taken now, or is in
        it and comes again."""
        watched = self._watched.setdefault(topic, _Watched())
        watched.sockets[socket] = None
        return watched.number

    def leave(self, topic: str, socket: Socket) -> None:
        watched = self._watched.get(topic)
        if watched is not None:
            watched.sockets.pop(socket, None)
            if not watched.sockets:
                del self._watched[topic]

    # --- What is told ---

    async def hear(self, message: bytes) -> None:
        event_id, topic, kind, frame = realtime.decode(message)
        self._heard[event_id] = time.monotonic()
        watched = self._watched.get(topic)
        if watched is None:
            return
        if kind in (realtime.ACCESS_CHANGED, realtime.SESSION_ENDED):
            for socket in watched.sockets:
                socket.check()
            return
        watched.number += 1
        numbered = f'{{"number":{watched.number},{frame[1:]}'
        for count, socket in enumerate(list(watched.sockets), start=1):
            if socket.is_idle:
                await socket.send_frame(topic, watched.number, numbered)
            else:
                socket.offer(topic, watched.number, numbered)
            if count % AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _listen(self) -> None:
        channel = realtime.channel()
        while True:
            # Without retries of its own: a connection that was lost is seen, and made anew here.
            redis = Redis.from_url(
                settings.REDIS_URL, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), retries=0)
            )
            try:
                async with redis, redis.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe(channel)
                    self._pubsub = pubsub
                    self._has_tried_redis.set()
                    async for message in pubsub.listen():
                        if message["type"] == "pong":
                            self._pong.set()
                        else:
                            await self.hear(message["data"])
                        await asyncio.sleep(0)  # many at once: the sockets send one before they are given the next
            except (RedisError, OSError) as error:
                logger.warning("live_redis_lost", error=str(error))
            finally:
                self._pubsub = None
            self._has_tried_redis.set()
            await asyncio.sleep(PATIENCE)

    async def _hear_all(self) -> None:
        """Returns once all is heard that Redis has for us: a busy process is late, and nothing is lost for that."""
        if self._pubsub is None:
            return
        self._pong.clear()
        try:
            await self._pubsub.ping()
            await asyncio.wait_for(self._pong.wait(), DEAD_AFTER)
        except TimeoutError:
            self._listening.cancel()
            self._listening = asyncio.create_task(self._listen())
        except (RedisError, OSError):
            pass  # the listener meets it too

    async def _compare(self) -> None:
        # One that accepts and then hangs must not keep everybody waiting.
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_tried_redis.wait(), 2 * PATIENCE)
        while True:
            try:
                recent = await threads.in_database(ledger.recent)
            except DatabaseError as error:
                logger.warning("live_ledger_unread", error=str(error))
            else:
                await self._hear_all()
                self._find_lost(recent)
                self._is_ready.set()
            for socket in self._due():
                socket.check()
            await asyncio.sleep(ROUND)

    def _find_lost(self, recent: dict[int, str]) -> None:
        now = time.monotonic()
        self._heard = {event: at for event, at in self._heard.items() if at > now - REMEMBERED}
        missing = recent.keys() - self._heard.keys()
        # What was told before this process listened is in every snapshot that it takes. Later, what is missing for the
        # first time may still be between its commit and Redis.
        lost = missing & self._suspects if self._is_ready.is_set() else missing
        self._suspects = missing - lost
        self._heard |= dict.fromkeys(lost, now)
        if self._is_ready.is_set():
            for topic in {recent[event] for event in lost} & self._watched.keys():
                logger.info("live_event_was_lost", topic=topic)
                for socket in self._watched[topic].sockets:
                    socket.look_again(topic)

    def _due(self) -> Iterator[Socket]:
        oldest = time.monotonic() - CHECKED_EVERY
        everybody = {socket for watched in self._watched.values() for socket in watched.sockets}
        return (socket for socket in everybody if socket.checked_at < oldest)


_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


def hub() -> Hub:
    """That of this process: of its event loop, since tests have one after the other."""
    loop: Any = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]
