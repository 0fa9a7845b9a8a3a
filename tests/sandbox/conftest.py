"""Sandboxes that really listen: a server in a thread on a port of this machine, and a client with a token."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
import uvicorn

from sandbox.app import create_app
from sandbox.settings import Settings

TODAY = date(2024, 12, 2)
CREDENTIALS = {"grant_type": "client_credentials", "client_id": "openflex", "client_secret": "sandbox"}
GOLF = {
    "first_registration": "2010-04-23",
    "mileage_km": 89632,
    "vin": "WWWZZZ1KZAW599957",
    "options": [],
    "exterior_colour": "GRIS",
    "interior_colour": "NOIR",
    "first_hand": True,
    "origin": "private",
    "postcode": "71100",
}


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """The base URL of a sandbox that listens until the end of the block."""
    # With its protocol named, the connections it accepts send small packets at once instead of waiting 40 ms.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        # From here on a call waits in the queue until the server takes it, instead of being refused before it runs.
        listener.listen()
        config = uvicorn.Config(create_app(settings), log_level="critical", ws="none", lifespan="off")
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def token_of(base_url: str) -> str:
    return str(httpx.post(f"{base_url}/oauth/token", data=CREDENTIALS).raise_for_status().json()["access_token"])


@contextmanager
def signed_client(settings: Settings) -> Iterator[httpx.Client]:
    french = {"Accept-Language": "fr"}
    with running(settings) as base_url, httpx.Client(base_url=base_url, headers=french, timeout=20) as client:
        yield sign(client)


def sign(client: httpx.Client) -> httpx.Client:
    """The client with a new token: one lives for fifteen minutes, which a run of the whole suite outlasts."""
    client.headers["Authorization"] = f"Bearer {token_of(str(client.base_url))}"
    return client


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(fixed_today=TODAY)


@pytest.fixture(scope="session")
def default_sandbox(settings: Settings) -> Iterator[httpx.Client]:
    with signed_client(settings) as client:
        yield client


@pytest.fixture
def api(default_sandbox: httpx.Client) -> httpx.Client:
    """A client of the default sandbox on 02/12/2024, signed for this test."""
    return sign(default_sandbox)


@pytest.fixture(scope="session")
def seed_181(settings: Settings) -> Iterator[httpx.Client]:
    with signed_client(replace(settings, seed="181")) as client:
        yield client


@pytest.fixture
def other_seed(seed_181: httpx.Client) -> httpx.Client:
    return sign(seed_181)


@pytest.fixture
def admin(api: httpx.Client) -> Iterator[httpx.Client]:
    """The admin of the default sandbox; leaves no fault behind."""
    with httpx.Client(base_url=api.base_url, headers={"Authorization": "Bearer sandbox-admin"}) as client:
        client.delete("/admin/faults")
        yield client
        client.delete("/admin/faults")


@pytest.fixture
def value(api: httpx.Client) -> Callable[..., dict[str, Any]]:
    """`value(plate, **changes)`: the valuation of the best candidate of a plate."""

    def ask(plate: str = "GD-642-JM", client: httpx.Client = api, **changes: Any) -> dict[str, Any]:
        return dict(client.post("/v1/valuations", json=asked(client, plate, **changes)).raise_for_status().json())

    return ask


def asked(client: httpx.Client, plate: str, **changes: Any) -> dict[str, Any]:
    """The body of a valuation of a plate's best candidate: the Golf's answers, with what differs."""
    vehicle = client.get(f"/v1/plates/FR/{plate}").raise_for_status().json()
    return GOLF | {
        "version_code": vehicle["candidates"][0]["version_code"],
        "first_registration": vehicle["first_registration"],
        "vin": vehicle["vin"],
        "interior_colour": "NOIR" if vehicle["kind"] in ("car", "light_commercial") else None,
        **changes,
    }
