"""How one call is made: breaker around retries around an attempt, with the shared token and the catalogue cache.

Nothing here knows the transport: an `Exchange` sends one request and brings back one answer, or raises.
"""

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import pybreaker
import stamina

from openflex.core.kept_json import read_json
from quotation.providers import failures
from quotation.providers.act import Deadline, PageAct, ProviderCall, Suspension
from quotation.providers.failures import ProviderFailure
from quotation.providers.fields import Fields, FieldWrong
from quotation.providers.refusals import refusal, unbelievable, unreadable
from quotation.providers.shared import BreakerStorage, SharedCache
from quotation.providers.wire import (
    IDEMPOTENCY_KEY,
    Answer,
    Exchange,
    JsonObject,
    ProviderSettings,
    Raw,
    Request,
    digest,
)

T = TypeVar("T")

# Backoff between two tries: 0.1 s doubled, and up to 0.2 s at random so that callers do not come back together.
FIRST_WAIT, LONGEST_WAIT, JITTER = 0.1, 0.5, 0.2
TOKEN_MARGIN: Final = 60  # seconds before its end at which a token is not used any more
_KEPT: Final = 7 * 24 * 3600  # seconds a catalogue answer stays there to be confirmed by its ETag


@dataclass(slots=True)
class _Course:
    """How a call goes, for its record."""

    started_at: datetime
    clock_start: float
    attempts: int = 0
    status: int | None = None
    sent: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    """A catalogue answer in the cache."""

    etag: str
    text: str
    fresh_until: float


