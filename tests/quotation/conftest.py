"""The sandbox as a process, and an application that asks it: from here on every figure has come over HTTP."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina
from django.test import Client

from quotation.providers import autovista
from settings_admin.models import User
from tests.cast import Cast, build_cast
from tests.quotation.way import Way
from tests.support.rows import on_stage
from tests.support.sandbox_process import Sandbox, running_sandbox


@pytest.fixture(scope="session")
def market() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def asks_at(settings: Any) -> Iterator[Callable[..., None]]:
    """`asks_at(url, **changes)`: from now on the application asks there. By chance no breaker opens, and no busy
    machine is taken for a slow provider: the eight seconds have tests of their own."""

    def point(url: str, **changes: Any) -> None:
        settings.VALUATION_PROVIDER = {
            **settings.VALUATION_PROVIDER,
            "base_url": url,
            "client_secret": "sandbox",
            "is_sandbox": True,
            "breaker_failures": 10_000,
            "budget": 120.0,
            "read_timeout": 60.0,
            **changes,
        }

    yield point
    autovista.forget()


@pytest.fixture
def provider(market: Sandbox, asks_at: Callable[..., None]) -> Iterator[Sandbox]:
    """The application asks a sandbox that behaves; what a test has it do wrong ends with the test."""
    asks_at(market.url)
    with stamina.set_testing(True, attempts=3):
        yield market
    market.behave()


@pytest.fixture
def way(cast: Cast, client_for: Callable[..., Client], provider: Sandbox) -> Way:
    """Sam, a seller of *Nord*, in front of his browser."""
    return Way(client_for(cast.sam), cast.sam)


@pytest.fixture
def way_after(db: None, client_for: Callable[..., Client], provider: Sandbox) -> Callable[[Callable[[Way], Any]], Way]:
    """`way_after(walk)`, in the place of `way`: Sam, where that walk has led him. It is walked once by a process, and
    its rows put back as they were for each test after."""

    def stand(walk: Callable[[Way], Any]) -> Way:
        def build() -> tuple[User, Any]:
            sam = build_cast().sam
            way = Way(client_for(sam), sam)
            walk(way)
            return sam, way.client.cookies

        sam, cookies = on_stage(walk, build)
        client = Client()
        client.cookies = cookies
        return Way(client, sam)

    return stand


@pytest.fixture
def way_of(client_for: Callable[..., Client], provider: Sandbox) -> Callable[[User], Way]:
    return lambda user: Way(client_for(user), user)
