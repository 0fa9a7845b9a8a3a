"""The real server, and a Redis that goes away: late, and not lost."""

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from websockets.asyncio.client import connect

from openflex.core import realtime
from openflex.embedded import redis
from settings_admin.scoping import unscoped
from tests.cast import cast_on_stage
from tests.errands.models import Errand
from tests.errands.services import rename
from tests.support.live_process import LiveSite, redis_of_its_own, running_site
from tests.support.sockets import session_of


@pytest.fixture
def own_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with redis_of_its_own(tmp_path, monkeypatch) as folder:
        yield folder


def an_errand(cast: Any) -> Errand:
    with unscoped("test data"):
        return Errand.objects.create(title="1", entity=cast.north, point_of_sale=cast.north_1, assignee=cast.sam)


@pytest.fixture
def site(transactional_db: None, own_redis: Path) -> Iterator[LiveSite]:
    with running_site(redis_url=redis.ensure(own_redis)) as site:
        yield site


def test_events_come_late_without_redis_and_at_once_again_with_it(site, own_redis):
    cast = cast_on_stage()
    errand = an_errand(cast)
    topic = f"errand.{errand.pk}"
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(cast.sam)}"}

    def change(title: str) -> None:
        with unscoped("another process"):
            rename(errand, title=title, actor=cast.marc)

    async def scenario() -> None:
        async with connect(f"ws{site.url[4:]}/live/", origin=site.url, additional_headers=cookie) as page:

            async def until(title: str) -> str:
                """The kind of the frame that told this title; others may come again before it."""
                while True:
                    frame: dict[str, Any] = json.loads(await asyncio.wait_for(page.recv(), timeout=20))
                    if frame["payload"].get("title") == title:
                        return str(frame["kind"])

            await page.send(json.dumps({"watch": [topic]}))
            assert await until("1") == "snapshot"
            await sync_to_async(change)("2")
            assert await until("2") == "errand.renamed"
            await sync_to_async(redis.stop)(own_redis)
            await sync_to_async(change)("3")
            assert await until("3") == "snapshot"
            await sync_to_async(redis.ensure)(own_redis)
            for number in range(4, 100):  # until the process listens again
                await sync_to_async(change)(str(number))
                if await until(str(number)) == "errand.renamed":
                    return
            pytest.fail("what is told through Redis is not heard again")

    async_to_sync(scenario)()


LONG = "é" * 100_000


def test_long_frames_arrive_whole_and_in_order_at_a_browser_that_reads_late(site):
    """More than the buffers of both systems hold: some leave at once, one in parts, the others wait in the server."""
    cast = cast_on_stage()
    topic = f"errand.{an_errand(cast).pk}"
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={session_of(cast.sam)}"}

    def tell(number: int) -> None:
        realtime.publish_on_commit(topic, "errand.renamed", {"title": f"{number}{LONG}"})

    async def scenario() -> None:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.connect(("127.0.0.1", site.port))
        page = connect(f"ws{site.url[4:]}/live/", sock=narrow, origin=site.url, additional_headers=cookie, max_queue=1)
        async with page as one:
            await one.send(json.dumps({"watch": [topic]}))
            assert json.loads(await one.recv())["kind"] == "snapshot"
            for number in range(40):
                await sync_to_async(tell)(number)
            await asyncio.sleep(1)  # all of it stands in the server by now
            for number in range(40):
                frame = json.loads(await asyncio.wait_for(one.recv(), timeout=20))
                assert frame["payload"] == {"title": f"{number}{LONG}"}

    async_to_sync(scenario)()
