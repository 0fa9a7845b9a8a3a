"""The sandbox as a process, once for each module that asks for it."""

from collections.abc import Iterator

import httpx
import pytest
import stamina

from quotation.providers.autovista import Autovista
from tests.quotation.providers.support import provider_at
from tests.support.sandbox_process import Sandbox, running_sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def connections() -> Iterator[httpx.BaseTransport]:
    """Shared by the adapters of a module: reading the certificates anew for each would cost more than the test."""
    with httpx.HTTPTransport() as transport:
        yield transport


@pytest.fixture
def provider(sandbox: Sandbox, connections: httpx.BaseTransport) -> Autovista:
    """It waits as long as a page may: a busy machine is no slow provider."""
    sandbox.behave()
    return provider_at(sandbox.url, transport=connections, connect_timeout=7.5, read_timeout=7.5)


@pytest.fixture
def without_waits() -> Iterator[None]:
    """Retries follow each other at once."""
    with stamina.set_testing(True, attempts=3):
        yield
