"""The words between a call and its transport: settings, one request, one answer, and what exchanges them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from quotation.providers.act import Deadline

JsonObject = Mapping[str, Any]

# The name of a demand: the provider charges what it gets under one name once.
IDEMPOTENCY_KEY: Final = "Idempotency-Key"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """With what somebody signs in at the provider; empty ones are asked for before anything is sent."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """Seconds everywhere; `budget` is what a page waits for the provider in all: of the eight that a page may take, the
    rest is ours, to reckon and to draw on a busy machine."""

    name: str
    base_url: str
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    is_sandbox: bool = False
    budget: float = 7.3
    connect_timeout: float = 2.0
    read_timeout: float = 3.0
    retries: int = 2
    breaker_failures: int = 5
    breaker_pause: float = 120.0
    catalogue_max_age: int = 3600

    @property
    def shared_key(self) -> str:
        """Under which its processes share what they know: a changed secret must not go on with the token of the old
        one."""
        return f"valuation:{digest(self.base_url, self.client_id, self.client_secret)}"

    @property
    def outage_key(self) -> str:
        """Under which all who ask there share that it is down, whatever they sign in with."""
        return f"valuation:{digest(self.base_url)}"


@dataclass(frozen=True, slots=True)
class Request:
    name: str
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    # A token in the one, credentials in the other: neither belongs into what is printed or logged.
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = None
    is_paid: bool = False
    is_cacheable: bool = False
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """A JSON object: its text as it came, and what it says."""

    text: str
    data: JsonObject


class Exchange(Protocol):
    """Sends one request, waits until the deadline at most; raises a `ProviderFailure` when no answer came."""

    def __call__(self, request: Request, deadline: Deadline) -> Answer: ...


def digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def joined(**parts: Sequence[Raw]) -> Raw:
    """Objects of several answers as one: each list of them under its name."""
    texts = (f'"{name}":[{",".join(raw.text for raw in raws)}]' for name, raws in parts.items())
    return Raw(f"{{{','.join(texts)}}}", {name: [raw.data for raw in raws] for name, raws in parts.items()})
