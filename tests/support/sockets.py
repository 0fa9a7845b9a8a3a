"""Sockets of the application in process, without a server: what a page would hear, frame by frame.

@pytest.mark.usefixtures("sockets_here")
def test_something(cast):
    async def scenario():
        async with page_of(sam, "errand.7") as page:
            ...
    async_to_sync(scenario)()
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

from openflex.asgi import application
from openflex.core.realtime import publish_on_commit
from settings_admin.models import User
from tests.support.events import committed

HOST = "testserver"
PATIENCE = 10  # seconds: only a test that fails waits so long
MARK = "mark.1"  # whoever is signed in may watch it (tests/errands/topics.py)


async def here(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """In the thread of the test and on its connection, whose transaction is never committed."""
    return await sync_to_async(function, thread_sensitive=True)(*args, **kwargs)


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class OpenPage:
    """What a page of somebody hears."""

    def __init__(self, key: str, *, host: str = HOST, origin: str = f"https://{HOST}", path: str = "/live/") -> None:
        headers = [(b"host", host.encode()), (b"origin", origin.encode())]
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()))
        self.socket = WebsocketCommunicator(application, path, headers)

    async def opens(self) -> bool:
        is_open, _ = await self.socket.connect(timeout=PATIENCE)
        return is_open

    async def say(self, **message: Any) -> None:
        await self.socket.send_to(text_data=json.dumps(message))

    async def next(self) -> dict[str, Any]:
        return dict(await self.socket.receive_json_from(timeout=PATIENCE))

    async def is_closed(self) -> int:
        """Waits for the end, past frames; the code of the close."""
        while (output := await self.socket.receive_output(timeout=PATIENCE))["type"] != "websocket.close":
            pass
        return int(output["code"])

    async def until_mark(self) -> list[dict[str, Any]]:
        """Everything that comes before a mark that is told now: what did not come by then will not come."""
        await tell(MARK, "here")
        frames = []
        while (frame := await self.next())["kind"] != "here":
            frames.append(frame)
        return frames


@asynccontextmanager
async def page_of(user: User, *topics: str) -> AsyncIterator[OpenPage]:
    """An open page that watches the mark, whose snapshot has been read, and these topics, whose snapshots come next."""
    page = OpenPage(await here(session_of, user))
    assert await page.opens()
    await page.say(watch=[MARK, *topics])
    assert (await page.next())["topic"] == MARK
    yield page
    await page.socket.disconnect(timeout=PATIENCE)


async def tell(topic: str, kind: str = "told", **payload: Any) -> None:
    def commit() -> None:
        with committed():
            publish_on_commit(topic, kind, payload)

    await here(commit)
