"""One socket a page. It only tells: what the browser sends names topics and says how far it has read.

From the browser: `{"watch": ["user.12"], "drawn": 1732645800}` (all the topics of the page; `drawn`: when it was made,
in seconds) · `{"again": ["user.12"]}` (a number was missing) · `{"read": 32}` (so many frames more) · `{"beat": true}`
(are you there?).
To the browser: `{"number": 4, "topic": "user.12", "kind": "…", "payload": {…}}`. Of the server's own kinds, `snapshot`
begins a topic (with `is_behind`: the page may show less than that), `resync` says that frames were dropped and
snapshots follow, `beat` that the server is there. A topic that the person may not see is answered by nothing.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from autobahn.exception import Disconnected
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error as DatabaseError
from django.http.request import split_domain_port, validate_host

from openflex.live import metrics, threads
from openflex.live.hub import hub
from openflex.live.sights import MOST_TOPICS, sights_by_session
from settings_admin.access.selectors.sessions import signed_in_by

logger = structlog.get_logger(__name__)

PATH: Final = "/live/"
WAITING: Final = 32  # frames that wait for one browser; one more, and all are dropped for a new snapshot
UNREAD: Final = 64  # frames sent that the browser has not said it has read: Daphne would buffer them without end
LONGEST_MESSAGE: Final = 4_000
# What a server says when the browser has just gone.
GONE: Final = (Disconnected, OSError)
SIGNED_OUT: Final = 4401
BROKEN: Final = 1011

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_RESYNC: Final = json.dumps({"kind": "resync"})
_BEAT: Final = json.dumps({"kind": "beat"})


async def live_socket(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """The ASGI application of websockets: whoever is not signed in, or comes from elsewhere, is refused (403)."""
    await receive()
    key = _session_key(scope) if scope["path"] == PATH and _is_from_here(scope) else ""
    signed_in = await threads.in_database(signed_in_by, key) if key else None
    if signed_in is None:
        await send({"type": "websocket.close"})
        return
    await hub().start()
    await send({"type": "websocket.accept"})
    with metrics.sockets.track_inprogress():
        await PageSocket(user_id=signed_in.user.pk, session_key=key, send=send).run(receive)


def _session_key(scope: dict[str, Any]) -> str:
    try:
        cookies = SimpleCookie(_header(scope, b"cookie"))
    except CookieError:
        return ""
    cookie = cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def _is_from_here(scope: dict[str, Any]) -> bool:
    """The page that asks stands on the very host and port it asks: cookies alone go with requests from anywhere."""
    host = _header(scope, b"host").lower()
    allowed = settings.ALLOWED_HOSTS
    return urlsplit(_header(scope, b"origin").lower()).netloc == host and validate_host(
        split_domain_port(host)[0], allowed
    )


def _header(scope: dict[str, Any], name: bytes) -> str:
    return next((value.decode("latin1") for key, value in scope["headers"] if key == name), "")


class PageSocket:
    """What one page watches, and what waits to be sent to it."""

    __slots__ = (
        *("_has_room", "_queue", "_send", "_shown", "_unread", "_wanted"),
        *("checked_at", "is_idle", "key", "user_topic"),
    )

    def __init__(self, *, user_id: int, session_key: str, send: Send) -> None:
        self.key = session_key
        self.user_topic = f"user.{user_id}"
        self.checked_at = time.monotonic()
        self.is_idle = False
        self._send = send
        self._wanted: tuple[str, ...] = ()
        self._shown: dict[str, int] = {}  # topics the person may see → number of the last frame sent
        # Coroutine functions: looked at in their turn, so that a frame told after a change of rights waits for them.
        self._queue: asyncio.Queue[tuple[str, int, str] | Callable[[], Awaitable[None]]] = asyncio.Queue(WAITING)
        self._unread = 0
        self._has_room = asyncio.Event()
        self._has_room.set()

    async def run(self, receive: Receive) -> None:
        # Watched whether the page names it or not: changes of rights are told there.
        hub().join(self.user_topic, self)
        hearing = asyncio.create_task(self._hear(receive))
        telling = asyncio.create_task(self._tell())
        try:
            await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for topic in (self.user_topic, *self._wanted):
                hub().leave(topic, self)
            for task in (hearing, telling):
                task.cancel()
            await asyncio.gather(hearing, telling, return_exceptions=True)
        if telling.done() and not telling.cancelled():
            await self._close(telling.exception())

    # --- Called by the hub: nothing waits here, Daphne's sending neither ---

    async def send_frame(self, topic: str, number: int, frame: str) -> None:
        if number > self._shown.get(topic, number):
            self._shown[topic] = number
            with suppress(*GONE):
                await self._send_text(frame)

    def offer(self, topic: str, number: int, frame: str) -> None:
        self._put((topic, number, frame))

    def check(self) -> None:
        self.checked_at = time.monotonic()
        self._put(self._check)

    def look_again(self, topic: str) -> None:
        if topic in self._wanted:
            self._put(partial(self._look, [topic]))
        if topic == self.user_topic:
            self._put(self._check)  # the lost event may have been one about rights

    def _put(self, item: Any) -> None:
        self.is_idle = False
        try:
            self._queue.put_nowait(item)
        except asyncio.QueueFull:
            metrics.resyncs.inc()
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(self._start_over)

    # --- To the browser ---

    async def _tell(self) -> None:
        while True:
            # Before the next is taken: what a slow browser waits for is judged when it can be sent.
            await self._has_room.wait()
            self.is_idle = self._queue.empty()
            item = await self._queue.get()
            if isinstance(item, tuple):
                await self.send_frame(*item)
            else:
                await item()

    async def _send_text(self, text: str) -> None:
        self._unread += 1
        if self._unread >= UNREAD:
            self._has_room.clear()
            self.is_idle = False
        await self._send({"type": "websocket.send", "text": text})

    async def _beat(self) -> None:
        await self._send_text(_BEAT)

    async def _start_over(self) -> None:
        await self._send_text(_RESYNC)
        await self._look(self._wanted)

    async def _check(self) -> None:
        """Authorises everything again; only what was refused before and no longer is gets a snapshot."""
        await self._look(self._wanted, already=tuple(self._shown))

    async def _look(
        self, names: Collection[str], *, already: Collection[str] = (), drawn_at: datetime | None = None
    ) -> None:
        # Before the snapshots are read: whatever is told from here on comes after them.
        numbers = {name: hub().join(name, self) for name in names if name in self._wanted}
        ask = partial(sights_by_session, self.key, list(numbers), already=already, drawn_at=drawn_at)
        seen = await threads.in_database(ask)
        if seen is None:
            raise _SignedOut
        for name, number in numbers.items():
            sight = seen.get(name)
            if sight is None:
                self._drop(name)
            elif sight.snapshot is not None and name in self._wanted:
                self._shown[name] = number
                frame = {"number": number, "topic": name, "kind": "snapshot", "is_behind": sight.is_behind}
                await self._send_text(json.dumps({**frame, "payload": sight.snapshot}, cls=DjangoJSONEncoder))

    def _drop(self, topic: str) -> None:
        self._shown.pop(topic, None)
        if topic != self.user_topic:
            hub().leave(topic, self)

    async def _close(self, error: BaseException | None) -> None:
        if isinstance(error, _SignedOut):
            await self._send({"type": "websocket.close", "code": SIGNED_OUT})
        elif isinstance(error, DatabaseError):
            logger.warning("live_socket_without_database", error=str(error))
            await self._send({"type": "websocket.close", "code": BROKEN})
        elif error is not None and not isinstance(error, GONE):
            raise error

    # --- From the browser ---

    async def _hear(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text") or ""
            if len(text) > LONGEST_MESSAGE:
                continue
            with suppress(ValueError, RecursionError):  # nothing that our own page sends
                said = json.loads(text)
                if isinstance(said, dict):
                    self._obey(said)

    def _obey(self, said: dict[str, Any]) -> None:
        if isinstance(count := said.get("read"), int) and count > 0:
            self._unread = max(0, self._unread - count)
            if self._unread < UNREAD:
                self._has_room.set()
        if isinstance(names := said.get("watch"), list):
            self._watch(_topics(names), said.get("drawn"))
        if said.get("beat") is True:
            self._put(self._beat)
        if isinstance(names := said.get("again"), list):
            self._put(partial(self._look, [name for name in _topics(names) if name in self._wanted]))

    def _watch(self, names: tuple[str, ...], drawn: Any) -> None:
        for name in set(self._wanted) - set(names):
            self._drop(name)
        new = [name for name in names if name not in self._wanted]
        self._wanted = names
        drawn_at = datetime.fromtimestamp(drawn, UTC) if isinstance(drawn, int) and 0 < drawn < 2**33 else None
        self._put(partial(self._look, new, drawn_at=drawn_at))


def _topics(names: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str)))[:MOST_TOPICS]


class _SignedOut(Exception):
    """The session opens nothing any more."""
