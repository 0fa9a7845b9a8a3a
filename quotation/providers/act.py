"""One act of a page towards the provider: a single deadline for all its calls, and the record of each of them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self, TypeVar

from quotation.providers.failures import ProviderFailure

TURNED_AWAY: Final = frozenset({401, 403})
A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on a monotonic clock after which nobody waits any more."""

    ends_at: float
    clock: Callable[[], float] = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Self:
        return cls(clock() + seconds, clock)

    @property
    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.ends_at - self.clock())

    @property
    def has_passed(self) -> bool:
        return self.remaining == 0.0

    def run(self, work: Callable[[], A]) -> A:
        """What `work` returns or raises; `TimeoutError` at the deadline, whatever `work` is waiting for.

        The socket's own limits count from byte to byte and do not count the name resolution, so the work goes on
        in a thread that is left behind when the time is up.
        """
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="valuation")
        future = pool.submit(copy_context().run, work)
        pool.shutdown(wait=False)
        return future.result(timeout=self.remaining)


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One call as it went, for the ledger of calls; what was answered from the cache made no call.

    `paid` tells the kind of call (plates and valuations cost money). `sent`: how often the question itself left this
    machine, not only the demand for a token; `is_charged_once`: under one name, which the provider charges once however
    often it comes. `status` is that of the last answer (None: no answer came), `attempts` counts tries (0: calls are
    suspended), `failure` is the code of the failure or "", `detail` is for technicians.
    """

    name: str
    paid: bool
    started_at: datetime
    duration_ms: int
    status: int | None
    attempts: int
    request_id: str
    failure: str = ""
    detail: str = ""
    sent: int = 1
    is_charged_once: bool = False

    @property
    def charges(self) -> int:
        """How often it may be charged, at most. What never left, or was turned away at the door for its credentials,
        is not; after any other failure only the provider knows."""
        if not self.paid or self.status in TURNED_AWAY:
            return 0
        return min(self.sent, 1) if self.is_charged_once else self.sent


@dataclass(slots=True)
class PageAct:
    """What one page asks of the provider, or of its sandbox: every call shares the deadline and leaves its record in
    `calls`."""

    deadline: Deadline
    calls: list[ProviderCall] = field(default_factory=list)
    is_sandbox: bool = False

    @classmethod
    def begin(cls, seconds: float, *, is_sandbox: bool = False) -> Self:
        return cls(Deadline.after(seconds), is_sandbox=is_sandbox)


@dataclass(frozen=True, slots=True)
class Suspension:
    """Calls are stopped since `since`; the first one after `until` tries again."""

    since: datetime
    until: datetime


def both(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """The results of two independent works done at the same time; raises what the first that failed raised."""
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="valuation") as pool:
        one, two = pool.submit(copy_context().run, first), pool.submit(copy_context().run, second)
        return one.result(), two.result()


def together(*works: Callable[[], A], meanwhile: Callable[[], object] = lambda: None) -> list[A | ProviderFailure]:
    """The results of independent works done at the same time, in order; a failure stands in its work's place.

    `meanwhile` is done by the caller's own thread once they are on their way.
    """

    def outcome(work: Callable[[], A]) -> A | ProviderFailure:
        try:
            return work()
        except ProviderFailure as failure:
            return failure

    with ThreadPoolExecutor(max_workers=max(1, len(works)), thread_name_prefix="valuation") as pool:
        try:
            futures = [pool.submit(copy_context().run, outcome, work) for work in works]
        finally:
            meanwhile()  # even of works that no thread could be started for: it may keep what was paid
        return [future.result() for future in futures]
