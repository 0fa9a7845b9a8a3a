"""Asking the provider: from the store when the same question was answered within a day, else over HTTP, never inside
a transaction; every call is written down, and a paid one is refused beyond the entity's quota.

A paid call stands in the ledger before it leaves, so that calls made at one instant cannot pass the quota together.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from openflex.core.dates import paris_day_bounds, today_paris
from openflex.core.errors import Refused
from openflex.core.french import counted
from openflex.core.kept_json import packed
from quotation.enums import KEPT_FOR, PAID_ANSWERS, SENT, AnswerKind
from quotation.models import ProviderAnswer, ProviderCall, Quotation
from quotation.providers import act
from quotation.providers.act import PageAct, together
from quotation.providers.base import Answered
from quotation.providers.failures import ProviderFailure
from quotation.selectors import paid_calls_between, quota_of
from settings_admin.models import Entity, User

# A page gives up long before: only a process that died leaves its mark for so long.
CLAIM_LASTS = timedelta(seconds=30)


@dataclass(frozen=True)
class Request:
    """One question. `call` puts it to the provider within the act it is given."""

    kind: AnswerKind
    question: dict[str, Any]
    call: Callable[[PageAct], Answered[Any]]

    @property
    def digest(self) -> str:
        asked = json.dumps([self.kind, self.question], sort_keys=True, separators=(",", ":"), default=str)
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True)
class Asker:
    """Who asks, for which entity and quotation, within which act; `is_fresh` passes the store by."""

    entity: Entity
    user: User
    act: PageAct
    now: datetime
    quotation: Quotation | None = None
    is_fresh: bool = False


class HasValue(Refused):
    """What was asked for is for a draft, and this one has got its value since, in another tab."""

    def __init__(self) -> None:
        super().__init__(
            "not_a_draft", "Cette cotation a déjà sa valeur\u00a0: ouvrez-la depuis «\u00a0Mes cotations\u00a0»."
        )


@contextmanager
def claimed(quotation: Quotation, *, now: datetime) -> Iterator[None]:
    """One paid question about a quotation at a time: a second press, or a second tab, pays nothing.

    Raises Refused("being_asked") while somebody else asks, and HasValue for what is a draft no more. A conditional
    UPDATE and no lock: no transaction may stay open for as long as the provider takes. Who writes down the answer may
    write `asked_at` off with it; it is done here otherwise.
    """
    rows = Quotation.objects.filter(pk=quotation.pk)
    if not rows.filter(state=quotation.state).exclude(asked_at__gt=now - CLAIM_LASTS).update(asked_at=now):
        if rows.exclude(state=quotation.state).exists():
            raise HasValue
        raise Refused(
            "being_asked",
            "Cette demande est déjà partie, d’un autre onglet ou d’un double clic\u00a0: sa réponse arrive dans "
            "quelques secondes.",
        )
    quotation.asked_at = now
    is_answered = False
    try:
        yield
        is_answered = quotation.asked_at is None
    finally:
        if not is_answered:
            rows.filter(asked_at=now).update(asked_at=None)


def ask(asker: Asker, request: Request) -> ProviderAnswer:
    """The answer to one question; raises the provider's failure, or Refused("quota_reached")."""
    return keep_one(put(asker, [request]))


def ask_all(asker: Asker, requests: Sequence[Request]) -> list[ProviderAnswer | ProviderFailure]:
    """Independent questions, put at the same time; a failure stands in its question's place. As `put`, then `keep`."""
    return keep(put(asker, requests))


@dataclass(frozen=True)
class Came:
    """What came over HTTP, and its text as it is kept."""

    value: Any
    packed: bytes


@dataclass(frozen=True)
class Put:
    """Questions that were put, and what came of each: an answer of the store, one not kept yet, or a failure."""

    asker: Asker
    requests: Sequence[Request]
    found: Sequence[ProviderAnswer | Came | ProviderFailure]
    calls: Sequence[act.ProviderCall]
    reserved: Sequence[ProviderCall]


def put(asker: Asker, requests: Sequence[Request], *, meanwhile: Callable[[], object] = lambda: None) -> Put:
    """Independent questions, put at the same time; `keep` must follow, whatever came of them.

    Side effects in order: the paid calls in the ledger; the calls over HTTP, and `meanwhile` while they are out. A
    process that dies before `keep` leaves its paid calls counted: only the provider knows.
    Raises Refused("quota_reached") before anything is sent.
    """
    with transaction.atomic(durable=True):
        pass  # raises inside a transaction: locks would be held for as long as the provider takes
    stored = [None if asker.is_fresh else _stored_answer(asker, request) for request in requests]
    open_requests = [request for request, answer in zip(requests, stored, strict=True) if answer is None]
    reserved = _reserve(asker, [request for request in open_requests if request.kind in PAID_ANSWERS])
    already = len(asker.act.calls)
    outcomes = iter(together(*(_work(request, asker.act) for request in open_requests), meanwhile=meanwhile))
    found = [answer if answer is not None else next(outcomes) for answer in stored]
    return Put(asker, requests, found, asker.act.calls[already:], reserved)