class Caller:
    """Makes calls for one provider. Thread-safe; token, catalogue and breaker are shared between processes."""

    def __init__(
        self,
        settings: ProviderSettings,
        *,
        exchange: Exchange,
        cache: SharedCache,
        breaker_storage: BreakerStorage,
    ) -> None:
        self.settings = settings
        self._exchange = exchange
        self._cache = cache
        self._storage = breaker_storage

    def ask(self, request: Request, read: Callable[[Fields], T], act: PageAct) -> tuple[T, Raw]:
        """What `read` makes of the answer, and the answer itself; leaves a record in the act if a call was made.

        In order: the cache if it is fresh, the breaker, the tries, `read`, and only then the cache is written, so that
        an answer that was refused is never kept.
        """
        request = replace(request, request_id=uuid4().hex)
        held = self._held(request) if request.is_cacheable else None
        if held is not None and time.time() < held.fresh_until:
            raw = self._decoded(request, held.text.encode())
            return self._read(request, read, raw), raw
        course = _Course(datetime.now(UTC), time.monotonic())
        try:
            answer, raw = self._guarded(request, held, act.deadline, course)
            value = self._read(request, read, raw)
        except ProviderFailure as failure:
            act.calls.append(_record(request, course, failure))
            raise
        act.calls.append(_record(request, course, None))
        if request.is_cacheable:
            self._hold(request, answer, held, raw)
        return value, raw

    def ask_at_once(self, request: Request, read: Callable[[Fields], T], act: PageAct) -> T:
        """As `ask`, but once, with a new token, past cache and breaker: what the provider says at this moment, whoever
        found it down before. A failure counts for nobody else."""
        request = replace(request, request_id=uuid4().hex)
        course = _Course(datetime.now(UTC), time.monotonic(), attempts=1)
        self._cache.set(self._token_key, "", timeout=TOKEN_MARGIN)
        try:
            _, raw = self._attempt(request, None, act.deadline, course)
            value = self._read(request, read, raw)
        except ProviderFailure as failure:
            act.calls.append(_record(request, course, failure))
            raise
        act.calls.append(_record(request, course, None))
        return value

    def suspension(self) -> Suspension | None:
        """Since when calls are stopped, while they are."""
        since = self._storage.opened_at
        if since is None or self._storage.state != pybreaker.STATE_OPEN:
            return None
        until = since + timedelta(seconds=self.settings.breaker_pause)
        return Suspension(since, until) if datetime.now(UTC) < until else None

    # --- Breaker, tries, attempt -----------------------------------------------------------------------

    def _guarded(self, request: Request, held: _Held | None, deadline: Deadline, course: _Course) -> tuple[Answer, Raw]:
        # A breaker of its own for each call: pybreaker locks itself while it calls, and calls must run side by side.
        # What they share is the storage.
        breaker = pybreaker.CircuitBreaker(
            fail_max=self.settings.breaker_failures,
            reset_timeout=self.settings.breaker_pause,
            exclude=[lambda error: not getattr(error, "is_outage", False)],
            state_storage=self._storage.for_a_call(),
            throw_new_error_on_trip=False,
        )
        try:
            return breaker.call(self._persistently, request, held, deadline, course)
        except pybreaker.CircuitBreakerError as error:
            stopped = self.suspension()
            since, until = (stopped.since, stopped.until) if stopped else (None, None)
            raise self._failure(failures.CallsSuspended, request, since=since, retry_at=until) from error

    def _persistently(
        self, request: Request, held: _Held | None, deadline: Deadline, course: _Course
    ) -> tuple[Answer, Raw]:
        tries = stamina.retry_context(
            on=lambda error: _try_again(error, deadline),
            attempts=1 + self.settings.retries,
            timeout=None,  # the deadline is asked before each wait and each try
            wait_initial=FIRST_WAIT,
            wait_max=LONGEST_WAIT,
            wait_jitter=JITTER,
        )
        for attempt in tries:
            with attempt:
                course.attempts += 1
                return self._attempt(request, held, deadline, course)
        raise AssertionError("The last try returns or raises.")

    def _attempt(self, request: Request, held: _Held | None, deadline: Deadline, course: _Course) -> tuple[Answer, Raw]:
        token = self._token(request, deadline)
        # A token that took all the time leaves none for the question: it is not sent then.
        course.sent += not deadline.has_passed
        answer = self._exchange(_signed(request, token, held), deadline)
        if answer.status == 401:
            token = self._token(request, deadline, refused=token)
            answer = self._exchange(_signed(request, token, held), deadline)
        course.status = answer.status
        if answer.status == 304 and held is not None:
            return answer, self._decoded(request, held.text.encode())
        if answer.status != 200:
            raise refusal(answer, request, self.settings.name)
        return answer, self._decoded(request, answer.body)

    def _token(self, request: Request, deadline: Deadline, *, refused: str = "") -> str:
        """The shared token, or a new one when there is none or the shared one is the `refused` one."""
        held = self._cache.get(self._token_key)
        if held and held != refused:
            return str(held)
        credentials = {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        asked = Request(
            name="token",
            method="POST",
            path="/oauth/token",
            headers=_common_headers(request),
            form={"grant_type": "client_credentials", **credentials},
            request_id=request.request_id,
        )
        answer = self._exchange(asked, deadline)
        if answer.status != 200:
            raise refusal(answer, asked, self.settings.name)
        token, lasts = self._read(asked, _read_token, self._decoded(asked, answer.body))
        self._cache.set(self._token_key, token, timeout=max(lasts - TOKEN_MARGIN, lasts // 2))
        return token

    @property
    def _token_key(self) -> str:
        return f"{self.settings.shared_key}:token"

    # --- Reading ---------------------------------------------------------------------------------------

    def _decoded(self, request: Request, body: bytes) -> Raw:
        try:
            text = body.decode()
            data = read_json(text)
            if b"\\u" in body:
                _check_storable(json.dumps(data, ensure_ascii=False))
        except (ValueError, RecursionError) as error:
            raise self._failure(unreadable(body, error), request, detail=f"{error} in {body[:80]!r}") from error
        if not isinstance(data, dict):
            raise self._failure(failures.MalformedAnswer, request, detail=f"not an object: {body[:80]!r}")
        if error_text := _error_text(data):
            raise self._failure(failures.ErrorInAnswer, request, detail=error_text)
        return Raw(text, data)

    def _read(self, request: Request, read: Callable[[Fields], T], raw: Raw) -> T:
        try:
            return read(Fields(raw.data))
        except FieldWrong as error:
            raise unbelievable(error, request, self.settings.name) from error

    def _failure(self, kind: type[ProviderFailure], request: Request, **more: Any) -> ProviderFailure:
        return kind(self.settings.name, call=request.name, request_id=request.request_id, **more)

    # --- Catalogue cache -------------------------------------------------------------------------------

    def _held(self, request: Request) -> _Held | None:
        entry = self._cache.get(self._cache_key(request))
        return _Held(*entry) if entry else None

    def _hold(self, request: Request, answer: Answer, held: _Held | None, raw: Raw) -> None:
        etag = answer.headers.get("etag") or (held.etag if held and answer.status == 304 else "")
        if not etag:
            return
        until = time.time() + min(_max_age(answer), self.settings.catalogue_max_age)
        self._cache.set(self._cache_key(request), (etag, raw.text, until), timeout=_KEPT)

    def _cache_key(self, request: Request) -> str:
        params = (f"{name}={value}" for name, value in sorted(request.params.items()))
        return f"{self.settings.shared_key}:{digest(request.path, *params)}"


def _signed(request: Request, token: str, held: _Held | None) -> Request:
    headers = {**_common_headers(request), **request.headers, "Authorization": f"Bearer {token}"}
    if held is not None:
        headers["If-None-Match"] = held.etag
    return replace(request, headers=headers)


def _common_headers(request: Request) -> dict[str, str]:
    return {"Accept": "application/json", "Accept-Language": "fr", "X-Request-Id": request.request_id}


def _try_again(error: Exception, deadline: Deadline) -> bool | float:
    """Whether the same is worth trying again within the deadline, or after how many seconds."""
    if isinstance(error, failures.RateLimited):
        if error.retry_after is None:
            return False
        wait = error.retry_after + random.uniform(0, JITTER)  # noqa: S311
        return wait if wait < deadline.remaining else False
    return isinstance(error, ProviderFailure) and error.is_passing and deadline.remaining > LONGEST_WAIT


def _read_token(answer: Fields) -> tuple[str, int]:
    token = answer.text("access_token", re.compile(r"[\x21-\x7e]+"), longest=4096)
    return token, answer.whole("expires_in", low=1, high=10**7)


def _check_storable(text: str) -> None:
    """`ValueError` for characters that an escape can smuggle in and the database refuses: NUL, half surrogates."""
    if "\\u0000" in text:
        raise ValueError("a NUL character")
    text.encode()


def _error_text(data: JsonObject) -> str:
    """What an answer that is an error says, "" when it is none: some vendors answer 200 whatever happens."""
    for name in ("error", "errors", "fault", "exception"):
        if data.get(name):
            return f"{name}: {data[name]!r}"[:300]
    status = data.get("status")
    return f"status: {status}" if isinstance(status, str) and status.upper() in ("KO", "ERROR", "FAILED") else ""


def _max_age(answer: Answer) -> int:
    match = re.search(r"max-age=([0-9]{1,9})", answer.headers.get("cache-control", ""))
    return int(match[1]) if match else 0


def _record(request: Request, course: _Course, failure: ProviderFailure | None) -> ProviderCall:
    return ProviderCall(
        name=request.name,
        paid=request.is_paid,
        started_at=course.started_at,
        duration_ms=round((time.monotonic() - course.clock_start) * 1000),
        status=(failure.status if failure else None) or course.status,
        attempts=course.attempts,
        request_id=request.request_id,
        failure=failure.code if failure else "",
        sent=course.sent,
        is_charged_once=IDEMPOTENCY_KEY in request.headers,
        detail=failure.detail if failure else "",
    )
