"""What the provider's tests share: adapters against the sandbox or against a made-up transport."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
from django.core.cache import caches

from quotation.providers.autovista import Autovista
from quotation.providers.base import ValuationQuestion
from quotation.providers.shared import BreakerStorage, SharedCache
from quotation.providers.wire import ProviderSettings
from vehicles.enums import Origin

GOLF_PLUS = ValuationQuestion(
    version_code="VOL0711C4E",
    first_registration=date(2010, 4, 23),
    mileage_km=89_632,
    first_hand=False,
    origin=Origin.PRIVATE,
    postcode="71000",
)


def provider_at(
    url: str,
    *,
    transport: httpx.BaseTransport | None = None,
    storage: BreakerStorage | None = None,
    **changes: Any,
) -> Autovista:
    """An adapter with a closed breaker of its own; `changes` are those of its settings."""
    settings = {"name": "Autovista", "client_id": "openflex", "client_secret": "sandbox"}
    return Autovista(
        ProviderSettings(base_url=url, **(settings | changes)),
        cache=SharedCache(caches["default"]),
        breaker_storage=storage or closed_breaker(),
        transport=transport,
    )


def closed_breaker() -> BreakerStorage:
    return BreakerStorage(SharedCache(caches["default"]), namespace=uuid4().hex)


@dataclass
class Wire:
    """A provider made of one function: what was sent to it, tokens apart, stands in `sent`."""

    answer: Callable[[httpx.Request], httpx.Response]
    sent: list[httpx.Request] = field(default_factory=list)
    tokens: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens.append(request)
            return httpx.Response(200, json={"access_token": f"token-{len(self.tokens)}", "expires_in": 900})
        self.sent.append(request)
        return self.answer(request)

    def provider(self, **more: Any) -> Autovista:
        return provider_at("http://provider.invalid", transport=httpx.MockTransport(self), **more)


def in_turn(*responses: httpx.Response | Exception) -> Wire:
    """Answers one after the other, the last one for ever."""
    left = list(responses)

    def answer(request: httpx.Request) -> httpx.Response:
        response = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(response, Exception):
            raise response
        return httpx.Response(response.status_code, headers=response.headers, content=response.content)

    return Wire(answer)


def problem(status: int, code: str = "unavailable", **headers: str) -> httpx.Response:
    body = json.dumps({"status": status, "code": code, "detail": "Détail du fournisseur"})
    return httpx.Response(status, headers={name.replace("_", "-"): value for name, value in headers.items()}, text=body)


def page(*items: dict[str, Any], **headers: str) -> httpx.Response:
    return httpx.Response(
        200,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        json={"items": list(items), "next": None},
    )


PEUGEOT = {"code": "PEUGEOT", "label": "PEUGEOT", "kinds": ["car"]}