@transaction.atomic
def keep(given: Put) -> list[ProviderAnswer | ProviderFailure]:
    """Writes down how the calls went, then the answers; returns what stands for each question, in order."""
    _write_calls(given.asker, given.calls, given.reserved)
    fresh = [
        _to_keep(given.asker, request, one)
        for request, one in zip(given.requests, given.found, strict=True)
        if isinstance(one, Came)
    ]
    kept = iter(ProviderAnswer.objects.bulk_create(fresh))
    return [next(kept) if isinstance(one, Came) else one for one in given.found]


def keep_one(given: Put) -> ProviderAnswer:
    """As `keep`, of one question; raises the failure that stands for its answer."""
    (answer,) = keep(given)
    if isinstance(answer, ProviderFailure):
        raise answer
    return answer


def write_free_calls(asker: Asker) -> None:
    """What was asked within the act by itself, and costs nothing, into the ledger."""
    _write_calls(asker, asker.act.calls, [])


def _work(request: Request, act: PageAct) -> Callable[[], Came]:
    def work() -> Came:
        answered = request.call(act)
        return Came(answered.value, packed(f"[{','.join(raw.text for raw in answered.raw)}]"))

    return work


def _stored_answer(asker: Asker, request: Request) -> ProviderAnswer | None:
    return (
        ProviderAnswer.objects.filter(
            entity=asker.entity,
            kind=request.kind,
            question=request.digest,
            is_sandbox=asker.act.is_sandbox,
            answered_at__gt=asker.now - KEPT_FOR,
        )
        .order_by("-answered_at")
        .first()
    )


@transaction.atomic
def _reserve(asker: Asker, paid: Sequence[Request]) -> list[ProviderCall]:
    """A row of the ledger for each of these calls; Refused("quota_reached") when they would pass today's number.

    The row of the entity is locked meanwhile, so that two people count one after the other.
    """
    if not paid:
        return []
    Entity.objects.select_for_update(of=("self",), no_key=True).get(pk=asker.entity.pk)
    quota = quota_of(asker.entity)
    start, end = paris_day_bounds(today_paris(asker.now))
    if paid_calls_between(asker.entity, start, end) + len(paid) > quota:
        raise Refused(
            "quota_reached",
            f"Le quota de {counted(quota, 'appel payant', 'appels payants')} par jour de {asker.entity.name} "
            "est atteint. "
            "Il sera de nouveau possible de coter demain\u00a0; un administrateur peut le relever.",
        )
    return ProviderCall.objects.bulk_create(
        ProviderCall(
            entity=asker.entity,
            user=asker.user,
            quotation=asker.quotation,
            name=request.kind.value,
            charges=1,
            is_sandbox=asker.act.is_sandbox,
            outcome=SENT,
            duration_ms=0,
            at=asker.now,
        )
        for request in paid
    )


def _to_keep(asker: Asker, request: Request, came: Came) -> ProviderAnswer:
    return ProviderAnswer(
        entity=asker.entity,
        kind=request.kind,
        question=request.digest,
        asked=request.question,
        packed=came.packed,
        is_sandbox=asker.act.is_sandbox,
        answered_at=asker.now,
    )


def _write_calls(asker: Asker, calls: Sequence[act.ProviderCall], reserved: Sequence[ProviderCall]) -> None:
    """How the calls went: a paid one in the row that was reserved for it, a free one in a row of its own."""
    waiting = list(reserved)
    fresh = []
    for call in calls:
        row = next((row for row in waiting if call.paid and row.name == call.name), None)
        if row is None:
            row = ProviderCall(
                entity=asker.entity,
                user=asker.user,
                quotation=asker.quotation,
                name=call.name,
                is_sandbox=asker.act.is_sandbox,
            )
            fresh.append(row)
        else:
            waiting.remove(row)
        row.charges = call.charges
        row.status, row.outcome = call.status, call.failure or "ok"
        row.duration_ms, row.request_id, row.at = call.duration_ms, call.request_id, call.started_at
    ProviderCall.objects.bulk_create(fresh)
    for row in reserved:
        row.save(update_fields=["charges", "status", "outcome", "duration_ms", "request_id", "at"])
